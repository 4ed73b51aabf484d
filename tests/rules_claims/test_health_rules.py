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
    assert finding.sentence == "pms is out of date: the last run failed (folder not found)."
    run("succeeded", 10)
    assert ask(SyncStale, configured_sources=WATCHED) == []


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
