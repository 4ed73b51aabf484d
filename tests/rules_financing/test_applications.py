"""FIN-APP-OPEN: the worked example of the catalogue, its traps, and three properties."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_financing import hub_rules
from plugins.rules_financing.applications import ApplicationOpen
from tests.rows import (
    AS_OF,
    CLOSED,
    LENDER,
    Row,
    application,
    appointment,
    comm,
    found,
    link,
    patient,
    procedure,
    row,
    txn,
)

EXAMPLE = {
    "approved_cents": 480_000, "submitted_date": date(2026, 2, 20), "decision_date": date(2026, 2, 20),
    "expires_date": date(2026, 3, 22), "applicant_first": "Ida", "applicant_last": "Frost",
}  # fmt: skip


def frost(status: str = "APPROVED", **values: object) -> list[Row]:
    """Ida Frost, approved for $4,800 until Sun 2026-03-22; her share of an unbooked bridge is $2,900."""
    return [
        patient("8", first_name="Ida", last_name="Frost"),
        procedure("p", "8", fee_cents=400_000, est_writeoff_cents=50_000, est_ins_cents=60_000),
        application("A1", status, **{**EXAMPLE, **values}),
        link("fin_application", LENDER, "A1", "8"),
    ]


def listed(connection: Connection, rows: list[Row], **settings: object) -> list[Finding]:
    return found(connection, ApplicationOpen, rows, **settings)


def test_the_worked_example_of_an_unused_approval(connection: Connection) -> None:
    [finding] = listed(connection, frost())
    assert finding.subject == "fin_application:carecredit:A1"
    assert finding.value_cents == 290_000  # 4,000 - 500 - 600, less than the 4,800 approved
    # a week before Sun 03-22 is Sun 03-15, rolled back to Fri 03-13: 3 working days left
    assert finding.due == date(2026, 3, 13)
    assert finding.sentence == (
        "I. Frost: approved for $4,800 with CareCredit on Feb 20, not used; approval ends Mar 22."
    )
    # V = ln 2901 / ln 10001 = .8656; 40 x .8656 + 35 x (1 - 3/10) + 15 x .60 = 34.63 + 24.5 + 9 = 68.13
    assert score(finding, AS_OF, Workdays(closures=[CLOSED])).priority == 68


@pytest.mark.parametrize(
    ("ends", "is_listed"),
    [(date(2026, 3, 24), True), (date(2026, 3, 25), False), (AS_OF, True), (date(2026, 3, 9), False), (None, False)],
    ids=["14 days", "15 days", "today", "over", "not stated"],
)
def test_only_approvals_that_end_soon_are_listed(connection: Connection, ends: date | None, is_listed: bool) -> None:
    assert bool(listed(connection, frost(expires_date=ends))) is is_listed


def test_the_office_may_say_how_long_its_lenders_approvals_last(connection: Connection) -> None:
    [finding] = listed(connection, frost(expires_date=None), approval_valid_days=30)
    assert "approval ends Mar 22" in finding.sentence


def test_a_pre_approval_is_no_approval(connection: Connection) -> None:
    assert listed(connection, frost(soft=True)) == []


@pytest.mark.parametrize(
    ("sale", "is_listed"),
    [
        (txn("S1", "SALE", 290_000, date(2026, 3, 2), cardholder_first="Ida", cardholder_last="Frost"), False),
        (txn("S1", "SALE", 290_000, date(2026, 2, 19), cardholder_first="Ida", cardholder_last="Frost"), True),
        (txn("S1", "SALE", 290_000, date(2026, 3, 2), cardholder_first="Jan", cardholder_last="Moss"), True),
        (txn("S1", "SALE", 290_000, date(2026, 3, 2), lender="Sunbit", cardholder_first="Ida",
             cardholder_last="Frost"), True),
    ],
    ids=["used", "sold before", "somebody else", "other lender"],
)  # fmt: skip
def test_a_used_approval_is_closed(connection: Connection, sale: Row, is_listed: bool) -> None:
    assert bool(listed(connection, [*frost(), sale])) is is_listed


def test_a_sale_to_the_family_uses_the_approval_unless_it_was_voided(connection: Connection) -> None:
    child = patient("9", last_name="Moss", guarantor_key="8")
    sale = [txn("S1", "SALE", 290_000, date(2026, 3, 2)), link("fin_txn", LENDER, "S1", "9")]
    assert listed(connection, [*frost(), child, *sale]) == []
    void = txn("V1", "VOID", 290_000, date(2026, 3, 2), original_ref="S1")
    assert len(listed(connection, [*frost(), child, *sale, void])) == 1


def test_without_unbooked_treatment_no_credit_is_offered(connection: Connection) -> None:
    visit = appointment("a", "8", date(2026, 3, 17), procedure_tokens="|D2740#30|")
    assert listed(connection, [*frost(), visit]) == []
    assert listed(connection, [*frost("DECLINED"), visit]) == []
    waiting = frost("PENDING", requested_cents=300_000)
    assert [f.value_cents for f in listed(connection, [*waiting, visit])] == [300_000]


def test_the_treatment_of_a_child_counts_for_the_guarantors_approval(connection: Connection) -> None:
    rows = [each for each in frost() if each.entity != "procedure"]
    child = [patient("9", guarantor_key="8"), procedure("q", "9", fee_cents=100_000, est_patient_cents=70_000)]
    assert [f.value_cents for f in listed(connection, [*rows, *child])] == [70_000]


def test_an_applicant_nobody_could_link_is_listed_with_the_lenders_amount(connection: Connection) -> None:
    rows = [each for each in frost() if each.entity != "xref"]
    [finding] = listed(connection, rows)
    assert (finding.value_cents, finding.patient, finding.patient_name) == (480_000, None, "Ida Frost")


@pytest.mark.parametrize("status", ["PENDING", "ERROR"])
def test_an_application_may_be_pending_for_two_working_days(connection: Connection, status: str) -> None:
    [finding] = listed(connection, frost(status, submitted_date=date(2026, 3, 6)))
    assert finding.due == date(2026, 3, 10)
    assert listed(connection, frost(status, submitted_date=date(2026, 3, 9))) == []


@pytest.mark.parametrize("status", ["CREATED", "EXPIRED", "CANCELLED"])
def test_other_states_need_nobody(connection: Connection, status: str) -> None:
    assert listed(connection, frost(status)) == []


def test_a_refusal_is_listed_until_another_arrangement_is_noted(connection: Connection) -> None:
    [finding] = listed(connection, frost("DECLINED"))
    assert finding.sentence == "I. Frost: declined by CareCredit on Feb 20; no other arrangement is noted."
    arrangements = [
        [comm("c", "8", date(2026, 2, 23), outcome="REACHED")],
        [row("payment_plan", "pl", guarantor_key="8", status="ACTIVE")],
        [application("B1", "APPROVED", lender="Sunbit"), link("fin_application", LENDER, "B1", "8")],
    ]
    for arrangement in arrangements:
        assert [f.subject for f in listed(connection, [*frost("DECLINED"), *arrangement])] == []
    early = comm("c", "8", date(2026, 2, 19))
    assert len(listed(connection, [*frost("DECLINED"), early])) == 1
    assert listed(connection, frost("DECLINED", decision_date=date(2026, 3, 9))) == []
    assert listed(connection, frost("DECLINED"), declined_days=17) == []


def test_a_repeated_application_is_one_item(connection: Connection) -> None:
    again = [
        application("A2", "PENDING", submitted_date=date(2026, 3, 2), requested_cents=480_000),
        link("fin_application", LENDER, "A2", "8"),
    ]
    rows = frost("ERROR")
    assert [f.subject for f in listed(connection, [*rows, *again])] == ["fin_application:carecredit:A2"]


def test_the_same_input_gives_the_same_findings_in_any_order(connection: Connection) -> None:
    rows = [*frost(), application("A9", "PENDING", submitted_date=date(2026, 3, 2), applicant_last="Moss")]
    first = listed(connection, rows)
    assert len(first) == 2
    assert listed(connection, rows) == first
    random.Random(2).shuffle(rows)
    assert listed(connection, rows) == first


def test_an_unrelated_patient_changes_nothing(connection: Connection) -> None:
    other = [patient("90"), procedure("q90", "90"), txn("S90", "SALE", 1_000, AS_OF, cardholder_last="Zed")]
    assert listed(connection, [*frost(), *other]) == listed(connection, frost())


def test_the_plugin_brings_both_kinds() -> None:
    assert [rule.code for rule in hub_rules()] == ["FIN-APP-OPEN", "FIN-LEDGER-MISMATCH"]
