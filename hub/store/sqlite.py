"""SQLite connections through sqlcipher3, encrypted or plain: one known engine on every system.

Reference operations §3: WAL only with SQLite >= 3.51.3 (WAL-reset bug), synchronous=FULL, write with BEGIN IMMEDIATE.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from hub.config.account import unreadable
from hub.errors import SettingsError, Unavailable
from hub.store.keys import key_number, read_key

# The driver asks a protocol how to adapt what is not exactly text or a number, and it asks in vain: binding None or a
# truth value so costs twenty times what it costs when the answer is registered (measured: 4.2 and 0.28 us).
driver.register_adapter(type(None), {None: None}.get)
driver.register_adapter(bool, int)
BUSY_SECONDS = 10
_PLAIN_HEAD = b"SQLite format 3\x00"


def sqlite_engine(path: Path, encrypt: bool) -> Engine:
    """An engine on that file. Raises SettingsError for a wrong key, a foreign or damaged file, a wrong `encrypt`."""
    key = read_key(path.parent) if encrypt else None
    _check_head(path, key)
    engine = create_engine(
        "sqlite://", creator=_creator(path, key), module=driver, poolclass=QueuePool, pool_size=4, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    return engine


def remember_key(path: Path) -> None:
    """Note beside the database which key opens it."""
    _number_file(path).write_text(key_number(read_key(path.parent)) + "\n", encoding="ascii")


def left_over_fault(path: Path, encrypt: bool) -> str:
    """After an end without a word `hub.db-wal` is still there: what is wrong with the two together, empty when nothing is.

    Looked at through a connection that may only read, because the last one that may write brings the two together for good
    when it is closed. Takes 0.2 s for 100 MB, encrypted 0.8 s; nothing after a clean end.
    """
    if not _size(path) or not _size(path.with_name(path.name + "-wal")):
        return ""
    key = read_key(path.parent) if encrypt else None
    _check_head(path, key)
    return _first_fault(path, key)


def damage_message(path: Path, error: Exception) -> str:
    return (
        f"{path} is damaged ({error}); do not delete it: restore the newest backup, but first move the whole folder "
        f"{path.parent} away; never put {path.name} beside an old {path.name}-wal or {path.name}-shm"
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # what cannot be looked at is told when it is opened


def _first_fault(path: Path, key: str | None) -> str:
    """What SQLite finds first, empty when all is well or when it cannot be asked now."""
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as raw:
            _unlock(raw, key)
            found = raw.execute("PRAGMA quick_check(1)").fetchone()
    except driver.DatabaseError as error:
        return str(error) if "malformed" in str(error) else ""
    return "" if found is None or found[0] == "ok" else " ".join(str(found[0]).replace("*** in database main ***", "").split())


def _number_file(path: Path) -> Path:
    return path.with_name(path.name + ".keynumber")


def _creator(path: Path, key: str | None) -> Callable[[], Any]:
    def connect() -> Any:
        raw = driver.connect(str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
        _unlock(raw, key)
        for pragma in _pragmas():
            raw.execute(pragma)
        return raw

    return connect


def _unlock(raw: Any, key: str | None) -> None:
    if key:
        raw.execute(f"PRAGMA key=\"x'{key}'\"")
        raw.execute("PRAGMA cipher_log_level=NONE")  # its own lines on standard error say nothing to a reader


def _pragmas() -> tuple[str, ...]:
    wal = driver.sqlite_version_info >= (3, 51, 3)
    return (
        f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
        "PRAGMA foreign_keys=ON",
        f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}",
        "PRAGMA synchronous=FULL",
        "PRAGMA trusted_schema=OFF",
        "PRAGMA temp_store=MEMORY",
        "PRAGMA cache_size=-8000",
    )


def _begin(connection: Connection) -> None:
    # A read that becomes a write in a deferred transaction fails at once with BUSY_SNAPSHOT, whatever the timeout.
    writes = connection.get_execution_options().get("hub_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _first_bytes(path: Path) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(16)


def _noted_number(path: Path) -> str:
    """The key number beside the database; empty when none was noted."""
    number = _number_file(path)
    try:
        return number.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        return "unreadable"  # fits no key
    except OSError as error:
        raise SettingsError("HUB-D03", unreadable(number, error)) from None


def _check_head(path: Path, key: str | None) -> None:
    """Tell apart, before the first query: plain file, encrypted file, other key, foreign file."""
    try:
        head = _first_bytes(path)
    except OSError as error:
        raise Unavailable("HUB-D03", unreadable(path, error)) from None
    if not head:
        return
    if key is None and head != _PLAIN_HEAD:
        raise SettingsError(
            "HUB-D01", f"{path} is encrypted or not a database; set encrypt = true in [store], or move the file away"
        )
    if key is not None and head == _PLAIN_HEAD:
        raise SettingsError(
            "HUB-D01", f"{path} is a plain database; set encrypt = false in [store], or start in a new data_dir"
        )
    if key is not None and _noted_number(path) not in ("", key_number(key)):
        raise SettingsError(
            "HUB-D02",
            f"the key in {path.parent} does not belong to {path.name}; put back the key that was made with it",
        )
