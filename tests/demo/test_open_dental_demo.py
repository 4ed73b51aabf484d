"""The demo's practice kept in Open Dental: what the hub lists against what was planted, through the API and the real pipeline."""

from __future__ import annotations

import re
import socket
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.open_dental.api import client
from hub.app import App, open_app
from hub.cli.demo import run_demo
from hub.cli.setup import prepare
from hub.cli.work import sync_all
from hub.clock import FixedClock
from hub.config import load_config
from hub.contract import ItemRow
from hub.demo import Planted, PlantedItem, write_config
from hub.demo.open_dental.practice import serve_practice
from hub.errors import SettingsError
from hub.jobs import delivery_job, practices_of, reconcile_job, sync_job
from hub.reconcile.listing import list_items
from hub.sync.job import SyncOrder

# A Tuesday, and the Friday after Thanksgiving.
DAYS = (date(2026, 3, 10), date(2025, 11, 28))

# True of the rows, and planted by nobody: kind -> why. Only what is named here may be listed beside the planted.
BESIDE = {
    "ELIG-UNVERIFIED": "the office verifies few coverages before a visit (insverify)",
}


@dataclass
class Listed:
    """One finished demo whose API is still served."""

    planted: Planted
    items: list[ItemRow]
    silent: list[str]
    app: App
    folder: Path


@pytest.fixture(scope="module", params=[DAYS[0], pytest.param(DAYS[1], marks=pytest.mark.slow)], ids=str)
def listed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    folder, today = tmp_path_factory.mktemp("practice"), request.param
    with serve_practice(folder, patients=300, seed=11, today=today) as (_, planted):
        prepare(load_config(folder / "hub.toml"))
        app = open_app(folder / "hub.toml", FixedClock(datetime(today.year, today.month, today.day, 16, 0, tzinfo=UTC)))
        for source in app.config.source:
            result = sync_job(app, source)
            assert (result.status, [each.problem for each in result.outcomes if each.problem]) == ("succeeded", []), source.name
        told = reconcile_job(app, app.config.practice[0])
        assert told.status == "succeeded" and told.reconciled is not None
        silent = [each.code for each in told.reconciled.answers if each.state != "answered"]
        with app.store.read() as connection:
            items = list_items(connection, app.config.practice[0], tray=None)
        yield Listed(planted, items, silent, app, folder)
        app.close()


def _words(item: ItemRow) -> set[str]:
    """Every key that an item speaks of, whole: a patient 12 is not found in claim 4123."""
    text = " ".join([item.subject, item.patient or "", *item.evidence])
    return set(re.split(r"[\s:|/]+", text)) | set(text.split()) | set(re.split(r"[\s:]+", text))


def _fits(planted: PlantedItem, item: ItemRow) -> bool:
    return item.code == planted.code and not _words(item).isdisjoint((planted.subject_hint, *planted.also))


def test_nothing_planted_is_missed(listed: Listed) -> None:
    missed = [plant for plant in listed.planted.items if not any(_fits(plant, item) for item in listed.items)]
    assert missed == []


def test_nothing_is_listed_that_was_not_planted(listed: Listed) -> None:
    listable = [item for item in listed.items if item.code not in BESIDE]
    false = [item for item in listable if not any(_fits(plant, item) for plant in listed.planted.of(item.code))]
    assert [(item.code, item.subject, item.sentence) for item in false] == []
    planted = Counter(plant.code for plant in listed.planted.items)
    assert Counter(item.code for item in listable) == planted, "one line each, kind by kind"
    assert {item.value_cents for item in listed.items if item.code == "ERA-LEDGER-MISMATCH"} <= {342, 4000}
    assert min(planted.values()) >= 1 and len(planted) >= 25


def test_dollars_are_those_of_the_simulation(listed: Listed) -> None:
    wrong = []
    for plant in listed.planted.items:
        found = [item.value_cents for item in listed.items if _fits(plant, item)]
        if plant.value_cents is not None and plant.value_cents not in found:
            wrong.append((plant.code, plant.subject_hint, plant.value_cents, found))
    assert wrong == []


def test_no_trap_is_sprung(listed: Listed) -> None:
    sprung = [
        (trap.code, trap.hint, trap.note)
        for trap in listed.planted.traps
        for item in listed.items
        if item.code == trap.code and trap.hint in _words(item)
    ]
    assert sprung == [] and len(listed.planted.traps) > 40


def test_every_planted_kind_is_answered_for(listed: Listed) -> None:
    assert {plant.code for plant in listed.planted.items}.isdisjoint(listed.silent)


def test_a_second_run_changes_no_row_and_no_item(listed: Listed) -> None:
    for source in listed.app.config.source:
        result = sync_job(listed.app, source)
        assert (result.counts.new, result.counts.changed, result.counts.deleted) == (0, 0, 0), source.name
    told = reconcile_job(listed.app, listed.app.config.practice[0]).reconciled
    assert told is not None and [told.total(what) for what in ("opened", "reopened", "updated", "resolved")] == [0, 0, 0, 0]


def test_every_delivery_hands_its_list_over(listed: Listed) -> None:
    for delivery in listed.app.config.delivery:
        for practice in practices_of(listed.app, delivery):
            result = delivery_job(listed.app, delivery, practice)
            assert result.status == "succeeded", result.message
            assert result.receipt is not None and all(path.stat().st_size > 500 for path in result.receipt.files)


def test_the_keys_stand_in_env_and_nowhere_else(listed: Listed) -> None:
    secrets = (listed.folder / ".env").read_text(encoding="utf-8")
    for name in ("DEMO_DEVELOPER_KEY", "DEMO_CUSTOMER_KEY"):
        value = re.findall(rf"^{name}=(.+)$", secrets, re.M)[0]
        assert value not in (listed.folder / "hub.toml").read_text(encoding="utf-8")
    if sys.platform != "win32":
        assert stat.S_IMODE((listed.folder / ".env").stat().st_mode) == 0o600


def test_a_folder_belongs_to_one_practice_system(tmp_path: Path) -> None:
    write_config(tmp_path, DAYS[0])
    (tmp_path / "planted.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match="HUB-S14 .* another practice system"):
        run_demo(tmp_path, 300, 7, "open_dental")


def test_without_the_api_one_line_says_so_and_the_list_stays(
    listed: Listed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The port of a server that has ended: refused at once."""
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DEMO_SERVICE_URL", f"http://127.0.0.1:{gone.getsockname()[1]}/api/v1/")
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.01)
    app = open_app(listed.folder / "hub.toml", listed.app.clock)
    try:
        assert sync_all(app, [app.source("pms")], SyncOrder()) == 1
        said = capsys.readouterr()
        assert len(said.err.splitlines()) == 1 and "HUB-U05 Open Dental does not answer" in said.err
        with app.store.read() as connection:
            assert len(list_items(connection, app.config.practice[0], tray=None)) == len(listed.items)
    finally:
        app.close()
