"""The same input twice changes no row; an unchanged list that is delivered again is fresh again."""

from __future__ import annotations

import csv
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

from faults.practice_runs import Practice
from sync_office import MAPPING, export, make_office

from hub.model import ENTITIES
from hub.store import Store

RUN_TABLES = {"run", "run_stream", "job_lock"}


def test_a_second_run_over_the_same_files_changes_not_one_row(practice: Practice) -> None:
    before = practice.everything()
    said = practice.hub("run")
    after = practice.everything()
    assert said.code == 0
    changed = [name for name in before if before[name] != after[name] and name not in RUN_TABLES]
    assert changed == [] and before.keys() == after.keys()
    assert sum(len(rows) for name, rows in before.items() if name in ENTITIES) > 9000
    assert ": 0 opened, 0 reopened, 0 updated, 0 resolved" in said.out


def test_reading_every_known_file_again_changes_no_fact_and_no_item(practice: Practice) -> None:
    before = practice.everything()
    said = practice.hub("sync", "--full")
    assert said.code == 0 and " 0 new + 0 changed " in said.out
    assert practice.hub("reconcile").code == 0
    after = practice.everything()
    for name in [*ENTITIES, "work_item", "item_event", "xref", "quarantine", "missing_row", "blob_part", "outbound"]:
        assert before[name] == after[name], name


def test_the_cents_of_a_list_add_up_to_the_cents_that_were_stored(practice: Practice) -> None:
    text = (practice.source() / "ledger.csv").read_bytes().decode("cp1252")
    rows = list(csv.DictReader(text.splitlines()))[:-1]  # the last line of a ledger is its total
    (label,) = [name for name in rows[0] if name.lower().startswith("amount")]
    amounts = [row[label].replace(",", "") for row in rows]
    wanted = sum(Decimal(f"-{text[1:-1]}" if text.startswith("(") else text) for text in amounts)
    stored = [row["amount_cents"] for row in practice.rows("ledger_entry") if row["deleted_at"] is None]
    assert (len(stored), sum(stored)) == (len(rows), int(wanted * 100))


def test_an_unchanged_list_that_is_delivered_again_is_as_fresh_as_its_newest_delivery(practice: Practice) -> None:
    path = practice.source() / "treatment.csv"

    def told() -> list[object]:
        states = [row for row in practice.rows("stream_state") if (row["source"], row["stream"]) == ("pms", "treatment")]
        return [row["last_complete_at"] for row in states]

    before = told()
    practice.deliver(path, path.read_bytes())
    assert practice.hub("sync", "pms").code == 0
    (after,) = told()
    assert [after] > before and abs(after.timestamp() - path.stat().st_mtime) < 1


def test_an_earlier_list_that_comes_back_is_believed_again(practice: Practice) -> None:
    path = practice.source("lender") / "applications.csv"
    first = path.read_bytes()
    assert b"Approved" in first
    practice.deliver(path, first.replace(b"Approved", b"Declined"))
    assert practice.hub("sync", "lender").code == 0
    changed = {row["status"] for row in practice.rows("fin_application") if row["source"] == "lender"}
    assert "APPROVED" not in changed
    practice.deliver(path, first)
    assert practice.hub("sync", "lender").code == 0
    assert "APPROVED" in {row["status"] for row in practice.rows("fin_application") if row["source"] == "lender"}
    stored = [row for row in practice.rows("blob") if row["name"] == "applications.csv" and row["state"] == "applied"]
    assert max(stored, key=lambda row: row["modified_at"])["size"] == len(first), "a replay ends with it too"


def test_a_file_left_behind_by_a_cut_off_run_is_archived_by_the_next(practice: Practice) -> None:
    text = practice.config.read_text(encoding="utf-8")
    practice.config.write_text(text.replace('name = "lender"\n', 'name = "lender"\narchive_dir = "done"\n'), encoding="utf-8")
    names = sorted(os.listdir(practice.source("lender")))
    said = practice.hub("sync", "lender")
    assert said.code == 0 and os.listdir(practice.source("lender")) == []
    assert sorted(name.partition(" ")[2] for name in os.listdir(practice.folder / "done")) == names


def test_a_list_that_dates_itself_is_not_younger_because_it_came_again(plain_store: Store, tmp_path: Path) -> None:
    office = make_office(plain_store, tmp_path)
    office.mapping(MAPPING + '[batch.as_of]\nfrom = "file_name"\nregex = "(?P<date>\\\\d{8})"\nformat = "%Y%m%d"\n')
    for _ in range(2):  # the second time with a newer time stamp
        office.deliver(export([(1, "Ng", "1.00")]), "patients 20260309.csv")
        assert office.sync().status == "succeeded"
        (state,) = office.rows("stream_state")
        assert state["last_complete_at"].date() == date(2026, 3, 9)
