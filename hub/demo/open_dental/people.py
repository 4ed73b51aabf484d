"""patient, carrier, insplan, inssub, patplan, benefit: who comes, and who pays for whom."""

from __future__ import annotations

from datetime import date, timedelta

from hub.demo.names import CITY, STATE, STREETS, ZIP
from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.columns import ZERO_DATE, Value
from hub.demo.open_dental.lists import CLINIC, PROVIDERS
from hub.demo.open_dental.making import Making
from hub.demo.payers import PAYERS, Payer
from hub.demo.world import Coverage, Person

_STATUS = {"Active": 0, "Non-Patient": 1, "Inactive": 2, "Archived": 3, "Deleted": 4, "Deceased": 5, "Prospect": 6}


def add_patients(m: Making) -> None:
    for person in m.world.people:
        m.people[person.id] = person
        m.keys.patients[person.id] = _key(m, person)
    for turn, person in enumerate(m.world.people):
        _patient(m, person, turn)


def _key(m: Making, person: Person) -> int:
    number = m.b.key("patient")
    return number if number > 2**53 else int(person.id)


def _patient(m: Making, person: Person, turn: int) -> None:
    first = person.first_visit or m.calendar.ago(30)
    last = f"{person.last} {person.suffix}".strip()  # Open Dental has no column for Jr and Sr
    more: dict[str, Value] = {}
    if turn % 23 == 0:
        # old rows: zero dates, NULL where others have ''
        more = {"AdmitDate": ZERO_DATE, "Address2": None, "MedicaidID": None, "County": None, "AddrNote": None}
    if turn % 29 == 0:
        more |= {"FamFinUrgNote": "Pays late.\r\nCall first;\tafter 5 pm", "ApptModNote": "likes O'Neilan's chair"}
    m.b.add(
        "patient", m.stamp(person.last_visit or first), PatNum=m.pat(person), LName=last, FName=person.first, MiddleI=person.middle,
        Preferred=person.nickname, PatStatus=_STATUS[person.status], Gender=2 if turn % 40 == 0 else turn % 2,
        Position=2 if person.birth > m.calendar.today - timedelta(days=18 * 365) else 1, Birthdate=person.birth, SSN="",
        Address=f"{turn % 97 + 1} {STREETS[turn % len(STREETS)]}", City=CITY, State=STATE, Zip=ZIP,
        HmPhone=person.phone if turn % 3 else "", WirelessPhone="" if turn % 3 else person.phone, Guarantor=m.guarantor(person),
        Email=person.email, PriProv=PROVIDERS[person.provider], BillingType=40, ImageFolder=f"{person.first[:1]}{person.id}",
        ChartNumber=person.chart, DateFirstVisit=first, ClinicNum=CLINIC, HasIns="I" if person.coverages else "",
        PreferContactMethod=(0, 4, 2)[turn % 3], PreferRecallMethod=(0, 8, 5)[turn % 3], TxtMsgOk=(1, 0, 2)[turn % 3],
        SecDateEntry=first, PatNumCloneFrom=0, **more,
    )  # fmt: skip


def add_insurance(m: Making) -> None:
    for number, payer in enumerate(PAYERS):
        _carrier(m, number, payer)
    for person in m.world.people:
        for ordinal, coverage in enumerate(person.coverages, 1):
            cover(m, person, coverage, ordinal)


def _carrier(m: Making, number: int, payer: Payer) -> None:
    stamp = m.stamp(m.calendar.ago(520))
    carrier, plan = 10 + number, 19 + number
    m.keys.carriers[payer.key], m.keys.plans[payer.key] = carrier, plan
    m.b.add("carrier", stamp, CarrierNum=carrier, CarrierName=payer.name, Address="PO Box 1", City=CITY, State=STATE, Zip=ZIP,
            Phone=payer.phone, ElectID=payer.number, CDAnetVersion=None)  # fmt: skip
    kind = "c" if payer.capitation else "p"
    m.b.add("insplan", stamp, PlanNum=plan, GroupName=payer.plan, GroupNum=payer.group, FeeSched=54, PlanType=kind, ClaimFormNum=1,
            CarrierNum=carrier, FilingCode=4, CodeSubstNone=1, CobRule=1, EmployerNum=23, HideFromVerifyList=int(payer.capitation))  # fmt: skip
    _benefits(m, payer, plan)
    m.b.add("insverify", stamp, VerifyType=1, FKey=plan, DateLastVerified=m.calendar.ago(40 + number), DefNum=789)


def _benefits(m: Making, payer: Payer, plan: int) -> None:
    stamp = m.stamp(m.calendar.ago(500))
    if not m.b.rows["covcat"]:
        for number, (name, rank) in enumerate((("General", 1), ("Preventive", 2), ("Basic", 3), ("Major", 4)), 1):
            m.b.add("covcat", CovCatNum=number, Description=name, DefaultPercent=100, CovOrder=rank, EbenefitCat=number)
        for number, (first, last) in ((2, ("D0000", "D1999")), (3, ("D2000", "D2699")), (4, ("D2700", "D2999"))):
            m.b.add("covspan", CovCatNum=number, FromCode=first, ToCode=last)
    for category, share in ((2, 100), (3, payer.basic), (4, payer.major)):
        m.b.add("benefit", stamp, PlanNum=plan, CovCatNum=category, BenefitType=1, Percent=share, TimePeriod=2)
    m.b.add(
        "benefit",
        stamp,
        PlanNum=plan,
        CovCatNum=1,
        BenefitType=5,
        MonetaryAmt=cents(150000),
        TimePeriod=2,
        CoverageLevel=1,
    )
    m.b.add(
        "benefit",
        stamp,
        PlanNum=plan,
        BenefitType=2,
        MonetaryAmt=cents(payer.deductible),
        TimePeriod=2,
        CoverageLevel=1,
    )
    m.b.add("benefit", stamp, PlanNum=plan, CovCatNum=2, BenefitType=5, QuantityQualifier=1, Quantity=2, TimePeriod=5)


def sub_of(m: Making, coverage: Coverage) -> int:
    """The policy of a coverage; made when it is met first."""
    known = m.keys.subs.get((coverage.payer.key, coverage.member_id))
    if known is not None:
        return known
    day = m.calendar.ago(530)
    made = m.b.add(
        "inssub", m.stamp(day), PlanNum=m.keys.plans[coverage.payer.key], Subscriber=m.pat(coverage.subscriber),
        DateEffective=date(day.year, 1, 1), ReleaseInfo=1, AssignBen=1, SubscriberID=coverage.member_id, SecDateEntry=day,
    )  # fmt: skip
    m.keys.subs[coverage.payer.key, coverage.member_id] = made
    return made


def cover(m: Making, person: Person, coverage: Coverage, ordinal: int) -> int:
    """The patplan row that is the coverage, with its verification."""
    own = coverage.subscriber is person
    child = person.birth > m.calendar.today - timedelta(days=18 * 365)
    day = m.calendar.ago(520)
    made = m.b.add(
        "patplan", m.stamp(day), PatNum=m.pat(person), Ordinal=ordinal, Relationship=0 if own else 2 if child else 1,
        InsSubNum=sub_of(m, coverage), SecDateTEntry=m.stamp(day),
    )  # fmt: skip
    seen = person.last_visit or day
    m.b.add("insverify", m.stamp(seen), VerifyType=2, FKey=made, DateLastVerified=seen, DefNum=789)
    return made
