"""A practice whose one source is an API that answers what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import select

from hub.clock import FixedClock
from hub.config.schema import Config
from hub.contract import BadRow, Checkpoint, CheckReport, Connector, Facts, Gone, Keys, Rows, SourceContext, Stream
from hub.model import ENTITIES, TABLES
from hub.store import Store
from hub.sync.job import SyncOrder, SyncResult, sync_source
from hub.sync.snapshot import undo_deletes

Cursor = Mapping[str, object] | None
COLUMNS = ("Id", "Last", "Owed")
MAPPING = """
version = 1
entity = "patient"
title = "patients of an API"
[columns._id]
labels = ["Id"]
[columns.last_name]
labels = ["Last"]
required = true
[columns.balance_cents]
labels = ["Owed"]
required = true
[key]
columns = ["_id"]
"""


class Nothing(BaseModel):
    """No settings."""


@dataclass
class Api:
    """What the outside system answers: per stream the parts of one pass (or how they follow from the cursor); an error on
    the way is a part too."""

    answers: dict[str, list[object] | Callable[[Cursor], list[object]]] = field(default_factory=dict)
    cursors: dict[str, list[Cursor]] = field(default_factory=dict)
    streams: tuple[Stream, ...] = ()


@dataclass
class ApiOffice:
    """A practice whose one source is an API."""

    store: Store
    base: Path
    clock: FixedClock
    api: Api
    zone: str = "America/Chicago"

    def sync(self, **order: object) -> SyncResult:
        config = Config.model_validate({
            "practice": [{"id": "main", "name": "Test", "timezone": self.zone}],
            "source": [{"name": "cloud", "practice": "main", "connector": "cloud"}], "path": self.base / "hub.toml",
        })  # fmt: skip
        clock = FixedClock(self.clock.now() + timedelta(minutes=len(self.rows("run"))))
        made = _connector(self.api)
        return sync_source(self.store, config, config.source[0], made(), [self.base], clock, SyncOrder(**order))

    def mapping(self, text: str = MAPPING, name: str = "patients") -> None:
        (self.base / "cloud").mkdir(exist_ok=True)
        (self.base / "cloud" / f"{name}.toml").write_text(text, encoding="utf-8")

    def rows(self, name: str) -> list[dict[str, object]]:
        with self.store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(TABLES[name]))]

    def live(self, entity: str = "patient") -> set[str]:
        return {str(row["source_key"]) for row in self.rows(entity) if row["deleted_at"] is None}

    def state(self, entity: str = "patient") -> dict[str, object]:
        """What the one stream that fills this entity says of itself."""
        (row,) = [row for row in self.rows("stream_state") if row["entity"] == entity]
        return row

    def undo(self, run_id: int) -> int:
        with self.store.write() as connection:
            return sum(undo_deletes(connection, table, "main", run_id) for table in ENTITIES.values())

    def owed(self) -> dict[str, object]:
        return {str(row["source_key"]): row["balance_cents"] for row in self.rows("patient")}


def _connector(api: Api) -> type[Connector]:
    class Cloud(Connector):
        id = "cloud"
        label = "API of the tests"
        settings = Nothing
        streams = api.streams

        def check(self, ctx: SourceContext) -> CheckReport:
            return CheckReport(())

        def pull(
            self, stream: Stream, cursor: Mapping[str, object] | None, ctx: SourceContext
        ) -> Iterator[Rows | Facts | Keys | Gone | BadRow | Checkpoint]:
            api.cursors.setdefault(stream.name, []).append(cursor)
            answer = api.answers.get(stream.name, [Checkpoint({}, complete=True)])
            for part in answer(cursor) if callable(answer) else answer:
                if isinstance(part, BaseException):
                    raise part
                yield part  # type: ignore[misc]

    return Cloud


def make_cloud(store: Store, base: Path) -> ApiOffice:
    made = ApiOffice(store, base, FixedClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC)), Api())
    made.mapping()
    made.api.streams = (LIST,)
    return made


LIST = Stream("patients", ("patient",), deletes="snapshot", mapping="cloud/patients")
FEED = Stream("patients", ("patient",), deletes="none", mapping="cloud/patients")
SWEPT = Stream("patients", ("patient",), deletes="sweep", mapping="cloud/patients")
READY = Stream("people", ("patient",), deletes="marks")
END = Checkpoint({"at": 99}, complete=True)
END_OF_SWEEP = Checkpoint({"at": 99}, complete=True, swept=("patient",))


def page(*rows: tuple[str, str, str]) -> Rows:
    return Rows(COLUMNS, [*rows])


def keys(*source_keys: str, entity: str = "patient") -> Keys:
    return Keys(entity, source_keys)


def crowd(count: int) -> Rows:
    """Patients 1 to `count`; each owes a dollar."""
    return page(*((str(n), f"Name{n}", "1.00") for n in range(1, count + 1)))


def people(*keys: str, name: str = "Lopez") -> Facts:
    return Facts("patient", ("source_key", "last_name"), [(key, name) for key in keys])


ONE, TWO, THREE = ("1", "Lopez", "1.50"), ("2", "Kim", "2.50"), ("3", "Ng", "3.50")


def counts(result: SyncResult) -> tuple[int, ...]:
    c = result.counts
    return (c.read, c.new, c.changed, c.same, c.filtered, c.quarantined)
