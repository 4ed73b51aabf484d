"""The practice at which hostile files are thrown: read once, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.practice_runs import Practice, copy_of, make_small_practice


@pytest.fixture(scope="session")
def read_office(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    made = make_small_practice(tmp_path_factory.mktemp("hostile") / "office")
    assert made.hub("run").code == 0
    return made


@pytest.fixture
def practice(read_office: Practice, tmp_path: Path) -> Practice:
    return copy_of(read_office, tmp_path / "office")
