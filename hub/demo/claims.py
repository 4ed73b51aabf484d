"""Claims from completed work to posted payment, as the office and its payers live through them. Cents throughout.

A claim is sent on the day of the visit. A payer answers on its weekly pay day, 7 to 13 days after sending, in one check for
everything that is ready; the office posts on that day. So an unanswered claim of the ordinary run is never 15 days old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hub.demo.payers import Payer
from hub.demo.work import FEES, covered_percent, write_off
from hub.demo.world import Coverage, Person, Procedure, World

Cas = tuple[str, str, int]


@dataclass(slots=True, eq=False)
class Line:
    """One claim line as the payer decides it; `adjustments` are (group, reason, cents), above 0 lowers the payment."""

    number: str
    code: str
    tooth: str
    charge: int
    adjustments: list[Cas]

    @property
    def paid(self) -> int:
        return self.charge - sum(cents for _, _, cents in self.adjustments)

    def of(self, group: str) -> int:
        return sum(cents for name, _, cents in self.adjustments if name == group)

    def negated(self) -> Line:
        return Line(self.number, self.code, self.tooth, -self.charge, [(g, r, -c) for g, r, c in self.adjustments])


@dataclass(slots=True, eq=False)
class Claim:
    """One claim of the practice system; `received` once an answer was posted."""

    id: str
    person: Person
    coverage: Coverage
    ordinal: int
    service: date
    lines: list[Line]
    estimate: int
    sent: date
    resent: date | None = None
    tracer: date | None = None
    received: date | None = None
    paid: int = 0
    written_off: int = 0
    preauth: bool = False
    note: str = ""

    @property
    def billed(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def payer(self) -> Payer:
        return self.coverage.payer

    @property
    def last_sent(self) -> date:
        return self.resent or self.sent


@dataclass(slots=True, eq=False)
class Answer:
    """One CLP. `claim` None: a claim that this practice system does not have."""

    claim: Claim | None
    status: str
    lines: list[Line]
    number: str
    payer_number: str
    printed: Person
    member_id: str
    service: date
    claim_level: bool = False  # no SVC: the adjustments stand at the claim
    original: str = ""
    reversal: bool = False

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def share(self) -> int:
        return sum(line.of("PR") for line in self.lines)


@dataclass(slots=True, eq=False)
class Check:
    """One 835 ST. `adjustments` are PLB lines (code, reference, cents), above 0 lowers the check."""

    payer: Payer
    trace: str
    day: date
    answers: list[Answer] = field(default_factory=list)
    adjustments: list[Cas] = field(default_factory=list)
    posted: bool = True
    alone: bool = False  # delivered in a file of its own

    @property
    def amount(self) -> int:
        return sum(answer.paid for answer in self.answers) - sum(cents for _, _, cents in self.adjustments)


@dataclass(frozen=True, slots=True)
class Ack:
    """One claim-level answer in a 277CA; `speaker` PR (payer) or AY (clearinghouse)."""

    claim: Claim
    day: date
    category: str
    status: str
    entity: str
    accepted: bool
    text: str = ""
    speaker: str = "PR"


@dataclass(slots=True)
class Office:
    """The claims side of the practice: everything sent, everything answered; `twice`: checks that were delivered twice."""

    world: World
    claims: list[Claim] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    twice: list[Check] = field(default_factory=list)
    open_checks: dict[tuple[str, date], Check] = field(default_factory=dict)
    years: dict[tuple[str, int], int] = field(default_factory=dict)


def bill(office: Office, person: Person, day: date, procedures: Sequence[Procedure], *, deductible: bool = True) -> Claim:
    """The primary claim for completed work, with the payer's coming decision already in its lines."""
    coverage = person.coverages[0]
    owed = _deductible_left(office, person, day) if deductible else 0
    lines: list[Line] = []
    for procedure in procedures:
        line, owed = _decide(procedure, coverage.payer, owed)
        lines.append(line)
    _remember_deductible(office, person, day, lines)
    return send(office, Claim(office.world.next("claim"), person, coverage, 1, day, lines, sum(x.paid for x in lines), day))


def send(office: Office, claim: Claim, *, acknowledged: bool = True) -> Claim:
    """Put it on record, with the acceptance that follows on the next open day."""
    office.claims.append(claim)
    if acknowledged:
        accept(office, claim, claim.last_sent)
    return claim


def accept(office: Office, claim: Claim, sent: date) -> None:
    day = office.world.calendar.work.plus(sent, 1)
    if day <= office.world.calendar.night:
        speaker, category, status = ("PR", "A2", "20") if claim.payer.acknowledges else ("AY", "A1", "19")
        office.acks.append(Ack(claim, day, category, status, "PR", True, speaker=speaker))


def _decide(procedure: Procedure, payer: Payer, owed: int) -> tuple[Line, int]:
    """A line and what is left of the deductible after it."""
    fee, off = procedure.fee, write_off(procedure.code, payer)
    allowed = fee - off
    if payer.capitation:
        return _line(procedure, [("CO", "24", off), ("PR", "3", allowed)]), owed
    first = min(owed, allowed) if FEES[procedure.code].level != "preventive" else 0
    covered = (allowed - first) * covered_percent(procedure.code, payer) // 100
    adjustments = [("CO", "45", off), ("PR", "1", first), ("PR", "2", allowed - first - covered)]
    return _line(procedure, adjustments), owed - first


def _line(procedure: Procedure, adjustments: list[Cas]) -> Line:
    kept = [part for part in adjustments if part[2]]
    return Line(f"P{procedure.id}", procedure.code, procedure.tooth, procedure.fee, kept)


def _deductible_left(office: Office, person: Person, day: date) -> int:
    return person.coverages[0].payer.deductible - office.years.get((person.id, day.year), 0)


def _remember_deductible(office: Office, person: Person, day: date, lines: Sequence[Line]) -> None:
    taken = sum(cents for line in lines for _, reason, cents in line.adjustments if reason == "1")
    office.years[person.id, day.year] = office.years.get((person.id, day.year), 0) + taken


def pay_day(office: Office, payer: Payer, sent: date) -> date:
    """The payer's first weekly pay day a week or more after `sent`; a closed day moves it back to the open day before."""
    first = sent + timedelta(days=7)
    day = first + timedelta(days=(payer.weekday - first.weekday()) % 7)
    return office.world.calendar.work.roll_back(day)


def answer(office: Office, claim: Claim, *, day: date | None = None, number: str = "", status: str = "") -> Answer | None:
    """The payer's decision as the claim's lines say, in the check of its pay day; None while that day is still to come."""
    day = day or pay_day(office, claim.payer, claim.last_sent)
    if day > office.world.calendar.night:
        return None
    made = decision(office, claim, number=number, status=status)
    weekly_check(office, claim.payer, day).answers.append(made)
    return made


def decision(office: Office, claim: Claim, *, number: str = "", status: str = "") -> Answer:
    return Answer(
        claim, status or ("25" if claim.preauth else str(claim.ordinal)), claim.lines, number or claim.id,
        payer_number(office, claim.payer), claim.person, claim.coverage.member_id, claim.service,
        claim_level=claim.payer.capitation,
    )  # fmt: skip


def payer_number(office: Office, payer: Payer) -> str:
    return f"{payer.key[:2].upper()}{int(office.world.next('payer_claim')):08d}"


def weekly_check(office: Office, payer: Payer, day: date) -> Check:
    if (payer.key, day) not in office.open_checks:
        office.open_checks[payer.key, day] = own_check(office, payer, day, alone=False)
    return office.open_checks[payer.key, day]


def own_check(office: Office, payer: Payer, day: date, *, posted: bool = True, alone: bool = True) -> Check:
    check = Check(payer, office.world.next("trace"), day, posted=posted, alone=alone)
    office.checks.append(check)
    return check
