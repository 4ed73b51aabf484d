"""`make_practice`: a made-up dental practice as the files that its outside systems would deliver, and the truth about it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from hub.demo.claims import Office
from hub.demo.clearing_files import write_clearing
from hub.demo.exports import write_exports
from hub.demo.history import live
from hub.demo.households import settle
from hub.demo.lender import Lender, ordinary_business, western_business
from hub.demo.lender_files import write_lender, write_stale
from hub.demo.plant_care import plant_care
from hub.demo.plant_claims import plant_claims
from hub.demo.plant_health import plant_health
from hub.demo.plant_money import plant_money
from hub.demo.planted import Planted
from hub.demo.posting import post_all
from hub.demo.trap_care import trap_care
from hub.demo.world import Calendar, World
from hub.workdays import Workdays

SMALLEST = 300


def make_practice(folder: Path, *, patients: int = 2000, seed: int = 7, today: date) -> Planted:
    """Write `folder`/sources/{pms,clearinghouse,lender,...} and `folder`/planted.json; returns what planted.json holds.

    Deterministic: the same arguments give the same bytes and time stamps. The state is that of the evening before `today`
    (before the last working day, when `today` is none).
    Raises ValueError for fewer than 300 patients, too few to plant everything in.
    """
    if patients < SMALLEST:
        raise ValueError(f"the made-up practice needs at least {SMALLEST} patients")
    world = World(calendar_around(today), Random(seed))
    settle(world, patients)
    office, lender, planted = Office(world), Lender(world), Planted()
    count = max(3, patients // 200)
    plant_care(office, planted, count)
    trap_care(office, planted)
    plant_claims(office, planted, count)
    plant_money(office, lender, planted, count)
    plant_health(office, lender, planted, count)
    live(office)
    ordinary_business(lender)
    western_business(lender)
    post_all(office)
    _write(folder, office, lender, planted)
    return planted


def _write(folder: Path, office: Office, lender: Lender, planted: Planted) -> None:
    sources = folder / "sources"
    write_exports(office, sources / "pms")
    write_clearing(office, sources / "clearinghouse", sources / "clearinghouse_old")
    write_lender(lender, sources / "lender")
    write_stale(lender, sources / "lender_west", sources / "lender_north")
    planted.write(folder / "planted.json")


def calendar_around(today: date) -> Calendar:
    closed = tuple(day for year in range(today.year - 2, today.year + 2) for day in holidays(year))
    return Calendar(today, closed, Workdays(closures=closed))


def holidays(year: int) -> tuple[date, ...]:
    """New Year's Day, Independence Day, Thanksgiving and the day after, Christmas."""
    first = date(year, 11, 1)
    thanksgiving = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    return (date(year, 1, 1), date(year, 7, 4), thanksgiving, thanksgiving + timedelta(days=1), date(year, 12, 25))
