"""Coverages of our patients with every answer that payers gave about them.

An answer (271) names no coverage of ours. It is tied to one by its coverage key where the source has one; else by the
person it is linked to, and there by member id, by payer, or because the person has only this one; else by the member id
together with the birth date when both fit exactly one patient (a misspelt name must not hide the answer). An answer that
fits no patient, or several coverages, is about nobody here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, with_person

COVERAGE, PLAN, PAYER = TABLES["coverage"], TABLES["plan"], TABLES["payer"]
CHECK, BENEFIT = TABLES["eligibility_check"], TABLES["benefit_snapshot"]
_PAYS_NOTHING_HERE = ("DISCOUNT", "MEDICAL")
_FAILS = ("INACTIVE", "NOT_FOUND")
_IDENTITY = frozenset({"name", "birth date", "member id", "group", "relationship"})
_COMMON = frozenset(
    {"the", "of", "and", "insurance", "dental", "company", "inc", "co", "life", "plan", "plans", "health", "group"}
)
Key = tuple[str, str]  # source and key


@dataclass(slots=True)
class Coverage:
    """One coverage: `row` with its person, plan and payer; `checks` oldest first; `benefits_on` the newest day on which
    its benefits were read or verified."""

    row: Any
    checks: list[Any] = field(default_factory=list)
    benefits_on: date | None = None

    @property
    def key(self) -> Key:
        return self.row.source, self.row.source_key

    @property
    def person(self) -> Key:
        return self.row.person_source, self.row.person_key

    @property
    def answer(self) -> Any:
        """The newest answer that says something; a payer that was down said nothing."""
        return next((check for check in reversed(self.checks) if check.reply not in (None, "ERROR")), None)

    @property
    def active_on(self) -> date | None:
        """The last day on which the payer, or somebody at the office, said that it is in force."""
        days = [check.checked_on for check in self.checks if check.reply == "ACTIVE" and not mismatches(check)]
        return max([*days, *([self.row.verified_on] if self.row.verified_on else [])], default=None)

    def in_force(self, day: date) -> bool:
        """As the practice system holds it."""
        row = self.row
        return (
            (row.status or "ACTIVE") != "ENDED"
            and (row.from_date is None or row.from_date <= day)
            and (row.to_date is None or row.to_date >= day)
        )

    def failed(self, day: date | None) -> bool:
        """Does the newest answer say that the plan does not cover the person, or another person than we think? `day` of the
        visit: coverage that ends before it has failed too. Somebody at the office may have settled it since."""
        said = self.answer
        if said is None or (self.row.verified_on is not None and self.row.verified_on > said.checked_on):
            return False
        ended = day is not None and said.coverage_to is not None and said.coverage_to < day
        return said.reply in _FAILS or bool(mismatches(said)) or ended


def mismatches(check: Any) -> list[str]:
    """What differs between our record and the payer's, of the things that identify a person or plan."""
    return [word for word in (check.mismatches or "").strip("|").split("|") if word in _IDENTITY]


def coverages(view: RuleView) -> dict[Key, Coverage]:
    """Every coverage that an answer can be asked about, with its answers and benefits."""
    found = {(row.source, row.source_key): Coverage(row) for row in _rows(view)}
    places = _Places(found.values())
    of_check: dict[Key, Coverage] = {}
    for check in _checks(view):
        place = places.of(check)
        if place is not None:
            place.checks.append(check)
            of_check[check.source, check.source_key] = place
    for row in _benefits(view):
        place = (
            of_check.get((row.source, row.check_key or ""))
            or found.get((row.source, row.coverage_key or ""))
            or places.of(row)
        )
        if place is not None:
            place.benefits_on = max(row.as_of, place.benefits_on or date.min)
    for each in found.values():
        if each.row.benefits_verified_on is not None:
            each.benefits_on = max(each.row.benefits_verified_on, each.benefits_on or date.min)
    return found


def by_person(found: Iterable[Coverage]) -> Mapping[Key, Sequence[Coverage]]:
    """In the order of benefits."""
    people: defaultdict[Key, list[Coverage]] = defaultdict(list)
    for each in sorted(found, key=lambda coverage: (coverage.row.ordinal or 1, coverage.key)):
        people[each.person].append(each)
    return people


def _rows(view: RuleView) -> Sequence[Any]:
    c = COVERAGE.c
    plan = and_(PLAN.c.practice_id == c.practice_id, PLAN.c.source == c.source, PLAN.c.source_key == c.plan_key)
    payer = and_(
        PAYER.c.practice_id == c.practice_id, PAYER.c.source == c.source,
        PAYER.c.source_key == func.coalesce(c.payer_key, PLAN.c.payer_key),
    )  # fmt: skip
    person = with_person(COVERAGE, "coverage", COVERAGE.outerjoin(PLAN, plan).outerjoin(PAYER, payer))
    query = (
        select(
            c.source, c.source_key, c.ordinal, c.from_date, c.to_date, c.status, c.verified_on, c.location_id, c.patient_key,
            func.coalesce(c.member_id, person.patient.c.member_id).label("member_id"),
            func.coalesce(c.kind, PLAN.c.kind).label("kind"), func.coalesce(c.do_not_verify, False).label("skip"),
            func.coalesce(PLAN.c.do_not_verify, False).label("skip_plan"),
            func.coalesce(c.payer_name, PAYER.c.name, PLAN.c.name).label("payer_name"), PAYER.c.is_public,
            PLAN.c.benefit_year_start, PLAN.c.benefits_verified_on, *person.columns(),
        )
        .select_from(person.joined)
        .where(
            live(COVERAGE, view.practice_id), person.key.is_not(None),
            func.coalesce(c.kind, PLAN.c.kind, "PPO").not_in(_PAYS_NOTHING_HERE),
            audience_gate(person.patient, "contact"),
        )
        .order_by(c.source, c.source_key)
    )  # fmt: skip
    return view.connection.execute(query).all()


def _checks(view: RuleView) -> Sequence[Any]:
    c = CHECK.c
    person = with_person(CHECK, "eligibility_check")
    query = (
        select(*(column for column in c if column.name != "practice_id"), *person.columns())
        .select_from(person.joined)
        .where(live(CHECK, view.practice_id), c.checked_on.is_not(None), c.checked_on <= view.as_of)
        .order_by(c.checked_on, c.observed_at, c.source, c.source_key)
    )
    return view.connection.execute(query).all()


def _benefits(view: RuleView) -> Sequence[Any]:
    c = BENEFIT.c
    person = with_person(BENEFIT, "benefit_snapshot")
    names = (c.source, c.check_key, c.coverage_key, c.member_id, c.patient_birth_date)
    query = (
        select(
            *names,
            func.max(c.as_of).label("as_of"),
            person.source.label("person_source"),
            person.key.label("person_key"),
        )
        .select_from(person.joined)
        .where(live(BENEFIT, view.practice_id), c.as_of.is_not(None), c.as_of <= view.as_of)
        .group_by(*names, person.source, person.key)
    )
    return view.connection.execute(query).all()


class _Places:
    """Which coverage an answer is about."""

    def __init__(self, found: Iterable[Coverage]) -> None:
        self._by_key = {each.key: each for each in found}
        self._by_person = by_person(self._by_key.values())
        self._by_member: defaultdict[str, list[Coverage]] = defaultdict(list)
        for each in self._by_key.values():
            if _member(each.row.member_id):
                self._by_member[_member(each.row.member_id)].append(each)

    def of(self, answer: Any) -> Coverage | None:
        if answer.coverage_key and (answer.source, answer.coverage_key) in self._by_key:
            return self._by_key[answer.source, answer.coverage_key]
        if answer.person_key is not None:
            return self._of_person(answer, self._by_person.get((answer.person_source, answer.person_key), ()))
        return self._of_member(answer)

    def _of_person(self, answer: Any, own: Sequence[Coverage]) -> Coverage | None:
        member, payer = _member(answer.member_id), _words(getattr(answer, "payer_name", None))
        same = [each for each in own if member and _member(each.row.member_id) == member]
        if len(same) != 1:
            same = [
                each
                for each in same or own
                if not payer or not _words(each.row.payer_name) or payer & _words(each.row.payer_name)
            ]
        return same[0] if len(same) == 1 else None

    def _of_member(self, answer: Any) -> Coverage | None:
        born = answer.patient_birth_date
        fits = [
            each for each in self._by_member.get(_member(answer.member_id), ()) if born and each.row.birth_date == born
        ]
        return fits[0] if len(fits) == 1 else None


def _member(text: str | None) -> str:
    """A member id as it is compared: letters and digits, no zeros in front."""
    return re.sub(r"[^A-Z0-9]", "", (text or "").upper()).lstrip("0")


def _words(name: str | None) -> frozenset[str]:
    words = frozenset(re.findall(r"[a-z0-9]+", (name or "").lower()))
    return words - _COMMON or words
