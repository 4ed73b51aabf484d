"""Which records are absent from a pass, and why an absence may mean nothing: unreadable rows, an empty list, too many."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import Connection, Table, select

from hub.contract import Stream
from hub.mapping import Mapping
from hub.model import ENTITIES, TABLES
from hub.sync.mapped import MappedPass
from hub.sync.passing import Passing
from hub.sync.session import SyncSession
from hub.sync.snapshot import (
    Absence,
    brake,
    drop_signatures_of_others,
    is_brake,
    live_keys,
    missing_of,
    settle,
)

_MISSING = TABLES["missing_row"]
# Without a mapping's own word: more than this share of a snapshot does not vanish between two passes.
MAX_MISSING, MIN_MISSING = 0.02, 20
NEWEST_LIST = "the newest list"


def absent_rows(
    connection: Connection, session: SyncSession, table: Table, mapping: Mapping, passing: Passing, outcome: MappedPass
) -> Absence:
    """Settle the records that a file read by a mapping does not hold."""
    stream = passing.stream
    if outcome.seen is not None:
        absent = {key for key, _mark in live_keys(connection, table, stream, None) if key not in outcome.seen}
    else:
        unseen = outcome.unseen()
        absent = set(connection.execute(select(_MISSING.c.source_key).where(missing_of(stream, table))).scalars())
        absent |= {key for key, _mark in live_keys(connection, table, stream, unseen)} if unseen else set()
    held, unexplained = _held_back(absent, (), passing, (mapping.spec.key.prefix,))
    absent -= held
    share, least = mapping.batch.max_missing, mapping.batch.min_missing
    if absent and unexplained:
        stopped = brake(connection, table, stream, absent, share, least)
        return _not_judged(session, passing, absent, unexplained, stopped)
    # The brake looks at what vanished now: records that were missing before are on their way out already.
    settled = settle(
        connection, table, stream, absent, session.run_id, session.clock.now(),
        max_share=share, min_rows=least, accept=session.accept_missing,
    )  # fmt: skip
    if settled.missing + settled.deleted and not settled.brake:
        drop_signatures_of_others(connection, stream, table.name)
    return replace(settled, hidden=bool(held))


def absent_facts(
    connection: Connection, session: SyncSession, table: Table, passing: Passing, prefixes: Collection[str],
    listed: Collection[str] = (),
) -> Absence:  # fmt: skip
    """Settle the records that this pass neither delivered nor `listed` among the keys of all that is there."""
    seen = (passing.seen or {}).get(table.name, set())
    live = (key for key, _mark in live_keys(connection, table, passing.stream, None))
    absent = {key for key in live if key not in seen and key not in listed}
    held, unexplained = _held_back(absent, listed, passing, prefixes)
    absent -= held
    if absent and unexplained:
        stopped = brake(connection, table, passing.stream, absent, MAX_MISSING, MIN_MISSING, NEWEST_LIST)
        return _not_judged(session, passing, absent, unexplained, stopped)
    return settle(
        connection, table, passing.stream, absent, session.run_id, session.clock.now(),
        max_share=MAX_MISSING, min_rows=MIN_MISSING, accept=session.accept_missing, where=NEWEST_LIST,
    )  # fmt: skip


def key_prefixes(mappings: Iterable[Mapping], entity: str) -> set[str]:
    """What these mappings put before the key of such a record."""
    return {mapping.spec.key.prefix for mapping in mappings if mapping.entity == entity}


def holds_any(connection: Connection, entities: Iterable[str], passing: Passing) -> bool:
    """Does the store hold a live record of this stream?"""
    tables = [ENTITIES[entity] for entity in entities]
    return any(next(iter(live_keys(connection, table, passing.stream, None)), None) for table in tables)


def empty_file(session: SyncSession, name: str) -> str:
    """Why a full export without a record closes nothing."""
    return f"HUB-C23 {session.source}: {name} holds no record; nothing was closed or deleted; export it again"


def empty_keys(session: SyncSession, stream: Stream, entity: str) -> str:
    """The same for a list of keys."""
    return (
        f"HUB-C23 {session.source}: the list of all {entity} records of {stream.name} holds no record; nothing was closed or"
        " deleted; check at the source that they are still there"
    )


def is_stopped_by_absence(problem: str) -> bool:
    """Is a person's word about missing records an answer to this problem of a stream?"""
    return is_brake(problem) or problem.startswith("HUB-C24 ")


def _not_judged(
    session: SyncSession, passing: Passing, absent: Collection[str], unexplained: int, stopped: Absence | None
) -> Absence:
    """Any of the absent records may be one of the unreadable rows: none goes, and the list may have been cut in a line.

    Also when a person confirmed that they are gone: which of them are, nobody can tell before those rows can be read.
    """
    told = _hidden(session, passing, unexplained)
    if stopped is None:
        session.warn(told)
        return Absence(missing=len(absent), hidden=True)
    return Absence(len(absent), brake=told, hidden=True) if session.accept_missing else stopped


def _hidden(session: SyncSession, passing: Passing, unexplained: int) -> str:
    return f"HUB-C24 {session.source}: {unexplained} unreadable rows of {passing.stream.stream} hide which records are gone; nothing was deleted; correct those rows, or set aside for good what is no record (hub quarantine list, hub quarantine discard)"


def _held_back(
    absent: Collection[str], listed: Collection[str], passing: Passing, prefixes: Collection[str]
) -> tuple[set[str], int]:
    """A record whose row turned unreadable is not gone: keys found in the cells of a bad row are kept.

    Also returns how many bad rows no key explains, absent or listed: they might be any of the absent ones, unless a
    person said that they are none.
    """
    held: set[str] = set()
    bad_rows = passing.quarantine.cells() if absent else []
    if not bad_rows:
        return held, 0
    known, unexplained = _Parts(prefixes, absent, listed), 0
    for cells, discarded in bad_rows:
        told = known.within(cells)
        held |= told
        unexplained += not told and not discarded
    return held & set(absent), unexplained


class _Parts:
    """Keys by their first part, so that a bad row costs one look a cell, not one look a key."""

    def __init__(self, prefixes: Collection[str], *keys: Collection[str]) -> None:
        self._keys: dict[str, list[tuple[str, list[str]]]] = {}
        for group in keys:
            for key in group:
                for prefix in {"", *prefixes}:
                    if key.startswith(prefix):
                        parts = key[len(prefix) :].split("~")[0].upper().split("|")
                        self._keys.setdefault(parts[0], []).append((key, parts))

    def within(self, cells: set[str]) -> set[str]:
        """Keys all of whose parts are among these cells."""
        near = [found for cell in cells for found in self._keys.get(cell, ())]
        return {key for key, parts in near if cells.issuperset(parts)}
