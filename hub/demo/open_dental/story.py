"""From the made-up practice to Open Dental's tables: the same people, visits, claims and money, told the way that system keeps them."""

from __future__ import annotations

from datetime import date
from random import Random

from hub.demo.claims import Office
from hub.demo.history import live
from hub.demo.households import settle
from hub.demo.lender import Lender, ordinary_business, western_business
from hub.demo.open_dental.builder import Builder
from hub.demo.open_dental.making import Making
from hub.demo.open_dental.plant_office import plant_office
from hub.demo.plant_care import plant_care
from hub.demo.plant_claims import plant_claims
from hub.demo.plant_health import plant_health
from hub.demo.plant_money import plant_money
from hub.demo.planted import Planted
from hub.demo.posting import post_all
from hub.demo.practice import SMALLEST, calendar_around
from hub.demo.trap_care import trap_care
from hub.demo.world import World


def tell(patients: int, seed: int, today: date, random_keys: float) -> Making:
    """The story of `hub demo` with what only Open Dental can show planted beside it; no table is filled yet.

    Raises ValueError for fewer than 300 patients, too few to plant everything in.
    """
    if patients < SMALLEST:
        raise ValueError(f"the made-up practice needs at least {SMALLEST} patients")
    world = World(calendar_around(today), Random(seed))
    settle(world, patients)
    office, lender = Office(world), Lender(world)
    m = Making(office, lender, Builder(Random(seed + 1), random_keys), Random(seed + 2), Planted())
    count = max(3, patients // 200)
    plant_care(office, m.planted, count)
    trap_care(office, m.planted)
    plant_claims(office, m.planted, count)
    plant_money(office, lender, m.planted, count)
    plant_health(office, lender, m.planted, count)
    plant_office(m, count)
    live(office)
    ordinary_business(lender)
    western_business(lender)
    post_all(office)
    m.preauths.extend(claim for claim in office.claims if claim.preauth)
    return m
