"""Coverage before the visit: nobody asked the payer, or the payer says that it does not cover the patient."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_eligibility.failed import EligibilityFailed
from plugins.rules_eligibility.unverified import EligibilityUnverified

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["EligibilityFailed", "EligibilityUnverified"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (EligibilityFailed, EligibilityUnverified)
