"""The waiting line of a key across processes: one rate per key, whatever runs beside each other or one after the other."""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import respx

from connectors.open_dental.api.line_file import LineFile
from connectors.open_dental.api.throttle import Held, Throttle, line_of
from hub.demo.open_dental import OpenDental as Practice
from hub.demo.open_dental.api_server import ApiServer
from hub.errors import Unavailable
from tests.open_dental.api_fake import FakeApi, FakeTime, client_of

ROOT = Path(__file__).resolve().parents[2]


def lines(folder: Path, count: int) -> list[Throttle]:
    """The line of one key as so many processes have it: nothing shared but the file."""
    return [Throttle(file=LineFile(folder / "open_dental-key.line")) for _ in range(count)]


def test_processes_take_turns(tmp_path: Path) -> None:
    time, taken = FakeTime(), []
    for line in lines(tmp_path, 3) * 4:
        line.take(5.0, time.timer)
        taken.append(time.at)
    assert min(later - earlier for earlier, later in itertools.pairwise(taken)) >= 5.0


def test_a_process_that_starts_now_waits_for_the_last_request_of_the_one_before(tmp_path: Path) -> None:
    time = FakeTime()
    lines(tmp_path, 1)[0].take(5.0, time.timer)
    time.at += 2
    lines(tmp_path, 1)[0].take(5.0, time.timer)
    assert time.at >= 1005.0


def test_a_pause_that_one_process_was_told_holds_for_all(tmp_path: Path) -> None:
    time, (one, other) = FakeTime(), lines(tmp_path, 2)
    one.hold(30.0, time.timer)
    other.take(0.0, time.timer)
    assert time.at >= 1030.0


def test_a_long_pause_is_not_slept_through_but_left_to_a_later_run(tmp_path: Path) -> None:
    time, (one, other) = FakeTime(), lines(tmp_path, 2)
    one.hold(3600.0, time.timer)
    with pytest.raises(Held) as held:
        other.take(5.0, time.timer, longest=180.0)
    assert held.value.seconds == 3600.0 and time.slept == []
    with pytest.raises(Unavailable, match="HUB-U04") as raised:
        client_of(FakeApi(time=time), throttle=other).get("claims")
    assert raised.value.retry_after == 3600.0


@pytest.mark.parametrize("text", [b"", b"garbage", b"9e9 9e9 9e9", b"nan nan nan", b"900 1e300 1e300", b"\xff" * 80])
def test_a_file_of_another_start_of_the_machine_or_a_broken_one_stops_nobody(tmp_path: Path, text: bytes) -> None:
    """The steady clock begins anew with the machine: a file that was written later than now is from before."""
    time, (line,) = FakeTime(), lines(tmp_path, 1)
    (tmp_path / "open_dental-key.line").write_bytes(text)
    line.take(5.0, time.timer)
    assert time.at <= 1000.0 + 86_400
    if not text.startswith(b"900"):
        assert time.at == 1000.0


def test_without_a_folder_to_write_in_the_process_keeps_its_own_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    time, line = FakeTime(), Throttle(file=LineFile(tmp_path / "missing" / "key.line"))
    for _ in range(3):
        line.take(5.0, time.timer)
    assert time.at >= 1010.0 and caplog.text.count("cannot be used") == 1


def test_the_key_itself_stands_nowhere(tmp_path: Path) -> None:
    line = line_of("SECRET-CUSTOMER-KEY", tmp_path)
    line.take(0.01, FakeTime().timer)
    (path,) = tmp_path.iterdir()
    assert "SECRET" not in path.name and b"SECRET" not in path.read_bytes()
    assert line is line_of("SECRET-CUSTOMER-KEY", tmp_path) and line is not line_of("SECRET-CUSTOMER-KEY")
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


_ASK = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from connectors.open_dental.api import office
from connectors.open_dental.api.settings import ApiSettings
from hub.clock import FixedClock
from hub.contract import SourceContext
office.INTERVAL = {"free": 0.1}
url, folder = sys.argv[1:]
own = ApiSettings(developer_key="dev-key", customer_key="cust-key", remote_url=url)
ctx = SourceContext("main", "pms", "America/Chicago", own, FixedClock(datetime(2026, 3, 10, 17, tzinfo=UTC)), Path(), state_dir=Path(folder))
asked = office.make_office(ctx, own)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    asked.client.get("providers")
"""


def test_two_jobs_in_processes_of_their_own_keep_the_rate_of_one_key(office: Practice, tmp_path: Path) -> None:
    """Twenty requests each, one per tenth of a second together: the server's own record says when they came."""
    with ApiServer(office, mode="remote") as api:
        jobs = [
            subprocess.Popen([sys.executable, "-c", _ASK, api.url, str(tmp_path)], cwd=ROOT, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(2)
        ]  # fmt: skip
        for job in jobs:
            assert job.stdout is not None and job.stdout.readline() == "ready\n"
        for job in jobs:
            job.communicate("go\n", timeout=120)
        assert [job.returncode for job in jobs] == [0, 0]
        moments = sorted(seen.moment for seen in api.requests)
    apart = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert len(moments) == 40
    # A request may come late on a busy machine and the next on time: the whole says more than single gaps.
    assert statistics.median(apart) >= 0.09 and moments[-1] - moments[0] >= 0.1 * (len(apart) - 3)


def test_a_429_in_one_process_is_heard_in_the_next(tmp_path: Path) -> None:
    time, (one, other) = FakeTime(), lines(tmp_path, 2)
    api = FakeApi(time=time, rows={"claims": []}, faults=[httpx.Response(429, headers={"Retry-After": "3600"})])
    with respx.mock(assert_all_called=False) as router:
        api.mount(router)
        for line in (one, other):
            with pytest.raises(Unavailable, match="HUB-U04"):
                client_of(api, throttle=line).get("claims")
    assert len(api.asked) == 1


def test_who_waited_for_the_file_believes_what_was_written_meanwhile(tmp_path: Path) -> None:
    """The clock is asked when the file is ours: a pause that another process noted while we waited stands."""
    mine, other = LineFile(tmp_path / "x.line"), LineFile(tmp_path / "x.line")
    with other.exchange(lambda: 100.0027) as moments:
        moments.held_until = 3700.0
    with mine.exchange(lambda: 100.0027) as moments:
        assert moments.held_until == 3700.0, "written in the same millisecond"
    with other.exchange(lambda: 100.01) as moments:
        assert moments.held_until == 3700.0
