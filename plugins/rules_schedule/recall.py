"""RECALL-OVERDUE: continuing care that is due and not on the book, one item and one call per family.

Counts: a recall due before today or within 30 days, not disabled, without a visit that carries its type (or a code that
triggers it). Does not count: any other visit of the patient (the source's own "has an appointment" mark included);
types that are never a visit of their own (x-rays); a patient on perio is not also listed for a cleaning.
Grouped: a guarantor with the minors he or she answers for. Other adults are called themselves.
Older than `lapsed_days` (540): a sub-kind of its own for the reactivation batch, P at most 40.
Money: the practice's 90-day median net of such a visit, per person, in cents. Days: follow-ups 30 days before the due
day, on it, 30 and 90 days after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import ClassVar

from pydantic import BaseModel, Field

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.contacts import Contact, Contacts, FollowUp, follow_up, likelihood, logged_contacts
from hub.rulekit.settings import RuleSettings
from hub.rulekit.visits import next_visits
from hub.rulekit.wording import day_text, since_month
from plugins.rules_schedule.recall_due import DueRecall, due_recalls
from plugins.rules_schedule.recall_value import visit_values

_TOUCH_DAYS = (-30, 0, 30, 90)


class RecallSettings(RuleSettings):
    """`[items.RECALL-OVERDUE]`"""

    ahead_days: int = Field(30, ge=0, description="recalls due within so many days are listed too")
    lapsed_days: int = Field(540, ge=1, description="older recalls are a reactivation batch")
    default_value: int = Field(140, ge=0, description="dollars per visit where the practice's own median is not known")
    perio_types: tuple[str, ...] = Field(("perio",), description="words of recall types for periodontal maintenance")
    cleaning_types: tuple[str, ...] = Field(("prophy", "clean"), description="words of recall types for a cleaning")
    not_alone: tuple[str, ...] = Field(
        ("bitewing", "bw", "fmx", "full mouth", "pano", "x-ray", "ortho"),
        description="words of recall types that are never a visit of their own",
    )
    family_age: int = Field(18, ge=1, le=21, description="below this age a patient is called through the guarantor")


class RecallOverdue(Rule):
    """One item per family (or adult), and one more for its lapsed recalls."""

    code = "RECALL-OVERDUE"
    title = "Recall due, not booked"
    owner = "PC"
    audience = "contact"
    needs = ("recall_due", "appointment", "patient")
    needs_columns = ("recall_due.due_date",)
    reads = ("appointment", "procedure")
    settings: ClassVar[type[BaseModel]] = RecallSettings
    clears_when = "a visit of that recall type is booked or done, or the recall is disabled"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = _settings(view)
        groups = families(due_recalls(view, settings), view, settings)
        since = [min(each.due for each in group) for group in groups]
        contacts = logged_contacts(view, min([view.as_of - timedelta(days=120), *since]) - timedelta(days=30))
        values, visits = visit_values(view, groups), next_visits(view)
        for group in groups:
            yield _finding(view, group, values, contacts, visits)


def _settings(view: RuleView) -> RecallSettings:
    assert isinstance(view.settings, RecallSettings)
    return view.settings


def families(recalls: Sequence[DueRecall], view: RuleView, settings: RecallSettings) -> list[list[DueRecall]]:
    """One group per call: a guarantor with his or her minors, else one adult; lapsed ones apart, one recall each."""
    groups: dict[tuple[bool, str, str], dict[str, DueRecall]] = {}
    for each in sorted(recalls, key=lambda recall: (recall.due, recall.source, recall.key)):
        lapsed = (view.as_of - each.due).days > settings.lapsed_days
        group = groups.setdefault((lapsed, each.person_source, called_for(each, view.as_of, settings.family_age)), {})
        group.setdefault(each.person_key, each)
    return [list(group.values()) for _, group in sorted(groups.items())]


def called_for(each: DueRecall, as_of: date, family_age: int) -> str:
    """Whom the office calls: the guarantor of a minor, else the patient. An unknown age counts as adult."""
    born = each.birth_date
    if born is None or not each.guarantor_key:
        return each.person_key
    age = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
    return each.guarantor_key if age < family_age else each.person_key


def _finding(
    view: RuleView, group: Sequence[DueRecall], values: Mapping[str, int], contacts: Contacts,
    visits: Mapping[tuple[str, str], date],
) -> Finding:  # fmt: skip
    first, settings = group[0], _settings(view)
    called = called_for(first, view.as_of, settings.family_age)
    lapsed = (view.as_of - first.due).days > settings.lapsed_days
    people = {(first.person_source, key) for key in (called, *(each.person_key for each in group))}
    made = sorted((c for person in people for c in contacts.get(person, ())), key=lambda contact: contact.on)
    step = _step(view, first.due, made, min((visits[p] for p in people if p in visits), default=None))
    value = sum(values.get(each.recall_type, settings.default_value * 100) for each in group)
    return Finding(
        subject=f"patient:{ref(first.person_source, called)}",
        discriminator="lapsed" if lapsed else "",
        value_cents=value,
        sentence=_sentence(view, group, value),
        next_step=_next_step(group, lapsed),
        likelihood=likelihood(0.35, made, view.as_of),
        risk=0.5 if any(each.is_perio for each in group) else 0.0,
        due=step.due,
        horizon_bd=20,
        since=first.due,
        cap=40 if lapsed else 100,
        patient=ref(first.person_source, called if first.guarantor_is_callable else first.person_key),
        patient_name=first.guarantor_name if called != first.person_key else first.name,
        state="|".join(sorted(f"{each.person_key}:{each.recall_type}:{each.due}" for each in group)),
        evidence=tuple(f"recall_due:{ref(each.source, each.key)}" for each in group),
        tags=("RECALL-LAPSED",) if lapsed else (),
        wake_on=step.wake_on,
    )


def _next_step(group: Sequence[DueRecall], lapsed: bool) -> str:
    if lapsed:
        return "send with this month's reactivation batch"
    return "one call for the whole family" if len(group) > 1 else "call and offer two times"


def _step(view: RuleView, due: date, made: Sequence[Contact], in_chair: date | None) -> FollowUp:
    touches = [view.workdays.roll_forward(due + timedelta(days=days)) for days in _TOUCH_DAYS]
    return follow_up(touches, made, touches[0], view.as_of, in_chair)


def _sentence(view: RuleView, group: Sequence[DueRecall], value: int) -> str:
    said = _family(view, group) if len(group) > 1 else _one(view, group[0])
    return f"{said} About {dollars(value)}."


def _family(view: RuleView, group: Sequence[DueRecall]) -> str:
    first, what = group[0], f"{_what(group)}s"
    name = first.guarantor_last or first.last
    whose = f"The {name} family" if name else "One family"
    overdue = sum(each.due < view.as_of for each in group)
    if overdue == 0:
        return f"{whose}: {len(group)} {what} due from {day_text(first.due, view.as_of)}, one call."
    since = since_month(first.due, view.as_of)
    if overdue == len(group):
        return f"{whose}: {overdue} overdue {what} since {since}, one call."
    return f"{whose}: {len(group)} {what}, {overdue} of them overdue since {since}, one call."


def _one(view: RuleView, each: DueRecall) -> str:
    is_minor = called_for(each, view.as_of, _settings(view).family_age) != each.person_key
    whose = f"{each.label} (call {each.guarantor_name})" if is_minor and each.guarantor_name else each.label
    when = "due" if each.due >= view.as_of else "overdue since"
    return f"{whose}: {_what([each])} {when} {day_text(each.due, view.as_of)}, nothing booked."


def _what(group: Sequence[DueRecall]) -> str:
    if all(each.is_perio for each in group):
        return "perio visit"
    return "cleaning" if all(each.is_perio or each.is_cleaning for each in group) else "recall visit"


