"""`make_open_dental_practice`: the made-up practice kept in Open Dental, and the files of the systems around it;
`serve_practice`: the same with its API and a ready hub.toml."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from hub.demo.clearing_files import write_clearing
from hub.demo.config_file import write_config, write_keys
from hub.demo.lender_files import write_lender, write_stale
from hub.demo.open_dental.api_server import ApiServer
from hub.demo.open_dental.fill import everything
from hub.demo.open_dental.making import Making
from hub.demo.open_dental.office import OpenDental, office_of
from hub.demo.open_dental.sql_answers import SqlAnswers
from hub.demo.open_dental.story import tell
from hub.demo.planted import Planted

VERSION = "25.3"
RANDOM_KEYS = 0.05
KEYS = ("demo-developer", "demo-customer")


def make_open_dental_practice(folder: Path, *, patients: int, seed: int = 7, today: date) -> tuple[OpenDental, Planted]:
    """Write `folder`/sources/{clearinghouse,lender,...} and `folder`/planted.json; returns the office and what was planted.

    The practice system itself is no folder: serve the office with `ApiServer`. Deterministic. Raises ValueError for fewer
    than 300 patients.
    """
    m = tell(patients, seed, today, RANDOM_KEYS)
    office = office_of(m, VERSION)
    planted = everything(m)
    _write_others(m, folder / "sources")
    planted.write(folder / "planted.json")
    return office, planted


@contextmanager
def serve_practice(folder: Path, *, patients: int, seed: int = 7, today: date) -> Iterator[tuple[ApiServer, Planted]]:
    """Make it, and serve its API on site (no throttle, queries allowed) until the end of the `with`; write hub.toml and .env."""
    office, planted = make_open_dental_practice(folder, patients=patients, seed=seed, today=today)
    allowed = {"ReadAll", "Queries"}
    with ApiServer(office, permissions=allowed, mode="service", keys=KEYS, run_query=SqlAnswers(office)) as api:
        write_config(folder, today, "open_dental")
        write_keys(folder, api.keys, api.url)
        yield api, planted


def _write_others(m: Making, sources: Path) -> None:
    """The clearinghouse delivers what came electronically; the lender knows patients by their number in Open Dental."""
    on_paper = m.marks.unfinalized | m.marks.partial
    m.office.checks[:] = [check for check in m.office.checks if check.trace not in on_paper]
    m.lender.clients = {person: str(key) for person, key in m.keys.patients.items()}
    write_clearing(m.office, sources / "clearinghouse", sources / "clearinghouse_old")
    write_lender(m.lender, sources / "lender")
    write_stale(m.lender, sources / "lender_west", sources / "lender_north")
