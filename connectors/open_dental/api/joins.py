"""Cells that stand in other tables: found through the joins of a query, from lists fetched once a run.

`Joined` walks from a record to the records that a query's joins name. Small lists are fetched whole. Of large ones the
records are asked for by number while few are missing; beyond that the list is read whole on site, and through headquarters
the label is left out for the page, which a mapping takes as "not known" and never as "empty". A label without which a
record cannot be taken at all (`needed`) is looked up whatever it costs: the time that a stream may take bounds it, and the
next run goes on behind the last page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
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
# Large lists whose records can be listed by patient.
BY_PATIENT = frozenset({"procedurelogs", "payments"})
# Requests for single records (or patients) for one page, and in one run: through headquarters, and on site, where a page
# is ten times as long and the whole list of a large office hundreds of requests (reference 12.10).
FEW, FEW_IN_A_RUN = 25, 300
FEW_ON_SITE, FEW_IN_A_RUN_ON_SITE = 200, 2000
# Parents whose children are remembered at a time.
MOST_PARENTS = 500
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

    def prepare(
        self, table: str, numbers: set[str], needed: bool = False, patients: AbstractSet[str] = frozenset()
    ) -> None:
        """See to it that these records, which belong to these patients, are at hand. Raises NotKnown."""
        name = TABLES.get(table, "")
        numbers = numbers - {"", "0"}
        if not name or not numbers:
            return
        try:
            if name in SMALL or name in self.whole:
                self._fetch_whole(name)
            elif self._fetch_some(name, numbers, needed, patients - {"", "0"}):
                return
            elif self.office.is_slow:
                raise NotKnown
            else:
                self._fetch_whole(name)
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
        """The records of a list under one parent: one request for each parent. Raises NotKnown when it is not offered."""
        known = self.grouped.setdefault((name, filtered), {})
        if (number,) not in known:
            if len(known) >= MOST_PARENTS:
                known.clear()
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

    def _fetch_some(self, name: str, numbers: set[str], needed: bool, patients: AbstractSet[str]) -> bool:
        """Ask for these records alone, by number or by patient; False when that is no way or too dear."""
        known = self.single.setdefault(name, {})
        missing = numbers - known.keys()
        by_number = name in SINGLE and self.office.version >= SINGLE[name]
        by_patient = name in BY_PATIENT and (len(patients) < len(missing) or not by_number)
        requests = len(patients) if by_patient else len(missing)
        if not missing:
            return True
        if not (by_number or by_patient) or (not needed and self._is_too_dear(requests)):
            return False
        self.fetched += 0 if needed else requests
        if by_patient:
            self._fetch_of(name, patients)
            missing = numbers - known.keys()
        if missing and not by_number and not needed:
            return False  # of somebody else: a payment for the family
        for number in sorted(missing):
            known[number] = self._one(name, number) if by_number else None
        return True

    def _is_too_dear(self, requests: int) -> bool:
        slow = self.office.is_slow
        page, run = (FEW, FEW_IN_A_RUN) if slow else (FEW_ON_SITE, FEW_IN_A_RUN_ON_SITE)
        return requests > page or self.fetched + requests > run

    def _fetch_of(self, name: str, patients: AbstractSet[str]) -> None:
        """All records of these patients."""
        known, kept, key = self.single.setdefault(name, {}), _KEPT[name], RESOURCES[name].key
        for patient in sorted(patients):
            for page in self.office.listing(name, {"PatNum": patient}):
                known |= {str(one.get(key, "")): {each: one.get(each) for each in kept} for one in page.records}

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


def join_all(
    names: Names, query: Query, records: Sequence[Record], aliases: Sequence[str], spare: Sequence[str] = (), needed: bool = False
) -> list[Joined]:  # fmt: skip
    """All records of a page with the records behind these aliases, in the order of `records`. Raises NotKnown.

    Those behind the `spare` aliases stay empty where the office has no such list; `needed` ones are looked up at any cost.
    """
    joined = [Joined({"t": record}) for record in records]
    patients = {str(record.get("PatNum") or "0") for record in records}
    for join in _order(query, aliases):
        own, other, field_name = _sides(join)
        pairs = [(one, str(one[other].get(field_name) or "0")) for one in joined]
        try:
            names.prepare(join.table, {number for _, number in pairs}, needed, patients)
        except NotKnown:
            if own not in spare:
                raise
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
