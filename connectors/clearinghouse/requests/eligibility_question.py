"""270 (005010X279A1): is this person covered on that day, and what for?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from connectors.clearinghouse.requests.envelope import COMPONENT, Envelope, Segment, clean, enclose, needed, refused
from connectors.clearinghouse.requests.people import Office, Payer, Person

GUIDE = "005010X279A1"


@dataclass(frozen=True, slots=True)
class EligibilityQuestion:
    """One question about one person: the subscriber, or the dependent when one is given.

    `trace` comes back in the answer (eligibility_check.trace); `trace_origin` is TRN03, ten characters, usually a digit and
    the office's tax id. `service_type` 35 asks for dental care; a CDT `code` asks for one procedure instead, where the
    payer can. `relationship` of a dependent: 01 spouse, 19 child, or empty.
    """

    payer: Payer
    office: Office
    subscriber: Person
    service_date: date
    trace: str
    trace_origin: str
    dependent: Person | None = None
    relationship: str = ""
    group_number: str = ""
    service_type: str = "35"
    code: str = ""


def write_270(question: EligibilityQuestion, envelope: Envelope) -> bytes:
    """A complete interchange. Raises BadRecord HUB-X45 for a question that lacks what every payer needs."""
    moment = envelope.moment
    reference = clean(question.trace, 50)
    body: list[Segment] = [
        ("BHT", "0022", "13", reference, f"{moment:%Y%m%d}", f"{moment:%H%M}"),
        ("HL", "1", "", "20", "1"), question.payer.segment(),
        ("HL", "2", "1", "21", "1"), question.office.segment(),
        *_people(question),
        ("DTP", "291", "D8", f"{question.service_date:%Y%m%d}"),
        _asked(question),
    ]  # fmt: skip
    return enclose(envelope, "HS", "270", GUIDE, body)


def _people(question: EligibilityQuestion) -> list[Segment]:
    group: list[Segment] = []
    if question.group_number.strip():
        group = [("REF", "6P", needed(question.group_number, "group number", 50))]
    subscriber = question.subscriber.segment("IL")
    if question.dependent is None:
        return [
            ("HL", "3", "2", "22", "0"), _trace(question), subscriber, *group, *question.subscriber.demographics(),
        ]  # fmt: skip
    kin: list[Segment] = [("INS", "N", question.relationship)] if question.relationship in ("01", "19") else []
    return [
        ("HL", "3", "2", "22", "1"), subscriber, *group, *question.subscriber.demographics(), ("HL", "4", "3", "23", "0"),
        _trace(question), question.dependent.segment("03"), *question.dependent.demographics(), *kin,
    ]  # fmt: skip


def _trace(question: EligibilityQuestion) -> Segment:
    origin = needed(question.trace_origin, "trace origin", 10)
    if len(origin) != 10:
        raise refused("the trace origin is not ten characters, a digit and the tax id")
    return ("TRN", "1", needed(question.trace, "trace", 50), origin)


def _asked(question: EligibilityQuestion) -> Segment:
    if not question.code:
        return ("EQ", needed(question.service_type, "service type", 2))
    code = clean(question.code, 10)
    if not re.fullmatch(r"D\d{4}", code, re.ASCII):
        raise refused("the code asked about is not a CDT code such as D2740")
    return ("EQ", "", f"AD{COMPONENT}{code}")
