"""`SqlAnswers`: the office's rows in SQLite, which answers the read-only queries that the API's ShortQuery runs on MySQL.

`ApiServer(office, permissions={"Queries"}, run_query=SqlAnswers(office))`. MySQL's own functions and spellings are taught to
SQLite, as far as the queries of a caller use them; anything else raises sqlite3.OperationalError. Text compares without
case, as in Open Dental's database. Money is held as dollars, days and moments as ISO text.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.demo.open_dental.columns import Column, Row, Table, Value
from hub.demo.open_dental.office import OpenDental

_TYPES = {"b": "INTEGER", "y": "INTEGER", "si": "INTEGER", "i": "INTEGER", "f": "REAL", "f4": "REAL"}
# What SQLite spells differently, in this order.
_SPELLINGS = (
    (re.compile(r" USING utf8\b"), ""),
    (re.compile(r"CAST\(CAST\("), "MONEY(("),
    (re.compile(r" AS DECIMAL\(14,2\)\) AS CHAR\)"), "))"),
    (re.compile(r"\bIF\("), "iif("),
    (re.compile(r"\bLEFT\("), "LEFT_OF("),
    (re.compile(r", INTERVAL (.+?) DAY\)"), r", \1)"),
    (re.compile(r"GROUP_CONCAT\(DISTINCT (.+?) ORDER BY .+? SEPARATOR ('.*?')\)"), r"SORTED(\1, \2)"),
)


class SqlAnswers:
    """A second holder of the office's rows (`OpenDental.mirror`), and the function that runs queries on them."""

    def __init__(self, office: OpenDental) -> None:
        self._schema = office.schema
        # one lock of the server orders all requests, whatever thread they come in
        self._session = sqlite3.connect(":memory:", check_same_thread=False)
        for name, count, function in _FUNCTIONS:
            self._session.create_function(name, count, function, deterministic=True)
        self._session.create_aggregate("SORTED", 2, _Sorted)  # type: ignore[arg-type]  # typeshed knows one argument only
        for table in self._schema.values():
            self._session.execute(_create(table))
            self._insert(table, office.rows[table.name])
        self._describe()
        office.mirror(self)

    def __call__(self, sql: str) -> list[dict[str, object]]:
        """The rows of a SELECT by the labels of its columns."""
        for spelling, ours in _SPELLINGS:
            sql = spelling.sub(ours, sql)
        found = self._session.execute(sql)
        labels = [each[0] for each in found.description]
        return [dict(zip(labels, row, strict=True)) for row in found]

    def put(self, table: str, row: Row) -> None:
        self._insert(self._schema[table], [row])

    def set(self, table: str, key: int, values: Row) -> None:
        parts = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE {table} SET {parts} WHERE {self._schema[table].key} = ?"  # noqa: S608  (names of the schema)
        self._session.execute(sql, [*map(_plain, values.values()), key])

    def drop(self, table: str, key: int) -> None:
        sql = f"DELETE FROM {table} WHERE {self._schema[table].key} = ?"  # noqa: S608  (names of the schema)
        self._session.execute(sql, [key])

    def _insert(self, table: Table, rows: Iterable[Row]) -> None:
        names = [column.name for column in table.columns]
        marks = ", ".join("?" * len(names))
        values = ([_plain(row[name]) for name in names] for row in rows)
        sql = f"INSERT INTO {table.name} VALUES ({marks})"  # noqa: S608  (names of the schema)
        self._session.executemany(sql, values)
        self._session.commit()

    def _describe(self) -> None:
        """information_schema: which tables, columns and indexes there are, and indexes to answer by."""
        run = self._session.execute
        run("ATTACH ':memory:' AS information_schema")
        run("CREATE TABLE information_schema.columns (table_schema, table_name, column_name)")
        run("CREATE TABLE information_schema.statistics (table_schema, table_name, column_name, seq_in_index)")
        for table in self._schema.values():
            for column in table.columns:
                run("INSERT INTO information_schema.columns VALUES ('opendental', ?, ?)", (table.name, column.name))
            for number, index in enumerate(((table.key,), *table.indexes)):
                run(f"CREATE INDEX {table.name}_{number} ON {table.name} ({', '.join(index)})")
                for place, name in enumerate(index, 1):
                    run(
                        "INSERT INTO information_schema.statistics VALUES ('opendental', ?, ?, ?)",
                        (table.name, name, place),
                    )
        self._session.commit()


class _Sorted:
    """GROUP_CONCAT(DISTINCT x ORDER BY x SEPARATOR y)."""

    def __init__(self) -> None:
        self._found: set[str] = set()
        self._separator = ""

    def step(self, value: Any, separator: str) -> None:
        self._separator = separator
        self._found |= set() if value is None else {str(value)}

    def finalize(self) -> str | None:
        return self._separator.join(sorted(self._found)) if self._found else None


def _create(table: Table) -> str:
    return f"CREATE TABLE {table.name} ({', '.join(map(_column, table.columns))})"


def _column(column: Column) -> str:
    return f'"{column.name}" {_TYPES.get(column.kind, "TEXT COLLATE NOCASE")}'


def _plain(value: Value) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return str(value) if isinstance(value, date | timedelta | Decimal) else value


def _money(value: Any) -> str | None:
    return None if value is None else f"{round(Decimal(str(value)), 2) + 0:.2f}"


def _year(value: Any) -> int | None:
    text = str(value or "")
    return int(text[:4]) if text[:4].isdigit() else None


def _formatted(value: Any, pattern: str) -> str | None:
    """The two patterns that are asked for: a day, and a moment."""
    text = str(value or "")
    if len(text) < 10:
        return None
    return text[:10] if pattern == "%Y-%m-%d" else f"{text} 00:00:00"[:19]


def _moved(value: Any, days: Any) -> str | None:
    if value is None or days is None:
        return None
    text = str(value)
    return f"{date.fromisoformat(text[:10]) + timedelta(days=int(days))}{text[10:]}"


def _joined(*parts: Any) -> str | None:
    return None if None in parts else "".join(map(str, parts))


def _joined_with(separator: str, *parts: Any) -> str:
    return separator.join(str(part) for part in parts if part is not None)


def _place(item: Any, listed: Any) -> int | None:
    if item is None or listed is None:
        return None
    parts = str(listed).split(",")
    return parts.index(str(item)) + 1 if str(item) in parts else 0


def _matches(pattern: str, value: Any) -> bool:
    return value is not None and re.search(pattern, str(value), re.IGNORECASE) is not None


_FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("MONEY", 1, _money), ("YEAR", 1, _year), ("DATE_FORMAT", 2, _formatted), ("DATE_ADD", 2, _moved), ("CONCAT", -1, _joined),
    ("DATE_SUB", 2, lambda value, days: _moved(value, None if days is None else -int(days))), ("CONCAT_WS", -1, _joined_with),
    ("FIND_IN_SET", 2, _place), ("regexp", 2, _matches), ("GREATEST", -1, lambda *values: None if None in values else max(values)),
    ("CHAR_LENGTH", 1, lambda value: None if value is None else len(str(value))), ("DATABASE", 0, lambda: "opendental"),
    ("LEFT_OF", 2, lambda value, count: None if value is None else str(value)[: int(count)]),
)  # fmt: skip
