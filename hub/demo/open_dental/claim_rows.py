"""claim, claimproc, claimpayment, claimtracking: what was billed, what was expected, what came, and what nobody made a claim of.

One claimproc per procedure of a claim; a payer's second thoughts are Supplemental rows; money that a check adds or takes beside
its claims is a total-payment row with ProcNum 0; planned work has Estimate rows without a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hub.demo.claims import Answer, Check, Claim, Line
from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.columns import NO_DATE, Row
from hub.demo.open_dental.lists import CLINIC, PROVIDERS, TRACK_CALLED, USER_BILLING
from hub.demo.open_dental.making import Making, at
from hub.demo.open_dental.people import cover, sub_of
from hub.demo.work import covered_percent
from hub.demo.world import Procedure

NOT_RECEIVED, RECEIVED, PREAUTH, SUPPLEMENTAL, CAP_CLAIM, ESTIMATE = 0, 1, 2, 4, 5, 6
_CONTRACT = ("45", "24")
_RELATION = {True: 0, False: 2}
EFT, LOCKBOX = 355, 451
# cents of every partial check that nobody has entered on a claim yet
STILL_TO_ENTER = 15000


@dataclass(frozen=True, slots=True)
class Decision:
    """A payer's answer as it was posted, in the check that brought it."""

    check: Check
    answer: Answer


def add_claims(m: Making) -> None:
    """Claims with their rows, then the checks over them, then what is on no claim."""
    payments = _payments(m)
    decided = _decisions(m)
    billed: set[str] = set()
    for turn, claim in enumerate(list(m.office.claims)):
        number = m.keys.claims[claim.id] = int(claim.id)
        _covered(m, claim)
        _claim(m, claim, number, turn)
        answers = decided.get(claim.id, [])
        for position, line in enumerate(claim.lines):
            _line(m, claim, line, position, answers, payments)
        if not claim.preauth:
            billed |= {line.number for line in claim.lines}
        _tracking(m, claim, number)
    _totals(m, payments)
    _held_for_primary(m)
    _estimates(m, billed)
    _add_up(m)


def _payments(m: Making) -> dict[str, int]:
    """Every posted check as a claimpayment; the amount follows from what is attached to it."""
    made: dict[str, int] = {}
    for check in sorted(m.office.checks, key=lambda check: (check.day, check.trace)):
        if check.posted and check.answers and check.trace not in m.marks.unfinalized:
            made[check.trace] = m.b.add(
                "claimpayment", m.stamp(check.day), CheckDate=check.day, CheckNum=check.trace, ClinicNum=CLINIC, DateIssued=check.day,
                CarrierName=check.payer.name, IsPartial=int(check.trace in m.marks.partial), PayType=EFT, PayGroup=LOCKBOX,
                SecUserNumEntry=USER_BILLING, SecDateEntry=check.day,
            )  # fmt: skip
    return made


def _decisions(m: Making) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for check in sorted(m.office.checks, key=lambda check: (check.day, check.trace)):
        for answer in check.answers:
            if answer.claim and (check.posted or answer.status == "25"):
                found.setdefault(answer.claim.id, []).append(Decision(check, answer))
    return found


def _covered(m: Making, claim: Claim) -> None:
    """The policy behind a claim; one that the patient list does not show gets its patplan row here."""
    if (claim.payer.key, claim.coverage.member_id) not in m.keys.subs:
        cover(m, claim.person, claim.coverage, claim.ordinal)


def claim_status(m: Making, claim: Claim) -> str:
    return m.marks.status.get(claim.id) or ("R" if claim.received else "S")


def _claim(m: Making, claim: Claim, number: int, turn: int) -> None:
    status = claim_status(m, claim)
    sent = status in "SR"
    second = next((other for other in claim.person.coverages if other.payer is not claim.payer), None)
    own = claim.coverage.subscriber is claim.person
    taken = sum(cents_ for line in claim.lines for _, reason, cents_ in line.adjustments if reason == "1")
    m.b.add(
        "claim", m.stamp(claim.received or claim.last_sent), ClaimNum=number, PatNum=m.pat(claim.person),
        DateService=NO_DATE if claim.preauth else claim.service, DateSent=claim.last_sent if sent else NO_DATE, ClaimStatus=status,
        DateReceived=claim.received or NO_DATE, PlanNum=m.keys.plans[claim.payer.key], ProvTreat=PROVIDERS[claim.person.provider],
        ClaimFee=cents(claim.billed), InsPayEst=cents(claim.estimate), InsPayAmt=cents(claim.paid),
        DedApplied=cents(taken) if claim.received else Decimal(0), PreAuthString=f"PA{number}" if claim.preauth and claim.received else "",
        IsProsthesis="N", ClaimNote="x-ray attached;\r\npatient's tooth #3\thurts" if turn % 37 == 0 else None,
        ClaimType="PreAuth" if claim.preauth else "P" if claim.ordinal == 1 else "S", ProvBill=1, WriteOff=cents(claim.written_off),
        ClinicNum=CLINIC, ClaimForm=4, InsSubNum=sub_of(m, claim.coverage), PatRelat=_RELATION[own],
        InsSubNum2=sub_of(m, second) if second else 0, PlanNum2=m.keys.plans[second.payer.key] if second else 0,
        DateResent=claim.resent or NO_DATE, ClaimIdentifier=str(number), SecUserNumEntry=USER_BILLING,
        SecDateEntry=m.marks.entered.get(claim.id, claim.service), DateSentOrig=claim.sent if sent else NO_DATE,
    )  # fmt: skip


def shares(claim: Claim, by_number: dict[str, Procedure]) -> list[int]:
    """What each line was expected to bring; together the claim's estimate."""
    charted = [by_number[line.number].insurance for line in claim.lines if line.number in by_number]
    if len(charted) == len(claim.lines) and sum(charted) == claim.estimate:
        return charted
    lines = [line.paid for line in claim.lines]
    if sum(lines) == claim.estimate:
        return lines
    parts = [claim.estimate * line.charge // max(1, claim.billed) for line in claim.lines]
    return [*parts[:-1], claim.estimate - sum(parts[:-1])]


def _line(
    m: Making, claim: Claim, line: Line, position: int, decided: list[Decision], payments: dict[str, int]
) -> None:
    expected = shares(claim, m.lines_of)[position]
    row = _open_row(m, claim, line, expected)
    if claim.preauth:
        row |= {"Status": PREAUTH, "Remarks": "benefit per contract; pat's share may differ" if decided else ""}
    elif decided:
        row |= _received(claim, line_of(decided[0].answer, line), decided[0], payments)
    day = decided[0].check.day if decided else claim.last_sent
    m.b.add("claimproc", m.stamp(day), **row)
    for decision in decided[1:]:
        late = _received(claim, line_of(decision.answer, line), decision, payments)
        m.b.add("claimproc", m.stamp(decision.check.day), **(row | {"InsPayEst": Decimal(0), "InsEstTotal": Decimal(0), "BaseEst": Decimal(0),
                "FeeBilled": Decimal(0)} | late | {"Status": SUPPLEMENTAL, "DateSuppReceived": decision.check.day}))  # fmt: skip


def line_of(answer: Answer, line: Line) -> Line:
    return next((made for made in answer.lines if made.number == line.number), line)


def _open_row(m: Making, claim: Claim, line: Line, expected: int) -> Row:
    procedure = m.lines_of[line.number]
    off = procedure.write_off if claim.ordinal == 1 else 0
    return {
        "ProcNum": m.proc(procedure), "ClaimNum": m.keys.claims[claim.id], "PatNum": m.pat(claim.person),
        "ProvNum": PROVIDERS[claim.person.provider], "FeeBilled": cents(line.charge), "InsPayEst": cents(expected),
        "Status": NOT_RECEIVED, "PlanNum": m.keys.plans[claim.payer.key], "DateCP": claim.service, "CodeSent": line.code,
        "WriteOff": Decimal(0) if claim.preauth else cents(off), "Percentage": covered_percent(line.code, claim.payer),
        "BaseEst": cents(expected), "ProcDate": claim.service, "InsEstTotal": cents(expected),
        "WriteOffEst": cents(off) if claim.ordinal == 1 else Decimal(-1), "ClinicNum": CLINIC, "InsSubNum": sub_of(m, claim.coverage),
        "SecUserNumEntry": USER_BILLING, "SecDateEntry": claim.service,
    }  # fmt: skip


def _received(claim: Claim, line: Line, decision: Decision, payments: dict[str, int]) -> Row:
    """The columns that posting fills; ClaimPaymentNum stays 0 until somebody finalizes."""
    off = sum(amount for _, reason, amount in line.adjustments if reason in _CONTRACT)
    day, number = decision.check.day, payments.get(decision.check.trace, 0)
    return {
        "Status": CAP_CLAIM if claim.payer.capitation else RECEIVED, "InsPayAmt": cents(line.paid), "WriteOff": cents(off),
        "DedApplied": cents(sum(amount for _, reason, amount in line.adjustments if reason == "1")), "ClaimPaymentNum": number,
        "DateCP": day, "DateEntry": day, "DateInsFinalized": day if number else NO_DATE, "PaymentRow": 1 if number else 0,
        "ClaimAdjReasonCodes": ",".join(reason for _, reason, _ in line.adjustments),
    }  # fmt: skip


def _tracking(m: Making, claim: Claim, number: int) -> None:
    """A call to the payer hides the claim from Open Dental's own list for some days; the latest row counts."""
    if claim.tracer is not None:
        for day, note in ((claim.sent, "first look"), (claim.tracer, claim.note)):
            m.b.add("claimtracking", at(day, 14, 5, 45), ClaimNum=number, TrackingType="StatusHistory", UserNum=USER_BILLING, Note=note,
                    TrackingDefNum=TRACK_CALLED)  # fmt: skip
        m.b.add(
            "claimtracking", at(claim.tracer, 14, 6), ClaimNum=number, TrackingType="ClaimUser", UserNum=USER_BILLING
        )


def _totals(m: Making, payments: dict[str, int]) -> None:
    """Interest and takebacks beside the claims of a check, entered "by total" on its first claim."""
    for check in m.office.checks:
        claim = check.answers[0].claim if check.answers and check.posted else None
        for _, reference, amount in check.adjustments if claim else []:
            assert claim is not None
            m.b.add(
                "claimproc", m.stamp(check.day), ClaimNum=m.keys.claims[claim.id], PatNum=m.pat(claim.person), Status=SUPPLEMENTAL,
                InsPayAmt=cents(-amount), ClaimPaymentNum=payments.get(check.trace, 0), PlanNum=m.keys.plans[claim.payer.key],
                DateCP=check.day, DateEntry=check.day, ProcDate=check.day, InsSubNum=sub_of(m, claim.coverage), ClinicNum=CLINIC,
                ProvNum=PROVIDERS[claim.person.provider], Remarks=f"by total {reference}", DateSuppReceived=check.day,
                DateInsFinalized=check.day,
            )  # fmt: skip


def _held_for_primary(m: Making) -> None:
    """The second plan's claim waits (H) while the first payer thinks; nothing is wrong with it."""
    for claim in list(m.office.claims):
        waits = claim.ordinal == 1 and not claim.preauth and not claim.received and len(claim.person.coverages) > 1
        if not waits or claim.id in m.marks.status:
            continue
        second = claim.person.coverages[1]
        number = m.b.add(
            "claim", m.stamp(claim.sent), PatNum=m.pat(claim.person), DateService=claim.service, ClaimStatus="H", ClaimFee=cents(claim.billed),
            PlanNum=m.keys.plans[second.payer.key], InsSubNum=sub_of(m, second), ClaimType="S", ProvTreat=PROVIDERS[claim.person.provider],
            ProvBill=1, InsSubNum2=sub_of(m, claim.coverage), PlanNum2=m.keys.plans[claim.payer.key], IsProsthesis="N", ClinicNum=CLINIC,
            SecDateEntry=claim.sent, SecUserNumEntry=USER_BILLING,
        )  # fmt: skip
        for line in claim.lines:
            procedure = m.lines_of[line.number]
            m.b.add("claimproc", m.stamp(claim.sent), ProcNum=m.proc(procedure), ClaimNum=number, PatNum=m.pat(claim.person), Status=NOT_RECEIVED,
                    FeeBilled=cents(line.charge), PlanNum=m.keys.plans[second.payer.key], InsSubNum=sub_of(m, second), DateCP=claim.service,
                    ProcDate=claim.service, CodeSent=line.code, ClinicNum=CLINIC, ProvNum=PROVIDERS[claim.person.provider],
                    SecDateEntry=claim.service)  # fmt: skip


def _estimates(m: Making, billed: set[str]) -> None:
    """What the first plan would pay for work on no claim. Completed work that was never to be billed says so (NoBillIns)."""
    for number, p in m.lines_of.items():
        if not p.person.coverages or number in billed or (p.completed and not p.fee):
            continue
        coverage = p.person.coverages[0]
        refused = p.completed is not None and p.id not in m.marks.unbilled | m.marks.in_process
        expected, off = (0, 0) if refused else (p.insurance, p.write_off)
        m.b.add(
            "claimproc", m.stamp(p.completed or p.planned), ProcNum=m.proc(p), PatNum=m.pat(p.person), ProvNum=PROVIDERS[p.person.provider],
            InsPayEst=cents(expected), Status=ESTIMATE, PlanNum=m.keys.plans[coverage.payer.key], DateCP=p.completed or p.planned,
            Percentage=covered_percent(p.code, coverage.payer), NoBillIns=int(refused), BaseEst=cents(expected), InsEstTotal=cents(expected),
            WriteOffEst=cents(off), ProcDate=p.completed or p.planned, ClinicNum=CLINIC, InsSubNum=sub_of(m, coverage),
            InsEstTotalOverride=_override(m, number, expected), SecUserNumEntry=USER_BILLING, SecDateEntry=p.planned,
        )  # fmt: skip


def _override(m: Making, number: str, expected: int) -> Decimal:
    """An answered predetermination is copied to the estimate of its procedure."""
    answered = any(
        claim.preauth and claim.received and any(line.number == number for line in claim.lines) for claim in m.preauths
    )
    return cents(expected) if answered else Decimal(-1)


def _add_up(m: Making) -> None:
    """CheckAmt is what is attached to the check, and while it is partial what is still to be entered."""
    total: dict[int, Decimal] = {}
    for row in m.b.rows["claimproc"]:
        number, paid = row["ClaimPaymentNum"], row["InsPayAmt"]
        assert isinstance(number, int) and isinstance(paid, Decimal)
        total[number] = total.get(number, Decimal(0)) + paid
    for row in m.b.rows["claimpayment"]:
        key = row["ClaimPaymentNum"]
        assert isinstance(key, int)
        row["CheckAmt"] = total.get(key, Decimal(0)) + (cents(STILL_TO_ENTER) if row["IsPartial"] else 0)
