"""The dentrix and carecredit connectors: which file is what, what `hub check` says, and the made-up practice read whole."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.carecredit.connector import CareCredit
from connectors.dentrix.connector import Dentrix
from hub.config import load_config
from hub.config.schema import Config, DeliverySettings, HubSettings, PracticeSettings, SourceSettings, StoreSettings
from hub.contract import FileConnector
from hub.demo import make_practice
from hub.mapping import load_mapping
from hub.model import ENTITIES
from tests.connectors.conftest import MAPPINGS, NOW, ROOT, context, read

CONNECTORS = (Dentrix, CareCredit)
EXPECTED = {
    "patients.csv": "patients", "cases.csv": "cases", "treatment.csv": "treatment", "appointments.csv": "appointments",
    "unscheduled_list.csv": "broken_appointments", "insurance_aging.txt": "claims_aging_report",
    "claims_received.csv": "claims_received", "preauth_aging.csv": "preauths", "continuing_care.csv": "continuing_care",
    "ledger.csv": "ledger", "applications.csv": "applications", "transactions.csv": "transactions", "settlement.csv": "settlement",
}  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    make_practice(folder, patients=300, today=date(2026, 3, 10))
    return folder / "sources"


@pytest.mark.parametrize("kind", CONNECTORS)
def test_every_stream_has_a_mapping_of_its_entity(kind: type[FileConnector]) -> None:
    for stream in kind.streams:
        assert stream.mapping is not None
        mapping = load_mapping(stream.mapping, MAPPINGS)
        assert (mapping.entity,) == stream.entities
        assert mapping.entity in ENTITIES


def test_every_file_of_the_made_up_practice_is_recognised_by_its_labels(sources: Path, tmp_path: Path) -> None:
    found = {}
    for connector, folder in ((Dentrix(), "pms"), (CareCredit(), "lender")):
        ctx = context(connector, tmp_path, folder=".")
        for path in (sources / folder).iterdir():
            match = connector.identify(path.read_bytes()[:65536], f"renamed{path.suffix}", ctx)
            found[path.name] = match.stream if match else None
    assert found == EXPECTED


def test_the_made_up_practice_is_read_without_one_bad_row_and_to_the_cent(sources: Path) -> None:
    for name, stream in EXPECTED.items():
        folder = "lender" if stream in ("applications", "transactions", "settlement") else "pms"
        system = "carecredit" if folder == "lender" else "dentrix"
        seen = read(sources / folder / name, f"{system}/{stream}")
        assert (seen.bad, seen.problems, seen.unmapped) == ([], [], {}), name
        if name.endswith(".csv"):
            assert len(seen.facts) + seen.filtered == len(rows_of(sources / folder / name)), name
    ledger = read(sources / "pms" / "ledger.csv", "dentrix/ledger")
    assert sum(int(str(fact["amount_cents"])) for fact in ledger.facts) == column_sum(sources / "pms/ledger.csv", "Amount")
    plans = read(sources / "pms" / "treatment.csv", "dentrix/treatment")
    assert sum(int(str(fact["fee_cents"])) for fact in plans.facts) == column_sum(sources / "pms/treatment.csv", "Fee")


def test_keys_are_unique_within_each_file_and_references_meet(sources: Path) -> None:
    facts = {name: read(sources / "pms" / name, f"dentrix/{stream}").facts for name, stream in EXPECTED.items() if name in
             ("patients.csv", "cases.csv", "treatment.csv", "appointments.csv", "ledger.csv", "continuing_care.csv")}  # fmt: skip
    for name, rows in facts.items():
        assert len({row["source_key"] for row in rows}) == len(rows), name
    people = {row["source_key"] for row in facts["patients.csv"]}
    cases = {row["source_key"] for row in facts["cases.csv"]}
    assert all(row["patient_key"] in people for name, rows in facts.items() if name != "patients.csv" for row in rows)
    assert all(row["case_key"] in cases for row in facts["treatment.csv"])


def rows_of(path: Path) -> list[list[str]]:
    encoding = "cp1252" if path.parent.name == "pms" else "utf-8-sig"
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode(encoding))))
    first = rows[1] if rows[0][0].startswith("Continuing") else rows[0]
    return [row for row in rows if row != first and not row[0].startswith(("Continuing Care", "Total Patients", "Entries:"))]


def column_sum(path: Path, label: str) -> int:
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"))))
    at = rows[0].index(label)
    total = 0
    for row in rows_of(path):
        digits = re.sub(r"[^\d]", "", row[at])
        total += -int(digits) if row[at].startswith("(") else int(digits)
    return total


@pytest.mark.parametrize("kind", CONNECTORS)
def test_downloads_under_way_lock_files_and_foreign_names_are_left_alone(kind: type[FileConnector], tmp_path: Path) -> None:
    connector = kind()
    ctx = context(connector, tmp_path, folder=".")
    for name in ("list.csv.part", "~$list.xlsx", ".hidden.csv", "photo.png"):
        assert connector.identify(b"Patient ID,Last Name,First Name\n", name, ctx) is None
    assert connector.identify(b"Recipe,Flour,Eggs\n", "cake.csv", ctx) is None


@pytest.mark.parametrize("kind", CONNECTORS)
def test_check_tells_a_missing_folder_an_empty_one_an_old_file_and_a_good_one(kind: type[FileConnector], tmp_path: Path) -> None:
    connector = kind()
    ctx = context(connector, tmp_path, folder="in")
    missing = connector.check(ctx)
    assert not missing.ok and "mapped drives" in missing.probes[0].fix and "account" in missing.probes[0].detail
    (tmp_path / "in").mkdir()
    empty = connector.check(ctx)
    assert [probe.ok for probe in empty.probes] == [True, False]
    path = tmp_path / "in" / "list.csv"
    path.write_text("x")
    for age, ok in ((timedelta(days=6), False), (timedelta(hours=9), True)):
        os.utime(path, ((NOW - age).timestamp(),) * 2)
        assert connector.check(ctx).ok is ok
    shutil.rmtree(tmp_path / "in")
    (tmp_path / "in").write_text("a file")
    assert connector.check(ctx).probes[0].detail == "is a file"


@pytest.mark.parametrize("kind", CONNECTORS)
def test_a_misspelt_setting_is_refused(kind: type[FileConnector]) -> None:
    with pytest.raises(ValidationError):
        kind.settings.model_validate({"folder": "in", "pattern": ["*.csv"]})


@pytest.mark.parametrize("kind", CONNECTORS)
def test_the_readme_names_every_setting_stream_and_states_limits(kind: type[FileConnector]) -> None:
    text = (ROOT / "connectors" / kind.id / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in kind.settings.model_fields)
    assert all(stream.name in text for stream in kind.streams)
    assert "## Known limits" in text and kind.known_limits


def test_the_example_settings_are_valid_and_name_every_setting() -> None:
    path = ROOT / "config" / "hub.example.toml"
    load_config(path)
    text = path.read_text(encoding="utf-8")
    models = (Config, HubSettings, StoreSettings, PracticeSettings, SourceSettings, DeliverySettings, Dentrix.settings, CareCredit.settings)
    for model in models:
        for name in model.model_fields:
            assert name == "path" or re.search(rf"(^|\[|\.|# ){name}( =|\]|\.)", text, re.M), f"{model.__name__}.{name}"
