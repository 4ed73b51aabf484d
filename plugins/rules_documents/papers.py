"""Signed papers of every person, and which work a paper covers. Reads once, judges in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import live, with_person
from hub.rulekit.treatment import one_thing

DOCUMENT, WORK = TABLES["document"], TABLES["procedure"]
PersonKey = tuple[str, str]
CONSENT, REFUSAL = "CONSENT", "REFUSAL"


@dataclass(frozen=True, slots=True)
class Papers:
    """`known` are the kinds that the sources state at all: of another nobody can say that it is missing (G-SIGNAL)."""

    known: frozenset[str]
    signed: Mapping[PersonKey, Sequence[Any]] = field(default_factory=dict)

    def has_consent(self, person: PersonKey, work: Any, day: date, valid_days: int) -> bool:
        """Is there a signed consent for this work on that day? One consent covers a series of the same code, or the
        whole case; one that names neither covers everything for `valid_days`."""
        return any(_covers(paper, work, day, valid_days) for paper in self._of(person, (CONSENT,), day))

    def has_agreement(self, person: PersonKey, kinds: Iterable[str], cases: set[str], planned: date | None, day: date) -> bool:
        """Is there a signed agreement for one of these cases (or for no case in particular), not older than the plan as it
        stands: what was added later was not agreed to."""
        return any(
            (paper.case_key is None or paper.case_key in cases) and (planned is None or paper.signed_date >= planned)
            for paper in self._of(person, tuple(kinds), day)
        )

    def has_refusal(self, person: PersonKey, case_key: str, decided: date, day: date) -> bool:
        """Was the refusal of this case signed on the day of the decision or later?"""
        return any(
            paper.case_key in (None, case_key) and paper.signed_date >= decided
            for paper in self._of(person, (REFUSAL,), day)
        )

    def _of(self, person: PersonKey, kinds: Sequence[str], day: date) -> Iterable[Any]:
        for paper in self.signed.get(person, ()):
            if paper.kind in kinds and (paper.expires_date is None or paper.expires_date >= day):
                yield paper


def read_papers(view: RuleView) -> Papers:
    kinds = select(DOCUMENT.c.kind).where(live(DOCUMENT, view.practice_id), DOCUMENT.c.kind.is_not(None)).distinct()
    known = frozenset(view.connection.execute(kinds).scalars())
    named = and_(
        WORK.c.practice_id == DOCUMENT.c.practice_id,
        WORK.c.source == DOCUMENT.c.source,
        WORK.c.source_key == DOCUMENT.c.procedure_key,
    )
    person = with_person(DOCUMENT, "document", DOCUMENT.outerjoin(WORK, named))
    columns = (DOCUMENT.c.kind, DOCUMENT.c.case_key, DOCUMENT.c.procedure_key, DOCUMENT.c.signed_date, DOCUMENT.c.expires_date)
    query = (
        select(*columns, WORK.c.code.label("work_code"), one_thing(WORK).label("work_thing"), *person.columns())
        .select_from(person.joined)
        .where(live(DOCUMENT, view.practice_id), DOCUMENT.c.signed_date <= view.as_of, person.key.is_not(None))
    )
    signed: defaultdict[PersonKey, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        signed[row.person_source, row.person_key].append(row)
    return Papers(known, signed)


def _covers(paper: Any, work: Any, day: date, valid_days: int) -> bool:
    if paper.procedure_key is not None:
        same = paper.procedure_key == work.source_key or paper.work_thing == work.thing or paper.work_code == work.code
        return bool(same)
    if paper.case_key is not None:
        return bool(paper.case_key == work.case_key)
    signed: date = paper.signed_date
    return signed >= day - timedelta(days=valid_days)
