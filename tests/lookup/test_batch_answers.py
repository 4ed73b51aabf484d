"""Which answers to a whole batch a claim's life believes: those that the rules believe, and no others."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from rows import Row, claim, claim_event, insert, row
from sqlalchemy import Connection

from hub.lookup import ClaimFacts, ClaimState, find_claims, state_of, steps_of

AS_OF = date(2026, 4, 1)
SENT_ON = date(2026, 3, 3)


def ours(key: str = "5101", **values: object) -> Row:
    given = {"claim_number": "K1", "first_sent_date": SENT_ON, "last_sent_date": SENT_ON}
    return claim(key, "2041", **{**given, **values})


def sent(key: str, **values: object) -> Row:
    given = {
        "claim_number": "K1", "interchange_number": "000000905", "group_number": "2120", "set_number": "3456",
        "batch_ref": "B1", "sent_on": SENT_ON, "claim_type": "CLAIM", "frequency": 1, "billing_npi": "1999999984",
    }  # fmt: skip
    return row("sent_claim", key, "clearinghouse", **{**given, **values})


def refused(**values: object) -> Row:
    given = {"outcome": "REJECTED", "happened_on": date(2026, 3, 4), "speaker": "CLEARINGHOUSE"}
    return claim_event("b1", None, **{**given, **values})


def states(connection: Connection, rows: list[Row]) -> dict[str, ClaimState]:
    insert(connection, rows)
    return {facts.claim["source_key"]: state_of(steps_of(facts, AS_OF)) for facts in found(connection) if facts.claim}


def found(connection: Connection, number: str = "K1") -> list[ClaimFacts]:
    return find_claims(connection, "main", number)


def test_an_answer_to_an_eligibility_question_says_nothing_of_a_claim_under_the_same_group_number(
    connection: Connection,
) -> None:
    answer = refused(kind="999", group_number="2120", flags="|answers HS|")
    assert states(connection, [ours(), sent("s1"), answer]) == {"5101": ClaimState.SENT}


@pytest.mark.parametrize(
    ("others", "state"),
    [([], ClaimState.REJECTED), ([{"billing_npi": "1000000012"}], ClaimState.SENT), ([{"billing_npi": "1999999984"}], ClaimState.REJECTED)],
)
def test_a_rejected_provider_rejects_the_batch_only_when_it_holds_no_other(
    connection: Connection, others: list[dict[str, object]], state: ClaimState
) -> None:
    answer = refused(kind="277CA", batch_ref="B1", flags="|provider level|")
    more = [sent(f"o{n}", claim_number=f"OTHER{n}", **values) for n, values in enumerate(others)]
    assert states(connection, [ours(), sent("s1"), *more, answer]) == {"5101": state}
    if state is ClaimState.REJECTED:
        (facts,) = found(connection)
        assert "all claims of the provider: clearinghouse rejected it on Mar 4 (277CA)" in [
            step.says for step in steps_of(facts, AS_OF)
        ]


def test_two_claims_under_one_number_are_told_apart_by_whose_turn_it_was(connection: Connection) -> None:
    """The file of the secondary is refused; the primary, under the same number in another file, is not."""
    answer = refused(kind="TA1", interchange_number="000000906")
    rows = [
        ours("5101"), ours("5102", ordinal=2), sent("s1", ordinal=1),
        sent("s2", ordinal=2, interchange_number="000000906", group_number="2121", batch_ref="B2"), answer,
    ]  # fmt: skip
    assert states(connection, rows) == {"5101": ClaimState.SENT, "5102": ClaimState.REJECTED}
    assert {facts.claim["source_key"]: [row["source_key"] for row in facts.sent] for facts in found(connection) if facts.claim} == {
        "5101": ["s1"], "5102": ["s2"],
    }  # fmt: skip


@pytest.mark.parametrize("ordinal", [None, 1])
def test_a_file_that_may_mean_either_of_two_claims_is_shown_and_decides_nothing(
    connection: Connection, ordinal: int | None
) -> None:
    rows = [
        ours("5101"), ours("5102", ordinal=1), sent("s1", ordinal=ordinal, sent_on=date(2026, 3, 5)),
        refused(kind="TA1", interchange_number="905", happened_on=date(2026, 3, 6)),
    ]  # fmt: skip
    assert states(connection, rows) == {"5101": ClaimState.SENT, "5102": ClaimState.SENT}
    for facts in found(connection):
        assert [(step.sure, step.on) for step in steps_of(facts, AS_OF) if step.evidence.startswith("sent_claim")] == [
            (False, date(2026, 3, 5))
        ]
        assert not facts.events


def test_a_claim_that_was_sent_again_before_the_answer_is_not_stopped_by_it(connection: Connection) -> None:
    """Sent on Mar 3, in another file on Mar 4, and that day the first file is refused."""
    again = sent(
        "s2", interchange_number="000000906", group_number="2121", batch_ref="B2", sent_on=date(2026, 3, 4),
        observed_at=datetime(2026, 3, 10, 12, tzinfo=UTC),
    )  # fmt: skip
    answer = refused(kind="TA1", interchange_number="000000905")
    assert states(connection, [ours(), sent("s1"), again, answer]) == {"5101": ClaimState.SENT}
    (facts,) = found(connection)
    assert "the whole batch: clearinghouse rejected it on Mar 4 (TA1)" in [step.says for step in steps_of(facts, AS_OF)]


@pytest.mark.parametrize("number", ["k1", "00K1", " K1"])
def test_a_sent_copy_is_found_whatever_zeros_and_blanks_it_carries(connection: Connection, number: str) -> None:
    insert(connection, [ours(), sent("s1", claim_number=number)])
    (facts,) = found(connection)
    assert [row["source_key"] for row in facts.sent] == ["s1"]
