"""Dentrix G-series by its exports: lists as CSV or Excel and the Insurance Claim Aging report as text."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.dentrix.connector import Dentrix
from hub.contract import Connector
from hub.hookspecs import hookimpl

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_connectors() -> Iterable[type[Connector]]:
    """Dentrix exports in a folder."""
    return (Dentrix,)
