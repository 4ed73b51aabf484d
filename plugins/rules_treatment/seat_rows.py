"""The facts that TX-SEAT-MISSING judges: begun work, its laboratory case, and the visits that could seat it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.codes import code_of
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import net_cents, one_thing
from hub.rulekit.visits import codes_in, tokens_of
from plugins.rules_treatment.seats import BEGUN, OPEN, in_begun_group, is_seat_code, with_lab_case

WORK, LAB, VISIT = TABLES["procedure"], TABLES["lab_case"], TABLES["appointment"]
Key = tuple[str, str]  # source and key


@dataclass(frozen=True, slots=True)
class Begun:
    """One piece of begun work: its procedures (each once), the day of the preparation, the newest laboratory case."""

    rows: Sequence[Any]
    prepared_on: date
    lab: Any | None

    @property
    def main(self) -> Any:
        """The procedure that gives it its name: the dearest."""
        return max(self.rows, key=lambda row: (row.net_cents, row.source_key))

    @property
    def subject_key(self) -> str:
        return str(min(row.source_key for row in self.rows if row.status in OPEN))

    @property
    def net_cents(self) -> int:
        return sum(row.net_cents for row in self.rows)

    @property
    def person(self) -> Key:
        return self.main.person_source, self.main.person_key


def begun_works(
    view: RuleView, seat_codes: Sequence[str], prep_codes: Sequence[str], seat_words: Sequence[str]
) -> list[Begun]:
    """Begun work without a seat visit, in the order of its keys."""
    rows, labs = _rows(view, tuple(seat_codes)), _labs(view)
    works = [work for unit in _units(rows, labs, seat_codes, prep_codes) if (work := _begun(unit, labs)) is not None]
    visits = _coming_visits(view) if works else {}
    open_works = [work for work in works if not _is_booked(work, visits.get(work.person, ()), seat_words)]
    return sorted(open_works, key=lambda work: (work.main.source, work.subject_key))


def _rows(view: RuleView, seat_codes: tuple[str, ...]) -> Sequence[Any]:
    """Members of begun groups, open work with a laboratory case; with seat codes also their teeth's finished work."""
    person = with_person(WORK, "procedure", WORK.outerjoin(LAB, with_lab_case(view)))
    signs: list[ColumnElement[bool]] = [in_begun_group(view), and_(LAB.c.source_key.is_not(None), WORK.c.status.in_(OPEN))]
    if seat_codes:
        signs += [and_(is_seat_code(seat_codes), WORK.c.status == "PLANNED"), _beside_seat_code(view, seat_codes)]
    group = case((in_begun_group(view), WORK.c.multi_visit_key), else_=None)
    columns = (
        WORK.c.source, WORK.c.source_key, WORK.c.patient_key, WORK.c.code, WORK.c.cdt, WORK.c.description, WORK.c.tooth,
        WORK.c.status, WORK.c.date_completed, WORK.c.appointment_key, WORK.c.provider_key, WORK.c.location_id,
        WORK.c.patient_first, WORK.c.patient_last,
    )  # fmt: skip
    query = (
        select(*columns, group.label("group_key"), net_cents(WORK).label("net_cents"), one_thing(WORK).label("thing"), *person.columns())
        .distinct()
        .select_from(person.joined)
        .where(
            live(WORK, view.practice_id), WORK.c.status.in_({*BEGUN, *OPEN}), or_(*signs),
            audience_gate(person.patient, "contact"),
        )
    )  # fmt: skip
    ordered = sorted(view.connection.execute(query).all(), key=lambda row: (row.source, row.source_key))
    return list({(row.source, row.thing): row for row in reversed(ordered)}.values())[::-1]


def _beside_seat_code(view: RuleView, seat_codes: tuple[str, ...]) -> ColumnElement[bool]:
    seat = WORK.alias("seat_step")
    return and_(
        WORK.c.status.in_(BEGUN),
        select(seat.c.source_key)
        .where(
            live(seat, view.practice_id), seat.c.source == WORK.c.source, seat.c.patient_key == WORK.c.patient_key,
            seat.c.tooth == WORK.c.tooth, seat.c.status == "PLANNED",
            or_(seat.c.code.in_(seat_codes), seat.c.cdt.in_(seat_codes)),
        )
        .exists(),
    )  # fmt: skip


def _labs(view: RuleView) -> Mapping[Key, Any]:
    """The newest sent laboratory case of a procedure, by the procedure's (source, key)."""
    c = LAB.c
    columns = (c.source, c.source_key, c.procedure_key, c.appointment_key, c.planned_appointment_key)
    query = (
        select(*columns, c.sent_date, c.received_date, c.fee_cents)
        .where(live(LAB, view.practice_id), c.procedure_key.is_not(None), c.sent_date.is_not(None))
        .order_by(c.sent_date, c.source_key)
    )
    return {(row.source, row.procedure_key): row for row in view.connection.execute(query)}


def _units(
    rows: Iterable[Any], labs: Mapping[Key, Any], seat_codes: Sequence[str], prep_codes: Sequence[str]
) -> list[list[Any]]:
    """The rows that belong together: a group, a procedure at the laboratory, a seat code with its tooth's work."""
    units: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
    for row in rows:
        kind = _unit_kind(row, labs, seat_codes, tuple(prep_codes))
        if kind is not None:
            units[row.source, row.patient_key or "", *kind].append(row)
    return list(units.values())


def _unit_kind(
    row: Any, labs: Mapping[Key, Any], seat_codes: Sequence[str], prep_codes: tuple[str, ...]
) -> tuple[str, str] | None:
    if row.group_key is not None:
        return "group", row.group_key
    is_seat = row.code in seat_codes or row.cdt in seat_codes
    is_prep = bool(seat_codes) and row.status in BEGUN and code_of(row).startswith(prep_codes)
    if is_seat or is_prep:
        return "tooth", row.tooth or ""
    return ("lab", row.source_key) if (row.source, row.source_key) in labs else None


def _begun(unit: Sequence[Any], labs: Mapping[Key, Any]) -> Begun | None:
    """None when it was finished, or nobody noted when it was begun."""
    if not any(row.status in OPEN for row in unit):
        return None
    cases = [labs[row.source, row.source_key] for row in unit if (row.source, row.source_key) in labs]
    lab = max(cases, key=lambda each: (each.sent_date, each.source_key), default=None)
    days = [row.date_completed for row in unit if row.status in BEGUN and row.date_completed is not None]
    if days:
        return Begun(unit, max(days), lab)
    return Begun(unit, lab.sent_date, lab) if lab is not None else None


def _coming_visits(view: RuleView) -> Mapping[Key, Sequence[Any]]:
    """What is booked from today on, by person."""
    person = with_person(VISIT, "appointment")
    c = VISIT.c
    query = (
        select(c.source, c.source_key, c.planned_key, c.procedure_tokens, c.kind, c.reason, *person.columns())
        .select_from(person.joined)
        .where(live(VISIT, view.practice_id), c.status == "SCHEDULED", func.coalesce(c.start_date, view.as_of) >= view.as_of)
    )
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.person_source, row.person_key].append(row)
    return found


def _is_booked(work: Begun, visits: Sequence[Any], words: Sequence[str]) -> bool:
    """A coming visit holds an open step, is the laboratory case's, or says in words that it is to seat."""
    named = {row.appointment_key for row in work.rows if row.status in OPEN}
    if work.lab:
        named |= {work.lab.appointment_key, work.lab.planned_appointment_key}
    named.discard(None)
    return any(
        visit.source_key in named or visit.planned_key in named or _lists(visit, work) or _says(visit, words)
        for visit in visits
    )


def _lists(visit: Any, work: Begun) -> bool:
    """The visit lists the code of an open step, with its tooth or without one."""
    tokens, codes = tokens_of(visit.procedure_tokens), codes_in(visit.procedure_tokens)
    for row in work.rows:
        for code in {row.code, row.cdt} - {None} if row.status in OPEN else ():
            if code in codes and (f"{code}#{row.tooth}" in tokens or code in tokens):
                return True
    return False


def _says(visit: Any, words: Sequence[str]) -> bool:
    text = f"{visit.kind or ''} {visit.reason or ''}".casefold()
    return any(re.search(rf"\b{re.escape(word.casefold())}", text) for word in words)
