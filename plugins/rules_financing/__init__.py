"""Patient financing: FIN-APP-OPEN (applications to act on) and FIN-LEDGER-MISMATCH (lender against ledger)."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_financing.applications import ApplicationOpen
from plugins.rules_financing.mismatch import LedgerMismatch

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (ApplicationOpen, LedgerMismatch)
