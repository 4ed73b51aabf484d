"""One payment with its claims, whether it adds up, and what of it the books show. All amounts in cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, select

from hub.lookup.claim_facts import CLAIM, ENTRY, REMIT, REMIT_CLAIM, XREF
from hub.lookup.numbers import plain_form, plain_number
from hub.lookup.sendings import FactRow
from hub.model import TABLES
from hub.model.remits import CUT_COPY

ADJUSTMENT, PAYMENT, LINE = TABLES["remit_adj"], TABLES["ins_payment"], TABLES["claim_line"]


@dataclass(frozen=True, slots=True)
class ClaimOnRemit:
    """One CLP: the row, our claim (None: not tied to one), and what the books show for that claim under this trace."""

    row: FactRow
    claim: FactRow | None
    posted_cents: int


@dataclass(slots=True)
class RemitView:
    """A remittance. `posted_cents`: insurance payments in the books under its trace, positive; None where other payments
    carry that trace too and not every posting tells whose it is. `payments`: the practice system's own under it."""

    remit: FactRow
    claims: list[ClaimOnRemit] = field(default_factory=list)
    adjustments: list[FactRow] = field(default_factory=list)
    payments: list[FactRow] = field(default_factory=list)
    posted_cents: int | None = 0

    @property
    def open_cents(self) -> int | None:
        """What the books do not show yet; negative when they show more than was paid; None where that is not known."""
        return None if self.posted_cents is None else (self.remit["amount_cents"] or 0) - self.posted_cents


def find_remits(connection: Connection, practice_id: str, trace: str) -> list[RemitView]:
    """The payments under a check or EFT number (835 TRN02), compared without blanks, case and zeros in front. A copy that is
    not whole is left out where the whole one is there."""
    wanted = plain_number(trace)
    if not wanted:
        return []
    c = REMIT.c
    query = (
        select(REMIT)
        .where(c.practice_id == practice_id, c.deleted_at.is_(None))
        .where(plain_form(c.trace) == wanted)
        .order_by(c.payment_date, c.source, c.source_key)
    )
    found = [dict(row) for row in connection.execute(query).mappings()]
    whole = {(row["source"], f"{row['source_key']}{CUT_COPY}") for row in found}
    views = [
        _view(connection, practice_id, row, wanted) for row in found if (row["source"], row["source_key"]) not in whole
    ]
    return views if len(views) < 2 else _told_apart(connection, practice_id, views, wanted)


def _view(connection: Connection, practice_id: str, remit: FactRow, wanted: str) -> RemitView:
    booked = _booked(connection, practice_id, wanted)
    own = (ADJUSTMENT.c.source == remit["source"], ADJUSTMENT.c.remit_key == remit["source_key"])
    return RemitView(
        remit,
        [_on_remit(row, booked) for row in _claims(connection, practice_id, remit)],
        _rows(connection, practice_id, ADJUSTMENT, *own),
        _rows(connection, practice_id, PAYMENT, plain_form(PAYMENT.c.trace) == wanted),
        _sum(booked),
    )


def _told_apart(
    connection: Connection, practice_id: str, views: list[RemitView], wanted: str
) -> list[RemitView]:
    """Check numbers are the payer's own, so two payers may use one: a posting belongs to the payment that its claim is on."""
    booked = _booked(connection, practice_id, wanted)
    for view in views:
        mine = [entry for entry in booked if _is_on(view, entry)]
        elsewhere = [entry for entry in booked if any(_is_on(other, entry) for other in views if other is not view)]
        view.posted_cents = _sum(mine) if all(entry in mine or entry in elsewhere for entry in booked) else None
        view.payments = [each for each in view.payments if _may_pay(connection, practice_id, view, each)]
    return views


def _is_on(view: RemitView, entry: FactRow) -> bool:
    return any(on.claim is not None and _names(entry, on.claim) for on in view.claims)


def _may_pay(connection: Connection, practice_id: str, view: RemitView, payment: FactRow) -> bool:
    """Not when the lines that it covers are all of claims of another payment."""
    where = (LINE.c.source == payment["source"], LINE.c.payment_key == payment["source_key"])
    covered = {(line["source"], line["claim_key"]) for line in _rows(connection, practice_id, LINE, *where)}
    ours = {(on.claim["source"], on.claim["source_key"]) for on in view.claims if on.claim is not None}
    return not covered or bool(covered & ours)


def _rows(connection: Connection, practice_id: str, table: Any, *where: Any) -> list[FactRow]:
    query = select(table).where(table.c.practice_id == practice_id, table.c.deleted_at.is_(None), *where)
    return [dict(row) for row in connection.execute(query.order_by(table.c.source, table.c.source_key)).mappings()]


def _booked(connection: Connection, practice_id: str, wanted: str) -> list[FactRow]:
    """Insurance payments in the books under the number."""
    standing = func.coalesce(ENTRY.c.status, "POSTED") != "VOID"
    return _rows(
        connection, practice_id, ENTRY, ENTRY.c.kind == "INS_PAYMENT", standing, plain_form(ENTRY.c.external_ref) == wanted
    )


def _sum(booked: list[FactRow]) -> int:
    return sum(-(entry["amount_cents"] or 0) for entry in booked)


def _claims(connection: Connection, practice_id: str, remit: FactRow) -> list[Mapping[str, Any]]:
    """The CLP rows with our claim's key, number and patient where a link is confirmed."""
    c = REMIT_CLAIM.c
    tied = and_(
        XREF.c.practice_id == c.practice_id, XREF.c.relation == "claim", XREF.c.from_entity == "remit_claim",
        XREF.c.from_source == c.source, XREF.c.from_key == c.source_key, XREF.c.state == "CONFIRMED",
    )  # fmt: skip
    ours = and_(
        CLAIM.c.practice_id == c.practice_id, CLAIM.c.source == XREF.c.to_source, CLAIM.c.source_key == XREF.c.to_key
    )
    own = [CLAIM.c[name].label(f"our_{name}") for name in ("source", "source_key", "claim_number", "patient_key", "status")]
    query = (
        select(REMIT_CLAIM, *own)
        .select_from(REMIT_CLAIM.outerjoin(XREF, tied).outerjoin(CLAIM, ours))
        .where(c.practice_id == practice_id, c.deleted_at.is_(None), c.source == remit["source"], c.remit_key == remit["source_key"])
        .order_by(c.position, c.source_key)
    )  # fmt: skip
    return [dict(row) for row in connection.execute(query).mappings()]


def _on_remit(row: Mapping[str, Any], booked: list[FactRow]) -> ClaimOnRemit:
    if row["our_source_key"] is None:
        return ClaimOnRemit(row, None, 0)
    claim = {name.removeprefix("our_"): value for name, value in row.items() if name.startswith("our_")}
    return ClaimOnRemit(row, claim, _sum([entry for entry in booked if _names(entry, claim)]))


def _names(entry: FactRow, claim: FactRow) -> bool:
    """A posting that names a claim of ours, by its key or, without one, by its number."""
    if entry["source"] != claim["source"]:
        return False
    if entry["claim_key"] is not None:
        return bool(entry["claim_key"] == claim["source_key"])
    return entry["claim_number"] is not None and bool(entry["claim_number"] == claim["claim_number"])
