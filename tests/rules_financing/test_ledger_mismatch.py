"""FIN-LEDGER-MISMATCH: the worked example of the catalogue, its traps, and three properties."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_financing.mismatch import LedgerMismatch
from tests.rows import AS_OF, CLOSED, LENDER, Row, found, ledger, link, patient, txn

FRIDAY = date(2026, 3, 6)
NAME = {"cardholder_first": "Ida", "cardholder_last": "Frost"}


def base() -> list[Row]:
    """Both books cover the year: a charge in January on one side, a paired sale on both."""
    return [
        patient("8", first_name="Ida", last_name="Frost"),
        patient("9", first_name="Ben", last_name="Cole", guarantor_key="8"),
        ledger("old", "8", "CHARGE", 90_000, date(2026, 1, 2)),
        sale("S0", 90_000, date(2026, 1, 5)),
        payment("L0", 90_000, date(2026, 1, 5)),
    ]


def sale(key: str, cents: int, on: date = FRIDAY, kind: str = "SALE", **values: object) -> Row:
    return txn(key, kind, cents, on, **{**NAME, **values})


def payment(key: str, cents: int, on: date = FRIDAY, who: str = "8", **values: object) -> Row:
    given = {"guarantor_key": "8", "type_name": "CareCredit payment"}
    return ledger(key, who, "FINANCING", -cents, on, **{**given, **values})


def refund(key: str, cents: int, on: date = FRIDAY, kind: str = "FINANCING_REFUND", **values: object) -> Row:
    return ledger(key, "8", kind, cents, on, **{"type_name": "CareCredit refund", **values})


def mismatches(connection: Connection, *rows: Row, **settings: object) -> list[Finding]:
    return found(connection, LedgerMismatch, [*base(), *rows], **settings)


def subjects(connection: Connection, *rows: Row) -> list[str]:
    return [finding.subject for finding in mismatches(connection, *rows)]


def test_books_that_agree_give_nothing(connection: Connection) -> None:
    assert mismatches(connection) == []


def test_the_worked_example_of_a_sale_that_was_not_posted(connection: Connection) -> None:
    [finding] = mismatches(connection, sale("S1", 120_000))
    assert finding.subject == "fin_txn:carecredit:S1"
    assert finding.value_cents == 120_000
    assert finding.due == date(2026, 3, 9)
    assert finding.sentence == (
        "CareCredit shows a $1,200 sale for I. Frost on Mar 6; the ledger has no such payment."
    )
    # V = ln 1201 / ln 10001 = .7699; 40 x .7699 + 35 + 15 x .90 + 10 x .5 = 84.30
    assert score(finding, AS_OF, Workdays(closures=[CLOSED])).priority == 84


def test_a_payment_without_a_sale(connection: Connection) -> None:
    [finding] = mismatches(connection, payment("L1", 120_000))
    assert finding.subject == "ledger_entry:pms:L1"
    assert finding.sentence == (
        'The ledger shows a $1,200 financing payment ("CareCredit payment") for I. Frost on Mar 6;'
        " the lender has no such sale."
    )


@pytest.mark.parametrize(
    ("posted", "agrees"), [(date(2026, 3, 9), True), (date(2026, 3, 3), True), (date(2026, 3, 2), False)]
)
def test_three_days_either_way(connection: Connection, posted: date, agrees: bool) -> None:
    assert (mismatches(connection, sale("S1", 120_000), payment("L1", 120_000, posted)) == []) is agrees


def test_the_lenders_reference_pairs_whatever_the_name_and_day(connection: Connection) -> None:
    posted = payment("L1", 120_000, date(2026, 3, 2), external_ref="s-1")
    assert mismatches(connection, sale("S1", 120_000, cardholder_last="Moss"), posted) == []


def test_a_linked_sale_pairs_within_the_family(connection: Connection) -> None:
    linked = link("fin_txn", LENDER, "S1", "8")
    unnamed = sale("S1", 120_000, cardholder_last=None)
    assert mismatches(connection, unnamed, linked, payment("L1", 120_000, who="9")) == []
    elsewhere = payment("L1", 120_000, who="50", guarantor_key="50")
    assert len(mismatches(connection, unnamed, linked, patient("50"), elsewhere)) == 2


def test_another_amount_or_another_family_is_no_partner(connection: Connection) -> None:
    assert len(subjects(connection, sale("S1", 120_000), payment("L1", 120_001))) == 2
    stranger = payment("L1", 120_000, who="50", guarantor_key="50")
    assert len(subjects(connection, sale("S1", 120_000), patient("50", last_name="Moss"), stranger)) == 2


def test_never_across_lenders(connection: Connection) -> None:
    sunbit = txn("T0", "SALE", 1_000, date(2026, 1, 5), lender="Sunbit", cardholder_last="Frost")
    posted = payment("M0", 1_000, date(2026, 1, 5), type_name="Sunbit")
    wrong = payment("L1", 120_000, type_name="Sunbit")
    assert subjects(connection, sunbit, posted, sale("S1", 120_000), wrong) == [
        "fin_txn:carecredit:S1", "ledger_entry:pms:L1",
    ]  # fmt: skip


@pytest.mark.parametrize("reference", ["S1", None], ids=["by reference", "by amount"])
def test_a_sale_posted_net_says_so_and_is_worth_the_fee(connection: Connection, reference: str | None) -> None:
    posted = payment("L1", 108_000, external_ref=reference)
    [finding] = mismatches(connection, sale("S1", 120_000, fee_cents=12_000), posted)
    assert finding.value_cents == 12_000
    assert finding.sentence == (
        "CareCredit's $1,200 sale for I. Frost on Mar 6 was posted net ($1,080): the $120 fee is missing."
    )
    assert finding.evidence == ("fin_txn:carecredit:S1", "ledger_entry:pms:L1")


def test_a_wrong_amount_under_the_right_reference_is_one_item(connection: Connection) -> None:
    [finding] = mismatches(connection, sale("S1", 120_000), payment("L1", 102_000, external_ref="S1"))
    assert finding.value_cents == 18_000
    assert finding.sentence.endswith("is in the ledger as $1,020: $180 apart.")


def test_a_sale_split_over_the_family_agrees(connection: Connection) -> None:
    parts = payment("L1", 70_000), payment("L2", 50_000, who="9")
    assert mismatches(connection, sale("S1", 120_000), *parts) == []
    same_ref = [part.changed(external_ref="S1") for part in parts]
    assert mismatches(connection, sale("S1", 120_000), *same_ref) == []


def test_two_sales_posted_as_one_agree(connection: Connection) -> None:
    assert mismatches(connection, sale("S1", 70_000), sale("S2", 50_000), payment("L1", 120_000)) == []


def test_two_ways_to_add_up_are_one_question_and_nothing_is_missing(connection: Connection) -> None:
    parts = [payment("L1", 70_000), payment("L2", 50_000), payment("L3", 50_000)]
    [finding] = mismatches(connection, sale("S1", 120_000), *parts)
    assert finding.sentence == (
        "$1,200 for I. Frost on Mar 6: 3 payments in the ledger fit, and add up to it in more than one way."
    )
    [other] = mismatches(connection, payment("L1", 120_000), sale("S1", 70_000), sale("S2", 50_000), sale("S3", 50_000))
    assert other.sentence.startswith("$1,200 for I. Frost on Mar 6: 3 sales at the lender fit")


def test_the_nearest_of_two_payments_is_taken(connection: Connection) -> None:
    near, far = payment("L1", 120_000, FRIDAY), payment("L2", 120_000, date(2026, 3, 5))
    assert subjects(connection, sale("S1", 120_000), near, far) == ["ledger_entry:pms:L2"]


def test_two_equally_good_payments_are_one_question_and_nothing_is_missing(connection: Connection) -> None:
    [finding] = mismatches(connection, sale("S1", 120_000), payment("L1", 120_000), payment("L2", 120_000))
    assert finding.sentence == (
        "CareCredit shows 1 sale of $1,200 for I. Frost around Mar 6, the ledger 2; all of them fit."
    )
    assert finding.next_step == "check whether one was posted twice"
    assert len(finding.evidence) == 3


def test_two_sales_and_one_payment_are_one_question(connection: Connection) -> None:
    [finding] = mismatches(connection, sale("S1", 120_000), sale("S2", 120_000), payment("L1", 120_000))
    assert (finding.value_cents, finding.next_step) == (120_000, "find the one that is not posted")


def test_two_sales_and_two_payments_agree_whichever_is_whose(connection: Connection) -> None:
    both = payment("L1", 120_000), payment("L2", 120_000)
    assert mismatches(connection, sale("S1", 120_000), sale("S2", 120_000), *both) == []


def test_what_a_person_decided_comes_first(connection: Connection) -> None:
    rows = sale("S1", 120_000), payment("L1", 119_000)
    assert len(subjects(connection, *rows)) == 2
    confirmed = link("fin_txn", LENDER, "S1", "L1", relation="posting", origin="human")
    assert subjects(connection, *rows, confirmed) == []
    rejected = link("fin_txn", LENDER, "S1", "L1", relation="posting", origin="human", state="REJECTED")
    assert len(subjects(connection, sale("S1", 120_000), payment("L1", 120_000), rejected)) == 2


def test_refunds_and_chargebacks_must_be_on_both_sides(connection: Connection) -> None:
    [finding] = mismatches(connection, sale("R1", 40_000, kind="REFUND"))
    assert finding.sentence == "CareCredit shows a $400 refund for I. Frost on Mar 6; the ledger has no such refund."
    assert mismatches(connection, sale("R1", 40_000, kind="CHARGEBACK"), refund("L1", 40_000)) == []
    assert subjects(connection, refund("L1", 40_000)) == ["ledger_entry:pms:L1"]


@pytest.mark.parametrize("kind", ["ADJUSTMENT", "REFUND"])
def test_a_refund_booked_under_another_type_is_a_partner_and_no_item_of_its_own(
    connection: Connection, kind: str
) -> None:
    entry = refund("L1", 40_000, kind=kind, type_name="Adjustment")
    assert mismatches(connection, sale("R1", 40_000, kind="REFUND"), entry) == []
    assert mismatches(connection, entry) == []


def test_voided_sales_and_reversed_payments_are_nothing(connection: Connection) -> None:
    assert mismatches(connection, sale("S1", 120_000), sale("V1", 120_000, kind="VOID", original_ref="S1")) == []
    assert mismatches(connection, sale("S1", 120_000), sale("V1", 120_000, kind="VOID")) == []
    assert len(mismatches(connection, sale("S1", 120_000), sale("V1", 120_000, kind="VOID", cardholder_last="X"))) == 1
    assert mismatches(connection, payment("L1", 120_000), payment("L2", -120_000)) == []
    assert mismatches(connection, payment("L1", 120_000, status="VOID")) == []


def test_a_day_must_pass_before_anything_is_missing(connection: Connection) -> None:
    assert mismatches(connection, sale("S1", 120_000, AS_OF)) == []
    assert len(mismatches(connection, sale("S1", 120_000, date(2026, 3, 9)))) == 1
    assert mismatches(connection, payment("L1", 120_000, date(2026, 3, 9))) == []


def test_days_that_the_other_side_does_not_cover_are_not_judged(connection: Connection) -> None:
    assert mismatches(connection, sale("S1", 120_000, date(2025, 12, 31))) == []
    # the lender's reports begin on 01-05; a payment may lag a sale by three days
    assert len(mismatches(connection, payment("L1", 120_000, date(2026, 1, 8)))) == 1
    assert mismatches(connection, payment("L1", 120_000, date(2026, 1, 7))) == []


def test_a_lender_that_reports_nothing_is_not_judged(connection: Connection) -> None:
    assert mismatches(connection, payment("L1", 120_000, type_name="Sunbit")) == []
    assert len(mismatches(connection, payment("L1", 120_000, type_name="Patient loan"), posting_words=("loan",))) == 1


def test_an_archived_patients_money_is_still_collected(connection: Connection) -> None:
    rows = [each.changed(status="ARCHIVED") if each.key == "8" else each for each in [*base(), sale("S1", 120_000)]]
    assert len(found(connection, LedgerMismatch, rows)) == 1


def test_the_same_input_gives_the_same_findings_in_any_order(connection: Connection) -> None:
    rows = [
        *base(), sale("S1", 120_000), payment("L1", 108_000), sale("S2", 30_000), payment("L2", 30_000),
        payment("L3", 30_000), sale("S4", 77_000), refund("L4", 5_000),
    ]  # fmt: skip
    first = found(connection, LedgerMismatch, rows)
    assert len(first) == 5
    assert found(connection, LedgerMismatch, rows) == first
    random.Random(9).shuffle(rows)
    assert found(connection, LedgerMismatch, rows) == first


def test_an_unrelated_patient_changes_nothing(connection: Connection) -> None:
    other = [patient("90", last_name="Zed"), ledger("z", "90", "PATIENT_PAYMENT", -120_000, FRIDAY)]
    assert mismatches(connection, sale("S1", 120_000), *other) == mismatches(connection, sale("S1", 120_000))
