"""Coming visits with the insurance money that is expected for what they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from hub.contract import RuleView
from hub.rulekit.held import coming_visits, held_work

Key = tuple[str, str]  # source and key of the person


@dataclass(frozen=True, slots=True)
class Visit:
    """One booked visit; `insurance_cents` is what insurance is expected to pay for its procedures."""

    source: str
    key: str
    on: date
    insurance_cents: int
    location_id: str | None
    provider_key: str | None

    def without_money(self) -> Visit:
        return replace(self, insurance_cents=0)


def visits_of(view: RuleView, last: date) -> Mapping[Key, Sequence[Visit]]:
    """By person, soonest first: scheduled visits from today to `last`."""
    visits = coming_visits(view, last)
    work = held_work(view, visits)
    c = visits.c
    query = (
        select(c.source, c.source_key, c.start_date, c.location_id, c.provider_key, c.person_source, c.person_key)
        .where(c.person_key.is_not(None))
        .order_by(c.start_date, c.source, c.source_key)
    )
    found: defaultdict[Key, list[Visit]] = defaultdict(list)
    for row in view.connection.execute(query):
        held = work.get((row.source, row.source_key))
        cents = sum(each.est_ins_cents or 0 for each in held.works) if held else 0
        visit = Visit(row.source, row.source_key, row.start_date, cents, row.location_id, row.provider_key)
        found[row.person_source, row.person_key].append(visit)
    return found
