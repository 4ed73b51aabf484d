"""The same bytes are the same record only under the same labels, mapping, encoding and time zone."""

from __future__ import annotations

import pytest
from cloud_office import END, FEED, ApiOffice
from sqlalchemy import update
from sync_office import HEAD, Exports, Office, export

from hub.contract import Rows, Stream
from hub.model import TABLES

FIVE = [(n, f"Name{n}", f"{n}.50") for n in range(1, 6)]
VISITS = """
version = 1
entity = "appointment"
[columns._id]
labels = ["Id"]
[columns.patient_key]
labels = ["Pat"]
[columns.start_date]
labels = ["Date"]
[columns._time]
labels = ["Time"]
[columns.start_at]
moment_of = { date = "start_date", time = "_time" }
[key]
columns = ["_id"]
[batch]
scope = "full"
"""
NINE = "Id,Pat,Date,Time\n1,5,03/12/2026,09:00\n"


class Visits(Exports):
    streams = (Stream("visits", ("appointment",), deletes="snapshot", mapping="test/visits"),)


def _names(office: Office) -> set[tuple[object, object]]:
    return {(row["last_name"], row["first_name"]) for row in office.rows("patient")}


@pytest.mark.parametrize(
    ("wrong", "read"),
    [
        (HEAD.replace("First Name", "Given"), ("Name2", None)),
        (HEAD.replace("Last Name,First Name", "First Name,Last Name"), ("Ann", "Name2")),
    ],
    ids=["an unknown label", "two labels in each other's place"],
)
def test_rows_that_did_not_change_under_a_corrected_header_are_read_anew(
    office: Office, wrong: str, read: tuple[object, object]
) -> None:
    office.deliver(export(FIVE).replace(HEAD, wrong))
    office.sync()
    assert read in _names(office)
    office.deliver(export(FIVE))
    result = office.sync()
    assert (result.status, result.counts.changed, result.counts.same) == ("succeeded", 5, 0)
    assert _names(office) == {(f"Name{n}", "Ann") for n in range(1, 6)}
    assert (result.counts.missing, result.counts.deleted) == (0, 0)
    office.deliver(export(FIVE) + "\n")
    assert office.sync().counts.same == 5


def test_a_label_that_no_column_of_the_mapping_reads_makes_no_row_another(plain_office: Office) -> None:
    wider = export(FIVE).replace("\n", ",x\n").replace("Balance,x", "Balance,Note")
    plain_office.deliver(wider)
    plain_office.sync()
    plain_office.deliver(wider.replace("Note", "Remark"))
    assert plain_office.sync().counts.same == 5


def test_letters_that_one_bad_byte_spoilt_are_mended_by_the_next_file(plain_office: Office) -> None:
    """José as UTF-8 in a file that is not: read as cp1252 it is JosÃ©."""
    rows = [("1", "José", "1.00"), ("2", "Ng", "2.00")]
    plain_office.deliver(export(rows).encode() + b"3,Pe\xe9a,Ann,04/09/1981,3.00\n")
    plain_office.sync()
    assert plain_office.patients()["1"][0] == "JosÃ©"
    plain_office.deliver(export([*rows, ("3", "Peña", "3.00")]))
    plain_office.sync()
    assert plain_office.patients()["1"][0] == "José" and plain_office.patients()["3"][0] == "Peña"


@pytest.mark.parametrize("delivered", [False, True], ids=["stored bytes", "and a new file"])
def test_a_corrected_time_zone_is_applied_to_what_is_stored(office: Office, delivered: bool) -> None:
    office.connector = Visits
    office.mapping(VISITS, "test/visits")
    office.deliver(NINE)
    office.sync()
    # 9:00 on 12 March 2026 is 14:00 UTC in Chicago (UTC-5) and 16:00 UTC in Los Angeles (UTC-7).
    assert str(office.rows("appointment")[0]["start_at"]) == "2026-03-12 14:00:00+00:00"
    office.zone = "America/Los_Angeles"
    if delivered:
        office.deliver(NINE + "2,6,03/12/2026,09:00\n")
    office.sync()
    assert {str(row["start_at"]) for row in office.rows("appointment")} == {"2026-03-12 16:00:00+00:00"}
    assert office.sync().counts.read == 0, "once is enough"


def test_a_corrected_time_zone_is_applied_to_stored_pages(cloud: ApiOffice) -> None:
    cloud.mapping(VISITS, "visits")
    cloud.api.streams = (Stream("visits", ("appointment",), mapping="cloud/visits"),)
    cloud.api.answers["visits"] = [Rows(("Id", "Pat", "Date", "Time"), [("1", "5", "03/12/2026", "09:00")]), END]
    cloud.sync()
    cloud.zone = "America/Los_Angeles"
    cloud.api.answers["visits"] = [END]
    cloud.sync()
    assert str(cloud.rows("appointment")[0]["start_at"]) == "2026-03-12 16:00:00+00:00"
    assert cloud.sync().counts.read == 0


def test_the_order_in_which_a_source_names_its_columns_changes_no_record(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [Rows(("Id", "Last", "Owed"), [("1", "Kim", "1.00")]), END]
    cloud.sync()
    cloud.api.answers["patients"] = [Rows(("Owed", "Id", "Last"), [("1.00", "1", "Kim")]), END]
    assert cloud.sync().counts.same == 1


def test_cells_that_stand_under_another_name_now_are_another_record(cloud: ApiOffice) -> None:
    cloud.api.streams = (FEED,)
    cloud.api.answers["patients"] = [Rows(("Id", "Last", "First"), [("1", "Kim", "Lee")]), END]
    cloud.mapping(
        'version = 1\nentity = "patient"\n[columns._id]\nlabels = ["Id"]\n[columns.last_name]\nlabels = ["Last"]\n'
        '[columns.first_name]\nlabels = ["First"]\n[key]\ncolumns = ["_id"]\n'
    )
    cloud.sync()
    cloud.api.answers["patients"] = [Rows(("Id", "First", "Last"), [("1", "Kim", "Lee")]), END]
    assert cloud.sync().counts.changed == 1
    (row,) = cloud.rows("patient")
    assert (row["last_name"], row["first_name"]) == ("Lee", "Kim")


def test_an_upgrade_reads_what_is_stored_once_more_and_loses_nothing(plain_office: Office) -> None:
    """Rows of a version that marked them otherwise: their stream's mark is another one, so its signature does not count."""
    plain_office.deliver(export(FIVE))
    plain_office.sync()
    with plain_office.store.write() as connection:
        connection.execute(update(TABLES["stream_state"]).values(mapping_fingerprint="0" * 32))
        connection.execute(update(TABLES["patient"]).values(fingerprint=7))
    plain_office.deliver(export(FIVE[:-1]))
    first = plain_office.sync()
    assert (first.counts.changed, first.counts.missing, first.counts.deleted) == (4, 1, 0)
    plain_office.deliver(export(FIVE[:-1]) + "\n")
    second = plain_office.sync()
    assert (second.counts.same, second.counts.deleted) == (4, 1)
