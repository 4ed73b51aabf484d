"""Why a claim is on hold, and whether that still holds: a primary that is open, work that is not finished."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import answered, answers, pair
from hub.rulekit.people import live

CLAIM, LINE, WORK = TABLES["claim"], TABLES["claim_line"], TABLES["procedure"]
_DONE = ("ADJUDICATED", "CLOSED")
Key = tuple[str, str]  # source and key of the claim


def primary_answers(view: RuleView) -> Mapping[Key, date | None]:
    """The claims on HOLD_PRIMARY whose primary no longer waits, with the day it was answered (None: not noted).

    The primary is of the same chain, else of the same patient and service day. A claim without any primary waits for
    nothing.
    """
    second = CLAIM.alias("second_claim")
    rows = view.connection.execute(_primaries(view, second)).all()
    held: dict[Key, list[Any]] = {}
    for row in rows:
        held.setdefault((row.source, row.source_key), []).append(row)
    return {key: _answered_on(group) for key, group in held.items() if not any(row.waits for row in group)}


def _primaries(view: RuleView, second: Any) -> Select[Any]:
    done = or_(
        CLAIM.c.received_date.is_not(None),
        func.coalesce(CLAIM.c.status, "SENT").in_(_DONE),
        pair(CLAIM.c.source, CLAIM.c.source_key).in_(answered(view, answers(view), ("DECISION",))),
    )
    same_visit = and_(CLAIM.c.patient_key == second.c.patient_key, CLAIM.c.service_from == second.c.service_from)
    primary = and_(
        live(CLAIM, view.practice_id),
        CLAIM.c.source == second.c.source,
        func.coalesce(CLAIM.c.ordinal, 1) == 1,
        func.coalesce(CLAIM.c.claim_type, "CLAIM") == "CLAIM",
        func.coalesce(CLAIM.c.status, "SENT") != "VOID",
        CLAIM.c.source_key != second.c.source_key,
        or_(second.c.chain_key.in_((CLAIM.c.source_key, CLAIM.c.chain_key)), same_visit),
    )
    waits = and_(CLAIM.c.source_key.is_not(None), ~done)
    return (
        select(second.c.source, second.c.source_key, waits.label("waits"), CLAIM.c.received_date)
        .select_from(second.outerjoin(CLAIM, primary))
        .where(live(second, view.practice_id), second.c.status == "HOLD_PRIMARY")
    )


def _answered_on(group: list[Any]) -> date | None:
    return max((row.received_date for row in group if row.received_date is not None), default=None)


def finished_works(view: RuleView) -> Mapping[Key, date | None]:
    """The claims on HOLD_IN_PROCESS whose procedures, and all others of their multi-visit groups, are done; with the day
    the last one was. A claim whose procedures nobody states keeps its reason, and so does one of a source that names no
    groups: there nobody knows whether another visit is to come."""
    member = WORK.alias("group_member")
    on_claim = and_(
        LINE.c.practice_id == CLAIM.c.practice_id, LINE.c.source == CLAIM.c.source, LINE.c.claim_key == CLAIM.c.source_key
    )
    of_line = and_(WORK.c.practice_id == LINE.c.practice_id, WORK.c.source == LINE.c.source, WORK.c.source_key == LINE.c.procedure_key)
    in_group = and_(
        live(member, view.practice_id),
        member.c.source == WORK.c.source,
        member.c.patient_key == WORK.c.patient_key,
        or_(member.c.source_key == WORK.c.source_key, member.c.multi_visit_key == WORK.c.multi_visit_key),
    )
    grouped = select(WORK.c.source).where(live(WORK, view.practice_id), WORK.c.multi_visit_key.is_not(None))
    query = (
        select(CLAIM.c.source, CLAIM.c.source_key, func.max(member.c.date_completed))
        .select_from(CLAIM.join(LINE, on_claim).join(WORK, of_line).join(member, in_group))
        .where(live(CLAIM, view.practice_id), live(LINE, view.practice_id), live(WORK, view.practice_id))
        .where(CLAIM.c.status == "HOLD_IN_PROCESS", CLAIM.c.source.in_(grouped))
        .group_by(CLAIM.c.source, CLAIM.c.source_key)
        .having(func.count() == func.count(member.c.source_key).filter(member.c.status == "COMPLETED"))
    )
    return {(source, key): on for source, key, on in view.connection.execute(query)}
