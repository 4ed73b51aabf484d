"""What a reader of one kind of transaction set is, and what it is given: the shape of every entry in `read.READERS`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from connectors.clearinghouse.pages import Pages, bars
from hub.contract import SourceFile
from hub.readers.x12 import Cents, Dates, Transaction

# A sender with more odd things than this is described well enough by the first of them.
MOST_LABELS = 40
_LABEL = re.compile(r"[A-Z][A-Z0-9]{1,2}(?:\*[A-Z0-9]{0,3}(?:-[A-Z0-9]{0,5})?)?\Z")


class Unknown:
    """Counts what no reader knows: `unknown.add("REF*ZZ")`. Bounded, and without anything that could be about a person.

    A label is a segment id, alone or with one code of at most three letters and digits (`CAS*CO-999` with a reason).
    What does not look like that (damaged text) is counted as `?`; new labels beyond the bound as `more`.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, label: str) -> None:
        name = label if _LABEL.match(label) else "?"
        if name not in self._counts and len(self._counts) >= MOST_LABELS:
            name = "more"
        self._counts[name] += 1

    def text(self) -> str | None:
        """`|CAS*CO-999:1|REF*ZZ:3|`, sorted; None when everything was known."""
        return bars([f"{name}:{count}" for name, count in sorted(self._counts.items())])


@dataclass(slots=True, eq=False)
class SetInput:
    """One transaction set to read. `key` is that of a remittance; rows go to `pages`, oddities to `unknown`.

    `cents` and `dates` are shared by all sets of a file, because amounts and days repeat.
    """

    transaction: Transaction
    key: str
    file: SourceFile
    pages: Pages
    cents: Cents
    dates: Dates
    unknown: Unknown


class SetReader(Protocol):
    """Takes the segments of one transaction set in order; its rows lie in the pages that it was given.

    `records` is how many claims, events or answers it found, once it has finished: an attribute does.
    """

    @property
    def records(self) -> int: ...

    def feed(self, segments: list[str], number: int) -> None:
        """The next segments, ST first and SE last; `number` is that of the first of them in the file."""

    def finish(self) -> None:
        """The set is over."""
