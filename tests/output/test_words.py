from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from hub.contract import ItemRow
from hub.output import totals, words

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (None, ""),
        (date(2026, 11, 20), "due yesterday"),
        (date(2026, 11, 21), "due today"),
        (date(2026, 11, 22), "due tomorrow"),
        (date(2026, 11, 27), "due Friday"),
        (date(2026, 11, 28), "due Sat Nov 28"),
        (date(2027, 1, 4), "due Mon Jan 4, 2027"),
        (date(2026, 11, 12), "9 days late"),
        (date(2026, 3, 2), "late since Mon Mar 2"),
    ],
)
def test_due_days_are_said_as_people_say_them(when: date | None, said: str) -> None:
    assert words.due(when, SATURDAY) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (None, "never"),
        (datetime(2026, 11, 21, 12, 12, tzinfo=UTC), "today 6:12 AM CST"),
        (datetime(2026, 11, 21, 5, 30, tzinfo=UTC), "yesterday 11:30 PM CST"),  # still Friday in Chicago
        (datetime(2026, 11, 18, 12, 0, tzinfo=UTC), "3 days ago"),
    ],
)
def test_ages_count_the_practices_own_days(at: datetime | None, said: str) -> None:
    assert words.age(at, datetime(2026, 11, 21, 12, 30, tzinfo=UTC), "America/Chicago") == said


def test_noon_and_midnight_are_twelve() -> None:
    assert words.moment(datetime(2026, 7, 1, 5, 0, tzinfo=UTC), "America/Chicago") == "Wed Jul 1, 2026 12:00 AM CDT"
    assert words.moment(datetime(2026, 7, 1, 17, 5, tzinfo=UTC), "America/Chicago") == "Wed Jul 1, 2026 12:05 PM CDT"


@pytest.mark.parametrize(
    ("said", "priority", "band"),
    [
        ("this_week", 0, "this week"),
        ("?", 80, "today"),
        ("?", 79, "this week"),
        ("?", 59, "when possible"),
        ("?", 39, "batch"),
    ],
)
def test_a_band_is_the_engines_or_comes_from_the_priority(
    item: Callable[..., ItemRow], said: str, priority: int, band: str
) -> None:
    assert words.band(item(band=said, priority=priority)) == band


def test_an_overstatement_is_counted_but_not_summed(item: Callable[..., ItemRow]) -> None:
    rows = [item(value_cents=114_000), item(code="TX-ALT-UNRESOLVED", value_cents=310_000)]
    assert totals.total(rows) == totals.Total(2, 114_000)
    assert totals.by_band(rows)["today"] == totals.Total(2, 114_000)
    assert totals.by_band(rows)["batch"] == totals.Total(0, 0)


def test_a_light_says_what_happened_to_the_items() -> None:
    """Amber is past its age or incomplete: then, and only then, items are frozen. Red says only that the last run failed."""
    assert words.LIGHTS["amber"] == "too old or incomplete: what rests on it was neither opened nor closed"
    assert words.LIGHTS["red"] == "the last read failed"


def test_a_frozen_sentence_carries_its_own_day(item: Callable[..., ItemRow]) -> None:
    row = item(is_stale=True, as_of=date(2026, 3, 10), sentence="Nothing is booked.")
    assert words.sentence(row) == words.sentence(row, date(2026, 11, 21)) == "as of Mar 10: Nothing is booked."
    assert words.sentence(row, date(2027, 1, 2)) == "as of Mar 10, 2026: Nothing is booked."
    assert words.sentence(item(sentence="Nothing is booked.")) == "Nothing is booked."
