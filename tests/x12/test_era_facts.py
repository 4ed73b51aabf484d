"""What an 835 says, case by case (reference clearinghouse-x12 §12-§15), and what of it is set aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from era_writer import Claim, Era, Line, Marks, write

from connectors.clearinghouse.balance import claim_gap, claim_sentences, payment_gap, payment_sentences

Reader = Callable[..., Any]


def crown(number: str = "K1", **options: Any) -> Claim:
    """1,000.00 charged: 300.00 written off, 50.00 deductible, 130.00 coinsurance, 520.00 paid."""
    cas = [("CO", "45", 300_00), ("PR", "1", 50_00), ("PR", "2", 130_00)]
    return Claim(number, [Line("D2740", 1000_00, cas, "L1")], **options)


def test_a_paid_claim_is_told_apart_into_write_off_patient_share_and_payment(read: Reader) -> None:
    got = read(write([Era([crown(last="Ng", first="Ana", member="M9")])]))
    remit, claim, line = got.one("remit"), got.one("remit_claim"), got.one("remit_line")
    assert (remit["amount_cents"], remit["balanced"], remit["state"]) == (520_00, True, "UNPROCESSED")
    assert (remit["trace"], remit["originator"], remit["method"], remit["handling"]) == (
        "EFT1",
        "1512345678",
        "ACH",
        "I",
    )
    assert (remit["payer_name"], remit["payer_number"]) == ("EXAMPLE PLAN", "PLAN1")
    assert (remit["payee_name"], remit["payee_npi"], remit["payee_tax_id"]) == (
        "EXAMPLE OFFICE", "1999999984", "123456789",
    )  # fmt: skip
    assert (remit["payment_date"], remit["production_date"], remit["flags"]) == (
        "2026-03-01",
        "2026-03-01",
        None,
    )
    assert (claim["patient_last"], claim["patient_first"], claim["member_id"]) == ("Ng", "Ana", "M9")
    assert (claim["charge_cents"], claim["paid_cents"], claim["co_cents"], claim["pr_cents"]) == (
        1000_00, 520_00, 300_00, 180_00,
    )  # fmt: skip
    assert (claim["contract_cents"], claim["deductible_cents"], claim["patient_share_cents"]) == (300_00, 50_00, 180_00)
    assert (claim["reasons"], claim["remarks"], claim["patient_cents"]) == ("|CO-45|PR-1|PR-2|", None, None)
    assert (claim["service_from"], claim["service_to"]) == ("2026-02-10", "2026-02-10")
    assert (line["line_number"], line["code"], line["charge_cents"], line["paid_cents"]) == (
        "L1",
        "D2740",
        1000_00,
        520_00,
    )
    assert claim["remit_key"] == remit["source_key"] and line["remit_claim_key"] == claim["source_key"]
    assert {key for key, *_ in got.triples("remit_line")} == {line["source_key"]} and not got.triples("remit_claim")


@pytest.mark.parametrize(
    ("group", "reason", "column"),
    [
        ("CO", "45", "contract_cents"),
        ("CO", "253", "contract_cents"),
        ("PR", "3", "patient_share_cents"),
        ("PR", "1", "deductible_cents"),
        ("OA", "23", "prior_payer_cents"),
        ("OA", "101", "estimate_cents"),
        ("PI", "55", "pi_cents"),
    ],
)
def test_an_adjustment_is_counted_by_group_first_and_reason_second(
    group: str, reason: str, column: str, read: Reader
) -> None:
    claim = read(write([Era([Claim("K", [Line("D1", 90_00, [(group, reason, 90_00)])])])])).one("remit_claim")
    assert claim[column] == 90_00
    other = "PR" if group != "PR" else "CO"
    claim = read(write([Era([Claim("K", [Line("D1", 90_00, [(other, reason, 90_00)])])])])).one("remit_claim")
    assert claim[column] == (0 if (other, reason) != ("PR", "1") else 90_00)


def test_claim_level_and_line_level_adjustments_are_different_money(read: Reader) -> None:
    claim = Claim("K", [Line("D1", 200_00, [("CO", "45", 40_00)])], cas=[("PR", "1", 50_00)])
    got = read(write([Era([claim])]))
    row = got.one("remit_claim")
    assert (row["paid_cents"], row["balanced"], row["deductible_cents"]) == (110_00, True, 50_00)
    assert [each[1:] for each in got.triples("remit_claim")] == [("PR", "1", 50_00)]
    assert [each[1:] for each in got.triples("remit_line")] == [("CO", "45", 40_00)]


def test_a_claim_without_lines_tells_all_by_its_own_adjustments(read: Reader) -> None:
    got = read(write([Era([Claim("K", own_charge=80_00, cas=[("PR", "204", 80_00)])])]))
    row = got.one("remit_claim")
    assert (row["charge_cents"], row["paid_cents"], row["pr_cents"], row["patient_share_cents"], row["balanced"]) == (
        80_00, 0, 80_00, 0, True,
    )  # fmt: skip
    assert got.rows("remit_line") == []


def test_an_empty_cas_triple_does_not_end_the_walk(read: Reader) -> None:
    text = write([Era([Claim("K", [Line("D1", 100_00, [("PR", "1", 42_00)])])])])
    got = read(text.replace("CAS*PR*1*42.00", "CAS*PR*1*30*****2*12"))
    assert [each[2:] for each in got.triples("remit_line")] == [("1", 30_00), ("2", 12_00)]
    assert got.one("remit")["balanced"]


def test_a_reversal_and_its_correction_are_two_events_of_one_claim(read: Reader) -> None:
    wrong = [("CO", "45", -300_00), ("PR", "1", -50_00), ("PR", "2", -130_00)]
    taken_back = Claim("K1", [Line("D2740", -1000_00, wrong)], status="22", payer_number="OLD")
    right = crown("K1", payer_number="NEW", extra=[["REF", "F8", "OLD"]])
    other = Claim("K2", [Line("D0120", 100_00)])
    got = read(write([Era([taken_back, right, other])]))
    reversal, correction, _ = got.rows("remit_claim")
    assert (reversal["is_reversal"], reversal["charge_cents"], reversal["paid_cents"]) == (True, -1000_00, -520_00)
    assert (reversal["contract_cents"], reversal["patient_share_cents"]) == (-300_00, -180_00)
    assert (correction["is_reversal"], correction["original_claim_number"]) == (False, "OLD")
    assert reversal["claim_number"] == correction["claim_number"] == "K1"
    assert got.one("remit")["amount_cents"] == 100_00 and got.one("remit")["balanced"]


def test_a_predetermination_is_an_estimate_with_its_number_and_no_payment(read: Reader) -> None:
    line = Line("D2740", 1000_00, [("OA", "101", 520_00), ("CO", "45", 300_00), ("PR", "2", 180_00)])
    got = read(write([Era([Claim("K", [line], status="25", extra=[["REF", "G3", "PRE7"]])])]))
    row = got.one("remit_claim")
    assert (row["is_estimate"], row["estimate_cents"], row["paid_cents"], row["predetermination_number"]) == (
        True, 520_00, 0, "PRE7",
    )  # fmt: skip
    assert row["balanced"] and got.one("remit")["amount_cents"] == 0


def test_segments_of_a_line_stand_in_any_order(read: Reader) -> None:
    text = write([Era([crown()])], Marks(after=""))
    line = "SVC*AD:D2740*1000.00*520.00~DTM*472*20260210~CAS*CO*45*300.00~CAS*PR*1*50.00~CAS*PR*2*130.00~REF*6R*L1~"
    assert line in text
    shuffled = (
        "SVC*AD:D2740*1000.00*520.00**1*AD:D2750~AMT*B6*700.00~REF*6R*L1~LQ*HE*N130~CAS*PR*2*130.00~LQ*HE*N206~"
        "CAS*CO*45*300.00**~REF*LU*1~CAS*PR*1*50~DTM*472*20260210~ZZZ*9~"
    )
    got = read(text.replace(line, shuffled))
    row = got.one("remit_line")
    assert (row["submitted_code"], row["allowed_cents"], row["units"], row["line_number"], row["remarks"]) == (
        "D2750", 700_00, "1", "L1", "|N130|N206|",
    )  # fmt: skip
    assert (row["service_date"], got.one("remit_claim")["balanced"]) == ("2026-02-10", True)
    assert got.one("remit_claim")["remarks"] == "|N130|N206|"
    assert got.one("remit")["flags"] == "|SE01 count|unknown segments|"


def test_claim_segments_fill_their_columns(read: Reader) -> None:
    extra = [["NM1", "TT", "2", "NEXT PAYER"], ["NM1", "74", "1", "", "", "", "", "", "C", "NEWID"],
             ["MOA", "", "", "MA01", "", "N1"], ["DTM", "232", "20260101"], ["DTM", "233", "20260131"]]  # fmt: skip
    got = read(write([Era([crown(extra=extra, status="19", member="")])]))
    row = got.one("remit_claim")
    assert (row["crossover"], row["remarks"], row["status_code"]) == ("NEXT PAYER", "|MA01|N1|", "19")
    assert row["member_id"] is None
    assert (row["service_from"], row["service_to"]) == ("2026-01-01", "2026-01-31")
    assert got.one("remit")["flags"] == "|corrected member id|"


def test_a_claim_without_its_own_patient_does_not_take_the_next_one(read: Reader) -> None:
    text = write([Era([crown("K1", last="FIRST"), crown("K2", last="SECOND")])], Marks(after=""))
    first, second = read(text.replace("NM1*QC*1*FIRST*PAT****MI*M1~", "")).rows("remit_claim")
    assert (first["patient_last"], second["patient_last"]) == (None, "SECOND")


def test_a_4010_remittance_reads_the_same(read: Reader) -> None:
    text = write([Era([crown()])])
    old = text.replace("*^*00501*", "*U*00401*").replace("005010X221A1", "004010X091A1")
    assert read(old).said() == read(text).said()


def test_provider_adjustments_lower_the_check_when_positive(read: Reader) -> None:
    got = read(write([Era([crown()], plb=[("WO", "K0", 20_00), ("L6", "", -1_00)])]))
    remit = got.one("remit")
    assert (remit["amount_cents"], remit["plb_cents"], remit["claims_paid_cents"]) == (501_00, 19_00, 520_00)
    assert remit["balanced"]
    rows = [(r["reason"], r["reference"], r["amount_cents"]) for r in got.rows("remit_adj")]
    assert rows == [("WO", "K0", 20_00), ("L6", None, -1_00)]


def test_an_empty_plb_pair_does_not_end_the_walk(read: Reader) -> None:
    text = write([Era([crown()], plb=[("WO", "K0", 20_00)])])
    got = read(text.replace("PLB*1999999984*20261231*WO:K0*20.00", "PLB*1999999984*20261231*WO:A*15***WO:B*5"))
    assert [r["amount_cents"] for r in got.rows("remit_adj")] == [15_00, 5_00]
    assert got.one("remit")["balanced"]


def test_a_reversed_plb_sign_is_diagnosed(read: Reader) -> None:
    remit = read(write([Era([crown()], plb=[("WO", "K0", 20_00)], plb_sign=-1)])).one("remit")
    # stated 520 + 20 = 540; claims 520 - PLB 20 = 500; difference 40
    assert (remit["balanced"], remit["imbalance_cents"], remit["state"]) == (False, 40_00, "QUARANTINED")
    assert remit["imbalance_text"] == (
        "payment: BPR02 540.00, claims 520.00, PLB 20.00, difference 40.00, would balance with the PLB sign reversed"
    )


def test_the_rules_of_balance_one_by_one() -> None:
    good = [(100_00, 60_00, 40_00), (50_00, 50_00, 0)]
    assert claim_gap(150_00, 110_00, 0, good) is None
    assert claim_gap(150_00, 100_00, 10_00, good) is None
    assert claim_gap(150_00, 120_00, 0, good) == 10_00  # rule 2: 120 - (150 - 40)
    assert claim_gap(150_00, 110_00, 0, [(100_00, 61_00, 40_00), (50_00, 49_00, 0)]) == 1_00  # rule 1: 61 + 40 - 100
    assert claim_gap(140_00, 100_00, 0, good) == -10_00  # rule 3: 100 - (60 + 50)
    assert claim_gap(80_00, 30_00, 50_00, []) is None and claim_gap(80_00, 30_00, 40_00, []) == -10_00
    assert claim_sentences(7, 150_00, 110_00, 10_00, good) == [
        "claim 7: charge 150.00, adjustments 50.00, paid 110.00, difference 10.00,"
        " would balance if the claim-level CAS were ignored"
    ]
    assert "off by the payment of line 2" in claim_sentences(1, 150_00, 160_00, 0, good)[0]
    assert payment_gap(100_00, 90_00, 0) == 10_00 and payment_gap(100_00, 90_00, -10_00) == 0
    assert payment_sentences(100_00, 90_00, 0) == ["payment: BPR02 100.00, claims 90.00, PLB 0.00, difference 10.00"]


def test_many_claims_that_do_not_add_up_are_named_up_to_a_bound(read: Reader) -> None:
    text = write([Era([Claim(f"K{n}", [Line("D1", 100_00)]) for n in range(50)])])
    text = text.replace("SVC*AD:D1*100.00*100.00", "SVC*AD:D1*100.00*99.00")
    remit = read(text).one("remit")
    words = str(remit["imbalance_text"])
    assert words.count("claim ") == 20 and words.endswith("; and 80 more")  # two sentences for each of 50


@pytest.mark.parametrize("bad", ["3,600.00", "$5", "1.2.50", "ABC"])
def test_a_claim_with_an_amount_that_cannot_be_read_is_set_aside_whole_and_the_rest_kept(
    bad: str, read: Reader
) -> None:
    claims = [
        Claim("K1", [Line("D1", 10_00)]),
        Claim("K2", [Line("D2", 20_00), Line("D3", 1_00)]),
        Claim("K3", [Line("D1", 30_00)]),
    ]
    text = write([Era(claims, plb=[("WO", "X", 5_00)])], Marks(after=""))
    got = read(text.replace("SVC*AD:D3*1.00*1.00", f"SVC*AD:D3*{bad}*1.00"))
    assert [row["claim_number"] for row in got.rows("remit_claim")] == ["K1", "K3"]
    assert [row["code"] for row in got.rows("remit_line")] == ["D1", "D1"]
    remit, (aside,) = got.one("remit"), got.bad
    # 56.00 stated; read claims 40.00 - PLB 5.00 = 35.00; the claim set aside paid 21.00
    assert (remit["amount_cents"], remit["imbalance_cents"], remit["state"]) == (56_00, 21_00, "QUARANTINED")
    assert remit["claim_count"] == 3 and "claim 2: set aside" in str(remit["imbalance_text"])
    assert aside.reason == "type" and aside.payload.startswith("CLP*K2*") and "PLB" not in aside.payload
    assert aside.message.startswith("HUB-X07 835 claim 2 at segment") and bad not in aside.message
    assert "K2" not in aside.message


def test_a_payment_amount_that_cannot_be_read_quarantines_the_payment(read: Reader) -> None:
    got = read(write([Era([crown()])]).replace("BPR*I*520.00", "BPR*I*5,20.00"))
    remit = got.one("remit")
    assert (remit["amount_cents"], remit["imbalance_cents"], remit["state"]) == (None, None, "QUARANTINED")
    assert remit["imbalance_text"] == "payment: BPR02 is not an amount"
    assert len(got.rows("remit_claim")) == 1


def test_a_cut_set_stores_nothing_and_its_neighbours_are_stored(read: Reader) -> None:
    text = write([Era([crown(f"K{n}")], trace=f"T{n}") for n in range(3)], Marks(after=""))
    parts = text.split("ST*835*")
    parts[2] = parts[2][: parts[2].index("SE*")]
    got = read("ST*835*".join(parts))
    assert [row["trace"] for row in got.rows("remit")] == ["T0", "T2"]
    assert [row["claim_number"] for row in got.rows("remit_claim")] == ["K0", "K2"]
    (aside,) = got.bad
    assert (aside.reason, aside.message[:8]) == ("parse", "HUB-X04 ") and aside.payload.startswith("ST*835*0002")


def test_a_whole_set_in_a_cut_file_is_kept_but_not_to_be_posted_from(read: Reader) -> None:
    text = write([Era([crown()])])
    remit = read(text[: text.index("GE*")]).one("remit")
    assert (remit["balanced"], remit["state"], remit["flags"]) == (True, "QUARANTINED", "|truncated|")
    assert remit["source_key"] == f"{read(text).one('remit')['source_key']}:cut"  # it never takes the place of the whole one


def test_the_payment_date_falls_back_to_the_day_the_file_was_made(read: Reader) -> None:
    text = write([Era([crown()])]).replace("******20260301~", "******20261399~")
    remit = read(text).one("remit")
    assert (remit["payment_date"], remit["flags"]) == ("2026-03-01", "|BPR16 date|")


def test_an_endless_claim_is_set_aside_and_memory_stays_bounded(read: Reader) -> None:
    endless = Claim("K1", [Line("D1", 1_00) for _ in range(12_000)])
    got = read(write([Era([endless, crown("K2")])]))
    assert [row["claim_number"] for row in got.rows("remit_claim")] == ["K2"]
    assert "more than 20000 segments" in got.bad[0].message and len(got.bad[0].payload) < 25_000
    assert got.largest_page <= 2_000


def test_pages_stay_at_two_thousand_rows(read: Reader) -> None:
    got = read(write([Era([crown(f"K{n}") for n in range(3_000)])]))
    assert len(got.rows("remit_claim")) == 3_000 and len(got.triples("remit_line")) == 9_000
    assert got.largest_page == 2_000
    assert got.one("remit")["claim_count"] == 3_000


def test_an_amount_too_large_to_be_money_sets_its_claim_aside_and_keeps_the_others(read: Reader) -> None:
    text = write([Era([crown("K1"), crown("K2")])])
    first = text.index("CLP*K1*")
    huge = text[:first] + text[first:].replace("*1000.00*", "*99999999999999999999.00*", 1)
    got = read(huge)
    assert [row["claim_number"] for row in got.rows("remit_claim")] == ["K2"]
    assert [bad.reason for bad in got.bad] == ["type"] and "9999999" in got.bad[0].message
