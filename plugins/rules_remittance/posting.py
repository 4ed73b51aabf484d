"""Was a remittance posted? Compared to the cent with what the practice's own books show.

A claim on a remittance counts as posted when one of these holds: the insurance payments on the claim add up to all its
remittances; those under this remittance's trace add up to this answer; one payment equals it; or the claim itself is
received with that amount paid. A $0 answer counts when the claim is received or closed. A whole remittance counts when
the postings under its trace, or a finalized insurance payment, equal the check. A deposit proves nothing here.

A payment proves one answer, and never that of another remittance than the one whose trace it carries. Where several
answers of a claim are equal, there must be as many equal payments; fewer prove those that no later answer can explain. An answer whose own figures do not add up takes part like any other: it was paid, and its payment proves no other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import claim_entries, every_answer, pair
from hub.rulekit.deliveries import first_delivery, trace_form
from hub.rulekit.people import live

CLAIM, ENTRY, PAYMENT = TABLES["claim"], TABLES["ledger_entry"], TABLES["ins_payment"]
REMIT, REMIT_CLAIM, XREF = TABLES["remit"], TABLES["remit_claim"], TABLES["xref"]
_DONE = ("ADJUDICATED", "CLOSED")


def posted_claims(view: RuleView) -> Select[Any]:
    """The `pair` of (source, remittance, our source, our claim) of every answer that the books already show."""
    answer = every_answer(view)
    entry = claim_entries(view, ("INS_PAYMENT",))
    trace = trace_form(answer.c.trace).label("trace")
    here = _sums(view, answer, answer.c.source, answer.c.remit_key, trace, answer.c.day).cte("here")
    ever = _sums(view, answer).subquery("ever")
    booked = _booked(entry)
    ranked = _ranked(here, _booked_by_trace(entry), _single_by_trace(entry))
    equal = _equal_payments(ranked, _free_payments(view, entry))
    joined = (
        ranked.join(ever, _same_claim(ranked, ever))
        .join(CLAIM, _is_claim(view, ranked))
        .outerjoin(booked, _same_claim(ranked, booked))
        .outerjoin(equal, _same_answer(ranked, equal))
    )
    # A list of open claims drops a claim once it is received, so one that is gone is received.
    received = or_(CLAIM.c.received_date.is_not(None), CLAIM.c.status.in_(_DONE), CLAIM.c.deleted_at.is_not(None))
    the_first = and_(ranked.c.place == 1, CLAIM.c.received_date < ranked.c.next_day)
    shown = or_(
        booked.c.cents == ever.c.cents,
        ranked.c.is_traced == 1,
        and_(ranked.c.cents != 0, or_(equal.c.payments >= ranked.c.waiting, equal.c.before >= ranked.c.turn)),
        and_(received, CLAIM.c.paid_cents == ever.c.cents),
        and_(received, CLAIM.c.paid_cents == ranked.c.cents, or_(ranked.c.alike == 1, the_first)),
        and_(received, ranked.c.cents == 0),
    )
    return select(answer_pair(ranked, ranked.c.claim_source, ranked.c.claim_key)).select_from(joined).where(shown)


def answer_pair(answer: Any, claim_source: Any, claim_key: Any) -> ColumnElement[str]:
    """One value for a claim's answer on one remittance."""
    return pair(pair(answer.c.source, answer.c.remit_key), pair(claim_source, claim_key))


def _sums(view: RuleView, answer: CTE, *more: Any) -> Select[Any]:
    """Paid per claim (and per remittance, with `more`), reversals included, estimates and forwarded claims not, the same
    check of two sources once."""
    keys = (answer.c.claim_source, answer.c.claim_key, *more)
    once = pair(answer.c.source, answer.c.remit_key).in_(first_delivery(view))
    query = select(*keys, func.sum(func.coalesce(answer.c.paid_cents, 0)).label("cents"))
    return query.where(answer.c.role.in_(("DECISION", "REVERSAL")), once).group_by(*keys)


def _ranked(here: CTE, traced: Any, single: Any) -> CTE:
    """The answers of `here` in the order of their days: of those of one claim and amount `alike` there are, at `place`;
    of those that no payment names by trace `waiting`, at `turn`. `next_day`: when the next one of them came."""
    is_traced = case((or_(traced.c.cents == here.c.cents, single.c.cents.is_not(None)), 1), else_=0)
    under = and_(_same_claim(here, traced), traced.c.trace == here.c.trace)
    equal = and_(_same_claim(here, single), single.c.trace == here.c.trace, single.c.cents == here.c.cents)
    same = [here.c.claim_source, here.c.claim_key, here.c.cents]
    order = [here.c.day.asc().nulls_last(), here.c.source, here.c.remit_key]
    return (
        select(
            here, is_traced.label("is_traced"),
            func.count().over(partition_by=same).label("alike"),
            func.row_number().over(partition_by=same, order_by=order).label("place"),
            func.count().over(partition_by=[*same, is_traced]).label("waiting"),
            func.row_number().over(partition_by=[*same, is_traced], order_by=order).label("turn"),
            func.lead(here.c.day).over(partition_by=[*same, is_traced], order_by=order).label("next_day"),
        )
        .select_from(here.outerjoin(traced, under).outerjoin(single, equal))
        .cte("ranked_here")
    )  # fmt: skip


def _free_payments(view: RuleView, entry: CTE) -> Any:
    """The payments on a claim that name no remittance by its trace."""
    trace = trace_form(REMIT.c.trace)
    traces = select(trace).where(live(REMIT, view.practice_id), trace.is_not(None))
    named = trace_form(entry.c.external_ref)
    return select(entry).where(or_(named.is_(None), named.not_in(traces))).subquery("free_payment")


def _equal_payments(ranked: CTE, free: Any) -> Any:
    """By answer: how many such payments equal it, and how many of them were entered `before` the next equal answer."""
    equals = and_(_same_claim(ranked, free), free.c.lowers_cents == ranked.c.cents)
    before = func.sum(case((free.c.entry_date < ranked.c.next_day, 1), else_=0))
    keys = (ranked.c.source, ranked.c.remit_key, ranked.c.claim_source, ranked.c.claim_key)
    return (
        select(*keys, func.count().label("payments"), before.label("before"))
        .select_from(ranked.join(free, equals))
        .where(ranked.c.is_traced == 0)
        .group_by(*keys)
        .subquery("equal_payment")
    )


def _booked(entry: CTE) -> Any:
    keys = (entry.c.claim_source, entry.c.claim_key)
    return select(*keys, func.sum(entry.c.lowers_cents).label("cents")).group_by(*keys).subquery("booked")


def _booked_by_trace(entry: CTE) -> Any:
    keys = (entry.c.claim_source, entry.c.claim_key, trace_form(entry.c.external_ref).label("trace"))
    query = select(*keys, func.sum(entry.c.lowers_cents).label("cents")).where(entry.c.external_ref.is_not(None))
    return query.group_by(*keys).subquery("traced")


def _single_by_trace(entry: CTE) -> Any:
    """The amounts of single payments under a trace: one that was entered twice is posted, and wrong in another way."""
    keys = (entry.c.claim_source, entry.c.claim_key, trace_form(entry.c.external_ref).label("trace"))
    query = select(*keys, entry.c.lowers_cents.label("cents")).where(entry.c.external_ref.is_not(None))
    return query.distinct().subquery("single")


def _same_answer(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(_same_claim(one, other), one.c.source == other.c.source, one.c.remit_key == other.c.remit_key)


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
