"""CLAIM-DENIED over several remittances, after posting, and when the claim has left its list.

The claim of all cases: crown D2740 billed $1,150, $590 expected, and filling D2392 billed $250, $210 expected.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest

from plugins.rules_claims import ClaimDenied, ClaimInfoRequested, ClaimSecondaryDue
from tests.rows import Row, claim, claim_line, coverage, ledger, patient, remit, remit_claim, row

SENT, DAY_A, DAY_B = date(2026, 1, 21), date(2026, 2, 20), date(2026, 2, 27)
GONE = datetime(2026, 3, 2, tzinfo=UTC)
CROWN, FILLING = ("1", "D2740", 115_000), ("2", "D2392", 25_000)
Line = tuple[tuple[str, str, int], int, str]


def ours(**values: Any) -> list[Row]:
    given = {"billed_cents": 140_000, "exp_cents": 80_000}
    return [
        patient("1"), claim("7", "1", **{**given, **values}),
        claim_line("l1", "7", line_number="1", code="D2740", est_ins_cents=59_000, billed_cents=115_000),
        claim_line("l2", "7", line_number="2", code="D2392", est_ins_cents=21_000, billed_cents=25_000),
    ]  # fmt: skip


def eob(key: str, on: date, *lines: Line, numbers: bool = True, **values: Any) -> list[Row]:
    """One remittance with the lines (service, paid, reason for the rest)."""
    paid, charge = sum(line[1] for line in lines), sum(line[0][2] for line in lines)
    found = [remit(key, paid, payment_date=on), remit_claim(f"C{key}", key, "7", paid, charge_cents=charge, **values)]
    for place, ((number, code, billed), cents, reason) in enumerate(lines):
        rest = f"|{reason}:{billed - cents}|"
        found.append(row("remit_line", f"L{key}{place}", "era", remit_claim_key=f"C{key}", position=place, code=code,
                         line_number=number if numbers else None, charge_cents=billed, paid_cents=cents, adjustments=rest))  # fmt: skip
    return found


def reversal(key: str, on: date, *lines: tuple[tuple[str, str, int], int]) -> list[Row]:
    back = [((number, code, -billed), -paid, "CO-45") for (number, code, billed), paid in lines]
    return eob(key, on, *back, status_code="22", is_reversal=True)


CROWN_DENIED, FILLING_DENIED = (CROWN, 0, "CO-151"), (FILLING, 0, "CO-151")
CROWN_PAID, FILLING_PAID = (CROWN, 59_000, "CO-45"), (FILLING, 21_000, "CO-45")
LATER = date(2026, 3, 3)
SPLIT: list[tuple[str, list[Row], list[int]]] = [
    ("both denied at once: what the claim expected", eob("A", DAY_A, CROWN_DENIED, FILLING_DENIED), [80_000]),
    ("the crown alone, the filling not answered", eob("A", DAY_A, CROWN_DENIED), [59_000]),
    ("the crown denied, the filling paid by another check",
     [*eob("A", DAY_A, CROWN_DENIED), *eob("B", DAY_B, FILLING_PAID)], [59_000]),
    ("the same without line numbers",
     [*eob("A", DAY_A, CROWN_DENIED, numbers=False), *eob("B", DAY_B, FILLING_PAID, numbers=False)], [59_000]),
    ("the crown paid, the filling denied by another check",
     [*eob("A", DAY_A, CROWN_PAID), *eob("B", DAY_B, FILLING_DENIED)], [21_000]),
    ("ten dollars more on the filling leave the crown denied",
     [*eob("A", DAY_A, CROWN_DENIED, (FILLING, 20_000, "CO-45")), *eob("B", DAY_B, (FILLING, 1_000, "CO-45"))], [59_000]),
    ("denied by two checks", [*eob("A", DAY_A, CROWN_DENIED), *eob("B", DAY_B, FILLING_DENIED)], [80_000]),
    ("decided anew", [*eob("A", DAY_A, CROWN_DENIED), *eob("B", DAY_B, CROWN_PAID)], []),
    ("a duplicate refusal after the payment", [*eob("A", DAY_A, CROWN_PAID), *eob("B", DAY_B, (CROWN, 0, "CO-18"))], []),
    ("already paid, says the payer", [*eob("A", DAY_A, CROWN_PAID), *eob("B", DAY_B, (CROWN, 0, "OA-B13"))], []),
    ("a reversal takes back the refusal of its line alone",
     [*eob("A", DAY_A, CROWN_DENIED, FILLING_DENIED), *reversal("B", DAY_B, (FILLING, 0))], [59_000]),
    ("reversed and corrected in one check",
     [*eob("A", DAY_A, CROWN_DENIED), *reversal("B", DAY_B, (CROWN, 0)), *eob("C", DAY_B, CROWN_PAID)], []),
    ("paid, reversed and then refused",
     [*eob("A", DAY_A, CROWN_PAID), *reversal("B", DAY_B, (CROWN, 59_000)), *eob("C", DAY_B, CROWN_DENIED)], [59_000]),
    ("the whole claim paid by an answer without lines",
     [*eob("A", DAY_A, CROWN_DENIED, FILLING_PAID), remit("B", 80_000, payment_date=DAY_B),
      remit_claim("CB", "B", "7", 80_000, charge_cents=140_000)], []),
    ("a bundled line of a check whose other line another check paid",
     [*eob("A", DAY_A, (FILLING, 0, "CO-97")), *eob("B", DAY_B, CROWN_PAID)], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "cents"), SPLIT, ids=[case[0] for case in SPLIT])
def test_each_line_stands_by_its_own_newest_answer(ask: Any, name: str, more: list[Row], cents: list[int]) -> None:
    assert [finding.value_cents for finding in ask(ClaimDenied, [*ours(), *more])] == cents


def test_a_line_without_an_estimate_is_valued_in_proportion_to_what_was_billed(ask: Any) -> None:
    """$800 expected of $1,400 billed; the filling is $250 of it: 80,000 * 25,000 / 140,000 = 14,285 cents."""
    lines = [each.changed(est_ins_cents=None) if each.entity == "claim_line" else each for each in ours()]
    assert [f.value_cents for f in ask(ClaimDenied, [*lines, *eob("B", DAY_B, FILLING_DENIED)])] == [14_285]


def test_the_finding_names_the_refused_lines_and_the_first_deadline(ask: Any) -> None:
    rows = [*ours(), *eob("A", DAY_A, CROWN_DENIED), *eob("B", DAY_B, FILLING_DENIED)]
    (finding,) = ask(ClaimDenied, rows)
    # 180 days after Fri 02-20 is Wed 08-19; due 3 working days after it
    assert finding.sentence.endswith("$800 expected. Appeal by Aug 19.")
    assert (finding.since, finding.due) == (DAY_A, date(2026, 2, 25))
    assert finding.evidence == (
        "claim:pms:7", "remit_claim:era:CA", "remit_claim:era:CB", "remit_line:era:LA0", "remit_line:era:LB0",
    )  # fmt: skip
    assert finding.state == "2026-02-20 A, 2026-02-27 B"


def test_the_order_of_arrival_changes_nothing(ask: Any) -> None:
    parts = [eob("A", DAY_A, CROWN_DENIED), eob("B", DAY_B, FILLING_PAID), eob("C", LATER, (FILLING, 1_000, "CO-45"))]
    found = {tuple(ask(ClaimDenied, [*ours(), *(row for part in order for row in part)])) for order in permutations(parts)}
    assert [[finding.value_cents for finding in findings] for findings in found] == [[59_000]]


def test_the_same_check_from_two_sources_denies_once(ask: Any) -> None:
    once = eob("A", DAY_A, CROWN_DENIED)
    again = [each.changed(source="portal") for each in once]
    assert ask(ClaimDenied, [*ours(), *once, *again]) == ask(ClaimDenied, [*ours(), *once])


def off(cents: int, on: date = DAY_B, kind: str = "WRITEOFF", key: str = "w") -> Row:
    return ledger(key, "1", kind, -cents, on, claim_key="7")


# Crown and filling together: contract write-off up to 140,000 - 80,000 = 60,000.
BOOKS: list[tuple[str, list[Row], int]] = [
    ("the contract's write-off", [off(23_000)], 1),
    ("a contract's write-off as large as the loss and the contract allow", [off(60_000)], 1),
    ("the loss to the cent", [off(59_000)], 0),
    ("the loss on top of the contract's", [off(23_000), off(59_000, key="x")], 0),
    ("the loss as an adjustment", [off(59_000, kind="ADJUSTMENT")], 0),
    ("written off before the answer", [off(59_000, SENT)], 1),
    ("the filling's payment is posted", [off(21_000, kind="INS_PAYMENT")], 1),
    ("a paper check paid the crown after all",
     [off(21_000, kind="INS_PAYMENT"), off(59_000, LATER, "INS_PAYMENT", "x")], 0),
    ("the remittance's payment, posted late, pays nothing else", [off(80_000, SENT, "INS_PAYMENT")], 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "books", "count"), BOOKS, ids=[case[0] for case in BOOKS])
def test_posting_the_answer_does_not_give_the_loss_up(ask: Any, name: str, books: list[Row], count: int) -> None:
    rows = [*ours(), *eob("A", DAY_A, CROWN_DENIED, FILLING_PAID), *books]
    assert len(ask(ClaimDenied, rows)) == count


ZERO = {"status": "ADJUDICATED", "received_date": DAY_B, "paid_cents": 0, "exp_cents": 59_000, "billed_cents": 115_000}
RECEIVED: list[tuple[str, dict[str, Any], list[Row], int]] = [
    ("the contract's write-off in the ledger", {}, [off(23_000)], 1),
    ("the contract's write-off on the claim", {"writeoff_cents": 56_000}, [], 1),
    ("a contract that leaves the patient nothing", {}, [off(56_000)], 1),
    ("written off in full", {}, [off(115_000)], 0),
    ("written off in full, as the claim says", {"writeoff_cents": 115_000}, [], 0),
    ("the loss on top of the contract's", {}, [off(23_000), off(59_000, key="x")], 0),
    ("insurance money was posted", {}, [off(100, kind="INS_PAYMENT")], 0),
    ("posted and taken out again", {}, [off(100, kind="INS_PAYMENT"), off(-100, kind="INS_PAYMENT", key="x")], 1),
    ("with a noted reason", {"note": "benefits exhausted"}, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "books", "count"), RECEIVED, ids=[case[0] for case in RECEIVED])
def test_received_at_zero_stays_until_the_loss_is_settled(
    ask: Any, name: str, values: dict[str, Any], books: list[Row], count: int
) -> None:
    assert len(ask(ClaimDenied, [patient("1"), claim("7", "1", **{**ZERO, **values}), *books])) == count


LEFT: list[tuple[str, list[Row], int]] = [
    ("nothing else", [], 1),
    ("sent again under another number", [claim("8", "1", first_sent_date=LATER, last_sent_date=LATER)], 0),
    ("sent again, and gone again", [claim("8", "1", first_sent_date=LATER, last_sent_date=LATER, deleted_at=GONE)], 0),
    ("another claim of that visit, sent before the answer", [claim("8", "1")], 1),
    ("another visit", [claim("8", "1", first_sent_date=LATER, last_sent_date=LATER, service_from=LATER)], 1),
    ("a draft that was deleted", [claim("8", "1", status="DRAFT", last_sent_date=LATER, deleted_at=GONE)], 1),
    ("replaced in its chain", [claim("8", "1", chain_key="7", last_sent_date=date(2026, 2, 10))], 0),
    ("the loss written off under its number", [ledger("w", "1", "WRITEOFF", -59_000, LATER, claim_number="7")], 0),
    ("paid under its number", [ledger("w", "1", "INS_PAYMENT", -59_000, LATER, claim_number="7")], 0),
    ("the payer answers anew", eob("B", LATER, CROWN_PAID), 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "count"), LEFT, ids=[case[0] for case in LEFT])
def test_a_denial_outlives_the_list_of_open_claims(ask: Any, name: str, more: list[Row], count: int) -> None:
    rows = [*ours(deleted_at=GONE), *eob("A", DAY_A, CROWN_DENIED), *more]
    assert [finding.subject for finding in ask(ClaimDenied, rows)] == ["claim:pms:7"] * count


def test_a_claim_that_went_without_an_answer_is_no_denial(ask: Any) -> None:
    assert ask(ClaimDenied, ours(deleted_at=GONE)) == []


def test_a_second_plan_is_due_after_the_first_claim_left_its_list(ask: Any) -> None:
    plans = [coverage("k1", "1"), coverage("k2", "1", ordinal=2, payer_name="Guardian")]
    paid = eob("A", DAY_A, CROWN_PAID, FILLING_PAID, pr_cents=16_400)
    gone = [*ours(deleted_at=GONE, coverage_key="k1"), *plans, *paid]
    assert [finding.value_cents for finding in ask(ClaimSecondaryDue, gone)] == [16_400]
    assert ask(ClaimSecondaryDue, [*gone, claim("8", "1", ordinal=2, coverage_key="k2")]) == []
    assert ask(ClaimSecondaryDue, [*gone, claim("8", "1", first_sent_date=LATER, last_sent_date=LATER)]) == []


def asking(**values: Any) -> list[Row]:
    """CO-16 for the whole of $600, of which $488 is expected."""
    given = {"billed_cents": 60_000, "exp_cents": 48_800, "status": "ADJUDICATED", "received_date": DAY_B, "paid_cents": 0}
    answer = remit_claim("CA", "A", "7", 0, charge_cents=60_000, reasons="|CO-16|", adjustments="|CO-16:60000|")
    return [patient("1"), claim("7", "1", **{**given, **values}), remit("A", 0, payment_date=DAY_A), answer]


ASKED: list[tuple[str, dict[str, Any], list[Row], bool]] = [
    ("received alone", {}, [], True),
    ("closed alone", {"status": "CLOSED"}, [], True),
    ("gone from the list of open claims", {"deleted_at": GONE}, [], True),
    ("the contract's write-off", {}, [off(11_200)], True),
    ("all of it written off", {"status": "CLOSED"}, [off(60_000)], False),
    ("closed with a reason", {"status": "CLOSED", "note": "patient never answered"}, [], False),
    ("paid by a paper check", {}, [off(48_800, LATER, "INS_PAYMENT")], False),
    ("gone, and sent again under another number", {"deleted_at": GONE}, [claim("8", "1", first_sent_date=LATER, last_sent_date=LATER)], False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "more", "stands"), ASKED, ids=[case[0] for case in ASKED])
def test_a_question_ends_when_the_money_is_given_up(
    ask: Any, name: str, values: dict[str, Any], more: list[Row], stands: bool
) -> None:
    rows = [*asking(**values), *more]
    assert len(ask(ClaimInfoRequested, rows)) == stands
    assert ask(ClaimDenied, rows) == []


SECOND: list[tuple[str, int, int | None]] = [
    # billed 1,150; the second plan is expected to pay 590
    ("the first plan paid nothing", 0, 59_000),
    ("the first plan left 950: all of it may come", 20_000, 59_000),
    ("the first plan left 350: no more can come", 80_000, 35_000),
    ("the first plan paid it all: nothing was denied", 115_000, None),
]


@pytest.mark.parametrize(("what", "paid_first", "worth"), SECOND, ids=[case[0] for case in SECOND])
def test_a_second_plan_denies_no_more_than_the_first_one_left(
    ask: Any, what: str, paid_first: int, worth: int | None
) -> None:
    first = claim("7", "1", **{**ZERO, "paid_cents": paid_first, "exp_cents": 0})
    second = claim("7b", "1", claim_number="7b", **{**ZERO, "ordinal": 2, "chain_key": "7"})
    found = [f.value_cents for f in ask(ClaimDenied, [patient("1"), first, second])]
    assert found == ([] if worth is None else [worth])


def notice(key: str, number: str, trace: str | None, **values: Any) -> list[Row]:
    """A $0 notice that refuses one claim; payers number all of a day alike."""
    return [
        remit(key, 0, payment_date=DAY_A, trace=trace, **values),
        remit_claim(f"C{key}", key, number, 0, charge_cents=115_000, reasons="|CO-151|"),
        row("remit_line", f"L{key}", "era", remit_claim_key=f"C{key}", position=0, code="D2740", charge_cents=115_000,
            paid_cents=0, adjustments="|CO-151:115000|"),
    ]  # fmt: skip


@pytest.mark.parametrize("trace", ["000000", " ", "NONPAY", None])
def test_two_zero_notices_of_a_day_are_two(ask: Any, trace: str | None) -> None:
    claims = [patient("1"), *(claim(number, "1", exp_cents=59_000, billed_cents=115_000) for number in ("7", "8"))]
    found = ask(ClaimDenied, [*claims, *notice("A", "7", trace), *notice("B", "8", trace)])
    assert sorted(finding.subject for finding in found) == ["claim:pms:7", "claim:pms:8"]


@pytest.mark.parametrize("broken", [{"state": "QUARANTINED"}, {"is_test": True}])
def test_a_copy_that_proves_itself_goes_before_an_earlier_one_that_does_not(ask: Any, broken: dict[str, Any]) -> None:
    first, second = eob("A", DAY_A, CROWN_DENIED, FILLING_PAID), eob("B", DAY_A, CROWN_DENIED, FILLING_PAID)
    arrived = [datetime(2026, 2, day, tzinfo=UTC) for day in (20, 24)]
    rows = [first[0].changed(trace="T9", received_at=arrived[0], **broken), *first[1:],
            second[0].changed(trace="T9", received_at=arrived[1]), *second[1:]]  # fmt: skip
    assert [finding.value_cents for finding in ask(ClaimDenied, [*ours(), *rows])] == [59_000]


ROOT = ("", "D4341", 20_000)
ROOT_PAID, ROOT_DENIED = (ROOT, 16_000, "CO-45"), (ROOT, 0, "CO-151")
ALIKE: list[tuple[str, list[Line], list[int]]] = [
    ("nothing more", [], [16_000]),
    ("the refused one is paid", [ROOT_PAID], []),
    ("the refusal is upheld", [ROOT_DENIED], [16_000]),
    ("all four are answered anew", [ROOT_PAID, ROOT_PAID, ROOT_PAID, ROOT_DENIED], [16_000]),
    ("all four are answered anew, refused first", [ROOT_DENIED, ROOT_PAID, ROOT_PAID, ROOT_PAID], [16_000]),
]


@pytest.mark.parametrize(("name", "later", "cents"), ALIKE, ids=[case[0] for case in ALIKE])
def test_of_four_equal_lines_without_numbers_a_correction_means_the_refused_one(
    ask: Any, name: str, later: list[Line], cents: list[int]
) -> None:
    """Four quadrants at $200, $160 expected of each; three are paid and one refused."""
    lines = [claim_line(f"q{n}", "7", code="D4341", est_ins_cents=16_000, billed_cents=20_000) for n in range(4)]
    rows = [patient("1"), claim("7", "1", billed_cents=80_000, exp_cents=64_000), *lines]
    rows += eob("A", DAY_A, ROOT_PAID, ROOT_PAID, ROOT_PAID, ROOT_DENIED, numbers=False)
    rows += eob("B", DAY_B, *later, numbers=False) if later else []
    assert [finding.value_cents for finding in ask(ClaimDenied, rows)] == cents


def test_what_another_claim_of_the_day_was_paid_is_not_the_first_plans_money(ask: Any) -> None:
    first = claim("7", "1", **{**ZERO, "exp_cents": 0})
    second = claim("7b", "1", claim_number="7b", **{**ZERO, "ordinal": 2, "chain_key": "7"})
    other = claim("9", "1", **{**ZERO, "billed_cents": 200_000, "paid_cents": 115_000, "exp_cents": 0})
    assert [f.value_cents for f in ask(ClaimDenied, [patient("1"), first, second, other])] == [59_000]


def test_odd_cents_of_a_second_plan(ask: Any) -> None:
    first = claim("7", "1", **{**ZERO, "paid_cents": 100_005, "exp_cents": 0})
    second = claim("7b", "1", claim_number="7b", **{**ZERO, "ordinal": 2, "chain_key": "7"})
    (finding,) = ask(ClaimDenied, [patient("1"), first, second])
    assert (type(finding.value_cents), finding.value_cents) == (int, 14_995)
    assert "$149.95 expected" in finding.sentence


def test_an_old_claim_of_the_visit_that_is_sent_once_more_replaces_nothing(ask: Any) -> None:
    gone = claim("7", "1", exp_cents=59_000, billed_cents=115_000, deleted_at=GONE)
    sister = claim("8", "1", first_sent_date=SENT, last_sent_date=date(2026, 2, 25), billed_cents=25_000)
    assert len(ask(ClaimDenied, [patient("1"), gone, sister, *notice("A", "7", "T1")])) == 1
