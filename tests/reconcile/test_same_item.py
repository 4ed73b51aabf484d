"""One subject, one item, wherever its facts lie: a moved location keeps number, people's words and history (§3, §4.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from hub.contract import Finding
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


def batch(place: str, *visits: str) -> Finding:
    """One batch item per location (reference 4.2 DATA-APPT-NO-CODES): the location alone tells them apart."""
    return waiting(
        subject="practice:main", location_id=place, evidence=tuple(f"appointment:pms:{visit}" for visit in visits)
    )


def lines(office: Office) -> dict[str, tuple[str, str, str | None]]:
    return {item["location_id"]: (item["id"], item["status"], item["assigned_to"]) for item in office.items()}


@pytest.mark.parametrize("later", [1, 21])
def test_another_locations_batch_does_not_meet_a_dismissal(office: Office, facts: Facts, later: int) -> None:
    facts.found = [batch("A", "1", "2")]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], dismissed("HANDLED_ELSEWHERE"), "Ann", NOON)
    if later > 1:
        facts.found = []
        office.reconcile(DAY + timedelta(days=1))
    facts.found = [batch("B", "9")]
    office.reconcile(DAY + timedelta(days=later))
    assert {place: status for place, (_, status, _) in lines(office).items()} == {"A": "DISMISSED", "B": "OPEN"}


def test_what_was_dismissed_and_gone_is_not_met_from_elsewhere(office: Office, facts: Facts) -> None:
    """Even the same visits: gone since, and listed again by another location, they are worth a look."""
    facts.found = [batch("A", "1")]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], dismissed("HANDLED_ELSEWHERE"), "Ann", NOON)
    facts.found = []
    office.reconcile(DAY + timedelta(days=1))
    facts.found = [batch("B", "1")]
    office.reconcile(DAY + timedelta(days=2))
    assert {place: status for place, (_, status, _) in lines(office).items()} == {"A": "DISMISSED", "B": "OPEN"}


def test_a_dismissed_batch_that_moved_takes_no_other_into_its_dismissal(office: Office, facts: Facts) -> None:
    facts.found = [batch("A", "1")]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], dismissed("HANDLED_ELSEWHERE"), "Ann", NOON)
    for day, found in enumerate(([batch("B", "1")], [batch("B", "1"), batch("A", "7")]), 1):
        facts.found = found
        office.reconcile(DAY + timedelta(days=day))
    assert {place: status for place, (_, status, _) in lines(office).items()} == {"A": "OPEN", "B": "DISMISSED"}


@pytest.mark.parametrize("later", [1, 21])
def test_another_locations_batch_takes_nobodys_number(office: Office, facts: Facts, later: int) -> None:
    facts.found = [batch("A", "1", "2")]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], assigned("Ann"), "Ann", NOON)
    before = office.item()["id"]
    if later > 1:
        facts.found = []
        office.reconcile(DAY + timedelta(days=1))
    facts.found = [batch("B", "9")]
    office.reconcile(DAY + timedelta(days=later))
    after = lines(office)
    assert after["A"] == (before, "RESOLVED", "Ann")
    assert after["B"][0] != before
    assert after["B"][1:] == ("OPEN", None)


def test_an_item_that_moved_is_not_swapped_with_a_new_one_at_its_old_place(office: Office, facts: Facts) -> None:
    facts.found = [batch("A", "1", "2")]
    office.reconcile(DAY)
    carry_out(office.connection, "main", [office.item()["id"]], assigned("Ann"), "Ann", NOON)
    first = office.item()["id"]
    for day, found in enumerate(([batch("B", "1", "2")], [batch("B", "1", "2"), batch("A", "7")]), 1):
        facts.found = found
        office.reconcile(DAY + timedelta(days=day))
    moved, new = lines(office)["B"], lines(office)["A"]
    assert moved == (first, "OPEN", "Ann")
    assert new[0] != first
    assert new[1:] == ("OPEN", None)
    # Each goes and comes back on its own.
    facts.found = [batch("B", "1", "2")]
    office.reconcile(DAY + timedelta(days=3))
    assert lines(office) == {"B": moved, "A": (new[0], "RESOLVED", None)}
    facts.found = [batch("A", "7")]
    office.reconcile(DAY + timedelta(days=4))
    assert lines(office) == {"B": (first, "RESOLVED", "Ann"), "A": (new[0], "OPEN", None)}
    before = office.dump()
    office.reconcile(DAY + timedelta(days=4))
    assert office.dump() == before


def test_a_third_batch_at_a_place_twice_left_gets_a_number_of_its_own(office: Office, facts: Facts) -> None:
    """Key A belongs to an item that is at B, key "A (2)" to one that is at C; both are shut when A has another batch."""
    days = (
        [batch("A", "1")], [batch("B", "1")], [batch("B", "1"), batch("A", "2")], [batch("B", "1"), batch("C", "2")], [],
        [batch("A", "3")],
    )  # fmt: skip
    for day, found in enumerate(days):
        facts.found = found
        office.reconcile(DAY + timedelta(days=day))
    assert {place: status for place, (_, status, _) in lines(office).items()} == {
        "B": "RESOLVED", "C": "RESOLVED", "A": "OPEN",
    }  # fmt: skip
    assert len({item["dedupe_key"] for item in office.items()}) == 3


def test_many_dismissed_items_are_asked_for_by_their_own_key_in_the_index(office: Office, facts: Facts) -> None:
    """Items dismissed and still found are met again on each run: one indexed look for each 500, never the whole table."""
    facts.found = [waiting(subject=f"claim:pms:{n}", location_id="north") for n in range(1200)]
    office.reconcile(DAY)
    office.person(status="DISMISSED", dismissed_reason="TOO_SMALL")
    facts.found.append(waiting(subject="claim:pms:gone"))
    office.reconcile(DAY)
    facts.found.pop()
    office.reconcile(DAY)  # now one item is shut
    looks: list[tuple[str, Any]] = []

    def note(_1: Any, _2: Any, statement: str, parameters: Any, _3: Any, _4: Any) -> None:
        if "dedupe_key IN" in statement:
            looks.append((statement, parameters))

    event.listen(office.connection.engine, "before_cursor_execute", note)
    office.reconcile(DAY)
    assert len(looks) == 3  # 1,200 keys, none of them multiplied by places
    statement, parameters = looks[0]
    plan = office.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert all("ix_work_item_open" not in str(step) and "SCAN" not in str(step) for step in plan), plan
