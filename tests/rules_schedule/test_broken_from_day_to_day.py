"""APPT-BROKEN over several days of one practice: what the hub remembers of a visit, and days that do not move."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import Connection, update

from hub.model import TABLES
from plugins.rules_schedule.broken import BrokenVisit
from tests.reconcile.conftest import Office
from tests.rows import Row, appointment, comm, insert, patient, procedure

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 12)
VISIT = TABLES["appointment"]


class BookOffice(Office):
    """An office whose book and procedures were read an hour before each reconcile."""

    def day(self, day: date, *rows: Row) -> dict[str, Any]:
        insert(self.connection, rows)
        for entity in ("appointment", "procedure"):
            self.read("pms", entity, datetime.combine(day, time(11), UTC))
        self.reconcile(day, fresh=False)
        return self.item()


@pytest.fixture
def office(connection: Connection) -> BookOffice:
    return BookOffice(connection, [BrokenVisit])


def crown_and_filling(**visit: Any) -> list[Row]:
    """A visit of 03-09 for a crown of $1,150 and a filling of $250."""
    return [
        patient("1"),
        appointment("A1", "1", date(2026, 3, 9), created_date=date(2026, 2, 1), **{"status": "BROKEN", "kind": "Treatment", **visit}),
        procedure("p1", "1", appointment_key="A1"),
        procedure("p2", "1", appointment_key="A1", code="D2392", tooth="19", fee_cents=25_000),
    ]  # fmt: skip


def _move(office: Office, key: str, **values: Any) -> None:
    work = TABLES["procedure"]
    office.connection.execute(update(work).where(work.c.source_key == key).values(**values))


def test_the_item_remembers_what_rebooking_took_away(office: BookOffice) -> None:
    assert office.day(TUESDAY, *crown_and_filling())["value_cents"] == 140_000
    _move(office, "p1", appointment_key="A2")
    _move(office, "p2", appointment_key=None)
    rebooked = appointment("A2", "1", date(2026, 3, 24), kind="Treatment", created_date=TUESDAY, reason="other words")
    item = office.day(WEDNESDAY, rebooked)
    assert (item["status"], item["value_cents"]) == ("OPEN", 25_000), "the filling is still without a date"
    assert office.day(THURSDAY)["value_cents"] == 25_000
    _move(office, "p2", appointment_key="A2")
    assert office.day(date(2026, 3, 13))["status"] == "RESOLVED"
    assert office.day(date(2026, 3, 16))["status"] == "RESOLVED", "it stays so"


def test_work_that_moved_into_a_visit_made_long_before_has_a_date(office: BookOffice) -> None:
    office.day(TUESDAY, *crown_and_filling())
    for key in ("p1", "p2"):
        _move(office, key, appointment_key="A0")
    older = appointment("A0", "1", date(2026, 4, 1), kind="Treatment", created_date=date(2026, 1, 5))
    assert office.day(WEDNESDAY, older)["status"] == "RESOLVED"


AHEAD = {"status": "UNSCHEDULED_LIST", "start_date": date(2026, 3, 20)}


def test_a_visit_ahead_without_its_day_does_not_begin_anew_every_morning(office: BookOffice) -> None:
    first = office.day(TUESDAY, *crown_and_filling(**AHEAD))
    assert (first["since"], first["due"]) == (TUESDAY, TUESDAY)
    assert first["sentence"] == (
        "M. Lopez has a $1,400 visit on the unscheduled list, planned for Mar 20, and no new date."
    )  # fmt: skip
    second = office.day(WEDNESDAY)
    assert (second["sentence"], second["fingerprint"]) == (first["sentence"], first["fingerprint"])
    # called on the first day: the next touch is two working days after it was first listed, and stays there
    third = office.day(WEDNESDAY, comm("c", "1", TUESDAY))
    assert (third["since"], third["due"], third["wake_on"]) == (TUESDAY, THURSDAY, THURSDAY)
    assert office.actions() == ["OPENED"]


def test_dismissed_it_stays_shut_while_nothing_changes(office: BookOffice) -> None:
    item = office.day(TUESDAY, *crown_and_filling(**AHEAD))
    office.person(status="DISMISSED", dismissed_fingerprint=item["fingerprint"], dismissed_reason="NOT_REAL")
    assert office.day(WEDNESDAY)["status"] == "DISMISSED"


def test_off_the_book_a_second_time_it_counts_from_then(office: BookOffice) -> None:
    office.day(TUESDAY, *crown_and_filling(**AHEAD))
    office.connection.execute(update(VISIT).values(status="SCHEDULED"))
    assert office.day(WEDNESDAY)["status"] == "RESOLVED"
    office.connection.execute(update(VISIT).values(status="UNSCHEDULED_LIST"))
    assert office.day(date(2026, 3, 16), comm("c", "1", WEDNESDAY))["since"] == date(2026, 3, 16)
    item = office.day(date(2026, 3, 17))
    assert (item["since"], item["status"], item["wake_on"]) == (date(2026, 3, 16), "OPEN", None)


def test_a_visit_broken_ahead_is_replaced_by_one_booked_before_its_day(office: BookOffice) -> None:
    missed = crown_and_filling(status="BROKEN", start_date=date(2026, 3, 20), procedure_tokens="|D2740#30|")
    booked = appointment("A2", "1", date(2026, 3, 24), procedure_tokens="|D2740#30|D2392#19|", created_date=date(2026, 3, 9))
    insert(office.connection, [*missed, booked])
    office.read("pms", "procedure", datetime.combine(TUESDAY, time(11), UTC))
    office.read("pms", "appointment", datetime.combine(TUESDAY, time(11), UTC))
    office.reconcile(TUESDAY, fresh=False)
    assert office.items() == []
