"""The facts that CLAIM-NOT-CREATED judges: finished procedures, the coverage of their day, and live claim lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, exists, false, func, or_, select, tuple_

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.codes import begins
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import net_cents, one_thing

WORK, COVERAGE, PLAN = TABLES["procedure"], TABLES["coverage"], TABLES["plan"]
CLAIM, LINE = TABLES["claim"], TABLES["claim_line"]
PAYER = TABLES["payer"]
_LAST = 99  # a coverage whose turn nobody states
_NO_CLAIM = ("DISCOUNT", "MEDICAL")
_UNFINISHED = ("PLANNED", "IN_PROGRESS")


def unbilled(view: RuleView, max_age_days: int, never_billed: Sequence[str]) -> Sequence[Any]:
    """Finished procedures of a covered patient without a live claim line, each thing once, in a fixed order.

    Added: `thing`, `exp_cents`, `payer_name` and `Person.columns()`.
    """
    person = with_person(WORK, "procedure")
    columns = [column for column in WORK.c if column.name != "practice_id"]
    expected = func.coalesce(WORK.c.est_ins_cents, _estimate(view), net_cents(WORK))
    turn = func.row_number().over(partition_by=[WORK.c.source, one_thing(WORK)], order_by=[WORK.c.source_key])
    ranked = (
        select(
            *columns, one_thing(WORK).label("thing"), case((expected > 0, expected), else_=0).label("exp_cents"),
            _first_payer(view).label("payer_name"), turn.label("turn"), *person.columns(),
        )
        .select_from(person.joined)
        .where(
            live(WORK, view.practice_id),
            WORK.c.status == "COMPLETED",
            WORK.c.fee_cents > 0,
            func.coalesce(WORK.c.do_not_bill, False).is_(False),
            WORK.c.date_completed.between(view.as_of - timedelta(days=max_age_days), view.as_of),
            ~func.coalesce(begins(WORK, never_billed), false()),
            exists().where(*_covers(view)),
            tuple_(WORK.c.source, one_thing(WORK)).not_in(_claimed(view)),
            ~_claimed_by_code(view),
            ~_unfinished(view),
            audience_gate(person.patient, "money"),
        )
        .subquery("unbilled")
    )  # fmt: skip
    query = select(ranked).where(ranked.c.turn == 1).order_by(ranked.c.source, ranked.c.source_key)
    return view.connection.execute(query).all()


def _covers(view: RuleView) -> tuple[ColumnElement[bool], ...]:
    """A dental coverage of the patient that was in force on the day of the work and pays by claims, or asks for
    encounters."""
    day = WORK.c.date_completed
    plan = (
        select(PLAN.c.source_key)
        .where(live(PLAN, view.practice_id), PLAN.c.source == COVERAGE.c.source, PLAN.c.source_key == COVERAGE.c.plan_key)
        .correlate(COVERAGE)
    )
    kind = func.coalesce(
        COVERAGE.c.kind, plan.with_only_columns(PLAN.c.kind).scalar_subquery(), "PPO"
    )
    encounter = plan.where(PLAN.c.encounter_required.is_(True)).exists()
    ended = and_(COVERAGE.c.status == "ENDED", COVERAGE.c.to_date.is_(None))
    return (
        live(COVERAGE, view.practice_id),
        COVERAGE.c.source == WORK.c.source,
        COVERAGE.c.patient_key == WORK.c.patient_key,
        func.coalesce(COVERAGE.c.from_date, day) <= day,
        func.coalesce(COVERAGE.c.to_date, day) >= day,
        ~func.coalesce(ended, False),
        kind.not_in(_NO_CLAIM),
        or_(kind != "HMO_CAP", encounter),
    )


def _first_payer(view: RuleView) -> ColumnElement[str | None]:
    """The name of the payer to bill first: of the coverage of the lowest turn; where it names none, of its payer or plan."""
    plan, payer = PLAN.alias("plan_of_coverage"), PAYER.alias("payer_of_coverage")
    of_plan = and_(
        live(plan, view.practice_id), plan.c.source == COVERAGE.c.source, plan.c.source_key == COVERAGE.c.plan_key
    )
    of_payer = and_(
        live(payer, view.practice_id),
        payer.c.source == COVERAGE.c.source,
        payer.c.source_key == func.coalesce(COVERAGE.c.payer_key, plan.c.payer_key),
    )
    return (
        select(func.coalesce(COVERAGE.c.payer_name, payer.c.name, plan.c.name))
        .select_from(COVERAGE.outerjoin(plan, of_plan).outerjoin(payer, of_payer))
        .where(*_covers(view))
        .order_by(func.coalesce(COVERAGE.c.ordinal, _LAST), COVERAGE.c.source_key)
        .limit(1)
        .correlate(WORK)
        .scalar_subquery()
    )


def _live_claim(view: RuleView) -> ColumnElement[bool]:
    """The claim of a line that bills it: not void, not a predetermination."""
    return and_(
        live(CLAIM, view.practice_id),
        CLAIM.c.source == LINE.c.source,
        CLAIM.c.source_key == LINE.c.claim_key,
        func.coalesce(CLAIM.c.status, "SENT") != "VOID",
        func.coalesce(CLAIM.c.claim_type, "CLAIM") != "PREAUTH",
    )


def _claimed(view: RuleView) -> Select[Any]:
    """(source, thing) of procedures that stand on a live claim, or that their line says are not to be billed."""
    of_line = and_(
        WORK.c.practice_id == LINE.c.practice_id, WORK.c.source == LINE.c.source, WORK.c.source_key == LINE.c.procedure_key
    )
    return (
        select(WORK.c.source, one_thing(WORK))
        .select_from(LINE.join(WORK, of_line).outerjoin(CLAIM, _live_claim(view)))
        .where(
            live(LINE, view.practice_id),
            or_(CLAIM.c.source_key.is_not(None), func.coalesce(LINE.c.no_bill_insurance, False).is_(True)),
        )
    )


def _claimed_by_code(view: RuleView) -> ColumnElement[bool]:
    """A line that names no procedure but has the code, the tooth and the day of it, on a claim of the patient."""
    return exists(
        select(LINE.c.source_key)
        .select_from(LINE.join(CLAIM, _live_claim(view)))
        .where(
            live(LINE, view.practice_id),
            LINE.c.procedure_key.is_(None),
            LINE.c.source == WORK.c.source,
            CLAIM.c.patient_key == WORK.c.patient_key,
            LINE.c.code.in_((WORK.c.code, WORK.c.cdt)),
            func.coalesce(LINE.c.tooth, WORK.c.tooth, "") == func.coalesce(WORK.c.tooth, ""),
            func.coalesce(LINE.c.service_date, CLAIM.c.service_from) == WORK.c.date_completed,
        )
        .correlate(WORK)
    )


def _unfinished(view: RuleView) -> ColumnElement[bool]:
    """Another member of its multi-visit group is still to be done: the claim waits for the seat."""
    other = WORK.alias("other_visit")
    return exists().where(
        live(other, view.practice_id), other.c.source == WORK.c.source, other.c.patient_key == WORK.c.patient_key,
        other.c.multi_visit_key == WORK.c.multi_visit_key, other.c.status.in_(_UNFINISHED),
    )  # fmt: skip


def _estimate(view: RuleView) -> ColumnElement[int | None]:
    """What the estimates of the procedure, not yet on a claim, add up to."""
    return (
        select(cast(func.sum(LINE.c.est_ins_cents), BigInteger))
        .where(
            live(LINE, view.practice_id), LINE.c.source == WORK.c.source, LINE.c.procedure_key == WORK.c.source_key,
            LINE.c.claim_key.is_(None),
        )
        .correlate(WORK)
        .scalar_subquery()
    )  # fmt: skip
