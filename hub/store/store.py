"""The database behind the hub: read and write transactions, with failures told in the hub's own words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError

from hub.errors import Busy, HubBug, HubError, SettingsError, Unavailable
from hub.store.bulk import too_large
from hub.store.sqlite import damage_message, sqlite_engine

DATABASE_FILE = "hub.db"
_FORM = "postgresql+psycopg://user:password@host:port/database"
_log = logging.getLogger("hub.store")


class Store:
    """One database. `write()` is one short transaction; `read()` sees one consistent state and changes nothing."""

    def __init__(self, engine: Engine, label: str) -> None:
        self.engine = engine
        self.label = label

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._told(), self.engine.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Commit on leaving, roll back on any exception. Takes the write lock at once (SQLite) and waits up to 10 s."""
        with self._told(), self.engine.connect().execution_options(hub_write=True) as connection, connection.begin():
            yield connection

    def refresh_statistics(self) -> None:
        """Let the database look at its tables again, so that it plans the rules' queries well. Costs some hundredths.

        Measured on a first load of 80,000 facts: a reconcile took 4.5 s before and 1.9 s after.
        """
        with self.write() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA analysis_limit=1000")
                connection.exec_driver_sql("PRAGMA optimize=0x10002")
            else:
                connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except HubError:
            raise
        except SQLAlchemyError as error:
            raise tell(error, self.label) from None


def open_store(data_dir: Path, url: str = "", encrypt: bool = True) -> Store:
    """The store that the settings describe; nothing is created or upgraded here (`hub.store.upgrade`)."""
    if not url:
        path = data_dir / DATABASE_FILE
        return Store(sqlite_engine(path, encrypt), str(path))
    if not url.startswith("postgresql+psycopg://"):
        raise SettingsError("HUB-S06", "store.url must start with postgresql+psycopg:// (or be empty for SQLite)")
    server, label = address(url)
    # Moments are written as UTC text: the session must read them so, whatever zone the server is in.
    engine = create_engine(server, hide_parameters=True, pool_pre_ping=True, connect_args={"options": "-c timezone=UTC"})
    return Store(engine, label)


def address(url: str) -> tuple[URL, str]:
    """The address in its parts, and how it is shown: without the password and the options, one of which may be one.

    Raises SettingsError HUB-S06, never with a part of the address: any may belong to the password.
    """
    try:
        server = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError("HUB-S06", f"store.url cannot be taken apart; write it as {_FORM}") from None
    if "@" in f"{server.host}{server.database}":
        raise SettingsError("HUB-S06", f"store.url has an @ too many; write the one in the password as %40: {_FORM}")
    return server, server.set(query={}).render_as_string(hide_password=True)


def _before_any_statement(error: SQLAlchemyError) -> bool:
    """The server was never asked anything: an unknown host, an option that the driver does not know."""
    return isinstance(error, OperationalError | ProgrammingError) and error.statement is None


def tell(error: SQLAlchemyError, label: str) -> HubError:
    """The same failure in one line with what to do; statements and parameters stay out."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(cause).lower()
    if "locked" in text or "lock timeout" in text or "busy" in text:
        return Busy(
            "HUB-D04", f"{label} is locked by another program for more than 10 s; close it, the next run tries again"
        )
    if "disk is full" in text or "disk full" in text or "no space" in text:
        return Unavailable(
            "HUB-D05", f"the disk of {label} is full; nothing was half-written; free space and run again"
        )
    if "out of range" in text:
        return too_large(label)
    if "disk i/o error" in text:
        return Unavailable(
            "HUB-D11",
            f"the disk of {label} refused to read or write; nothing was half-written; check disk, share and free space",
        )
    if "not a database" in text or "malformed" in text:
        return SettingsError("HUB-D10", damage_message(Path(label), Exception(str(cause).split("\n")[0])))
    if "unable to open" in text or "readonly" in text or "read-only" in text:
        return Unavailable("HUB-D03", f"{label} cannot be opened for writing; check folder, rights and free space")
    if "psycopg" in type(cause).__module__ and ("connection" in text or _before_any_statement(error)):
        return Unavailable(
            "HUB-D06", f"{label} cannot be reached ({type(cause).__name__}); check server, address and password"
        )
    if "no such table" in text or "does not exist" in text:
        return SettingsError("HUB-D07", f'{label} has no hub tables yet or an older schema; run "hub init"')
    statement = getattr(error, "statement", None) or ""
    _log.error("database error %s in: %s", type(cause).__name__, " ".join(statement.split())[:2000])
    return HubBug("HUB-B01", f"database error {type(cause).__name__} in {label}; the transaction was rolled back")
