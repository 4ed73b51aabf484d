"""TX-ACCEPTED-UNBOOKED: the patient said yes and the work is not on the book.

Counts: planned procedures worth money (`hub.rulekit.treatment.counted`) of an accepted case, not held by a coming
visit, at least `grace_bd` working days after the decision. Does not count: phases that may not start yet, and work
that was begun and waits for its seat visit (TX-SEAT-MISSING).
Evidence of a yes: the case's status (ACCEPTED, PARTIAL), a signed plan, a deposit or financing tagged to the case.
Money: sum of max(0, fee - estimated write-off), in cents. Days: due at decision + 2 working days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import or_, select

from hub.contract import Finding, Rule, RuleView
from hub.money import dollars
from hub.rulekit.contacts import Contacts, follow_up, likelihood, logged_contacts
from hub.rulekit.settings import RuleSettings
from hub.rulekit.treatment import DEFAULT_CASE_NAMES, counted
from hub.rulekit.visits import HELD, next_visits, unbooked
from hub.rulekit.wording import working_days
from plugins.rules_treatment.cases import FAILED_WINDOW, Bundle, bundles, latest
from plugins.rules_treatment.phases import HEALING, Phase, heals
from plugins.rules_treatment.seats import being_made


class AcceptedSettings(RuleSettings):
    """`[items.TX-ACCEPTED-UNBOOKED]`"""

    grace_bd: int = Field(1, ge=0, description="working days after the yes before the item opens")
    phase_table: tuple[Phase, ...] = Field(HEALING, description="steps that must heal before the next one is booked")
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
    reads = ("procedure", "appointment", "treatment_case")
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
    waits = or_(heals(view, work, settings.phase_table), being_made(view, work))
    query = select(work).where(work.c.is_accepted, unbooked(view, work), ~waits)
    return view.connection.execute(query).all()


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
