"""Records that could not be read: set aside whole with a reason, counted once however often they come again. They are
closed by themselves when the source's next complete delivery no longer holds them, or when the record of their key was
read or is gone; a person can close one for good (`discard`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from hub.contract import BadRow
from hub.errors import QUARANTINE_REASONS, HubBug
from hub.ids import fingerprint64
from hub.model import TABLES

_Q = TABLES["quarantine"]
_PAYLOAD_CAP = 64_000
_CELL = re.compile(r"[\x1f,;\t|]")
DISCARDED = "discarded by a person"
CORRECTED = "unreadable then, corrected since"


@dataclass(slots=True)
class Quarantine:
    """The bad records of one pass over one stream. `known` are those of before, by record hash.

    `earlier` and `payloads` of a pull are shared by all pages of the pass: only its end tells what is cured. `payloads`
    say as well whether a person discarded the record. `keys`: open records by the key that could be read in them.
    """

    practice_id: str
    source: str
    stream: str
    known: dict[int, int]
    seen: dict[int, int | None] = field(default_factory=dict)
    fresh: dict[int, tuple[BadRow, int | None]] = field(default_factory=dict)
    payloads: list[tuple[str, bool]] = field(default_factory=list)
    cured_as: str = "fixed"
    earlier: set[int] = field(default_factory=set)
    discarded: set[int] = field(default_factory=set)
    fixed: set[int] = field(default_factory=set)
    keys: dict[str, set[int]] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)

    def set_aside(self, row: BadRow, blob_id: int | None, key: str | None = None) -> str:
        """Take one bad record; the same bytes twice are one entry. `key`: "entity:source key" where it can be read.

        Returns why it is passed over instead: a person discarded it, or stored bytes are read whose record was
        corrected after they came. Empty: it is set aside.
        """
        if row.reason not in QUARANTINE_REASONS:
            raise HubBug("HUB-B05", f'{self.source}: "{row.reason}" is not a quarantine reason')
        mark = fingerprint64(row.payload.encode("utf-8", "surrogateescape"))
        self.payloads.append((row.payload[:_PAYLOAD_CAP], mark in self.discarded))
        if mark in self.discarded:
            return DISCARDED
        if mark in self.fixed and self.cured_as == "replayed":
            return CORRECTED
        self.seen[mark] = blob_id
        self.answered.discard(mark)
        if key is not None:
            self.named[mark] = key
            self.keys.setdefault(key, set()).add(mark)
        if mark not in self.known:
            self.fresh.setdefault(mark, (row, blob_id))
        return ""

    def answer(self, keys: Collection[str]) -> None:
        """The records of these keys ("entity:source key") were read, or are gone: what was set aside of them is settled."""
        for key in self.keys.keys() & keys:
            self.answered |= self.keys[key]

    def cells(self) -> list[tuple[set[str], bool]]:
        """The cells of each bad record of this pass, as a key would hold them, and whether a person discarded it."""
        return [
            ({cell.strip().strip('"').upper() for cell in _CELL.split(payload)}, discarded)
            for payload, discarded in self.payloads
        ]

    def write(self, connection: Connection, run_id: int, now: datetime) -> None:
        """Store new entries and note the return of known ones."""
        if self.fresh:
            connection.execute(
                insert(_Q), [self._values(mark, row, blob, run_id, now) for mark, (row, blob) in self.fresh.items()]
            )
        again: dict[int | None, list[int]] = {}
        for mark in self.named.keys() & self.known.keys():
            mine = (_Q.c.id == self.known[mark]) & _Q.c.record_key.is_(None)
            connection.execute(update(_Q).where(mine).values(record_key=self.named[mark]))
        for mark in self.seen.keys() & self.known.keys():
            again.setdefault(self.seen[mark], []).append(self.known[mark])
        for blob, entries in again.items():
            for start in range(0, len(entries), 500):
                # The newest bytes that hold it: the ones that a retry reads.
                connection.execute(
                    update(_Q).where(_Q.c.id.in_(entries[start : start + 500])).values(
                        last_run_id=run_id, last_seen=now, attempts=_Q.c.attempts + 1, status="open", closed_at=None, blob_id=blob
                    )
                )  # fmt: skip

        self._close_answered(connection, now)

    def _close_answered(self, connection: Connection, now: datetime) -> None:
        mine = (_Q.c.practice_id == self.practice_id) & (_Q.c.source == self.source) & (_Q.c.stream == self.stream)
        marks = list(self.answered)
        for start in range(0, len(marks), 500):
            these = select(_Q.c.id).where(mine, _Q.c.record_hash.in_(marks[start : start + 500]))
            close(connection, connection.execute(these).scalars().all(), self.cured_as, now)

    def close_cured(self, connection: Connection, now: datetime) -> int:
        """After a complete delivery: open entries that it no longer holds are fixed (or replayed). Returns how many."""
        gone = [entry for mark, entry in self.known.items() if mark not in self.seen and mark not in self.earlier]
        return close(connection, gone, self.cured_as, now)

    def _values(self, mark: int, row: BadRow, blob_id: int | None, run_id: int, now: datetime) -> dict[str, object]:
        code, _, message = row.message.partition(" ")
        named = code.startswith("HUB-")
        return {
            "practice_id": self.practice_id, "source": self.source, "stream": self.stream, "record_hash": mark,
            "run_id": run_id, "last_run_id": run_id, "blob_id": blob_id, "locator": row.locator, "reason": row.reason,
            "record_key": self.named.get(mark),
            "code": code if named else "HUB-R01", "message": message if named else row.message,
            "payload": row.payload[:_PAYLOAD_CAP].replace("\x00", "\\0"), "first_seen": now, "last_seen": now,
            "status": "open",
        }  # fmt: skip


def open_quarantine(connection: Connection, practice_id: str, source: str, stream: str) -> Quarantine:
    """The stream's quarantine with what it already holds; a closed entry that comes back is opened again, unless a
    person discarded it."""
    opened = Quarantine(practice_id, source, stream, {})
    mine = (_Q.c.practice_id == practice_id) & (_Q.c.source == source) & (_Q.c.stream == stream)
    columns = (_Q.c.record_hash, _Q.c.id, _Q.c.status, _Q.c.record_key)
    for mark, entry, status, key in connection.execute(select(*columns).where(mine)):
        if status == "discarded":
            opened.discarded.add(int(mark))
            continue
        opened.known[int(mark)] = int(entry)
        if status == "fixed":
            opened.fixed.add(int(mark))
        elif status == "open" and key is not None:
            opened.keys.setdefault(key, set()).add(int(mark))
    return opened


def discard(connection: Connection, practices: Sequence[str], entry: int, reason: str, now: datetime) -> bool:
    """A person says that this record is none to wait for. False when there is no such open entry.

    It stays as it came, with the reason; the same bytes are passed over from now on, other ones are a new entry.
    """
    mine = (_Q.c.id == entry) & _Q.c.practice_id.in_(practices) & (_Q.c.status == "open")
    message = connection.execute(select(_Q.c.message).where(mine)).scalar()
    if message is None:
        return False
    told = f"{message}; discarded: {' '.join(reason.split())[:200]}" if reason.strip() else message
    connection.execute(update(_Q).where(_Q.c.id == entry).values(status="discarded", closed_at=now, message=told))
    return True


def close(connection: Connection, entries: Collection[int], status: str, now: datetime) -> int:
    """Set open entries to fixed, replayed or discarded."""
    closed = 0
    numbers = list(entries)
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        done = connection.execute(
            update(_Q).where(_Q.c.id.in_(chunk), _Q.c.status == "open").values(status=status, closed_at=now)
        )
        closed += int(done.rowcount)
    return closed


def listing(
    connection: Connection, practices: Sequence[str], statuses: Iterable[str] = ("open",)
) -> list[dict[str, object]]:
    """Entries without their payload, newest first."""
    columns = [column for column in _Q.c if column.name != "payload"]
    query = (
        select(*columns)
        .where(_Q.c.practice_id.in_(practices), _Q.c.status.in_(list(statuses)))
        .order_by(_Q.c.id.desc())
    )
    return [dict(row._mapping) for row in connection.execute(query)]
