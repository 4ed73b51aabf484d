"""One office by API, by SQL and from saved query results: the same facts and the same items, but for what a way cannot know.

`UNKNOWN` is the whole list of what a way cannot know; the connector's README says the same. Everything else is compared
key by key and column by column with SQL mode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.open_dental.streams import BY_NAME
from hub.demo.open_dental import OpenDental, make_office
from hub.sync.job import SyncResult
from tests.open_dental.office.fixtures import TODAY, need_mariadb
from tests.open_dental.office.mariadb import load
from tests.open_dental.three_ways import (
    ROOT,
    Facts,
    at_the_offices_clock,
    by_api,
    by_export,
    by_sql,
    facts_of,
    new_store,
    reconciled,
)  # fmt: skip

pytestmark = pytest.mark.mariadb

NOT_OF_CLAIMS = "Open Dental's API leaves it out of claims"
TRACKING = "a note about a claim moves nothing that the API tells about the claim"
ACKNOWLEDGED = "the acknowledgement belongs to no patient, and the API lists transmissions by patient only"
AGING = "the API's list of patients has the total only"
STATEMENT = "a statement moves nothing that the API tells about the patient"
NO_LIST = "the API has no such list"
# mode, entity, column ("*": the whole entity), why. "api" is the key without the permission Queries.
UNKNOWN: tuple[tuple[str, str, str, str], ...] = (
    ("api", "claim", "claim_number", NOT_OF_CLAIMS),
    ("api", "claim", "payer_claim_number", NOT_OF_CLAIMS),
    ("api", "claim", "frequency", NOT_OF_CLAIMS),
    ("api", "claim", "created_date", NOT_OF_CLAIMS),
    ("api", "claim", "first_sent_date", f"{NOT_OF_CLAIMS}; the newest sending stands for it"),
    ("api", "claim", "location_id", NOT_OF_CLAIMS),
    ("api", "claim", "chain_key", "what ties a secondary claim to its primary is a query over all claim lines"),
    ("api", "claim", "follow_up_on", TRACKING),
    ("api", "claim", "assigned_to", TRACKING),
    ("api", "claim_event", "claim_number", NOT_OF_CLAIMS),
    ("api", "claim_event", "kind", f"{ACKNOWLEDGED}; PORTAL stands for it"),
    ("api", "claim_event", "happened_on", f"{ACKNOWLEDGED}; the day of sending stands for it"),
    ("api", "claim_event", "received_at", ACKNOWLEDGED),
    ("api", "ledger_entry", "claim_number", NOT_OF_CLAIMS),
    ("api", "plan", "do_not_verify", "Open Dental's API leaves it out of plans"),
    ("api", "coverage", "do_not_verify", "Open Dental's API leaves it out of plans"),
    ("api", "account", "ins_pending_cents", AGING),
    ("api", "account", "patient_cents", AGING),
    ("api", "account", "days_0_30_cents", AGING),
    ("api", "account", "days_31_60_cents", AGING),
    ("api", "account", "days_61_90_cents", AGING),
    ("api", "account", "over_90_cents", AGING),
    ("api", "account", "first_statement", STATEMENT),
    ("api", "account", "last_statement", STATEMENT),
    ("api", "appointment", "status", "missed and cancelled are told apart by the history of visits only; BROKEN stands for both"),
    ("api", "appointment", "broken_date", "stands in the history of visits only"),
    ("api", "recall_due", "trigger_codes", NO_LIST),
    ("api", "procedure", "do_not_bill", "the mark of a single procedure (25.4) is not in the API; that of its code is"),
    ("api", "procedure", "multi_visit_key", NO_LIST),
    ("api", "patient_link", "*", NO_LIST),
    ("export", "procedure", "do_not_bill", "the mark of a single procedure came with 25.4; the shipped queries run in every version"),
)  # fmt: skip
# mode, kind, why: kinds that a way says it cannot answer while SQL mode can.
UNANSWERABLE: tuple[tuple[str, str, str], ...] = (
    ("api", "CLAIM-REJECTED", "no answer of a clearinghouse leads to a claim without the claim's number"),
    ("api", "CLAIM-NO-ACK", "no acknowledgement leads to a claim without the claim's number"),
    ("api", "BAL-OVERDUE", "neither the patient's part of a balance nor the first bill is in the API"),
    ("api", "TX-SEAT-MISSING", "which procedures belong to one work of several visits is not in the API"),
)
# mode, kind, column, why: what an item says otherwise because of an unknown column.
SAID_OTHERWISE: tuple[tuple[str, str, str, str], ...] = (
    ("api", "RECALL-OVERDUE", "value_cents", "recall_due.trigger_codes: the typical fee of the kind of visit stands for theirs"),
    ("api", "RECALL-OVERDUE", "sentence", "recall_due.trigger_codes"),
    ("api", "APPT-BROKEN", "sentence", "appointment.status: broke for missed"),
    ("api", "CLAIM-AGING", "tray", "claim.follow_up_on: it does not sleep until then"),
)  # fmt: skip
# mode, kind, why: items that only this way has, because of an entity that it does not know.
ONLY_THERE: tuple[tuple[str, str, str], ...] = (
    ("api", "DATA-IDENTITY", "patient_link: two charts that the office itself has linked still look like two people"),
)
# mode, kind, why: the same items under another subject.
NAMED_OTHERWISE: tuple[tuple[str, str, str], ...] = (
    ("api", "CLAIM-DENIED", "claim.chain_key: an item about a secondary claim is not named after its primary"),
)
MODES = ("api", pytest.param("api with Queries", marks=pytest.mark.slow), "export")
COMPARED = ("value_cents", "sentence", "status", "tray", "since", "due", "owner", "patient", "payer_name", "next_step", "occurrence")


@dataclass
class Way:
    """What one way in gave: `facts` by entity, the kinds' answers, the items by kind and subject."""

    result: SyncResult
    facts: Facts
    answers: dict[str, tuple[str, str]]
    items: dict[tuple[str, str], dict[str, Any]]


Ways = Callable[[str], Way]


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    """A mode's name -> what it gave; each is read once. The office is of the newest version, which has every column."""
    need_mariadb()
    practice, base = _practice(), tmp_path_factory.mktemp("ways")
    with at_the_offices_clock(practice):
        loaded = load(practice)
        try:
            yield cache(lambda mode: _read(mode, practice, base / mode.replace(" ", "_"), loaded))
        finally:
            loaded.close()


def _practice() -> OpenDental:
    """With one procedure that bears its own mark "not to insurance"; a deleted one, so that it makes no item."""
    practice = make_office(today=TODAY, version="25.4")
    deleted = next(row for row in practice.rows["procedurelog"] if row["ProcStatus"] == 6)
    practice.change("procedurelog", int(str(deleted["ProcNum"])), NoBillIns=1)
    return practice


def _read(mode: str, practice: OpenDental, folder: Path, loaded: Any) -> Way:
    store = new_store(folder)
    try:
        if mode == "sql":
            result = by_sql(store, folder, loaded).sync()
        elif mode == "export":
            result = by_export(store, folder, loaded).sync()
        else:
            with by_api(store, folder, practice, loaded if "Queries" in mode else None) as hub:
                result = hub.sync(*BY_NAME)
        answered, items = reconciled(store, practice)
        told = {answer.code: (answer.state, answer.reason) for answer in answered.answers}
        return Way(result, facts_of(store), told, {(row["code"], row["subject"]): row for row in items.values()})
    finally:
        store.close()


def unknown(mode: str) -> set[tuple[str, str]]:
    return {(entity, column) for listed, entity, column, _ in UNKNOWN if listed == mode}


@pytest.mark.parametrize("mode", MODES)
def test_every_fact_is_that_of_sql_mode_but_for_what_is_listed(way: Ways, mode: str) -> None:
    sql, other, missing = way("sql").facts, way(mode).facts, unknown(mode)
    assert (way("sql").result.status, way("sql").result.counts.quarantined) == ("succeeded", 0)
    assert way(mode).result.counts.quarantined == 0
    differs = {
        (entity, column)
        for entity in sql
        if (entity, "*") not in missing
        for key in sql[entity].keys() & other[entity].keys()
        for column, value in sql[entity][key].items()
        if other[entity][key][column] != value
    }
    assert differs == {each for each in missing if each[1] != "*"}, "no more and no less than the table says"
    keys = {entity for entity in sql if sql[entity].keys() != other[entity].keys()}
    assert keys == {entity for entity, column in missing if column == "*"}
    assert sum(map(len, sql.values())) > 15_000


@pytest.mark.parametrize("mode", MODES)
def test_what_a_way_cannot_know_is_left_open_and_not_made_up(way: Ways, mode: str) -> None:
    """Where it differs it is empty, unless the table names a stand-in; an entity that is not known has no row."""
    sql, other = way("sql").facts, way(mode).facts
    stands_in = {(entity, column) for listed, entity, column, why in UNKNOWN if "stands for" in why}
    for entity, column in unknown(mode) - stands_in:
        if column == "*":
            assert not other[entity]
            continue
        said = {row[column] for key, row in other[entity].items() if row[column] != sql[entity][key][column]}
        assert said <= ({False, None} if column == "do_not_bill" else {None}), (entity, column)


@pytest.mark.parametrize("mode", MODES)
def test_the_items_are_those_of_sql_mode_but_for_kinds_that_the_way_cannot_answer(way: Ways, mode: str) -> None:
    sql, other = way("sql"), way(mode)
    silent = {code for listed, code, _ in UNANSWERABLE if listed == mode}
    state = {code: answer[0] for code, answer in other.answers.items()}
    assert {code for code, answer in sql.answers.items() if answer[0] == "answered"} - silent == {
        code for code, answer in state.items() if answer == "answered"
    }
    assert all(state[code] in ("off", "unknown") and other.answers[code][1] for code in silent)
    expected = {key: row for key, row in sql.items.items() if key[0] not in silent}
    renamed = {code for listed, code, _ in NAMED_OTHERWISE if listed == mode}
    assert {code for code, _ in expected.keys() - other.items.keys()} <= renamed
    assert _told(expected, renamed) == _told(other.items, renamed)
    expected = {key: row for key, row in expected.items() if key in other.items}
    more = {code for code, _ in other.items.keys() - expected.keys()} - renamed
    assert more == {code for listed, code, _ in ONLY_THERE if listed == mode}
    differs = {
        (key[0], column) for key, row in expected.items() for column in COMPARED if other.items[key][column] != row[column]
    }
    assert differs == {(code, column) for listed, code, column, _ in SAID_OTHERWISE if listed == mode}


def _told(items: dict[tuple[str, str], dict[str, Any]], codes: set[str]) -> list[tuple[str, str, int, str]]:
    """The items of these kinds without what they are named after."""
    return sorted((code, row["patient"], row["value_cents"], row["sentence"]) for (code, _), row in items.items() if code in codes)


def test_the_office_gives_the_comparison_something_to_compare(way: Ways) -> None:
    """The planted kinds that Open Dental's own rows show are on the list in SQL mode."""
    found = {code for code, _ in way("sql").items}
    assert found >= {
        "CLAIM-AGING", "CLAIM-DENIED", "CLAIM-REJECTED", "CLAIM-NOT-SENT", "TX-UNSCHEDULED", "TX-ACCEPTED-UNBOOKED",
        "PREAUTH-PENDING", "RECALL-OVERDUE", "APPT-BROKEN", "DEPOSIT-UNAPPLIED", "INSPAY-UNFINALIZED", "PAYPLAN-MISSED",
        "LAB-LATE", "DOC-UNSIGNED",
    }  # fmt: skip


def test_the_readme_lists_what_a_way_cannot_know() -> None:
    text = (ROOT / "connectors" / "open_dental" / "README.md").read_text(encoding="utf-8")
    section = text.split("## What a way cannot know")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `(api|export)` \| `(\w+)` \| (.+?) \| (.+) \|$", section, re.MULTILINE)
    told = {
        (mode, entity, column) for mode, entity, columns, _ in listed for column in re.findall(r"`([\w*]+)`", columns)
    }
    assert told == {(mode, entity, column) for mode, entity, column, _ in UNKNOWN}
