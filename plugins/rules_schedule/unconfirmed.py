"""APPT-UNCONFIRMED: the visit is near and nobody said that he will come.

Counts: SCHEDULED visits that start within `ahead_bd` working days, not yet begun, whose confirmation is UNCONFIRMED or
LEFT_MESSAGE. A visit without any confirmation word is not known to be unconfirmed.
Money: what the visit is worth times the share of unconfirmed visits that do not come, in cents. Days: due one working
day before the visit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.contacts import PersonKey, likelihood, logged_contacts, reached_out
from hub.rulekit.held import Held, coming_visits, held_work
from hub.rulekit.people import live, person_label, person_name, person_ref, with_person
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import coming_day, counted

COMM = TABLES["comm_event"]
_OPEN = ("UNCONFIRMED", "LEFT_MESSAGE")
_ASKED_WITHIN = timedelta(days=14)
_FAILED_WITHIN = timedelta(days=90)
_CHANNELS = {"TEXT": "text", "SMS": "text", "PHONE": "call", "CALL": "call", "EMAIL": "e-mail", "E-MAIL": "e-mail"}


class UnconfirmedSettings(RuleSettings):
    """`[items.APPT-UNCONFIRMED]`"""

    ahead_bd: int = Field(2, ge=0, description="visits within so many working days")
    no_show_percent: int = Field(20, ge=0, le=100, description="of 100 unconfirmed visits so many do not come")


class Unconfirmed(Rule):
    """One item per visit; it expires when the visit begins."""

    code = "APPT-UNCONFIRMED"
    title = "Visit near, not confirmed"
    owner = "PC"
    audience = "contact"
    needs = ("appointment",)
    needs_columns = ("appointment.confirm_status", "appointment.start_date")
    reads = ("appointment",)
    settings: ClassVar[type[BaseModel]] = UnconfirmedSettings
    clears_when = "the visit is confirmed, moved or cancelled, or it begins"
    perishable = True

    def findings(self, view: RuleView) -> Iterator[Finding]:
        assert isinstance(view.settings, UnconfirmedSettings)
        visits = coming_visits(view, view.workdays.plus(view.as_of, view.settings.ahead_bd))
        query = select(visits).where(visits.c.confirm_status.in_(_OPEN)).order_by(visits.c.source, visits.c.source_key)
        rows = [row for row in view.connection.execute(query) if row.start_at is None or row.start_at > view.now]
        if not rows:
            return
        held, asked = held_work(view, visits), _asked(view)
        contacts = logged_contacts(view, view.as_of - _FAILED_WITHIN)
        for row in rows:
            person = (row.person_source, row.person_key)
            chance = likelihood(0.6, contacts.get(person, ()), view.as_of)
            yield _finding(view, row, held.get((row.source, row.source_key), Held()), asked.get(person, Counter()), chance)


def _asked(view: RuleView) -> Mapping[PersonKey, Counter[str]]:
    """How often each person was asked in the last two weeks, by our word for the channel ("" for another)."""
    person = with_person(COMM, "comm_event")
    query = (
        select(person.source, person.key, func.upper(COMM.c.channel), func.count())
        .select_from(person.joined)
        .where(
            live(COMM, view.practice_id),
            reached_out(COMM),
            COMM.c.happened_on.between(view.as_of - _ASKED_WITHIN, view.as_of),
        )
        .group_by(person.source, person.key, func.upper(COMM.c.channel))
    )
    asked: dict[PersonKey, Counter[str]] = {}
    for source, key, channel, count in view.connection.execute(query):
        asked.setdefault((source, key), Counter())[_CHANNELS.get(channel or "", "")] += count
    return asked


def _finding(view: RuleView, row: Any, held: Held, asked: Mapping[str, int], chance: float) -> Finding:
    assert isinstance(view.settings, UnconfirmedSettings)
    worth = held.worth(row.amount_cents)
    day: date = row.start_date
    return Finding(
        subject=f"appointment:{ref(row.source, row.source_key)}",
        value_cents=worth * view.settings.no_show_percent // 100,
        sentence=_sentence(view, row, worth, asked),
        next_step="phone now, then try a second channel",
        likelihood=chance,
        due=view.workdays.plus(day, -1),
        horizon_bd=2,
        patient=person_ref(row),
        patient_name=person_name(row),
        provider_key=row.provider_key,
        location_id=row.location_id,
        state=f"{row.confirm_status} {day}",
        evidence=(f"appointment:{ref(row.source, row.source_key)}", *_procedures(held.works)),
    )


def _procedures(works: Sequence[Any]) -> tuple[str, ...]:
    return tuple(f"procedure:{ref(row.source, row.source_key)}" for row in works)


def _sentence(view: RuleView, row: Any, worth: int, asked: Mapping[str, int]) -> str:
    when = coming_day(row.start_date, view.as_of)
    if row.start_at is not None:
        local = row.start_at.astimezone(ZoneInfo(view.timezone))
        when += f" {local.hour}:{local.minute:02d}"
    parts = [f"{person_label(row)}: {when}", *([dollars(worth)] if worth else []), f"not confirmed{_after(row, asked)}"]
    return ", ".join(parts) + "."


def _after(row: Any, asked: Mapping[str, int]) -> str:
    """" after two texts"; " after three contacts" when the channels differ or are not known."""
    total = sum(asked.values())
    if not total:
        return "; a message was left" if row.confirm_status == "LEFT_MESSAGE" else ""
    word = next(iter(asked)) if len(asked) == 1 and "" not in asked else "contact"
    return f" after {counted(total)} {word}{'s' if total > 1 else ''}"
