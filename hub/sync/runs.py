"""Run history: one row per job, one per stream or file within it, with full accounting."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from hub import __version__
from hub.errors import HubBug
from hub.model import TABLES
from hub.money import masked
from hub.points import reach
from hub.store import Store
from hub.sync.lock import Hold

_RUN, _PART = TABLES["run"], TABLES["run_stream"]


@dataclass(slots=True)
class Counts:
    """read = new + changed + same + filtered + quarantined; the rest are consequences of the pass."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    filtered: int = 0
    quarantined: int = 0
    deleted: int = 0
    revived: int = 0
    missing: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    unmapped: dict[str, Counter[str]] = field(default_factory=dict)

    def numbers(self) -> dict[str, int]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("by_rule", "unmapped")}

    def add(self, other: Counts) -> None:
        for name, value in other.numbers().items():
            setattr(self, name, getattr(self, name) + value)
        self.by_rule.update(other.by_rule)
        for column, values in other.unmapped.items():
            self.unmapped.setdefault(column, Counter()).update(values)

    def prove(self, where: str) -> None:
        """Raise HubBug when a record was read and is neither stored, same, filtered nor set aside."""
        total = self.new + self.changed + self.same + self.filtered + self.quarantined
        if total != self.read:
            raise HubBug("HUB-B04", f"{where}: {self.read} records read, {total} accounted for; nothing was written")


def start_run(store: Store, practice_id: str, kind: str, name: str, now: datetime) -> int:
    """Open a run; a run left "running" by a process that died is marked interrupted first."""
    mine = (_RUN.c.practice_id == practice_id) & (_RUN.c.kind == kind) & (_RUN.c.name == name)
    with store.write() as connection:
        connection.execute(
            update(_RUN)
            .where(mine, _RUN.c.status == "running")
            .values(
                status="interrupted",
                ended_at=now,
                message="the process ended without a word; this run's unfinished file was rolled back",
            )
        )
        values = {"practice_id": practice_id, "kind": kind, "name": name, "status": "running"}
        opened = connection.execute(
            insert(_RUN).values(**values, started_at=now, hub_version=__version__).returning(_RUN.c.id)
        )
        return int(opened.scalar_one())


def end_run(
    store: Store, held: Hold | None, run_id: int, status: str, now: datetime, counts: Counts, *, files: int = 0, size: int = 0,
    failure_class: str | None = None, message: str | None = None,
) -> None:  # fmt: skip
    """Close a run with its counts."""
    numbers = {key: value for key, value in counts.numbers().items() if key != "missing"}
    reach("run_ending")
    with store.write() as connection:
        if held is not None:
            held.confirm(connection, now)
        connection.execute(
            update(_RUN).where(_RUN.c.id == run_id).values(
                status=status, ended_at=now, files=files, bytes=size, failure_class=failure_class, message=message, **numbers
            )
        )  # fmt: skip
    reach("run_ended")


def note_stream(
    connection: Connection,
    run_id: int,
    practice_id: str,
    source: str,
    stream: str,
    status: str,
    counts: Counts,
    **more: object,
) -> None:
    """Write the part of the run that belongs to one stream or file, in the caller's transaction."""
    connection.execute(
        insert(_PART).values(
            run_id=run_id, practice_id=practice_id, source=source, stream=stream, status=status, **counts.numbers(),
            filtered_by=json.dumps(dict(counts.by_rule)) if counts.by_rule else None,
            unmapped=json.dumps(_shapes(counts.unmapped)) if counts.unmapped else None, **more,
        )
    )  # fmt: skip


def _shapes(unmapped: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    """Words without an answer, by shape: in a file whose columns slipped, a word may be a patient's name."""
    told: dict[str, dict[str, int]] = {}
    for column, words in unmapped.items():
        shapes = told.setdefault(column, {})
        for word, count in words.items():
            shapes[masked(word)] = shapes.get(masked(word), 0) + count
    return told


def last_runs(connection: Connection, practice_id: str | None = None, limit: int = 20) -> list[dict[str, object]]:
    """Newest first."""
    query = select(_RUN).order_by(_RUN.c.id.desc()).limit(limit)
    if practice_id:
        query = query.where(_RUN.c.practice_id == practice_id)
    return [dict(row._mapping) for row in connection.execute(query)]
