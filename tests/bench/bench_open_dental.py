"""Open Dental in SQL mode: a first load and a run without changes, beside the same SELECTs fetched with the driver alone.

Needs a MariaDB server as the tests do. Large tables only, more than 100,000 procedures, type MyISAM, plain SQLite store.
"""

from __future__ import annotations

import tempfile
import time
from datetime import date
from pathlib import Path

from connectors.open_dental.render import select_page
from connectors.open_dental.sql.office import version_of
from connectors.open_dental.sql.server import Server
from connectors.open_dental.streams import BY_NAME
from hub.demo.open_dental import make_office
from tests.open_dental.front_desk import multiply
from tests.open_dental.office.mariadb import Loaded, connect, load
from tests.open_dental.sql_office import Hub
from tests.open_dental.three_ways import new_store

STREAMS = ("patients", "appointments", "procedures", "claim_lines", "payments")


def floor(loaded: Loaded) -> tuple[int, float]:
    """Rows and seconds of the same SELECTs in pages of 5000 with PyMySQL, thrown away."""
    connection = connect(loaded.name, *loaded.reader)
    version, rows, began = version_of(Server(connection, "bench")), 0, time.perf_counter()
    with connection.cursor() as cursor:
        for name in STREAMS:
            query, after = BY_NAME[name], -(2**63)
            while True:
                cursor.execute(f"{select_page(query, version)} AND t.{query.key} > {after} ORDER BY t.{query.key} LIMIT 5000")
                page = cursor.fetchall()
                rows += len(page)
                if len(page) < 5000:
                    break
                after = int(page[-1][0])
    took = time.perf_counter() - began
    connection.close()
    return rows, took


def run(copies: int = 40) -> None:
    """Print rows/s of the floor, of a first load and of a run without changes."""
    loaded = load(make_office(today=date(2026, 3, 10)))
    try:
        multiply(loaded, copies)
        with tempfile.TemporaryDirectory() as folder:
            rows, base = floor(loaded)
            store = new_store(Path(folder))
            hub = Hub(store, Path(folder), loaded)
            steps = {}
            for step in ("first", "again"):
                began = time.perf_counter()
                result = hub.sync(*STREAMS)
                steps[step] = time.perf_counter() - began
                assert result.status == "succeeded", result
            store.close()
    finally:
        loaded.close()
    print(f"open_dental sql first   floor {rows / base:9,.0f} rows/s   hub {rows / steps['first']:9,.0f} rows/s   ratio {base / steps['first']:5.2f}")
    print(f"open_dental sql again   {rows:,} rows there, no change: {steps['again']:.1f} s ({rows / steps['again']:,.0f} rows/s)")
