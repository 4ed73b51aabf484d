"""A small practice whose one source is a folder of exports read by a mapping of the tests' own."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from hub.clock import FixedClock
from hub.config.schema import Config, SourceSettings
from hub.contract import CheckReport, FileConnector, SourceContext, Stream
from hub.model import ENTITIES, TABLES
from hub.store import Store
from hub.sync.job import SyncOrder, SyncResult, sync_source

MAPPING = """
version = 1
entity = "patient"
title = "patients of the tests"
[columns._id]
labels = ["Patient ID"]
[columns.last_name]
labels = ["Last Name"]
required = true
[columns.first_name]
labels = ["First Name"]
[columns.birth_date]
labels = ["Birthdate"]
[columns.balance_cents]
labels = ["Balance"]
required = true
[key]
columns = ["_id"]
[batch]
scope = "full"
max_missing = 0.02
min_missing = 20
"""


def need_a_second_process() -> None:
    """Skip where a thread of the test run itself (xdist has some) forbids the fork."""
    if threading.active_count() > 1:
        pytest.skip("another thread runs: there is no second process then")


class Folder(BaseModel):
    folder: str = "."


class Exports(FileConnector):
    """Reads patients.csv-like exports."""

    id = "exports"
    label = "Exports of the tests"
    settings = Folder
    streams = (Stream("patients", ("patient",), deletes="snapshot", mapping="test/patients"),)

    def check(self, ctx: SourceContext) -> CheckReport:
        return CheckReport(())

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        return (ctx.base_dir / ctx.settings.folder,)


@dataclass
class Office:
    """A practice, its store and its export folder; every write of a file is a minute later than the one before."""

    store: Store
    base: Path
    clock: FixedClock
    connector: type[FileConnector] = Exports
    minute: int = 0
    options: dict[str, object] = field(default_factory=dict)
    zone: str = "America/Chicago"

    @property
    def inbox(self) -> Path:
        return self.base / "exports"

    def mapping(self, text: str = MAPPING, name: str = "test/patients") -> None:
        path = self.base / "mappings" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def deliver(self, text: str | bytes, name: str = "patients.csv") -> Path:
        path = self.inbox / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.minute += 1
        moment = (self.clock.now() - timedelta(hours=2) + timedelta(minutes=self.minute)).timestamp()
        os.utime(path, (moment, moment))
        return path

    def sync(self, **order: object) -> SyncResult:
        document = {
            "practice": [{"id": "main", "name": "Test", "timezone": self.zone}],
            "source": [
                {
                    "name": "pms",
                    "practice": "main",
                    "connector": "exports",
                    "settings": {"folder": "exports"},
                    "settle_seconds": 0.2,
                    **self.options,
                }
            ],
            "path": self.base / "hub.toml",
        }
        config = Config.model_validate(document)
        source: SourceSettings = config.source[0]
        return sync_source(
            self.store, config, source, self.connector(), [self.base / "mappings"], self.clock, SyncOrder(**order)
        )

    def patients(self, *, deleted: bool = False) -> dict[str, tuple[str, int]]:
        table = ENTITIES["patient"]
        with self.store.read() as connection:
            query = select(table.c.source_key, table.c.last_name, table.c.balance_cents)
            query = query.where(table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None))
            return {key: (last, cents) for key, last, cents in connection.execute(query)}

    def rows(self, name: str) -> list[dict[str, object]]:
        with self.store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(TABLES[name]))]


def make_office(store: Store, folder: Path) -> Office:
    made = Office(store, folder, FixedClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC)))
    made.inbox.mkdir()
    made.mapping()
    return made


HEAD = "Patient ID,Last Name,First Name,Birthdate,Balance\n"


def export(rows: Sequence[tuple[object, ...]]) -> str:
    """A CSV of (id, last, balance) rows."""
    return HEAD + "".join(f"{key},{last},Ann,04/09/1981,{balance}\n" for key, last, balance in rows)
