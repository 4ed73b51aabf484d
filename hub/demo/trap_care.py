"""Treatment, visits and recalls that look outstanding and are not: booked elsewhere, declined, moved, gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hub.demo.claims import Office
from hub.demo.clinical import book, break_visit, case_of, complete, default_case, plan, put
from hub.demo.history import book_recall, find
from hub.demo.households import take
from hub.demo.payers import COMMERCIAL
from hub.demo.plant_care import (
    ACCEPTED,
    BROKEN,
    RECALL,
    UNSCHEDULED,
    missed_visit,
    overdue,
    proposed,
    said_yes,
    settled,
    touch_day,
)
from hub.demo.planted import Planted


def trap_care(office: Office, planted: Planted) -> None:
    for trap in _TRAPS:
        trap(office, planted)


def _trap_booked_elsewhere(office: Office, planted: Planted) -> None:
    person, procedures, case, day = said_yes(office, ("D2740",))
    book(office.world, person, office.world.calendar.ahead(6), procedures, "Restorative", created=day)
    planted.trap(ACCEPTED, case.id, "the crown is booked; the default case holds it a second time")
    planted.trap(UNSCHEDULED, person.id, "the same crown in the default case, which nobody decided")


def _trap_alternate_booked(office: Office, planted: Planted) -> None:
    world = office.world
    person, procedures, case, day = said_yes(office, ("D2740",))
    other = [plan(world, person, "D7140", day, procedures[0].tooth)]
    case.linked, case.recommended = world.next("case"), True
    put(other, case_of(world, person, "Take it out", "Rejected", day, presented=day, decided=day, linked=case.linked))
    book(world, person, world.calendar.ahead(4), procedures, "Restorative", created=day)
    planted.trap(ACCEPTED, person.id, "accepted alternate is booked, the rejected one stays rejected")
    planted.trap(UNSCHEDULED, person.id, "a rejected alternate is no treatment to sell")


def _trap_gone(office: Office, planted: Planted) -> None:
    for status in ("Inactive", "Deceased"):
        person, _, _, _ = said_yes(office, ("D2740",))
        person.status = status
        planted.trap(ACCEPTED, person.id, f"{status.lower()} patient")


def _trap_test_patient(office: Office, planted: Planted) -> None:
    person, _, _, _ = said_yes(office, ("D2740",))
    person.last, person.first, person.nickname = "ZZ Test", "Patient", ""
    planted.trap(ACCEPTED, person.id, "test patient")


def _trap_declined(office: Office, planted: Planted) -> None:
    person, _, case, _ = said_yes(office, ("D2740",))
    case.status = "Rejected"
    planted.trap(ACCEPTED, person.id, "said no")
    planted.trap(UNSCHEDULED, person.id, "said no; the default case still holds the crown")


def _trap_not_yet(office: Office, planted: Planted) -> None:
    person = settled(office, take(office.world))
    day = office.world.calendar.work.plus(office.world.calendar.last_open, -1)
    proposed(office, person, ("D2740",), day)
    planted.trap(UNSCHEDULED, person.id, "shown one working day ago: the first follow-up comes after two")


def _trap_watch(office: Office, planted: Planted) -> None:
    person = settled(office, take(office.world))
    proposed(office, person, ("WATCH", "WATCH"), touch_day(office, 1))
    planted.trap(UNSCHEDULED, person.id, "watched teeth are no treatment")


def _trap_moved(office: Office, planted: Planted) -> None:
    world = office.world
    person, missed = missed_visit(office, 9)
    book(world, person, world.calendar.ahead(3), (), "Exam", codes=("D0140",), created=missed.day)
    planted.trap(BROKEN, person.id, "a moved visit looks like broken and new")


def _trap_done_later(office: Office, planted: Planted) -> None:
    world, calendar = office.world, office.world.calendar
    person = settled(office, take(world, payers=COMMERCIAL))
    shown, missed_on, done_on = calendar.ago(80), calendar.ago(60), calendar.ago(50)
    procedures = find(world, person, ("D2392",), shown)
    put(procedures, default_case(world, person, shown))
    break_visit(book(world, person, missed_on, procedures, "Restorative", created=shown), missed_on)
    complete(world, book(world, person, done_on, procedures, "Restorative", created=missed_on + timedelta(days=1)), procedures)
    planted.trap(BROKEN, person.id, "the filling was done at a later visit")


def _trap_will_call(office: Office, planted: Planted) -> None:
    person, _ = missed_visit(office, 6, "W/Call")
    planted.trap(BROKEN, person.id, "will call is not broken")


def _trap_old_miss(office: Office, planted: Planted) -> None:
    person, _ = missed_visit(office, 230)
    planted.trap(BROKEN, person.id, "missed more than 180 days ago")


def _trap_recall_by_code(office: Office, planted: Planted) -> None:
    world = office.world
    person = take(world).guarantor
    made = overdue(office, person, 25)
    book_recall(world, person, "PROPHY", world.calendar.ahead(5), made.due, coded=False)
    planted.trap(RECALL, person.id, "booked: the visit names no recall type, its code does")


def _trap_recall_gone(office: Office, planted: Planted) -> None:
    person = take(office.world).guarantor
    overdue(office, person, 60)
    person.status = "Inactive"
    planted.trap(RECALL, person.id, "inactive patient")


_TRAPS: tuple[Callable[[Office, Planted], None], ...] = (
    _trap_booked_elsewhere, _trap_alternate_booked, _trap_gone, _trap_test_patient, _trap_declined, _trap_not_yet, _trap_watch,
    _trap_moved, _trap_done_later, _trap_will_call, _trap_old_miss, _trap_recall_by_code, _trap_recall_gone,
)  # fmt: skip
