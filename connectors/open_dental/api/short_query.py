"""What no list of the API tells, asked by `PUT /queries/ShortQuery`: needs the permission Queries (reference 2.8).

One answer holds at most 100 rows and is worked out anew for every further page, so reading goes by key: never by offset.
The SQL is that of `connectors.open_dental.render`, whose cells are text already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from connectors.open_dental.api.faults import not_offered
from connectors.open_dental.api.office import Office
from connectors.open_dental.render import Version, columns_for, is_there, select_page
from connectors.open_dental.shape import Column, Query
from connectors.open_dental.streams import QUERIES
from connectors.open_dental.texts import flat
from hub.errors import SourceChanged

MOST_ROWS = 100
_KEY = re.compile(r"-?\d{1,19}")
_NAMES = re.compile(r"\.([A-Z]\w*)")


def cells_by_key(
    office: Office, query: Query, columns: Sequence[Column], keys: Sequence[str]
) -> dict[str, dict[str, str]]:
    """label -> key -> cell of these columns for these records. Raises AuthError, SourceChanged, Unavailable."""
    asked = replace(query, columns=(query.columns[0], *columns), where="")
    version = known_columns(office)
    columns = [column for column in columns_for(asked, version) if column is not query.columns[0]]
    if not columns:
        return {}
    found: dict[str, dict[str, str]] = {column.label: {} for column in columns}
    numbers = [key for key in keys if _KEY.fullmatch(key)]
    for at in range(0, len(numbers), MOST_ROWS):
        chosen = ", ".join(numbers[at : at + MOST_ROWS])
        sql = f"{select_page(asked, version)} AND t.{query.key} IN ({chosen}) ORDER BY t.{query.key}"
        for row in _rows(office, sql):
            for column in columns:
                found[column.label][_text(row, query.columns[0].label)] = _text(row, column.label)
    return found


def rows_by_key(office: Office, query: Query, after: str) -> Iterator[tuple[tuple[str, ...], list[list[str]]]]:
    """Labels and rows of a whole query behind this key, page by page, in the order of the key."""
    version = known_columns(office)
    if not is_there(query, version):
        raise not_offered(query.name, "this version has no such table")
    labels = tuple(column.label for column in columns_for(query, version))
    while True:
        behind = f" AND t.{query.key} > {after}" if _KEY.fullmatch(after) else ""
        sql = f"{select_page(query, version)}{behind} ORDER BY t.{query.key} LIMIT {MOST_ROWS}"
        page = [[_text(row, label) for label in labels] for row in _rows(office, sql)]
        yield labels, page
        if len(page) < MOST_ROWS:
            return
        after = page[-1][0]


def known_columns(office: Office) -> Version:
    """Which of the columns that the queries name this office's database has; asked for once a run."""
    if not isinstance(office.columns, Version):
        names = {name for query in QUERIES for name in [query.key, *_NAMES.findall(_texts(query))]}
        chosen = f"table_schema = DATABASE() AND column_name IN ({', '.join(sorted(map(repr, names)))})"
        found: set[str] = set()
        for table, column in _pairs(office, f"FROM information_schema.columns WHERE {chosen}"):
            found |= {table, f"{table}.{column}"}
        for table, column in _pairs(office, f"FROM information_schema.statistics WHERE {chosen} AND seq_in_index = 1"):
            found.add(f"{table}.{column}!")
        office.columns = Version(frozenset(found))
    return office.columns


def _texts(query: Query) -> str:
    parts = [query.table, query.key, query.where, *query.stamps, *(join.on for join in query.joins)]
    return " ".join([*parts, *(f"{column.sql} {' '.join(column.needs)}" for column in query.columns)])


def _pairs(office: Office, rest: str) -> Iterator[tuple[str, str]]:
    """Table and column names, a hundred at a time."""
    offset = 0
    while True:
        sql = (
            f"SELECT DISTINCT LOWER(table_name) AS a, column_name AS b {rest}"
            f" ORDER BY a, b LIMIT {MOST_ROWS} OFFSET {offset}"
        )
        page = _rows(office, sql)
        yield from ((str(row.get("a", "")), str(row.get("b", ""))) for row in page)
        if len(page) < MOST_ROWS:
            return
        offset += MOST_ROWS


def _rows(office: Office, sql: str) -> list[dict[str, object]]:
    told = office.client.query(sql)
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise SourceChanged("HUB-U13", "Open Dental's answer to a query is no list of rows; nothing of it was read")
    return told


def _text(row: dict[str, object], label: str) -> str:
    value = row.get(label)
    return "" if value is None else flat(str(value))
