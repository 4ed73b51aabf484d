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


def also(key: str, on: date, paid: int, charge: int, *, odd: bool = False, **values: Any) -> list[Row]:
    """One more answer to claim 12, alone on its remittance."""
    figures = {"balanced": False, "imbalance_cents": -1} if odd else {}
    return [
        remit(key, paid, payment_date=on),
        remit_claim(f"c{key}", key, "12", paid, charge_cents=charge, **figures, **values),
    ]


def back(key: str, on: date, paid: int, charge: int) -> list[Row]:
    """The payer takes an answer back (CLP02 22)."""
    return also(key, on, -paid, -charge, status_code="22", is_reversal=True)


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


FEB_10, FEB_20 = date(2026, 2, 10), date(2026, 2, 20)
# Nine tenths of what was billed ($630 of $700) carry nine tenths of $590 = $531, the last tenth carries $59.
SEVERAL: list[tuple[str, dict[str, Any], list[Row], list[int]]] = [
    ("paid by odd figures before, and a duplicate", {}, [*also("A", FEB_10, 59_000, 70_000, odd=True), *odd()], []),
    ("paid by odd figures afterwards", {}, [*odd(), *also("A", MAR_2, 59_000, 70_000, odd=True)], []),
    ("the rest was paid by odd figures before", {}, [*also("A", FEB_10, 53_100, 63_000, odd=True), *odd(charge=7_000)],
     [5_900]),
    ("the rest was paid by odd figures afterwards", {}, [*odd(charge=63_000), *also("A", MAR_2, 5_900, 7_000, odd=True)],
     [53_100]),
    ("refused in two parts", {}, [*also("A", FEB_10, 0, 63_000, odd=True), *odd(charge=7_000)], [59_000]),
    ("refused twice", {}, [*also("A", FEB_10, 0, 70_000, odd=True), *odd()], [59_000]),
    ("refused twice, nothing expected known", {"exp_cents": None},
     [*also("A", FEB_10, 0, 70_000, odd=True), *odd()], [70_000]),
    ("the newer part was paid in the end", {},
     [*also("A", FEB_10, 0, 7_000, odd=True), *odd(charge=63_000), *also("B", MAR_2, 53_100, 63_000)], [5_900]),
]  # fmt: skip

REVERSED: list[tuple[str, dict[str, Any], list[Row], list[int]]] = [
    ("paid, taken back and refused", {},
     [*also("A", FEB_10, 59_000, 70_000), *back("B", FEB_27, 59_000, 70_000), *odd()], [59_000]),
    ("paid in parts, one taken back and refused", {},
     [*also("A", FEB_10, 53_100, 63_000), *also("E", FEB_10, 5_900, 7_000), *back("B", FEB_20, 5_900, 7_000),
      *odd(charge=7_000)], [5_900]),
    ("paid in parts, both taken back at once and refused", {},
     [*also("A", FEB_10, 53_100, 63_000), *also("E", FEB_10, 5_900, 7_000), *back("B", FEB_20, 59_000, 70_000), *odd()],
     [59_000]),
    ("what was taken back never reached us", {}, [*back("B", FEB_20, 59_000, 70_000), *odd()], [59_000]),
    ("the refusal itself was taken back, and paid", {},
     [*odd(), *back("B", MAR_2, 0, 70_000), *also("E", MAR_2, 59_000, 70_000)], []),
    ("the refused part was taken back, and paid", {},
     [*also("A", FEB_10, 53_100, 63_000), *odd(charge=7_000), *back("B", MAR_2, 0, 7_000), *also("E", MAR_2, 5_900, 7_000)],
     []),
    ("the first sending was taken back, the second one paid, and a duplicate",
     {"last_sent_date": date(2026, 2, 12)},
     [*also("A", FEB_10, 50_000, 70_000), *back("B", FEB_20, 50_000, 70_000), *also("E", FEB_20, 59_000, 70_000), *odd()],
     []),
]  # fmt: skip
PARTS += [*SEVERAL, *REVERSED]


@pytest.mark.parametrize(("name", "values", "answers", "lost"), PARTS, ids=[case[0] for case in PARTS])
def test_a_zero_is_not_lost_when_the_list_shows_the_claim_no_more(
    ask: Any, name: str, values: dict[str, Any], answers: list[Row], lost: list[int]
) -> None:
    rows = [BELL, ours(**values, deleted_at=GONE), *answers]
    assert [finding.value_cents for finding in ask(ClaimDenied, rows)] == lost


def test_the_correction_of_the_same_remittance_is_not_what_it_takes_back(ask: Any) -> None:
    """Refused on 02-10 by good figures, which 02-27 takes back and refuses anew a cent off: one remittance, both claims."""
    both = [
        remit("B", 0, payment_date=FEB_27),
        remit_claim("cB", "B", "12", 0, charge_cents=-70_000, status_code="22", is_reversal=True),
        remit_claim("cC", "B", "12", 0, charge_cents=70_000, position=2, balanced=False, imbalance_cents=-1),
    ]
    (finding,) = ask(ClaimDenied, [BELL, ours(deleted_at=GONE), *also("A", FEB_10, 0, 70_000), *both])
    assert (finding.value_cents, finding.evidence) == (59_000, ("claim:pms:12", "remit_claim:era:cC"))


def test_of_two_refused_parts_the_older_ones_time_to_appeal_runs_out_first(ask: Any) -> None:
    rows = [BELL, ours(deleted_at=GONE), *also("A", FEB_10, 0, 63_000, odd=True), *odd(charge=7_000)]
    for given in (rows, rows[::-1]):
        (finding,) = ask(ClaimDenied, given)
        assert (finding.since, finding.evidence) == (FEB_10, ("claim:pms:12", "remit_claim:era:cA"))


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
