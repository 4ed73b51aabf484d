"""API mode from the server to the store: whatever goes wrong on the way, what is stored in the end is what the office holds."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.open_dental.api import client
from connectors.open_dental.api import office as api_office
from hub.demo.open_dental import OpenDental as Practice
from hub.store import Store
from tests.open_dental.api_hub import ApiHub, api_hub, moment

CORE = ("patients", "appointments", "claims", "claim_lines", "claim_payments", "coverages")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are tested elsewhere, with a made-up clock."""
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.01)


@pytest.fixture
def hub(plain_store: Store, tmp_path: Path, office: Practice) -> Iterator[ApiHub]:
    yield from api_hub(plain_store, tmp_path, office)


@pytest.fixture
def remote(plain_store: Store, tmp_path: Path, office: Practice, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiHub]:
    """Through headquarters: pages of a hundred; its waiting line is scaled to nothing unless a test says otherwise."""
    monkeypatch.setattr(api_office, "INTERVAL", {"free": 0.0, "paid": 0.0, "enterprise": 0.0})
    yield from api_hub(plain_store, tmp_path, office, mode="remote")


def keys(practice: Practice, table: str) -> set[str]:
    return {str(key) for key in practice.keys(table)}


def cents(amount: object) -> int:
    return int((Decimal(str(amount)) * 100).quantize(Decimal(1)))


def is_true_to(hub: ApiHub) -> None:
    """Keys and telling columns of every core entity agree with the office's own rows."""
    rows = hub.practice.rows
    patients, visits, claims = hub.facts("patient"), hub.facts("appointment"), hub.facts("claim")
    assert patients.keys() == keys(hub.practice, "patient")
    assert {key: row["last_name"] or "" for key, row in patients.items()} == {
        str(row["PatNum"]): str(row["LName"] or "").strip() for row in rows["patient"]
    }
    assert visits.keys() == keys(hub.practice, "appointment")
    told = {key: row["start_at"] for key, row in visits.items() if row["start_at"] is not None}
    assert told == {
        str(row["AptNum"]): moment(row["AptDateTime"]).replace(tzinfo=told[str(row["AptNum"])].tzinfo)  # type: ignore[union-attr, attr-defined]
        for row in rows["appointment"] if isinstance(row["AptDateTime"], datetime) and row["AptDateTime"].year > 1880
    }  # fmt: skip
    assert claims.keys() == keys(hub.practice, "claim")
    assert {key: row["billed_cents"] for key, row in claims.items()} == {
        str(row["ClaimNum"]): cents(row["ClaimFee"]) for row in rows["claim"]
    }
    lines = hub.facts("claim_line")
    assert lines.keys() == {str(row["ClaimProcNum"]) for row in rows["claimproc"] if row["Status"] != 9}
    assert hub.facts("coverage").keys() == keys(hub.practice, "patplan")
    assert hub.facts("ins_payment").keys() == keys(hub.practice, "claimpayment")


def test_everything_arrives_once_and_a_second_run_changes_nothing(hub: ApiHub) -> None:
    first = hub.sync(*CORE)
    assert (first.status, first.counts.quarantined, hub.problems()) == ("succeeded", 0, {})
    is_true_to(hub)
    assert any(int(key) > 2**53 for key in hub.facts("patient")), "keys beyond 2^53 are among them"
    hub.pass_hours(1)
    again = hub.sync(*CORE)
    assert (again.counts.new, again.counts.changed, again.counts.deleted) == (0, 0, 0)


def test_trouble_on_the_way_changes_nothing_in_the_end(remote: ApiHub) -> None:
    faults = remote.api.faults
    faults.every_429, faults.retry_after, faults.every_500, faults.every_504 = 11, 0, 7, 23
    faults.every_reset, faults.every_cut, faults.every_repeat, faults.every_slow = 13, 17, 5, 29
    faults.slow_seconds = 0.02
    result = remote.sync(*CORE)
    assert (result.status, remote.problems()) == ("succeeded", {})
    statuses = Counter(seen.status for seen in remote.api.requests)
    assert all(statuses[status] for status in (429, 500, 504, 0)), "every fault really happened"
    is_true_to(remote)


def test_an_office_at_work_while_it_is_read_is_complete_after_the_next_pass(remote: ApiHub) -> None:
    practice = remote.practice
    patients, visits = practice.keys("patient"), practice.keys("appointment")
    done = []

    def work() -> None:
        """Between two pages: a visit moved, one deleted, a patient edited, a visit made. Time passes."""
        number = len(done)
        done.append(number)
        practice.pass_time(7)
        practice.move_appointment(visits[number * 3 + 1], datetime(2026, 5, 4, 9, 0) + timedelta(minutes=10 * number))
        practice.change("patient", patients[number * 2], LName=f"Married{number}")
        if number % 2 == 0:
            practice.remove("appointment", visits[number * 3 + 2])
            practice.insert(
                "appointment", PatNum=patients[0], AptStatus=1, AptDateTime=datetime(2026, 4, 7, 8, 0), Pattern="//XX//"
            )

    remote.api.faults.between_pages = work
    remote.sync("patients", "appointments")
    remote.api.faults.between_pages = None
    assert len(done) > 10
    remote.pass_hours(0.2)
    remote.sync("patients", "appointments")
    names = {key: row["last_name"] for key, row in remote.facts("patient").items()}
    assert all(names[str(patients[number * 2])] == f"Married{number}" for number in done)
    gone = {str(visits[number * 3 + 2]) for number in done if number % 2 == 0}
    assert remote.facts("appointment").keys() == keys(practice, "appointment") and gone
    starts = {key: row["start_at"] for key, row in remote.facts("appointment").items()}
    for number in done:
        there = moment(datetime(2026, 5, 4, 9, 0) + timedelta(minutes=10 * number))
        assert starts[str(visits[number * 3 + 1])].replace(tzinfo=there.tzinfo) == there  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", [2, 9])
def test_a_first_load_that_is_stopped_goes_on_and_loses_and_doubles_nothing(remote: ApiHub, page: int) -> None:
    passed = []

    def stop() -> None:
        passed.append(1)
        if len(passed) == page:
            remote.stop.set()

    remote.api.faults.between_pages = stop
    remote.sync("patients", "appointments")
    stopped = len(remote.facts("patient")) + len(remote.facts("appointment"))
    remote.api.faults.between_pages = None
    remote.pass_hours(0.1)
    result = remote.sync("patients", "appointments")
    assert result.status == "succeeded"
    assert stopped < len(keys(remote.practice, "patient")) + len(keys(remote.practice, "appointment"))
    assert remote.facts("patient").keys() == keys(remote.practice, "patient")
    assert remote.facts("appointment").keys() == keys(remote.practice, "appointment")


EDITS: list[tuple[str, str, str, str, object]] = [
    # stream, table, column edited, column of the fact, its new value
    ("patients", "patient", "LName", "last_name", "Newname"),
    ("appointments", "appointment", "AptDateTime", "start_at", datetime(2026, 6, 1, 10, 0)),
    ("claims", "claim", "ClaimFee", "billed_cents", Decimal("888.00")),
    ("claim_payments", "claimpayment", "CheckNum", "trace", "CHK-EDIT"),
]
FACT = {"patients": "patient", "appointments": "appointment", "claims": "claim", "claim_payments": "ins_payment"}


@pytest.mark.parametrize(("stream", "table", "column", "label", "value"), EDITS, ids=[edit[0] for edit in EDITS])
def test_an_edit_a_deletion_and_a_return_all_arrive(
    hub: ApiHub, stream: str, table: str, column: str, label: str, value: object
) -> None:
    hub.settings = {"sweep_hours": 2, "night_hours": "00:00-23:59"}
    hub.sync(stream)
    practice, entity = hub.practice, FACT[stream]
    edited, removed = practice.keys(table)[3], practice.keys(table)[5]
    hub.pass_hours(1)
    practice.change(table, edited, **{column: value})
    hub.sync(stream)
    stored = hub.facts(entity)[str(edited)][label]
    expected = {"start_at": lambda: moment(value).replace(tzinfo=stored.tzinfo), # type: ignore[arg-type, attr-defined]
                "billed_cents": lambda: cents(value)}.get(label, lambda: value)()  # fmt: skip
    assert stored == expected
    practice.remove(table, removed)
    for _ in range(2):  # absent from two lists of all keys
        hub.pass_hours(2.5)
        hub.sync(stream)
    assert str(removed) not in hub.facts(entity) and hub.facts(entity).keys() == keys(practice, table)
    practice.restore(table, removed)
    hub.pass_hours(0.2)
    hub.sync(stream)
    assert hub.facts(entity).keys() == keys(practice, table)


def test_a_deleted_visit_is_gone_at_the_next_pass(hub: ApiHub) -> None:
    hub.sync("appointments")
    removed = hub.practice.keys("appointment")[8]
    hub.pass_hours(1)
    hub.practice.remove("appointment", removed)
    hub.sync("appointments")
    assert str(removed) not in hub.facts("appointment"), "its history says so"


def test_procedures_arrive_and_a_deleted_one_stays_as_a_row_without_work(hub: ApiHub) -> None:
    hub.sync("procedures")
    fees = {str(row["ProcNum"]): row for row in hub.practice.rows["procedurelog"]}
    stored = hub.facts("procedure")
    assert stored.keys() == fees.keys()
    assert {key: row["fee_cents"] for key, row in stored.items()} == {
        key: cents(Decimal(str(row["ProcFee"])) * max(1, int(str(row["UnitQty"])) + int(str(row["BaseUnits"]))))
        for key, row in fees.items()
    }
    planned, edited = [int(key) for key, row in fees.items() if row["ProcStatus"] == 1][:2]
    hub.pass_hours(1)
    hub.practice.delete_procedure(planned)
    hub.practice.change("procedurelog", edited, ProcFee=Decimal("777.00"), UnitQty=1, BaseUnits=0)
    hub.sync("procedures")
    after = hub.facts("procedure")
    assert after[str(edited)]["fee_cents"] == 77700
    assert str(planned) not in after or after[str(planned)]["status"] != stored[str(planned)]["status"]


def test_claim_lines_follow_their_claims(hub: ApiHub) -> None:
    hub.sync("claims", "claim_lines")
    row = next(row for row in hub.practice.rows["claimproc"] if row["Status"] == 0 and row["ClaimNum"])
    hub.pass_hours(1)
    hub.practice.change(
        "claimproc", int(str(row["ClaimProcNum"])), Status=1, InsPayAmt=Decimal("12.34"), DateCP=hub.practice.now.date()
    )
    hub.practice.change("claim", int(str(row["ClaimNum"])), ClaimStatus="R", DateReceived=hub.practice.now.date())
    hub.sync("claims", "claim_lines")
    assert hub.facts("claim_line")[str(row["ClaimProcNum"])]["paid_cents"] == 1234
    assert hub.facts("claim")[str(row["ClaimNum"])]["status"] != "SENT"


def test_an_office_too_old_for_a_list_says_so_and_the_rest_goes_on(
    plain_store: Store, tmp_path: Path, office: Practice
) -> None:
    for hub in api_hub(plain_store, tmp_path, office, program="24.1.10.0"):
        result = hub.sync("patients", "lab_cases", "recalls")
        assert result.status == "partial" and hub.facts("patient").keys() == keys(office, "patient")
        assert [outcome.status for outcome in result.outcomes] == ["complete", "complete", "incomplete"]
        assert [str(outcome.problem)[:7] for outcome in result.outcomes if outcome.problem] == ["HUB-U06"]


def test_an_econnector_that_is_down_is_not_a_bad_key(hub: ApiHub) -> None:
    hub.api.faults.econnector_down = True
    result = hub.sync("patients", "appointments")
    assert result.status == "partial" and {each[:7] for each in hub.problems().values()} <= {"HUB-U03"}
    hub.api.faults.econnector_down = False
    assert hub.sync("patients", "appointments").status == "succeeded"


def test_a_wrong_key_asks_once(hub: ApiHub) -> None:
    hub.settings = {"customer_key": "wrong"}
    result = hub.sync(*CORE)
    assert result.status in ("partial", "failed") and len(hub.api.requests) == 1


def test_the_servers_own_record_shows_no_request_too_early(
    plain_store: Store, tmp_path: Path, office: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The free tier, fifty times faster: one request per tenth of a second, over several streams of one run."""
    monkeypatch.setattr(api_office, "INTERVAL", {"free": 0.1})
    for hub in api_hub(plain_store, tmp_path, office, mode="remote"):
        hub.sync("providers", "operatories", "patients", "recalls")
        moments = sorted(seen.moment for seen in hub.api.requests)
        assert len(moments) > 15 and hub.facts("patient").keys() == keys(office, "patient")
        apart = [later - earlier for earlier, later in itertools.pairwise(moments)]
        # One request may come late (the first one opens the connection, a busy machine) and the next on time, so that
        # single gaps say little; tests/open_dental/test_api_client.py holds the line itself to its moments.
        assert statistics.median(apart) >= 0.09
        assert moments[-1] - moments[0] >= 0.1 * (len(apart) - 3)
