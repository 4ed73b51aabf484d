"""Reading both books: the lender's sales and refunds, and the ledger's financing payments and refunds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, with_person
from plugins.rules_financing.pairing import MAX_DAYS, Booked, Decided

BACK = ("REFUND", "CHARGEBACK")
_MAYBE_REFUND = ("REFUND", "ADJUSTMENT")


@dataclass(frozen=True, slots=True)
class Books:
    """Money towards the practice (sales, payments) and back to the patient (refunds), on both sides."""

    sales: list[Booked]
    payments: list[Booked]
    lender_back: list[Booked]
    ledger_back: list[Booked]


def normal(text: str | None) -> str:
    """Letters and digits without accents, casefolded: "Care Credit" and "CareCredit" are one."""
    plain = unicodedata.normalize("NFKD", text or "")
    return re.sub(r"[^a-z0-9]", "", plain.casefold())


def read_books(view: RuleView, posting_words: Sequence[str]) -> Books:
    """Both books; lines outside the other side's covered period are partners, not judged."""
    txns, entries = view.connection.execute(_txns(view)).all(), view.connection.execute(_entries(view)).all()
    ledger_from, lender_from = _ledger_start(view), _lender_starts(txns)
    lenders = sorted({normal(row.lender) for row in txns if normal(row.lender)})
    voided = _voided(txns)
    lines = [
        _lender_line(row, ledger_from)
        for row in txns
        if row.kind != "VOID" and (row.source, row.source_key) not in voided
    ]
    posted = [_ledger_line(row, lenders, lender_from, posting_words) for row in _not_reversed(entries)]
    return Books(
        sales=[line for line in lines if line.row.kind == "SALE"],
        payments=[line for line in posted if line.row.kind == "FINANCING" and line.row.amount_cents < 0],
        lender_back=[line for line in lines if line.row.kind in BACK],
        ledger_back=[line for line in posted if line.row.amount_cents > 0],
    )


def decided_pairs(view: RuleView) -> Decided:
    """What persons decided about sales and postings: {(source, key) of the sale: (state, source, key)}."""
    xref = TABLES["xref"]
    query = select(xref.c.from_source, xref.c.from_key, xref.c.state, xref.c.to_source, xref.c.to_key).where(
        xref.c.practice_id == view.practice_id,
        xref.c.relation == "posting",
        xref.c.from_entity == "fin_txn",
        xref.c.to_key.is_not(None),
        xref.c.state.in_(("CONFIRMED", "REJECTED")),
    )
    return {
        (source, key): (state, to_source or "", to_key)
        for source, key, state, to_source, to_key in view.connection.execute(query)
    }


def _txns(view: RuleView) -> Any:
    txn = TABLES["fin_txn"]
    person = with_person(txn, "fin_txn")
    return (
        select(*(column for column in txn.c if column.name != "practice_id"), *person.columns())
        .select_from(person.joined)
        .where(
            live(txn, view.practice_id),
            txn.c.kind.in_(("SALE", "VOID", *BACK)),
            or_(txn.c.kind == "VOID", txn.c.amount_cents > 0),
            func.coalesce(txn.c.txn_date, txn.c.post_date).is_not(None),
            audience_gate(person.patient, "money"),
        )
        .order_by(txn.c.source, txn.c.source_key)
    )


def _entries(view: RuleView) -> Any:
    entry = TABLES["ledger_entry"]
    person = with_person(entry, "ledger_entry")
    guarantor = TABLES["patient"].alias("guarantor")
    is_guarantor = and_(
        guarantor.c.practice_id == entry.c.practice_id,
        guarantor.c.source == entry.c.source,
        guarantor.c.source_key == func.coalesce(person.patient.c.guarantor_key, entry.c.guarantor_key),
    )
    own = [column for column in entry.c if column.name not in ("practice_id", "guarantor_key")]
    return (
        select(
            *own,
            *person.columns(),
            entry.c.guarantor_key.label("entry_guarantor"),
            guarantor.c.last_name.label("guarantor_last"),
        )
        .select_from(person.joined.outerjoin(guarantor, is_guarantor))
        .where(
            live(entry, view.practice_id),
            entry.c.kind.in_(("FINANCING", "FINANCING_REFUND", *_MAYBE_REFUND)),
            entry.c.amount_cents != 0,
            entry.c.entry_date.is_not(None),
            func.coalesce(entry.c.status, "POSTED") != "VOID",
            audience_gate(person.patient, "money"),
        )
        .order_by(entry.c.source, entry.c.source_key)
    )


def _voided(txns: Sequence[Any]) -> set[tuple[str, str]]:
    """Sales that were voided: by reference, else the cardholder's newest sale of that amount before the void."""
    voided: set[tuple[str, str]] = set()
    sales = [row for row in txns if row.kind == "SALE"]
    for void in (row for row in txns if row.kind == "VOID"):
        named = void.original_ref or void.lender_ref
        hits = [row for row in sales if row.source == void.source and named and row.lender_ref == named]
        if not hits and not void.original_ref:
            hits = [row for row in sales if _may_be_voided_by(row, void) and (row.source, row.source_key) not in voided]
        if hits:
            newest = max(hits, key=lambda row: (row.txn_date or row.post_date, row.source_key))
            voided.add((newest.source, newest.source_key))
    return voided


def _may_be_voided_by(sale: Any, void: Any) -> bool:
    same_name = bool(normal(void.cardholder_last)) and normal(void.cardholder_last) == normal(sale.cardholder_last)
    earlier = (sale.txn_date or sale.post_date) <= (void.txn_date or void.post_date)
    return sale.source == void.source and sale.amount_cents == void.amount_cents and same_name and earlier


def _ledger_start(view: RuleView) -> date | None:
    entry = TABLES["ledger_entry"]
    return view.connection.execute(
        select(func.min(entry.c.entry_date)).where(live(entry, view.practice_id))
    ).scalar_one_or_none()


def _lender_starts(txns: Iterable[Any]) -> Mapping[str, date]:
    """The first day that each lender's reports cover."""
    starts: dict[str, date] = {}
    for row in txns:
        lender, day = normal(row.lender), row.txn_date or row.post_date
        starts[lender] = min(day, starts.get(lender, day))
    return starts


def _lender_line(row: Any, ledger_from: date | None) -> Booked:
    on = row.txn_date or row.post_date
    family = (row.person_source, row.guarantor_key or row.person_key) if row.patient_row is not None else None
    names = (row.cardholder_last, row.patient_last, row.person_last)
    fee = row.fee_cents if row.fee_cents is not None else row.amount_cents - (row.net_cents or row.amount_cents)
    return Booked(
        "fin_txn", row.source, row.source_key, on, row.amount_cents, row, fee_cents=max(0, fee),
        lender=normal(row.lender), family=family, lasts=_names(names), refs=_refs((row.lender_ref,)),
        is_judged=ledger_from is not None and on >= ledger_from,
    )  # fmt: skip


def _ledger_line(row: Any, lenders: Sequence[str], starts: Mapping[str, date], words: Sequence[str]) -> Booked:
    said = normal(f"{row.type_name or ''} {row.method or ''}")
    lender = next((each for each in lenders if each in said), "")
    guarantor = row.guarantor_key or row.entry_guarantor or row.person_key
    return Booked(
        "ledger_entry", row.source, row.source_key, row.entry_date, abs(row.amount_cents), row, lender=lender,
        family=(row.source, guarantor) if guarantor is not None else None,
        lasts=_names((row.person_last, row.guarantor_last, row.patient_last)), refs=_refs((row.external_ref,)),
        is_judged=_is_of_fed_lender(row, said, lender, starts, words),
    )  # fmt: skip


def _is_of_fed_lender(row: Any, said: str, lender: str, starts: Mapping[str, date], words: Sequence[str]) -> bool:
    """A financing line whose lender reports to us, on a day that the reports cover (but for the days of lag)."""
    if row.kind not in ("FINANCING", "FINANCING_REFUND"):
        return False
    named = [lender] if lender else []
    if not named and (any(normal(word) in said for word in words if normal(word)) or (not said and len(starts) == 1)):
        named = list(starts)
    return any(row.entry_date - timedelta(days=MAX_DAYS) >= starts[each] for each in named if each in starts)


def _not_reversed(entries: Sequence[Any]) -> list[Any]:
    """Without financing payments that the ledger itself took back in full (the same patient, plus and minus)."""
    dropped: set[tuple[str, str]] = set()
    for back in (row for row in entries if row.kind == "FINANCING" and row.amount_cents > 0):
        earlier = [
            row
            for row in entries
            if row.kind == "FINANCING"
            and (row.source, row.patient_key, row.amount_cents) == (back.source, back.patient_key, -back.amount_cents)
            and row.entry_date <= back.entry_date
            and (row.source, row.source_key) not in dropped
        ]
        if earlier:
            taken_back = max(earlier, key=lambda row: (row.entry_date, row.source_key))
            dropped |= {(each.source, each.source_key) for each in (back, taken_back)}
    return [row for row in entries if (row.source, row.source_key) not in dropped]


def _names(names: Iterable[str | None]) -> frozenset[str]:
    return frozenset(normal(name) for name in names) - {""}


def _refs(refs: Iterable[str | None]) -> frozenset[str]:
    return frozenset(normal(text) for text in refs) - {""}
