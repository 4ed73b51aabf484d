"""What the service runs and what comes out of it: values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.schedule.triggers import Schedule

JobKind = Literal["sync", "reconcile", "delivery"]
STAGES: dict[str, int] = {"sync": 0, "reconcile": 1, "delivery": 2}

# Exit codes of a child as the service counts them, besides 0 done, 1 with problems, 2 could not start, 3 busy.
TIME_LIMIT = 124
STOPPED = 130


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """One job of the service. `name` is unique and stable: its history hangs on it.

    `argv` is the command of the child process. Without `schedule` it runs only when something triggers it:
    `after_sync` does so once after syncs of its practice. `time_limit` in seconds; `memory_mb` None: no limit.
    """

    name: str
    kind: JobKind
    practice_id: str
    zone: str
    argv: Sequence[str]
    schedule: Schedule | None = None
    after_sync: bool = False
    time_limit: float = 7200.0
    memory_mb: int | None = None


def status_of(code: int) -> str:
    """The run status (closed set of `hub.model.runs.Run`) that an exit code means."""
    known = {0: "succeeded", 1: "partial", 2: "failed", 3: "skipped", TIME_LIMIT: "stalled", STOPPED: "interrupted"}
    return known.get(code, "failed")


def may_have_changed_facts(code: int) -> bool:
    """Could the sync have committed something? Only a job that never started surely has not."""
    return code not in (2, 3)
