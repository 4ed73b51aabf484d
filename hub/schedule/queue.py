"""Which job may start now. A plain state machine without threads or clocks: jobs come due, start, finish.

Rules, per practice: syncs side by side; reconcile when the syncs that came due before it are through; deliveries after
both; no sync starts under a running reconcile. Over all practices: at most `sync_workers` syncs and one other job at a
time. A job that runs is never started twice, and nobody waits longer than `patience` for a slow neighbour: one stuck
source must not keep the morning list back (the list says how fresh each source is).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.schedule.jobs import STAGES, ScheduledJob, may_have_changed_facts

# What a waiting job of a kind gives way to, in its own practice.
_GIVES_WAY_TO = {"sync": {"reconcile"}, "reconcile": {"sync", "reconcile"}, "delivery": {"sync", "reconcile"}}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in the queue. `slot` orders it (a reconcile takes that of its sync), `since` is when it came in."""

    job: ScheduledJob
    slot: datetime
    since: datetime

    @property
    def place(self) -> tuple[datetime, int, str]:
        return (self.slot, STAGES[self.job.kind], self.job.name)


class JobQueue:
    """Not thread-safe on purpose: one thread owns it."""

    def __init__(
        self, jobs: Iterable[ScheduledJob], sync_workers: int = 2, patience: timedelta = timedelta(minutes=30)
    ) -> None:
        self._jobs = tuple(jobs)
        self._sync_workers = sync_workers
        self._patience = patience
        self.waiting: dict[str, Waiting] = {}
        self.running: dict[str, Waiting] = {}
        self.started_at: dict[str, datetime] = {}
        self.overlaps: dict[str, int] = {}

    def due(self, job: ScheduledJob, now: datetime) -> bool:
        """The job came due. False when it still runs: this start is left out and counted.

        What comes due in one look (also after hours of sleep) has one `now`, so the stages alone decide its order.
        """
        if job.name in self.running:
            self.overlaps[job.name] = self.overlaps.get(job.name, 0) + 1
            return False
        self.waiting.setdefault(job.name, Waiting(job, now, now))
        return True

    def start(self, now: datetime) -> list[Waiting]:
        """Take out every job that may start now; they count as running from here on."""
        begun: list[Waiting] = []
        for entry in sorted(self.waiting.values(), key=lambda waiting: waiting.place):
            if self._has_worker(entry.job) and not self._must_wait(entry, now):
                del self.waiting[entry.job.name]
                self.running[entry.job.name] = entry
                self.started_at[entry.job.name] = now
                begun.append(entry)
        return begun

    def finished(self, name: str, code: int, now: datetime) -> None:
        """The job ended. A sync that may have changed facts queues its practice's reconcile once."""
        entry = self.running.pop(name)
        self.overlaps.pop(name, None)
        if entry.job.kind == "sync" and may_have_changed_facts(code):
            for job in self._jobs:
                if job.after_sync and job.practice_id == entry.job.practice_id:
                    # Also while it runs: it may have looked before these facts came in, so it goes once more.
                    self.waiting.setdefault(job.name, Waiting(job, entry.slot, now))

    def _has_worker(self, job: ScheduledJob) -> bool:
        syncs = sum(entry.job.kind == "sync" for entry in self.running.values())
        return syncs < self._sync_workers if job.kind == "sync" else len(self.running) - syncs < 1

    def _must_wait(self, entry: Waiting, now: datetime) -> bool:
        if entry.job.name in self.running:
            return True
        out_of_patience = entry.job.kind != "sync" and now - entry.since > self._patience
        return not out_of_patience and any(self._goes_first(other, entry) for other in self._others(entry))

    def _others(self, entry: Waiting) -> list[Waiting]:
        ahead = [other for other in self.waiting.values() if other.place < entry.place]
        return [*self.running.values(), *ahead]

    @staticmethod
    def _goes_first(other: Waiting, entry: Waiting) -> bool:
        same_practice = other.job.practice_id == entry.job.practice_id
        return same_practice and other.job.kind in _GIVES_WAY_TO[entry.job.kind]
