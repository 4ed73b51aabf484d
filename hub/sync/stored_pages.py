"""Reading stored pages of a source that is asked once more: what they say is old, so it brings nothing back to life.

A record that was deleted after a page came stays deleted when that page is read again; its columns are read anew all
the same, for the day that a person undoes the deletion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from hub.contract import Stream
from hub.model import ENTITIES, TABLES
from hub.store.bulk import chunks
from hub.sync.blobs import parts
from hub.sync.mappers import Mappers, store_rows
from hub.sync.passing import Passing
from hub.sync.raw_pages import pages_of
from hub.sync.runs import Counts
from hub.sync.session import SyncSession
from hub.sync.settle import Settled, after_ready
from hub.sync.snapshot import StreamId

_STATE = TABLES["stream_state"]
Deletion = tuple[datetime, int | None]


@dataclass(slots=True)
class StoredPages:
    """One replay of a stream: its mappings, and the records that are deleted now, by entity and key."""

    session: SyncSession
    stream: Stream
    mappers: Mappers
    deleted: dict[str, dict[str, Deletion]]
    run_id: int | None = None

    def read(self, connection: Connection, passing: Passing, run_id: int) -> tuple[Counts, Settled]:
        """Store what a page of that run says. `passing.observed_at` is when it came."""
        counts = Counts()
        if run_id != self.run_id:
            self.mappers.begin_pass()
            self.run_id = run_id
        passing.seen, passing.has_missing = {}, False
        for page in pages_of(b"".join(parts(connection, passing.blob_id or 0))):
            if self.mappers.knows(page):  # an earlier version of the connector may have had further mappings
                store_rows(connection, page, self.mappers, passing, counts)
        self._delete_again(connection, passing, counts)
        with _as_fresh_as_before(connection, passing):
            settled = after_ready(connection, self.session, self.stream, passing, counts, None)
        return counts, settled

    def _delete_again(self, connection: Connection, passing: Passing, counts: Counts) -> None:
        """Give those that were deleted after the page came their deletion back, with its run: it can be undone as before."""
        for entity, keys in (passing.seen or {}).items():
            known, again = self.deleted.get(entity, {}), defaultdict[Deletion, list[str]](list)
            for key in keys & known.keys():
                if known[key][0] >= passing.observed_at:
                    again[known[key]].append(key)
            for deletion, dead in again.items():
                _set_deletion(connection, passing.stream, entity, dead, deletion)
                counts.revived -= len(dead)
                passing.added[entity] -= len(dead)


def stored_pages(connection: Connection, session: SyncSession, stream: Stream) -> StoredPages:
    """A replay that is about to begin. The newest word about a record may be another stream's of the same source."""
    deleted: dict[str, dict[str, Deletion]] = {}
    for entity in stream.entities:
        table = ENTITIES[entity]
        mine = (table.c.practice_id == session.practice_id) & (table.c.source == session.source)
        query = select(table.c.source_key, table.c.deleted_at, table.c.deleted_run)
        rows = connection.execute(query.where(mine, table.c.deleted_at.is_not(None)))
        deleted[entity] = {str(key): (moment, run) for key, moment, run in rows}
    return StoredPages(session, stream, Mappers(session, stream), deleted)


def _set_deletion(connection: Connection, stream: StreamId, entity: str, keys: list[str], deletion: Deletion) -> None:
    table, (moment, run) = ENTITIES[entity], deletion
    for chunk in chunks(keys):
        mine = stream.of(table) & table.c.source_key.in_(chunk)
        connection.execute(update(table).where(mine).values(deleted_at=moment, deleted_run=run))


@contextmanager
def _as_fresh_as_before(connection: Connection, passing: Passing) -> Iterator[None]:
    """Reading stored pages again says nothing about the source: a pass that was cut off stays so, and so does its problem."""
    mine = passing.stream.of(_STATE)
    kept = ("entity", "as_of", "last_complete_at", "last_run_id", "problem", "problem_at")
    columns = [_STATE.c[name] for name in kept]
    before = [dict(row._mapping) for row in connection.execute(select(*columns).where(mine))]
    yield
    for values in before:
        entity = values.pop("entity")
        connection.execute(update(_STATE).where(mine, _STATE.c.entity == entity).values(**values))
