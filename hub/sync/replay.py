"""Read stored bytes again, without asking the source: after a mapping was corrected, and to retry what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, not_, select, update

from hub.contract import Connector, FileConnector, SourceContext, SourceFile, Stream
from hub.errors import HubBug, HubError
from hub.model import TABLES
from hub.points import reach
from hub.sync.absence import is_stopped_by_absence
from hub.sync.blobs import READABLE, spooled
from hub.sync.connector_files import Stopped, read_by_connector
from hub.sync.files import FileOutcome, begin_pass, read_by_mapping
from hub.sync.mappers import mapping_mark
from hub.sync.passing import Passing
from hub.sync.quarantine import close
from hub.sync.raw_pages import page_name
from hub.sync.redelivered import shown_at
from hub.sync.runs import Counts
from hub.sync.second_process import FailedThere
from hub.sync.session import SyncSession
from hub.sync.settle import Settled, after_ready, is_full_list
from hub.sync.snapshot import StreamId
from hub.sync.stored_pages import stored_pages

_BLOB, _Q, _STATE = TABLES["blob"], TABLES["quarantine"], TABLES["stream_state"]


def replay_changed(session: SyncSession, connector: Connector, ctx: SourceContext) -> list[FileOutcome]:
    """Re-normalise every stream whose mapping is no longer the one its rows were read with."""
    by_file = _as_files(connector, ctx) is not None
    outdated = [stream for stream in connector.streams if _outdated(session, stream, by_file)]
    return [_guarded(session, connector, stream, ctx) for stream in _until_stopped(outdated, ctx)]


def retry_quarantine(session: SyncSession, connector: Connector, ctx: SourceContext) -> list[FileOutcome]:
    """Read again every blob that has open entries; what is good now is stored and its entry closed as replayed."""
    outcomes = []
    for stream in _until_stopped(connector.streams, ctx):
        with session.store.read() as connection:
            open_before = _open_entries(connection, session, stream)
        if open_before:
            outcomes.append(_guarded(session, connector, stream, ctx))
    return outcomes


def confirm_missing(session: SyncSession, connector: Connector, ctx: SourceContext) -> list[FileOutcome]:
    """A person confirmed what the brake stopped: the newest stored file of every such stream is read again.

    The file itself need not lie there any more: it may have been moved away, or fetched where it is given once.
    """
    streams = connector.streams if _as_files(connector, ctx) is not None else ()
    stopped = [stream for stream in streams if _is_stopped(session, stream)]
    return [_guarded(session, connector, stream, ctx, newest_only=True) for stream in _until_stopped(stopped, ctx)]


def _until_stopped(streams: Iterable[Stream], ctx: SourceContext) -> Iterator[Stream]:
    """The streams one by one; no further one once the hub is asked to stop."""
    for stream in streams:
        if ctx.stop.is_set():
            return
        yield stream


def _is_stopped(session: SyncSession, stream: Stream) -> bool:
    with session.store.read() as connection:
        state = session.state(connection, StreamId(session.practice_id, session.source, stream.name))
    return state is not None and is_stopped_by_absence(str(state["problem"] or ""))


def _as_files(connector: Connector, ctx: SourceContext) -> FileConnector | None:
    """The connector when it reads files under these settings, None when it is pulled."""
    return connector if isinstance(connector, FileConnector) and connector.reads_files(ctx) else None


def _mark(session: SyncSession, stream: Stream, by_file: bool) -> str | None:
    """What the stream's state says when its rows were read with the mappings of today; a file is read by one."""
    return mapping_mark(session, replace(stream, also=()) if by_file else stream)


def _outdated(session: SyncSession, stream: Stream, by_file: bool) -> bool:
    mark = _mark(session, stream, by_file)
    if mark is None:
        return False
    with session.store.read() as connection:
        state = session.state(connection, StreamId(session.practice_id, session.source, stream.name))
    return state is not None and state["mapping_fingerprint"] not in (None, mark)


def _guarded(
    session: SyncSession, connector: Connector, stream: Stream, ctx: SourceContext, newest_only: bool = False
) -> FileOutcome:
    try:
        return _replay(session, connector, stream, ctx, newest_only)
    except HubError as error:
        return FileOutcome(f"{stream.name} (stored)", "incomplete", problem=error)
    except FailedThere as error:
        bug = HubBug(
            "HUB-P08",
            f"{session.source}: connector {connector.id} failed unexpectedly in stored files of {stream.name} ({error.kind}); nothing of them was read again; report it to its author",
        )
        return FileOutcome(f"{stream.name} (stored)", "incomplete", problem=bug)
    except Stopped:
        session.warn(f"{stream.name} was not read again to its end because the hub stops; the next run does it")
        return FileOutcome(f"{stream.name} (stored)", "skipped")


def _replay(
    session: SyncSession, connector: Connector, stream: Stream, ctx: SourceContext, newest_only: bool
) -> FileOutcome:
    outcome = FileOutcome(f"{stream.name} (stored)", "complete")
    with session.writing() as connection:
        open_before, read = _open_entries(connection, session, stream), set[int]()
        files = _as_files(connector, ctx)
        read_again = _reader(connection, session, files, stream, ctx)
        blobs = _blobs(connection, session, stream, files is not None)
        name = StreamId(session.practice_id, session.source, stream.name)
        shown = shown_at(connection, name) if stream.whole is not None else {}
        for blob in blobs[-1:] if newest_only else blobs:
            if ctx.stop.is_set():
                raise Stopped
            counts, settled = read_again(blob, _passing(connection, session, stream, blob, shown))
            outcome.counts.add(counts)
            outcome.problem = settled.error or outcome.problem
            read.add(int(str(blob["id"])))
        outcome.status = "complete" if outcome.problem is None else "incomplete"
        if outcome.problem is None:
            _close_replayed(connection, session, stream, open_before, read)
        if not read:  # nothing is stored, so nothing is outdated
            _note_read(connection, session, stream, _mark(session, stream, files is not None))
        reach("before_commit")
    reach("after_commit")
    return outcome


def _reader(
    connection: Connection, session: SyncSession, files: FileConnector | None, stream: Stream, ctx: SourceContext
) -> Callable[[dict[str, object], Passing], tuple[Counts, Settled]]:
    """How one blob of the stream is read: as the file that it was, or as a page of raw records."""
    if files is not None:
        return partial(_one_file, connection, session, files, stream, ctx)
    pages = stored_pages(connection, session, stream)
    return lambda blob, passing: pages.read(connection, passing, int(str(blob["run_id"])))


def _note_read(connection: Connection, session: SyncSession, stream: Stream, mark: str | None) -> None:
    mine = StreamId(session.practice_id, session.source, stream.name).of(_STATE)
    connection.execute(update(_STATE).where(mine).values(mapping_fingerprint=mark))


def _blobs(connection: Connection, session: SyncSession, stream: Stream, by_file: bool) -> list[dict[str, object]]:
    """A full list is its newest whole file, and what lists said since that were stopped; everything else is all that
    was delivered, in order.

    What the source said the other way, before it was set to be pulled (or to read files), cannot be read this way.
    """
    is_page = _BLOB.c.name == page_name(stream)
    query = (
        select(_BLOB)
        .where(_BLOB.c.practice_id == session.practice_id, _BLOB.c.source == session.source)
        .where(_BLOB.c.stream == stream.name, _BLOB.c.state.in_(READABLE), not_(is_page) if by_file else is_page)
        .order_by(_BLOB.c.received_at, _BLOB.c.id)
    )
    rows = [dict(row._mapping) for row in connection.execute(query)]
    mapping = session.mapping(stream.mapping) if stream.mapping else None
    if not by_file or not is_full_list(stream, mapping):
        return rows
    whole = [n for n, row in enumerate(rows) if row["state"] == "applied"]
    return rows[whole[-1] :] if whole else rows


def _passing(
    connection: Connection, session: SyncSession, stream: Stream, blob: dict[str, object], shown: dict[int, datetime]
) -> Passing:
    observed = shown.get(int(str(blob["id"]))) or blob["modified_at"] or blob["received_at"]
    assert isinstance(observed, datetime)
    passing = begin_pass(connection, session, stream.name, int(str(blob["id"])), observed)
    passing.quarantine.cured_as, passing.replayed = "replayed", True
    return passing


def _one_file(
    connection: Connection, session: SyncSession, connector: FileConnector, stream: Stream, ctx: SourceContext,
    blob: dict[str, object], passing: Passing,
) -> tuple[Counts, Settled]:  # fmt: skip
    received = blob["received_at"]
    assert isinstance(received, datetime)
    with spooled(connection, int(str(blob["id"])), session.spool_dir) as path:
        file = SourceFile(
            str(blob["name"]), path, int(str(blob["size"])), str(blob["sha256"]), passing.observed_at, received
        )
        if stream.mapping is not None:
            return read_by_mapping(
                connection, session, stream, session.mapping(stream.mapping), file, passing, True, None
            )
        counts = read_by_connector(connection, connector, stream, file, passing, ctx, None)
        return counts, after_ready(connection, session, stream, passing, counts, file.name)


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
