"""What was set aside of a source that is asked: settled when its record is read or gone, or when a person discards it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cloud_office import END, END_OF_SWEEP, FEED, MAPPING, ONE, SWEPT, TWO, ApiOffice, counts, crowd, keys, page
from sync_office import MAPPING as SYNC_MAPPING
from sync_office import Office, export

from hub.contract import BadRow, Checkpoint, Gone
from hub.sync.quarantine import discard

BAD = ("2", "Kim", "2.5.0")
NOW = datetime(2026, 3, 10, 16, tzinfo=UTC)


def _entries(office: ApiOffice | Office) -> list[tuple[object, object]]:
    return [(row["status"], row["record_key"]) for row in office.rows("quarantine")]


def _discard(office: ApiOffice | Office, reason: str = "") -> bool:
    (entry,) = [int(str(row["id"])) for row in office.rows("quarantine") if row["status"] == "open"]
    with office.store.write() as connection:
        return discard(connection, ["main"], entry, reason, NOW)


@pytest.fixture
def feed(cloud: ApiOffice) -> ApiOffice:
    cloud.api.streams = (FEED,)
    return cloud


def test_a_record_that_comes_corrected_settles_what_was_set_aside_of_it(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (FEED,)
    each_cloud.api.answers["patients"] = [page(ONE, BAD), END]
    assert each_cloud.sync().counts.quarantined == 1
    each_cloud.api.answers["patients"] = [page(("3", "Ng", "3.50")), END]
    each_cloud.sync()
    assert _entries(each_cloud) == [("open", "patient:2")], "another record says nothing about it"
    each_cloud.api.answers["patients"] = [page(TWO), END]
    assert each_cloud.sync().status == "succeeded"
    assert _entries(each_cloud) == [("fixed", "patient:2")] and each_cloud.owed()["2"] == 250


def test_a_record_that_comes_back_as_it_was_settles_it_too(feed: ApiOffice) -> None:
    for row in (TWO, BAD, TWO):
        feed.api.answers["patients"] = [page(row), END]
        feed.sync()
    assert _entries(feed) == [("fixed", "patient:2")]


def test_later_pages_of_the_pass_settle_what_earlier_ones_set_aside(feed: ApiOffice) -> None:
    feed.api.answers["patients"] = [page(BAD), Checkpoint({"page": 2}), page(TWO), END]
    feed.sync()
    assert _entries(feed) == [("fixed", "patient:2")]
    feed.api.answers["patients"] = [page(TWO), Checkpoint({"page": 2}), page(BAD), END]
    feed.sync()
    assert _entries(feed) == [("open", "patient:2")], "the later word stands"


def test_both_in_one_page_leave_it_open(feed: ApiOffice) -> None:
    feed.api.answers["patients"] = [page(TWO, BAD), END]
    feed.sync()
    assert _entries(feed) == [("open", "patient:2")]


@pytest.mark.parametrize("stored", [False, True])
def test_a_record_that_the_source_deletes_settles_it(cloud: ApiOffice, stored: bool) -> None:
    cloud.api.streams = (SWEPT,)
    cloud.api.answers["patients"] = [page(ONE, *([TWO] if stored else [])), END]
    cloud.sync()
    cloud.api.answers["patients"] = [page(BAD), END]
    cloud.sync()
    cloud.api.answers["patients"] = [Gone("patient", ["2"]), END]
    cloud.sync()
    assert _entries(cloud) == [("fixed", "patient:2")] and cloud.live() == {"1"}


def test_a_record_that_is_on_no_list_any_more_settles_it_once_it_is_deleted(cloud: ApiOffice) -> None:
    cloud.api.streams = (SWEPT,)
    for row in (TWO, BAD):
        cloud.api.answers["patients"] = [page(*[ONE] * (row == TWO), row), END]
        cloud.sync()
    told = []
    for listed in (("1", "2"), ("1",), ("1",)):
        cloud.api.answers["patients"] = [keys(*listed), END_OF_SWEEP]
        cloud.sync()
        told.append(_entries(cloud)[0][0])
    assert told == ["open", "open", "fixed"] and cloud.live() == {"1"}


def test_a_key_that_cannot_be_read_either_stays_open(feed: ApiOffice) -> None:
    feed.api.answers["patients"] = [page(("", "Kim", "2.5.0")), END]
    feed.sync()
    feed.api.answers["patients"] = [page(ONE, TWO), END]
    feed.sync()
    assert _entries(feed) == [("open", None)]


def test_a_replay_does_not_open_what_was_corrected_since(feed: ApiOffice) -> None:
    feed.api.answers["patients"] = [page(BAD), END]
    feed.sync()
    feed.api.answers["patients"] = [page(TWO), END]
    feed.sync()
    feed.mapping(MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    feed.api.answers["patients"] = [END]
    replayed = feed.sync()
    assert (replayed.status, counts(replayed)) == ("succeeded", (2, 0, 1, 0, 1, 0))
    assert _entries(feed) == [("fixed", "patient:2")] and feed.owed() == {"2": -250}


def test_an_entry_of_an_earlier_version_gets_its_key_when_stored_bytes_are_read_again(feed: ApiOffice) -> None:
    from sqlalchemy import update

    from hub.model import TABLES

    feed.api.answers["patients"] = [page(BAD), END]
    feed.sync()
    with feed.store.write() as connection:
        connection.execute(update(TABLES["quarantine"]).values(record_key=None))
    feed.sync(retry_only=True)
    assert _entries(feed) == [("open", "patient:2")]


def test_what_a_person_discards_is_passed_over_until_it_says_something_else(feed: ApiOffice) -> None:
    broken = BadRow("type", "HUB-R01 a date is none", '{"id": 9}')
    feed.api.answers["patients"] = [page(ONE), broken, END]
    assert feed.sync().status == "partial"
    assert _discard(feed, "closed\n with the vendor")
    (entry,) = feed.rows("quarantine")
    assert entry["status"] == "discarded" and entry["closed_at"] == NOW and entry["payload"] == '{"id": 9}'
    assert entry["message"] == "a date is none; discarded: closed with the vendor"
    again = feed.sync()
    assert (again.status, counts(again)) == ("succeeded", (2, 0, 0, 1, 1, 0))
    assert feed.rows("quarantine") == [entry]
    feed.api.answers["patients"] = [BadRow("type", "HUB-R01 a date is none", '{"id": 9, "at": 1}'), END]
    assert feed.sync().counts.quarantined == 1 and len(feed.rows("quarantine")) == 2


def test_only_an_open_entry_of_ones_own_practice_can_be_discarded(feed: ApiOffice) -> None:
    feed.api.answers["patients"] = [page(BAD), END]
    feed.sync()
    (entry,) = [int(str(row["id"])) for row in feed.rows("quarantine")]
    with feed.store.write() as connection:
        assert not discard(connection, ["other"], entry, "", NOW) and not discard(connection, ["main"], entry + 1, "", NOW)
        assert discard(connection, ["main"], entry, "", NOW) and not discard(connection, ["main"], entry, "", NOW)


def test_a_discarded_row_hides_no_missing_record_and_still_keeps_its_own(plain_office: Office) -> None:
    many = [(n, f"Name{n}", "1.00") for n in range(1, 101)]
    no_record = (500, "Total", "1.2.50")
    plain_office.deliver(export([*many, no_record]))
    plain_office.sync()
    assert _discard(plain_office)
    for lines in (1, 2):
        plain_office.deliver(export([*many[:-1], no_record]) + "\n" * lines)
        result = plain_office.sync()
        assert result.warnings == [] and result.status == "succeeded"
    assert list(plain_office.patients(deleted=True)) == ["100"]
    unreadable = [(n, last, "1.2.50" if n == 7 else owes) for n, last, owes in many[:-1]]
    plain_office.deliver(export(unreadable))
    plain_office.sync()
    assert _discard(plain_office)
    for lines in (1, 2, 3):
        plain_office.deliver(export(unreadable) + "\n" * lines)
        plain_office.sync()
    assert "7" in plain_office.patients(), "it is in the list, whatever its row says"


def test_a_confirmation_waits_for_unreadable_records_of_an_api_as_well(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [crowd(100), END]
    cloud.sync()
    cloud.api.answers["patients"] = [crowd(30), page(("500", "New", "x")), END]
    assert str(cloud.sync().outcomes[0].problem).startswith("HUB-C20")
    told = cloud.sync(accept_missing=True)
    assert str(told.outcomes[0].problem).startswith("HUB-C24") and len(cloud.live()) == 100
    assert _discard(cloud)
    assert cloud.sync(accept_missing=True).counts.deleted == 70 and len(cloud.live()) == 30


def test_a_row_of_a_report_of_a_period_is_settled_by_a_later_report(plain_office: Office) -> None:
    """Such a file does not hold everything, so that only the same record, readable, shows that it was corrected."""
    plain_office.mapping(SYNC_MAPPING.replace('scope = "full"', 'scope = "date_range"'))
    plain_office.deliver(export([(1, "Lopez", "1.00"), (2, "Kim", "2.5.0")]), "march.csv")
    plain_office.sync()
    assert _entries(plain_office) == [("open", "patient:2")]
    plain_office.deliver(export([(3, "Reed", "3.00")]), "april.csv")
    plain_office.sync()
    assert _entries(plain_office) == [("open", "patient:2")], "the report of another month says nothing about it"
    plain_office.deliver(export([(2, "Kim", "2.50")]), "may.csv")
    plain_office.sync()
    assert _entries(plain_office) == [("fixed", "patient:2")] and plain_office.patients()["2"] == ("Kim", 250)


def test_a_readable_row_of_the_same_report_settles_nothing(plain_office: Office) -> None:
    """One key twice in a file, once unreadable, more than a page of rows apart: that is for a person to look at."""
    plain_office.mapping(SYNC_MAPPING.replace('scope = "full"', 'scope = "date_range"'))
    rows = [(n, f"Name{n}", "1.2.50" if n == 7 else "1.00") for n in range(1, 1500)]
    plain_office.deliver(export([*rows, (7, "Name7", "1.00")]), "march.csv")
    assert plain_office.sync().counts.quarantined == 1
    assert _entries(plain_office) == [("open", "patient:7")]
