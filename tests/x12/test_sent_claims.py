"""What a copy of a dental 837 proves: which claims went out, to whom, for how much; and when it is the same sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from era_writer import Marks
from sent_writer import Sending, Sent, SentLine, write

Reader = Callable[..., Any]

CROWN = Sent("K1", [SentLine("D2740", 1258_00, "L1", teeth=[("14", "")])])


def test_a_claim_to_the_primary_with_everything_that_links_it(read: Reader) -> None:
    extra = [["PWK", "RB", "EL", "", "", "AC", "NEA#123"], ["PWK", "P6", "FX"], ["REF", "D9", "CLEAR1"]]
    got = read(write([Sending([replace(CROWN, extra=extra)])], control=905))
    row = got.one("sent_claim")
    assert (row["claim_number"], row["claim_type"], row["frequency"], row["ordinal"]) == ("K1", "CLAIM", 1, 1)
    assert (row["billed_cents"], row["line_count"], row["balanced"]) == (1258_00, 1, True)
    assert (row["patient_last"], row["patient_first"], row["patient_birth_date"], row["member_id"]) == (
        "MADEUP", "PAT", "1980-01-02", "M1",
    )  # fmt: skip
    assert (row["payer_name"], row["payer_number"]) == ("EXAMPLE PLAN", "PLAN1")
    assert (row["billing_npi"], row["billing_tax_id"]) == ("1999999984", "123456789")
    assert (row["sent_on"], row["batch_ref"]) == ("2026-03-02", "BATCH1")
    assert (row["interchange_number"], row["group_number"], row["set_number"]) == ("000000905", "905", "0001")
    assert (row["service_from"], row["service_to"], row["clearinghouse_number"]) == (
        "2026-02-10",
        "2026-02-10",
        "CLEAR1",
    )
    assert (row["attachments"], row["flags"]) == ("|RB:EL:NEA#123|P6:FX:|", None)
    assert (row["payer_claim_number"], row["predetermination_number"]) == (None, None)
    assert not got.bad


def test_a_line_carries_procedure_teeth_and_our_line_number(read: Reader) -> None:
    lines = [
        SentLine("D2740", 1258_00, "x1/1", "20260211", [("14", "")]),
        SentLine("D2392", 180_00, "x1/2", "20260212", [("3", "MO"), ("4", "DO")]),
        SentLine("D4341", 250_00, "x1/3", area="10\x1f20"),
    ]
    got = read(write([Sending([Sent("K1", lines, date="")])]))
    columns = ("position", "line_number", "code", "billed_cents", "teeth", "surfaces", "area", "units", "service_date")
    assert [tuple(row[name] for name in columns) for row in got.rows("sent_line")] == [
        (1, "x1/1", "D2740", 1258_00, "|14|", None, None, "1", "2026-02-11"),
        (2, "x1/2", "D2392", 180_00, "|3|4|", "|MO|DO|", None, "1", "2026-02-12"),
        (3, "x1/3", "D4341", 250_00, None, None, "|10|20|", "1", None),
    ]
    claim = got.one("sent_claim")
    assert {row["sent_claim_key"] for row in got.rows("sent_line")} == {claim["source_key"]}
    assert (claim["service_from"], claim["service_to"]) == ("2026-02-11", "2026-02-12")
    assert claim["billed_cents"] == 1688_00 and claim["balanced"]


def test_a_dependent_is_the_patient_under_the_subscribers_member_id(read: Reader) -> None:
    row = read(write([Sending([replace(CROWN, dependent=("CHILD", "KIM"))])])).one("sent_claim")
    assert (row["patient_last"], row["patient_first"], row["patient_birth_date"], row["member_id"]) == (
        "CHILD", "KIM", "2015-03-04", "M1",
    )  # fmt: skip


def test_the_next_patient_takes_nothing_of_the_one_before(read: Reader) -> None:
    claims = [
        replace(CROWN, dependent=("CHILD", "KIM")),
        Sent("K2", CROWN.lines, last="OTHER", member="M2", payer="PLAN2", order="S"),
    ]
    first, second = read(write([Sending(claims)])).rows("sent_claim")
    assert (first["patient_last"], first["payer_number"], first["ordinal"]) == ("CHILD", "PLAN1", 1)
    assert (second["patient_last"], second["member_id"], second["payer_number"], second["ordinal"]) == (
        "OTHER",
        "M2",
        "PLAN2",
        2,
    )


def test_a_predetermination_has_no_day_of_service(read: Reader) -> None:
    row = read(write([Sending([replace(CROWN, is_predetermination=True, date="")])])).one("sent_claim")
    assert (row["claim_type"], row["service_from"]) == ("PREAUTH", None)


def test_a_batch_of_reports_holds_encounters(read: Reader) -> None:
    assert read(write([Sending([CROWN], kind="RP")])).one("sent_claim")["claim_type"] == "ENCOUNTER"


def test_a_replacement_names_the_payers_claim_and_the_predetermination(read: Reader) -> None:
    extra = [["REF", "F8", "PAYER1"], ["REF", "G3", "PRE7"]]
    row = read(write([Sending([replace(CROWN, frequency="7", extra=extra)])])).one("sent_claim")
    assert (row["frequency"], row["payer_claim_number"], row["predetermination_number"]) == (7, "PAYER1", "PRE7")


def test_a_predetermination_number_may_stand_on_a_line(read: Reader) -> None:
    line = SentLine("D2740", 1258_00, extra=[["REF", "G3", "PRE8"]])
    assert read(write([Sending([Sent("K1", [line])])])).one("sent_claim")["predetermination_number"] == "PRE8"


@pytest.mark.parametrize(("order", "expected"), [("P", 1), ("S", 2), ("T", 3), ("A", 4), ("U", None), ("", None)])
def test_the_order_of_payers_is_a_number(order: str, expected: int | None, read: Reader) -> None:
    assert read(write([Sending([replace(CROWN, order=order)])])).one("sent_claim")["ordinal"] == expected


def test_what_the_other_payer_says_is_not_taken_for_ours(read: Reader) -> None:
    """Loop 2320: the primary's result on a claim to the secondary, with the primary's own numbers."""
    other = [
        ["NM1", "82", "1", "KILDARE", "BEN", "", "", "", "XX", "1000000004"], ["REF", "G3", "NOTOURS0"],
        ["SBR", "P", "18"], ["CAS", "CO", "45", "300.00"], ["AMT", "D", "520.00"], ["OI", "", "", "Y"],
        ["NM1", "IL", "1", "SPOUSE", "SAM", "", "", "", "MI", "M9"], ["NM1", "PR", "2", "FIRST PLAN", "", "", "", "", "PI", "PLAN9"],
        ["DTP", "573", "D8", "20260301"], ["REF", "F8", "NOTOURS1"], ["REF", "G3", "NOTOURS2"], ["DTP", "472", "D8", "20010101"],
    ]  # fmt: skip
    line = SentLine(
        "D2740", 1258_00, "L1", extra=[["SVD", "PLAN9", "520.00", "AD\x1fD2740"], ["REF", "6R", "NOTOURS3"]]
    )
    got = read(write([Sending([replace(CROWN, order="S", lines=[line], other=other)])]))
    row = got.one("sent_claim")
    assert (row["ordinal"], row["payer_number"], row["patient_last"], row["member_id"]) == (2, "PLAN1", "MADEUP", "M1")
    assert (row["payer_claim_number"], row["predetermination_number"], row["service_from"]) == (
        None,
        None,
        "2026-02-10",
    )
    assert got.one("sent_line")["line_number"] == "L1"


def test_a_claim_whose_lines_do_not_add_up_is_kept_and_says_so(read: Reader) -> None:
    row = read(write([Sending([replace(CROWN, stated=1258_01)])])).one("sent_claim")
    assert (row["billed_cents"], row["balanced"], row["flags"]) == (1258_01, False, None)


def test_an_amount_that_cannot_be_read_does_not_lose_the_proof_of_sending(read: Reader) -> None:
    text = write([Sending([CROWN])])
    claim = read(text.replace("CLM*K1*1258.00*", "CLM*K1*1,258.00*")).one("sent_claim")
    assert (claim["billed_cents"], claim["balanced"], claim["flags"]) == (None, False, "|CLM02 amount|")
    claim = read(text.replace("SV3*AD:D2740*1258.00*", "SV3*AD:D2740*1,258.00*")).one("sent_claim")
    assert (claim["billed_cents"], claim["balanced"], claim["flags"]) == (1258_00, False, "|SV302 amount|")


def test_a_4010_claim_reads_the_same(read: Reader) -> None:
    text = write([Sending([CROWN])])
    old = write([Sending([CROWN])], guide="004010X097A1").replace("*^*00501*", "*U*00401*")
    assert read(old).said() == read(text).said()


def test_a_dental_claim_without_a_guide_is_known_by_its_service_lines(read: Reader) -> None:
    text = write([Sending([CROWN])]).replace("*005010X224A2~", "~").replace("005010X221A1", "005010")
    assert read(text).one("x12_set")["set_name"] == "837D"
    medical = text.replace("SV3*", "SV1*")
    assert read(medical).one("x12_set")["state"] == "NOT_READ" and not read(medical).rows("sent_claim")


def test_medical_claims_are_listed_and_not_read(read: Reader) -> None:
    got = read(write([Sending([CROWN])], guide="005010X222A1"))
    assert (got.one("x12_set")["set_name"], got.one("x12_set")["state"], got.rows("sent_claim")) == (
        "837P",
        "NOT_READ",
        [],
    )


# the key ------------------------------------------------------------------------------------------------------------


def keys(read: Reader, *texts: str) -> list[object]:
    return [row["source_key"] for row in read("".join(texts), name="any").rows("sent_claim")]


def test_the_key_names_batch_moment_and_claim(read: Reader) -> None:
    (key,) = keys(read, write([Sending([CROWN])]))
    assert str(key).startswith("BATCH1:20260302:0800:K1:")
    (line,) = read(write([Sending([CROWN])])).rows("sent_line")
    assert line["source_key"] == f"{key}/001"


def test_the_same_file_again_is_the_same_sending(read: Reader) -> None:
    """Renamed, in another envelope, with other delimiters, after another file, or twice in one file."""
    (key,) = keys(read, write([Sending([CROWN])]))
    other = write([Sending([replace(CROWN, number="K9")], reference="BATCH0")])
    assert keys(read, write([Sending([CROWN])], Marks("|", ">", "!"), control=777)) == [key]
    assert keys(read, other, write([Sending([CROWN])], control=2))[1:] == [key]
    assert set(keys(read, write([Sending([CROWN])]) * 2)) == {key}


def test_a_resubmission_is_another_sending(read: Reader) -> None:
    """Another day, another minute, another batch, another payer, another amount: another row each."""
    sendings = [
        Sending([CROWN]), Sending([CROWN], day="20260303"), Sending([CROWN], time="0801"), Sending([CROWN], reference="BATCH2"),
        Sending([replace(CROWN, payer="PLAN2", order="S")]), Sending([replace(CROWN, stated=1_00)]),
        Sending([replace(CROWN, is_predetermination=True)]), Sending([replace(CROWN, frequency="7")]),
    ]  # fmt: skip
    assert len(set(keys(read, *(write([each]) for each in sendings)))) == len(sendings)


def test_claims_that_share_a_number_in_one_batch_keep_apart(read: Reader) -> None:
    """Systems that send the patient's number as CLM01."""
    twice = [Sent("PAT7", [SentLine("D0120", 50_00)]), Sent("PAT7", [SentLine("D2740", 1258_00)], date="20260211")]
    assert len(set(keys(read, write([Sending(twice)])))) == 2


def test_a_cut_file_proves_nothing(read: Reader) -> None:
    text = write([Sending([CROWN])])
    got = read(text[: text.index("SE*")])
    assert not got.rows("sent_claim") and got.bad[0].message.startswith("HUB-X04 837D at segment 3 ")


def test_an_endless_claim_is_cut_and_says_so(read: Reader) -> None:
    endless = Sent("K1", [SentLine("D1", 1_00) for _ in range(11_000)])
    got = read(write([Sending([endless, replace(CROWN, number="K2")])]))
    first, second = got.rows("sent_claim")
    assert (first["flags"], first["balanced"]) == ("|cut after 20000 segments|", False)
    assert (second["claim_number"], second["balanced"]) == ("K2", True)
