"""How the outside asks the service to end: SIGTERM (systemd), Ctrl-C (people, Windows wrappers), Ctrl-Break."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGINT", "SIGBREAK")


@contextmanager
def stopping_signals(stop: threading.Event) -> Iterator[None]:
    """Inside, those signals set `stop`; outside, whatever was there before. Main thread only."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        # Not set here: the main thread may be inside stop.wait() with the event's own lock in its hands.
        threading.Thread(target=stop.set, name="stop", daemon=True).start()

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
