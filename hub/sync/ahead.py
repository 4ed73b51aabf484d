"""Reading and mapping in a second process while this one stores: for large first loads, where every row is mapped.

Measured: more than half of a first load is Python turning text into values, the rest is the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from hub.contract import BadRow
from hub.mapping import MappedPage, RowMapper
from hub.readers.opening import RecordPage, RecordReader
from hub.sync.second_process import made_there


@dataclass(slots=True)
class PageAhead:
    """One page as the child left it. `page.records` is empty unless they were asked for; `count` is how many they were;
    `digests` are theirs in one piece."""

    page: RecordPage
    count: int
    digests: bytes
    mapped: MappedPage


def read_ahead(
    reader: RecordReader, mapper: RowMapper, digests: Callable[[Sequence[bytes]], list[bytes]], marks: Callable[[list[bytes]], Sequence[int]],
    size: int, with_records: bool,
) -> Iterator[PageAhead]:  # fmt: skip
    """Every page of the file in order. What the child's reader found out about the file is in `reader` afterwards."""

    def make() -> Iterator[object]:
        for page in reader.pages(size):
            hashed = digests(page.records)
            mapped = mapper.map_rows(reader.parse(page.records), page.numbers, marks(hashed))
            yield _packed(page, hashed, mapped, with_records)
        yield reader.problems(), reader.notes

    for answer in made_there(make):
        if len(answer) == 2:
            reader.was_read_by_another(*answer)
        else:
            yield _unpacked(answer)


def _packed(page: RecordPage, digests: list[bytes], mapped: MappedPage, with_records: bool) -> Any:
    raw = (page.records, list(page.numbers)) if with_records else ([], [])
    aside = [[astuple(row) for row in page.bad], dict(page.skipped)]
    bad = [(at, *astuple(row)) for at, row in mapped.bad]
    words = {name: dict(words) for name, words in mapped.unmapped.items()}
    kept = mapped.kept if mapped.bad or mapped.filtered else None
    return len(page.records), *raw, *aside, b"".join(digests), mapped.facts, kept, bad, mapped.filtered, words


def _unpacked(answer: Any) -> PageAhead:
    count, records, numbers, bad_lines, skipped, packed, facts, kept, bad, filtered, words = answer
    page = RecordPage(records, numbers, [BadRow(*fields) for fields in bad_lines], Counter(skipped))
    mapped = MappedPage(
        facts, list(range(count)) if kept is None else kept, [(at, BadRow(*fields)) for at, *fields in bad], filtered,
        {name: Counter(counts) for name, counts in words.items()},
    )  # fmt: skip
    return PageAhead(page, count, packed, mapped)
