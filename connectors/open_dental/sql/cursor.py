"""How far a stream was read, as the engine keeps it between two runs (JSON, no patient data but keys)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True)
class Place:
    """`phase` load: everything, up to the key `after`; changes: what `stamp` number so-and-so shows since `since`, up to
    `after`; rest: nothing is under way. `mark` is the server's clock before the last finished pass, `next_mark` that of
    the one under way. `swept_at` is the hub's UTC time of the last whole list of keys.
    """

    phase: str = "load"
    after: int | None = None
    stamp: int = 0
    since: str = ""
    mark: str = ""
    next_mark: str = ""
    swept_at: str = ""
    whole_at: str = ""
    again: int | None = None
    seen: str = ""

    def told(self) -> dict[str, object]:
        told: dict[str, object] = {
            "phase": self.phase, "stamp": self.stamp, "since": self.since, "mark": self.mark, "next_mark": self.next_mark,
            "swept_at": self.swept_at, "whole_at": self.whole_at, "seen": self.seen,
        }  # fmt: skip
        return {"v": VERSION, "after": _told(self.after), "again": _told(self.again)} | told


def place_of(cursor: Mapping[str, object] | None) -> Place:
    """The place that a cursor tells; the beginning for none, or for one of another way in."""
    if not cursor or cursor.get("v") != VERSION or "phase" not in cursor:
        return Place()
    names = ("phase", "since", "mark", "next_mark", "swept_at", "whole_at", "seen")
    texts = {name: str(cursor.get(name, "")) for name in names}
    after, again = _key(cursor.get("after")), _key(cursor.get("again"))
    return Place(after=after, again=again, stamp=int(str(cursor.get("stamp", 0))), **texts)


def _told(key: int | None) -> str | None:
    """As text: a signed 64-bit key does not survive every JSON reader as a number."""
    return None if key is None else str(key)


def _key(told: object) -> int | None:
    return None if told is None else int(str(told))
