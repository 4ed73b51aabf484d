"""Practices of the fault tests: made once, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.practice_runs import Practice, copy_of, make_small_practice


@pytest.fixture(scope="session")
def fresh_practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """Initialised, nothing read. Never run it: copy it."""
    return make_small_practice(tmp_path_factory.mktemp("fresh") / "office")


@pytest.fixture(scope="session")
def read_practice(fresh_practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """After its first run. Never run it: copy it."""
    made = copy_of(fresh_practice, tmp_path_factory.mktemp("read") / "office")
    said = made.hub("run")
    assert said.code == 0, said.err
    return made


@pytest.fixture
def fresh(fresh_practice: Practice, tmp_path: Path) -> Practice:
    return copy_of(fresh_practice, tmp_path / "office")


@pytest.fixture
def practice(read_practice: Practice, tmp_path: Path) -> Practice:
    return copy_of(read_practice, tmp_path / "office")
