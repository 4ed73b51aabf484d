"""What a 277CA says: one event per claim, batch and provider rejections, and rejections that must not be missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from era_writer import USUAL, Claim, Era, Line, Marks, interchange, segments, write

from connectors.clearinghouse.claim_status import outcome

Reader = Callable[..., Any]

HEAD = [
    ["BHT", "0085", "08", "B1", "20260302", "0800", "TH"],
    ["HL", "1", "", "20", "1"],
    ["NM1", "AY", "2", "EXAMPLE CLEARINGHOUSE", "", "", "", "", "46", "CH1"],
    ["TRN", "1", "RECEIPT7"],
    ["DTP", "050", "D8", "20260301"],
    ["DTP", "009", "D8", "20260302"],
]
RECEIVER = [["HL", "2", "1", "21", "1"], ["NM1", "41", "2", "OFFICE"], ["TRN", "2", "BATCH3"]]
PROVIDER = [["HL", "3", "2", "19", "1"], ["NM1", "85", "2", "OFFICE", "", "", "", "", "XX", "1999999984"]]


def claim(number: str, *statuses: list[str], last: str = "DOE", more: tuple[list[str], ...] = ()) -> list[list[str]]:
    names = ["NM1", "QC", "1", last, "PAT", "", "", "", "MI", "M1"]
    return [["HL", "4", "3", "PT"], names, ["TRN", "2", number], *statuses, *more]


def stc(codes: str, action: str, day: str = "20260302", text: str = "") -> list[str]:
    return ["STC", codes.replace(":", "\x1f"), day, action, "125.00", *[""] * 7, text]


def ack(*parts: list[list[str]], marks: Marks = USUAL, usage: str = "P") -> str:
    body = [segment for part in parts for segment in part]
    return interchange([("277*005010X214", body)], marks, usage)


@pytest.mark.parametrize(
    ("category", "action", "expected"),
    [
        ("A0", "WQ", "IN_TRANSIT"), ("A1", "WQ", "RECEIVED"), ("A2", "WQ", "ACCEPTED"), ("A5", "WQ", "ACCEPTED"),
        ("A3", "U", "REJECTED"), ("A6", "U", "REJECTED"), ("A7", "U", "REJECTED"), ("A8", "U", "REJECTED"),
        ("A4", "", "NOT_FOUND"), ("E1", "", "ERROR"), ("F0", "", "FINALIZED"), ("P1", "", "PENDED"),
        ("P3", "", "INFO_REQUESTED"), ("R4", "", "INFO_REQUESTED"), ("", "", "UNKNOWN"), ("ZZ", "WQ", "UNKNOWN"),
        ("A1", "U", "REJECTED"), ("A2", "U", "REJECTED"), ("", "U", "REJECTED"), ("A7", "WQ", "REJECTED"),
    ],
)  # fmt: skip
def test_u_rejects_whatever_the_category_and_nothing_heals_a_rejecting_category(
    category: str, action: str, expected: str
) -> None:
    assert outcome(category, action) == expected


def test_an_accepted_claim_is_one_event_with_everything_that_links_it(read: Reader) -> None:
    more = (["REF", "1K", "PAYER1"], ["REF", "D9", "CLEAR1"], ["DTP", "472", "RD8", "20260210-20260212"])
    got = read(ack(HEAD, RECEIVER, [stc("A1:20", "WQ")], PROVIDER, claim("K1", stc("A2:20", "WQ"), more=more)))
    event = got.one("claim_event")
    assert (event["claim_number"], event["payer_claim_number"], event["clearinghouse_number"]) == (
        "K1",
        "PAYER1",
        "CLEAR1",
    )
    assert (event["batch_ref"], event["kind"], event["speaker"], event["payer_name"]) == (
        "BATCH3", "277CA", "CLEARINGHOUSE", None,
    )  # fmt: skip
    assert (event["outcome"], event["category"], event["status_code"], event["action"]) == (
        "ACCEPTED",
        "A2",
        "20",
        "WQ",
    )
    assert (event["happened_on"], event["billed_cents"]) == ("2026-03-02", 125_00)
    assert (event["service_from"], event["service_to"]) == ("2026-02-10", "2026-02-12")
    assert (event["patient_last"], event["patient_first"], event["member_id"], event["flags"]) == (
        "DOE",
        "PAT",
        "M1",
        None,
    )


def test_the_payer_speaks_when_the_source_is_a_payer(read: Reader) -> None:
    head = [["NM1", "PR", "2", "EXAMPLE PLAN"] if segment[0] == "NM1" else segment for segment in HEAD]
    event = read(ack(head, RECEIVER, PROVIDER, claim("K1", stc("A1:19:PR", "WQ")))).one("claim_event")
    assert (event["speaker"], event["payer_name"], event["outcome"], event["entity"]) == (
        "PAYER", "EXAMPLE PLAN", "RECEIVED", "PR",
    )  # fmt: skip


def test_of_several_answers_to_one_claim_the_rejection_counts_and_the_others_are_kept(read: Reader) -> None:
    statuses = (stc("A1:19", "WQ", "20260303", "received"), stc("A7:562:85", "U", "20260302", "NPI missing"))
    event = read(ack(HEAD, RECEIVER, PROVIDER, claim("K1", *statuses))).one("claim_event")
    assert (event["outcome"], event["category"], event["entity"]) == ("REJECTED", "A7", "85")
    assert (event["text"], event["flags"]) == ("NPI missing / received", "|also A1:19|")


def test_line_rejections_are_said_in_the_flags_of_their_claim(read: Reader) -> None:
    more = (["SVC", "AD\x1fD2740", "100"], stc("A7:454", "U"), ["REF", "FJ", "L1"], ["DTP", "472", "D8", "20250101"])
    event = read(ack(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A3:21", "U"), more=more))).one("claim_event")
    assert (event["category"], event["flags"], event["service_from"]) == ("A3", "|line A7:454|", None)


def test_a_claim_that_is_rejected_by_its_lines_alone_is_rejected(read: Reader) -> None:
    """Required segments are left out (reference §10), and this one would be the rejection."""
    service = ["SVC", "AD\x1fD2740", "100"]
    lines = (service, stc("A2:20", "WQ"), service, stc("A7:454", "U", text="code not valid on that date"), ["REF", "FJ", "L2"])
    second = [["TRN", "2", "K2"], stc("A2:20", "WQ")]
    first, other = read(ack(HEAD, RECEIVER, PROVIDER, claim("K1", more=lines), second)).rows("claim_event")
    assert (first["claim_number"], first["outcome"], first["category"], first["status_code"]) == ("K1", "REJECTED", "A7", "454")
    assert (first["text"], first["flags"]) == ("code not valid on that date", "|line A2:20|line A7:454|")
    assert (other["claim_number"], other["outcome"], other["flags"]) == ("K2", "ACCEPTED", None)


def test_the_words_that_stand_with_a_line_are_kept(read: Reader) -> None:
    """The only useful sentence may be in any of several STC (reference §10)."""
    more = (["SVC", "AD\x1fD2740", "100"], stc("A7:454", "U", text="tooth missing"))
    event = read(ack(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A3:21", "U", text="returned"), more=more))).one("claim_event")
    assert event["text"] == "returned / tooth missing"


def test_a_rejected_batch_is_one_event_without_a_claim(read: Reader) -> None:
    got = read(ack(HEAD, RECEIVER, [stc("A3:24", "U", text="not an approved submitter")]))
    event = got.one("claim_event")
    assert (event["claim_number"], event["batch_ref"], event["outcome"]) == (None, "BATCH3", "REJECTED")
    assert (event["flags"], event["text"], event["patient_last"]) == (
        "|receiver level|", "not an approved submitter", None,
    )  # fmt: skip


def test_a_rejected_provider_is_one_event_and_an_accepted_one_none(read: Reader) -> None:
    rejected = read(ack(HEAD, RECEIVER, PROVIDER, [stc("A7:562:85", "U")])).one("claim_event")
    assert (rejected["claim_number"], rejected["batch_ref"], rejected["flags"]) == (None, "BATCH3", "|provider level|")
    assert read(ack(HEAD, RECEIVER, PROVIDER, [stc("A1:19", "WQ")])).rows("claim_event") == []


@pytest.mark.parametrize("number", ["0", "0000", ""])
def test_a_claim_without_a_readable_number_never_looks_like_a_batch(number: str, read: Reader) -> None:
    event = read(ack(HEAD, RECEIVER, PROVIDER, claim(number, stc("A7:21", "U")))).one("claim_event")
    assert (event["claim_number"], event["batch_ref"], event["flags"]) == (None, None, "|no claim number|")
    assert (event["patient_last"], event["member_id"]) == ("DOE", "M1")


def test_several_claims_of_one_patient_are_several_events(read: Reader) -> None:
    second = [["TRN", "2", "K2"], stc("A7:21", "U")]
    got = read(ack(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ")), second))
    assert [(e["claim_number"], e["outcome"], e["patient_last"]) for e in got.rows("claim_event")] == [
        ("K1", "ACCEPTED", "DOE"), ("K2", "REJECTED", "DOE"),
    ]  # fmt: skip


@pytest.mark.parametrize("apart", [["DTP", "472", "D8", "20260305"], ["DTP", "472", "RD8", "20260301-20260305"], ["REF", "D9", "CLEAR2"]])
def test_two_rejected_claims_of_one_patient_without_a_number_are_two_events(apart: list[str], read: Reader) -> None:
    first = (["REF", "D9", "CLEAR1"], ["DTP", "472", "D8", "20260301"])
    second = tuple(apart if each[:2] == apart[:2] else each for each in first)
    rejected = stc("A7:562:85", "U")
    got = read(ack(HEAD, RECEIVER, PROVIDER, claim("0", rejected, more=first), claim("0", rejected, more=second)))
    assert len({row["source_key"] for row in got.rows("claim_event")}) == 2


def test_senders_that_use_subscriber_levels_are_read(read: Reader) -> None:
    body = claim("K1", stc("P1:20", ""))
    body[0], body[1] = ["HL", "4", "3", "22"], ["NM1", "IL", "1", "DOE", "PAT", "", "", "", "MI", "M1"]
    event = read(ack(HEAD, RECEIVER, PROVIDER, body)).one("claim_event")
    assert (event["claim_number"], event["outcome"], event["member_id"]) == ("K1", "PENDED", "M1")


def test_the_same_answer_in_another_file_is_the_same_event_and_another_answer_another(read: Reader) -> None:
    def key(*parts: list[list[str]], **options: Any) -> object:
        return read(ack(*parts, **options), name="other.x12").one("claim_event")["source_key"]

    said = key(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ")))
    assert said == key(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ")), marks=Marks("|", ">", "\n", ""))
    others = {
        key(HEAD, RECEIVER, PROVIDER, claim("K2", stc("A2:20", "WQ"))),
        key(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ", "20260303"))),
        key(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A7:20", "U"))),
        key(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ"), last="ROE")),
    }
    assert len(others | {said}) == 5


def test_a_status_answer_is_not_taken_for_an_acknowledgement(read: Reader) -> None:
    text = ack(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ")))
    assert read(text).one("claim_event")["kind"] == "277CA"
    assert read(text.replace("005010X214", "005010X212")).one("claim_event")["kind"] == "277"
    unnamed = text.replace("*005010X214", "").replace("005010X221A1", "005010")
    assert read(unnamed).one("claim_event")["kind"] == "277CA"
    status = unnamed.replace("BHT*0085*", "BHT*0010*").replace("*TH~", "*DG~")
    assert read(status).one("claim_event")["kind"] == "277"


def test_another_use_of_the_277_is_listed_and_not_read(read: Reader) -> None:
    """X213 asks for documents; its BHT01 would pass for that of an acknowledgement."""
    got = read(ack(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ"))).replace("005010X214", "005010X213"))
    assert got.rows("claim_event") == [] and got.one("x12_set")["state"] == "NOT_READ"


def test_a_cut_acknowledgement_gives_nothing(read: Reader) -> None:
    text = ack(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ")))
    got = read(text[: text.index("SE*")])
    assert not got.rows("claim_event") and got.bad[0].message.startswith("HUB-X04 277CA at segment 3 ")
    assert got.one("x12_set")["state"] == "SET_ASIDE"


def test_a_file_may_hold_remittances_acknowledgements_and_others(read: Reader) -> None:
    era = Era([Claim("K9", [Line("D1", 10_00)])])
    answer = ack(HEAD, RECEIVER, PROVIDER, claim("K1", stc("A2:20", "WQ")))
    other = interchange([("270*005010X279A1", [["BHT", "0022", "13"]]), ("835", segments(era))])
    got = read(answer + other + write([Era([], trace="Z")]))
    assert [row["claim_number"] for row in got.rows("claim_event")] == ["K1"]
    assert [row["claim_number"] for row in got.rows("remit_claim")] == ["K9"]
    assert len(got.rows("remit")) == 2 and not got.bad
