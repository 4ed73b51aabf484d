"""Remittances (835) that nobody posted, remittance claims that belong to nobody, insurance money without a check."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_remittance.mismatch import EraLedgerMismatch
from plugins.rules_remittance.no_pay import RemitNoPay
from plugins.rules_remittance.takeback import EraTakeback
from plugins.rules_remittance.unfinalized import PaymentUnfinalized
from plugins.rules_remittance.unmatched import EraUnmatched
from plugins.rules_remittance.unposted import EraUnposted

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["EraLedgerMismatch", "EraTakeback", "EraUnmatched", "EraUnposted", "PaymentUnfinalized", "RemitNoPay"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (EraUnposted, EraUnmatched, EraLedgerMismatch, EraTakeback, RemitNoPay, PaymentUnfinalized)
