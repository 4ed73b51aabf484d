"""The made-up office in a real MariaDB: documented types and indexes, MyISAM, sql_mode '', utf8mb3, stamps that move by themselves.

`load(office)` makes a database of a random name with the office's version of the schema and everything in it; `close()` drops it
with its users. `Loaded.server` tells how to reach it, `Loaded.reader` and `Loaded.writer` are (user, password).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any

import pymysql

from hub.demo.open_dental import OpenDental, Row
from hub.demo.open_dental.columns import NULLABLE, Column, Table

SOCKET = "/run/mysqld/mysqld.sock"
HOST, PORT = os.environ.get("HUB_TEST_MARIADB", "127.0.0.1:3306").split(":")
_PLAIN = {
    "b": "bigint(20)", "d": "date", "dt": "datetime", "f": "double", "f4": "float", "y": "tinyint(4)", "si": "smallint(6)", "i": "int(11)",
    "t": "text", "mt": "mediumtext", "tm": "time",
    "ts": "timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp()",
}  # fmt: skip
_DEFAULTS = {
    "b": "NOT NULL DEFAULT 0", "d": "NOT NULL DEFAULT '0001-01-01'", "dt": "NOT NULL DEFAULT '0001-01-01 00:00:00'",
    "f": "NOT NULL DEFAULT 0", "f4": "NOT NULL DEFAULT 0", "y": "NOT NULL DEFAULT 0", "si": "NOT NULL DEFAULT 0", "i": "NOT NULL DEFAULT 0",
    "tm": "NOT NULL DEFAULT '00:00:00'", "ts": "",
}  # fmt: skip
_BATCH = 500


def connect(database: str | None = None, user: str = "root", password: str = "") -> pymysql.Connection[Any]:
    """A session as Open Dental's own server gives it: no strict mode. Raises pymysql.err.OperationalError without a server."""
    return pymysql.connect(
        host=HOST, port=int(PORT), user=user, password=password, database=database, charset="utf8mb3", autocommit=True,
        connect_timeout=3, sql_mode="",
    )  # fmt: skip


def column_type(table: Table, column: Column) -> str:
    """The column's definition in a CREATE TABLE."""
    if column.name == table.key:
        return "bigint(20) NOT NULL AUTO_INCREMENT"
    if column.kind in ("s", "c"):
        plain = f"{'varchar' if column.kind == 's' else 'char'}({column.length})"
    else:
        plain = _PLAIN[column.kind]
    if column.kind in ("s", "c", "t", "mt"):
        return (
            f"{plain} DEFAULT NULL"
            if table.name in NULLABLE or column.kind in ("t", "mt")
            else f"{plain} NOT NULL DEFAULT ''"
        )
    return f"{plain} {_DEFAULTS[column.kind]}"


def create_statement(table: Table) -> str:
    lines = [f"`{column.name}` {column_type(table, column)}" for column in table.columns]
    lines.append(f"PRIMARY KEY (`{table.key}`)")
    for number, index in enumerate(table.indexes):
        lines.append(f"KEY `i{number}` ({', '.join(f'`{name}`' for name in index)})")
    return f"CREATE TABLE `{table.name}` (\n  " + ",\n  ".join(lines) + "\n) ENGINE=MyISAM DEFAULT CHARSET=utf8mb3"


@dataclass(slots=True)
class Loaded:
    """The database, and the office's changes in it (a `Holder` of `hub.demo.open_dental.office`)."""

    name: str
    office: OpenDental
    reader: tuple[str, str]
    writer: tuple[str, str]
    root: pymysql.Connection[Any]
    host: str = HOST
    port: int = int(PORT)
    # None: the server's clock stamps a change, as in life; "office": the office's clock does
    stamps: str | None = None

    def put(self, table: str, row: Row) -> None:
        insert(self.root, self.office.schema[table], [row])

    def set(self, table: str, key: int, values: Row) -> None:
        shape = self.office.schema[table]
        kept = {name: value for name, value in values.items() if self.stamps == "office" or name != shape.stamp}
        if not kept:
            return
        parts = ", ".join(f"`{name}` = %s" for name in kept)
        self._run(f"UPDATE `{table}` SET {parts} WHERE `{shape.key}` = %s", [*map(plain, kept.values()), key])

    def drop(self, table: str, key: int) -> None:
        self._run(f"DELETE FROM `{table}` WHERE `{self.office.schema[table].key}` = %s", [key])

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self.root.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def _run(self, sql: str, values: Sequence[object] = ()) -> None:
        with self.root.cursor() as cursor:
            cursor.execute(sql, values)

    def close(self) -> None:
        with closing(self.root), self.root.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{self.name}`")
            for user in (self.reader[0], self.writer[0]):
                for host in ("localhost", "127.0.0.1"):
                    cursor.execute(f"DROP USER IF EXISTS '{user}'@'{host}'")


def load(office: OpenDental, only: Collection[str] | None = None) -> Loaded:
    """Every table of the office, or `only` some, in the version the office has."""
    schema = {name: table for name, table in office.schema.items() if only is None or name in only}
    tag = token_hex(4)
    root = connect()
    loaded = Loaded(f"od_test_{tag}", office, (f"ro_{tag}", token_hex(8)), (f"rw_{tag}", token_hex(8)), root)
    try:
        with root.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE `{loaded.name}` CHARACTER SET utf8mb3")
            cursor.execute(f"USE `{loaded.name}`")
            for table in schema.values():
                cursor.execute(create_statement(table))
        _grant(root, loaded)
        for name, table in schema.items():
            insert(root, table, office.rows[name])
    except BaseException:
        loaded.close()
        raise
    return loaded


def _grant(root: pymysql.Connection[Any], loaded: Loaded) -> None:
    """One account that may only read, as reference 6.2 asks for, and one that may do more than it should."""
    with root.cursor() as cursor:
        for (user, password), rights in ((loaded.reader, "SELECT"), (loaded.writer, "SELECT, INSERT, UPDATE, DELETE")):
            for host in ("localhost", "127.0.0.1"):
                cursor.execute(f"CREATE USER '{user}'@'{host}' IDENTIFIED BY '{password}'")
                cursor.execute(f"GRANT {rights} ON `{loaded.name}`.* TO '{user}'@'{host}'")


def insert(connection: pymysql.Connection[Any], table: Table, rows: Sequence[Row]) -> None:
    """In bulk; stamps as given."""
    names = [column.name for column in table.columns]
    listed = ", ".join(f"`{name}`" for name in names)
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _BATCH):
            values = [[plain(row[name]) for name in names] for row in rows[start : start + _BATCH]]
            cursor.executemany(f"INSERT INTO `{table.name}` ({listed}) VALUES ({marks})", values)


def plain(value: object) -> object:
    """A cell as the driver may send it; exact decimals go as text that the server turns into its doubles."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return f"{value.year:04d}-{value:%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return f"{value.year:04d}-{value:%m-%d}"
    return value


def counts(loaded: Loaded, names: Iterable[str]) -> dict[str, int]:
    return {name: int(loaded.query(f"SELECT COUNT(*) FROM `{name}`")[0][0]) for name in names}
