"""A hub whose one source is the made-up Open Dental office in MariaDB, for the tests of SQL mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from connectors.open_dental import OpenDental
from hub.clock import FixedClock
from hub.config.schema import Config
from hub.contract import SourceContext, Stream
from hub.model import ENTITIES, TABLES
from hub.store import Store
from hub.sync.job import SyncOrder, SyncResult, sync_source
from tests.open_dental.office.mariadb import Loaded

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"


class Some(OpenDental):
    """The connector with a few of its streams."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def pulled(self, ctx: SourceContext) -> tuple[Stream, ...]:
        return tuple(stream for stream in super().pulled(ctx) if stream.name in self.names)


@dataclass
class Hub:
    """The store of a practice and the database that it reads; `settings` overlay the source's."""

    store: Store
    base: Path
    loaded: Loaded | None = None
    settings: dict[str, object] = field(default_factory=dict)
    result: SyncResult | None = None
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC)))

    def source_settings(self) -> dict[str, object]:
        if self.loaded is None:
            return {"mode": "export", "folder": "exports", **self.settings}
        user, password = self.loaded.reader
        way = {"host": self.loaded.host, "port": self.loaded.port, "database": self.loaded.name}
        return {"mode": "sql", **way, "user": user, "password": password, "tls": "off", **self.settings}

    def sync(self, *only: str) -> SyncResult:
        """One run; `only` names the streams to pull, all without."""
        document = {
            "practice": [{"id": "main", "name": "Test", "timezone": "America/Chicago"}],
            "source": [{"name": "pms", "practice": "main", "connector": "open_dental", "settle_seconds": 0.1,
                        "settings": self.source_settings()}],
            "path": self.base / "hub.toml",
        }  # fmt: skip
        config = Config.model_validate(document)
        made = Some(only) if only else OpenDental()
        return sync_source(self.store, config, config.source[0], made, [MAPPINGS], self.clock, SyncOrder())

    def facts(self, entity: str, *, deleted: bool = False) -> dict[str, Mapping[str, object]]:
        """The live (or the deleted) facts of an entity by key."""
        table = ENTITIES[entity]
        gone = table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None)
        with self.store.read() as connection:
            return {row.source_key: dict(row._mapping) for row in connection.execute(select(table).where(gone))}

    def rows(self, name: str) -> list[dict[str, object]]:
        with self.store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(TABLES[name]))]
