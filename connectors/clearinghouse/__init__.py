"""Clearinghouse files from a drop folder: remittances (835) and claim acknowledgements (277CA)."""

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
