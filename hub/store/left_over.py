"""A backup that was copied over the files of a crash is refused before anything is written.

The newer hub.db-wal is then left beside the older hub.db, and SQLite, which has no means of telling, puts the one into the other.
"""

from __future__ import annotations

from pathlib import Path

import sqlcipher3.dbapi2 as driver
from sqlalchemy.exc import DatabaseError

from hub.store.sqlite import left_over_fault
from hub.store.store import tell


def refuse_mixed(path: Path, encrypt: bool) -> None:
    """Raise SettingsError HUB-D10, as a query that meets the damage would, when the two do not belong together."""
    fault = left_over_fault(path, encrypt)
    if fault:
        raise tell(DatabaseError("", None, driver.DatabaseError(f"malformed: {fault}")), str(path))
