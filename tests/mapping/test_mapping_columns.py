"""A page read column by column is the page read row by row, whatever its cells hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
LABELS = ["Number", "Patient", "Day", "Time", "Status", "Provider", "Amount", "Made"]
CELLS = ["", " ", "7", " 8 ", "A-1", "1.2E+5", "ab", "03/09/2026", "02/30/2026", "2:30 PM", "Open", "gone", "?", "1,200.50", "-3.10"]


@pytest.fixture
def mapping(make: Callable[[str], Mapping]) -> Mapping:
    return make(TEXT)


def _outcome(mapping: Mapping, rows: Sequence[Sequence[str]], by_row: bool) -> tuple[RowMapper, MappedPage]:
    mapper = compile_mapping(mapping, LABELS, "America/Chicago")
    if by_row:
        mapper._run = type(mapper._run)(mapper._run.by_row, mapper._run.by_row)
    return mapper, mapper.map_rows(rows, range(2, len(rows) + 2))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=7, max_size=8), max_size=6))
def test_both_ways_give_the_same(mapping: Mapping, rows: list[list[str]]) -> None:
    assert _outcome(mapping, rows, by_row=False)[1] == _outcome(mapping, rows, by_row=True)[1]


def test_one_unreadable_cell_sets_its_row_aside_and_no_other(mapping: Mapping) -> None:
    good = ["7", "8", "03/09/2026", "2:30 PM", "Open", "D1", "12.00", "03/01/2026"]
    rows = [good, [*good[:7], "02/30/2026"], ["9", *good[1:]]]
    page = _outcome(mapping, rows, by_row=False)[1]
    assert page.kept == [0, 2] and [at for at, _ in page.bad] == [1]
    assert page.bad[0][1].reason == "type" and page.bad[0][1].locator == 3
