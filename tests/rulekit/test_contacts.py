"""Touches: which one is due, how long an item sleeps, and what failed attempts do to the chance of the next."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection

from hub.rulekit.contacts import Contact, follow_up, likelihood, logged_contacts, next_touch
from hub.rulekit.settings import RuleSettings
from tests.rows import AS_OF, comm, insert, link, patient, view

TOUCHES = (date(2026, 2, 26), date(2026, 3, 10), date(2026, 4, 27))
SINCE = date(2026, 2, 25)


def on(*days: date) -> list[Contact]:
    return [Contact(day, None) for day in days]


@pytest.mark.parametrize(
    ("days", "number"),
    [
        ((), 1),
        ((date(2026, 2, 24),), 1),  # before the follow-up began
        ((date(2026, 2, 25),), 2),  # a day early
        ((date(2026, 2, 26), date(2026, 2, 26)), 2),  # twice on one day
        ((date(2026, 3, 10),), 3),  # late: catches up
        ((date(2026, 2, 26), date(2026, 2, 27)), 3),
        ((date(2026, 2, 26), date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 3)), 4),
    ],
)
def test_the_next_touch(days: tuple[date, ...], number: int) -> None:
    touch = next_touch(TOUCHES, on(*days), SINCE)
    assert touch.number == number
    assert touch.due == (TOUCHES[number - 1] if number <= 3 else None)


def test_before_the_first_touch_nothing_sleeps() -> None:
    assert follow_up(TOUCHES, [], SINCE, date(2026, 2, 25), None).wake_on is None


def test_between_touches_it_sleeps_until_the_next() -> None:
    assert follow_up(TOUCHES, on(date(2026, 2, 26)), SINCE, date(2026, 3, 9), None).wake_on == TOUCHES[1]
    assert follow_up(TOUCHES, on(date(2026, 2, 26)), SINCE, TOUCHES[1], None).wake_on is None


def test_after_the_last_touch_it_sleeps_until_the_patient_comes() -> None:
    made, today = on(date(2026, 2, 26), date(2026, 3, 2), date(2026, 3, 9)), AS_OF
    assert follow_up(TOUCHES, made, SINCE, today, date(2026, 5, 4)).wake_on == date(2026, 5, 4)
    here = follow_up(TOUCHES, made, SINCE, today, today)
    assert (here.wake_on, here.due) == (None, today)
    assert follow_up(TOUCHES, made, SINCE, today, None).wake_on == date(2027, 4, 27)


def test_failed_attempts_of_90_days_lower_the_chance() -> None:
    failed = [Contact(date(2026, 3, 9), "VOICEMAIL"), Contact(date(2025, 12, 10), "NO_ANSWER")]
    assert likelihood(0.5, failed, AS_OF) == pytest.approx(0.5 * 0.7 * 0.7)
    assert likelihood(0.5, [Contact(date(2025, 12, 9), "NO_ANSWER"), Contact(AS_OF, "REACHED")], AS_OF) == 0.5
    assert likelihood(0.5, failed * 10, AS_OF) == 0.10


def test_logged_contacts_are_outgoing_local_days_of_the_person(connection: Connection) -> None:
    late_evening = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # 8 in the evening of 03-09 in Chicago
    rows = [
        patient("1"),
        comm("a", "1", date(2026, 3, 2), outcome="VOICEMAIL"),
        comm("b", "1", date(2026, 3, 3), direction="IN"),
        comm("c", "1", date(2026, 1, 1)),
        comm("d", "1", date(2026, 3, 11)),
        comm("e", "1", AS_OF).changed(happened_on=None, happened_at=late_evening),
        comm("f", "1", AS_OF).changed(source="texts", patient_key=None),
        link("comm_event", "texts", "f", "1"),
        comm("g", "1", AS_OF).changed(patient_key=None),
        comm("h", "1", date(2026, 3, 4), direction=None, channel=None),  # a note in the chart
        comm("i", "1", date(2026, 3, 5), direction=None),
        comm("j", "1", date(2026, 3, 6), channel=None),
        comm("k", "1", date(2026, 3, 8), direction=None, channel=None, outcome="NO_ANSWER"),
    ]
    insert(connection, rows)
    found = logged_contacts(view(connection, RuleSettings()), date(2026, 2, 1))
    assert {person: [each.on for each in contacts] for person, contacts in found.items()} == {
        ("pms", "1"): [
            date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 8), date(2026, 3, 9), AS_OF,
        ],
    }
