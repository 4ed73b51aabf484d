"""270 and 276: complete interchanges whose counts are right and that no value can break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clearinghouse.requests import (
    EligibilityQuestion,
    Envelope,
    Office,
    Payer,
    Person,
    StatusQuestion,
    write_270,
    write_276,
)
from hub.errors import BadRecord
from hub.readers.x12 import read_blocks, scan

ENVELOPE = Envelope("SENDER1", "STEDI", datetime(2026, 3, 2, 14, 5, tzinfo=UTC), 77, is_test=True)
PAYER, OFFICE = Payer("Example Dental Plan", "EX001"), Office("Example Office", "1999999984")
PAT = Person("Doe", "Pat", date(1980, 1, 2), "F", "M1")
KIM = Person("Doe", "Kim", date(2015, 3, 4))
ELIGIBILITY = EligibilityQuestion(PAYER, OFFICE, PAT, date(2026, 3, 5), "T1", "9123456789")
STATUS = StatusQuestion(
    PAYER, "Example Office", "SENDER1", OFFICE, PAT, "T9", "K1", 1258_00, date(2026, 2, 10), date(2026, 2, 10)
)


def split(raw: bytes) -> list[list[str]]:
    """An independent plain split."""
    assert raw.endswith(b"~")
    return [segment.split("*") for segment in raw.decode("ascii")[:-1].split("~")]


def sound(raw: bytes) -> list[list[str]]:
    """Our own reader finds one whole set without a flag, and the plain split the same counts."""
    (found,) = scan(read_blocks(BytesIO(raw)))
    assert found.is_whole and found.all_flags() == []
    segments = split(raw)
    tags = [segment[0] for segment in segments]
    start, end = tags.index("ST"), tags.index("SE")
    assert segments[end] == ["SE", str(end - start + 1), segments[start][2]]
    assert segments[0][13] == segments[-1][2] == "000000077" and segments[1][6] == segments[-2][2] == "77"
    assert len(raw.split(b"~")[0]) == 105
    return segments


def test_a_question_about_the_subscriber_is_written_segment_by_segment() -> None:
    assert [segment for segment in sound(write_270(ELIGIBILITY, ENVELOPE)) if segment[0] not in ("ISA", "IEA")] == [
        text.split("*") for text in (
            "GS*HS*SENDER1*STEDI*20260302*1405*77*X*005010X279A1", "ST*270*0001*005010X279A1", "BHT*0022*13*T1*20260302*1405",
            "HL*1**20*1", "NM1*PR*2*EXAMPLE DENTAL PLAN*****PI*EX001", "HL*2*1*21*1",
            "NM1*1P*2*EXAMPLE OFFICE*****XX*1999999984", "HL*3*2*22*0", "TRN*1*T1*9123456789", "NM1*IL*1*DOE*PAT****MI*M1",
            "DMG*D8*19800102*F", "DTP*291*D8*20260305", "EQ*35", "SE*13*0001", "GE*1*77",
        )
    ]  # fmt: skip


def test_a_dependent_is_asked_about_below_the_subscriber() -> None:
    question = replace(ELIGIBILITY, dependent=KIM, relationship="19", group_number="G1", code="d2740")
    segments = ["*".join(segment) for segment in sound(write_270(question, ENVELOPE))]
    assert segments[8:19] == [
        "HL*3*2*22*1", "NM1*IL*1*DOE*PAT****MI*M1", "REF*6P*G1", "DMG*D8*19800102*F", "HL*4*3*23*0", "TRN*1*T1*9123456789",
        "NM1*03*1*DOE*KIM", "DMG*D8*20150304", "INS*N*19", "DTP*291*D8*20260305", "EQ**AD:D2740",
    ]  # fmt: skip


def test_a_status_question_is_written_segment_by_segment() -> None:
    assert ["*".join(segment) for segment in sound(write_276(STATUS, ENVELOPE))][1:-2] == [
        "GS*HR*SENDER1*STEDI*20260302*1405*77*X*005010X212", "ST*276*0001*005010X212", "BHT*0010*13*T9*20260302*1405",
        "HL*1**20*1", "NM1*PR*2*EXAMPLE DENTAL PLAN*****PI*EX001", "HL*2*1*21*1", "NM1*41*2*EXAMPLE OFFICE*****46*SENDER1",
        "HL*3*2*19*1", "NM1*1P*2*EXAMPLE OFFICE*****XX*1999999984", "HL*4*3*22*0", "DMG*D8*19800102*F",
        "NM1*IL*1*DOE*PAT****MI*M1", "TRN*1*T9", "REF*EJ*K1", "AMT*T3*1258.00", "DTP*472*D8*20260210", "SE*16*0001",
    ]  # fmt: skip


def test_a_status_question_about_a_dependent_names_the_payers_number_and_a_span_of_days() -> None:
    question = replace(STATUS, dependent=KIM, payer_claim_number="P-7", service_to=date(2026, 2, 12))
    assert ["*".join(segment) for segment in sound(write_276(question, ENVELOPE))][10:20] == [
        "HL*4*3*22*1", "NM1*IL*1*DOE*PAT****MI*M1", "HL*5*4*23", "DMG*D8*20150304", "NM1*QC*1*DOE*KIM", "TRN*1*T9",
        "REF*1K*P-7", "REF*EJ*K1", "AMT*T3*1258.00", "DTP*472*RD8*20260210-20260212",
    ]  # fmt: skip


def test_values_are_cleaned_so_that_none_can_break_the_envelope() -> None:
    odd = Person("O'Núñez~*:^-Smith", " José\n \x00", date(1980, 1, 2), "X", " m*1~ ")
    segments = sound(write_270(replace(ELIGIBILITY, subscriber=odd), ENVELOPE))
    assert segments[10] == ["NM1", "IL", "1", "O'NUNEZ -SMITH", "JOSE", "", "", "", "MI", "M 1"]
    assert segments[11] == ["DMG", "D8", "19800102"]


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20))
def test_whatever_a_name_holds_the_interchange_stays_sound(last: str, first: str, member: str) -> None:
    person = Person(last, first, None, "", member)
    try:
        raw = write_270(replace(ELIGIBILITY, subscriber=person), ENVELOPE)
    except BadRecord as error:
        assert error.code == "HUB-X45"
        return
    segments = sound(raw)
    assert [segment[0] for segment in segments].count("NM1") == 3
    assert len(segments[10][3]) <= 60


@pytest.mark.parametrize(
    "changes",
    [
        {"payer": Payer("X", " ")}, {"office": Office("X", "199999998")}, {"office": Office("X", "19999999844")},
        {"office": Office("~", "1999999984")}, {"trace": ""}, {"trace": "T" * 51}, {"trace_origin": "123"},
        {"subscriber": Person("", "Pat")}, {"code": "2740"}, {"code": "D27401"}, {"service_type": ""},
    ],
)  # fmt: skip
def test_a_question_without_what_a_payer_needs_is_not_asked(changes: dict[str, object]) -> None:
    with pytest.raises(BadRecord, match=r"cannot be asked: .*; correct it and ask again") as caught:
        write_270(replace(ELIGIBILITY, **changes), ENVELOPE)  # type: ignore[arg-type]
    assert caught.value.code == "HUB-X45"


@pytest.mark.parametrize(
    "changes",
    [
        {"subscriber": Person("Doe", "Pat")}, {"claim_number": ""}, {"claim_number": "K" * 21}, {"charge_cents": -1},
        {"service_to": date(2026, 2, 9)}, {"submitter_id": ""},
    ],
)  # fmt: skip
def test_a_status_question_without_what_a_payer_needs_is_not_asked(changes: dict[str, object]) -> None:
    with pytest.raises(BadRecord):
        write_276(replace(STATUS, **changes), ENVELOPE)  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"control": 0}, {"control": 1_000_000_000}, {"sender_id": "S" * 16}, {"receiver_id": ""}])
def test_an_envelope_that_does_not_fit_is_not_sent(changes: dict[str, object]) -> None:
    with pytest.raises(BadRecord):
        write_270(ELIGIBILITY, replace(ENVELOPE, **changes))  # type: ignore[arg-type]


def test_the_usage_indicator_follows_the_envelope() -> None:
    assert split(write_270(ELIGIBILITY, ENVELOPE))[0][15] == "T"
    assert split(write_270(ELIGIBILITY, replace(ENVELOPE, is_test=False)))[0][15] == "P"
