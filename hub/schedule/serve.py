"""The service loop: alarms ring, jobs queue up, children run, outcomes are remembered, the heartbeat is written.

One thread (the caller's) owns every decision; the others only wait for a child or ring. So there is nothing to lock.
"""

from __future__ import annotations

import logging
import os
import queue as queues
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hub.clock import Clock
from hub.schedule import health
from hub.schedule.alarm import Alarm
from hub.schedule.clock_watch import ClockWatch
from hub.schedule.jobs import STOPPED, ScheduledJob, status_of
from hub.schedule.queue import JobQueue, Waiting
from hub.schedule.slots import Slots
from hub.schedule.state import JobHistory, StateStore, TableState

_LOG = logging.getLogger("hub.serve")
_LOOK_EVERY = 1.0  # Windows delivers Ctrl-C only between waits
_CRASHED = -1

Launch = Callable[[ScheduledJob], int]


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`health` None: no heartbeat file. Seconds; `stop_seconds` bounds how long an end may take."""

    health: Path | None = None
    sync_workers: int = 2
    stop_seconds: float = 25.0
    patience: timedelta = timedelta(minutes=30)
    steady: Callable[[], float] = time.monotonic


def serve(
    jobs: Sequence[ScheduledJob],
    state: StateStore,
    clock: Clock,
    stop: threading.Event,
    launch: Launch,
    options: ServeOptions | None = None,
) -> None:
    """Run the jobs by their schedules until `stop` is set; what was missed while down runs once at the start.

    Returns when every job has ended, at the latest `stop_seconds` after the stop. `launch` runs a job to its end and
    must itself look at `stop` (`ChildLauncher` does).
    """
    service = _Service(jobs, state, clock, stop, launch, options or ServeOptions())
    service.run()


def hand_on_histories(jobs: Sequence[ScheduledJob], state: TableState) -> None:
    """Up to 0.1 a delivery was one job for all its practices, `delivery NAME`: what it missed is caught up by each of them."""
    now_named: dict[str, list[str]] = {}
    for job in jobs:
        if job.kind == "delivery":
            now_named.setdefault(job.name.rpartition(" ")[0], []).append(job.name)
    for old, names in now_named.items():
        try:
            state.hand_on(old, names)
        except Exception as error:  # as in `_remember`: it must not keep the service from starting
            _LOG.warning("HUB-J09 %s: its history cannot be handed on (%s)", old, type(error).__name__)


@dataclass(slots=True)
class _Outcome:
    """How a job ended last, for the heartbeat."""

    status: str
    code: int
    started_at: datetime
    ended_at: datetime


@dataclass(slots=True)
class _Service:
    """One run of `serve`. Everything but `_ring` and `_run_job` belongs to the calling thread."""

    jobs: Sequence[ScheduledJob]
    state: StateStore
    clock: Clock
    stop: threading.Event
    launch: Launch
    options: ServeOptions
    ended: queues.SimpleQueue[tuple[str, int]] = field(default_factory=queues.SimpleQueue)
    rung: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    outcomes: dict[str, _Outcome] = field(default_factory=dict)
    overlaps: dict[str, int] = field(default_factory=dict)
    health_failed: bool = False

    def run(self) -> None:
        now = self.clock.now()
        started_at = now
        line = JobQueue(self.jobs, self.options.sync_workers, self.options.patience)
        slots = Slots(self.jobs, now)
        watch = ClockWatch(now, self.options.steady())
        alarm = Alarm(self.jobs, self._ring)
        for job in slots.catch_up({job.name: self._history(job.name) for job in self.jobs}, now):
            _LOG.info("%s: missed while the service was down; catching up once", job.name)
            line.due(job, now)
        alarm.start()
        beat_at = self.options.steady()
        try:
            while not self.stop.is_set():
                now = self.clock.now()
                self._watch_clock(watch, slots, alarm, now)
                if self.rung.is_set():
                    self.rung.clear()
                    # Looked at anew: an alarm that rang since would not be due yet at the earlier `now`.
                    self._collect(line, slots, self.clock.now())
                changed = self._settle(line, now) + self._begin(line, now)
                if changed or self.options.steady() >= beat_at:
                    self._beat("running", line, slots, started_at)
                    beat_at = self.options.steady() + health.EVERY.total_seconds()
                self.wake.wait(_LOOK_EVERY)
                self.wake.clear()
        finally:
            self.stop.set()  # also when a fault of ours ended the loop: children must not outlive it
            alarm.stop()
            self._wind_down(line)
            self._beat("stopped", line, slots, started_at)

    def _ring(self) -> None:
        self.rung.set()
        self.wake.set()

    def _watch_clock(self, watch: ClockWatch, slots: Slots, alarm: Alarm, now: datetime) -> None:
        jump = watch.jump(now, self.options.steady())
        if not jump:
            return
        forward = jump > timedelta(0)
        _LOG.warning(
            "HUB-J06 the clock went %s by %.0f s (or the computer slept); schedules are set anew",
            "forward" if forward else "back", abs(jump.total_seconds()),
        )  # fmt: skip
        if not forward:
            slots.clock_set_back(now)
        alarm.clock_jumped()
        self.rung.set()  # what was slept through is due now, once

    def _collect(self, line: JobQueue, slots: Slots, now: datetime) -> None:
        """Take in everything that is due at this moment together, so that order does not hang on milliseconds."""
        for job in slots.due(now):
            if not line.due(job, now):
                self.overlaps[job.name] = self.overlaps.get(job.name, 0) + 1
                since = line.started_at[job.name].isoformat(timespec="minutes")
                _LOG.warning(
                    "%s: still running since %s; this start is left out (%d in a row)",
                    job.name, since, line.overlaps[job.name],
                )  # fmt: skip

    def _begin(self, line: JobQueue, now: datetime) -> int:
        begun = line.start(now)
        for entry in begun:
            self._remember(entry.job.name, lambda name: self.state.started(name, now))
            threading.Thread(target=self._run_job, args=(entry,), name=f"job-{entry.job.name}", daemon=True).start()
        return len(begun)

    def _run_job(self, entry: Waiting) -> None:
        code = _CRASHED
        try:
            code = self.launch(entry.job)
        except Exception:  # a fault in launching one job must not end the service
            _LOG.exception("HUB-J07 %s: launching failed; please report this", entry.job.name)
        finally:
            self.ended.put((entry.job.name, code))
            self.wake.set()

    def _settle(self, line: JobQueue, now: datetime) -> int:
        """Take in every job that has ended; the number of them."""
        number = 0
        while not self.ended.empty():
            name, code = self.ended.get()
            status = status_of(code)
            self.outcomes[name] = _Outcome(status, code, line.started_at[name], now)
            _LOG.log(logging.INFO if code == 0 else logging.WARNING, "%s: %s (exit code %d)", name, status, code)
            line.finished(name, code, now)
            self._remember(name, lambda job, status=status: self.state.finished(job, now, status))  # type: ignore[misc]
            number += 1
        return number

    def _wind_down(self, line: JobQueue) -> None:
        """Wait for the running children, which see the stop themselves; bounded."""
        for name in line.waiting:
            _LOG.info("%s: was due; left for the next start", name)
        deadline = self.options.steady() + self.options.stop_seconds
        while line.running and self.options.steady() < deadline:
            self._settle(line, self.clock.now())
            if line.running:
                self.wake.wait(0.1)
                self.wake.clear()
        for name in line.running:
            _LOG.warning("HUB-J08 %s: did not end within %.0f s", name, self.options.stop_seconds)
            self._remember(name, lambda job: self.state.finished(job, self.clock.now(), status_of(STOPPED)))

    def _history(self, name: str) -> JobHistory:
        try:
            return self.state.history(name)
        except Exception as error:  # whatever the store raises: without history there is no catch-up, but a service
            _LOG.warning("HUB-J09 %s: its history cannot be read (%s)", name, type(error).__name__)
            return JobHistory()

    def _remember(self, name: str, write: Callable[[str], None]) -> None:
        try:
            write(name)
        except Exception as error:  # a database that is locked or full for a moment must not end the service
            _LOG.warning("HUB-J09 %s: its history cannot be written (%s)", name, type(error).__name__)

    def _beat(self, word: str, line: JobQueue, slots: Slots, started_at: datetime) -> None:
        if self.options.health is None:
            return
        now = self.clock.now()
        try:
            health.write_health(self.options.health, self._report(word, line, slots, started_at, now))
            self.health_failed = False
        except OSError as error:
            if not self.health_failed:
                _LOG.warning("HUB-J10 the heartbeat file cannot be written (%s)", type(error).__name__)
            self.health_failed = True

    def _report(
        self, word: str, line: JobQueue, slots: Slots, started_at: datetime, now: datetime
    ) -> dict[str, object]:
        return {
            "state": word,
            "pid": os.getpid(),
            "started_at": started_at,
            "written_at": now,
            "running": {name: line.started_at[name] for name in line.running},
            "waiting": sorted(line.waiting),
            "next": {job.name: slots.next_due(job.name, now) for job in self.jobs if job.schedule is not None},
            "left_out": dict(self.overlaps),
            "last": {
                name: {"status": how.status, "code": how.code, "started_at": how.started_at, "ended_at": how.ended_at}
                for name, how in self.outcomes.items()
            },
        }
