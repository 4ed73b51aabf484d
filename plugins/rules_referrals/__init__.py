"""Referrals: what left the building and did not come back."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_referrals.no_report import NoReport

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["NoReport"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (NoReport,)
