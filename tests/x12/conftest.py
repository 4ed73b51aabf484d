"""Shared by the X12 tests: reading bytes through the connector as the engine does."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from connectors.clearinghouse.connector import STREAM, Clearinghouse
from connectors.clearinghouse.settings import ClearinghouseSettings
from hub.clock import FixedClock
from hub.contract import BadRow, Facts, SourceContext, SourceFile
from hub.model import TABLES
from hub.model.remits import adjustments_in
from hub.model.status import STATUS

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "x12"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Read:
    """What one read gave: facts per entity as dictionaries, bad rows, and the size of the largest page."""

    def __init__(self, handed_over: list[object]) -> None:
        self.bad = [item for item in handed_over if isinstance(item, BadRow)]
        self.pages = [item for item in handed_over if isinstance(item, Facts)]
        self.largest_page = max((len(page.rows) for page in self.pages), default=0)
        for page in self.pages:
            _check(page)

    def rows(self, entity: str) -> list[dict[str, object]]:
        return [dict(zip(p.columns, row, strict=True)) for p in self.pages if p.entity == entity for row in p.rows]

    def triples(self, entity: str) -> list[tuple[object, str, str, int]]:
        """(key of the claim or line, group, reason, cents) of every CAS triple, in the order sent."""
        return [
            (row["source_key"], found.group, found.reason, found.cents)
            for row in self.rows(entity)
            for found in adjustments_in(row["adjustments"])  # type: ignore[arg-type]
        ]

    def one(self, entity: str) -> dict[str, object]:
        found = self.rows(entity)
        assert len(found) == 1, f"{len(found)} rows of {entity}"
        return found[0]

    def said(self) -> dict[str, set[tuple[object, ...]]]:
        """Every fact without what depends on the delivery: locator, file, moment, envelope and its flags."""
        return {
            page.entity: {
                tuple(row[key] for key in row if key not in _left_out(page.entity)) for row in self.rows(page.entity)
            }
            for page in self.pages
        }


def _left_out(entity: str) -> set[str]:
    """What an envelope or a name may change. An answer's numbers are those of our file, so they are what it says."""
    numbers = {"interchange_number", "group_number", "set_number"} if entity in ("sent_claim", "x12_set") else set()
    own = {"guide"} if entity == "x12_set" else {"state"}
    return {"locator", "file_name", "received_at", "flags"} | numbers | own


def _check(page: Facts) -> None:
    """The contract: known columns, source_key first, keys present, status words of the closed sets."""
    assert page.columns[0] == "source_key"
    assert set(page.columns) <= set(TABLES[page.entity].columns.keys())
    for row in page.rows:
        assert len(row) == len(page.columns)
        assert row[0]
        for name, value in zip(page.columns, row, strict=True):
            assert value != "", f"{page.entity}.{name} is empty text"
            if (page.entity, name) in STATUS and value is not None:
                assert value in STATUS[page.entity, name]


def context(base: Path, **settings: object) -> SourceContext:
    own = ClearinghouseSettings.model_validate({"folder": str(base), **settings})
    return SourceContext("main", "clearinghouse", "America/Chicago", own, FixedClock(NOW), base)


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Read]:
    """`read(text or bytes, **settings)`: through `Clearinghouse.read`."""
    folder = tmp_path_factory.mktemp("x12")

    def _read(content: str | bytes | Path, name: str = "in.x12", **settings: object) -> Read:
        raw = content.read_bytes() if isinstance(content, Path) else content
        raw = raw.encode() if isinstance(raw, str) else raw
        path = folder / "in.x12"
        path.write_bytes(raw)
        file = SourceFile(name, path, len(raw), hashlib.sha256(raw).hexdigest(), NOW, NOW)
        return Read(list(Clearinghouse().read(file, STREAM, context(folder, **settings))))

    return _read


@pytest.fixture
def samples() -> Path:
    if not SAMPLES.is_dir():
        pytest.skip("the sample files are not beside this repository (../shared/samples/x12)")
    return SAMPLES
