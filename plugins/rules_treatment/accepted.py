"""TX-ACCEPTED-UNBOOKED: the patient said yes and the work is not on the book.

Counts: planned procedures worth money (`hub.rulekit.treatment.counted`) of an accepted case, not held by a coming
visit, at least `grace_bd` working days after the decision. Does not count: phases that may not start yet.
Evidence of a yes: the case's status (ACCEPTED, PARTIAL), a signed plan, a deposit or financing tagged to the case.
Money: sum of max(0, fee - estimated write-off), in cents. Days: due at decision + 2 working days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import CTE, ColumnElement, and_, exists, false, func, or_, select, true

from hub.contract import Finding, Rule, RuleView
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.contacts import Contacts, follow_up, likelihood, logged_contacts
from hub.rulekit.settings import RuleSettings
from hub.rulekit.treatment import DEFAULT_CASE_NAMES, counted
from hub.rulekit.visits import HELD, next_visits, unbooked
from hub.rulekit.wording import working_days
from plugins.rules_treatment.cases import FAILED_WINDOW, Bundle, bundles, latest


class Phase(RuleSettings):
    """After `done` on the same tooth (or area), `next` has to heal for `min_days`. Both are code beginnings."""

    done: tuple[str, ...] = Field(description='beginnings of codes of the earlier step, for example ["D7"]')
    next: tuple[str, ...] = Field(description='beginnings of codes of the later step, for example ["D6010"]')
    min_days: int = Field(ge=1, description="days the earlier step must lie back")
    same_site: bool = Field(True, description="only on the same tooth or area; false: anywhere in the mouth")


PHASES = (
    Phase(done=("D7",), next=("D6010",), min_days=90),  # type: ignore[call-arg]
    Phase(done=("D6010",), next=("D605", "D606", "D607"), min_days=90),  # type: ignore[call-arg]
    Phase(done=("D4341", "D4342"), next=("D4910",), min_days=90, same_site=False),
)


class AcceptedSettings(RuleSettings):
    """`[items.TX-ACCEPTED-UNBOOKED]`"""

    grace_bd: int = Field(1, ge=0, description="working days after the yes before the item opens")
    phase_table: tuple[Phase, ...] = Field(PHASES, description="steps that must heal before the next one is booked")
    default_case_names: tuple[str, ...] = Field(
        DEFAULT_CASE_NAMES, description="names of the case that holds every planned procedure of a patient"
    )


class AcceptedUnbooked(Rule):
    """One item per patient and accepted case."""

    code = "TX-ACCEPTED-UNBOOKED"
    title = "Accepted treatment, nothing booked"
    owner = "TC"
    audience = "contact"
    needs = ("treatment_case", "procedure", "appointment")
    needs_columns = ("treatment_case.status", "procedure.fee_cents", "appointment.start_date", HELD)
    settings: ClassVar[type[BaseModel]] = AcceptedSettings
    clears_when = (
        "every procedure of the case is booked, completed, referred out or inactive, or the case is declined;"
        " booking a part makes the amount smaller"
    )

    def findings(self, view: RuleView) -> Iterator[Finding]:
        assert isinstance(view.settings, AcceptedSettings)
        cases = [case for case in bundles(_accepted_rows(view, view.settings)) if _is_ripe(case, view)]
        contacts, visits = _contacts(view, cases), next_visits(view)
        for case in cases:
            yield _finding(view, case, contacts, visits.get(case.person))


def _accepted_rows(view: RuleView, settings: AcceptedSettings) -> Sequence[Any]:
    work = counted(view, settings.default_case_names)
    query = select(work).where(work.c.is_accepted, unbooked(view, work), ~_heals(view, work, settings.phase_table))
    return view.connection.execute(query).all()


def _heals(view: RuleView, work: CTE, phases: Sequence[Phase]) -> ColumnElement[bool]:
    """The earlier step of a listed phase is still planned, or was done too few days ago: this one cannot be booked."""
    return or_(false(), *(_waits_for(view, work, phase) for phase in phases))


def _waits_for(view: RuleView, work: CTE, phase: Phase) -> ColumnElement[bool]:
    step = TABLES["procedure"].alias("earlier_step")
    done_after = view.as_of - timedelta(days=phase.min_days)
    on_same_site = func.coalesce(step.c.tooth, step.c.area, "") == func.coalesce(work.c.tooth, work.c.area, "")
    return and_(
        or_(*(work.c.code.startswith(code, autoescape=True) for code in phase.next)),
        exists().where(
            step.c.practice_id == view.practice_id,
            step.c.source == work.c.source,
            step.c.patient_key == work.c.patient_key,
            step.c.deleted_at.is_(None),
            or_(*(step.c.code.startswith(code, autoescape=True) for code in phase.done)),
            or_(
                and_(step.c.status.in_(("PLANNED", "IN_PROGRESS")), step.c.case_key == work.c.case_key),
                and_(step.c.status == "COMPLETED", step.c.date_completed > done_after),
            ),
            on_same_site if phase.same_site else true(),
        ),
    )


def decided_on(case: Bundle) -> date | None:
    """The day of the yes: the decision or its evidence, else the presentation, the case's making, the planning."""
    first = case.rows[0]
    return first.accepted_on or first.presented_date or first.case_created or latest(r.date_planned for r in case.rows)


def _is_ripe(case: Bundle, view: RuleView) -> bool:
    assert isinstance(view.settings, AcceptedSettings)
    decided = decided_on(case)
    return decided is None or view.workdays.since(decided, view.as_of) >= view.settings.grace_bd


def _contacts(view: RuleView, cases: Sequence[Bundle]) -> Contacts:
    days = [day for case in cases if (day := decided_on(case)) is not None]
    return logged_contacts(view, min([view.as_of - FAILED_WINDOW, *days]))


def _finding(view: RuleView, case: Bundle, contacts: Contacts, in_chair: date | None) -> Finding:
    decided, made = decided_on(case), contacts.get(case.person, ())
    due = wake_on = None
    if decided is not None:
        roll = view.workdays.roll_forward
        touches = (view.workdays.plus(decided, 2), *(roll(decided + timedelta(days=days)) for days in (14, 60)))
        step = follow_up(touches, made, decided + timedelta(days=1), view.as_of, in_chair)
        due, wake_on = step.due, step.wake_on
    return Finding(
        subject=case.subject,
        value_cents=case.value_cents,
        sentence=_sentence(view, case, decided),
        next_step="call, offer two times, ask what is in the way (time, money, fear, trust)",
        likelihood=likelihood(0.70, made, view.as_of),
        risk=0.5 if case.is_urgent else 0.0,
        due=due,
        since=decided,
        state=case.state,
        evidence=case.evidence,
        wake_on=wake_on,
        **case.who(),
    )


def _sentence(view: RuleView, case: Bundle, decided: date | None) -> str:
    part = "to part of a plan: " if case.rows[0].case_status == "PARTIAL" else "to the "
    ago = working_days(view.workdays.since(decided, view.as_of)) if decided else "(day not noted)"
    return f"{case.label} said yes {part}{case.words} ({dollars(case.value_cents)}) {ago}. Nothing of it is booked."
