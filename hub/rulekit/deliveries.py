"""One check, one remittance: the same 835 reaches a practice from its clearinghouse and from the payer's portal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select

from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.rulekit.claims import pair
from hub.rulekit.people import live

REMIT = TABLES["remit"]


def trace_form(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A trace as it is compared: no blanks around it, no leading zeros, empty is NULL."""
    # Written out, not bound: PostgreSQL takes two bound zeros for two expressions and refuses to group by them.
    return func.nullif(func.ltrim(func.trim(column), literal_column("'0'")), literal_column("''"))


def first_delivery(view: RuleView) -> Select[Any]:
    """The `pair` of every remittance, each once: the same check delivered by two sources counts once."""
    check = case((REMIT.c.trace.is_(None), REMIT.c.source_key), else_=trace_form(REMIT.c.trace))
    place = func.row_number().over(
        partition_by=[check, REMIT.c.amount_cents, REMIT.c.payment_date, func.coalesce(REMIT.c.originator, "")],
        order_by=[REMIT.c.received_at.asc().nulls_last(), REMIT.c.source, REMIT.c.source_key],
    )
    ranked = (
        select(REMIT.c.source, REMIT.c.source_key, place.label("place"))
        .where(live(REMIT, view.practice_id))
        .subquery("delivery")
    )
    return select(pair(ranked.c.source, ranked.c.source_key)).where(ranked.c.place == 1)
