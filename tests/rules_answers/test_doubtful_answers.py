"""Answers whose own figures do not add up, on both databases: what the practice did with them is not lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from plugins.rules_claims import ClaimAging, ClaimDenied, ClaimNoAck
from plugins.rules_remittance import EraUnposted
from tests.rows import Row, claim, claim_event, ledger, patient, remit, remit_claim

BELL = patient("3", first_name="Rita", last_name="Bell")
SENT, FEB_27, MAR_2, MAR_9 = date(2026, 2, 2), date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 9)
GONE = datetime(2026, 3, 2, tzinfo=UTC)  # the list of open claims showed it no more


def ours(**values: Any) -> Row:
    """A claim of $700 sent on 02-02, $590 expected."""
    given = {"exp_cents": 59_000, "billed_cents": 70_000, "first_sent_date": SENT, "last_sent_date": SENT, "is_paper": False}  # fmt: skip
    return claim("12", "3", **{**given, **values})


def odd(paid: int = 0, charge: int = 70_000) -> list[Row]:
    """Answered Fri 02-27, a cent off in itself; the payment adds up."""
    values = {"charge_cents": charge, "balanced": False, "imbalance_cents": -1, "adjustments": "|CO-96:69999|"}
    return [remit("R", paid, payment_date=FEB_27), remit_claim("C", "R", "12", paid, **values)]


def good(paid: int, charge: int, on: date = MAR_2, **values: Any) -> list[Row]:
    given = {"charge_cents": charge, "adjustments": f"|CO-45:{charge - paid}|", **values}
    return [remit("S", paid, payment_date=on), remit_claim("D", "S", "12", paid, **given)]


def paid(key: str, cents: int) -> Row:
    return ledger(key, "3", "INS_PAYMENT", -cents, MAR_9, claim_number="12")


# The odd part is a tenth of what was billed: a tenth of $590 was expected for it.
PARTS: list[tuple[str, dict[str, Any], list[Row], list[int]]] = [
    ("the whole claim", {}, odd(), [59_000]),
    ("nothing expected known: the charge", {"exp_cents": None}, odd(), [70_000]),
    ("the rest of it was paid", {}, [*odd(charge=7_000), *good(50_000, 63_000)], [5_900]),
    ("the rest of it was paid before", {}, [*odd(charge=7_000), *good(50_000, 63_000, on=date(2026, 2, 20))], [5_900]),
    ("the rest of it was paid, and the claim says so", {"paid_cents": 50_000},
     [*odd(charge=7_000), *good(50_000, 63_000)], [5_900]),
    ("the claim says that more was paid", {"paid_cents": 55_000}, [*odd(charge=7_000), *good(50_000, 63_000)], []),
    ("the same work was answered again", {}, [*odd(), *good(59_000, 70_000)], []),
    ("an answer before it was sent again", {}, [*odd(), *good(0, 70_000, on=date(2026, 1, 30))], [59_000]),
    ("the rest of it was refused: one item", {}, [*odd(charge=7_000), *good(0, 63_000, adjustments="|CO-96:63000|")], [53_100]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "answers", "lost"), PARTS, ids=[case[0] for case in PARTS])
def test_a_zero_is_not_lost_when_the_list_shows_the_claim_no_more(
    ask: Any, name: str, values: dict[str, Any], answers: list[Row], lost: list[int]
) -> None:
    rows = [BELL, ours(**values, deleted_at=GONE), *answers]
    assert [finding.value_cents for finding in ask(ClaimDenied, rows)] == lost


def test_one_that_was_entered_in_parts_is_posted_and_answered(ask: Any) -> None:
    rows = [BELL, ours(), *odd(21_200)]
    assert [len(ask(rule, rows)) for rule in (EraUnposted, ClaimAging)] == [1, 1]
    rows += [paid("a", 10_000), paid("b", 11_200)]
    assert [ask(rule, rows) for rule in (EraUnposted, ClaimAging)] == [[], []]


def test_whoever_sent_such_figures_has_the_claim(ask: Any) -> None:
    known = claim("90", "3", first_sent_date=SENT, last_sent_date=SENT, status="ADJUDICATED", received_date=MAR_2)
    rows = [BELL, known, claim_event("A", "90", happened_on=SENT), ours()]
    assert len(ask(ClaimNoAck, rows)) == 1
    assert ask(ClaimNoAck, [*rows, *odd(21_200)]) == []
    assert len(ask(ClaimAging, [*rows, *odd(21_200)])) == 1


def test_a_payment_proves_one_of_two_equal_answers(ask: Any) -> None:
    second = [remit("S", 21_200, payment_date=MAR_2), remit_claim("D", "S", "12", 21_200)]
    done = ours(status="ADJUDICATED", received_date=MAR_9, paid_cents=21_200)
    booked = ledger("p", "3", "INS_PAYMENT", -21_200, MAR_9, claim_number="12", external_ref="S")
    (finding,) = ask(EraUnposted, [BELL, done, *odd(21_200), *second, booked])
    assert (finding.subject, finding.value_cents) == ("remit:era:R", 21_200)
