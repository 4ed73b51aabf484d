"""DEPOSIT-UNAPPLIED: a family prepaid, and the money still sits unused.

Counts: prepaid money that is not meant for planned work (`plugins.rules_money.pools`), when work was finished since whose
share is open; when the case it was meant for was declined; or when nobody touched it for `untouched_days`.
Money: the smaller of the free money and the open share; without open work the free money, in cents. Days: due `due_bd`
working days after the work, the refusal, or the last of the untouched days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import Work, day_text, since_month, work_text
from plugins.rules_money.pools import Pool, open_shares, pools


class UnappliedSettings(RuleSettings):
    """`[items.DEPOSIT-UNAPPLIED]`"""

    untouched_days: int = Field(90, ge=1, description="calendar days without a movement after which free money is listed")
    due_bd: int = Field(5, ge=0, description="working days to put it right")


class DepositUnapplied(Rule):
    """One item per family."""

    code: ClassVar[str] = "DEPOSIT-UNAPPLIED"
    title: ClassVar[str] = "Prepayment not used"
    owner: ClassVar[str] = "BL"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("ledger_entry", "procedure")
    needs_columns: ClassVar[tuple[str, ...]] = ("ledger_entry.unearned_type",)
    reads: ClassVar[tuple[str, ...]] = ("ledger_entry", "procedure")
    settings: ClassVar[type[BaseModel]] = UnappliedSettings
    clears_when: ClassVar[str] = "the money is allocated, refunded, or tagged to planned work"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, UnappliedSettings)
        prepaid = pools(view)
        shares = open_shares(view, [pool.family for pool in prepaid]) if prepaid else {}
        for pool in prepaid:
            works = [row for row in shares.get(pool.family, ()) if row.date_completed >= pool.first]
            case = _case(view, settings, pool, works)
            if case is not None and pool.free_cents(works) > 0:
                yield _finding(view, settings, pool, case)


@dataclass(frozen=True, slots=True)
class Case:
    """Why a pool is listed: since when, what is at stake, and the end of its sentence."""

    since: date
    cents: int
    words: str
    works: Sequence[Any] = ()


def _case(view: RuleView, settings: UnappliedSettings, pool: Pool, works: Sequence[Any]) -> Case | None:
    if works:
        first = works[0]
        done = work_text([Work(first.code, first.description)])
        cents = min(pool.free_cents(works), sum(row.left_cents for row in works))
        return Case(first.date_completed, cents, f" though the {done} was done {day_text(first.date_completed, view.as_of)}", works)
    if pool.cancelled_on is not None:
        return Case(pool.cancelled_on, pool.free_cents(), f" though the case was declined {day_text(pool.cancelled_on, view.as_of)}")
    last = pool.last + timedelta(days=settings.untouched_days)
    return Case(last, pool.free_cents(), f", untouched since {day_text(pool.last, view.as_of)}") if last <= view.as_of else None


def _finding(view: RuleView, settings: UnappliedSettings, pool: Pool, case: Case) -> Finding:
    payer = next(row for row in pool.entries if row.amount_cents < 0 and row.entry_date >= pool.first)
    guarantor = ref(*pool.family)
    kept = pool.meant_cents(case.works)
    meant = f" {dollars(kept)} more is meant for planned work and stays." if kept else ""
    return Finding(
        subject=f"patient:{guarantor}",
        value_cents=case.cents,
        sentence=(
            f"{dollars(pool.free_cents(case.works))} prepaid by {person_label(payer)} in {since_month(pool.first, view.as_of)} "
            f"still sits unused{case.words}.{meant}"
        ),
        next_step="allocate it; where it belongs to another member, ask; refund it if the work was cancelled",
        likelihood=0.9,
        risk=0.5,
        due=view.workdays.plus(case.since, settings.due_bd),
        horizon_bd=10,
        since=pool.first,
        patient=guarantor,
        patient_name=person_name(payer),
        location_id=payer.location_id,
        state=f"{pool.first} {case.words}",
        evidence=(*_entries(pool), *(f"procedure:{ref(row.source, row.source_key)}" for row in case.works)),
    )


def _entries(pool: Pool) -> tuple[str, ...]:
    return tuple(f"ledger_entry:{ref(row.source, row.source_key)}" for row in pool.entries if row.entry_date >= pool.first)
