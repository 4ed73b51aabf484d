"""One check, one remittance: the same 835 reaches a practice from its clearinghouse and from the payer's portal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, or_, select

from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.model.remits import CUT_COPY
from hub.rulekit.claims import credible, pair
from hub.rulekit.people import live

REMIT = TABLES["remit"]


def trace_form(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A trace as it is compared: no blanks around it, no leading zeros, empty is NULL."""
    # Written out, not bound: PostgreSQL takes two bound zeros for two expressions and refuses to group by them.
    return func.nullif(func.ltrim(func.trim(column), literal_column("'0'")), literal_column("''"))


def _key_of_the_whole(key: ColumnElement[str]) -> ColumnElement[str]:
    """Without what a copy that is not whole adds to its key."""
    return case((key.like(f"%{CUT_COPY}"), func.substr(key, 1, func.length(key) - len(CUT_COPY))), else_=key)


def first_delivery(view: RuleView) -> Select[Any]:
    """The `pair` of every remittance, each once: the same check delivered by two sources counts once.

    A copy that proves itself goes before one that does not. Payers give all their $0 notices of a day one number, so
    that these are told apart by their keys, which hold a digest of what they say (and whether that copy is whole).
    """
    trace = trace_form(REMIT.c.trace)
    nameless = or_(trace.is_(None), func.coalesce(REMIT.c.amount_cents, 0) == 0)
    check = case((nameless, _key_of_the_whole(REMIT.c.source_key)), else_=trace)
    place = func.row_number().over(
        partition_by=[check, REMIT.c.amount_cents, REMIT.c.payment_date, func.coalesce(REMIT.c.originator, "")],
        order_by=[case((credible(REMIT), 0), else_=1), REMIT.c.received_at.asc().nulls_last(), REMIT.c.source, REMIT.c.source_key],
    )
    ranked = (
        select(REMIT.c.source, REMIT.c.source_key, place.label("place"))
        .where(live(REMIT, view.practice_id))
        .subquery("delivery")
    )
    return select(pair(ranked.c.source, ranked.c.source_key)).where(ranked.c.place == 1)
