"""What the end of a pass means: quarantine closed where cured, absent records noted or tombstoned, state written."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from hub.contract import Stream
from hub.errors import BadRecord
from hub.mapping import Mapping
from hub.model import ENTITIES, TABLES
from hub.readers.opening import RecordReader
from hub.sync.lanes import OLDER
from hub.sync.mapped import MappedPass
from hub.sync.passing import Passing
from hub.sync.runs import Counts, note_stream
from hub.sync.session import SyncSession
from hub.sync.snapshot import Absence, brake, drop_signature, live_keys, missing_of, settle

_MISSING, _STATE = TABLES["missing_row"], TABLES["stream_state"]
# Without a mapping's own word: more than this share of a snapshot does not vanish between two passes.
MAX_MISSING, MIN_MISSING = 0.02, 20


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
    """Does every delivery replace the one before? Not when its mapping says that it holds a part (a range of dates)."""
    return stream.deletes == "snapshot" and (mapping is None or mapping.batch.scope == "full")


def after_mapped(
    connection: Connection, session: SyncSession, stream: Stream, mapping: Mapping, reader: RecordReader, passing: Passing,
    outcome: MappedPass, file_name: str,
) -> Settled:  # fmt: skip
    """Finish a mapped file."""
    counts, now = outcome.counts, session.clock.now()
    table = ENTITIES[mapping.entity]
    stored = counts.new + counts.changed + counts.same + counts.by_rule[OLDER]
    full_list = is_full_list(stream, mapping)
    settled = Settled("complete")
    if stored == 0:
        settled = _empty(session, file_name)
    elif full_list:
        absence = _absent_rows(connection, session, table, mapping, passing, outcome)
        counts.deleted, counts.missing = absence.deleted, absence.missing
        settled = Settled("incomplete", absence.brake) if absence.brake else settled
    if settled.status == "complete":
        if counts.by_rule[OLDER]:  # a row that was not taken must not count as known
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
        mapping.fingerprint.hex(),
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
    connection: Connection, session: SyncSession, stream: Stream, passing: Passing, counts: Counts, name: str | None
) -> Settled:
    """Finish a pass of ready facts (a file or a complete API pass)."""
    now = session.clock.now()
    settled = Settled("complete")
    if passing.seen is not None and not any(passing.seen.values()) and _holds_any(connection, stream, passing):
        settled = _empty(session, name or stream.name)
    for entity in stream.entities if passing.seen is not None and not settled.problem else ():
        absence = _absent_facts(connection, session, ENTITIES[entity], passing, (passing.seen or {}).get(entity, ()))
        counts.deleted += absence.deleted
        passing.added[entity] -= absence.deleted
        counts.missing += absence.missing
        settled = Settled("incomplete", absence.brake) if absence.brake else settled
    if passing.seen is not None and settled.status == "complete":
        passing.quarantine.close_cured(connection, now)
    passing.quarantine.write(connection, session.run_id, now)
    mark = session.mapping(stream.mapping).fingerprint.hex() if stream.mapping else None
    full_list = passing.seen is not None
    _write_state(connection, session, passing, stream.entities, settled, mark, None, full_list)
    note_stream(
        connection, session.run_id, session.practice_id, session.source, stream.name, settled.status, counts, file_name=name,
        blob_id=passing.blob_id, as_of=passing.observed_at, message=settled.problem or None,
        failure_class="data" if settled.problem else None,
    )  # fmt: skip
    return settled


def _empty(session: SyncSession, name: str) -> Settled:
    text = f"HUB-C23 {session.source}: {name} holds no record; nothing was closed or deleted; export it again"
    return Settled("incomplete", text)


def _holds_any(connection: Connection, stream: Stream, passing: Passing) -> bool:
    """Does the store hold a live record of this stream?"""
    tables = [ENTITIES[entity] for entity in stream.entities]
    return any(next(iter(live_keys(connection, table, passing.stream, None)), None) for table in tables)


def _absent_rows(
    connection: Connection, session: SyncSession, table: Table, mapping: Mapping, passing: Passing, outcome: MappedPass
) -> Absence:
    stream = passing.stream
    if outcome.seen is not None:
        absent = {key for key, _mark in live_keys(connection, table, stream, None) if key not in outcome.seen}
    else:
        unseen = outcome.unseen()
        absent = set(connection.execute(select(_MISSING.c.source_key).where(missing_of(stream, table))).scalars())
        absent |= {key for key, _mark in live_keys(connection, table, stream, unseen)} if unseen else set()
    held, unexplained = _held_back(absent, passing)
    absent -= held
    share, least = mapping.batch.max_missing, mapping.batch.min_missing
    if absent and unexplained:
        stopped = brake(connection, table, stream, absent, share, least)
        if stopped is not None:  # a list that was cut in the middle of a line
            return stopped
        session.warn(_hidden(session, passing, unexplained))
        return Absence(missing=len(absent))
    # The brake looks at what vanished now: records that were missing before are on their way out already.
    return settle(
        connection, table, stream, absent, session.run_id, session.clock.now(),
        max_share=share, min_rows=least, accept=session.accept_missing,
    )  # fmt: skip


def _absent_facts(
    connection: Connection, session: SyncSession, table: Table, passing: Passing, keys: Collection[str]
) -> Absence:
    absent = {key for key, _mark in live_keys(connection, table, passing.stream, None) if key not in keys}
    held, unexplained = _held_back(absent, passing)
    absent -= held
    if absent and unexplained:
        stopped = brake(connection, table, passing.stream, absent, MAX_MISSING, MIN_MISSING)
        if stopped is not None and not session.accept_missing:
            return stopped
        session.warn(_hidden(session, passing, unexplained))
        return Absence(missing=len(absent))
    return settle(
        connection, table, passing.stream, absent, session.run_id, session.clock.now(),
        max_share=MAX_MISSING, min_rows=MIN_MISSING, accept=session.accept_missing,
    )  # fmt: skip


def _hidden(session: SyncSession, passing: Passing, unexplained: int) -> str:
    return f"HUB-C24 {session.source}: {unexplained} unreadable rows of {passing.stream.stream} hide which records are gone; nothing was deleted"


def _held_back(absent: Collection[str], passing: Passing) -> tuple[set[str], int]:
    """A record whose row turned unreadable is not gone: keys found in the cells of a bad row are kept.

    Also returns how many bad rows no absent key explains: they might be any of the others.
    """
    held: set[str] = set()
    unexplained = 0
    if not absent:
        return held, 0
    for cells in passing.quarantine.cells():
        keys = {key for key in absent if all(part in cells for part in key.split("~")[0].split("|"))}
        held |= keys
        unexplained += not keys
    return held, unexplained


def _write_state(
    connection: Connection, session: SyncSession, passing: Passing, entities: Collection[str], settled: Settled,
    mapping: str | None, header: str | None, full_list: bool,
) -> None:  # fmt: skip
    """Replace the state rows of the stream. An incomplete pass keeps the last complete one and says why."""
    stream, now = passing.stream, session.clock.now()
    before = {row.entity: row for row in connection.execute(select(_STATE).where(stream.of(_STATE)))}
    if settled.problem and before:
        connection.execute(update(_STATE).where(stream.of(_STATE)).values(problem=settled.problem, problem_at=now))
        return
    connection.execute(delete(_STATE).where(stream.of(_STATE)))
    for entity in entities:
        old = before.get(entity)
        known = [
            moment for moment in (passing.observed_at, old.as_of if old is not None else None) if moment is not None
        ]
        filled = passing.filled.get(entity, set()) | set(
            json.loads(old.filled) if old is not None and old.filled else ()
        )
        values = {
            "practice_id": stream.practice_id, "source": stream.source, "stream": stream.stream, "entity": entity,
            "mapping_fingerprint": _read_with(mapping, old, full_list or passing.replayed), "header_fingerprint": header, "filled": json.dumps(sorted(filled)),
            "rows": (old.rows if old is not None else 0) + passing.added[entity], "as_of": max(known),
            # A nine-day-old report read today is nine days old.
            "last_complete_at": None if settled.problem else max(known), "last_run_id": session.run_id,
            "problem": settled.problem or None, "problem_at": now if settled.problem else None,
            "cursor": old.cursor if old is not None else None,
        }  # fmt: skip
        connection.execute(insert(_STATE).values(**values))


def _read_with(mapping: str | None, old: Row[Any] | None, all_of_it: bool) -> str | None:
    """The mapping that all stored rows of the stream were read with: a delivery of a part leaves the others to a replay."""
    return mapping if all_of_it or old is None or old.mapping_fingerprint is None else str(old.mapping_fingerprint)
