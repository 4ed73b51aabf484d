"""TX-SEAT-MISSING: the tooth is prepared, and no visit is booked to seat what was made for it.

Counts: work that was begun (`plugins.rules_treatment.seats`) at least `grace_bd` working days ago, whose seat step is
neither done nor held by a coming visit. Does not count: crowns made and seated in one visit.
Money: net of the work where the office bills on the seat day, else the laboratory's fee and `remake_risk`.
Days: due `seat_days` after the preparation, rolled to an open day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.rulekit.contacts import Contact, likelihood, logged_contacts
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import Work, work_name
from plugins.rules_treatment.cases import FAILED_WINDOW
from plugins.rules_treatment.seat_rows import Begun, begun_works


class SeatSettings(RuleSettings):
    """`[items.TX-SEAT-MISSING]`"""

    grace_bd: int = Field(1, ge=0, description="working days after the preparation in which nothing is said")
    seat_days: int = Field(14, ge=1, description="calendar days from the preparation to the seat visit")
    bills_on: Literal["seat", "prep"] = Field("seat", description="the day on which the office bills such work: seat or prep")
    remake_risk: int = Field(150, ge=0, description="dollars added to the laboratory's fee where the office bills on prep")
    seat_codes: tuple[str, ...] = Field((), description="the office's own codes for the seat step, where it has any")
    prep_codes: tuple[str, ...] = Field(
        ("D27", "D5", "D6"), description="beginnings of codes whose seat step such a code is, on the same tooth"
    )
    seat_words: tuple[str, ...] = Field(
        ("seat", "deliver", "insert", "cement"), description="words of a coming visit that is booked to seat"
    )


class SeatMissing(Rule):
    """One item per piece of begun work."""

    code = "TX-SEAT-MISSING"
    title = "Prepared, no seat visit"
    owner = "TC"
    audience = "contact"
    needs = ("procedure", "appointment")
    needs_columns = ("procedure.multi_visit_key|lab_case.procedure_key", "appointment.start_date")
    reads = ("procedure", "appointment")
    settings: ClassVar[type[BaseModel]] = SeatSettings
    clears_when = "the seat visit is booked or the seat step is done"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        assert isinstance(view.settings, SeatSettings)
        given = view.settings
        works = begun_works(view, given.seat_codes, given.prep_codes, given.seat_words)
        contacts = logged_contacts(view, view.as_of - FAILED_WINDOW)
        for work in works:
            if view.workdays.since(work.prepared_on, view.as_of) >= given.grace_bd:
                yield _finding(view, given, work, contacts.get(work.person, ()))


def _finding(view: RuleView, given: SeatSettings, work: Begun, contacts: Sequence[Contact]) -> Finding:
    first = work.main
    procedures = tuple(f"procedure:{ref(row.source, row.source_key)}" for row in work.rows)
    lab = (f"lab_case:{ref(first.source, work.lab.source_key)}",) if work.lab else ()
    return Finding(
        subject=f"procedure:{ref(first.source, work.subject_key)}",
        value_cents=_value(given, work),
        sentence=_sentence(view, work),
        next_step="call today and book the seat visit; temporary crowns fail",
        likelihood=likelihood(0.80, contacts, view.as_of),
        risk=1.0,
        due=view.workdays.roll_forward(work.prepared_on + timedelta(days=given.seat_days)),
        horizon_bd=10,
        since=work.prepared_on,
        patient=person_ref(first),
        patient_name=person_name(first),
        provider_key=first.provider_key,
        location_id=first.location_id,
        state=f"prepared {work.prepared_on} received {work.lab.received_date if work.lab else None}",
        evidence=procedures + lab,
    )


def _value(given: SeatSettings, work: Begun) -> int:
    if given.bills_on == "seat":
        return work.net_cents
    return ((work.lab.fee_cents or 0) if work.lab else 0) + given.remake_risk * 100


def _sentence(view: RuleView, work: Begun) -> str:
    main = work.main
    name = work_name(Work(main.code, main.description))
    on = f" on #{main.tooth}" if main.tooth else ""
    days = (view.as_of - work.prepared_on).days
    ago = f"{days} day{'s' if days != 1 else ''} ago"
    return f"{name[:1].upper()}{name[1:]} prepped{on} for {person_label(main)} {ago}. No seat visit{_lab_words(view, work, name)}."


def _lab_words(view: RuleView, work: Begun, name: str) -> str:
    if work.lab is None:
        return ""
    if work.lab.received_date is None:
        return f"; the {name} is still at the lab"
    days = (view.as_of - work.lab.received_date).days
    return f"; the {name} has been back from the lab {days} day{'s' if days != 1 else ''}" if days > 0 else f"; the {name} came back from the lab today"
