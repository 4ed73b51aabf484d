"""FIN-LEDGER-MISMATCH: what the lender charged and what the ledger shows do not agree.

Counts: a lender's sale without a financing payment in the ledger, or the reverse; a refund or chargeback on one side
only; a sale posted net of the fee, or with another amount; several that fit equally well in unequal number.
Paired are (`pairing.py`): a person's decision, the lender's reference, else the same family (or name) and amount within
three days; a sale split over a family. Does not count: voided sales, payments the ledger itself reversed, days that
the other side's reports do not cover, payments of lenders that report nothing to the hub.
Money: the amount, or the difference where two amounts disagree, in cents. Days: due the working day after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import BaseModel, Field

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text, short_name
from plugins.rules_financing.books import decided_pairs, read_books
from plugins.rules_financing.pairing import Booked, Odd, Pairing, pair


class MismatchSettings(RuleSettings):
    """`[items.FIN-LEDGER-MISMATCH]`"""

    wait_bd: int = Field(1, ge=0, description="working days a sale may stay unposted")
    posting_wait_bd: int = Field(2, ge=0, description="working days a payment may wait for the lender's report")
    posting_words: tuple[str, ...] = Field(
        (), description="words of payment types that mean a reporting lender without naming it"
    )


class LedgerMismatch(Rule):
    """One item per sale, payment or refund that has no partner or disagrees with it."""

    code = "FIN-LEDGER-MISMATCH"
    title = "Lender and ledger disagree"
    owner = "BL"
    audience = "money"
    needs = ("fin_txn", "ledger_entry")
    needs_columns = ("fin_txn.amount_cents", "ledger_entry.amount_cents")
    reads = ("fin_txn", "ledger_entry")
    settings: ClassVar[type[BaseModel]] = MismatchSettings
    clears_when = "both sides show the same amount"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        assert isinstance(view.settings, MismatchSettings)
        books, decided = read_books(view, view.settings.posting_words), decided_pairs(view)
        yield from _judge(view, view.settings, pair(books.sales, books.payments, decided))
        yield from _judge(view, view.settings, pair(books.lender_back, books.ledger_back, decided))


def _judge(view: RuleView, settings: MismatchSettings, book: Pairing) -> Iterator[Finding]:
    for odd in book.odd:
        if _is_ripe(view, odd.sales, settings.wait_bd):
            yield _odd(view, odd)
    for line in book.sales:
        if _is_ripe(view, [line], settings.wait_bd):
            yield _one_sided(view, line, _lender_text(view, line), "post it, or correct the ledger")
    for line in book.postings:
        if _is_ripe(view, [line], settings.posting_wait_bd):
            yield _one_sided(view, line, _ledger_text(view, line), "look it up at the lender, then correct it")


def _is_ripe(view: RuleView, lines: Sequence[Booked], wait_bd: int) -> bool:
    """Judged at all, and old enough for the other side to have followed."""
    newest = max(line.on for line in lines)
    return any(line.is_judged for line in lines) and view.workdays.since(newest, view.as_of) >= wait_bd


def _one_sided(view: RuleView, line: Booked, sentence: str, next_step: str) -> Finding:
    return _finding(view, (line,), line.cents, sentence, next_step)


def _finding(view: RuleView, lines: Sequence[Booked], cents: int, sentence: str, next_step: str) -> Finding:
    first = lines[0]
    return Finding(
        subject=f"{first.entity}:{ref(first.source, first.key)}",
        value_cents=cents,
        sentence=sentence,
        next_step=next_step,
        likelihood=0.90,
        risk=0.5,
        due=view.workdays.plus(first.on, 1),
        horizon_bd=3,
        since=first.on,
        patient=person_ref(first.row),
        patient_name=person_name(first.row),
        location_id=first.row.location_id,
        state="|".join(f"{line.entity}:{ref(line.source, line.key)}={line.cents}" for line in lines),
        evidence=tuple(f"{line.entity}:{ref(line.source, line.key)}" for line in lines),
    )


def _who(line: Booked) -> str:
    row = line.row
    if row.person_key is None and getattr(row, "cardholder_last", None):
        return short_name(row.cardholder_first, row.cardholder_last)
    return person_label(row)


def _lender(line: Booked) -> str:
    return getattr(line.row, "lender", None) or "The lender"


def _lender_text(view: RuleView, line: Booked) -> str:
    kind = line.row.kind.lower()
    mate = "payment" if line.row.kind == "SALE" else "refund"
    said = f"{_lender(line)} shows a {dollars(line.cents)} {kind} for {_who(line)} on {day_text(line.on, view.as_of)}"
    return f"{said}; the ledger has no such {mate}."


def _ledger_text(view: RuleView, line: Booked) -> str:
    kind, mate = ("payment", "sale") if line.row.amount_cents < 0 else ("refund", "refund")
    named = f' ("{line.row.type_name}")' if line.row.type_name else ""
    said = f"The ledger shows a {dollars(line.cents)} financing {kind}{named} for {_who(line)}"
    return f"{said} on {day_text(line.on, view.as_of)}; the lender has no such {mate}."


def _odd(view: RuleView, odd: Odd) -> Finding:
    lines = (*odd.sales, *odd.postings)
    if odd.what == "two_fit":
        return _two_fit(view, odd)
    if odd.what == "parts":
        return _parts(view, odd)
    sale, posted = odd.sales[0], sum(line.cents for line in odd.postings)
    gap, kind = abs(sale.cents - posted), sale.row.kind.lower()
    said = f"{_lender(sale)}'s {dollars(sale.cents)} {kind} for {_who(sale)} on {day_text(sale.on, view.as_of)}"
    if odd.what == "net":
        text = f"{said} was posted net ({dollars(posted)}): the {dollars(gap)} fee is missing."
        return _finding(view, lines, gap, text, "post the full amount; the fee is an expense, not the patient's")
    text = f"{said} is in the ledger as {dollars(posted)}: {dollars(gap)} apart."
    return _finding(view, lines, gap, text, "correct the posted amount")


def _two_fit(view: RuleView, odd: Odd) -> Finding:
    """Equal candidates in unequal number: nobody can say which one is the odd one out."""
    sale, more = odd.sales[0], len(odd.sales) - len(odd.postings)
    kind, day = sale.row.kind.lower(), day_text(sale.on, view.as_of)
    text = (
        f"{_lender(sale)} shows {len(odd.sales)} {kind}{'s' if len(odd.sales) > 1 else ''} of {dollars(sale.cents)} for"
        f" {_who(sale)} around {day}, the ledger {len(odd.postings)}; all of them fit."
    )
    step = "say which belong together"
    if more > 0:
        step = "find the one that is not posted"
    elif more < 0:
        step = "check whether one was posted twice"
    return _finding(view, (*odd.sales, *odd.postings), sale.cents * max(1, abs(more)), text, step)


def _parts(view: RuleView, odd: Odd) -> Finding:
    """One line against several that add up to it in more than one way."""
    (whole, side), parts = (
        ((odd.sales[0], "payments in the ledger"), odd.postings)
        if len(odd.sales) == 1
        else ((odd.postings[0], "sales at the lender"), odd.sales)
    )
    text = (
        f"{dollars(whole.cents)} for {_who(whole)} on {day_text(whole.on, view.as_of)}: {len(parts)} {side} fit,"
        " and add up to it in more than one way."
    )
    return _finding(view, (*odd.sales, *odd.postings), whole.cents, text, "say which belong together")
