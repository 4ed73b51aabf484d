"""The whole way with the shipped rules: reconcile, list, summary, explain, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, text

from hub.clock import FixedClock
from hub.errors import SettingsError
from hub.model import METADATA, TABLES
from hub.reconcile.listing import explain, list_items, summary
from plugins.rules_claims import ClaimAging, ClaimDenied, ClaimRejected, PreauthPending
from plugins.rules_health import DataIdentity, SyncStale
from plugins.rules_remittance import EraUnmatched, EraUnposted
from tests.reconcile.conftest import ERA, PMS, PRACTICE, Office
from tests.rows import claim, claim_event, insert, patient, remit, remit_claim

RULES = (ClaimAging, ClaimDenied, ClaimRejected, PreauthPending, EraUnposted, EraUnmatched, DataIdentity, SyncStale)
DAY = date(2026, 3, 10)
MORNING = datetime(2026, 3, 10, 11, tzinfo=UTC)
POSTGRES = os.environ.get("HUB_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1/test")


def sqlite_connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def postgres_connection() -> Iterator[Connection]:
    schema = f"reconcile_{uuid4().hex[:10]}"
    engine = create_engine(POSTGRES, connect_args={"options": f"-csearch_path={schema}", "connect_timeout": 3})
    try:
        with engine.begin() as connection:
            connection.execute(text(f"create schema {schema}"))
    except Exception as error:
        if os.environ.get("HUB_REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no PostgreSQL server answers ({type(error).__name__}); set HUB_TEST_POSTGRES to run this test")
    try:
        with engine.begin() as connection:
            METADATA.create_all(connection)
            yield connection
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"drop schema {schema} cascade"))
        engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    makes = {"sqlite": sqlite_connection, "postgres": postgres_connection}
    for connection in makes[request.param]():
        here = Office(connection, RULES)
        for source, entity in (("pms", "claim"), ("pms", "patient"), ("pms", "ledger_entry"), ("era", "remit"),
                               ("era", "remit_claim"), ("era", "claim_event")):  # fmt: skip
            here.read(source, entity, MORNING)
        insert(connection, facts())
        yield here


def facts() -> list[Any]:
    """One claim aging, one rejected, one denied, one remittance with a stray claim on it."""
    return [
        patient("1", first_name="Maria", last_name="Lopez"),
        patient("2", first_name="Felix", last_name="Gomez", status="ARCHIVED"),
        claim("7", "1", locator=214, last_sent_date=date(2026, 2, 6), exp_cents=398_000, payer_name="MetLife"),
        claim("9", "2", exp_cents=31_200, last_sent_date=date(2026, 3, 9)),
        claim_event("E1", "9", source="era", outcome="REJECTED", happened_on=DAY, text="member ID not on file"),
        claim("12", "1", exp_cents=59_000),
        remit("R", 32_600, payment_date=date(2026, 2, 27), received_at=datetime(2026, 2, 27, 15, tzinfo=UTC)),
        remit_claim("C1", "R", "12", 0, reasons="|CO-151|", adjustments="|CO-151:50000|"),
        remit_claim("C2", "R", "ZZ", 32_600, patient_first="Jon", patient_last="Smith"),
    ]


def test_the_shipped_rules_list_each_thing_once_in_order_and_twice_the_same(office: Office) -> None:
    result = office.reconcile(DAY)
    assert [(answer.code, answer.reason) for answer in result.answers if answer.state != "answered"] == []
    listed = list_items(office.connection, PRACTICE)
    assert [(item.code, item.priority) for item in listed] == sorted(
        ((item.code, item.priority) for item in listed), key=lambda pair: -pair[1]
    )
    assert sorted(item.code for item in listed) == [
        "CLAIM-AGING", "CLAIM-DENIED", "CLAIM-REJECTED", "ERA-UNMATCHED", "ERA-UNPOSTED",
    ]  # fmt: skip
    before = office.dump()
    office.reconcile(DAY)
    assert office.dump() == before


def test_the_list_can_be_narrowed(office: Office) -> None:
    office.reconcile(DAY)

    def codes(**filters: Any) -> list[str]:
        return sorted(item.code for item in list_items(office.connection, PRACTICE, **filters))

    assert codes(kinds=("CLAIM-AGING",)) == ["CLAIM-AGING"]
    assert codes(owners=("BL",)) == ["ERA-UNMATCHED", "ERA-UNPOSTED"]
    assert codes(patient="pms:2") == codes(patient="2") == codes(patient="gomez") == ["CLAIM-REJECTED"]
    assert codes(patient="%") == []
    assert codes(statuses=("RESOLVED",)) == codes(tray="backlog") == []


def test_a_name_is_found_however_it_is_written(office: Office) -> None:
    office.reconcile(DAY)
    office.person(patient_name="Ángel Muñoz", patient="pms:Z7")

    def found(patient: str, **filters: Any) -> list[str]:
        return [item.code for item in list_items(office.connection, PRACTICE, patient=patient, **filters)]

    every = [item.code for item in list_items(office.connection, PRACTICE)]
    decomposed = "A\u0301ngel Mun\u0303oz"
    for typed in ("Ángel Muñoz", "ángel muñoz", "ÁNGEL", "Angel Munoz", "munoz", decomposed, "pms:Z7", "Z7"):
        assert found(typed) == every, typed
    for typed in ("Angela", "_ngel", "7", "pms:Z", "%"):
        assert found(typed) == [], typed
    assert found("munoz", limit=2) == every[:2]
    assert found("munoz", kinds=("CLAIM-AGING",)) == ["CLAIM-AGING"]


def test_a_frozen_item_is_scored_in_words_from_the_lists_day(office: Office) -> None:
    """CLAIM-AGING of $3,980, due Mar 9: "due yesterday" on Mar 10, seven days ago when the office looks again on Mar 16."""
    office.reconcile(DAY)
    office.reconcile(date(2026, 3, 16), fresh=False)
    (item,) = list_items(office.connection, PRACTICE, kinds=("CLAIM-AGING",))
    assert (item.is_stale, item.as_of) == (True, DAY)
    assert item.score == "$3,980 · due 7 days ago · 6 in 10"
    assert explain(office.connection, "main", item.id).score == item.score
    assert explain(office.connection, "main", item.id, date(2026, 3, 18)).score == "$3,980 · due 9 days ago · 6 in 10"


def test_a_closed_item_keeps_the_words_of_its_last_day(office: Office) -> None:
    office.reconcile(DAY)
    office.person(status="RESOLVED")
    (item,) = list_items(office.connection, PRACTICE, kinds=("CLAIM-AGING",), statuses=("RESOLVED",))
    assert explain(office.connection, "main", item.id, date(2026, 9, 1)).score == "$3,980 · due yesterday · 6 in 10"


def test_a_failed_read_is_red_and_still_says_what_is_too_old(office: Office) -> None:
    fresh = datetime(2026, 3, 12, 12, tzinfo=UTC)  # Thursday; Tuesday at 6 is 49 hours before
    for number, source in enumerate(("pms", "era")):
        office.connection.execute(TABLES["run"].insert(), [{
            "practice_id": "main", "kind": "sync", "name": source, "status": "failed", "started_at": fresh, "ended_at": fresh,
            "message": "HUB-N01 timed out", "hub_version": "0", "id": number + 900,
        }])  # fmt: skip
    for entity in ("claim", "patient", "ledger_entry"):
        office.read("pms", entity, fresh)
    told = summary(office.connection, PRACTICE, (PMS, ERA), RULES, {}, FixedClock(fresh), "ann")
    assert [(age.source, age.light, age.detail) for age in told.sources] == [
        ("pms", "red", "HUB-N01 timed out"),
        ("era", "red", "HUB-N01 timed out; too old or incomplete, what rests on it was neither opened nor closed: claim_event, remit and"
         " remit_claim: last read Tue 2026-03-10 06:00, older than 30 hours"),
    ]  # fmt: skip


def test_a_row_of_the_list_carries_its_title_and_the_parts_of_its_score(office: Office) -> None:
    office.reconcile(DAY)
    (item,) = list_items(office.connection, PRACTICE, kinds=("CLAIM-AGING",))
    assert (item.title, item.priority, item.band, item.score) == (
        "Claim without an answer", 80, "today", "$3,980 · due yesterday · 6 in 10",
    )  # fmt: skip
    assert (item.practice, item.patient, item.patient_name, item.as_of) == ("main", "pms:1", "Maria Lopez", DAY)


def test_the_summary_tells_what_is_listed_what_is_unknown_and_how_fresh(office: Office) -> None:
    office.connection.execute(text("delete from stream_state where entity = 'claim_event'"))
    office.reconcile(DAY)
    told = summary(office.connection, PRACTICE, (PMS, ERA), RULES, {"kind": "all"}, FixedClock(MORNING), "ann")
    assert ("CLAIM-AGING", "Claim without an answer", 1, 398_000) in told.kinds
    assert [code for code, _, _ in told.unknown] == ["CLAIM-REJECTED"]
    assert [(age.source, age.light) for age in told.sources] == [("pms", "green"), ("era", "green")]
    assert (told.as_of, told.practice_name, told.asked_by) == (DAY, "Lakeside Dental", "ann")


def test_one_problem_of_a_source_is_told_once_with_its_streams(office: Office) -> None:
    fresh = datetime(2026, 3, 12, 12, tzinfo=UTC)  # Thursday; what was read on Tuesday at 6 is 49 hours old
    for entity, at in (("claim", 11), ("patient", 12)):
        office.read("pms", entity, MORNING.replace(hour=at))
    office.read("pms", "ledger_entry", fresh)
    for entity in ("remit", "remit_claim", "claim_event"):
        office.read("era", entity, MORNING, problem="HUB-C20 the file stops in the middle")
    told = summary(office.connection, PRACTICE, (PMS, ERA), RULES, {}, FixedClock(fresh), "ann")
    assert [(age.source, age.light, age.detail) for age in told.sources] == [
        ("pms", "amber", "claim and patient: last read Tue 2026-03-10 06:00, older than 30 hours"),
        ("era", "amber", "claim_event, remit and remit_claim: the last pass was not complete"
         " (HUB-C20 the file stops in the middle)"),
    ]  # fmt: skip
    for entity in ("a", "b"):
        office.read("era", entity, MORNING, problem="HUB-C20 the file stops in the middle")
    [_, era] = summary(office.connection, PRACTICE, (PMS, ERA), RULES, {}, FixedClock(fresh), "ann").sources
    assert era.detail.startswith("every stream: the last pass")
    office.read("era", "c", fresh)
    [_, era] = summary(office.connection, PRACTICE, (PMS, ERA), RULES, {}, FixedClock(fresh), "ann").sources
    assert era.detail.startswith("a, b, claim_event and 2 more: the last pass")


def test_explain_shows_the_rule_the_records_and_what_would_clear_it(office: Office) -> None:
    office.reconcile(DAY)
    (item,) = list_items(office.connection, PRACTICE, kinds=("CLAIM-AGING",))
    told = explain(office.connection, "main", item.id.lower())
    assert told.rule.startswith("A claim was sent and nobody answered")
    assert told.clears_when == ClaimAging.clears_when
    (evidence,) = told.evidence
    assert (evidence.entity, evidence.source, evidence.key, evidence.origin) == ("claim", "pms", "7", "line 214")
    assert "status SENT" in evidence.fact
    assert "billed $500" in evidence.fact
    assert evidence.observed_at == MORNING
    assert [(step.action, step.actor) for step in told.history] == [("OPENED", "run:1")]
    with pytest.raises(SettingsError, match="no item has this number"):
        explain(office.connection, "main", "NOSUCHID")


def test_an_answer_clears_the_claim_and_the_history_says_why(office: Office) -> None:
    office.reconcile(DAY)
    insert(office.connection, [remit("R2", 398_000, payment_date=DAY), remit_claim("C7", "R2", "7", 398_000)])
    office.reconcile(date(2026, 3, 11))
    (item,) = list_items(office.connection, PRACTICE, kinds=("CLAIM-AGING",), statuses=("RESOLVED",), tray=None)
    last = explain(office.connection, "main", item.id).history[-1]
    assert (last.action, last.to_status) == ("RESOLVED", "RESOLVED")
    assert last.reason is not None
    assert ClaimAging.clears_when in last.reason
