"""A perishable item expires with its event, not with its due day, which lies before the event (outstanding-items §4.2, §4.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.reconcile.conftest import DAY, Facts, Office, waiting
from tests.rows import appointment, insert

VISIT = date(2026, 3, 12)  # a Thursday; due two working days before it, Tue 03-10
NINE = datetime(2026, 3, 12, 14, tzinfo=UTC)  # 9:00 in Chicago; the office reconciles at 12:00 UTC, 7:00 in Chicago


@pytest.fixture
def near(office: Office, facts: Facts) -> Office:
    office.rules[0].perishable = True
    facts.found = [waiting(subject="appointment:pms:a", due=DAY)]
    office.reconcile(DAY)
    facts.found = []
    return office


def ended(office: Office, day: date, **visit: Any) -> tuple[str, str]:
    given = {"start_at": NINE, **visit}
    insert(office.connection, [appointment("a", "1", VISIT, **given)])
    office.reconcile(day)
    return office.item()["status"], office.item()["reason"]


def test_verified_before_the_visit_it_is_resolved(near: Office) -> None:
    """Wednesday: due was yesterday, the visit is tomorrow."""
    assert ended(near, date(2026, 3, 11)) == ("RESOLVED", "no longer so on fresh facts: it is done")


CASES: list[tuple[str, date, dict[str, Any], str]] = [
    ("on the day, before it begins", VISIT, {}, "RESOLVED"),
    ("on the day, after it began", VISIT, {"start_at": datetime(2026, 3, 12, 11, 59, tzinfo=UTC)}, "EXPIRED"),
    ("the day after", date(2026, 3, 13), {}, "EXPIRED"),
    ("the day after, kept", date(2026, 3, 13), {"status": "COMPLETED"}, "EXPIRED"),
    ("the day after, missed", date(2026, 3, 13), {"status": "NO_SHOW"}, "EXPIRED"),
    ("without an hour, on the day", VISIT, {"start_at": None}, "RESOLVED"),
    ("without an hour, the day after", date(2026, 3, 13), {"start_at": None}, "EXPIRED"),
    ("cancelled", date(2026, 3, 13), {"status": "CANCELLED"}, "RESOLVED"),
    ("moved to April", date(2026, 3, 13), {"start_date": date(2026, 4, 2), "start_at": None}, "RESOLVED"),
    ("deleted at the source", date(2026, 3, 13), {"deleted_at": NINE}, "RESOLVED"),
    ("another practice's visit", date(2026, 3, 13), {"practice_id": "other"}, "RESOLVED"),
]


@pytest.mark.parametrize(("name", "day", "visit", "status"), CASES, ids=[case[0] for case in CASES])
def test_it_expires_when_its_visit_began(near: Office, name: str, day: date, visit: dict[str, Any], status: str) -> None:
    assert ended(near, day, **visit)[0] == status


def test_what_is_about_no_visit_expires_after_its_due_day(near: Office, facts: Facts) -> None:
    facts.found = [waiting(subject="claim:pms:9", due=date(2026, 3, 11))]
    near.reconcile(date(2026, 3, 11))
    facts.found = []
    near.reconcile(date(2026, 3, 12))
    assert {item["subject"]: item["status"] for item in near.items()}["claim:pms:9"] == "EXPIRED"


def test_a_kind_that_does_not_perish_resolves(office: Office, facts: Facts) -> None:
    facts.found = [waiting(subject="appointment:pms:a", due=DAY)]
    office.reconcile(DAY)
    facts.found = []
    assert ended(office, VISIT + timedelta(days=1))[0] == "RESOLVED"
