"""Printed dates and moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping.cells import CellError
from hub.mapping.when import DateRules, date_reader, moment_reader, parse_moment

NULLS = frozenset({"/  /", "01/01/1901", "1753-03-02"})


def rules(*formats: str, pivot: int | None = None, serial: bool = False) -> DateRules:
    return DateRules(formats or ("%m/%d/%Y", "%Y-%m-%d"), ("%I:%M %p",), pivot, (1900, 2100), serial, NULLS)


US = date_reader("Sent", rules())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/14/2026", "2026-03-14"),
        ("3/4/2026", "2026-03-04"),
        ("2026-03-14", "2026-03-14"),
        ("02/29/2028", "2028-02-29"),
    ],
)
def test_a_declared_date_becomes_iso_text(text: str, day: str) -> None:
    assert US(text) == day


@pytest.mark.parametrize("text", ["", "  ", "  /  /  ", "01/01/1901", "1753-03-02", None])
def test_blank_masks_and_sentinels_are_no_date(text: str | None) -> None:
    assert US(text) is None


@pytest.mark.parametrize("text", ["02/30/2026", "2026-02-30", "00/00/0000", "02/29/2026", "13/01/2026"])
def test_an_impossible_day_is_refused(text: str) -> None:
    with pytest.raises(CellError, match="is not a day of the calendar"):
        US(text)


@pytest.mark.parametrize(
    "text", ["02/03/26", "46000", "14.03.2026", "March 14", "2026-03-14T", "03/14/20266", "٠٣/١٤/٢٠٢٦"]
)
def test_an_undeclared_form_is_refused(text: str) -> None:
    with pytest.raises(CellError, match="is not in the form"):
        US(text)


@pytest.mark.parametrize("text", ["01/01/1800", "01/01/2999"])
def test_a_year_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(CellError, match="is not between 1900 and 2100"):
        US(text)


def test_the_pivot_decides_the_century() -> None:
    read = date_reader("Birth", rules("%m/%d/%y", pivot=30))
    assert read("05/02/29") == "2029-05-02"
    assert read("05/02/30") == "1930-05-02"


def test_formats_are_tried_in_order() -> None:
    assert date_reader("D", rules("%d/%m/%Y", "%m/%d/%Y"))("03/04/2026") == "2026-04-03"
    assert date_reader("D", rules("%d/%m/%Y", "%m/%d/%Y"))("12/25/2026") == "2026-12-25"
    assert date_reader("D", rules("%b %d, %Y"))("Mar 4, 2026") == "2026-03-04"
    assert date_reader("D", rules("%Y%m%d"))("20260304") == "2026-03-04"


@pytest.mark.parametrize(
    ("form", "text"),
    [("%m%d%Y", "1112026"), ("%Y%m%d", "2026111"), ("%d%m%Y", "1112026"), ("%Y%m%d%H%M", "202611109")],
)
def test_a_date_without_separators_must_be_whole(form: str, text: str) -> None:
    """1112026 was Jan 11 or Nov 1 before its zero was lost: nobody knows."""
    with pytest.raises(CellError, match="is not in the form"):
        date_reader("D", rules(form))(text)


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("%m%d%Y", "01112026", "2026-01-11"), ("%m%d%Y", "11012026", "2026-11-01"), ("%b%d%Y", "Mar42026", "2026-03-04"),
        ("%m/%d/%Y", "1/1/2026", "2026-01-01"), ("%m/%d%Y", "1/12026", "2026-01-01"),
    ],
)  # fmt: skip
def test_a_zero_may_be_missing_where_only_one_number_can_lack_it(form: str, text: str, day: str) -> None:
    assert date_reader("D", rules(form))(text) == day


def test_hours_and_minutes_in_one_number() -> None:
    assert parse_moment("930", ["%H%M"]) == parse_moment("09:30", ["%H:%M"])


def test_an_excel_day_number_is_read_only_when_declared() -> None:
    # Excel: 1 is 1900-01-01 and 60 the leap day that never was, so 46000 is 1899-12-30 + 46000 days
    assert date_reader("D", rules(serial=True))("46000") == (date(1899, 12, 30) + timedelta(days=46000)).isoformat()
    assert date_reader("D", rules(serial=True))("46000") == "2025-12-09"


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_reads_back(day: date) -> None:
    assert US(f"{day.month:02d}/{day.day:02d}/{day.year}") == (None if day == date(1901, 1, 1) else day.isoformat())
    assert US(f"{day.month}/{day.day}/{day.year}") == day.isoformat() or day == date(1901, 1, 1)


@given(st.text(max_size=16))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        value = US(text)
    except CellError:
        return
    assert value is None or date.fromisoformat(str(value))


def test_a_local_moment_is_stored_in_utc() -> None:
    read = moment_reader("Start", rules("%m/%d/%Y %I:%M %p"), "America/Chicago")
    assert read("03/14/2026 09:30 AM") == "2026-03-14 14:30:00.000000"  # daylight time, UTC-5
    assert read("01/14/2026 12:15 AM") == "2026-01-14 06:15:00.000000"  # standard time, UTC-6
    assert read("01/14/2026 12:15 PM") == "2026-01-14 18:15:00.000000"


def test_the_hour_that_spring_skips_is_refused() -> None:
    with pytest.raises(CellError, match="does not exist in America/Chicago"):
        moment_reader("Start", rules("%m/%d/%Y %H:%M"), "America/Chicago")("03/08/2026 02:30")


def test_the_hour_that_autumn_repeats_is_the_first_one() -> None:
    read = moment_reader("Start", rules("%m/%d/%Y %H:%M"), "America/Chicago")
    assert read("11/01/2026 01:30") == "2026-11-01 06:30:00.000000"


def test_a_moment_with_a_zone_keeps_it() -> None:
    read = moment_reader("At", rules("%Y-%m-%dT%H:%M:%S%z"), "America/Chicago")
    assert read("2026-03-14T09:30:00Z") == "2026-03-14 09:30:00.000000"
    assert read("2026-03-14T09:30:00-05:00") == "2026-03-14 14:30:00.000000"


def test_hours_that_no_clock_shows_are_refused() -> None:
    assert parse_moment("13:00 PM", ["%I:%M %p"]) is None
    assert parse_moment("25:00", ["%H:%M"]) is None


MOMENTS = """
version = 1
entity = "appointment"
[columns._id]
labels = ["ID"]
[columns.start_date]
labels = ["Date"]
[columns._time]
labels = ["Time"]
[columns._minute]
labels = ["Minute"]
[columns.start_at]
moment_of = {PARTS}
[key]
columns = ["_id"]
"""


@pytest.mark.parametrize(
    ("parts", "time", "minute", "expected"),
    [
        ('{ date = "start_date", time = "_time" }', "9:30 AM", "", "2026-03-14 14:30:00.000000"),
        ('{ date = "start_date", time = "_time" }', "01:15p", "", "2026-03-14 18:15:00.000000"),
        ('{ date = "start_date", time = "_time" }', "", "", None),
        ('{ date = "start_date", hour = "_time", minute = "_minute" }', "9", "5", "2026-03-14 14:05:00.000000"),
        ('{ date = "start_date", hour = "_time", minute = "_minute" }', "9", "", "2026-03-14 14:00:00.000000"),
    ],
)
def test_a_moment_of_several_columns(
    run: Callable[..., object], parts: str, time: str, minute: str, expected: str | None
) -> None:
    text = MOMENTS.replace("{PARTS}", parts)
    columns, page = run(text, ["ID", "Date", "Time", "Minute"], ["1", "03/14/2026", time, minute])  # type: ignore[misc]
    assert page.bad == []
    assert page.facts[0][columns.index("start_at")] == expected
    assert page.facts[0][columns.index("start_date")] == "2026-03-14"


def test_a_time_that_is_none_makes_the_row_bad(run: Callable[..., object]) -> None:
    text = MOMENTS.replace("{PARTS}", '{ date = "start_date", time = "_time" }')
    _, page = run(text, ["ID", "Date", "Time", "Minute"], ["1", "03/14/2026", "soon", ""])  # type: ignore[misc]
    assert page.bad[0][1].reason == "type"
