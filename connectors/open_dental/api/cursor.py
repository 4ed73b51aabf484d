"""Where a stream stands between two runs, as JSON: what was read up to when, and the listing that was cut off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from connectors.open_dental.api.paging import START, Place
from connectors.open_dental.api.server_time import Watermark, moment_of, watermark_of

Kind = Literal["whole", "changes"]
# Of which lists a listing of changes consists, and in which order; 2: parents that name each other alike are one list.
_LISTS = 2


@dataclass(frozen=True, slots=True)
class Work:
    """A listing under way. `mark` becomes the watermark when it is done; `started` is UTC.

    `timed`: the first page told the server's own time. `since` is the server-local filter of a listing of changes. `part` counts the lists it consists of; `place` is the
    row reached in that list, or the parent's number (as `last_key`) where it goes parent by parent. `listed`: how many keys
    of a pass in pieces were kept (`key_log`).
    """

    kind: Kind
    mark: Watermark
    started: str
    since: str = ""
    part: int = 0
    place: Place = START
    timed: bool = False
    listed: int = 0

    def at(self, part: int, place: Place) -> Work:
        return replace(self, part=part, place=place)


@dataclass(frozen=True, slots=True)
class Standing:
    """`mark`: changes were read up to there. `whole_at`: start of the last finished whole listing (UTC, ISO).

    `tried_at`: start of the last whole listing that took too long. `gone_mark`: deletions were read up to there.
    `end`: where a list ended that only ever grows. `again`: a whole listing that is made in pieces, night after night,
    while changes are followed; `parents`: how many parents the last one went through. `since`: the stamp from which on the
    list was read at first, and is ever since ("": from the beginning).
    """

    mark: Watermark | None = None
    whole_at: str = ""
    tried_at: str = ""
    gone_mark: Watermark | None = None
    work: Work | None = None
    end: Place = START
    again: Work | None = None
    parents: int = 0
    since: str = ""

    def told(self) -> dict[str, object]:
        """The cursor. Keys of records are in it, no patient data."""
        told: dict[str, object] = {"whole_at": self.whole_at, "tried_at": self.tried_at}
        told |= {"mark": self.mark.told()} if self.mark else {}
        told |= {"gone_mark": self.gone_mark.told()} if self.gone_mark else {}
        told |= {"end": [self.end.offset, self.end.last_key]} if self.end.offset else {}
        told |= {"again": _work_told(self.again)} if self.again else {}
        told |= {"parents": self.parents} if self.parents else {}
        told |= {"since": self.since} if self.since else {}
        return told | ({"work": _work_told(self.work)} if self.work else {})

    def hours_since_whole(self, now: datetime) -> float | None:
        """Since the last whole listing; None: there was none."""
        return _hours(self.whole_at, now)

    def hours_since_tried(self, now: datetime) -> float | None:
        tried = [hours for hours in (_hours(self.whole_at, now), _hours(self.tried_at, now)) if hours is not None]
        return min(tried, default=None)


def standing_of(cursor: Mapping[str, object] | None) -> Standing:
    """Read a cursor; one that cannot be read means to begin again, which loses nothing."""
    if not cursor:
        return Standing()
    return Standing(
        watermark_of(cursor.get("mark")), str(cursor.get("whole_at", "")), str(cursor.get("tried_at", "")),
        watermark_of(cursor.get("gone_mark")), _work_of(cursor.get("work")), _place_of(cursor.get("end")),
        _work_of(cursor.get("again")), _number_of(cursor.get("parents")),
        _moment_of(cursor.get("since")),
    )  # fmt: skip


def _work_told(work: Work) -> dict[str, object]:
    return {
        "kind": work.kind, "mark": work.mark.told(), "started": work.started, "since": work.since, "part": work.part,
        "offset": work.place.offset, "last": work.place.last_key, "timed": work.timed,
        "listed": work.listed, "lists": _LISTS,
    }  # fmt: skip


def _work_of(told: object) -> Work | None:
    if not isinstance(told, Mapping):
        return None
    mark, part, offset = watermark_of(told.get("mark")), told.get("part"), told.get("offset")
    if mark is None or not isinstance(part, int) or not isinstance(offset, int):
        return None
    kind: Kind = "changes" if told.get("kind") == "changes" else "whole"
    place = Place(offset, str(told.get("last", "")))
    if kind == "changes" and told.get("lists") != _LISTS:  # the list it had reached is another one now: all of them again
        part, place = 0, START
    return Work(
        kind, mark, str(told.get("started", "")), str(told.get("since", "")), part, place, told.get("timed") is True,
        _number_of(told.get("listed")),
    )  # fmt: skip


def _number_of(told: object) -> int:
    return told if isinstance(told, int) else 0


def _moment_of(told: object) -> str:
    return told if isinstance(told, str) and moment_of(told) is not None else ""


def _place_of(told: object) -> Place:
    if isinstance(told, list) and len(told) == 2 and isinstance(told[0], int):
        return Place(told[0], str(told[1]))
    return START


def utc_of(text: str) -> datetime | None:
    """A UTC moment as the cursor holds it; None when it holds none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _hours(text: str, now: datetime) -> float | None:
    then = utc_of(text)
    return None if then is None else (now - then).total_seconds() / 3600
