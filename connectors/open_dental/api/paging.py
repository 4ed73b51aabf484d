"""Reading a list page by page while the office goes on working (reference 2.5).

Pages are asked for by offset, and rows slide between them when others come and go. So every page starts with a record
that was seen before; one that does not tells that rows slid away unread, and the next question starts further up. A page
that is handed out twice is noticed the same way. Nothing is remembered but the keys of the last few pages.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hub.errors import SourceChanged

Record = dict[str, object]
# Most rows that any server hands out at once: a page of exactly so many may have been cut, whatever was asked for.
SERVER_LIMITS = frozenset({100, 1000, 10_000})
REMEMBERED_PAGES = 4
# A list that changes faster than it can be read is taken as it comes; the next whole listing mends what was missed.
MOST_STEPS_BACK = 20
MOST_STALE = 3


@dataclass(frozen=True, slots=True)
class Place:
    """How far a list was read: so many rows, the last of them under this key."""

    offset: int = 0
    last_key: str = ""


START = Place()


@dataclass(frozen=True, slots=True)
class Page:
    """Records that are new (or changed since a page ago), the place behind them, and whether the list ends here."""

    records: list[Record]
    place: Place
    ends: bool


@dataclass(slots=True)
class _Reading:
    key: str
    limit: int
    offset: int
    known: OrderedDict[str, Record | None] = field(default_factory=OrderedDict)
    steps_back: int = 0
    stale: int = 0


def pages(ask: Callable[[int, int], list[Record]], key: str, limit: int, place: Place = START) -> Iterator[Page]:
    """Read a list to its end from `place`. `ask(offset, limit)` is one request; `key` the field of the primary key.

    Raises SourceChanged when the server hands out the same records for ever.
    """
    reading = _Reading(key, limit, place.offset)
    if place.last_key:
        reading.known[place.last_key] = None
    while True:
        start = max(0, reading.offset - 1)
        records = ask(start, limit)
        if _slid(reading, start, records):
            continue
        page = _take(reading, start, records)
        yield page
        if page.ends:
            return


def _slid(reading: _Reading, start: int, records: list[Record]) -> bool:
    """Does nothing of this page connect to what was read? Then step back half a page, or to the beginning."""
    if start == 0 or not reading.known or any(_connects(reading, one) for one in records):
        return False
    reading.steps_back += 1
    if reading.steps_back > MOST_STEPS_BACK:
        return False
    # Whoever resumes knows only one key: if that row went, nothing higher up connects either.
    reading.offset = 0 if len(reading.known) == 1 and reading.steps_back > 1 else max(0, start - reading.limit // 2)
    return True


def _connects(reading: _Reading, record: Record) -> bool:
    """Was this very record seen before? One that was edited meanwhile may have moved here from anywhere."""
    number = key_of(record, reading.key)
    return number in reading.known and reading.known[number] in (None, record)


def _take(reading: _Reading, start: int, records: list[Record]) -> Page:
    fresh = []
    for record in records:
        number = key_of(record, reading.key)
        if reading.known.get(number) != record:
            fresh.append(record)
        reading.known[number] = record
        reading.known.move_to_end(number)
    while len(reading.known) > REMEMBERED_PAGES * max(reading.limit, 100):
        reading.known.popitem(last=False)
    ends = _ends(len(records), reading.limit)
    reading.stale = 0 if fresh else reading.stale + 1
    if reading.stale > MOST_STALE and not ends:
        raise SourceChanged("HUB-U08", "Open Dental hands out the same page again and again; nothing more was read")
    reading.offset = start + len(records)
    last = key_of(records[-1], reading.key) if records else next(reversed(reading.known), "")
    return Page(fresh, Place(reading.offset, last), ends)


def _ends(count: int, limit: int) -> bool:
    """A page shorter than asked for is the last one, unless it is as long as some server's own limit."""
    return count == 0 or count > limit or (count < limit and count not in SERVER_LIMITS)


def key_of(record: Record, key: str) -> str:
    number = record.get(key)
    return "" if number is None else str(number)
