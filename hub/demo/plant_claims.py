"""What is outstanding with payers: CLAIM-AGING, CLAIM-REJECTED, CLAIM-DENIED, PREAUTH-PENDING, and their look-alikes.

The value of a claim item is what the practice system expects the payer to pay.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hub.demo.claims import Ack, Check, Claim, Line, Office, answer, bill, decision, own_check, send, weekly_check
from hub.demo.clinical import book, case_of, complete, default_case, put
from hub.demo.history import find
from hub.demo.households import take
from hub.demo.payers import BY_KEY, COMMERCIAL, Payer
from hub.demo.plant_care import settled
from hub.demo.planted import Planted

AGING, REJECTED, DENIED, PREAUTH = "CLAIM-AGING", "CLAIM-REJECTED", "CLAIM-DENIED", "PREAUTH-PENDING"
_REFUSALS = (("PR", "204"), ("CO", "29"), ("PR", "96"), ("CO", "50"))
_RETURNS = (
    ("A7", "153", "IL", "MEMBER ID NOT ON FILE"), ("A3", "116", "PR", "CLAIM SENT TO THE WRONG PAYER"),
    ("A6", "21", "82", "RENDERING PROVIDER MISSING"),
)  # fmt: skip


def plant_claims(office: Office, planted: Planted, count: int) -> None:
    for turn in range(count):
        _aging(office, planted, turn)
        _rejected(office, planted, turn)
        _denied(office, planted, turn)
        _preauth(office, planted, turn)
    for trap in (_traps_aging, _traps_rejected, _traps_denied, _traps_preauth):
        trap(office, planted)


def worked(
    office: Office, day: date, codes: tuple[str, ...] = ("D2740", "D2950"), payers: tuple[Payer, ...] = COMMERCIAL
) -> Claim:
    """An insured patient whose restorative visit of that day was billed; nobody has answered yet."""
    world = office.world
    person = settled(office, take(world, payers=payers))
    procedures = find(world, person, codes, day)
    put(procedures, default_case(world, person, day))
    complete(world, book(world, person, day, procedures, "Restorative"), procedures)
    return bill(office, person, day, procedures, deductible=False)


def _aging(office: Office, planted: Planted, turn: int) -> None:
    claim = worked(office, office.world.calendar.ago(22 + 17 * turn % 130))
    if turn % 4 == 3:
        claim.person.status = "Inactive"
    if turn % 3 == 2:
        claim.tracer = office.world.calendar.ago(5)
        claim.note = "called, in review"
    age = (office.world.calendar.today - claim.sent).days
    planted.item(AGING, claim.id, claim.estimate, f"sent {age} days ago, no answer ({claim.person.status.lower()} patient)")


def _rejected(office: Office, planted: Planted, turn: int) -> None:
    claim = worked(office, office.world.calendar.ago(3 + 4 * turn % 18))
    _return(office, claim, turn)
    planted.item(REJECTED, claim.id, claim.estimate, "rejected before the payer looked, not sent again")


def _return(office: Office, claim: Claim, turn: int) -> None:
    """Take back the acceptance and put a rejection in its place."""
    category, status, entity, text = _RETURNS[turn % len(_RETURNS)]
    office.acks[:] = [ack for ack in office.acks if ack.claim is not claim]
    day = min(claim.sent + timedelta(days=1), office.world.calendar.night)
    speaker = "AY" if category == "A3" else "PR"
    office.acks.append(Ack(claim, day, category, status, entity, False, text, speaker))


def _denied(office: Office, planted: Planted, turn: int) -> None:
    """Answered with nothing, posted as 0.00 and so gone from every native list."""
    calendar = office.world.calendar
    paid_on = calendar.work.plus(calendar.last_open, -(6 + 5 * turn % 60))
    claim = worked(office, calendar.work.plus(paid_on, -8), ("D2740",))
    expected = claim.estimate
    group, reason = _REFUSALS[turn % len(_REFUSALS)]
    claim.lines = [Line(x.number, x.code, x.tooth, x.charge, [(group, reason, x.charge)]) for x in claim.lines]
    check = own_check(office, claim.payer, paid_on) if turn % 2 else weekly_check(office, claim.payer, paid_on)
    check.answers.append(decision(office, claim, status="4" if turn % 3 == 0 else "1"))
    planted.item(DENIED, claim.id, expected, f"paid 0.00 with {group}-{reason}, posted and closed", (check.trace,))


def preauthorize(office: Office, day: date, payers: tuple[Payer, ...] = COMMERCIAL) -> Claim:
    """A predetermination for a crown whose visit is already on the book."""
    world = office.world
    person = settled(office, take(world, payers=payers))
    procedures = find(world, person, ("D2740", "D2950"), day)
    case = case_of(world, person, "Crown", "Pre-Auth (Primary)", day, presented=day, severity="Eventual")
    put(procedures, default_case(world, person, day), case)
    book(world, person, world.calendar.ahead(10), procedures, "Restorative", created=day)
    lines = [
        Line(f"P{p.id}", p.code, p.tooth, p.fee, [("CO", "45", p.write_off), ("PR", "2", p.share), ("OA", "101", p.insurance)])
        for p in procedures
    ]  # fmt: skip
    estimate = sum(procedure.insurance for procedure in procedures)
    claim = Claim(world.next("claim"), person, person.coverages[0], 1, day, lines, estimate, day, preauth=True)
    return send(office, claim, acknowledged=False)


def _preauth(office: Office, planted: Planted, turn: int) -> None:
    calendar = office.world.calendar
    claim = preauthorize(office, calendar.work.plus(calendar.last_open, -(17 + 3 * turn % 30)))
    planted.item(PREAUTH, claim.id, claim.estimate, "predetermination without answer for 15 working days or more")


def _traps_aging(office: Office, planted: Planted) -> None:
    calendar = office.world.calendar
    young = worked(office, calendar.ago(10))
    planted.trap(AGING, young.id, "sent ten days ago")
    late = worked(office, calendar.work.plus(calendar.last_open, -30))
    answered = calendar.work.plus(calendar.last_open, -1)
    own_check(office, late.payer, answered).answers.append(decision(office, late))
    planted.trap(AGING, late.id, "answered and posted on the last working day")
    planted.trap("ERA-UNPOSTED", late.id, "answered and posted on the last working day")


def _traps_rejected(office: Office, planted: Planted) -> None:
    """Rejected, corrected, sent again, accepted: the age starts anew, the rejection is history."""
    calendar = office.world.calendar
    claim = worked(office, calendar.work.plus(calendar.last_open, -15))
    _return(office, claim, 0)
    claim.resent = calendar.work.plus(calendar.last_open, -5)
    day = calendar.work.plus(claim.resent, 1)
    office.acks.append(Ack(claim, day, "A2", "20", "PR", True))
    planted.trap(REJECTED, claim.id, "sent again after the rejection and accepted")
    planted.trap(AGING, claim.id, "sent again a week ago")


def _traps_denied(office: Office, planted: Planted) -> None:
    _trap_deductible(office, planted)
    _trap_second_plan(office, planted)
    _trap_capitation(office, planted)
    _trap_corrected(office, planted)


def _trap_deductible(office: Office, planted: Planted) -> None:
    """The estimate did not know that the deductible was still open."""
    claim = _long_ago(office, ("D2392",), (BY_KEY["guardwell"],))
    allowed = claim.lines[0].charge - claim.lines[0].of("CO")
    claim.lines[0].adjustments[:] = [("CO", "45", claim.lines[0].of("CO")), ("PR", "1", allowed)]
    answer(office, claim)
    planted.trap(DENIED, claim.id, "paid 0.00: all of it is deductible")


def _trap_second_plan(office: Office, planted: Planted) -> None:
    """The second plan adds nothing to what the first paid."""
    claim = _long_ago(office, ("D2392",), COMMERCIAL)
    check = answer(office, claim)
    assert check is not None  # thirty working days are longer than any pay cycle
    other = next(payer for payer in COMMERCIAL if payer is not claim.payer)
    line = claim.lines[0]
    paid, share = line.paid, line.of("PR")
    second = replace(claim, id=office.world.next("claim"), ordinal=2, sent=claim.sent + timedelta(days=10), received=None)
    second.coverage = replace(claim.coverage, payer=other, member_id="X" + claim.coverage.member_id[1:])
    second.lines = [replace(line, adjustments=[("OA", "23", paid), ("CO", "45", line.charge - paid - share), ("PR", "2", share)])]
    send(office, second)
    answer(office, second)
    planted.trap(DENIED, second.id, "second plan pays 0.00: the first plan's payment explains it")


def _trap_capitation(office: Office, planted: Planted) -> None:
    claim = _long_ago(office, ("D2740",), (BY_KEY["evergreen"],))
    answer(office, claim)
    planted.trap(DENIED, claim.id, "capitation: no payment was expected")


def _trap_corrected(office: Office, planted: Planted) -> None:
    """Paid, then reversed and paid anew with less: the reversal half is no denial, the net is what counts."""
    claim = _long_ago(office, ("D2740",), (BY_KEY["delta"],))
    first = answer(office, claim)
    assert first is not None  # as above
    calendar = office.world.calendar
    check = weekly_check(office, claim.payer, calendar.work.roll_back(_later(office, claim.payer, claim.sent)))
    undone = replace(first, status="22", lines=[line.negated() for line in first.lines], reversal=True)
    less = [("CO", "45", claim.lines[0].of("CO")), ("PR", "2", claim.lines[0].of("PR") + 3000)]
    again = decision(office, claim, status="1")
    again.lines, again.original = [replace(claim.lines[0], adjustments=less)], first.payer_number
    check.answers += [undone, again]
    planted.trap(DENIED, claim.id, "reversal and correction: 30.00 less than before, not nothing")
    planted.trap("ERA-UNPOSTED", claim.id, "both halves of the correction are posted")


def _later(office: Office, payer: Payer, sent: date) -> date:
    first = sent + timedelta(days=28)
    return first + timedelta(days=(payer.weekday - first.weekday()) % 7)


def _long_ago(office: Office, codes: tuple[str, ...], payers: tuple[Payer, ...]) -> Claim:
    calendar = office.world.calendar
    return worked(office, calendar.work.plus(calendar.last_open, -50), codes, payers)


def _traps_preauth(office: Office, planted: Planted) -> None:
    calendar = office.world.calendar
    young = preauthorize(office, calendar.work.plus(calendar.last_open, -6))
    planted.trap(PREAUTH, young.id, "sent six working days ago")
    for turn in range(3):
        claim = preauthorize(office, calendar.work.plus(calendar.last_open, -(28 + 4 * turn)))
        check: Check = own_check(office, claim.payer, calendar.work.plus(claim.sent, 12))
        check.answers.append(decision(office, claim))
        planted.trap(PREAUTH, claim.id, "answered with an estimate (status 25)")


