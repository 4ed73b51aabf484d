"""A table in short pages by its primary key, smallest first: each statement holds a MyISAM table for about so long as
the office allows. Keys are signed 64-bit and may be random, so a page begins after the last key and is never counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

from connectors.open_dental.sql.server import Row, Server

_LEAST, _MOST = 25, 20_000


@dataclass(slots=True)
class Pace:
    """How many rows fit into `seconds`: measured with every page, at most doubled or halved at once."""

    rows: int
    seconds: float

    def learn(self, asked: int, took: float) -> None:
        factor = min(2.0, max(0.5, self.seconds / max(took, 0.000_1)))
        self.rows = max(_LEAST, min(_MOST, int(asked * factor)))


def pages(
    server: Server, select: str, key: str, after: int | None, pace: Pace, stop: threading.Event,
    clock: Callable[[], float] = perf_counter,
) -> Iterator[list[Row]]:  # fmt: skip
    """Pages of `select` (a text that a condition may follow) behind the key `after`, until a page is short."""
    while not stop.is_set():
        asked, begun = pace.rows, clock()
        beyond = "" if after is None else f" AND t.{key} > {int(after)}"
        page = server.rows(f"{select}{beyond}\nORDER BY t.{key} LIMIT {asked}")
        pace.learn(asked, clock() - begun)
        if page:
            yield page
            after = int(page[-1][0])
        if len(page) < asked:
            return
