"""appointment, histappointment, deletedobject: the book, what was on it before, and what was wiped off it.

An appointment that was missed and then done or booked anew is one row that moved, as in Open Dental; only its history tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from hub.demo.clinical import plan
from hub.demo.open_dental.columns import NO_MOMENT, Row
from hub.demo.open_dental.lists import CHAIRS, CLINIC, CONFIRMED, NOT_CALLED, PROVIDERS, USER_FRONT
from hub.demo.open_dental.making import Making, at
from hub.demo.world import Procedure, Visit

SCHEDULED, COMPLETE, UNSCHEDULED, BROKEN, PLANNED, NOTE = 1, 2, 3, 5, 6, 7
CREATED, CHANGED, MISSED, CANCELLED, DELETED = 0, 1, 2, 3, 4
_ORDER = {"Completed": 0, "Scheduled": 1, "Broken": 2, "W/Call": 3}


def match_visits(m: Making) -> None:
    """Say for every visit which procedures it holds; codes that were never charted get a planned procedure, as in Open Dental."""
    charted: dict[str, list[Procedure]] = {}
    for procedure in m.world.procedures:
        charted.setdefault(procedure.person.id, []).append(procedure)
    for visit in sorted(m.world.visits, key=lambda visit: (_ORDER[visit.status], visit.day, visit.id)):
        mine = charted.get(visit.person.id, [])
        for token in visit.tokens:
            _match(m, visit, token, mine)


def _match(m: Making, visit: Visit, token: str, charted: list[Procedure]) -> None:
    held = m.held.setdefault(visit.id, [])
    same = [procedure for procedure in charted if procedure.token == token and procedure not in held]
    done = visit.day if visit.status == "Completed" else None
    free = [procedure for procedure in same if procedure.id not in m.visit_of and procedure.completed == done]
    if free:
        _hold(m, visit, free[0])
    elif visit.status == "Broken" and (elsewhere := [p for p in same if p.cases and p.id in m.visit_of]):
        m.moved[m.visit_of[elsewhere[0].id].id] = visit
    else:
        _hold(m, visit, plan(m.world, visit.person, token, min(visit.created, m.calendar.night)))


def _hold(m: Making, visit: Visit, procedure: Procedure) -> None:
    m.held[visit.id].append(procedure)
    m.visit_of[procedure.id] = visit


def add_visits(m: Making) -> None:
    gone = {visit.id for visit in m.moved.values()}
    for turn, visit in enumerate(m.world.visits):
        if visit.id not in gone:
            _visit(m, visit, turn)
    _wiped(m)
    _notes(m)


def _visit(m: Making, visit: Visit, turn: int) -> None:
    number = m.b.key("appointment")
    number = number if number > 2**53 else int(visit.id)
    m.keys.appointments[visit.id] = number
    child = visit.kind == "Restorative" and visit.status in ("Scheduled", "Completed") and turn % 5 == 0
    origin = _planned(m, visit, int(visit.id)) if child else 0
    status = _status(visit, turn)
    row = _row(m, visit, status)
    m.b.add("appointment", _changed(m, visit), AptNum=number, NextAptNum=origin, **row)
    for action, moment, seen in _history(m, visit, status):
        m.b.add("histappointment", moment, HistUserNum=USER_FRONT, HistDateTStamp=moment, HistApptAction=action, AptNum=number,
                NextAptNum=origin, **(row | seen))  # fmt: skip


def _planned(m: Making, visit: Visit, origin: int) -> int:
    """The planned appointment from which a visit was made; it stays when the visit is booked."""
    row = _row(m, visit, PLANNED) | {"AptDateTime": at(visit.created), "Confirmed": NOT_CALLED}
    number = m.b.add("appointment", m.stamp(visit.created), AptNum=origin + 40_000_000, **row)
    m.keys.appointments[f"planned {visit.id}"] = number
    return number


def _status(visit: Visit, turn: int) -> int:
    if visit.status == "Broken":
        return UNSCHEDULED if turn % 3 == 0 else BROKEN
    return {"Scheduled": SCHEDULED, "Completed": COMPLETE, "W/Call": PLANNED}[visit.status]


def _row(m: Making, visit: Visit, status: int) -> Row:
    hygiene = visit.provider.startswith("HYG")
    start = at(visit.day, visit.minute // 60, visit.minute % 60)
    done = status == COMPLETE
    return {
        "PatNum": m.pat(visit.person), "AptStatus": status, "Pattern": "/" + "X" * (visit.length // 5 - 2) + "/",
        "Confirmed": _confirmed(m, visit), "Op": CHAIRS[visit.operatory], "ProvNum": PROVIDERS[visit.person.provider],
        "ProvHyg": PROVIDERS[visit.provider] if hygiene else 0, "AptDateTime": start, "IsHygiene": int(hygiene),
        "ProcDescript": ", ".join(visit.tokens), "ClinicNum": CLINIC, "SecUserNumEntry": USER_FRONT,
        "SecDateTEntry": at(visit.created, 9, 12, 5), "Note": visit.reason + "\r\npatient's wish:\tmornings" if visit.day.day == 7 else "",
        "DateTimeArrived": start - timedelta(minutes=4) if done else NO_MOMENT, "DateTimeSeated": start if done else NO_MOMENT,
        "DateTimeDismissed": start + timedelta(minutes=visit.length) if done else NO_MOMENT,
    }  # fmt: skip


def _confirmed(m: Making, visit: Visit) -> int:
    """Everything of the coming week is confirmed, unless it is planted otherwise."""
    if visit.id in m.marks.unconfirmed:
        return m.marks.unconfirmed[visit.id]
    return CONFIRMED if visit.day <= m.calendar.today + timedelta(days=8) else NOT_CALLED


def _changed(m: Making, visit: Visit) -> datetime:
    return m.stamp(visit.broken or (visit.day if visit.status == "Completed" else visit.created))


def _history(m: Making, visit: Visit, status: int) -> Iterator[tuple[int, datetime, Row]]:
    """(action, moment, columns as they were): everything that was missed or moved, and the making of what is still to come."""
    before = m.moved.get(visit.id)
    first = before or visit
    booked: Row = {
        "AptStatus": SCHEDULED,
        "Confirmed": NOT_CALLED,
        "AptDateTime": at(first.day, first.minute // 60, first.minute % 60),
    }
    if status in (SCHEDULED, BROKEN, UNSCHEDULED) or before:
        yield CREATED, at(min(first.created, m.calendar.night), 9, 12, 5), booked
    if before:
        yield MISSED, at(before.broken or before.day, 9, 40), {**booked, "AptStatus": BROKEN}
        yield CHANGED, at(max(before.broken or before.day, visit.created), 11, 5), {}
    if visit.broken and status != PLANNED:
        yield MISSED if status == BROKEN else CANCELLED, at(visit.broken, 9, 40), {}


def _wiped(m: Making) -> None:
    """Appointments that were deleted: no row, but their traces. Every second one was booked anew at once."""
    kept = [visit for visit in m.world.visits if visit.status == "Completed"][:: max(1, len(m.world.visits) // 12)]
    for turn, visit in enumerate(kept):
        day: date = m.calendar.ago(3 + 9 * turn)
        number, moment = int(visit.id) + 60_000_000, at(day, 15, turn)
        row = _row(m, visit, SCHEDULED) | {"AptDateTime": at(day, 10), "ProcDescript": ""}
        m.b.add(
            "histappointment",
            moment,
            HistUserNum=USER_FRONT,
            HistDateTStamp=moment,
            HistApptAction=DELETED,
            AptNum=number,
            **row,
        )
        m.b.add("deletedobject", moment, ObjectNum=number, ObjectType=0)
        m.b.add(
            "securitylog",
            PermType=237,
            UserNum=USER_FRONT,
            LogDateTime=moment,
            LogText="Deleted",
            PatNum=m.pat(visit.person),
            FKey=number,
        )


def _notes(m: Making) -> None:
    """Patient notes on the book are rows like visits."""
    for turn, person in enumerate(m.world.people[:4]):
        day = m.calendar.ahead(2 + turn)
        m.b.add("appointment", m.stamp(m.calendar.ago(2)), PatNum=m.pat(person), AptStatus=NOTE, Pattern="/", Op=1, ClinicNum=CLINIC,
                Note="ask for the new address", AptDateTime=at(day, 7, 30), SecDateTEntry=at(m.calendar.ago(2)))  # fmt: skip
