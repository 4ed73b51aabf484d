"""Which claims a payer asked something about, and when: by a status answer, by a remittance, or as the practice noted it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import answers, at_stake, current_claims, pair
from hub.rulekit.people import audience_gate, live, with_person
from plugins.rules_claims.rejected import newest_event, rejected_claims
from plugins.rules_claims.settled import booked, brought, closed_with_reason, paid_otherwise, sent_again, written_off

EVENT, REMIT_CLAIM, SENT = TABLES["claim_event"], TABLES["remit_claim"], TABLES["sent_claim"]
_OPEN = ("SENT", "ACCEPTED", "PENDED", "INFO_REQUESTED")
_DONE_WITH = ("APPEALED", "DRAFT", "QUEUED")
# CARC: information missing or wrong, asked of the patient, asked of us and not sent, attachment missing.
ASKING = ("16", "226", "227", "252")


def asked_rows(view: RuleView) -> Sequence[Any]:
    """Claims of which the payer wants something and to which nothing was sent since, unless the practice gave the money up.

    An answer that asks stands until another comes: that the practice received the claim, or that a list of open claims
    shows it no more, answers no question.

    Added to the columns of `current_claims`: the person's, `stake`, `asked_on` (None: nobody noted the day), the newest
    event's `event_source`, `event_source_key`, `event_category`, `event_status_code`, `event_text`, the answer's
    `answer_source`, `answer_key`, `answer_reasons`.
    """
    answer, event = answers(view), newest_event(view)
    claims, last, paid = current_claims(view, answered_by=answer), newest_decision(answer), brought(view, answer)
    joined = claims.outerjoin(
        event, and_(event.c.claim_source == claims.c.source, event.c.claim_key == claims.c.source_key)
    ).outerjoin(last, and_(last.c.claim_source == claims.c.source, last.c.claim_key == claims.c.source_key))
    joined = joined.outerjoin(
        paid, and_(paid.c.claim_source == claims.c.source, paid.c.claim_key == claims.c.source_key)
    )
    person = with_person(claims, "claim", joined)
    by_answer = _asks(last)
    by_event = and_(event.c.decision == "INFO_REQUESTED", last.c.claim_key.is_(None))
    by_status = and_(claims.c.status == "INFO_REQUESTED", event.c.claim_key.is_(None), last.c.claim_key.is_(None))
    asked_on = case((by_answer, last.c.day), (by_event, event.c.happened_on))
    waits = and_(claims.c.status.in_(_OPEN), claims.c.received_date.is_(None), claims.c.deleted_at.is_(None))
    moved_on = and_(by_answer, event.c.happened_on > last.c.day, event.c.decision != "INFO_REQUESTED")
    query = (
        select(
            claims, *person.columns(), at_stake(claims).label("stake"), asked_on.label("asked_on"),
            *(event.c[name].label(f"event_{name}") for name in ("source", "source_key", "category", "status_code", "text", "decision")),
            func.coalesce(paid.c.cents, 0).label("brought"), last.c.source.label("answer_source"), last.c.source_key.label("answer_key"), last.c.reasons.label("answer_reasons"),
        )
        .select_from(person.joined)
        .where(
            or_(by_answer, and_(or_(by_event, by_status), waits)),
            func.coalesce(moved_on, False).is_(False),
            func.coalesce(claims.c.status, "SENT").not_in(_DONE_WITH),
            func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
            claims.c.payer_money,
            or_(asked_on.is_(None), claims.c.last_sent_date.is_(None), claims.c.last_sent_date <= asked_on),
            ~_sent_since(claims, asked_on),
            pair(claims.c.source, claims.c.source_key).not_in(rejected_claims(view, event, answer)),
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )  # fmt: skip
    rows = [row for row in view.connection.execute(query) if row.answer_key is None or row.stake > 0]
    return _still_wanted(view, rows) if rows else rows


def _still_wanted(view: RuleView, rows: Sequence[Any]) -> Sequence[Any]:
    """Without those that were sent again under another number, closed with a reason, written off, or paid after all."""
    answer = answers(view)
    asking = select(pair(answer.c.claim_source, answer.c.claim_key)).where(_names_a_question(answer))
    entries = booked(view, lambda entry: pair(entry.c.claim_source, entry.c.claim_key).in_(asking))
    again = sent_again(view, [row for row in rows if row.deleted_at is not None])
    left = []
    for row in rows:
        key, since = (row.source, row.source_key), row.asked_on or date.min
        of_claim, sent = entries.get(key, ()), again.get(key)
        given_up = written_off(of_claim, row.stake, since=since, expected=row.exp_cents, billed=row.billed_cents)
        paid = paid_otherwise(of_claim, row.stake, since=since, answered=int(row.brought))
        if not (given_up or paid or closed_with_reason(row) or (sent is not None and sent > since)):
            left.append(row)
    return left


def speaks(view: RuleView) -> bool:
    """Does any source state what payers ask? Where none does, such claims stay with CLAIM-AGING."""
    tables = (EVENT, REMIT_CLAIM)
    return any(
        view.connection.execute(select(t.c.source_key).where(live(t, view.practice_id)).limit(1)).first()
        for t in tables
    )


def newest_decision(answer: CTE) -> Any:
    """The newest decision per claim; a reversal on a later day takes it back, so that nothing is asked by it."""
    keys = (answer.c.claim_source, answer.c.claim_key)
    turn = func.row_number().over(
        partition_by=keys, order_by=[answer.c.day.desc().nulls_last(), answer.c.role, answer.c.source_key.desc()]
    )
    ranked = (
        select(answer, turn.label("turn")).where(answer.c.role.in_(("DECISION", "REVERSAL"))).subquery("ranked_answer")
    )
    return select(ranked).where(ranked.c.turn == 1).subquery("newest_answer")


def _asks(last: Any) -> ColumnElement[bool]:
    return and_(last.c.role == "DECISION", _names_a_question(last))


def _names_a_question(answer: Any) -> ColumnElement[bool]:
    reasons = func.coalesce(answer.c.reasons, "")
    return or_(*(reasons.contains(f"-{code}|") for code in ASKING))


def _sent_since(claims: Any, asked_on: ColumnElement[Any]) -> ColumnElement[bool]:
    """A copy of a sent file shows the claim after the day on which it was asked about."""
    return exists().where(
        SENT.c.practice_id == claims.c.practice_id,
        SENT.c.claim_number == claims.c.claim_number,
        SENT.c.deleted_at.is_(None),
        SENT.c.sent_on > asked_on,
    )
