"""Paging over a list that moves while it is read: nothing is lost, whatever slides, repeats or vanishes."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from connectors.open_dental.api.paging import START, Page, Place, Record, pages
from hub.errors import SourceChanged


def table(count: int, first: int = 1) -> list[Record]:
    return [{"K": number, "v": 0} for number in range(first, first + count)]


def read(rows: list[Record], limit: int = 10, place: Place = START, change: Callable[[int], None] = lambda n: None,
         most: int = 10_000) -> tuple[set[int], list[Page]]:  # fmt: skip
    """All keys that came out, and the pages. `change` may alter `rows` before each request."""
    asked = 0

    def ask(offset: int, wanted: int) -> list[Record]:
        nonlocal asked
        asked += 1
        assert asked < 2000
        change(asked)
        return [dict(row) for row in rows[offset : offset + min(wanted, most)]]

    found = list(pages(ask, "K", limit, place))
    return {int(str(row["K"])) for page in found for row in page.records}, found


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 100, 101, 250])
def test_every_row_comes_once(count: int) -> None:
    keys, found = read(table(count))
    assert keys == set(range(1, count + 1)) and sum(len(page.records) for page in found) == count
    assert [page.ends for page in found] == [False] * (len(found) - 1) + [True]


def test_a_server_that_hands_out_less_than_asked_for_is_read_to_its_end() -> None:
    keys, _ = read(table(350), limit=1000, most=100)
    assert keys == set(range(1, 351))


@pytest.mark.parametrize("gone", [1, 3, 7, 30])
def test_rows_deleted_in_front_do_not_hide_others(gone: int) -> None:
    rows = table(95)

    def change(asked: int) -> None:
        if asked == 4:
            del rows[:gone]

    keys, _ = read(rows, change=change)
    assert keys >= set(range(gone + 1, 96))


def test_rows_that_come_in_front_are_no_problem() -> None:
    rows = table(60)

    def change(asked: int) -> None:
        if asked in (3, 5):
            rows[:0] = table(4, first=1000 + asked * 10)

    keys, _ = read(rows, change=change)
    assert keys >= set(range(1, 61))


def test_a_row_that_moves_to_the_front_takes_none_with_it() -> None:
    rows = table(60)

    def change(asked: int) -> None:
        if asked == 3:
            rows.append(rows.pop(0))  # edited: it now stands last
            rows.insert(0, rows.pop(40))

    keys, _ = read(rows, change=change)
    assert keys >= set(range(1, 61)) - {42}, "the moved one carries a new stamp and comes with the next pass"


def test_an_edited_row_that_moved_ahead_is_no_proof_that_nothing_slid() -> None:
    """A visit is moved from a page just read into the next one, and others in front of it are deleted."""
    rows = table(60)

    def change(asked: int) -> None:
        if asked == 3:
            moved = rows.pop(12)
            del rows[2:6]
            rows.insert(22, moved | {"v": 1})

    keys, _ = read(rows, change=change)
    assert keys >= {int(str(row["K"])) for row in rows}


def test_a_page_that_is_handed_out_twice_does_not_hide_the_next() -> None:
    rows, last = table(80), []

    def ask(offset: int, limit: int) -> list[Record]:
        page = [dict(row) for row in rows[offset : offset + limit]]
        if offset > 30 and len(last) == 1:
            last.append(page)
            return page_before
        if not last and offset > 10:
            last.append(page)
        nonlocal_page(page)
        return page

    page_before: list[Record] = []

    def nonlocal_page(page: list[Record]) -> None:
        page_before[:] = page

    keys = {int(str(row["K"])) for page in pages(ask, "K", 10) for row in page.records}
    assert len(last) == 2 and keys == set(range(1, 81))


def test_a_server_that_ignores_the_offset_is_noticed() -> None:
    rows = table(10)
    with pytest.raises(SourceChanged, match="HUB-U08"):
        list(pages(lambda offset, limit: [dict(row) for row in rows], "K", 10))


def test_a_server_that_ignores_paging_altogether_is_read_once() -> None:
    rows = table(37)
    found = list(pages(lambda offset, limit: [dict(row) for row in rows], "K", 10))
    assert len(found) == 1 and len(found[0].records) == 37


def test_a_row_that_changes_between_two_pages_comes_again() -> None:
    rows = table(15)

    def change(asked: int) -> None:
        if asked == 2:
            rows[9]["v"] = 1

    _, found = read(rows, change=change)
    assert [row["v"] for page in found for row in page.records if row["K"] == 10] == [0, 1]


@pytest.mark.parametrize("reached", [5, 10, 25])
def test_reading_goes_on_where_it_was_cut_off(reached: int) -> None:
    keys, _ = read(table(40), place=Place(reached, str(reached)))
    assert keys >= set(range(reached + 1, 41)) and min(keys) >= reached


@pytest.mark.parametrize("gone", [3, 30])
def test_rows_that_went_while_nobody_read_do_not_hide_others(gone: int) -> None:
    rows = table(80)[gone:]
    keys, _ = read(rows, place=Place(40, "40"))
    assert keys >= set(range(41, 81))


def test_when_the_row_to_go_on_at_is_gone_the_list_is_read_again() -> None:
    rows = [row for row in table(80) if row["K"] != 40]
    del rows[:20]
    keys, _ = read(rows, place=Place(40, "40"))
    assert keys >= set(range(41, 81))


@pytest.mark.parametrize("seed", range(12))
def test_an_office_at_work_hides_no_row_that_stayed(seed: int) -> None:
    """Random deletions, insertions and moves between requests: every row that was there all the time is read."""
    chance, rows = random.Random(seed), table(200)
    moved: set[int] = set()

    def change(asked: int) -> None:
        if asked % 3 == 0 and len(rows) > 50:
            row = rows.pop(chance.randrange(len(rows)))
            moved.add(int(str(row["K"])))
            if chance.random() < 0.5:
                rows.insert(chance.randrange(len(rows)), row)
        if asked % 4 == 0:
            rows.insert(chance.randrange(len(rows)), {"K": 10_000 + asked, "v": 0})
            moved.add(10_000 + asked)

    keys, _ = read(rows, change=change)
    assert keys >= set(range(1, 201)) - moved
