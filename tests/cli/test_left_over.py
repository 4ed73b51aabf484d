"""A backup copied over what a crash left: no command goes on, not even one that only looks, and doctor says what to do."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from faults.practice_runs import Practice

from hub.store.keys import read_key

# SQLite puts the two together for good when the last connection that may write is closed, whatever was asked of it:
# so the ones that only read come first.
COMMANDS = (
    ["items"], ["deliver"], ["runs"], ["explain", "1"], ["check"], ["quarantine", "list"], ["claim", "1"], ["remit", "1"],
    ["quarantine", "discard", "1", "--reason", "x"], ["item", "reopen", "1"], ["sync", "pms"], ["reconcile"], ["run"], ["init"],
    ["serve"], ["quarantine", "retry"],
)  # fmt: skip


def _restored_over_a_crash(practice: Practice, backup: Path) -> None:
    """The data folder after: backup, more commits than the -wal holds, SIGKILL, `cp -r backup/. data/`."""
    raw = sqlcipher.connect(str(practice.data / "hub.db"), isolation_level=None)
    raw.execute(f"PRAGMA key=\"x'{read_key(practice.data)}'\"")
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=OFF")
    for n in range(20):
        raw.execute(f"create table x{n} (a integer primary key, b text)")
    _write(raw, 100)
    raw.close()
    shutil.copytree(practice.data, backup)
    raw = sqlcipher.connect(str(practice.data / "hub.db"), isolation_level=None)
    raw.execute(f"PRAGMA key=\"x'{read_key(practice.data)}'\"")
    for _ in range(40):
        _write(raw, 25)
    crashed = practice.folder / "crashed"
    shutil.copytree(practice.data, crashed)
    raw.close()
    shutil.rmtree(practice.data)
    crashed.rename(practice.data)
    shutil.copytree(backup, practice.data, dirs_exist_ok=True)


def _write(raw: sqlcipher.Connection, rows: int) -> None:
    raw.execute("begin")
    for n in range(20):
        raw.executemany(f"insert into x{n} (b) values (?)", [("x" * 120,)] * rows)
    raw.execute("commit")


def test_a_backup_put_over_the_files_of_a_crash_is_refused_before_anything_is_written(practice: Practice, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    _restored_over_a_crash(practice, backup)
    for words in COMMANDS:
        said = practice.hub(*words)
        assert said.code == 2 and said.err.startswith("HUB-D10 ") and "first move the whole folder" in said.err, words
    said = practice.hub("doctor")
    assert said.code == 2 and f"MEND start: HUB-D10 {practice.data / 'hub.db'} is damaged" in said.out
    assert (practice.data / "hub.db").read_bytes() == (backup / "hub.db").read_bytes()
    shutil.rmtree(practice.data)
    shutil.copytree(backup, practice.data)
    assert practice.hub("reconcile").code == 0 and "ok   database: ok" in practice.hub("doctor").out


def test_while_a_service_runs_only_a_new_service_looks(practice: Practice, tmp_path: Path) -> None:
    _restored_over_a_crash(practice, tmp_path / "backup")
    beat = {"state": "running", "written_at": datetime.now(UTC).isoformat()}
    (practice.data / "serve.json").write_text(json.dumps(beat), encoding="utf-8")
    assert practice.hub("serve").err.startswith("HUB-D10 ")
    assert not practice.hub("deliver", "nothing-like-it").err.startswith("HUB-D10 ")
