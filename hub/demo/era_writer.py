"""835 files: one ST per check, balanced by construction (the paid amounts are what the adjustments leave)."""

from __future__ import annotations

from hub.demo.claims import Answer, Cas, Check, Line
from hub.demo.payers import Habits
from hub.demo.x12 import NPI, OFFICE, TAX_ID, Segment, amount, day, interchange, printed

VERSION = "005010X221A1"


def era(checks: list[Check], control: int) -> str:
    """One interchange of one payer with a transaction set per check."""
    payer = checks[0].payer
    sets = [transaction(check, number) for number, check in enumerate(checks, 1)]
    # a payer that numbers every file 1 is a fact of life: control numbers identify nothing
    control = 1 if payer.key == "cygnet" else control
    return interchange(
        sets, payer.habits, sender=payer.number, group="HP", version=VERSION, made=checks[-1].day, control=control
    )


def transaction(check: Check, number: int) -> list[Segment]:
    habits = check.payer.habits
    segments: list[Segment] = [("ST", "835", f"{number:04d}"), *_head(check)]
    if not habits.lx_per_claim:
        segments.append(("LX", "1"))
    for position, answer in enumerate(check.answers, 1):
        if habits.lx_per_claim:
            segments.append(("LX", str(position)))
        segments += _claim(answer, check, habits)
    for code, reference, cents in check.adjustments:
        segments.append(("PLB", NPI, f"{check.day.year}1231", (code, reference), amount(cents, habits)))
    return segments


def _head(check: Check) -> list[Segment]:
    payer, money = check.payer, amount(check.amount, check.payer.habits)
    originator = f"1{payer.number}0000"[:10]
    if check.amount:
        bpr: Segment = (
            "BPR", "I", money, "C", "ACH", "CCP", "01", "000000000", "DA", "000000", originator, "", "01", "000000000", "DA",
            "000000", day(check.day),
        )  # fmt: skip
    else:
        bpr = ("BPR", "H", money, "C", "NON", *([""] * 11), day(check.day))
    return [
        bpr, ("TRN", "1", check.trace, originator), ("DTM", "405", day(check.day)),
        ("N1", "PR", printed(payer.name, payer.habits), "XV", payer.number), ("N3", "1 EXAMPLE PLAZA"),
        ("N4", "EXAMPLETON", "IL", "00099"), ("PER", "BL", "EDI", "TE", "8005550100"),
        ("N1", "PE", OFFICE, "XX", NPI), ("REF", "TJ", TAX_ID),
    ]  # fmt: skip


def _claim(answer: Answer, check: Check, habits: Habits) -> list[Segment]:
    share = "" if answer.reversal else amount(answer.share, habits)
    who = answer.printed
    segments: list[Segment] = [
        ("CLP", answer.number, answer.status, amount(answer.charge, habits), amount(answer.paid, habits), share,
         check.payer.filing_code, answer.payer_number, "11", "1"),
    ]  # fmt: skip
    if answer.claim_level:
        segments += _adjustments([part for line in answer.lines for part in line.adjustments], habits)
    segments.append(("NM1", "QC", "1", printed(who.last, habits), printed(who.first, habits), who.middle, "", who.suffix.upper(),
                     "MI", answer.member_id))  # fmt: skip
    if answer.original:
        segments.append(("REF", "F8", answer.original))
    if answer.status != "25":
        segments.append(("DTM", "232", day(answer.service)))
    if not answer.claim_level:
        for line in answer.lines:
            segments += _line(answer, line, habits)
    return segments


def _line(answer: Answer, line: Line, habits: Habits) -> list[Segment]:
    segments: list[Segment] = [("SVC", ("AD", line.code), amount(line.charge, habits), amount(line.paid, habits), "", "1")]
    if answer.status != "25":
        segments.append(("DTM", "472", day(answer.service)))
    segments += _adjustments(line.adjustments, habits)
    segments.append(("REF", "6R", line.number))
    if habits.prints_b6 and not answer.reversal:
        segments.append(("AMT", "B6", amount(line.charge - line.of("CO"), habits)))
    return segments


def _adjustments(parts: list[Cas], habits: Habits) -> list[Segment]:
    """One CAS per group, its reasons as triples; equal reasons of several lines are added up."""
    groups: dict[str, dict[str, int]] = {}
    for group, reason, cents in parts:
        reasons = groups.setdefault(group, {})
        reasons[reason] = reasons.get(reason, 0) + cents
    segments: list[Segment] = []
    for group, reasons in groups.items():
        cells: list[str] = []
        for reason, cents in reasons.items():
            cells += [reason, amount(cents, habits), ""]
        segments.append(("CAS", group, *cells[:-1]))
    return segments
