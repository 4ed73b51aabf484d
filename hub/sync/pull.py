"""Sync of a source that is asked: page by page, records and cursor in one transaction, raw pages kept for a replay."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, update

from hub.contract import BadRow, Checkpoint, Connector, Facts, Gone, Keys, Rows, SourceContext, Stream
from hub.errors import HubBug, HubError
from hub.model import TABLES
from hub.points import reach
from hub.sync.files import FileOutcome, begin_pass
from hub.sync.mappers import Mappers, mapping_mark, store_rows
from hub.sync.passing import Passing
from hub.sync.raw_pages import keep_page, supersede_pages
from hub.sync.ready import prepare, store_facts
from hub.sync.runs import Counts, note_stream
from hub.sync.session import SyncSession
from hub.sync.settle import Settled, after_ready, note_progress
from hub.sync.snapshot import StreamId
from hub.sync.sweeps import Vanishing
from hub.sync.wholes import Wholes

_log = logging.getLogger("hub.sync")
_STATE = TABLES["stream_state"]
Part = Rows | Facts | Gone | BadRow
CURSOR_LIMIT = 64_000


@dataclass(slots=True)
class _Pull:
    session: SyncSession
    connector: Connector
    stream: Stream
    started: datetime
    mappers: Mappers
    vanishing: Vanishing
    counts: Counts = field(default_factory=Counts)
    seen: dict[str, set[str]] | None = None
    bad: set[int] = field(default_factory=set)
    payloads: list[tuple[str, bool]] = field(default_factory=list)


def _begin(session: SyncSession, connector: Connector, stream: Stream) -> _Pull:
    mappers, vanishing = Mappers(session, stream), Vanishing(session, stream)
    pull = _Pull(session, connector, stream, session.clock.now(), mappers, vanishing)
    if stream.deletes in ("snapshot", "sweep"):
        pull.seen = {}
    return pull


def sync_pull(session: SyncSession, connector: Connector, ctx: SourceContext) -> list[FileOutcome]:
    """Pull every stream; one that fails is noted and the next one goes on."""
    outcomes = []
    for stream in connector.pulled(ctx):
        if ctx.stop.is_set():
            break
        pull = _begin(session, connector, stream)
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
        if isinstance(part, Checkpoint):
            settled = _commit(pull, page, part)
            page = []
        elif isinstance(part, Keys):
            pull.vanishing.listing(part)
        else:
            page.append(part)
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
        passing = _page_pass(connection, pull, page)
        wholes = Wholes(connection, pull.stream, passing)
        for part in page:
            _store(connection, pull, part, passing, counts, wholes)
        wholes.settle(counts, session.clock.now())
        counts.prove(f"{session.source} {pull.stream.name}")
        reach("rows_stored")
        pull.vanishing.swept(connection, checkpoint.swept, passing, counts)
        total.add(counts)
        settled = _end_page(connection, pull, passing, checkpoint, total)
        if not pull.vanishing.problem:  # else the next pass must hear it again
            _save_cursor(connection, pull, cursor)
        reach("before_commit")
    pull.counts = total  # what was rolled back never counts
    pull.bad.update(passing.quarantine.seen)
    reach("after_commit")
    return settled


def _page_pass(connection: Connection, pull: _Pull, page: Sequence[Part]) -> Passing:
    """The context of one page; what only the end of the pass can tell is shared by all its pages."""
    blob_id = keep_page(connection, pull.session, pull.stream, [part for part in page if isinstance(part, Rows)])
    passing = begin_pass(connection, pull.session, pull.stream.name, blob_id or 0, pull.started)
    passing.blob_id, passing.seen, passing.full_list = blob_id, pull.seen, pull.stream.deletes == "snapshot"
    passing.quarantine.earlier, passing.quarantine.payloads = pull.bad, pull.payloads
    return passing


def _end_page(connection: Connection, pull: _Pull, passing: Passing, checkpoint: Checkpoint, total: Counts) -> Settled:
    """A complete pass is settled; before that its stream only gains what the page added."""
    session, stream = pull.session, pull.stream
    if checkpoint.complete:
        passing.observed_at = min(checkpoint.as_of or passing.observed_at, session.clock.now())
        settled = after_ready(connection, session, stream, passing, total, None, pull.vanishing.problem)
        if passing.full_list and not settled.problem:
            supersede_pages(connection, passing.stream, session.run_id)
        return settled
    passing.quarantine.write(connection, session.run_id, session.clock.now())
    note_progress(connection, passing, stream.entities, mapping_mark(session, stream))
    return Settled("started")


def _store(
    connection: Connection, pull: _Pull, part: Part, passing: Passing, counts: Counts, wholes: Wholes
) -> None:
    if isinstance(part, Facts):
        store_facts(connection, prepare(part, passing.stream.source, pull.stream), passing, counts, wholes)
    elif isinstance(part, Rows):
        store_rows(connection, part, pull.mappers, passing, counts)
    elif isinstance(part, Gone):
        pull.vanishing.take_gone(connection, part, passing, counts)
    else:
        counts.read += 1
        wholes.set_aside(part)
        passing.set_aside(part, None, counts)  # it is in no stored page, so no replay can cure it


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
