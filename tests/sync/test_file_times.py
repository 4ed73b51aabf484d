"""What a file's date means: no list is of a day that has not come, and one that is refused as older is told."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cloud_office import FEED, ONE, ApiOffice, page
from sqlalchemy import update
from sync_office import MAPPING, Office, export

from hub.clock import FixedClock
from hub.contract import Checkpoint
from hub.model import TABLES

FIVE = [(n, f"Name{n}", f"{n}.50") for n in range(1, 6)]
CORRECTED = [(n, f"Name{n}", "9.00") for n in range(1, 6)]
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # the clock of the office
NEXT_YEAR = NOW + timedelta(days=365)


def _dated(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def _state(office: Office) -> dict[str, object]:
    (row,) = office.rows("stream_state")
    return row


def _tomorrow(office: Office) -> None:
    office.clock = FixedClock(office.clock.now() + timedelta(days=1))


def test_a_list_of_the_future_is_of_today_and_the_next_one_is_read(office: Office) -> None:
    _dated(office.deliver(export(FIVE)), NEXT_YEAR)
    office.sync()
    assert (_state(office)["as_of"], _state(office)["last_complete_at"]) == (NOW, NOW)
    assert {row["observed_at"] for row in office.rows("patient")} == {NOW}
    _tomorrow(office)
    office.deliver(export(CORRECTED))
    result = office.sync()
    assert (result.counts.changed, result.warnings) == (5, []) and office.patients()["1"] == ("Name1", 900)


def test_a_list_that_dates_itself_in_the_future_is_of_today(plain_office: Office) -> None:
    rule = '[batch.as_of]\nfrom = "file_name"\nregex = "(\\\\d{8})"\nformat = "%Y%m%d"\n'
    plain_office.mapping(MAPPING + rule)
    plain_office.deliver(export(FIVE), "patients 20270310.csv")
    plain_office.sync()
    assert _state(plain_office)["last_complete_at"] == NOW
    _tomorrow(plain_office)
    plain_office.deliver(export(CORRECTED), "patients 20260311.csv")
    assert plain_office.sync().counts.changed == 5


def test_an_answer_that_is_dated_in_the_future_is_of_now(cloud: ApiOffice) -> None:
    cloud.api.streams = (FEED,)
    cloud.api.answers["patients"] = [page(ONE), Checkpoint({"at": 1}, complete=True, as_of=NEXT_YEAR)]
    cloud.sync()
    assert cloud.state()["last_complete_at"] == NOW


def test_the_same_list_of_a_clock_that_runs_ahead_stays_fresh(plain_office: Office) -> None:
    for day in range(3):
        _dated(plain_office.deliver(export(FIVE)), NEXT_YEAR + timedelta(days=day))
        plain_office.sync()
        assert _state(plain_office)["last_complete_at"] == NOW + timedelta(days=day)
        _tomorrow(plain_office)


def test_a_stream_that_an_earlier_version_dated_in_the_future_goes_on(plain_office: Office) -> None:
    plain_office.deliver(export(FIVE))
    plain_office.sync()
    with plain_office.store.write() as connection:
        connection.execute(update(TABLES["stream_state"]).values(as_of=NEXT_YEAR, last_complete_at=NEXT_YEAR))
    plain_office.deliver(export(CORRECTED))
    assert plain_office.sync().counts.changed == 5
    assert _state(plain_office)["last_complete_at"] == NOW - timedelta(hours=2) + timedelta(minutes=2)


@pytest.mark.parametrize("rows", [CORRECTED, FIVE], ids=["new bytes", "bytes that came before"])
def test_a_list_that_is_refused_as_older_is_told_unless_it_came_before(
    plain_office: Office, rows: list[tuple[object, ...]]
) -> None:
    plain_office.deliver(export(FIVE), "monday.csv")
    plain_office.sync()
    plain_office.deliver(export([*FIVE, (6, "Six", "6.00")]), "tuesday.csv")
    plain_office.sync()
    _dated(plain_office.deliver(export(rows), "again.csv"), datetime(2026, 3, 10, 12, 30, tzinfo=UTC))
    result = plain_office.sync()
    assert (result.status, len(plain_office.patients())) == ("succeeded", 6)
    # 12:30 UTC is 7:30 in Chicago on that day; tuesday.csv was written two minutes after 13:00 UTC.
    told = "HUB-C27 pms: again.csv is of Tue 2026-03-10 07:30 and the list that is stored of Tue 2026-03-10 08:02"
    assert [warning[: len(told)] for warning in result.warnings] == ([told] if rows is CORRECTED else [])
    assert (told in str(plain_office.rows("run")[-1]["message"])) == (rows is CORRECTED)
    assert plain_office.sync().warnings == [], "once is enough"
