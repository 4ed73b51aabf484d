"""The life of one claim from all sources; expected sentences are written by hand from issue 3 and reference §27."""

from __future__ import annotations

from datetime import date

import pytest
from rows import claim, claim_event, claim_line, insert, ledger, link, patient, remit, remit_claim, row
from sqlalchemy import Connection

from hub.lookup import ClaimState, find_claims, headline, state_of, steps_of
from hub.lookup.claim_state import Step
from hub.lookup.numbers import plain_number

AS_OF = date(2026, 4, 1)
NUMBER = "2041/5101"


def tied(entity: str, key: str, source: str) -> object:
    return link(entity, source, key, "5101", relation="claim", to_entity="claim")


def paid_claim() -> list[object]:
    """Made and sent on Mar 3, accepted on Mar 4, answered on Mar 18: 308.00 charged, 212.00 paid, 96.00 CO-45."""
    return [
        patient("2041", first_name="Nia", last_name="Okafor"),
        claim(
            "5101", "2041", claim_number=NUMBER, created_date=date(2026, 3, 3), first_sent_date=date(2026, 3, 3),
            last_sent_date=date(2026, 3, 3), billed_cents=30_800, payer_claim_number="P77",
        ),
        claim_line("5101/1", "5101", billed_cents=30_800),
        claim_event("e1", NUMBER, happened_on=date(2026, 3, 4), category="A2", status_code="20"),
        remit("r1", 21_200, trace="0098", payment_date=date(2026, 3, 18)),
        remit_claim(
            "r1/1", "r1", NUMBER, 21_200, charge_cents=30_800, contract_cents=9_600, co_cents=9_600, reasons="|CO-45|",
            payer_claim_number="P77",
        ),
        tied("claim_event", "e1", "clearinghouse"),
        tied("remit_claim", "r1/1", "era"),
    ]  # fmt: skip


def test_the_whole_life_reads_as_one_sentence(connection: Connection) -> None:
    insert(connection, paid_claim())
    (facts,) = find_claims(connection, "main", NUMBER)
    steps = steps_of(facts, AS_OF)
    assert headline(steps) == (
        "sent on Mar 3, payer accepted on Mar 4 (277CA A2), paid $212.00 of $308.00 on Mar 18, check 0098,"
        " $96.00 contractual"
    )
    assert state_of(steps) is ClaimState.PAID
    assert [step.evidence for step in steps] == [
        "claim:pms:5101", "claim:pms:5101", "claim_event:clearinghouse:e1", "remit_claim:era:r1/1",
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["2041/5101", " 2041/5101 ", "002041/5101", "P77", "p77", "5101"])
def test_our_number_the_payers_and_the_sources_key_find_it(connection: Connection, number: str) -> None:
    insert(connection, paid_claim())
    assert [facts.number for facts in find_claims(connection, "main", number)] == [NUMBER]


@pytest.mark.parametrize("number", ["2041/5102", "", "0", "   ", "%"])
def test_an_unknown_or_empty_number_finds_nothing(connection: Connection, number: str) -> None:
    insert(connection, paid_claim())
    assert find_claims(connection, "main", number) == []
    assert plain_number(" 00a 7") == "A7"


def test_what_is_not_tied_to_the_claim_is_shown_and_decides_nothing(connection: Connection) -> None:
    rows = [each for each in paid_claim() if not (each.entity == "xref" and each.values["from_entity"] == "remit_claim")]
    insert(connection, rows)
    (facts,) = find_claims(connection, "main", NUMBER)
    steps = steps_of(facts, AS_OF)
    assert state_of(steps) is ClaimState.ACCEPTED
    assert [step.sure for step in steps if step.evidence.startswith("remit_claim")] == [False]
    assert "paid" not in headline(steps)


def test_a_number_only_the_clearinghouse_knows_is_told_without_a_claim(connection: Connection) -> None:
    insert(connection, [claim_event("e9", "X9", outcome="REJECTED", category="A7", status_code="562", happened_on=date(2026, 3, 5))])
    (facts,) = find_claims(connection, "main", "x9")
    assert facts.claim is None
    assert state_of(steps_of(facts, AS_OF)) is ClaimState.REJECTED
    assert headline(steps_of(facts, AS_OF)) == "payer rejected it on Mar 5 (277CA A7 562)"


def sent(key: str, **values: object) -> object:
    given = {
        "claim_number": NUMBER, "interchange_number": "000000905", "group_number": "2120", "set_number": "3456",
        "batch_ref": "B1", "sent_on": date(2026, 3, 3), "billed_cents": 30_800, "claim_type": "CLAIM", "frequency": 1,
    }  # fmt: skip
    return row("sent_claim", key, "clearinghouse", **{**given, **values})


@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        ({"kind": "999", "group_number": "2120", "set_number": "3456"}, True),
        ({"kind": "999", "group_number": "2120", "set_number": "3457"}, False),
        ({"kind": "999", "group_number": "2120"}, True),
        ({"kind": "TA1", "interchange_number": "000000905"}, True),
        ({"kind": "TA1", "interchange_number": "905"}, True),
        ({"kind": "277CA", "batch_ref": "B1"}, True),
        ({"kind": "277CA", "batch_ref": "B2"}, False),
        # The same control number three weeks later answers another file.
        ({"kind": "TA1", "interchange_number": "000000905", "happened_on": date(2026, 3, 24)}, False),
        ({"kind": "TA1", "interchange_number": "000000905", "happened_on": date(2026, 3, 2)}, False),
    ],
)
def test_a_rejected_batch_rejects_the_claims_that_were_in_it(
    connection: Connection, answer: dict[str, object], counts: bool
) -> None:
    event = {"outcome": "REJECTED", "happened_on": date(2026, 3, 4), "speaker": "CLEARINGHOUSE", **answer}
    insert(connection, [claim("5101", "2041", claim_number=NUMBER, first_sent_date=date(2026, 3, 3), last_sent_date=date(2026, 3, 3)), sent("s1"), claim_event("b1", None, **event)])
    (facts,) = find_claims(connection, "main", NUMBER)
    assert state_of(steps_of(facts, AS_OF)) is (ClaimState.REJECTED if counts else ClaimState.SENT)


@pytest.mark.parametrize(("day", "state"), [(date(2026, 3, 5), ClaimState.SENT), (date(2026, 3, 9), ClaimState.REJECTED)])
def test_a_repeated_control_number_speaks_of_the_newest_file(connection: Connection, day: date, state: ClaimState) -> None:
    """Another file under the same number went out between ours and the answer, or only after the answer."""
    other = sent("s2", claim_number="OTHER", sent_on=day, interchange_number="905")
    refused = claim_event("b1", None, kind="TA1", interchange_number="000000905", outcome="REJECTED", happened_on=date(2026, 3, 6))
    ours = claim("5101", "2041", claim_number=NUMBER, first_sent_date=date(2026, 3, 3), last_sent_date=date(2026, 3, 3))
    insert(connection, [ours, sent("s1"), other, refused])
    (facts,) = find_claims(connection, "main", NUMBER)
    assert state_of(steps_of(facts, AS_OF)) is state


def answered(key: str, paid: int, day: date, **values: object) -> list[object]:
    return [
        remit(f"r{key}", paid, trace=key, payment_date=day),
        remit_claim(f"r{key}/1", f"r{key}", NUMBER, paid, **{"charge_cents": 30_800, **values}),
        tied("remit_claim", f"r{key}/1", "era"),
    ]


@pytest.mark.parametrize(
    ("values", "paid", "state"),
    [
        ({"contract_cents": 9_600}, 21_200, ClaimState.PAID),
        ({"contract_cents": 9_600, "pr_cents": 5_000, "patient_share_cents": 5_000}, 16_200, ClaimState.PARTLY_PAID),
        ({"pr_cents": 30_800, "patient_share_cents": 30_800, "deductible_cents": 30_800}, 0, ClaimState.PATIENT_OWES),
        # Out of network: the deductible took all that is allowed, the rest is above it and was promised by nobody.
        ({"pr_cents": 20_000, "patient_share_cents": 20_000, "reasons": "|PR-1|PI-45|"}, 0, ClaimState.PATIENT_OWES),
        ({"pr_cents": 20_000, "patient_share_cents": 20_000, "reasons": "|PR-1|PI-96|"}, 0, ClaimState.DENIED),
        ({"co_cents": 30_800, "reasons": "|CO-29|"}, 0, ClaimState.DENIED),
        ({"status_code": "4", "pr_cents": 30_800, "reasons": "|PR-204|"}, 0, ClaimState.DENIED),
        ({"status_code": "23"}, 0, ClaimState.FORWARDED),
        ({"status_code": "25", "is_estimate": True, "estimate_cents": 20_000}, 0, ClaimState.ESTIMATE),
    ],
)
def test_an_answer_is_judged_by_its_money(
    connection: Connection, values: dict[str, object], paid: int, state: ClaimState
) -> None:
    insert(connection, [claim("5101", "2041", claim_number=NUMBER), *answered("1", paid, date(2026, 3, 18), **values)])
    (facts,) = find_claims(connection, "main", NUMBER)
    assert state_of(steps_of(facts, AS_OF)) is state


def test_reversal_and_correction_of_one_day_end_in_the_correction(connection: Connection) -> None:
    first = answered("1", 21_200, date(2026, 3, 18), contract_cents=9_600)
    back = answered("2", -21_200, date(2026, 3, 25), status_code="22", is_reversal=True, charge_cents=-30_800)
    corrected = answered("3", 10_000, date(2026, 3, 25), contract_cents=9_600)
    insert(connection, [claim("5101", "2041", claim_number=NUMBER), *first, *back, *corrected])
    (facts,) = find_claims(connection, "main", NUMBER)
    steps = steps_of(facts, AS_OF)
    assert state_of(steps) is ClaimState.PARTLY_PAID
    assert "took back $212.00 on Mar 25" in headline(steps)
    assert state_of(steps[:-1]) is ClaimState.REVERSED


def test_a_remittance_that_does_not_add_up_or_is_a_test_decides_nothing(connection: Connection) -> None:
    rows = answered("1", 21_200, date(2026, 3, 18))
    quarantined = [rows[0].changed(state="QUARANTINED"), *rows[1:]]
    insert(connection, [claim("5101", "2041", claim_number=NUMBER), *quarantined])
    (facts,) = find_claims(connection, "main", NUMBER)
    steps = steps_of(facts, AS_OF)
    assert state_of(steps) is ClaimState.SENT
    assert steps[-1].says.endswith("(the remittance does not add up)")


def test_a_claim_whose_own_figures_do_not_add_up_decides_nothing(connection: Connection) -> None:
    rows = answered("1", 21_200, date(2026, 3, 18))
    doubtful = [each.changed(balanced=False) if each.entity == "remit_claim" else each for each in rows]
    insert(connection, [claim("5101", "2041", claim_number=NUMBER), *doubtful])
    (facts,) = find_claims(connection, "main", NUMBER)
    steps = steps_of(facts, AS_OF)
    assert state_of(steps) is ClaimState.SENT
    assert steps[-1].says.endswith("(its own figures do not add up)")


def test_postings_are_steps_and_late_receipts_are_no_news(connection: Connection) -> None:
    booked = ledger("L1", "2041", "INS_PAYMENT", -21_200, date(2026, 3, 20), claim_key="5101", external_ref="0098")
    late = claim_event("e2", NUMBER, happened_on=date(2026, 3, 30), outcome="RECEIVED", category="A1")
    insert(connection, [*paid_claim(), booked, late, tied("claim_event", "e2", "clearinghouse")])
    (facts,) = find_claims(connection, "main", NUMBER)
    steps = steps_of(facts, AS_OF)
    assert state_of(steps) is ClaimState.PAID
    assert "payment of $212.00 posted on Mar 20, 0098" in [step.says for step in steps]


def test_sent_again_after_a_rejection_is_sent(connection: Connection) -> None:
    steps = [
        Step(date(2026, 3, 3), ClaimState.SENT, "sent", "a"),
        Step(date(2026, 3, 4), ClaimState.REJECTED, "rejected", "b"),
        Step(date(2026, 3, 6), ClaimState.SENT, "sent again", "c"),
    ]
    assert state_of(steps) is ClaimState.SENT
    assert state_of(list(reversed(steps))) is ClaimState.SENT
