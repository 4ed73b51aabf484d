"""A practice that was not read yet; the one that was is every test's (`practice`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.practice_runs import Practice, copy_of


@pytest.fixture
def fresh(fresh_practice: Practice, tmp_path: Path) -> Practice:
    return copy_of(fresh_practice, tmp_path / "office")
