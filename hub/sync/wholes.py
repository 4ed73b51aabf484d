"""Records that a source delivers whole, together with their parts (a payment with its claims and lines): when one is
delivered, the parts that the delivery does not hold are gone.

A delivery is a file, or the records of a source that is asked between two checkpoints. One that is older than what is
stored of a record says nothing about it. Bookkeeping is eight bytes a row: the fingerprints that the store compares anyway.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, update

from hub.clock import utc_text
from hub.contract import BadRow, Stream
from hub.errors import HubBug
from hub.model import ENTITIES, TABLES
from hub.store.bulk import chunks
from hub.sync.lanes import OLDER, look_up
from hub.sync.passing import Passing
from hub.sync.runs import Counts
from hub.sync.snapshot import tombstone

Row = tuple[object, ...]
_STATE = TABLES["stream_state"]
_key, _mark = itemgetter(0), itemgetter(-1)
# Fingerprints have 64 bits; a sum of their lower ones still fits the database's numbers.
_LOW_BITS = (1 << 40) - 1


class Wholes:
    """What one delivery says of the wholes of a stream. Does nothing for a stream without."""

    def __init__(self, connection: Connection, stream: Stream, passing: Passing) -> None:
        self._connection, self._stream, self._passing = connection, stream, passing
        self._said = {part: array("q") for part in stream.parts}
        self._again: set[str] = set()  # wholes that were stored before
        self._unread: set[str | None] = set()  # wholes of which a part could not be read; None: of any
        self._is_late = stream.whole is not None and _is_late(connection, passing)
        self._newer: dict[str, bool] = {}

    def standing(self, entity: str, rows: list[Row], counts: Counts) -> list[Row]:
        """These rows without those of a whole that a newer delivery told of; they are counted as filtered."""
        if not self._is_late or (entity != self._stream.whole and entity not in self._said):
            return rows
        self._look_up({_whole_of(row) for row in rows} - self._newer.keys())
        kept = [row for row in rows if not self._newer[_whole_of(row)]]
        counts.filtered += len(rows) - len(kept)
        counts.by_rule[OLDER] += len(rows) - len(kept)
        return kept

    def note(self, entity: str, rows: list[Row], added: int) -> None:
        """These rows were stored; their last value is the fingerprint. `added`: how many of them are new."""
        if entity in self._said:
            self._said[entity].extend(map(_mark, rows))
        elif entity == self._stream.whole:
            keys = list(map(_key, rows))
            if any("/" in str(key) for key in keys):
                raise _mistake(
                    self._passing, f"gives a {entity} a key with a slash: the rest of it would be the part of another"
                )
            if added < len(rows):
                self._again.update(map(str, keys))

    def set_aside(self, row: BadRow) -> None:
        """A record could not be read. It may be a part, and what turned unreadable is not gone."""
        self._unread.add(row.part_of)

    def settle(self, counts: Counts, now: datetime) -> None:
        """The delivery is over: parts that it did not hold of wholes that could all be read are gone."""
        if not self._again or self._stream.whole is None:
            return
        passing, keys = self._passing, sorted(self._again)
        read = [] if None in self._unread else [key for key in keys if key not in self._unread]
        for entity, said in self._said.items() if read else ():
            gone = self._unsaid(ENTITIES[entity], read, said)
            tombstone(self._connection, ENTITIES[entity], passing.stream, gone, passing.run_id, now)
            counts.deleted += len(gone)
            passing.added[entity] -= len(gone)
        self._shown_again(ENTITIES[self._stream.whole], keys)

    def _unsaid(self, table: Table, keys: Sequence[str], said: array[int]) -> list[str]:
        """Live parts that were not said. Nearly always there are none, which their number and a sum tell without a list."""
        tally = func.count(), func.sum(table.c.fingerprint.bitwise_and(_LOW_BITS))
        tallies = list(_of_parts(self._connection, table, tally, keys, self._passing))
        live = sum(count for count, _ in tallies), sum(int(total or 0) for _, total in tallies)
        if live == (len(said), sum(mark & _LOW_BITS for mark in said)):
            return []
        known = set(said)
        found = _of_parts(self._connection, table, (table.c.source_key, table.c.fingerprint), keys, self._passing)
        return [key for key, mark in found if mark not in known]

    def _shown_again(self, table: Table, keys: Sequence[str]) -> None:
        """A whole is as new as the last delivery that told of it, also where its own row says nothing new."""
        for chunk in chunks(keys):
            mine = self._passing.stream.of(table) & table.c.source_key.in_(chunk)
            self._connection.execute(update(table).where(mine).values(observed_at=self._passing.observed_at))

    def _look_up(self, wholes: set[str]) -> None:
        stored = look_up(self._connection, ENTITIES[str(self._stream.whole)], sorted(wholes), self._passing)
        now = utc_text(self._passing.observed_at)
        for key in wholes:
            self._newer[key] = key in stored and not stored[key].dead and stored[key].observed_at > now


def _whole_of(row: Row) -> str:
    """The key of a whole, out of its own or that of a part."""
    return str(row[0]).partition("/")[0]


def _is_late(connection: Connection, passing: Passing) -> bool:
    """Was anything of the stream delivered that is newer than this?"""
    newest = connection.execute(select(func.max(_STATE.c.as_of)).where(passing.stream.of(_STATE))).scalar()
    return isinstance(newest, datetime) and newest > passing.observed_at


def _of_parts(
    connection: Connection, table: Table, columns: Sequence[ColumnElement[Any]], wholes: Sequence[str], passing: Passing
) -> Iterator[Any]:
    """These columns of the live parts of the wholes: the rows whose keys begin with theirs and a slash."""
    live = passing.stream.of(table) & table.c.deleted_at.is_(None)
    query = select(*columns).where(live).execution_options(yield_per=5000)
    for within in _stretches(connection, table, wholes):
        yield from connection.execute(query.where(within))


def _stretches(connection: Connection, table: Table, wholes: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    key = table.c.source_key
    if connection.dialect.name == "sqlite":  # it compares keys byte by byte, so parts stand together in the primary key
        yield from (and_(key > f"{whole}/", key < f"{whole}0") for whole in wholes)
    else:
        yield from (and_(func.split_part(key, "/", 1).in_(chunk), key.contains("/")) for chunk in chunks(wholes))


def _mistake(passing: Passing, what: str) -> HubBug:
    return HubBug("HUB-P05", f"connector of {passing.stream.source} {what}")
