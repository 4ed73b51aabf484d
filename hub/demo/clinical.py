"""Chairs and charts: procedures, cases, visits. Each function does one thing that a front desk or a dentist does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hub.demo.work import FEES, expected, write_off
from hub.demo.world import Case, Person, Procedure, Recall, Visit, World

# slots per day: four chairs from 8:00 to 16:30
_CHAIRS = (("DDS1", "OP1"), ("HYG1", "OP3"), ("DDS2", "OP2"), ("HYG2", "OP4"))
DEFAULT_CASE = "Treatment Plan"
RECALL_MONTHS = {"PROPHY": 6, "PERIO": 4, "BITEWINGS": 12}


def plan(world: World, person: Person, code: str, day: date, tooth: str = "", surfaces: str = "") -> Procedure:
    """A planned procedure with the estimates of that day."""
    work, payer = FEES[code], person.payer
    number = world.next("procedure")
    made = Procedure(
        number, person, code, tooth, surfaces, work.fee, write_off(code, payer), expected(code, payer), day
    )
    world.procedures.append(made)
    return made


def default_case(world: World, person: Person, created: date) -> Case:
    """The case that holds every planned procedure of a person, whatever other case holds it too."""
    if person.id not in world.default_cases:
        world.default_cases[person.id] = case_of(world, person, DEFAULT_CASE, "Created", created)
    return world.default_cases[person.id]


def case_of(
    world: World, person: Person, name: str, status: str, created: date, *, presented: date | None = None,
    decided: date | None = None, severity: str = "", linked: str = "", recommended: bool = False, saved_copy: bool = False,
) -> Case:  # fmt: skip
    made = Case(
        world.next("case"), person, name, status, created, presented, decided, severity, linked, recommended, saved_copy
    )
    world.cases.append(made)
    return made


def put(procedures: Sequence[Procedure], *cases: Case) -> None:
    for procedure in procedures:
        procedure.cases.extend(cases)


def book(
    world: World, person: Person, day: date, procedures: Sequence[Procedure], kind: str, *, created: date | None = None,
    recall: str = "", codes: Sequence[str] = (), status: str = "Scheduled",
) -> Visit:  # fmt: skip
    """A visit on an open day that holds the procedures, or bare codes when nothing was charted yet."""
    slot = world.slots.get(day, 0)
    world.slots[day] = slot + 1
    hygiene = kind == "Hygiene"
    provider, operatory = _CHAIRS[(1 if hygiene else 0) + 2 * (slot % 2)]
    tokens = [procedure.token for procedure in procedures] + list(codes)
    bare = sum(FEES[code].fee - write_off(code, person.payer) for code in codes)
    visit = Visit(
        world.next("visit"), person, day, 8 * 60 + 30 * (slot // 4 % 17), 60, provider, operatory, kind, status,
        created or day - timedelta(days=14), tokens, sum(p.net for p in procedures) + bare, recall,
        reason=", ".join([FEES[p.code].word for p in procedures] + [FEES[code].word for code in codes]),
    )  # fmt: skip
    world.visits.append(visit)
    return visit


def complete(world: World, visit: Visit, procedures: Sequence[Procedure]) -> None:
    """The work is done: procedures completed, charges posted."""
    visit.status = "Completed"
    person = visit.person
    person.first_visit = min(person.first_visit or visit.day, visit.day)
    person.last_visit = max(person.last_visit or visit.day, visit.day)
    for procedure in procedures:
        procedure.completed = visit.day
        world.post(person, visit.day, "Charge", procedure.fee, code=procedure.code, tooth=procedure.tooth)


def break_visit(visit: Visit, day: date, status: str = "Broken") -> None:
    """Off the book and on to the Unscheduled List; `W/Call` is a patient who asked to be called."""
    visit.status, visit.broken = status, day


def recall(world: World, person: Person, kind: str, previous: date | None, due: date, contact: str = "") -> Recall:
    made = Recall(person, kind, due, previous, contact=contact)
    world.recalls.append(made)
    return made


def due_after(day: date, kind: str) -> date:
    """`6m+1d` after the last visit of that kind."""
    months = day.year * 12 + day.month - 1 + RECALL_MONTHS[kind]
    return date(months // 12, months % 12 + 1, min(day.day, 28)) + timedelta(days=1)
