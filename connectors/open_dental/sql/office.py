"""What a server is: its version of Open Dental, its tables and columns, its clock. Asked once per pull."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.open_dental.render import Version
from connectors.open_dental.shape import Query
from connectors.open_dental.sql.server import Server
from hub.errors import Unavailable

FORM = "%Y-%m-%d %H:%M:%S"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_TABLE = re.compile(r"(?:FROM|JOIN) ([a-z]\w*) ")
# TABLE_NAME may come in capitals from MySQL 8, so the columns are named.
_COLUMNS = "SELECT c.table_name AS a, c.column_name AS b FROM information_schema.columns c WHERE c.table_schema = DATABASE()"
_INDEXES = (
    "SELECT s.table_name AS a, s.column_name AS b FROM information_schema.statistics s"
    " WHERE s.table_schema = DATABASE() AND s.seq_in_index = 1"
)


# A table of so few rows needs no index.
_SMALL = (
    "SELECT i.table_name AS a FROM information_schema.tables i WHERE i.table_schema = DATABASE() AND i.table_rows <= 5000"
)


_PRIMARY = (
    "SELECT s.table_name AS a, s.column_name AS b FROM information_schema.statistics s"
    " WHERE s.table_schema = DATABASE() AND s.index_name = 'PRIMARY' AND s.seq_in_index = 1"
)


@dataclass(frozen=True, slots=True)
class Office:
    """`version`: tables, columns, indexes; `now`: the server's own clock in its own zone, "YYYY-MM-DD HH:MM:SS"; `primary`:
    table -> column of its primary key."""

    version: Version
    now: str
    primary: Mapping[str, str]


def look(server: Server, query: Query) -> Office:
    """Raises Unavailable while Open Dental changes its own tables."""
    refuse_update(server)
    now = server.value("SELECT DATE_FORMAT(NOW(), '%Y-%m-%d %H:%i:%s')")
    tables = tables_of(query)
    primary = {str(table).lower(): str(column) for table, column in server.rows(_PRIMARY + _chosen(tables))}
    return Office(version_of(server, tables), now, primary)


def refuse_update(server: Server) -> None:
    busy = server.value("SELECT ValueString FROM preference WHERE PrefName = 'UpdateInProgressOnComputerName'")
    if busy.strip():
        raise Unavailable("HUB-Q09", f"source {server.source}: Open Dental is being updated; the next run reads it")


def program_version(server: Server) -> str:
    return server.value("SELECT ValueString FROM preference WHERE PrefName = 'ProgramVersion'")


def version_of(server: Server, tables: frozenset[str] | None = None) -> Version:
    """The names that the database has; of these tables, or of all."""
    chosen = _chosen(tables)
    names: set[str] = set()
    small = {str(row[0]).lower() for row in server.rows(_SMALL + chosen)}
    for table, column in server.rows(_COLUMNS + chosen):
        name = str(table).lower()
        names |= {name, f"{name}.{column}"} | ({f"{name}.{column}!"} if name in small else set())
    for table, column in server.rows(_INDEXES + chosen):
        names.add(f"{str(table).lower()}.{column}!")
    return Version(frozenset(names))


def _chosen(tables: frozenset[str] | None) -> str:
    return f" AND table_name IN ({', '.join(sorted(map(repr, tables)))})" if tables else ""


def tables_of(query: Query) -> frozenset[str]:
    """Every table that the query touches."""
    texts = [query.deleted, query.anew, *query.stamps, *(column.sql for column in query.columns)]
    used = {table for text in texts for table in _TABLE.findall(text)}
    return frozenset({query.table, *(join.table for join in query.joins), *used})


def earlier(moment: str, minutes: int) -> str:
    """Server-local text, some minutes before; never anything else than such a text."""
    if not _MOMENT.fullmatch(moment):
        raise ValueError("not a moment of the server")
    return (datetime.strptime(moment, FORM) - timedelta(minutes=minutes)).strftime(FORM)  # noqa: DTZ007 - server-local, as the stamps are
