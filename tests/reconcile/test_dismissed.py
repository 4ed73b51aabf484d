"""A dismissal shuts one occurrence (outstanding-items §3): what comes back later than 60 days is a new item."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.errors import SettingsError
from hub.model import TABLES
from hub.reconcile.lifecycle import same_fingerprint
from hub.reconcile.people import carry_out, dismissed, reopened
from plugins.rules_health import SyncStale
from tests.reconcile.conftest import DAY, PMS, Facts, Office, waiting

NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def shut(office: Office, facts: Facts) -> Office:
    """One item, dismissed on Tue 03-10; its condition is gone on 03-11."""
    facts.found = [waiting()]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], dismissed("HANDLED_ELSEWHERE"), "Ann", NOON)
    facts.found = []
    office.reconcile(TOMORROW)
    return office


def stands(office: Office) -> list[tuple[int, str]]:
    return sorted((item["occurrence"], item["status"]) for item in office.items())


def back(office: Office, facts: Facts, days: int, **changes: Any) -> list[tuple[int, str]]:
    """The condition is there again so many days after it was gone."""
    facts.found = [waiting(**changes)]
    office.reconcile(TOMORROW + timedelta(days=days))
    return stands(office)


def test_gone_it_stays_dismissed_and_is_no_news(shut: Office) -> None:
    assert stands(shut) == [(1, "DISMISSED")]
    assert shut.actions() == ["OPENED", "DISMISSED"]


def test_back_within_sixty_days_it_stays_dismissed(shut: Office, facts: Facts) -> None:
    assert back(shut, facts, 60) == [(1, "DISMISSED")]


def test_back_later_is_a_new_item_without_the_dismissal(shut: Office, facts: Facts) -> None:
    assert back(shut, facts, 61) == [(1, "DISMISSED"), (2, "OPEN")]
    new = next(item for item in shut.items() if item["occurrence"] == 2)
    assert (new["dismissed_reason"], new["dismissed_fingerprint"], new["assigned_to"]) == (None, None, None)
    assert shut.actions() == ["OPENED", "DISMISSED", "OPENED"]


def test_back_later_and_changed_is_a_new_item_too(shut: Office, facts: Facts) -> None:
    assert back(shut, facts, 61, value_cents=300_000) == [(1, "DISMISSED"), (2, "OPEN")]


def test_back_within_sixty_days_and_changed_is_reopened(shut: Office, facts: Facts) -> None:
    assert back(shut, facts, 60, state="another") == [(1, "OPEN")]


def test_the_sixty_days_begin_anew_each_time_it_is_gone(shut: Office, facts: Facts) -> None:
    """Gone 03-11, back after 40 days, gone again the day after, back after 40 more: never away for 60 days."""
    back(shut, facts, 40)
    facts.found = []
    shut.reconcile(TOMORROW + timedelta(days=41))
    assert back(shut, facts, 81) == [(1, "DISMISSED")]
    facts.found = []
    shut.reconcile(TOMORROW + timedelta(days=82))
    assert back(shut, facts, 82 + 61) == [(1, "DISMISSED"), (2, "OPEN")]


def test_old_facts_do_not_count_as_gone(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], dismissed("HANDLED_ELSEWHERE"), "Ann", NOON)
    facts.found = []
    office.reconcile(DAY + timedelta(days=9), fresh=False)
    assert back(office, facts, 75) == [(1, "DISMISSED")]


def test_the_newest_occurrence_is_the_one_that_lives_on(shut: Office, facts: Facts) -> None:
    """The second occurrence closes, comes back within 60 days, and is dismissed in its turn; the first one rests."""
    back(shut, facts, 61)
    facts.found = []
    shut.reconcile(TOMORROW + timedelta(days=62))
    assert stands(shut) == [(1, "DISMISSED"), (2, "RESOLVED")]
    assert back(shut, facts, 70) == [(1, "DISMISSED"), (2, "OPEN")]
    second = next(item["id"] for item in shut.items() if item["occurrence"] == 2)
    carry_out(shut.connection, "main", [second], dismissed("TOO_SMALL"), "Ann", NOON)
    assert back(shut, facts, 71) == [(1, "DISMISSED"), (2, "DISMISSED")]
    facts.found = []
    shut.reconcile(TOMORROW + timedelta(days=72))
    assert back(shut, facts, 140) == [(1, "DISMISSED"), (2, "DISMISSED"), (3, "OPEN")]


def test_running_twice_changes_no_row(shut: Office, facts: Facts) -> None:
    for day, found in ((TOMORROW, []), (TOMORROW + timedelta(days=61), [waiting()])):
        facts.found = found
        shut.reconcile(day)
        before = shut.dump()
        shut.reconcile(day)
        assert shut.dump() == before


def test_what_came_back_as_a_new_item_is_not_reopened_by_hand(shut: Office, facts: Facts) -> None:
    back(shut, facts, 61)
    first, second = (item["id"] for item in sorted(shut.items(), key=lambda item: item["occurrence"]))
    with pytest.raises(SettingsError, match=second):
        carry_out(shut.connection, "main", [first], reopened(), "Ann", NOON)


def test_reopened_by_hand_it_forgets_that_it_was_gone(shut: Office, facts: Facts) -> None:
    carry_out(shut.connection, "main", [shut.item()["id"]], reopened(), "Ann", NOON)
    assert (shut.item()["status"], shut.item()["resolved_at"]) == ("OPEN", None)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("pms @2026-01-09|0", "pms @2026-01-09|0", True),
        ("pms @2026-01-09|0", "pms @2026-09-21|0", False),
        ("pms|0", "pms @2026-09-21|0", True),  # stored before states named their occurrence: not news by itself
        ("pms @2026-01-09|0", "pms|0", False),
        ("era|0", "pms @2026-09-21|0", False),
        ("1 late|12500", "1 late @2026-06-02|25000", False),
    ],
)
def test_a_state_may_name_its_occurrence(old: str, new: str, same: bool) -> None:
    assert same_fingerprint(old, new) is same


def test_an_open_item_whose_state_gains_its_occurrence_is_no_news(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    office.reconcile(DAY)
    facts.found = [waiting(state=f"planned @{date(2026, 1, 9)}")]
    office.reconcile(TOMORROW)
    assert office.actions() == ["OPENED"]
    assert office.item()["fingerprint"] == "planned @2026-01-09|100000"


class Watch(Office):
    """One source, its runs, and SYNC-STALE alone."""

    sources = (PMS,)

    def run(self, day: int, status: str) -> None:
        """A sync on that day of March at 11:00 UTC; one that succeeded has read everything."""
        at = datetime(2026, 3, day, 11, tzinfo=UTC)
        row = {"practice_id": "main", "kind": "sync", "name": "pms", "status": status, "started_at": at, "ended_at": at,
               "hub_version": "1", "message": "password refused"}  # fmt: skip
        self.connection.execute(TABLES["run"].insert(), [row])
        if status == "succeeded":
            self.read(at=at)

    def status_on(self, day: int) -> str:
        self.reconcile(date(2026, 3, day), fresh=False)
        status: str = self.item()["status"]
        return status


@pytest.fixture
def failing(connection: Connection) -> Watch:
    """Read on Mon 03-09, failed on Tue 03-10, and dismissed that day: somebody is on it."""
    watch = Watch(connection, [SyncStale])
    watch.run(9, "succeeded")
    watch.run(10, "failed")
    assert watch.status_on(10) == "OPEN"
    carry_out(connection, "main", [watch.item()["id"]], dismissed("HANDLED_ELSEWHERE"), "Ann", NOON)
    return watch


def test_the_same_outage_stays_dismissed_when_its_lists_grow_old(failing: Watch) -> None:
    assert [failing.status_on(day) for day in (10, 11, 12, 16)] == ["DISMISSED"] * 4


def test_the_next_outage_is_another_one(failing: Watch) -> None:
    failing.run(11, "succeeded")
    assert failing.status_on(11) == "DISMISSED"
    failing.run(23, "succeeded")
    failing.run(24, "failed")
    assert failing.status_on(24) == "OPEN"
