"""What the service remembers of each job over restarts: when it last started, last succeeded, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import Engine, delete, insert, select, update

from hub.model.runs import ScheduleState

_TABLE = ScheduleState.__table__  # type: ignore[attr-defined]
RUNNING = "running"


@dataclass(frozen=True, slots=True)
class JobHistory:
    """Moments are aware UTC. `last_status` "running" on a fresh start means: cut off in the middle."""

    last_started: datetime | None = None
    last_success: datetime | None = None
    last_status: str | None = None


class StateStore(Protocol):
    """Where job histories are kept; only the thread of `serve` calls it."""

    def history(self, name: str) -> JobHistory: ...

    def started(self, name: str, at: datetime) -> None: ...

    def finished(self, name: str, at: datetime, status: str) -> None: ...


class TableState:
    """Histories in the hub's own database (`schedule_state`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def history(self, name: str) -> JobHistory:
        query = select(_TABLE.c.last_started, _TABLE.c.last_success, _TABLE.c.last_status).where(_TABLE.c.name == name)
        with self._engine.connect() as connection:
            found = connection.execute(query).one_or_none()
        return JobHistory(_aware(found[0]), _aware(found[1]), found[2]) if found else JobHistory()

    def started(self, name: str, at: datetime) -> None:
        self._write(name, {"last_started": at, "last_status": RUNNING})

    def finished(self, name: str, at: datetime, status: str) -> None:
        success = {"last_success": at} if status == "succeeded" else {}
        self._write(name, {"last_status": status, **success})

    def hand_on(self, old: str, names: Sequence[str]) -> None:
        """A job was renamed, or became several: those without a history of their own take the old one, which is forgotten."""
        with self._engine.execution_options(hub_write=True).begin() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.name == old)).one_or_none()
            if row is None:
                return
            known = set(connection.execute(select(_TABLE.c.name).where(_TABLE.c.name.in_(names))).scalars())
            for name in names:
                if name not in known:
                    connection.execute(insert(_TABLE).values({**row._mapping, "name": name}))
            connection.execute(delete(_TABLE).where(_TABLE.c.name == old))

    def _write(self, name: str, values: dict[str, object]) -> None:
        with self._engine.begin() as connection:
            changed = connection.execute(update(_TABLE).where(_TABLE.c.name == name).values(**values))
            if changed.rowcount == 0:
                connection.execute(insert(_TABLE).values(name=name, **values))


def _aware(moment: datetime | None) -> datetime | None:
    """Databases without zones may hand the UTC moment back without one."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
