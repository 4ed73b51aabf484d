"""Where the table starts: the first lines of a file, tried with each delimiter, against the labels of a mapping."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from hub.mapping.header import layout_of
from hub.mapping.redact import fold
from hub.mapping.spec import MappingSpec

SEARCH_LINES = 60


@dataclass(frozen=True)
class FoundHeader:
    """A header row; `line` counts from 0 in the lines searched, `score` is how many columns of the mapping it names."""

    cells: list[str]
    line: int
    delimiter: str
    score: int
    missing: tuple[str, ...]


def split_line(line: str, delimiter: str, quote: str) -> list[str]:
    """The cells of one line."""
    if not quote or quote not in line:
        return line.split(delimiter)
    reader = csv.reader([line], delimiter=delimiter, quotechar=quote)
    try:
        return next(reader, [])
    except csv.Error:
        return line.split(delimiter)


def best_header(
    spec: MappingSpec, lines: Sequence[str], start: int = 0, delimiters: Sequence[str] = ()
) -> FoundHeader | None:
    """The line that names most columns, lines with every needed label first; None when no line names any.

    A line that misses needed labels is still given, so that the error can say which.
    """
    known = {fold(label) for column in spec.columns.values() for label in column.labels}
    best: FoundHeader | None = None
    for number, line in enumerate(lines[start : start + SEARCH_LINES], start):
        for delimiter in dict.fromkeys(delimiters or spec.file.delimiters):
            cells = [cell.strip() for cell in split_line(line[:20_000], delimiter, spec.file.quote)]
            if any(fold(cell) in known for cell in cells if cell):
                best = _better(best, header_from(spec, cells, number, delimiter))
    return best


def header_from(spec: MappingSpec, cells: list[str], line: int, delimiter: str = "") -> FoundHeader:
    layout = layout_of(spec, cells)
    return FoundHeader(cells, line, delimiter, len(layout.positions), layout.missing)


def _better(one: FoundHeader | None, other: FoundHeader) -> FoundHeader:
    if one is None or (len(other.missing), -other.score) < (len(one.missing), -one.score):
        return other
    return one
