"""DOC-UNSIGNED: a paper should be signed before the work is done, and is not.

Counts, one item each: a visit within `ahead_bd` working days that holds work of `consent_set` without a signed consent,
or work of an accepted case with a patient share of `fin_limit` or more without a signed financial agreement; work of
`consent_set` that was done in the last `after_days` without a consent; urgent work that was declined without a signed
refusal. Does not count: kinds of papers that no source states at all.
Money: none is at stake; what the visit is worth is shown. Days: due one working day before the visit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import select

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.codes import code_of
from hub.rulekit.held import Held, coming_visits, held_work
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.visits import next_visits
from hub.rulekit.wording import Work, coming_day, day_text, joined, work_name, work_text
from plugins.rules_documents.papers import CONSENT, REFUSAL, Papers, read_papers
from plugins.rules_documents.work_rows import Accepted, Thing, accepted_things, declined_works, finished_works

_FIRST_LOOK = "look for a paper copy, then send the link or sign at check-in"


class UnsignedSettings(RuleSettings):
    """`[items.DOC-UNSIGNED]`"""

    ahead_bd: int = Field(2, ge=0, description="visits within so many working days")
    consent_set: tuple[str, ...] = Field(
        ("D7", "D6010", "D33", "D42", "D922", "D923"), description="beginnings of codes that need a signed consent"
    )
    fin_limit: int = Field(500, ge=0, description="dollars of patient share from which an accepted case needs an agreement")
    agreement_kinds: tuple[str, ...] = Field(
        ("FIN_AGREEMENT",), description="kinds of papers that count as one; add TP_SIGNED where the signed plan is it"
    )
    consent_valid_days: int = Field(365, ge=1, description="so long a consent counts that names no work and no end")
    after_days: int = Field(30, ge=0, description="calendar days after the work in which a missing consent is listed")
    refusal_days: int = Field(180, ge=0, description="calendar days after a refusal in which its paper is asked for")
    minor_age: int = Field(18, ge=0, description="below it a guardian signs")


class DocUnsigned(Rule):
    """One item per visit, per day of finished work, per declined case."""

    code = "DOC-UNSIGNED"
    title = "Paper not signed"
    owner = "TC"
    audience = "contact"
    needs = ("document", "procedure", "appointment")
    needs_columns = ("document.kind", "document.signed_date")
    reads = ("document", "appointment")
    settings: ClassVar[type[BaseModel]] = UnsignedSettings
    clears_when = "the paper is signed, or the visit is moved"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        papers = read_papers(view)
        yield from _before(view, papers)
        if CONSENT in papers.known:
            yield from _after(view, papers)
        if REFUSAL in papers.known:
            yield from _refused(view, papers)


def _given(view: RuleView) -> UnsignedSettings:
    assert isinstance(view.settings, UnsignedSettings)
    return view.settings


def _before(view: RuleView, papers: Papers) -> Iterator[Finding]:
    """Coming visits whose papers are not signed."""
    visits = coming_visits(view, view.workdays.plus(view.as_of, _given(view).ahead_bd))
    rows = view.connection.execute(select(visits).order_by(visits.c.source, visits.c.source_key)).all()
    if not rows:
        return
    held, accepted = held_work(view, visits), accepted_things(view, visits)
    for row in rows:
        works = [work for work in held[row.source, row.source_key].works if work.status != "COMPLETED"]
        consent = [work for work in works if _lacks_consent(view, papers, row, work)]
        agreed = [work for work in works if _lacks_agreement(view, papers, row, accepted.get((work.source, work.thing)))]
        lacking = [*(["consent"] if consent else []), *(["financial agreement"] if agreed else [])]
        if lacking:
            main = max(consent or agreed, key=lambda work: (work.net_cents, work.source_key))
            yield _visit_finding(view, row, held[row.source, row.source_key], main, lacking)


def _lacks_consent(view: RuleView, papers: Papers, visit: Any, work: Any) -> bool:
    given = _given(view)
    if CONSENT not in papers.known or not code_of(work).startswith(given.consent_set):
        return False
    person = (visit.person_source, visit.person_key)
    return not papers.has_consent(person, work, visit.start_date, given.consent_valid_days)


def _lacks_agreement(view: RuleView, papers: Papers, visit: Any, accepted: Accepted | None) -> bool:
    given = _given(view)
    if accepted is None or accepted.share_cents < given.fin_limit * 100 or not papers.known & set(given.agreement_kinds):
        return False
    person = (visit.person_source, visit.person_key)
    kinds, cases = given.agreement_kinds, set(accepted.cases)
    return not papers.has_agreement(person, kinds, cases, accepted.planned, visit.start_date)


def _visit_finding(view: RuleView, row: Any, held: Held, main: Any, lacking: Sequence[str]) -> Finding:
    day, worth = row.start_date, held.worth(row.amount_cents)
    when = coming_day(day, view.as_of)
    shown = f" ({dollars(worth)})" if worth else ""
    what = work_name(Work(main.code, main.description))
    return Finding(
        **_common(row, f"appointment:{ref(row.source, row.source_key)}", _next_step(view, row, day)),
        sentence=f"{person_label(row)}, {when}'s {what}{shown}: {joined(lacking)} not signed.",
        due=view.workdays.plus(day, -1),
        floor=85 if day == view.as_of else 0,
        state=" ".join((day.isoformat(), *lacking)),
        evidence=(f"appointment:{ref(row.source, row.source_key)}", *_procedures(held.works)),
    )


def _common(row: Any, subject: str, next_step: str) -> dict[str, Any]:
    return {
        "subject": subject, "value_cents": 0, "next_step": next_step, "likelihood": 0.9, "risk": 1.0, "horizon_bd": 3,
        "patient": person_ref(row), "patient_name": person_name(row), "provider_key": row.provider_key,
        "location_id": row.location_id,
    }  # fmt: skip


def _next_step(view: RuleView, row: Any, day: date) -> str:
    born = row.birth_date
    if born is not None and (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) < _given(view).minor_age:
        return f"{_FIRST_LOOK}; a guardian signs for a minor"
    return _FIRST_LOOK


def _procedures(works: Sequence[Any]) -> tuple[str, ...]:
    return tuple(f"procedure:{ref(row.source, row.source_key)}" for row in works)


def _after(view: RuleView, papers: Papers) -> Iterator[Finding]:
    """Finished work without a consent, one item per person and day."""
    given = _given(view)
    rows = [
        row
        for row in finished_works(view, given.consent_set, given.after_days)
        if not papers.has_consent((row.person_source, row.person_key), row, row.date_completed, given.consent_valid_days)
    ]
    for _, grouped in groupby(sorted(rows, key=_day_order), key=lambda row: _day_order(row)[:3]):
        group = tuple(grouped)
        first, done = group[0], group[0].date_completed
        words = work_text(Work(row.code, row.description, row.tooth) for row in group)
        yield Finding(
            **_common(first, f"patient:{person_ref(first)}", _next_step(view, first, done)),
            discriminator=f"done {done}",
            sentence=f"{person_label(first)}: {words} done {day_text(done, view.as_of)}, consent not signed.",
            due=view.workdays.plus(done, -1),
            since=done,
            state=f"done {done}",
            evidence=_procedures(group),
        )


def _day_order(row: Any) -> tuple[str, str, date, str]:
    return row.person_source, row.person_key, row.date_completed, row.source_key


def _refused(view: RuleView, papers: Papers) -> Iterator[Finding]:
    """Declined urgent work without a signed refusal, one item per case."""
    rows = [
        row
        for row in declined_works(view, _given(view).refusal_days)
        if not papers.has_refusal((row.person_source, row.person_key), row.case_key, row.decided_on, view.as_of)
    ]
    visits: Mapping[Thing, date] = next_visits(view) if rows else {}
    for (source, case_key), grouped in groupby(sorted(rows, key=_case_order), key=lambda row: _case_order(row)[:2]):
        group = tuple(grouped)
        first = group[0]
        visit = visits.get((first.person_source, first.person_key))
        words = work_text(Work(row.code, row.description, row.tooth) for row in group)
        yield Finding(
            **_common(first, f"case:{ref(source, case_key)}", "get the informed refusal signed at the next visit"),
            discriminator="refusal",
            sentence=f"{person_label(first)} declined the {words} on {day_text(first.decided_on, view.as_of)}; no informed refusal is signed.",
            due=view.workdays.plus(visit, -1) if visit is not None else None,
            since=first.decided_on,
            state=f"declined {first.decided_on}",
            evidence=(f"treatment_case:{ref(source, case_key)}", *_procedures(group)),
        )


def _case_order(row: Any) -> tuple[str, str, str]:
    return row.source, row.case_key, row.source_key
