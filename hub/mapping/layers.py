"""From TOML files to one checked mapping: find the layers, merge them, refuse what is unknown, fingerprint the rest."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from hub.errors import SettingsError
from hub.mapping.check import SOURCES, spec_faults
from hub.mapping.spec import BatchSpec, MappingSpec

ENGINE_VERSION = 2  # raise when the same mapping would read a row differently: every row is then read again


@dataclass(frozen=True)
class Mapping:
    """A checked mapping. `fingerprint` (16 bytes) changes with the merged content and with the engine's version."""

    id: str
    spec: MappingSpec
    fingerprint: bytes
    files: tuple[Path, ...] = field(default=())

    @property
    def version(self) -> int:
        return self.spec.version

    @property
    def entity(self) -> str:
        return self.spec.entity

    @property
    def title(self) -> str:
        return self.spec.title

    @property
    def batch(self) -> BatchSpec:
        return self.spec.batch

    @property
    def needs_context(self) -> bool:
        """True when a record's key depends on the rows before it, so that no row may be left out of mapping."""
        return self.spec.key.occurrence

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that any column accepts, in the order of the mapping."""
        return tuple(dict.fromkeys(label for column in self.spec.columns.values() for label in column.labels))


def load_mapping(mapping_id: str, folders: Sequence[Path], overrides: Table[str, object] | None = None) -> Mapping:
    """The mapping of that id: `<folder>/<id>.toml` of every folder, later over earlier, then `overrides`.

    Raises SettingsError: HUB-S30 not readable, S31 unknown key, S32 wrong value, S33 parts that do not fit together,
    S34 unsafe regular expression, S35 no such mapping, S36 it extends itself.
    """
    files: list[Path] = []
    merged = _layers(mapping_id, folders, files, ())
    if overrides:
        merged = _merge(merged, dict(overrides))
    return build_mapping(mapping_id, merged, tuple(files))


def build_mapping(mapping_id: str, tables: Table[str, object], files: tuple[Path, ...] = ()) -> Mapping:
    """A mapping from tables that are already merged; `files` are named in errors."""
    where = f"{mapping_id} ({files[-1].name})" if files else mapping_id
    content = _without_dropped(dict(tables))
    try:
        spec = MappingSpec.model_validate(content)
    except ValidationError as error:
        raise _refused(where, error) from None
    faults = spec_faults(spec)
    if faults:
        code = "HUB-S34" if "regular expression" in faults[0] else "HUB-S33"
        raise SettingsError(code, f"{where}: " + "; ".join(faults[:5]))
    text = json.dumps([ENGINE_VERSION, mapping_id, content], sort_keys=True, default=str)
    return Mapping(mapping_id, spec, blake2b(text.encode(), digest_size=16).digest(), files)


def mapping_ids(folders: Sequence[Path]) -> list[str]:
    """The ids of all mappings in the folders, sorted."""
    found = {
        path.relative_to(folder).with_suffix("").as_posix() for folder in folders for path in folder.glob("*/*.toml")
    }
    return sorted(found)


def _layers(mapping_id: str, folders: Sequence[Path], files: list[Path], seen: tuple[str, ...]) -> dict[str, Any]:
    if mapping_id in seen:
        raise SettingsError("HUB-S36", f"{mapping_id}: extends itself ({' -> '.join([*seen, mapping_id])})")
    paths = [path for folder in folders if (path := folder / f"{mapping_id}.toml").is_file()]
    if not paths:
        near = get_close_matches(mapping_id, mapping_ids(folders), 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise SettingsError("HUB-S35", f'no mapping "{mapping_id}" in {len(folders)} folders{hint}')
    merged: dict[str, Any] = {}
    for path in paths:
        layer = _read(path)
        base = layer.pop("extends", None)
        if base is not None and not isinstance(base, str):
            raise SettingsError("HUB-S32", f"{mapping_id} ({path.name}): extends must name a mapping in quotes")
        if base:
            merged = _merge(merged, _layers(base, folders, files, (*seen, mapping_id)))
        merged = _merge(merged, layer)
        files.append(path)
    return merged


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("HUB-S30", f"{path.parent.name}/{path.name}: cannot be read as TOML: {error}") from None


def _merge(lower: Table[str, Any], upper: Table[str, Any], place: tuple[str, ...] = ()) -> dict[str, Any]:
    merged = _without_source(lower, upper) if place[:1] == ("columns",) and len(place) == 2 else dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        if isinstance(below, Table) and isinstance(value, Table):
            merged[key] = _merge(below, value, (*place, key))
        else:
            merged[key] = value
    return merged


def _without_source(lower: Table[str, Any], upper: Table[str, Any]) -> dict[str, Any]:
    """A column has one source: `position` in an office's layer takes the place of the shipped `labels`."""
    if any(source in upper for source in SOURCES):
        return {key: value for key, value in lower.items() if key not in SOURCES or key in upper}
    return dict(lower)


def _without_dropped(content: dict[str, Any]) -> dict[str, Any]:
    columns = content.get("columns")
    if isinstance(columns, dict):
        content["columns"] = {name: column for name, column in columns.items() if column is not False}
    return content


def _refused(where: str, error: ValidationError) -> SettingsError:
    faults = [_fault(list(part["loc"]), part) for part in error.errors(include_url=False)]
    unknown = any(part["type"] == "extra_forbidden" for part in error.errors(include_url=False))
    return SettingsError("HUB-S31" if unknown else "HUB-S32", f"{where}: " + "; ".join(faults[:5]))


def _fault(loc: list[str | int], part: Any) -> str:
    place = ".".join(str(step) if isinstance(step, str) else f"[{step + 1}]" for step in loc) or "the file"
    if part["type"] == "extra_forbidden":
        near = get_close_matches(str(loc[-1]), _known_keys(loc[:-1]), 1, 0.5)
        return f'unknown key "{place}"' + (f', did you mean "{near[0]}"?' if near else "")
    if part["type"] == "missing":
        return f'"{place}" is missing'
    return f'"{place}": {str(part["msg"])[:1].lower()}{str(part["msg"])[1:]}'


def _known_keys(loc: Sequence[str | int]) -> list[str]:
    model: type[BaseModel] | None = MappingSpec
    for step in loc:
        known = model.model_fields.get(str(step)) if model else None
        if known is not None:
            model = next(_models(known.annotation), None)
    return [known.alias or name for name, known in model.model_fields.items()] if model else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
