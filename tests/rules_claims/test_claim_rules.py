"""CLAIM-AGING, CLAIM-REJECTED, CLAIM-DENIED, PREAUTH-PENDING: the catalogue's examples and traps.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from plugins.rules_claims import ClaimAging, ClaimDenied, ClaimRejected, PreauthPending
from plugins.rules_claims.denial import Adjustment, Line, is_denied
from tests.rows import (
    Row,
    claim,
    claim_event,
    claim_line,
    insert,
    ledger,
    patient,
    procedure,
    remit,
    remit_claim,
    row,
)  # fmt: skip

LOPEZ = patient("1", first_name="Maria", last_name="Lopez")


def aged(key: str = "7", **values: Any) -> Row:
    """A claim sent Fri 02-06: 32 days on 03-10; the 30-day step 03-08 is a Sunday and moves to Mon 03-09."""
    sent = date(2026, 2, 6)
    given = {"first_sent_date": sent, "last_sent_date": sent, "created_date": sent, "exp_cents": 398_000, "payer_name": "MetLife"}
    return claim(key, "1", **{**given, **values})


def test_the_aging_example_scores_80(ask: Any, points: Any) -> None:
    # 40 * ln(3981)/9.21044 = 36.0; + 35 + 9 = 80.0
    (finding,) = ask(ClaimAging, [LOPEZ, aged()])
    assert (finding.due, points(finding)) == (date(2026, 3, 9), 80)
    assert finding.sentence == "MetLife has not answered for M. Lopez ($3,980): sent Feb 6, 32 days ago."
    assert (finding.subject, finding.evidence, finding.patient) == ("claim:pms:7", ("claim:pms:7",), "pms:1")


def test_the_sentence_says_how_many_claims_one_call_covers(ask: Any) -> None:
    findings = ask(ClaimAging, [LOPEZ, *(aged(str(n), exp_cents=50_000) for n in range(6))])
    assert len(findings) == 6
    assert findings[0].sentence.endswith("MetLife: 6 claims waiting for a call, $3,000. One call covers all.")


def doubtful_answer(paid: int) -> list[Row]:
    """A remittance that adds up as a payment, with a claim on it that does not in itself."""
    return [remit("R", paid, balanced=False), remit_claim("C", "R", "7", paid, balanced=False, imbalance_cents=-1)]


AGING: list[tuple[str, dict[str, Any], list[Row], date | None]] = [
    ("14 days old", {"last_sent_date": date(2026, 2, 24)}, [], None),
    ("15 days old: look up", {"last_sent_date": date(2026, 2, 23)}, [], date(2026, 3, 10)),
    ("paper waits for 30 days", {"last_sent_date": date(2026, 2, 23), "is_paper": True}, [], None),
    ("re-sending restarts the age", {"last_sent_date": date(2026, 3, 2)}, [], None),
    ("46 days: the supervisor step", {"last_sent_date": date(2026, 1, 23)}, [], date(2026, 3, 9)),
    ("received", {"status": "ADJUDICATED"}, [], None),
    ("a received date", {"received_date": date(2026, 3, 1)}, [], None),
    ("held", {"status": "HOLD"}, [], None),
    ("capitation", {"is_capitation": True}, [], None),
    ("predetermination", {"claim_type": "PREAUTH"}, [], None),
    ("a discount plan", {"coverage_key": "c1"}, [row("coverage", "c1", patient_key="1", kind="DISCOUNT")], None),
    ("the payer asks for 35 days", {"payer_key": "m"}, [row("payer", "m", name="MetLife", follow_up_days=35)], None),
    ("answered by a remittance", {}, [remit("R", 0), remit_claim("C", "R", "7", 0)], None),
    ("answered, but in a remittance that does not balance", {},
     [remit("R", 0, state="QUARANTINED"), remit_claim("C", "R", "7", 0)], date(2026, 3, 9)),
    ("answered, by figures that do not add up", {}, [remit("R", 0), remit_claim("C", "R", "7", 0, balanced=False)], date(2026, 3, 9)),
    ("answered by such figures, and entered in parts", {},
     [*doubtful_answer(21_200), *(ledger(k, "1", "INS_PAYMENT", -c, date(2026, 3, 9), claim_number="7") for k, c in (("a", 10_000), ("b", 11_200)))],
     None),
    ("such figures, and a payment of an earlier sending", {},
     [*doubtful_answer(21_200), ledger("a", "1", "INS_PAYMENT", -21_200, date(2026, 2, 5), claim_number="7")], date(2026, 3, 9)),
    ("a payment, and no answer", {}, [ledger("a", "1", "INS_PAYMENT", -21_200, date(2026, 3, 9), claim_number="7")], date(2026, 3, 9)),
    ("answered, beside a claim that does not add up", {},
     [remit("R", 0, balanced=False), remit_claim("C", "R", "7", 0), remit_claim("D", "R", "8", 0, balanced=False)], None),
    ("the answer was to an earlier sending", {"first_sent_date": date(2026, 1, 5)},
     [remit("R", 0, payment_date=date(2026, 2, 1)), remit_claim("C", "R", "7", 0)], date(2026, 3, 9)),
    ("rejected", {}, [claim_event("E", "7", outcome="REJECTED", happened_on=date(2026, 2, 7))], None),
    ("replaced by a newer claim of its chain", {},
     [aged("8", chain_key="7", last_sent_date=date(2026, 3, 5), claim_number="8")], None),
    ("secondary waits on its primary", {"ordinal": 2}, [aged("6", ordinal=1, last_sent_date=date(2026, 3, 5))], None),
    ("deleted at the source", {"deleted_at": datetime(2026, 3, 1, tzinfo=UTC)}, [], None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "more", "due"), AGING, ids=[case[0] for case in AGING])
def test_aging_counts_what_waits_and_nothing_else(
    ask: Any, name: str, ours: dict[str, Any], more: list[Row], due: date | None
) -> None:
    assert [finding.due for finding in ask(ClaimAging, [LOPEZ, aged(**ours), *more])] == ([due] if due else [])


def test_thresholds_are_settings(ask: Any) -> None:
    assert ask(ClaimAging, [LOPEZ, aged()], electronic_days=40)[0].due == date(2026, 2, 23)  # 15 d: 02-21 is a Saturday


def test_where_no_acknowledgement_is_read_a_rejected_claim_is_listed_as_aging(ask: Any) -> None:
    assert len(ask(ClaimAging, [LOPEZ, aged(status="REJECTED")])) == 1


GOMEZ = patient("2", first_name="Felix", last_name="Gomez")


def rejection(**values: Any) -> Row:
    given = {"outcome": "REJECTED", "category": "A3", "happened_on": date(2026, 3, 10), "speaker": "CLEARINGHOUSE",
             "text": "member ID not on file"}  # fmt: skip
    return claim_event("E1", "9", **{**given, **values})


def sent(**values: Any) -> Row:
    return claim("9", "2", **{"exp_cents": 31_200, "last_sent_date": date(2026, 3, 9), **values})


def test_the_rejected_example_scores_74(ask: Any, points: Any) -> None:
    # 40 * ln(313)/9.21044 = 24.95; + 35 + 14.25 = 74.2
    (finding,) = ask(ClaimRejected, [GOMEZ, sent(), rejection()])
    assert points(finding) == 74
    assert finding.sentence == (
        "Rejected before the payer looked: member ID not on file (F. Gomez, $312). Fix and re-send today."
    )
    assert finding.evidence == ("claim:pms:9", "claim_event:clearinghouse:E1")


REJECTED: list[tuple[str, dict[str, Any], list[Row], int]] = [
    ("sent again the next day", {"last_sent_date": date(2026, 3, 11)}, [], 0),
    ("accepted by the payer later", {}, [claim_event("E2", "9", happened_on=date(2026, 3, 11))], 0),
    ("merely received later", {}, [claim_event("E2", "9", outcome="RECEIVED", happened_on=date(2026, 3, 11))], 1),
    ("accepted by the clearinghouse first, rejected by the payer the same day", {},
     [claim_event("E2", "9", speaker="CLEARINGHOUSE", happened_on=date(2026, 3, 10))], 0),
    ("answered by a remittance", {}, [remit("R", 0, payment_date=date(2026, 3, 11)), remit_claim("C", "R", "9", 0)], 0),
    ("received in the practice system", {"status": "CLOSED"}, [], 0),
    ("capitation", {"is_capitation": True}, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "more", "count"), REJECTED, ids=[case[0] for case in REJECTED])
def test_a_rejection_stands_until_the_claim_moves(
    ask: Any, name: str, ours: dict[str, Any], more: list[Row], count: int
) -> None:
    event = rejection(speaker="PAYER") if "same day" in name else rejection()
    expected = 1 if "same day" in name else count
    assert len(ask(ClaimRejected, [GOMEZ, sent(**ours), event, *more])) == expected


BELL = patient("3", first_name="Rita", last_name="Bell")
FEB_27 = date(2026, 2, 27)


def refused(*reasons: tuple[str, str, int], paid: int = 0, charge: int = 70_000, status: str = "1", **remit_values: Any) -> list[Row]:
    """One remittance of Fri 02-27 with one line of one claim and its adjustments."""
    payment = remit("R", paid, **{"payment_date": FEB_27, **remit_values})
    head = remit_claim("C", "R", "12", paid, charge_cents=charge, status_code=status)
    cas = "".join(f"|{group}-{reason}:{cents}" for group, reason, cents in reasons) + "|" if reasons else None
    values = {"position": 1, "code": "D2740", "charge_cents": charge, "paid_cents": paid, "adjustments": cas}
    line = row("remit_line", "L", "era", remit_claim_key="C", **values)
    return [payment, head, line]


def crown(**values: Any) -> list[Row]:
    given = {"exp_cents": 59_000, "billed_cents": 70_000, "claim_number": "12", "last_sent_date": date(2026, 2, 2),
             "first_sent_date": date(2026, 2, 2)}  # fmt: skip
    work = procedure("q1", "3", tooth="12", status="COMPLETED")
    line = claim_line("cl1", "12", procedure_key="q1", tooth="12", est_ins_cents=59_000, billed_cents=70_000)
    return [BELL, claim("12", "3", **{**given, **values}), work, line]


def test_the_denied_example_scores_74(ask: Any, points: Any) -> None:
    # 40 * ln(591)/9.21044 = 27.72; + 35 + 6 + 5 = 73.7; due 02-27 + 3 bd = Wed 03-04; + 180 days = 08-26
    (finding,) = ask(ClaimDenied, [*crown(), *refused(("CO", "151", 70_000))])
    assert (finding.due, points(finding)) == (date(2026, 3, 4), 74)
    assert finding.sentence == "Paid $0: crown on #12 (R. Bell), 'frequency'. $590 expected. Appeal by Aug 26."
    assert finding.evidence == ("claim:pms:12", "remit_claim:era:C", "remit_line:era:L")


def later(key: str, paid: int, **values: Any) -> list[Row]:
    return [
        remit(f"R{key}", paid, payment_date=date(2026, 3, 5)),
        remit_claim(f"C{key}", f"R{key}", "12", paid, **{"charge_cents": 70_000, **values}),
    ]


DENIED: list[tuple[str, dict[str, Any], list[Row], int]] = [
    ("CLP02 4", {}, refused(("CO", "31", 70_000), status="4"), 1),
    ("all of it is the deductible", {}, refused(("PR", "1", 70_000)), 0),
    ("deductible and contract", {}, refused(("PR", "1", 50_000), ("CO", "45", 20_000)), 0),
    ("deductible and a negotiated discount", {}, refused(("PR", "1", 42_000), ("CO", "131", 28_000)), 0),
    ("deductible and sequestration", {}, refused(("PR", "1", 68_600), ("CO", "253", 1_400)), 0),
    *((f"deductible and {group}-45, out of network", {}, refused(("PR", "1", 50_000), (group, "45", 20_000)), 0) for group in ("PI", "OA", "PR")),
    ("deductible and another reason of the patient's", {}, refused(("PR", "1", 50_000), ("PR", "96", 20_000)), 1),
    ("above the allowed amount alone for the whole charge", {}, refused(("PR", "45", 70_000)), 1),
    ("contract alone for the whole charge", {}, refused(("CO", "45", 70_000)), 1),
    ("the primary paid it all", {"ordinal": 2}, refused(("OA", "23", 60_000), ("CO", "45", 10_000), status="2"), 0),
    ("capitation reason", {}, refused(("CO", "24", 70_000)), 0),
    ("maximum used up, and nobody knew", {}, refused(("PR", "119", 70_000)), 1),
    ("maximum used up, as the benefits said", {},
     [*refused(("PR", "119", 70_000)), row("benefit_snapshot", "b", patient_key="3", kind="ANNUAL_MAX",
                                           remaining_cents=0, as_of=date(2026, 2, 1))], 0),
    ("a reversal alone", {}, refused(("CO", "151", -70_000), status="22", charge=-70_000), 0),
    ("a later reversal took the refusal back", {}, [*refused(("CO", "151", 70_000)),
                                                    *later("2", 0, status_code="22", charge_cents=-70_000)], 0),
    ("paid by a later answer", {}, [*refused(("CO", "151", 70_000)), *later("2", 59_000)], 0),
    ("a duplicate refusal after the payment", {},
     [*refused(paid=59_000), *later("2", 0, reasons="|CO-18|")], 0),
    ("sent again since", {"last_sent_date": date(2026, 3, 3)}, refused(("CO", "151", 70_000)), 0),
    ("appealed", {"status": "APPEALED"}, refused(("CO", "151", 70_000)), 0),
    ("closed by one click is still denied", {"status": "CLOSED", "received_date": date(2026, 3, 2)},
     refused(("CO", "151", 70_000)), 1),
    ("written off in the ledger", {}, [*refused(("CO", "151", 70_000)),
                                       ledger("w", "3", "WRITEOFF", -59_000, date(2026, 3, 3), claim_number="12")], 0),
    ("less than $10 expected", {"exp_cents": 999}, refused(("CO", "151", 70_000)), 0),
    ("in a remittance that does not balance", {}, refused(("CO", "151", 70_000), state="QUARANTINED"), 0),
    ("beside a claim that does not add up", {},
     [*refused(("CO", "151", 70_000), balanced=False), remit_claim("X", "R", "99", 8_000, balanced=False)], 1),
    ("on a claim that does not add up", {}, [each.changed(balanced=False) if each.entity == "remit_claim" else each
                                             for each in refused(("CO", "151", 70_000))], 0),
    ("a predetermination answer", {}, refused(("PR", "204", 70_000), status="25"), 0),
    ("two working days ago", {}, refused(("CO", "151", 70_000), payment_date=date(2026, 3, 6)), 0),
    ("received at $0 without a remittance", {"status": "ADJUDICATED", "paid_cents": 0, "received_date": FEB_27}, [], 1),
    ("received at $0, nothing was expected",
     {"status": "ADJUDICATED", "paid_cents": 0, "exp_cents": 0, "received_date": FEB_27}, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "more", "count"), DENIED, ids=[case[0] for case in DENIED])
def test_a_denial_is_judged_from_the_money(
    ask: Any, name: str, ours: dict[str, Any], more: list[Row], count: int
) -> None:
    assert len(ask(ClaimDenied, [*crown(**ours), *more])) == count


GONE = datetime(2026, 3, 2, tzinfo=UTC)  # the list of open claims showed it no more
DOUBTFUL: list[tuple[str, dict[str, Any], list[Row], int]] = [
    ("still open: ERA-UNPOSTED names it", {}, [], 0),
    ("gone from a list of open claims", {"deleted_at": GONE}, [], 1),
    ("received, the amount not stated", {"received_date": date(2026, 3, 2)}, [], 1),
    ("received at $0", {"status": "ADJUDICATED", "paid_cents": 0, "received_date": date(2026, 3, 2)}, [], 1),
    ("received with money", {"status": "ADJUDICATED", "paid_cents": 59_000, "received_date": date(2026, 3, 2)}, [], 0),
    ("closed with a reason", {"status": "CLOSED", "note": "not covered", "deleted_at": GONE}, [], 0),
    ("appealed", {"status": "APPEALED", "deleted_at": GONE}, [], 0),
    ("sent again since", {"last_sent_date": date(2026, 3, 3), "deleted_at": GONE}, [], 0),
    ("sent again under another number", {"deleted_at": GONE},
     [claim("13", "3", first_sent_date=date(2026, 3, 3), last_sent_date=date(2026, 3, 3))], 0),
    ("less than $10 expected", {"exp_cents": 999, "deleted_at": GONE}, [], 0),
    ("written off", {"deleted_at": GONE}, [ledger("w", "3", "WRITEOFF", -59_000, date(2026, 3, 3), claim_number="12")], 0),
    ("paid without a remittance", {"deleted_at": GONE},
     [ledger("w", "3", "INS_PAYMENT", -59_000, date(2026, 3, 3), claim_number="12")], 0),
    ("paid by a later answer", {"deleted_at": GONE}, later("2", 59_000), 0),
    ("paid by a later answer that does not add up either", {"deleted_at": GONE}, later("2", 59_000, balanced=False), 0),
    ("refused by a later answer", {"deleted_at": GONE}, later("2", 0, charge_cents=70_000, adjustments="|CO-96:70000|"), 1),
    ("a plan that is capitated", {"is_capitation": True, "deleted_at": GONE}, [], 0),
]  # fmt: skip


def doubtful_refusal(**values: Any) -> list[Row]:
    """$0 for a crown on Fri 02-27; the adjustments are a cent short of the charge."""
    head, answer, line = refused(("CO", "96", 69_999), **values)
    return [head, answer.changed(balanced=False, imbalance_cents=-1), line]


@pytest.mark.parametrize(("name", "ours", "more", "count"), DOUBTFUL, ids=[case[0] for case in DOUBTFUL])
def test_a_zero_that_does_not_add_up_is_not_lost_once_it_is_posted(
    ask: Any, name: str, ours: dict[str, Any], more: list[Row], count: int
) -> None:
    as_of = date(2026, 3, 11)  # `later` answers on 03-05: four working days
    assert len(ask(ClaimDenied, [*crown(**ours), *doubtful_refusal(), *more], as_of)) == count


def test_its_sentence_says_why_nothing_is_known_of_it(ask: Any, points: Any) -> None:
    # as the example: 40 * ln(591)/9.21044 = 27.72; + 35 + 6 + 5 = 73.7
    (finding,) = ask(ClaimDenied, [*crown(deleted_at=GONE, payer_name="Delta Dental"), *doubtful_refusal()])
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 4), 59_000, 74)
    assert finding.sentence == (
        "Answered at $0 by figures that do not add up: R. Bell, Delta Dental. $590 expected. Appeal by Aug 26."
    )
    assert finding.evidence == ("claim:pms:12", "remit_claim:era:C")


def test_three_working_days_are_left_for_it(ask: Any) -> None:
    rows = [*crown(deleted_at=GONE), *doubtful_refusal(payment_date=date(2026, 3, 6))]
    assert ask(ClaimDenied, rows) == []
    assert len(ask(ClaimDenied, (), date(2026, 3, 11))) == 1


def test_a_bundled_line_is_no_denial_when_the_other_line_was_paid() -> None:
    bundled = Line("1", 5_000, 0, (Adjustment("CO", "97", 5_000),))
    assert is_denied(bundled, maximum_known=False, something_paid=False)
    assert not is_denied(bundled, maximum_known=False, something_paid=True)


ALI = patient("4", first_name="Tarik", last_name="Ali")


def predetermination(**values: Any) -> list[Row]:
    """Two crowns, net 2 x (760 - 200) = $1,120, sent Mon 02-16, a closed day."""
    sent_on = date(2026, 2, 16)
    given = {"claim_type": "PREAUTH", "first_sent_date": sent_on, "last_sent_date": sent_on, "service_from": None}
    works = [procedure(f"p{n}", "4", tooth=tooth, fee_cents=76_000, est_writeoff_cents=20_000) for n, tooth in ((1, "3"), (2, "14"))]
    lines = [claim_line(f"l{n}", "77", procedure_key=f"p{n}", tooth=tooth) for n, tooth in ((1, "3"), (2, "14"))]
    return [ALI, claim("77", "4", **{**given, **values}), *works, *lines]


def test_the_preauth_example_scores_73(ask: Any, points: Any) -> None:
    # 40 * ln(1121)/9.21044 = 30.50; + 35 + 7.5 = 73.0; day 1 is Tue 02-17, day 15 is Mon 03-09
    (finding,) = ask(PreauthPending, predetermination())
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 9), 112_000, 73)
    assert finding.sentence == (
        "Predetermination for crown on #3 and #14 (T. Ali) sent Feb 16, 22 days ago, no answer. "
        "$1,120 and a yes are waiting."
    )


PREAUTH: list[tuple[str, dict[str, Any], list[Row], list[date]]] = [
    ("14 working days", {"last_sent_date": date(2026, 2, 18)}, [], []),
    ("15 working days", {"last_sent_date": date(2026, 2, 17)}, [], [date(2026, 3, 10)]),
    ("Medicaid after four", {"last_sent_date": date(2026, 3, 4), "coverage_key": "m"},
     [row("coverage", "m", patient_key="4", kind="MEDICAID")], [date(2026, 3, 10)]),
    ("asked again every five", {"last_sent_date": date(2026, 2, 6), "first_sent_date": date(2026, 2, 6)}, [],
     [date(2026, 3, 9)]),
    ("answered by 835", {}, [remit("R", 0), remit_claim("C", "R", "77", 0, status_code="25", is_estimate=True)], []),
    ("received", {"received_date": date(2026, 3, 1)}, [], []),
    ("withdrawn", {"status": "VOID"}, [], []),
    ("the same work was claimed instead", {},
     [claim("78", "4"), *(claim_line(f"x{n}", "78", procedure_key=f"p{n}") for n in (1, 2))], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "more", "due"), PREAUTH, ids=[case[0] for case in PREAUTH])
def test_a_predetermination_waits_until_it_is_answered_or_pointless(
    ask: Any, name: str, ours: dict[str, Any], more: list[Row], due: list[date]
) -> None:
    assert [finding.due for finding in ask(PreauthPending, [*predetermination(**ours), *more])] == due


def test_work_that_was_done_no_longer_waits(ask: Any) -> None:
    rows = [each.changed(status="COMPLETED") if each.key == "p1" else each for each in predetermination()]
    (finding,) = ask(PreauthPending, rows)
    assert finding.value_cents == 56_000
    assert ask(PreauthPending, [procedure("p9", "4")]) == [finding]


RULES = (ClaimAging, ClaimRejected, ClaimDenied, PreauthPending)


def everything() -> list[Row]:
    return [
        LOPEZ, GOMEZ, aged(), aged("8", claim_number="8"), sent(), rejection(), *crown(), *refused(("CO", "151", 70_000)),
        *predetermination(),
    ]  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_shuffled_facts_twice_and_with_a_stranger_give_the_same_findings(ask: Any, connection: Connection, rule: Any) -> None:
    rows = everything()
    random.Random(3).shuffle(rows)
    first = ask(rule, rows)
    assert first
    assert ask(rule) == first
    insert(connection, [patient("99", last_name="Other"), claim("991", "99", last_sent_date=date(2026, 3, 9))])
    assert ask(rule) == first


def test_a_claim_has_one_live_item_whatever_happened_to_it(ask: Any) -> None:
    ask(ClaimAging, everything())
    subjects = [finding.subject for rule in RULES for finding in ask(rule)]
    assert len(subjects) == len(set(subjects)) == 5
