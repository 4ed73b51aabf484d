"""Reading, comparing and mapping in a second process while this one stores: for large files.

Measured: more than half of a first load is Python turning text into values, the rest is the database; of a list with few
changes half is hashing its rows.
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
from hub.sync.snapshot import WIDTH, Signature

_BETWEEN = "\x1f"  # no reader leaves it in a cell


@dataclass(slots=True)
class PageAhead:
    """One page as the child left it. `page.records` is empty unless they were asked for; `count` is how many they were;
    `digests` are theirs in one piece; `mapped` is what became of the rows at the positions `fresh`."""

    page: RecordPage
    count: int
    digests: bytes
    fresh: Sequence[int]
    mapped: MappedPage


def marks_in(digests: bytes) -> tuple[int, ...]:
    """Fingerprints one after the other as the signed numbers that are stored."""
    return unpack(f">{len(digests) // WIDTH}q", digests)


def read_ahead(
    reader: RecordReader, mapper: RowMapper, digests: Callable[[Sequence[bytes]], list[bytes]], size: int,
    known: Signature | None, with_records: bool,
) -> Iterator[PageAhead]:  # fmt: skip
    """Every page of the file in order; rows that are `known` are not mapped. What the child found out about the file is in
    `reader` and in `known` afterwards."""

    def make() -> Iterator[object]:
        for page in reader.pages(size):
            hashed = digests(page.records)
            fresh = None if known is None else known.unknown(hashed)
            yield (*_told(page, with_records), b"".join(hashed), fresh, *_mapped(reader, mapper, page, hashed, fresh))
        yield reader.problems(), reader.notes, b"" if known is None else known.left_over()

    for answer in made_there(make):
        if len(answer) > 3:
            yield _unpacked(*answer)
            continue
        reader.was_read_by_another(*answer[:2])
        if known is not None:
            known.was_compared_by_another(answer[2])


def _told(page: RecordPage, with_records: bool) -> tuple[Any, ...]:
    """The page without its records: (count, records, line numbers, unreadable lines, lines left out)."""
    numbers = list(page.numbers)
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
        numbers = [numbers[0]]  # one after the other, as nearly always
    bad = [astuple(row) for row in page.bad]
    return len(page.records), page.records if with_records else [], numbers, bad, dict(page.skipped)


def _unpacked(
    count: int, records: list[bytes], numbers: list[int], bad: list[Any], skipped: dict[str, int], digests: bytes,
    fresh: list[int] | None, *mapped: Any,
) -> PageAhead:  # fmt: skip
    lines = numbers if len(numbers) == count else range(numbers[0], numbers[0] + count)
    page = RecordPage(records, lines, [BadRow(*fields) for fields in bad], Counter(skipped))
    again = _mapped_again(mapped, lines, digests) if mapped else MappedPage()
    return PageAhead(page, count, digests, range(count) if fresh is None else fresh, again)


def _mapped(
    reader: RecordReader, mapper: RowMapper, page: RecordPage, digests: list[bytes], fresh: list[int] | None
) -> tuple[Any, ...]:
    """(columns, words) of a page that is facts from its first to its last row, else (facts, words, kept, bad, filtered);
    nothing where nothing is new."""
    if fresh is None:
        rows = reader.parse(page.records)
        columns = mapper.map_columns(rows)
        if columns is not None:
            return [_in_one_piece(column) for column in columns], _words(mapper.take_unmapped())
        mapped = mapper.map_rows(rows, page.numbers, marks_in(b"".join(digests)))
    elif fresh:
        mapped = map_positions(reader, mapper, page, digests, fresh)
    else:
        return ()
    bad = [(at, *astuple(row)) for at, row in mapped.bad]
    return mapped.facts, _words(mapped.unmapped), mapped.kept, bad, mapped.filtered


def _mapped_again(told: tuple[Any, ...], numbers: Sequence[int], digests: bytes) -> MappedPage:
    words = {name: Counter(counts) for name, counts in told[1].items()}
    if len(told) > 2:
        facts, _, kept, bad, filtered = told
        return MappedPage(facts, kept, [(at, BadRow(*fields)) for at, *fields in bad], filtered, words)
    columns: Columns = tuple(_in_pieces(column) for column in told[0])
    return MappedPage(list(zip(*columns, numbers, marks_in(digests), strict=True)), list(range(len(numbers))), unmapped=words)


def map_positions(
    reader: RecordReader, mapper: RowMapper, page: RecordPage, digests: list[bytes], fresh: Sequence[int]
) -> MappedPage:
    """Parse and map the rows of a page at these positions."""
    if len(fresh) == len(digests):
        return mapper.map_rows(reader.parse(page.records), page.numbers, marks_in(b"".join(digests)))
    rows = reader.parse([page.records[n] for n in fresh])
    return mapper.map_rows(rows, [page.numbers[n] for n in fresh], marks_in(b"".join([digests[n] for n in fresh])))


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
