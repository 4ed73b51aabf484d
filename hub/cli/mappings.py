"""`hub mapping list|explain|preview`: what a mapping reads, tried on a real file before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hub.app import mapping_folders, open_plugins
from hub.cli.common import DONE, PROBLEMS, complain, say, table
from hub.config import Config, find_config, load_config
from hub.errors import HubError, SettingsError
from hub.mapping import ColumnPreview, Mapping, Preview, explain, identify_mapping, load_mapping, near_misses, preview
from hub.plugin_host import load_plugins
from hub.readers.opening import head_of


def _folders(config: Path | None) -> tuple[list[Path], str]:
    """Mapping folders and the first practice's zone, with or without a configuration."""
    settings = _settings(config)
    plugins = open_plugins(settings) if settings else load_plugins()
    return mapping_folders(settings, plugins), settings.practice[0].timezone if settings else "America/New_York"


def _settings(config: Path | None) -> Config | None:
    try:
        return load_config(find_config(config))
    except SettingsError:
        if config is not None:
            raise
        return None


def _ids(folders: list[Path]) -> Iterator[tuple[str, list[Path]]]:
    """Every mapping id with the folders that hold a layer of it."""
    found: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/*.toml")):
            found.setdefault(f"{path.parent.name}/{path.stem}", []).append(folder)
    yield from sorted(found.items())


def run_list(config: Path | None) -> int:
    folders, _zone = _folders(config)
    worst = DONE
    for mapping_id, places in _ids(folders):
        try:
            mapping = load_mapping(mapping_id, folders)
        except HubError as error:
            complain(f"{mapping_id}: {error}")
            worst = PROBLEMS
            continue
        layers = f", {len(places)} layers" if len(places) > 1 else ""
        say(f"{mapping_id}  v{mapping.version}  -> {mapping.entity}  ({mapping.batch.scope}{layers})  {mapping.title}")
    return worst


def run_explain_mapping(config: Path | None, mapping_id: str) -> int:
    folders, _zone = _folders(config)
    for line in explain(load_mapping(mapping_id, folders)):
        say(line)
    return DONE


def run_preview(config: Path | None, file: Path, mapping_id: str | None) -> int:
    folders, zone = _folders(config)
    if not file.is_file():
        raise SettingsError("HUB-S13", f"{file} is not a file")
    mapping = load_mapping(mapping_id, folders) if mapping_id else _guess(file, folders)
    seen = preview(file, mapping, zone)
    _print_preview(seen)
    return PROBLEMS if seen.problems or seen.bad else DONE


def _print_preview(seen: Preview) -> None:
    where = f"header in line {seen.header_line}" if seen.header_line else "no header"
    say(
        f"{seen.mapping_id} v{seen.version}: {where}, {seen.encoding}, delimiter {seen.delimiter!r}, scope {seen.scope}"
    )
    say(f"as of {seen.as_of:%Y-%m-%d %H:%M UTC}" if seen.as_of else "as of the file's own time")
    table(
        ("column of the file", "read as", "looks like", "empty", "unreadable"),
        [_column_row(column) for column in seen.columns],
        right=(3, 4),
    )
    for column in seen.columns:
        for word, count in column.unmapped.items():
            say(f"  {column.target}: the word {word!r} has no meaning yet ({count} times); add it to the map")
    say(
        f"{seen.rows} rows looked at: {seen.mapped} can be read"
        + "".join(f", {n} set aside ({why})" for why, n in seen.bad.items())
    )
    for what, counts in (("left out by rule", seen.filtered), ("skipped lines", seen.skipped)):
        for name, count in counts.items():
            say(f"  {what}: {name}: {count}")
    for text in (*seen.messages, *seen.problems, *seen.notes):
        say(f"  {text}")
    if seen.missing_optional:
        say(f"  not in this file: {', '.join(seen.missing_optional)}")


def _column_row(column: ColumnPreview) -> tuple[str, ...]:
    target = "never imported" if column.never_imported else column.target or "not read"
    unreadable = f"{column.unreadable} ({', '.join(column.reasons)})" if column.unreadable else ""
    return (column.label or "(made here)", target, column.example, f"{column.empty:.0%}", unreadable)


def _guess(file: Path, folders: list[Path]) -> Mapping:
    mappings = [load_mapping(mapping_id, folders) for mapping_id, _places in _ids(folders)]
    head = head_of(file)
    found = identify_mapping(head, file.name, mappings)
    if found is not None:
        say(f"{file.name}: {found[0].id} ({found[1]})")
        return found[0]
    near = near_misses(head, file.name, mappings)
    hint = near or "its column labels fit no mapping"
    raise SettingsError(
        "HUB-M20", f'{file.name}: {hint}; name one with --mapping, or see "hub mapping explain MAPPING"'
    )
