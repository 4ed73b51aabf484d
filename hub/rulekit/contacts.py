"""Which touch of a follow-up is due, and how likely it is to work: reckoned from the contacts that were logged.

A contact is one day on which somebody of the office wrote to or called the patient (several tries on one day count
once, an incoming call does not count, nor does a note that names neither a channel nor a direction). A touch counts as made when enough contacts are logged, or when a contact was
made on or after its day: calling late catches up, it does not leave two more calls overdue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from hub.clock import local_date
from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.rulekit.people import live, with_person

FAILED = frozenset({"VOICEMAIL", "NO_ANSWER", "BOUNCED", "WRONG_NUMBER"})
_FAILED_FACTOR = 0.7
_FAILED_WINDOW_DAYS = 90
_LEAST_LIKELIHOOD = 0.10

PersonKey = tuple[str, str]  # source and key of the person


@dataclass(frozen=True, slots=True)
class Contact:
    """One logged contact on one local day."""

    on: date
    outcome: str | None
    case_key: str | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """The next touch. `number` counts from 1; after the last one `due` is None."""

    number: int
    due: date | None


Contacts = Mapping[PersonKey, Sequence[Contact]]


def logged_contacts(view: RuleView, since: date) -> Contacts:
    """Outgoing contacts of every person from `since` to the day of the view, oldest first."""
    comm = TABLES["comm_event"]
    person = with_person(comm, "comm_event")
    query = (
        select(person.source, person.key, comm.c.happened_on, comm.c.happened_at, comm.c.outcome, comm.c.case_key)
        .select_from(person.joined)
        .where(
            live(comm, view.practice_id),
            person.key.is_not(None),
            reached_out(comm),
            or_(comm.c.happened_on >= since, comm.c.happened_on.is_(None)),
        )
    )
    found: defaultdict[PersonKey, list[Contact]] = defaultdict(list)
    for source, key, on, at, outcome, case_key in view.connection.execute(query):
        day = on if on is not None else (local_date(at, view.timezone) if at is not None else None)
        if day is not None and since <= day <= view.as_of:
            found[source, key].append(Contact(day, outcome, case_key))
    for contacts in found.values():
        contacts.sort(key=lambda contact: (contact.on, contact.outcome or "", contact.case_key or ""))
    return found


def reached_out(comm: Any) -> ColumnElement[bool]:
    """Did the office turn to the patient? Of a table or alias of `comm_event`. A channel or an outcome without a direction
    is taken as ours; with none of the three the row is a note in the chart and nobody was asked anything."""
    is_talk = or_(comm.c.direction.is_not(None), comm.c.channel.is_not(None), comm.c.outcome.is_not(None))
    return and_(is_talk, func.coalesce(comm.c.direction, "OUT") != "IN")


def next_touch(touches: Sequence[date], contacts: Sequence[Contact], since: date) -> Touch:
    """The first touch that is not made yet; contacts before `since` do not count."""
    days = sorted({contact.on for contact in contacts if contact.on >= since})
    caught_up = sum(touch <= days[-1] for touch in touches) if days else 0
    made = min(len(touches), max(len(days), caught_up))
    return Touch(made + 1, touches[made] if made < len(touches) else None)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """When to act: `number` of the touch, its `due` day, and `wake_on` while the item sleeps until then."""

    number: int
    due: date | None
    wake_on: date | None


def follow_up(
    touches: Sequence[date], contacts: Sequence[Contact], since: date, as_of: date, in_chair: date | None
) -> FollowUp:
    """The next touch; before the first one the item does not sleep. After the last one it sleeps until the patient is
    next in the chair (`in_chair`), and with no visit on the book for a year."""
    touch = next_touch(touches, contacts, since)
    if touch.due is not None:
        sleeps = touch.number > 1 and touch.due > as_of
        return FollowUp(touch.number, touch.due, touch.due if sleeps else None)
    wake_on = in_chair if in_chair is not None else touches[-1] + timedelta(days=365)
    return FollowUp(touch.number, in_chair, wake_on if wake_on > as_of else None)


def likelihood(base: float, contacts: Sequence[Contact], as_of: date) -> float:
    """L: the base, times .7 for each failed attempt of the last 90 days, never below .10."""
    first = as_of - timedelta(days=_FAILED_WINDOW_DAYS)
    failed = sum(contact.outcome in FAILED and contact.on >= first for contact in contacts)
    return max(_LEAST_LIKELIHOOD, base * _FAILED_FACTOR**failed)
