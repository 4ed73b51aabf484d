"""DEPOSIT-UNAPPLIED, PAYPLAN-MISSED, BAL-OVERDUE: worked examples of the catalogue, its traps, and what clears them.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.gates import Gates
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_money import BalanceOverdue, DepositUnapplied, PayPlanMissed, hub_rules
from tests.rows import (
    AS_OF,
    CLOSED,
    SOURCE,
    Row,
    account,
    application,
    case,
    claim,
    found,
    insert,
    ledger,
    patient,
    payment_plan,
    plan_charge,
    procedure,
    row,
)

GRANT = patient("1", first_name="Olga", last_name="Grant")
LOWE = patient("2", first_name="Kim", last_name="Lowe")


def priority(finding: Finding) -> int:
    return score(finding, AS_OF, Workdays(closures=[CLOSED])).priority


# --- DEPOSIT-UNAPPLIED ------------------------------------------------------------------------------------------------


def prepaid(key: str = "u", cents: int = 60_000, on: date = date(2026, 1, 14), who: str = "1", **values: Any) -> Row:
    return ledger(key, who, "PATIENT_PAYMENT", -cents, on, **{"unearned_type": "Prepayment", "guarantor_key": "1", **values})


def crown(key: str = "p", who: str = "1", share: int = 90_000, **values: Any) -> Row:
    given = {"status": "COMPLETED", "date_completed": date(2026, 2, 11), "est_patient_cents": share}
    return procedure(key, who, **{**given, **values})


# A payment elsewhere that names a procedure: this source says what payments are for.
NAMING = [patient("0"), ledger("n", "0", "PATIENT_PAYMENT", -100, date(2025, 1, 1), procedure_key="x")]


def unapplied(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, DepositUnapplied, [GRANT, *NAMING, *rows], **settings)


def test_the_worked_example_of_an_unused_prepayment(connection: Connection) -> None:
    [finding] = unapplied(connection, [prepaid(), crown()])
    assert finding.sentence == "$600 prepaid by O. Grant in January still sits unused though the crown was done Feb 11."
    # 02-11 + 5 working days, closed on 02-16: Thu 02-19
    assert (finding.subject, finding.value_cents, finding.due) == ("patient:pms:1", 60_000, date(2026, 2, 19))
    assert finding.evidence == ("ledger_entry:pms:u", "procedure:pms:p")
    # 40 x ln 601 / 9.21044 = 27.79; + 35 + 15 x .9 + 5 = 81.29
    assert priority(finding) == 81


def test_what_was_used_and_given_back_is_gone(connection: Connection) -> None:
    """Prepaid 1,420, allocated 600, refunded 300: 520 left; the crown's share is 430 (reference section 5, R7)."""
    rows = [
        prepaid(cents=142_000),
        ledger("a", "1", "PATIENT_PAYMENT", 60_000, date(2026, 1, 20), unearned_type="Prepayment"),
        ledger("r", "1", "REFUND", 30_000, date(2026, 1, 21), unearned_type="Prepayment"),
        crown(share=43_000),
    ]
    assert [finding.value_cents for finding in unapplied(connection, rows)] == [43_000]


UNUSED: list[tuple[str, list[Row], int | None]] = [
    ("nothing done, young", [prepaid()], None),
    ("untouched for 90 days", [prepaid(on=date(2025, 12, 10))], 60_000),
    ("untouched for 89 days", [prepaid(on=date(2025, 12, 11))], None),
    ("the work was done before it", [prepaid(), crown(date_completed=date(2026, 1, 5))], None),
    ("its share is paid", [prepaid(), crown(), ledger("s", "1", "PATIENT_PAYMENT", -90_000, date(2026, 2, 11), procedure_key="p")], None),
    ("its share is paid in part", [prepaid(), crown(), ledger("s", "1", "PATIENT_PAYMENT", -75_000, date(2026, 2, 11), procedure_key="p")], 15_000),
    ("no share", [prepaid(), crown(share=0)], None),
    ("all of it was used", [prepaid(), crown(), ledger("a", "1", "PATIENT_PAYMENT", 60_000, date(2026, 2, 12), unearned_type="Prepayment")], None),
    ("a family pool: another member's work", [prepaid(), patient("3", guarantor_key="1"), crown(who="3")], 60_000),
    ("another family's work", [prepaid(), patient("3"), crown(who="3")], None),
    ("a hidden kind of prepayment", [prepaid(unearned_hidden=True), crown()], 60_000),
    ("money and work under two providers", [prepaid(provider_key="D1"), crown(provider_key="D2")], 60_000),
    ("meant for planned work", [prepaid(procedure_key="q", on=date(2025, 11, 3)), procedure("q", "1"), crown()], None),
    ("meant for work that is done", [prepaid(procedure_key="p"), crown()], 60_000),
    ("meant for a case with planned work", [prepaid(case_key="c", on=date(2025, 11, 3)), case("c", "1", status="ACCEPTED"), procedure("q", "1", "c")], None),
    ("the case's work is done in part", [prepaid(case_key="c"), case("c", "1", status="ACCEPTED"), procedure("q", "1", "c"), crown(case_key="c", share=43_000)], 43_000),
    ("the case was declined", [prepaid(case_key="c"), case("c", "1", status="DECLINED", decision_date=date(2026, 2, 20)), procedure("q", "1", "c")], 60_000),
    ("a voided prepayment", [prepaid(status="VOID"), crown()], None),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rows", "cents"), UNUSED, ids=[why for why, _, _ in UNUSED])
def test_which_prepayments_are_unused(connection: Connection, why: str, rows: list[Row], cents: int | None) -> None:
    assert [finding.value_cents for finding in unapplied(connection, rows)] == ([] if cents is None else [cents])


def test_money_that_stays_for_the_next_phase_is_told(connection: Connection) -> None:
    rows = [prepaid(cents=9_000, procedure_key="q"), prepaid("v", 43_000), procedure("q", "1"), crown(share=43_000)]
    [finding] = unapplied(connection, rows)
    assert finding.value_cents == 43_000
    assert finding.sentence.endswith("was done Feb 11. $90 more is meant for planned work and stays.")


def test_where_payments_name_no_procedure_open_shares_are_not_known(connection: Connection) -> None:
    assert found(connection, DepositUnapplied, [GRANT, prepaid(), crown()]) == []


# --- PAYPLAN-MISSED ---------------------------------------------------------------------------------------------------

FAILED = date(2026, 3, 9)


def lowe(**plan: Any) -> list[Row]:
    """Two instalments of $125 whose cards were declined, the newer on Mon 03-09."""
    return [
        LOWE, payment_plan("L", "2", autopay=True, **plan),
        plan_charge("1", "L", date(2026, 2, 9), 12_500, failed_date=date(2026, 2, 9)),
        plan_charge("2", "L", FAILED, 12_500, failed_date=FAILED),
    ]  # fmt: skip


def missed(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, PayPlanMissed, rows, **settings)


def test_the_worked_example_of_a_declined_card(connection: Connection) -> None:
    [finding] = missed(connection, lowe())
    assert finding.sentence == "Card declined for K. Lowe's plan: $125, second time."
    assert (finding.subject, finding.value_cents, finding.patient) == ("payment_plan:pms:L", 25_000, "pms:2")
    # 40 x ln 251 / 9.21044 = 24.00; + 35 + 15 x .6 = 68.00
    assert priority(finding) == 68


def charges(*dues: date, **values: Any) -> list[Row]:
    return [LOWE, payment_plan("L", "2"), *(plan_charge(str(n), "L", due, 12_500, **values) for n, due in enumerate(dues))]


MISSED: list[tuple[str, list[Row], int | None]] = [
    ("five days after its day", charges(date(2026, 3, 5)), 12_500),
    ("four days after its day", charges(date(2026, 3, 6)), None),
    ("five days after is a Sunday", charges(date(2026, 3, 3)), 12_500),
    ("paid", charges(date(2026, 2, 5), paid_cents=12_500), None),
    ("paid in part", charges(date(2026, 2, 5), paid_cents=5_000), 7_500),
    ("declined today: the card may be tried again", charges(AS_OF, failed_date=AS_OF), None),
    ("re-dated", charges(date(2026, 4, 5)), None),
    ("plan closed", [each.changed(status="DONE") if each.entity == "payment_plan" else each for each in lowe()], None),
    ("plan closed by its date", lowe(closed_date=date(2026, 3, 1)), None),
    ("an insurer's plan", lowe(is_insurance=True), None),
    ("paid by other means", [*lowe(), ledger("e", "2", "PATIENT_PAYMENT", -25_000, AS_OF, payment_plan_key="L", method="CASH")], None),
    ("paid one by other means", [*lowe(), ledger("e", "2", "PATIENT_PAYMENT", -12_500, AS_OF, payment_plan_key="L")], 12_500),
    ("a source that speaks of payments in the ledger only", [*charges(date(2026, 2, 1), date(2026, 3, 1), paid_cents=None), ledger("e", "2", "PATIENT_PAYMENT", -12_500, date(2026, 2, 1), payment_plan_key="L")], 12_500),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rows", "cents"), MISSED, ids=[why for why, _, _ in MISSED])
def test_which_instalments_are_missed(connection: Connection, why: str, rows: list[Row], cents: int | None) -> None:
    assert [finding.value_cents for finding in missed(connection, rows)] == ([] if cents is None else [cents])


def test_an_instalment_without_a_card_reads_plainly(connection: Connection) -> None:
    [finding] = missed(connection, charges(date(2026, 2, 2), date(2026, 3, 2)))
    assert finding.sentence == "K. Lowe's payment plan is behind by $250: two instalments since Feb 2."
    assert finding.due == date(2026, 2, 2)


def test_another_missed_instalment_is_another_state(connection: Connection) -> None:
    """January's was missed and dismissed, then paid; February's is missed: one instalment again, but not the same."""
    [first] = missed(connection, charges(date(2026, 1, 5)))
    paid = [LOWE, payment_plan("L", "2"), plan_charge("0", "L", date(2026, 1, 5), 12_500, paid_cents=12_500)]
    [second] = missed(connection, [*paid, plan_charge("1", "L", date(2026, 2, 5), 12_500)])
    assert (first.state, second.state) == ("1 late 0 failed  @2026-01-05", "1 late 0 failed  @2026-02-05")


def test_nobody_calls_the_family_of_the_deceased_about_a_card(connection: Connection) -> None:
    gone = LOWE.changed(status="DECEASED")
    late = [payment_plan("L", "2"), plan_charge("1", "L", date(2026, 2, 2), 12_500)]
    [living], [dead] = found(connection, PayPlanMissed, [LOWE, *late]), found(connection, PayPlanMissed, [gone, *late])
    assert (living.next_step, dead.value_cents) == ("call, update the card", 12_500)
    assert dead.next_step == "do not call the family: stop the card and hand to the manager (estate)"
    unsigned = [payment_plan("L", "2", signed_date=None), plan_charge("1", "L", date(2026, 3, 9), 12_500), payment_plan("K", "2")]
    assert len(found(connection, PayPlanMissed, [LOWE, *unsigned])) == 1
    assert found(connection, PayPlanMissed, [gone, *unsigned]) == [], "nobody is left to sign it"


def test_an_unsigned_plan_with_an_instalment_due(connection: Connection) -> None:
    rows = [LOWE, payment_plan("L", "2", signed_date=None), plan_charge("1", "L", date(2026, 3, 9), 12_500)]
    assert missed(connection, rows) == []  # this source never speaks of signatures
    other = payment_plan("K", "2")
    [finding] = missed(connection, [*rows, other])
    assert (finding.subject, finding.value_cents) == ("payment_plan:pms:L", 0)
    assert finding.sentence == "K. Lowe's payment plan is not signed; its first instalment was due on Mar 9."
    not_yet = [*rows[:2], other, plan_charge("1", "L", date(2026, 3, 20), 12_500)]
    assert missed(connection, not_yet) == []


# --- BAL-OVERDUE ------------------------------------------------------------------------------------------------------

STATED = date(2026, 1, 22)


def owes(cents: int = 31_800, **values: Any) -> Row:
    return account("2", cents, **{"first_statement": STATED, **values})


def overdue(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    own = [] if any(each.entity == "patient" and each.key == "2" for each in rows) else [LOWE]
    return found(connection, BalanceOverdue, [*own, *rows], **settings)


def test_the_worked_example_of_an_overdue_balance(connection: Connection) -> None:
    [finding] = overdue(connection, [owes()])
    assert finding.sentence == "K. Lowe: family balance $318, 47 days since first statement, no plan."
    # 01-22 + 45 days is Sun 03-08, rolled to Mon 03-09
    assert (finding.subject, finding.value_cents, finding.due) == ("patient:pms:2", 31_800, date(2026, 3, 9))
    # 40 x ln 319 / 9.21044 = 25.04; + 35 + 15 x .45 = 66.79
    assert priority(finding) == 67


BALANCES: list[tuple[str, list[Row], int]] = [
    ("below the least amount", [owes(1_999)], 0),
    ("the least amount", [owes(2_000)], 1),
    ("29 days since the statement", [owes(first_statement=date(2026, 2, 9))], 0),
    ("30 days since the statement", [owes(first_statement=date(2026, 2, 8))], 1),
    ("no statement yet", [owes(first_statement=None)], 0),
    ("a claim for the work waits", [owes(), claim("7", "2", service_from=date(2026, 1, 20))], 0),
    ("a member's claim waits: its EOB is not posted", [owes(), patient("3", guarantor_key="2"), claim("7", "3", service_from=date(2026, 1, 20))], 0),
    ("the claim was answered", [owes(), claim("7", "2", service_from=date(2026, 1, 20), received_date=date(2026, 2, 2), status="ADJUDICATED")], 1),
    ("a claim for later work waits", [owes(), claim("7", "2", service_from=date(2026, 3, 2))], 1),
    ("a predetermination waits", [owes(), claim("7", "2", service_from=date(2026, 1, 20), claim_type="PREAUTH")], 1),
    ("a payment plan runs", [owes(), payment_plan("L", "2")], 0),
    ("a payment plan is done", [owes(), payment_plan("L", "2", status="DONE")], 1),
    ("financing is pending", [owes(), application("f", "PENDING", SOURCE, patient_key="2")], 0),
    ("financing was declined", [owes(), application("f", "DECLINED", SOURCE, patient_key="2")], 1),
    ("in collections", [owes(), LOWE.changed(billing_type="Sent to Collections")], 0),
    ("bankrupt", [owes(), LOWE.changed(billing_type="BANKRUPTCY")], 0),
    ("a good-faith estimate is disputed", [owes(), LOWE.changed(billing_type="GFE dispute")], 0),
    ("an estate", [owes(), LOWE.changed(status="DECEASED")], 0),
    ("an archived patient's money is still ours", [owes(), LOWE.changed(status="ARCHIVED")], 1),
    ("a guarantor who is no patient", [owes(), LOWE.changed(status="NON_PATIENT")], 1),
    ("a test patient", [owes(), LOWE.changed(is_test=True)], 0),
    ("a credit of another member is in the family's balance", [owes(0, total_cents=0)], 0),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rows", "count"), BALANCES, ids=[why for why, _, _ in BALANCES])
def test_which_balances_are_overdue(connection: Connection, why: str, rows: list[Row], count: int) -> None:
    assert len(overdue(connection, rows)) == count


def test_another_statement_is_another_state(connection: Connection) -> None:
    [first], [second] = overdue(connection, [owes()]), overdue(connection, [owes(first_statement=date(2026, 1, 23))])
    assert (first.state, second.state) == ("step 45 @2026-01-22", "step 45 @2026-01-23")


def test_the_newest_word_on_an_account_counts(connection: Connection) -> None:
    older = owes(as_of=date(2026, 3, 2))
    newer = row("account", "acct-2b", guarantor_key="2", as_of=date(2026, 3, 9), patient_cents=500, first_statement=STATED)
    assert overdue(connection, [older, newer]) == []
    [finding] = overdue(connection, [older])
    assert finding.sentence.endswith("no plan. Balance as of Mar 2.")


def test_at_90_days_the_manager_decides(connection: Connection) -> None:
    [finding] = overdue(connection, [owes(first_statement=date(2025, 12, 1))])
    assert (finding.due, finding.next_step) == (date(2026, 3, 2), "hand to the manager")


@pytest.mark.parametrize(("scope", "verdict"), [("ALL", "in_person"), ("BILLING", "in_person"), ("RECALL", "open"), ("MARKETING", "open")])
def test_who_does_not_want_calls_about_bills_is_asked_in_person(connection: Connection, scope: str, verdict: str) -> None:
    """Opted out of recall is not opted out of billing, and the other way round."""
    rows = [LOWE, owes(), row("contact_pref", "x", patient_key="2", channel="ALL", consent="OPTED_OUT", scope=scope)]
    [finding] = overdue(connection, rows)
    insert(connection, rows)
    gates = Gates(connection, "main")
    assert gates.verdict(BalanceOverdue, finding) == verdict
    assert gates.verdict(DepositUnapplied, finding) == "open"  # nobody is called for it


# --- properties -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [DepositUnapplied, PayPlanMissed, BalanceOverdue])
def test_order_and_strangers_change_nothing(connection: Connection, rule: Any) -> None:
    rows = [GRANT, *NAMING, prepaid(), crown(), *lowe(), account("1", 9_900, first_statement=STATED)]
    first = found(connection, rule, rows)
    assert len(first) == 1
    random.Random(2).shuffle(rows)
    assert found(connection, rule, [*rows, patient("99"), claim("99", "99")]) == first
    assert found(connection, rule, [each.changed(practice_id="other") for each in rows]) == []


def test_the_plugin_brings_its_kinds() -> None:
    assert [rule.code for rule in hub_rules()] == ["DEPOSIT-UNAPPLIED", "PAYPLAN-MISSED", "BAL-OVERDUE"]
