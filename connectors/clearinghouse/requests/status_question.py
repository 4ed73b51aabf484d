"""276 (005010X212): what became of this claim?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.clearinghouse.requests.envelope import Envelope, Segment, clean, enclose, needed, refused
from connectors.clearinghouse.requests.people import Office, Payer, Person
from hub.money import plain

GUIDE = "005010X212"


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """One claim of one person: the subscriber, or the dependent when one is given.

    `submitter` is our name and `submitter_id` our id at the clearinghouse. `claim_number` is ours (837 CLM01),
    `payer_claim_number` the payer's when it is known. `charge_cents` is the total charge. The last service day may equal
    the first.
    """

    payer: Payer
    submitter: str
    submitter_id: str
    office: Office
    subscriber: Person
    trace: str
    claim_number: str
    charge_cents: int
    service_from: date
    service_to: date
    dependent: Person | None = None
    payer_claim_number: str = ""


def write_276(question: StatusQuestion, envelope: Envelope) -> bytes:
    """A complete interchange. Raises BadRecord HUB-X45 for a question that lacks what every payer needs."""
    moment = envelope.moment
    submitter_id = needed(question.submitter_id, "submitter id", 80)
    body: list[Segment] = [
        ("BHT", "0010", "13", clean(question.trace, 50), f"{moment:%Y%m%d}", f"{moment:%H%M}"),
        ("HL", "1", "", "20", "1"), question.payer.segment(),
        ("HL", "2", "1", "21", "1"),
        ("NM1", "41", "2", clean(question.submitter, 60) or submitter_id, "", "", "", "", "46", submitter_id),
        ("HL", "3", "2", "19", "1"), question.office.segment(),
        *_people(question), *_claim(question),
    ]  # fmt: skip
    return enclose(envelope, "HR", "276", GUIDE, body)


def _people(question: StatusQuestion) -> list[Segment]:
    needed(question.subscriber.member_id, "member id", 80)
    if question.dependent is None:
        return [("HL", "4", "3", "22", "0"), *question.subscriber.demographics(), question.subscriber.segment("IL")]
    return [
        ("HL", "4", "3", "22", "1"), question.subscriber.segment("IL"),
        ("HL", "5", "4", "23"), *question.dependent.demographics(), question.dependent.segment("QC"),
    ]  # fmt: skip


def _claim(question: StatusQuestion) -> list[Segment]:
    if question.service_to < question.service_from or question.charge_cents < 0:
        raise refused("the claim ends before it begins, or its charge is below 0")
    theirs: list[Segment] = []
    if question.payer_claim_number.strip():
        theirs = [("REF", "1K", needed(question.payer_claim_number, "payer claim number", 50))]
    first, last = f"{question.service_from:%Y%m%d}", f"{question.service_to:%Y%m%d}"
    days = ("D8", first) if first == last else ("RD8", f"{first}-{last}")
    return [
        ("TRN", "1", needed(question.trace, "trace", 50)), *theirs,
        ("REF", "EJ", needed(question.claim_number, "claim number", 20)),
        ("AMT", "T3", plain(question.charge_cents)), ("DTP", "472", *days),
    ]  # fmt: skip
