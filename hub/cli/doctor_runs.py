"""For `hub doctor`: how each job of hub.toml ended last, and whether one that counts as running has died."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from hub.app import App
from hub.model import TABLES
from hub.sync.lock import STALE_AFTER, process_alive

_RUN, _LOCK = TABLES["run"], TABLES["job_lock"]
_BAD = ("failed", "stalled", "interrupted")
_AGAIN, _GONE = "run it again", "left running by a process that is gone"


def last_of_each(app: App) -> Iterator[tuple[str, str, str]]:
    """`(job, how and when, what to mend or "")` of every source, practice and delivery that hub.toml names and that ran."""
    several, now = len(app.config.practice) > 1, app.clock.now()
    with app.store.read() as connection:
        held = {(row.practice_id, row.job): row for row in connection.execute(select(_LOCK))}
        for run in _newest(connection):
            if (run.practice_id, run.kind, run.name) not in _named(app):
                continue  # taken out of hub.toml, or switched off: nobody will run it again
            lock = held.get((run.practice_id, "reconcile" if run.kind == "reconcile" else f"{run.kind} {run.name}"))
            status, mend = _of_running(lock, now) if run.status == "running" else (run.status, "")
            mend = str(run.message or _AGAIN) if run.status in _BAD else mend
            where = f" ({run.practice_id})" if several and run.kind == "delivery" else ""
            yield f"last {run.kind} {run.name}{where}", f"{status} {run.started_at:%Y-%m-%d %H:%M} UTC", mend


def _newest(connection: Connection) -> list[Any]:
    """One run per practice, kind and name: a daily source must not drown in the runs of one that is read every minute."""
    newest = select(func.max(_RUN.c.id)).group_by(_RUN.c.practice_id, _RUN.c.kind, _RUN.c.name)
    return list(connection.execute(select(_RUN).where(_RUN.c.id.in_(newest)).order_by(_RUN.c.id.desc())))


def _named(app: App) -> set[tuple[str, str, str]]:
    config = app.config
    named = {(source.practice, "sync", source.name) for source in config.source if source.enabled}
    named |= {(practice.id, "reconcile", practice.id) for practice in config.practice}
    for delivery in config.delivery:
        practices = [delivery.practice] if delivery.practice else [practice.id for practice in config.practice]
        named |= {(practice, "delivery", delivery.name) for practice in practices}
    return named


def _of_running(lock: Any, now: datetime) -> tuple[str, str]:
    """`(how it stands, what to mend or "")`. Does its owner live, as far as that can be told from here?"""
    host, _, rest = str(lock.owner or "").partition("/") if lock is not None else ("", "", "")
    pid = rest.partition("/")[0]
    here = host == socket.gethostname() and pid.isdigit()
    if not host or (here and not process_alive(int(pid))):
        return _GONE, _AGAIN
    silent = abs(now - lock.heartbeat_at)
    if silent <= STALE_AFTER:
        return "running", ""
    if not here:
        return _GONE, _AGAIN
    told = f"no sign of life for {int(silent.total_seconds() // 60)} minutes, begun"
    return told, f"process {pid} may hang: look before you run it again"
