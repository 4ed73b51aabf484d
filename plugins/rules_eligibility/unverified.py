"""ELIG-UNVERIFIED: a visit is near, and nobody knows whether the plan is in force and what it still pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import coming_day, joined
from plugins.rules_eligibility.coverages import Coverage, by_person, coverages
from plugins.rules_eligibility.visits import Visit, visits_of


class UnverifiedSettings(RuleSettings):
    """`[items.ELIG-UNVERIFIED]`; cents and days."""

    window_bd: int = Field(3, ge=0, description="visits within so many working days")
    large_window_bd: int = Field(5, ge=0, description="the same when much insurance money is expected")
    large_cents: int = Field(50_000, ge=0, description="from so much expected insurance money on")
    valid_days: int = Field(
        30, ge=1, description="calendar days for which an answer is believed; Medicaid: its calendar month"
    )
    lead_bd: int = Field(2, ge=0, description="working days before the visit by which it should be verified")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One coverage of one visit that is not verified, and why, in words."""

    coverage: Coverage
    why: str


class EligibilityUnverified(Rule):
    """A visit within three working days (five when insurance should pay $500 or more), and for one of the patient's coverages
    in force no active answer of the last 30 days; or its benefits were last read in an earlier benefit year. Medicaid: an
    answer of the visit's calendar month, and on the day of the visit one of that day.

    The practice system's own "verified on" of the person's coverage counts, that of the plan's benefits does not (it says
    nothing of the person). Verified by telephone and noted in free text cannot be seen. A coverage whose answer failed is
    ELIG-FAILED. One line per visit; second plans are named.
    """

    code: ClassVar[str] = "ELIG-UNVERIFIED"
    title: ClassVar[str] = "Visit soon, coverage not verified"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"  # the payer is asked, nobody is called
    needs: ClassVar[tuple[str, ...]] = ("appointment", "coverage", "eligibility_check|coverage")
    needs_columns: ClassVar[tuple[str, ...]] = ("eligibility_check.reply|coverage.verified_on",)
    reads: ClassVar[tuple[str, ...]] = ("eligibility_check", "coverage")
    settings: ClassVar[type[BaseModel]] = UnverifiedSettings
    clears_when: ClassVar[str] = (
        "the payer answers active, or the office verifies the coverage; it expires with the visit"
    )
    perishable: ClassVar[bool] = True

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, UnverifiedSettings)
        held = by_person(coverages(view).values())
        last = view.workdays.plus(view.as_of, max(settings.window_bd, settings.large_window_bd))
        visits = [(person, visit) for person, some in visits_of(view, last).items() for visit in some]
        insured = [(visit, own) for person, visit in visits if (own := _askable(held.get(person, ()), visit.on))]
        found = [(visit, own, doubts) for visit, own in insured if (doubts := _doubts(visit, own, settings, view))]
        per_day = _per_day([(visit.on, own[0].person) for visit, own in insured])
        open_per_day = _per_day([(visit.on, own[0].person) for visit, own, _ in found])
        for visit, _, doubts in sorted(found, key=lambda each: (each[0].source, each[0].key)):
            yield _finding(visit, doubts, (open_per_day[visit.on], per_day[visit.on]), settings, view)


def _askable(own: Sequence[Coverage], day: date) -> list[Coverage]:
    """Coverages in force on that day that the office wants verified."""
    return [each for each in own if each.in_force(day) and not each.row.skip and not each.row.skip_plan]


def _doubts(visit: Visit, own: Sequence[Coverage], settings: UnverifiedSettings, view: RuleView) -> list[Doubt]:
    """Why the visit's coverages are not verified; empty outside the window."""
    large = visit.insurance_cents >= settings.large_cents
    window = settings.large_window_bd if large else settings.window_bd
    if view.workdays.left(view.as_of, visit.on) > window:
        return []
    found = []
    for each in own:
        why = "" if each.failed(visit.on) else _why_in_doubt(each, visit.on, settings, view)
        if why:
            found.append(Doubt(each, why))
    return found


def _why_in_doubt(coverage: Coverage, day: date, settings: UnverifiedSettings, view: RuleView) -> str:
    active = coverage.active_on
    if coverage.row.kind == "MEDICAID" or coverage.row.is_public:
        known = (
            active is not None
            and (active.year, active.month) == (day.year, day.month)
            and (day != view.as_of or active == day)
        )
    else:
        known = active is not None and active >= view.as_of - timedelta(days=settings.valid_days)
    if not known:
        last = coverage.checks[-1] if coverage.checks else None
        down = last is not None and last.reply == "ERROR" and (active is None or last.checked_on >= active)
        return (
            f"the payer could not answer: {last.reason}"
            if down and last is not None and last.reason
            else "not verified"
        )
    began = _benefit_year(coverage.row.benefit_year_start, day)
    old = coverage.benefits_on is not None and coverage.benefits_on < began
    return "benefits are of an earlier year" if old else ""


def _benefit_year(start: date | None, day: date) -> date:
    """The first day of the benefit year of `day`; a plan that does not say runs with the calendar."""
    month, first = (start.month, min(start.day, 28)) if start is not None else (1, 1)
    began = date(day.year, month, first)
    return began if began <= day else date(day.year - 1, month, first)


def _per_day(pairs: Sequence[tuple[date, object]]) -> Mapping[date, int]:
    people: dict[date, set[object]] = {}
    for day, person in pairs:
        people.setdefault(day, set()).add(person)
    return {day: len(some) for day, some in people.items()}


def _finding(
    visit: Visit, doubts: Sequence[Doubt], patients: tuple[int, int], settings: UnverifiedSettings, view: RuleView
) -> Finding:
    """`patients`: of the day's insured patients, how many are not verified, and how many there are."""
    row = doubts[0].coverage.row
    appointment = f"appointment:{ref(visit.source, visit.key)}"
    due = view.workdays.plus(visit.on, -settings.lead_bd) if settings.lead_bd else visit.on
    return Finding(
        subject=appointment,
        value_cents=visit.insurance_cents,
        sentence=_sentence(visit, doubts, patients, view),
        next_step="run the check and enter the answer in the practice system",
        likelihood=0.95,
        risk=0.5,
        due=due,
        horizon_bd=4,
        since=None,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        provider_key=visit.provider_key,
        location_id=visit.location_id,
        state=" ".join(f"{doubt.coverage.key[1]} {doubt.why}" for doubt in doubts) + f" {visit.on}",
        evidence=(appointment, *(f"coverage:{ref(*doubt.coverage.key)}" for doubt in doubts)),
    )


def _sentence(visit: Visit, doubts: Sequence[Doubt], patients: tuple[int, int], view: RuleView) -> str:
    row, when = doubts[0].coverage.row, coming_day(visit.on, view.as_of)
    payers = joined([doubt.coverage.row.payer_name or "insurance" for doubt in doubts])
    reasons = list(dict.fromkeys(doubt.why for doubt in doubts))
    more = "" if reasons == ["not verified"] else f" ({'; '.join(reasons)})"
    text = f"{person_label(row)}'s {payers} coverage is not verified for {when}{more}"
    text += f"; {dollars(visit.insurance_cents)} of insurance money is guesswork." if visit.insurance_cents else "."
    lacking, insured = patients
    if lacking > 1:
        text += f" {lacking} of the {insured} insured patients of that day are not verified."
    return text
