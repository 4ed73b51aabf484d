"""Sync of a source that is files: take what is new and finished, keep its bytes, read it, settle what is absent.

One file is one transaction: bytes, facts, quarantine, counts and stream state stand or fall together.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from hub.contract import FileConnector, Match, SourceContext, SourceFile, Stream
from hub.errors import BadRecord, HubBug, HubError, SourceChanged, Unavailable
from hub.mapping import Mapping
from hub.model import TABLES
from hub.points import reach
from hub.readers.opening import open_records
from hub.sync.archives import may_unpack, unpack
from hub.sync.blobs import READABLE, BlobWriter, digest_file, note_completeness, supersede
from hub.sync.bulk_work import bulk_work
from hub.sync.connector_files import Stopped, read_by_connector
from hub.sync.fetched import Fetched, fetch
from hub.sync.inbox import MAX_BYTES, Found, labels_of, list_files, read_head, wait_until_settled
from hub.sync.lanes import NeedsCare
from hub.sync.mapped import read_mapped
from hub.sync.marks import read_mark
from hub.sync.passing import Passing
from hub.sync.quarantine import open_quarantine
from hub.sync.redelivered import (
    KnownBytes,
    bring_back,
    known_bytes,
    overtaken,
    remember_name,
    say_again,
    shown_at,
    stopped_since,
)
from hub.sync.runs import Counts, note_stream
from hub.sync.second_process import FailedThere
from hub.sync.session import StateRow, SyncSession
from hub.sync.settle import Settled, after_mapped, after_ready, is_full_list
from hub.sync.snapshot import Signature, StreamId, has_signature, pages

_log = logging.getLogger("hub.sync")
_BLOB, _MISSING, _STATE = TABLES["blob"], TABLES["missing_row"], TABLES["stream_state"]


@dataclass(slots=True)
class FileOutcome:
    """What became of one file, for the run's message."""

    name: str
    status: str
    counts: Counts = field(default_factory=Counts)
    problem: HubError | None = None


class Older(Exception):
    """A snapshot of the moment `shown`, older than what is stored (of the moment `stored`): kept out."""

    def __init__(self, shown: datetime, stored: datetime) -> None:
        super().__init__()
        self.shown, self.stored = shown, stored


class _NotQuite(SourceChanged):
    """A file that should be a stream's and is not: columns were renamed or removed, or it is empty."""

    def __init__(self, stream: Stream, code: str, message: str) -> None:
        super().__init__(code, message)
        self.stream = stream


@dataclass(frozen=True, slots=True)
class Delivered:
    """A finished file with its hash and what it is. Not `whole`: an archive of which not every file came out."""

    found: Found
    sha256: str
    match: Match
    stream: Stream | None
    mapping: Mapping | None
    whole: bool = True

    @property
    def name(self) -> str:
        return self.found.name


def sync_files(session: SyncSession, connector: FileConnector, ctx: SourceContext) -> list[FileOutcome]:
    """Fetch what is new, then read every new file. A file that fails is noted and the next one is read."""
    inbox = Fetched(session)
    failure = fetch(session, connector, inbox, ctx)
    files = list_files(connector.folders(ctx), ctx.source)
    fresh = []
    for file in files:
        known = _taken_before(session, file)
        if known is None:
            fresh.append(file)
        else:
            _archive(session, file, known)  # left over where an earlier run was cut off before it moved the file
    ready, moving = wait_until_settled(fresh, session.settle_seconds)
    outcomes = [FileOutcome(file.name, "skipped", problem=_still_written(file)) for file in moving]
    if failure is not None:
        _note_unfetched(session, failure)
        outcomes.insert(0, FileOutcome("fetching", "incomplete", problem=failure))
    lying = inbox.files()
    outcomes += _each(session, connector, ctx, [*ready, *lying], inbox)
    unpacked = [file for file in inbox.files() if file not in lying]
    return outcomes + _each(session, connector, ctx, unpacked, inbox)


def _each(
    session: SyncSession, connector: FileConnector, ctx: SourceContext, files: Sequence[Found], inbox: Fetched
) -> list[FileOutcome]:
    """Oldest first."""
    outcomes = []
    for file in sorted(files, key=lambda file: (file.modified_ns, file.path.name)):
        if ctx.stop.is_set():
            break
        outcome = _one(session, connector, ctx, file, inbox)
        if outcome is not None:
            outcomes.append(outcome)
    return outcomes


def _still_written(file: Found) -> Unavailable:
    return Unavailable("HUB-C06", f"{file.name} is still being written; the next run takes it")


def _taken_before(session: SyncSession, file: Found) -> str | None:
    """The hash of a file that is known by name, size and time: it is not even opened again."""
    if session.full:
        return None
    with session.store.read() as connection:
        where = (
            (_BLOB.c.practice_id == session.practice_id)
            & (_BLOB.c.source == session.source)
            & (_BLOB.c.name == file.name)
        )
        seen = connection.execute(
            select(_BLOB.c.sha256).where(
                where, _BLOB.c.size == file.size, _BLOB.c.modified_at == file.modified_at, _BLOB.c.state != "refused"
            )
        )
        return seen.scalar()


def _one(
    session: SyncSession, connector: FileConnector, ctx: SourceContext, file: Found, inbox: Fetched
) -> FileOutcome | None:
    delivered = None
    try:
        delivered = _recognise(session, connector, ctx, file, inbox)
        if delivered is None:
            return None
        outcome = _apply(session, connector, ctx, delivered, inbox)
        if inbox.holds(file) and not session.dry_run:
            inbox.done(file)
        return outcome
    except Older as older:
        assert delivered is not None
        _note_older(session, delivered, inbox, older)
        return FileOutcome(file.name, "skipped")
    except Stopped:
        session.warn(f"{file.name} was not read to its end because the hub stops; the next run reads it")
        return FileOutcome(file.name, "skipped")
    except HubError as error:
        stream = delivered.stream if delivered is not None else _meant_for(error)
        _note_failure(session, file, stream, error)
        return FileOutcome(file.name, "incomplete", problem=error)
    except Exception as error:  # what one file does to a connector must not keep the others from being read
        _log.exception("source %s: unexpected error in a file", session.source)
        kind = error.kind if isinstance(error, FailedThere) else type(error).__name__
        bug = HubBug(
            "HUB-P08",
            f"{session.source}: connector {connector.id} failed unexpectedly in {file.name} ({kind}); nothing of it was imported; report it to its author",
        )
        _note_failure(session, file, delivered.stream if delivered is not None else None, bug)
        return FileOutcome(file.name, "incomplete", problem=bug)


def _meant_for(error: HubError) -> Stream | None:
    return error.stream if isinstance(error, _NotQuite) else None


def _recognise(
    session: SyncSession, connector: FileConnector, ctx: SourceContext, file: Found, inbox: Fetched
) -> Delivered | None:
    """What is this file? None: not ours, it stays where it lies. One that we fetched is kept, whatever it is."""
    if file.size > MAX_BYTES:
        raise SourceChanged("HUB-C07", f"{file.name} is larger than {MAX_BYTES >> 30} GB; deliver it in parts")
    head = read_head(file.path)
    labels = _labels(session, connector, file, head)
    match = connector.identify(head, file.name, _seeing(ctx, head, labels))
    if match is None:
        near = session.near_miss(connector, labels(), file.name)
        if near:
            raise _NotQuite(near[0], "HUB-C12", f"{session.source}: {file.name} {near[1]}; nothing was imported")
        before = _stream_before(session, connector, file.name)
        if before is not None:
            told = "is empty" if not file.size else "is no longer recognised: it carries other labels, or none"
            raise _NotQuite(
                before, "HUB-C25",
                f"{session.source}: {file.name} was {before.name} until now and {told}; nothing was imported; export it again",
            )  # fmt: skip
        if not inbox.holds(file):
            return None
        match = Match(None, "no kind of file that this source reads: kept, not read")
    reach("file_recognised")
    whole = True
    if match.unpack and may_unpack(file.name) and not session.dry_run:
        unpacked = unpack(file, inbox)
        match, whole = Match(None, unpacked.note), unpacked.whole
    stream = next((stream for stream in connector.streams if stream.name == match.stream), None)
    if match.stream is not None and stream is None:
        raise HubBug("HUB-P05", f"connector {connector.id} says {match.stream}, which is none of its streams")
    mapping = session.mapping(stream.mapping) if stream is not None and stream.mapping else None
    return Delivered(file, digest_file(file.path), match, stream, mapping, whole)


def _labels(session: SyncSession, connector: FileConnector, file: Found, head: bytes) -> Callable[[], bytes]:
    """The head for the mappings, made when somebody asks: a workbook must be opened for it."""
    mappings = (session.mapping(stream.mapping) for stream in connector.streams if stream.mapping)
    return cache(lambda: labels_of(file, head, {mapping.spec.file.sheet for mapping in mappings}))


def _seeing(ctx: SourceContext, head: bytes, labels: Callable[[], bytes]) -> SourceContext:
    """The connector is shown the file as it is and asks with that head; what it asks sees the labels."""
    return replace(ctx, by_labels=lambda seen, name: ctx.by_labels(labels() if seen == head else seen, name))


def _stream_before(session: SyncSession, connector: FileConnector, name: str) -> Stream | None:
    """The full list that came under this name the last time, when it is one."""
    where = (_BLOB.c.practice_id == session.practice_id) & (_BLOB.c.source == session.source) & (_BLOB.c.name == name)
    with session.store.read() as connection:
        newest = connection.execute(select(_BLOB.c.stream).where(where).order_by(_BLOB.c.id.desc()).limit(1)).scalar()
    lists = (stream for stream in connector.streams if stream.deletes == "snapshot")
    return next((stream for stream in lists if stream.name == newest), None)


def _apply(
    session: SyncSession, connector: FileConnector, ctx: SourceContext, file: Delivered, inbox: Fetched
) -> FileOutcome:
    try:
        return _in_one_transaction(session, connector, ctx, file, inbox, careful=False)
    except NeedsCare:
        return _in_one_transaction(session, connector, ctx, file, inbox, careful=True)


def _in_one_transaction(
    session: SyncSession, connector: FileConnector, ctx: SourceContext, file: Delivered, inbox: Fetched, careful: bool
) -> FileOutcome:
    now = session.clock.now()
    with session.writing() as connection, bulk_work():
        known = known_bytes(connection, session, file.sha256)
        anew = known is not None and (not known.stands or _said_anew(connection, session, file, known))
        if known is not None and (known.name, known.modified_at) != (file.name, file.found.modified_at):
            inbox.note_again(known.name, file.found.size, known.modified_at)
        if known is not None and not anew and not session.full:
            say_again(connection, session, file.stream, known, file.found)
            return FileOutcome(file.name, "skipped")
        blob_id = known.id if known is not None else _open_blob(connection, session, file, now)
        if known is not None and anew:
            bring_back(connection, known, file.found, session)
        reach("blob_opened")
        writer = BlobWriter(connection, blob_id, file.found.path) if known is None or not known.is_kept else None
        try:
            observed_at = _observed_at(connection, session, file, known)
            outcome = _read(connection, session, connector, ctx, file, blob_id, writer, careful, now, observed_at)
            if writer is not None:
                _keep_bytes(connection, writer, blob_id, outcome)
        except BaseException:
            if writer is not None:
                writer.abandon()
            raise
        if not file.found.unchanged():
            raise Unavailable(
                "HUB-C06", f"{file.name} changed while it was read; nothing was taken, the next run tries again"
            )
        reach("before_commit")
    reach("after_commit")
    _archive(session, file.found, file.sha256)
    return outcome


def _said_anew(connection: Connection, session: SyncSession, file: Delivered, known: KnownBytes) -> bool:
    """The same once more, after another file said something else in between: a part of the truth, or a stopped list."""
    if file.stream is None or file.mapping is None:
        return False
    if is_full_list(file.stream, file.mapping):
        return stopped_since(connection, session, file.stream)
    return overtaken(connection, session, file.stream, known, file.found)


def _open_blob(connection: Connection, session: SyncSession, file: Delivered, now: datetime) -> int:
    values = {
        "practice_id": session.practice_id, "source": session.source, "stream": file.match.stream, "sha256": file.sha256,
        "name": file.name, "size": file.found.size, "modified_at": file.found.modified_at, "received_at": now,
        "run_id": session.run_id, "state": "applied" if file.stream else "not_read", "reason": file.match.note or None,
    }  # fmt: skip
    return int(connection.execute(insert(_BLOB).values(**values).returning(_BLOB.c.id)).scalar_one())


def _observed_at(connection: Connection, session: SyncSession, file: Delivered, known: KnownBytes | None) -> datetime:
    """The moment that the file shows. Bytes that are read once more (`--full`) say of wholes what they said then."""
    if known is None or file.stream is None or file.stream.whole is None:
        return file.found.modified_at
    stream = StreamId(session.practice_id, session.source, file.stream.name)
    return shown_at(connection, stream, known.id).get(known.id, file.found.modified_at)


def _read(
    connection: Connection, session: SyncSession, connector: FileConnector, ctx: SourceContext, file: Delivered, blob_id: int,
    writer: BlobWriter | None, careful: bool, now: datetime, observed_at: datetime,
) -> FileOutcome:  # fmt: skip
    if file.stream is None:
        return _note_unread(connection, session, file, blob_id)
    source_file = SourceFile(file.name, file.found.path, file.found.size, file.sha256, file.found.modified_at, now)
    passing = begin_pass(connection, session, file.stream.name, blob_id, observed_at)
    if file.mapping is not None:
        counts, settled = read_by_mapping(
            connection, session, file.stream, file.mapping, source_file, passing, careful, writer
        )
    else:
        counts = read_by_connector(connection, connector, file.stream, source_file, passing, ctx, writer)
        settled = after_ready(connection, session, file.stream, passing, counts, file.name)
    return FileOutcome(file.name, settled.status, counts, settled.error)


def _note_unread(connection: Connection, session: SyncSession, file: Delivered, blob_id: int) -> FileOutcome:
    """Kept as it is. That an archive did not come out whole is a problem of the run: nobody has read what is in it."""
    problem = None
    if not file.whole:
        what = f"{session.source}: {file.name} is a {file.match.note}; what is in it was not read"
        problem = BadRecord(
            "HUB-C28", f"{what}; deliver it again, whole and without a password, or its files one by one"
        )
    status, state = ("skipped", "not_read") if problem is None else ("incomplete", "incomplete")
    connection.execute(update(_BLOB).where(_BLOB.c.id == blob_id).values(state=state, reason=file.match.note or None))
    note_stream(connection, session.run_id, session.practice_id, session.source, "-", status, Counts(),
                file_name=file.name, blob_id=blob_id, message=str(problem or f"not read: {file.match.note}"),
                failure_class=problem.failure_class if problem else None)  # fmt: skip
    return FileOutcome(file.name, "not read" if problem is None else "incomplete", problem=problem)


def begin_pass(
    connection: Connection, session: SyncSession, stream: str, blob_id: int, observed_at: datetime
) -> Passing:
    """The context of one pass over one stream. What the source shows now it shows at the latest now, whatever its clock says."""
    observed_at = min(observed_at, session.clock.now())
    name = StreamId(session.practice_id, session.source, stream)
    quarantine = open_quarantine(connection, session.practice_id, session.source, stream)
    mine = (_MISSING.c.practice_id == session.practice_id) & (_MISSING.c.source == session.source)
    missing = connection.execute(select(_MISSING.c.source_key).where(mine).limit(1)).first()
    return Passing(name, session.run_id, observed_at, blob_id, quarantine, missing is not None)


def read_by_mapping(
    connection: Connection, session: SyncSession, stream: Stream, mapping: Mapping, file: SourceFile, passing: Passing, careful: bool,
    writer: BlobWriter | None,
) -> tuple[Counts, Settled]:  # fmt: skip
    """A mapped file from its first to its last record, and what its completeness means."""
    reader = open_records(file.path, mapping, name=file.name, zone=session.zone)
    passing.observed_at = min(reader.as_of or passing.observed_at, session.clock.now())
    if reader.redact and writer is not None:
        writer.keep_instead(reader.redacted_blocks())
    state = session.state(connection, passing.stream)
    full_list = is_full_list(stream, mapping)
    passing.keeps_newer = not full_list and not session.full
    if full_list and not session.full and not passing.replayed:
        _refuse_older(state, passing, session.clock.now())
    usable = (
        state is not None
        and state["mapping_fingerprint"] == read_mark(mapping, session.zone)
        and has_signature(connection, passing.stream)
    )
    # Rows stored under another mapping cannot be told by their fingerprints: every key must be remembered.
    careful = careful or mapping.needs_context or (state is not None and not usable)
    signature = Signature(pages(connection, passing.stream) if usable else iter(()))
    outcome = read_mapped(connection, reader, mapping, passing, session.zone, signature, careful, writer, file.size)
    reach("rows_stored")
    problems = reader.problems()
    if problems:
        raise SourceChanged(
            "HUB-C21", f"{session.source}: {file.name}: {'; '.join(problems)}; nothing was imported; export it again"
        )
    outcome.counts.prove(f"{session.source} {file.name}")
    settled = after_mapped(connection, session, stream, mapping, reader, passing, outcome, file.name)
    if writer is not None and outcome.counts.missing + outcome.counts.deleted:
        writer.drain()  # a list that lacks records is not the one before: a replay of that would bring them back
    if passing.blob_id is not None:
        note_completeness(connection, passing.blob_id, not settled.problem)
    if full_list and passing.blob_id is not None and not settled.problem:
        # A list that says what is stored already keeps no bytes: the one before stays the base of a replay.
        kept = writer is None or writer.started
        states = READABLE if kept else ("incomplete",)
        supersede(connection, session.practice_id, session.source, stream.name, passing.blob_id, states)
    return outcome.counts, settled


def _refuse_older(state: StateRow | None, passing: Passing, now: datetime) -> None:
    """Not by a state that is dated in the future: no list would ever be newer."""
    as_of = state["as_of"] if state is not None else None
    if isinstance(as_of, datetime) and passing.observed_at < as_of <= now:
        raise Older(passing.observed_at, as_of)


def _note_failure(session: SyncSession, file: Found, stream: Stream | None, error: HubError) -> None:
    """The file changed nothing; the run and the stream's state say why, in their own transaction."""
    name = stream.name if stream is not None else "-"
    with session.writing() as connection:
        note_stream(connection, session.run_id, session.practice_id, session.source, name, "incomplete", Counts(),
                    file_name=file.name, failure_class=error.failure_class, message=str(error))  # fmt: skip
        where = (
            (_STATE.c.practice_id == session.practice_id)
            & (_STATE.c.source == session.source)
            & (_STATE.c.stream == name)
        )
        connection.execute(update(_STATE).where(where).values(problem=str(error), problem_at=session.clock.now()))


def _note_unfetched(session: SyncSession, error: HubError) -> None:
    """The far end gave nothing, or not all; the run says why."""
    with session.writing() as connection:
        note_stream(connection, session.run_id, session.practice_id, session.source, "-", "incomplete", Counts(),
                    failure_class=error.failure_class, message=str(error))  # fmt: skip


def _note_older(session: SyncSession, file: Delivered, inbox: Fetched, older: Older) -> None:
    """Remember an outdated file, so that it is not looked at again. Its bytes are kept only if there is no other copy.

    It is told when its bytes are new here: a list that came before and comes once more is nothing to look into.
    """
    now, told = session.clock.now(), "older than what is stored; not read"
    with session.writing() as connection:
        known = known_bytes(connection, session, file.sha256)
        if known is not None:
            blob_id = known.id
            remember_name(connection, blob_id, file.found)
        else:
            told = _told_older(session, file, older)
            session.warn(told)
            blob_id = _open_blob(connection, session, file, now)
            values = {"state": "refused_older", "reason": "older than what is stored"}
            connection.execute(update(_BLOB).where(_BLOB.c.id == blob_id).values(**values))
        if inbox.holds(file.found) and (known is None or not known.is_kept):
            _keep_whole(connection, blob_id, file.found)
        note_stream(connection, session.run_id, session.practice_id, session.source, file.match.stream or "-", "skipped", Counts(),
                    file_name=file.name, blob_id=blob_id, message=told)  # fmt: skip
    if inbox.holds(file.found) and not session.dry_run:
        inbox.done(file.found)


def _told_older(session: SyncSession, file: Delivered, older: Older) -> str:
    zone = ZoneInfo(session.zone)
    shown, stored = (f"{each.astimezone(zone):%a %Y-%m-%d %H:%M}" for each in (older.shown, older.stored))
    return (
        f"HUB-C27 {session.source}: {file.name} is of {shown} and the list that is stored of {stored}, so it was not read;"
        " if it is the right one, export it again, and look at the clock of the computer that writes it"
    )


def _keep_whole(connection: Connection, blob_id: int, file: Found) -> None:
    writer = BlobWriter(connection, blob_id, file.path)
    try:
        writer.finish()
    except BaseException:
        writer.abandon()
        raise


def _keep_bytes(connection: Connection, writer: BlobWriter, blob_id: int, outcome: FileOutcome) -> None:
    """Store the rest of the file's bytes; a file whose every record is stored already adds none."""
    if writer.started or outcome.status != "complete" or not outcome.counts.same:
        writer.finish()
        return
    values = {"state": "unchanged", "reason": "every record is as in the file before; its bytes are not kept again"}
    connection.execute(update(_BLOB).where(_BLOB.c.id == blob_id).values(**values))


def _archive(session: SyncSession, file: Found, sha256: str) -> None:
    """Move a stored file away when the office asked for it; a failure only delays it."""
    if session.archive_dir is None or session.dry_run:
        return
    target = session.archive_dir / f"{sha256[:8]} {file.name}"
    reach("file_claimed")
    move: Callable[[str, str], object] = shutil.move
    try:
        session.archive_dir.mkdir(parents=True, exist_ok=True)
        move(str(file.path), str(target))
    except OSError as error:
        session.warn(
            f"HUB-C08 {file.name} could not be moved to the archive ({type(error).__name__}); it is stored and will be skipped"
        )
    reach("file_moved")
