"""DATA-IDENTITY: a record from outside whose person nobody can tell, or two of our patients that look like one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_

from hub.clock import local_date
from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref, short_id
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import pair
from hub.rulekit.people import live
from hub.rulekit.wording import full_name, short_name

PATIENT, XREF, ENTRY, EVENT = TABLES["patient"], TABLES["xref"], TABLES["ledger_entry"], TABLES["claim_event"]
LINK, ITEM = TABLES["patient_link"], TABLES["work_item"]
_MONEY = {"fin_application": "approved_cents", "fin_txn": "amount_cents", "lab_case": "fee_cents"}
_WATCHED = ("fin_application", "fin_txn", "lab_case", "referral", "document", "comm_event", "eligibility_check")
_NO_BIRTH = (date(1, 1, 1), date(1900, 1, 1))


class DataIdentity(Rule):
    """A record from outside that belongs to none of our patients for certain (or to more than one), a working day after
    it came; a rejection of a claim that none of ours is; or two charts with the same name and birth date.

    A remittance claim that matches nobody is ERA-UNMATCHED. A lender's sale that the ledger shows under the lender's
    reference is settled by its money. Twins have two first names and are never taken for one.
    """

    code: ClassVar[str] = "DATA-IDENTITY"
    title: ClassVar[str] = "Whose record is this?"
    owner: ClassVar[str] = "OM"
    audience: ClassVar[Audience] = "data"
    needs: ClassVar[tuple[str, ...]] = ("patient",)
    clears_when: ClassVar[str] = "a person chooses (the choice can be undone), or the records are corrected or merged"

    class Settings(BaseModel):
        """Working days since the record came."""

        grace_bd: int = Field(1, ge=0, description="a record may wait this long for its patient to be read")

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, self.Settings)
        named = _named_after_a_record(view)
        for someone in (*_strangers(view), *_orphan_rejections(view)):
            if view.workdays.since(someone.since, view.as_of) >= settings.grace_bd:
                yield someone.finding(view, named)
        for someone in _same_patients(view):
            yield someone.finding(view, named)


@dataclass(slots=True)
class _Someone:
    """One person (or claim) that cannot be placed, with every record about them. `subject` is made of what the records
    print, not of a record: one record more or less is the same question."""

    subject: str
    sentence: str
    since: date
    value_cents: int = 0
    evidence: list[str] = field(default_factory=list)
    patient_name: str | None = None

    def finding(self, view: RuleView, named: frozenset[str]) -> Finding:
        subject = min(named.intersection(self.evidence), default=self.subject)
        return Finding(
            subject=subject,
            value_cents=self.value_cents,
            sentence=self.sentence + (f" {dollars(self.value_cents)} on it." if self.value_cents else ""),
            next_step="choose whose it is; merge double charts in the practice system",
            likelihood=0.9,
            risk=0.5,
            due=view.workdays.plus(self.since, 1),
            horizon_bd=5,
            since=self.since,
            patient_name=self.patient_name,
            state=subject,
            evidence=tuple(self.evidence),
        )


def _named_after_a_record(view: RuleView) -> frozenset[str]:
    """Subjects of the items that stand. Items were once called after their first record by the alphabet: these keep the
    name, and with it their number, their dismissal and their history."""
    c = ITEM.c
    query = select(c.subject).where(
        c.practice_id == view.practice_id, c.code == DataIdentity.code, c.status.not_in(("RESOLVED", "EXPIRED"))
    )
    return frozenset(view.connection.execute(query).scalars())


def _person(kind: str, source: str, *printed: object) -> str:
    """A subject for what is printed of a person; a digest, because subjects stand in lists and logs."""
    return f"{kind}:{ref(source, short_id(*(str(part or '') for part in printed)))}"


def _strangers(view: RuleView) -> Sequence[_Someone]:
    """One per source, printed name and birth date."""
    found: dict[tuple[object, ...], _Someone] = {}
    for entity in _WATCHED:
        for row in view.connection.execute(_unplaced(entity, view)):
            person = (row.source, (row.last or "").lower(), (row.first or "").lower(), row.birth)
            came = local_date(row.observed_at, view.timezone)
            someone = found.setdefault(person, _Someone(_person("person", *person), _question(row), came))
            someone.since = min(someone.since, came)
            someone.value_cents += max(0, row.cents or 0)
            someone.evidence.append(f"{entity}:{ref(row.source, row.source_key)}")
            someone.patient_name = full_name(row.first, row.last)
    return list(found.values())


def _unplaced(entity: str, view: RuleView) -> Select[Any]:
    table = TABLES[entity]
    c = table.c
    lender = "applicant_last" in c or "cardholder_last" in c
    printed = "applicant" if "applicant_last" in c else "cardholder"
    last = func.coalesce(c.patient_last, c[f"{printed}_last"]) if lender else c.patient_last
    first = func.coalesce(c.patient_first, c[f"{printed}_first"]) if lender else c.patient_first
    link = and_(
        XREF.c.practice_id == c.practice_id, XREF.c.relation == "patient", XREF.c.from_entity == entity,
        XREF.c.from_source == c.source, XREF.c.from_key == c.source_key,
    )  # fmt: skip
    unsettled = or_(XREF.c.state.is_(None), XREF.c.state == "PROBABLE")
    cents = c[_MONEY[entity]] if entity in _MONEY else literal(0)
    return (
        select(
            c.source, c.source_key, c.observed_at, last.label("last"), first.label("first"),
            c.patient_birth_date.label("birth"), cents.label("cents"), XREF.c.candidates,
        )
        .select_from(table.outerjoin(XREF, link))
        .where(live(table, view.practice_id), c.patient_key.is_(None), last.is_not(None), unsettled)
        .where(*_not_settled_by_money(entity, table, view))
        .order_by(c.source, c.source_key)
    )  # fmt: skip


def _not_settled_by_money(entity: str, table: Any, view: RuleView) -> list[ColumnElement[bool]]:
    """A lender's record whose reference stands in the ledger, or which a link ties to a posting, is placed."""
    if "lender_ref" not in table.c:
        return []
    booked = select(ENTRY.c.external_ref).where(live(ENTRY, view.practice_id), ENTRY.c.external_ref.is_not(None))
    tied = select(pair(XREF.c.from_source, XREF.c.from_key)).where(
        XREF.c.practice_id == view.practice_id, XREF.c.relation == "posting", XREF.c.from_entity == entity,
        XREF.c.state == "CONFIRMED",
    )  # fmt: skip
    dead = ("DECLINED", "EXPIRED", "CANCELLED", "ERROR")
    alive = [func.coalesce(table.c.status, "").not_in(dead)] if entity == "fin_application" else []
    return [
        or_(table.c.lender_ref.is_(None), table.c.lender_ref.not_in(booked)),
        pair(table.c.source, table.c.source_key).not_in(tied),
        *alive,
    ]


def _question(row: Any) -> str:
    who = full_name(row.first, row.last) or "somebody without a name"
    born = f" {row.birth:%m/%d/%Y}" if row.birth else " (no birth date)"
    fits = "could be more than one of ours" if (row.candidates or 0) > 1 else "is probably, but not surely, one of ours"
    return f"{row.source} patient '{who}{born}' {fits if row.candidates else 'is none of ours for certain'}."


def _orphan_rejections(view: RuleView) -> Sequence[_Someone]:
    """Rejections of claims that none of ours is: deleted, another location's, or a changed number."""
    c = EVENT.c
    link = and_(
        XREF.c.practice_id == c.practice_id, XREF.c.relation == "claim", XREF.c.from_entity == "claim_event",
        XREF.c.from_source == c.source, XREF.c.from_key == c.source_key,
    )  # fmt: skip
    query = (
        select(EVENT)
        .select_from(EVENT.outerjoin(XREF, link))
        .where(live(EVENT, view.practice_id), c.outcome == "REJECTED", c.claim_number.is_not(None))
        .where(or_(XREF.c.state.is_(None), XREF.c.state == "PROBABLE"))
        .order_by(c.source, c.source_key)
    )
    found: dict[tuple[str, str], _Someone] = {}
    for row in view.connection.execute(query):
        number = row.claim_number.strip()
        who = short_name(row.patient_first, row.patient_last)
        sentence = f"{row.source} rejected claim {row.claim_number} ({who}), which is none of ours for certain."
        came = row.happened_on or local_date(row.observed_at, view.timezone)
        subject = f"claim_number:{ref(row.source, number)}"
        someone = found.setdefault((row.source, number), _Someone(subject, sentence, came))
        someone.since = min(someone.since, came)
        someone.value_cents = max(someone.value_cents, abs(row.billed_cents or 0))
        someone.evidence.append(f"claim_event:{ref(row.source, row.source_key)}")
    return list(found.values())


def _same_patients(view: RuleView) -> Sequence[_Someone]:
    """Charts of one source with the same last name, first name, suffix and birth date; copies kept on purpose and charts
    that were merged away are not among them."""
    c = PATIENT.c
    person = (
        c.source, func.lower(func.trim(c.last_name)), func.lower(func.trim(c.first_name)),
        func.lower(func.coalesce(func.trim(c.name_suffix), "")), c.birth_date,
    )  # fmt: skip
    real = and_(
        live(PATIENT, view.practice_id), c.birth_date.not_in(_NO_BIRTH), c.is_test.is_not(True),
        func.coalesce(c.status, "ACTIVE").not_in(("DELETED", "ARCHIVED")), c.first_name != "", c.last_name != "",
        pair(c.source, c.source_key).not_in(_known_copies(view)),
    )  # fmt: skip
    double = select(*person).where(real).group_by(*person).having(func.count() > 1)
    query = select(PATIENT).where(real, tuple_(*person).in_(double)).order_by(c.source, c.source_key)
    found: dict[tuple[object, ...], _Someone] = {}
    for row in view.connection.execute(query):
        key = (row.source, row.last_name.strip().lower(), row.first_name.strip().lower(), row.birth_date)
        name = full_name(row.first_name, row.last_name)
        sentence = f"Two charts look like one person: '{name} {row.birth_date:%m/%d/%Y}'."
        came = local_date(row.observed_at, view.timezone)
        someone = found.setdefault(key, _Someone(_person("charts", *key), sentence, came))
        someone.since = max(someone.since, came)
        someone.value_cents += abs(row.balance_cents or 0)
        someone.evidence.append(f"patient:{ref(row.source, row.source_key)}")
        someone.patient_name = name
    return list(found.values())


def _known_copies(view: RuleView) -> Select[Any]:
    """The `pair` of charts that their own system calls a clone of another, or merged into another."""
    copy = case((LINK.c.kind == "CLONE", LINK.c.to_patient_key), else_=LINK.c.from_patient_key)
    known = live(LINK, view.practice_id), LINK.c.kind.in_(("CLONE", "MERGED")), copy.is_not(None)
    return select(pair(LINK.c.source, copy)).where(*known)
