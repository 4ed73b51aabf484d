"""Which column of a file fills which column of the mapping: labels compared without case, blanks and punctuation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import SourceChanged
from hub.mapping.columns import NAME_PARTS, inputs_of
from hub.mapping.layers import Mapping
from hub.mapping.redact import fold
from hub.mapping.spec import MappingSpec


@dataclass(frozen=True)
class Layout:
    """Where the file's columns are: mapping column to position from 0; `missing` are needed labels without one."""

    positions: dict[str, int]
    missing: tuple[str, ...]
    doubtful: tuple[str, ...]


def needed_columns(spec: MappingSpec) -> set[str]:
    """Columns of the mapping that a file must have: marked required, or used by the key or a `where`."""
    needed = {name for name, column in spec.columns.items() if column.required}
    roots = [*spec.key.columns, *(rule.column for rule in spec.where)]
    for root in roots:
        needed |= _sources_of(spec, root)
    return {name for name in needed if name in spec.columns and _from_file(spec, name)}


def layout_of(spec: MappingSpec, header: Sequence[str]) -> Layout:
    """Find every column of the mapping in a header row. An exact label wins over one that only folds alike."""
    exact: dict[str, list[int]] = {}
    folded: dict[str, list[int]] = {}
    for position, label in enumerate(header):
        if label.strip():
            exact.setdefault(label.strip().casefold(), []).append(position)
            folded.setdefault(fold(label), []).append(position)
    positions: dict[str, int] = {}
    doubtful: list[str] = []
    for name, column in spec.columns.items():
        if column.position is not None and column.position <= len(header):
            positions[name] = column.position - 1
        for label in column.labels:
            found = exact.get(label.strip().casefold()) or folded.get(fold(label))
            if found:
                positions[name] = found[0]
                if len(found) > 1:
                    doubtful.append(header[found[0]].strip())
                break
    missing = [name for name in spec.columns if name in needed_columns(spec) and name not in positions]
    return Layout(positions, tuple(_label(spec, name) for name in missing), tuple(dict.fromkeys(doubtful)))


def checked_layout(mapping: Mapping, header: Sequence[str]) -> Layout:
    """The layout; raises SourceChanged HUB-C12 for a missing column, HUB-C17 for a label that stands there twice."""
    layout = layout_of(mapping.spec, header)
    if layout.missing:
        raise missing_columns(mapping, layout.missing, len(header))
    if layout.doubtful:
        raise SourceChanged(
            "HUB-C17",
            f'{mapping.id}: column "{layout.doubtful[0]}" is there more than once; nothing was imported; name'
            " the right one by position in an office mapping",
        )
    return layout


def missing_columns(mapping: Mapping, missing: Sequence[str], found: int, name: str = "") -> SourceChanged:
    """The error for a file without needed columns; `name` is the file's."""
    lacking = " and ".join(f'"{label}"' for label in missing[:4])
    word = "columns" if len(missing) > 1 else "column"
    needs = len(needed_columns(mapping.spec))
    place = f"{name} " if name else ""
    return SourceChanged(
        "HUB-C12",
        f"{mapping.id}: {place}has no {word} {lacking} (found {found} columns, mapping version {mapping.version} needs"
        f' {needs}); nothing was imported; compare with "hub mapping explain {mapping.id}"',
    )


def filler_of(spec: MappingSpec, name: str) -> str | None:
    """The column of the mapping that a name part or a marker is read from; None for a column of its own."""
    for split in spec.names:
        if name in (getattr(split, part) for part in NAME_PARTS):
            return split.column
    return next((other for other, column in spec.columns.items() if name in column.markers.values()), None)


def _sources_of(spec: MappingSpec, root: str) -> set[str]:
    column = spec.columns.get(root)
    if column is None:
        filler = filler_of(spec, root)
        return _sources_of(spec, filler) if filler else set()
    if column.first_of or column.first_nonzero_of or column.join_of:
        return set()  # any one of several will do; a row without any has no key
    return {root}.union(*(_sources_of(spec, other) for other in inputs_of(column)))


def _from_file(spec: MappingSpec, name: str) -> bool:
    return bool(spec.columns[name].labels or spec.columns[name].position)


def _label(spec: MappingSpec, name: str) -> str:
    column = spec.columns[name]
    return column.labels[0] if column.labels else f"number {column.position}"
