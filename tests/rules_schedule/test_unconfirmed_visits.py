"""APPT-UNCONFIRMED: the worked example of the catalogue, its traps, and what clears it.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_schedule.unconfirmed import Unconfirmed
from tests.rows import AS_OF, CLOSED, Row, appointment, comm, found, patient, procedure

TOMORROW = date(2026, 3, 11)
NINE = datetime(2026, 3, 11, 14, tzinfo=UTC)  # 9:00 in Chicago, daylight saving time since 03-08


def lopez(start: date = TOMORROW, **visit: Any) -> list[Row]:
    """A crown and a build-up, $1,310 net, tomorrow at 9:00; two texts went out."""
    given = {"start_at": NINE, "confirm_status": "UNCONFIRMED", "procedure_tokens": "|D2740#30|D2950#30|"}
    return [
        patient("1"),
        appointment("a", "1", start, **{**given, **visit}),
        procedure("p", "1", fee_cents=115_000, est_writeoff_cents=10_000),
        procedure("q", "1", code="D2950", description="build-up", fee_cents=28_000, est_writeoff_cents=2_000),
        comm("t1", "1", date(2026, 3, 6), channel="TEXT"),
        comm("t2", "1", date(2026, 3, 9), channel="Text"),
    ]


def unconfirmed(connection: Connection, rows: list[Row], as_of: date = AS_OF, **settings: Any) -> list[Finding]:
    return found(connection, Unconfirmed, rows, as_of, **settings)


def test_the_worked_example_of_an_unconfirmed_visit(connection: Connection) -> None:
    [finding] = unconfirmed(connection, lopez())
    assert finding.sentence == "M. Lopez: tomorrow 9:00, $1,310, not confirmed after two texts."
    assert (finding.subject, finding.value_cents, finding.due) == ("appointment:pms:a", 26_200, AS_OF)
    assert finding.evidence == ("appointment:pms:a", "procedure:pms:p", "procedure:pms:q")
    # $1,310 x 20 % = $262: 40 x ln 263 / 9.21044 = 24.20; + 35 + 15 x .6 = 68.20
    assert score(finding, AS_OF, Workdays(closures=[CLOSED])).priority == 68


@pytest.mark.parametrize("word", ["CONFIRMED", "ARRIVED", "SEATED", "OUT", None])
def test_only_a_word_that_says_unconfirmed_counts(connection: Connection, word: str | None) -> None:
    """The office's own words are mapped; a source that says nothing does not say "unconfirmed"."""
    assert unconfirmed(connection, lopez(confirm_status=word)) == []


def test_a_message_that_was_left_is_no_answer(connection: Connection) -> None:
    rows = [each for each in lopez(confirm_status="LEFT_MESSAGE") if each.entity != "comm_event"]
    [finding] = unconfirmed(connection, rows)
    assert finding.sentence == "M. Lopez: tomorrow 9:00, $1,310, not confirmed; a message was left."


@pytest.mark.parametrize(("start", "count"), [(date(2026, 3, 12), 1), (date(2026, 3, 13), 0)])
def test_it_is_listed_two_working_days_ahead(connection: Connection, start: date, count: int) -> None:
    assert len(unconfirmed(connection, lopez(start, start_at=None))) == count


def test_over_a_weekend_the_next_two_working_days_count(connection: Connection) -> None:
    """On Fri 03-13 the second working day is Tue 03-17; due one working day before it, Mon 03-16."""
    [finding] = unconfirmed(connection, lopez(date(2026, 3, 17), start_at=None), date(2026, 3, 13))
    assert finding.due == date(2026, 3, 16)
    assert finding.sentence.startswith("M. Lopez: Tuesday, $1,310")


def test_a_visit_that_has_begun_is_over(connection: Connection) -> None:
    """The tests' clock says 12:00 UTC, seven o'clock in Chicago."""
    assert unconfirmed(connection, lopez(AS_OF, start_at=datetime(2026, 3, 10, 11, 59, tzinfo=UTC))) == []
    assert len(unconfirmed(connection, lopez(AS_OF, start_at=datetime(2026, 3, 10, 12, 30, tzinfo=UTC)))) == 1


def test_a_late_evening_stays_on_its_local_day(connection: Connection) -> None:
    """18:30 in Chicago on Thu 03-12 is 23:30 UTC of the same day; the list shows the office's own time."""
    [finding] = unconfirmed(connection, lopez(date(2026, 3, 12), start_at=datetime(2026, 3, 12, 23, 30, tzinfo=UTC)))
    assert finding.sentence.startswith("M. Lopez: Thursday 18:30")


@pytest.mark.parametrize("status", ["CANCELLED", "BROKEN", "COMPLETED", "NOTE", "PLANNED"])
def test_only_scheduled_visits_count(connection: Connection, status: str) -> None:
    assert unconfirmed(connection, lopez(status=status)) == []


def test_without_known_procedures_the_visits_own_amount_counts(connection: Connection) -> None:
    [finding] = unconfirmed(connection, lopez(procedure_tokens="|D0140|", amount_cents=9_500), no_show_percent=50)
    assert finding.value_cents == 4_750


def test_different_channels_are_contacts(connection: Connection) -> None:
    [finding] = unconfirmed(connection, [*lopez(), comm("c", "1", AS_OF, outcome="NO_ANSWER")])
    assert finding.sentence.endswith("not confirmed after three contacts.")
    assert finding.likelihood == pytest.approx(0.42)


def test_a_former_patient_is_not_called(connection: Connection) -> None:
    rows = [each.changed(status="INACTIVE") if each.entity == "patient" else each for each in lopez()]
    assert unconfirmed(connection, rows) == []


def test_it_expires_and_another_practice_is_never_seen(connection: Connection) -> None:
    assert Unconfirmed.perishable
    assert unconfirmed(connection, [each.changed(practice_id="other") for each in lopez()]) == []
