"""Records that are no longer in a full list: behind unreadable rows, confirmed by a person, and in two lists of one source."""

from __future__ import annotations

import pytest
from sync_office import MAPPING, Exports, Office, export

from hub.contract import Stream

MANY = [(n, f"Name{n}", "1.00") for n in range(1, 101)]


def _next(office: Office, rows: list[tuple[int, str, str]], blank_lines: int) -> tuple[int, int]:
    """Deliver and read these rows in new bytes: how many were missing once, how many went."""
    office.deliver(export(rows) + "\n" * blank_lines)
    result = office.sync()
    return result.counts.missing, result.counts.deleted


def test_a_record_that_vanished_behind_an_unreadable_row_is_found_once_the_row_is_gone(office: Office) -> None:
    office.deliver(export(MANY))
    office.sync()
    office.deliver(export([*MANY[:-1], (500, "New", "1.2.50")]))
    hidden = office.sync()
    assert hidden.counts.deleted == 0 and [told for told in hidden.warnings if "HUB-C24 pms: 1 unreadable rows" in told]
    assert [_next(office, MANY[:-1], lines) for lines in (1, 2, 3)] == [(1, 0), (0, 1), (0, 0)]
    assert list(office.patients(deleted=True)) == ["100"]


def test_a_record_whose_row_was_unreadable_before_it_vanished_goes_like_any_other(office: Office) -> None:
    office.deliver(export(MANY))
    office.sync()
    assert _next(office, [(n, last, "1.2.50" if n == 7 else owes) for n, last, owes in MANY], 0) == (0, 0)
    without = [row for row in MANY if row[0] != 7]
    assert [_next(office, without, lines) for lines in (1, 2, 3)] == [(1, 0), (0, 1), (0, 0)]
    assert list(office.patients(deleted=True)) == ["7"]


@pytest.mark.parametrize("moved", [False, True])
def test_a_person_confirms_a_drop_without_delivering_the_file_again(office: Office, moved: bool) -> None:
    """HUB-C20 tells to type `--accept-missing`: the file that it is about is known, and may have been moved away."""
    if moved:
        office.options["archive_dir"] = "archive"
    office.deliver(export(MANY))
    office.sync()
    path = office.deliver(export(MANY[:30]))
    assert (office.sync().status, len(office.patients()), path.exists()) == ("partial", 100, not moved)
    assert office.sync().counts.deleted == 0, "nobody confirmed anything yet"
    confirmed = office.sync(accept_missing=True)
    assert (confirmed.status, confirmed.counts.deleted, len(office.patients())) == ("succeeded", 70, 30)
    (state,) = office.rows("stream_state")
    assert (state["problem"], state["rows"]) == (None, 30)
    assert office.sync(accept_missing=True).counts.read == 0, "once is enough"


def test_the_same_short_list_delivered_again_is_stopped_and_told_again(plain_office: Office) -> None:
    plain_office.deliver(export(MANY))
    plain_office.sync()
    for _ in range(2):
        plain_office.deliver(export(MANY[:30]))
        assert plain_office.sync().status == "partial"
    plain_office.deliver(export(MANY[:30]))
    assert plain_office.sync(accept_missing=True).counts.deleted == 70


def test_a_confirmation_waits_for_unreadable_rows_that_may_be_the_missing_records(plain_office: Office) -> None:
    plain_office.deliver(export(MANY))
    plain_office.sync()
    plain_office.deliver(export([*MANY[:30], (500, "New", "1.2.50")]))
    assert str(plain_office.sync().outcomes[0].problem).startswith("HUB-C20")
    told = plain_office.sync(accept_missing=True)
    assert str(told.outcomes[0].problem).startswith("HUB-C24 pms: 1 unreadable rows") and told.counts.deleted == 0
    assert len(plain_office.patients()) == 100 and "HUB-C24" in str(plain_office.rows("stream_state")[0]["problem"])
    plain_office.deliver(export([*MANY[:30], (500, "New", "12.50")]))
    assert plain_office.sync(accept_missing=True).counts.deleted == 70 and len(plain_office.patients()) == 31


UPPER = MAPPING.replace('labels = ["First Name"]', 'labels = ["First Name"]\nupper = true')


@pytest.mark.parametrize("short", [export([]), export([(1, "Name1", "7.00"), (101, "New", "2.00")])])
def test_a_list_that_was_stopped_is_not_what_a_corrected_mapping_is_applied_to(office: Office, short: str) -> None:
    """The whole list before it is read again, then what the stopped one said: nothing is lost, and its problem stays."""
    office.deliver(export(MANY))
    office.sync()
    office.deliver(short)
    problem = str(office.sync().outcomes[0].problem)
    before = office.patients()
    office.mapping(UPPER)
    replayed = office.sync()
    assert [str(outcome.problem) for outcome in replayed.outcomes] == [problem]
    assert {row["first_name"] for row in office.rows("patient")} == {"ANN"} and office.patients() == before
    assert str(office.rows("stream_state")[0]["problem"]) == problem and office.rows("missing_row") == []
    assert office.sync().counts.read == 0, "once is enough"


def test_a_whole_list_takes_the_place_of_one_that_was_stopped(plain_office: Office) -> None:
    for rows in (MANY, MANY[:30]):
        plain_office.deliver(export(rows))
        plain_office.sync()
    assert [row["state"] for row in plain_office.rows("blob")] == ["applied", "incomplete"]
    plain_office.deliver(export(MANY) + "\n")
    assert plain_office.sync().status == "succeeded"
    assert [row["state"] for row in plain_office.rows("blob")] == ["applied", "superseded", "unchanged"]


class TwoLists(Exports):
    streams = (
        Stream("open", ("patient",), deletes="snapshot", mapping="test/patients"),
        Stream("answered", ("patient",), deletes="snapshot", mapping="test/answered"),
    )


@pytest.mark.parametrize("first", ["open", "answered"])
def test_a_record_that_leaves_one_of_two_lists_stays_while_the_other_holds_it(office: Office, first: str) -> None:
    office.connector = TwoLists
    mobile = '[columns.preferred_name]\nlabels = ["Mobile"]\nrequired = true\n[columns.first_name]'
    office.mapping(MAPPING.replace("[columns.first_name]", mobile), "test/answered")

    def both(open_rows: list[tuple[int, str, str]], answered: list[tuple[int, str, str]], lines: int) -> list[str]:
        texts = {
            "open": export(open_rows),
            "answered": export(answered).replace("\n", ",5551234\n").replace("Balance,5551234", "Balance,Mobile"),
        }
        for name in sorted(texts, reverse=first == "open"):
            office.deliver(texts[name] + "\n" * lines, f"{name}.csv")
        office.sync()
        return sorted(key for key in ("50", "200") if key in office.patients())

    leaving, staying = (50, "Name50", "1.00"), (200, "Zoe", "1.00")
    without = [row for row in MANY if row[0] != 50]
    assert both(MANY, [leaving, staying], 0) == ["200", "50"]
    assert [both(MANY, [staying], lines) for lines in (1, 2, 3, 4)] == [["200", "50"]] * 4
    assert [both(without, [staying], lines) for lines in (5, 6)] == [["200", "50"], ["200"]], (
        "gone from both: twice absent"
    )


def test_what_a_stopped_list_changed_changes_back_with_the_bytes_of_the_one_before(plain_office: Office) -> None:
    plain_office.deliver(export(MANY))
    plain_office.sync()
    plain_office.deliver(export([(1, "Elsewhere", "1.00"), *MANY[1:30]]))
    plain_office.sync()
    assert plain_office.patients()["1"][0] == "Elsewhere", "a row that is there is believed"
    plain_office.deliver(export(MANY))
    assert plain_office.sync().status == "succeeded"
    assert plain_office.patients()["1"][0] == "Name1" and plain_office.rows("stream_state")[0]["problem"] is None


def test_a_record_whose_line_stood_twice_is_there_while_one_of_them_is(plain_office: Office) -> None:
    """The second copy becomes another patient: patient 4 is still in the list, so nobody is missing."""
    twice = [*MANY[:20], MANY[3], *MANY[20:]]
    once = [*MANY[:20], (600, "Other", "1.00"), *MANY[20:], (500, "New", "1.00")]
    plain_office.deliver(export(twice))
    plain_office.sync()
    assert [
        _next(plain_office, rows, lines)
        for rows, lines in (([*twice, (500, "New", "1.00")], 1), (once, 2), (once, 3), (once, 4))
    ] == [(0, 0)] * 4
    assert "4" in plain_office.patients() and plain_office.patients(deleted=True) == {}
