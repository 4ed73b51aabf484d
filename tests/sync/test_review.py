"""Files that hold a part of the truth (a range of dates): nothing of an older one is lost, nothing newer overwritten."""

from __future__ import annotations

import os

import pytest
from sync_office import MAPPING, Office, export

PART = MAPPING.replace('scope = "full"', 'scope = "date_range"')
OCTOBER = [(n, f"Oct{n}", "1.00") for n in (1, 2)]


def _older(office: Office, rows: list[tuple[object, ...]]) -> None:
    path = office.deliver(export(rows), "september.csv")
    os.utime(path, (1_700_000_000, 1_700_000_000))


def test_an_older_range_that_comes_late_is_read_and_overwrites_nothing_newer(office: Office) -> None:
    office.mapping(PART)
    office.deliver(export(OCTOBER), "october.csv")
    office.sync()
    _older(office, [(2, "Outdated", "9.00"), (3, "Sep3", "3.00")])
    result = office.sync()
    assert result.status == "succeeded" and (result.counts.new, result.counts.filtered) == (1, 1)
    assert office.patients() == {"1": ("Oct1", 100), "2": ("Oct2", 100), "3": ("Sep3", 300)}


def test_a_bad_row_of_one_range_is_not_fixed_by_the_next_range(plain_office: Office) -> None:
    plain_office.mapping(PART)
    _older(plain_office, [(3, "Sep3", "3.00"), (4, "Oops", "x")])
    plain_office.sync()
    plain_office.deliver(export(OCTOBER), "october.csv")
    plain_office.sync()
    assert [row["status"] for row in plain_office.rows("quarantine")] == ["open"]


@pytest.mark.parametrize("late", [False, True])
def test_a_corrected_mapping_reads_every_range_again(office: Office, late: bool) -> None:
    office.mapping(PART)
    _older(office, [(3, "Sep3", "3.00")])
    office.sync()
    office.deliver(export(OCTOBER), "october.csv")
    office.sync()
    office.mapping(PART.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    if late:
        office.deliver(export([(5, "Nov5", "5.00")]), "november.csv")
    result = office.sync()
    assert result.status == "succeeded", result
    wanted = {"1": ("Oct1", -100), "2": ("Oct2", -100), "3": ("Sep3", -300)}
    assert office.patients() == wanted | ({"5": ("Nov5", -500)} if late else {})
    assert office.sync().counts.read == 0, "once is enough"


def test_a_replay_after_a_list_that_only_lost_rows_does_not_revive_them(office: Office) -> None:
    many = [(n, f"Name{n}", "1.00") for n in range(1, 101)]
    for tail in ("", "\n"):
        office.deliver(export(many if not tail else many[:-1]) + tail)
        office.sync()
    office.deliver(export(many[:-1]) + "\n\n")
    assert office.sync().counts.deleted == 1
    office.mapping(MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    assert office.sync().status == "succeeded"
    assert "100" not in office.patients() and office.patients()["1"] == ("Name1", -100)


def test_a_replay_after_an_unchanged_list_reads_what_is_stored(plain_office: Office) -> None:
    plain_office.deliver(export(OCTOBER))
    plain_office.sync()
    plain_office.deliver(export(OCTOBER) + "\n")
    plain_office.sync()
    plain_office.mapping(MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    assert plain_office.sync().status == "succeeded" and plain_office.patients()["1"] == ("Oct1", -100)
