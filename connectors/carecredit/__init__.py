"""CareCredit (Synchrony) by the reports of its Provider Center: applications, transactions, settlement."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.carecredit.connector import CareCredit
from hub.contract import Connector
from hub.hookspecs import hookimpl

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_connectors() -> Iterable[type[Connector]]:
    """CareCredit reports in a folder."""
    return (CareCredit,)
