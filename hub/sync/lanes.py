"""Storing one page of facts: which are new, which changed, which are the same; bulk writes, provenance, duplicates.

Shared by the two lanes into the store: raw rows through a mapping (`mapped`) and ready facts (`ready`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Table, delete, select

from hub.clock import utc_text
from hub.contract import BadRow
from hub.model import TABLES
from hub.store.bulk import chunks, find_keys, write_rows
from hub.sync.passing import Passing
from hub.sync.runs import Counts

_MISSING = TABLES["missing_row"]
OLDER = "older than what is stored"


class NeedsCare(Exception):
    """The fast lane met one key twice in a delivery: the pass starts again, remembering every key."""


def shared_columns(passing: Passing) -> dict[str, object]:
    """What every fact of this pass has in common. A row that is written is alive again."""
    return {
        "practice_id": passing.stream.practice_id, "source": passing.stream.source, "stream": passing.stream.stream,
        "run_id": passing.run_id, "observed_at": utc_text(passing.observed_at), "blob_id": passing.blob_id,
        "deleted_at": None, "deleted_run": None,
    }  # fmt: skip


def is_empty(connection: Connection, table: Table, passing: Passing) -> bool:
    """Does this source have no fact of this entity at all yet? Then nothing needs to be compared."""
    where = (table.c.practice_id == passing.stream.practice_id) & (table.c.source == passing.stream.source)
    return connection.execute(select(table.c.source_key).where(where).limit(1)).first() is None


def insert_new(
    connection: Connection, table: Table, columns: Sequence[str], rows: list[tuple[object, ...]], passing: Passing
) -> int:
    """Write the rows whose keys are not there yet and return how many those were; the others are left alone.

    Without a savepoint: one makes the database keep a copy of every page that the transaction touches.
    """
    return write_rows(connection, table, columns, rows, shared_columns(passing), "nothing")


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds under a key."""

    fingerprint: int
    stream: str
    run_id: int
    dead: bool
    observed_at: str


def look_up(connection: Connection, table: Table, keys: Sequence[str], passing: Passing) -> dict[str, Stored]:
    """The stored versions of these keys, whichever stream of the source wrote them."""
    found: dict[str, Stored] = {}
    for chunk in chunks(keys):
        for key, mark, stream, run, deleted, observed in find_keys(
            connection, table, passing.stream.practice_id, passing.stream.source, chunk
        ):
            found[key] = Stored(mark, stream, run, deleted is not None, _moment(observed))
    return found


def _moment(observed: object) -> str:
    """A stored moment as the text that bulk writes store, so that two of them compare."""
    return utc_text(observed) if isinstance(observed, datetime) else str(observed)


@dataclass(slots=True)
class Compared:
    """Old fingerprints of the rows that changed, and of those that are the same."""

    replaced: set[int] = field(default_factory=set)
    same: set[int] = field(default_factory=set)


def store_compared(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: list[tuple[object, ...]], passing: Passing, counts: Counts,
    strict: bool = False,
) -> Compared:  # fmt: skip
    """Write what is new or changed and count the rest. `columns` starts with source_key and ends with fingerprint.

    `strict`: raise NeedsCare when a key was already written in this run (one key twice in a file).
    """
    found = look_up(connection, table, [str(row[0]) for row in rows], passing)
    now = utc_text(passing.observed_at)
    outcome, writing = Compared(), []
    for row in rows:
        stored = found.get(str(row[0]))
        if stored is None:
            counts.new += 1
        elif strict and stored.run_id == passing.run_id:
            raise NeedsCare
        elif passing.keeps_newer and stored.observed_at > now:
            counts.filtered += 1
            counts.by_rule[OLDER] += 1
            continue
        elif stored.fingerprint == row[-1] and not stored.dead:
            counts.same += 1
            outcome.same.add(stored.fingerprint)
            continue
        else:
            # Also when another stream of this source wrote it: the newest statement of a source stands (a claim that
            # leaves the open list shows up among the answered ones under its number).
            counts.changed += 1
            counts.revived += stored.dead
            outcome.replaced.add(stored.fingerprint)
        writing.append(row)
    write_rows(connection, table, columns, writing, shared_columns(passing))
    forget_missing(connection, table, list(found), passing)
    return outcome


def forget_missing(connection: Connection, table: Table, keys: Sequence[str], passing: Passing) -> None:
    """A record that came back, in whichever stream of the source fills this entity, is no longer missing."""
    if not passing.has_missing:
        return
    mine = (_MISSING.c.practice_id == passing.stream.practice_id) & (_MISSING.c.source == passing.stream.source)
    mine &= _MISSING.c.stream.endswith(f":{table.name}", autoescape=True)
    for chunk in chunks(keys):
        connection.execute(delete(_MISSING).where(mine, _MISSING.c.source_key.in_(chunk)))


def duplicate(payload: str, number: int | None) -> BadRow:
    """A second record under a key of the same delivery, with other content."""
    text = f"HUB-R06 row {number}: its key is in the file twice with different content; the first one was taken; correct it at the source"
    return BadRow("duplicate", text, payload, number)
