"""Records that could not be read: set aside whole with a reason, counted once however often they come again, closed by
themselves when the source's next complete delivery no longer holds them."""

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


@dataclass(slots=True)
class Quarantine:
    """The bad records of one pass over one stream. `known` are those of before, by record hash.

    `earlier` and `payloads` of a pull are shared by all pages of the pass: only its end tells what is cured.
    """

    practice_id: str
    source: str
    stream: str
    known: dict[int, int]
    seen: dict[int, int | None] = field(default_factory=dict)
    fresh: dict[int, tuple[BadRow, int | None]] = field(default_factory=dict)
    payloads: list[str] = field(default_factory=list)
    cured_as: str = "fixed"
    earlier: set[int] = field(default_factory=set)

    def set_aside(self, row: BadRow, blob_id: int | None) -> None:
        """Take one bad record; the same bytes twice are one entry."""
        if row.reason not in QUARANTINE_REASONS:
            raise HubBug("HUB-B05", f'{self.source}: "{row.reason}" is not a quarantine reason')
        mark = fingerprint64(row.payload.encode("utf-8", "surrogateescape"))
        self.seen[mark] = blob_id
        self.payloads.append(row.payload[:_PAYLOAD_CAP])
        if mark not in self.known:
            self.fresh.setdefault(mark, (row, blob_id))

    def cells(self) -> list[set[str]]:
        """The cells of each bad record of this pass, as a key would hold them."""
        return [{cell.strip().strip('"').upper() for cell in _CELL.split(payload)} for payload in self.payloads]

    def write(self, connection: Connection, run_id: int, now: datetime) -> None:
        """Store new entries and note the return of known ones."""
        if self.fresh:
            connection.execute(
                insert(_Q), [self._values(mark, row, blob, run_id, now) for mark, (row, blob) in self.fresh.items()]
            )
        again: dict[int | None, list[int]] = {}
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
            "code": code if named else "HUB-R01", "message": message if named else row.message,
            "payload": row.payload[:_PAYLOAD_CAP].replace("\x00", "\\0"), "first_seen": now, "last_seen": now,
            "status": "open",
        }  # fmt: skip


def open_quarantine(connection: Connection, practice_id: str, source: str, stream: str) -> Quarantine:
    """The stream's quarantine with what it already holds; a closed entry that comes back is opened again."""
    rows = connection.execute(
        select(_Q.c.record_hash, _Q.c.id).where(
            _Q.c.practice_id == practice_id, _Q.c.source == source, _Q.c.stream == stream, _Q.c.status != "discarded"
        )
    )
    return Quarantine(practice_id, source, stream, {int(mark): int(entry) for mark, entry in rows})


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
