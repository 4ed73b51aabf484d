"""Which recalls are due and not booked: one query over the recalls, one over what could satisfy them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, Subquery, and_, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, person_label, person_name, with_person
from hub.rulekit.visits import codes_in
from hub.rulekit.wording import full_name

if TYPE_CHECKING:
    from plugins.rules_schedule.recall import RecallSettings


@dataclass(frozen=True, slots=True)
class DueRecall:
    """One recall of one person that is due and not booked. `recall_type` is casefolded."""

    source: str
    key: str
    recall_type: str
    codes: frozenset[str]
    due: date
    person_source: str
    person_key: str
    guarantor_key: str | None
    guarantor_last: str | None
    guarantor_name: str | None
    guarantor_is_callable: bool
    birth_date: date | None
    last: str | None
    name: str | None
    label: str
    is_perio: bool
    is_cleaning: bool


@dataclass(slots=True)
class Seen:
    """What a person has that may satisfy a recall: (type or "", codes, day, is booked) of visits and finished work."""

    visits: list[tuple[str, frozenset[str], date, bool]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


def due_recalls(view: RuleView, settings: RecallSettings) -> list[DueRecall]:
    """Due, enabled, a visit of its own, and neither booked nor done; perio instead of a cleaning, not besides it."""
    rows = [row for row in _open_rows(view, settings) if not _has_word(row.recall_type, settings.not_alone)]
    on_perio = {_person(row) for row in rows if _has_word(row.recall_type, settings.perio_types)}
    balances = _family_balances(view) if any(row.until_balance_cents is not None for row in rows) else {}
    seen, last_day = _seen(view, settings, rows), view.as_of + timedelta(days=settings.ahead_days)
    due: list[DueRecall] = []
    for row in rows:
        each = _recall(row, settings)
        is_replaced = each.is_cleaning and _person(row) in on_perio
        if each.due > last_day or is_replaced or _waits_for_money(row, balances):
            continue
        if not _is_satisfied(each, row, seen[_person(row)], settings):
            due.append(each)
    return due


def _open_rows(view: RuleView, settings: RecallSettings) -> Sequence[Any]:
    """Enabled recalls with a due day of people who may be called; perio ones of any day, to know who is on perio."""
    recall = TABLES["recall_due"]
    person = with_person(recall, "recall_due")
    guarantor = TABLES["patient"].alias("guarantor")
    joined = person.joined.outerjoin(
        guarantor,
        and_(
            guarantor.c.practice_id == person.patient.c.practice_id,
            guarantor.c.source == person.patient.c.source,
            guarantor.c.source_key == person.patient.c.guarantor_key,
        ),
    )
    soon = recall.c.due_date <= view.as_of + timedelta(days=settings.ahead_days)
    perio = (func.lower(recall.c.recall_type).contains(word.lower(), autoescape=True) for word in settings.perio_types)
    callable_ = and_(guarantor.c.source_key.is_not(None), audience_gate(guarantor, "contact"))
    query = (
        select(
            *(column for column in recall.c if column.name != "practice_id"),
            *person.columns(),
            guarantor.c.first_name.label("guarantor_first"),
            guarantor.c.last_name.label("guarantor_last"),
            callable_.label("guarantor_is_callable"),
        )
        .select_from(joined)
        .where(
            live(recall, view.practice_id),
            person.patient.c.source_key.is_not(None),
            audience_gate(person.patient, "contact"),
            recall.c.due_date.is_not(None),
            or_(soon, *perio),
            func.coalesce(recall.c.disabled, False).is_(False),
            or_(recall.c.disabled_until.is_(None), recall.c.disabled_until <= view.as_of),
        )
        .order_by(recall.c.source, recall.c.source_key)
    )
    return view.connection.execute(query).all()


def _recall(row: Any, settings: RecallSettings) -> DueRecall:
    kind = _type(row.recall_type)
    return DueRecall(
        source=row.source, key=row.source_key, recall_type=kind, codes=codes_in(row.trigger_codes),
        due=row.due_date, person_source=row.person_source, person_key=row.person_key,
        guarantor_key=row.guarantor_key, guarantor_last=row.guarantor_last,
        guarantor_name=full_name(row.guarantor_first, row.guarantor_last),
        guarantor_is_callable=bool(row.guarantor_is_callable), birth_date=row.birth_date, last=row.person_last,
        name=person_name(row), label=person_label(row), is_perio=_has_word(kind, settings.perio_types),
        is_cleaning=_has_word(kind, settings.cleaning_types),
    )  # fmt: skip


def _seen(view: RuleView, settings: RecallSettings, rows: Iterable[Any]) -> Mapping[tuple[str, str], Seen]:
    """What may satisfy a recall: booked visits, and visits and procedures done since the person's oldest due day."""
    seen: defaultdict[tuple[str, str], Seen] = defaultdict(Seen)
    triggers = sorted({code for row in rows for code in codes_in(row.trigger_codes)})
    for visit in view.connection.execute(_visits(view, settings)):
        person = seen[visit.person_source, visit.person_key]
        booked = visit.status == "SCHEDULED"
        codes = codes_in(visit.procedure_tokens)
        person.visits.append((_type(visit.recall_type), codes, visit.start_date, booked))
        if booked:
            person.keys.add(visit.source_key)
    for work in view.connection.execute(_works(view, settings, triggers)):
        day, codes = work.date_completed or view.as_of, frozenset(code for code in (work.code, work.cdt) if code)
        seen[work.source, work.patient_key].visits.append(("", codes, day, work.status != "COMPLETED"))
    return seen


def _oldest_due(view: RuleView, settings: RecallSettings) -> Subquery:
    """The oldest due day of each person with a recall that is due."""
    recall = TABLES["recall_due"].alias("any_recall")
    person = with_person(recall, "recall_due")
    soon = recall.c.due_date <= view.as_of + timedelta(days=settings.ahead_days)
    source, key = person.source.label("person_source"), person.key.label("person_key")
    return (
        select(source, key, func.min(recall.c.due_date).label("due"))
        .select_from(person.joined)
        .where(live(recall, view.practice_id), soon, person.key.is_not(None))
        .group_by(person.source, person.key)
        .subquery("oldest_due")
    )


def _visits(view: RuleView, settings: RecallSettings) -> Select[Any]:
    visit, oldest = TABLES["appointment"], _oldest_due(view, settings)
    person = with_person(visit, "appointment")
    same = and_(oldest.c.person_source == person.source, oldest.c.person_key == person.key)
    booked = and_(visit.c.status == "SCHEDULED", visit.c.start_date >= view.as_of)
    done = and_(visit.c.status == "COMPLETED", visit.c.start_date >= oldest.c.due)
    return (
        select(
            visit.c.source_key, visit.c.status, visit.c.start_date, visit.c.recall_type, visit.c.procedure_tokens,
            oldest.c.person_source, oldest.c.person_key,
        )
        .select_from(person.joined.join(oldest, same))
        .where(live(visit, view.practice_id), or_(booked, done))
    )  # fmt: skip


def _works(view: RuleView, settings: RecallSettings, triggers: Sequence[str]) -> Select[Any]:
    """Procedures under a trigger code that were done since, or that name a booked visit."""
    work, visit, oldest = TABLES["procedure"], TABLES["appointment"], _oldest_due(view, settings)
    held = and_(
        visit.c.practice_id == work.c.practice_id,
        visit.c.source == work.c.source,
        visit.c.source_key == work.c.appointment_key,
        visit.c.deleted_at.is_(None),
        visit.c.status == "SCHEDULED",
        visit.c.start_date >= view.as_of,
    )
    same = and_(oldest.c.person_source == work.c.source, oldest.c.person_key == work.c.patient_key)
    done = and_(work.c.status == "COMPLETED", work.c.date_completed >= oldest.c.due)
    return (
        select(work.c.source, work.c.patient_key, work.c.code, work.c.cdt, work.c.status, work.c.date_completed)
        .select_from(work.join(oldest, same).outerjoin(visit, held))
        .where(
            live(work, view.practice_id),
            or_(work.c.code.in_(triggers), work.c.cdt.in_(triggers)),
            or_(done, and_(work.c.status == "PLANNED", visit.c.source_key.is_not(None))),
        )
    )


def _is_satisfied(each: DueRecall, row: Any, seen: Seen, settings: RecallSettings) -> bool:
    """Booked under its type (or, for hygiene, the other of perio and cleaning), by a trigger code, or done since.

    Where no trigger code is known the source's own word that it is booked counts: nothing else could tell.
    """
    if row.has_appointment and not each.codes:
        return True
    if row.appointment_key is not None and row.appointment_key in seen.keys:
        return True
    if row.previous_date is not None and row.previous_date >= each.due:
        return True
    return any(
        (booked or day >= each.due) and (_fits(each, kind, settings) or bool(codes & each.codes))
        for kind, codes, day, booked in seen.visits
    )


def _fits(each: DueRecall, kind: str, settings: RecallSettings) -> bool:
    if not kind:
        return False
    hygiene = (*settings.perio_types, *settings.cleaning_types)
    return kind == each.recall_type or ((each.is_perio or each.is_cleaning) and _has_word(kind, hygiene))


def _waits_for_money(row: Any, balances: Mapping[tuple[str, str], int]) -> bool:
    """The office does not want to call before the family owes no more than this."""
    if row.until_balance_cents is None:
        return False
    owed = balances.get((row.person_source, row.guarantor_key or row.person_key), 0)
    return owed > int(row.until_balance_cents)


def _family_balances(view: RuleView) -> Mapping[tuple[str, str], int]:
    """What each guarantor's family owes, in cents."""
    patient = TABLES["patient"]
    guarantor = func.coalesce(patient.c.guarantor_key, patient.c.source_key)
    query = (
        select(patient.c.source, guarantor, func.sum(func.coalesce(patient.c.balance_cents, 0)))
        .where(live(patient, view.practice_id))
        .group_by(patient.c.source, guarantor)
    )
    return {(source, key): int(owed) for source, key, owed in view.connection.execute(query)}


def _person(row: Any) -> tuple[str, str]:
    return row.person_source, row.person_key


def _type(text: str | None) -> str:
    return (text or "").strip().casefold()


def _has_word(text: str | None, words: Sequence[str]) -> bool:
    return any(word.casefold() in _type(text) for word in words)
