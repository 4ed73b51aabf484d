"""A query as SQL text that gives the rows of `connectors.open_dental.shape`: every cell is made text by the server itself.

So SQL mode and an exported query say the same, down to the letter. Runs on MySQL 5.5 and later and on MariaDB. Nothing of
the outside world gets into the text: only names of the queries, and numbers and moments checked where they are made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.open_dental.shape import Column, Join, Query, Target, When

_USED = re.compile(r"\b([a-z][a-z0-9]*)\.([A-Z]\w*)")
_FLAT = "IFNULL({}, '')"
# Line breaks and tabs as blanks; a Windows line break is one blank.
for _mark in ("CHAR(13, 10 USING utf8)", "CHAR(13 USING utf8)", "CHAR(10 USING utf8)", "CHAR(9 USING utf8)"):
    _FLAT = f"REPLACE({_FLAT}, {_mark}, ' ')"
_BY_KIND = {
    "text": _FLAT,
    "key": "IFNULL(CAST({} AS CHAR), '')",
    "int": "IFNULL(CAST({} AS CHAR), '')",
    "flag": "IFNULL(CAST({} AS CHAR), '')",
    "enum": "IFNULL(CAST({} AS CHAR), '')",
    "money": "IFNULL(CAST(CAST({} AS DECIMAL(14,2)) AS CHAR), '')",
    "date": "IF(YEAR({0}) >= 1880, DATE_FORMAT({0}, '%Y-%m-%d'), '')",
    "moment": "IF(YEAR({0}) >= 1880, DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s'), '')",
}


@dataclass(frozen=True, slots=True)
class Version:
    """Which tables, columns and indexes a database has: "table.Column" and, when it is indexed, "table.Column!"."""

    names: frozenset[str]

    def has(self, name: str) -> bool:
        return name in self.names

    def has_table(self, table: str) -> bool:
        return table in self.names


def cell(column: Column) -> str:
    """The expression whose value is the text of a column."""
    return _BY_KIND[column.kind].format(column.sql)


def columns_for(query: Query, version: Version | None) -> tuple[Column, ...]:
    """The columns that this version can tell; None: all of them (the shipped queries are written for a current one)."""
    if version is None:
        return query.columns
    return tuple(column for column in query.columns if _can_tell(query, column, version))


def is_there(query: Query, version: Version) -> bool:
    """Does this version have the table, and what chooses its rows? Without that the stream is not available."""
    base = [version.has(f"{query.table}.{query.key}"), _knows(query, query.where, version)]
    return all(base) and all(_knows(query, when, version) for when in _chosen_by(query))


def stamps_for(query: Query, version: Version) -> tuple[str, ...]:
    """The change stamps that this version has."""
    return tuple(stamp for stamp in query.stamps if _knows(query, stamp, version) and _own_tables(stamp, version))


def select_page(query: Query, version: Version | None) -> str:
    """`SELECT the columns FROM ... WHERE`, without an end: a condition on `t` and an order must follow."""
    columns = columns_for(query, version)
    cells = ",\n  ".join(f"{cell(column)} AS {column.label}" for column in columns)
    return f"SELECT\n  {cells}\n{_from(query, columns, version)}\nWHERE {query.where or '1 = 1'}"


def select_keys(query: Query) -> str:
    """The keys of everything that is there, without an end."""
    joins = _used_joins(query, [query.where])
    return f"SELECT t.{query.key} AS k\nFROM {query.table} t{_joined(joins)}\nWHERE {query.where or '1 = 1'}"


def shipped(query: Query, target: Target) -> str:
    """The text of a query that an office can run and export: one file per target, recognised by its first column."""
    name = query.name if target is query.targets[0] else target.mapping
    conditions = [query.where] if query.where else []
    conditions += [_condition(query, when) for when in target.when]
    if query.window:
        conditions.append(f"{query.window[0]} >= DATE_SUB(CURDATE(), INTERVAL {query.window[1]} DAY)")
    columns = tuple(column for column in query.columns if not column.newer)
    cells = ",\n  ".join(f"{cell(column)} AS {column.label}" for column in columns)
    where = f"\nWHERE {' AND '.join(f'({each})' for each in conditions)}" if conditions else ""
    return (
        f"SELECT\n  '{mark(name, query.version)}' AS hub_query,\n  {cells}\n{_from(query, columns, None)}{where}"
        f"\nORDER BY t.{query.key};\n"
    )


def mark(name: str, version: int) -> str:
    """What the first column of an export says in every row."""
    return f"open_dental/{name} v{version}"


def _condition(query: Query, when: When) -> str:
    column = next(column for column in query.columns if column.label == when.label)
    values = ", ".join(f"'{value}'" for value in when.values)
    value = f"IFNULL({column.sql}, '')" if column.kind == "text" else cell(column)
    return f"{value} {'NOT IN' if when.but_not else 'IN'} ({values})"


def _from(query: Query, columns: tuple[Column, ...], version: Version | None) -> str:
    joins = _used_joins(query, [query.where, *(column.sql for column in columns), *query.stamps])
    if version is not None:
        joins = tuple(join for join in joins if version.has_table(join.table))
    return f"FROM {query.table} t{_joined(joins)}"


def _joined(joins: tuple[Join, ...]) -> str:
    return "".join(f"\nLEFT JOIN {join.table} {join.alias} ON {join.on}" for join in joins)


def _used_joins(query: Query, texts: list[str]) -> tuple[Join, ...]:
    """Only the joins that something needs, with the joins that they lean on; in the order of the query."""
    wanted: set[str] = set()
    todo = [alias for text in texts for alias, _ in _USED.findall(text)]
    by_alias = {join.alias: join for join in query.joins}
    while todo:
        alias = todo.pop()
        if alias in by_alias and alias not in wanted:
            wanted.add(alias)
            todo += [other for other, _ in _USED.findall(by_alias[alias].on)]
    return tuple(join for join in query.joins if join.alias in wanted)


def _can_tell(query: Query, column: Column, version: Version) -> bool:
    return _knows(query, column.sql, version) and all(version.has(need) for need in column.needs)


def _knows(query: Query, sql: str, version: Version) -> bool:
    """Has this version every column of `t` and of the joins that the expression uses?"""
    tables = {"t": query.table} | {join.alias: join.table for join in query.joins}
    used = [(tables[alias], name) for alias, name in _USED.findall(sql) if alias in tables]
    leans_on = [join.on for join in _used_joins(query, [sql])]
    used += [(tables[alias], name) for on in leans_on for alias, name in _USED.findall(on) if alias in tables]
    return all(version.has(f"{table}.{name}") for table, name in used)


_SUB_TABLE = re.compile(r"(?:FROM|JOIN) (\w+) (\w+) (?=WHERE|JOIN|ON\b)")


def _own_tables(stamp: str, version: Version) -> bool:
    """Has this version the tables and columns inside the stamp's sub-select?"""
    tables = {alias: table for table, alias in _SUB_TABLE.findall(stamp)}
    return all(version.has(f"{tables[alias]}.{name}") for alias, name in _USED.findall(stamp) if alias in tables)


def _chosen_by(query: Query) -> list[str]:
    labels = {when.label for target in query.targets[:1] for when in target.when}
    return [column.sql for column in query.columns if column.label in labels]


