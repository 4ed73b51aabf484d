"""Each job in a child process of its own: limits, its output in our log, and nothing of it left when it ends.

A job that leaks, hangs or crashes takes nothing down with it. Correctness never rests on a polite end: the child's
transactions see to that; stopping kindly only saves work.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from hub.schedule.jobs import STOPPED, TIME_LIMIT, ScheduledJob

_LOG = logging.getLogger("hub.serve")
_LOOK_EVERY = 0.1
_LONGEST_LINE = 2000
_NOT_STARTED = 2
# A stop of the whole system, or of systemd's control group, may reach the child before it reaches us.
_STOP_FOLLOWS = 1.0
_ENDED_BY_CTRL_C = 0xC000013A  # Windows: STATUS_CONTROL_C_EXIT


class ChildLauncher:
    """Runs a job's `argv` to its end and returns its exit code; may be called from several threads at once.

    `stop` ends every child: asked first, killed after `term_seconds`. Codes beyond the child's own: TIME_LIMIT,
    STOPPED, 2 when it cannot be started, negative signal numbers when it was killed from outside.
    """

    def __init__(
        self,
        stop: threading.Event,
        term_seconds: float = 15.0,
        log: Callable[[str], None] | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stop = stop
        self._term_seconds = term_seconds
        self._log = log or _LOG.info
        self._steady = steady

    def __call__(self, job: ScheduledJob) -> int:
        try:
            child = _start(job)
        except OSError as error:
            _LOG.error("HUB-J04 %s: could not be started (%s); check the installation", job.name, type(error).__name__)
            return _NOT_STARTED
        reader = threading.Thread(target=self._read, args=(job.name, child.stdout), daemon=True)
        reader.start()
        try:
            _limit_memory(child, job)
            return self._wait(child, job)
        finally:
            # Also after a normal end: what the child started and left behind belongs to the job.
            kill_tree(child)
            reader.join(timeout=2.0)

    def _wait(self, child: subprocess.Popen[bytes], job: ScheduledJob) -> int:
        deadline = self._steady() + job.time_limit
        while True:
            try:
                code = child.wait(timeout=_LOOK_EVERY)
                return STOPPED if _was_signalled(code) and self._stop.wait(_STOP_FOLLOWS) else code
            except subprocess.TimeoutExpired:
                if self._stop.is_set():
                    return self._end(child, STOPPED)
                if self._steady() >= deadline:
                    _LOG.warning(
                        "HUB-J05 %s: still running after its time limit of %.0f s, so it was ended; the next run goes "
                        "on from its last checkpoint", job.name, job.time_limit,
                    )  # fmt: skip
                    return self._end(child, TIME_LIMIT)

    def _end(self, child: subprocess.Popen[bytes], code: int) -> int:
        ask_to_stop(child)
        try:
            child.wait(timeout=self._term_seconds)
        except subprocess.TimeoutExpired:
            kill_tree(child)
        return code

    def _read(self, name: str, stream: IO[bytes] | None) -> None:
        """Bounded pieces, so that a child that never ends its line cannot fill the memory."""
        assert stream is not None
        try:
            while piece := stream.readline(_LONGEST_LINE):
                line = "".join(c if c.isprintable() else " " for c in piece.decode("utf-8", "replace")).strip()
                if line:
                    self._log(f"{name}: {line}")
        except (OSError, ValueError):
            return  # the pipe was closed under us: the child is gone
        finally:
            stream.close()


def _start(job: ScheduledJob) -> subprocess.Popen[bytes]:
    """In its own group (POSIX: session), so that the whole tree can be ended and a Ctrl-C of ours does not hit it."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        list(job.argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        creationflags=flags,
        start_new_session=sys.platform != "win32",
    )


def _was_signalled(code: int) -> bool:
    return code < 0 or code == _ENDED_BY_CTRL_C


def _limit_memory(child: subprocess.Popen[bytes], job: ScheduledJob) -> None:
    """Address space, Linux only. From outside: code between fork and exec is not safe in a process with threads."""
    if job.memory_mb is None or not sys.platform.startswith("linux"):
        return
    import resource

    size = job.memory_mb * 1024 * 1024
    try:
        resource.prlimit(child.pid, resource.RLIMIT_AS, (size, size))
    except ProcessLookupError:
        return  # it has ended already
    except (OSError, ValueError) as error:
        _LOG.warning("%s: runs without its memory limit (%s)", job.name, type(error).__name__)


if sys.platform == "win32":

    def ask_to_stop(child: subprocess.Popen[bytes]) -> None:
        """Ctrl-Break to the child's group: the only request that Windows can send."""
        try:
            child.send_signal(signal.CTRL_BREAK_EVENT)
        except OSError:
            return

    def kill_tree(child: subprocess.Popen[bytes]) -> None:
        """End the child and its children at once; harmless when they are gone."""
        if child.poll() is not None:
            return
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(child.pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=10,
        )  # fmt: skip
        child.kill()
        child.wait(timeout=10)
else:

    def ask_to_stop(child: subprocess.Popen[bytes]) -> None:
        """SIGTERM to the whole group."""
        _signal_group(child.pid, signal.SIGTERM)

    def kill_tree(child: subprocess.Popen[bytes]) -> None:
        """End the child and its children at once; harmless when they are gone."""
        _signal_group(child.pid, signal.SIGKILL)
        child.wait(timeout=10)

    def _signal_group(group: int, number: signal.Signals) -> None:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            return  # no member is left (macOS answers "not permitted" for a group of zombies)
