from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hub.output import safe_file


def _locked(code: int) -> OSError:
    error = PermissionError(13, "held by another program")
    error.winerror = code  # type: ignore[attr-defined]
    return error


class _Replace:
    """os.replace that fails so many times first."""

    def __init__(self, failures: list[OSError]) -> None:
        self.failures = failures
        self.really = os.replace

    def __call__(self, made: Path, target: Path) -> None:
        if self.failures:
            raise self.failures.pop()
        self.really(made, target)


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_target_held_for_a_moment_is_waited_for(code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(safe_file.os, "replace", _Replace([_locked(code), _locked(code)]))
    safe_file.write_file(tmp_path / "a.txt", lambda path: path.write_text("new") and None, waits.append)
    assert (tmp_path / "a.txt").read_text() == "new"
    assert len(waits) == 2


def test_a_target_held_for_good_keeps_its_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("old")
    waits: list[float] = []
    monkeypatch.setattr(safe_file.os, "replace", _Replace([_locked(32)] * 99))
    with pytest.raises(PermissionError):
        safe_file.write_file(tmp_path / "a.txt", lambda path: path.write_text("new") and None, waits.append)
    assert 2.0 <= sum(waits) <= 3.0
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_another_error_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(safe_file.os, "replace", _Replace([OSError(28, "no space left")]))
    with pytest.raises(OSError, match="no space"):
        safe_file.write_file(tmp_path / "a.txt", lambda path: path.write_text("new") and None, waits.append)
    assert waits == []


def test_a_writer_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def half(path: Path) -> None:
        path.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        safe_file.write_file(tmp_path / "a.txt", half)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_a_day_later(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".hub-work-old", tmp_path / ".hub-work-fresh"
    old.mkdir()
    fresh.mkdir()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    safe_file.write_file(tmp_path / "a.txt", lambda path: path.write_text("x") and None)
    assert not old.exists()
    assert fresh.exists()
