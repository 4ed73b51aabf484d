"""Clearinghouse files: remittances, answers to claims, eligibility, and copies of the claims that were sent."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.clearinghouse.connector import Clearinghouse
from hub.contract import Connector
from hub.hookspecs import hookimpl

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_connectors() -> Iterable[type[Connector]]:
    """The clearinghouse drop folder."""
    return (Clearinghouse,)
