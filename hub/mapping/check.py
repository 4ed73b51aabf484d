"""Whether the parts of a mapping fit together and fit the shared model. Found when it is loaded, not at row 40,000."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from hub.mapping.columns import (
    cell_type,
    inputs_of,
    model_type,
    references,
    report_captures,
    stored_columns,
)
from hub.mapping.patterns import pattern_fault
from hub.mapping.redact import is_never_imported
from hub.mapping.spec import CellType, ColumnSpec, MappingSpec
from hub.mapping.when import format_fault
from hub.model import ENTITIES, PROVENANCE, STATUS

SOURCES = ("labels", "position", "value", "first_of", "first_nonzero_of", "join_of", "present_of", "moment_of")
# Where a moment or an amount may come from is narrower than where text may.
_FOR_MODEL: dict[str, tuple[CellType, ...]] = {
    "text": ("text", "id", "key", "cdt", "tokens", "date", "integer"),
    "money": ("money", "integer"),
    "date": ("date",),
    "moment": ("moment",),
    "bool": ("bool",),
    "integer": ("integer",),
}


def spec_faults(spec: MappingSpec) -> list[str]:
    """Everything that does not fit, in words; empty when the mapping can be used."""
    if spec.entity not in ENTITIES:
        return [f'entity "{spec.entity}" is not in the shared model{_near(spec.entity, list(ENTITIES))}']
    faults = [*_column_faults(spec)]
    if faults:
        return faults
    return [
        *_cell_faults(spec),
        *_reference_faults(spec),
        *_status_faults(spec),
        *_file_faults(spec),
        *_regex_faults(spec),
        *_private_faults(spec),
    ]


def _near(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1, 0.5)
    return f', did you mean "{near[0]}"?' if near else ""


def _column_faults(spec: MappingSpec) -> Iterator[str]:
    allowed = [column.name for column in ENTITIES[spec.entity].c if column.name not in PROVENANCE]
    seen: dict[str, str] = {}
    for name, part in stored_columns(spec):
        target = name.removeprefix("_")
        if name.startswith("_") or name not in allowed:
            yield f'{part}: {spec.entity} has no column "{name}"{_near(target, allowed)}'
        elif name in seen:
            yield f'{part}: column "{name}" is already filled by {seen[name]}'
        seen[name] = part


def _cell_faults(spec: MappingSpec) -> Iterator[str]:
    for name, column in spec.columns.items():
        place = f"columns.{name}"
        given = [source for source in SOURCES if source in column.model_fields_set]
        if len(given) != 1:
            yield f"{place}: needs exactly one of {', '.join(SOURCES)}" + (
                f" (has {', '.join(given)})" if given else ""
            )
            continue
        kind = cell_type(spec, name)
        if not name.startswith("_") and kind not in _FOR_MODEL[model_type(spec.entity, name)]:
            yield f"{place}: type {kind} does not fit, {spec.entity}.{name} holds {model_type(spec.entity, name)}"
        if column.markers and kind != "money":
            yield f"{place}: markers are for money columns"
        for target in column.markers.values():
            if model_type(spec.entity, target) != "bool":
                yield f'{place}.markers: "{target}" is not a yes/no column'
        yield from _value_faults(place, column, kind)


def _value_faults(place: str, column: ColumnSpec, kind: str) -> Iterator[str]:
    wanted: type = {"integer": int, "money": int, "bool": bool}.get(kind, str)
    values = [*column.map.values(), *(entry.value for entry in column.match)]
    values += [value for value in (column.default, column.value) if value is not None]
    if any(type(value) is not wanted for value in values):
        said = {int: "whole numbers", bool: "true or false", str: "text"}[wanted]
        yield f"{place}: values must be {said}"
    if (column.map or column.match) and kind in ("money", "date", "moment", "tokens", "cdt"):
        yield f"{place}: a value map does not go with type {kind}"
    if any(bool(entry.contains) == bool(entry.regex) for entry in column.match):
        yield f"{place}.match: each entry needs exactly one of contains, regex"
    if (column.map or column.match) and column.unmapped == "pass" and wanted is not str:
        yield f'{place}: unmapped = "pass" is for text'
    if column.value is not None and kind in ("date", "moment"):
        yield f"{place}: a constant cannot be a {kind}"


def _reference_faults(spec: MappingSpec) -> Iterator[str]:
    for place, name, kinds in references(spec):
        if name not in spec.columns and name not in dict(stored_columns(spec)):
            yield f'{place}: there is no column "{name}" in this mapping{_near(name, list(spec.columns))}'
        elif kinds and (name not in spec.columns or cell_type(spec, name) not in kinds):
            yield f'{place}: column "{name}" must be of type {" or ".join(kinds)}'
    for name in spec.columns:
        if _depends_on(spec, name, name, set()):
            yield f"columns.{name}: is made from itself"
    for number, rule in enumerate(spec.where, 1):
        if sum((bool(rule.equals), bool(rule.not_equals), rule.blank is not None, bool(rule.regex))) != 1:
            yield f"where.[{number}]: needs exactly one of equals, not_equals, blank, regex"


def _depends_on(spec: MappingSpec, name: str, target: str, seen: set[str]) -> bool:
    for other in inputs_of(spec.columns[name]) if name in spec.columns else []:
        if other == target:
            return True
        if other not in seen:
            seen.add(other)
            if _depends_on(spec, other, target, seen):
                return True
    return False


def _status_faults(spec: MappingSpec) -> Iterator[str]:
    for name, column in spec.columns.items():
        words = STATUS.get((spec.entity, name))
        if words is None:
            continue
        out = [*column.map.values(), *(entry.value for entry in column.match), column.default, column.value]
        for word in out:
            if word is not None and word not in words:
                yield f'columns.{name}: "{word}" is not a {name} of {spec.entity}{_near(str(word), sorted(words))}'
        if column.unmapped == "pass":
            yield f'columns.{name}: unmapped = "pass" would let unknown words in; use quarantine, null or default'
        if column.first_of or column.join_of:
            yield f"columns.{name}: a status needs a map, so read it from one column"


def _private_faults(spec: MappingSpec) -> Iterator[str]:
    for name, column in spec.columns.items():
        for label in column.labels:
            if is_never_imported(label, spec.never_import):
                yield f'columns.{name}: "{label}" is a column that is never imported'
    for name in report_captures(spec) if not list(_regex_faults(spec)) else ():
        if is_never_imported(name, spec.never_import):
            yield f'report: capture "{name}" is never imported; leave it out of the expression'


def _file_faults(spec: MappingSpec) -> Iterator[str]:
    report = spec.file.kind == "report"
    if report != (spec.report is not None):
        yield 'file.kind = "report" and the table [report] go together'
    if any(column.position for column in spec.columns.values()) and report:
        yield "columns of a report are named by captures, not by position"
    if not report and not spec.table.header:
        if any(column.labels for column in spec.columns.values()):
            yield "table.header = false: columns need position instead of labels"
        if spec.table.width is None or len(spec.file.delimiters) != 1:
            yield "table.header = false: write table.width and exactly one delimiter"
    if any(len(mark) != 1 for mark in spec.file.delimiters) or not spec.file.delimiters or len(spec.file.quote) > 1:
        yield "file: each delimiter is one character, quote is one character or empty"
    unknown = [name for name in spec.file.encodings if name not in ("utf-8", "utf-16", "cp1252", "latin-1", "cp437")]
    if unknown or not spec.file.encodings:
        yield f"file.encodings: {', '.join(unknown) or 'nothing'} is not one of utf-8, utf-16, cp1252, latin-1, cp437"
    for place, thousands, decimal in _separators(spec):
        if thousands == decimal:
            yield f'{place}: thousands and decimal cannot both be "{decimal}"'
    for place, formats, pivot in _formats(spec):
        yield from (f"{place}: {fault}" for text in formats if (fault := format_fault(text, pivot)))


def _separators(spec: MappingSpec) -> Iterator[tuple[str, str, str]]:
    yield "money", spec.money.thousands, spec.money.decimal
    for name, column in spec.columns.items():
        thousands = spec.money.thousands if column.thousands is None else column.thousands
        if cell_type(spec, name) == "money" and {"thousands", "decimal"} & column.model_fields_set:
            yield f"columns.{name}", thousands, column.decimal or spec.money.decimal


def _formats(spec: MappingSpec) -> Iterator[tuple[str, list[str], int | None]]:
    base = spec.dates
    yield "dates", [*base.formats, *base.time_formats], base.pivot_year
    for name, column in spec.columns.items():
        pivot = base.pivot_year if column.pivot_year is None else column.pivot_year
        yield f"columns.{name}", [*(column.formats or []), *(column.time_formats or [])], pivot


def _regex_faults(spec: MappingSpec) -> Iterator[str]:
    for place, regex in _patterns(spec):
        if regex and (fault := pattern_fault(regex)):
            yield f"{place}: regular expression {regex!r} {fault}"


def _patterns(spec: MappingSpec) -> Iterator[tuple[str, str]]:
    yield "file.line_prefix", spec.file.line_prefix
    yield "table.stop_regex", spec.table.stop_regex
    yield "batch.as_of.regex", spec.batch.as_of.regex
    yield from ((f"skip {rule.name!r}", rule.regex) for rule in spec.skip)
    yield from ((f"where {rule.name!r}", rule.regex) for rule in spec.where)
    yield from ((f"batch.control {rule.name!r}", rule.regex) for rule in spec.batch.control)
    if spec.report:
        yield "report.start_regex", spec.report.start_regex
        yield from (("report.group", rule.regex) for rule in spec.report.group)
        yield from (("report.continuation", rule.regex) for rule in spec.report.continuation)
    for name, column in spec.columns.items():
        yield f"columns.{name}.extract", column.extract
        yield f"columns.{name}.item", column.item if "item" in column.model_fields_set else ""
        yield from ((f"columns.{name}.match", entry.regex) for entry in column.match)
