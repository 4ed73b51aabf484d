"""Posting a check to the ledger, cent by cent as the payer's 835 says, and the second plan that comes after."""

from __future__ import annotations

from hub.demo.claims import Answer, Check, Claim, Line, Office, answer, send

# what a contract takes off; a refusal (CO-50, CO-29 ...) is not written off by posting it
_CONTRACT = ("45", "24")
_MIRRORED = {"L6": "Insurance Interest", "WO": "Insurance Takeback"}


def post_all(office: Office) -> None:
    """Post every check that the office has worked; secondary claims that arise from it are sent and answered in turn."""
    done = 0
    while done < len(office.checks):
        waiting = sorted(office.checks[done:], key=lambda check: (check.day, check.trace))
        done = len(office.checks)
        for check in waiting:
            _secondaries(office, check)
    for check in sorted(office.checks, key=lambda check: (check.day, check.trace)):
        if check.posted:
            _post(office, check)


def _secondaries(office: Office, check: Check) -> None:
    for made in list(check.answers):
        claim = made.claim
        if claim and check.posted and claim.ordinal == 1 and made.status == "1" and len(claim.person.coverages) > 1:
            _second_claim(office, claim, check)


def _second_claim(office: Office, first: Claim, check: Check) -> None:
    """The second plan pays four fifths of what the first left; its own contract takes off nothing more."""
    lines = [_second_line(line) for line in first.lines if line.of("PR")]
    if not lines:
        return
    claim = Claim(
        office.world.next("claim"), first.person, first.person.coverages[1], 2, first.service, lines,
        sum(line.paid for line in lines), check.day,
    )  # fmt: skip
    send(office, claim)
    answer(office, claim)


def _second_line(line: Line) -> Line:
    share = line.of("PR")
    return Line(line.number, line.code, line.tooth, line.charge, [("OA", "23", line.charge - share), ("PR", "2", share - share * 4 // 5)])


def _post(office: Office, check: Check) -> None:
    for made in check.answers:
        if made.status != "25":
            _post_answer(office, check, made)
        elif made.claim:
            made.claim.received = check.day
    for code, _, cents in check.adjustments:
        # the mirror of a PLB line: what lowered the check raises what the office is still owed
        owner = check.answers[0].printed
        office.world.post(owner, check.day, _MIRRORED[code], cents, reference=check.trace)


def _post_answer(office: Office, check: Check, made: Answer) -> None:
    """One insurance payment per CLP, also of 0.00: that is how the practice system closes a claim."""
    claim, world = made.claim, office.world
    if claim is None:
        return
    world.post(claim.person, check.day, "Insurance Payment", -made.paid, claim=claim.id, reference=check.trace)
    off = sum(cents for line in made.lines for _, reason, cents in line.adjustments if reason in _CONTRACT)
    if off:
        world.post(claim.person, check.day, "Insurance Write-off", -off, claim=claim.id)
    claim.received = check.day
    claim.paid += made.paid
    claim.written_off += off
    if made.share > 0 and len(claim.person.coverages) < claim.ordinal + 1 and world.rng.random() < 0.9:
        world.post(claim.person, check.day, "Check Payment", -made.share, reference=f"ck{world.rng.randrange(1000, 9999)}")


