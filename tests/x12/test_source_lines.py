"""A stored fact leads back to the sender's own segments."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sent_writer
from era_writer import Claim, Era, Line, Marks, interchange, write

from hub.readers.x12 import source_lines

Reader = Callable[..., Any]

ERA = Era(
    [Claim("K1", [Line("D1", 10_00, [("CO", "45", 1_00)]), Line("D2", 5_00)]), Claim("K2", [Line("D3", 7_00)])],
    plb=[("WO", "X", 1_00)],
)
# ISA, GS, ST and 10 of the head stand before the first claim.
FIRST = 14


def lines(text: str, first: int, **options: Any) -> list[str]:
    return source_lines(BytesIO(text.encode()), first, **options)


def tags(text: str, first: int) -> list[str]:
    return [segment.split("*")[0] for segment in lines(text, first)]


def test_every_fact_of_a_remittance_leads_to_its_segments(read: Reader) -> None:
    text = write([ERA])
    got = read(text)
    first, second = got.rows("remit_claim")
    assert lines(text, first["locator"]) == [
        "CLP*K1*1*15.00*14.00**12*P1", "NM1*QC*1*MADEUP*PAT****MI*M1",
        "SVC*AD:D1*10.00*9.00", "DTM*472*20260210", "CAS*CO*45*1.00", "SVC*AD:D2*5.00*5.00", "DTM*472*20260210",
    ]  # fmt: skip
    assert tags(text, second["locator"]) == ["CLP", "NM1", "SVC", "DTM"]
    assert lines(text, got.rows("remit_line")[1]["locator"]) == ["SVC*AD:D2*5.00*5.00", "DTM*472*20260210"]
    assert lines(text, got.one("remit_adj")["locator"]) == ["PLB*1999999984*20261231*WO:X*1.00"]
    assert tags(text, got.one("remit")["locator"]) == ["ST", "BPR", "TRN", "DTM", "N1", "N3", "N4", "PER", "N1", "REF"]


def test_a_claim_ends_where_the_next_group_of_claims_begins() -> None:
    text = write([ERA]).replace("CLP*K2", "LX*2~\nCLP*K2")
    assert tags(text, FIRST) == ["CLP", "NM1", "SVC", "DTM", "CAS", "SVC", "DTM"]


def test_answers_lead_to_their_segments(read: Reader) -> None:
    status = interchange([("277*005010X212", [
        ["BHT", "0010"], ["HL", "1", "", "22"], ["NM1", "IL", "1", "DOE"], ["TRN", "2", "T1"], ["STC", "P1\x1f1"],
        ["REF", "EJ", "K1"], ["SVC", "AD\x1fD1", "1", "0"], ["STC", "F2\x1f1"], ["TRN", "2", "T2"], ["STC", "P1\x1f2"],
    ])])  # fmt: skip
    claim, line, other = read(status).rows("claim_event")
    assert tags(status, claim["locator"]) == ["TRN", "STC", "REF", "SVC", "STC"]
    assert tags(status, line["locator"]) == ["SVC", "STC"]
    assert lines(status, other["locator"]) == ["TRN*2*T2", "STC*P1:2"]
    ack = interchange(
        [
            (
                "999",
                [
                    ["AK1", "HC", "1"],
                    ["AK2", "837", "1"],
                    ["IK5", "R"],
                    ["AK2", "837", "2"],
                    ["IK5", "A"],
                    ["AK9", "P"],
                ],
            )
        ]
    )
    rejected, accepted = read(ack).rows("claim_event")
    assert lines(ack, rejected["locator"]) == ["AK2*837*1", "IK5*R"]
    assert lines(ack, accepted["locator"]) == ["AK2*837*2", "IK5*A"]


def test_a_ta1_stands_alone(read: Reader) -> None:
    text = interchange([("999", [["AK1", "HC", "1"]])]).replace("GS*", "TA1*1*050705*1112*A*000~\nGS*", 1)
    event = next(row for row in read(text).rows("claim_event") if row["kind"] == "TA1")
    assert lines(text, event["locator"]) == ["TA1*1*050705*1112*A*000"]


def test_a_sent_claim_leads_to_its_loop(read: Reader) -> None:
    two = [
        sent_writer.Sent(number, [sent_writer.SentLine("D1", 1_00), sent_writer.SentLine("D2", 1_00)])
        for number in ("K1", "K2")
    ]
    text = sent_writer.write([sent_writer.Sending(two)])
    got = read(text)
    for row in got.rows("sent_claim"):
        assert tags(text, row["locator"]) == ["CLM", "DTP", "LX", "SV3", "LX", "SV3"]
    assert [tags(text, row["locator"]) for row in got.rows("sent_line")] == [["LX", "SV3"]] * 4


def test_a_count_or_an_end_of_ones_own_may_be_given() -> None:
    text = write([ERA])
    assert len(lines(text, FIRST, count=3)) == 3
    assert lines(text, FIRST, count=0) == []
    assert [segment[:3] for segment in lines(text, FIRST, until=("SVC",))] == ["CLP", "NM1"]
    assert lines(text, FIRST, count=500)[-1].startswith("PLB*"), "never past the end of a set"


@pytest.mark.parametrize("marks", [Marks("|", ">", "!"), Marks(after="\r\n  "), Marks("*", ":", "\n", "")])
def test_delimiters_and_line_ends_change_only_how_it_looks(marks: Marks) -> None:
    found = lines(write([ERA], marks), FIRST)
    assert [segment.split(marks.element)[0] for segment in found] == ["CLP", "NM1", "SVC", "DTM", "CAS", "SVC", "DTM"]
    assert all(segment == segment.strip() for segment in found)


def test_a_number_beyond_the_file_and_a_file_that_is_none_give_nothing() -> None:
    assert lines(write([ERA]), 10_000) == []
    assert lines("a text report", 1) == [] and lines("", 1) == []
    unreadable = write([ERA]) + write([ERA])[:130] + "X" * 2_500_000
    assert len(lines(unreadable, FIRST)) == 7, "what came before is shown all the same"


def test_a_claim_in_the_middle_of_a_large_file_is_found() -> None:
    many = [Claim(f"K{number}", [Line("D1", 1_00)]) for number in range(20_000)]
    text = write([Era(many)])
    assert lines(text, FIRST + 4 * 15_000)[0].startswith("CLP*K15000*")
