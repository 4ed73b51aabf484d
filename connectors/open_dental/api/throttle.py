"""How often Open Dental may be asked: one shared waiting line per customer key, whoever in this process does the asking.

Headquarters count requests per customer key and suspend keys that ask too often (reference 2.4), so streams and sources
that use the same key stand in the same line. The line hands out moments; nobody holds a lock while waiting for his.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Seconds between two requests through headquarters, by what the office pays for. On site nothing is counted.
INTERVAL: dict[str, float] = {"free": 5.0, "paid": 1.0, "enterprise": 0.5}
# Requests that leave evenly may arrive unevenly: a little air, so that none arrives too early.
AIR = 1.05


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
    """The waiting line of one key."""

    free_at: float = 0.0
    held_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, interval: float, timer: Timer) -> None:
        """Wait for the next moment at which a request may leave, at least `interval` seconds after the one before.

        Without an interval (on site) nobody waits, except while the server asked for a pause.
        """
        with self._lock:
            mine = max(timer.now(), self.held_until, self.free_at if interval > 0 else 0.0)
            if interval > 0:
                self.free_at = mine + interval * AIR
        while (left := mine - timer.now()) > 0:  # a sleep may end early
            timer.wait(left)

    def hold(self, seconds: float, timer: Timer) -> None:
        """The server asked for a pause: everybody in the line waits, not only whoever was told."""
        with self._lock:
            self.held_until = max(self.held_until, timer.now() + seconds)
            self.free_at = max(self.free_at, self.held_until)


_LINES: dict[str, Throttle] = {}
_LINES_LOCK = threading.Lock()


def line_of(customer_key: str) -> Throttle:
    """The one line of this key in this process. The key itself is not kept."""
    name = hashlib.sha256(customer_key.encode()).hexdigest()
    with _LINES_LOCK:
        return _LINES.setdefault(name, Throttle())
