"""A table in short ranges of its primary key, smallest first: each statement looks at so many rows of a MyISAM table as the
office's patience allows, however few of them are wanted.

Keys are signed 64-bit and may be random, so a range is never reckoned: its end is the key that stands so many places behind
its beginning, which the index tells without touching a row.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from connectors.open_dental.sql.server import Row, Server

_MOST = 20_000
Clock = Callable[[], float]


@dataclass(slots=True)
class Pace:
    """How many rows (or keys) fit into `seconds`: measured with every statement, at most doubled or halved at once."""

    rows: int
    seconds: float
    least: int = 10

    def learn(self, asked: int, took: float) -> None:
        factor = min(2.0, max(0.5, self.seconds / max(took, 0.000_1)))
        self.rows = max(self.least, min(_MOST, int(asked * factor)))


@dataclass(frozen=True, slots=True)
class Walked:
    """A table to walk through: its name, the alias that the statement gives it, its primary key."""

    table: str
    alias: str
    key: str


def pages(
    server: Server, select: str, walked: Walked, after: int | None, pace: Pace, stop: threading.Event, clock: Clock = perf_counter
) -> Iterator[list[Row]]:  # fmt: skip
    """The rows of `select` (a text that a condition may follow) range by range behind the key `after`, some of them empty."""
    while not stop.is_set():
        width, begun = pace.rows, clock()
        last = _end(server, walked, after, width)
        rows = server.rows(f"{select}{_within(walked, after, last)}\nORDER BY {walked.alias}.{walked.key}")
        pace.learn(width, clock() - begun)
        yield rows
        if last is None:
            return
        after = last


def _end(server: Server, walked: Walked, after: int | None, width: int) -> int | None:
    """The key that stands `width` places behind `after`; None when fewer are left."""
    beyond = "" if after is None else f" WHERE {walked.key} > {int(after)}"
    select = f"SELECT {walked.key} FROM {walked.table}{beyond}"  # noqa: S608 - names of the queries, a number
    found = server.rows(f"{select} ORDER BY {walked.key} LIMIT 1 OFFSET {width - 1}")
    return int(found[0][0]) if found else None


def _within(walked: Walked, after: int | None, last: int | None) -> str:
    beyond = "" if after is None else f" AND {walked.alias}.{walked.key} > {int(after)}"
    return beyond + ("" if last is None else f" AND {walked.alias}.{walked.key} <= {last}")


def pages_of_keys(
    server: Server, select: str, column: str, keys: Sequence[int], order: str, pace: Pace, stop: threading.Event,
    clock: Clock = perf_counter,
) -> Iterator[list[Row]]:  # fmt: skip
    """The rows of `select` whose `column` (an indexed one) is one of `keys`, a short list of them at a time."""
    at = 0
    while at < len(keys) and not stop.is_set():
        listed, begun = keys[at : at + pace.rows], clock()
        rows = server.rows(f"{select} AND {column} IN ({', '.join(str(int(key)) for key in listed)})\nORDER BY {order}")
        pace.learn(len(listed), clock() - begun)
        yield rows
        at += len(listed)
