"""The made-up practice as a whole: the same every time, whole in every file, and true to its list of planted things."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import hub.demo
from hub.config import load_config
from hub.demo import make_practice, write_config
from tests.demo.conftest import TODAY, Made, cents

KINDS = (
    "TX-ACCEPTED-UNBOOKED", "TX-UNSCHEDULED", "APPT-BROKEN", "RECALL-OVERDUE", "CLAIM-AGING", "CLAIM-REJECTED", "CLAIM-DENIED",
    "ERA-UNPOSTED", "ERA-UNMATCHED", "PREAUTH-PENDING", "FIN-APP-OPEN", "FIN-LEDGER-MISMATCH", "SYNC-STALE", "DATA-IDENTITY",
)  # fmt: skip
RECORD = re.compile(r"^ [PS] (\S+)  (.+?)\s{2,}(\d\d/\d\d/\d{4})  (.+?)\s{2,}(\S+)   ([\d,.]+)\*?\n +Sent (.+?)   ID (\d+)(.*)", re.M)


def contents(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), 0 if path.name == "planted.json" else path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_size_and_day_give_the_same_bytes_and_time_stamps(made: Made, tmp_path: Path) -> None:
    make_practice(tmp_path, patients=300, today=TODAY)
    assert contents(tmp_path) == contents(made.folder)


def test_another_seed_gives_another_practice(made: Made, tmp_path: Path) -> None:
    make_practice(tmp_path, patients=300, seed=8, today=TODAY)
    assert contents(tmp_path)["sources/pms/patients.csv"] != contents(made.folder)["sources/pms/patients.csv"]


def test_a_practice_too_small_to_plant_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 300 patients"):
        make_practice(tmp_path, patients=120, today=TODAY)


def test_every_kind_is_planted_three_times_and_has_look_alikes(made: Made) -> None:
    planted = Counter(item.code for item in made.planted.items)
    assert set(planted) == set(KINDS)
    assert min(planted.values()) >= 3
    # a source is stale or it is not: nothing only looks like it
    assert {trap.code for trap in made.planted.traps} == set(KINDS) - {"SYNC-STALE"}


def test_more_patients_mean_more_planted_things(tmp_path: Path) -> None:
    planted = make_practice(tmp_path, patients=2000, today=TODAY)
    assert min(len(planted.of(code)) for code in KINDS if code != "SYNC-STALE") >= 10


def test_every_hint_occurs_in_the_files_that_the_hub_reads(made: Made) -> None:
    config = load_config(write_config(made.folder, TODAY))
    words = {source.name for source in config.source}
    for path in (made.folder / "sources").rglob("*.*"):
        words |= set(re.split(r"[^\w-]+", path.read_bytes().decode("cp1252")))
    hints = {item.subject_hint for item in made.planted.items} | {trap.hint for trap in made.planted.traps}
    assert hints - words == set()


def test_the_truth_lies_outside_the_source_folders(made: Made) -> None:
    told = json.loads((made.folder / "planted.json").read_text(encoding="utf-8"))
    assert len(told["items"]) == len(made.planted.items)
    assert not list((made.folder / "sources").rglob("planted*"))


def test_every_export_is_whole_csv_with_as_many_cells_as_labels(made: Made) -> None:
    for path in [*(made.folder / "sources/pms").glob("*.csv"), *(made.folder / "sources").glob("lender*/*.csv")]:
        encoding = "cp1252" if path.parent.name == "pms" else "utf-8-sig"
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(encoding))))
        assert len({len(row) for row in rows}) == 1, path.name
        assert len(rows) > 3


def test_nothing_arrived_today_or_later_and_the_planted_source_is_nine_days_old(made: Made) -> None:
    zone = ZoneInfo("America/Chicago")
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=zone)
    for path in (made.folder / "sources").rglob("*.*"):
        assert path.stat().st_mtime < midnight.timestamp(), path.name
    west = (made.folder / "sources/lender_west/transactions.csv").stat().st_mtime
    assert datetime.fromtimestamp(west, zone).date() == TODAY - timedelta(days=9)
    assert not list((made.folder / "sources/lender_north").iterdir())


def test_accepted_and_shown_plans_are_worth_the_fees_less_write_offs_of_what_is_not_booked(made: Made) -> None:
    booked = defaultdict(set)
    for row in made.rows("appointments.csv"):
        if datetime.strptime(row["Date"], "%m/%d/%Y").date() >= TODAY:
            booked[row["Patient ID"]] |= set(row["Codes"].split("; "))
    worth: dict[str, int] = defaultdict(int)
    for row in made.rows("treatment.csv"):
        token = f"{row['Code']} #{row['Tooth']}" if row["Tooth"] else row["Code"]
        if row["Status"] == "Treatment Planned" and token not in booked[row["Patient ID"]]:
            worth[row["Case ID"]] += cents(row["Fee"]) - cents(row["Write-off"])
    items = made.planted.of("TX-ACCEPTED-UNBOOKED") + made.planted.of("TX-UNSCHEDULED")
    assert {item.subject_hint: item.value_cents for item in items} == {item.subject_hint: worth[item.subject_hint] for item in items}


def test_aging_claims_are_on_the_report_with_their_estimate_and_are_old_enough(made: Made) -> None:
    report = (made.folder / "sources/pms/insurance_aging.txt").read_bytes().decode("cp1252").replace("\r\n", "\n")
    records = {found[8]: found for found in RECORD.finditer(report)}
    assert len(records) == int(re.findall(r"Total Claims: (\d+)", report)[0])
    for item in made.planted.of("CLAIM-AGING"):
        found = records[item.subject_hint]
        assert cents(found[6]) == item.value_cents
        sent = datetime.strptime(found[7].split()[0], "%m/%d/%Y").date()
        assert (TODAY - sent).days >= 15


def test_no_other_claim_waits_for_fifteen_days(made: Made) -> None:
    report = (made.folder / "sources/pms/insurance_aging.txt").read_bytes().decode("cp1252").replace("\r\n", "\n")
    old = {
        found[8]
        for found in RECORD.finditer(report)
        if (TODAY - datetime.strptime(found[7].split()[-1], "%m/%d/%Y").date()).days >= 15 and "Tracer" not in found[7]
    }
    explained = {item.subject_hint for code in ("CLAIM-AGING", "CLAIM-REJECTED") for item in made.planted.of(code)}
    unposted = {row for row in old if row not in explained}
    # what is left was answered on a planted check that nobody posted
    assert len(unposted) <= sum(3 for _ in made.planted.of("ERA-UNPOSTED"))


def test_report_subtotals_add_up_to_the_combined_total(made: Made) -> None:
    report = (made.folder / "sources/pms/insurance_aging.txt").read_bytes().decode("cp1252")
    totals = {line.split(" Total")[0].strip(): line.split(" Total")[1].split() for line in report.splitlines() if " Total " in line}
    combined = [cents(value) for value in totals.pop("Combined Claims")]
    primary, secondary = totals.pop("Primary Claims"), totals.pop("Secondary Claims")
    assert [cents(a) + cents(b) for a, b in zip(primary, secondary, strict=True)] == combined
    assert [sum(cents(row[n]) for row in totals.values()) for n in range(4)] == combined


def test_patients_are_told_apart_by_name_and_birth_date_except_the_planted_doubles(made: Made) -> None:
    people = Counter((row["Last Name"], row["First Name"], row["Birthdate"]) for row in made.rows("patients.csv"))
    doubles = [item for item in made.planted.of("DATA-IDENTITY") if "two charts" in item.note]
    assert sum(count > 1 for count in people.values()) == len(doubles)


def test_balances_are_the_sum_of_the_ledger(made: Made) -> None:
    balance: dict[str, int] = defaultdict(int)
    for row in made.rows("ledger.csv"):
        balance[row["Patient ID"]] += cents(row["Amount"])
    for row in made.rows("patients.csv"):
        assert cents(row["Balance"]) == balance[row["Patient ID"]]


def test_settlements_are_sales_less_refunds_less_fees(made: Made) -> None:
    for row in made.rows("settlement.csv", "lender"):
        assert cents(row["Sales"]) - cents(row["Refunds"]) - cents(row["Fees"]) == cents(row["Net Funded"])


def test_telephone_numbers_are_those_kept_for_fiction(made: Made) -> None:
    assert all(re.fullmatch(r"\(555\)555-01\d\d", row["Home Phone"]) for row in made.rows("patients.csv"))


def test_the_configuration_is_accepted_and_names_every_source_folder(made: Made) -> None:
    config = load_config(write_config(made.folder, TODAY))
    folders = {str(source.settings["folder"]) for source in config.source}
    assert folders == {f"sources/{path.name}" for path in (made.folder / "sources").iterdir()}
    assert all((config.base_dir / folder).is_dir() for folder in folders)
    assert date(2025, 11, 27) in config.practice[0].closures


def test_the_generator_knows_nothing_of_the_engine_and_the_rules() -> None:
    """Else a mistake in a rule would be planted as the truth."""
    allowed = ("hub.demo", "hub.workdays")
    for path in Path(hub.demo.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith(("hub", "connectors", "plugins")) or name.startswith(allowed), f"{path.name}: {name}"
