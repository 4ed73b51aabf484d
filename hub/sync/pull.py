"""Sync of a source that is asked: page by page, records and cursor in one transaction, raw pages kept for a replay."""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from hub.contract import BadRow, Checkpoint, Connector, Facts, Rows, SourceContext, Stream
from hub.errors import HubBug, HubError
from hub.ids import fingerprint64
from hub.mapping import Mapping as RowMapping
from hub.mapping import RowMapper, clean_rows, compile_mapping
from hub.model import ENTITIES, TABLES
from hub.points import reach
from hub.sync.files import FileOutcome, begin_pass
from hub.sync.lanes import store_compared
from hub.sync.passing import Passing
from hub.sync.ready import last_of_each, store_facts
from hub.sync.runs import Counts, note_stream
from hub.sync.session import SyncSession
from hub.sync.settle import Settled, after_ready
from hub.sync.snapshot import StreamId

_log = logging.getLogger("hub.sync")
_BLOB, _PART, _STATE = TABLES["blob"], TABLES["blob_part"], TABLES["stream_state"]
Part = Rows | Facts | BadRow
CURSOR_LIMIT = 64_000


@dataclass(slots=True)
class _Pull:
    session: SyncSession
    connector: Connector
    stream: Stream
    started: datetime
    counts: Counts = field(default_factory=Counts)
    seen: dict[str, set[str]] | None = None
    mapper: RowMapper | None = None
    columns: tuple[str, ...] = ()
    bad: set[int] = field(default_factory=set)
    payloads: list[str] = field(default_factory=list)


def sync_pull(session: SyncSession, connector: Connector, ctx: SourceContext) -> list[FileOutcome]:
    """Pull every stream; one that fails is noted and the next one goes on."""
    outcomes = []
    for stream in connector.streams:
        if ctx.stop.is_set():
            break
        pull = _Pull(session, connector, stream, session.clock.now(), seen={} if stream.deletes == "snapshot" else None)
        try:
            settled = _stream(pull, ctx)
            outcomes.append(FileOutcome(stream.name, settled.status, pull.counts, settled.error))
        except HubError as error:
            _note_failure(pull, error)
            outcomes.append(FileOutcome(stream.name, "incomplete", pull.counts, error))
        except (
            Exception,
            SystemExit,
        ) as error:  # what one stream does to a connector must not keep the others from being pulled
            _log.exception("source %s: unexpected error in a stream", session.source)
            bug = HubBug(
                "HUB-P08",
                f"{session.source}: connector {connector.id} failed unexpectedly in {stream.name} ({type(error).__name__});"
                " finished pages were kept; report it to its author",
            )
            _note_failure(pull, bug)
            outcomes.append(FileOutcome(stream.name, "incomplete", pull.counts, bug))
    return outcomes


def _stream(pull: _Pull, ctx: SourceContext) -> Settled:
    page: list[Part] = []
    settled = Settled("open")
    for part in pull.connector.pull(pull.stream, _cursor(pull), ctx):
        if not isinstance(part, Checkpoint):
            page.append(part)
            continue
        settled = _commit(pull, page, part)
        page = []
    if page:
        raise HubBug(
            "HUB-P07",
            f"connector {pull.connector.id} ended {pull.stream.name} without a checkpoint; its last records were not stored",
        )
    if settled.status in ("open", "started"):
        return _cut_off(pull, ctx)
    return settled


def _cut_off(pull: _Pull, ctx: SourceContext) -> Settled:
    """The pass ended before its final checkpoint: asked to stop, or the connector's mistake. Finished pages stay."""
    if not ctx.stop.is_set():
        raise HubBug(
            "HUB-P07",
            f"connector {pull.connector.id} ended {pull.stream.name} without its final checkpoint; finished pages were kept, the pass is not complete",
        )
    with pull.session.writing() as connection:
        _note_part(connection, pull, "started", None)
    return Settled("started")


def _cursor(pull: _Pull) -> Mapping[str, object] | None:
    # A snapshot pass that was cut off cannot tell which records are gone: it starts from the beginning.
    if pull.session.full or pull.stream.deletes == "snapshot":
        return None
    with pull.session.store.read() as connection:
        state = pull.session.state(connection, _name(pull))
    return json.loads(str(state["cursor"])) if state is not None and state["cursor"] else None


def _name(pull: _Pull) -> StreamId:
    return StreamId(pull.session.practice_id, pull.session.source, pull.stream.name)


def _commit(pull: _Pull, page: list[Part], checkpoint: Checkpoint) -> Settled:
    """Store one page and its cursor together; a complete pass is settled."""
    session, counts, total = pull.session, Counts(), Counts()
    total.add(pull.counts)
    cursor = json.dumps(dict(checkpoint.cursor))
    if len(cursor) > CURSOR_LIMIT:
        raise HubBug(
            "HUB-P07",
            f"connector {pull.connector.id}: the cursor of {pull.stream.name} is larger than {CURSOR_LIMIT} bytes",
        )
    with session.writing() as connection:
        blob_id = _keep_raw(connection, pull, page)
        passing = begin_pass(connection, session, pull.stream.name, blob_id or 0, pull.started)
        passing.blob_id, passing.seen = blob_id, pull.seen
        passing.quarantine.earlier, passing.quarantine.payloads = pull.bad, pull.payloads
        for part in page:
            _store(connection, pull, part, passing, counts)
        counts.prove(f"{session.source} {pull.stream.name}")
        reach("rows_stored")
        settled = Settled("started")
        total.add(counts)
        if checkpoint.complete:
            settled = after_ready(connection, session, pull.stream, passing, total, None)
            if pull.seen is not None and not settled.problem:
                _supersede(connection, pull)
        else:
            passing.quarantine.write(connection, session.run_id, session.clock.now())
            _note_progress(connection, pull, passing)
        _save_cursor(connection, pull, cursor)
        reach("before_commit")
    pull.counts = total  # what was rolled back never counts
    pull.bad.update(passing.quarantine.seen)
    reach("after_commit")
    return settled


def _store(connection: Connection, pull: _Pull, part: Part, passing: Passing, counts: Counts) -> None:
    if isinstance(part, Facts):
        store_facts(connection, part, passing, counts, pull.stream.entities)
    elif isinstance(part, BadRow):
        counts.read += 1
        counts.quarantined += 1
        passing.quarantine.set_aside(part, None)  # it is in no stored page, so no replay can cure it
    else:
        _store_rows(connection, pull, part, passing, counts)


def _store_rows(connection: Connection, pull: _Pull, part: Rows, passing: Passing, counts: Counts) -> None:
    """Raw records of a stream with a mapping; the mapper is compiled again only when the columns change."""
    if pull.stream.mapping is None:
        raise HubBug(
            "HUB-P05", f"connector {pull.connector.id} yields raw rows for {pull.stream.name}, which has no mapping"
        )
    mapping = pull.session.mapping(pull.stream.mapping)
    if pull.mapper is None or pull.columns != tuple(part.columns):
        pull.mapper, pull.columns = compile_mapping(mapping, part.columns, pull.session.zone), tuple(part.columns)
    store_rows(connection, part, mapping, pull.mapper, passing, counts)


def store_rows(
    connection: Connection, part: Rows, mapping: RowMapping, mapper: RowMapper, passing: Passing, counts: Counts
) -> None:
    """Map one page of raw records, fingerprint them by their cells, compare by key, write what is new or changed."""
    cells = clean_rows(part.rows)
    numbers = list(part.locators or range(1, len(cells) + 1))
    mapped = mapper.map_rows(cells, numbers)
    counts.read += len(cells)
    for _at, bad in mapped.bad:
        passing.bad(bad, counts)
    for _at, rule in mapped.filtered:
        counts.filtered += 1
        counts.by_rule[rule] += 1
    facts = [
        (*fact, numbers[at], fingerprint64("\x1f".join(cells[at]).encode(), mapping.fingerprint))
        for at, fact in zip(mapped.kept, mapped.facts, strict=True)
    ]
    columns = (*mapper.columns, "locator", "fingerprint")
    before = counts.new + counts.revived
    store_compared(connection, ENTITIES[mapping.entity], columns, last_of_each(facts, counts), passing, counts)
    passing.added[mapping.entity] += counts.new + counts.revived - before
    passing.filled.setdefault(mapping.entity, set()).update(
        name for n, name in enumerate(mapper.columns) if any(fact[n] is not None for fact in mapped.facts)
    )
    if passing.seen is not None:
        passing.seen.setdefault(mapping.entity, set()).update(str(fact[0]) for fact in facts)


def _keep_raw(connection: Connection, pull: _Pull, page: Sequence[Part]) -> int | None:
    """The page as it came, as JSON lines; the same page again is the same blob."""
    lines = [json.dumps({"stream": pull.stream.name, **_told(part)}) for part in page if isinstance(part, Rows)]
    if not lines:
        return None
    raw = "\n".join(lines).encode()
    session, sha256 = pull.session, hashlib.sha256(raw).hexdigest()
    where = (
        (_BLOB.c.practice_id == session.practice_id) & (_BLOB.c.source == session.source) & (_BLOB.c.sha256 == sha256)
    )
    known = connection.execute(select(_BLOB.c.id).where(where)).scalar()
    if known is not None:
        # Seen again later: a replay must apply it at its newest place.
        values = {"received_at": session.clock.now(), "run_id": session.run_id, "state": "applied"}
        connection.execute(update(_BLOB).where(_BLOB.c.id == known).values(**values))
        if connection.execute(select(_PART.c.part).where(_PART.c.blob_id == known).limit(1)).first() is None:
            connection.execute(insert(_PART).values(blob_id=known, part=0, content=zlib.compress(raw, 1)))
        return int(known)
    values = {
        "practice_id": session.practice_id, "source": session.source, "stream": pull.stream.name, "sha256": sha256,
        "name": f"{pull.stream.name} page", "size": len(raw), "received_at": session.clock.now(), "run_id": session.run_id,
        "state": "applied",
    }  # fmt: skip
    blob_id = int(connection.execute(insert(_BLOB).values(**values).returning(_BLOB.c.id)).scalar_one())
    connection.execute(insert(_PART).values(blob_id=blob_id, part=0, content=zlib.compress(raw, 1)))
    return blob_id


def _told(part: Rows) -> dict[str, object]:
    """What a page says; the stream's name keeps equal pages of two streams apart."""
    told: dict[str, object] = {"columns": list(part.columns), "rows": [list(row) for row in part.rows]}
    return told | ({"locators": list(part.locators)} if part.locators else {})


def _supersede(connection: Connection, pull: _Pull) -> None:
    """A complete list replaces the pages of earlier ones: a replay must not bring back what they still held."""
    older = (_BLOB.c.state == "applied") & (_BLOB.c.run_id != pull.session.run_id)
    connection.execute(update(_BLOB).where(_name(pull).of(_BLOB), older).values(state="superseded"))


def _note_progress(connection: Connection, pull: _Pull, passing: Passing) -> None:
    """What a page added, in the state of its stream; the page that completes the pass adds its own share to it."""
    name = _name(pull)
    before = {row.entity: row for row in connection.execute(select(_STATE).where(name.of(_STATE)))}
    for entity in pull.stream.entities:
        old = before.get(entity)
        filled = passing.filled.get(entity, set()) | set(
            json.loads(old.filled) if old is not None and old.filled else ()
        )
        values = {
            "rows": (old.rows if old is not None else 0) + passing.added[entity],
            "filled": json.dumps(sorted(filled)),
        }
        if old is not None:
            where = name.of(_STATE) & (_STATE.c.entity == entity)
            connection.execute(update(_STATE).where(where).values(**values))
        else:
            shared = {"practice_id": name.practice_id, "source": name.source, "stream": name.stream}
            connection.execute(insert(_STATE).values(**shared, entity=entity, **values))


def _save_cursor(connection: Connection, pull: _Pull, cursor: str) -> None:
    """The cursor belongs to the records of the same transaction."""
    connection.execute(update(_STATE).where(_name(pull).of(_STATE)).values(cursor=cursor))


def _note_failure(pull: _Pull, error: HubError) -> None:
    """Finished pages stay; the stream says why it is not complete."""
    session = pull.session
    with session.writing() as connection:
        _note_part(connection, pull, "incomplete", error)
        name = _name(pull)
        connection.execute(
            update(_STATE).where(name.of(_STATE)).values(problem=str(error), problem_at=session.clock.now())
        )


def _note_part(connection: Connection, pull: _Pull, status: str, error: HubError | None) -> None:
    note_stream(
        connection, pull.session.run_id, pull.session.practice_id, pull.session.source, pull.stream.name, status, pull.counts,
        failure_class=error.failure_class if error else None, message=str(error) if error else None,
    )  # fmt: skip


def pages_of(raw: bytes) -> Iterator[Rows]:
    """The pages of a stored blob, for a replay."""
    for line in raw.decode().splitlines():
        page = json.loads(line)
        yield Rows(page["columns"], page["rows"], page.get("locators"))
