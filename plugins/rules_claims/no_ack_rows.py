"""What CLAIM-NO-ACK asks the facts: which claims went out, who took them on, which payers never do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, exists, false, func, literal_column, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.acknowledgements import acknowledgements, taken_on
from hub.rulekit.claims import answered, answers, at_stake, current_claims, pair
from hub.rulekit.people import audience_gate, live, with_person
from plugins.rules_claims.rejected import newest_event, rejected_claims

CLAIM, EVENT, SENT = TABLES["claim"], TABLES["claim_event"], TABLES["sent_claim"]


@dataclass(frozen=True, slots=True)
class Habit:
    """How a payer that never acknowledges is told: from how many claims (`claims`) of how many calendar days, not
    counting those sent within `wait_bd` working days. `paper_words`: what the clearinghouse says of a claim it mails."""

    claims: int
    days: int
    wait_bd: int
    paper_words: tuple[str, ...]


def unacknowledged_rows(view: RuleView, habit: Habit) -> Sequence[Any]:
    """Claims that stand as sent, without the payer's acceptance or answer since, of payers that do accept claims.

    Added to the columns of `current_claims`: the person's, `sent`, `stake`, `received_on` (a bare receipt since),
    `is_in_a_sent_file`, `sent_that_day`.
    """
    first = _first_acknowledgement(view)
    if first is None:
        return ()
    ack, claims, answer = acknowledgements(view), current_claims(view), answers(view)
    sent = func.coalesce(claims.c.last_sent_date, claims.c.first_sent_date)
    said, day = _said(view, ack, habit.paper_words), _sent_per_day(view)
    same_claim = and_(said.c.source == claims.c.source, said.c.source_key == claims.c.source_key)
    joined = claims.outerjoin(day, and_(day.c.source == claims.c.source, day.c.sent == sent)).outerjoin(
        said, same_claim
    )
    person = with_person(claims, "claim", joined)
    key = pair(claims.c.source, claims.c.source_key)
    query = (
        select(
            claims, *person.columns(), sent.label("sent"), at_stake(claims).label("stake"),
            day.c.claims.label("sent_that_day"), said.c.received_on, _is_in_a_sent_file(claims).label("is_in_a_sent_file"),
        )
        .select_from(person.joined)
        .where(
            claims.c.status == "SENT",
            func.coalesce(claims.c.claim_type, "CLAIM") == "CLAIM",
            claims.c.payer_money,
            claims.c.received_date.is_(None),
            claims.c.is_paper.is_not(True),
            sent >= first,
            sent < view.as_of,
            func.coalesce(said.c.is_mailed, 0) == 0,
            key.not_in(_accepted(view, ack)),
            key.not_in(answered(view, answer, ("DECISION", "REVERSAL"))),
            key.not_in(rejected_claims(view, newest_event(view, ack), answer)),
            _payer(claims).not_in(_silent(view, ack, habit)),
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )  # fmt: skip
    return view.connection.execute(query).all()


def _first_acknowledgement(view: RuleView) -> Any:
    """The day of the oldest claim acknowledgement that was read; None when no payer ever took a claim on."""
    taken = acknowledgements(view)
    if view.connection.execute(select(taken.c.source_key).where(taken_on(taken)).limit(1)).first() is None:
        return None
    oldest = select(func.min(EVENT.c.happened_on)).where(live(EVENT, view.practice_id), EVENT.c.kind == "277CA")
    return view.connection.execute(oldest).scalar() or None


def _payer(claim: Any) -> ColumnElement[str]:
    # Written out, not bound: PostgreSQL takes two bound values for two expressions and refuses to group by them.
    return func.coalesce(claim.c.payer_key, func.lower(func.trim(claim.c.payer_name)), literal_column("''"))


def _accepted(view: RuleView, ack: CTE) -> Select[Any]:
    """The `pair` of the claims that a payer took on since they were last sent."""
    since = or_(
        ack.c.happened_on.is_(None), CLAIM.c.last_sent_date.is_(None), ack.c.happened_on >= CLAIM.c.last_sent_date
    )
    ours = and_(
        CLAIM.c.practice_id == view.practice_id,
        CLAIM.c.source == ack.c.claim_source,
        CLAIM.c.source_key == ack.c.claim_key,
    )
    return select(pair(CLAIM.c.source, CLAIM.c.source_key)).join_from(ack, CLAIM, ours).where(taken_on(ack), since)


def _silent(view: RuleView, ack: CTE, habit: Habit) -> Select[Any]:
    """Payers of which none of many claims was ever taken on. Claims that are answered and gone count too."""
    sent = func.coalesce(CLAIM.c.last_sent_date, CLAIM.c.first_sent_date)
    taken = select(pair(ack.c.claim_source, ack.c.claim_key)).where(taken_on(ack))
    was_taken = case((pair(CLAIM.c.source, CLAIM.c.source_key).in_(taken), 1), else_=0)
    return (
        select(_payer(CLAIM))
        .where(
            CLAIM.c.practice_id == view.practice_id,
            func.coalesce(CLAIM.c.status, "SENT") != "VOID",
            func.coalesce(CLAIM.c.claim_type, "CLAIM") == "CLAIM",
            CLAIM.c.is_paper.is_not(True),
            sent.between(view.as_of - timedelta(days=habit.days), view.workdays.plus(view.as_of, -habit.wait_bd)),
        )
        .group_by(_payer(CLAIM))
        .having(and_(func.count() >= habit.claims, func.sum(was_taken) == 0))
    )


def _said(view: RuleView, ack: CTE, paper_words: tuple[str, ...]) -> Any:
    """By claim, since it was last sent: the day of a bare receipt (A1), and whether the clearinghouse mails it."""
    ours = and_(
        CLAIM.c.practice_id == view.practice_id,
        CLAIM.c.source == ack.c.claim_source,
        CLAIM.c.source_key == ack.c.claim_key,
    )
    receipt = and_(ack.c.kind == "277CA", ack.c.decision == "RECEIVED")
    words = func.lower(func.coalesce(ack.c.text, ""))
    mails = and_(
        ack.c.speaker == "CLEARINGHOUSE", or_(false(), *(words.contains(word.lower()) for word in paper_words))
    )
    return (
        select(
            CLAIM.c.source, CLAIM.c.source_key, func.max(case((receipt, ack.c.happened_on))).label("received_on"),
            func.max(case((mails, 1), else_=0)).label("is_mailed"),
        )
        .join_from(ack, CLAIM, ours)
        .where(or_(CLAIM.c.last_sent_date.is_(None), ack.c.happened_on >= CLAIM.c.last_sent_date))
        .group_by(CLAIM.c.source, CLAIM.c.source_key)
        .subquery("said_since")
    )  # fmt: skip


def _is_in_a_sent_file(claims: Any) -> ColumnElement[bool]:
    return exists().where(
        SENT.c.practice_id == claims.c.practice_id,
        SENT.c.claim_number == claims.c.claim_number,
        SENT.c.deleted_at.is_(None),
    )


def _sent_per_day(view: RuleView) -> Any:
    """How many claims went out per day; those that are answered and gone too."""
    sent = func.coalesce(CLAIM.c.last_sent_date, CLAIM.c.first_sent_date)
    return (
        select(CLAIM.c.source, sent.label("sent"), func.count().label("claims"))
        .where(
            CLAIM.c.practice_id == view.practice_id,
            func.coalesce(CLAIM.c.status, "SENT") != "VOID",
            func.coalesce(CLAIM.c.claim_type, "CLAIM") == "CLAIM",
            CLAIM.c.is_paper.is_not(True),
        )
        .group_by(CLAIM.c.source, sent)
        .subquery("day_of_sending")
    )
