"""Our reading beside a front desk at work: nobody waits for us, and a run without changes reads no whole table.

Real MariaDB, tables of type MyISAM, more than 100,000 procedures, 300,000 contacts. The front desk is a process of its own;
what its writes take without us is taken off, and a noisy machine gets one more try.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.open_dental.settings import OpenDentalSettings
from connectors.open_dental.sql.pull import pull
from connectors.open_dental.streams import BY_NAME
from hub.contract import Checkpoint, Rows, SourceContext
from hub.demo.open_dental import make_office
from tests.open_dental.front_desk import at_work, multiply, write_commlogs
from tests.open_dental.office.fixtures import TODAY, need_mariadb
from tests.open_dental.office.mariadb import Loaded, load
from tests.open_dental.sql_office import Hub

pytestmark = [pytest.mark.mariadb, pytest.mark.slow]

LONGEST_WAIT = 0.200  # seconds that a write may wait longer because of us
LARGE = ("procedures", "appointments", "claim_lines", "patients", "payments", "contacts")
BY_INDEX = ("procedures", "appointments", "claim_lines", "payments")  # their stamps are indexed


@pytest.fixture(scope="module")
def large() -> Iterator[Loaded]:
    need_mariadb()
    loaded = load(make_office(today=TODAY))
    counts = multiply(loaded, 40)
    assert counts["procedurelog"] > 100_000
    write_commlogs(loaded, 300_000)
    yield loaded
    loaded.close()


def context(loaded: Loaded, base: Path) -> tuple[SourceContext, OpenDentalSettings]:
    hub = Hub(None, base, loaded)  # type: ignore[arg-type]  # only for its settings
    own = OpenDentalSettings.model_validate(hub.source_settings())
    return SourceContext("main", "pms", "America/Chicago", own, hub.clock, base), own


def read(loaded: Loaded, base: Path, cursors: dict[str, dict[str, object]]) -> dict[str, int]:
    """Rows told per stream in one pass over the large tables; `cursors` are moved on."""
    told: dict[str, int] = {}
    for name in LARGE:
        ctx, own = context(loaded, base)
        told[name] = 0
        for part in pull(BY_NAME[name], cursors.get(name), ctx, own):
            if isinstance(part, Rows) and part.mapping is None:
                told[name] += len(part.rows)
            if isinstance(part, Checkpoint):
                cursors[name] = dict(part.cursor)
    return told


def longest_waits(loaded: Loaded, base: Path, cursors: dict[str, dict[str, object]]) -> tuple[float, float, int]:
    """Longest wait of a write in a few seconds without us, and beside a pass, in seconds; how many writes that was."""
    with at_work(loaded) as alone:
        time.sleep(3)
    with at_work(loaded) as beside:
        read(loaded, base, cursors)
    return max(alone.waits), max(beside.waits), len(beside.waits)


@pytest.mark.parametrize("told", ["a first load", "a look for changes"])
def test_no_write_waits_for(large: Loaded, tmp_path: Path, told: str) -> None:
    """Not for the first load, and not for the passes of every half hour, which look through 300,000 contacts for young ones."""
    known: dict[str, dict[str, object]] = {}
    if told == "a look for changes":
        read(large, tmp_path, known)
    tries = []
    for _ in range(2):
        alone, beside, writes = longest_waits(large, tmp_path, {name: dict(cursor) for name, cursor in known.items()})
        tries.append(beside - alone)
        print(f"longest write: alone {alone * 1000:.0f} ms, during {told} {beside * 1000:.0f} ms, {writes} writes")
        assert writes > 50
        if tries[-1] <= LONGEST_WAIT:
            return
    assert min(tries) <= LONGEST_WAIT


def rows_read(loaded: Loaded) -> int:
    """Rows that the server has handed to all statements so far."""
    names = "'Handler_read_key','Handler_read_next','Handler_read_rnd','Handler_read_rnd_next','Handler_read_first','Handler_read_prev'"
    return sum(int(row[1]) for row in loaded.query(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({names})"))


def test_a_run_without_changes_reads_only_what_is_young(large: Loaded, tmp_path: Path) -> None:
    """The stamps of procedures, visits, claim lines and splits are indexed: nothing of a table is looked through."""
    cursors: dict[str, dict[str, object]] = {}
    ctx, own = context(large, tmp_path)
    for table in ("procedurelog", "appointment", "claimproc", "paysplit", "payment", "adjustment"):
        stamp = large.office.schema[table].stamp
        large.query(f"UPDATE `{table}` SET `{stamp}` = '2026-01-05 10:00:00'")
    first = read(large, tmp_path, cursors)
    assert first["procedures"] > 100_000
    read_before = rows_read(large)
    told = dict.fromkeys(BY_INDEX, 0)
    for name in BY_INDEX:
        for part in pull(BY_NAME[name], cursors[name], ctx, own):
            told[name] += len(part.rows) if isinstance(part, Rows) and part.mapping is None else 0
    looked_at = rows_read(large) - read_before
    assert told == dict.fromkeys(BY_INDEX, 0)
    print(f"rows looked at without changes: {looked_at} of {sum(first.values())}")
    assert looked_at < 20_000
