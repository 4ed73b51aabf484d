"""How the outside asks the service or a command to end: SIGTERM (systemd), Ctrl-C (people, Windows wrappers), Ctrl-Break."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGINT", "SIGBREAK")


@contextmanager
def stopping_signals(stop: threading.Event, *, once: bool = False) -> Iterator[None]:
    """Inside, those signals set `stop`; outside, whatever was there before. `once`: after the first one Ctrl-C does that as
    well, so that the impatient end a command at once. Outside the main thread nothing is caught."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    owner = os.getpid()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if os.getpid() != owner:
            return  # a forked helper has a copy of `stop` that nobody reads; who forked it decides
        if once:
            # SIGTERM stays caught: systemd may send it to a job and to the service, which then asks its jobs in turn.
            put_back(n for n in before if n != signal.SIGTERM)
        # Not set here: the main thread may be inside stop.wait() with the event's own lock in its hands.
        threading.Thread(target=stop.set, name="stop", daemon=True).start()

    def put_back(numbers: Iterable[signal.Signals]) -> None:
        for number in numbers:
            signal.signal(number, before[number])

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        put_back(before)
