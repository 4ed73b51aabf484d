"""How far a stream was read, as the engine keeps it between two runs (JSON, no patient data but keys)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

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

    def told(self) -> dict[str, object]:
        told: dict[str, object] = {
            "phase": self.phase, "stamp": self.stamp, "since": self.since, "mark": self.mark, "next_mark": self.next_mark,
            "swept_at": self.swept_at,
        }  # fmt: skip
        # as text: a signed 64-bit key does not survive every JSON reader as a number
        return {"v": VERSION, "after": None if self.after is None else str(self.after)} | told

    def at(self, after: int) -> Place:
        return replace(self, after=after)


def place_of(cursor: Mapping[str, object] | None) -> Place:
    """The place that a cursor tells; the beginning for none, or for one of another way in."""
    if not cursor or cursor.get("v") != VERSION or "phase" not in cursor:
        return Place()
    after = cursor.get("after")
    texts = {name: str(cursor.get(name, "")) for name in ("phase", "since", "mark", "next_mark", "swept_at")}
    return Place(after=None if after is None else int(str(after)), stamp=int(str(cursor.get("stamp", 0))), **texts)
