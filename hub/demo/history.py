"""The ordinary eighteen months: cleanings on time, work planned and done, every claim answered, every check posted.

Nothing that happens here is outstanding on the day of the story; what is, is planted elsewhere.
"""

from __future__ import annotations

from datetime import date, timedelta

from hub.demo.claims import Office, answer, bill
from hub.demo.clinical import (
    book,
    case_of,
    complete,
    default_case,
    due_after,
    plan,
    put,
    recall,
)  # fmt: skip
from hub.demo.households import minors
from hub.demo.world import HISTORY_DAYS, Person, Procedure, World

_TEETH = ("2", "3", "14", "15", "18", "19", "30", "31")
_SURFACES = ("MO", "DO", "MOD")
# what a dentist may find: (code, surfaces wanted)
FINDINGS: tuple[tuple[str, ...], ...] = (
    ("D2392",), ("D2392", "D2392"), ("D2740", "D2950"), ("D7140",), ("D4341", "D4341"), ("D3330", "D2950", "D2740"), ("D2740",),
)  # fmt: skip


def live(office: Office) -> None:
    """Give every family of the practice its history; people used for something planted have theirs already."""
    for household in office.world.households:
        children = minors(office.world, household)
        for member in household.members:
            if not member.used:
                _live(office, member, member in children)


def _live(office: Office, person: Person, child: bool) -> None:
    rng, calendar = office.world.rng, office.world.calendar
    if rng.random() < 0.06:
        _gone(office, person, child)
        return
    last = calendar.ago(rng.randrange(1, 150))
    exam = cleanings(office, person, last, child, perio=not child and rng.random() < 0.08)
    if not child and rng.random() < 0.42:
        _episode(office, person, exam)


def _gone(office: Office, person: Person, child: bool) -> None:
    """Left the practice: an old visit, a recall long past, a plan nobody will do."""
    rng, calendar = office.world.rng, office.world.calendar
    person.status = rng.choice(("Inactive", "Inactive", "Archived", "Deceased" if not child else "Inactive"))
    day = calendar.ago(rng.randrange(380, 500))
    visit(office, person, day, _cleaning_codes(child, False, 1))
    recall(office.world, person, "PROPHY", day, due_after(day, "PROPHY"))


def cleanings(office: Office, person: Person, last: date, child: bool = False, perio: bool = False) -> date:
    """Hygiene visits back from `last`, the recall after it, and the next visit on the book when one is due. Returns the day
    of the visit at which a dentist may have found something."""
    world, calendar = office.world, office.world.calendar
    kind = "PERIO" if perio else "PROPHY"
    days = [last]
    while (days[-1] - timedelta(days=190)) > calendar.today - timedelta(days=HISTORY_DAYS):
        days.append(calendar.work.roll_back(days[-1] - timedelta(days=126 if perio else 185)))
    for turn, day in enumerate(reversed(days)):
        visit(office, person, day, _cleaning_codes(child, perio, turn), kind)
    due = due_after(last, kind)
    if due <= calendar.today + timedelta(days=40) or world.rng.random() < 0.6:
        book_recall(world, person, kind, due, last)
    recall(world, person, kind, last, due)
    return days[world.rng.randrange(2)] if len(days) > 1 else last


def book_recall(world: World, person: Person, kind: str, due: date, made: date, coded: bool = True) -> None:
    """The next cleaning on the book; `coded` False: only the procedure code tells what it is."""
    calendar = world.calendar
    day = calendar.work.roll_forward(max(due, calendar.today + timedelta(days=1 + world.rng.randrange(20))))
    code = "D4910" if kind == "PERIO" else "D1110"
    book(world, person, day, (), "Hygiene", created=made, recall=kind if coded else "", codes=(code,))


def _cleaning_codes(child: bool, perio: bool, turn: int) -> tuple[str, ...]:
    if child:
        return ("D1120", "D0120", "D1206")
    if perio:
        return ("D4910",)
    return ("D1110", "D0120", "D0274") if turn % 2 else ("D1110", "D0120")


def visit(office: Office, person: Person, day: date, codes: tuple[str, ...], kind: str = "") -> list[Procedure]:
    """A completed visit with its charges and, when insured, its claim and the payer's answer."""
    world = office.world
    procedures = [plan(world, person, code, day) for code in codes]
    put(procedures, default_case(world, person, day))
    made = book(world, person, day, procedures, "Hygiene" if kind else "Exam", recall=kind)
    complete(world, made, procedures)
    if person.coverages:
        answer(office, bill(office, person, day, procedures))
    return procedures


def find(world: World, person: Person, codes: tuple[str, ...], day: date) -> list[Procedure]:
    """Planned work; a root canal, build-up and crown stand on one tooth, fillings on several."""
    teeth = world.rng.sample(_TEETH, len(codes))
    one_tooth = "D2740" in codes
    return [
        plan(
            world, person, code, day,
            "" if code == "D4341" else teeth[0] if one_tooth else teeth[n],
            world.rng.choice(_SURFACES) if code == "D2392" else ("UR", "LR")[n % 2] if code == "D4341" else "",
        )
        for n, code in enumerate(codes)
    ]  # fmt: skip


def _episode(office: Office, person: Person, exam: date) -> None:
    """Found, presented, accepted, done (or on the book); now and then declined, small, or long forgotten."""
    world, calendar, rng = office.world, office.world.calendar, office.world.rng
    turn = rng.random()
    if turn < 0.10:
        _declined(office, person, exam)
    elif turn < 0.16:
        _forgotten(office, person)
    else:
        day = calendar.work.roll_forward(exam + timedelta(days=rng.randrange(10, 36)))
        day = calendar.ahead(rng.randrange(1, 30)) if day > calendar.night else day
        procedures = find(world, person, rng.choice(FINDINGS), exam)
        accepted(office, person, procedures, exam, day, named=rng.random() < 0.6)


def accepted(office: Office, person: Person, procedures: list[Procedure], exam: date, day: date, *, named: bool) -> None:
    """A case the patient said yes to, with its visit done before the last exports or booked after today."""
    world = office.world
    done = day <= world.calendar.night
    status = "Completed" if done else "Accepted"
    default = default_case(world, person, exam)
    default.status = default.status if named else status
    default.decided = None if named else exam
    put(procedures, default)
    if named:
        put(procedures, case_of(world, person, "Phase one", status, exam, presented=exam, decided=exam, severity="Eventual"))
    made = book(world, person, day, procedures, "Restorative", created=exam)
    if done:
        complete(world, made, procedures)
        if person.coverages:
            answer(office, bill(office, person, day, procedures))


def _declined(office: Office, person: Person, exam: date) -> None:
    world = office.world
    procedures = find(world, person, ("D2740",), exam)
    case = case_of(world, person, "Crown", "Rejected", exam, presented=exam, decided=exam + timedelta(days=3), severity="Optional")
    put(procedures, default_case(world, person, exam), case)


def _forgotten(office: Office, person: Person) -> None:
    """Proposed more than a year ago: beyond the reach of the list."""
    world = office.world
    day = world.calendar.ago(world.rng.randrange(380, 500))
    procedures = find(world, person, ("D2392", "D2392"), day)
    default = default_case(world, person, day)
    put(procedures, case_of(world, person, "Old plan", "Proposed", day, presented=day), default)
