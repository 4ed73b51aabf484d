"""Primary claims that are final and leave a share, and the second plan that was never asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import NEVER_SENT, answers, current_claims, pair
from hub.rulekit.deliveries import first_delivery
from hub.rulekit.people import audience_gate, live, with_person
from plugins.rules_claims.asked_rows import newest_decision
from plugins.rules_claims.settled import sent_again

CLAIM, LINE, COVERAGE, PLAN, PAYER = (TABLES[n] for n in ("claim", "claim_line", "coverage", "plan", "payer"))
REMIT_CLAIM = TABLES["remit_claim"]
_FORWARDED = ("19", "20", "21")  # 835 CLP02: passed on to the next payer
_PAYS_NOTHING_HERE = ("DISCOUNT", "MEDICAL", "HMO_CAP")


def unbilled_seconds(view: RuleView) -> Sequence[Any]:
    """Final claims with a share left, a second coverage in force that day, and no claim to it. Also first claims that a
    list of open claims shows no more, when an electronic answer says what they left.

    Added to the columns of `current_claims`: the person's; `final_on`, `paid`, `share` (cents), `second_payer`,
    `second_key`, `second_expected` (None: nobody estimated it).
    """
    answer = answers(view)
    claims = current_claims(view, answered_by=answer)
    last, eob, own = newest_decision(answer), _eob(view, answer), _own_share(view)
    second = _second_coverage(view)
    expected = _second_expected(view)
    joined = (
        claims.join(second, _insured(claims, second))
        .outerjoin(last, and_(last.c.claim_source == claims.c.source, last.c.claim_key == claims.c.source_key))
        .outerjoin(eob, and_(eob.c.claim_source == claims.c.source, eob.c.claim_key == claims.c.source_key))
        .outerjoin(own, and_(own.c.source == claims.c.source, own.c.claim_key == claims.c.source_key))
        .outerjoin(expected, and_(
            expected.c.source == claims.c.source, expected.c.claim_key == claims.c.source_key,
            expected.c.ordinal == second.c.ordinal,
        ))
    )  # fmt: skip
    person = with_person(claims, "claim", joined)
    by_answer = eob.c.claim_key.is_not(None)
    share = case((by_answer, eob.c.share), else_=own.c.share)
    received = and_(claims.c.received_date.is_not(None), claims.c.status.in_(("ADJUDICATED", "CLOSED")))
    turn = func.row_number().over(
        partition_by=[claims.c.source, claims.c.source_key], order_by=[second.c.ordinal, second.c.source_key]
    )
    query = (
        select(
            claims, *person.columns(), case((by_answer, last.c.day), else_=claims.c.received_date).label("final_on"),
            case((by_answer, eob.c.paid), else_=claims.c.paid_cents).label("paid"), share.label("share"),
            second.c.payer.label("second_payer"), second.c.source_key.label("second_key"),
            second.c.ordinal.label("second_ordinal"), expected.c.cents.label("second_expected"), turn.label("turn"),
        )
        .select_from(person.joined)
        .where(
            func.coalesce(claims.c.claim_type, "CLAIM") == "CLAIM",
            claims.c.payer_money,
            func.coalesce(claims.c.status, "SENT") != "APPEALED",
            or_(and_(by_answer, last.c.role == "DECISION", eob.c.forwarded == 0), and_(~by_answer, received)),
            share > 0,
            ~_billed_already(claims),
            audience_gate(person.patient, "money"),
        )
        .subquery("unbilled_second")
    )  # fmt: skip
    first = select(query).where(query.c.turn == 1).order_by(query.c.source, query.c.source_key)
    rows = view.connection.execute(first).all()
    again = sent_again(view, [row for row in rows if row.deleted_at is not None])
    return [row for row in rows if again.get((row.source, row.source_key), date.min) <= (row.final_on or date.min)]


def _eob(view: RuleView, answer: Any) -> Any:
    """By claim: what its answers paid and left to the patient, reversals taken off, the same check of two sources once;
    `forwarded` when the payer passed it on."""
    c = REMIT_CLAIM.c
    once = pair(answer.c.source, answer.c.remit_key).in_(first_delivery(view))
    same = and_(c.practice_id == view.practice_id, c.source == answer.c.source, c.source_key == answer.c.source_key)
    passed_on = or_(answer.c.status_code.in_(_FORWARDED), func.coalesce(c.crossover, "") != "")
    return (
        select(
            answer.c.claim_source, answer.c.claim_key, func.sum(func.coalesce(answer.c.paid_cents, 0)).label("paid"),
            func.sum(func.coalesce(c.pr_cents, c.patient_share_cents, 0)).label("share"),
            func.max(case((passed_on, 1), else_=0)).label("forwarded"),
        )
        .select_from(answer.join(REMIT_CLAIM, same))
        .where(answer.c.role.in_(("DECISION", "REVERSAL")), once)
        .group_by(answer.c.claim_source, answer.c.claim_key)
        .subquery("eob")
    )  # fmt: skip


def _own_share(view: RuleView) -> Any:
    """By claim, without an electronic answer: the share its lines state, else what payment and write-off leave."""
    of_claim = and_(
        LINE.c.practice_id == CLAIM.c.practice_id, LINE.c.source == CLAIM.c.source, LINE.c.claim_key == CLAIM.c.source_key,
        LINE.c.deleted_at.is_(None),
    )  # fmt: skip
    every = and_(func.count(LINE.c.source_key) > 0, func.count(LINE.c.source_key) == func.count(LINE.c.patient_cents))
    left = CLAIM.c.billed_cents - CLAIM.c.paid_cents - CLAIM.c.writeoff_cents
    return (
        select(
            CLAIM.c.source, CLAIM.c.source_key.label("claim_key"),
            case((every, func.sum(LINE.c.patient_cents)), else_=func.max(left)).label("share"),
        )
        .select_from(CLAIM.outerjoin(LINE, of_claim))
        .where(live(CLAIM, view.practice_id), CLAIM.c.received_date.is_not(None))
        .group_by(CLAIM.c.source, CLAIM.c.source_key)
        .subquery("own_share")
    )  # fmt: skip


def _second_coverage(view: RuleView) -> Any:
    """Coverages after the first, of plans that pay for dental work, with the name of their payer."""
    c = COVERAGE.c
    plan = and_(PLAN.c.practice_id == c.practice_id, PLAN.c.source == c.source, PLAN.c.source_key == c.plan_key)
    payer = and_(
        PAYER.c.practice_id == c.practice_id, PAYER.c.source == c.source,
        PAYER.c.source_key == func.coalesce(c.payer_key, PLAN.c.payer_key),
    )  # fmt: skip
    return (
        select(
            c.source, c.source_key, c.patient_key, c.ordinal, c.from_date, c.to_date, c.status,
            func.coalesce(c.payer_name, PAYER.c.name, PLAN.c.name).label("payer"),
        )
        .select_from(COVERAGE.outerjoin(PLAN, plan).outerjoin(PAYER, payer))
        .where(
            live(COVERAGE, view.practice_id), c.ordinal > 1,
            func.coalesce(c.kind, PLAN.c.kind, "PPO").not_in(_PAYS_NOTHING_HERE),
        )
        .subquery("second_coverage")
    )  # fmt: skip


def _insured(claims: Any, second: Any) -> ColumnElement[bool]:
    """The coverage is the patient's next one, and was in force on the day of service."""
    day = claims.c.service_from
    return and_(
        second.c.source == claims.c.source,
        second.c.patient_key == claims.c.patient_key,
        second.c.ordinal > func.coalesce(claims.c.ordinal, 1),
        second.c.source_key != func.coalesce(claims.c.coverage_key, ""),
        day.is_not(None),
        or_(second.c.from_date.is_(None), second.c.from_date <= day),
        or_(
            second.c.to_date >= day,
            and_(second.c.to_date.is_(None), func.coalesce(second.c.status, "ACTIVE") != "ENDED"),
        ),
    )


def _billed_already(claims: Any) -> ColumnElement[bool]:
    """A claim of a later turn for the same visit. One that was sent and is no longer listed was answered."""
    other = CLAIM.alias("later_turn")
    same_visit = or_(
        other.c.chain_key.in_((claims.c.source_key, claims.c.chain)),
        and_(other.c.patient_key == claims.c.patient_key, other.c.service_from == claims.c.service_from),
    )
    return exists().where(
        other.c.practice_id == claims.c.practice_id,
        other.c.source == claims.c.source,
        same_visit,
        func.coalesce(other.c.ordinal, 1) > func.coalesce(claims.c.ordinal, 1),
        func.coalesce(other.c.status, "SENT") != "VOID",
        func.coalesce(other.c.claim_type, "CLAIM") != "PREAUTH",
        or_(other.c.deleted_at.is_(None), func.coalesce(other.c.status, "SENT").not_in(NEVER_SENT)),
    )


def _second_expected(view: RuleView) -> Any:
    """By claim and turn: what the practice system expects of the second plan for the same procedures."""
    first, second = LINE.alias("first_line"), LINE.alias("second_line")
    same_work = and_(
        second.c.practice_id == first.c.practice_id,
        second.c.source == first.c.source,
        second.c.procedure_key == first.c.procedure_key,
        second.c.ordinal > func.coalesce(first.c.ordinal, 1),
        second.c.deleted_at.is_(None),
    )
    query: Select[Any] = (
        select(first.c.source, first.c.claim_key, second.c.ordinal, func.sum(second.c.est_ins_cents).label("cents"))
        .join_from(first, second, same_work)
        .where(live(first, view.practice_id), first.c.claim_key.is_not(None))
        .group_by(first.c.source, first.c.claim_key, second.c.ordinal)
    )
    return query.subquery("second_expected")
