"""The whole loop, with jobs that take milliseconds and with the real stop signals."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.clock import FixedClock, SystemClock
from hub.schedule.health import read_health
from hub.schedule.jobs import ScheduledJob
from hub.schedule.serve import ServeOptions, serve
from hub.schedule.signals import stopping_signals
from hub.schedule.state import JobHistory
from hub.schedule.triggers import Schedule

NINE = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # 9:00 in Chicago
OLD = JobHistory(NINE - timedelta(days=3), NINE - timedelta(days=3), "succeeded")
Job = Callable[..., ScheduledJob]


class Launched:
    """Fake jobs: records starts and ends, and stops the service when `last` has ended."""

    def __init__(
        self, stop: threading.Event, last: str, codes: dict[str, int] | None = None, takes: float = 0.0
    ) -> None:
        self.stop, self.last, self.codes, self.takes = stop, last, codes or {}, takes
        self.order: list[str] = []

    def __call__(self, job: ScheduledJob) -> int:
        self.order.append(f"+{job.name}")
        time.sleep(self.takes)
        self.order.append(f"-{job.name}")
        if job.name == self.last:
            self.stop.set()
        return self.codes.get(job.name, 0)


def test_after_downtime_everything_runs_once_and_in_order(
    job: Job, memory_state: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    launched = Launched(stop, last="list", codes={"era": 1}, takes=0.05)
    state = memory_state(pms=OLD, era=OLD, list=OLD)
    jobs = [job("list", "delivery"), job("pms"), job("era"), job("links", "reconcile", None, after_sync=True)]
    with caplog.at_level(logging.INFO, "hub.serve"):
        serve(jobs, state, FixedClock(NINE), stop, launched, ServeOptions(health=tmp_path / "serve.json"))
    assert sorted(launched.order[:2]) == ["+era", "+pms"]
    assert launched.order[4:] == ["+links", "-links", "+list", "-list"]
    assert state.histories["era"].last_status == "partial"
    assert state.histories["list"].last_status == "succeeded"
    report = read_health(tmp_path / "serve.json")
    assert report is not None
    assert (report["state"], report["pid"], report["running"]) == ("stopped", os.getpid(), {})
    assert report["next"]["pms"] == "2026-11-22T12:00:00+00:00"  # type: ignore[index]
    assert report["last"]["era"]["status"] == "partial"  # type: ignore[index]
    assert "catching up once" in caplog.text


def test_a_schedule_rings_and_a_long_job_is_not_started_twice(
    job: Job, memory_state: Any, caplog: pytest.LogCaptureFixture
) -> None:
    stop, count = threading.Event(), []

    def launch(each: ScheduledJob) -> int:
        count.append(each.name)
        time.sleep(2.2)
        stop.set()
        return 0

    every_second = replace(job("pms"), schedule=Schedule("test", every=timedelta(seconds=1)))
    with caplog.at_level(logging.WARNING, "hub.serve"):
        serve([every_second], memory_state(pms=JobHistory(datetime.now(UTC), None, None)), SystemClock(), stop, launch)
    assert count == ["pms"]
    assert "still running since" in caplog.text


def test_one_job_that_breaks_stops_neither_the_others_nor_the_service(job: Job, memory_state: Any) -> None:
    stop = threading.Event()

    def launch(each: ScheduledJob) -> int:
        if each.name == "pms":
            raise RuntimeError("broken launcher")
        stop.set()
        return 0

    state = memory_state(pms=OLD, list=OLD)
    serve([job("pms"), job("list", "delivery")], state, FixedClock(NINE), stop, launch)
    assert state.histories["pms"].last_status == "failed"
    assert state.histories["list"].last_status == "succeeded"


def test_a_database_that_is_locked_does_not_end_the_service(job: Job) -> None:
    stop = threading.Event()

    class Locked:
        def history(self, name: str) -> JobHistory:
            return OLD

        def started(self, name: str, at: datetime) -> None:
            raise OSError("database is locked")

        def finished(self, name: str, at: datetime, status: str) -> None:
            raise OSError("database is locked")

    launched = Launched(stop, last="pms")
    serve([job("pms")], Locked(), FixedClock(NINE), stop, launched)
    assert launched.order == ["+pms", "-pms"]


def test_a_job_that_ignores_the_stop_delays_the_end_only_so_long(job: Job, memory_state: Any) -> None:
    stop, release = threading.Event(), threading.Event()

    def launch(each: ScheduledJob) -> int:
        stop.set()
        release.wait(20)
        return 0

    begun, state = time.monotonic(), memory_state(pms=OLD)
    serve([job("pms")], state, FixedClock(NINE), stop, launch, ServeOptions(stop_seconds=0.3))
    assert time.monotonic() - begun < 15
    assert state.histories["pms"].last_status == "interrupted"
    release.set()


def test_a_clock_set_back_by_an_hour_is_noticed_and_intervals_go_on(
    job: Job, memory_state: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SetBack:
        """Stands at nine; from the fourth look on at eight, then a quarter of an hour later."""

        def __init__(self) -> None:
            self.looks = 0

        def now(self) -> datetime:
            self.looks += 1
            if self.looks <= 3:
                return NINE
            return NINE - timedelta(hours=1) if self.looks <= 6 else NINE - timedelta(minutes=45)

    monkeypatch.setattr("hub.schedule.serve._LOOK_EVERY", 0.05)
    stop = threading.Event()
    launched = Launched(stop, last="pms")
    history = {"pms": JobHistory(NINE, NINE, "succeeded")}
    with caplog.at_level(logging.WARNING, "hub.serve"):
        serve(
            [job("pms", schedule="every 15 minutes")], memory_state(**history), SetBack(), stop, launched,
            ServeOptions(steady=lambda: 0.0),
        )  # fmt: skip
    assert "clock went back by 3600 s" in caplog.text
    assert launched.order == ["+pms", "-pms"]


_SERVICE = """
import sys, threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from hub.clock import SystemClock
from hub.schedule.children import ChildLauncher
from hub.schedule.instance import single_instance
from hub.schedule.jobs import ScheduledJob
from hub.schedule.serve import ServeOptions, serve
from hub.schedule.signals import stopping_signals
from hub.schedule.state import JobHistory
from hub.schedule.triggers import parse_schedule

class State:
    def history(self, name): return JobHistory()
    def started(self, name, at): pass
    def finished(self, name, at, status): print(name, status, flush=True)

folder = Path(sys.argv[1])
child = f"import os, time; open({str(folder / 'child')!r}, 'w').write(str(os.getpid()) + '.'); time.sleep(60)"
argv = (sys.executable, "-c", child)
job = ScheduledJob("pms", "sync", "main", "America/Chicago", argv, parse_schedule("every hour"))
stop = threading.Event()
with single_instance(folder, datetime.now(UTC)), stopping_signals(stop):
    serve([job], State(), SystemClock(), stop, ChildLauncher(stop, term_seconds=3), ServeOptions(folder / "serve.json"))
print("ended", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_stop_signal_ends_the_service_and_leaves_no_child(number: str, tmp_path: Path) -> None:
    service = subprocess.Popen([sys.executable, "-c", _SERVICE, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 50
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text().endswith("."):
        assert time.monotonic() < deadline, "the child did not start"
        time.sleep(0.05)
    child = int((tmp_path / "child").read_text()[:-1])
    service.send_signal(getattr(signal, number))
    said, _ = service.communicate(timeout=60)
    assert (service.returncode, said.splitlines()) == (0, ["pms interrupted", "ended"])
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    report = read_health(tmp_path / "serve.json")
    assert report is not None
    assert report["state"] == "stopped"


def test_signals_are_given_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    stop = threading.Event()
    with stopping_signals(stop):
        signal.raise_signal(signal.SIGINT)
        assert stop.wait(2.0)
    assert signal.getsignal(signal.SIGINT) is before
