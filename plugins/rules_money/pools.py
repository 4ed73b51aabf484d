"""Prepaid money of a family and the work that it could pay: what the ledger calls unearned, and shares still open.

Pool of a family = what was prepaid less what was used or given back (reference outstanding-items §5, R7). Money tagged to
work that is still planned is meant for it and stays where it is. Hidden kinds of prepayments count like all others, and
so does money under another provider or another member of the family.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, cast, func, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import one_thing, share_cents
from plugins.rules_money.families import Family, family_key

ENTRY, WORK, CASE = TABLES["ledger_entry"], TABLES["procedure"], TABLES["treatment_case"]
_PAYMENTS = ("PATIENT_PAYMENT", "FINANCING", "REFUND", "FINANCING_REFUND")
_OPEN = ("PLANNED", "IN_PROGRESS")


@dataclass(frozen=True, slots=True)
class Pool:
    """A family's unused prepayments. `meant` says how much of it belongs to planned work, by case ("" for a procedure);
    `first` is when the money that is left began to come in, `last` the newest movement; `cancelled_on` the day a tagged
    case was declined."""

    family: Family
    entries: Sequence[Any]
    left_cents: int
    meant: Mapping[str, int]
    first: date
    last: date
    cancelled_on: date | None

    def meant_cents(self, works: Sequence[Any] = ()) -> int:
        """What stays for planned work, once the finished `works` of the same case have taken their open share."""
        kept = 0
        for case_key, cents in self.meant.items():
            kept += max(0, cents - sum(row.left_cents for row in works if case_key and row.case_key == case_key))
        return min(self.left_cents, kept)

    def free_cents(self, works: Sequence[Any] = ()) -> int:
        return self.left_cents - self.meant_cents(works)


def pools(view: RuleView) -> list[Pool]:
    """Every family with prepaid money left, in the order of its keys."""
    families: defaultdict[Family, list[Any]] = defaultdict(list)
    for row in view.connection.execute(_unearned(view)):
        families[row.person_source or row.source, row.family_key].append(row)
    found = (_pool(family, rows) for family, rows in sorted(families.items()))
    return [pool for pool in found if pool is not None]


def _unearned(view: RuleView) -> Select[Any]:
    """Prepayments and their use, oldest first, with what they are tagged to."""
    person = with_person(ENTRY, "ledger_entry")
    tagged = ENTRY.c.source == WORK.c.source, ENTRY.c.procedure_key == WORK.c.source_key, live(WORK, view.practice_id)
    of_case = ENTRY.c.source == CASE.c.source, ENTRY.c.case_key == CASE.c.source_key, CASE.c.practice_id == view.practice_id
    for_work = select(WORK.c.status).where(*tagged).correlate(ENTRY).scalar_subquery()
    planned_in_case = (
        select(WORK.c.source_key)
        .where(live(WORK, view.practice_id), WORK.c.source == ENTRY.c.source, WORK.c.case_key == ENTRY.c.case_key)
        .where(WORK.c.status.in_(_OPEN))
        .correlate(ENTRY)
        .exists()
    )
    case_status = select(CASE.c.status).where(*of_case).correlate(ENTRY).scalar_subquery()
    decided = select(func.coalesce(CASE.c.decision_date, CASE.c.created_date)).where(*of_case).correlate(ENTRY)
    columns = (ENTRY.c.source, ENTRY.c.source_key, ENTRY.c.amount_cents, ENTRY.c.entry_date, ENTRY.c.procedure_key, ENTRY.c.case_key)
    return (
        select(
            *columns, ENTRY.c.location_id, family_key(person.patient, ENTRY).label("family_key"), for_work.label("work_status"),
            planned_in_case.label("case_has_plans"), case_status.label("case_status"),
            decided.scalar_subquery().label("decided_on"), *person.columns(),
        )
        .select_from(person.joined)
        .where(
            live(ENTRY, view.practice_id),
            func.coalesce(ENTRY.c.unearned_type, "") != "",
            func.coalesce(ENTRY.c.status, "POSTED") != "VOID",
            ENTRY.c.entry_date <= view.as_of,
            audience_gate(person.patient, "money"),
        )
        .order_by(ENTRY.c.entry_date, ENTRY.c.source_key)
    )  # fmt: skip


def _pool(family: Family, rows: Sequence[Any]) -> Pool | None:
    left, since = 0, 0
    for number, row in enumerate(rows):
        left -= row.amount_cents
        if left <= 0:
            since = number + 1
    if left <= 0 or since >= len(rows):
        return None
    cancelled = [row.decided_on or row.entry_date for row in rows if row.case_status == "DECLINED" and row.amount_cents < 0]
    return Pool(family, rows, left, _meant(rows), rows[since].entry_date, rows[-1].entry_date, max(cancelled, default=None))


def _meant(rows: Iterable[Any]) -> Mapping[str, int]:
    """What is left per purpose, so that a prepayment that was moved on is not meant for its first purpose any more."""
    tags: defaultdict[tuple[str | None, str | None], int] = defaultdict(int)
    for row in rows:
        if _is_meant(row):
            tags[row.procedure_key, row.case_key] -= row.amount_cents
    meant: defaultdict[str, int] = defaultdict(int)
    for (procedure, case_key), cents in tags.items():
        meant["" if procedure is not None else case_key or ""] += max(0, cents)
    return meant


def _is_meant(row: Any) -> bool:
    """For work that is still to come: its own procedure is planned, or its case has planned work."""
    if row.procedure_key is not None:
        return row.work_status in _OPEN
    return bool(row.case_key is not None and row.case_has_plans and row.case_status not in ("DECLINED", "SUPERSEDED"))


def open_shares(view: RuleView, families: Iterable[Family]) -> Mapping[Family, Sequence[Any]]:
    """Finished work of these families with patient share left, oldest first: `left_cents` after what was paid on it.

    Only of sources whose payments name procedures: elsewhere nobody knows what a payment was for.
    """
    wanted, found = set(families), defaultdict[Family, list[Any]](list)
    for row in view.connection.execute(_shares(view)):
        family = (row.person_source or row.source, row.family_key)
        if family in wanted and row.left_cents > 0:
            found[family].append(row)
    return found


def _shares(view: RuleView) -> Select[Any]:
    booked = _booked(view)
    same = and_(booked.c.source == WORK.c.source, booked.c.procedure_key == WORK.c.source_key)
    person = with_person(WORK, "procedure", WORK.outerjoin(booked, same))
    naming = select(ENTRY.c.source).where(
        live(ENTRY, view.practice_id), ENTRY.c.kind.in_(_PAYMENTS), ENTRY.c.procedure_key.is_not(None)
    )
    with_pool = select(ENTRY.c.source).where(live(ENTRY, view.practice_id), func.coalesce(ENTRY.c.unearned_type, "") != "")
    turn = func.row_number().over(partition_by=[WORK.c.source, one_thing(WORK)], order_by=[WORK.c.source_key])
    columns = (WORK.c.source, WORK.c.source_key, WORK.c.code, WORK.c.description, WORK.c.date_completed, WORK.c.case_key)
    ranked = (
        select(
            *columns, _left_after(booked).label("left_cents"), turn.label("turn"),
            family_key(person.patient, WORK).label("family_key"), *person.columns(),
        )
        .select_from(person.joined)
        .where(
            live(WORK, view.practice_id), WORK.c.status == "COMPLETED", WORK.c.fee_cents > 0,
            WORK.c.date_completed <= view.as_of, WORK.c.source.in_(naming), WORK.c.source.in_(with_pool),
        )
        .subquery("share")
    )  # fmt: skip
    return select(ranked).where(ranked.c.turn == 1).order_by(ranked.c.date_completed, ranked.c.source_key)


def _booked(view: RuleView) -> Subquery:
    """Per procedure what was paid on it and how it was adjusted, summed once for all of them."""

    def total(*kinds: str) -> Any:
        return cast(func.sum(case((ENTRY.c.kind.in_(kinds), ENTRY.c.amount_cents), else_=0)), BigInteger)

    return (
        select(
            ENTRY.c.source, ENTRY.c.procedure_key, total(*_PAYMENTS).label("paid"), total("ADJUSTMENT").label("adjusted"),
        )
        .where(
            live(ENTRY, view.practice_id), ENTRY.c.procedure_key.is_not(None), ENTRY.c.kind.in_((*_PAYMENTS, "ADJUSTMENT")),
            func.coalesce(ENTRY.c.unearned_type, "") == "", func.coalesce(ENTRY.c.status, "POSTED") != "VOID",
        )
        .group_by(ENTRY.c.source, ENTRY.c.procedure_key)
        .subquery("booked")
    )  # fmt: skip


def _left_after(booked: Subquery) -> ColumnElement[int]:
    """The share less what was paid. An adjustment lowers a share that is reckoned here; one that the source states has it
    in already."""
    adjusted = case((WORK.c.est_patient_cents.is_(None), func.coalesce(booked.c.adjusted, 0)), else_=0)
    return share_cents(WORK) + func.coalesce(booked.c.paid, 0) + adjusted
