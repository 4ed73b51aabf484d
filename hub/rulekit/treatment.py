"""Which planned treatment counts, once, and at what value (reference outstanding-items §4.1, gate G-ALT).

One procedure may stand in several cases: in a named case and in the default case that holds everything, in two linked
alternates, in saved snapshots. It counts in one of them only:
  accepted case > open named case > case on hold > declined, replaced or finished case, or an alternate that was not
  kept > default case > no case.
When that one is not open to treatment, the procedure does not count at all: a declined crown must not come back
through the default case, not even after the declined case was deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, or_, select, union_all
from sqlalchemy.sql.selectable import CTE

from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, with_person

DEFAULT_CASE_NAMES = ("Treatment Plan", "Active Treatment Plan")

_CLOSED = ("DECLINED", "SUPERSEDED", "COMPLETED")
_SAID_YES = ("ACCEPTED", "PARTIAL")
# Where a procedure stands: the lowest number keeps it; only _COUNTING standings are open treatment.
_ACCEPTED, _OPEN, _HOLD, _OUT, _DEFAULT, _NO_CASE = range(6)
_COUNTING = (_ACCEPTED, _OPEN, _DEFAULT, _NO_CASE)
_OWN = (
    "source", "source_key", "provider_key", "location_id", "code", "cdt", "description", "tooth", "area", "phase",
    "fee_cents", "date_planned", "priority", "deleted_at", "patient_key", "patient_first", "patient_last",
)  # fmt: skip


def net_cents(procedure: Any) -> ColumnElement[int]:
    """net(p) = max(0, fee - estimated write-off), in cents; an unknown fee is 0."""
    amount = func.coalesce(procedure.c.fee_cents, 0) - func.coalesce(procedure.c.est_writeoff_cents, 0)
    return case((amount > 0, amount), else_=0)


def share_cents(procedure: Any) -> ColumnElement[int]:
    """What the patient is expected to pay: the source's own estimate, else net - estimated insurance, in cents."""
    share = net_cents(procedure) - func.coalesce(procedure.c.est_ins_cents, 0)
    return func.coalesce(procedure.c.est_patient_cents, case((share > 0, share), else_=0))


def one_thing(procedure: Any) -> ColumnElement[str]:
    """The key under which all copies of a procedure are one."""
    return func.coalesce(procedure.c.canonical_key, procedure.c.source_key)


def acceptance(view: RuleView) -> Subquery:
    """One row per case that was accepted: source, case_key, accepted_on (practice-local, NULL when nobody noted it).

    Evidence: the case's own status or signature, a signed plan, a deposit or financing tagged to the case.
    """
    plans, paper, entry = TABLES["treatment_case"], TABLES["document"], TABLES["ledger_entry"]
    decided = func.coalesce(plans.c.decision_date, plans.c.signed_date)
    said = select(plans.c.source, plans.c.source_key.label("case_key"), decided.label("on")).where(
        live(plans, view.practice_id), or_(plans.c.status.in_(_SAID_YES), plans.c.signed_date.is_not(None))
    )
    signed = select(paper.c.source, paper.c.case_key, paper.c.signed_date).where(
        live(paper, view.practice_id),
        paper.c.kind == "TP_SIGNED",
        paper.c.case_key.is_not(None),
        paper.c.signed_date.is_not(None),
    )
    paid = select(entry.c.source, entry.c.case_key, entry.c.entry_date).where(
        live(entry, view.practice_id),
        entry.c.case_key.is_not(None),
        entry.c.kind.in_(("PATIENT_PAYMENT", "FINANCING")),
        entry.c.amount_cents < 0,
        func.coalesce(entry.c.status, "POSTED") != "VOID",
    )
    evidence = union_all(said, signed, paid).subquery("evidence")
    return (
        select(evidence.c.source, evidence.c.case_key, func.min(evidence.c.on).label("accepted_on"))
        .group_by(evidence.c.source, evidence.c.case_key)
        .subquery("acceptance")
    )


def _ranked_cases(view: RuleView) -> Subquery:
    """Every case with its acceptance and `kept`: 1 for the alternate of its group that counts (or without group).

    The accepted (or finished) alternate, else the recommended one, else the first made; a declined one never first.
    Deleted cases stay in when they were declined: they still say no.
    """
    plans, yes = TABLES["treatment_case"], acceptance(view)
    accepted = yes.c.case_key.is_not(None)
    status = func.coalesce(plans.c.status, "UNKNOWN")
    preference = case(
        (or_(plans.c.deleted_at.is_not(None), plans.c.is_snapshot, status.in_(("DECLINED", "SUPERSEDED"))), 3),
        (or_(accepted, status == "COMPLETED"), 0),
        (func.coalesce(plans.c.is_recommended, False).is_(True), 1),
        else_=2,
    )
    group = func.coalesce(plans.c.alt_group_key, plans.c.source_key)
    turn = func.row_number().over(
        partition_by=[plans.c.source, plans.c.patient_key, plans.c.alt_group_key.is_not(None), group],
        order_by=[preference, plans.c.created_date.asc().nulls_last(), plans.c.source_key],
    )
    joined = plans.outerjoin(yes, and_(yes.c.source == plans.c.source, yes.c.case_key == plans.c.source_key))
    return (
        select(*plans.c, accepted.label("is_accepted"), yes.c.accepted_on, turn.label("kept"))
        .select_from(joined)
        .where(
            plans.c.practice_id == view.practice_id,
            or_(plans.c.deleted_at.is_(None), status == "DECLINED"),
        )
        .subquery("ranked_case")
    )


def _standing(plans: Any, default_names: Sequence[str]) -> ColumnElement[int]:
    """Which case keeps a procedure that stands in several; see the module's order."""
    status = func.coalesce(plans.c.status, "UNKNOWN")
    name = func.lower(func.trim(func.coalesce(plans.c.name, "")))
    return case(
        (plans.c.source_key.is_(None), _NO_CASE),
        (or_(status.in_(_CLOSED), plans.c.kept > 1, plans.c.deleted_at.is_not(None)), _OUT),
        (status == "HOLD", _HOLD),
        (plans.c.is_accepted, _ACCEPTED),
        (name.in_([each.strip().lower() for each in default_names]), _DEFAULT),
        else_=_OPEN,
    )


def _is_over(work: Any) -> ColumnElement[bool]:
    """Is the procedure that this row is a copy of no longer planned? A copy (a line of a signed plan) may be read less
    often than the procedure itself, and what is done, deleted or set aside is not treatment to sell."""
    own = work.alias("own_procedure")
    same = and_(
        own.c.practice_id == work.c.practice_id, own.c.source == work.c.source, own.c.source_key == work.c.canonical_key
    )
    return and_(
        work.c.canonical_key != work.c.source_key,
        exists().where(same, own.c.deleted_at.is_(None), own.c.status != "PLANNED"),
    )


def _candidates(view: RuleView, default_case_names: Sequence[str]) -> Subquery:
    """Every planned procedure in every case that is not a snapshot; `turn` 1 is the case that keeps it."""
    work, plans = TABLES["procedure"], _ranked_cases(view)
    in_case = and_(plans.c.source == work.c.source, plans.c.source_key == work.c.case_key)
    person = with_person(work, "procedure", work.outerjoin(plans, in_case))
    standing = _standing(plans, default_case_names)
    first_made = (plans.c.created_date.asc().nulls_last(), plans.c.source_key.asc().nulls_last(), work.c.source_key)
    turn = func.row_number().over(partition_by=[work.c.source, one_thing(work)], order_by=[standing, *first_made])
    return (
        select(
            *(work.c[name] for name in _OWN),
            one_thing(work).label("thing"),
            net_cents(work).label("net_cents"),
            share_cents(work).label("share_cents"),
            plans.c.source_key.label("case_key"),
            func.coalesce(plans.c.status, "UNKNOWN").label("case_status"),
            func.coalesce(plans.c.is_accepted, False).label("is_accepted"),
            plans.c.accepted_on,
            plans.c.presented_date,
            plans.c.created_date.label("case_created"),
            standing.label("standing"),
            turn.label("turn"),
            *person.columns(),
        )
        .select_from(person.joined)
        .where(
            work.c.practice_id == view.practice_id,
            work.c.status == "PLANNED",
            or_(work.c.deleted_at.is_(None), plans.c.status == "DECLINED"),
            func.coalesce(plans.c.is_snapshot, False).is_(False),
            func.coalesce(_is_over(work), False).is_(False),
            audience_gate(person.patient, "contact"),
        )
        .subquery("candidate")
    )


def counted(view: RuleView, default_case_names: Sequence[str] = DEFAULT_CASE_NAMES) -> CTE:
    """counts(p): every planned procedure worth money, once, of patients who may be called. One row per procedure.

    Columns: the procedure's own (`_OWN`), `thing` (canonical key), `net_cents`, `share_cents`, the case's `case_key`
    (NULL: no case), `case_status`, `is_accepted`, `accepted_on`, `presented_date`, `case_created`, `same_code` (how
    many the person has under this code), and `Person.columns()`.
    """
    each = _candidates(view, default_case_names)
    same_code = func.count().over(partition_by=[each.c.person_source, each.c.person_key, each.c.code])
    return (
        select(each, same_code.label("same_code"))
        .where(
            each.c.turn == 1,
            each.c.standing.in_(_COUNTING),
            each.c.deleted_at.is_(None),
            each.c.fee_cents > 0,
            func.coalesce(each.c.priority, "NORMAL") != "WATCH",
        )
        .cte("counted")
        .prefix_with("MATERIALIZED")
    )
