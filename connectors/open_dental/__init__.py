"""Open Dental by its REST API, its database or saved query results: three ways to the same facts."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.open_dental.back.delivery import OpenDentalBack
from connectors.open_dental.connector import OpenDental
from hub.contract import Connector, Delivery
from hub.hookspecs import hookimpl

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_connectors() -> Iterable[type[Connector]]:
    """Open Dental, three ways in."""
    return (OpenDental,)


@hookimpl
def hub_deliveries() -> Iterable[type[Delivery]]:
    """The one way back: tasks or commlogs."""
    return (OpenDentalBack,)
