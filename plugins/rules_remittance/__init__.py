"""Remittances (835) that nobody posted, and remittance claims that belong to nobody."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_remittance.unmatched import EraUnmatched
from plugins.rules_remittance.unposted import EraUnposted

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["EraUnmatched", "EraUnposted"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (EraUnposted, EraUnmatched)
