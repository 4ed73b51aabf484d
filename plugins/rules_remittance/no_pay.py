"""REMIT-NO-PAY: a remittance promises money, and none has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import func, or_, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import credible, pair
from hub.rulekit.deliveries import first_delivery, trace_form
from hub.rulekit.people import live
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text
from plugins.rules_remittance.deposits import Money, Promise, unpaid

REMIT, BANK, PAYMENT = TABLES["remit"], TABLES["bank_txn"], TABLES["ins_payment"]
_TRANSFERS = ("ACH", "FWT", "BOP")
_NO_MONEY = "NON"


class RemitNoPaySettings(RuleSettings):
    """`[items.REMIT-NO-PAY]`; working days after the payment date."""

    transfer_bd: int = Field(3, ge=0, description="electronic transfers (ACH, FWT, BOP)")
    check_bd: int = Field(10, ge=0, description="checks, and remittances that do not say how they are paid")
    card_bd: int = Field(5, ge=0, description="virtual cards")
    card_payers: tuple[str, ...] = Field(
        (), description="payers that pay by virtual card, by name: an 835 does not say so (it comes as CHK or NON)"
    )
    days_apart: int = Field(
        5, ge=0, description="calendar days between a transfer and its line in the bank, without a trace"
    )
    check_days_apart: int = Field(
        30, ge=0, description="the same for checks and cards, which wait for somebody to take them in"
    )


class RemitNoPay(Rule):
    """A remittance above $0 whose money neither the bank nor the practice system's own payments show in time: by trace, by
    payer and amount, or as a part of one deposit of several remittances when only one combination fits.

    Where a bank is read, a transfer has to be seen there: entering the check in the practice system moves no money.
    Checks and cards are deposited in bundles, so for them either will do. Notices without money (NON) are left out, and so
    are remittances older than the oldest bank line or payment that was read.
    """

    code: ClassVar[str] = "REMIT-NO-PAY"
    title: ClassVar[str] = "EOB without its money"
    owner: ClassVar[str] = "BL"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("remit", "bank_txn|ins_payment")
    needs_columns: ClassVar[tuple[str, ...]] = ("bank_txn.amount_cents|ins_payment.amount_cents",)
    reads: ClassVar[tuple[str, ...]] = ("bank_txn", "ins_payment")
    settings: ClassVar[type[BaseModel]] = RemitNoPaySettings
    clears_when: ClassVar[str] = "a deposit or payment is paired with it"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, RemitNoPaySettings)
        bank, payments = _bank(view), _payments(view)
        first_bank, first_payment = _first(bank), _first(payments)
        rows = {(row.source, row.source_key): row for row in _promising(view, settings)}
        promises = [_promise(row, settings, bank_is_read=bool(bank)) for row in rows.values()]
        for promise in unpaid(promises, bank, payments):
            row = rows[promise.key]
            known_since = (
                first_bank if promise.needs_bank else min(filter(None, (first_bank, first_payment)), default=None)
            )
            due = view.workdays.plus(row.payment_date, _wait(row, settings))
            if known_since is not None and row.payment_date >= known_since and due <= view.as_of:
                yield _finding(row, due, view)


def _promising(view: RuleView, settings: RemitNoPaySettings) -> list[Any]:
    """Remittances with money in them, each check once."""
    query = (
        select(REMIT, trace_form(REMIT.c.trace).label("trace_form"))
        .where(
            live(REMIT, view.practice_id),
            credible(REMIT),
            REMIT.c.amount_cents > 0,
            REMIT.c.payment_date.is_not(None),
            pair(REMIT.c.source, REMIT.c.source_key).in_(first_delivery(view)),
        )
        .order_by(REMIT.c.source, REMIT.c.source_key)
    )
    rows = view.connection.execute(query).all()
    return [row for row in rows if row.method != _NO_MONEY or _by_card(row, settings)]


def _by_card(row: Any, settings: RemitNoPaySettings) -> bool:
    named = {name.strip().lower() for name in settings.card_payers}
    return row.method not in _TRANSFERS and (row.payer_name or "").strip().lower() in named


def _wait(row: Any, settings: RemitNoPaySettings) -> int:
    if row.method in _TRANSFERS:
        return settings.transfer_bd
    return settings.card_bd if _by_card(row, settings) else settings.check_bd


def _promise(row: Any, settings: RemitNoPaySettings, *, bank_is_read: bool) -> Promise:
    transfer = row.method in _TRANSFERS
    apart = settings.days_apart if transfer else settings.check_days_apart
    key = (row.source, row.source_key)
    return Promise(
        key,
        row.payer_name or "",
        row.trace_form or "",
        row.amount_cents,
        row.payment_date,
        apart,
        transfer and bank_is_read,
    )


def _bank(view: RuleView) -> list[Money]:
    c = BANK.c
    query = (
        select(c.source, c.source_key, trace_form(c.trace), c.amount_cents, c.posted_date, c.text)
        .where(live(BANK, view.practice_id), c.amount_cents > 0, c.posted_date.is_not(None))
        .order_by(c.source, c.source_key)
    )
    return [
        Money((source, key), trace or "", cents, on, text or "")
        for source, key, trace, cents, on, text in view.connection.execute(query)
    ]


def _payments(view: RuleView) -> list[Money]:
    c = PAYMENT.c
    day = func.coalesce(c.payment_date, c.entry_date)
    query = (
        select(c.source, c.source_key, trace_form(c.trace), c.amount_cents, day, c.payer_name)
        .where(
            live(PAYMENT, view.practice_id),
            c.amount_cents > 0,
            or_(c.payment_date.is_not(None), c.entry_date.is_not(None)),
        )
        .order_by(c.source, c.source_key)
    )
    return [
        Money((source, key), trace or "", cents, on, name or "")
        for source, key, trace, cents, on, name in view.connection.execute(query)
    ]


def _first(money: list[Money]) -> date | None:
    return min((each.on for each in money), default=None)


def _finding(row: Any, due: date, view: RuleView) -> Finding:
    remit = f"remit:{ref(row.source, row.source_key)}"
    how = {"CHK": "by check", _NO_MONEY: "by card"}.get(
        row.method or "", "by transfer" if row.method in _TRANSFERS else ""
    )
    return Finding(
        subject=remit,
        value_cents=row.amount_cents,
        sentence=(
            f"{row.payer_name or 'A payer'}'s EOB{f' {row.trace}' if row.trace else ''} promises {dollars(row.amount_cents)}"
            f"{f' {how}' if how else ''} for {day_text(row.payment_date, view.as_of)}; no money yet."
        ),
        next_step="trace the payment with the payer: address, account, card",
        likelihood=0.75,
        risk=0.5,
        due=due,
        horizon_bd=5,
        since=row.payment_date,
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{row.amount_cents} {row.payment_date}",
        evidence=(remit,),
    )
