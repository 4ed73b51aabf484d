"""CLAIM-NO-ACK, CLAIM-INFO-REQUESTED, and rejections of whole batches: examples, traps, and what clears them.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.reconcile.engine import _given
from plugins.rules_claims import ClaimAging, ClaimDenied, ClaimInfoRequested, ClaimNoAck, ClaimRejected
from tests.rows import Row, claim, claim_event, patient, remit, remit_claim, row

MON, TUE, WED, THU = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
FRI, NEXT_MON, TODAY = date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10)
COLE = patient("1", first_name="Bea", last_name="Cole")


def lost(key: str = "7", **values: Any) -> Row:
    """A claim sent electronically on Wed 03-04, expected $540."""
    given = {"first_sent_date": WED, "last_sent_date": WED, "created_date": WED, "exp_cents": 54_000, "is_paper": False}
    return claim(key, "1", **{**given, **values})


def known() -> list[Row]:
    """The payer acknowledges: an earlier claim, accepted on its next day, and a later day of reading."""
    sent = date(2026, 2, 23)
    first = claim("90", "1", first_sent_date=sent, last_sent_date=sent, status="ADJUDICATED", received_date=MON)
    return [first, claim_event("A90", "90", happened_on=date(2026, 2, 24))]


def acked(key: str = "E", number: str = "7", on: date = THU, **values: Any) -> Row:
    return claim_event(key, number, happened_on=on, **values)


def test_the_example_without_a_receipt_scores_74(ask: Any, points: Any) -> None:
    # 40 * ln(541)/9.21044 = 27.33; + 35 + 12 = 74.3; due 03-04 + 2 bd = Fri 03-06
    rows = [COLE, lost(), lost("8"), *known(), acked("E8", "8")]
    (finding,) = ask(ClaimNoAck, rows)
    assert (finding.due, finding.value_cents, points(finding)) == (FRI, 54_000, 74)
    assert finding.sentence == "B. Cole's claim ($540) sent on Wednesday has no receipt from Delta Dental."
    assert (finding.subject, finding.next_step) == ("claim:pms:7", "look at the clearinghouse, re-send once")


def test_the_sentence_says_how_many_of_the_day_are_lost(ask: Any) -> None:
    rows = [COLE, *(lost(str(n)) for n in range(1, 6)), *known(), *(acked(f"E{n}", str(n)) for n in (3, 4, 5))]
    findings = ask(ClaimNoAck, rows)
    assert len(findings) == 2
    assert findings[0].sentence.endswith(" 5 claims were sent that day: two have no receipt.")


LOST: list[tuple[str, dict[str, Any], list[Row], list[date]]] = [
    ("one working day ago", {"last_sent_date": NEXT_MON}, [], []),
    ("two working days ago", {"last_sent_date": FRI}, [], [TODAY]),
    ("received is not accepted: due three working days later", {}, [acked(outcome="RECEIVED", category="A1")],
     [date(2026, 3, 11)]),
    ("received by the clearinghouse", {},
     [acked(outcome="RECEIVED", category="A1", speaker="CLEARINGHOUSE")], [date(2026, 3, 11)]),
    ("accepted by the clearinghouse only", {}, [acked(speaker="CLEARINGHOUSE")], [FRI]),
    ("the syntax was right (999)", {}, [acked(kind="999", outcome="RECEIVED", speaker="UNKNOWN")], [FRI]),
    ("accepted by the payer", {}, [acked()], []),
    ("accepted before it was sent again", {"first_sent_date": MON}, [acked(on=TUE)], [FRI]),
    ("rejected", {}, [acked(outcome="REJECTED", category="A7")], []),
    ("answered by a remittance", {}, [remit("R", 0, payment_date=NEXT_MON), remit_claim("C", "R", "7", 0)], []),
    ("received in the practice system", {"received_date": NEXT_MON}, [], []),
    ("paper", {"is_paper": True}, [], []),
    ("predetermination", {"claim_type": "PREAUTH"}, [], []),
    ("capitation", {"is_capitation": True}, [], []),
    ("void", {"status": "VOID"}, [], []),
    ("printed and mailed by the clearinghouse", {},
     [acked(speaker="CLEARINGHOUSE", outcome="IN_TRANSIT", text="CLAIM PRINTED AND MAILED TO PAYER")], []),
    ("sent before acknowledgements were read", {"first_sent_date": MON, "last_sent_date": date(2026, 2, 20)}, [], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "more", "due"), LOST, ids=[case[0] for case in LOST])
def test_a_receipt_is_missed_where_one_was_to_come(
    ask: Any, name: str, ours: dict[str, Any], more: list[Row], due: list[date]
) -> None:
    assert [finding.due for finding in ask(ClaimNoAck, [COLE, lost(**ours), *known(), *more])] == due


def test_a_claim_of_which_nobody_says_how_it_went_is_a_setting(ask: Any) -> None:
    rows = [COLE, lost(is_paper=None), *known()]
    assert len(ask(ClaimNoAck, rows)) == 1
    assert ask(ClaimNoAck, rows, unstated_is_electronic=False) == []
    assert len(ask(ClaimNoAck, [*rows, sent_claim("7", WED)], unstated_is_electronic=False)) == 1


def test_a_payer_that_never_acknowledges_is_learned(ask: Any) -> None:
    """Ten claims of Aetna and no acceptance: its silence means nothing. Nine claims prove nothing yet."""
    days = [date(2026, 2, 24)] * 5 + [MON] * 5
    silent = [
        lost(f"s{n}", payer_name="Aetna", first_sent_date=day, last_sent_date=day, created_date=day)
        for n, day in enumerate(days)
    ]
    assert ask(ClaimNoAck, [COLE, *known(), *silent]) == []
    assert len(ask(ClaimNoAck, [COLE, *known(), *silent[:9]])) == 9
    assert ask(ClaimNoAck, [COLE, *known(), *silent[:9]], silent_payers=["AETNA"]) == []
    once = acked("S", "s0", date(2026, 2, 25))
    assert len(ask(ClaimNoAck, [COLE, *known(), *silent, once])) == 9
    assert len(ask(ClaimAging, [COLE, *known(), *silent], as_of=date(2026, 3, 12))) == 5


def test_where_no_payer_ever_answers_nothing_can_be_said(ask: Any) -> None:
    assert ask(ClaimNoAck, [COLE, lost()]) == []
    relayed = acked("E2", "8", speaker="CLEARINGHOUSE")
    assert ask(ClaimNoAck, [COLE, lost(), lost("8"), relayed]) == []


def test_needs_say_why_it_cannot_be_known() -> None:
    assert "claim_event" in ClaimNoAck.needs
    assert "claim_event.outcome" in ClaimNoAck.needs_columns


def test_a_claim_without_receipt_is_not_aging_too(ask: Any) -> None:
    old = lost(last_sent_date=date(2026, 2, 24), first_sent_date=date(2026, 2, 24))
    rows = [COLE, old, *known()]
    later = date(2026, 3, 27)
    assert len(ask(ClaimNoAck, rows, later)) == 1 and ask(ClaimAging, rows, later) == []
    switched_off = {"CLAIM-NO-ACK": {"silent_payers": ["Delta Dental"]}}
    assert len(ask(ClaimAging, rows, later, other_kinds=switched_off)) == 1


# --- Rejections of a whole batch --------------------------------------------------------------------------------------


def sent_claim(number: str, on: date, key: str = "", **values: Any) -> Row:
    given = {"claim_number": number, "claim_type": "CLAIM", "ordinal": 1, "sent_on": on, "interchange_number": "905",
             "group_number": "12", "set_number": "0001", "batch_ref": "B12", "billing_npi": "1"}  # fmt: skip
    return row("sent_claim", key or f"{number}-{on}", "clearinghouse", **{**given, **values})


def refusal(like: str = "TA1", on: date = THU, key: str = "X", **values: Any) -> Row:
    numbers = {
        "TA1": {"interchange_number": "905", "category": "R", "status_code": "020", "speaker": "UNKNOWN"},
        "999": {"group_number": "12", "set_number": "0001", "category": "R", "status_code": "5", "speaker": "UNKNOWN"},
        "277CA": {"batch_ref": "B12", "category": "A7", "speaker": "CLEARINGHOUSE"},
    }[like]
    given = {"kind": like, "outcome": "REJECTED", "happened_on": on, **numbers}
    return claim_event(key, None, **{**given, **values})


BATCHES: list[tuple[str, list[Row], list[str]]] = [
    ("TA1", [refusal("TA1")], ["7", "8"]),
    ("999", [refusal("999")], ["7", "8"]),
    ("the whole group of a 997", [refusal("999", kind="997", set_number=None)], ["7", "8"]),
    ("277CA", [refusal("277CA")], ["7", "8"]),
    ("277CA of the only provider", [refusal("277CA", flags="|provider level|")], ["7", "8"]),
    ("another set", [refusal("999", set_number="0002")], []),
    ("accepted", [refusal("TA1", outcome="RECEIVED", category="A")], []),
    ("another source", [refusal().changed(source="other")], []),
    ("before it was sent", [refusal(on=TUE)], []),
    ("fifteen days later", [refusal(on=date(2026, 3, 19))], []),
    ("an eligibility question was refused", [refusal("999", flags="|answers HS|")], []),
    ("the same numbers, used again the day after", [refusal(on=FRI), sent_claim("1", THU)], []),
    ("a claim that was sent again the same week", [refusal(on=FRI), sent_claim("8", THU, set_number="9", interchange_number="906")], ["7"]),
    ("one accepted by the payer later", [refusal("999"), acked(on=FRI)], ["8"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "rejected"), BATCHES, ids=[case[0] for case in BATCHES])
def test_a_rejected_batch_rejects_its_claims(ask: Any, name: str, more: list[Row], rejected: list[str]) -> None:
    rows = [COLE, lost(), lost("8"), lost("9"), sent_claim("7", WED), sent_claim("8", WED), *more]
    assert [f.subject for f in ask(ClaimRejected, rows)] == [f"claim:pms:{key}" for key in rejected]


def test_the_sentence_of_a_rejected_batch(ask: Any) -> None:
    (finding,) = ask(ClaimRejected, [COLE, lost(), sent_claim("7", WED), refusal()])
    assert finding.sentence == (
        "Rejected before the payer looked: the whole batch it was sent in (TA1 R 020) (B. Cole, $540). Fix and re-send today."
    )
    assert finding.evidence == ("claim:pms:7", "claim_event:clearinghouse:X")


def test_several_providers_in_a_batch_are_not_all_rejected_for_one(ask: Any) -> None:
    rows = [COLE, lost(), lost("8"), sent_claim("7", WED), sent_claim("8", WED, billing_npi="2")]
    assert ask(ClaimRejected, [*rows, refusal("277CA", flags="|provider level|")]) == []
    assert len(ask(ClaimRejected, [*rows, refusal("277CA")])) == 2


def test_a_replacement_sent_later_is_not_rejected_by_the_older_batch(ask: Any) -> None:
    """The answer to Wednesday's batch comes on Friday; the replacement left on Thursday under the same number."""
    rows = [COLE, lost(last_sent_date=WED), sent_claim("7", WED), refusal(on=FRI)]
    assert len(ask(ClaimRejected, rows)) == 1
    replacement = sent_claim("7", THU, frequency=7, interchange_number="906", group_number="13", batch_ref="B13")
    assert ask(ClaimRejected, [*rows, replacement]) == []


def test_the_claim_to_the_second_plan_does_not_repeat_the_one_to_the_first(ask: Any) -> None:
    """Both under one number: the primary's batch is rejected, the secondary goes out the day after in a batch of its own."""
    rows = [COLE, lost(), lost("70", claim_number="7", ordinal=2), sent_claim("7", WED), refusal(on=FRI)]
    later = sent_claim("7", THU, ordinal=2, interchange_number="906", group_number="13", batch_ref="B13")
    assert [f.subject for f in ask(ClaimRejected, [*rows, later])] == ["claim:pms:7"]


def test_a_claim_number_that_two_claims_carry_rejects_neither_unless_its_turn_is_told(ask: Any) -> None:
    rows = [COLE, lost(), lost("70", claim_number="7", ordinal=2), refusal()]
    assert ask(ClaimRejected, [*rows, sent_claim("7", WED, ordinal=None)]) == []
    assert [f.subject for f in ask(ClaimRejected, [*rows, sent_claim("7", WED, ordinal=2)])] == ["claim:pms:70"]


def test_a_claim_of_a_rejected_batch_lacks_no_receipt(ask: Any) -> None:
    rows = [COLE, lost(), lost("8"), *known(), sent_claim("7", WED), refusal("999")]
    assert [f.subject for f in ask(ClaimNoAck, rows)] == ["claim:pms:8"]


# --- CLAIM-INFO-REQUESTED ---------------------------------------------------------------------------------------------

NUNEZ = patient("2", first_name="Carla", last_name="Nunez")


def asked_claim(**values: Any) -> Row:
    sent = date(2026, 2, 20)
    given = {"first_sent_date": sent, "last_sent_date": sent, "exp_cents": 48_800}
    return claim("5", "2", **{**given, **values})


def question(on: date = THU, **values: Any) -> Row:
    given = {"kind": "277", "category": "P3", "outcome": "INFO_REQUESTED", "text": "PERIO CHART"}
    return claim_event("Q", "5", happened_on=on, **{**given, **values})


def test_the_example_of_a_question_scores_74(ask: Any, points: Any) -> None:
    # 40 * ln(489)/9.21044 = 26.89; + 35 + 12 = 73.9; due Thu 03-05 + 3 bd; + 30 d is Sat 04-04, rolled back to Fri 04-03
    (finding,) = ask(ClaimInfoRequested, [NUNEZ, asked_claim(), question()])
    assert (finding.due, finding.value_cents, points(finding)) == (TODAY, 48_800, 74)
    assert finding.sentence == "Delta Dental wants PERIO CHART for C. Nunez ($488) by Apr 3."
    assert finding.evidence == ("claim:pms:5", "claim_event:clearinghouse:Q")


def asking(reason: str, paid: int = 0, key: str = "A", on: date = THU, **values: Any) -> list[Row]:
    return [remit(f"R{key}", paid, payment_date=on), remit_claim(f"C{key}", f"R{key}", "5", paid, reasons=f"|{reason}|", **values)]


QUESTIONS: list[tuple[str, dict[str, Any], list[Row], int]] = [
    ("R4", {}, [question(category="R4", text=None)], 1),
    ("sent again since", {"last_sent_date": FRI}, [question()], 0),
    ("a copy of the file shows it sent again", {}, [question(), sent_claim("5", FRI)], 0),
    ("sent again the same day", {"last_sent_date": THU}, [question()], 1),
    ("the payer moved on", {}, [question(), claim_event("P", "5", kind="277", outcome="PENDED", happened_on=NEXT_MON)], 0),
    ("answered", {}, [question(), remit("R", 40_000, payment_date=NEXT_MON), remit_claim("C", "R", "5", 40_000)], 0),
    ("received in the practice system", {"received_date": NEXT_MON}, [question()], 0),
    ("void", {"status": "VOID"}, [question()], 0),
    ("a remittance with reason 252", {}, asking("CO-252"), 1),
    ("a remittance with reason 226", {}, asking("CO-226"), 1),
    ("reason 216 is another one", {}, asking("CO-216"), 0),
    ("paid since", {}, [*asking("CO-16"), *asking("CO-45", 48_800, "B", NEXT_MON)], 0),
    ("the asking answer was reversed", {}, [*asking("CO-16"), *asking("CO-16", 0, "B", NEXT_MON, status_code="22")], 0),
    ("appealed", {"status": "APPEALED"}, asking("CO-16"), 0),
    ("the practice noted it", {"status": "INFO_REQUESTED"}, [], 1),
    ("replaced by a newer claim of its chain", {}, [question(), claim("6", "2", chain_key="5", last_sent_date=FRI)], 0),
    ("capitation", {"is_capitation": True}, [question()], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "more", "count"), QUESTIONS, ids=[case[0] for case in QUESTIONS])
def test_a_question_stands_until_something_was_sent(
    ask: Any, name: str, ours: dict[str, Any], more: list[Row], count: int
) -> None:
    rows = [NUNEZ, asked_claim(**ours), *more]
    assert len(ask(ClaimInfoRequested, rows)) == count


def test_the_letter_went_to_the_patient(ask: Any) -> None:
    (finding,) = ask(ClaimInfoRequested, [NUNEZ, asked_claim(), question(category="P4", status_code="295", text=None)])
    assert finding.sentence == "Delta Dental wants information (P4 295) for C. Nunez ($488) by Apr 3. It asked the patient."
    assert finding.next_step.startswith("ask the patient")


def test_one_claim_one_line(ask: Any) -> None:
    """A refusal for missing information is a question; a question is neither aging nor without a receipt."""
    refused = [NUNEZ, asked_claim(), *asking("CO-252", on=MON)]
    assert len(ask(ClaimInfoRequested, refused)) == 1
    assert ask(ClaimDenied, refused) == []
    waiting = [NUNEZ, asked_claim(), question(), COLE, *known()]
    assert len(ask(ClaimInfoRequested, waiting)) == 1
    assert ask(ClaimAging, waiting) == [] and ask(ClaimNoAck, waiting) == []
    assert len(ask(ClaimAging, [NUNEZ, asked_claim(last_sent_date=FRI), question()], as_of=date(2026, 3, 23))) == 1


RULES = (ClaimNoAck, ClaimInfoRequested, ClaimRejected)


@pytest.mark.parametrize("rule", RULES)
def test_shuffled_facts_give_the_same_findings(ask: Any, rule: Any) -> None:
    rows = [COLE, NUNEZ, lost(), lost("8"), asked_claim(), question(), *known(), sent_claim("8", WED), refusal()]
    first = ask(rule, rows)
    assert first
    random.Random(4).shuffle(rows)
    assert ask(rule, rows) == first
    stranger = patient("99", last_name="Other", deleted_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert ask(rule, [*rows, stranger]) == first


def test_a_kind_that_yields_to_another_is_told_that_kinds_thresholds() -> None:
    """The hub hands `[items]` over; CLAIM-AGING then judges by the office's own CLAIM-NO-ACK settings."""
    thresholds = {"CLAIM-NO-ACK": {"wait_bd": 4}, "CLAIM-AGING": {"electronic_days": 35}}
    given = _given(ClaimAging, thresholds, [])
    assert given == {"electronic_days": 35, "other_kinds": {"CLAIM-NO-ACK": {"wait_bd": 4}}}
    assert _given(ClaimNoAck, thresholds, []) == {"wait_bd": 4}


def test_another_kinds_wrong_threshold_does_not_stop_this_one(ask: Any) -> None:
    old = lost(last_sent_date=date(2026, 2, 20), first_sent_date=date(2026, 2, 20))
    assert len(ask(ClaimAging, [COLE, old], other_kinds={"CLAIM-NO-ACK": {"wait_bd": "soon"}})) == 1


BENEFITS: list[tuple[str, dict[str, Any], int]] = [
    ("his own maximum", {}, 0),
    ("in and out of network", {"network": "BOTH"}, 0),
    ("individual", {"coverage_level": "INDIVIDUAL"}, 0),
    ("only out of network", {"network": "OUT"}, 1),
    ("the family's", {"coverage_level": "FAMILY"}, 1),
]


@pytest.mark.parametrize(("name", "values", "count"), BENEFITS, ids=[case[0] for case in BENEFITS])
def test_only_the_persons_own_maximum_explains_a_refusal(ask: Any, name: str, values: dict[str, Any], count: int) -> None:
    """The snapshot comes from a 271 and is tied to the patient by its link, not by a key."""
    printed = {"patient_last": "Nunez", "patient_first": "Carla", "patient_birth_date": date(1980, 5, 17)}
    snapshot = row("benefit_snapshot", "b", "clearinghouse", kind="ANNUAL_MAX", remaining_cents=0, as_of=MON, **{**printed, **values})
    refused = asking("PR-119", on=TUE, adjustments="|PR-119:50000|")
    assert len(ask(ClaimDenied, [NUNEZ, asked_claim(), *refused, snapshot])) == count


def test_what_is_said_of_one_line_does_not_reject_the_claim(ask: Any) -> None:
    whole = acked(outcome="REJECTED", category="A7")
    assert len(ask(ClaimRejected, [COLE, lost(), whole])) == 1
    assert ask(ClaimRejected, [COLE, lost(), whole.changed(line_number="x1/1/1")]) == []
    assert ask(ClaimRejected, [COLE, lost(), whole.changed(flags="|line level|")]) == []


@pytest.mark.parametrize("number", ["000000905", "905"])
def test_an_interchange_is_known_with_and_without_its_zeros(ask: Any, number: str) -> None:
    sent = row("sent_claim", "s", "clearinghouse", claim_number="7", interchange_number="000000905", sent_on=WED)
    refused = claim_event("T", None, kind="TA1", outcome="REJECTED", happened_on=THU, interchange_number=number)
    assert len(ask(ClaimRejected, [COLE, lost(), sent, refused])) == 1
