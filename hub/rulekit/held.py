"""The work that visits hold, and what a visit is worth: read for a few visits at once, judged row by row.

A visit holds a procedure when the procedure names it, or when it lists the procedure's code and tooth (the bare code
will do when the person has one planned procedure under that code); see `hub.rulekit.visits`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, and_, or_, select, tuple_

from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import net_cents, one_thing, share_cents
from hub.rulekit.visits import token, tokens_of

WORK, VISIT = TABLES["procedure"], TABLES["appointment"]
_STANDING = ("PLANNED", "IN_PROGRESS", "COMPLETED")
VisitKey = tuple[str, str]  # source and key of the visit


@dataclass(frozen=True, slots=True)
class Held:
    """What a visit holds: its procedures, each once, and how many entries of its list no procedure explains."""

    works: tuple[Any, ...] = ()
    unexplained: int = 0

    @property
    def net_cents(self) -> int:
        return sum(row.net_cents for row in self.works)

    def worth(self, amount_cents: int | None) -> int:
        """Net of the procedures; where not all of them are known, the visit's own amount if it has one. Cents."""
        if amount_cents is not None and (self.unexplained or not self.works):
            return max(0, amount_cents)
        return self.net_cents


def coming_visits(view: RuleView, last: date) -> CTE:
    """SCHEDULED visits from the day of the view to `last` of people who may be called: the visit's own columns and
    `Person.columns()`."""
    person = with_person(VISIT, "appointment")
    columns = (column for column in VISIT.c if column.name != "practice_id")
    return (
        select(*columns, *person.columns())
        .select_from(person.joined)
        .where(
            live(VISIT, view.practice_id),
            VISIT.c.status == "SCHEDULED",
            VISIT.c.start_date.between(view.as_of, last),
            audience_gate(person.patient, "contact"),
        )
        .cte("coming_visit")
        .prefix_with("MATERIALIZED")
    )


def held_work(view: RuleView, visits: CTE) -> Mapping[VisitKey, Held]:
    """By visit of `visits` (as `coming_visits`): what it holds. Procedures carry `thing`, `net_cents`, `share_cents`."""
    rows = view.connection.execute(_work_of(view, visits)).all()
    by_visit: defaultdict[VisitKey, list[Any]] = defaultdict(list)
    by_person: defaultdict[tuple[str, str | None], list[Any]] = defaultdict(list)
    for row in rows:
        if row.appointment_key is not None:
            by_visit[row.source, row.appointment_key].append(row)
        if row.status != "COMPLETED":
            by_person[row.source, row.patient_key].append(row)
    c = visits.c
    query = select(c.source, c.source_key, c.procedure_tokens, c.person_source, c.person_key)
    return {
        (visit.source, visit.source_key): _held(
            by_visit[visit.source, visit.source_key],
            by_person[visit.person_source, visit.person_key],
            tokens_of(visit.procedure_tokens),
        )
        for visit in view.connection.execute(query)
    }


def _work_of(view: RuleView, visits: CTE) -> Any:
    """Every standing procedure that names one of the visits, and the planned ones of their people."""
    named = select(visits.c.source, visits.c.source_key)
    people = select(visits.c.person_source, visits.c.person_key).where(visits.c.person_key.is_not(None))
    listed = and_(WORK.c.status != "COMPLETED", tuple_(WORK.c.source, WORK.c.patient_key).in_(people))
    columns = (column for column in WORK.c if column.name != "practice_id")
    return (
        select(
            *columns, one_thing(WORK).label("thing"), net_cents(WORK).label("net_cents"), share_cents(WORK).label("share_cents")
        )
        .where(
            live(WORK, view.practice_id),
            WORK.c.status.in_(_STANDING),
            or_(tuple_(WORK.c.source, WORK.c.appointment_key).in_(named), listed),
        )
        .order_by(WORK.c.source, WORK.c.source_key)
    )  # fmt: skip


def _held(named: Sequence[Any], planned: Sequence[Any], tokens: Sequence[str]) -> Held:
    works = {(row.source, row.thing): row for row in reversed(named)}
    explained = {name for row in named for name in _names(row)}
    unexplained = 0
    for entry in tokens:
        fitting = _fitting(planned, entry)
        works.update({(row.source, row.thing): row for row in fitting[:1]})
        unexplained += not fitting and entry not in explained
    ordered = sorted(works.values(), key=lambda row: (row.source, row.source_key))
    return Held(tuple(ordered), unexplained)


def _fitting(planned: Iterable[Any], entry: str) -> list[Any]:
    """The planned procedures that a list's entry means; a bare code means the only one under that code, or none."""
    rows = list({(row.source, row.thing): row for row in planned if entry in _names(row)}.values())
    return rows if "#" in entry or len(rows) == 1 else []


def _names(row: Any) -> set[str]:
    """How a visit may list the procedure."""
    codes = {code for code in (row.code, row.cdt) if code}
    return codes | {token(code, row.tooth) for code in codes}
