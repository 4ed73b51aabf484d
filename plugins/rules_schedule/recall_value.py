"""What a recall visit is worth at this practice: the median of the last 90 days, per recall type, in cents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.amounts import median_cents
from hub.rulekit.codes import clean_code
from hub.rulekit.people import live
from hub.rulekit.treatment import net_cents, one_thing
from plugins.rules_schedule.recall_due import DueRecall

_DAYS = 90


def visit_values(view: RuleView, groups: Iterable[Sequence[DueRecall]]) -> Mapping[str, int]:
    """Median per recall type; a type without such a visit is left out.

    Net of everything done on a day on which one of the type's codes was done, else the amount of finished visits that
    carry the type (gross, because a visit has no write-offs).
    """
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for each in (recall for group in groups for recall in group):
        codes[each.recall_type] |= each.codes
    if not codes:
        return {}
    days, amounts = _worked_days(view, set().union(*codes.values())), _visit_amounts(view)
    found = {
        kind: median_cents([net for done, net in days if done & triggers]) or median_cents(amounts.get(kind, ()))
        for kind, triggers in codes.items()
    }
    return {kind: value for kind, value in found.items() if value}


def _worked_days(view: RuleView, triggers: set[str]) -> list[tuple[set[str], int]]:
    """(codes done, net cents) of every patient and day on which a trigger code was done."""
    work = TABLES["procedure"]
    recent = (live(work, view.practice_id), work.c.status == "COMPLETED", _recent(view, work.c.date_completed))
    visits = select(work.c.source, work.c.patient_key, work.c.date_completed).where(
        *recent, or_(work.c.code.in_(sorted(triggers)), clean_code(work).in_(sorted(triggers)))
    ).distinct().subquery("recall_day")  # fmt: skip
    query = (
        select(
            work.c.source, work.c.patient_key, work.c.date_completed, work.c.code, clean_code(work), one_thing(work),
            net_cents(work),
        )
        .join(
            visits,
            (visits.c.source == work.c.source)
            & (visits.c.patient_key == work.c.patient_key)
            & (visits.c.date_completed == work.c.date_completed),
        )
        .where(*recent)
    )
    days: defaultdict[tuple[str, str, date], dict[str, tuple[set[str], int]]] = defaultdict(dict)
    for source, patient, day, code, clean, thing, net in view.connection.execute(query):
        days[source, patient, day][thing] = ({code, clean}, net)
    return [
        (set().union(*(codes for codes, _ in done.values())), sum(net for _, net in done.values()))
        for done in days.values()
    ]


def _visit_amounts(view: RuleView) -> Mapping[str, list[int]]:
    visit = TABLES["appointment"]
    query = select(func.lower(func.trim(visit.c.recall_type)), visit.c.amount_cents).where(
        live(visit, view.practice_id),
        visit.c.status == "COMPLETED",
        visit.c.recall_type.is_not(None),
        visit.c.amount_cents > 0,
        _recent(view, visit.c.start_date),
    )
    amounts: defaultdict[str, list[int]] = defaultdict(list)
    for kind, amount in view.connection.execute(query):
        amounts[kind].append(amount)
    return amounts


def _recent(view: RuleView, day: ColumnElement[date | None]) -> ColumnElement[bool]:
    return day.between(view.as_of - timedelta(days=_DAYS), view.as_of)
