"""Builders for made-up jobs, and a state store that lives in memory."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from hub.schedule.jobs import ScheduledJob
from hub.schedule.state import RUNNING, JobHistory
from hub.schedule.triggers import parse_schedule


class MemoryState:
    """Keeps histories, and every call in order."""

    def __init__(self, **histories: JobHistory) -> None:
        self.histories = histories
        self.calls: list[tuple[str, str]] = []

    def history(self, name: str) -> JobHistory:
        return self.histories.get(name, JobHistory())

    def started(self, name: str, at: datetime) -> None:
        self.calls.append(("started", name))
        self.histories[name] = replace(self.history(name), last_started=at, last_status=RUNNING)

    def finished(self, name: str, at: datetime, status: str) -> None:
        self.calls.append((status, name))
        self.histories[name] = replace(self.history(name), last_status=status)


@pytest.fixture
def memory_state() -> type[MemoryState]:
    return MemoryState


@pytest.fixture
def job() -> Callable[..., ScheduledJob]:
    def build(name: str, kind: str = "sync", schedule: str | None = "daily 06:00", **changes: Any) -> ScheduledJob:
        parsed = parse_schedule(schedule) if schedule else None
        values = {"practice_id": "main", "zone": "America/Chicago", "argv": ("none",), "schedule": parsed, **changes}
        return ScheduledJob(name=name, kind=kind, **values)  # type: ignore[arg-type]

    return build


@pytest.fixture
def python_job(job: Callable[..., ScheduledJob]) -> Callable[..., ScheduledJob]:
    """A job whose child runs this Python text."""
    return lambda text, **changes: job("pms", argv=(sys.executable, "-u", "-c", text), **changes)
