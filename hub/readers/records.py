"""What every file reader gives: pages of raw records first, cells only for the records somebody asks for.

The engine hashes raw records, leaves out those it knows, and lets `parse` and the mapping see only the rest; so pages
must cost next to nothing, and a record's bytes must determine its row.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.contract import BadRow
from hub.mapping.layers import Mapping
from hub.mapping.patterns import MAX_LINE
from hub.mapping.redact import never_positions
from hub.mapping.when import parse_moment

SEPARATOR = "\x1f"  # between the cells of a record that was no line of text
_WITHHELD = "(withheld: the file has columns that are never imported)"


@dataclass(slots=True)
class RecordPage:
    """Raw records in file order with their line (or sheet row) numbers from 1; `bad` and `skipped` on the way."""

    records: list[bytes] = field(default_factory=list)
    numbers: Sequence[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


class RecordReader(ABC):
    """One file, opened with its mapping. `pages` may be walked once; `problems` are known after the last page.

    `as_of` (UTC) when the file or its name says so; None: its time of modification counts. `redact`: the file has
    columns that are never imported; they come out of `parse` blank, and what is kept of the file must come from
    `redacted_blocks`.
    """

    header: list[str]
    header_line: int
    encoding: str
    delimiter: str
    notes: list[str]
    as_of: datetime | None = None

    def __init__(self, path: Path, mapping: Mapping, name: str, zone: str) -> None:
        self.path = path
        self.mapping = mapping
        self.name = name
        self.zone = zone
        self.notes = []
        self.never: tuple[int, ...] = ()
        self.record_count = 0
        self._told: list[str] | None = None

    @property
    def redact(self) -> bool:
        return bool(self.never)

    @abstractmethod
    def pages(self, size: int = 4096) -> Iterator[RecordPage]:
        """Pages of at most `size` records, in constant memory; a page may hold only `bad` or `skipped`."""

    @abstractmethod
    def parse(self, records: Sequence[bytes]) -> list[list[str]]:
        """The cells of each record, as many lists as records; a list of another length than `header` is ragged."""

    def problems(self) -> list[str]:
        """What the whole file shows: control figures that differ, a trailer that is missing. One line each."""
        return self.find_problems() if self._told is None else self._told

    def was_read_by_another(self, problems: list[str], notes: list[str]) -> None:
        """A copy of this reader in another process read the file: this is what it found."""
        self._told, self.notes = problems, notes

    @abstractmethod
    def find_problems(self) -> list[str]:
        """The problems after the last page; may add to `notes`."""

    @abstractmethod
    def redacted_blocks(self) -> Iterator[bytes]:
        """The file as UTF-8 delimited text with the never-imported cells blanked; reads back to the same rows."""

    def set_header(self, header: list[str], line: int) -> None:
        self.header = header
        self.header_line = line
        self.never = never_positions(header, self.mapping.spec.never_import)

    def blank_never(self, rows: list[list[str]]) -> list[list[str]]:
        """Never-imported cells blanked; a ragged row loses all its cells, for nobody knows which is which."""
        if self.never:
            width = len(self.header)
            for row in rows:
                if len(row) == width:
                    for position in self.never:
                        row[position] = ""
                else:
                    row[:] = ["(withheld)", *[""] * (len(row) - 1)]
        return rows

    def bad_line(self, number: int, why: str, payload: str) -> BadRow:
        message = f"HUB-R05 {self.mapping.id}: row {number} {why}"
        return BadRow("parse", message, _WITHHELD if self.redact else payload[:20_000], number)

    def find_as_of(self, lines_above: Sequence[str]) -> datetime | None:
        """The moment from the file's name or the text above the table, as the mapping declares it."""
        rule = self.mapping.batch.as_of
        if rule.source == "file_time" or not rule.regex:
            return None
        for text in [self.name] if rule.source == "file_name" else lines_above:
            found = re.search(rule.regex, text[:MAX_LINE])
            moment = parse_moment(found[1] if found.re.groups else found[0], [rule.format]) if found else None
            if moment is not None:
                local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.zone))
                return local.astimezone(UTC)
        self.notes.append(f"no date found in the {'name' if rule.source == 'file_name' else 'text above the table'}")
        return None
