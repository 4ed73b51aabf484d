from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hub.schedule.clock_watch import ClockWatch
from hub.schedule.jobs import ScheduledJob
from hub.schedule.slots import Slots
from hub.schedule.state import JobHistory

NINE = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # 9:00 in Chicago, three hours after "daily 06:00"
SIX = NINE - timedelta(hours=3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Job = Callable[..., ScheduledJob]


def names(found: list[ScheduledJob]) -> list[str]:
    return [job.name for job in found]


def test_after_days_of_downtime_each_schedule_catches_up_once(job: Job) -> None:
    slots = Slots([job("pms"), job("era", schedule="every 15 minutes")], NINE)
    started = {name: JobHistory(NINE - 3 * DAY, NINE - 3 * DAY, "succeeded") for name in ("pms", "era")}
    assert names(slots.catch_up(started, NINE)) == ["pms", "era"]
    assert slots.due(NINE) == []


def test_a_restart_right_after_a_run_repeats_nothing(job: Job) -> None:
    slots = Slots([job("pms")], NINE)
    assert slots.catch_up({"pms": JobHistory(SIX, SIX, "succeeded")}, NINE) == []


def test_a_job_that_was_cut_off_runs_again(job: Job) -> None:
    for status in ("running", "interrupted"):
        slots = Slots([job("pms")], NINE)
        assert names(slots.catch_up({"pms": JobHistory(SIX, None, status)}, NINE)) == ["pms"]


def test_a_reconcile_that_the_stop_came_before_is_made_up_for(job: Job) -> None:
    links = job("links", "reconcile", None, after_sync=True)
    synced = JobHistory(SIX, SIX, "succeeded")
    for own, expected in (
        (JobHistory(), ["links"]),
        (JobHistory(SIX - DAY, SIX - DAY, "succeeded"), ["links"]),
        (JobHistory(SIX + HOUR, SIX + HOUR, "succeeded"), []),
    ):
        assert names(Slots([job("pms"), links], NINE).catch_up({"pms": synced, "links": own}, NINE)) == expected
    other_practice = job("pms-b", practice_id="b")
    assert Slots([other_practice, links], NINE).catch_up({"pms-b": synced}, NINE) == []


def test_a_slot_is_given_out_once_and_passed_ones_count_as_one(job: Job) -> None:
    slots = Slots([job("pms", schedule="every 15 minutes")], NINE)
    assert slots.due(NINE + timedelta(minutes=14)) == []
    assert names(slots.due(NINE + 5 * HOUR)) == ["pms"]
    assert slots.due(NINE + 5 * HOUR) == []


def test_a_clock_set_back_an_hour_repeats_no_daily_job_and_does_not_hold_up_intervals(job: Job) -> None:
    slots = Slots([job("pms"), job("era", schedule="every 15 minutes")], SIX - HOUR)
    assert names(slots.due(SIX)) == ["pms", "era"]
    back = SIX - timedelta(minutes=50)
    slots.clock_set_back(back)
    assert names(slots.due(back + timedelta(minutes=15))) == ["era"]
    assert names(slots.due(SIX + timedelta(minutes=1))) == ["era"]
    assert "pms" in names(slots.due(SIX + DAY))


def test_a_clock_that_was_a_year_ahead_and_is_put_right_stops_nothing(job: Job) -> None:
    slots = Slots([job("pms"), job("era", schedule="every 15 minutes")], NINE)
    assert names(slots.due(NINE + 365 * DAY)) == ["pms", "era"]
    slots.clock_set_back(NINE)
    assert names(slots.due(NINE + timedelta(minutes=15))) == ["era"]
    assert "pms" in names(slots.due(SIX + DAY))


def test_the_watch_sees_jumps_and_not_the_passing_of_time() -> None:
    watch = ClockWatch(NINE, 100.0)
    assert watch.jump(NINE + timedelta(seconds=500), 600.0) == timedelta(0)
    assert watch.jump(NINE + timedelta(seconds=560), 601.0) == timedelta(0)  # 59 s ahead
    assert watch.jump(NINE + timedelta(seconds=622), 602.0) == timedelta(seconds=61)
    assert watch.jump(NINE - HOUR, 603.0) == -HOUR - timedelta(seconds=623)
