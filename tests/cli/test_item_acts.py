"""What people do to items: it is stored with who, when, why, survives the next run, and can be undone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from faults.practice_runs import Practice, today
from sqlalchemy import insert, select

from hub.errors import SettingsError
from hub.model import TABLES
from hub.reconcile.people import assigned, carry_out, dismissed, reopened, snoozed
from hub.store import Store

ITEM, EVENT = TABLES["work_item"], TABLES["item_event"]
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
DAY = date(2026, 3, 10)


@pytest.fixture
def numbers(practice: Practice) -> list[str]:
    """Three items of today's list."""
    return [str(item["id"]) for item in json.loads(practice.hub("items", "--json").out)][:3]


@pytest.fixture
def row(read_office: Practice, store: Store) -> dict[str, Any]:
    """One open item on each backend."""
    made = next(each for each in read_office.rows("work_item") if each["status"] == "OPEN")
    with store.write() as connection:
        connection.execute(insert(ITEM).values(**made))
    return made


def _listed(practice: Practice, *words: str) -> set[str]:
    return {str(item["id"]) for item in json.loads(practice.hub("items", "--json", *words).out)}


def _events(practice: Practice, number: str) -> list[tuple[Any, ...]]:
    rows = sorted((row for row in practice.rows("item_event") if row["item_id"] == number), key=lambda row: row["id"])
    return [(row["action"], row["actor"], row["from_status"], row["to_status"], row["reason"]) for row in rows][1:]


def test_a_snoozed_item_sleeps_through_runs_and_is_woken_by_hand(practice: Practice, numbers: list[str]) -> None:
    until = (today() + timedelta(days=9)).isoformat()
    said = practice.hub("item", "snooze", numbers[0].lower(), numbers[1], "--until", until, "--note", "call  after\nlunch", "--by", "Mia")
    assert said.code == 0 and [line.split(":")[0].split()[0] for line in said.out.splitlines()] == numbers[:2]
    assert practice.hub("reconcile").code == 0
    assert not set(numbers[:2]) & _listed(practice) and _listed(practice, "--status", "SNOOZED") == set(numbers[:2])
    assert _events(practice, numbers[0]) == [("SNOOZED", "Mia", "OPEN", "SNOOZED", f"until {until}: call after lunch")]
    assert practice.hub("item", "reopen", numbers[0]).code == 0
    assert numbers[0] in _listed(practice) and practice.items()[numbers[0]]["snoozed_until"] is None
    assert _events(practice, numbers[0])[-1][0] == "WOKEN"
    assert "SNOOZED by Mia" in practice.hub("explain", numbers[0]).out


def test_a_dismissed_item_stays_shut_and_reopens_by_hand(practice: Practice, numbers: list[str]) -> None:
    assert practice.hub("item", "dismiss", numbers[0], "--reason", "too_small", "--by", "Mia").code == 0
    assert practice.hub("reconcile").code == 0
    item = practice.items()[numbers[0]]
    assert (item["status"], item["dismissed_reason"], item["dismissed_fingerprint"]) == ("DISMISSED", "TOO_SMALL", item["fingerprint"])
    again = practice.hub("item", "snooze", numbers[0], "--until", (today() + timedelta(days=1)).isoformat())
    assert again.code == 2 and again.err.startswith("HUB-S16 ") and f'run "hub item reopen {numbers[0]}" first' in again.err
    assert practice.hub("item", "reopen", numbers[0], "--note", "it was real").code == 0
    assert practice.hub("reconcile").code == 0
    item = practice.items()[numbers[0]]
    assert (item["status"], item["dismissed_reason"], item["dismissed_fingerprint"]) == ("OPEN", None, None)
    assert [event[0] for event in _events(practice, numbers[0])] == ["DISMISSED", "REOPENED"]


def test_an_item_is_given_to_somebody_and_back_and_a_run_keeps_it(practice: Practice, numbers: list[str]) -> None:
    said = practice.hub("item", "assign", numbers[0], "--to", "Mia")
    assert said.code == 0 and "OPEN, assigned to Mia" in said.out
    assert practice.hub("reconcile").code == 0
    assert practice.items()[numbers[0]]["assigned_to"] == "Mia" and numbers[0] in _listed(practice)
    assert "assigned to Mia" in practice.hub("explain", numbers[0]).out
    assert practice.hub("item", "assign", numbers[0], "--to", "").code == 0
    assert practice.items()[numbers[0]]["assigned_to"] is None


def test_one_wrong_number_changes_none_of_the_others(practice: Practice, numbers: list[str]) -> None:
    assert practice.hub("item", "dismiss", numbers[1], "--reason", "DUPLICATE").code == 0
    before = practice.everything()
    for words in (
        ["assign", numbers[0], "NOSUCH", "--to", "Mia"],
        ["dismiss", numbers[0], numbers[1], "--reason", "DUPLICATE"],
        ["reopen", numbers[1], numbers[0]],
        ["snooze", numbers[0], "--until", (today() + timedelta(days=31)).isoformat()],
        ["snooze", numbers[0], "--until", today().isoformat()],
        ["snooze", numbers[0], "--until", "soon"],
        ["dismiss", numbers[0], "--reason", "OTHER"],
        ["dismiss", numbers[0], "--reason", "BORING"],
    ):
        said = practice.hub("item", *words)
        assert said.code == 2 and said.out == "", words
    assert practice.everything() == before


@pytest.mark.parametrize(("because", "days"), [("", 30), ("PATIENT_WISH", 90), ("HEALING", 180)])
def test_the_longest_snooze_is_that_of_the_catalogue(because: str, days: int) -> None:
    assert snoozed(DAY + timedelta(days=days), DAY, because).columns["snoozed_until"] == DAY + timedelta(days=days)
    with pytest.raises(SettingsError, match="HUB-S17|can sleep"):
        snoozed(DAY + timedelta(days=days + 1), DAY, because)


def test_every_act_is_one_row_and_one_event_on_every_backend(store: Store, row: dict[str, Any]) -> None:
    acts = [assigned("Mia"), snoozed(DAY + timedelta(days=2), DAY), reopened(), dismissed("OTHER", "merged"), reopened()]
    for act in acts:
        with store.write() as connection:
            carry_out(connection, row["practice_id"], [row["id"]], act, "Mia", NOW)
    with store.read() as connection:
        after = dict(connection.execute(select(ITEM)).mappings().one())
        events = [tuple(each) for each in connection.execute(select(EVENT.c.action, EVENT.c.from_status, EVENT.c.to_status).order_by(EVENT.c.id))]
    assert events == [
        ("ASSIGNED", "OPEN", "OPEN"), ("SNOOZED", "OPEN", "SNOOZED"), ("WOKEN", "SNOOZED", "OPEN"),
        ("DISMISSED", "OPEN", "DISMISSED"), ("REOPENED", "DISMISSED", "OPEN"),
    ]  # fmt: skip
    changed = {name for name in row if row[name] != after[name]}
    assert changed == {"assigned_to", "note", "changed_at"}, "nothing of what the rules own"


@pytest.mark.parametrize("status", ["RESOLVED", "EXPIRED"])
def test_what_a_rule_closed_only_the_rule_opens(store: Store, row: dict[str, Any], status: str) -> None:
    with store.write() as connection:
        connection.execute(ITEM.update().values(status=status))
    for act in (assigned("Mia"), snoozed(DAY + timedelta(days=2), DAY), dismissed("NOT_REAL"), reopened()):
        with store.write() as connection, pytest.raises(SettingsError, match="its rule closed it"):
            carry_out(connection, row["practice_id"], [row["id"]], act, "Mia", NOW)
