"""What the hub lists against what was planted, kind by kind, through the real pipeline: files in, list out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.app import open_app
from hub.cli.setup import prepare
from hub.clock import FixedClock
from hub.config import load_config
from hub.contract import ItemRow
from hub.demo import Planted, PlantedItem, make_practice, write_config
from hub.jobs import delivery_job, practices_of, reconcile_job, sync_job
from hub.reconcile.listing import list_items

# A Tuesday, a Saturday, the Friday after Thanksgiving, and New Year's Day.
DAYS = (date(2026, 3, 10), date(2025, 11, 28))
FURTHER = [pytest.param(day, marks=pytest.mark.slow) for day in (date(2026, 11, 21), date(2027, 1, 1))]


@dataclass
class Listed:
    """One finished demo."""

    planted: Planted
    items: list[ItemRow]
    folder: Path
    clock: FixedClock


def _words(item: ItemRow) -> set[str]:
    """Every key that an item speaks of, whole: a patient 12 is not found in claim 4123."""
    text = " ".join([item.subject, item.patient or "", *item.evidence])
    return set(re.split(r"[\s:|/]+", text)) | set(text.split()) | set(re.split(r"[\s:]+", text))


def _fits(planted: PlantedItem, item: ItemRow) -> bool:
    words = _words(item)
    return item.code == planted.code and any(hint in words for hint in (planted.subject_hint, *planted.also))


@pytest.fixture(scope="module", params=[*DAYS, *FURTHER], ids=str)
def listed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    folder, today = tmp_path_factory.mktemp("practice"), request.param
    planted = make_practice(folder, patients=400, seed=11, today=today)
    write_config(folder, today)
    config = load_config(folder / "hub.toml")
    prepare(config)
    clock = FixedClock(datetime(today.year, today.month, today.day, 16, 0, tzinfo=UTC))
    app = open_app(folder / "hub.toml", clock)
    for source in app.config.source:
        assert sync_job(app, source).status in ("succeeded", "partial"), source.name
    assert reconcile_job(app, app.config.practice[0]).status == "succeeded"
    with app.store.read() as connection:
        items = list_items(connection, app.config.practice[0], tray=None)
    yield Listed(planted, items, folder, clock)
    app.close()


def test_nothing_planted_is_missed(listed: Listed) -> None:
    missed = [plant for plant in listed.planted.items if not any(_fits(plant, item) for item in listed.items)]
    assert missed == []


def test_nothing_is_listed_that_was_not_planted(listed: Listed) -> None:
    false = [item for item in listed.items if not any(_fits(plant, item) for plant in listed.planted.of(item.code))]
    assert [(item.code, item.subject, item.sentence) for item in false] == []
    planted = Counter(plant.code for plant in listed.planted.items)
    assert Counter(item.code for item in listed.items) == planted, "one line each, kind by kind"


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
    assert sprung == []


def test_a_second_run_changes_no_row_and_no_item(listed: Listed) -> None:
    app = open_app(listed.folder / "hub.toml", listed.clock)
    try:
        for source in app.config.source:
            result = sync_job(app, source)
            assert (result.counts.new, result.counts.changed, result.counts.deleted) == (0, 0, 0), source.name
        told = reconcile_job(app, app.config.practice[0]).reconciled
        assert told is not None and [told.total(what) for what in ("opened", "reopened", "updated", "resolved")] == [0, 0, 0, 0]
    finally:
        app.close()


def test_every_delivery_hands_its_list_over(listed: Listed) -> None:
    app = open_app(listed.folder / "hub.toml", listed.clock)
    try:
        for delivery in app.config.delivery:
            for practice in practices_of(app, delivery):
                result = delivery_job(app, delivery, practice)
                assert result.status == "succeeded", result.message
                assert result.receipt is not None and all(path.stat().st_size > 500 for path in result.receipt.files)
    finally:
        app.close()


def test_the_truth_file_says_the_same(listed: Listed) -> None:
    written = json.loads((listed.folder / "planted.json").read_text(encoding="utf-8"))
    assert len(written["items"]) == len(listed.planted.items) and len(written["traps"]) == len(listed.planted.traps)
