"""What a payer answers when it is asked about a claim (277): one event per claim, lines with their own status apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from era_writer import USUAL, Marks, interchange

Reader = Callable[..., Any]

HEAD = [
    ["BHT", "0010", "08", "REF1", "20260302", "0800", "DG"],
    ["HL", "1", "", "20", "1"],
    ["NM1", "PR", "2", "EXAMPLE PLAN", "", "", "", "", "PI", "PLAN1"],
    ["HL", "2", "1", "21", "1"],
    ["NM1", "41", "2", "OFFICE", "", "", "", "", "46", "X67E"],
]
PROVIDER = [["HL", "3", "2", "19", "1"], ["NM1", "1P", "2", "OFFICE", "", "", "", "", "XX", "1999999984"]]
SUBSCRIBER = [["HL", "4", "3", "22", "0"], ["NM1", "IL", "1", "DOE", "PAT", "", "", "", "MI", "M1"]]
DEPENDENT = [["HL", "5", "4", "23"], ["NM1", "QC", "1", "DOE", "KIM"]]


def stc(codes: str, day: str = "20260301", *rest: str) -> list[str]:
    return ["STC", codes.replace(":", "\x1f"), day, *rest]


def claim(
    *statuses: list[str], number: str = "K1", trace: str = "T1", more: tuple[list[str], ...] = ()
) -> list[list[str]]:
    numbers = [["REF", "1K", "PAYER1"], ["REF", "EJ", number]] if number else []
    return [["TRN", "2", trace], *statuses, *numbers, *more]


def status(*parts: list[list[str]], marks: Marks = USUAL, guide: str = "005010X212", control: int = 1) -> str:
    return interchange([(f"277*{guide}", [segment for part in parts for segment in part])], marks, control=control)


def test_a_paid_claim_carries_its_money_and_check_number(read: Reader) -> None:
    paid = stc("F1:65", "20260301", "", "1258.00", "520.00", "20260225", "", "20260228", "CHK77")
    more = (["REF", "D9", "CLEAR1"], ["DTP", "472", "RD8", "20260210-20260212"])
    got = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(paid, more=more)))
    event = got.one("claim_event")
    assert (event["kind"], event["speaker"], event["payer_name"]) == ("277", "PAYER", "EXAMPLE PLAN")
    assert (event["outcome"], event["category"], event["status_code"], event["entity"]) == (
        "FINALIZED",
        "F1",
        "65",
        None,
    )
    assert (event["billed_cents"], event["paid_cents"]) == (1258_00, 520_00)
    assert (event["paid_on"], event["check_number"]) == ("2026-02-28", "CHK77")
    assert (event["claim_number"], event["payer_claim_number"], event["clearinghouse_number"]) == (
        "K1",
        "PAYER1",
        "CLEAR1",
    )
    assert (event["happened_on"], event["service_from"], event["service_to"]) == (
        "2026-03-01",
        "2026-02-10",
        "2026-02-12",
    )
    assert (event["patient_last"], event["patient_first"], event["member_id"]) == ("DOE", "PAT", "M1")
    assert (event["line_number"], event["batch_ref"], event["flags"]) == (None, None, None)
    assert got.one("x12_set")["records"] == 1 and not got.bad


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("A0", "IN_TRANSIT"), ("A1", "RECEIVED"), ("A2", "ACCEPTED"), ("A3", "REJECTED"), ("A4", "NOT_FOUND"),
        ("A5", "ACCEPTED"), ("A6", "REJECTED"), ("A7", "REJECTED"), ("A8", "REJECTED"), ("P0", "PENDED"),
        ("P1", "PENDED"), ("P2", "PENDED"), ("P3", "INFO_REQUESTED"), ("P4", "INFO_REQUESTED"), ("P5", "PENDED"),
        ("F0", "FINALIZED"), ("F1", "FINALIZED"), ("F2", "FINALIZED"), ("F3", "FINALIZED"), ("F3F", "FINALIZED"),
        ("F3N", "FINALIZED"), ("F4", "FINALIZED"), ("R0", "INFO_REQUESTED"), ("R17", "INFO_REQUESTED"),
        ("RQ", "INFO_REQUESTED"), ("D0", "NOT_FOUND"), ("E0", "ERROR"), ("E4", "ERROR"), ("Z9", "UNKNOWN"),
    ],
)  # fmt: skip
def test_every_category_of_the_reference_has_its_reading(category: str, expected: str, read: Reader) -> None:
    event = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(stc(f"{category}:1")))).one("claim_event")
    assert (event["category"], event["outcome"]) == (category, expected)


def test_a_dependent_is_the_patient_under_the_member_id_of_the_subscriber(read: Reader) -> None:
    event = read(status(HEAD, PROVIDER, SUBSCRIBER, DEPENDENT, claim(stc("P1:1")))).one("claim_event")
    assert (event["patient_last"], event["patient_first"], event["member_id"]) == ("DOE", "KIM", "M1")


def test_the_next_subscriber_takes_nothing_of_the_one_before(read: Reader) -> None:
    nameless = [["HL", "6", "3", "22"]]
    first, second = read(
        status(
            HEAD,
            PROVIDER,
            SUBSCRIBER,
            DEPENDENT,
            claim(stc("P1:1")),
            nameless,
            claim(stc("P1:2"), number="K2", trace="T2"),
        )
    ).rows("claim_event")
    assert (first["patient_first"], second["patient_last"], second["member_id"]) == ("KIM", None, None)


def test_several_claims_of_one_patient_are_several_events(read: Reader) -> None:
    second = claim(stc("F2:88"), number="K2", trace="T2")
    got = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P1:1")), second)).rows("claim_event")
    assert [(e["claim_number"], e["outcome"], e["patient_last"]) for e in got] == [
        ("K1", "PENDED", "DOE"), ("K2", "FINALIZED", "DOE"),
    ]  # fmt: skip


def test_a_line_with_its_own_status_is_an_event_and_one_without_is_none(read: Reader) -> None:
    lines = (
        ["SVC", "AD\x1fD2740", "1000.00", "0.00"], stc("F2:88:QC"), ["REF", "FJ", "L1"], ["DTP", "472", "D8", "20260211"],
        ["SVC", "AD\x1fD0120", "50.00", "40.00"], ["REF", "FJ", "L2"], ["DTP", "472", "D8", "20260212"],
    )  # fmt: skip
    more = (["DTP", "472", "D8", "20260210"], *lines)
    whole, line = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(stc("F1:65", "20260301", "", "1050"), more=more))).rows(
        "claim_event"
    )
    assert (whole["line_number"], whole["service_from"], whole["billed_cents"]) == (None, "2026-02-10", 1050_00)
    assert (line["claim_number"], line["line_number"], line["outcome"], line["entity"]) == (
        "K1",
        "L1",
        "FINALIZED",
        "QC",
    )
    assert (line["billed_cents"], line["paid_cents"], line["service_from"]) == (1000_00, 0, "2026-02-11")
    assert line["flags"] == "|line level|"


def test_lines_without_a_number_are_told_apart_by_their_procedure(read: Reader) -> None:
    def svc(code: str) -> list[list[str]]:
        return [["SVC", f"AD\x1f{code}", "100.00", "0"], stc("P3:317"), ["DTP", "472", "D8", "20260301"]]

    lines = (*svc("D2391"), *svc("D2392"))
    got = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P3:317"), more=lines)))
    assert len({row["source_key"] for row in got.rows("claim_event")}) == 3


@pytest.mark.parametrize("apart", [["DTP", "472", "D8", "20260305"], ["REF", "D9", "CLEAR2"]])
def test_claims_without_a_number_under_one_question_are_told_apart(apart: list[str], read: Reader) -> None:
    first = (["REF", "D9", "CLEAR1"], ["DTP", "472", "D8", "20260301"])
    second = tuple(apart if each[:2] == apart[:2] else each for each in first)
    parts = [claim(stc("P1:20"), number="", more=more) for more in (first, second)]
    got = read(status(HEAD, PROVIDER, SUBSCRIBER, *parts))
    assert len({row["source_key"] for row in got.rows("claim_event")}) == 2


def test_an_error_above_the_claims_is_an_event_without_a_claim(read: Reader) -> None:
    for level, part in (("receiver", []), ("provider", PROVIDER)):
        event = read(status(HEAD, part, [["TRN", "1", "0"], stc("E0:24:85")])).one("claim_event")
        assert (event["outcome"], event["claim_number"], event["batch_ref"]) == ("ERROR", None, None)
        assert (event["flags"], event["patient_last"]) == (f"|{level} level|", None)


def test_a_claim_without_our_number_says_so(read: Reader) -> None:
    event = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(stc("D0:35"), number=""))).one("claim_event")
    assert (event["claim_number"], event["outcome"], event["flags"]) == (None, "NOT_FOUND", "|no claim number|")


def test_of_several_statuses_the_newest_counts_and_the_others_are_kept(read: Reader) -> None:
    """STC10 and STC11 are further codes of the same status."""
    older, newer = stc("P1:1", "20260220"), ["STC", "F2\x1f88", "20260301", *[""] * 7, "F2\x1f21", "", "NO COVERAGE"]
    event = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(older, newer))).one("claim_event")
    assert (event["category"], event["text"], event["flags"]) == ("F2", "NO COVERAGE", "|also P1:1|also F2:21|")


def test_a_day_or_amount_that_cannot_be_read_loses_nothing_else(read: Reader) -> None:
    event = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P1:1", "20269999", "", "1,0", "x")))).one("claim_event")
    assert (event["happened_on"], event["billed_cents"], event["paid_cents"]) == ("2026-03-02", None, None)


def test_a_4010_status_answer_reads_the_same(read: Reader) -> None:
    text = status(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P1:1")))
    old = text.replace("*005010X212", "").replace("005010X221A1", "004010X093A1").replace("*^*00501*", "*U*00401*")
    assert read(old).said() == read(text).said()


def test_the_same_answer_is_one_event_and_a_later_question_another(read: Reader) -> None:
    def key(*parts: list[list[str]], **options: Any) -> object:
        return read(status(*parts, **options), name="other").one("claim_event")["source_key"]

    body = [PROVIDER, SUBSCRIBER, claim(stc("P1:1"))]
    said = key(HEAD, *body)
    assert said == key(HEAD, *body, marks=Marks("|", ">", "\n", ""), control=9)
    later = [[*segment[:4], "20260309", *segment[5:]] if segment[0] == "BHT" else segment for segment in HEAD]
    others = {
        key(later, *body),
        key(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P1:1"), number="K2")),
        key(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P1:1", "20260301", "", "10"))),
        key(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P1:1", "20260301", "", "", "10"))),
    }
    assert len(others | {said}) == 5


def test_what_is_not_known_is_listed(read: Reader) -> None:
    got = read(status(HEAD, PROVIDER, SUBSCRIBER, claim(stc("P1:1"), more=(["REF", "BLT", "111"], ["ZZZ", "1"]))))
    assert got.one("x12_set")["unknown"] == "|REF*BLT:1|ZZZ:1|"
