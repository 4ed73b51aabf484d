"""Who a fact is about, and who may be on a list.

A fact's person: the confirmed `patient` link of the fact if there is one, else its own `patient_key` in its own source.
Facts that reach no patient row keep a NULL person and stay on the list under their printed name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, or_
from sqlalchemy.sql.selectable import NamedFromClause

from hub.contract.rule import Audience
from hub.ids import ref
from hub.model import TABLES
from hub.rulekit.wording import full_name, short_name

CONTACT_STATUSES = ("ACTIVE", "PROSPECT")


@dataclass(frozen=True, slots=True)
class Person:
    """A fact joined to its person. `joined` is the FROM clause; `source` and `key` name the person (NULL: unknown);
    `patient` is the patient table, all NULL when there is no such row."""

    joined: FromClause
    patient: NamedFromClause
    source: ColumnElement[Any]
    key: ColumnElement[Any]

    def columns(self) -> list[ColumnElement[Any]]:
        """Labels: person_source, person_key, person_first, person_last, guarantor_key, birth_date, patient_row."""
        return [
            self.source.label("person_source"),
            self.key.label("person_key"),
            self.patient.c.first_name.label("person_first"),
            self.patient.c.last_name.label("person_last"),
            self.patient.c.guarantor_key.label("guarantor_key"),
            self.patient.c.birth_date.label("birth_date"),
            self.patient.c.source_key.label("patient_row"),
        ]


def live(table: FromClause, practice_id: str) -> ColumnElement[bool]:
    """Rows of this practice that still stand."""
    return and_(table.c.practice_id == practice_id, table.c.deleted_at.is_(None))


def with_person(fact: FromClause, entity: str, joined: FromClause | None = None) -> Person:
    """Join `fact` (a table or alias of `entity`) to its person; `joined` is what it was already joined into.

    >>> person = with_person(case, "treatment_case")
    >>> select(case.c.name, *person.columns()).select_from(person.joined).where(contact_gate(person.patient))
    """
    xref = TABLES["xref"].alias(f"{_name(fact)}_person")
    patient = TABLES["patient"].alias(f"{_name(fact)}_patient")
    source = func.coalesce(xref.c.to_source, fact.c.source)
    key = func.coalesce(xref.c.to_key, fact.c.patient_key)
    linked = and_(
        xref.c.practice_id == fact.c.practice_id,
        xref.c.relation == "patient",
        xref.c.from_entity == entity,
        xref.c.from_source == fact.c.source,
        xref.c.from_key == fact.c.source_key,
        xref.c.state == "CONFIRMED",
        xref.c.to_key.is_not(None),
    )
    is_person = and_(
        patient.c.practice_id == fact.c.practice_id, patient.c.source == source, patient.c.source_key == key
    )
    base = fact if joined is None else joined
    return Person(base.outerjoin(xref, linked).outerjoin(patient, is_person), patient, source, key)


def audience_gate(patient: FromClause, audience: Audience) -> ColumnElement[bool]:
    """G-PAT as SQL over a patient table that was outer-joined: an unknown person passes, a test patient never does.

    contact: ACTIVE or PROSPECT (a source that knows no status says nothing against it), and the row still stands.
    money and data: any status, because an archived or deceased patient's money still has to be collected.
    """
    no_test = func.coalesce(patient.c.is_test, False).is_(False)
    if audience != "contact":
        return or_(patient.c.source_key.is_(None), no_test)
    callable_ = and_(
        patient.c.deleted_at.is_(None),
        func.coalesce(patient.c.status, CONTACT_STATUSES[0]).in_(CONTACT_STATUSES),
        no_test,
    )
    return or_(patient.c.source_key.is_(None), callable_)


def person_ref(row: Any) -> str | None:
    """`pms:1042` of a row with `Person.columns()`; None when the person is unknown."""
    return ref(row.person_source, row.person_key) if row.person_key is not None else None


def person_label(row: Any) -> str:
    """"M. Lopez" of such a row; the name printed on the fact (`patient_first`, `patient_last`) when no patient fits."""
    first, last = _names(row)
    return short_name(first, last, row.person_key)


def person_name(row: Any) -> str | None:
    """"Maria Lopez" of such a row."""
    return full_name(*_names(row))


def _names(row: Any) -> tuple[str | None, str | None]:
    if row.person_last or row.person_first:
        return row.person_first, row.person_last
    return getattr(row, "patient_first", None), getattr(row, "patient_last", None)


def _name(fact: FromClause) -> str:
    return str(getattr(fact, "name", "fact"))
