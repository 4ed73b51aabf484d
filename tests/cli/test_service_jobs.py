"""Which jobs `hub serve` makes of hub.toml, and that their commands are ones that the hub understands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from faults.practice_runs import Practice, call_hub
from sqlalchemy import create_engine

from hub.cli.service import scheduled_jobs
from hub.config import load_config
from hub.model import METADATA
from hub.schedule.serve import hand_on_histories
from hub.schedule.slots import Slots
from hub.schedule.state import JobHistory, TableState

WEST = """[[practice]]
id = "west"
name = "West"
timezone = "America/Los_Angeles"
"""
TWO = """
[[practice]]
id = "east"
name = "East"
timezone = "America/New_York"
[[practice]]
id = "west"
name = "West"
timezone = "America/Los_Angeles"
[[delivery]]
name = "morning"
delivery = "excel"
schedule = "daily 06:30"
[[delivery]]
name = "desk"
delivery = "excel"
practice = "west"
schedule = "daily 07:00"
[delivery.settings]
list_name = "desk"
"""


def test_a_delivery_for_all_practices_goes_out_by_the_clock_of_each(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(TWO, encoding="utf-8")
    config = load_config(tmp_path / "hub.toml")
    jobs = {job.name: job for job in scheduled_jobs(config) if job.kind == "delivery"}
    assert {name: (job.practice_id, job.zone) for name, job in jobs.items()} == {
        "delivery morning east": ("east", "America/New_York"),
        "delivery morning west": ("west", "America/Los_Angeles"),
        "delivery desk west": ("west", "America/Los_Angeles"),
    }
    midnight = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)  # summer: New York is 4 hours behind UTC, Los Angeles 7
    due = {name: job.schedule.next_after(midnight, job.zone) for name, job in jobs.items() if job.schedule}
    assert due["delivery morning east"] == datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert due["delivery morning west"] == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    assert list(jobs["delivery morning west"].argv)[-4:] == ["deliver", "morning", "--practice", "west"]


def test_a_delivery_job_keeps_its_name_when_a_second_practice_comes(tmp_path: Path) -> None:
    path, names = tmp_path / "hub.toml", []
    for text in (TWO.replace(WEST, "").replace('practice = "west"\n', ""), TWO):
        path.write_text(text, encoding="utf-8")
        names.append({job.name for job in scheduled_jobs(load_config(path)) if job.kind == "delivery"})
    assert names[0] == {"delivery morning east", "delivery desk east"} and "delivery morning east" in names[1]


def test_the_history_of_a_list_is_handed_on_to_the_job_of_each_practice_once(tmp_path: Path) -> None:
    """Up to 0.1 a delivery was one job for all practices, `delivery NAME`."""
    (tmp_path / "hub.toml").write_text(TWO, encoding="utf-8")
    jobs = list(scheduled_jobs(load_config(tmp_path / "hub.toml")))
    engine = create_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    METADATA.tables["schedule_state"].create(engine)
    state, yesterday = TableState(engine), datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    for name, at in (("delivery morning", yesterday - timedelta(days=9)), ("delivery morning west", yesterday), ("delivery desk", yesterday)):
        state.started(name, at)
        state.finished(name, at, "succeeded")
    for _again in range(2):
        hand_on_histories(jobs, state)
        told = {job.name: state.history(job.name).last_success for job in jobs if job.kind == "delivery"}
        assert told == {
            "delivery morning east": yesterday - timedelta(days=9), "delivery morning west": yesterday, "delivery desk west": yesterday,
        }  # fmt: skip
        assert state.history("delivery morning") == state.history("delivery desk") == JobHistory(), "not for a practice that comes later"
    at_seven = datetime(2026, 7, 2, 11, 0, tzinfo=UTC)  # 07:00 in New York
    histories = {job.name: state.history(job.name) for job in jobs}
    assert "delivery morning east" in {job.name for job in Slots(jobs, at_seven).catch_up(histories, at_seven)}
    engine.dispose()


def test_only_the_list_of_the_practice_that_is_named_is_written(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(TWO, encoding="utf-8")
    config = ("--config", str(tmp_path / "hub.toml"))
    assert call_hub(*config, "init").code == 0
    said = call_hub(*config, "deliver", "morning", "--practice", "west")
    assert said.code == 0, said.err
    assert [path.relative_to(tmp_path / "data" / "lists").as_posix() for path in tmp_path.glob("data/lists/*/*")] == ["west/morning"]
    said = call_hub(*config, "deliver", "desk", "--practice", "east")
    assert said.code == 2 and said.err.startswith('HUB-S08 there is no delivery "desk" for a practice "east" in hub.toml')


@pytest.mark.parametrize("words", [["connectors"], ["plugins"]])
def test_what_hub_toml_names_in_vain_is_one_line_of_hub_plugins(practice: Practice, words: list[str]) -> None:
    text = practice.config.read_text(encoding="utf-8")
    practice.config.write_text(text.replace("[hub]\n", '[hub]\nplugins_dir = "plugin"\ndisabled_plugins = ["deliver-htlm"]\n'), encoding="utf-8")
    said = practice.hub(*words)
    told = "plugins_dir: there is no folder " in said.err and 'there is no plugin "deliver-htlm"; did you mean "deliver-html"?' in said.err
    assert said.code == 0 and told == (words == ["plugins"])
