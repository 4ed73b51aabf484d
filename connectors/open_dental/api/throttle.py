"""How often Open Dental may be asked: one waiting line per customer key, whoever does the asking, in whatever process.

Headquarters count requests per customer key and suspend keys that ask too often (reference 2.4), so streams, sources and
deliveries that use the same key stand in the same line; jobs in processes of their own meet in a file (`line_file`). The
line hands out moments; nobody holds a lock while waiting for his.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.open_dental.api.line_file import LineFile

# Seconds between two requests through headquarters, by what the office pays for. On site nothing is counted.
INTERVAL: dict[str, float] = {"free": 5.0, "paid": 1.0, "enterprise": 0.5}
# Requests that leave evenly may arrive unevenly: a little air, so that none arrives too early.
AIR = 1.05


class Held(Exception):
    """The server wants to be left alone for longer than the caller would wait: `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} seconds")
        self.seconds = seconds


class Stopped(Exception):
    """The hub is shutting down: not a failure. Listings end without their final checkpoint."""


@dataclass(frozen=True, slots=True)
class Timer:
    """The passing of time in seconds. `sleep` returns truth when the hub wants to stop."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep

    def wait(self, seconds: float) -> None:
        """Sleep; raise Stopped when the hub wants to stop."""
        if seconds > 0 and self.sleep(seconds) is True:
            raise Stopped


@dataclass(slots=True)
class Throttle:
    """The waiting line of one key. `file` is where other processes stand in the same line."""

    free_at: float = 0.0
    held_until: float = 0.0
    file: LineFile | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, interval: float, timer: Timer, longest: float = math.inf) -> None:
        """Wait for the next moment at which a request may leave, at least `interval` seconds after the one before.

        Without an interval (on site) nobody waits, except while the server asked for a pause. Raises Held when that is
        longer than `longest` seconds.
        """
        with self._lock, self._shared(timer):
            now = timer.now()
            if self.held_until - now > longest:
                raise Held(self.held_until - now)
            mine = max(now, self.held_until, self.free_at if interval > 0 else 0.0)
            if interval > 0:
                self.free_at = mine + interval * AIR
        while (left := mine - timer.now()) > 0:  # a sleep may end early
            timer.wait(left)

    def hold(self, seconds: float, timer: Timer) -> None:
        """The server asked for a pause: everybody in the line waits, not only whoever was told."""
        with self._lock, self._shared(timer):
            self.held_until = max(self.held_until, timer.now() + seconds)
            self.free_at = max(self.free_at, self.held_until)

    @contextmanager
    def _shared(self, timer: Timer) -> Iterator[None]:
        """Learn how far the line is in other processes; tell them how far it is here."""
        if self.file is None:
            yield
            return
        with self.file.exchange(timer.now) as told:
            self.free_at, self.held_until = max(self.free_at, told.free_at), max(self.held_until, told.held_until)
            try:
                yield
            finally:
                told.free_at, told.held_until = self.free_at, self.held_until


_LINES: dict[tuple[str, Path | None], Throttle] = {}
_LINES_LOCK = threading.Lock()


def line_of(customer_key: str, folder: Path | None = None) -> Throttle:
    """The one line of this key; with the hub's own folder that of all its processes. The key itself is not kept."""
    name = hashlib.sha256(customer_key.encode()).hexdigest()
    with _LINES_LOCK:
        if (name, folder) not in _LINES:
            file = LineFile(folder / f"open_dental-{name[:16]}.line") if folder is not None else None
            _LINES[name, folder] = Throttle(file=file)
        return _LINES[name, folder]
