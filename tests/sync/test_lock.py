"""Whose lock is it: owners that live, died, sleep, or whose process number went to another program."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from hub.clock import FixedClock
from hub.errors import Busy
from hub.model import TABLES
from hub.output.acts import StoredActs
from hub.store import Store
from hub.sync.lock import counts_as_alive, hold, process_alive

LOCK, OUT = TABLES["job_lock"], TABLES["outbound"]
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
JOB = {"practice_id": "main", "job": "sync pms"}


def _left_behind(store: Store, owner: str, heartbeat: datetime) -> None:
    with store.write() as connection:
        connection.execute(insert(LOCK).values(**JOB, owner=owner, fence=4, taken_at=heartbeat, heartbeat_at=heartbeat))


def _me(nonce: str = "00000000") -> str:
    """An owner of this machine whose number is taken by a process that runs: this one."""
    return f"{socket.gethostname()}/{os.getpid()}/{nonce}"


@pytest.mark.parametrize("age", [timedelta(days=9), timedelta(minutes=11), timedelta(days=-2)], ids=["old", "just old", "clock was set back"])
def test_a_reused_process_number_does_not_block_for_ever(store: Store, age: timedelta) -> None:
    _left_behind(store, _me(), NOW - age)
    with hold(store, "main", "sync pms", FixedClock(NOW)) as held:
        assert held.fence == 5


def test_a_live_owner_with_a_fresh_heartbeat_keeps_its_lock(store: Store) -> None:
    _left_behind(store, _me(), NOW - timedelta(minutes=9))
    with pytest.raises(Busy, match=rf"process {os.getpid()} since 14:51 UTC"), hold(store, "main", "sync pms", FixedClock(NOW)):
        pass


def test_the_day_is_told_when_it_is_not_today(plain_store: Store) -> None:
    midnight = datetime(2026, 3, 10, 0, 5, tzinfo=UTC)
    _left_behind(plain_store, _me(), midnight - timedelta(minutes=8))
    with pytest.raises(Busy, match="since 2026-03-09 23:57 UTC"), hold(plain_store, "main", "sync pms", FixedClock(midnight)):
        pass


def test_a_dead_owner_of_this_machine_is_followed_at_once_and_one_elsewhere_after_a_while(plain_store: Store) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    _left_behind(plain_store, f"{socket.gethostname()}/{gone.stdout.strip()}/x", NOW)
    with hold(plain_store, "main", "sync pms", FixedClock(NOW)):
        pass
    with plain_store.write() as connection:
        connection.execute(LOCK.update().values(owner="another-machine/1/x", heartbeat_at=NOW))
    with pytest.raises(Busy), hold(plain_store, "main", "sync pms", FixedClock(NOW + timedelta(minutes=10))):
        pass
    with hold(plain_store, "main", "sync pms", FixedClock(NOW + timedelta(minutes=11))):
        pass


def test_who_was_taken_over_writes_nothing_and_begins_no_act_outside(store: Store) -> None:
    with hold(store, "main", "delivery tasks", FixedClock(NOW)) as sleeper:
        acts = StoredActs(store, "main", "tasks", FixedClock(NOW), sleeper)
        acts.begin("1", {})
        later = FixedClock(NOW + timedelta(minutes=11))
        with hold(store, "main", "delivery tasks", later):
            with pytest.raises(Busy, match="took over"):
                acts.begin("2", {})
            acts.done("1", {"task": 7})  # it happened: the note of it is never lost
            with store.write() as connection, pytest.raises(Busy, match="took over"):
                sleeper.confirm(connection, NOW)
    with store.read() as connection:
        noted = {row.key: row.status for row in connection.execute(select(OUT.c.key, OUT.c.status))}
    assert noted == {"tasks:1": "sent"}


def test_this_process_lives_and_a_number_beyond_all_does_not() -> None:
    assert process_alive(os.getpid())
    assert not process_alive(2**31 - 1)


@pytest.mark.parametrize(
    ("opened", "refusal", "exit_code", "alive"),
    [(True, 0, 259, True), (True, 0, 1, False), (False, 5, 0, True), (False, 87, 0, False)],
    ids=["runs", "has ended", "runs under another account", "no such number"],
)
def test_what_windows_answers_about_a_number(opened: bool, refusal: int, exit_code: int, alive: bool) -> None:
    """ERROR_ACCESS_DENIED is 5, ERROR_INVALID_PARAMETER 87, STILL_ACTIVE 259 (learn.microsoft.com, OpenProcess)."""
    assert counts_as_alive(opened, refusal, exit_code) is alive
