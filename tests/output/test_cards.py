"""The call cards: whose call it is, days as of the list's own day, and dollars that are counted once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hub.contract import ItemRow, ListSummary
from hub.output import totals
from plugins.deliver_html import cards
from plugins.deliver_html.page import write_page

DAY = date(2026, 3, 16)
Item = Callable[..., ItemRow]


def test_an_item_frozen_by_an_old_source_is_told_from_the_lists_day(item: Item) -> None:
    """Frozen on Tue Mar 10, due Mar 11; on Mon Mar 16 that is 5 days late."""
    frozen = item(
        is_stale=True, as_of=date(2026, 3, 10), due=date(2026, 3, 11), sentence="A. Lee: tomorrow 9:00, not confirmed."
    )
    ((reason,),) = (card.reasons for card in cards.cards([frozen], DAY))
    assert (reason.due, reason.late) == ("5 days late", True)
    assert reason.sentence == "as of Mar 10: A. Lee: tomorrow 9:00, not confirmed."
    ((reason,),) = (card.reasons for card in cards.cards([frozen], date(2027, 1, 4)))
    assert reason.sentence.startswith("as of Mar 10, 2026: ")


def test_a_fresh_item_says_its_sentence_as_it_is(item: Item) -> None:
    ((reason,),) = (card.reasons for card in cards.cards([item(sentence="Nothing is booked.")], DAY))
    assert reason.sentence == "Nothing is booked."


@pytest.mark.parametrize(
    ("code", "owner", "kind"),
    [
        ("ELIG-FAILED", "IC", "patient"),
        ("ELIG-UNVERIFIED", "IC", "payer"),
        ("CLAIM-DENIED", "IC", "payer"),
        ("BAL-OVERDUE", "FD", "patient"),
    ],
)
def test_who_is_called_decides_the_card(item: Item, code: str, owner: str, kind: str) -> None:
    """ "Call patient for the new card" (outstanding-items ELIG-FAILED) is no call to the payer."""
    (card,) = cards.cards([item(code=code, owner=owner, payer_name="Delta")], DAY)
    assert card.kind == kind


def _crown(item: Item) -> list[ItemRow]:
    """Crown accepted ($1,150 - $230 = $920 net); its visit was missed: two items, one crown."""
    return [
        item(
            id="TX",
            code="TX-ACCEPTED-UNBOOKED",
            value_cents=92_000,
            priority=70,
            band="this week",
            evidence=("procedure:pms:5",),
        ),
        item(
            id="AP",
            code="APPT-BROKEN",
            value_cents=92_000,
            priority=81,
            evidence=("appointment:pms:9", "procedure:pms:5"),
        ),
    ]


def test_the_same_work_on_two_lines_is_counted_once(item: Item) -> None:
    rows = _crown(item)
    assert totals.total(rows) == totals.Total(2, 92_000)
    (card,) = cards.cards(rows, DAY)
    assert card.total == totals.Total(2, 92_000)
    assert [(reason.id, reason.cents, reason.counted_in) for reason in card.reasons] == [
        ("AP", 92_000, ""),
        ("TX", 92_000, "AP"),
    ]


def test_the_bands_add_up_to_the_whole(item: Item) -> None:
    bands = totals.by_band(_crown(item))
    assert (bands["today"], bands["this week"]) == (totals.Total(1, 92_000), totals.Total(1, 0))


def test_the_larger_amount_counts(item: Item) -> None:
    visit, plan = item(id="AP", code="APPT-BROKEN", value_cents=74_000), item(id="TX", value_cents=20_000)
    assert totals.total([plan, visit]).cents == 74_000
    # The plan's other work was counted with it, so the visit adds nothing: never too much.
    assert totals.total([item(id="TX", value_cents=100_000), visit]).cents == 100_000


def test_one_remittance_on_three_lines_is_counted_once(item: Item) -> None:
    """$326 unposted, $80 of it belongs to nobody, and the bank shows none of it."""
    remit = "remit:era:R"
    rows = [
        item(id="A", code="ERA-UNPOSTED", value_cents=32_600, evidence=(remit, "remit_claim:era:C1")),
        item(id="B", code="ERA-UNMATCHED", value_cents=8_000, evidence=(remit, "remit_claim:era:C2")),
        item(id="C", code="REMIT-NO-PAY", value_cents=32_600, evidence=(remit,)),
    ]
    assert totals.total(rows) == totals.Total(3, 32_600)


def test_a_refusal_that_is_not_posted_is_counted_once(item: Item) -> None:
    """$0 on the crown of claim 7, $590 expected, and the remittance is not posted: the expected dollars are on both lines. What
    was paid on claim 8, of which a line was refused, is not what was refused of it."""
    answer = ("remit:era:R", "remit_claim:era:C7", "claim:pms:7")
    unposted = item(id="A", code="ERA-UNPOSTED", value_cents=59_000, priority=80, evidence=answer)
    denied = item(id="B", code="CLAIM-DENIED", value_cents=59_000, evidence=("claim:pms:7", "remit_claim:era:C7"))
    assert totals.total([unposted, denied]) == totals.Total(2, 59_000)
    asked = item(id="C", code="CLAIM-INFO-REQUESTED", value_cents=59_000, evidence=("claim:pms:7", "remit_claim:era:C7"))
    assert totals.total([asked, unposted]) == totals.Total(2, 59_000)
    paid = item(id="D", code="ERA-UNPOSTED", value_cents=20_000, evidence=("remit:era:S", "remit_claim:era:C8"))
    line = item(id="E", code="CLAIM-DENIED", value_cents=9_000, evidence=("claim:pms:8", "remit_claim:era:C8"))
    assert totals.total([paid, line]) == totals.Total(2, 29_000)


def test_two_payments_that_refuse_one_claim_are_two_payments(item: Item) -> None:
    """$9,000 and $5,000, and each says $0 to claim 12, of which $590 were expected."""
    rows = [
        item(id="A", code="ERA-UNPOSTED", value_cents=959_000, evidence=("remit:era:R1", "claim:pms:12")),
        item(id="B", code="ERA-UNPOSTED", value_cents=559_000, evidence=("remit:era:R2", "claim:pms:12")),
        item(id="C", code="CLAIM-DENIED", value_cents=59_000, evidence=("claim:pms:12",)),
    ]
    assert totals.total(rows) == totals.Total(3, 959_000 + 559_000)


def test_two_crowns_of_one_seat_visit_are_two(item: Item) -> None:
    visit = "appointment:pms:a"
    rows = [
        item(id="A", code="LAB-LATE", value_cents=115_000, evidence=("lab_case:pms:L", visit, "procedure:pms:1")),
        item(id="B", code="LAB-LATE", value_cents=115_000, evidence=("lab_case:pms:M", visit, "procedure:pms:2")),
    ]
    assert totals.total(rows) == totals.Total(2, 230_000)


def test_the_crown_that_a_referral_sends_back_is_counted_once(item: Item) -> None:
    work = "procedure:pms:c19"
    rows = [
        item(id="A", code="REF-NO-REPORT", value_cents=118_000, evidence=("referral:pms:r", work)),
        item(id="B", code="TX-UNSCHEDULED", value_cents=118_000, evidence=(work,)),
    ]
    assert totals.total(rows) == totals.Total(2, 118_000)


@pytest.mark.parametrize("work", [(), ("procedure:pms:c",)], ids=["nobody knows what the visit holds", "a crown"])
def test_one_seat_visit_is_counted_once(item: Item, work: tuple[str, ...]) -> None:
    """$980: two laboratory cases for it are late and the visit is not confirmed (20 % of it)."""
    visit = "appointment:pms:a"
    rows = [
        item(id="A", code="LAB-LATE", value_cents=98_000, evidence=("lab_case:pms:L", visit, *work)),
        item(id="B", code="LAB-LATE", value_cents=98_000, evidence=("lab_case:pms:M", visit, *work)),
        item(id="C", code="APPT-UNCONFIRMED", value_cents=19_600, evidence=(visit, *work)),
    ]
    assert totals.total(rows) == totals.Total(3, 98_000)


def test_other_dollars_of_the_same_record_are_added(item: Item) -> None:
    """The insurance part that nobody billed and the deposit that nobody applied belong to one filling and are two sums; so are
    what a payer paid and what it denied on one claim of its remittance; so is the work of two practices with one key."""
    work, answer = ("procedure:pms:5",), ("remit_claim:era:C1",)
    for rows in (
        [item(id="A", code="CLAIM-NOT-CREATED", evidence=work), item(id="B", code="DEPOSIT-UNAPPLIED", evidence=work)],
        [item(id="A", code="ERA-UNPOSTED", evidence=answer), item(id="B", code="CLAIM-DENIED", evidence=answer)],
        [item(id="A", evidence=work), item(id="B", code="APPT-BROKEN", practice="south", evidence=work)],
        [item(id="A", evidence=work), item(id="B", code="APPT-BROKEN", evidence=("procedure:pms:6",))],
    ):
        assert totals.total(rows) == totals.Total(2, 228_000)


def test_the_page_says_what_is_counted_elsewhere(
    item: Item, summary_of: Callable[..., ListSummary], tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    rows = _crown(item)
    write_page(path, rows, summary_of(rows))
    text = path.read_text("utf-8")
    assert text.count("counted in AP") == 1
    assert "$1,840" not in text
    assert "2 reasons · $920" in text
