"""ERA-TAKEBACK: the catalogue's example, R3 and R5, and the traps of PLB.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from plugins.rules_remittance import EraTakeback
from tests.rows import Row, claim, ledger, patient, remit, remit_adj, remit_claim

MON, TUE, WED = date(2026, 3, 9), date(2026, 3, 3), date(2026, 3, 4)
ORR = patient("1", first_name="Lena", last_name="Orr")
OLD = date(2025, 11, 3)


def old_claim(key: str = "31", **values: Any) -> Row:
    given = {"service_from": OLD, "service_to": OLD, "created_date": OLD, "first_sent_date": OLD, "last_sent_date": OLD,
             "status": "CLOSED", "received_date": date(2025, 11, 20), "payer_name": "UHC"}  # fmt: skip
    return claim(key, "1", **{**given, **values})


def check(key: str = "98", cents: int = 54_542, on: date = MON, **values: Any) -> Row:
    given = {"payer_name": "UHC", "payer_number": "87726", "payment_date": on,
             "received_at": datetime(on.year, on.month, on.day, 15, tzinfo=UTC)}  # fmt: skip
    return remit(key, cents, **{**given, **values})


def wo(cents: int = 15_000, reason: str = "WO", reference: str | None = "31", remit_key: str = "98", key: str = "") -> Row:
    return remit_adj(key or f"{remit_key}-{reason}-{reference}-{cents}", remit_key, reason, reference, cents)


def raised(cents: int = 15_000, kind: str = "INS_PAYMENT", on: date = MON, **values: Any) -> Row:
    return ledger(f"m{cents}{kind}{on}", "1", kind, cents, on, **{"claim_number": "31", **values})


def test_the_example_scores_57(ask: Any, points: Any) -> None:
    # 40 * ln(151)/9.21044 = 21.79; due Mon 03-09 + 3 bd = Thu 03-12, 2 of 5 left: 35 * .6 = 21; + 9 + 5 = 56.8
    (finding,) = ask(EraTakeback, [ORR, old_claim(), check(), wo()])
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 12), 15_000, 57)
    assert finding.sentence == "UHC kept $150 from check 98 for a 2025 claim of L. Orr; our ledger does not show it."
    assert (finding.subject, finding.discriminator) == ("remit:era:98", "pms:31")
    assert finding.evidence == ("remit:era:98", "claim:pms:31", "remit_adj:era:98-WO-31-15000")
    assert finding.patient == "pms:1"


PLAIN = [ORR, old_claim(), check()]
TAKEN: list[tuple[str, list[Row], list[int]]] = [
    ("below 0 raises the check", [wo(-15_000)], []),
    ("interest owed to us is income", [wo(-342, "L6", None)], []),
    ("interest beside a takeback", [wo(), wo(-342, "L6", None)], [15_000]),
    ("a levy", [wo(9_000, "IR", "IRS")], [9_000]),
    ("two references", [wo(), wo(2_000, "CS", "X9")], [15_000, 2_000]),
    ("two amounts of one reference", [wo(10_000), wo(5_000, "WO", "31")], [15_000]),
    ("a refund of ours, acknowledged under the same reference", [wo(), wo(-15_000, "72")], []),
    ("a refund of ours, acknowledged under its own reference", [wo(), wo(-15_000, "72", "ck771")], []),
    ("a refund of another amount", [wo(), wo(-14_000, "72", "ck771")], [15_000]),
    ("the payer's own number", [wo(reference="PC31"), old_claim("32", payer_claim_number="PC31")], [15_000]),
    ("in a remittance that does not balance", [wo(remit_key="Q"), check("Q", state="QUARANTINED")], []),
    ("in a test file", [wo(remit_key="Q"), check("Q", is_test=True)], []),
    ("mirrored on the claim", [wo(), raised()], []),
    ("mirrored as an adjustment on the claim", [wo(), raised(kind="ADJUSTMENT")], []),
    ("mirrored under the check", [wo(), raised(kind="ADJUSTMENT", claim_number=None, external_ref="98")], []),
    ("mirrored under the check, with zeros in front", [wo(), raised(claim_number=None, external_ref="0098")], []),
    ("another amount under the check", [wo(), raised(14_999, claim_number=None, external_ref="98")], [15_000]),
    ("a voided mirror", [wo(), raised(status="VOID")], [15_000]),
    ("a payment, which lowers, mirrors nothing", [wo(), raised(-15_000)], [15_000]),
    ("an old posting, corrected the same day",
     [wo(), raised(-40_000, on=OLD), raised(40_000, on=OLD), raised(-39_999, on=OLD)], [15_000]),
    ("an old takeback of as much", [wo(), raised(on=OLD)], [15_000]),
    ("mirrored from the paper EOB, four days before", [wo(), raised(on=date(2026, 3, 5))], []),
    ("a posting of that day, entered anew", [wo(), raised(40_000), raised(-40_000)], [15_000]),
    ("mirrored beside a payment of that day", [wo(), raised(), raised(-20_000)], []),
    ("mirrored in two entries", [wo(), raised(10_000), raised(5_000)], []),
    ("the whole check is posted", [wo(), ledger("a", "1", "INS_PAYMENT", -54_542, MON, external_ref="98")], []),
    ("a deposit alone proves nothing", [wo(), ledger("a", "1", "INS_PAYMENT", -69_200, MON, external_ref="98")], [15_000]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "cents"), TAKEN, ids=[case[0] for case in TAKEN])
def test_what_a_payer_kept(ask: Any, name: str, more: list[Row], cents: list[int]) -> None:
    assert sorted(f.value_cents for f in ask(EraTakeback, [*PLAIN, *more])) == sorted(cents)


def test_one_entry_mirrors_one_takeback(ask: Any) -> None:
    rows = [*PLAIN, wo(), check("99", on=date(2026, 3, 10)), wo(remit_key="99"), raised()]
    assert [f.subject for f in ask(EraTakeback, rows)] == ["remit:era:99"]
    assert ask(EraTakeback, [*rows, raised(on=date(2026, 3, 10))]) == []


def test_the_worked_reconciliation_of_r3(ask: Any) -> None:
    """480.00 + 212.00 less WO 150.00 with interest 3.42: the check is 545.42. Without -150.00 it is a takeback of $150,
    although remittance and bank agree; with it and the interest the check is posted."""
    posted = [ledger("p1", "1", "INS_PAYMENT", -48_000, MON, external_ref="98"),
              ledger("p2", "1", "INS_PAYMENT", -21_200, MON, external_ref="98")]  # fmt: skip
    rows = [*PLAIN, wo(), wo(-342, "L6", None), *posted]
    assert [f.value_cents for f in ask(EraTakeback, rows)] == [15_000]
    mirrored = [raised(external_ref="98"), ledger("i", "1", "INS_PAYMENT", -342, MON, external_ref="98")]
    assert ask(EraTakeback, [*rows, *mirrored]) == []


def reversal(paid: int, key: str = "V", remit_key: str = "98", **values: Any) -> Row:
    given = {"status_code": "22", "is_reversal": True, "charge_cents": -50_000, "service_from": OLD, "service_to": OLD}
    return remit_claim(key, remit_key, "31", paid, **{**given, **values})


def correction(paid: int, remit_key: str = "98") -> Row:
    return reversal(paid, "W", remit_key, status_code="1", is_reversal=False, charge_cents=50_000)


REVERSED: list[tuple[str, list[Row], list[int]]] = [
    ("a reversal alone", [reversal(-15_000)], [15_000]),
    ("with its correction, 30.00 less", [reversal(-15_000), correction(12_000)], [3_000]),
    ("with a correction that pays more", [reversal(-15_000), correction(16_000)], []),
    ("corrected in a later remittance", [reversal(-15_000), check("99", on=date(2026, 3, 10)), correction(15_000, "99")], []),
    ("announced, taken later: WO below 0 beside it", [reversal(-15_000), wo(-15_000)], []),
    ("and taken by a later check", [reversal(-15_000), wo(-15_000), check("99", on=date(2026, 3, 10)), wo(remit_key="99")], [15_000]),
    ("taken by a later check, mirrored when it was announced",
     [reversal(-15_000), wo(-15_000), check("99", on=date(2026, 3, 10)), wo(remit_key="99"), raised()], []),
    ("mirrored", [reversal(-15_000), raised()], []),
    ("both halves are posted", [reversal(-15_000), correction(12_000), raised(15_000, external_ref="98"),
                                ledger("n", "1", "INS_PAYMENT", -12_000, MON, claim_number="31", external_ref="98")], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "cents"), REVERSED, ids=[case[0] for case in REVERSED])
def test_a_reversal_and_its_correction_count_by_their_difference(
    ask: Any, name: str, more: list[Row], cents: list[int]
) -> None:
    assert [f.value_cents for f in ask(EraTakeback, [*PLAIN, *more])] == cents


def test_a_reversal_is_said_to_be_one(ask: Any) -> None:
    (finding,) = ask(EraTakeback, [*PLAIN, reversal(-15_000)])
    assert finding.sentence == "UHC took back $150 in check 98 for a 2025 claim of L. Orr; our ledger does not show it."


def test_a_balance_carried_forward_is_not_lost_until_it_is_applied(ask: Any) -> None:
    """Net negative: check 98 pays nothing and carries 150.00 under its own trace; check 99 applies it."""
    carries = [ORR, old_claim(), check(cents=0), reversal(-15_000), wo(-15_000, "FB", "98")]
    assert ask(EraTakeback, carries) == []
    applies = [check("99", on=date(2026, 3, 10)), wo(15_000, "FB", "98", "99")]
    (finding,) = ask(EraTakeback, [*carries, *applies])
    assert (finding.subject, finding.value_cents, finding.due) == ("remit:era:98", 15_000, date(2026, 3, 13))
    assert ask(EraTakeback, [*carries, *applies, raised()]) == []
    half = [check("99", on=date(2026, 3, 10)), wo(5_000, "FB", "98", "99")]
    assert ask(EraTakeback, [*carries, *half]) == []


def test_a_debt_applied_that_no_remittance_carried_is_a_takeback(ask: Any) -> None:
    (finding,) = ask(EraTakeback, [*PLAIN, wo(15_000, "FB", "0077")])
    assert finding.sentence == "UHC kept $150 from check 98 (FB, reference 0077); our ledger does not show it."


def test_the_same_check_delivered_twice_is_one(ask: Any) -> None:
    again = [check().changed(source="era2"), wo().changed(source="era2")]
    assert len(ask(EraTakeback, [*PLAIN, wo(), *again])) == 1


def test_a_test_patient_has_no_takeback(ask: Any) -> None:
    assert ask(EraTakeback, [ORR.changed(is_test=True), old_claim(), check(), wo()]) == []


def test_shuffled_facts_give_the_same_findings(ask: Any) -> None:
    rows = [*PLAIN, wo(), wo(2_000, "CS", "X9"), reversal(-4_000), check("99", on=TUE), wo(700, "IR", None, "99")]
    first = ask(EraTakeback, rows)
    assert len(first) == 3
    random.Random(5).shuffle(rows)
    assert ask(EraTakeback, rows) == first
