"""What tests of fetching connectors share: an inbox in memory, a context, and a practice that runs the whole sync job."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import select

from connectors.clearinghouse.connector import Clearinghouse
from connectors.clearinghouse.settings import ClearinghouseSettings
from hub.clock import FixedClock
from hub.config.schema import Config
from hub.contract import Inbox, SourceContext
from hub.model import TABLES
from hub.store import Store
from hub.sync.job import SyncOrder, SyncResult, sync_source

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


class MemoryInbox(Inbox):
    """`log` tells in which order things were put and kept; nothing of a file stays whose blocks raised."""

    def __init__(self, cursor: Mapping[str, object] | None = None) -> None:
        self.files: list[tuple[str, bytes]] = []
        self.times: list[datetime | None] = []
        self.log: list[str] = []
        self._cursor = dict(cursor or {})
        self.on_put: Callable[[str], None] = lambda name: None

    def known(self, name: str, size: int, modified_at: datetime | None) -> bool:
        return False

    def put(self, name: str, blocks: Iterable[bytes], modified_at: datetime | None = None) -> Path:
        content = b"".join(blocks)
        self.on_put(name)
        self.files.append((name, content))
        self.times.append(modified_at)
        self.log.append(f"put {name}")
        return Path(name)

    def cursor(self) -> Mapping[str, object]:
        return self._cursor

    def keep_cursor(self, cursor: Mapping[str, object]) -> None:
        self._cursor = dict(cursor)
        self.log.append("keep")

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.files]


def context(settings: BaseModel | None = None, stop: threading.Event | None = None, now: datetime = NOW) -> SourceContext:
    own = settings or ClearinghouseSettings(folder=["x"])
    return SourceContext("main", "ch", "America/Chicago", own, FixedClock(now), Path(), stop=stop or threading.Event())


@dataclass
class WebOffice:
    """A practice with one clearinghouse source over the web; `settings` are those of the source."""

    store: Store
    base: Path
    settings: dict[str, object]
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def sync(self, stop: threading.Event | None = None, **order: object) -> SyncResult:
        document = {
            "practice": [{"id": "main", "name": "Test", "timezone": "America/Chicago"}],
            "source": [
                {"name": "ch", "practice": "main", "connector": "clearinghouse", "settle_seconds": 0, "settings": self.settings}
            ],
            "path": self.base / "hub.toml",
        }  # fmt: skip
        config = Config.model_validate(document)
        job = SyncOrder(**order)  # type: ignore[arg-type]
        return sync_source(self.store, config, config.source[0], Clearinghouse(), [], self.clock, job, stop)

    def rows(self, table: str) -> list[dict[str, object]]:
        with self.store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(TABLES[table]))]

    def traces(self) -> list[object]:
        return sorted(str(row["trace"]) for row in self.rows("remit"))
