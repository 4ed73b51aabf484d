"""Bytes that came before: said again (nothing to read, but the list is fresh), or back after something else stood in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from hub.contract import Stream
from hub.model import TABLES
from hub.sync.inbox import Found
from hub.sync.session import SyncSession
from hub.sync.snapshot import StreamId

_BLOB, _PARTS, _RUNS, _STATE = TABLES["blob"], TABLES["blob_part"], TABLES["run_stream"], TABLES["stream_state"]


@dataclass(frozen=True, slots=True)
class KnownBytes:
    """A blob with the bytes of a file. `stands`: its facts are the stored ones; `is_kept`: its bytes are still there."""

    id: int
    state: str
    name: str
    modified_at: datetime | None
    is_kept: bool
    received_at: datetime

    @property
    def stands(self) -> bool:
        return self.state in ("applied", "not_read")


def known_bytes(connection: Connection, session: SyncSession, sha256: str) -> KnownBytes | None:
    """What the hub holds under this hash from this source."""
    where = (
        (_BLOB.c.practice_id == session.practice_id) & (_BLOB.c.source == session.source) & (_BLOB.c.sha256 == sha256)
    )
    columns = (_BLOB.c.id, _BLOB.c.state, _BLOB.c.name, _BLOB.c.modified_at, _BLOB.c.received_at)
    found = connection.execute(select(*columns).where(where)).first()
    if found is None:
        return None
    kept = connection.execute(select(_PARTS.c.part).where(_PARTS.c.blob_id == found.id).limit(1)).first() is not None
    return KnownBytes(int(found.id), found.state, found.name, found.modified_at, kept, found.received_at)


def say_again(
    connection: Connection, session: SyncSession, stream: Stream | None, known: KnownBytes, file: Found
) -> None:
    """A full list that says what it said before is as fresh as its newest delivery, and no earlier problem stands.

    Not when its first reading was incomplete, and not when the list dates itself: the date within it has not moved.
    """
    remember_name(connection, known.id, file)
    if stream is None or stream.deletes != "snapshot" or not _was_complete(connection, known.id):
        return
    mine, now = StreamId(session.practice_id, session.source, stream.name).of(_STATE), session.clock.now()
    if known.modified_at is not None and file.modified_at > known.modified_at:
        shown = min(file.modified_at, now)
        dated_by_file = _STATE.c.as_of == min(known.modified_at, known.received_at)
        connection.execute(update(_STATE).where(mine, dated_by_file).values(as_of=shown, last_complete_at=shown))
        if file.modified_at > now:  # of a clock that runs ahead: the list is dated by when it came
            connection.execute(update(_BLOB).where(_BLOB.c.id == known.id).values(received_at=now))
    connection.execute(update(_STATE).where(mine).values(problem=None, problem_at=None))


def overtaken(connection: Connection, session: SyncSession, stream: Stream, known: KnownBytes, file: Found) -> bool:
    """Did another file of this stream come after these bytes, and do they come once more after that one?"""
    mine = StreamId(session.practice_id, session.source, stream.name).of(_BLOB)
    others = select(func.max(_BLOB.c.modified_at)).where(mine, _BLOB.c.id != known.id)
    newest = connection.execute(others).scalar()
    was_first = known.modified_at is None or newest is None or newest >= known.modified_at
    return newest is not None and was_first and file.modified_at > newest


def stopped_since(connection: Connection, session: SyncSession, stream: Stream) -> bool:
    """Did a list of this stream that was stopped come after the last whole one? What it changed is stored all the same."""
    mine = StreamId(session.practice_id, session.source, stream.name).of(_BLOB)
    return (
        connection.execute(select(_BLOB.c.id).where(mine, _BLOB.c.state == "incomplete").limit(1)).first() is not None
    )


def bring_back(connection: Connection, known: KnownBytes, file: Found, session: SyncSession) -> None:
    """An earlier list again after another one: it is read again and is the newest one from now on."""
    values = {"state": "applied", "reason": None, "received_at": session.clock.now(), "run_id": session.run_id}
    connection.execute(update(_BLOB).where(_BLOB.c.id == known.id).values(**values))
    remember_name(connection, known.id, file)


def shown_at(connection: Connection, stream: StreamId, blob_id: int | None = None) -> dict[int, datetime]:
    """For each blob (or this one) the moment that its bytes showed when they were read last: the same file again under a
    newer time, which was not read, does not make what they say any newer."""
    query = select(_RUNS.c.blob_id, _RUNS.c.as_of).where(stream.of(_RUNS), _RUNS.c.status == "complete")
    query = query.where(_RUNS.c.as_of.is_not(None), _RUNS.c.blob_id.is_not(None)).order_by(_RUNS.c.id)
    one = query if blob_id is None else query.where(_RUNS.c.blob_id == blob_id)
    return {int(blob): moment for blob, moment in connection.execute(one)}


def remember_name(connection: Connection, blob_id: int, file: Found) -> None:
    """The same bytes under another name or time: noted, so that the next look does not even open them."""
    connection.execute(update(_BLOB).where(_BLOB.c.id == blob_id).values(name=file.name, modified_at=file.modified_at))


def _was_complete(connection: Connection, blob_id: int) -> bool:
    """How the last reading of these bytes ended."""
    query = select(_RUNS.c.status).where(_RUNS.c.blob_id == blob_id).order_by(_RUNS.c.id.desc()).limit(1)
    return connection.execute(query).scalar() == "complete"
