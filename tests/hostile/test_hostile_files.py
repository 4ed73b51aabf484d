"""Hostile files thrown at the real sync: no crash, a clear line, no patient in it, the other files read, nothing lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from faults.practice_runs import Practice, Said
from hostile.hostile_files import CANARY, LISTS, REMITS, patients, row

ROOT = Path(__file__).resolve().parents[2]

CLEAR = re.compile(r"\s*HUB-[A-Z]\d\d .{20,}\Z")


def _nothing_said_about(said: Said, word: str = CANARY) -> None:
    assert word.lower() not in (said.err + said.out).lower(), said.err[:500]


def _accounts_add_up(practice: Practice) -> None:
    for part in (*practice.rows("run"), *practice.rows("run_stream")):
        parts = part["new"] + part["changed"] + part["same"] + part["filtered"] + part["quarantined"]
        assert part["read"] == parts, part


def _was_survived(practice: Practice, said: Said, good: str) -> None:
    assert said.code in (0, 1) and "Traceback" not in said.err and "HUB-B" not in said.err, said.err[-2000:]
    assert all(CLEAR.match(line) and len(line) < 700 for line in said.lines), said.err[:2000]
    _nothing_said_about(said)
    _accounts_add_up(practice)
    for told in (*practice.rows("run"), *practice.rows("run_stream"), *practice.rows("quarantine"), *practice.rows("stream_state")):
        message = f"{told.get('message')} {told.get('problem')} {told.get('unmapped')}"
        assert CANARY.lower() not in message.lower() and "\n" not in message, message[:300]
    good_file = [part for part in practice.rows("run_stream") if part["file_name"] == good]
    assert [part["status"] for part in good_file][-1:] == ["complete"], "the file after the hostile one is read"
    assert all(row["deleted_at"] is None for row in practice.rows("patient"))


# As a workbook only what a name could make worse.
LYING = ("a zip bomb", "entity expansion", "a zip in a zip", "a password", "a web page", "random bytes", "nothing", "ragged rows")


@pytest.mark.parametrize(("fault", "ending"), [(name, ".csv") for name in LISTS] + [(name, ".xlsx") for name in LYING])
def test_a_hostile_list_harms_nobody(practice: Practice, fault: str, ending: str) -> None:
    practice.deliver(practice.source() / f"hostile{ending}", LISTS[fault]())
    good = practice.source() / "unscheduled_list.csv"
    practice.deliver(good, good.read_bytes() + b"\r\n")
    _was_survived(practice, practice.hub("sync", "pms"), good.name)


@pytest.mark.parametrize("fault", LISTS)
def test_a_hostile_file_in_the_place_of_a_list_is_told_in_one_line(practice: Practice, fault: str) -> None:
    practice.deliver(practice.source() / "patients.csv", LISTS[fault]())
    before = {row["id"] for row in practice.rows("work_item") if row["status"] == "OPEN"}
    good = practice.source() / "unscheduled_list.csv"
    practice.deliver(good, good.read_bytes() + b"\r\n")
    said = practice.hub("sync", "pms")
    _was_survived(practice, said, good.name)
    assert said.code == 1 and len(said.lines) == 1, said.err
    assert practice.hub("reconcile").code == 0
    assert {row["id"] for row in practice.rows("work_item") if row["status"] == "OPEN"} >= before


@pytest.mark.parametrize("fault", REMITS)
def test_a_hostile_remittance_harms_nobody(practice: Practice, fault: str) -> None:
    practice.deliver(practice.source("clearinghouse") / "hostile.835", REMITS[fault]())
    good = max(practice.source("clearinghouse").glob("remits_*.835"), key=lambda path: path.stat().st_mtime)
    practice.deliver(good.with_name("again.835"), good.read_bytes().replace(b"~", b"~\n", 3))
    said = practice.hub("sync", "clearinghouse")
    assert said.code in (0, 1) and "Traceback" not in said.err and "HUB-B" not in said.err, said.err[-2000:]
    _nothing_said_about(said)
    _accounts_add_up(practice)
    assert any(part["file_name"] == "again.835" for part in practice.rows("run_stream")), "the next file is read"


# The lender's reports go the same way as the lists of the practice system; the complete table is `-m slow`.
QUICK = ("a PDF", "a zip bomb", "an unclosed quote", "nothing", "no ISA", "garbage segments")


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in [*LISTS, *REMITS]]
)
def test_a_hostile_report_of_a_lender_harms_nobody(practice: Practice, fault: str) -> None:
    content: Callable[[], bytes] = LISTS.get(fault) or REMITS[fault]
    practice.deliver(practice.source("lender") / "transactions.csv", content())
    said = practice.hub("sync", "lender")
    assert said.code == 1 and "Traceback" not in said.err and "HUB-B" not in said.err, said.err[-2000:]
    assert said.lines and all(CLEAR.match(line) for line in said.lines), said.err[:1000]
    _nothing_said_about(said)
    _accounts_add_up(practice)
    assert [row for row in practice.rows("fin_txn") if row["deleted_at"] is not None] == []


NAMES = (
    "..\\..\\x.csv", "CON", "CON.csv", "trailing.csv.", "dots...csv", "new\nline.csv", "escape \x1b[31mred\x1b]0;title\x07.csv",
    "a.csv:stream", "C:x.csv", "; DROP TABLE patient; --.csv", "{{7*7}}.csv", "<script>.csv", " .csv", "x" * 240 + ".csv",
    "\u202egnp.csv", "%s%n%d.csv", "$(reboot).csv", "--config.csv",
)  # fmt: skip


def test_names_are_never_paths_nor_orders(practice: Practice) -> None:
    for number, name in enumerate(NAMES):
        if "/" not in name:
            practice.deliver(practice.source() / name, patients(row(f"n{number}", balance="broken")).encode())
    around = sorted(path for path in practice.folder.rglob("*") if "sources" not in path.parts)
    said = practice.hub("sync", "pms")
    assert said.code in (0, 1) and "Traceback" not in said.err and "HUB-B" not in said.err, said.err[-2000:]
    assert all(CLEAR.match(line) for line in said.lines), "one name is one line"
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", said.err + said.out), "no name steers the terminal"
    assert sorted(path for path in practice.folder.rglob("*") if "sources" not in path.parts) == around
    listed = practice.hub("runs").out + practice.hub("quarantine", "list").out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", listed)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_told_and_the_others_are_read(practice: Practice) -> None:
    folder = os.fsencode(practice.source())
    path = Path(os.fsdecode(os.path.join(folder, b"caf\xe9.csv")))
    practice.deliver(path, patients(row("h1")).encode())
    good = practice.source() / "unscheduled_list.csv"
    practice.deliver(good, good.read_bytes() + b"\r\n")
    said = practice.process("sync", "pms")
    _was_survived(practice, said, good.name)


def test_only_plain_files_of_the_folder_itself_are_read(practice: Practice, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_bytes(patients(row("secret")).encode())
    (practice.source() / "link.csv").symlink_to(outside)
    (practice.source() / "loop.csv").symlink_to(practice.source())
    (practice.source() / "folder.csv").mkdir()
    (practice.source() / "folder.csv" / "inner.csv").write_bytes(patients(row("inner")).encode())
    os.mkfifo(practice.source() / "pipe.csv")
    said = practice.hub("sync", "pms")
    assert said.code == 0 and said.err == ""
    assert {"secret", "inner"}.isdisjoint(row["source_key"] for row in practice.rows("patient"))


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_a_flood_of_tiny_files_is_taken_in_its_stride(practice: Practice, count: int) -> None:
    for number in range(count):
        practice.deliver(practice.source("clearinghouse") / f"tiny{number}.835", b"ISA" + str(number).encode())
    said = practice.hub("sync", "clearinghouse")
    assert said.code in (0, 1) and "Traceback" not in said.err and "HUB-B" not in said.err
    _accounts_add_up(practice)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux about its memory")
def test_reading_hostile_files_takes_no_memory_to_speak_of(practice: Practice) -> None:
    for name in ("a zip bomb", "one line of 5 MB"):
        practice.deliver(practice.source() / f"{name}.xlsx", LISTS[name]())
    # The kernel counts what a process used before it became this program, so it is asked about its own memory itself.
    code = (
        "import sys, hub.cli\n"
        "try: hub.cli.main()\n"
        "finally: print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--config", str(practice.config), "sync", "pms"],
        capture_output=True, text=True, timeout=110, check=False, cwd=ROOT,
    )  # fmt: skip
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", done.stderr)[-1])
    assert peak < 300 * 1024, f"{peak} kB: a bomb of 120 MB was unpacked into memory"
