"""Where a claim stands when its sources disagree: rejections, late receipts, sending again, paper answers, lines.

Expected states by reference clearinghouse-x12 §10, §11, §12, §14 and §27.
"""

from __future__ import annotations

from datetime import date

import pytest
from rows import Row, claim, claim_event, insert, link, remit, remit_claim, row
from sqlalchemy import Connection

from hub.lookup import ClaimState, find_claims, headline, state_of, steps_of
from hub.lookup.claim_state import Step

AS_OF = date(2026, 4, 1)


def march(day: int) -> date:
    return date(2026, 3, day)


def ours(**values: object) -> Row:
    """Claim 5101 of 308.00, sent on Mar 3."""
    given = {"first_sent_date": march(3), "last_sent_date": march(3), "created_date": march(3), "billed_cents": 30_800}
    return claim("5101", "2041", **{**given, **values})


def tied(entity: str, key: str, source: str) -> Row:
    return link(entity, source, key, "5101", relation="claim", to_entity="claim")


def said(key: str, day: int, outcome: str, category: str, speaker: str = "PAYER", **values: object) -> list[Row]:
    event = claim_event(
        key, "5101", happened_on=march(day), outcome=outcome, category=category, speaker=speaker, **values
    )
    return [event, tied("claim_event", key, "clearinghouse")]


def answered(key: str, paid: int, day: int, **values: object) -> list[Row]:
    return [
        remit(f"r{key}", paid, trace=key, payment_date=march(day)),
        remit_claim(f"r{key}/1", f"r{key}", "5101", paid, **{"charge_cents": 30_800, **values}),
        tied("remit_claim", f"r{key}/1", "era"),
    ]


def sent(key: str, day: int, **values: object) -> Row:
    given = {"claim_number": "5101", "sent_on": march(day), "billed_cents": 30_800, "claim_type": "CLAIM", "frequency": 1}
    return row("sent_claim", key, "clearinghouse", **{**given, **values})


def steps(connection: Connection, rows: list[Row]) -> list[Step]:
    insert(connection, rows)
    (facts,) = find_claims(connection, "main", "5101")
    return steps_of(facts, AS_OF)


DENIED = {"co_cents": 30_800, "reasons": "|CO-29|"}


@pytest.mark.parametrize(
    ("events", "state"),
    [
        # A receipt of the same day: the 999 says nothing of the claim, and its key comes after the rejection's.
        ([("a", 4, "REJECTED", "A7"), ("b", 4, "RECEIVED", "A", "UNKNOWN")], ClaimState.REJECTED),
        ([("a", 4, "REJECTED", "A7"), ("b", 4, "ACCEPTED", "A2")], ClaimState.REJECTED),
        ([("b", 4, "RECEIVED", "A1"), ("a", 4, "ACCEPTED", "A2")], ClaimState.ACCEPTED),
        # The clearinghouse's mail of the day after the payer's rejection.
        ([("a", 4, "REJECTED", "A7"), ("b", 5, "RECEIVED", "A1", "CLEARINGHOUSE")], ClaimState.REJECTED),
        ([("a", 4, "REJECTED", "A7"), ("b", 5, "ACCEPTED", "A2", "CLEARINGHOUSE")], ClaimState.REJECTED),
        ([("a", 4, "REJECTED", "A7"), ("b", 5, "IN_TRANSIT", "A0", "CLEARINGHOUSE")], ClaimState.REJECTED),
        ([("a", 4, "INFO_REQUESTED", "P3"), ("b", 5, "RECEIVED", "A1")], ClaimState.ACTION_NEEDED),
        ([("a", 4, "REJECTED", "A7"), ("b", 5, "ACCEPTED", "A2")], ClaimState.ACCEPTED),  # the payer's latest word
        ([("a", 4, "ACCEPTED", "A2", "CLEARINGHOUSE")], ClaimState.RECEIVED),  # accepted is by the payer
        ([("a", 4, "ACCEPTED", "A2", "UNKNOWN")], ClaimState.ACCEPTED),
        ([("a", 4, "IN_TRANSIT", "A0", "CLEARINGHOUSE")], ClaimState.RECEIVED),
    ],
)
def test_a_receipt_never_heals_a_rejection(
    connection: Connection, events: list[tuple[str, int, str, str]], state: ClaimState
) -> None:
    rows = [each for event in events for each in said(*event)]
    assert state_of(steps(connection, [ours(), *rows])) is state


def test_sending_again_opens_what_was_denied(connection: Connection) -> None:
    """Denied Mar 10, replaced Mar 12, accepted Mar 13; what the clearinghouse passed on before the denial came late."""
    rows = [
        ours(), *said("late", 11, "IN_TRANSIT", "A0", "CLEARINGHOUSE"), *answered("1", 0, 10, **DENIED),
        sent("s1", 3), sent("s2", 12, frequency=7), *said("e2", 13, "ACCEPTED", "A2"),
    ]  # fmt: skip
    found = steps(connection, rows)
    by_day = {day: state_of([step for step in found if step.on and step.on <= march(day)]) for day in (10, 11, 12, 13)}
    assert by_day == {
        10: ClaimState.DENIED, 11: ClaimState.DENIED, 12: ClaimState.SENT, 13: ClaimState.ACCEPTED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"status": "ADJUDICATED", "received_date": march(20)}, ClaimState.ANSWERED),
        ({"status": "ADJUDICATED"}, ClaimState.ANSWERED),
        ({"status": "SENT", "received_date": march(20)}, ClaimState.ANSWERED),
        ({"status": "CLOSED"}, ClaimState.CLOSED),
        ({"status": "VOID"}, ClaimState.VOID),
        ({"status": "REJECTED"}, ClaimState.REJECTED),
        ({"status": "SENT"}, ClaimState.SENT),
        # Answered by mail on Mar 20, and sent again since.
        ({"status": "SENT", "received_date": march(20), "last_sent_date": march(25)}, ClaimState.SENT),
    ],
)
def test_what_the_practice_system_knows_alone_counts(
    connection: Connection, values: dict[str, object], state: ClaimState
) -> None:
    found = steps(connection, [ours(**values)])
    assert state_of(found) is state
    assert ("marked as answered in the practice system" in headline(found)) is (
        state in (ClaimState.ANSWERED, ClaimState.CLOSED) or "received_date" in values
    )


def test_a_rejection_that_was_answered_on_paper_after_all_is_answered(connection: Connection) -> None:
    rows = [ours(status="ADJUDICATED"), *said("e1", 4, "REJECTED", "A7")]
    assert state_of(steps(connection, rows)) is ClaimState.ANSWERED


@pytest.mark.parametrize("received", [None, march(8), march(20)])
def test_a_remittance_says_more_than_the_practice_system(connection: Connection, received: date | None) -> None:
    rows = [ours(status="ADJUDICATED", received_date=received), *answered("1", 0, 10, **DENIED)]
    found = steps(connection, rows)
    assert state_of(found) is ClaimState.DENIED
    assert "marked as answered" not in headline(found)


@pytest.mark.parametrize(
    ("values", "paid", "state", "words"),
    [
        # The earlier payer's result took off all of it (reference §14: not a denial, and nothing for the patient).
        ({"status_code": "2", "oa_cents": 30_800, "prior_payer_cents": 30_800, "reasons": "|OA-23|"}, 0,
         ClaimState.NOTHING_LEFT, "nothing left to pay of $308.00 on Mar 10, $308.00 earlier payer"),
        ({"status_code": "2", "prior_payer_cents": 21_200, "pr_cents": 9_600, "patient_share_cents": 9_600}, 0,
         ClaimState.PATIENT_OWES, "paid nothing of $308.00 on Mar 10, $96.00 patient, $212.00 earlier payer"),
        ({"status_code": "2", "prior_payer_cents": 21_200, "contract_cents": 9_600}, 0, ClaimState.NOTHING_LEFT, None),
        ({"status_code": "2", "prior_payer_cents": 21_200, "co_cents": 9_600, "reasons": "|OA-23|CO-50|"}, 0,
         ClaimState.DENIED, None),
        ({"status_code": "2", "prior_payer_cents": 21_200}, 9_600, ClaimState.PAID, None),
        ({"status_code": "2", "prior_payer_cents": 20_000}, 9_600, ClaimState.PARTLY_PAID, None),
        ({"co_cents": 30_800, "reasons": "|CO-24|"}, 0, ClaimState.NOTHING_LEFT,
         "nothing left to pay of $308.00 on Mar 10, $308.00 CO-24"),
        ({"co_cents": 28_800, "pr_cents": 2_000, "patient_share_cents": 2_000, "reasons": "|CO-24|PR-3|"}, 0,
         ClaimState.PATIENT_OWES, "paid nothing of $308.00 on Mar 10, $20.00 patient, $288.00 CO-24"),
        ({"contract_cents": 9_600, "reasons": "|CO-45|CO-97|"}, 20_000, ClaimState.PARTLY_PAID,
         "paid $200.00 of $308.00 on Mar 10, check 1, $96.00 contractual, $12.00 CO-97"),
        ({"co_cents": 30_800, "reasons": "|CO-242|"}, 0, ClaimState.DENIED, None),
        ({"contract_cents": 30_800, "reasons": "|CO-45|"}, 0, ClaimState.DENIED, None),  # a write-off explains no zero
    ],
)  # fmt: skip
def test_an_explained_zero_is_no_denial(
    connection: Connection, values: dict[str, object], paid: int, state: ClaimState, words: str | None
) -> None:
    found = steps(connection, [ours(), *answered("1", paid, 10, **values)])
    assert state_of(found) is state
    assert words is None or found[-1].says == words


def test_a_test_file_is_shown_as_one_and_amounts_read_as_on_a_remittance(connection: Connection) -> None:
    first, *others = answered("1", 123_456, 10, charge_cents=123_456)
    found = steps(connection, [ours(), first.changed(is_test=True), *others])
    assert state_of(found) is ClaimState.SENT
    assert found[-1].says == "paid $1,234.56 of $1,234.56 on Mar 10, check 1 (a test file, it counts for nothing)"


@pytest.mark.parametrize("of_line", [{"line_number": "L2"}, {"flags": "|no claim number|line level|"}])
def test_what_is_said_of_a_line_is_not_said_of_its_claim(connection: Connection, of_line: dict[str, str]) -> None:
    rows = [
        ours(), *said("a", 4, "PENDED", "P1", kind="277"), *said("b", 4, "FINALIZED", "F2", kind="277", **of_line),
    ]  # fmt: skip
    found = steps(connection, rows)
    assert state_of(found) is ClaimState.PENDING
    (text,) = [step.says for step in found if step.evidence.endswith(":b")]
    line = "line L2" if "line_number" in of_line else "one line"
    assert text == f"{line}: payer finished it on Mar 4 (277 F2)"
    assert headline(found) == "sent on Mar 3, payer holds it on Mar 4 (277 P1)"


def test_an_answer_without_our_number_is_not_the_whole_batchs(connection: Connection) -> None:
    """A 277 without REF*EJ, or a 277CA with zeros for a number, that the payer's number or the person tied to the claim."""
    event = claim_event("e1", None, kind="277", outcome="PENDED", category="P1", happened_on=march(4))
    found = steps(connection, [ours(), event, tied("claim_event", "e1", "clearinghouse")])
    assert [step.says for step in found if step.evidence.startswith("claim_event")] == ["payer holds it on Mar 4 (277 P1)"]
    assert state_of(found) is ClaimState.PENDING
