"""The work that papers are for: accepted cases behind coming visits, finished work, declined work that was urgent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, func, select, tuple_

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.codes import begins
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import acceptance, net_cents, one_thing, share_cents

WORK, CASE = TABLES["procedure"], TABLES["treatment_case"]
_STANDING = ("PLANNED", "IN_PROGRESS", "COMPLETED")
Thing = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The accepted cases that a thing stands in, what the patient's share of the dearest is, when it was last added to."""

    cases: frozenset[str]
    share_cents: int
    planned: date | None


def accepted_things(view: RuleView, visits: CTE) -> Mapping[Thing, Accepted]:
    """By (source, thing): the accepted cases of the people of these visits."""
    yes = acceptance(view)
    people = select(visits.c.person_source, visits.c.person_key).where(visits.c.person_key.is_not(None))
    query = (
        select(WORK.c.source, WORK.c.case_key, one_thing(WORK).label("thing"), share_cents(WORK).label("share"), WORK.c.date_planned)
        .join(yes, and_(yes.c.source == WORK.c.source, yes.c.case_key == WORK.c.case_key))
        .where(
            live(WORK, view.practice_id),
            WORK.c.status.in_(_STANDING),
            tuple_(WORK.c.source, WORK.c.patient_key).in_(people),
        )
    )
    cases: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row in view.connection.execute(query):
        cases[row.source, row.case_key][row.thing] = row
    return _by_thing(cases)


def _by_thing(cases: Mapping[tuple[str, str], Mapping[str, Any]]) -> Mapping[Thing, Accepted]:
    found: dict[Thing, Accepted] = {}
    for (source, case_key), works in cases.items():
        share = sum(row.share for row in works.values())
        planned = max((row.date_planned for row in works.values() if row.date_planned is not None), default=None)
        for thing in works:
            other = found.get((source, thing), Accepted(frozenset(), 0, planned))
            days = [day for day in (planned, other.planned) if day is not None]
            # Of several plans the one that was frozen first counts: it is the one that was signed.
            found[source, thing] = Accepted(
                other.cases | {case_key}, max(share, other.share_cents), min(days, default=None)
            )
    return found


def finished_works(view: RuleView, codes: Sequence[str], after_days: int) -> Sequence[Any]:
    """Work under these beginnings of codes that was done in the last days, each thing once."""
    person = with_person(WORK, "procedure")
    query = (
        select(*_columns(), *person.columns())
        .select_from(person.joined)
        .where(
            live(WORK, view.practice_id),
            WORK.c.status == "COMPLETED",
            WORK.c.date_completed.between(view.as_of - timedelta(days=after_days), view.as_of),
            begins(WORK, codes),
            person.key.is_not(None),
            audience_gate(person.patient, "contact"),
        )
    )
    return _once(view.connection.execute(query).all())


def declined_works(view: RuleView, within_days: int) -> Sequence[Any]:
    """Urgent work of cases that were declined in the last days, with `decided_on`."""
    plans = and_(
        live(CASE, view.practice_id), CASE.c.practice_id == WORK.c.practice_id, CASE.c.source == WORK.c.source,
        CASE.c.source_key == WORK.c.case_key, CASE.c.status == "DECLINED",
    )  # fmt: skip
    person = with_person(WORK, "procedure", WORK.join(CASE, plans))
    decided = func.coalesce(CASE.c.decision_date, CASE.c.presented_date, CASE.c.created_date)
    query = (
        select(*_columns(), decided.label("decided_on"), *person.columns())
        .select_from(person.joined)
        .where(
            live(WORK, view.practice_id),
            WORK.c.status.in_(("PLANNED", "PLANNED_INACTIVE")),
            WORK.c.priority.in_(("URGENT", "HIGH")),
            decided.between(view.as_of - timedelta(days=within_days), view.as_of),
            person.key.is_not(None),
            audience_gate(person.patient, "contact"),
        )
    )
    return _once(view.connection.execute(query).all())


def _columns() -> list[ColumnElement[Any]]:
    own = [column for column in WORK.c if column.name != "practice_id"]
    return [*own, one_thing(WORK).label("thing"), net_cents(WORK).label("net_cents")]


def _once(rows: Sequence[Any]) -> Sequence[Any]:
    ordered = sorted(rows, key=lambda row: (row.source, row.source_key))
    return list({(row.source, row.thing): row for row in reversed(ordered)}.values())[::-1]
