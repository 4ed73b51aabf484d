"""The waiting line of a key as all processes of the hub see it: one small file in the hub's own folder.

`hub serve` runs each job in a process of its own, while Open Dental counts by key. The file holds moments of the system's
steady clock, which all processes of a machine share and nobody can set. It starts anew with the machine: a file that was
written later than "now" is from before that, and says nothing. A file that cannot be used costs only the sharing; whoever
asks too often is told so by the server (429) and waits.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LOG = logging.getLogger("hub.open_dental")
_LENGTH = 80  # always written whole and in one go, so that a kill leaves the old text or the new one
_PATIENCE, _PAUSE = 10.0, 0.005
_FARTHEST = 86_400.0  # nobody is asked to wait longer than a day
_FAR_BYTE = 1 << 30  # Windows locks keep others from reading the locked bytes: lock one that nobody reads


@dataclass(slots=True)
class Moments:
    """`free_at`: from when on the next request may leave; `held_until`: until when the server wants to be left alone.
    Seconds of the steady clock."""

    free_at: float = 0.0
    held_until: float = 0.0


@dataclass(slots=True)
class LineFile:
    """`path` is made when it is not there, for the hub's own account only."""

    path: Path
    _complained: bool = False

    @contextmanager
    def exchange(self, clock: Callable[[], float]) -> Iterator[Moments]:
        """What the others left; what stands in it at the end is left to them. Never raises: without the file the moments
        are empty and stay here.

        The clock is asked once the file is ours: another process may have written while this one waited for it.
        """
        moments, number = Moments(), self._open()
        now = clock()
        try:
            if number is not None:
                moments = _read(number, now)
            yield moments
            if number is not None:
                _write(number, moments, now)
        finally:
            if number is not None:
                os.close(number)  # gives the lock back, too

    def _open(self) -> int | None:
        """The file, locked."""
        number = None
        try:
            number = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            until = time.monotonic() + _PATIENCE
            while not _locked(number):
                if time.monotonic() >= until:
                    raise TimeoutError
                time.sleep(_PAUSE)
            return number
        except OSError as error:
            if number is not None:
                os.close(number)
            if not self._complained:
                self._complained = True
                _LOG.warning(
                    "%s in the data folder cannot be used (%s): requests of several jobs at once may come too often for Open"
                    " Dental; check the rights of the data folder", self.path.name, type(error).__name__,
                )  # fmt: skip
            return None


def _read(number: int, now: float) -> Moments:
    try:
        os.lseek(number, 0, os.SEEK_SET)
        written, free_at, held_until = map(float, os.read(number, _LENGTH).split())
    except (OSError, ValueError):
        return Moments()
    if not written <= now:  # the machine was started since
        return Moments()
    return Moments(*(min(each, now + _FARTHEST) for each in (free_at, held_until)))


def _write(number: int, moments: Moments, now: float) -> None:
    written = math.floor(now * 1000) / 1000  # rounded up it would lie ahead of whoever reads it next
    text = f"{written:.3f} {moments.free_at:.3f} {moments.held_until:.3f}".ljust(_LENGTH).encode()
    try:
        os.lseek(number, 0, os.SEEK_SET)
        os.write(number, text)
    except OSError:
        return  # a full disk: the next one starts where the last one that could write left


if sys.platform == "win32":
    import msvcrt

    def _locked(number: int) -> bool:
        os.lseek(number, _FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
