"""One payment with its claims and what the books show; sums by hand."""

from __future__ import annotations

from datetime import date

from rows import claim, claim_line, insert, ledger, link, remit, remit_claim, row
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


def test_a_copy_that_is_not_whole_is_shown_only_without_the_whole_one(connection: Connection) -> None:
    cut = remit("r1:cut", 30_000, trace="0098", state="QUARANTINED")
    insert(connection, [*office(), cut, remit("r2:cut", 100, trace="55", state="QUARANTINED")])
    (view,) = find_remits(connection, "main", "0098")
    assert (view.remit["source_key"], view.posted_cents) == ("r1", 21_200)
    assert [each.remit["source_key"] for each in find_remits(connection, "main", "55")] == ["r2:cut"]


def test_an_unknown_trace_finds_nothing_and_other_practices_stay_out(connection: Connection) -> None:
    insert(connection, office())
    assert find_remits(connection, "main", "0099") == []
    assert find_remits(connection, "main", "") == []
    assert find_remits(connection, "other", "0098") == []


def two_payers() -> list[object]:
    """Delta's check 1001 of 500.00 is posted, Cigna's check 1001 of 300.00 is not."""
    return [
        claim("1", "10", claim_number="A1"),
        claim("2", "11", claim_number="A2"),
        remit("r1", 50_000, trace="1001", payer_name="Delta Dental", payment_date=date(2026, 3, 4)),
        remit("r2", 30_000, trace="01001", payer_name="Cigna", payment_date=date(2026, 3, 5)),
        remit_claim("r1/1", "r1", "A1", 50_000),
        remit_claim("r2/1", "r2", "A2", 30_000),
        link("remit_claim", "era", "r1/1", "1", relation="claim"),
        link("remit_claim", "era", "r2/1", "2", relation="claim"),
        ledger("L1", "10", "INS_PAYMENT", -50_000, date(2026, 3, 6), claim_key="1", external_ref="1001"),
        row("ins_payment", "p1", trace="1001", amount_cents=50_000, status="FINALIZED"),
        claim_line("1/1", "1", payment_key="p1"),
    ]


def test_a_posting_counts_for_the_payment_that_its_claim_is_on(connection: Connection) -> None:
    insert(connection, two_payers())
    assert [
        (view.remit["payer_name"], view.posted_cents, view.open_cents, [row["source_key"] for row in view.payments])
        for view in find_remits(connection, "main", "1001")
    ] == [("Delta Dental", 50_000, 0, ["p1"]), ("Cigna", 0, 30_000, [])]  # fmt: skip


def test_a_posting_that_names_no_claim_leaves_the_figure_open_where_two_payers_share_a_number(connection: Connection) -> None:
    bulk = ledger("L2", "11", "INS_PAYMENT", -30_000, date(2026, 3, 7), external_ref="1001")
    insert(connection, [*two_payers(), bulk])
    views = find_remits(connection, "main", "1001")
    assert [(view.posted_cents, view.open_cents) for view in views] == [(None, None), (None, None)]
    assert [on.posted_cents for view in views for on in view.claims] == [50_000, 0]


def test_one_payment_alone_under_its_number_counts_every_posting(connection: Connection) -> None:
    bulk = ledger("L4", "11", "INS_PAYMENT", -8_800, date(2026, 3, 21), external_ref="0098")
    insert(connection, [*office(), bulk])
    (view,) = find_remits(connection, "main", "0098")
    assert (view.posted_cents, view.open_cents) == (30_000, 0)
