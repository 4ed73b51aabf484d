"""One small made-up practice for all tests of this folder, and readers of its files that share no code with the hub."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hub.demo import Planted, make_practice

TODAY = date(2026, 3, 10)


@dataclass(frozen=True)
class Made:
    """A made practice: where it lies and what was planted."""

    folder: Path
    planted: Planted
    today: date

    def rows(self, name: str, source: str = "pms") -> list[dict[str, str]]:
        """A CSV export without its page heads and footers, by label."""
        encoding = "cp1252" if source == "pms" else "utf-8-sig"
        text = (self.folder / "sources" / source / name).read_bytes().decode(encoding)
        lines = list(csv.reader(io.StringIO(text)))
        start = 1 if lines[0][0].startswith("Continuing") else 0
        header = lines[start]
        return [
            dict(zip(header, line, strict=True))
            for line in lines
            if line != header and not line[0].startswith(("Continuing Care", "Total Patients", "Entries:"))
        ]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("practice")
    return Made(folder, make_practice(folder, patients=300, today=TODAY), TODAY)


def cents(text: str) -> int:
    """`1,234.56`, `(40.00)` or an X12 amount as integer cents."""
    plain = text.replace(",", "")
    if plain.startswith("("):
        plain = "-" + plain.strip("()")
    return int(Decimal(plain or "0") * 100)


def interchanges(path: Path) -> Iterator[tuple[list[list[str]], str]]:
    """Segments of each ISA by the fixed offsets of a well-formed header, and its component separator."""
    text = path.read_text(encoding="ascii")
    while text.strip():
        text = text.lstrip()
        element, component, end = text[3], text[104], text[105]
        parts = []
        while True:
            segment, _, text = text.partition(end)
            parts.append(segment.strip("\r\n").split(element))
            if parts[-1][0] == "IEA":
                break
        yield parts, component


def checks(folder: Path) -> Iterator[list[list[str]]]:
    """The segments of every 835 transaction set below the folder, ST to SE."""
    for path in sorted(folder.glob("*.835")):
        for parts, _ in interchanges(path):
            start = 0
            for position, segment in enumerate(parts):
                if segment[0] == "ST":
                    start = position
                if segment[0] == "SE":
                    yield parts[start : position + 1]


def adjusted(segment: list[str]) -> int:
    """The sum of a CAS segment's triples."""
    return sum(cents(segment[n]) for n in range(3, len(segment), 3))
