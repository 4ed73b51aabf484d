"""A small practice on disk and the real `hub` command on it, for the fault, hostile, command and plugin tests.

The practice is the made-up one of `hub demo` with a handful of clearinghouse files, so that a run takes two seconds.
Tests write new files with `deliver`, so that each is newer than the one before and old enough to count as finished.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from hub.clock import SystemClock, local_date
from hub.demo import make_practice, write_config
from hub.model import TABLES
from hub.store import Store, open_store
from hub.sync.blobs import parts

KEPT_REMITS = 4
# Tables that tell about runs, and columns that hold run numbers or the time of day.
BOOKKEEPING = frozenset({"run", "run_stream", "job_lock", "schedule_state"})
PASSING_COLUMNS = frozenset(
    {
        "run_id", "last_run_id", "since_run", "deleted_run", "received_at", "opened_at", "changed_at", "seen_at", "resolved_at",
        "first_seen", "last_seen", "attempts", "closed_at", "decided_at", "problem_at", "deleted_at", "at", "actor", "id", "blob_id",
    }
)  # fmt: skip

ASKED_SOURCE = "paged"
ASKED_COLUMNS = frozenset({"observed_at", "as_of", "last_complete_at"})


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.strip()]


@dataclass
class Practice:
    """One practice: `folder` holds hub.toml, the sources and the data."""

    folder: Path
    delivered: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "hub.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def source(self, name: str = "pms") -> Path:
        return self.folder / "sources" / name

    def process(self, *words: str, **environment: str) -> Said:
        """`python -m hub …` in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "hub", "--config", str(self.config), *words],
            capture_output=True, text=True, encoding="utf-8", timeout=110, check=False, cwd=self.folder,
            env={**os.environ, **self.environment, **environment},
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def hub(self, *words: str) -> Said:
        """The same command in this process: quicker, and as thorough where nothing is killed."""
        return call_hub("--config", str(self.config), *words)

    def deliver(self, path: Path, content: bytes) -> Path:
        """A file that was finished a while ago and is newer than every one before it."""
        path.write_bytes(content)
        self.delivered += 1
        moment = time.time() - 3600 + self.delivered
        os.utime(path, (moment, moment))
        return path

    @contextmanager
    def store(self) -> Iterator[Store]:
        opened = open_store(self.data, encrypt=(self.data / "hub.key").exists())
        try:
            yield opened
        finally:
            opened.close()

    def rows(self, name: str) -> list[dict[str, Any]]:
        with self.store() as store, store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(TABLES[name]))]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table as it is, by table."""
        with self.store() as store, store.read() as connection:
            return {
                name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for name, table in TABLES.items()
            }

    def outcome(self) -> dict[str, list[str]]:
        """What two runs of the same input must agree on: all rows without run numbers and times of day."""
        with self.store() as store, store.read() as connection:
            blobs = {row.id: row.sha256 for row in connection.execute(select(TABLES["blob"]))}
            told = {
                name: sorted(repr(_told(dict(row._mapping), blobs)) for row in connection.execute(select(table)))
                for name, table in TABLES.items()
                if name not in BOOKKEEPING
            }
            return {**told, "blob_part": _kept_bytes(connection, blobs)}

    def items(self) -> dict[str, dict[str, Any]]:
        """Every item by its number."""
        return {row["id"]: row for row in self.rows("work_item")}


def _kept_bytes(connection: Connection, blobs: dict[int, str]) -> list[str]:
    """What is kept of every blob, whatever the compression made of it."""
    kept = connection.execute(select(TABLES["blob_part"].c.blob_id).distinct()).scalars().all()
    return sorted(f"{blobs[blob]}: {hashlib.sha256(b''.join(parts(connection, blob))).hexdigest()}" for blob in kept)


def _told(row: dict[str, Any], blobs: dict[int, str]) -> list[tuple[str, Any]]:
    # What is asked, and not delivered as a file, was seen at the moment of asking.
    passing = PASSING_COLUMNS | (ASKED_COLUMNS if row.get("source") == ASKED_SOURCE else frozenset())
    kept = [(name, value) for name, value in row.items() if name not in passing]
    return [*kept, ("blob", blobs.get(row["blob_id"]))] if row.get("blob_id") is not None else kept


def call_hub(*words: str) -> Said:
    """Run the command's own entry point in this process and take down what it says."""
    from hub.cli import main

    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    log = logging.StreamHandler(err)
    logging.getLogger("hub").addHandler(log)
    sys.argv = ["hub", *words]
    code: Any = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as left:
        code = left.code
    finally:
        sys.argv = before
        logging.getLogger("hub").removeHandler(log)
    return Said(int(code or 0), out.getvalue(), err.getvalue())


def today() -> date:
    return local_date(SystemClock().now(), "America/Chicago")


def make_small_practice(folder: Path, *, encrypt: bool = True) -> Practice:
    """Write the sources, the configuration and an empty database; nothing is read yet."""
    folder.mkdir(parents=True, exist_ok=True)
    make_practice(folder, patients=300, seed=7, today=today())
    write_config(folder, today())
    remits = folder / "sources" / "clearinghouse"
    for suffix in (".835", ".277"):
        for path in sorted(remits.glob(f"*{suffix}"), key=lambda path: path.stat().st_mtime)[:-KEPT_REMITS]:
            path.unlink()
    shutil.rmtree(folder / "sources" / "clearinghouse_old")
    _simplify(folder / "hub.toml", encrypt)
    made = Practice(folder)
    said = made.hub("init")
    assert said.code == 0, said.err
    return made


def _simplify(config: Path, encrypt: bool) -> None:
    """Without the source whose files were removed."""
    text = config.read_text(encoding="utf-8")
    text = re.sub(r'\[\[source\]\][^\[]*name = "clearinghouse-old".*?(?=\[\[delivery)', "", text, flags=re.S)
    text = text.replace("encrypt = true", f"encrypt = {json.dumps(encrypt)}")
    config.write_text(text, encoding="utf-8")


def copy_of(made: Practice, folder: Path) -> Practice:
    """The same practice elsewhere, time stamps kept."""
    shutil.copytree(made.folder, folder)
    return Practice(folder)


def add_site_plugin(practice: Practice, name: str, text: str) -> Path:
    """Put a file into the practice's site folder, which hub.toml names from now on."""
    config = practice.config.read_text(encoding="utf-8")
    if "plugins_dir" not in config:
        practice.config.write_text(config.replace("[hub]\n", '[hub]\nplugins_dir = "site"\n'), encoding="utf-8")
    path = practice.folder / "site" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def configure(practice: Practice, text: str) -> None:
    """Append tables to hub.toml."""
    practice.config.write_text(practice.config.read_text(encoding="utf-8") + text, encoding="utf-8")
