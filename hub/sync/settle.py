"""What the end of a pass means: quarantine closed where cured, absent records noted or tombstoned, state written."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.contract import Stream
from hub.errors import BadRecord
from hub.mapping import Mapping
from hub.model import ENTITIES, TABLES
from hub.readers.opening import RecordReader
from hub.sync.absence import absent_facts, absent_rows, empty_file, holds_any, key_prefixes
from hub.sync.lanes import OLDER
from hub.sync.mapped import MappedPass
from hub.sync.mappers import mapping_ids, mapping_mark
from hub.sync.marks import read_mark
from hub.sync.passing import Passing
from hub.sync.runs import Counts, note_stream
from hub.sync.session import SyncSession
from hub.sync.snapshot import Absence, drop_signature

_STATE = TABLES["stream_state"]


@dataclass(frozen=True, slots=True)
class Settled:
    """`problem`: why the pass does not count as complete; empty when it does."""

    status: str
    problem: str = ""

    @property
    def error(self) -> BadRecord | None:
        """The problem as the run tells it."""
        code, _, message = self.problem.partition(" ")
        return BadRecord(code, message) if self.problem else None


def is_full_list(stream: Stream, mapping: Mapping | None) -> bool:
    """Does every file replace the one before? Not when its mapping says that it holds a part (a range of dates)."""
    return stream.deletes in ("snapshot", "sweep") and (mapping is None or mapping.batch.scope == "full")


def after_mapped(
    connection: Connection, session: SyncSession, stream: Stream, mapping: Mapping, reader: RecordReader, passing: Passing,
    outcome: MappedPass, file_name: str,
) -> Settled:  # fmt: skip
    """Finish a mapped file."""
    counts, now = outcome.counts, session.clock.now()
    table = ENTITIES[mapping.entity]
    stored = counts.new + counts.changed + counts.same + counts.by_rule[OLDER]
    full_list = is_full_list(stream, mapping)
    settled, absence = Settled("complete"), Absence()
    if stored == 0:
        settled = Settled("incomplete", empty_file(session, file_name))
    elif full_list:
        absence = absent_rows(connection, session, table, mapping, passing, outcome)
        counts.deleted, counts.missing = absence.deleted, absence.missing
        settled = Settled("incomplete", absence.brake) if absence.brake else settled
    if settled.status == "complete":
        # A row that was not taken must not count as known, and one that nobody judged must be looked for again by its key.
        if counts.by_rule[OLDER] or absence.hidden:
            drop_signature(connection, passing.stream)
        else:
            outcome.signature.save(connection, passing.stream)
        if full_list:
            passing.quarantine.close_cured(connection, now)
    elif counts.new or counts.changed:
        # The old signature no longer tells what is stored: a row that returns to what it was must not count as the same.
        drop_signature(connection, passing.stream)
    passing.quarantine.write(connection, session.run_id, now)
    passing.added[mapping.entity] = counts.new + counts.revived - counts.deleted
    _write_state(
        connection,
        session,
        passing,
        (mapping.entity,),
        settled,
        read_mark(mapping, session.zone),
        "|".join(reader.header),
        full_list,
    )
    note_stream(
        connection, session.run_id, session.practice_id, session.source, stream.name, settled.status, counts, file_name=file_name,
        blob_id=passing.blob_id, scope=mapping.batch.scope, as_of=passing.observed_at, mapping=f"{mapping.id} v{mapping.version}",
        message=settled.problem or "; ".join(reader.notes) or None, failure_class="data" if settled.problem else None,
    )  # fmt: skip
    return settled


def after_ready(
    connection: Connection, session: SyncSession, stream: Stream, passing: Passing, counts: Counts, name: str | None,
    problem: str = "",
) -> Settled:  # fmt: skip
    """Finish a pass of ready facts (a file or a complete API pass). `problem`: what already spoils it."""
    now = session.clock.now()
    settled = Settled("incomplete", problem) if problem else Settled("complete")
    if passing.full_list and not any((passing.seen or {}).values()) and holds_any(connection, stream.entities, passing):
        settled = Settled("incomplete", empty_file(session, name or stream.name))
    for entity in stream.entities if passing.full_list and not settled.problem else ():
        prefixes = stream_prefixes(session, stream, entity)
        absence = absent_facts(connection, session, ENTITIES[entity], passing, prefixes)
        counts.deleted += absence.deleted
        passing.added[entity] -= absence.deleted
        counts.missing += absence.missing
        settled = Settled("incomplete", absence.brake) if absence.brake else settled
    if passing.full_list and settled.status == "complete":
        passing.quarantine.close_cured(connection, now)
    passing.quarantine.write(connection, session.run_id, now)
    _write_state(
        connection, session, passing, stream.entities, settled, mapping_mark(session, stream), None, passing.full_list
    )
    note_stream(
        connection, session.run_id, session.practice_id, session.source, stream.name, settled.status, counts, file_name=name,
        blob_id=passing.blob_id, as_of=passing.observed_at, message=settled.problem or None,
        failure_class="data" if settled.problem else None,
    )  # fmt: skip
    return settled


def stream_prefixes(session: SyncSession, stream: Stream, entity: str) -> set[str]:
    """What the stream's mappings put before the keys of this entity."""
    return key_prefixes((session.mapping(mapping_id) for mapping_id in mapping_ids(stream)), entity)


def note_progress(
    connection: Connection, passing: Passing, entities: Collection[str], mark: str | None, **more: object
) -> None:
    """What was added so far, in the state of the stream; the rest of it, and `mark` of its rows, stay as they are."""
    stream = passing.stream
    before = {row.entity: row for row in connection.execute(select(_STATE).where(stream.of(_STATE)))}
    for entity in entities:
        old = before.get(entity)
        values = {**_grown(old, passing, entity), **more}
        if old is not None:
            where = stream.of(_STATE) & (_STATE.c.entity == entity)
            connection.execute(update(_STATE).where(where).values(**values))
        else:
            shared = {"practice_id": stream.practice_id, "source": stream.source, "stream": stream.stream}
            connection.execute(insert(_STATE).values(**shared, entity=entity, mapping_fingerprint=mark, **values))


def _grown(old: Row[Any] | None, passing: Passing, entity: str) -> dict[str, object]:
    """How many rows there are now, and which columns any of them fills."""
    filled = set(json.loads(old.filled)) if old is not None and old.filled else set()
    return {
        "rows": (old.rows if old is not None else 0) + passing.added[entity],
        "filled": json.dumps(sorted(filled | passing.filled.get(entity, set()))),
    }


def _write_state(
    connection: Connection, session: SyncSession, passing: Passing, entities: Collection[str], settled: Settled,
    mapping: str | None, header: str | None, full_list: bool,
) -> None:  # fmt: skip
    """Replace the state rows of the stream. An incomplete pass keeps the last complete one and says why."""
    stream, now = passing.stream, session.clock.now()
    before = {row.entity: row for row in connection.execute(select(_STATE).where(stream.of(_STATE)))}
    if settled.problem and before:
        note_progress(connection, passing, entities, mapping, problem=settled.problem, problem_at=now)
        return
    connection.execute(delete(_STATE).where(stream.of(_STATE)))
    for entity in entities:
        old = before.get(entity)
        # Not what was read of a clock that ran ahead: the stream would look fresh until that day comes.
        before_now = old is not None and old.as_of is not None and old.as_of <= now
        newest = max(passing.observed_at, old.as_of) if old is not None and before_now else passing.observed_at
        values = {
            "practice_id": stream.practice_id, "source": stream.source, "stream": stream.stream, "entity": entity,
            "mapping_fingerprint": _read_with(mapping, old, full_list or passing.replayed), "header_fingerprint": header,
            "as_of": newest,
            # A nine-day-old report read today is nine days old.
            "last_complete_at": None if settled.problem else newest, "last_run_id": session.run_id,
            "problem": settled.problem or None, "problem_at": now if settled.problem else None,
            "cursor": old.cursor if old is not None else None, **_grown(old, passing, entity),
        }  # fmt: skip
        connection.execute(insert(_STATE).values(**values))


def _read_with(mapping: str | None, old: Row[Any] | None, all_of_it: bool) -> str | None:
    """The mapping that all stored rows of the stream were read with: a delivery of a part leaves the others to a replay."""
    return mapping if all_of_it or old is None or old.mapping_fingerprint is None else str(old.mapping_fingerprint)
