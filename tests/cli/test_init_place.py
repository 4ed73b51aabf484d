"""Where `hub init` works: --config, the folder that is named, HUB_CONFIG, the folder we are in."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.practice_runs import call_hub


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that we are in."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.delenv("HUB_CONFIG", raising=False)
    return place


def test_an_upgrade_from_any_folder_reaches_the_configuration_that_hub_config_names(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = tmp_path / "office"
    assert call_hub("init", str(office)).code == 0
    (office / "hub.toml").rename(office / "ours.toml")
    monkeypatch.setenv("HUB_CONFIG", str(office / "ours.toml"))
    said = call_hub("init")
    assert said.code == 0 and f"configuration {office / 'ours.toml'}\n" in said.out and "schema was" in said.out
    assert list(elsewhere.iterdir()) == [], "no second hub beside it"


def test_a_configuration_that_hub_config_names_is_made_there(elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "new" / "hub.toml"))
    assert call_hub("init").code == 0 and (tmp_path / "new" / "data" / "hub.key").exists()
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "new" / "other.toml"))
    said = call_hub("init")
    assert said.code == 2 and said.err.startswith("HUB-S01 no configuration found at ") and "correct HUB_CONFIG" in said.err
    assert list(elsewhere.iterdir()) == []


def test_a_folder_that_is_named_wins_over_hub_config(elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "away" / "hub.toml"))
    assert call_hub("init", "here").code == 0
    assert call_hub("init", ".").code == 0
    assert (elsewhere / "here" / "hub.toml").exists() and not (tmp_path / "away").exists()
    monkeypatch.delenv("HUB_CONFIG")
    assert call_hub("init").code == 0 and (elsewhere / "hub.toml").exists()
