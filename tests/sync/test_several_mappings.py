"""A record of a source that is several facts: rows that name their mapping, pages kept once, replay after any of them changed."""

from __future__ import annotations

import json

import pytest
from cloud_office import COLUMNS, END, MAPPING, ApiOffice, page
from sync_office import MAPPING as FILE_MAPPING
from sync_office import Exports, Office, export

import hub.sync.mappers
from hub.contract import Checkpoint, Rows, SourceContext, Stream
from hub.errors import AuthError
from hub.sync.blobs import parts
from hub.sync.raw_pages import pages_of

DOCTORS = """
version = 1
entity = "provider"
title = "the same records as providers"
[columns._id]
labels = ["Id"]
[columns.name]
labels = ["Last"]
[key]
columns = ["_id"]
"""
GUARANTORS = MAPPING.replace('columns = ["_id"]', 'columns = ["_id"]\nprefix = "G"')
BOTH = Stream("patients", ("patient", "provider"), mapping="cloud/patients", also=("cloud/doctors", "cloud/guarantors"))
RECORDS: list[list[str]] = [["1", "Lopez", "1.50"], ["2", "Kim", "2.50"]]


@pytest.fixture
def several(cloud: ApiOffice) -> ApiOffice:
    return _several(cloud)


def _several(cloud: ApiOffice) -> ApiOffice:
    cloud.mapping(DOCTORS, "doctors")
    cloud.mapping(GUARANTORS, "guarantors")
    cloud.api.streams = (BOTH,)
    return cloud


def three_ways(records: list[list[str]]) -> list[object]:
    return [
        Rows(COLUMNS, records),
        Rows(COLUMNS, records, mapping="cloud/doctors"),
        Rows(COLUMNS, records, mapping="cloud/guarantors"),
    ]


def names(cloud: ApiOffice) -> dict[str, object]:
    return {str(row["source_key"]): row["name"] for row in cloud.rows("provider")}


def lines(cloud: ApiOffice) -> list[dict[str, object]]:
    """The one stored page."""
    (blob,) = cloud.rows("blob")
    with cloud.store.read() as connection:
        raw = b"".join(parts(connection, int(str(blob["id"]))))
    return [json.loads(line) for line in raw.decode().splitlines()]


def test_one_record_may_be_facts_of_several_kinds_and_several_of_one_kind(each_cloud: ApiOffice) -> None:
    cloud = _several(each_cloud)
    cloud.api.answers["patients"] = [*three_ways(RECORDS), END]
    result = cloud.sync()
    assert (result.status, result.counts.read, result.counts.new) == ("succeeded", 6, 6)
    assert cloud.owed() == {"1": 150, "2": 250, "G1": 150, "G2": 250} and names(cloud) == {"1": "Lopez", "2": "Kim"}
    assert {entity: cloud.state(entity)["rows"] for entity in BOTH.entities} == {"patient": 4, "provider": 2}
    assert cloud.sync().counts.same == 6
    stored = lines(cloud)
    assert [line.get("mapping") for line in stored] == [None, "cloud/doctors", "cloud/guarantors"]
    assert [line.get("rows") for line in stored] == [RECORDS, None, None], "the same cells are kept once"
    assert [line.get("rows_of") for line in stored] == [None, 0, 0]


def test_a_change_of_a_second_mapping_reads_the_stored_pages_again(each_cloud: ApiOffice) -> None:
    cloud = _several(each_cloud)
    cloud.api.answers["patients"] = [*three_ways(RECORDS[:1]), Checkpoint({"page": 2}), *three_ways(RECORDS[1:]), END]
    cloud.sync()
    cloud.mapping(
        DOCTORS.replace("version = 1", "version = 2", 1).replace('labels = ["Last"]', 'labels = ["Owed"]'), "doctors"
    )
    cloud.api.answers["patients"] = [END]
    assert cloud.sync().counts.read == 6
    assert names(cloud) == {"1": "1.50", "2": "2.50"} and cloud.owed()["G2"] == 250
    cloud.mapping(GUARANTORS + "[money]\nflip_sign = true\n", "guarantors")
    cloud.sync()
    assert cloud.owed() == {"1": 150, "2": 250, "G1": -150, "G2": -250}
    assert cloud.sync().counts.read == 0, "once is enough"


def test_a_mapping_that_changed_while_a_first_load_was_cut_off_is_noticed(several: ApiOffice) -> None:
    lost = AuthError("HUB-A01", "the key was refused")
    several.api.answers["patients"] = [*three_ways(RECORDS[:1]), Checkpoint({"page": 2}), lost]
    several.sync()
    several.mapping(GUARANTORS + "[money]\nflip_sign = true\n", "guarantors")
    several.api.answers["patients"] = [*three_ways(RECORDS[1:]), END]
    several.sync()
    assert several.owed() == {"1": 150, "2": 250, "G1": -150, "G2": -250}


def test_equal_cells_in_two_lists_are_two_records_lists(several: ApiOffice) -> None:
    """Only one and the same list is kept once: what merely looks alike is written as it came."""
    several.api.answers["patients"] = [
        page(*map(tuple, RECORDS)),
        Rows(COLUMNS, [*RECORDS], mapping="cloud/doctors"),
        END,
    ]
    several.sync()
    assert [line.get("rows") for line in lines(several)] == [RECORDS, RECORDS]


def test_a_bad_record_is_mended_by_the_mapping_it_meant(several: ApiOffice) -> None:
    several.api.answers["patients"] = [Rows(COLUMNS, [["1", "Lopez", "-"]], [7], "cloud/guarantors"), END]
    assert several.sync().counts.quarantined == 1 and several.owed() == {}
    assert [row["locator"] for row in several.rows("quarantine")] == [7]
    several.mapping(GUARANTORS + '[money]\nnulls = ["-"]\n', "guarantors")
    several.sync(retry_only=True)
    assert several.owed() == {"G1": None} and [row["status"] for row in several.rows("quarantine")] == ["replayed"]


def test_pages_of_a_mapping_that_the_connector_gave_up_are_passed_over(several: ApiOffice) -> None:
    several.api.answers["patients"] = [*three_ways(RECORDS), END]
    several.sync()
    several.api.streams = (
        Stream("patients", ("patient", "provider"), mapping="cloud/patients", also=("cloud/doctors",)),
    )
    several.api.answers["patients"] = [END]
    result = several.sync()
    assert (result.status, result.counts.read) == ("succeeded", 4)
    assert several.sync().counts.read == 0


def test_the_own_mapping_may_be_named_too(several: ApiOffice) -> None:
    several.api.answers["patients"] = [Rows(COLUMNS, RECORDS, mapping="cloud/patients"), END]
    assert several.sync().counts.new == 2 and "mapping" not in lines(several)[0]


NO_OWN = Stream("patients", ("patient",), also=("cloud/patients",))


@pytest.mark.parametrize(
    ("stream", "rows", "told"),
    [
        (BOTH, Rows(COLUMNS, RECORDS, mapping="cloud/others"), "mapping cloud/others, which it does not declare"),
        (NO_OWN, Rows(COLUMNS, RECORDS), "has no mapping"),
        (
            Stream("patients", ("patient",), mapping="cloud/doctors"),
            Rows(COLUMNS, RECORDS),
            "does not declare provider",
        ),
    ],
    ids=["undeclared mapping", "no own mapping", "undeclared entity"],
)
def test_a_mapping_that_the_stream_does_not_declare_is_refused(
    several: ApiOffice, stream: Stream, rows: Rows, told: str
) -> None:
    several.api.streams = (stream,)
    several.api.answers["patients"] = [rows, END]
    problem = str(several.sync().outcomes[0].problem)
    assert problem.startswith("HUB-P05") and told in problem and several.live() == set()


def test_a_stream_of_named_mappings_only_needs_none_of_its_own(several: ApiOffice) -> None:
    several.api.streams = (NO_OWN,)
    several.api.answers["patients"] = [Rows(COLUMNS, RECORDS, mapping="cloud/patients"), END]
    assert several.sync().status == "succeeded" and several.owed() == {"1": 150, "2": 250}


def test_a_mapping_is_compiled_once_a_pass_and_again_when_the_columns_change(
    several: ApiOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, tuple[str, ...]]] = []
    plain = hub.sync.mappers.compile_mapping
    monkeypatch.setattr(
        hub.sync.mappers, "compile_mapping", lambda mapping, columns, zone: made.append((mapping.id, tuple(columns))) or plain(mapping, columns, zone)
    )  # fmt: skip
    turned = Rows(("Last", "Id", "Owed"), [["Ng", "3", "3.50"]], mapping="cloud/doctors")
    several.api.answers["patients"] = [*three_ways(RECORDS), Checkpoint({"page": 2}), *three_ways(RECORDS), turned, END]
    several.sync()
    usual = [(name, COLUMNS) for name in ("cloud/patients", "cloud/doctors", "cloud/guarantors")]
    assert made == [*usual, ("cloud/doctors", ("Last", "Id", "Owed"))] and names(several)["3"] == "Ng"


def test_pages_that_an_earlier_version_of_the_hub_kept_are_read() -> None:
    """As they were written until contract 1.0: without a mapping, each line with its own rows."""
    old = (
        '{"stream": "patients", "columns": ["Id", "Last"], "rows": [["1", "Lopez"]]}\n'
        '{"stream": "patients", "columns": ["Id", "Last"], "rows": [["2", null]], "locators": [5]}'
    )
    assert list(pages_of(old.encode())) == [
        Rows(["Id", "Last"], [["1", "Lopez"]]), Rows(["Id", "Last"], [["2", None]], [5]),
    ]  # fmt: skip


class EitherWay(Exports):
    """Could also be pulled; here its settings say that it reads files, and a file is read by the stream's own mapping."""

    streams = (Stream("patients", ("patient", "provider"), "sweep", "test/patients", ("test/doctors",)),)

    def reads_files(self, ctx: SourceContext) -> bool:
        return True


def test_a_stream_of_several_mappings_that_is_read_from_files_is_read_again_only_for_its_own(
    plain_office: Office,
) -> None:
    plain_office.connector = EitherWay
    plain_office.mapping(DOCTORS, "test/doctors")
    plain_office.deliver(export([(1, "Lopez", "1.50"), (2, "Kim", "2.50")]))
    assert plain_office.sync().counts.new == 2
    plain_office.mapping(DOCTORS.replace("version = 1", "version = 2", 1), "test/doctors")
    assert plain_office.sync().counts.read == 0
    plain_office.mapping(FILE_MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    assert plain_office.sync().counts.read == 2 and plain_office.patients()["1"] == ("Lopez", -150)
    assert plain_office.sync().counts.read == 0, "once is enough"


def test_a_mapping_that_changed_while_nothing_was_stored_is_no_reason_to_read_again_each_time(
    several: ApiOffice,
) -> None:
    several.api.answers["patients"] = [END]
    several.sync()
    several.mapping(DOCTORS.replace("version = 1", "version = 2", 1), "doctors")
    assert [[outcome.name for outcome in several.sync().outcomes] for _ in range(2)] == [
        ["patients", "patients (stored)"],
        ["patients"],
    ]
