"""A family as the books see it: the guarantor who answers for an account, and the members who belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func

from hub.contract import RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.rulekit.wording import full_name, short_name

PATIENT = TABLES["patient"]
Family = tuple[str, str]  # source and key of the guarantor


@dataclass(frozen=True, slots=True)
class Guarantor:
    """Who answers for an account. `status` is None where no patient row stands behind it."""

    source: str
    key: str
    first: str | None = None
    last: str | None = None
    status: str | None = None
    billing_type: str | None = None
    location_id: str | None = None

    @property
    def reference(self) -> str:
        """`pms:1042`"""
        return ref(self.source, self.key)

    @property
    def label(self) -> str:
        return short_name(self.first, self.last, self.key)

    @property
    def name(self) -> str | None:
        return full_name(self.first, self.last)


def family_key(patient: Any, fact: Any | None = None) -> ColumnElement[Any]:
    """The guarantor's key: as the fact itself states it, else as the member's row does, else the member."""
    own = [fact.c.guarantor_key] if fact is not None and "guarantor_key" in fact.c else []
    member = [fact.c.patient_key] if fact is not None and "patient_key" in fact.c else []
    return func.coalesce(*own, patient.c.guarantor_key, patient.c.source_key, *member, "")


def with_guarantor(fact: Any, view: RuleView) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """`fact` (with `guarantor_key`) joined to the guarantor's row, and the columns that `guarantor_of` reads."""
    person = PATIENT.alias("guarantor")
    same = and_(
        person.c.practice_id == view.practice_id, person.c.source == fact.c.source, person.c.source_key == fact.c.guarantor_key
    )
    names = ("first_name", "last_name", "status", "billing_type", "location_id", "is_test")
    return fact.outerjoin(person, same), [person.c[name].label(f"guarantor_{name}") for name in names]


def guarantor_of(row: Any) -> Guarantor:
    return Guarantor(
        row.source, row.guarantor_key, row.guarantor_first_name, row.guarantor_last_name, row.guarantor_status,
        row.guarantor_billing_type, row.guarantor_location_id,
    )  # fmt: skip
