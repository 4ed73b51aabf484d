"""`hub serve`: the schedules of hub.toml, each job in a child process of its own, until stopped."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hub.app import App
from hub.cli.common import DONE, complain, opened, say
from hub.cli.setup import check_settings
from hub.config import Config
from hub.config.schema import DeliverySettings
from hub.schedule.children import ChildLauncher
from hub.schedule.health import HEALTH_NAME
from hub.schedule.instance import single_instance
from hub.schedule.jobs import ScheduledJob
from hub.schedule.serve import ServeOptions, hand_on_histories, serve
from hub.schedule.signals import stopping_signals
from hub.schedule.state import TableState
from hub.schedule.triggers import Schedule, parse_schedule

# Items age even when no source is read: every practice is reconciled once a day before the office opens.
DAILY_RECONCILE = "daily 05:30"


def run_serve(config_path: Path | None) -> int:
    """Returns when stopped by a signal; a second instance on the same data folder is refused (exit code 3)."""
    with opened(config_path, talkative=True) as app:
        stop = threading.Event()
        jobs = list(scheduled_jobs(app.config))
        with single_instance(app.config.data_dir, app.clock.now()), stopping_signals(stop):
            _announce(app, jobs)
            check_settings(app)  # told, not refused: the jobs that it does not touch go on
            options = ServeOptions(health=app.config.data_dir / HEALTH_NAME)
            state = TableState(app.store.engine)
            hand_on_histories(jobs, state)
            serve(jobs, state, app.clock, stop, ChildLauncher(stop), options)
    say("hub serve: stopped")
    return DONE


def _announce(app: App, jobs: list[ScheduledJob]) -> None:
    timed = [job for job in jobs if job.schedule is not None]
    say(f"hub serve: {len(timed)} schedules from {app.config.path}; stop with Ctrl-C")
    for job in timed:
        for warning in job.schedule.warnings() if job.schedule else ():
            complain(f"{job.name}: {warning}")
    if not any(job.kind == "sync" for job in timed):
        complain("no source has a schedule: nothing will be read by itself")


def scheduled_jobs(config: Config) -> Iterator[ScheduledJob]:
    """One job per source and delivery with a schedule, and a reconcile per practice: after its syncs and once a day."""
    for job in _jobs(config):
        yield replace(job, time_limit=config.hub.job_minutes * 60.0, memory_mb=config.hub.job_memory_mb)


def _jobs(config: Config) -> Iterator[ScheduledJob]:
    for source in config.source:
        if source.enabled and source.schedule:
            zone = config.practice_by_id(source.practice).timezone
            schedule = parse_schedule(source.schedule, f"[[source]] {source.name}")
            yield ScheduledJob(
                f"sync {source.name}", "sync", source.practice, zone, _argv(config, "sync", source.name), schedule
            )
    for practice in config.practice:
        argv = _argv(config, "reconcile", "--practice", practice.id)
        daily = parse_schedule(DAILY_RECONCILE)
        yield ScheduledJob(
            f"reconcile {practice.id}", "reconcile", practice.id, practice.timezone, argv, daily, after_sync=True
        )
    for delivery in config.delivery:
        if delivery.schedule:
            yield from _delivery_jobs(config, delivery, parse_schedule(delivery.schedule, f"[[delivery]] {delivery.name}"))


def _delivery_jobs(config: Config, delivery: DeliverySettings, schedule: Schedule) -> Iterator[ScheduledJob]:
    """One for each of its practices: each has its own clock, and its list waits for its own syncs."""
    practices = [config.practice_by_id(delivery.practice)] if delivery.practice else config.practice
    for practice in practices:
        name = f"delivery {delivery.name} {practice.id}"  # also of an only practice: its history stays when another one comes
        argv = _argv(config, "deliver", delivery.name, "--practice", practice.id)
        yield ScheduledJob(name, "delivery", practice.id, practice.timezone, argv, schedule)


def _argv(config: Config, *words: str) -> list[str]:
    return [sys.executable, "-m", "hub", "--config", str(config.path), *words]
