"""A mapping and a file made in a test, read to the end."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.contract import BadRow
from hub.mapping import Mapping, build_mapping
from hub.readers.opening import RecordReader, open_records

CLAIMS = """
version = 1
entity = "claim"
[columns._id]
labels = ["ID"]
[columns._patient]
labels = ["Patient"]
[columns.billed_cents]
labels = ["Billed"]
required = true
[key]
columns = ["_id"]
"""


@dataclass
class ReadFile:
    """Everything a reader said about a file."""

    reader: RecordReader
    records: list[bytes]
    rows: list[list[str]]
    numbers: list[int]
    bad: list[BadRow]
    skipped: Counter[str]
    problems: list[str]
    pages: int


def read_all(reader: RecordReader, size: int = 4096) -> ReadFile:
    seen = ReadFile(reader, [], [], [], [], Counter(), [], 0)
    for page in reader.pages(size):
        assert len(page.records) == len(page.numbers) <= size
        seen.records += page.records
        seen.rows += reader.parse(page.records)
        seen.numbers += page.numbers
        seen.bad += page.bad
        seen.skipped += page.skipped
        seen.pages += 1
    seen.problems = reader.problems()
    return seen


@pytest.fixture
def mapping() -> Callable[[str], Mapping]:
    """A mapping from TOML text laid behind the small claims mapping."""
    return lambda text="": build_mapping("test/claims", tomllib.loads(CLAIMS + text))


@pytest.fixture
def read(tmp_path: Path, mapping: Callable[[str], Mapping]) -> Callable[..., ReadFile]:
    """Bytes written to a file and read with the small claims mapping (and what `toml` adds to it)."""

    def reader(content: bytes, toml: str = "", name: str = "claims.csv", size: int = 4096, whole: str = "") -> ReadFile:
        path = tmp_path / name
        path.write_bytes(content)
        used = build_mapping("test/whole", tomllib.loads(whole)) if whole else mapping(toml)
        return read_all(open_records(path, used, zone="America/Chicago"), size)

    return reader
