"""What FIN-APP-OPEN reads: applications with their people, sales that use them, and what the family has to pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, tuple_

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import counted
from hub.rulekit.visits import unbooked

Family = tuple[str, str]  # source and key of the guarantor
Mark = tuple[str | None, ...]  # what kind, lender, and the words themselves


def read_applications(view: RuleView) -> Sequence[Any]:
    """Every application of people who may be called (or who are not linked to anybody)."""
    application = TABLES["fin_application"]
    person = with_person(application, "fin_application")
    query = (
        select(*(column for column in application.c if column.name != "practice_id"), *person.columns())
        .select_from(person.joined)
        .where(live(application, view.practice_id), audience_gate(person.patient, "contact"))
        .order_by(application.c.source, application.c.source_key)
    )
    return view.connection.execute(query).all()


def family_of(row: Any) -> Family | None:
    """The guarantor of the row's person; None when the row is not linked to a patient."""
    if row.patient_row is None:
        return None
    return row.person_source, row.guarantor_key or row.person_key


def family_shares(view: RuleView) -> Mapping[Family, int] | None:
    """Each family's patient share of planned, unbooked treatment, in cents; None: no source states treatment."""
    work = TABLES["procedure"]
    if not view.connection.execute(select(exists().where(live(work, view.practice_id)))).scalar_one():
        return None
    planned = counted(view)
    guarantor = func.coalesce(planned.c.guarantor_key, planned.c.person_key)
    query = (
        select(planned.c.person_source, guarantor, func.sum(planned.c.share_cents))
        .where(planned.c.person_key.is_not(None), unbooked(view, planned))
        .group_by(planned.c.person_source, guarantor)
    )
    return {(source, key): int(share) for source, key, share in view.connection.execute(query)}


def with_plan(view: RuleView) -> set[Family]:
    """Families with a running payment plan in the house."""
    plan = TABLES["payment_plan"]
    query = select(plan.c.source, plan.c.guarantor_key).where(
        live(plan, view.practice_id), plan.c.status == "ACTIVE", plan.c.guarantor_key.is_not(None)
    )
    return {(source, key) for source, key in view.connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Sold:
    """The newest sale day per family, and per reference, name or account; of all sales, and of those without family."""

    by_family: Mapping[Mark, date]
    by_mark: Mapping[Mark, date]
    by_mark_unlinked: Mapping[Mark, date]


def sold(view: RuleView) -> Sold:
    """Every sale that was not voided, ready to be looked up."""
    by_family: dict[Mark, date] = {}
    by_mark: dict[Mark, date] = {}
    unlinked: dict[Mark, date] = {}
    for sale in view.connection.execute(_sales(view)):
        family, day = family_of(sale), sale.sold_on or view.as_of
        if family is not None:
            _note(by_family, ("family", sale.lender, *family), day)
        for mark in _marks(sale, sale.cardholder_first, sale.cardholder_last):
            _note(by_mark, mark, day)
            if family is None:
                _note(unlinked, mark, day)
    return Sold(by_family, by_mark, unlinked)


def was_used(application: Any, sales: Sold) -> bool:
    """A sale of that lender on or after the decision: same family, else our reference, the cardholder or the account."""
    decided, family = application.decision_date or application.submitted_date or date.min, family_of(application)
    marks = _marks(application, application.applicant_first, application.applicant_last)
    days = [(sales.by_mark if family is None else sales.by_mark_unlinked).get(mark) for mark in marks]
    if family is not None:
        days.append(sales.by_family.get(("family", application.lender, *family)))
    return any(day is not None and day >= decided for day in days)


def _note(days: dict[Mark, date], mark: Mark, day: date) -> None:
    days[mark] = max(day, days.get(mark, day))


def _marks(row: Any, first: str | None, last: str | None) -> list[Mark]:
    """What tells whose account it is. Four digits are shared by too many: they only count together with the name."""
    marks: list[Mark] = []
    if row.client_ref:
        marks.append(("reference", row.lender, row.client_ref))
    if first and last:
        marks.append(("name", row.lender, first.casefold(), last.casefold()))
    if row.account_last4 and last:
        marks.append(("account", row.lender, row.account_last4, last.casefold()))
    return marks


def _sales(view: RuleView) -> Select[Any]:
    txn, void = TABLES["fin_txn"], TABLES["fin_txn"].alias("void")
    person = with_person(txn, "fin_txn")
    voided = select(void.c.source, func.coalesce(void.c.original_ref, void.c.lender_ref)).where(
        live(void, view.practice_id),
        void.c.kind == "VOID",
        func.coalesce(void.c.original_ref, void.c.lender_ref).is_not(None),
    )
    return (
        select(
            txn.c.lender, txn.c.client_ref, txn.c.account_last4, txn.c.cardholder_last, txn.c.cardholder_first,
            func.coalesce(txn.c.txn_date, txn.c.post_date).label("sold_on"), *person.columns(),
        )
        .select_from(person.joined)
        .where(
            live(txn, view.practice_id),
            txn.c.kind == "SALE",
            or_(txn.c.lender_ref.is_(None), tuple_(txn.c.source, txn.c.lender_ref).not_in(voided)),
        )
    )  # fmt: skip
