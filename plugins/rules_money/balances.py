"""BAL-OVERDUE: the family owes its own part, was told so, and has not paid.

Counts: guarantors whose part (after pending insurance) is at least `min_cents`, so many days after the first statement as
the first of `steps` says. Does not count while a claim for work before that statement waits, a payment plan runs,
financing is pending; nor in dispute, bankruptcy, collections (words of the billing type), nor the estate of a deceased.
Money: the patient's part, in cents. Days: due on the day of the step that was reached, rolled to an open day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import Select, func, or_, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import current_claims
from hub.rulekit.people import live, with_person
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text
from plugins.rules_money.families import Family, family_key, guarantor_of, with_guarantor

ACCOUNT, PLAN, APPLICATION = TABLES["account"], TABLES["payment_plan"], TABLES["fin_application"]
_WAITING = (
    "DRAFT", "QUEUED", "HOLD", "HOLD_PRIMARY", "HOLD_IN_PROCESS", "SENT", "ACCEPTED", "REJECTED", "PENDED", "INFO_REQUESTED",
    "APPEALED",
)  # fmt: skip


class OverdueSettings(RuleSettings):
    """`[items.BAL-OVERDUE]`"""

    min_cents: int = Field(2000, ge=1, description="cents; smaller balances are left out")
    steps: tuple[int, ...] = Field((30, 45, 60, 90), min_length=1, description="calendar days since the first statement")
    manager_days: int = Field(90, ge=1, description="from this step on the manager decides")
    left_out_words: tuple[str, ...] = Field(
        ("collection", "bankrupt", "dispute", "legal", "estate"),
        description="words of the guarantor's billing type under which nobody is called",
    )


class BalanceOverdue(Rule):
    """One item per guarantor."""

    code: ClassVar[str] = "BAL-OVERDUE"
    title: ClassVar[str] = "Family balance overdue"
    owner: ClassVar[str] = "FD"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("account", "claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("account.patient_cents", "account.first_statement")
    reads: ClassVar[tuple[str, ...]] = ("account", "claim", "payment_plan", "fin_application")
    settings: ClassVar[type[BaseModel]] = OverdueSettings
    clears_when: ClassVar[str] = "the balance is below the least amount, or a payment plan is set up"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        rows = _accounts(view)
        if not rows:
            return
        planned, financed, claimed = _with_plan(view), _with_financing(view), _claims_by_family(view)
        for row in rows:
            family = (row.source, row.guarantor_key)
            waits = any(day is None or day <= row.first_statement for day in claimed.get(family, ()))
            if family in planned or family in financed or waits or _is_left_out(view, row):
                continue
            step = _step(view, row.first_statement)
            if step is not None:
                yield _finding(view, row, *step)


def _accounts(view: RuleView) -> Sequence[Any]:
    """The newest word on each account that is above the least amount and has been sent a statement."""
    settings = view.settings
    assert isinstance(settings, OverdueSettings)
    joined, guarantor = with_guarantor(ACCOUNT, view)
    turn = func.row_number().over(
        partition_by=[ACCOUNT.c.source, ACCOUNT.c.guarantor_key],
        order_by=[ACCOUNT.c.as_of.desc().nulls_last(), ACCOUNT.c.source_key.desc()],
    )
    columns = (column for column in ACCOUNT.c if column.name != "practice_id")
    ranked = (
        select(*columns, *guarantor, turn.label("turn"))
        .select_from(joined)
        .where(live(ACCOUNT, view.practice_id), ACCOUNT.c.guarantor_key.is_not(None))
        .subquery("ranked_account")
    )
    query = select(ranked).where(
        ranked.c.turn == 1,
        ranked.c.patient_cents >= settings.min_cents,
        ranked.c.first_statement <= view.as_of,
        func.coalesce(ranked.c.guarantor_is_test, False).is_(False),
    )
    return view.connection.execute(query.order_by(ranked.c.source, ranked.c.source_key)).all()


def _step(view: RuleView, first: date) -> tuple[int, date] | None:
    """The last step that was reached and its day, rolled to an open one."""
    settings = view.settings
    assert isinstance(settings, OverdueSettings)
    reached = [
        (days, on)
        for days in sorted(settings.steps)
        if (on := view.workdays.roll_forward(first + timedelta(days=days))) <= view.as_of
    ]
    return reached[-1] if reached else None


def _is_left_out(view: RuleView, row: Any) -> bool:
    settings = view.settings
    assert isinstance(settings, OverdueSettings)
    text = (row.guarantor_billing_type or "").casefold()
    return row.guarantor_status == "DECEASED" or any(word.casefold() in text for word in settings.left_out_words)


def _with_plan(view: RuleView) -> set[Family]:
    """Families with a running payment plan: one that is behind is PAYPLAN-MISSED, not a second line."""
    query = select(PLAN.c.source, PLAN.c.guarantor_key).where(
        live(PLAN, view.practice_id),
        func.coalesce(PLAN.c.status, "ACTIVE") == "ACTIVE",
        PLAN.c.closed_date.is_(None),
        func.coalesce(PLAN.c.is_insurance, False).is_(False),
    )
    return {(source, key) for source, key in view.connection.execute(query)}


def _with_financing(view: RuleView) -> set[Family]:
    """Families of people with an application that is not decided."""
    person = with_person(APPLICATION, "fin_application")
    query = (
        select(person.source, family_key(person.patient))
        .select_from(person.joined)
        .where(live(APPLICATION, view.practice_id), APPLICATION.c.status.in_(("CREATED", "PENDING")))
    )
    return {(source, key) for source, key in view.connection.execute(query)}


def _claims_by_family(view: RuleView) -> dict[Family, list[date | None]]:
    """The service days of the family's claims that wait, for whatever reason."""
    found: dict[Family, list[date | None]] = {}
    for source, key, day in view.connection.execute(_waiting_claims(view)):
        found.setdefault((source, key), []).append(day)
    return found


def _waiting_claims(view: RuleView) -> Select[Any]:
    claims = current_claims(view)
    person = with_person(claims, "claim")
    return (
        select(person.source, family_key(person.patient, claims), claims.c.service_from)
        .select_from(person.joined)
        .where(
            claims.c.payer_money,
            func.coalesce(claims.c.claim_type, "CLAIM") == "CLAIM",
            or_(claims.c.status.is_(None), claims.c.status.in_(_WAITING)),
            claims.c.received_date.is_(None),
        )
    )


def _finding(view: RuleView, row: Any, days: int, on: date) -> Finding:
    settings, who = view.settings, guarantor_of(row)
    assert isinstance(settings, OverdueSettings)
    ago = (view.as_of - row.first_statement).days
    aged = f" Balance as of {day_text(row.as_of, view.as_of)}." if row.as_of is not None and row.as_of != view.as_of else ""
    to_manager = days >= settings.manager_days
    return Finding(
        subject=f"patient:{who.reference}",
        value_cents=row.patient_cents,
        sentence=f"{who.label}: family balance {dollars(row.patient_cents)}, {ago} days since first statement, no plan.{aged}",
        next_step="hand to the manager" if to_manager else "call kindly; offer text-to-pay or a plan",
        likelihood=0.45,
        due=on,
        horizon_bd=10,
        since=row.first_statement,
        patient=who.reference,
        patient_name=who.name,
        location_id=row.location_id or who.location_id,
        state=f"step {days} @{row.first_statement}",
        evidence=(f"account:{ref(row.source, row.source_key)}",),
    )
