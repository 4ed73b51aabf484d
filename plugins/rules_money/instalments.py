"""PAYPLAN-MISSED: an instalment of a payment plan did not come, or the plan was never signed.

Counts: plans that are ACTIVE and not closed, with instalments unpaid `grace_days` after their day (a declined card: from
the next working day on), or with an instalment due and no signature, where the source states signatures at all. Paid is
what the source says of the instalment, or what the ledger shows as paid on the plan, whichever is more: cash at the desk
counts. Does not count: plans of insurers. A deceased guarantor is not called: the manager decides.
Money: the instalments that are overdue, in cents. Days: due on the day of the oldest one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, cast, func, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.people import live
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import counted, day_text, ordinal
from plugins.rules_money.families import guarantor_of, with_guarantor

PLAN, CHARGE, ENTRY = TABLES["payment_plan"], TABLES["plan_charge"], TABLES["ledger_entry"]
_PAYMENTS = ("PATIENT_PAYMENT", "FINANCING", "REFUND", "FINANCING_REFUND")
PlanKey = tuple[str, str]


class MissedSettings(RuleSettings):
    """`[items.PAYPLAN-MISSED]`"""

    grace_days: int = Field(5, ge=0, description="calendar days after an instalment's day")
    retry_bd: int = Field(1, ge=0, description="working days after a declined card; until then it may be tried again")


class PayPlanMissed(Rule):
    """One item per payment plan."""

    code: ClassVar[str] = "PAYPLAN-MISSED"
    title: ClassVar[str] = "Payment plan behind or not signed"
    owner: ClassVar[str] = "FD"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("payment_plan", "plan_charge")
    needs_columns: ClassVar[tuple[str, ...]] = ("plan_charge.due_date", "plan_charge.paid_cents|ledger_entry.payment_plan_key")
    reads: ClassVar[tuple[str, ...]] = ("plan_charge", "ledger_entry")
    settings: ClassVar[type[BaseModel]] = MissedSettings
    clears_when: ClassVar[str] = "the instalments are paid or re-dated, or the plan is signed or closed"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        plans, charges, ledger = _plans(view), _charges(view), _ledger_payments(view)
        signing = {row.source for row in plans if row.signed_date is not None}
        for plan in plans:
            if plan.guarantor_is_test or (plan.status or "ACTIVE") != "ACTIVE" or plan.closed_date or plan.is_insurance:
                continue
            key = (plan.source, plan.source_key)
            due = [Due(row, left) for row, left in _unpaid(charges.get(key, ()), ledger.get(key, 0))]
            unsigned = plan.source in signing and plan.signed_date is None
            yield from _finding(view, plan, [each for each in due if _is_late(view, each)], charges.get(key, ()), unsigned)


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment and what is left of it, in cents."""

    row: Any
    left: int


def _plans(view: RuleView) -> Sequence[Any]:
    joined, guarantor = with_guarantor(PLAN, view)
    columns = (column for column in PLAN.c if column.name != "practice_id")
    query = select(*columns, *guarantor).select_from(joined).where(live(PLAN, view.practice_id))
    return view.connection.execute(query.order_by(PLAN.c.source, PLAN.c.source_key)).all()


def _charges(view: RuleView) -> Mapping[PlanKey, Sequence[Any]]:
    """Instalments whose day has come, oldest first, by plan."""
    columns = (CHARGE.c.source, CHARGE.c.source_key, CHARGE.c.plan_key, CHARGE.c.due_date, CHARGE.c.amount_cents)
    query = (
        select(*columns, CHARGE.c.paid_cents, CHARGE.c.failed_date)
        .where(live(CHARGE, view.practice_id), CHARGE.c.due_date <= view.as_of, CHARGE.c.amount_cents > 0)
        .order_by(CHARGE.c.due_date, CHARGE.c.source_key)
    )
    found: defaultdict[PlanKey, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.source, row.plan_key].append(row)
    return found


def _ledger_payments(view: RuleView) -> Mapping[PlanKey, int]:
    """What the ledger shows as paid on each plan, in cents."""
    query = (
        select(ENTRY.c.source, ENTRY.c.payment_plan_key, cast(-func.sum(ENTRY.c.amount_cents), BigInteger))
        .where(
            live(ENTRY, view.practice_id),
            ENTRY.c.payment_plan_key.is_not(None),
            ENTRY.c.kind.in_(_PAYMENTS),
            ENTRY.c.entry_date <= view.as_of,
            func.coalesce(ENTRY.c.status, "POSTED") != "VOID",
        )
        .group_by(ENTRY.c.source, ENTRY.c.payment_plan_key)
    )
    return {(source, plan): paid for source, plan, paid in view.connection.execute(query)}


def _unpaid(charges: Sequence[Any], in_ledger: int) -> Iterator[tuple[Any, int]]:
    """Instalments with something left, the oldest paid first by what the ledger has beyond the instalments' own word."""
    more = max(0, in_ledger - sum(row.paid_cents or 0 for row in charges))
    for row in charges:
        left = row.amount_cents - (row.paid_cents or 0)
        used = max(0, min(more, left))
        more -= used
        if left - used > 0:
            yield row, left - used


def _is_late(view: RuleView, due: Due) -> bool:
    settings = view.settings
    assert isinstance(settings, MissedSettings)
    if due.row.failed_date is not None:
        return view.workdays.since(due.row.failed_date, view.as_of) >= settings.retry_bd
    grace = view.workdays.roll_forward(due.row.due_date + timedelta(days=settings.grace_days))
    return grace <= view.as_of


def _finding(
    view: RuleView, plan: Any, late: Sequence[Due], charges: Sequence[Any], unsigned: bool
) -> Iterator[Finding]:
    """At most one; an unsigned plan is listed once its first instalment is due, with whatever of it is late."""
    who = guarantor_of(plan)
    dead = who.status == "DECEASED"
    if not late and (dead or not (unsigned and charges)):
        return
    first = late[0].row if late else charges[0]
    failed = [each for each in late if each.row.failed_date is not None]
    yield Finding(
        subject=f"payment_plan:{ref(plan.source, plan.source_key)}",
        value_cents=sum(each.left for each in late),
        sentence=_sentence(view, who.label, late, failed, first.due_date, unsigned),
        next_step=_next_step(late, unsigned, dead),
        likelihood=0.6,
        due=_due(view, first),
        horizon_bd=5,
        since=first.due_date,
        patient=who.reference if plan.guarantor_key else None,
        patient_name=who.name,
        location_id=plan.location_id,
        state=_state(late, failed, unsigned),
        evidence=(
            f"payment_plan:{ref(plan.source, plan.source_key)}",
            *(f"plan_charge:{ref(each.row.source, each.row.source_key)}" for each in late),
        ),
    )


def _state(late: Sequence[Due], failed: Sequence[Due], unsigned: bool) -> str:
    """With the days of the missed instalments: one that is missed later is another, though there be one again."""
    said = f"{len(late)} late {len(failed)} failed {'unsigned' if unsigned else ''}"
    return f"{said} @{' '.join(str(each.row.due_date) for each in late)}" if late else said


def _next_step(late: Sequence[Due], unsigned: bool, dead: bool) -> str:
    if dead:
        return "do not call the family: stop the card and hand to the manager (estate)"
    return "get the plan signed" if unsigned and not late else "call, update the card"


def _due(view: RuleView, first: Any) -> date:
    settings = view.settings
    assert isinstance(settings, MissedSettings)
    if first.failed_date is not None:
        return view.workdays.plus(first.failed_date, settings.retry_bd)
    day: date = view.workdays.roll_forward(first.due_date)
    return day


def _sentence(
    view: RuleView, label: str, late: Sequence[Due], failed: Sequence[Due], since: date, unsigned: bool
) -> str:
    if failed:
        times = f", {ordinal(len(failed))} time" if len(failed) > 1 else ""
        said = f"Card declined for {label}'s plan: {dollars(failed[-1].left)}{times}."
    elif late:
        parts = f"{counted(len(late))} instalment{'s' if len(late) > 1 else ''}"
        said = f"{label}'s payment plan is behind by {dollars(sum(each.left for each in late))}: {parts} since {day_text(since, view.as_of)}."
    else:
        return f"{label}'s payment plan is not signed; its first instalment was due on {day_text(since, view.as_of)}."
    return f"{said} The plan is not signed." if unsigned else said
