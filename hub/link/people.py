"""Links from outside records to the practice's patients (XRef relation `patient`).

A false merge is far worse than a miss. Automatic are only: our own patient or chart number echoed by a lender, when the
birth date or a printed last name is the patient's or the family's (or nothing is printed); and last name + first name +
birth date where nobody else shares last name and birth date. Twins, two hits, preferred or shortened first names, and a
number under a stranger's name (some offices send an invoice number in that field) wait for a person; without a birth
date, or by member id alone, nothing is even proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, and_, func, literal, or_, select

from hub.link.normal import birth_form, first_names_close, last_names_agree, name_form
from hub.link.write import Link, LinkCounts, Outside, stored_links, write_links
from hub.model import ENTITIES, TABLES

PATIENT = TABLES["patient"]
_OTHERS = ("applicant_last", "cardholder_last")


class OurPatient(NamedTuple):
    """A patient of the practice, names in compared form."""

    source: str
    key: str
    chart_number: str | None
    last: str
    first: str
    preferred: str
    birth: date | None
    guarantor: str | None = None

    @property
    def family(self) -> tuple[str, str]:
        return self.source, self.guarantor or self.key


class OutsidePerson(NamedTuple):
    """Who an outside record is about. `client_ref` is our own number, when the outside system carries it; `others` the last
    names of the applicant or cardholder, who may be another member of the family."""

    last: str
    first: str
    birth: date | None
    client_ref: str | None
    others: frozenset[str] = frozenset()


class PatientIndex:
    """The practice's patients under the keys that are looked up."""

    def __init__(self, patients: Iterable[OurPatient]) -> None:
        self.by_birth: dict[tuple[str, date], list[OurPatient]] = defaultdict(list)
        self.by_number: dict[str, list[OurPatient]] = defaultdict(list)
        self._families: dict[tuple[str, str], set[str]] = defaultdict(set)
        for patient in patients:
            self._families[patient.family].add(patient.last)
            self._families[patient.source, patient.key].add(patient.last)
            if patient.last and patient.birth:
                self.by_birth[patient.last, patient.birth].append(patient)
            for number in {patient.key, patient.chart_number or ""} - {""}:
                self.by_number[number].append(patient)

    def belongs(self, person: OutsidePerson, patient: OurPatient) -> bool:
        """Does what is printed speak for this patient (same birth date, or a last name of the family), or is nothing
        printed?"""
        printed = ({person.last} | person.others) - {""}
        if not printed or (person.birth is not None and person.birth == patient.birth):
            return True
        family = self._families[patient.family]
        return any(last_names_agree(name, own) for name in printed for own in family)


def decide(person: OutsidePerson, index: PatientIndex) -> Link | None:
    """The link of one outside record, or None when nobody fits."""
    if person.client_ref and (echoed := index.by_number.get(person.client_ref)):
        return _echoed(person, echoed, index)
    if person.birth is None or not person.last or not person.first:
        return None
    family = index.by_birth.get((person.last, person.birth), [])
    exact = [p for p in family if p.first == person.first]
    close = [p for p in family if p.preferred == person.first or first_names_close(p.first, person.first)]
    if not exact and not close:
        return None
    if len(family) > 1:
        return _unique("same-birth-date", family, "several of ours share last name and birth date")
    if exact:
        return _unique("name-birth", exact, "last name, first name and birth date agree")
    link = _unique("close-name-birth", close, "last name and birth date agree, first name is close")
    return link.proposed()


def _echoed(person: OutsidePerson, fits: list[OurPatient], index: PatientIndex) -> Link:
    link = _unique("client-ref", fits, "our own patient number came back", origin="echo")
    if len(fits) > 1 or index.belongs(person, fits[0]):
        return link
    return link.proposed()._replace(evidence="our own patient number came back under another family's name")


def link_people(connection: Connection, practice_id: str, now: datetime) -> LinkCounts:
    """Decide and store the patient of every live fact that names nobody by key. Running twice writes nothing."""
    stored = stored_links(connection, practice_id, "patient")
    index = PatientIndex(_our_patients(connection, practice_id))
    links: dict[Outside, Link] = {}
    for outside, person in _outside_people(connection, practice_id):
        human = outside in stored and stored[outside].origin == "human"
        if not human and (link := decide(person, index)):
            links[outside] = link
    return write_links(connection, practice_id, "patient", links, stored, now)


def _our_patients(connection: Connection, practice_id: str) -> Iterator[OurPatient]:
    c = PATIENT.c
    query = (
        select(
            c.source, c.source_key, c.chart_number, c.last_name, c.first_name, c.preferred_name, c.birth_date, c.guarantor_key
        )
        .where(c.practice_id == practice_id, c.deleted_at.is_(None))
        .where(func.coalesce(c.status, "") != "DELETED", c.is_test.is_not(True))
        .order_by(c.source, c.source_key)
    )
    for source, key, chart, last, first, preferred, birth, guarantor in connection.execute(query):
        names = (name_form(last), name_form(first), name_form(preferred))
        yield OurPatient(source, key, chart, *names, birth_form(birth), guarantor)


def _outside_people(connection: Connection, practice_id: str) -> Iterator[tuple[Outside, OutsidePerson]]:
    for entity, table in sorted(ENTITIES.items()):
        if "patient_last" in table.c:
            yield from _people_of(connection, practice_id, entity, table)


def _people_of(
    connection: Connection, practice_id: str, entity: str, table: Table
) -> Iterator[tuple[Outside, OutsidePerson]]:
    c = table.c
    client_ref = c.client_ref if "client_ref" in c else literal(None)
    others = [c[name] for name in _OTHERS if name in c]
    named = and_(c.patient_last.is_not(None), c.patient_birth_date.is_not(None))
    says_who = or_(named, c.client_ref.is_not(None)) if "client_ref" in c else named
    query = (
        select(c.source, c.source_key, c.patient_last, c.patient_first, c.patient_birth_date, client_ref, *others)
        .where(c.practice_id == practice_id, c.deleted_at.is_(None), c.patient_key.is_(None), says_who)
        .order_by(c.source, c.source_key)
    )
    for source, key, last, first, birth, ref, *printed in connection.execute(query):
        person = OutsidePerson(
            name_form(last), name_form(first), birth_form(birth), (ref or "").strip() or None,
            frozenset(map(name_form, printed)),
        )  # fmt: skip
        yield (entity, source, key), person


def _unique(rule: str, fits: list[OurPatient], evidence: str, origin: str = "rule") -> Link:
    if len(fits) > 1:
        return Link("patient", None, None, "PROBABLE", "rule", rule, len(fits), evidence)
    return Link("patient", fits[0].source, fits[0].key, "CONFIRMED", origin, rule, 1, evidence)
