"""What is wrong with the feeds themselves: DATA-IDENTITY and SYNC-STALE, and people who only look like doubles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hub.demo.claims import Office
from hub.demo.households import person, take
from hub.demo.lender import Lender, apply
from hub.demo.names import MEN
from hub.demo.plant_care import settled
from hub.demo.planted import Planted

IDENTITY, STALE = "DATA-IDENTITY", "SYNC-STALE"
STALE_DAYS = 9
STALE_SOURCES = {
    "lender-west": f"last report {STALE_DAYS} days ago",
    "lender-north": "set up, never delivered anything",
    "clearinghouse-old": "stopped delivering months ago",
}


def plant_health(office: Office, lender: Lender, planted: Planted, count: int) -> None:
    for turn in range(count):
        if turn % 3 == 2:
            _ambiguous_applicant(office, lender, planted, turn)
        else:
            _double(office, planted)
    _trap_namesakes(office, planted)
    for name, why in STALE_SOURCES.items():
        planted.item(STALE, name, 0, why)


def _double(office: Office, planted: Planted) -> None:
    """The same person entered twice; the second chart was never used."""
    world = office.world
    first = settled(office, take(world))
    number = world.next("person")
    second = replace(first, id=number, guarantor_id=number, coverages=[], email="", first_visit=None, last_visit=None, middle="")
    world.people.append(second)
    planted.item(IDENTITY, second.id, None, "two charts with one name and birth date", (first.id,))


def _ambiguous_applicant(office: Office, lender: Lender, planted: Planted, turn: int) -> None:
    """A lender's record without our reference whose name fits father and son."""
    world = office.world
    calendar = world.calendar
    senior = settled(office, take(world))
    senior.first, senior.nickname, senior.suffix = MEN[turn % len(MEN)][0], "", "Sr"
    junior = person(world, senior.last, (senior.first, ""), senior.birth + timedelta(days=26 * 365 + turn))
    junior.suffix, junior.used = "Jr", True
    world.people.append(junior)
    made = apply(
        lender, senior, senior, calendar.ago(6), "Approved", 150000 + 1000 * turn, expires_in=70, client_reference=False
    )
    planted.item(IDENTITY, made.reference, None, "applicant fits two of our patients", (senior.id, junior.id))


def _trap_namesakes(office: Office, planted: Planted) -> None:
    """Twins, and a grandmother and granddaughter of one name: nobody is entered twice."""
    world = office.world
    head = settled(office, take(world))
    names = [name for name in ("Imogen", "Harriet", "Ursula") if name != head.first]
    born = date(world.calendar.today.year - 9, 5, 17)
    for name in names[:2]:
        twin = person(world, head.last, (name, ""), born)
        twin.guarantor_id, twin.phone, twin.used = head.id, head.phone, True
        world.people.append(twin)
        planted.trap(IDENTITY, twin.id, "twins: one birth date, two children")
    younger = person(world, head.last, (head.first, ""), date(world.calendar.today.year - 22, 8, 4))
    younger.used = True
    world.people.append(younger)
    planted.trap(IDENTITY, younger.id, "one name, two generations")
