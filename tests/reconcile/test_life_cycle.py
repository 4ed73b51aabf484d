"""Items open, rest, come back and close only because of stored evidence (outstanding-items §3)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, create_engine

from hub.clock import FixedClock
from hub.contract import Finding, Rule, RuleView
from hub.errors import SettingsError
from hub.model import METADATA
from hub.reconcile import reconcile
from hub.reconcile.lifecycle import same_fingerprint
from tests.reconcile.conftest import DAY, ERA, PMS, PRACTICE, Facts, Office, waiting
from tests.rows import insert, patient, row


def test_a_finding_opens_one_item_with_its_history(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    result = office.reconcile(DAY)
    assert (office.item()["status"], office.item()["tray"], office.actions()) == ("OPEN", "today", ["OPENED"])
    assert dict(result.counts["X-WAITING"])["opened"] == 1
    assert [(row.code, row.title, action) for row, action in result.changed] == [("X-WAITING", "Something waits", "OPENED")]
    assert len(office.item()["id"]) == 8


def test_running_twice_changes_no_row(office: Office, facts: Facts) -> None:
    facts.found = [waiting(), waiting(subject="claim:pms:8", wake_on=DAY + timedelta(days=3))]
    office.reconcile(DAY)
    before = office.dump()
    again = office.reconcile(DAY)
    assert office.dump() == before
    assert again.changed == []
    assert again.counts["X-WAITING"]["unchanged"] == 2


def test_the_order_of_findings_does_not_matter(facts: Facts) -> None:
    dumps = []
    for seed in (1, 2):
        engine = create_engine("sqlite://")
        METADATA.create_all(engine)
        with engine.begin() as connection:
            facts.found = [waiting(subject=f"claim:pms:{n}", value_cents=n * 1000) for n in range(20)]
            facts.found.append(waiting(subject="claim:pms:3", value_cents=9_999_00))
            random.Random(seed).shuffle(facts.found)
            here = Office(connection, [_rule_of(facts)])
            here.reconcile(DAY)
            dumps.append(here.dump()["work_item"])
        engine.dispose()
    assert dumps[0] == dumps[1]
    assert len(dumps[0]) == 20


def _rule_of(facts: Facts) -> type[Rule]:
    class Listed(Rule):
        """A list of findings."""

        code: ClassVar[str] = "X-LISTED"
        title: ClassVar[str] = "Listed"
        owner: ClassVar[str] = "TC"
        audience: ClassVar[Any] = "money"
        needs: ClassVar[tuple[str, ...]] = ("claim",)
        clears_when: ClassVar[str] = "it is done"

        def findings(self, view: RuleView) -> Iterator[Finding]:
            yield from facts.found

    return Listed


def test_it_resolves_on_fresh_facts_and_comes_back_within_sixty_days_with_its_history(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    office.reconcile(DAY)
    office.person(assigned_to="ann", note="called")
    facts.found = []
    office.reconcile(DAY + timedelta(days=1))
    assert office.item()["status"] == "RESOLVED"
    facts.found = [waiting()]
    office.reconcile(DAY + timedelta(days=61))
    item = office.item()
    assert (item["status"], item["occurrence"], item["assigned_to"], item["note"]) == ("OPEN", 1, "ann", "called")
    assert office.actions() == ["OPENED", "RESOLVED", "REOPENED"]


def test_back_after_more_than_sixty_days_is_a_new_occurrence(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    office.reconcile(DAY)
    facts.found = []
    office.reconcile(DAY + timedelta(days=1))
    facts.found = [waiting()]
    office.reconcile(DAY + timedelta(days=62))
    assert sorted((item["occurrence"], item["status"]) for item in office.items()) == [(1, "RESOLVED"), (2, "OPEN")]
    assert len({item["id"] for item in office.items()}) == 2


def test_dismissed_stays_shut_until_state_or_value_band_changes(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    office.reconcile(DAY)
    office.person(status="DISMISSED", dismissed_reason="TOO_SMALL", dismissed_fingerprint=office.item()["fingerprint"])
    facts.found = [waiting(value_cents=120_000)]  # 20 % more
    office.reconcile(DAY + timedelta(days=1))
    assert office.item()["status"] == "DISMISSED"
    facts.found = [waiting(value_cents=125_000)]  # 25 % more
    office.reconcile(DAY + timedelta(days=2))
    item = office.item()
    assert (item["status"], item["dismissed_reason"]) == ("OPEN", "TOO_SMALL")
    assert office.actions()[-1] == "REOPENED"


def test_dismissed_comes_back_when_the_state_changes(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    office.reconcile(DAY)
    office.person(status="DISMISSED", dismissed_fingerprint=office.item()["fingerprint"])
    facts.found = [waiting(state="planned and accepted")]
    office.reconcile(DAY + timedelta(days=1))
    assert office.item()["status"] == "OPEN"


WAKES = [
    ("not before its day", {}, 5, "SNOOZED"),
    ("on its day", {}, 20, "OPEN"),
    ("a fifth more value is not enough", {"value_cents": 120_000}, 5, "SNOOZED"),
    ("a quarter less value", {"value_cents": 75_000}, 5, "OPEN"),
    ("another state", {"state": "changed"}, 5, "OPEN"),
    # due Tue 03-24; snoozed on Tue 03-10 with 10 working days left; on Tue 03-17 there are 5 left
    ("a deadline six working days ahead", {"due": date(2026, 3, 24)}, 6, "SNOOZED"),
    ("a deadline five working days ahead", {"due": date(2026, 3, 24)}, 7, "OPEN"),
    ("a deadline that was already near when it was snoozed", {"due": date(2026, 3, 11)}, 7, "SNOOZED"),
]


@pytest.mark.parametrize(("name", "change", "days", "status"), WAKES, ids=[case[0] for case in WAKES])
def test_a_snoozed_item_wakes(
    office: Office, facts: Facts, name: str, change: dict[str, Any], days: int, status: str
) -> None:
    deadline = {"due": change["due"]} if "due" in change else {}
    facts.found = [waiting(**deadline)]
    office.reconcile(DAY)
    until = DAY + timedelta(days=20)
    office.person(status="SNOOZED", snoozed_until=until)
    facts.found = [waiting(**change)]
    office.reconcile(DAY + timedelta(days=days))
    assert (office.item()["status"], office.item()["snoozed_until"]) == (status, until)


def test_a_changed_value_is_news_and_a_changed_day_is_not(office: Office, facts: Facts) -> None:
    facts.found = [waiting(due=date(2026, 3, 20))]
    office.reconcile(DAY)
    first = office.item()["priority"]
    office.reconcile(DAY + timedelta(days=6))
    assert office.item()["priority"] != first
    assert office.actions() == ["OPENED"]
    facts.found = [waiting(value_cents=110_000)]
    office.reconcile(DAY + timedelta(days=7))
    assert office.actions() == ["OPENED", "UPDATED"]


def test_a_rule_that_raises_is_reported_and_its_items_stay(office: Office, facts: Facts) -> None:
    facts.found = [waiting()]
    office.reconcile(DAY)
    facts.breaks = True
    other = Facts([waiting(subject="claim:pms:99")])
    office.rules = [*office.rules, _rule_of(other)]
    result = office.reconcile(DAY + timedelta(days=1))
    states = {answer.code: answer.state for answer in result.answers}
    assert states == {"X-WAITING": "failed", "X-LISTED": "answered"}
    by_code = {item["code"]: item for item in office.items()}
    assert (by_code["X-WAITING"]["status"], by_code["X-WAITING"]["is_stale"]) == ("OPEN", True)
    assert by_code["X-LISTED"]["status"] == "OPEN"


def test_perishable_items_expire_after_their_day_and_others_resolve(office: Office, facts: Facts) -> None:
    office.rules[0].perishable = True
    facts.found = [waiting(due=DAY), waiting(subject="claim:pms:8", due=DAY + timedelta(days=9))]
    office.reconcile(DAY)
    facts.found = []
    office.reconcile(DAY + timedelta(days=1))
    assert {item["subject"]: item["status"] for item in office.items()} == {
        "claim:pms:7": "EXPIRED", "claim:pms:8": "RESOLVED",
    }  # fmt: skip


def test_first_load_puts_old_findings_into_the_backlog_and_they_stay_there(office: Office, facts: Facts) -> None:
    old, new = waiting(since=DAY - timedelta(days=181)), waiting(subject="claim:pms:8", since=DAY - timedelta(days=180))
    facts.found = [old, new]
    office.reconcile(DAY)
    assert {item["subject"]: item["tray"] for item in office.items()} == {"claim:pms:7": "backlog", "claim:pms:8": "today"}
    facts.found = [old, new, waiting(subject="claim:pms:9", since=DAY - timedelta(days=400))]
    office.reconcile(DAY + timedelta(days=1))
    assert {item["subject"]: item["tray"] for item in office.items()} == {
        "claim:pms:7": "backlog", "claim:pms:8": "today", "claim:pms:9": "today",
    }  # fmt: skip


def test_an_item_waits_in_its_own_tray_until_its_next_touch(office: Office, facts: Facts) -> None:
    facts.found = [waiting(wake_on=DAY + timedelta(days=2))]
    result = office.reconcile(DAY)
    assert (office.item()["tray"], result.counts["X-WAITING"]["slept"]) == ("waiting", 1)
    office.reconcile(DAY + timedelta(days=2))
    assert office.item()["tray"] == "today"
    assert office.actions() == ["OPENED"]


GATED = [
    ("archived", {"status": "ARCHIVED"}, [], None),
    ("a prospect", {"status": "PROSPECT"}, [], "today"),
    ("a test patient", {"is_test": True}, [], None),
    ("do not contact", {}, [("ALL", "OPTED_OUT", "ALL")], "in_person"),
    ("refused recalls only", {}, [("ALL", "OPTED_OUT", "RECALL")], "today"),
    ("every channel refused", {}, [("PHONE", "OPTED_OUT", "ALL"), ("EMAIL", "OPTED_OUT", "ALL")], "in_person"),
    ("one channel is left", {}, [("PHONE", "OPTED_OUT", "ALL"), ("EMAIL", "ALLOWED", "ALL")], "today"),
    ("bad numbers are bad data, not a refusal", {}, [("PHONE", "BAD", "ALL")], "today"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "person", "said", "tray"), GATED, ids=[case[0] for case in GATED])
def test_contact_items_pass_the_patient_and_contact_gates(
    office: Office, facts: Facts, name: str, person: dict[str, Any], said: list[tuple[str, str, str]], tray: str | None
) -> None:
    prefs = [
        row("contact_pref", str(n), patient_key="1", channel=channel, consent=consent, scope=scope)
        for n, (channel, consent, scope) in enumerate(said)
    ]
    insert(office.connection, [patient("1", **person), *prefs])
    facts.found = [waiting(patient="pms:1")]
    office.reconcile(DAY)
    assert [item["tray"] for item in office.items()] == ([tray] if tray else [])


def test_as_of_may_not_go_behind_the_last_reconcile(office: Office, facts: Facts, connection: Connection) -> None:
    def at(as_of: date) -> Any:
        clock = FixedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
        return reconcile(connection, PRACTICE, (PMS, ERA), office.rules, {}, clock, as_of, 9)

    facts.found = [waiting(due=date(2026, 3, 20))]
    office.reconcile(DAY)
    today = office.item()["priority"]
    assert at(date(2026, 3, 20)).as_of == date(2026, 3, 20)
    assert office.item()["priority"] > today
    with pytest.raises(SettingsError, match="as of 2026-03-19"):
        at(date(2026, 3, 19))


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [("a|1000", "a|1249", True), ("a|1000", "a|1250", False), ("a|1000", "b|1000", False), ("a|0", "a|0", True),
     ("a|b|100", "a|b|100", True), ("|100", "|70", False)],
)  # fmt: skip
def test_the_fingerprint_is_state_and_value_band(old: str, new: str, same: bool) -> None:
    assert same_fingerprint(old, new) is same


def test_unknown_settings_of_a_rule_fail_that_rule_with_a_clear_line(office: Office, facts: Facts) -> None:
    (answer,) = office.reconcile(DAY, {"X-WAITING": {"days": 3}}).answers
    assert answer.state == "failed"
    assert 'has no setting "days"' in answer.reason
    assert office.items() == []
