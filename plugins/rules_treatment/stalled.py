"""TX-PHASE-STALLED: one step of treatment is finished, the next one is planned and not on the book.

Counts: planned procedures worth money of a case without a yes, whose earlier step on the same tooth (`phase_table`) was
finished at least `grace_days` and the phase's `min_days` ago. Does not count: healing time; a step that was made again
since; work that an open referral sends out; cases with a yes (TX-ACCEPTED-UNBOOKED speaks of those).
Money: sum of max(0, fee - estimated write-off), in cents. Days: due `late_days` after the earlier step, rolled to an
open day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.contacts import Contact, likelihood, logged_contacts
from hub.rulekit.settings import RuleSettings
from hub.rulekit.treatment import DEFAULT_CASE_NAMES
from hub.rulekit.visits import HELD
from hub.rulekit.wording import Work, work_name, work_text
from plugins.rules_treatment.cases import FAILED_WINDOW, Bundle, bundles
from plugins.rules_treatment.halted import Halted, halted, undecided_work
from plugins.rules_treatment.phases import ALL_PHASES, Phase


class StalledSettings(RuleSettings):
    """`[items.TX-PHASE-STALLED]`"""

    phase_table: tuple[Phase, ...] = Field(ALL_PHASES, description="which step follows which, and when it is late")
    grace_days: int = Field(7, ge=0, description="calendar days after the earlier step in which nothing is said")
    default_case_names: tuple[str, ...] = Field(
        DEFAULT_CASE_NAMES, description="names of the case that holds every planned procedure of a patient"
    )


class PhaseStalled(Rule):
    """One item per patient and case."""

    code = "TX-PHASE-STALLED"
    title = "Next phase of treatment not booked"
    owner = "TC"
    audience = "contact"
    needs = ("procedure", "appointment")
    needs_columns = ("procedure.date_completed", "procedure.fee_cents", "appointment.start_date", HELD)
    reads = ("procedure", "appointment", "treatment_case", "referral")
    settings: ClassVar[type[BaseModel]] = StalledSettings
    clears_when = "the next phase is booked, done or referred out, or the case is closed"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        assert isinstance(view.settings, StalledSettings)
        given = view.settings
        works = undecided_work(view, given.default_case_names)
        found = halted(view, works, given.phase_table, given.grace_days)
        per_thing = {(each.work.source, each.work.thing): each for each in found}
        contacts = logged_contacts(view, view.as_of - FAILED_WINDOW)
        for case in bundles(each.work for each in found):
            yield _finding(view, case, _steps_of(case, per_thing), contacts.get(case.person, ()))


def _steps_of(case: Bundle, per_thing: Mapping[tuple[str, str], Halted]) -> Sequence[Halted]:
    """The case's procedures with their steps, the one that is late first in front."""
    steps = [per_thing[row.source, row.thing] for row in case.rows]
    return sorted(steps, key=lambda each: (each.late_on, each.work.source_key))


def _finding(view: RuleView, case: Bundle, steps: Sequence[Halted], contacts: Sequence[Contact]) -> Finding:
    first = steps[0]
    done: date = first.step.date_completed
    finished = {f"procedure:{ref(each.step.source, each.step.source_key)}": None for each in steps}
    return Finding(
        subject=case.subject,
        value_cents=case.value_cents,
        sentence=_sentence(view, case, first),
        next_step='call: "the doctor does not want this left open"',
        likelihood=likelihood(0.60, contacts, view.as_of),
        risk=1.0 if any(each.phase.fragile for each in steps) else 0.5,
        due=view.workdays.roll_forward(first.late_on),
        horizon_bd=20,
        since=done,
        state=case.state,
        evidence=(*case.evidence, *finished),
        **case.who(),
    )


def _sentence(view: RuleView, case: Bundle, first: Halted) -> str:
    done = first.step
    step = work_name(Work(done.code, done.description))
    on = f" on #{done.tooth}" if done.tooth else ""
    ago = (view.as_of - done.date_completed).days
    verb = "are" if len(case.rows) > 1 else "is"
    return (
        f"{case.label}'s {step}{on} was finished {ago} days ago; "
        f"the {_next_words(case.rows, done.tooth)} ({dollars(case.value_cents)}) {verb} not booked."
    )


def _next_words(rows: Sequence[Any], tooth: str | None) -> str:
    """The next work; its tooth is named only where it is another than the step's."""
    same = bool(tooth) and all(row.tooth == tooth for row in rows)
    return work_text(Work(row.code, row.description, None if same else row.tooth) for row in rows)
