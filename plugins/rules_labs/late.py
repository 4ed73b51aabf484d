"""LAB-LATE: the laboratory's work is not here, and the visit it is for comes near or the promised day is over.

Counts: cases not received whose seat visit is within `buffer_bd` working days, whose promised day is over, or whose
promised day leaves no working day before the seat visit; and cases that were received and not checked, when the source
states checks and the visit is that near. Does not count: cases whose procedure or seat visit is done.
Money: net of the seat visit, in cents. Days: due `buffer_bd` working days before the seat visit, else on the promised day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.rulekit.held import Held
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import Work, coming_day, day_text, work_name
from plugins.rules_labs.cases import LabCase, lab_cases


class LateSettings(RuleSettings):
    """`[items.LAB-LATE]`"""

    buffer_bd: int = Field(2, ge=0, description="working days before the seat visit by which the case should be here")
    lab_closed_days: tuple[date, ...] = Field((), description="days on which the laboratory is closed and the office is not")


class LabLate(Rule):
    """One item per laboratory case; one visit may wait for two."""

    code = "LAB-LATE"
    title = "Laboratory case not back"
    owner = "assistant"
    audience = "money"  # the laboratory is called, not the patient
    needs = ("lab_case", "appointment")
    needs_columns = ("lab_case.received_date",)
    settings: ClassVar[type[BaseModel]] = LateSettings
    clears_when = "the case is received (and checked, where checks are noted), or the visit is moved"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, LateSettings)
        for case in lab_cases(view):
            if _is_late(view, settings, case):
                yield _finding(view, settings, case)


def _is_late(view: RuleView, settings: LateSettings, case: LabCase) -> bool:
    near = case.seat_on is not None and case.seat_on <= view.workdays.plus(view.as_of, settings.buffer_bd)
    promised = case.row.due_date
    if near or case.row.received_date is not None or promised is None:
        return near
    too_late = case.seat_on is not None and _day_after(view, settings, promised) > case.seat_on
    return promised < view.as_of or too_late


def _day_after(view: RuleView, settings: LateSettings, promised: date) -> date:
    """The next day on which both are open, counted from the first day on which the laboratory can keep its promise."""
    day = promised
    while day in settings.lab_closed_days:
        day += timedelta(days=1)
    day = view.workdays.plus(day, 1)
    while day in settings.lab_closed_days:
        day = view.workdays.plus(day, 1)
    return day


def _finding(view: RuleView, settings: LateSettings, case: LabCase) -> Finding:
    row, visit = case.row, case.visit
    if visit is not None:
        due = view.workdays.plus(visit.start_date, -settings.buffer_bd)
    else:
        due = view.workdays.roll_forward(row.due_date)
    seat = (f"appointment:{ref(visit.source, visit.source_key)}",) if visit is not None else ()
    cents, works = _value(case)
    return Finding(
        subject=f"lab_case:{ref(row.source, row.source_key)}",
        value_cents=cents,
        sentence=_sentence(view, case),
        next_step="ring the lab; if it is not certain, move the visit today and use the slot" if visit is not None else "ring the lab",
        likelihood=0.6,
        risk=0.5,
        due=due,
        horizon_bd=4,
        since=row.sent_date or row.created_date or row.due_date,
        patient=person_ref(row),
        patient_name=person_name(row),
        location_id=row.location_id,
        state=f"{row.due_date} {case.seat_on} {row.received_date}",
        evidence=(f"lab_case:{ref(row.source, row.source_key)}", *seat, *(f"procedure:{ref(row.source, key)}" for key in works)),
    )


def _value(case: LabCase) -> tuple[int, list[str]]:
    """Net of the seat visit; where that is not known the case's own procedure, else the laboratory's fee. With it the keys
    of the procedures whose dollars these are: sums count the same work once."""
    held: Held = case.held
    if case.visit is not None and (worth := held.worth(case.visit.amount_cents)):
        return worth, [work.source_key for work in held.works]
    if case.row.work_net_cents:
        return case.row.work_net_cents, [case.row.work_key]
    return case.row.fee_cents or 0, []


def _sentence(view: RuleView, case: LabCase) -> str:
    row, visit = case.row, case.visit
    work = _main_work(case)
    name = work_name(work) if work is not None else "lab case"
    state = "is back but not checked" if row.received_date is not None else "is not back"
    said = f"{name[:1].upper()}{name[1:]} for {person_label(row)} {state}"
    if visit is not None:
        return f"{said}; seat visit is {coming_day(visit.start_date, view.as_of)}{_clock(view, visit)}."
    return f"{said}; {row.lab_name or 'the lab'} promised it for {day_text(row.due_date, view.as_of)}."


def _main_work(case: LabCase) -> Work | None:
    """What the case is: its own procedure, else the dearest of the seat visit."""
    if case.row.work_key is not None:
        return Work(case.row.work_code, case.row.work_description)
    works = sorted(case.held.works, key=lambda row: (-row.net_cents, row.source_key))
    return Work(works[0].code, works[0].description) if works else None


def _clock(view: RuleView, visit: Any) -> str:
    if visit.start_at is None:
        return ""
    local = visit.start_at.astimezone(ZoneInfo(view.timezone))
    return f" {local.hour}:{local.minute:02d}"
