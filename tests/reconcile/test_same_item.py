"""One subject, one item, wherever its facts lie: a moved location keeps number, people's words and history (§3, §4.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.reconcile.people import assigned, carry_out, dismissed
from tests.reconcile.conftest import DAY, Facts, Office, waiting

NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)
PLACES = [("north", "south"), ("north", None), (None, "south")]


@pytest.mark.parametrize(("first", "then"), PLACES)
def test_an_open_item_moves_with_its_location(office: Office, facts: Facts, first: str | None, then: str | None) -> None:
    facts.found = [waiting(location_id=first)]
    office.reconcile(DAY)
    before = office.item()
    carry_out(office.connection, "main", [before["id"]], assigned("Ann"), "Ann", NOON)
    for day in (1, 2):
        facts.found = [waiting(location_id=then)]
        office.reconcile(DAY + timedelta(days=day))
        after = office.item()
        assert (after["id"], after["status"], after["assigned_to"]) == (before["id"], "OPEN", "Ann")
        assert (after["location_id"], after["dedupe_key"]) == (then, before["dedupe_key"])
    assert office.actions() == ["OPENED", "ASSIGNED"]


def test_a_dismissed_item_stays_shut_at_another_location(office: Office, facts: Facts) -> None:
    facts.found = [waiting(location_id="north")]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], dismissed("TOO_SMALL"), "Ann", NOON)
    facts.found = [waiting(location_id="south")]
    office.reconcile(DAY + timedelta(days=1))
    assert office.item()["status"] == "DISMISSED"


@pytest.mark.parametrize(("first", "then"), PLACES)
def test_a_shut_item_comes_back_at_another_location(
    office: Office, facts: Facts, first: str | None, then: str | None
) -> None:
    facts.found = [waiting(location_id=first), waiting(subject="claim:pms:8", location_id="north")]
    office.reconcile(DAY)
    facts.found = []
    office.reconcile(DAY + timedelta(days=1))
    facts.found = [waiting(location_id=then), waiting(subject="claim:pms:8", location_id="north")]
    office.reconcile(DAY + timedelta(days=30))
    assert sorted((item["subject"], item["status"]) for item in office.items()) == [
        ("claim:pms:7", "OPEN"), ("claim:pms:8", "OPEN"),
    ]  # fmt: skip


def test_two_locations_of_one_subject_at_once_are_two_items(office: Office, facts: Facts) -> None:
    facts.found = [waiting(location_id="north"), waiting(location_id="south")]
    office.reconcile(DAY)
    keys = {item["location_id"]: item["id"] for item in office.items()}
    assert set(keys) == {"north", "south"}
    facts.found = [waiting(location_id="south"), waiting(location_id="east")]
    office.reconcile(DAY + timedelta(days=1))
    assert {item["location_id"]: item["id"] for item in office.items()} == {"south": keys["south"], "east": keys["north"]}


def test_another_discriminator_is_another_item(office: Office, facts: Facts) -> None:
    facts.found = [waiting(location_id="north", discriminator="a")]
    office.reconcile(DAY)
    facts.found = [waiting(location_id="south", discriminator="b")]
    office.reconcile(DAY + timedelta(days=1))
    assert sorted(item["status"] for item in office.items()) == ["OPEN", "RESOLVED"]
