"""Which jobs are due: each slot is given out once, whatever the clock does in between. Pure apart from its memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from hub.schedule.jobs import ScheduledJob
from hub.schedule.state import RUNNING, JobHistory

_TRUST = timedelta(hours=26)  # a slot further ahead than any daily one was given out by a wrong clock


class Slots:
    """Remembers per job the newest slot that was given out."""

    def __init__(self, jobs: Iterable[ScheduledJob], now: datetime) -> None:
        self._all = tuple(jobs)
        self._jobs = {job.name: job for job in self._all if job.schedule is not None}
        self._given = {name: self._last_due(job, now) for name, job in self._jobs.items()}

    def catch_up(self, histories: Mapping[str, JobHistory], now: datetime) -> list[ScheduledJob]:
        """What was missed while the service was down, or was cut off in the middle: each job once."""
        return [job for job in self._all if self._missed(job, histories, now)]

    def due(self, now: datetime) -> list[ScheduledJob]:
        """Every job whose newest slot was not given out yet; several passed slots count as one."""
        found = []
        for name, job in self._jobs.items():
            slot = self._last_due(job, now)
            if slot > self._given[name]:
                self._given[name] = slot
                found.append(job)
        return found

    def clock_set_back(self, now: datetime) -> None:
        """Let schedules go on at once after a clock that was ahead was put right.

        A wall-clock job whose slot of today was already given out does not run again; an interval does, and so does
        everything that a clock gone wrong by days had given out.
        """
        for name, job in self._jobs.items():
            if job.schedule is not None and (job.schedule.every is not None or self._given[name] > now + _TRUST):
                self._given[name] = min(self._given[name], self._last_due(job, now))

    def next_due(self, name: str, now: datetime) -> datetime | None:
        job = self._jobs.get(name)
        return job.schedule.next_after(now, job.zone) if job and job.schedule else None

    def _missed(self, job: ScheduledJob, histories: Mapping[str, JobHistory], now: datetime) -> bool:
        history = histories.get(job.name, JobHistory())
        if history.last_status in (RUNNING, "interrupted"):
            return True
        if job.after_sync and self._synced_since(job, histories):
            return True
        return job.schedule is not None and job.schedule.missed(history.last_started, now, job.zone)

    def _synced_since(self, job: ScheduledJob, histories: Mapping[str, JobHistory]) -> bool:
        """Did a sync of its practice start after its own last start? Then the service ended in between."""
        own = histories.get(job.name, JobHistory()).last_started
        syncs = (histories.get(other.name, JobHistory()).last_started for other in self._of(job.practice_id))
        return any(started is not None and (own is None or started > own) for started in syncs)

    def _of(self, practice_id: str) -> list[ScheduledJob]:
        return [job for job in self._all if job.kind == "sync" and job.practice_id == practice_id]

    @staticmethod
    def _last_due(job: ScheduledJob, now: datetime) -> datetime:
        assert job.schedule is not None, "only jobs with a schedule are kept"
        return job.schedule.last_due(now, job.zone)
