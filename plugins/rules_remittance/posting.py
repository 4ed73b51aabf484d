"""Was a remittance posted? Compared to the cent with what the practice's own books show.

A claim on a remittance counts as posted when one of these holds: the insurance payments on the claim add up to all its
remittances; those under this remittance's trace add up to this answer; one payment equals it; or the claim itself is
received with that amount paid. A $0 answer counts when the claim is received or closed. A whole remittance counts when
the postings under its trace, or a finalized insurance payment, equal the check. A deposit proves nothing here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, literal_column, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import answers, claim_entries, pair
from hub.rulekit.people import live

CLAIM, ENTRY, PAYMENT = TABLES["claim"], TABLES["ledger_entry"], TABLES["ins_payment"]
REMIT, REMIT_CLAIM, XREF = TABLES["remit"], TABLES["remit_claim"], TABLES["xref"]
_DONE = ("ADJUDICATED", "CLOSED")


def trace_form(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A trace as it is compared: no blanks around it, no leading zeros, empty is NULL."""
    # Written out, not bound: PostgreSQL takes two bound zeros for two expressions and refuses to group by them.
    return func.nullif(func.ltrim(func.trim(column), literal_column("'0'")), literal_column("''"))


def posted_claims(view: RuleView) -> Select[Any]:
    """The `pair` of (source, remittance, our source, our claim) of every answer that the books already show."""
    answer = answers(view)
    here = _sums(answer, answer.c.source, answer.c.remit_key, answer.c.trace)
    ever = _sums(answer)
    entry = claim_entries(view, ("INS_PAYMENT",))
    booked, traced, single = _booked(entry), _booked_by_trace(entry), _single(entry)
    joined = (
        here.join(ever, _same_claim(here, ever))
        .join(CLAIM, _is_claim(view, here))
        .outerjoin(booked, _same_claim(here, booked))
        .outerjoin(traced, and_(_same_claim(here, traced), traced.c.trace == trace_form(here.c.trace)))
        .outerjoin(single, and_(_same_claim(here, single), single.c.cents == here.c.cents))
    )
    # A list of open claims drops a claim once it is received, so one that is gone is received.
    received = or_(CLAIM.c.received_date.is_not(None), CLAIM.c.status.in_(_DONE), CLAIM.c.deleted_at.is_not(None))
    shown = or_(
        booked.c.cents == ever.c.cents,
        traced.c.cents == here.c.cents,
        and_(here.c.cents != 0, single.c.cents.is_not(None)),
        and_(received, CLAIM.c.paid_cents.in_((ever.c.cents, here.c.cents))),
        and_(received, here.c.cents == 0),
    )
    return select(answer_pair(here, here.c.claim_source, here.c.claim_key)).select_from(joined).where(shown)


def answer_pair(answer: Any, claim_source: Any, claim_key: Any) -> ColumnElement[str]:
    """One value for a claim's answer on one remittance."""
    return pair(pair(answer.c.source, answer.c.remit_key), pair(claim_source, claim_key))


def _sums(answer: CTE, *more: Any) -> Any:
    """Paid per claim (and per remittance, with `more`), reversals included, estimates and forwarded claims not."""
    keys = (answer.c.claim_source, answer.c.claim_key, *more)
    query = select(*keys, func.sum(func.coalesce(answer.c.paid_cents, 0)).label("cents"))
    return query.where(answer.c.role.in_(("DECISION", "REVERSAL"))).group_by(*keys).subquery()


def _booked(entry: CTE) -> Any:
    keys = (entry.c.claim_source, entry.c.claim_key)
    return select(*keys, func.sum(entry.c.lowers_cents).label("cents")).group_by(*keys).subquery("booked")


def _booked_by_trace(entry: CTE) -> Any:
    keys = (entry.c.claim_source, entry.c.claim_key, trace_form(entry.c.external_ref).label("trace"))
    query = select(*keys, func.sum(entry.c.lowers_cents).label("cents")).where(entry.c.external_ref.is_not(None))
    return query.group_by(*keys).subquery("traced")


def _single(entry: CTE) -> Any:
    keys = (entry.c.claim_source, entry.c.claim_key, entry.c.lowers_cents.label("cents"))
    return select(*keys).distinct().subquery("single")


def _same_claim(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.c.claim_source == other.c.claim_source, one.c.claim_key == other.c.claim_key)


def _is_claim(view: RuleView, here: Any) -> ColumnElement[bool]:
    return and_(
        CLAIM.c.practice_id == view.practice_id,
        CLAIM.c.source == here.c.claim_source,
        CLAIM.c.source_key == here.c.claim_key,
    )


def posted_checks(view: RuleView) -> Select[Any]:
    """The `pair` of the remittances whose whole check the books show under its trace."""
    under = trace_form(ENTRY.c.external_ref)
    booked = (
        select(under.label("trace"), (-func.sum(ENTRY.c.amount_cents)).label("cents"))
        .where(live(ENTRY, view.practice_id), ENTRY.c.kind == "INS_PAYMENT", under.is_not(None))
        .where(func.coalesce(ENTRY.c.status, "POSTED") != "VOID")
        .group_by(under)
        .subquery("booked_check")
    )
    final = (
        select(trace_form(PAYMENT.c.trace).label("trace"), func.max(PAYMENT.c.amount_cents).label("cents"))
        .where(live(PAYMENT, view.practice_id), PAYMENT.c.status == "FINALIZED", PAYMENT.c.trace.is_not(None))
        .group_by(trace_form(PAYMENT.c.trace), PAYMENT.c.amount_cents)
        .subquery("final_payment")
    )
    trace = trace_form(REMIT.c.trace)
    equal = and_(final.c.trace == trace, final.c.cents == REMIT.c.amount_cents)
    joined = REMIT.outerjoin(booked, booked.c.trace == trace).outerjoin(final, equal)
    shown = or_(booked.c.cents == REMIT.c.amount_cents, final.c.trace.is_not(None))
    return (
        select(pair(REMIT.c.source, REMIT.c.source_key))
        .select_from(joined)
        .where(live(REMIT, view.practice_id), REMIT.c.amount_cents > 0, shown)
    )


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
