"""A hub whose one source is the made-up Open Dental office behind its REST API, for the end-to-end tests of API mode."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from connectors.open_dental.connector import OpenDental
from connectors.open_dental.streams import STREAMS
from hub.clock import FixedClock
from hub.config.schema import Config
from hub.contract import SourceContext, Stream
from hub.demo.open_dental import OpenDental as Practice
from hub.demo.open_dental.api_server import ApiServer
from hub.model import ENTITIES, TABLES
from hub.store import Store
from hub.sync.job import SyncOrder, SyncResult, sync_source

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
CHICAGO = ZoneInfo("America/Chicago")


def only(*names: str) -> OpenDental:
    """The connector, pulling some of its streams."""

    class Some(OpenDental):
        chosen: ClassVar[tuple[str, ...]] = names

        def pulled(self, ctx: SourceContext) -> tuple[Stream, ...]:
            return tuple(stream for stream in STREAMS if stream.name in self.chosen)

    return Some()


@dataclass
class ApiHub:
    """The store of a practice and the API that it asks. The hub's clock is the office's, in UTC."""

    store: Store
    base: Path
    practice: Practice
    api: ApiServer
    settings: dict[str, object] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def clock(self) -> FixedClock:
        return FixedClock(self.practice.now.replace(tzinfo=CHICAGO).astimezone(UTC))

    def sync(self, *streams: str, **order: bool) -> SyncResult:
        keys = {"developer_key": self.api.keys[0], "customer_key": self.api.keys[1]}
        way = (
            {"service_url": self.api.url, "remote_url": ""}
            if self.api.mode == "service"
            else {"remote_url": self.api.url}
        )
        document = {
            "practice": [{"id": "main", "name": "Test", "timezone": "America/Chicago"}],
            "source": [{"name": "pms", "practice": "main", "connector": "open_dental",
                        "settings": {"mode": "api", **keys, **way, **self.settings}}],
            "path": self.base / "hub.toml",
        }  # fmt: skip
        config = Config.model_validate(document)
        config.data_dir.mkdir(exist_ok=True)
        self.stop = threading.Event()
        return sync_source(
            self.store, config, config.source[0], only(*streams), [MAPPINGS], self.clock, SyncOrder(**order), self.stop
        )

    def facts(self, entity: str) -> dict[str, Mapping[str, object]]:
        """The live facts of an entity by key."""
        table = ENTITIES[entity]
        with self.store.read() as connection:
            rows = connection.execute(select(table).where(table.c.deleted_at.is_(None)))
            return {str(row.source_key): dict(row._mapping) for row in rows}

    def rows(self, name: str) -> list[dict[str, object]]:
        with self.store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(TABLES[name]))]

    def problems(self) -> dict[str, str]:
        return {str(row["stream"]): str(row["problem"]) for row in self.rows("stream_state") if row["problem"]}

    def pass_hours(self, hours: float) -> None:
        self.practice.pass_time(int(hours * 3600))


def api_hub(store: Store, base: Path, practice: Practice, **server: object) -> Iterator[ApiHub]:
    """A hub with its server running, without pauses between tries."""
    with ApiServer(practice, **{"mode": "service", **server}) as api:  # type: ignore[arg-type]
        yield ApiHub(store, base, practice, api)


def moment(text: datetime) -> datetime:
    """A server-local moment as stored: UTC."""
    return text.replace(tzinfo=CHICAGO).astimezone(UTC)
