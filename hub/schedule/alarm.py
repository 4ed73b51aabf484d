"""APScheduler as alarm clock: it says when to look; what is due, and in which order, is decided in `slots` and `queue`.

Every option that has burnt others is set explicitly (reference operations §4): no grace time after which a job would be
dropped, missed fires collapse to one, one instance, no job store (schedules come from hub.toml at each start).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from hub.schedule.jobs import ScheduledJob
from hub.schedule.triggers import Schedule


class ScheduleTrigger(BaseTrigger):  # type: ignore[misc]
    """Our `Schedule` as APScheduler asks for it. However late it is asked, it answers with one coming moment."""

    def __init__(self, schedule: Schedule, zone: str) -> None:
        self._schedule = schedule
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        after = now if previous_fire_time is None else max(previous_fire_time, now)
        return self._schedule.next_after(after.astimezone(UTC), self._zone)


class Alarm:
    """Calls `ring` (from another thread, so it must be quick and safe) whenever a schedule comes due."""

    def __init__(self, jobs: Iterable[ScheduledJob], ring: Callable[[], None]) -> None:
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._triggers: dict[str, ScheduleTrigger] = {}
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)}, daemon=True)
        for job in jobs:
            if job.schedule is not None:
                self._triggers[job.name] = ScheduleTrigger(job.schedule, job.zone)
                self._scheduler.add_job(
                    ring, self._triggers[job.name], id=job.name,
                    misfire_grace_time=None, coalesce=True, max_instances=1,
                )  # fmt: skip

    def start(self) -> None:
        self._scheduler.start()

    def clock_jumped(self) -> None:
        """Set every alarm anew from the clock as it is now; else they would idle for as long as it was set back."""
        now = datetime.now(UTC)
        for name, trigger in self._triggers.items():
            self._scheduler.modify_job(name, next_run_time=trigger.get_next_fire_time(None, now))
        self._scheduler.wakeup()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
