"""INSPAY-UNFINALIZED: insurance money is entered on claims, and no check stands behind it yet.

Counts: received lines with money and no payment, `grace_bd` working days after they were entered, one item per claim;
and payments that are marked as partial, one item per payment. Does not count: transfers between claims (lines marked so,
and lines of a claim that cancel out); lines of a source that never says which payment covers a line.
Money: what is not tied, in cents. Days: due `grace_bd` working days after the newest entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, and_, cast, func, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.people import audience_gate, live, person_label, person_name, person_ref, with_person
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text

CLAIM, LINE, PAYMENT = TABLES["claim"], TABLES["claim_line"], TABLES["ins_payment"]
_ENTERED = ("RECEIVED", "SUPPLEMENTAL")


class UnfinalizedSettings(RuleSettings):
    """`[items.INSPAY-UNFINALIZED]`"""

    grace_bd: int = Field(2, ge=0, description="working days in which a check is still being put together")


class PaymentUnfinalized(Rule):
    """Insurance payments that were entered and are not tied to a check, or to a check that is not complete."""

    code: ClassVar[str] = "INSPAY-UNFINALIZED"
    title: ClassVar[str] = "Insurance money without a check"
    owner: ClassVar[str] = "BL"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim_line|ins_payment",)
    needs_columns: ClassVar[tuple[str, ...]] = ("claim_line.payment_key|ins_payment.status",)
    settings: ClassVar[type[BaseModel]] = UnfinalizedSettings
    clears_when: ClassVar[str] = "the lines are tied to a payment, and the payment is complete"
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        for row in _loose_claims(view):
            yield from _ripe(view, row, row.entered, _loose(view, row))
        for row in _partial_payments(view):
            yield from _ripe(view, row, row.entry_date or row.payment_date, _partial(view, row))


def _ripe(view: RuleView, row: Any, entered: date | None, finding: Finding) -> Iterator[Finding]:
    assert isinstance(view.settings, UnfinalizedSettings)
    if entered is None or view.workdays.since(entered, view.as_of) >= view.settings.grace_bd:
        yield finding


def _loose_claims(view: RuleView) -> Sequence[Any]:
    """One row per claim whose received lines without a payment add up to something."""
    loose = (
        select(
            LINE.c.source, LINE.c.claim_key, cast(func.sum(LINE.c.paid_cents), BigInteger).label("cents"),
            func.max(func.coalesce(LINE.c.entered_date, LINE.c.service_date)).label("entered"),
        )
        .where(
            live(LINE, view.practice_id),
            LINE.c.status.in_(_ENTERED),
            LINE.c.paid_cents != 0,
            LINE.c.payment_key.is_(None),
            LINE.c.claim_key.is_not(None),
            func.coalesce(LINE.c.is_transfer, False).is_(False),
            LINE.c.source.in_(select(LINE.c.source).where(live(LINE, view.practice_id), LINE.c.payment_key.is_not(None))),
        )
        .group_by(LINE.c.source, LINE.c.claim_key)
        .having(func.sum(LINE.c.paid_cents) != 0)
        .subquery("loose")
    )  # fmt: skip
    person = with_person(CLAIM, "claim", CLAIM.join(loose, _is(CLAIM, loose.c.source, loose.c.claim_key)))
    columns = (CLAIM.c.source, CLAIM.c.source_key, CLAIM.c.payer_name, CLAIM.c.location_id, CLAIM.c.patient_first, CLAIM.c.patient_last)
    query = (
        select(*columns, loose.c.cents, loose.c.entered, *person.columns())
        .select_from(person.joined)
        .where(live(CLAIM, view.practice_id), func.coalesce(CLAIM.c.status, "SENT") != "VOID")
        .where(audience_gate(person.patient, "money"))
        .order_by(CLAIM.c.source, CLAIM.c.source_key)
    )
    return view.connection.execute(query).all()


def _partial_payments(view: RuleView) -> Sequence[Any]:
    """Partial payments with the money that is already tied to them; unknown where no line names any payment."""
    tied = (
        select(LINE.c.source, LINE.c.payment_key, cast(func.sum(LINE.c.paid_cents), BigInteger).label("cents"))
        .where(live(LINE, view.practice_id), LINE.c.payment_key.is_not(None))
        .group_by(LINE.c.source, LINE.c.payment_key)
        .subquery("tied")
    )
    same = and_(tied.c.source == PAYMENT.c.source, tied.c.payment_key == PAYMENT.c.source_key)
    columns = (column for column in PAYMENT.c if column.name != "practice_id")
    query = (
        select(*columns, func.coalesce(tied.c.cents, 0).label("tied_cents"))
        .select_from(PAYMENT.outerjoin(tied, same))
        .where(live(PAYMENT, view.practice_id), PAYMENT.c.status == "PARTIAL")
        .order_by(PAYMENT.c.source, PAYMENT.c.source_key)
    )
    return view.connection.execute(query).all()


def _is(claim: Any, source: Any, key: Any) -> Any:
    return and_(claim.c.source == source, claim.c.source_key == key)


def _due(view: RuleView, entered: date | None) -> date:
    assert isinstance(view.settings, UnfinalizedSettings)
    return view.workdays.plus(entered, view.settings.grace_bd) if entered else view.as_of


def _loose(view: RuleView, row: Any) -> Finding:
    payer = f", {row.payer_name}" if row.payer_name else ""
    return Finding(
        subject=f"claim:{ref(row.source, row.source_key)}",
        value_cents=abs(row.cents),
        sentence=f"{dollars(row.cents)} of insurance payments are entered but not tied to a check ({person_label(row)}{payer}).",
        next_step="finalize: tie them to the check, or take them back",
        likelihood=0.95,
        due=_due(view, row.entered),
        horizon_bd=5,
        since=row.entered,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state="loose",
        evidence=(f"claim:{ref(row.source, row.source_key)}",),
    )


def _partial(view: RuleView, row: Any) -> Finding:
    entered = row.entry_date or row.payment_date
    rest = max(0, (row.amount_cents or 0) - row.tied_cents)
    trace = f" {row.trace}" if row.trace else ""
    when = f" of {day_text(entered, view.as_of)}" if entered else ""
    return Finding(
        subject=f"ins_payment:{ref(row.source, row.source_key)}",
        value_cents=rest,
        sentence=(
            f"{row.payer_name or 'A payer'}'s check{trace}{when} ({dollars(row.amount_cents or 0)}) is marked partial; "
            f"{dollars(rest)} of it is not entered on claims."
        ),
        next_step="enter the rest of the check and complete it",
        likelihood=0.95,
        due=_due(view, entered),
        horizon_bd=5,
        since=entered,
        payer_name=row.payer_name,
        location_id=row.location_id,
        state="partial",
        evidence=(f"ins_payment:{ref(row.source, row.source_key)}",),
    )
