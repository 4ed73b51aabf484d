"""A practice that was read once, for tests of plugins at work."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.practice_runs import Practice, copy_of, make_small_practice


@pytest.fixture(scope="session")
def read_office(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    made = make_small_practice(tmp_path_factory.mktemp("host") / "office")
    assert made.hub("run").code == 0
    return made


@pytest.fixture
def practice(read_office: Practice, tmp_path: Path) -> Practice:
    return copy_of(read_office, tmp_path / "office")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    return folder
