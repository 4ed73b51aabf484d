"""A page read column by column is the page read row by row, whatever its cells hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.mapping import MappedPage, Mapping, compile_mapping
from hub.mapping.compiled import RowMapper

TEXT = """
version = 1
entity = "appointment"
title = "made up"
[columns._number]
labels = ["Number"]
[columns.patient_key]
labels = ["Patient"]
[columns._day]
labels = ["Day"]
type = "date"
[columns._time]
labels = ["Time"]
[columns.start_at]
moment_of = { date = "_day", time = "_time" }
[columns.status]
labels = ["Status"]
map = { "Open" = "SCHEDULED", "Gone" = "BROKEN" }
unmapped = "quarantine"
[columns.provider_key]
labels = ["Provider"]
[columns.amount_cents]
labels = ["Amount"]
type = "money"
[columns.created_date]
labels = ["Made"]
[[where]]
name = "no provider"
column = "provider_key"
blank = false
[key]
columns = ["_number"]
[batch]
scope = "full"
"""
# Nothing in it has to be asked row by row.
WHOLE = """
version = 1
entity = "appointment"
title = "made up"
[columns._number]
labels = ["Number"]
[columns.patient_key]
labels = ["Patient"]
not_blank = true
[columns.status]
labels = ["Status"]
map = { "Open" = "SCHEDULED", "Gone" = "BROKEN" }
unmapped = "null"
[columns.created_date]
labels = ["Day"]
[columns.amount_cents]
labels = ["Amount"]
type = "money"
[key]
columns = ["_number"]
[batch]
scope = "full"
"""
LABELS = ["Number", "Patient", "Day", "Time", "Status", "Provider", "Amount", "Made"]
CELLS = ["", " ", "7", " 8 ", "A-1", "1.2E+5", "ab", "03/09/2026", "02/30/2026", "2:30 PM", "Open", "gone", "?", "1,200.50", "-3.10", "10.00\n20.00", "a\nb"]


@pytest.fixture
def mapping(make: Callable[[str], Mapping]) -> Mapping:
    return make(TEXT)


@pytest.fixture
def whole(make: Callable[[str], Mapping]) -> Mapping:
    return make(WHOLE)


def _outcome(mapping: Mapping, rows: Sequence[Sequence[str]], by_row: bool) -> tuple[RowMapper, MappedPage]:
    mapper = compile_mapping(mapping, LABELS, "America/Chicago")
    if by_row:
        plain = mapper._made.plain
        mapper._made = replace(mapper._made, plain=replace(plain, by_column=plain.by_row), columns=None)
    return mapper, mapper.map_rows(rows, range(2, len(rows) + 2))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=7, max_size=8), max_size=6))
def test_both_ways_give_the_same(mapping: Mapping, rows: list[list[str]]) -> None:
    assert _outcome(mapping, rows, by_row=False)[1] == _outcome(mapping, rows, by_row=True)[1]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=7, max_size=8), max_size=6))
def test_so_do_columns_without_rows(whole: Mapping, rows: list[list[str]]) -> None:
    assert _outcome(whole, rows, by_row=False)[1] == _outcome(whole, rows, by_row=True)[1]


@pytest.mark.parametrize("name", ["mapping", "whole"])
@pytest.mark.parametrize("cells", [["100.00", "10.00\n20.00", "777.00"], ["10.00\n20.00"], ["5.00", "1.00\n"]])
def test_two_amounts_in_one_cell_are_none_and_shift_no_other(
    request: pytest.FixtureRequest, name: str, cells: list[str]
) -> None:
    rows = [[str(n), "P1", "", "", "Open", "D1", cell, ""] for n, cell in enumerate(cells)]
    wrapped = [n for n, cell in enumerate(cells) if "\n" in cell.strip()]
    page = _outcome(request.getfixturevalue(name), rows, by_row=False)[1]
    assert [(at, bad.reason) for at, bad in page.bad] == [(at, "type") for at in wrapped]
    amounts = {fact[0]: cents for fact in page.facts for cents in fact[1:] if isinstance(cents, int)}
    assert amounts == {
        str(n): int(cell.strip().replace(".", "")) for n, cell in enumerate(cells) if n not in wrapped
    }


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["1.00", "-2.00", "1,200.50", "10.00\n20.00", "-3.10\n"]), min_size=1, max_size=5))
def test_usual_amounts_are_read_alike(mapping: Mapping, whole: Mapping, cells: list[str]) -> None:
    rows = [[str(n), "P1", "", "", "Open", "D1", cell, ""] for n, cell in enumerate(cells)]
    for each in (mapping, whole):
        assert _outcome(each, rows, by_row=False)[1] == _outcome(each, rows, by_row=True)[1]


def test_columns_are_read_whole_where_nothing_has_to_be_asked_row_by_row(whole: Mapping) -> None:
    mapper = compile_mapping(whole, LABELS, "America/Chicago")
    first = ["a 7", " p1", "03/09/2026", "", "open", "", "-1,200.50", ""]
    second = ["8", "p2", "", "", "?", "", " 3.1 ", ""]
    columns = mapper.map_columns([first, second])
    assert columns is not None and mapper.columns == (
        "source_key", "patient_key", "status", "created_date", "amount_cents",
    )  # fmt: skip
    expected = [("A 7", "P1", "SCHEDULED", "2026-03-09", -120050), ("8", "P2", None, None, 310)]
    assert list(zip(*columns, strict=True)) == expected
    assert mapper.take_unmapped() == {"status": Counter({"?": 1})}


def test_a_row_without_its_key_is_named_and_no_word_is_counted_twice(whole: Mapping) -> None:
    good = ["7", "P1", "", "", "?", "", "1.00", ""]
    mapper, page = _outcome(whole, [good, ["", *good[1:]], ["9", "", *good[2:]]], by_row=False)
    assert mapper.map_columns([good]) is not None and page.kept == [0]
    assert [(at, bad.reason) for at, bad in page.bad] == [(1, "key"), (2, "type")]
    assert page.unmapped == {"status": Counter({"?": 1})}


FOOTED = """
version = 1
entity = "claim"
title = "made up"
[columns._new]
labels = ["Number"]
[columns._old]
labels = ["Patient"]
[columns.claim_number]
first_of = ["_new", "_old"]
[columns.status]
labels = ["Status"]
map = { "Open" = "SENT" }
unmapped = "error"
[key]
columns = ["claim_number"]
"""


def test_a_row_without_its_key_is_not_asked_for_its_word(make: Callable[[str], Mapping]) -> None:
    """A footer whose word nobody mapped costs one row, not the file, with or without other rows that cannot be read."""
    rows = [["7", "", "", "", "Open", "", "", ""], ["", "", "", "", "Totals", "", "", ""]]
    page = _outcome(make(FOOTED), rows, by_row=False)[1]
    assert [fact[0] for fact in page.facts] == ["7"]
    assert [(at, bad.reason) for at, bad in page.bad] == [(1, "key")] and page.unmapped == {}


def test_one_unreadable_cell_sets_its_row_aside_and_no_other(mapping: Mapping) -> None:
    good = ["7", "8", "03/09/2026", "2:30 PM", "Open", "D1", "12.00", "03/01/2026"]
    rows = [good, [*good[:7], "02/30/2026"], ["9", *good[1:]]]
    page = _outcome(mapping, rows, by_row=False)[1]
    assert page.kept == [0, 2] and [at for at, _ in page.bad] == [1]
    assert page.bad[0][1].reason == "type" and page.bad[0][1].locator == 3
