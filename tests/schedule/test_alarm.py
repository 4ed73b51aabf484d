from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.schedule.alarm import Alarm, ScheduleTrigger
from hub.schedule.jobs import ScheduledJob
from hub.schedule.triggers import Schedule, parse_schedule

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def test_however_late_it_is_asked_the_trigger_names_one_coming_moment() -> None:
    trigger = ScheduleTrigger(parse_schedule("every 15 minutes"), "America/Chicago")
    a_year_ago = NOW - timedelta(days=365)
    assert trigger.get_next_fire_time(a_year_ago, NOW) == NOW + timedelta(minutes=15)
    assert trigger.get_next_fire_time(None, NOW) == NOW + timedelta(minutes=15)
    assert trigger.get_next_fire_time(NOW + timedelta(minutes=15), NOW) == NOW + timedelta(minutes=30)


def test_the_alarm_rings_and_every_option_that_burnt_others_is_set(job: Callable[..., ScheduledJob]) -> None:
    rung = threading.Event()
    quick = replace(job("pms"), schedule=Schedule("test", every=timedelta(seconds=1)))
    alarm = Alarm([quick, job("links", "reconcile", None)], rung.set)
    alarm.start()
    try:
        (known,) = alarm._scheduler.get_jobs()
        assert (known.misfire_grace_time, known.coalesce, known.max_instances) == (None, True, 1)
        assert rung.wait(3.0)
        alarm.clock_jumped()
        assert alarm._scheduler.get_jobs()[0].next_run_time > datetime.now(UTC) - timedelta(seconds=1)
    finally:
        alarm.stop()
