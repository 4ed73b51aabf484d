"""Patients' money: prepayments nobody used, instalments that did not come, balances that are overdue."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_money.balances import BalanceOverdue
from plugins.rules_money.deposits import DepositUnapplied
from plugins.rules_money.instalments import PayPlanMissed

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["BalanceOverdue", "DepositUnapplied", "PayPlanMissed"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (DepositUnapplied, PayPlanMissed, BalanceOverdue)
