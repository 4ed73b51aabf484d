"""What would be read from a file, column by column, before anything is written: for `hub mapping preview`.

Examples are shapes (`99/99/9999`), never values, so that a preview can be shown to anybody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from hub.mapping.compiled import RowMapper, compile_mapping
from hub.mapping.header import filler_of, layout_of
from hub.mapping.layers import Mapping
from hub.money import masked
from hub.readers import opening as readers

_COLUMN = re.compile(r'column "([^"]*)" ')


@dataclass
class ColumnPreview:
    """One column of the file or of the entity. `label` None: a constant or made from others; `target` None: not read.

    `example` is a shape. `empty` is a share of the rows looked at; `reasons` say why cells were unreadable.
    """

    label: str | None
    target: str | None
    example: str = ""
    empty: float = 0.0
    unreadable: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    never_imported: bool = False


@dataclass
class Preview:
    """A file as a mapping sees it. Counts are of the rows looked at; `skipped` and `problems` of the whole file."""

    mapping_id: str
    version: int
    header_line: int
    encoding: str
    delimiter: str
    columns: list[ColumnPreview]
    rows: int = 0
    mapped: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)
    filtered: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    scope: str = "unknown"
    as_of: datetime | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    missing_optional: list[str] = field(default_factory=list)


def preview(path: Path, mapping: Mapping, zone: str, rows: int = 200) -> Preview:
    """Look at the first `rows` records and walk the whole file for its skips and control figures. Writes nothing.

    Raises SourceChanged like `hub.readers.open_records` when the file does not fit at all.
    """
    reader = readers.open_records(path, mapping, zone=zone)
    seen = Preview(mapping.id, mapping.version, reader.header_line, reader.encoding, reader.delimiter, [])
    seen.scope, seen.as_of = mapping.batch.scope, reader.as_of
    if not reader.header:
        seen.notes = list(reader.notes)
        return seen
    mapper = compile_mapping(mapping, reader.header, zone)
    cells: list[list[str]] = []
    numbers: list[int] = []
    for page in reader.pages():
        take = rows - len(cells)
        if take > 0:
            cells += reader.parse(list(islice(page.records, take)))
            numbers += page.numbers[:take]
        seen.skipped += page.skipped
        seen.bad.update(row.reason for row in page.bad)
        seen.messages += [row.message for row in page.bad[: max(0, 20 - len(seen.messages))]]
    seen.rows = len(cells)
    seen.columns = _columns(mapping, reader, mapper, cells)
    _map(seen, mapping, mapper, cells, numbers)
    seen.problems = reader.problems()
    seen.notes = list(reader.notes)
    return seen


def _columns(
    mapping: Mapping, reader: readers.RecordReader, mapper: RowMapper, cells: Sequence[Sequence[str]]
) -> list[ColumnPreview]:
    positions = layout_of(mapping.spec, reader.header).positions
    made: list[ColumnPreview] = []
    for position, label in enumerate(reader.header):
        targets = [name for name, place in positions.items() if place == position]
        filled = [text for row in cells if position < len(row) and (text := row[position].strip())]
        made.append(
            ColumnPreview(
                label, ", ".join(targets) or None, masked(filled[0]) if filled else "",
                round(1 - len(filled) / len(cells), 4) if cells else 0.0, never_imported=position in reader.never,
            )
        )  # fmt: skip
    for name in mapper.columns:
        if name not in positions and name not in ("source_key", "key_quality"):
            source = filler_of(mapping.spec, name)
            made.append(
                ColumnPreview(None, name, f"from {source}" if source else "constant or made from other columns")
            )
    return made


def _map(seen: Preview, mapping: Mapping, mapper: RowMapper, cells: list[list[str]], numbers: list[int]) -> None:
    by_label = {column.label: column for column in seen.columns if column.label is not None}
    page = mapper.map_rows(cells, numbers)
    seen.mapped = len(page.facts)
    seen.filtered.update(name for _, name in page.filtered)
    for _, row in page.bad:
        seen.bad[row.reason] += 1
        if len(seen.messages) < 20:
            seen.messages.append(row.message)
        found = _COLUMN.search(row.message)
        column = by_label.get(found[1]) if found else None
        if found and column:
            column.unreadable += 1
            column.reasons[row.message[found.end() :]] += 1
    for name, words in page.unmapped.items():
        for column in seen.columns:
            if column.target and name in column.target.split(", "):
                column.unmapped.update(words)
    positions = layout_of(mapping.spec, [column.label or "" for column in seen.columns]).positions
    seen.missing_optional = [
        column.labels[0] for name, column in mapping.spec.columns.items() if column.labels and name not in positions
    ]
