"""Collects records into pages of equal size, with what was set aside or skipped on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from hub.contract import BadRow
from hub.readers.records import RecordPage


class Pager:
    """`open` are lines of a record that may go on in the next block, the first of them at line `open_number`."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.records: list[bytes] = []
        self.numbers: list[int] = []
        self.bad: list[BadRow] = []
        self.skipped: Counter[str] = Counter()
        self.open: list[bytes] = []
        self.open_number = 0

    def add(self, records: Sequence[bytes], number: int) -> None:
        """Records on consecutive lines from `number` on."""
        self.records += records
        self.numbers += range(number, number + len(records))

    def full_pages(self) -> Iterator[RecordPage]:
        while len(self.records) >= self.size:
            yield self._page(self.size)

    def last_page(self) -> Iterator[RecordPage]:
        yield from self.full_pages()
        if self.records or self.bad or self.skipped:
            yield self._page(len(self.records))

    def _page(self, count: int) -> RecordPage:
        page = RecordPage(self.records[:count], self.numbers[:count], self.bad, self.skipped)
        self.records, self.numbers = self.records[count:], self.numbers[count:]
        self.bad, self.skipped = [], Counter()
        return page
