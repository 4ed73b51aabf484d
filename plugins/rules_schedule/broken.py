"""APPT-BROKEN: a visit was missed, broken or cancelled, and its work has no new date.

Counts: NO_SHOW, BROKEN, CANCELLED or UNSCHEDULED_LIST within 180 days, not replaced. Replaced: a visit made after it
(booked, done, or broken later in its turn) that holds the same procedures, else the same code and tooth; for hygiene
the same recall type; the source's own "replaced by". Where nothing is attached any more (rebooking takes the procedures along),
the procedures that our own item remembers, else a visit whose reason has every part of this one's. Does not count:
WAITLIST ("will call"), PLANNED, notes; any other visit of the patient. Rebooking a part leaves the rest.
Money: net of the procedures that are left; where they are not known the visit's amount, else the practice's median for
that kind of visit, in cents. Days: due the same day, then after 2 working days, 7 and 21 days. A visit ahead that a source
takes off the book without saying when counts from the day on which it was first listed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import func, or_, select

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.amounts import median_cents
from hub.rulekit.contacts import Contact, follow_up, likelihood, logged_contacts
from hub.rulekit.people import audience_gate, live, person_label, person_name, person_ref, with_person
from hub.rulekit.settings import RuleSettings
from hub.rulekit.treatment import net_cents, one_thing
from hub.rulekit.visits import codes_of, next_visits
from hub.rulekit.wording import counted, day_text, on_day, ordinal
from plugins.rules_schedule.held import GONE, History, fell_out_on, left_over, units_of, value_of, works_of
from plugins.rules_schedule.remembered import remembered

_MISSED = ("NO_SHOW", "BROKEN")
_VERBS = {"NO_SHOW": "missed", "BROKEN": "broke", "CANCELLED": "cancelled"}


class BrokenSettings(RuleSettings):
    """`[items.APPT-BROKEN]`"""

    max_age_days: int = Field(180, ge=1, description="older broken visits are left out")
    critical_words: tuple[str, ...] = Field(
        ("post-op", "postop", "suture", "seat", "perio"),
        description="visits that may not wait: words of their kind or reason",
    )
    critical_codes: tuple[str, ...] = Field(("D4",), description="visits that may not wait: beginnings of codes")
    minor_codes: tuple[str, ...] = Field(
        ("D0",), description="beginnings of codes that need no visit of their own once the rest is rebooked"
    )


class BrokenVisit(Rule):
    """One item per visit that fell out of the book."""

    code = "APPT-BROKEN"
    title = "Broken visit, not rebooked"
    owner = "PC"
    audience = "contact"
    needs = ("appointment",)
    needs_columns = ("appointment.status", "appointment.start_date")
    reads = ("appointment", "procedure")
    settings: ClassVar[type[BaseModel]] = BrokenSettings
    clears_when = "a visit with the same work is booked, or the work is done or no longer planned"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        histories = _histories(view)
        lost = sorted(_lost(view, histories), key=lambda each: each.visit.source_key)
        typical = _typical_amounts(view, {each.visit.kind for each in lost if each.visit.kind})
        contacts, visits = logged_contacts(view, _first_day(view)), next_visits(view)
        for each in lost:
            person = (each.visit.person_source, each.visit.person_key)
            yield _finding(view, each, typical, contacts.get(person, ()), visits.get(person))


@dataclass(frozen=True, slots=True)
class Lost:
    """A visit that fell out on `out` (never ahead), the units of it that are left, and its person's history."""

    visit: Any
    out: date
    rest: Counter[str]
    history: History


def _settings(view: RuleView) -> BrokenSettings:
    assert isinstance(view.settings, BrokenSettings)
    return view.settings


def _first_day(view: RuleView) -> date:
    """How far back to read: the settings' window, and this year for counting misses."""
    return min(view.as_of - timedelta(days=_settings(view).max_age_days), date(view.as_of.year, 1, 1))


def _histories(view: RuleView) -> Mapping[tuple[str, str], History]:
    """The visits since the first day of everybody who lost one, and their procedures."""
    histories: defaultdict[tuple[str, str], History] = defaultdict(History)
    for visit in _visits(view):
        histories[visit.person_source, visit.person_key].visits.append(visit)
    lost = {key: each for key, each in histories.items() if any(visit.status in GONE for visit in each.visits)}
    kept = remembered(view, BrokenVisit.code, _first_day(view)) if lost else {}
    for each in lost.values():
        each.kept = kept
    for row in _procedures(view):
        if (row.source, row.patient_key) in lost:
            lost[row.source, row.patient_key].procedures.append(row)
    return lost


def _visits(view: RuleView) -> Sequence[Any]:
    visit = TABLES["appointment"]
    person = with_person(visit, "appointment")
    out = func.coalesce(visit.c.broken_date, visit.c.start_date, visit.c.created_date)
    query = (
        select(*(column for column in visit.c if column.name != "practice_id"), *person.columns())
        .select_from(person.joined)
        .where(
            live(visit, view.practice_id),
            person.key.is_not(None),
            visit.c.status.in_((*sorted(GONE), "SCHEDULED", "COMPLETED")),
            or_(out >= _first_day(view), visit.c.start_date >= _first_day(view)),
            audience_gate(person.patient, "contact"),
        )
        .order_by(visit.c.source, visit.c.source_key)
    )
    return view.connection.execute(query).all()


def _procedures(view: RuleView) -> Sequence[Any]:
    """Procedures of patients with a lost visit that are open, were closed, or were done since the first day."""
    work, visit = TABLES["procedure"], TABLES["appointment"].alias("lost_visit")
    person = with_person(visit, "appointment")
    patients = (
        select(person.key)
        .select_from(person.joined)
        .where(live(visit, view.practice_id), visit.c.status.in_(sorted(GONE)), person.key.is_not(None))
        .where(func.coalesce(visit.c.broken_date, visit.c.start_date, visit.c.created_date) >= _first_day(view))
    )
    query = (
        select(
            work.c.source, work.c.source_key, work.c.patient_key, work.c.code, work.c.cdt, work.c.tooth, work.c.status,
            work.c.appointment_key, work.c.date_completed, one_thing(work).label("thing"),
            net_cents(work).label("net_cents"),
        )
        .where(live(work, view.practice_id), work.c.patient_key.in_(patients))
        .where(or_(work.c.status != "COMPLETED", work.c.date_completed >= _first_day(view)))
        .order_by(work.c.source, work.c.source_key)
    )  # fmt: skip
    return view.connection.execute(query).all()


def _lost(view: RuleView, histories: Mapping[tuple[str, str], History]) -> Iterator[Lost]:
    oldest = view.as_of - timedelta(days=_settings(view).max_age_days)
    for history in histories.values():
        for visit in history.visits:
            out = fell_out_on(visit)
            if visit.status not in GONE or out is None or not oldest <= out:
                continue
            rest = left_over(visit, history)
            if rest is not None and not _is_minor(rest, visit, history, _settings(view)):
                yield Lost(visit, _listed_from(visit, out, history, view.as_of), rest, history)


def _listed_from(visit: Any, out: date, history: History, as_of: date) -> date:
    """The day from which contacts count. Where the source does not say when the visit was taken off the book, it was so on
    the day on which we first listed it: that day stays, so the item does not begin anew every morning."""
    before = history.kept.get((visit.source, visit.source_key))
    if visit.broken_date is None and before is not None and before.seen_on is not None:
        out = min(out, before.seen_on)
    return min(out, as_of)


def _is_minor(rest: Counter[str], visit: Any, history: History, settings: BrokenSettings) -> bool:
    """What is left of a rebooked visit are exams or x-rays: they come along with any visit."""
    codes = codes_of(tuple(rest))
    return bool(codes) and rest != units_of(visit, history) and all(c.startswith(settings.minor_codes) for c in codes)


def _typical_amounts(view: RuleView, kinds: set[str]) -> Mapping[str, int]:
    """The practice's median amount per kind of visit over the last year, in cents."""
    visit = TABLES["appointment"]
    amounts: defaultdict[str, list[int]] = defaultdict(list)
    query = select(visit.c.kind, visit.c.amount_cents).where(
        live(visit, view.practice_id),
        visit.c.status.in_(("COMPLETED", "SCHEDULED")),
        visit.c.kind.in_(sorted(kinds)),
        visit.c.amount_cents > 0,
        visit.c.start_date >= view.as_of - timedelta(days=365),
    )
    for kind, amount in view.connection.execute(query):
        amounts[kind].append(amount)
    return {kind: median_cents(values) or 0 for kind, values in amounts.items()}


def _value(each: Lost, typical: Mapping[str, int]) -> int:
    known = value_of(each.rest, each.history) if each.rest else None
    if known is not None:
        return known
    if each.visit.amount_cents is not None and each.rest == units_of(each.visit, each.history):
        return max(0, int(each.visit.amount_cents))
    return typical.get(each.visit.kind or "", 0)


def _misses(each: Lost, view: RuleView) -> int:
    """Visits this person missed or broke this calendar year, this one included if it was; calling it off is no miss."""
    days = [fell_out_on(visit) for visit in each.history.visits if visit.status in _MISSED]
    return sum(day is not None and min(day, view.as_of).year == view.as_of.year for day in days)


def _is_critical(each: Lost, settings: BrokenSettings) -> bool:
    words = f"{each.visit.kind or ''} {each.visit.reason or ''}".casefold()
    if any(re.search(rf"\b{re.escape(word.casefold())}", words) for word in settings.critical_words):
        return True
    return any(code.startswith(settings.critical_codes) for code in codes_of(tuple(each.rest)))


def _finding(
    view: RuleView, each: Lost, typical: Mapping[str, int], contacts: Sequence[Contact], in_chair: date | None
) -> Finding:
    visit, value, misses = each.visit, _value(each, typical), _misses(each, view)
    roll = view.workdays.roll_forward
    later = (roll(each.out + timedelta(days=days)) for days in (7, 21))
    step = follow_up((each.out, view.workdays.plus(each.out, 2), *later), contacts, each.out, view.as_of, in_chair)
    return Finding(
        subject=f"appointment:{ref(visit.source, visit.source_key)}",
        value_cents=value,
        sentence=_sentence(view, each, value, misses),
        next_step=_next_step(misses if visit.status in _MISSED else 0),
        likelihood=likelihood(0.55, contacts, view.as_of),
        risk=0.5 if _is_critical(each, _settings(view)) else 0.0,
        due=step.due,
        since=each.out,
        patient=person_ref(visit),
        patient_name=person_name(visit),
        provider_key=visit.provider_key,
        location_id=visit.location_id,
        state="|".join((visit.status, str(fell_out_on(visit)), *sorted(each.rest))),
        evidence=_evidence(each),
        wake_on=step.wake_on,
    )


def _evidence(each: Lost) -> tuple[str, ...]:
    visit = each.visit
    held = {row.source_key for row in works_of(visit, each.history)}
    named = {
        row.source_key
        for row in each.history.procedures
        if row.source == visit.source and row.appointment_key == visit.source_key
    }
    attached = sorted(held | named)
    return (
        f"appointment:{ref(visit.source, visit.source_key)}",
        *(f"procedure:{ref(visit.source, key)}" for key in attached),
    )


def _sentence(view: RuleView, each: Lost, value: int, misses: int) -> str:
    who, visit = person_label(each.visit), f"a {dollars(value)} visit" if value else "a visit"
    part = "" if each.rest == units_of(each.visit, each.history) else " (the rest of it is taken care of)"
    if each.visit.status == "UNSCHEDULED_LIST":
        said = f"{who} has {visit} on the unscheduled list{part}, {_when(view, each.visit, 'since ')}, and no new date."
    else:
        said = f"{who} {_VERBS[each.visit.status]} {visit}{part} {_when(view, each.visit)} and has no new date."
    if misses < 2:
        return said
    told = f"{ordinal(misses)} miss" if each.visit.status in _MISSED else f"{counted(misses)} misses"
    return f"{said} {told.capitalize()} this year."


def _when(view: RuleView, visit: Any, since: str = "") -> str:
    """The day it fell out; of a visit ahead without that day, the day it was for."""
    day = fell_out_on(visit)
    assert day is not None  # without any day it is not listed
    if day > view.as_of:
        return f"planned for {day_text(day, view.as_of)}"
    words = on_day(day, view.as_of)
    return since + words.removeprefix("on ") if since else words


def _next_step(misses: int) -> str:
    """`misses`: which miss of the year this is, 0 when it is none."""
    if misses >= 3:
        return "hand to the manager before rebooking"
    return "rebook and speak about the deposit policy" if misses == 2 else "rebook, or offer the waitlist"
