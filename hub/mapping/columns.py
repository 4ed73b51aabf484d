"""Questions about the columns of a mapping: what type each has, what fills it, what it is made from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, TypeDecorator

from hub.mapping.spec import CellType, ColumnSpec, MappingSpec
from hub.model import ENTITIES

NAME_PARTS = ("last", "first", "middle", "suffix", "preferred")


def model_type(entity: str, name: str) -> str:
    """What the entity's column holds: text, money, date, moment, bool or integer."""
    kind = ENTITIES[entity].c[name].type
    if isinstance(kind, TypeDecorator):  # SQLModel wraps moments in a type of its own
        kind = kind.impl_instance
    if isinstance(kind, Boolean):
        return "bool"
    if isinstance(kind, DateTime):
        return "moment"
    if isinstance(kind, Date):
        return "date"
    if isinstance(kind, BigInteger):
        return "money"
    return "integer" if isinstance(kind, Integer) else "text"


def cell_type(spec: MappingSpec, name: str) -> CellType:
    """The type of a column of the mapping: as written, else as the entity's column says, else text."""
    column = spec.columns[name]
    if column.type:
        return column.type
    if column.moment_of:
        return "moment"
    if column.present_of:
        return "bool"
    if column.first_nonzero_of:
        return "money"
    if name.startswith("_"):
        return "text"
    kind = model_type(spec.entity, name)
    if kind != "text":
        return kind  # type: ignore[return-value]
    if name == "cdt":
        return "cdt"
    if name in ("procedure_tokens", "trigger_codes", "return_procedures"):
        return "tokens"
    if name.endswith("_key"):
        return "key"
    return "id" if name.endswith(("_number", "_ref", "_id")) else "text"


def stored_columns(spec: MappingSpec) -> Iterator[tuple[str, str]]:
    """(column of the entity, part of the mapping that fills it)."""
    for name, column in spec.columns.items():
        if not name.startswith("_"):
            yield name, f"columns.{name}"
        for target in column.markers.values():
            yield target, f"columns.{name}.markers"
    for number, split in enumerate(spec.names, 1):
        for part in NAME_PARTS:
            if target := getattr(split, part):
                yield target, f"names.[{number}].{part}"


def inputs_of(column: ColumnSpec) -> list[str]:
    """The other columns of the mapping that a column is made from."""
    names = [*column.first_of, *column.first_nonzero_of, *column.join_of, *column.teeth_of]
    if column.present_of:
        names.append(column.present_of)
    if parts := column.moment_of:
        names += [name for name in (parts.date, parts.time, parts.hour, parts.minute) if name]
    return names


def references(spec: MappingSpec) -> Iterator[tuple[str, str, tuple[CellType, ...]]]:
    """(place, column named there, the types it may have; empty for any)."""
    text: tuple[CellType, ...] = ("text", "id", "key", "cdt")
    for name, column in spec.columns.items():
        kind = cell_type(spec, name)
        same: tuple[CellType, ...] = text if kind in ("text", "id", "key", "tokens") else (kind,)
        for source, kinds in (("first_of", same), ("first_nonzero_of", ("money", "integer")), ("join_of", text)):
            yield from ((f"columns.{name}.{source}", other, kinds) for other in getattr(column, source))
        yield from ((f"columns.{name}.teeth_of", other, text) for other in column.teeth_of)
        if column.present_of:
            yield f"columns.{name}.present_of", column.present_of, ()
        if parts := column.moment_of:
            yield f"columns.{name}.moment_of.date", parts.date, ("date",)
            for other in (parts.time, parts.hour, parts.minute):
                if other:
                    yield f"columns.{name}.moment_of", other, ("text", "integer")
    yield from ((f"names.[{number}]", split.column, ("text",)) for number, split in enumerate(spec.names, 1))
    yield from ((f"where.[{number}]", rule.column, ()) for number, rule in enumerate(spec.where, 1))
    yield from (("key.columns", name, ()) for name in spec.key.columns)
    for control in spec.batch.control:
        if control.compare == "sum":
            yield "batch.control.column", control.column, ("money",)


def report_captures(spec: MappingSpec) -> list[str]:
    """The named captures of a report in order: group lines, start line, further lines. They are its labels."""
    if spec.report is None:
        return []
    first = [group.regex for group in spec.report.group]
    further = [line.regex for line in spec.report.continuation]
    names: dict[str, None] = {}
    for regex in (*first, spec.report.start_regex, *further):
        found = re.compile(regex).groupindex
        names.update(dict.fromkeys(sorted(found, key=found.__getitem__)))
    return list(names)
