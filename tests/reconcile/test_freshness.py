"""Old or partial facts neither open nor close anything, and the answer says so (G-FRESH, G-SIGNAL)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection

from hub.contract import Finding, Rule, RuleView
from hub.model import TABLES
from hub.reconcile.freshness import read_freshness
from hub.rulekit.ages import open_hours
from tests.reconcile.conftest import ERA, PMS, PRACTICE, Office

DAY = date(2026, 3, 10)
MORNING = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Claims(Rule):
    """A claim waits."""

    code: ClassVar[str] = "X-CLAIM"
    title: ClassVar[str] = "Claim waits"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Any] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "claim_event|remit_claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("claim.last_sent_date|claim.first_sent_date",)
    clears_when: ClassVar[str] = "it is answered"
    found: ClassVar[list[Finding]] = []

    def findings(self, view: RuleView) -> Iterator[Finding]:
        yield from self.found


def finding(source: str = "pms", key: str = "7", *more: str) -> Finding:
    subject = f"claim:{source}:{key}"
    return Finding(
        subject=subject, value_cents=5000, sentence="It waits.", next_step="call", likelihood=0.5, since=DAY,
        evidence=(subject, *more),
    )  # fmt: skip


@pytest.fixture
def office(connection: Connection) -> Office:
    here = Office(connection, [Claims])
    here.read("pms", "claim", MORNING)
    here.read("era", "remit_claim", MORNING)
    Claims.found = [finding()]
    return here


def test_a_kind_whose_entity_no_source_states_is_unknown_not_empty(connection: Connection) -> None:
    office = Office(connection, [Claims])
    (answer,) = office.reconcile(DAY).answers
    assert answer.state == "unknown"
    assert answer.reason.startswith("cannot be known from these sources: none of them states claim acknowledgements")
    assert office.items() == []


@pytest.mark.parametrize(
    ("problem", "hours", "word"),
    [("stopped after 3 % of the rows", 1, "not complete"), (None, 31, "older than 30 hours")],
    ids=["partial", "old"],
)
def test_stale_facts_close_and_open_nothing(office: Office, problem: str | None, hours: int, word: str) -> None:
    office.reconcile(DAY, fresh=False)
    before = office.item()
    office.read("pms", "claim", MORNING + timedelta(days=1, hours=-hours), problem=problem)
    office.read("era", "remit_claim", MORNING + timedelta(days=1))
    Claims.found = [finding(key="8")]  # 7 is gone, 8 is new
    (answer,) = office.reconcile(DAY + timedelta(days=1), fresh=False).answers
    assert answer.state == "stale"
    assert word in answer.reason
    assert office.item() == {**before, "is_stale": True}
    assert office.actions() == ["OPENED"]


def test_fresh_again_the_mark_goes_and_the_lists_move(office: Office) -> None:
    office.reconcile(DAY, fresh=False)
    office.reconcile(DAY + timedelta(days=7), fresh=False)
    assert office.item()["is_stale"] is True
    later = MORNING + timedelta(days=7)
    office.read("pms", "claim", later)
    office.read("era", "remit_claim", later)
    office.reconcile(DAY + timedelta(days=7), fresh=False)
    assert (office.item()["is_stale"], office.item()["status"]) == (False, "OPEN")


def test_one_stale_source_freezes_only_what_rests_on_it(office: Office) -> None:
    office.read("old", "claim", MORNING)
    Claims.found = [finding(), finding("old")]
    office.reconcile(DAY, fresh=False)
    next_day = MORNING + timedelta(days=2)
    office.read("pms", "claim", next_day)
    office.read("era", "remit_claim", next_day)
    Claims.found = [finding("old", "9"), finding("pms", "9"), finding("pms", "10", "claim:old:1")]
    (answer,) = office.reconcile(DAY + timedelta(days=2), fresh=False).answers
    assert answer.state == "answered"
    assert {item["subject"]: (item["status"], item["is_stale"]) for item in office.items()} == {
        "claim:pms:7": ("RESOLVED", False), "claim:old:7": ("OPEN", True), "claim:pms:9": ("OPEN", False),
    }  # fmt: skip


def test_a_choice_is_answered_by_any_of_its_entities(office: Office) -> None:
    office.read("edi", "claim_event", None, problem="folder not readable")
    (answer,) = office.reconcile(DAY, fresh=False).answers
    assert answer.state == "answered"


class Unpaid(Claims):
    """Judges by what is missing: neither the bank nor the books show the money."""

    code: ClassVar[str] = "X-UNPAID"
    needs: ClassVar[tuple[str, ...]] = ("claim", "bank_txn|ins_payment")
    needs_columns: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ("bank_txn", "ins_payment", "remit_claim")


def test_where_something_is_missed_an_old_source_may_hold_it_unread(connection: Connection) -> None:
    office = Office(connection, [Unpaid])
    Claims.found = [finding()]
    for entity in ("claim", "ins_payment"):
        office.read("pms", entity, MORNING)
    office.read("era", "bank_txn", MORNING)
    office.reconcile(DAY, fresh=False)
    before, next_day = office.item(), MORNING + timedelta(days=2)
    for entity in ("claim", "ins_payment"):  # what the items rest on is fresh, one of the places of the money is not
        office.read("pms", entity, next_day)
    Claims.found = [finding(key="8")]
    (answer,) = office.reconcile(DAY + timedelta(days=2), fresh=False).answers
    assert (answer.state, answer.reason) == (
        "stale", "era: last read Tue 2026-03-10 07:00, older than 30 hours"
    )  # fmt: skip
    assert office.item() == {**before, "is_stale": True}
    office.read("era", "bank_txn", next_day)
    (answer,) = office.reconcile(DAY + timedelta(days=2), fresh=False).answers
    assert answer.state == "answered"
    assert {item["subject"]: item["status"] for item in office.items()} == {
        "claim:pms:7": "RESOLVED", "claim:pms:8": "OPEN",
    }  # fmt: skip


def _retired(office: Office) -> None:
    office.read("before", "remit_claim", MORNING - timedelta(days=400))


def _old_beside_fresh(office: Office) -> None:
    """The clearinghouse before this one: its section is still in hub.toml."""
    office.read("era", "remit_claim", MORNING - timedelta(days=100))
    office.read("pms", "remit_claim", MORNING)


def _silent(office: Office) -> None:
    office.read("era", "remit_claim", None)


WITHOUT_HARM = [lambda office: None, _silent, _retired, _old_beside_fresh]


@pytest.mark.parametrize("given", WITHOUT_HARM, ids=["no source", "silent", "not in hub.toml", "old beside fresh"])
def test_nothing_is_missed_where_no_old_source_speaks_alone(connection: Connection, given: Callable[[Office], None]) -> None:
    office = Office(connection, [Unpaid])
    for entity in ("claim", "ins_payment"):
        office.read("pms", entity, MORNING)
    given(office)
    (answer,) = office.reconcile(DAY, fresh=False).answers
    assert answer.state == "answered"


def test_a_column_that_nothing_fills_switches_the_kind_off(office: Office) -> None:
    office.read("pms", "claim", MORNING, filled='["source_key", "billed_cents"]')
    (answer,) = office.reconcile(DAY, fresh=False).answers
    assert (answer.state, answer.reason) == ("off", "no source ever fills claim.last_sent_date or claim.first_sent_date")
    office.read("pms", "claim", MORNING, filled='["source_key", "first_sent_date"]')
    (answer,) = office.reconcile(DAY, fresh=False).answers
    assert answer.state == "answered"


def test_a_stream_that_never_spoke_does_not_spoil_its_source(office: Office) -> None:
    table = TABLES["stream_state"]
    office.connection.execute(
        table.insert(), [{"practice_id": "main", "source": "pms", "stream": "old claims", "entity": "claim", "rows": 0}]
    )
    judged = read_freshness(office.connection, PRACTICE, (PMS, ERA), MORNING)
    assert judged.problems["claim"] == {"pms": ""}


FRIDAY_EVENING = datetime(2026, 2, 14, 4, tzinfo=UTC)  # Fri 02-13 22:00 in Chicago
AGES = [
    # Mon 02-16 is a closure: Sat, Sun, Mon do not count; Fri 22-24 h and Tue 0-7 h are 9 hours
    ("a long weekend", FRIDAY_EVENING, datetime(2026, 2, 17, 13, tzinfo=UTC), 9.0),
    ("until Sunday noon only Friday's two hours count", FRIDAY_EVENING, datetime(2026, 2, 15, 18, tzinfo=UTC), 2.0),
    ("working days count whole", datetime(2026, 3, 10, 12, tzinfo=UTC), datetime(2026, 3, 12, 13, tzinfo=UTC), 49.0),
    ("the future is not old", MORNING, MORNING - timedelta(hours=3), 0.0),
]


@pytest.mark.parametrize(("name", "start", "end", "hours"), AGES, ids=[case[0] for case in AGES])
def test_closed_days_make_nothing_old(name: str, start: datetime, end: datetime, hours: float) -> None:
    assert open_hours(start, end, PRACTICE.workdays, PRACTICE.timezone) == pytest.approx(hours)
