"""CLAIM-NOT-CREATED: work was done, the patient was insured that day, and no claim was made.

Counts: finished procedures with a fee, one item per patient and day, `grace_bd` working days or more after the service.
Does not count: work that is not to be billed, unfinished multi-visit work, codes that are never billed, medical and
discount plans, capitation unless the plan asks for an encounter; work older than `max_age_days`, which is past every
filing limit. There is no shorter window: an old visit stays until it is billed.
Money: the source's own estimate of the insurance, else the office's net fee, in cents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import Work, day_text, on_day, work_text
from plugins.rules_claims.unbilled import unbilled


class NotCreatedSettings(RuleSettings):
    """`[items.CLAIM-NOT-CREATED]`"""

    grace_bd: int = Field(1, ge=0, description="working days after the service in which nothing is said")
    never_billed_codes: tuple[str, ...] = Field((), description="beginnings of codes that are never billed by themselves")
    max_age_days: int = Field(548, ge=1, description="older work is past every filing limit; calendar days")


class ClaimNotCreated(Rule):
    """Finished work of an insured patient that stands on no claim."""

    code: ClassVar[str] = "CLAIM-NOT-CREATED"
    title: ClassVar[str] = "Work done, no claim made"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("procedure", "coverage", "claim", "claim_line")
    needs_columns: ClassVar[tuple[str, ...]] = ("procedure.date_completed", "claim_line.claim_key")
    reads: ClassVar[tuple[str, ...]] = ("claim", "claim_line")
    settings: ClassVar[type[BaseModel]] = NotCreatedSettings
    clears_when: ClassVar[str] = "the work stands on a claim, or is marked as not to be billed"
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, NotCreatedSettings)
        rows = [
            row
            for row in unbilled(view, settings.max_age_days, settings.never_billed_codes)
            if view.workdays.since(row.date_completed, view.as_of) >= settings.grace_bd
        ]
        visits = [tuple(group) for _, group in groupby(sorted(rows, key=_order), key=_visit)]
        per_day: Counter[date] = Counter(group[0].date_completed for group in visits)
        cents: Counter[date] = Counter()
        for row in rows:
            cents[row.date_completed] += row.exp_cents
        for group in visits:
            day = group[0].date_completed
            yield _finding(view, group, per_day[day], cents[day])


def _visit(row: Any) -> tuple[str, ...]:
    return row.source, row.person_source or "", row.person_key or row.source_key, row.date_completed.isoformat()


def _order(row: Any) -> tuple[str, ...]:
    return (*_visit(row), row.source_key)


def _finding(view: RuleView, group: Sequence[Any], visits: int, cents: int) -> Finding:
    first = group[0]
    day: date = first.date_completed
    who = person_ref(first)
    return Finding(
        subject=f"patient:{who}" if who else f"procedure:{ref(first.source, first.source_key)}",
        discriminator=day.isoformat(),
        value_cents=sum(row.exp_cents for row in group),
        sentence=_sentence(view, group, visits, cents),
        next_step="create the claim and send it",
        likelihood=0.98,
        due=view.workdays.plus(day, 1),
        horizon_bd=3,
        since=day,
        patient=who,
        patient_name=person_name(first),
        payer_name=first.payer_name,
        provider_key=first.provider_key,
        location_id=first.location_id,
        state="|".join(sorted(row.thing for row in group)),
        evidence=tuple(f"procedure:{ref(row.source, row.source_key)}" for row in group),
    )


def _sentence(view: RuleView, group: Sequence[Any], visits: int, cents: int) -> str:
    first = group[0]
    day, payer = first.date_completed, first.payer_name or "insurance"
    works = work_text(Work(row.code, row.description, row.tooth) for row in group)
    worth = dollars(sum(row.exp_cents for row in group))
    text = f"{person_label(first)}: {works} done {on_day(day, view.as_of)}, {payer} covers, no claim ({worth})."
    if visits > 1:
        ago = "yesterday" if (view.as_of - day).days == 1 else day_text(day, view.as_of)
        text += f" {visits} completed visits from {ago} have insurance but no claim ({dollars(cents)})."
    return text
