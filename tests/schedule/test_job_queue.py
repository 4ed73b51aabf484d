from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hub.schedule.jobs import STOPPED, TIME_LIMIT, ScheduledJob, status_of
from hub.schedule.queue import JobQueue

T6 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Job = Callable[..., ScheduledJob]


def names(line: JobQueue, now: datetime = T6) -> list[str]:
    return [entry.job.name for entry in line.start(now)]


def test_all_due_at_six_run_as_syncs_then_reconcile_then_list(job: Job) -> None:
    jobs = [job("list", "delivery"), job("links", "reconcile", None, after_sync=True), job("pms"), job("era")]
    line = JobQueue(jobs)
    for each in (jobs[0], jobs[2], jobs[3]):
        line.due(each, T6)
    assert names(line) == ["era", "pms"]
    line.finished("era", 0, T6)
    assert names(line) == []
    line.finished("pms", 1, T6)
    assert names(line) == ["links"]
    assert names(line) == []
    line.finished("links", 0, T6)
    assert names(line) == ["list"]
    line.finished("list", 0, T6)
    assert names(line) == []


def test_at_most_two_syncs_run_side_by_side(job: Job) -> None:
    jobs = [job(name) for name in ("a", "b", "c")]
    line = JobQueue(jobs, sync_workers=2)
    for each in jobs:
        line.due(each, T6)
    assert names(line) == ["a", "b"]
    line.finished("a", 0, T6)
    assert names(line) == ["c"]


def test_a_job_that_still_runs_is_left_out_and_counted(job: Job) -> None:
    pms = job("pms")
    line = JobQueue([pms])
    line.due(pms, T6)
    line.start(T6)
    assert not line.due(pms, T6 + MINUTE)
    assert not line.due(pms, T6 + 2 * MINUTE)
    assert line.overlaps["pms"] == 2
    line.finished("pms", 0, T6)
    assert names(line) == []
    assert line.due(pms, T6 + 3 * MINUTE)


def test_a_sync_waits_for_the_reconcile_that_runs(job: Job) -> None:
    links, pms = job("links", "reconcile"), job("pms")
    line = JobQueue([links, pms])
    line.due(links, T6)
    assert names(line) == ["links"]
    line.due(pms, T6 + MINUTE)
    assert names(line) == []
    line.finished("links", 0, T6)
    assert names(line) == ["pms"]


def test_a_busy_sync_schedule_does_not_starve_the_reconcile(job: Job) -> None:
    links, pms, era = job("links", "reconcile", None, after_sync=True), job("pms"), job("era")
    line = JobQueue([links, pms, era])
    line.due(pms, T6)
    assert names(line) == ["pms"]
    line.due(era, T6 + MINUTE)
    assert names(line) == ["era"]
    line.finished("pms", 0, T6)
    line.due(pms, T6 + 2 * MINUTE)
    assert names(line) == []  # the new sync stands behind the reconcile, which waits for the running one
    line.finished("era", 0, T6)
    assert names(line) == ["links"]
    line.finished("links", 0, T6)
    assert names(line) == ["pms"]


def test_practices_do_not_wait_for_each_other(job: Job) -> None:
    jobs = [job("pms-a", practice_id="a"), job("links-b", "reconcile", practice_id="b")]
    line = JobQueue(jobs)
    for each in jobs:
        line.due(each, T6)
    assert names(line) == ["pms-a", "links-b"]


def test_only_a_sync_that_may_have_changed_something_calls_for_a_reconcile(job: Job) -> None:
    for code, expected in ((0, ["links"]), (1, ["links"]), (2, []), (3, []), (TIME_LIMIT, ["links"]), (-9, ["links"])):
        pms, links = job("pms"), job("links", "reconcile", None, after_sync=True)
        line = JobQueue([pms, links])
        line.due(pms, T6)
        line.start(T6)
        line.finished("pms", code, T6)
        assert names(line) == expected, code


def test_a_stuck_source_does_not_keep_the_morning_list_back_for_ever(job: Job) -> None:
    stuck, morning = job("pms"), job("list", "delivery")
    line = JobQueue([stuck, morning], patience=timedelta(minutes=30))
    line.due(stuck, T6)
    line.start(T6)
    line.due(morning, T6)
    assert names(line, T6 + 30 * MINUTE) == []
    assert names(line, T6 + 31 * MINUTE) == ["list"]


def test_exit_codes_become_run_statuses() -> None:
    said = [status_of(code) for code in (0, 1, 2, 3, TIME_LIMIT, STOPPED, -9, 77)]
    assert said == ["succeeded", "partial", "failed", "skipped", "stalled", "interrupted", "failed", "failed"]
