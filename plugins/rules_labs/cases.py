"""Open laboratory cases, each with the visit that it is for and what that visit holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Select, and_, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.held import Held, held_work
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import net_cents

LAB, VISIT, WORK = TABLES["lab_case"], TABLES["appointment"], TABLES["procedure"]
_OVER = ("COMPLETED", "REFERRED_OUT", "DELETED")


@dataclass(frozen=True, slots=True)
class LabCase:
    """`row` is the case with its procedure (`work_*`) and person; `visit` the coming seat visit, None without one."""

    row: Any
    visit: Any | None
    held: Held

    @property
    def seat_on(self) -> date | None:
        day: date | None = self.visit.start_date if self.visit is not None else None
        return day


def lab_cases(view: RuleView) -> list[LabCase]:
    """Cases that block a visit: not received; or received, not checked, in a source that notes checks."""
    rows = view.connection.execute(_open_cases(view)).all()
    if not rows:
        return []
    visits = _seat_visits(view)
    coming: Sequence[Any] = view.connection.execute(select(visits)).all()
    held: Mapping[tuple[str, str], Held] = held_work(view, visits)
    cases = []
    for row in rows:
        fitting = [visit for visit in coming if _is_for(row, visit)]
        first = min(fitting, key=lambda visit: (visit.start_date, visit.source_key), default=None)
        cases.append(LabCase(row, first, held.get((first.source, first.source_key), Held()) if first is not None else Held()))
    return cases


def _open_cases(view: RuleView) -> Select[Any]:
    of_case = and_(
        WORK.c.practice_id == LAB.c.practice_id, WORK.c.source == LAB.c.source, WORK.c.source_key == LAB.c.procedure_key
    )
    seat = VISIT.alias("own_visit")
    of_visit = and_(
        seat.c.practice_id == LAB.c.practice_id, seat.c.source == LAB.c.source, seat.c.source_key == LAB.c.appointment_key
    )
    person = with_person(LAB, "lab_case", LAB.outerjoin(WORK, of_case).outerjoin(seat, of_visit))
    checking = select(LAB.c.source).where(live(LAB, view.practice_id), LAB.c.checked_date.is_not(None))
    unchecked = and_(LAB.c.checked_date.is_(None), LAB.c.source.in_(checking))
    columns = (column for column in LAB.c if column.name != "practice_id")
    return (
        select(
            *columns, WORK.c.source_key.label("work_key"), WORK.c.code.label("work_code"),
            WORK.c.description.label("work_description"), WORK.c.appointment_key.label("work_visit"),
            net_cents(WORK).label("work_net_cents"), *person.columns(),
        )
        .select_from(person.joined)
        .where(
            live(LAB, view.practice_id),
            or_(LAB.c.received_date.is_(None), unchecked),
            func.coalesce(WORK.c.status, "PLANNED").not_in(_OVER),
            func.coalesce(seat.c.status, "SCHEDULED") != "COMPLETED",
            audience_gate(person.patient, "contact"),
        )
        .order_by(LAB.c.source, LAB.c.source_key)
    )  # fmt: skip


def _seat_visits(view: RuleView) -> CTE:
    """Coming visits that an open case names: by their key, by the planned visit they were made from, or by their work."""
    person = with_person(VISIT, "appointment")
    named = LAB.alias("naming_case")
    work = WORK.alias("naming_work")
    by_work = and_(
        work.c.practice_id == named.c.practice_id, work.c.source == named.c.source, work.c.source_key == named.c.procedure_key
    )
    wanted = (
        select(named.c.source_key)
        .select_from(named.outerjoin(work, by_work))
        .where(
            live(named, view.practice_id),
            named.c.source == VISIT.c.source,
            or_(
                named.c.appointment_key == VISIT.c.source_key,
                named.c.planned_appointment_key == VISIT.c.planned_key,
                work.c.appointment_key == VISIT.c.source_key,
            ),
        )
        .correlate(VISIT)
    )
    columns = (column for column in VISIT.c if column.name != "practice_id")
    return (
        select(*columns, *person.columns())
        .select_from(person.joined)
        .where(
            live(VISIT, view.practice_id),
            VISIT.c.status == "SCHEDULED",
            VISIT.c.start_date >= view.as_of,
            wanted.exists(),
        )
        .cte("seat_visit")
        .prefix_with("MATERIALIZED")
    )


def _is_for(row: Any, visit: Any) -> bool:
    if visit.source != row.source:
        return False
    keys = {row.appointment_key, row.work_visit} - {None}
    planned = row.planned_appointment_key
    return visit.source_key in keys or (planned is not None and visit.planned_key == planned)
