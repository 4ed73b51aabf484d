"""TX-UNSCHEDULED: treatment was shown, nobody said yes or no, nothing is booked.

Counts: planned procedures worth money (`hub.rulekit.treatment.counted`) of a case that is PROPOSED or UNKNOWN (or of no
case), shown 2 working days to 365 days ago, together at least `min_value` (no floor when one of them is URGENT).
Does not count: cases with any evidence of a yes (TX-ACCEPTED-UNBOOKED), cases whose next phase came to a halt
(TX-PHASE-STALLED), work that was begun and waits for its seat visit (TX-SEAT-MISSING), declined cases, cases on hold.
Money: sum of max(0, fee - estimated write-off), in cents. Days: follow-ups 2 working days, 14 and 60 days after it was
shown, each rolled to an open day; the item sleeps in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Finding, Rule, RuleView
from hub.money import dollars
from hub.rulekit.contacts import Contact, FollowUp, follow_up, likelihood, logged_contacts
from hub.rulekit.settings import RuleSettings
from hub.rulekit.treatment import DEFAULT_CASE_NAMES
from hub.rulekit.visits import HELD, next_visits
from hub.rulekit.wording import day_text, ordinal
from plugins.rules_treatment.cases import FAILED_WINDOW, Bundle, bundles, latest
from plugins.rules_treatment.halted import halted, undecided_work
from plugins.rules_treatment.phases import ALL_PHASES, Phase


class UnscheduledSettings(RuleSettings):
    """`[items.TX-UNSCHEDULED]`"""

    min_value: int = Field(150, ge=0, description="dollars; smaller plans are left out unless urgent")
    min_age_bd: int = Field(2, ge=0, description="working days after the presentation before the item opens")
    max_age_days: int = Field(365, ge=1, description="older plans need a fresh look, not a call")
    default_case_names: tuple[str, ...] = Field(
        DEFAULT_CASE_NAMES, description="names of the case that holds every planned procedure of a patient"
    )
    phase_table: tuple[Phase, ...] = Field(
        ALL_PHASES, description="the same table as for TX-PHASE-STALLED, which keeps the cases that it lists"
    )
    phase_grace_days: int = Field(7, ge=0, description="the same as `grace_days` of TX-PHASE-STALLED")


class Unscheduled(Rule):
    """One item per patient and undecided case."""

    code = "TX-UNSCHEDULED"
    title = "Treatment shown, not decided"
    owner = "TC"
    audience = "contact"
    needs = ("procedure", "appointment")
    needs_columns = ("procedure.fee_cents", "appointment.start_date", HELD)
    reads = ("procedure", "appointment", "treatment_case")
    settings: ClassVar[type[BaseModel]] = UnscheduledSettings
    clears_when = (
        "every procedure of the case is booked, completed, referred out or inactive, or the case is accepted, declined"
        " or put on hold"
    )

    def findings(self, view: RuleView) -> Iterator[Finding]:
        assert isinstance(view.settings, UnscheduledSettings)
        works = undecided_work(view, view.settings.default_case_names)
        taken = _stalled_cases(view, view.settings, works)
        oldest, newest = view.as_of - _oldest(view), _newest(view)
        shown = bundles(work for work in works if _is_shown(work, oldest, newest))
        cases = [case for case in shown if _is_listed(view, case) and case.key not in taken]
        contacts, visits = logged_contacts(view, view.as_of - max(_oldest(view), FAILED_WINDOW)), next_visits(view)
        for case in cases:
            yield _finding(view, case, contacts.get(case.person, ()), visits.get(case.person))


def _stalled_cases(
    view: RuleView, settings: UnscheduledSettings, works: Sequence[Any]
) -> frozenset[tuple[str, ...]]:
    """One code per case: a case that TX-PHASE-STALLED lists is not listed here."""
    stalled = halted(view, works, settings.phase_table, settings.phase_grace_days)
    return frozenset(case.key for case in bundles(each.work for each in stalled))


def _oldest(view: RuleView) -> timedelta:
    assert isinstance(view.settings, UnscheduledSettings)
    return timedelta(days=view.settings.max_age_days)


def _newest(view: RuleView) -> date:
    """The last day that lies enough working days back; what was shown later joins the item when its day comes."""
    assert isinstance(view.settings, UnscheduledSettings)
    day = view.as_of
    while view.workdays.since(day, view.as_of) < view.settings.min_age_bd:
        day -= timedelta(days=1)
    return day


def _is_shown(work: Any, oldest: date, newest: date) -> bool:
    """Undecided, and shown (or planned) neither too long ago nor too lately."""
    shown = work.presented_date or work.date_planned
    return work.case_status in ("PROPOSED", "UNKNOWN") and shown is not None and oldest <= shown <= newest


def shown_on(case: Bundle) -> date:
    """The day the newest part of it was shown (or planned, when no presentation is noted)."""
    day = latest(row.presented_date or row.date_planned for row in case.rows)
    assert day is not None  # `_is_shown` lets no row without a day through
    return day


def _is_listed(view: RuleView, case: Bundle) -> bool:
    assert isinstance(view.settings, UnscheduledSettings)
    return case.value_cents >= view.settings.min_value * 100 or any(row.priority == "URGENT" for row in case.rows)


def _finding(view: RuleView, case: Bundle, contacts: Sequence[Contact], in_chair: date | None) -> Finding:
    shown, roll = shown_on(case), view.workdays.roll_forward
    touches = (view.workdays.plus(shown, 2), *(roll(shown + timedelta(days=days)) for days in (14, 60)))
    step = follow_up(touches, contacts, shown + timedelta(days=1), view.as_of, in_chair)
    return Finding(
        subject=case.subject,
        value_cents=case.value_cents,
        sentence=_sentence(view, case, step),
        next_step="call first, then text or e-mail where allowed; note the reason",
        likelihood=likelihood(0.35, contacts, view.as_of),
        risk=0.5 if case.is_urgent else 0.0,
        due=step.due,
        since=shown,
        state=case.state,
        evidence=case.evidence,
        wake_on=step.wake_on,
        **case.who(),
    )


def _sentence(view: RuleView, case: Bundle, step: FollowUp) -> str:
    worth, day = f"{case.words} ({dollars(case.value_cents)})", day_text(shown_on(case), view.as_of)
    if case.rows[0].presented_date is not None:
        said = f"{case.label} was shown {worth} on {day} and has not decided."
    else:
        said = f"{case.label}: {worth} was planned on {day}, no decision is noted."
    return f"{said} {_touch_text(view, step)}"


def _touch_text(view: RuleView, step: FollowUp) -> str:
    if step.number > 3:
        return "Three follow-ups are made; speak about it at the next visit."
    assert step.due is not None  # only after the last follow-up there is no day
    if step.number == 1 and step.due < view.as_of:
        return "No follow-up is noted yet."
    touch = f"{ordinal(step.number)} follow-up".capitalize()
    return f"{touch} is due." if step.due <= view.as_of else f"{touch} is due on {day_text(step.due, view.as_of)}."
