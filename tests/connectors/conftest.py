"""Reading small hand-written files through the shipped mappings, as the engine does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from hub.clock import FixedClock
from hub.contract import FileConnector, Match, SourceContext
from hub.mapping import compile_mapping, identify_mapping, load_mapping
from hub.readers.opening import open_records

ROOT = Path(__file__).resolve().parent.parent.parent
MAPPINGS = [ROOT / "mappings"]
ZONE = "America/Chicago"
NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


@dataclass
class Seen:
    """What a mapping made of a file."""

    facts: list[dict[str, object]] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    filtered: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    unmapped: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(path: Path, mapping_id: str) -> Seen:
    mapping = load_mapping(mapping_id, MAPPINGS)
    reader = open_records(path, mapping)
    mapper = compile_mapping(mapping, reader.header, ZONE)
    seen = Seen()
    for page in reader.pages():
        mapped = mapper.map_rows(reader.parse(page.records), page.numbers)
        seen.facts += [dict(zip(mapper.columns, fact, strict=True)) for fact in mapped.facts]
        rows = [*page.bad, *(row for _, row in mapped.bad)]
        seen.bad += [row.message for row in rows]
        seen.reasons += [row.reason for row in rows]
        seen.filtered += len(mapped.filtered)
        seen.skipped += page.skipped
        for column, counts in mapped.unmapped.items():
            seen.unmapped.setdefault(column, {}).update(counts)
    seen.problems = reader.problems()
    return seen


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Seen]:
    """`reading(mapping_id, text)`: the text as a cp1252 file through that mapping."""

    def through(mapping_id: str, text: str) -> Seen:
        path = tmp_path / "export.csv"
        path.write_bytes(text.encode("cp1252"))
        return read(path, mapping_id)

    return through


def context(connector: FileConnector, base: Path, **settings: object) -> SourceContext:
    """A context whose `by_labels` asks the connector's shipped mappings, as the engine's does."""
    own: BaseModel = connector.settings.model_validate(settings)
    mappings = {stream.mapping: load_mapping(stream.mapping, MAPPINGS) for stream in connector.streams if stream.mapping}
    streams = {stream.mapping: stream.name for stream in connector.streams}

    def by_labels(head: bytes, name: str) -> Match | None:
        found = identify_mapping(head, name, list(mappings.values()))
        return Match(streams[found[0].id]) if found else None

    return SourceContext("main", "pms", ZONE, own, FixedClock(NOW), base, by_labels)
