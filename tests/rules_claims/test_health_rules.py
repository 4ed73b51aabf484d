"""SYNC-STALE and DATA-IDENTITY: the catalogue's examples and traps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.model import TABLES
from plugins.rules_health import DataIdentity, SyncStale
from tests.rows import Row, application, claim_event, insert, ledger, patient, stream_state, txn

WATCHED = {"pms": 30}
FRIDAY = datetime(2026, 3, 6, 12, tzinfo=UTC)


def test_the_stale_example_scores_90(ask: Any, points: Any) -> None:
    # read Fri 03-06 12:00 UTC, asked Tue 03-10 12:00 UTC: 96 hours less Saturday (24) and Sunday (23, the clock moves) = 49
    (finding,) = ask(SyncStale, [stream_state("pms", "claim", last_complete_at=FRIDAY)], configured_sources=WATCHED)
    assert points(finding) == 90
    assert finding.sentence == "pms is out of date: last read Fri 2026-03-06 06:00, older than 30 hours."
    assert finding.subject == "source:pms"


STALE: list[tuple[str, list[Row], int]] = [
    ("read this morning", [stream_state("pms", "claim")], 0),
    ("read on Friday morning: 49 open hours", [stream_state("pms", "claim", last_complete_at=FRIDAY)], 1),
    ("never read", [], 1),
    ("the rows fell by more than a fifth", [stream_state("pms", "claim", problem="3 % of the usual rows")], 1),
    ("one stream of two is old", [stream_state("pms", "claim"), stream_state("pms", "patient", last_complete_at=FRIDAY)], 1),
    ("a stream that never came beside one that did",
     [stream_state("pms", "claim"), stream_state("pms", "recall_due", last_complete_at=None)], 0),
    ("a source that is not configured any more", [stream_state("pms", "claim"),
                                                  stream_state("old", "claim", last_complete_at=FRIDAY)], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "count"), STALE, ids=[case[0] for case in STALE])
def test_a_source_is_stale_when_it_stopped_speaking(ask: Any, name: str, rows: list[Row], count: int) -> None:
    assert len(ask(SyncStale, rows, configured_sources=WATCHED)) == count


def test_the_newest_finished_run_decides_whether_it_failed(ask: Any, connection: Connection) -> None:
    def run(status: str, hour: int) -> None:
        moment = datetime(2026, 3, 10, hour, tzinfo=UTC)
        row = {"practice_id": "main", "kind": "sync", "name": "pms", "status": status, "started_at": moment,
               "ended_at": moment, "hub_version": "1", "message": "folder not found"}  # fmt: skip
        connection.execute(TABLES["run"].insert(), [row])

    insert(connection, [stream_state("pms", "claim")])
    run("failed", 9)
    (finding,) = ask(SyncStale, configured_sources=WATCHED)
    assert finding.state == "pms @2026-03-10"  # the day of the last good read: Tue 03-10
    assert finding.sentence == "pms is out of date: the last run failed (folder not found)."
    run("succeeded", 10)
    assert ask(SyncStale, configured_sources=WATCHED) == []


OCCURRENCES: list[tuple[str, list[Row], str]] = [
    ("old since its last complete pass", [stream_state("pms", "claim", last_complete_at=FRIDAY)], "pms @2026-03-06"),
    ("the streams beside the old one are read each day",
     [stream_state("pms", "claim", last_complete_at=FRIDAY), stream_state("pms", "patient")], "pms @2026-03-06"),
    ("never read", [], "pms @never"),
    ("one stream never came completely",
     [stream_state("pms", "claim"), stream_state("pms", "patient", last_complete_at=None, problem="no rows")], "pms @never"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "state"), OCCURRENCES, ids=[case[0] for case in OCCURRENCES])
def test_a_stale_source_names_since_when(ask: Any, name: str, rows: list[Row], state: str) -> None:
    """A dismissal is of this outage: the next one has another day (outstanding-items §3)."""
    (finding,) = ask(SyncStale, rows, configured_sources=WATCHED)
    assert finding.state == state


BORN = date(1988, 4, 2)
JON = {"patient_first": "Jon", "patient_last": "Smith", "patient_birth_date": BORN, "observed_at": FRIDAY}


def test_the_identity_example_scores_82(ask: Any, points: Any) -> None:
    # 40 * ln(641)/9.21044 = 28.07; + 35 + 13.5 + 5 = 81.6
    ours = [patient(key, first_name="Jon", last_name="Smith", birth_date=BORN, name_suffix=suffix) for key, suffix in
            (("1", "Sr"), ("2", "Jr"))]  # fmt: skip
    (finding,) = ask(DataIdentity, [*ours, application("A", "APPROVED", approved_cents=64_000, **JON)])
    assert (finding.value_cents, points(finding)) == (64_000, 82)
    assert finding.sentence == "carecredit patient 'Jon Smith 04/02/1988' could be more than one of ours. $640 on it."


IDENTITY: list[tuple[str, list[Row], int]] = [
    ("linked for certain", [patient("1", first_name="Jon", last_name="Smith", birth_date=BORN), application("A", "APPROVED", **JON)], 0),
    ("nobody fits", [application("A", "APPROVED", **JON)], 1),
    ("a declined application", [application("A", "DECLINED", **JON)], 0),
    ("it came today", [application("A", "APPROVED", **{**JON, "observed_at": datetime(2026, 3, 10, 13, tzinfo=UTC)})], 0),
    ("two records of one person are one question", [application("A", "APPROVED", **JON), txn("T", "SALE", 100, BORN, **JON)], 1),
    ("a sale that the ledger shows is settled by its money",
     [txn("T", "SALE", 100, BORN, **JON), ledger("l", "1", "FINANCING", -100, BORN, external_ref="T")], 0),
    ("a rejection of a claim that none of ours is",
     [claim_event("E", "ZZ1", outcome="REJECTED", happened_on=date(2026, 3, 6))], 1),
    ("an acceptance of a claim that none of ours is", [claim_event("E", "ZZ1", happened_on=date(2026, 3, 6))], 0),
    ("two charts with one name and birth date",
     [patient(key, first_name="Jon", last_name="Smith", birth_date=BORN, observed_at=FRIDAY) for key in "12"], 1),
    ("twins", [patient(key, first_name=first, last_name="Smith", birth_date=BORN, observed_at=FRIDAY)
               for key, first in (("1", "Jon"), ("2", "Joan"))], 0),
    ("father and son of one name", [patient(key, first_name="Jon", last_name="Smith", birth_date=birth, observed_at=FRIDAY)
                                    for key, birth in (("1", BORN), ("2", date(2010, 1, 1)))], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "count"), IDENTITY, ids=[case[0] for case in IDENTITY])
def test_identity_asks_only_what_nobody_can_tell(ask: Any, name: str, rows: list[Row], count: int) -> None:
    assert len(ask(DataIdentity, rows)) == count


def rejection(key: str) -> Row:
    return claim_event(key, "ZZ1", outcome="REJECTED", happened_on=date(2026, 3, 6))


def chart(key: str) -> Row:
    return patient(key, first_name="Jon", last_name="Smith", birth_date=BORN, observed_at=FRIDAY)


MORE: list[tuple[str, list[Row], Row]] = [
    ("a lender's sale", [txn("T9", "SALE", 32_000, BORN, **JON)], txn("T10", "SALE", 100, BORN, **JON)),
    ("an application beside a sale", [txn("T9", "SALE", 32_000, BORN, **JON)], application("A", "APPROVED", **JON)),
    ("a rejection", [rejection("E9")], rejection("E10")),
    ("a chart", [chart("8"), chart("9")], chart("10")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "more"), MORE, ids=[case[0] for case in MORE])
def test_one_more_record_of_the_same_person_is_the_same_question(ask: Any, name: str, rows: list[Row], more: Row) -> None:
    """Whichever record comes first by the alphabet: the item keeps its subject, and so its number and its dismissal."""
    (before,), (after,) = ask(DataIdentity, rows), ask(DataIdentity, [more])
    assert (before.subject, before.state) == (after.subject, after.state)
    assert len(after.evidence) == len(before.evidence) + 1


def test_two_strangers_are_two_questions_and_their_subject_tells_no_name(ask: Any) -> None:
    kin = {**JON, "patient_first": "Joan"}
    found = ask(DataIdentity, [txn("T", "SALE", 100, BORN, **JON), txn("U", "SALE", 100, BORN, **kin)])
    assert len({each.subject for each in found}) == 2
    assert all(each.subject.startswith("person:carecredit:") for each in found)
    assert not any("smith" in each.subject.lower() for each in found)


def test_a_stranger_and_two_charts_of_one_name_are_two_questions(ask: Any) -> None:
    found = ask(DataIdentity, [chart("1"), chart("2"), txn("T", "SALE", 100, BORN, source="pms", **JON)])
    assert len({each.subject for each in found}) == len(found) == 2


@pytest.mark.parametrize(("status", "kept"), [("OPEN", True), ("DISMISSED", True), ("RESOLVED", False)])
def test_an_item_that_was_named_after_a_record_keeps_its_name(
    ask: Any, connection: Connection, status: str, kept: bool
) -> None:
    """Items were once called after their first record; they do not close and open anew because of that."""
    item = TABLES["work_item"]
    values: dict[str, Any] = {column.name: "" for column in item.c if not column.nullable}
    values |= {name: 0 for name in values if name.startswith(("score_", "priority", "value", "rule_version", "occurrence", "is_"))}
    values |= dict.fromkeys(("opened_at", "changed_at", "seen_at"), FRIDAY) | {"as_of": FRIDAY.date()}
    named = {"practice_id": "main", "code": "DATA-IDENTITY", "subject": "fin_txn:carecredit:T9", "status": status}
    connection.execute(item.insert(), [{**values, **named}])
    (finding,) = ask(DataIdentity, [txn(key, "SALE", 100, BORN, **JON) for key in ("T10", "T9")])
    assert (finding.subject == finding.state == "fin_txn:carecredit:T9") is kept
