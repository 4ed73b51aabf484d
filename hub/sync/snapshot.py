"""What a pass over a snapshot means for records that are no longer there.

Row fingerprints of the last complete pass are kept in file order (`Signature`), so that an unchanged row costs one hash
and one look into a small window. They only speed things up: a row that is not found there goes the full way.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import ne
from struct import unpack

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from hub.model import TABLES
from hub.store.bulk import chunks, write_rows

_PAGE, _MISSING, _STATE = TABLES["snapshot_page"], TABLES["missing_row"], TABLES["stream_state"]
NEWEST_FILE = "the newest file"
WIDTH = 8
_WINDOW = 8
_FETCH = 16
_MOST_AHEAD = 4 << 20  # half a million rows


@dataclass(frozen=True, slots=True)
class StreamId:
    """One stream of one source of one practice."""

    practice_id: str
    source: str
    stream: str

    def of(self, table: Table) -> ColumnElement[bool]:
        return (
            (table.c.practice_id == self.practice_id)
            & (table.c.source == self.source)
            & (table.c.stream == self.stream)
        )


def missing_of(stream: StreamId, table: Table) -> ColumnElement[bool]:
    """The absent records of one stream and entity: patient 5 and appointment 5 are two records."""
    return StreamId(stream.practice_id, stream.source, f"{stream.stream}:{table.name}").of(_MISSING)


def pages(connection: Connection, stream: StreamId) -> Iterator[bytes]:
    """The old signature, page by page (some pages are fetched at a time)."""
    columns = select(_PAGE.c.fingerprints).where(stream.of(_PAGE)).order_by(_PAGE.c.page)
    for start in itertools.count(0, _FETCH):
        found = connection.execute(columns.where(_PAGE.c.page.between(start, start + _FETCH - 1))).scalars().all()
        yield from found
        if len(found) < _FETCH:
            return


def has_signature(connection: Connection, stream: StreamId) -> bool:
    return connection.execute(select(_PAGE.c.page).where(stream.of(_PAGE)).limit(1)).first() is not None


@dataclass(slots=True)
class Signature:
    """The old row fingerprints as a moving window, and the new ones as they are collected.

    While the pages of both stand row beside row (`aligned`), only the rows that differ are looked for; once rows were
    inserted or removed the window goes one old page ahead, so that rows which moved up are still found.
    """

    old: Iterator[bytes]
    pool: set[bytes] = field(default_factory=set)
    window: list[list[bytes]] = field(default_factory=list)
    left: set[bytes] = field(default_factory=set)
    new: list[bytes] = field(default_factory=list)
    started: bool = False
    aligned: bool = True
    coming: bytes | None = None

    def unknown(self, digests: list[bytes]) -> list[int]:
        """Positions in this page that the old signature does not hold; the others are consumed."""
        if not self.started:
            self.started, self.coming = True, next(self.old, None)
        packed = b"".join(digests)
        if self.coming == packed:
            self._open([])
            return []
        differing = self._beside(packed) if self.aligned else None
        if differing is None:
            return self._looked_for(digests)
        self._open([_digest_at(self.coming or b"", n) for n in differing])
        return self._consumed(digests, differing)

    def _beside(self, packed: bytes) -> list[int] | None:
        """Where this page differs from the old one that stands beside it; None when most of it does."""
        old = self.coming
        if old is None or len(old) != len(packed):
            return None
        rows = len(old) // WIDTH
        differs = map(ne, unpack(f">{rows}q", old), unpack(f">{rows}q", packed))
        differing = list(itertools.compress(range(rows), differs))
        return differing if 2 * WIDTH * len(differing) <= len(old) else None

    def _looked_for(self, digests: list[bytes]) -> list[int]:
        """Every row is looked for in the pool."""
        for _ in range(2 if self.aligned else 1):
            if self.coming is not None:
                self._open(_digests_in(self.coming))
        self.aligned = False
        return self._consumed(digests, range(len(digests)))

    def _consumed(self, digests: list[bytes], positions: Sequence[int]) -> list[int]:
        pool = self.pool
        if not pool:
            return list(positions)
        fresh = [n for n in positions if digests[n] not in pool]
        pool.difference_update(digests if len(positions) == len(digests) else [digests[n] for n in positions])
        return fresh

    def fits_in_memory(self) -> bool:
        """Read the old fingerprints now, where they are few enough: a second process cannot ask the database for them."""
        taken, size = list[bytes](), 0
        for packed in self.old:
            taken.append(packed)
            size += len(packed)
            if size > _MOST_AHEAD:
                break
        self.old = itertools.chain(taken, self.old)
        return size <= _MOST_AHEAD

    def left_over(self) -> bytes:
        """In one piece, what this file did not hold of the old fingerprints so far."""
        rest = itertools.chain([self.coming or b""], self.old) if self.started else self.old
        return b"".join([*self.left, *self.pool, *rest])

    def was_compared_by_another(self, left_over: bytes) -> None:
        """A copy of this signature in another process walked the file: this is what it had left over."""
        self.started, self.coming, self.old = True, None, iter(())
        self.left = set(_digests_in(left_over))

    def keep(self, digests: bytes) -> None:
        """Remember one page of rows that are stored now: their fingerprints in one piece."""
        self.new.append(digests)

    def unseen(self, accounted: Collection[bytes] = ()) -> set[bytes]:
        """Old fingerprints that this file does not hold, without those that are `accounted` for (what changed rows were).

        A line may have stood twice: one of the two is enough.
        """
        for packed in itertools.chain([self.coming or b""], self.old):
            self.left.update(_digests_in(packed))
        found = (self.left | self.pool).difference(accounted)
        for packed in self.new if found else ():
            found.difference_update(_digests_in(packed))
        return found

    def _open(self, page: list[bytes]) -> None:
        """The next old page, of which these rows are still to be found."""
        self.coming = next(self.old, None)
        self.window.append(page)
        self.pool.update(page)
        if len(self.window) > _WINDOW:
            gone = [digest for digest in self.window.pop(0) if digest in self.pool]
            self.pool.difference_update(gone)
            self.left.update(gone)

    def save(self, connection: Connection, stream: StreamId) -> None:
        """Replace the stored signature; part of the transaction that completes the pass."""
        drop_signature(connection, stream)
        shared = {"practice_id": stream.practice_id, "source": stream.source, "stream": stream.stream}
        write_rows(connection, _PAGE, ("page", "fingerprints"), list(enumerate(self.new)), shared, "fail")


def _digests_in(packed: bytes) -> list[bytes]:
    return [packed[start : start + WIDTH] for start in range(0, len(packed), WIDTH)]


def _digest_at(packed: bytes, position: int) -> bytes:
    return packed[position * WIDTH : (position + 1) * WIDTH]


def drop_signature(connection: Connection, stream: StreamId) -> None:
    connection.execute(delete(_PAGE).where(stream.of(_PAGE)))


def drop_signatures_of_others(connection: Connection, stream: StreamId, entity: str) -> None:
    """A record that left this list may stand in another of the source's lists, whose rows are known and not compared.

    Their next file in new bytes is read row by row then: what it still holds is that list's from now on, and alive.
    """
    source = (_STATE.c.practice_id == stream.practice_id) & (_STATE.c.source == stream.source)
    others = select(_STATE.c.stream).where(source, _STATE.c.entity == entity, _STATE.c.stream != stream.stream)
    mine = (_PAGE.c.practice_id == stream.practice_id) & (_PAGE.c.source == stream.source)
    connection.execute(delete(_PAGE).where(mine, _PAGE.c.stream.in_(others)))


@dataclass(frozen=True, slots=True)
class Absence:
    """What became of absent records: `missing` now, `deleted` (absent twice in a row), or stopped by the brake.

    `hidden`: unreadable rows kept some of them from being judged; nobody has noted those as missing.
    """

    missing: int = 0
    deleted: int = 0
    brake: str = ""
    hidden: bool = False


def brake(
    connection: Connection, table: Table, stream: StreamId, absent: Collection[str], max_share: float, min_rows: int,
    where: str = NEWEST_FILE,
) -> Absence | None:  # fmt: skip
    """Too many of the records that stand now are absent: the pass settles nothing and says why. None: go on."""
    if len(absent) < min_rows:
        return None
    live = live_count(connection, table, stream)
    if len(absent) <= max_share * live:
        return None
    return Absence(len(absent), brake=brake_text(stream, len(absent), live, f"are not in {where}"))


def settle(
    connection: Connection, table: Table, stream: StreamId, absent: Collection[str], run_id: int, now: datetime,
    *, max_share: float, min_rows: int, accept: bool, where: str = NEWEST_FILE,
) -> Absence:  # fmt: skip
    """Absent once: noted. Absent from a second full snapshot in a row: tombstone. Too many at once: nothing, with a reason.

    The share is of the records that stand now; `accept` says a person confirmed the drop; `where` they are not.
    """
    stopped = None if accept else brake(connection, table, stream, absent, max_share, min_rows, where)
    if stopped is not None:
        return stopped
    before = set(connection.execute(select(_MISSING.c.source_key).where(missing_of(stream, table))).scalars())
    gone = [key for key in absent if key in before or accept]
    tombstone(connection, table, stream, gone, run_id, now)
    connection.execute(delete(_MISSING).where(missing_of(stream, table)))
    dead = set(gone)
    once = [(key,) for key in absent if key not in dead]
    named = f"{stream.stream}:{table.name}"
    shared = {"practice_id": stream.practice_id, "source": stream.source, "stream": named, "since_run": run_id}
    write_rows(connection, _MISSING, ("source_key",), once, shared, "fail")
    return Absence(missing=len(once), deleted=len(gone))


def live_count(connection: Connection, table: Table, stream: StreamId) -> int:
    where = (stream.of(table), table.c.deleted_at.is_(None))
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def brake_text(stream: StreamId, count: int, live: int, what: str) -> str:
    """Why the brake stopped: `what` these records are, or are not in."""
    return (
        f"HUB-C20 {stream.source}: {count} of {live} records of {stream.stream} {what}; that many do not vanish in"
        f' a day, so nothing was deleted or closed; check the export, or confirm with "hub sync {stream.source} --accept-missing"'
    )


def is_brake(problem: str) -> bool:
    """Does this problem of a stream say that the brake stopped it?"""
    return problem.startswith("HUB-C20 ")


def tombstone(
    connection: Connection, table: Table, stream: StreamId, keys: Sequence[str], run_id: int, now: datetime
) -> None:
    """Mark these records as deleted by this run."""
    for chunk in chunks(keys):
        connection.execute(
            update(table)
            .where(stream.of(table), table.c.source_key.in_(chunk))
            .values(deleted_at=now, deleted_run=run_id)
        )


def undo_deletes(connection: Connection, table: Table, practice_id: str, run_id: int) -> int:
    """Bring back what one run deleted. Returns how many rows live again.

    The signatures of their streams go: they do not hold these rows, so a next list without them would not show that.
    """
    mine = (table.c.practice_id == practice_id) & (table.c.deleted_run == run_id)
    for source, stream, count in connection.execute(
        select(table.c.source, table.c.stream, func.count()).where(mine).group_by(table.c.source, table.c.stream)
    ).all():
        name = StreamId(practice_id, source, stream)
        drop_signature(connection, name)
        state = name.of(_STATE) & (_STATE.c.entity == table.name)
        connection.execute(update(_STATE).where(state).values(rows=_STATE.c.rows + count))
    back = connection.execute(update(table).where(mine).values(deleted_at=None, deleted_run=None))
    return int(back.rowcount)


def live_keys(
    connection: Connection, table: Table, stream: StreamId, unseen: Collection[bytes] | None
) -> Iterator[tuple[str, int]]:
    """Keys and fingerprints of live records; only those whose fingerprint is in `unseen` when that is given."""
    query = select(table.c.source_key, table.c.fingerprint).where(stream.of(table), table.c.deleted_at.is_(None))
    wanted = None if unseen is None else {int.from_bytes(digest, "big", signed=True) for digest in unseen}
    for key, mark in connection.execute(query, execution_options={"yield_per": 5000}):
        if wanted is None or mark in wanted:
            yield key, mark
