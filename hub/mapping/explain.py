"""A mapping in plain sentences, for `hub mapping explain`: what a file must look like and what is made of it."""

from __future__ import annotations

from collections.abc import Iterator

from hub.mapping.columns import cell_type
from hub.mapping.header import needed_columns
from hub.mapping.layers import Mapping
from hub.mapping.spec import ColumnSpec, MappingSpec

_EVIDENCE = {
    "verified": "Its layout is publicly documented.",
    "reported": "Its layout is known second-hand; compare with your own file.",
    "starter": "It is a starter: confirm it with your own file (hub mapping preview FILE) before you rely on it.",
}
_SCOPE = {
    "full": "The file holds all records, so a record that is missing in two files in a row counts as gone.",
    "location": "The file covers one location; a missing record means nothing.",
    "provider": "The file covers one provider; a missing record means nothing.",
    "date_range": "The file covers a range of dates; a missing record means nothing.",
    "filtered": "The file is a filtered list; a missing record means nothing.",
    "unknown": "What the file covers is not known; a missing record means nothing.",
}
_TYPES = {
    "text": "text",
    "id": "an id",
    "key": "an id (capitals)",
    "money": "an amount",
    "date": "a date",
    "moment": "a local time",
    "bool": "yes or no",
    "integer": "a whole number",
    "cdt": "a procedure code",
    "tokens": "a list of procedure codes",
}


def explain(mapping: Mapping) -> list[str]:
    """Sentences in the order a person needs them: the file, the columns, the key, the rest."""
    return list(_sentences(mapping))


def _sentences(mapping: Mapping) -> Iterator[str]:
    spec = mapping.spec
    yield f"{mapping.id} version {mapping.version} fills {spec.entity}" + (f": {spec.title}." if spec.title else ".")
    yield _EVIDENCE[spec.evidence]
    yield from (f"Note: {note}." for note in spec.notes)
    yield _file_sentence(spec)
    needed = needed_columns(spec)
    for name, column in spec.columns.items():
        yield _column_sentence(spec, name, column, name in needed)
    yield from _split_sentences(spec)
    yield from (f'Only rows "{rule.name}" are read.' for rule in spec.where)
    yield from (f'Lines "{rule.name}" are skipped.' for rule in spec.skip)
    key = " and ".join(_said(spec, name) for name in spec.key.columns)
    weak = " It is made of printed values (weak)." if spec.key.quality == "weak" else ""
    counter = " Equal ones in one file are counted." if spec.key.occurrence else ""
    yield f"A record is known by {key}.{weak}{counter}"
    yield _SCOPE[spec.batch.scope]
    yield from (f'The file must agree with its own figure "{control.name}".' for control in spec.batch.control)
    yield f"More than {spec.batch.max_bad_share:.0%} unreadable rows refuse the file."
    if spec.never_import:
        yield f"Never imported: {', '.join(spec.never_import)}, and social security, card, bank and licence numbers."


def _file_sentence(spec: MappingSpec) -> str:
    if spec.report is not None:
        return "The file is a printed report, read line by line."
    if not spec.table.header:
        return f"The file has no header; its {spec.table.width} columns are known by position."
    return "The file is a list with a header line (CSV or an Excel sheet); the order of its columns does not matter."


def _column_sentence(spec: MappingSpec, name: str, column: ColumnSpec, needed: bool) -> str:
    kind = _TYPES[cell_type(spec, name)]
    target = f"{spec.entity}.{name}" if not name.startswith("_") else f"{name} (not stored)"
    if column.value is not None:
        return f"{target} is always {column.value}."
    if not column.labels and not column.position:
        return f"{target} is made from other columns."
    source = " or ".join(f'"{label}"' for label in column.labels) or f"column number {column.position}"
    extra = []
    if cell_type(spec, name) in ("date", "moment"):
        extra.append(f"as {' or '.join(column.formats or spec.dates.formats)}")
    if column.map or column.match:
        rest = f"everything else is {column.default}" if column.default is not None else f"others: {column.unmapped}"
        extra.append(f"{len(column.map) + len(column.match)} values mapped, {rest}")
    tail = f" ({'; '.join(extra)})" if extra else ""
    return f"{target} is {kind} from {source}{tail}{', needed' if needed else ''}."


def _split_sentences(spec: MappingSpec) -> Iterator[str]:
    for split in spec.names:
        parts = [part for part in (split.last, split.first, split.middle, split.suffix, split.preferred) if part]
        order = '"Last, First"' if split.format == "last_first" else '"First Last"'
        yield f"{_said(spec, split.column)} is split ({order}) into {', '.join(parts)}."


def _said(spec: MappingSpec, name: str) -> str:
    column = spec.columns.get(name)
    if column and column.labels:
        return f'"{column.labels[0]}"'
    return f"column number {column.position}" if column and column.position else name
