"""What an 835 says beside the payment: amounts, corrected ids, unknown codes, a wrong PLB sign; and what a claim comes to
over reversal and correction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from era_writer import Claim, Era, Line, Marks, write

from connectors.clearinghouse.balance import plb_sign_inverted
from connectors.clearinghouse.set_reader import MOST_LABELS, Unknown

Reader = Callable[..., Any]


def crown(number: str = "K1", **options: Any) -> Claim:
    """1,000.00 charged: 300.00 written off, 50.00 deductible, 130.00 coinsurance, 520.00 paid."""
    cas = [("CO", "45", 300_00), ("PR", "1", 50_00), ("PR", "2", 130_00)]
    return Claim(number, [Line("D2740", 1000_00, cas, "L1")], **options)


def undone() -> Claim:
    """The payer takes `crown` back: everything times -1."""
    cas = [("CO", "45", -300_00), ("PR", "1", -50_00), ("PR", "2", -130_00)]
    return Claim("K1", [Line("D2740", -1000_00, cas, "L1")], status="22", payer_number="OLD")


def corrected() -> Claim:
    """The deductible was met elsewhere: 300.00 written off, 100.00 coinsurance, 600.00 paid."""
    cas = [("CO", "45", 300_00), ("PR", "2", 100_00)]
    return Claim("K1", [Line("D2740", 1000_00, cas, "L1")], payer_number="NEW", extra=[["REF", "F8", "OLD"]])


def sums(got: Any) -> dict[str, int]:
    columns = ("charge_cents", "paid_cents", "contract_cents", "patient_share_cents", "deductible_cents")
    return {name: sum(row[name] for row in got.rows("remit_claim")) for name in columns}


# after all three the claim stands as its correction says
FINAL = {
    "charge_cents": 1000_00, "paid_cents": 600_00, "contract_cents": 300_00, "patient_share_cents": 100_00, "deductible_cents": 0,
}  # fmt: skip


def test_reversal_and_correction_in_one_payment_come_to_the_correction(read: Reader) -> None:
    """Payment: 520.00 - 520.00 + 600.00 = 600.00."""
    got = read(write([Era([crown(), undone(), corrected()])]))
    assert sums(got) == FINAL
    assert got.one("remit")["amount_cents"] == 600_00 and got.one("remit")["balanced"]


def test_reversal_and_correction_in_other_payments_come_to_the_correction(read: Reader) -> None:
    """First 520.00. Then the reversal alone: claims -520.00, carried forward as a debt (FB -520.00), so 0.00 is paid.
    Then the correction: claims 600.00, the debt applied (FB 520.00), 80.00 paid. In all 520 + 0 + 80 = 600.00."""
    first = Era([crown()], trace="T1")
    second = Era([undone()], trace="T2", plb=[("FB", "T2", -520_00)])
    third = Era([corrected()], trace="T3", plb=[("FB", "T2", 520_00)])
    together = read("".join(write([era], control=number) for number, era in enumerate((third, first, second), 1)))
    assert sums(together) == FINAL
    remits = together.rows("remit")
    assert sorted(row["amount_cents"] for row in remits) == [0, 80_00, 520_00]
    assert all(row["balanced"] for row in remits) and sum(row["plb_cents"] for row in remits) == 0
    alone = [read(write([era])) for era in (first, second, third)]
    assert {name: sum(sums(got)[name] for got in alone) for name in FINAL} == FINAL


def test_amounts_and_counts_of_claim_and_line_are_kept_in_cents(read: Reader) -> None:
    extra = [["AMT", "AU", "1000"], ["AMT", "I", "1.5"], ["AMT", "D", "-.5"], ["QTY", "CA", "1"]]
    text = write([Era([crown(extra=extra)])], Marks(after=""))
    got = read(text.replace("REF*6R*L1~", "REF*6R*L1~AMT*B6*700~AMT*KH*5~QTY*ZK*2~"))
    claim, line = got.one("remit_claim"), got.one("remit_line")
    assert claim["amounts"] == "|AMT*AU:100000|AMT*I:150|AMT*D:-50|QTY*CA:1|"
    assert (line["amounts"], line["allowed_cents"]) == ("|AMT*KH:500|QTY*ZK:2|", 700_00)
    assert claim["balanced"] and got.one("remit")["amount_cents"] == 520_00  # they inform, they are not the payment
    assert got.one("x12_set")["unknown"] is None


def test_an_amount_for_information_that_cannot_be_read_sets_no_claim_aside(read: Reader) -> None:
    got = read(write([Era([crown(extra=[["AMT", "AU", "1,000"], ["AMT", "I", "1"]])])]))
    assert got.one("remit_claim")["amounts"] == "|AMT*I:100|" and not got.bad
    assert got.one("x12_set")["unknown"] == "|AMT*AU:1|"


@pytest.mark.parametrize(
    ("share", "allowed", "cents", "unknown"),
    [
        ("N/A", "700", (None, 700_00), "|CLP*05:1|"), ("180.00", "1,00.00", (180_00, None), "|AMT*B6:1|"),
        ("N/A", "$7", (None, None), "|AMT*B6:1|CLP*05:1|"), ("", "", (None, None), None), (" ", " ", (None, None), None),
        ("0", "0", (0, 0), None),
    ],
)  # fmt: skip
def test_a_figure_that_takes_no_part_in_the_balance_costs_no_claim(
    share: str, allowed: str, cents: tuple[int | None, int | None], unknown: str | None, read: Reader
) -> None:
    """CLP05 is unreliable and B6 loose (reference §12); the claim and its payment prove themselves without either."""
    text = write([Era([crown()])]).replace("*520.00**12*", f"*520.00*{share}*12*")
    got = read(text.replace("REF*6R*L1~", f"REF*6R*L1~AMT*B6*{allowed}~"))
    claim, line = got.one("remit_claim"), got.one("remit_line")
    assert (claim["patient_cents"], line["allowed_cents"]) == cents
    assert (claim["paid_cents"], claim["patient_share_cents"], claim["balanced"]) == (520_00, 180_00, True)
    assert not got.bad and got.one("remit")["balanced"] and got.one("x12_set")["unknown"] == unknown


def test_claims_and_lines_without_amounts_have_none(read: Reader) -> None:
    got = read(write([Era([crown()])]))
    assert got.one("remit_claim")["amounts"] is None and got.one("remit_line")["amounts"] is None


def test_the_id_that_the_payer_wants_is_kept_beside_the_one_that_was_sent(read: Reader) -> None:
    extra = [["NM1", "74", "1", "", "", "", "", "", "C", "NEWID"]]
    row = read(write([Era([crown(extra=extra, member="OLDID")])])).one("remit_claim")
    assert (row["member_id"], row["corrected_member_id"]) == ("OLDID", "NEWID")
    named_only = [["NM1", "74", "1", "NEWNAME", "", "", "", "", "", ""]]
    assert read(write([Era([crown(extra=named_only)])])).one("remit_claim")["corrected_member_id"] is None


def test_remarks_of_claim_and_line_are_read(read: Reader) -> None:
    text = write([Era([crown(extra=[["MOA", "", "", "MA01"], ["LQ", "HE", "N4"]])])], Marks(after=""))
    got = read(text.replace("REF*6R*L1~", "REF*6R*L1~LQ*HE*N130~LQ*RX*75~"))
    assert got.one("remit_line")["remarks"] == "|N130|75|"
    assert got.one("remit_claim")["remarks"] == "|MA01|N4|N130|75|"


# PLB with the wrong sign --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "claims", "plb", "expected"),
    [(540_00, 520_00, 20_00, True), (500_00, 520_00, 20_00, False), (500_00, 520_00, -20_00, True),
     (520_00, 520_00, 0, False), (530_00, 520_00, 20_00, False)],
)  # fmt: skip
def test_the_sign_is_wrong_when_the_payment_is_claims_plus_plb(
    stated: int, claims: int, plb: int, expected: bool
) -> None:
    assert plb_sign_inverted(stated, claims, plb) is expected


def test_a_sender_with_the_wrong_sign_is_flagged(read: Reader) -> None:
    wrong = read(write([Era([crown()], plb=[("WO", "K0", 20_00)], plb_sign=-1)])).one("remit")
    assert (wrong["flags"], wrong["balanced"], wrong["imbalance_cents"]) == ("|plb_sign_inverted|", False, 40_00)
    right = read(write([Era([crown()], plb=[("WO", "K0", 20_00)])])).one("remit")
    assert (right["flags"], right["balanced"]) == (None, True)


# what nobody knows --------------------------------------------------------------------------------------------------


def test_unknown_codes_and_segments_are_listed_and_lose_nothing(read: Reader) -> None:
    odd = Claim("K1", [Line("D1", 100_00, [("QQ", "45", 10_00), ("CO", "999", 5_00)])], status="77",
                extra=[["REF", "ZZ", "1"], ["REF", "ZZ", "2"], ["ZZZ", "1"], ["NM1", "Y2", "2"], ["DTM", "999", "20260101"]])  # fmt: skip
    got = read(write([Era([odd], plb=[("QQ", "", 1_00)])]))
    assert got.one("x12_set")["unknown"] == "|CAS*QQ:1|CLP*77:1|DTM*999:1|NM1*Y2:1|PLB*QQ:1|REF*ZZ:2|ZZZ:1|"
    claim = got.one("remit_claim")
    assert (claim["status_code"], claim["reasons"], claim["paid_cents"]) == ("77", "|QQ-45|CO-999|", 85_00)
    assert got.one("remit")["balanced"] and got.one("remit_adj")["reason"] == "QQ"


def test_everything_that_the_reference_names_is_known(read: Reader) -> None:
    """Reference clearinghouse-x12 §12: claim segments, line segments, groups, statuses and provider adjustments."""
    refs = [["REF", code, "1"] for code in ("1L", "CE", "F8", "G1", "G3", "EA", "6P", "9A", "9C", "SY", "BB")]
    names = [["NM1", kind, "2", "A"] for kind in ("QC", "IL", "74", "82", "TT", "PR", "GB")]
    days = [["DTM", code, "20260101"] for code in ("232", "233", "036", "050")]
    rest = [["PER", "CX", "A"], ["MOA", "", "", "MA01"], ["MIA", "0"], ["AMT", "AU", "1"], ["QTY", "CA", "1"]]
    claims = [
        Claim(f"K{status}", [Line("D1", 5_00, [(group, "1", 1_00) for group in ("CO", "PR", "OA", "PI", "CR")])], status=status,
              extra=[*refs, *names, *days, *rest])
        for status in ("1", "2", "3", "4", "19", "20", "21", "22", "23", "25")
    ]  # fmt: skip
    plb = [
        (code, "", 1) for code in ("WO", "FB", "72", "CS", "L6", "50", "51", "90", "E3", "IR", "LE", "J1", "L3", "AP")
    ]
    line = (
        "".join(f"REF*{code}*1~" for code in ("LU", "G1", "G3", "1S", "E9", "RB", "0K"))
        + "DTM*150*20260101~DTM*151*20260102~"
    )
    text = write([Era(claims, plb=plb)], Marks(after="")).replace(
        "DTM*472*20260210~", "DTM*472*20260210~" + line + "LQ*HE*N1~"
    )
    assert read(text).one("x12_set")["unknown"] is None


def test_labels_are_bounded_and_hold_no_text() -> None:
    unknown = Unknown()
    for number in range(MOST_LABELS + 5):
        unknown.add(f"Z{number}")
    unknown.add("Smith, Ana")
    words = str(unknown.text()).strip("|").split("|")
    assert len(words) == MOST_LABELS + 1 and "more:6" in words and "Smith" not in str(words)
    strange = Unknown()
    for label in ("SMITH", "REF*SMITH", "ref*zz", "CAS*CO-123456", "", "REF*A B"):
        strange.add(label)
    assert strange.text() == "|?:6|"
    assert Unknown().text() is None
