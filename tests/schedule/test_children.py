"""Real child processes: their limits, their output, and that nothing of them is left."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.schedule.children import ChildLauncher
from hub.schedule.jobs import STOPPED, TIME_LIMIT, ScheduledJob

PythonJob = Callable[..., ScheduledJob]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of POSIX")


def launcher(lines: list[str] | None = None, stop: threading.Event | None = None, term: float = 5.0) -> ChildLauncher:
    said = lines if lines is not None else []
    return ChildLauncher(stop or threading.Event(), term_seconds=term, log=said.append)


def is_running(pid: int) -> bool:
    """A zombie counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def written(path: Path) -> int:
    """Wait for a child to write its process id."""
    deadline = time.monotonic() + 50
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("."):
            return int(path.read_text()[:-1])
        time.sleep(0.02)
    raise AssertionError("the child did not start")


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_the_exit_code_comes_back(code: int, python_job: PythonJob) -> None:
    assert launcher()(python_job(f"raise SystemExit({code})")) == code


def test_output_becomes_log_lines_with_the_jobs_name(python_job: PythonJob) -> None:
    lines: list[str] = []
    text = "import sys; print('read 12 rows'); print('a\\x1b[31m\\rb', file=sys.stderr); sys.stdout.write('x' * 5000)"
    assert launcher(lines)(python_job(text)) == 0
    assert lines[0] == "pms: read 12 rows"
    assert "pms: a [31m b" in lines
    assert max(map(len, lines)) <= 2000 + len("pms: ")
    assert sum(line.count("x") for line in lines) == 5000


def test_a_program_that_is_not_there_could_not_start(job: Callable[..., ScheduledJob]) -> None:
    assert launcher()(job("pms", argv=("no-such-program-anywhere",))) == 2


def test_a_child_over_its_time_limit_is_ended(python_job: PythonJob) -> None:
    begun = time.monotonic()
    assert launcher()(python_job("import time; time.sleep(60)", time_limit=0.3)) == TIME_LIMIT
    assert time.monotonic() - begun < 30


@posix
def test_a_child_that_ignores_the_request_is_killed_with_all_its_children(
    tmp_path: Path, python_job: PythonJob
) -> None:
    note = tmp_path / "pid"
    text = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal, time;"
        " signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)']);"
        f"open({str(note)!r}, 'w').write(str(child.pid) + '.'); time.sleep(60)"
    )
    assert launcher(term=0.3)(python_job(text, time_limit=1.5)) == TIME_LIMIT
    assert gone_within(written(note), 3.0)


@posix
def test_what_a_child_leaves_behind_is_ended_with_it(tmp_path: Path, python_job: PythonJob) -> None:
    note = tmp_path / "pid"
    text = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(note)!r}, 'w').write(str(child.pid) + '.')"
    )
    begun = time.monotonic()
    assert launcher()(python_job(text)) == 0
    assert time.monotonic() - begun < 40  # the left-behind one held the output open
    assert gone_within(written(note), 3.0)


@posix
def test_on_stop_the_child_may_finish_politely(tmp_path: Path, python_job: PythonJob) -> None:
    note, stop, codes = tmp_path / "pid", threading.Event(), []
    text = (
        "import os, signal, sys, time\n"
        "def end(number, frame):\n"
        f"    open({str(tmp_path / 'polite')!r}, 'w').close(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(note)!r}, 'w').write(str(os.getpid()) + '.')\n"
        "time.sleep(60)"
    )
    thread = threading.Thread(target=lambda: codes.append(launcher(stop=stop)(python_job(text))))
    thread.start()
    child = written(note)
    stop.set()
    thread.join(10)
    assert codes == [STOPPED]
    assert (tmp_path / "polite").exists()
    assert not is_running(child)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="address-space limits are set on Linux only")
def test_a_child_cannot_take_more_memory_than_its_limit(python_job: PythonJob) -> None:
    text = (
        "import mmap, sys, time; time.sleep(0.3)\ntry:\n    mmap.mmap(-1, 900 << 20)\nexcept OSError:\n    sys.exit(7)"
    )
    assert launcher()(python_job(text, memory_mb=400)) == 7
    assert launcher()(python_job(text, memory_mb=None)) == 0


@posix
def test_a_killed_child_reports_the_signal(python_job: PythonJob) -> None:
    assert launcher()(python_job("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")) == -9


@posix
def test_a_stop_that_hits_the_child_first_counts_as_a_stop(python_job: PythonJob) -> None:
    """systemd with KillMode=control-group, or a shutting-down system, signals every process at once."""
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    assert launcher(stop=stop)(python_job("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")) == STOPPED
