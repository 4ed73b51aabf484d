"""The rows that one stamp shows as changed, in short statements.

An index on the stamp gives the keys at once, unless they are very many (an update of Open Dental can stamp whole tables);
without one the table is walked through range by range of its primary key: looking for young stamps would else hold the
whole table in one statement (reference 6.3). "t.X IN (SELECT ...)" is asked in two steps, because MySQL 5.5 would run the
inner one for every row of the table.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.open_dental.shape import Query
from connectors.open_dental.sql.office import Office
from connectors.open_dental.sql.pages import Pace, Walked, pages, pages_of_keys
from connectors.open_dental.sql.server import Row, Server

FEW = 5000  # so many keys are fetched and held at once
_LISTED = 500  # keys in a condition on a column without an index
_PARENTS = 10  # a patient or a plan may have hundreds of rows: few of them at first
_BY_OTHERS = re.compile(r"t\.(\w+) IN \((SELECT \w+\.\w+ FROM (\w+) (\w+) .+)\)")
_COMPARED = re.compile(r"(\w+)\.(\w+) >= ")


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks where: `select` is the text of the stream's rows that a condition may follow."""

    server: Server
    query: Query
    office: Office
    select: str
    page_rows: int
    seconds: float
    stop: threading.Event

    def pace(self) -> Pace:
        return Pace(self.page_rows, self.seconds)

    @property
    def own(self) -> Walked:
        return Walked(self.query.table, "t", self.query.key)


def changed(looking: Looking, stamp: str, since: str, after: int | None) -> Iterator[list[Row]]:
    """Pages of rows. `since` is a checked moment of the server; `after` is the key that was reached before, which counts
    only for stamps of the table itself: what others name is asked for anew."""
    moment = f"'{since}'"
    others = _BY_OTHERS.fullmatch(stamp)
    if others is None:
        condition = f"({stamp.format(since=moment)})" if "{since}" in stamp else f"{stamp} >= {moment}"
        yield from _of_itself(looking, condition, after)
        return
    column, select, table, alias = others.groups()
    for keys in _named(looking, select.format(since=moment), table, alias):
        yield from _under(looking, column, keys)


def _of_itself(looking: Looking, condition: str, after: int | None) -> Iterator[list[Row]]:
    own = looking.own
    select = f"SELECT t.{own.key} FROM {own.table} t WHERE {condition}"  # noqa: S608 - names of the queries, a checked moment
    keys = _few(looking, select, {"t": own.table})
    if keys is None:
        yield from pages(looking.server, f"{looking.select} AND {condition}", own, after, looking.pace(), looking.stop)
        return
    left = [key for key in keys if after is None or key > after]
    yield from _of_keys(looking, own.key, left, looking.pace())


def _named(looking: Looking, select: str, table: str, alias: str) -> Iterator[list[int]]:
    """The keys that changed rows of another table name, in lists."""
    keys, key = _few(looking, select, {alias: table}), looking.office.primary.get(table)
    if keys is not None:
        yield keys
    elif key is None:
        yield _sorted(looking.server.rows(select))
    else:
        for page in pages(looking.server, select, Walked(table, alias, key), None, looking.pace(), looking.stop):
            yield _sorted(page)


def _under(looking: Looking, column: str, keys: list[int]) -> Iterator[list[Row]]:
    """The rows that hold one of these keys in `column`."""
    if looking.office.version.has(f"{looking.query.table}.{column}!"):
        yield from _of_keys(looking, column, keys, Pace(_PARENTS, looking.seconds, least=1))
        return
    for at in range(0, len(keys), _LISTED):
        listed = ", ".join(map(str, keys[at : at + _LISTED]))
        select = f"{looking.select} AND t.{column} IN ({listed})"
        yield from pages(looking.server, select, looking.own, None, looking.pace(), looking.stop)


def _of_keys(looking: Looking, column: str, keys: list[int], pace: Pace) -> Iterator[list[Row]]:
    order = f"t.{looking.query.key}"
    return pages_of_keys(looking.server, looking.select, f"t.{column}", keys, order, pace, looking.stop)


def _few(looking: Looking, select: str, tables: dict[str, str]) -> list[int] | None:
    """The keys in their order; None when no index leads to them or when they are too many to be asked for at once."""
    compared, version = _COMPARED.findall(select), looking.office.version
    if not compared or not all(alias in tables and version.has(f"{tables[alias]}.{name}!") for alias, name in compared):
        return None
    rows = looking.server.rows(f"{select} LIMIT {FEW + 1}")
    return _sorted(rows) if len(rows) <= FEW else None


def _sorted(rows: Sequence[Row]) -> list[int]:
    return sorted({int(row[0]) for row in rows if row[0]})
