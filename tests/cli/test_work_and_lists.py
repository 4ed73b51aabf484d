"""The commands that work and the commands that show: what they print, what they write, how they end."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from faults.practice_runs import Practice, today

# design §9: the fixed surface of `hub items --json`.
KEYS = [
    "id", "code", "practice", "subject", "patient", "owner", "status", "value_cents", "due", "priority", "band", "sentence",
    "next_step", "evidence", "as_of",
]  # fmt: skip


def _json(practice: Practice, *words: str) -> list[dict[str, object]]:
    said = practice.hub("items", "--json", *words)
    assert said.code == 0, said.err
    return list(json.loads(said.out))


def test_items_as_json_has_exactly_the_promised_keys_and_types(read_office: Practice) -> None:
    items = _json(read_office, "--tray", "all")
    assert items and all(list(item) == KEYS for item in items)
    for item in items:
        assert isinstance(item["value_cents"], int) and isinstance(item["priority"], int) and isinstance(item["evidence"], list)
        assert item["as_of"] == today().isoformat() and (item["due"] is None or date.fromisoformat(str(item["due"])))


def test_items_are_filtered_by_kind_owner_status_patient_and_tray(read_office: Practice) -> None:
    every = _json(read_office, "--tray", "all")
    kinds = sorted({str(item["code"]) for item in every})
    assert len(kinds) > 5
    one = _json(read_office, "--tray", "all", "--kind", kinds[0].lower())
    assert [item["id"] for item in one] == [item["id"] for item in every if item["code"] == kinds[0]]
    two = _json(read_office, "--tray", "all", "--kind", kinds[0], "--kind", kinds[1])
    assert {item["code"] for item in two} == set(kinds[:2])
    owners = _json(read_office, "--tray", "all", "--owner", "ic")
    assert owners and {item["owner"] for item in owners} == {"IC"}
    person = next(item for item in every if item["patient"])
    key = str(person["patient"])
    mine = _json(read_office, "--tray", "all", "--patient", key)
    assert mine and {item["patient"] for item in mine} == {key}
    assert _json(read_office, "--tray", "all", "--status", "resolved") == []
    assert read_office.hub("items", "--status", "RESOLVED").out.startswith("no item in this list\n")
    trays = [_json(read_office, "--tray", tray) for tray in ("today", "backlog", "waiting", "in_person")]
    assert sorted(str(item["id"]) for tray in trays for item in tray) == sorted(str(item["id"]) for item in every)


def test_items_as_csv_and_xlsx_hold_the_same_items(practice: Practice) -> None:
    items = _json(practice)
    said = practice.hub("items", "--csv", str(practice.folder / "list.csv"), "--xlsx", str(practice.folder / "list.xlsx"))
    assert said.code == 0 and said.out == "" and said.err.count(f": {len(items)} items") == 2
    rows = list(csv.DictReader(io.StringIO((practice.folder / "list.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(items)
    book = openpyxl.load_workbook(practice.folder / "list.xlsx")
    text = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
    assert {str(item["id"]) for item in items} <= text or {str(item["sentence"]) for item in items} <= text
    said = practice.hub("items", "--csv", str(practice.folder / "no" / "list.csv"))
    assert said.code == 2 and said.err.startswith("HUB-O02 ") and len(said.lines) == 1


def test_the_printed_list_says_what_it_does_not_show(read_office: Practice) -> None:
    said = read_office.hub("items")
    assert said.code == 0 and re.match(r" *item +P +due +who +value +kind +what", said.out)
    assert "Lakeside Dental: " in said.out and "lender-north: " in said.out
    assert f"as of {today():%a %b %d %Y}" in said.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["items", "--kind", "CLAIM-AGEING"], "HUB-S11"),
        (["items", "--status", "OPENED"], "HUB-S11"),
        (["items", "--owner", "IX"], "HUB-S11"),
        (["items", "--tray", "tomorrow"], "HUB-S11"),
        (["items", "--practice", "other"], "HUB-S08"),
        (["explain", "NO-SUCH"], "HUB-S12"),
        (["sync", "pmss"], "HUB-S08"),
        (["deliver", "fax"], "HUB-S08"),
        (["reconcile", "--practice", "other"], "HUB-S08"),
        (["reconcile", "--as-of", "10.3.2026"], "HUB-S10"),
        (["quarantine", "retry", "pmss"], "HUB-S08"),
        (["quarantine", "discard", "99999"], "HUB-S54"),
        (["mapping", "preview", "nowhere.csv"], "HUB-S13"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_word_that_means_nothing_is_told_with_what_there_is(read_office: Practice, words: list[str], code: str) -> None:
    said = read_office.hub(*words)
    assert said.code == 2 and said.out == "" and len(said.lines) == 1 and said.err.startswith(f"{code} "), said.err
    if code in ("HUB-S11",):
        assert "there are: " in said.err


def test_explain_tells_evidence_origin_and_what_clears_it(read_office: Practice) -> None:
    item = next(item for item in _json(read_office) if item["code"] == "TX-UNSCHEDULED")
    said = read_office.hub("explain", str(item["id"]).lower())
    assert said.code == 0 and str(item["sentence"]) in said.out
    for part in ("next: ", "score: ", "rule: ", "clears: ", "rests on:", "history:", "OPENED by run:"):
        assert part in said.out, part
    assert "treatment.csv" in said.out, "the file that the fact came from"


def test_sync_reconcile_and_run_say_what_they_did(practice: Practice) -> None:
    said = practice.hub("sync", "lender", "pms")
    assert said.code == 0 and [line.split(":")[0] for line in said.out.splitlines()] == ["lender", "pms"]
    assert "0 read = 0 new + 0 changed + 0 same + 0 filtered + 0 set aside; 0 deleted" in said.out
    said = practice.hub("reconcile", "--practice", "main")
    assert said.code == 0 and re.search(r"Lakeside Dental: succeeded: 0 opened, .* unchanged", said.out)
    said = practice.hub("reconcile", "--as-of", (today() - timedelta(days=1)).isoformat())
    assert said.code == 1 and said.err.startswith("HUB-S41 cannot reconcile as of"), said.err
    said = practice.hub("run")
    assert said.code == 0 and all(name in said.out for name in ("pms: ", "Lakeside Dental: ", "morning-list: ", "page: ", "insurance-csv: "))


def test_a_dry_run_tells_what_it_would_do_and_writes_nothing(practice: Practice) -> None:
    path = practice.source() / "patients.csv"
    lines = path.read_bytes().split(b"\r\n")
    practice.deliver(path, b"\r\n".join([*lines[:-1], lines[1].replace(lines[1].split(b",")[0], b"99999", 1), b""]))
    before = practice.everything()
    said = practice.hub("sync", "pms", "--dry-run")
    assert said.code == 0 and "1 would be new" in said.out
    after = practice.everything()
    assert {name for name in before if before[name] != after[name]} <= {"job_lock"}


def test_a_confirmed_drop_can_be_undone_by_its_run(practice: Practice) -> None:
    path = practice.source() / "patients.csv"
    whole = path.read_bytes()
    practice.deliver(path, b"".join(whole.splitlines(keepends=True)[:200]))
    assert "HUB-C20" in practice.hub("sync", "pms").err
    said = practice.hub("sync", "pms", "--accept-missing")  # as HUB-C20 says; the file still lies there as it was
    gone = int(re.search(r"; (\d+) deleted", said.out)[1])  # type: ignore[index]
    assert gone > 100
    run = max(row["id"] for row in practice.rows("run") if row["kind"] == "sync")
    back = practice.hub("sync", "--undo-deletes", str(run))
    assert back.code == 0 and back.out.startswith(f"{gone} records that run {run} deleted are back")
    assert all(row["deleted_at"] is None for row in practice.rows("patient"))


def test_runs_are_listed_newest_first_with_their_accounts(practice: Practice) -> None:
    practice.hub("sync", "lender")
    said = practice.hub("runs", "--limit", "3")
    lines = said.out.splitlines()
    assert said.code == 0 and len(lines) == 4 and lines[0].split()[:2] == ["run", "when"]
    numbers = [int(line.split()[0]) for line in lines[1:]]
    assert numbers == sorted(numbers, reverse=True) and "sync lender" in lines[1]
    assert practice.hub("runs", "--limit", "0").code == 2


def test_what_is_set_aside_is_listed_without_its_content_and_closes_by_itself(practice: Practice) -> None:
    path = practice.source() / "patients.csv"
    whole = path.read_bytes()
    bad = whole.splitlines(keepends=True)
    cells = bad[1].rstrip().split(b",")
    bad[1] = b",".join([*cells[:-1], b"1.2.50"]) + b"\r\n"
    practice.deliver(path, b"".join(bad))
    said = practice.hub("sync", "pms")
    assert said.code == 1 and "1 set aside" in said.out
    listed = practice.hub("quarantine", "list")
    assert listed.code == 0 and "1 entries" in listed.out and "patients" in listed.out and "1.2.50" not in listed.out
    retried = practice.hub("quarantine", "retry", "pms")
    assert retried.code == 1 and "1 set aside" in retried.out, "the stored bytes are as bad as before"
    practice.deliver(path, whole)
    assert practice.hub("sync", "pms").code == 0
    assert "nothing is set aside" in practice.hub("quarantine", "list").out
    assert "fixed" in practice.hub("quarantine", "list", "--all").out


def test_what_a_person_discards_is_listed_with_the_reason_and_spoils_no_run(practice: Practice) -> None:
    path = practice.source() / "patients.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    total = b",".join([b"Total", *lines[1].rstrip().split(b",")[1:-1], b"1.2.50"]) + b"\r\n"
    practice.deliver(path, b"".join([*lines, total]))
    assert practice.hub("sync", "pms").code == 1
    entry = practice.hub("quarantine", "list").out.splitlines()[1].split()[0]
    said = practice.hub("quarantine", "discard", entry, "--reason", "a line of totals")
    assert said.code == 0 and said.out.startswith(f"entry {entry} is discarded")
    assert "nothing is set aside" in practice.hub("quarantine", "list").out
    everything = " ".join(practice.hub("quarantine", "list", "--all").out.split())
    assert "discarded" in everything and "totals" in everything
    practice.deliver(path, b"".join([*lines, total, b"\r\n"]))
    assert practice.hub("sync", "pms").code == 0


def test_mappings_are_listed_explained_and_tried_on_a_file(practice: Practice) -> None:
    said = practice.hub("mapping", "list")
    assert said.code == 0 and re.search(r"^dentrix/patients  v\d+  -> patient", said.out, re.M)
    said = practice.hub("mapping", "explain", "dentrix/patients")
    assert said.code == 0 and "Patient ID" in said.out
    said = practice.hub("mapping", "explain", "dentrix/nothing")
    assert said.code == 2 and len(said.lines) == 1 and re.match(r"HUB-[SM]\d\d ", said.err)
    before = practice.everything()
    said = practice.hub("mapping", "preview", str(practice.source() / "patients.csv"))
    assert said.code == 0 and said.out.startswith("patients.csv: dentrix/patients") and "Birthdate" in said.out
    letter = practice.folder / "letter.txt"
    letter.write_text("Dear patient,\nplease come.\n")
    said = practice.hub("mapping", "preview", str(letter))
    assert said.code == 2 and said.err.startswith("HUB-M20 letter.txt: its column labels fit no mapping")
    assert practice.everything() == before


def test_connectors_tell_their_settings_and_limits(read_office: Practice) -> None:
    said = read_office.hub("connectors")
    assert said.code == 0
    for part in ("dentrix: ", "clearinghouse: ", "carecredit: ", "setting folder (needed)", "limit: ", "reads patients -> patient"):
        assert part in said.out, part


def test_deliver_hands_over_one_list_or_all(practice: Practice) -> None:
    said = practice.hub("deliver", "page")
    assert said.code == 0 and said.out.startswith("page: ") and "morning-list" not in said.out
    path = Path(said.out.splitlines()[1].strip())
    assert "<html" in path.read_text(encoding="utf-8")
    assert practice.hub("deliver").out.count(" items (") == 3
