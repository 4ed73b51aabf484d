"""Reading and mapping in a second process while this one stores: for large first loads, where every row is mapped.

Measured: more than half of a first load is Python turning text into values, the rest is the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from struct import unpack
from typing import Any

from hub.contract import BadRow
from hub.mapping import Columns, MappedPage, RowMapper
from hub.readers.opening import RecordPage, RecordReader
from hub.sync.second_process import made_there

_BETWEEN = "\x1f"  # no reader leaves it in a cell


@dataclass(slots=True)
class PageAhead:
    """One page as the child left it. `page.records` is empty unless they were asked for; `count` is how many they were;
    `digests` are theirs in one piece."""

    page: RecordPage
    count: int
    digests: bytes
    mapped: MappedPage


def marks_in(digests: bytes) -> tuple[int, ...]:
    """Fingerprints of 8 bytes each as the signed numbers that are stored."""
    return unpack(f">{len(digests) // 8}q", digests)


def read_ahead(
    reader: RecordReader, mapper: RowMapper, digests: Callable[[Sequence[bytes]], list[bytes]], size: int, with_records: bool
) -> Iterator[PageAhead]:
    """Every page of the file in order. What the child's reader found out about the file is in `reader` afterwards."""

    def make() -> Iterator[object]:
        for page in reader.pages(size):
            hashed = b"".join(digests(page.records))
            yield (*_told(page, with_records), hashed, *_mapped(mapper, reader.parse(page.records), page.numbers, hashed))
        yield reader.problems(), reader.notes

    for answer in made_there(make):
        if len(answer) == 2:
            reader.was_read_by_another(*answer)
        else:
            yield _unpacked(*answer)


def _told(page: RecordPage, with_records: bool) -> tuple[Any, ...]:
    """The page without its records: (count, records, line numbers, unreadable lines, lines left out)."""
    numbers = list(page.numbers)
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
        numbers = [numbers[0]]  # one after the other, as nearly always
    bad = [astuple(row) for row in page.bad]
    return len(page.records), page.records if with_records else [], numbers, bad, dict(page.skipped)


def _unpacked(
    count: int, records: list[bytes], numbers: list[int], bad: list[Any], skipped: dict[str, int], digests: bytes, *mapped: Any
) -> PageAhead:
    lines = numbers if len(numbers) == count else range(numbers[0], numbers[0] + count)
    page = RecordPage(records, lines, [BadRow(*fields) for fields in bad], Counter(skipped))
    return PageAhead(page, count, digests, _mapped_again(mapped, lines, digests))


def _mapped(mapper: RowMapper, rows: list[list[str]], numbers: Sequence[int], digests: bytes) -> tuple[Any, ...]:
    """(columns, words) of a page that is facts from its first to its last row, else (facts, words, kept, bad, filtered)."""
    columns = mapper.map_columns(rows)
    if columns is not None:
        return [_in_one_piece(column) for column in columns], _words(mapper.take_unmapped())
    mapped = mapper.map_rows(rows, numbers, marks_in(digests))
    bad = [(at, *astuple(row)) for at, row in mapped.bad]
    return mapped.facts, _words(mapped.unmapped), mapped.kept, bad, mapped.filtered


def _mapped_again(told: tuple[Any, ...], numbers: Sequence[int], digests: bytes) -> MappedPage:
    words = {name: Counter(counts) for name, counts in told[1].items()}
    if len(told) > 2:
        facts, _, kept, bad, filtered = told
        return MappedPage(facts, kept, [(at, BadRow(*fields)) for at, *fields in bad], filtered, words)
    columns: Columns = tuple(_in_pieces(column) for column in told[0])
    return MappedPage(list(zip(*columns, numbers, marks_in(digests), strict=True)), list(range(len(numbers))), unmapped=words)


def _words(unmapped: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(words) for name, words in unmapped.items()}


def _in_one_piece(column: Sequence[object]) -> str | list[object]:
    """A column of texts as one text, which is passed on at a fraction of the cost; any other as it is."""
    try:
        text = _BETWEEN.join(column)  # type: ignore[arg-type]
    except TypeError:  # a number, or nothing, stands in it
        return list(column)
    return text if text.count(_BETWEEN) == len(column) - 1 else list(column)


def _in_pieces(told: str | list[object]) -> Sequence[object]:
    return told.split(_BETWEEN) if isinstance(told, str) else told
