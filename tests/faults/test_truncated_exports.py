"""A truncated export closes no item: half a list, a cut line, a header alone, nothing at all; then the good list again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from faults.practice_runs import Practice

PMS = (
    "appointments.csv", "cases.csv", "claims_received.csv", "continuing_care.csv", "insurance_aging.txt", "ledger.csv",
    "patients.csv", "preauth_aging.csv", "treatment.csv", "unscheduled_list.csv",
)  # fmt: skip
LENDER = ("applications.csv", "settlement.csv", "transactions.csv")
QUICK = ("insurance_aging.txt", "applications.csv")
EXPORTS = [
    pytest.param(source, name, marks=() if name in QUICK else pytest.mark.slow, id=f"{source}-{name}")
    for source, names in (("pms", PMS), ("lender", LENDER))
    for name in names
]
# Lists of a span of time: what is no longer in them is not gone.
SPANS = ("claims_received.csv",)
# Fewer absent rows than this may be a real change; they must then be absent twice to count.
BRAKE_FROM = 20
ALL = 10**6


@dataclass(frozen=True)
class Cut:
    """What is left of an export, and how many of its rows went."""

    left: bytes
    lost: int

    @property
    def is_noticed(self) -> bool:
        return self.lost >= BRAKE_FROM


def _cuts(whole: bytes) -> dict[str, Cut]:
    lines = whole.splitlines(keepends=True)
    half = len(lines) // 2
    return {
        "half": Cut(b"".join(lines[: half + 1]), len(lines) - half - 1),
        "cut line": Cut(b"".join(lines[:half]) + lines[half][: len(lines[half]) // 2], len(lines) - half),
        "header only": Cut(b"".join(lines[:2]) if lines[0].startswith(b"Continuing") else lines[0], ALL),
        "nothing": Cut(b"", ALL),
    }


def _open_items(practice: Practice) -> dict[str, tuple[str, str]]:
    """Number to kind and status, without the alarm about the source itself."""
    return {key: (row["code"], row["status"]) for key, row in practice.items().items() if row["code"] != "SYNC-STALE"}


def _alarms(practice: Practice, source: str) -> list[str]:
    return [
        row["sentence"]
        for row in practice.rows("work_item")
        if row["code"] == "SYNC-STALE" and row["subject"] == f"source:{source}" and row["status"] == "OPEN"
    ]


@pytest.mark.parametrize(("source", "name"), EXPORTS)
def test_no_item_is_closed_by_a_truncated_export_and_the_good_one_heals_all(
    practice: Practice, source: str, name: str
) -> None:
    path = practice.source(source) / name
    whole, before, alarms = path.read_bytes(), _open_items(practice), _alarms(practice, source)
    facts = practice.outcome()
    for what, cut in _cuts(whole).items():
        practice.deliver(path, cut.left)
        synced, judged = practice.hub("sync", source), practice.hub("reconcile")
        assert synced.code in (0, 1) and judged.code == 0, (what, synced.err, judged.err)
        after = _open_items(practice)
        assert after == before, (what, {key: (before.get(key), after.get(key)) for key in before.keys() ^ after.keys()})
        if cut.is_noticed and (name not in SPANS or cut.lost == ALL):
            assert synced.code == 1 and len(synced.lines) == 1, (what, synced.err)
            assert len(_alarms(practice, source)) == 1, what
        practice.deliver(path, whole)
        assert practice.hub("sync", source).code == 0, what
    assert practice.hub("reconcile").code == 0
    assert _open_items(practice) == before and _alarms(practice, source) == alarms
    assert not any(row["is_stale"] for row in practice.rows("work_item"))
    _same_facts(facts, practice.outcome())


def _same_facts(before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """Only the time stamp of the export differs: the facts, their absence and the items are as they were."""
    for table in ("patient", "appointment", "procedure", "claim", "ledger_entry", "recall_due", "fin_application", "fin_txn"):
        strip = [[part for part in row.split("('") if not part.startswith(("observed_at", "blob"))] for row in before[table]]
        again = [[part for part in row.split("('") if not part.startswith(("observed_at", "blob"))] for row in after[table]]
        assert strip == again, table
    assert before["missing_row"] == after["missing_row"] == []


def test_items_that_rest_on_a_truncated_list_say_that_they_are_old(practice: Practice) -> None:
    path = practice.source() / "treatment.csv"
    practice.deliver(path, b"".join(path.read_bytes().splitlines(keepends=True)[:1]))
    practice.hub("sync", "pms")
    practice.hub("reconcile")
    old = [row for row in practice.rows("work_item") if row["code"] == "TX-UNSCHEDULED" and row["status"] == "OPEN"]
    assert old and all(row["is_stale"] for row in old)
    shown = practice.hub("items", "--kind", "TX-UNSCHEDULED").out
    assert "(data is old)" in shown


def test_a_row_changed_by_a_truncated_list_changes_back_with_the_good_one(practice: Practice) -> None:
    path = practice.source() / "patients.csv"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    key, last = (lines[5].split(b",")[n].decode() for n in (0, 2))
    changed = lines[5].replace(f",{last},".encode(), b",Elsewhere,", 1)
    practice.deliver(path, b"".join([*lines[:5], changed, *lines[6:100]]))
    practice.hub("sync", "pms")
    names = {row["source_key"]: row["last_name"] for row in practice.rows("patient") if row["source"] == "pms"}
    assert names[key] == "Elsewhere", "a row that is there is believed"
    practice.deliver(path, whole)
    practice.hub("sync", "pms")
    names = {row["source_key"]: row["last_name"] for row in practice.rows("patient") if row["source"] == "pms"}
    assert names[key] == last


def test_a_row_changed_by_a_truncated_list_changes_back_in_other_bytes_too(practice: Practice) -> None:
    path = practice.source() / "patients.csv"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    key, last = (lines[5].split(b",")[n].decode() for n in (0, 2))
    changed = lines[5].replace(f",{last},".encode(), b",Elsewhere,", 1)
    practice.deliver(path, b"".join([*lines[:5], changed, *lines[6:100]]))
    practice.hub("sync", "pms")
    practice.deliver(path, whole + b"\r\n")
    practice.hub("sync", "pms")
    names = {row["source_key"]: row["last_name"] for row in practice.rows("patient") if row["source"] == "pms"}
    assert names[key] == last
