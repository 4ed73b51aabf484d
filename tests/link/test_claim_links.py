"""Remittance claims and acknowledgements find our claim, or nothing (reference matching-and-reconciliation §11)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from hub.link import link_claims
from hub.link.claim_tiers import ClaimIndex, OurClaim, OutsideClaim, decide
from hub.model import TABLES
from tests.rows import Row, claim, claim_event, claim_line, insert, link, patient, remit, remit_claim, row

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
PEOPLE = [patient("1", first_name="Maria", last_name="Lopez", member_id="W12345678")]


def run(connection: Connection, rows: list[Row]) -> Any:
    insert(connection, [*PEOPLE, remit("R1", 40_000), *rows])
    return link_claims(connection, "main", NOW)


CASES: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, str | None, str, int] | None]] = [
    ("the exact number with billed total and dates", {}, {"claim_number": "AB20417"},
     ("CONFIRMED", "7", "claim-number", 1)),
    ("blanks around the number", {}, {"claim_number": " AB20417 "}, ("CONFIRMED", "7", "claim-number", 1)),
    ("the number, dates overlap though the total was changed", {}, {"claim_number": "AB20417", "charge_cents": 1},
     ("CONFIRMED", "7", "claim-number", 1)),
    ("the number, but total and dates both differ", {},
     {"claim_number": "AB20417", "charge_cents": 1, "service_from": date(2025, 5, 5), "service_to": date(2025, 5, 5)},
     ("PROBABLE", "7", "claim-number", 1)),
    ("lower-cased", {}, {"claim_number": "ab20417"}, ("CONFIRMED", "7", "loose-number", 1)),
    ("zero-padded", {}, {"claim_number": "000AB20417"}, ("CONFIRMED", "7", "loose-number", 1)),
    ("lower-cased with another total", {}, {"claim_number": "ab20417", "charge_cents": 1}, None),
    ("cut to eight characters", {"claim_number": "AB20417000112233"}, {"claim_number": "AB204170"},
     ("CONFIRMED", "7", "loose-number", 1)),
    ("cut to seven characters proves nothing", {"claim_number": "AB20417000112233"}, {"claim_number": "AB20417"}, None),
    ("the payer's own number", {"payer_claim_number": "P-9"}, {"claim_number": "0", "payer_claim_number": "P-9"},
     ("CONFIRMED", "7", "payer-number", 1)),
    ("the payer's number, another person's name", {"payer_claim_number": "P-9"},
     {"claim_number": "", "payer_claim_number": "P-9", "patient_last": "Smith"}, None),
    ("blank number: name, member id with a dependent suffix, date and total", {},
     {"claim_number": None, "patient_last": "LOPEZ", "patient_first": "MARIA", "member_id": "W1234567801"},
     ("CONFIRMED", "7", "person-date-amount", 1)),
    ("number 0: name, date and total without a member id is only proposed", {},
     {"claim_number": "0", "patient_last": "LOPEZ", "patient_first": "MARIA"},
     ("PROBABLE", "7", "person-date-amount", 1)),
    ("orphan", {}, {"claim_number": "ZZ999", "patient_last": "Nobody", "patient_first": "N"}, None),
    ("our claim was first sent after the remittance", {"first_sent_date": date(2026, 3, 5)},
     {"claim_number": "AB20417"}, None),
    ("money never answers a predetermination", {"claim_type": "PREAUTH"}, {"claim_number": "AB20417"}, None),
    ("an estimate never answers a claim", {}, {"claim_number": "AB20417", "status_code": "25"}, None),
    ("a reversal carries the total negated", {}, {"claim_number": "AB20417", "status_code": "22", "charge_cents": -50_000},
     ("CONFIRMED", "7", "claim-number", 1)),
    ("a claim that its source no longer lists keeps its answer", {"deleted_at": NOW}, {"claim_number": "AB20417"},
     ("CONFIRMED", "7", "claim-number", 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "theirs", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_remittance_claim_finds_its_claim_or_nothing(
    connection: Connection, links: Any, name: str, ours: dict[str, Any], theirs: dict[str, Any], expected: Any
) -> None:
    number = theirs.get("claim_number")
    rest = {column: value for column, value in theirs.items() if column != "claim_number"}
    run(connection, [claim("7", "1", **{"claim_number": "AB20417", **ours}), remit_claim("C1", "R1", number, 40_000, **rest)])
    assert links("C1") == expected


def test_two_claims_of_one_day_and_fee_are_never_chosen_between(connection: Connection, links: Any) -> None:
    who = {"patient_last": "Lopez", "patient_first": "Maria", "member_id": "W12345678"}
    twins = [claim("7", "1"), claim("8", "1")]
    run(connection, [*twins, remit_claim("C1", "R1", "", 40_000, **who)])
    assert links("C1") == ("PROBABLE", None, "person-date-amount", 2)


def test_two_numbers_that_point_at_two_claims_leave_the_choice_to_a_person() -> None:
    def ours(key: str, number: str, payer: str, billed: int) -> OurClaim:
        return OurClaim("pms", key, number, payer, None, False, 1, date(2026, 1, 20), None, billed, "1", "lopez", "maria", None)

    index = ClaimIndex([ours("7", "A1", "P1", 10_000), ours("8", "A2", "P2", 50_000)])
    their = OutsideClaim(
        "remit_claim", "era", "C1", "A1", ("P2",), None, False, 1, date(2025, 1, 1), None, 50_000, None, "", "", None
    )
    found = decide(their, index)
    assert found is not None
    assert (found.state, found.to_key, found.candidates) == ("PROBABLE", None, 2)


def test_the_payers_number_is_learned_from_the_first_answer(connection: Connection, links: Any) -> None:
    first = remit_claim("C1", "R1", "AB20417", 40_000, payer_claim_number="P-77")
    correction = remit_claim("C2", "R1", "0", 41_000, original_claim_number="P-77", payer_claim_number="P-78")
    run(connection, [claim("7", "1", claim_number="AB20417"), correction, first])
    assert links("C2") == ("CONFIRMED", "7", "payer-number", 1)


def test_one_claim_answered_twice_by_name_only_is_proposed_for_both(connection: Connection, links: Any) -> None:
    who = {"patient_last": "Lopez", "patient_first": "Maria", "member_id": "W12345678"}
    run(connection, [claim("7", "1"), remit_claim("C1", "R1", "", 40_000, **who), remit_claim("C2", "R1", "0", 40_000, **who)])
    assert {links("C1")[0], links("C2")[0]} == {"PROBABLE"}


def test_an_acknowledgement_finds_its_claim_by_the_echoed_number_alone(connection: Connection, links: Any) -> None:
    run(connection, [claim("7", "1", claim_number="AB20417"), claim_event("E1", "AB20417")])
    assert links("E1") == ("CONFIRMED", "7", "claim-number", 1)


def test_running_twice_writes_nothing_and_order_does_not_matter(connection: Connection) -> None:
    rows = [claim(str(n), "1", claim_number=f"AB2041{n}") for n in range(1, 9)]
    rows += [remit_claim(f"C{n}", "R1", f"AB2041{n}", 40_000) for n in range(1, 9)]
    random.Random(7).shuffle(rows)
    counts = run(connection, rows)
    assert (counts.added, counts.changed, counts.removed) == (8, 0, 0)
    before = connection.execute(select(TABLES["xref"])).all()
    again = link_claims(connection, "main", datetime(2026, 3, 11, tzinfo=UTC))
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert connection.execute(select(TABLES["xref"])).all() == before


def test_a_persons_link_is_never_changed_and_a_refused_one_is_not_made_again(connection: Connection, links: Any) -> None:
    refused = link("remit_claim", "era", "C1", "7", "claim", state="REJECTED", origin="human", rule="person")
    run(connection, [claim("7", "1", claim_number="AB20417"), remit_claim("C1", "R1", "AB20417", 40_000), refused])
    assert links("C1") == ("REJECTED", "7", "person", 1)


def test_a_link_that_no_longer_holds_is_removed(connection: Connection, links: Any) -> None:
    run(connection, [claim("7", "1", claim_number="AB20417"), remit_claim("C1", "R1", "AB20417", 40_000)])
    ours = TABLES["claim"]
    connection.execute(ours.update().values(claim_number="AB99999", billed_cents=1))
    counts = link_claims(connection, "main", NOW)
    assert counts.removed == 1
    assert links("C1") is None


def lines(*ids: str, of: str = "7") -> list[Row]:
    return [claim_line(f"{of}:{number}", of, line_number=number) for number in ids]


def echoed(*ids: str, by: str = "C1") -> list[Row]:
    return [row("remit_line", f"{by}:{number}", "era", remit_claim_key=by, line_number=number) for number in ids]


LOPEZ = {"patient_last": "Lopez", "patient_first": "Maria"}
SPLIT = {"charge_cents": 20_000, **LOPEZ}  # the payer answers a part: the billed total fits nothing
BY_LINES = ("CONFIRMED", "7", "line-ids", 1)
LINE_CASES: list[tuple[str, list[Row], str | None, dict[str, Any], list[Row], tuple[Any, ...] | None]] = [
    ("number 0, all line ids of one claim", lines("x70120/1/5", "x70121/1/5"), "0", SPLIT, echoed("x70120/1/5", "x70121/1/5"), BY_LINES),
    ("a cut number, a part of the lines, upper-cased", lines("x70120/1/5", "x70121/1/5"), "AB2", SPLIT, echoed(" X70121/1/5 "), BY_LINES),
    ("the member id instead of the name", lines("x70120/1/5"), "0",
     {**SPLIT, "patient_last": "Lopes", "member_id": "W1234567801"}, echoed("x70120/1/5"), BY_LINES),
    ("under another name it is only proposed", lines("x70120/1/5"), "0", {**SPLIT, "patient_last": "Smith"}, echoed("x70120/1/5"),
     ("PROBABLE", "7", "line-ids", 1)),
    ("one of the ids is nobody's", lines("x70120/1/5"), "0", SPLIT, echoed("x70120/1/5", "x99999/1/5"), None),
    ("lines of two claims", [*lines("x70120/1/5"), *lines("x70300/1/5", of="8")], "0", SPLIT, echoed("x70120/1/5", "x70300/1/5"), None),
    ("places of lines are no ids", lines("1", "02"), "0", SPLIT, echoed("1", "02"), None),
    ("ids that two patients share are none", [*lines("1001"), *lines("1001", of="9")], "0", SPLIT, echoed("1001"), None),
    ("the claim was sent after the answer", lines("x70500/1/5", of="10"), "0", SPLIT, echoed("x70500/1/5"), None),
    ("ids of another claim than the number", lines("x70300/1/5", of="8"), "AB20417", LOPEZ, echoed("x70300/1/5"),
     ("PROBABLE", None, "line-ids", 2)),
    ("ids of another claim than the padded number", lines("x70300/1/5", of="8"), "000AB20417", LOPEZ, echoed("x70300/1/5"),
     ("PROBABLE", None, "line-ids", 2)),
    ("ids and number of one claim", lines("x70120/1/5"), "AB20417", LOPEZ, echoed("x70120/1/5"), ("CONFIRMED", "7", "claim-number", 1)),
    ("a line that was taken off the claim since was sent all the same",
     [each.changed(deleted_at=NOW) for each in lines("x70120/1/5")], "0", SPLIT, echoed("x70120/1/5"), BY_LINES),
    ("the number under which the id was billed again decides",
     [*lines("x70120/1/5"), *lines("x70120/1/5", of="8")], "AB20417", LOPEZ, echoed("x70120/1/5"), ("CONFIRMED", "7", "claim-number", 1)),
    ("a primary and its secondary under one id: the answer's order", [*lines("p70120"), *lines("p70120", of="8")], "0",
     {**SPLIT, "status_code": "2"}, echoed("P70120"), ("CONFIRMED", "8", "line-ids", 1)),
    ("the copy of the sent file knows the ids",
     [row("sent_claim", "S", "era", claim_number="AB20417"), row("sent_line", "SL", "era", sent_claim_key="S", line_number="K-555")],
     "0", SPLIT, echoed("K-555"), BY_LINES),
]  # fmt: skip


@pytest.mark.parametrize(("name", "held", "number", "theirs", "answer", "expected"), LINE_CASES, ids=[case[0] for case in LINE_CASES])
def test_line_ids_find_the_claim_that_the_number_does_not(
    connection: Connection, links: Any, name: str, held: list[Row], number: str | None, theirs: dict[str, Any],
    answer: list[Row], expected: Any,
) -> None:  # fmt: skip
    ours = [
        patient("2", first_name="Jae", last_name="Kim"), claim("7", "1", claim_number="AB20417"),
        claim("8", "1", claim_number="AB20999", ordinal=2), claim("9", "2", claim_number="AB21000"),
        claim("10", "1", claim_number="AB21111", first_sent_date=date(2026, 3, 6)),
    ]  # fmt: skip
    run(connection, [*ours, *held, remit_claim("C1", "R1", number, 10_000, **theirs), *answer])
    assert links("C1") == expected


def test_a_status_answer_about_a_line_finds_its_claim(connection: Connection, links: Any) -> None:
    rows = [claim("7", "1", claim_number="AB20417"), *lines("x70120/1/5")]
    run(connection, [*rows, claim_event("E1", None, line_number="X70120/1/5", patient_last="Lopez")])
    assert links("E1") == BY_LINES
