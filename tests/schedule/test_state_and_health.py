from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from hub.model import METADATA
from hub.schedule.health import is_alive, read_health, write_health
from hub.schedule.state import JobHistory, TableState

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def test_histories_outlive_the_service(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    METADATA.tables["schedule_state"].create(engine)
    state, later = TableState(engine), NOW + timedelta(minutes=1)
    assert state.history("pms") == JobHistory()
    state.started("pms", NOW)
    assert TableState(engine).history("pms") == JobHistory(NOW, None, "running")
    state.finished("pms", later, "succeeded")
    assert TableState(engine).history("pms") == JobHistory(NOW, later, "succeeded")
    state.started("pms", later)
    state.finished("pms", later, "failed")
    assert TableState(engine).history("pms") == JobHistory(later, later, "failed")
    engine.dispose()


def test_the_heartbeat_says_alive_for_ninety_seconds(tmp_path: Path) -> None:
    path = tmp_path / "serve.json"
    write_health(path, {"state": "running", "written_at": NOW, "next": {"pms": None}})
    report = read_health(path)
    assert is_alive(report, NOW + timedelta(seconds=90))
    assert not is_alive(report, NOW + timedelta(seconds=91))


def test_a_stopped_missing_or_damaged_heartbeat_is_not_alive(tmp_path: Path) -> None:
    path = tmp_path / "serve.json"
    assert read_health(path) is None
    for text in ("{", "[]", '{"state": "running"}', '{"state": "stopped", "written_at": "2026-11-21T12:30:00+00:00"}'):
        path.write_text(text)
        assert not is_alive(read_health(path), NOW)


def test_only_known_values_go_into_the_heartbeat(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_health(tmp_path / "serve.json", {"patient": object()})
    assert list(tmp_path.iterdir()) == []
