"""Read stored bytes again, without asking the source: after a mapping was corrected, and to retry what was set aside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, select, update

from hub.contract import Connector, FileConnector, SourceContext, SourceFile, Stream
from hub.errors import HubError
from hub.mapping import compile_mapping
from hub.model import TABLES
from hub.points import reach
from hub.sync.blobs import parts, spooled
from hub.sync.files import FileOutcome, begin_pass, read_by_connector, read_by_mapping
from hub.sync.passing import Passing
from hub.sync.pull import pages_of, store_rows
from hub.sync.quarantine import close
from hub.sync.runs import Counts
from hub.sync.session import SyncSession
from hub.sync.settle import Settled, after_ready, is_full_list
from hub.sync.snapshot import StreamId

_BLOB, _Q, _STATE = TABLES["blob"], TABLES["quarantine"], TABLES["stream_state"]


def replay_changed(session: SyncSession, connector: Connector, ctx: SourceContext) -> list[FileOutcome]:
    """Re-normalise every stream whose mapping is no longer the one its rows were read with."""
    return [_guarded(session, connector, stream, ctx) for stream in connector.streams if _outdated(session, stream)]


def retry_quarantine(session: SyncSession, connector: Connector, ctx: SourceContext) -> list[FileOutcome]:
    """Read again every blob that has open entries; what is good now is stored and its entry closed as replayed."""
    outcomes = []
    for stream in connector.streams:
        with session.store.read() as connection:
            open_before = _open_entries(connection, session, stream)
        if open_before:
            outcomes.append(_guarded(session, connector, stream, ctx))
    return outcomes


def _outdated(session: SyncSession, stream: Stream) -> bool:
    if stream.mapping is None:
        return False
    with session.store.read() as connection:
        state = session.state(connection, StreamId(session.practice_id, session.source, stream.name))
    return state is not None and state["mapping_fingerprint"] not in (
        None,
        session.mapping(stream.mapping).fingerprint.hex(),
    )


def _guarded(session: SyncSession, connector: Connector, stream: Stream, ctx: SourceContext) -> FileOutcome:
    try:
        return _replay(session, connector, stream, ctx)
    except HubError as error:
        return FileOutcome(f"{stream.name} (stored)", "incomplete", problem=error)


def _replay(session: SyncSession, connector: Connector, stream: Stream, ctx: SourceContext) -> FileOutcome:
    outcome = FileOutcome(f"{stream.name} (stored)", "complete")
    with session.writing() as connection:
        open_before, read = _open_entries(connection, session, stream), set[int]()
        for blob in _blobs(connection, session, stream, connector):
            counts, settled = _one_blob(connection, session, connector, stream, ctx, blob)
            outcome.counts.add(counts)
            outcome.problem = settled.error or outcome.problem
            read.add(int(str(blob["id"])))
        outcome.status = "complete" if outcome.problem is None else "incomplete"
        if outcome.problem is None:
            _close_replayed(connection, session, stream, open_before, read)
        reach("before_commit")
    reach("after_commit")
    return outcome


def _blobs(
    connection: Connection, session: SyncSession, stream: Stream, connector: Connector
) -> Iterable[dict[str, object]]:
    """A snapshot is its newest file; everything else is all that was delivered, in order."""
    query = (
        select(_BLOB)
        .where(_BLOB.c.practice_id == session.practice_id, _BLOB.c.source == session.source)
        .where(_BLOB.c.stream == stream.name, _BLOB.c.state == "applied")
        .order_by(_BLOB.c.received_at, _BLOB.c.id)
    )
    rows = [dict(row._mapping) for row in connection.execute(query)]
    mapping = session.mapping(stream.mapping) if stream.mapping else None
    newest_only = isinstance(connector, FileConnector) and is_full_list(stream, mapping)
    return rows[-1:] if newest_only else rows


def _one_blob(
    connection: Connection,
    session: SyncSession,
    connector: Connector,
    stream: Stream,
    ctx: SourceContext,
    blob: dict[str, object],
) -> tuple[Counts, Settled]:
    received = blob["received_at"]
    observed = blob["modified_at"] or received
    assert isinstance(received, datetime) and isinstance(observed, datetime)
    passing = begin_pass(connection, session, stream.name, int(str(blob["id"])), observed)
    passing.quarantine.cured_as, passing.replayed = "replayed", True
    if not isinstance(connector, FileConnector):
        return _stored_pages(connection, session, stream, passing)
    with spooled(connection, int(str(blob["id"])), session.spool_dir) as path:
        file = SourceFile(str(blob["name"]), path, int(str(blob["size"])), str(blob["sha256"]), observed, received)
        if stream.mapping is not None:
            return read_by_mapping(
                connection, session, stream, session.mapping(stream.mapping), file, passing, True, None
            )
        counts = read_by_connector(connection, connector, stream, file, passing, ctx, None)
        return counts, after_ready(connection, session, stream, passing, counts, file.name)


def _stored_pages(
    connection: Connection, session: SyncSession, stream: Stream, passing: Passing
) -> tuple[Counts, Settled]:
    mapping, counts = session.mapping(stream.mapping or ""), Counts()
    for page in pages_of(b"".join(parts(connection, passing.blob_id or 0))):
        store_rows(connection, page, mapping, compile_mapping(mapping, page.columns, session.zone), passing, counts)
    with _as_fresh_as_before(connection, passing):
        settled = after_ready(connection, session, stream, passing, counts, None)
    return counts, settled


@contextmanager
def _as_fresh_as_before(connection: Connection, passing: Passing) -> Iterator[None]:
    """Reading stored pages again says nothing about the source: a pass that was cut off stays so, and so does its problem."""
    mine = passing.stream.of(_STATE)
    kept = (_STATE.c.entity, _STATE.c.as_of, _STATE.c.last_complete_at, _STATE.c.problem, _STATE.c.problem_at)
    before = [dict(row._mapping) for row in connection.execute(select(*kept).where(mine))]
    yield
    for values in before:
        entity = values.pop("entity")
        connection.execute(update(_STATE).where(mine, _STATE.c.entity == entity).values(**values))


def _open_entries(connection: Connection, session: SyncSession, stream: Stream) -> dict[int, int]:
    """Open entries by id, with the number of attempts so far."""
    where = (_Q.c.practice_id == session.practice_id) & (_Q.c.source == session.source) & (_Q.c.stream == stream.name)
    query = select(_Q.c.id, _Q.c.attempts).where(where, _Q.c.status == "open")
    return {int(row.id): int(row.attempts) for row in connection.execute(query)}


def _close_replayed(
    connection: Connection, session: SyncSession, stream: Stream, before: dict[int, int], read: Collection[int]
) -> None:
    """An entry that was not set aside again is cured, when the bytes that hold it were among those read."""
    after = _open_entries(connection, session, stream)
    same = [entry for entry, tries in before.items() if after.get(entry) == tries]
    query = select(_Q.c.id, _Q.c.blob_id).where(_Q.c.practice_id == session.practice_id, _Q.c.status == "open")
    bytes_of = {int(row.id): row.blob_id for row in connection.execute(query.where(_Q.c.stream == stream.name))}
    cured = [entry for entry in same if bytes_of.get(entry) in read]
    close(connection, cured, "replayed", session.clock.now())
