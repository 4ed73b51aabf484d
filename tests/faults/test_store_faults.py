"""Locked database, full disk, wrong key, missing folder, two at once: one clear line with what to do, nothing half-written."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from faults.practice_runs import Practice, Said, add_site_plugin

from hub.clock import SystemClock
from hub.store.keys import read_key
from hub.sync.lock import hold

ONE_LINE = re.compile(r"\s*HUB-[A-Z]\d\d [a-z/\"0-9].*\Z")


def _clear_line(said: Said) -> str:
    """The only line on standard error, which must be one that tells a code."""
    assert len(said.lines) == 1 and ONE_LINE.match(said.lines[0]), said.err
    return said.lines[0].strip()


@contextmanager
def _held_by_another(practice: Practice) -> Iterator[None]:
    raw = sqlcipher.connect(str(practice.data / "hub.db"), isolation_level=None)
    raw.execute(f"PRAGMA key=\"x'{read_key(practice.data)}'\"")
    raw.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        raw.execute("ROLLBACK")
        raw.close()


def test_a_locked_database_is_told_in_one_line_and_tried_again_later(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.sqlite.BUSY_SECONDS", 0.2)
    before = practice.everything()
    with _held_by_another(practice):
        said = practice.hub("sync", "lender")
        assert said.code == 3 and "HUB-D04" in _clear_line(said) and "locked by another program" in said.err
        assert practice.hub("items").code == 0, "reading goes on"
    assert practice.everything() == before
    assert practice.hub("sync", "lender").code == 0


def test_a_second_sync_of_a_source_names_the_process_that_does_it(practice: Practice) -> None:
    with practice.store() as store, hold(store, "main", "sync lender", SystemClock()):
        said = practice.process("sync", "lender")
        assert said.code == 3
        assert re.match(rf"HUB-J11 sync lender is being done by process {os.getpid()} since \d\d:\d\d UTC", _clear_line(said))
        both = practice.process("sync", "lender", "clearinghouse")
        assert both.code == 3 and "clearinghouse: succeeded" in both.out, "the other source is read all the same"
    assert practice.process("sync", "lender").code == 0


def test_a_lock_whose_process_died_is_taken_over_at_once(practice: Practice) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    with practice.store() as store, store.write() as connection:
        import socket

        from sqlalchemy import insert

        from hub.model import TABLES

        now = SystemClock().now()
        values = {"practice_id": "main", "job": "reconcile", "fence": 4, "taken_at": now, "heartbeat_at": now}
        table = TABLES["job_lock"]
        connection.execute(table.delete().where(table.c.job == "reconcile"))
        connection.execute(insert(table).values(owner=f"{socket.gethostname()}/{gone.stdout.strip()}/x", **values))
    assert practice.hub("reconcile").code == 0


def test_a_full_disk_is_told_and_nothing_is_half_written(fresh: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite answers with the same error when it may not grow any more."""
    import hub.store.sqlite as sqlite

    pages = (fresh.data / "hub.db").stat().st_size // 4096 + 60
    pragmas = sqlite._pragmas()
    before = fresh.outcome()
    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "_pragmas", lambda: (*pragmas, f"PRAGMA max_page_count={pages}"))
        said = fresh.hub("sync", "pms")
    assert said.code in (1, 2) and said.lines, said.err
    assert all("HUB-D05 the disk of" in line and "free space and run again" in line for line in said.lines), said.err
    _stored_whole_or_not_at_all(fresh)
    assert fresh.outcome()["work_item"] == before["work_item"]
    again = fresh.hub("sync", "pms")
    assert again.code == 0, again.err
    assert len(fresh.rows("stream_state")) == 10, "every list of the practice system is there now"


def _stored_whole_or_not_at_all(practice: Practice) -> None:
    whole = {row["stream"] for row in practice.rows("run_stream") if row["status"] == "complete"}
    assert {row["stream"] for row in practice.rows("stream_state")} == whole
    assert {row["stream"] for row in practice.rows("blob")} == whole
    assert {row["stream"] for name in ("patient", "appointment", "procedure", "claim") for row in practice.rows(name)} <= whole


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no limit on file sizes on this system")
def test_a_disk_that_refuses_to_write_is_told_and_nothing_is_half_written(fresh: Practice) -> None:
    """A limit on file sizes makes every write beyond it fail."""
    limit = (fresh.data / "hub.db").stat().st_size + 200_000
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        "sys.argv = ['hub', '--config', sys.argv[1], 'sync', 'pms']; from hub.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(fresh.config)], capture_output=True, text=True, timeout=60, check=False
    )
    said = Said(done.returncode, done.stdout, done.stderr)
    assert said.code in (1, 2) and said.lines, said.err
    assert all("HUB-D11" in line and "check disk, share and free space" in line for line in said.lines), said.err
    _stored_whole_or_not_at_all(fresh)
    assert fresh.hub("sync", "pms").code == 0


def test_a_full_disk_while_a_list_is_written_leaves_the_old_list(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = practice.data / "lists" / "main" / "insurance-csv"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hub.output.safe_file.os.replace", full)
    said = practice.hub("deliver", "insurance-csv")
    assert said.code == 1 and "HUB-O04" in _clear_line(said) and "No space left" in said.err
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_wrong_key_is_told_apart_from_damage(practice: Practice) -> None:
    key = practice.data / "hub.key"
    good = key.read_text()
    key.write_text("0" * 64 + "\n")
    said = practice.hub("items")
    assert said.code == 2 and "HUB-D02" in _clear_line(said) and "does not belong to hub.db" in said.err
    key.write_text(good)
    assert practice.hub("items").code == 0


def test_a_wrong_key_without_its_number_still_never_overwrites_the_database(practice: Practice) -> None:
    (practice.data / "hub.db.keynumber").unlink()
    (practice.data / "hub.key").write_text("0" * 64 + "\n")
    before = (practice.data / "hub.db").read_bytes()
    said = practice.hub("sync")
    assert said.code == 2 and "HUB-D10" in _clear_line(said)
    assert (practice.data / "hub.db").read_bytes() == before


@pytest.mark.parametrize("command", ["init", "items", "sync"])
def test_a_lost_key_is_never_replaced_by_a_new_one(practice: Practice, command: str) -> None:
    (practice.data / "hub.key").unlink()
    said = practice.hub(command)
    assert said.code == 2 and "HUB-S05" in _clear_line(said)
    assert not (practice.data / "hub.key").exists()


def test_a_key_that_others_can_read_is_refused(practice: Practice) -> None:
    (practice.data / "hub.key").chmod(0o644)
    said = practice.hub("items")
    assert said.code == 2 and "HUB-S05" in _clear_line(said) and "chmod 600" in said.err


@pytest.mark.parametrize("damage", ["zeroed page", "cut short", "foreign file"])
def test_a_damaged_database_says_restore_and_stays_as_it_is(practice: Practice, damage: str) -> None:
    path = practice.data / "hub.db"
    whole = path.read_bytes()
    broken = {
        "zeroed page": whole[:8192] + bytes(len(whole) // 2) + whole[8192 + len(whole) // 2 :],
        "cut short": whole[: len(whole) // 3],
        "foreign file": b"SCAN" * 4096,
    }[damage]
    path.write_bytes(broken)
    said = practice.hub("run")
    assert said.code in (1, 2) and "Traceback" not in said.err and "HUB-D10" in said.err, said.err
    assert "do not delete it: restore the newest backup" in said.err
    assert path.exists()


def test_a_missing_data_folder_says_init(practice: Practice) -> None:
    practice.data.rename(practice.folder / "elsewhere")
    said = practice.hub("items")
    assert said.code == 2 and "HUB-S09" in _clear_line(said) and 'run "hub init"' in said.err
    assert not practice.data.exists()


def test_a_missing_source_folder_stops_only_its_source(practice: Practice) -> None:
    practice.source("lender").rename(practice.folder / "elsewhere")
    said = practice.hub("run")
    assert said.code == 1 and _clear_line(said).startswith("HUB-C01 lender: folder")
    assert "pms: succeeded" in said.out and "clearinghouse: succeeded" in said.out
    assert not practice.source("lender").exists(), "it is never created"
    alarms = [row["sentence"] for row in practice.rows("work_item") if row["code"] == "SYNC-STALE" and row["status"] == "OPEN"]
    assert any("lender is out of date: the last run failed (HUB-C01" in sentence for sentence in alarms)


def test_a_schema_of_a_newer_hub_is_left_alone(practice: Practice) -> None:
    with practice.store() as store, store.write() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    for command in ("items", "init", "sync"):
        said = practice.hub(command)
        assert said.code == 2 and "HUB-D08" in _clear_line(said) and "newer" in said.err


def test_a_connector_that_ends_the_program_ends_only_its_own_source(practice: Practice) -> None:
    add_site_plugin(practice, "leaver.py", LEAVER)
    text = '\n[[source]]\nname = "leaver"\npractice = "main"\nconnector = "leaver"\n[source.settings]\n'
    config = practice.config.read_text(encoding="utf-8")
    practice.config.write_text(config.replace("\n[[source]]", text + "\n[[source]]", 1), encoding="utf-8")
    said = practice.hub("sync")
    assert said.code == 1 and "HUB-P08 leaver: connector leaver failed" in said.err and "lender: succeeded" in said.out


LEAVER = """
from pydantic import BaseModel
class Own(BaseModel):
    pass
from hub.contract import CheckReport, Connector, Stream
from hub.hookspecs import hookimpl
HUB_CONTRACT = ">=1.0,<2"

class Leaver(Connector):
    id, label, settings = "leaver", "leaves", Own
    streams = (Stream("patients", ("patient",)),)
    def check(self, ctx):
        raise SystemExit(7)
    def pull(self, stream, since, ctx):
        raise SystemExit(7)
        yield

@hookimpl
def hub_connectors():
    return [Leaver]
"""
