"""The shipped query texts and the mappings: up to date, and speaking of the same labels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.open_dental import OpenDental
from connectors.open_dental.export.queries import FOLDER, texts, write
from connectors.open_dental.render import Version, columns_for, is_there, shipped, stamps_for
from connectors.open_dental.shape import Query, Target, When, keys_of
from connectors.open_dental.streams import BY_NAME, QUERIES
from connectors.open_dental.told import told
from hub.contract import Gone, Rows
from hub.mapping import Mapping, load_mapping
from hub.plugin_host.streams import stream_fault
from tests.open_dental.sql_office import MAPPINGS

TARGETS = [(query, target) for query in QUERIES for target in query.targets]
# Names that Open Dental's "human-readable" format rewrites (reference 11).
REWRITTEN = re.compile(r"PatNum|Guarantor|Subscriber|PlanNum|ProvNum|AptDateTime|ToothNum|Date\w*|\$.*|[-=].*", re.IGNORECASE)


def mapping(target: Target) -> Mapping:
    return load_mapping(target.mapping_id, [MAPPINGS])


def test_the_shipped_files_are_what_the_queries_make(tmp_path: Path) -> None:
    """Written anew by `python -m connectors.open_dental.export.queries`."""
    write(tmp_path)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.sql")}
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.sql")} == made


@pytest.mark.parametrize(("query", "target"), TARGETS, ids=[target.mapping for _, target in TARGETS])
def test_a_mapping_reads_what_its_query_tells(query: Query, target: Target) -> None:
    spec = mapping(target).spec
    asked = {label for column in spec.columns.values() for label in column.labels}
    assert asked <= set(query.labels)
    assert (spec.entity, spec.key.prefix, spec.columns["_id"].labels) == (target.entity, target.prefix, [query.labels[0]])


@pytest.mark.parametrize("query", QUERIES, ids=list(BY_NAME))
def test_every_label_is_read_or_serves_a_choice(query: Query) -> None:
    """A column that nobody reads should not leave the office's database."""
    read = {label for target in query.targets for column in mapping(target).spec.columns.values() for label in column.labels}
    chosen = {when.label for target in query.targets for when in target.when}
    assert set(query.labels) - read - chosen == set()


@pytest.mark.parametrize("name", sorted(texts()))
def test_a_shipped_query_runs_on_old_servers_and_survives_open_dentals_own_formatting(name: str) -> None:
    text = texts()[name]
    labels = re.findall(r" AS (\w+)[,\n]", text.split("\nFROM ")[0] + "\n")
    assert labels[0] == "hub_query"
    assert not [label for label in labels if REWRITTEN.fullmatch(label)]
    assert not re.search(r"\bOVER\s*\(|\bWITH\b|REGEXP_REPLACE|JSON_|\\0", text)  # none of it is in MySQL 5.5
    assert "*" not in text.split("FROM")[0].replace("t.ProcFee *", "").replace("CHAR_LENGTH(t.Pattern) *", "") or "COUNT(*)" in text
    assert re.search(r"ORDER BY t\.\w+;\n$", text)


def test_two_facts_of_one_kind_never_share_a_key() -> None:
    prefixes: dict[str, list[str]] = {}
    for _query, target in TARGETS:
        prefixes.setdefault(target.entity, []).append(target.prefix)
    assert {entity: found for entity, found in prefixes.items() if len(found) != len(set(found))} == {}


def test_the_connector_declares_streams_that_the_engine_takes() -> None:
    assert stream_fault(OpenDental) == ""


CLAIM_LINES = BY_NAME["claim_lines"]


def test_a_row_is_told_once_for_each_fact_it_is_and_as_gone_for_the_others() -> None:
    labels = ["line_id", "status", "paid", "writeoff"]
    paid, estimate, written = ["1", "1", "80.00", "0.00"], ["2", "6", "0.00", "20.00"], ["3", "4", "0.00", "5.00"]
    parts = list(told(CLAIM_LINES, labels, [paid, estimate, written]))
    rows = {part.mapping: part.rows for part in parts if isinstance(part, Rows)}
    assert rows == {
        None: [paid, estimate, written], "open_dental/insurance_payments": [paid], "open_dental/writeoffs": [written],
    }  # fmt: skip
    gone = {key for part in parts if isinstance(part, Gone) for key in part.keys}
    assert gone == {"ins:2", "ins:3", "wo:1", "wo:2"}


def test_keys_are_listed_under_every_prefix() -> None:
    assert keys_of(CLAIM_LINES, "ledger_entry", ["1", "2"]) == ["ins:1", "ins:2", "wo:1", "wo:2"]
    assert keys_of(CLAIM_LINES, "claim_line", ["1"]) == ["1"]


def test_a_condition_about_an_unknown_label_takes_it_as_blank() -> None:
    shown = Target("x", "patient", when=(When("hidden", ("1",), but_not=True),))
    assert shown.takes(["id"], ["7"])
    assert not Target("x", "patient", when=(When("status", ("2",)),)).takes(["id"], ["7"])


def version(*names: str) -> Version:
    return Version(frozenset({name.split(".")[0] for name in names} | set(names)))


def test_a_column_or_index_that_a_version_lacks_leaves_its_label_out() -> None:
    providers = BY_NAME["providers"]
    has = version("provider.ProvNum", "provider.FName", "provider.IsHidden")
    assert [column.label for column in columns_for(providers, has)] == ["provider_id", "first_name"]
    procedures = BY_NAME["procedures"]
    named = {f"procedurelog.{name}" for name in ("ProcNum", "ProcFee", "UnitQty", "BaseUnits")}
    without = version(*named, "claimproc.ProcNum", "claimproc.InsPayEst", "claimproc.WriteOffEst")
    assert [column.label for column in columns_for(procedures, without)] == ["procedure_id", "fee"]
    indexed = version(*named, "claimproc.ProcNum!", "claimproc.InsPayEst", "claimproc.WriteOffEst")
    assert "insurance_share" in [column.label for column in columns_for(procedures, indexed)]


def test_a_stream_is_there_when_its_table_and_what_chooses_its_rows_are() -> None:
    links = BY_NAME["patient_links"]
    assert not is_there(links, version("patient.PatNum"))
    assert not is_there(links, version("patientlink.PatientLinkNum"))  # LinkType chooses the rows
    assert is_there(links, version("patientlink.PatientLinkNum", "patientlink.LinkType"))


def test_a_stamp_that_a_version_lacks_is_left_out() -> None:
    claims = BY_NAME["claims"]
    assert stamps_for(claims, version("claim.ClaimNum", "claim.SecDateTEdit")) == ("t.SecDateTEdit",)
    full = version("claim.ClaimNum", "claim.SecDateTEdit", "claimtracking.ClaimNum", "claimtracking.DateTimeEntry")
    assert stamps_for(claims, full) == claims.stamps[:2]


def test_a_further_fact_has_a_query_of_its_own_with_its_condition() -> None:
    charges = BY_NAME["procedures"].targets[1]
    text = shipped(BY_NAME["procedures"], charges)
    assert "'open_dental/charges v1' AS hub_query" in text
    assert "IN ('2')" in text
