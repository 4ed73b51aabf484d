"""One read-only connection to MySQL or MariaDB, and its errors in the hub's words.

PyMySQL is an extra (`pip install practice-hub[open-dental]`) and imported when a source in SQL mode needs it.
"""

from __future__ import annotations

import importlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.open_dental.sql.settings import SqlSettings
from hub.errors import AuthError, HubError, SettingsError, SourceChanged, Unavailable

_REFUSED = {1044, 1045, 1130, 1227, 1698}
_HIDDEN = {1142, 1143}
_GONE = {1049}
_CHANGED = {1054, 1109, 1146}
_BROKEN_TABLE = {126, 127, 144, 145, 1034, 1194, 1195}
_TOO_LONG = {1317, 1969, 3024}
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """An open connection. Every cell that a query of ours selects is text already."""

    connection: Any
    source: str

    def rows(self, sql: str) -> list[Row]:
        """All rows of a short statement. Raises AuthError, Unavailable, SourceChanged."""
        with translated(self.source), self.connection.cursor() as cursor:
            cursor.execute(sql)  # without values the driver leaves percent signs alone
            return list(cursor.fetchall())

    def value(self, sql: str) -> str:
        """The first cell of the first row as text; "" when there is none."""
        rows = self.rows(sql)
        return "" if not rows or rows[0][0] is None else str(rows[0][0])


@contextmanager
def connected(settings: SqlSettings, base_dir: Path, source: str) -> Iterator[Server]:
    """A connection prepared for reading: read-only, its statements bounded in time, no strictness of its own."""
    driver = _driver(source)
    with translated(source):
        connection = driver.connect(
            host=settings.host, port=settings.port, user=settings.user, password=settings.password.get_secret_value(),
            database=settings.database, charset="utf8mb4", autocommit=True, connect_timeout=settings.connect_seconds,
            read_timeout=settings.statement_seconds + 30, write_timeout=30, **_encryption(settings, base_dir, source),
        )  # fmt: skip
    server = Server(connection, source)
    try:
        _prepare(server, settings)
        yield server
    finally:
        with suppress(Exception):  # a connection that is lost cannot be closed, and nobody needs it any more
            connection.close()


def _prepare(server: Server, settings: SqlSettings) -> None:
    if settings.tls == "required" and not is_encrypted(server):
        raise Unavailable("HUB-Q10", f"source {server.source}: the server offers no encryption; switch it on there, or set"
                          " tls to preferred")  # fmt: skip
    server.rows("SET SESSION sql_mode = ''")
    for statement in (
        "SET SESSION TRANSACTION READ ONLY",
        f"SET SESSION max_statement_time = {settings.statement_seconds}",
        f"SET SESSION max_execution_time = {settings.statement_seconds * 1000}",
        "SET SESSION group_concat_max_len = 10000",
    ):
        with suppress(HubError):  # MariaDB knows one of the two limits, MySQL 5.7.8 the other, older ones neither
            server.rows(statement)


def is_encrypted(server: Server) -> bool:
    rows = server.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    return bool(rows and rows[0][1])


def _encryption(settings: SqlSettings, base_dir: Path, source: str) -> dict[str, Any]:
    """The driver's TLS arguments. With a CA file the server must prove itself; without, it is only encrypted."""
    if settings.tls == "off":
        return {"ssl_disabled": True}
    if settings.tls_ca:
        try:
            context = ssl.create_default_context(cafile=str(base_dir / settings.tls_ca))
        except (OSError, ssl.SSLError):
            raise SettingsError(
                "HUB-Q01", f"source {source}: tls_ca cannot be read; name the PEM file of the authority that signed the"
                " server's certificate",
            ) from None  # fmt: skip
        context.check_hostname = False  # certificates of database servers rarely name the host
    elif settings.tls == "required":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    else:
        return {}  # the driver encrypts when the server offers it
    return {"ssl": context}


def _driver(source: str) -> Any:
    try:
        return importlib.import_module("pymysql")
    except ImportError:
        raise SettingsError(
            "HUB-Q02", f'source {source}: SQL mode needs the driver PyMySQL; run pip install "practice-hub[open-dental]"'
        ) from None


@contextmanager
def translated(source: str) -> Iterator[None]:
    """The driver's errors as ours; the server's own text may hold values and is not repeated."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith("pymysql") and not isinstance(error, OSError):
            raise
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        raise fault(number, source) from None


def fault(number: int, source: str) -> HubError:
    """What a server's error number means for the hub."""
    if number in _REFUSED:
        return AuthError("HUB-Q03", f"source {source}: the database refuses the account (error {number}); check user,"
                         " password and GRANT SELECT with the office's IT")  # fmt: skip
    if number in _HIDDEN:
        return SourceChanged("HUB-Q11", f"source {source}: the account may not read one of the tables (error {number}); GRANT"
                             " SELECT on the whole database; other streams go on")  # fmt: skip
    if number in _GONE:
        return SettingsError("HUB-Q04", f"source {source}: there is no such database; correct `database` in hub.toml")
    if number in _CHANGED:
        return SourceChanged("HUB-Q05", f"source {source}: a table or column that was there a moment ago is not (error"
                             f" {number}); is Open Dental being updated? run it again afterwards")  # fmt: skip
    if number in _BROKEN_TABLE:
        return Unavailable("HUB-Q06", f"source {source}: the server calls a table damaged (error {number}); Open Dental's"
                           " Database Maintenance repairs it")  # fmt: skip
    if number in _TOO_LONG:
        return Unavailable("HUB-Q07", f"source {source}: a statement took too long and was stopped (error {number});"
                           " raise statement_seconds, or read at night")  # fmt: skip
    return Unavailable("HUB-Q08", f"source {source}: the database cannot be reached or broke off (error {number}); is the"
                       " server on, and may this computer reach its port?")  # fmt: skip
