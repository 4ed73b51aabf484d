"""ERA-UNPOSTED and ERA-UNMATCHED: posted to the cent or listed; matched for certain or listed."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from plugins.rules_remittance import EraUnmatched, EraUnposted
from tests.rows import Row, claim, ledger, link, patient, remit, remit_claim, row

LOPEZ = patient("1", first_name="Maria", last_name="Lopez")
MONDAY = datetime(2026, 3, 9, 15, tzinfo=UTC)
AFTER = date(2026, 3, 9)


def arrived(amount: int, key: str = "98", **values: Any) -> Row:
    return remit(key, amount, **{"received_at": MONDAY, "payer_name": "Delta", **values})


def two_claims(**remit_values: Any) -> list[Row]:
    """A check of $692: $480 on claim 7 and $212 on claim 8."""
    return [
        LOPEZ, claim("7", "1"), claim("8", "1"), arrived(69_200, **remit_values),
        remit_claim("C7", "98", "7", 48_000), remit_claim("C8", "98", "8", 21_200),
    ]  # fmt: skip


def paid(key: str, amount: int, number: str | None = None, **values: Any) -> Row:
    return ledger(key, "1", "INS_PAYMENT", -amount, AFTER, claim_number=number, **values)


def test_the_unposted_example_scores_87(ask: Any, points: Any) -> None:
    # 40 * ln(5215)/9.21044 = 37.17; + 35 + 14.7 = 86.9; received Mon 03-09, due +1 bd = 03-10
    rows = [LOPEZ, claim("7", "1"), arrived(521_400), remit_claim("C7", "98", "7", 521_400)]
    (finding,) = ask(EraUnposted, rows)
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 10), 521_400, 87)
    assert finding.sentence == "Delta's electronic EOB 98 arrived yesterday; $5,214, not posted."


def test_the_value_counts_what_zero_answers_were_expected_to_pay(ask: Any) -> None:
    rows = [LOPEZ, claim("7", "1"), claim("8", "1", exp_cents=33_000), arrived(48_000),
            remit_claim("C7", "98", "7", 48_000), remit_claim("C8", "98", "8", 0)]  # fmt: skip
    (finding,) = ask(EraUnposted, rows)
    assert finding.value_cents == 48_000 + 33_000
    assert finding.sentence.endswith("$480 and one $0 answer, not posted.")
    # Claim 8's dollars are those that a denial of it shows; claim 7's are not in doubt.
    assert [each for each in finding.evidence if each.startswith("claim:")] == ["claim:pms:8"]


POSTED: list[tuple[str, list[Row], int | None]] = [
    ("nothing posted", [], 69_200),
    ("both posted per claim", [paid("a", 48_000, "7"), paid("b", 21_200, "8")], None),
    ("one posted: the rest is listed", [paid("a", 48_000, "7")], 21_200),
    ("one cent short is not posted", [paid("a", 48_000, "7"), paid("b", 21_199, "8")], 21_200),
    ("a payment in parts", [paid("a", 40_000, "7"), paid("a2", 8_000, "7"), paid("b", 21_200, "8")], None),
    ("the check under its trace", [paid("a", 69_200, external_ref=" 0098 ")], None),
    ("the check under its trace, one dollar off", [paid("a", 69_100, external_ref="98")], 69_200),
    ("a voided posting", [paid("a", 48_000, "7", status="VOID"), paid("b", 21_200, "8")], 48_000),
    ("a finalized insurance payment", [row("ins_payment", "i", trace="98", amount_cents=69_200, status="FINALIZED")], None),
    ("an open insurance payment", [row("ins_payment", "i", trace="98", amount_cents=69_200, status="OPEN")], 69_200),
]


@pytest.mark.parametrize(("name", "books", "value"), POSTED, ids=[case[0] for case in POSTED])
def test_posted_means_the_books_agree_to_the_cent(ask: Any, name: str, books: list[Row], value: int | None) -> None:
    assert [finding.value_cents for finding in ask(EraUnposted, [*two_claims(), *books])] == ([value] if value else [])


def test_received_claims_with_equal_money_count_as_posted(ask: Any) -> None:
    done = {"status": "ADJUDICATED", "received_date": AFTER}
    rows = [each.changed(**done, paid_cents=48_000) if each.key == "7" else each for each in two_claims()]
    rows = [each.changed(**done, paid_cents=21_100) if each.key == "8" else each for each in rows]
    (finding,) = ask(EraUnposted, rows)
    assert (finding.value_cents, finding.evidence) == (21_200, ("remit:era:98", "remit_claim:era:C8"))


FEB_2, FEB_4, MAR_2 = date(2026, 2, 2), date(2026, 2, 4), date(2026, 3, 2)


def two_equal_answers(**claim_values: Any) -> list[Row]:
    """$200 on claim 7 under trace A of 02-02, and again under trace B of 03-02."""
    return [
        LOPEZ, claim("7", "1", **claim_values), arrived(20_000, "A", payment_date=FEB_2),
        remit_claim("CA", "A", "7", 20_000), arrived(20_000, "B", payment_date=MAR_2), remit_claim("CB", "B", "7", 20_000),
    ]  # fmt: skip


def on(key: str, day: date, trace: str | None = None) -> Row:
    return paid(key, 20_000, "7", external_ref=trace).changed(entry_date=day)


DONE = {"status": "ADJUDICATED", "received_date": FEB_4}
EQUAL: list[tuple[str, dict[str, Any], list[Row], list[str]]] = [
    ("nothing posted", {}, [], ["A", "B"]),
    ("the first, under its trace", {}, [on("p", FEB_4, "A")], ["B"]),
    ("the second, under its trace", {}, [on("p", AFTER, "B")], ["A"]),
    ("one without a trace, before the second came", {}, [on("p", FEB_4)], ["B"]),
    ("one without a trace, after both: nobody knows which", {}, [on("p", AFTER)], ["A", "B"]),
    ("one under a number that is no remittance's", {}, [on("p", FEB_4, "receipt 5")], ["B"]),
    ("both, without traces", {}, [on("p", AFTER), on("q", AFTER)], []),
    ("the first under its trace, the second without", {}, [on("p", FEB_4, "A"), on("q", AFTER)], []),
    ("the first, entered twice under its trace", {}, [on("p", FEB_4, "A"), on("q", FEB_4, "A"), on("r", FEB_4, "A")], ["B"]),
    ("received with one of them, before the second came", {**DONE, "paid_cents": 20_000}, [], ["B"]),
    ("received with one of them, after both", {**DONE, "received_date": AFTER, "paid_cents": 20_000}, [], ["A", "B"]),
    ("received with both", {**DONE, "paid_cents": 40_000}, [], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "books", "missing"), EQUAL, ids=[case[0] for case in EQUAL])
def test_a_posting_proves_one_of_several_equal_answers(
    ask: Any, name: str, values: dict[str, Any], books: list[Row], missing: list[str]
) -> None:
    findings = ask(EraUnposted, [*two_equal_answers(**values), *books])
    assert [finding.subject for finding in findings] == [f"remit:era:{key}" for key in missing]


@pytest.mark.parametrize("odd", ["CA", "CB"])
@pytest.mark.parametrize(("name", "values", "books", "missing"), EQUAL, ids=[case[0] for case in EQUAL])
def test_nor_does_it_prove_a_second_one_that_does_not_add_up(
    ask: Any, name: str, values: dict[str, Any], books: list[Row], missing: list[str], odd: str
) -> None:
    rows = [each.changed(balanced=False) if each.key == odd else each for each in two_equal_answers(**values)]
    assert [finding.subject for finding in ask(EraUnposted, [*rows, *books])] == [f"remit:era:{key}" for key in missing]


def test_a_payment_under_the_number_of_a_claim_that_left_its_list_is_posted(ask: Any) -> None:
    gone = datetime(2026, 3, 9, tzinfo=UTC)
    rows = [each.changed(deleted_at=gone) if each.entity == "claim" else each for each in two_claims()]
    (finding,) = ask(EraUnposted, [*rows, paid("a", 48_000, "7")])
    assert finding.value_cents == 21_200


def test_a_zero_answer_counts_once_the_claim_is_received(ask: Any) -> None:
    zero = [LOPEZ, claim("7", "1"), arrived(0, method="NON"), remit_claim("C7", "98", "7", 0)]
    (finding,) = ask(EraUnposted, zero)
    assert finding.value_cents == 40_000
    closed = [claim("8", "1", status="CLOSED"), arrived(0, "99"), remit_claim("C8", "99", "8", 0)]
    assert ask(EraUnposted, closed) == [finding]


def test_a_reversal_and_its_correction_are_posted_as_their_net(ask: Any) -> None:
    rows = [
        LOPEZ, claim("7", "1"), arrived(48_000, "97"), remit_claim("C1", "97", "7", 48_000),
        arrived(3_000), remit_claim("C2", "98", "7", -48_000, status_code="22", is_reversal=True),
        remit_claim("C3", "98", "7", 51_000), paid("a", 48_000, "7"),
    ]  # fmt: skip
    (finding,) = ask(EraUnposted, rows)
    assert finding.subject == "remit:era:98"
    assert ask(EraUnposted, [paid("b", 3_000, "7")]) == []


def test_a_remittance_that_does_not_balance_says_by_how_much_and_derives_nothing(ask: Any) -> None:
    rows = two_claims(state="QUARANTINED", imbalance_cents=-1_200, balanced=False)
    (finding,) = ask(EraUnposted, [*rows, paid("a", 48_000, "7"), paid("b", 21_200, "8")])
    assert finding.sentence == "Delta's electronic EOB 98 ($692) does not balance by $12. Nothing is concluded from it."
    assert ask(EraUnmatched, [remit_claim("C9", "98", "nobody", 100, service_from=date(2020, 1, 1))]) == []


def one_odd_claim(**values: Any) -> list[Row]:
    """The two claims, of which the second is off by a cent in itself; the payment as a whole adds up."""
    rows = [*two_claims(balanced=False, imbalance_cents=0)[:-1]]
    return [*rows, remit_claim("C8", "98", "8", 21_200, balanced=False, imbalance_cents=-1, **values)]


def test_a_claim_that_does_not_add_up_is_named_and_its_payment_stays_usable(ask: Any) -> None:
    (finding,) = ask(EraUnposted, one_odd_claim())
    assert finding.sentence == (
        "Delta's electronic EOB 98 arrived yesterday; $692, not posted. Claim 8 (by $0.01) does not add up: nothing is"
        " concluded from it."
    )
    assert finding.next_step == "post the remittance, and ask the payer about what does not add up"
    (rest,) = ask(EraUnposted, [paid("a", 48_000, "7")])
    assert (rest.value_cents, rest.evidence) == (21_200, ("remit:era:98", "remit_claim:era:C8"))


ODD_IS_POSTED: list[tuple[str, dict[str, Any], list[Row], bool]] = [
    ("by a payment of its amount", {}, [paid("b", 21_200, "8")], True),
    ("by a payment in parts", {}, [paid("b", 10_000, "8"), paid("c", 11_200, "8")], True),
    ("not by one of the parts", {}, [paid("b", 10_000, "8")], False),
    ("not by another amount", {}, [paid("b", 21_199, "8")], False),
    ("by being received with it", {"status": "ADJUDICATED", "received_date": AFTER, "paid_cents": 21_200}, [], True),
    ("not by being received with another", {"status": "ADJUDICATED", "received_date": AFTER, "paid_cents": 1}, [], False),
    ("by the check under its trace", {}, [paid("t", 69_200, external_ref="98")], True),
]


@pytest.mark.parametrize(("name", "ours", "books", "is_posted"), ODD_IS_POSTED, ids=[case[0] for case in ODD_IS_POSTED])
def test_a_claim_that_does_not_add_up_is_left_out_once_it_is_posted(
    ask: Any, name: str, ours: dict[str, Any], books: list[Row], is_posted: bool
) -> None:
    rows = [each.changed(**ours) if (each.entity, each.key) == ("claim", "8") else each for each in one_odd_claim()]
    assert len(ask(EraUnposted, [*rows, paid("a", 48_000, "7"), *books])) == (0 if is_posted else 1)


LEFT_OUT = [
    ("arrived today", {"received_at": datetime(2026, 3, 10, 14, tzinfo=UTC)}),
    ("finalized at the source", {"state": "FINALIZED"}),
    ("a test file", {"is_test": True}),
]


@pytest.mark.parametrize(("name", "values"), LEFT_OUT, ids=[case[0] for case in LEFT_OUT])
def test_what_is_not_outstanding_is_left_out(ask: Any, name: str, values: dict[str, Any]) -> None:
    assert ask(EraUnposted, two_claims(**values)) == []


def test_a_predetermination_answer_is_nothing_to_post(ask: Any) -> None:
    rows = [LOPEZ, claim("7", "1", claim_type="PREAUTH"), arrived(0),
            remit_claim("C7", "98", "7", 0, status_code="25", is_estimate=True)]  # fmt: skip
    assert ask(EraUnposted, rows) == []


def test_the_same_check_from_two_sources_counts_once(ask: Any) -> None:
    again = [arrived(69_200, "k2", trace="98", received_at=datetime(2026, 3, 9, 18, tzinfo=UTC)).changed(source="portal"),
             remit_claim("D7", "k2", "7", 48_000, source="portal"), remit_claim("D8", "k2", "8", 21_200, source="portal")]  # fmt: skip
    assert [finding.subject for finding in ask(EraUnposted, [*two_claims(), *again])] == ["remit:era:98"]


@pytest.mark.parametrize("cents", [0, 69_200])
def test_a_cut_copy_beside_the_whole_one_is_not_listed(ask: Any, cents: int) -> None:
    whole = [LOPEZ, claim("7", "1"), arrived(cents, "k", trace="98"), remit_claim("C7", "k", "7", cents)]
    cut = arrived(cents, "k:cut", trace="98", state="QUARANTINED", received_at=datetime(2026, 3, 6, 15, tzinfo=UTC))
    (finding,) = ask(EraUnposted, [*whole, cut])
    assert finding.subject == "remit:era:k"
    assert ask(EraUnposted, [arrived(0, "z:cut", trace="99", state="QUARANTINED")])[-1].subject == "remit:era:z:cut"


def stray(key: str, cents: int, **values: Any) -> Row:
    number = values.pop("claim_number", f"ZZ{key}")
    return remit_claim(key, "98", number, cents, **{"patient_first": "Jon", "patient_last": "Smith", **values})


def test_the_unmatched_example_scores_77(ask: Any, points: Any) -> None:
    # 40 * ln(327)/9.21044 = 25.15; + 35 + 12 + 5 = 77.1
    rows = [LOPEZ, claim("7", "1"), arrived(32_600, payer_name="Aetna"), stray("1", 20_000), stray("2", 12_600)]
    (finding,) = ask(EraUnmatched, rows)
    assert (finding.value_cents, points(finding)) == (32_600, 77)
    assert finding.sentence == "2 claims on Aetna's EOB 98 ($326) match nobody: J. Smith."


UNMATCHED: list[tuple[str, list[Row], int]] = [
    ("linked", [remit_claim("C", "98", "7", 100)], 0),
    ("passed on by the payer", [stray("1", 0, status_code="23")], 0),
    ("a person said: not ours",
     [stray("1", 100), link("remit_claim", "era", "1", None, "claim", state="REJECTED", origin="human")], 0),
    ("a person undid a wrong link",
     [stray("1", 100), link("remit_claim", "era", "1", "7", "claim", state="REJECTED", origin="human")], 1),
    ("two of ours fit",
     [claim("8", "1", member_id="W12345"),
      stray("1", 100, claim_number="0", patient_last="Lopez", patient_first="Maria")], 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "count"), UNMATCHED, ids=[case[0] for case in UNMATCHED])
def test_only_what_nobody_settled_is_unmatched(ask: Any, name: str, more: list[Row], count: int) -> None:
    assert len(ask(EraUnmatched, [LOPEZ, claim("7", "1"), arrived(100), *more])) == count


@pytest.mark.parametrize("rule", [EraUnposted, EraUnmatched])
def test_shuffled_facts_twice_and_with_a_stranger_give_the_same_findings(ask: Any, rule: Any) -> None:
    rows = [*two_claims(), stray("1", 500)]
    random.Random(5).shuffle(rows)
    first = ask(rule, rows)
    assert first
    assert ask(rule) == first
    assert ask(rule, [patient("99"), claim("991", "99")]) == first


def test_both_kinds_name_the_claim_that_matches_nobody(ask: Any) -> None:
    """Its dollars stand in both lines of one long remittance: whoever adds them up sees it by the evidence they share."""
    ours = [each for n in range(10, 35) for each in (claim(str(n), "1"), remit_claim(f"C{n}", "98", str(n), 1_000))]
    rows = [LOPEZ, arrived(125_000), *ours, stray("Z", 100_000)]
    (posting,), (matching,) = ask(EraUnposted, rows), ask(EraUnmatched)
    shared = set(posting.evidence) & set(matching.evidence)
    assert shared == {"remit:era:98", "remit_claim:era:Z"}
