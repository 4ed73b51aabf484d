"""Families: guarantors, couples, children, twins, fathers and sons of one name, plans and second plans."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hub.demo.names import LAST_NAMES, MAIL_DOMAIN, MEN, MIDDLE_INITIALS, WOMEN
from hub.demo.payers import COMMERCIAL, PAYERS, Payer
from hub.demo.world import Coverage, Household, Person, World

_WEIGHTS = {"delta": 30, "guardwell": 20, "metroline": 16, "cygnet": 14, "unity": 12, "evergreen": 8}


def settle(world: World, patients: int) -> None:
    """Fill the world with about `patients` people, at least that many."""
    while len(world.people) < patients:
        _move_in(world, _household(world, PAYERS))


def _move_in(world: World, household: Household) -> None:
    world.households.append(household)
    world.untouched.append(household)
    world.people.extend(household.members)


def _household(world: World, payers: tuple[Payer, ...]) -> Household:
    rng, today, seen = world.rng, world.calendar.today, world.names
    last = rng.choice(LAST_NAMES)
    head = person(world, last, _first(rng, last, seen), _born(rng, today, 27, 78), seen_names=seen)
    members = [head]
    shape = rng.random()
    if shape > 0.38:
        members.append(_spouse(world, head, seen))
    if shape > 0.60 and head.birth.year > today.year - 56:
        members.extend(_children(world, head, seen))
    for member in members:
        member.guarantor_id, member.phone = head.id, head.phone
    _insure(world, members, payers)
    return Household(head, members)


def person(
    world: World, last: str, first: tuple[str, str], birth: date, *, seen_names: set[tuple[str, str]] | None = None
) -> Person:
    """A new person with a telephone number of the fiction range; guarantor of their own until told otherwise."""
    rng, number = world.rng, world.next("person")
    if seen_names is not None:
        seen_names.add((last, first[0]))
    made = Person(number, last, first[0], birth, rng.choice(MIDDLE_INITIALS), nickname=first[1], guarantor_id=number)
    made.phone = f"(555)555-01{rng.randrange(100):02d}"
    made.email = f"p{number}@{MAIL_DOMAIN}" if rng.random() < 0.8 else ""
    made.provider = rng.choice(("DDS1", "DDS2"))
    return made


def _first(rng: Random, last: str, seen: set[tuple[str, str]], avoid: tuple[str, ...] = ()) -> tuple[str, str]:
    """A first name; the same full name may come back as long as families can still be told apart by birth dates."""
    for _ in range(8):
        first = rng.choice(WOMEN if rng.random() < 0.52 else MEN)
        if first[0] not in avoid and (last, first[0]) not in seen:
            return first
    return next(name for name in WOMEN + MEN if name[0] not in avoid)


def _born(rng: Random, today: date, youngest: int, oldest: int) -> date:
    return today - timedelta(days=rng.randrange(youngest * 365 + 30, oldest * 365))


def _spouse(world: World, head: Person, seen: set[tuple[str, str]]) -> Person:
    rng = world.rng
    last = f"{head.last}-{rng.choice(LAST_NAMES)}" if rng.random() < 0.08 and "-" not in head.last else head.last
    birth = head.birth + timedelta(days=rng.randrange(-2500, 2500))
    return person(world, last, _first(rng, last, seen, (head.first,)), birth, seen_names=seen)


def _children(world: World, head: Person, seen: set[tuple[str, str]]) -> list[Person]:
    rng, today = world.rng, world.calendar.today
    children: list[Person] = []
    names = [head.first]
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        twin = bool(children) and rng.random() < 0.06
        birth = children[-1].birth if twin else _born(rng, today, 4, 17)
        first = _first(rng, head.last, seen, tuple(names))
        names.append(first[0])
        children.append(person(world, head.last, first, birth, seen_names=seen))
    if head.first in {man[0] for man in MEN} and rng.random() < 0.12:
        head.suffix = "Sr"
        children.append(person(world, head.last, (head.first, ""), _born(rng, today, 5, 16)))
        children[-1].suffix = "Jr"
    return children


def _insure(world: World, members: list[Person], payers: tuple[Payer, ...]) -> None:
    rng = world.rng
    if rng.random() < 0.18:
        return
    payer = rng.choices(payers, [_WEIGHTS[payer.key] for payer in payers])[0]
    for member in members:
        member.coverages.append(_coverage(rng, payer, members[0]))
    if len(members) > 1 and payer in COMMERCIAL and rng.random() < 0.22:
        second = rng.choice([other for other in COMMERCIAL if other is not payer])
        for member in members[1:]:
            member.coverages.append(_coverage(rng, second, members[1]))


def _coverage(rng: Random, payer: Payer, subscriber: Person) -> Coverage:
    known = next((c.member_id for c in subscriber.coverages if c.payer is payer), None)
    return Coverage(payer, known or f"{payer.key[0].upper()}{rng.randrange(10**8, 10**9)}", subscriber)


def take(
    world: World, *, payers: tuple[Payer, ...] | None = None, children: int = 0, pair: bool = False, alone: bool = False
) -> Household:
    """The next unused family of the wanted kind without second plan, its guarantor marked as used; when the practice has
    none left, one moves into town."""

    def fits(household: Household) -> bool:
        head = household.guarantor
        return (
            len(head.coverages) < 2 and (payers is None or head.payer in payers)
            and len(minors(world, household)) >= children and len(household.members) >= (2 if pair else 1)
            and (not alone or len(household.members) == 1)
        )  # fmt: skip

    found = next((household for household in world.untouched if fits(household)), None)
    if found is None:
        found = _household(world, payers or PAYERS)
        while not fits(found):
            found = _household(world, payers or PAYERS)
        _move_in(world, found)
    world.untouched.remove(found)
    found.guarantor.used = True
    return found


def minors(world: World, household: Household) -> list[Person]:
    today = world.calendar.today
    limit = date(today.year - 18, today.month, min(today.day, 28))
    return [member for member in household.members if member.birth > limit]
