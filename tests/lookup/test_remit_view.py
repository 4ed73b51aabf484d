"""One payment with its claims and what the books show; sums by hand."""

from __future__ import annotations

from datetime import date

from rows import claim, insert, ledger, link, remit, remit_claim, row
from sqlalchemy import Connection

from hub.lookup import find_remits


def office() -> list[object]:
    """Check 0098: 212.00 for claim 1 and 100.00 for claim 2, 12.00 kept back: 300.00 paid. Claim 1 is posted."""
    return [
        claim("1", "10", claim_number="A1"),
        claim("2", "11", claim_number="A2"),
        remit("r1", 30_000, trace="0098", claims_paid_cents=31_200, plb_cents=1_200, claim_count=3),
        remit_claim("r1/1", "r1", "A1", 21_200, position=1),
        remit_claim("r1/2", "r1", "A2", 10_000, position=2),
        remit_claim("r1/3", "r1", "ZZ", 0, position=3),
        row("remit_adj", "r1/p1", "era", remit_key="r1", reason="WO", reference="OLD1", amount_cents=1_200),
        link("remit_claim", "era", "r1/1", "1", relation="claim"),
        link("remit_claim", "era", "r1/2", "2", relation="claim"),
        ledger("L1", "10", "INS_PAYMENT", -21_200, date(2026, 3, 20), claim_key="1", external_ref="98"),
        ledger("L2", "10", "INS_PAYMENT", -5_000, date(2026, 3, 20), claim_key="1", external_ref="77"),
        ledger("L3", "10", "INS_PAYMENT", -9_900, date(2026, 3, 20), claim_key="1", external_ref="98", status="VOID"),
    ]


def test_claims_adjustments_and_postings_of_a_check(connection: Connection) -> None:
    insert(connection, office())
    (view,) = find_remits(connection, "main", "098")
    assert [(on.row["claim_number"], on.claim["source_key"] if on.claim else None, on.posted_cents) for on in view.claims] == [
        ("A1", "1", 21_200), ("A2", "2", 0), ("ZZ", None, 0),
    ]  # fmt: skip
    assert (view.posted_cents, view.open_cents) == (21_200, 8_800)
    assert [(row["reason"], row["amount_cents"]) for row in view.adjustments] == [("WO", 1_200)]


def test_an_unknown_trace_finds_nothing_and_other_practices_stay_out(connection: Connection) -> None:
    insert(connection, office())
    assert find_remits(connection, "main", "0099") == []
    assert find_remits(connection, "main", "") == []
    assert find_remits(connection, "other", "0098") == []
