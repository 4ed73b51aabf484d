"""Cells that stand in other tables: found through the joins of a query, from lists fetched once a run.

`Joined` walks from a record to the records that a query's joins name. Small lists are fetched whole. Large ones too on
site; through headquarters their records are fetched one by one, and only so many: where that is not enough, the label is
left out for the page, which a mapping takes as "not known" and never as "empty".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.open_dental.api.faults import NotOffered, NotThere
from connectors.open_dental.api.office import Office
from connectors.open_dental.api.paging import Record
from connectors.open_dental.api.resources import RESOURCES, TABLES
from connectors.open_dental.shape import Join, Query

SMALL = frozenset({
    "carriers", "covcats", "insplans", "inssubs", "providers", "definitions", "procedurecodes", "referrals", "laboratories",
    "recalltypes", "operatories", "clinics", "userods",
})  # fmt: skip
# Lists whose records can be asked for by number, and since when (API pages of the resources).
SINGLE: dict[str, tuple[int, ...]] = {"patients": (), "claims": (23, 3, 11), "procedurelogs": (23, 3, 13)}
# Records fetched one by one for one page, and in one run.
FEW, FEW_IN_A_RUN = 25, 300
_EQUAL = re.compile(r"(\w+)\.(\w+) = (\w+)\.(\w+)(?: AND \S+ <> 0)?")
_PLAIN = re.compile(r"(\w+)\.(\w+)")
# Fields that another list needs of the large ones; the rest is not kept in memory.
_KEPT = {
    "patients": ("PatNum", "Guarantor", "FName", "LName"),
    "claims": ("ClaimNum", "PatNum"),
    "procedurelogs": (
        "ProcNum",
        "ProcStatus",
        "AptNum",
        "PlannedAptNum",
        "ProvNum",
        "CodeNum",
        "ToothNum",
        "Surf",
        "procCode",
    ),
    "payments": ("PayNum", "PayAmt", "PayType", "payType", "CheckNum"),
}


class NotKnown(Exception):
    """This page's records cannot be joined: too many to fetch, or a list that the office does not offer."""


@dataclass(slots=True)
class Names:
    """Records by number, for all streams of a run."""

    office: Office
    whole: dict[str, dict[str, Record]] = field(default_factory=dict)
    single: dict[str, dict[str, Record | None]] = field(default_factory=dict)
    grouped: dict[tuple[str, ...], dict[tuple[str, ...], list[Record]]] = field(default_factory=dict)
    fetched: int = 0

    def prepare(self, table: str, numbers: set[str]) -> None:
        """See to it that these records are at hand. Raises NotKnown."""
        name = TABLES.get(table, "")
        numbers = numbers - {"", "0"}
        if not name or not numbers:
            return
        try:
            if name in SINGLE and self.office.is_slow:
                self._fetch_each(name, numbers)
            elif name in SMALL or not self.office.is_slow:
                self._fetch_whole(name)
            else:
                raise NotKnown
        except (NotOffered, NotThere):
            raise NotKnown from None

    def find(self, table: str, number: str) -> Record:
        """The record; an empty one when there is none under that number."""
        name = TABLES.get(table, "")
        found = self.whole.get(name, {}).get(number) or self.single.get(name, {}).get(number)
        return found or {}

    def group(self, name: str, fields: tuple[str, ...]) -> dict[tuple[str, ...], list[Record]]:
        """A whole list by the values of some fields. Raises NotKnown where reading it whole is too dear."""
        if self.office.is_slow:
            raise NotKnown
        known = self.grouped.get((name, *fields))
        if known is None:
            known = self.grouped[(name, *fields)] = {}
            try:
                for page in self.office.listing(name, {}):
                    for one in page.records:
                        known.setdefault(tuple(str(one.get(each, "")) for each in fields), []).append(one)
            except (NotOffered, NotThere):
                raise NotKnown from None
        return known

    def children(self, name: str, filtered: str, number: str) -> list[Record]:
        """The records of a list under one parent. Raises NotKnown when this run has asked for enough of them."""
        known = self.grouped.setdefault((name, filtered), {})
        if (number,) not in known:
            if self.office.is_slow and self.fetched >= FEW_IN_A_RUN:
                raise NotKnown
            self.fetched += 1
            try:
                pages = self.office.listing(name, {filtered: number})
                known[(number,)] = [one for page in pages for one in page.records]
            except (NotOffered, NotThere):
                raise NotKnown from None
        return known[(number,)]

    def _fetch_whole(self, name: str) -> None:
        if name in self.whole:
            return
        kept, key = _KEPT.get(name), RESOURCES[name].key
        records: dict[str, Record] = {}
        for page in self.office.listing(name, {}):
            for one in page.records:
                records[str(one.get(key, ""))] = {each: one.get(each) for each in kept} if kept else one
        self.whole[name] = records

    def _fetch_each(self, name: str, numbers: set[str]) -> None:
        known = self.single.setdefault(name, {})
        missing = sorted(number for number in numbers if number not in known)
        if name in self.whole:
            return
        if self.office.version < SINGLE[name] or len(missing) > FEW or self.fetched + len(missing) > FEW_IN_A_RUN:
            raise NotKnown
        for number in missing:
            self.fetched += 1
            known[number] = self._one(name, number)

    def _one(self, name: str, number: str) -> Record | None:
        try:
            told = self.office.client.get(f"{name}/{number}")
        except NotThere:
            return None
        return told if isinstance(told, dict) else None


def names_of(office: Office) -> Names:
    """The one of this run: names are fetched once for all streams."""
    if not isinstance(office.names, Names):
        office.names = Names(office)
    return office.names


@dataclass(frozen=True, slots=True)
class Joined:
    """A record with the records that the joins of its query lead to, by alias ("t" is the record itself)."""

    by_alias: dict[str, Record]

    def __getitem__(self, alias: str) -> Record:
        return self.by_alias.get(alias, {})


def join_all(names: Names, query: Query, records: Sequence[Record], aliases: Sequence[str]) -> list[Joined]:
    """All records of a page with the records behind these aliases, in the order of `records`. Raises NotKnown."""
    joined = [Joined({"t": record}) for record in records]
    for join in _order(query, aliases):
        own, other, field_name = _sides(join)
        pairs = [(one, str(one[other].get(field_name) or "0")) for one in joined]
        names.prepare(join.table, {number for _, number in pairs})
        for one, number in pairs:
            one.by_alias[own] = names.find(join.table, number)
    return joined


def _order(query: Query, aliases: Sequence[str]) -> list[Join]:
    """The joins needed for these aliases, each behind the one it leans on. Raises NotKnown for one that is no plain key."""
    by_alias = {join.alias: join for join in query.joins}
    ordered: list[Join] = []

    def add(alias: str) -> None:
        join = by_alias.get(alias)
        if join is None or join in ordered:
            return
        add(_sides(join)[1])
        ordered.append(join)

    for alias in aliases:
        add(alias)
    return ordered


def _sides(join: Join) -> tuple[str, str, str]:
    """(own alias, alias it leans on, field there). Raises NotKnown unless it is `own.Key = other.Field`."""
    found = _EQUAL.fullmatch(join.on)
    resource = RESOURCES.get(TABLES.get(join.table, ""))
    if found is None or resource is None:
        raise NotKnown
    left, left_field, right, right_field = found.groups()
    if left != join.alias:
        left, left_field, right, right_field = right, right_field, left, left_field
    if left != join.alias or left_field != resource.key:
        raise NotKnown
    return left, right, right_field


def plain_cell(sql: str) -> tuple[str, str] | None:
    """`c.CarrierName` as its alias and field; None for any other expression."""
    found = _PLAIN.fullmatch(sql)
    return (found[1], found[2]) if found and found[1] != "t" else None
