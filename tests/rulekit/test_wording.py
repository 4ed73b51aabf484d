"""Plain words: names, days, counts and lists of procedures."""

from __future__ import annotations

from datetime import date

import pytest

from hub.rulekit.amounts import median_cents
from hub.rulekit.visits import codes_in, token, tokens_of
from hub.rulekit.wording import (
    Work,
    counted,
    day_text,
    full_name,
    joined,
    on_day,
    ordinal,
    short_name,
    since_month,
    work_text,
    working_days,
)

AS_OF = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("first", "last", "key", "label"),
    [
        ("Maria", "Lopez", "1", "M. Lopez"),
        (" maria ", " Lopez ", "1", "M. Lopez"),
        (None, "Lopez", "1", "Lopez"),
        ("Maria", "", "1", "Maria"),
        (None, None, "1042", "patient 1042"),
        (None, None, None, "a patient"),
    ],
)
def test_short_names(first: str | None, last: str | None, key: str | None, label: str) -> None:
    assert short_name(first, last, key) == label


def test_full_names() -> None:
    assert full_name(" Maria ", "Lopez") == "Maria Lopez"
    assert full_name(None, "Lopez") == "Lopez"
    assert full_name(" ", None) is None


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (AS_OF, "today"),
        (date(2026, 3, 9), "yesterday"),
        (date(2026, 3, 6), "on Friday"),
        (date(2026, 3, 4), "on Wednesday"),
        (date(2026, 3, 3), "on Mar 3"),
        (date(2025, 12, 31), "on Dec 31, 2025"),
        (date(2026, 3, 12), "on Mar 12"),
    ],
)
def test_days_as_people_say_them(day: date, text: str) -> None:
    assert on_day(day, AS_OF) == text


def test_other_years_are_named() -> None:
    assert day_text(date(2026, 2, 24), AS_OF) == "Feb 24"
    assert day_text(date(2025, 2, 24), AS_OF) == "Feb 24, 2025"
    assert since_month(date(2026, 1, 20), AS_OF) == "January"
    assert since_month(date(2025, 1, 20), AS_OF) == "January 2025"


def test_counts_and_ordinals() -> None:
    assert [working_days(n) for n in (0, 1, 3)] == ["today", "1 working day ago", "3 working days ago"]
    assert [counted(n) for n in (0, 3, 10)] == ["no", "three", "10"]
    assert [ordinal(n) for n in (2, 9, 11, 21, 22, 112)] == ["second", "ninth", "11th", "21st", "22nd", "112th"]


def test_lists() -> None:
    assert [joined(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def crown(tooth: str | None = "30", **values: str) -> Work:
    return Work("D2740", values.get("name", "crown"), tooth)


@pytest.mark.parametrize(
    ("works", "text"),
    [
        ([crown()], "crown on #30"),
        ([crown(), Work("D2950", "build-up", "30")], "crown and build-up on #30"),
        ([crown("14"), crown("3"), crown("A")], "crown on #3, #14 and #A"),
        ([crown(), crown()], "crown x2 on #30"),
        ([crown(str(n)) for n in range(1, 7)], "crown x6"),
        ([Work("D1110")], "D1110"),
        ([Work(None, None, "4")], "treatment on #4"),
        ([], "treatment"),
        ([Work(f"D{n}", f"work {n}", str(n)) for n in range(1, 6)], "work 1 on #1, work 2 on #2 and 3 more"),
    ],
)
def test_procedures(works: list[Work], text: str) -> None:
    assert work_text(works) == text
    assert work_text(reversed(works)) == text


def test_long_descriptions_are_cut() -> None:
    name = work_text([Work("D2740", "crown " * 20)])
    assert len(name) <= 40
    assert name.endswith("…")


def test_tokens_of_visits() -> None:
    assert (token("D2740", "30"), token("D0120"), token("D0120", "")) == ("D2740#30", "D0120", "D0120")
    assert tokens_of("|D2740#30|D0120|") == ("D2740#30", "D0120")
    assert tokens_of(None) == tokens_of("") == tokens_of("|") == ()
    assert codes_in("|D2740#30|D2740#3|D0120|") == {"D2740", "D0120"}


def test_medians() -> None:
    assert [median_cents(each) for each in ([], [5], [3, 1, 2], [1, 2], [4, 1, 3, 2])] == [None, 5, 2, 1, 2]
