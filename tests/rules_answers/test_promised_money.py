"""REMIT-NO-PAY: the catalogue's example, how money is paired with its promise, and what clears it.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from plugins.rules_remittance import RemitNoPay
from tests.rows import Row, ledger, remit, row

WED, OLD = date(2026, 3, 4), date(2026, 1, 5)


def promise(key: str = "0098", cents: int = 231_000, on: date = WED, **values: Any) -> Row:
    return remit(key, cents, payment_date=on, **values)


def bank(cents: int, on: date = WED, key: str = "", **values: Any) -> Row:
    return row("bank_txn", key or f"b{cents}{on}", "bank", **{"amount_cents": cents, "posted_date": on, **values})


def payment(cents: int, on: date = WED, **values: Any) -> Row:
    return row("ins_payment", f"i{cents}{on}", **{"amount_cents": cents, "payment_date": on, "payer_name": "Delta Dental", **values})


READ = bank(1, OLD)  # the bank was read since January
ENTERED = payment(1, OLD)


def test_the_example_scores_85(ask: Any, points: Any) -> None:
    # 40 * ln(2311)/9.21044 = 33.64; + 35 + 11.25 + 5 = 84.9; ACH of Wed 03-04 + 3 bd = Mon 03-09
    (finding,) = ask(RemitNoPay, [promise(), READ])
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 9), 231_000, 85)
    assert finding.sentence == "Delta Dental's EOB 0098 promises $2,310 by transfer for Mar 4; no money yet."
    assert (finding.subject, finding.evidence) == ("remit:era:0098", ("remit:era:0098",))


CASES: list[tuple[str, dict[str, Any], list[Row], int]] = [
    ("two working days after a transfer", {"payment_date": date(2026, 3, 6)}, [READ], 0),
    ("a check waits for ten", {"method": "CHK"}, [READ], 0),
    ("a check of ten working days ago", {"method": "CHK", "payment_date": date(2026, 2, 24)}, [READ], 1),
    ("nobody says how it is paid", {"method": None}, [READ], 0),
    ("a notice without money", {"method": "NON"}, [READ], 0),
    ("nothing to pay", {"amount_cents": 0}, [READ], 0),
    ("does not balance", {"state": "QUARANTINED"}, [READ], 0),
    ("a test file", {"is_test": True}, [READ], 0),
    ("the trace in its column", {}, [READ, bank(5, trace="98")], 0),
    ("the trace in the text", {"trace": "0000123456"}, [READ, bank(5, text="HCCLAIMPMT TRN*1*0000123456*1\\")], 0),
    ("a short number in a text is no trace", {}, [READ, bank(5, text="BRANCH 0098")], 1),
    ("payer and amount within five days", {}, [READ, bank(231_000, date(2026, 3, 9), text="DELTA DENTAL CA HCCLAIMPMT")], 0),
    ("another payer's deposit of the same amount", {}, [READ, bank(231_000, text="CIGNA DENTAL HCCLAIMPMT")], 1),
    ("the amount, and a line that names nobody", {}, [READ, bank(231_000)], 0),
    ("six days apart", {}, [READ, bank(231_000, date(2026, 3, 10)).changed(posted_date=date(2026, 2, 26))], 1),
    ("one cent less", {}, [READ, bank(230_999)], 1),
    ("money that left", {}, [READ, bank(-231_000)], 1),
    ("a check deposited weeks later", {"method": "CHK", "payment_date": date(2026, 2, 10)}, [READ, bank(231_000, WED)], 0),
    ("entered in the practice system, but a bank is read", {}, [READ, payment(231_000, trace="98")], 1),
    ("entered in the practice system, no bank is read", {}, [ENTERED, payment(231_000, trace="98")], 0),
    ("a payment of that payer and amount", {}, [ENTERED, payment(231_000)], 0),
    ("no bank is read and nothing is entered", {}, [ENTERED], 1),
    ("a check entered in the practice system", {"method": "CHK", "payment_date": date(2026, 2, 10)},
     [READ, ENTERED, payment(231_000, date(2026, 2, 12))], 0),
    ("a posting is no money", {}, [READ, ledger("p", "1", "INS_PAYMENT", -231_000, WED, external_ref="98")], 1),
    ("older than the first line of the bank", {"payment_date": date(2025, 12, 30)}, [READ], 0),
    ("neither bank nor payments", {}, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "more", "count"), CASES, ids=[case[0] for case in CASES])
def test_money_is_missed_when_it_should_be_there(
    ask: Any, name: str, values: dict[str, Any], more: list[Row], count: int
) -> None:
    assert len(ask(RemitNoPay, [promise().changed(**values), *more])) == count


def test_one_line_of_the_bank_pays_one_promise(ask: Any) -> None:
    rows = [promise(), promise("0099"), READ, bank(231_000, text="DELTA DENTAL")]
    assert len(ask(RemitNoPay, rows)) == 1
    assert ask(RemitNoPay, [*rows, bank(231_000, date(2026, 3, 5), text="DELTA DENTAL")]) == []


def test_several_promises_in_one_deposit_when_only_one_combination_fits(ask: Any) -> None:
    three = [promise("1", 10_000), promise("2", 20_010), promise("3", 30_100), READ]
    assert [f.subject for f in ask(RemitNoPay, [*three, bank(30_010, text="DELTA")])] == ["remit:era:3"]
    twice = [*three, promise("4", 20_010)]
    assert len(ask(RemitNoPay, [*twice, bank(30_010, text="DELTA")])) == 4


def test_a_card_payer_is_a_setting(ask: Any) -> None:
    card = promise(on=date(2026, 3, 3), method="NON")
    assert ask(RemitNoPay, [card, READ]) == []
    (finding,) = ask(RemitNoPay, [card, READ], card_payers=["delta dental"])
    assert (finding.due, finding.sentence[-41:]) == (date(2026, 3, 10), "promises $2,310 by card for Mar 3; no money yet."[-41:])
    assert ask(RemitNoPay, [card, ENTERED, READ, payment(231_000)], card_payers=["Delta Dental"]) == []


def test_the_same_check_delivered_twice_is_one(ask: Any) -> None:
    assert len(ask(RemitNoPay, [promise(), promise().changed(source="era2"), READ])) == 1


def test_needs_say_why_it_cannot_be_known() -> None:
    assert RemitNoPay.needs == ("remit", "bank_txn|ins_payment")


def test_shuffled_facts_give_the_same_findings(ask: Any) -> None:
    rows = [promise(str(n), 10_000 + n, WED) for n in range(6)] + [READ, bank(10_003), bank(10_004, text="CIGNA")]
    first = ask(RemitNoPay, rows)
    assert len(first) == 5
    random.Random(7).shuffle(rows)
    assert ask(RemitNoPay, rows) == first
