"""One claim of a dental 837 (loop 2300 with its lines) as it is gathered, and the two rows that it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from connectors.clearinghouse.pages import Row, bars, row_of
from hub.readers.x12 import Dates, Transaction

# SBR01: who pays first, second, third; then a letter each up to the eleventh.
ORDINALS = {"P": 1, "S": 2, "T": 3, **{letter: number for number, letter in enumerate("ABCDEFGH", 4)}}


@dataclass(slots=True)
class Batch:
    """What the head of the set says: BHT03, 04, 05 and 06 as sent."""

    reference: str = ""
    made_on: str = ""
    made_at: str = ""
    kind: str = ""


@dataclass(slots=True)
class Billing:
    """Loop 2010AA: who sends the claim."""

    npi: str = ""
    tax_id: str = ""


@dataclass(slots=True)
class Person:
    """Subscriber or patient. `birth_date` as ISO text."""

    last: str = ""
    first: str = ""
    member_id: str = ""
    birth_date: str | None = None


@dataclass(slots=True)
class Coverage:
    """Loops 2000B and 2010B: whose plan, which payer, in which order (SBR01)."""

    responsibility: str = ""
    subscriber: Person = field(default_factory=Person)
    payer_name: str = ""
    payer_number: str = ""


@dataclass(slots=True)
class Line:
    """Loop 2400. `teeth` are (TOO02, surfaces as letters); `areas` the parts of SV304."""

    number: int
    line_number: str = ""
    code: str | None = None
    billed_cents: int | None = None
    areas: list[str] = field(default_factory=list)
    units: str = ""
    service_date: str | None = None
    service_to: str | None = None
    teeth: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Claim:
    """Loop 2300, under the billing provider, coverage and patient that were in force when its CLM came."""

    number: int
    billing: Billing
    coverage: Coverage
    patient: Person
    claim_number: str
    billed_cents: int | None
    frequency: str
    is_predetermination: bool
    payer_claim_number: str = ""
    predetermination_number: str = ""
    clearinghouse_number: str = ""
    service_from: str | None = None
    service_to: str | None = None
    attachments: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)

    @property
    def is_balanced(self) -> bool:
        """CLM02 = sum of SV302, and each of them can be read."""
        charges = [line.billed_cents for line in self.lines]
        return None not in (self.billed_cents, *charges) and self.billed_cents == sum(cents or 0 for cents in charges)

    def days(self) -> tuple[str | None, str | None]:
        """First and last day of service: of the claim, else of its lines."""
        first = [line.service_date for line in self.lines if line.service_date]
        last = [line.service_to or line.service_date for line in self.lines]
        found = [day for day in last if day]
        return self.service_from or min(first, default=None), self.service_to or max(found, default=None)


def claim_key(batch: Batch, claim: Claim) -> str:
    """BHT03, BHT04, BHT05, CLM01, and a digest of payer, order of payers, member and the claim's own segments.

    None of it depends on name, envelope, control numbers, delimiters or order of the file: the same file again is the
    same row. A re-submission is another batch (or another minute) and so another row. The digest keeps apart claims
    that share a number in one batch: the claim to a second payer, or systems that send the patient's number as CLM01.
    """
    coverage = claim.coverage
    said = [coverage.responsibility, coverage.payer_number, coverage.payer_name, coverage.subscriber.member_id,
            claim.patient.last, claim.patient.first, *claim.content]  # fmt: skip
    digest = blake2b("\x1d".join(said).encode(), digest_size=6).hexdigest()
    parts = (batch.reference, batch.made_on, batch.made_at, claim.claim_number)
    return ":".join([*(part.replace(":", " ").replace("/", " ") for part in parts), digest])


def claim_row(key: str, claim: Claim, batch: Batch, transaction: Transaction, dates: Dates) -> Row:
    """The row of `sent_claim`. It was sent on the day of the batch, else on that of the envelope."""
    group, coverage = transaction.group, claim.coverage
    service_from, service_to = claim.days()
    return row_of("sent_claim", {
        "source_key": key, "locator": claim.number, "patient_last": claim.patient.last,
        "patient_first": claim.patient.first, "patient_birth_date": claim.patient.birth_date,
        "member_id": claim.patient.member_id or coverage.subscriber.member_id, "claim_number": claim.claim_number,
        "payer_claim_number": claim.payer_claim_number, "predetermination_number": claim.predetermination_number,
        "clearinghouse_number": claim.clearinghouse_number, "payer_name": coverage.payer_name,
        "payer_number": coverage.payer_number, "billing_npi": claim.billing.npi, "billing_tax_id": claim.billing.tax_id,
        "claim_type": _claim_type(claim, batch), "frequency": int(claim.frequency) if claim.frequency else None,
        "ordinal": ORDINALS.get(coverage.responsibility), "billed_cents": claim.billed_cents,
        "line_count": len(claim.lines), "service_from": service_from, "service_to": service_to,
        "sent_on": dates[batch.made_on] or dates[transaction.made_on], "batch_ref": batch.reference,
        "interchange_number": transaction.interchange.header.control, "group_number": group.control if group else None,
        "set_number": transaction.control, "attachments": bars(claim.attachments), "balanced": claim.is_balanced,
        "flags": bars([*transaction.all_flags(), *dict.fromkeys(claim.flags)]),
    })  # fmt: skip


def line_rows(key: str, lines: Iterable[Line]) -> list[Row]:
    """The rows of `sent_line`. Teeth and surfaces run parallel: `|14|15|` and `|MO|DO|`."""
    return [
        row_of("sent_line", {
            "source_key": f"{key}/{position:03d}", "locator": line.number, "sent_claim_key": key, "position": position,
            "line_number": line.line_number, "code": line.code, "billed_cents": line.billed_cents,
            "teeth": bars([tooth for tooth, _ in line.teeth]),
            "surfaces": bars([surfaces for _, surfaces in line.teeth]) if any(s for _, s in line.teeth) else None,
            "area": bars(line.areas), "units": line.units, "service_date": line.service_date,
        })
        for position, line in enumerate(lines, 1)
    ]  # fmt: skip


def _claim_type(claim: Claim, batch: Batch) -> str:
    """CLM19 `PB` asks for a predetermination; BHT06 `RP` reports an encounter (reference clearinghouse-x12 §6, §7)."""
    return "PREAUTH" if claim.is_predetermination else "ENCOUNTER" if batch.kind == "RP" else "CLAIM"
