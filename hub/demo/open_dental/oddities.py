"""What a real database holds beside the story: doubles, deleted and referred work, chart records, dangling keys, plans of every kind."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.columns import Row
from hub.demo.open_dental.lists import CLINIC, CODES, PROVIDERS, USER_BILLING
from hub.demo.open_dental.making import Making, at
from hub.demo.open_dental.money import charge, pay
from hub.demo.world import Person

_DELETED, _EXISTING, _OTHER, _CONDITION = 6, 3, 4, 7
ARCHIVED, DELETED_PATIENT = 3, 4
MERGED, CLONED = 1, 2


def add_oddities(m: Making) -> None:
    calm = [person for person in m.world.people if person.status == "Active" and not person.used]
    _double_patients(m, calm)
    _dead_work(m, calm)
    _records(m, calm)
    _plans(m, calm[24:])
    m.b.add("etrans", DateTimeTrans=at(m.calendar.ago(90)), ClearingHouseNum=1, ClaimNum=299_999_999, PatNum=m.pat(calm[0]), AckCode="A",
            Note="its claim was deleted", UserNum=USER_BILLING)  # fmt: skip


def _double_patients(m: Making, calm: list[Person]) -> None:
    """Merged into another (Archived, linked), cloned for a second account (linked, same name), and deleted (status only)."""
    for turn, person in enumerate(calm[:6]):
        row = dict(next(row for row in m.b.rows["patient"] if row["PatNum"] == m.pat(person)))
        number = 8_000_000 + turn
        row |= {"PatNum": number, "Guarantor": number, "DateTStamp": m.stamp(m.calendar.ago(40))}
        if turn % 3 == 2:
            row["PatStatus"], row["LName"] = DELETED_PATIENT, f"{row['LName']} (wrong)"
        else:
            merged = turn % 3 == 0
            row["PatStatus"] = ARCHIVED if merged else row["PatStatus"]
            pair = (number, m.pat(person)) if merged else (m.pat(person), number)
            m.b.add(
                "patientlink",
                PatNumFrom=pair[0],
                PatNumTo=pair[1],
                LinkType=MERGED if merged else CLONED,
                DateTimeLink=at(m.calendar.ago(40)),
            )
            row["PatNumCloneFrom"] = 0 if merged else m.pat(person)
            m.shown.trap("DATA-IDENTITY", str(number), "merged away" if merged else "a clone; only patientlink says so")
        m.b.rows["patient"].append(row)


def _dead_work(m: Making, calm: list[Person]) -> None:
    """Deleted procedures keep their fee."""
    for person in calm[::13]:
        _chart(m, person, _DELETED, "D2740", 115000)
    for person in calm[5::17]:
        _chart(m, person, _EXISTING, "D2740", 0)
        _chart(m, person, _OTHER, "D2392", 18500)
        _chart(m, person, _CONDITION, "WATCH", 0)


def _chart(m: Making, person: Person, status: int, code: str, fee: int) -> int:
    day = m.calendar.ago(60)
    return m.b.add(
        "procedurelog", m.stamp(day), PatNum=m.pat(person), ProcDate=day, ProcFee=cents(fee), ToothNum="14", ProcStatus=status,
        ProvNum=PROVIDERS[person.provider], ClinicNum=CLINIC, CodeNum=CODES[code], UnitQty=1, DateTP=day, SecDateEntry=at(day, 9, 30),
    )  # fmt: skip


def _records(m: Making, calm: list[Person]) -> None:
    """The fee of a visit code that marks a miss is nothing; units multiply."""
    for person in calm[7:10]:
        day = m.calendar.ago(200)
        work = charge(m, person, "WHITE", 5000, day)
        row = next(row for row in m.b.rows["procedurelog"] if row["ProcNum"] == work)
        row["UnitQty"] = 2
        pay(m, person, day, [(work, 10000, 0)])
    for row in [row for row in m.b.rows["appointment"] if row["AptStatus"] == 5][::2]:
        _missed_code(m, row)


def _missed_code(m: Making, row: Row) -> None:
    moment = row["AptDateTime"]
    assert isinstance(moment, datetime)
    day = moment.date()
    m.b.add(
        "procedurelog", m.stamp(day), PatNum=row["PatNum"], AptNum=row["AptNum"], ProcDate=day, ProcFee=Decimal(0), ProcStatus=2,
        ProvNum=row["ProvNum"], DateEntryC=day, DateComplete=day, ClinicNum=CLINIC, CodeNum=CODES["D9986"], UnitQty=1, DateTP=day,
        SecDateEntry=at(day, 17),
    )  # fmt: skip


def _plans(m: Making, calm: list[Person]) -> None:
    """Payment plans that ask nothing of anybody: paid so far, closed, and one that only tracks insurance money."""
    paid, closed, insured = calm[0], calm[1], next(person for person in calm[2:] if person.coverages)
    for person in (paid, closed):
        payment_plan(m, person, 10000, [95, 65, 35], [95, 65, 35], closed=person is closed)
    start = m.calendar.today - timedelta(days=60)
    coverage = insured.coverages[0]
    plan = m.b.add(
        "payplan", PatNum=m.pat(insured), Guarantor=m.guarantor(insured), PayPlanDate=start, PlanNum=m.keys.plans[coverage.payer.key],
        InsSubNum=m.keys.subs[coverage.payer.key, coverage.member_id], CompletedAmt=cents(20000), Note="expected from insurance",
    )  # fmt: skip
    m.b.add("payplancharge", m.stamp(start), PayPlanNum=plan, Guarantor=m.guarantor(insured), PatNum=m.pat(insured), ChargeDate=start,
            Principal=cents(20000), ChargeType=0, SecDateTEntry=at(start))  # fmt: skip


def payment_plan(
    m: Making, person: Person, instalment: int, due: list[int], paid: list[int], *, closed: bool = False
) -> int:
    """A dynamic plan over completed work; instalments due and paid so many days ago. Rows of the future do not exist yet."""
    first = m.calendar.today - timedelta(days=max(due) + 30)
    work = charge(m, person, "WHITE", instalment * len(due), first)
    plan = m.b.add(
        "payplan", PatNum=m.pat(person), Guarantor=m.guarantor(person), PayPlanDate=first, PayAmt=cents(instalment), IsClosed=int(closed),
        IsDynamic=1, ChargeFrequency=3, DatePayPlanStart=m.calendar.today - timedelta(days=max(due)), DynamicPayPlanTPOption=1,
        Signature="0c2lnbmVk", Note="monthly,\r\nby the patient's card",
    )  # fmt: skip
    m.b.add("payplanlink", PayPlanNum=plan, LinkType=2, FKey=work, SecDateTEntry=at(first))
    for days in due:
        day = m.calendar.today - timedelta(days=days)
        m.b.add("payplancharge", m.stamp(day), PayPlanNum=plan, Guarantor=m.guarantor(person), PatNum=m.pat(person), ChargeDate=day,
                Principal=cents(instalment), ProvNum=PROVIDERS[person.provider], ClinicNum=CLINIC, ChargeType=0, FKey=work, LinkType=2,
                SecDateTEntry=at(day))  # fmt: skip
    for days in paid:
        pay(m, person, m.calendar.today - timedelta(days=days), [(work, instalment, 0)], plan=plan)
    return plan
