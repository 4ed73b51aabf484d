"""Who does a job. One lock row per (practice, job) with an owner, a heartbeat and a fence.

A dead owner's lock is taken over: at once when it ran on this machine and no process has its number any more, else when
its heartbeat is old (the number may have gone to another program, as happens after every power failure). Every data
transaction begins with `Hold.confirm`: an owner that slept through a takeover finds another fence and cannot commit.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.clock import Clock
from hub.errors import Busy
from hub.model import TABLES
from hub.store import Store

_LOCK = TABLES["job_lock"]
STALE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Hold:
    """A lock that this process holds."""

    practice_id: str
    job: str
    owner: str
    fence: int

    def confirm(self, connection: Connection, now: datetime) -> None:
        """Beat the heart inside the transaction that writes. Raises Busy when somebody else took over."""
        mine = (_LOCK.c.practice_id == self.practice_id) & (_LOCK.c.job == self.job) & (_LOCK.c.fence == self.fence)
        beat = connection.execute(update(_LOCK).where(mine, _LOCK.c.owner == self.owner).values(heartbeat_at=now))
        if beat.rowcount != 1:
            raise Busy("HUB-J12", f"another process took over {self.job}; this one stops without writing")


@contextmanager
def hold(store: Store, practice_id: str, job: str, clock: Clock) -> Iterator[Hold]:
    """Take the lock or raise Busy naming the holder; give it back on leaving."""
    taken = _take(store, practice_id, job, clock.now())
    try:
        yield taken
    finally:
        _release(store, taken)


def _take(store: Store, practice_id: str, job: str, now: datetime) -> Hold:
    owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    where = (_LOCK.c.practice_id == practice_id) & (_LOCK.c.job == job)
    with store.write() as connection:
        held = connection.execute(select(_LOCK).where(where).with_for_update()).first()
        if held is None:
            values = {"practice_id": practice_id, "job": job, "owner": owner, "fence": 1}
            try:
                connection.execute(insert(_LOCK).values(**values, taken_at=now, heartbeat_at=now))
            except IntegrityError:  # both saw no row yet; the other one was first
                raise Busy("HUB-J11", f"{job} was just begun by another process; wait for it") from None
            return Hold(practice_id, job, owner, 1)
        if held.owner and not _dead(held.owner, held.heartbeat_at, now):
            raise Busy(
                "HUB-J11",
                f"{job} is being done by process {_pid(held.owner)} since {_since(held.taken_at, now)} UTC; wait or stop it",
            )
        fence = int(held.fence) + 1
        connection.execute(update(_LOCK).where(where).values(owner=owner, fence=fence, taken_at=now, heartbeat_at=now))
    return Hold(practice_id, job, owner, fence)


def _release(store: Store, held: Hold) -> None:
    where = (_LOCK.c.practice_id == held.practice_id) & (_LOCK.c.job == held.job)
    with store.write() as connection:
        connection.execute(update(_LOCK).where(where, _LOCK.c.owner == held.owner).values(owner=""))


def _pid(owner: str) -> str:
    return owner.split("/")[1] if owner.count("/") == 2 else "?"


def _since(taken: datetime, now: datetime) -> str:
    return f"{taken:%H:%M}" if taken.date() == now.date() else f"{taken:%Y-%m-%d %H:%M}"


def _dead(owner: str, heartbeat: datetime, now: datetime) -> bool:
    host, pid, _nonce = ([*owner.split("/"), "", ""])[:3]
    if host == socket.gethostname() and pid.isdigit() and not process_alive(int(pid)):
        return True
    # A heartbeat of the future is as worthless as an old one: the clock was set back since.
    return abs(now - heartbeat) > STALE_AFTER


def counts_as_alive(opened: bool, refusal: int, exit_code: int) -> bool:
    """What Windows answers about a process number, judged: `refusal` is the error of a refused look (5: it is there, but
    belongs to another account), `exit_code` that of an opened process (259: it has none yet)."""
    return exit_code == 259 if opened else refusal == 5


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def process_alive(pid: int) -> bool:
        """Does a process of this number run on this machine? A number taken by another program counts as alive."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = kernel.OpenProcess(wintypes.DWORD(0x1000), False, wintypes.DWORD(pid))
        if not handle:
            return counts_as_alive(False, ctypes.get_last_error(), 0)
        code = wintypes.DWORD()
        try:
            kernel.GetExitCodeProcess(wintypes.HANDLE(handle), ctypes.byref(code))
        finally:
            kernel.CloseHandle(wintypes.HANDLE(handle))
        return counts_as_alive(True, 0, code.value)
else:

    def process_alive(pid: int) -> bool:
        """Does a process of this number run on this machine? A number taken by another program counts as alive."""
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            return True
        return True
