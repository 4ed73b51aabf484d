"""Small mappings made in a test, and one row or cell pushed through them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hub.mapping import MappedPage, Mapping, build_mapping, clean_rows, compile_mapping

ZONE = "America/Chicago"


@pytest.fixture
def make() -> Callable[[str], Mapping]:
    """A mapping from TOML text."""
    return lambda text: build_mapping("test/sample", tomllib.loads(text))


@pytest.fixture
def run(make: Callable[[str], Mapping]) -> Callable[..., tuple[tuple[str, ...], MappedPage]]:
    """(columns, page) of rows under a header; row numbers count from 2, as below a header."""

    def runner(text: str, header: Sequence[str], *rows: Sequence[Any]) -> tuple[tuple[str, ...], MappedPage]:
        mapper = compile_mapping(make(text), header, ZONE)
        return mapper.columns, mapper.map_rows(clean_rows(rows), range(2, 2 + len(rows)))

    return runner


@pytest.fixture
def cell(run: Callable[..., tuple[tuple[str, ...], MappedPage]]) -> Callable[..., object]:
    """What becomes of one cell: its value, or the message of the bad row."""

    def read(column: str, text: Any, *settings: str, entity: str = "claim", top: str = "") -> object:
        lines = [f'version = 1\nentity = "{entity}"', top, "[columns._id]", 'labels = ["ID"]', f"[columns.{column}]"]
        lines += ['labels = ["Cell"]', *settings, "[key]", 'columns = ["_id"]']
        columns, page = run("\n".join(lines), ["ID", "Cell"], ["1", text])
        if page.bad:
            return page.bad[0][1].message
        return page.facts[0][columns.index(column)]

    return read
