"""Cells beside the records of a page: by one query where the key may ask it, else through joins and what can be reckoned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.open_dental.api.joins import Joined, Names, NotKnown, join_all, plain_cell
from connectors.open_dental.api.paging import Record, key_of
from connectors.open_dental.api.portions import LABELS, Portions
from connectors.open_dental.api.rows import Extra, has_field
from connectors.open_dental.api.short_query import cells_by_key
from connectors.open_dental.api.ways import FIELDS, NEEDED, WAYS, Reckon
from connectors.open_dental.shape import Column, Query
from connectors.open_dental.texts import as_text
from hub.errors import AuthError, SourceChanged

_PLAIN = re.compile(r"\w+\.\w+")
_OWN = re.compile(r"\bt\.(\w+)")


@dataclass(slots=True)
class Extras:
    """For one stream of a run. `key` is the field of the primary key."""

    names: Names
    query: Query
    key: str
    may_query: bool = False
    portions: Portions = field(init=False)

    def __post_init__(self) -> None:
        self.portions = Portions(self.names)

    def __call__(self, records: Sequence[Record]) -> Extra:
        told: dict[str, dict[str, str]] = {}
        if self.may_query:
            told |= self._asked(records)
        told |= self._portions(records, told)
        for column in self.query.columns[1:]:
            if column.label not in told and self._is_wanted(column, records):
                found = self._found(column, records)
                told |= {column.label: found} if found is not None else {}
        return told

    def _asked(self, records: Sequence[Record]) -> dict[str, dict[str, str]]:
        """By one query per hundred records. An office that is too old for a column of it is not asked again."""
        columns = [column for column in self.query.columns[1:] if self._lacks(column, records)]
        if not columns:
            return {}
        try:
            return cells_by_key(self.names.office, self.query, columns, [key_of(one, self.key) for one in records])
        except (AuthError, SourceChanged):
            self.may_query = False
            return {}

    def _portions(self, records: Sequence[Record], told: Mapping[str, object]) -> dict[str, dict[str, str]]:
        """A procedure's plan and shares, where the query for them was not allowed."""
        if self.query.name != "procedures" or set(LABELS) <= told.keys():
            return {}
        try:
            self.portions.prepare(records)
        except NotKnown:
            return {}
        return {
            column.label: {
                key_of(one, self.key): as_text(self.portions.cell(one, column.label), column) for one in records
            }
            for column in self.query.columns
            if column.label in LABELS
        }

    def _lacks(self, column: Column, records: Sequence[Record]) -> bool:
        """Is the cell not in the records, or made of more than the one field that they have for it?"""
        if (self.query.name, column.label) in WAYS and has_field(column, records):
            return False
        if column.of_record is None:
            return not has_field(column, records) or _PLAIN.fullmatch(column.sql) is None
        return not all(any(name in one for one in records) for name in _OWN.findall(column.sql))

    def _is_wanted(self, column: Column, records: Sequence[Record]) -> bool:
        if (self.query.name, column.label) in WAYS:
            return True
        return column.of_record is None and not has_field(column, records)

    def _found(self, column: Column, records: Sequence[Record]) -> dict[str, str] | None:
        """key -> cell, or None when it cannot be known for this page."""
        reckon = WAYS.get((self.query.name, column.label)) or self._plain(column)
        if reckon is None:
            return None
        try:
            needed = (self.query.name, column.label) in NEEDED
            joined = join_all(self.names, self.query, records, reckon.aliases, reckon.spare, needed)
            cells = [as_text(reckon.of(one, self.names), column) for one in joined]
        except NotKnown:
            return None
        return {key_of(record, self.key): cell for record, cell in zip(records, cells, strict=True)}

    def _plain(self, column: Column) -> Reckon | None:
        """A field of a joined record, or a field under another name."""
        own = FIELDS.get((self.query.name, column.label))
        place = ("t", own) if own else plain_cell(column.sql)
        if place is None or column.api == "":
            return None
        alias, name = place
        return Reckon(lambda one, names: _text(one, alias, name, column), (alias,))


def _text(one: Joined, alias: str, name: str, column: Column) -> str:
    value = one[alias].get(name)
    if alias != "t" and one[alias] and name not in one[alias]:
        raise NotKnown  # the list has no such field in this version
    return as_text(value, column)
