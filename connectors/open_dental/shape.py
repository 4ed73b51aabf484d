"""The common shape of Open Dental: one row representation for the API, for SQL and for exported queries.

A `Query` describes one table of Open Dental as one stream. Its rows are text in DATABASE representation, whatever way
they come: enumerations as their integers ("1"), yes/no as "1"/"0", days "YYYY-MM-DD" and moments "YYYY-MM-DD HH:MM:SS"
(server-local) or "" when empty (any year below 1880), money "123.45", keys as decimal text ("0": none), line breaks and
tabs in text as blanks, and "" for NULL. `mappings/open_dental/*.toml` turns these rows into facts in every mode.

* SQL mode and the shipped export queries render `Column.sql` by its `kind` (`connectors.open_dental.render`).
* API mode takes `Column.field` of the JSON record and `connectors.open_dental.texts.as_text` makes the same text of it;
  a column whose `field` is None cannot be read from the record alone: API mode may know a way (a look-up, a second
  call), else the label is left out, which a mapping treats as "not known".
* A label whose table or column this office's version lacks is left out as well (`connectors.open_dental.render`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "key", "int", "flag", "enum", "date", "moment", "money"]
_OWN_COLUMN = re.compile(r"t\.(\w+)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a row: `label` names it in `Rows`, in export files and in the mappings.

    `sql` is an expression over the alias `t` of the query's table and the aliases of its joins, without formatting:
    that follows from `kind`. `words` translates the API's names of an enumeration to the database's integers.
    `api` is the JSON field; None: the column's own name when `sql` is plainly `t.Name`, else not in the API; "": the
    API never tells it. `of_record` makes the cell from the whole JSON record, where one field is not enough; it gives the
    same text that `sql` gives (`connectors.open_dental.amounts`). `needs` are "table.column"s that `sql` uses inside a sub-select (the others are found in `sql`); "table.column!" when an index on it is needed too. `newer`: only
    versions after 22.1 have it, so the shipped queries, which must run everywhere, leave it out.
    """

    label: str
    sql: str
    kind: Kind = "text"
    api: str | None = None
    words: Mapping[str, str] | None = None
    needs: tuple[str, ...] = ()
    of_record: Callable[[Mapping[str, object]], str] | None = None
    newer: bool = False

    @property
    def field(self) -> str | None:
        """The JSON field that holds it, None when the record of the API does not have it."""
        if self.api is not None:
            return self.api or None
        own = _OWN_COLUMN.fullmatch(self.sql)
        return own[1] if own else None


@dataclass(frozen=True, slots=True)
class Join:
    """`LEFT JOIN table alias ON on`; never more than one row per row of `t`."""

    alias: str
    table: str
    on: str


@dataclass(frozen=True, slots=True)
class When:
    """A row counts when the cell under `label` is one of `values` (or, with `but_not`, none of them)."""

    label: str
    values: tuple[str, ...]
    but_not: bool = False

    def holds(self, cell: str) -> bool:
        return (cell in self.values) != self.but_not


@dataclass(frozen=True, slots=True)
class Target:
    """One fact that a row may be: `mapping` is the file under mappings/open_dental, `prefix` that of its key.

    A row for which a `when` does not hold is not such a fact and, if it was one before, no longer is: the pulling
    modes say `Gone(entity, prefix + key)` for it. `source_key` is always `prefix` and the row's key.
    """

    mapping: str
    entity: str
    prefix: str = ""
    when: tuple[When, ...] = ()

    @property
    def mapping_id(self) -> str:
        return f"open_dental/{self.mapping}"

    def key_of(self, key: str) -> str:
        return f"{self.prefix}{key}"

    def is_told(self, labels: Sequence[str]) -> bool:
        """Do rows with these labels say whether they are such a fact? Without every label of `when` nobody knows."""
        return all(when.label in labels for when in self.when)

    def takes(self, labels: Sequence[str], row: Sequence[str]) -> bool:
        """Is this row such a fact? `labels` are those of the row; a label that it lacks counts as blank: ask `is_told`."""
        cells = (row[labels.index(when.label)] if when.label in labels else "" for when in self.when)
        return all(when.holds(cell) for when, cell in zip(self.when, cells, strict=True))


@dataclass(frozen=True, slots=True)
class Query:
    """One table of Open Dental as one stream named `name`, in every mode.

    `columns[0]` is the key (primary key `key` of `table`). `stamps` are the expressions that move when a row changes
    ("t.DateTStamp", or a joined table's; with `{since}` in it a whole condition): a change shows in any of them; empty: read
    whole each time. `where` holds in
    every mode and for the list of keys; `window` (expression, days) only spares the first load what is older.
    `resource` is the API path without slash ("claims"), None when the API has no such list.
    `targets[0]` is the stream's own mapping, the others are its `also`. `deleted` is an SQL text that yields keys of
    rows that were deleted since a moment (`{since}`), where Open Dental itself keeps a list. `anew` is an SQL expression of
    one value of the office: when it changed, every row says something else and is read again. `only_grows`: no row is ever
    deleted or changed (a history).
    """

    name: str
    table: str
    key: str
    columns: tuple[Column, ...]
    targets: tuple[Target, ...]
    stamps: tuple[str, ...] = ()
    joins: tuple[Join, ...] = ()
    where: str = ""
    window: tuple[str, int] | None = None
    resource: str | None = None
    deleted: str = ""
    anew: str = ""
    only_grows: bool = False
    version: int = 1

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(column.label for column in self.columns)

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities that its rows fill, each once, the stream's own first."""
        return tuple(dict.fromkeys(target.entity for target in self.targets))


def keys_of(query: Query, entity: str, keys: Sequence[str]) -> list[str]:
    """The `source_key`s under which rows with these primary keys may stand as facts of `entity`."""
    return [target.key_of(key) for target in query.targets if target.entity == entity for key in keys]
