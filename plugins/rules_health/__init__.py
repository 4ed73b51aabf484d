"""The health of the facts themselves: sources that stopped speaking, and records whose person nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_health.identity import DataIdentity
from plugins.rules_health.stale import SyncStale

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["DataIdentity", "SyncStale"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (SyncStale, DataIdentity)
