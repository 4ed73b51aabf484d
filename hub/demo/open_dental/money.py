"""payment, paysplit, adjustment: patients pay what insurance leaves, lenders pay for whitening, and the ledger's oddities.

Ordinary accounts end at zero: what is owed on a planted day is planted, nothing else. A credit is never left either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from hub.demo.lender import LENDER_PAYMENT, LENDER_REFUND
from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.chart import DONE
from hub.demo.open_dental.columns import Row
from hub.demo.open_dental.lists import (
    ADJ_DOWN,
    ADJ_UP,
    CLINIC,
    CODES,
    PAY_CHECK,
    PAY_LENDER,
    PAY_UNASSIGNED,
    PROVIDERS,
    UNEARNED,
    UNEARNED_HIDDEN,
    USER_FRONT,
)
from hub.demo.open_dental.making import Making, at
from hub.demo.world import Entry, Person

_PAID, _GUESSED = (1, 4, 5, 7), (0, 6, 8, 9)
# what a split is for: (procedure or 0, cents, unearned type)
Part = tuple[int, int, int]


def in_cents(value: object) -> int:
    """The cents of a money cell; -1 is "blank" and counts nothing where a caller says so."""
    assert isinstance(value, Decimal)
    return int(value.scaleb(2))


def pay(
    m: Making,
    person: Person,
    day: date,
    parts: Sequence[Part],
    kind: int = PAY_CHECK,
    note: str = "",
    number: str = "",
    *,
    plan: int = 0,
) -> int:
    """One payment of a person with its splits; their sum is the amount. `plan` ties it to a payment plan."""
    stamp, amount = m.stamp(day), cents(sum(part[1] for part in parts))
    provider = PROVIDERS[person.provider]
    made = m.b.add("payment", stamp, PayType=kind, PayDate=day, PayAmt=amount, CheckNum=number, PayNote=note, PatNum=m.pat(person),
                   ClinicNum=CLINIC, DateEntry=day, SecUserNumEntry=USER_FRONT, IsSplit=int(len(parts) > 1))  # fmt: skip
    for procedure, share, unearned in parts:
        m.b.add("paysplit", stamp, SplitAmt=cents(share), PatNum=m.pat(person), PayNum=made, ProvNum=0 if unearned else provider,
                PayPlanNum=plan, DatePay=day, ProcNum=procedure, DateEntry=day, UnearnedType=unearned, ClinicNum=CLINIC,
                SecUserNumEntry=USER_FRONT, PayPlanDebitType=1 if plan else 0)  # fmt: skip
    return made


def adjust(m: Making, person: Person, day: date, amount: int, procedure: int = 0, note: str = "") -> None:
    """`amount` cents, above 0 raises what is owed."""
    m.b.add("adjustment", m.stamp(day), AdjDate=day, AdjAmt=cents(amount), PatNum=m.pat(person), AdjType=ADJ_UP if amount > 0 else ADJ_DOWN,
            ProvNum=PROVIDERS[person.provider], AdjNote=note, ProcDate=day, ProcNum=procedure, DateEntry=day, ClinicNum=CLINIC,
            SecUserNumEntry=USER_FRONT)  # fmt: skip


def add_money(m: Making) -> None:
    _lender(m)
    _unassigned(m)
    _totals(m)
    _discounts(m)
    _settle(m)
    _oddities(m)


def owed(m: Making) -> dict[int, tuple[int, date]]:
    """Cents still owed by the patient on each completed procedure, and the day the last money came (or the work was done):
    fee less insurance (paid, else expected) and write-off, plus adjustments, less patient payments."""
    left = {number: fee for number, fee, _ in _charges(m)}
    last = {number: day for number, _, day in _charges(m)}
    for row in m.b.rows["claimproc"]:
        number, entered = _key(row, "ProcNum"), row["DateEntry"]
        if number in left:
            assert isinstance(entered, date)
            left[number] -= _from_insurance(row)
            last[number] = max(last[number], entered)
    for table, column, sign in (("adjustment", "AdjAmt", 1), ("paysplit", "SplitAmt", -1)):
        for row in m.b.rows[table]:
            number = _key(row, "ProcNum")
            if number in left:
                left[number] += sign * in_cents(row[column])
    return {number: (amount, last[number]) for number, amount in left.items()}


def _charges(m: Making) -> Iterator[tuple[int, int, date]]:
    for row in m.b.rows["procedurelog"]:
        if row["ProcStatus"] == DONE and row["ProcFee"]:
            day = row["ProcDate"]
            assert isinstance(day, date)
            yield _key(row, "ProcNum"), fee_of(row), day


def fee_of(row: Row) -> int:
    """Cents of a procedure: its fee times its units, at least once."""
    return in_cents(row["ProcFee"]) * max(1, _key(row, "UnitQty") + _key(row, "BaseUnits"))


def _key(row: Row, name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value


def _from_insurance(row: Row) -> int:
    """Cents that a claimproc takes off a procedure (reference 7.11)."""
    if row["Status"] in _PAID:
        return in_cents(row["InsPayAmt"]) + in_cents(row["WriteOff"])
    if row["Status"] not in _GUESSED or row["NoBillIns"]:
        return 0
    return in_cents(row["InsPayEst"]) + max(0, in_cents(row["WriteOffEst"]))


def _lender(m: Making) -> None:
    """A financed sale pays for whitening, which no plan covers; the ledger of the story says when and how much."""
    entries: dict[str, list[Entry]] = {}
    for entry in m.world.ledger:
        if entry.kind in (LENDER_PAYMENT, LENDER_REFUND):
            entries.setdefault(entry.person.id, []).append(entry)
    for found in entries.values():
        person, net = found[0].person, -sum(entry.amount for entry in found)
        day = min(entry.day for entry in found)
        work = charge(m, person, "WHITE", net, day) if net > 0 else 0
        for entry in found:
            pay(
                m,
                person,
                entry.day,
                [(work, -entry.amount, 0)],
                PAY_LENDER,
                f"CareCredit {entry.reference}",
                entry.reference,
            )


def charge(m: Making, person: Person, code: str, fee: int, day: date, *, tooth: str = "") -> int:
    """Completed work that no visit of the story holds; returns its ProcNum."""
    return m.b.add(
        "procedurelog", m.stamp(day), PatNum=m.pat(person), ProcDate=day, ProcFee=cents(fee), ProcStatus=DONE, ToothNum=tooth,
        ProvNum=PROVIDERS[person.provider], DateEntryC=day, DateComplete=day, ClinicNum=CLINIC, CodeNum=CODES[code], UnitQty=1,
        DateTP=day, SecDateEntry=at(day, 9, 30),
    )  # fmt: skip


def _unassigned(m: Making) -> None:
    """Insurance money for claims that are not ours, parked on an account of its own."""
    for entry in m.world.ledger:
        if entry.kind == "Insurance Payment" and not entry.claim:
            pay(m, entry.person, entry.day, [(0, -entry.amount, 0)], PAY_UNASSIGNED, "to whom?", entry.reference)


def _totals(m: Making) -> None:
    """What a check brought or took beside its claims is no patient's business."""
    by_number = {m.pat(person): person for person in m.world.people}
    for row in m.b.rows["claimproc"]:
        if row["ProcNum"] == 0 and row["InsPayAmt"]:
            day = row["DateCP"]
            assert isinstance(day, date)
            adjust(m, by_number[_key(row, "PatNum")], day, in_cents(row["InsPayAmt"]), note="by total")


def _discounts(m: Making) -> None:
    """A cash discount now and then, for people without insurance."""
    for p in m.world.procedures[::29]:
        if p.completed and not p.person.coverages and p.fee > 5000:
            adjust(m, p.person, p.completed, -1000, m.proc(p), "cash discount")


def _settle(m: Making) -> None:
    """Everybody pays, nine days after insurance did or on the day of the work; one payment for all of a day."""
    patient_of = {_key(row, "ProcNum"): _key(row, "PatNum") for row in m.b.rows["procedurelog"]}
    by_number = {m.pat(person): person for person in m.world.people}
    unpaid = {int(number) for number in m.marks.unpaid} | _denied(m)
    due: dict[tuple[str, date], list[Part]] = {}
    for number, (amount, day) in owed(m).items():
        person = by_number[patient_of[number]]
        if amount < 0:
            adjust(m, person, day, -amount, number, "insurance paid more than expected")
        elif amount and number not in unpaid:
            when = min(m.calendar.night, day + timedelta(days=9)) if person.coverages else day
            due.setdefault((person.id, when), []).append((number, amount, 0))
    people = {person.id: person for person in m.world.people}
    for (who, when), parts in due.items():
        pay(
            m,
            people[who],
            when,
            parts,
            number=f"ck{m.rng.randrange(1000, 9999)}",
            note="O'Neil\r\nfamily" if len(parts) > 2 else "",
        )


def _denied(m: Making) -> set[int]:
    """Procedures on refused claims: nobody has told the patient yet."""
    refused = {item.subject_hint for item in m.planted.of("CLAIM-DENIED")}
    return {m.proc(m.lines_of[line.number]) for claim in m.office.claims if claim.id in refused for line in claim.lines}


def _oddities(m: Making) -> None:
    """Splits that cancel out: income transfers, a refund, a prepayment used up, a hidden prepayment taken back."""
    calm = [person for person in m.world.people if person.status == "Active" and not person.used][:24]
    day = m.calendar.ago(50)
    for turn, person in enumerate(calm):
        kind = turn % 4
        if kind == 0:
            pay(m, person, day, [(0, -5000, 0), (0, 5000, 0)], 0, "income transfer")
        elif kind == 1:
            pay(m, person, day, [(0, 3000, 0)])
            pay(m, person, day + timedelta(days=7), [(0, -3000, 0)], note="refund")
        elif kind == 2:
            work = charge(m, person, "WHITE", 10000, m.calendar.ago(20))
            pay(m, person, day, [(0, 10000, UNEARNED)])
            pay(m, person, m.calendar.ago(20), [(0, -10000, UNEARNED), (work, 10000, 0)], 0, "prepayment used")
        else:
            pay(m, person, day, [(0, 8000, UNEARNED_HIDDEN)])
            pay(m, person, day + timedelta(days=3), [(0, -8000, UNEARNED_HIDDEN), (0, 8000, 0)], 0)
            pay(m, person, day + timedelta(days=3), [(0, -8000, 0)], note="returned")
