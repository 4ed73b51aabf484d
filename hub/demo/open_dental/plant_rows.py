"""Plants that are rows of Open Dental and nothing else: referrals, lab cases, seat steps, prepayments, payment plans, balances.

Amounts are cents by hand arithmetic; keys are Open Dental's, so they go to `Making.shown`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hub.demo.households import take
from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.care_rows import LABORATORY, REFERRAL_ENDO, REFERRAL_SOURCE
from hub.demo.open_dental.chart import REFERRED, TP
from hub.demo.open_dental.columns import NO_DATE, NO_MOMENT
from hub.demo.open_dental.lists import CLINIC, CODES, NOT_CALLED, PROVIDERS, UNEARNED, UNEARNED_HIDDEN
from hub.demo.open_dental.making import Making, at, days_before
from hub.demo.open_dental.money import charge, pay
from hub.demo.open_dental.oddities import payment_plan
from hub.demo.open_dental.papers import CONSENT, commlog, sheet, statement
from hub.demo.open_dental.visits import PLANNED
from hub.demo.plant_care import ACCEPTED, settled
from hub.demo.world import Person, Procedure, Visit

REPORT, DEPOSIT, PLAN, BALANCE = "REF-NO-REPORT", "DEPOSIT-UNAPPLIED", "PAYPLAN-MISSED", "BAL-OVERDUE"
_DECLINED, _SCHEDULED, _CONSULTED, _COMPLETE = 1, 2, 3, 5
_TO, _FROM = 0, 1


def plant_rows(m: Making, count: int) -> None:
    """Chooses the people now and leaves the rows for later."""
    for turn in range(count):
        for plant in (_referral, _deposit, _missed, _balance):
            _later(m, plant, turn)
    for trap in (_trap_referrals, _trap_deposits, _trap_plans, _trap_balances):
        people = [_alone(m) for _ in range(5)]
        m.later.append(lambda made, trap=trap, people=people: trap(made, people))  # type: ignore[misc]
    m.later.append(_plan_visits)


def _later(m: Making, plant: Callable[[Making, Person, int], None], turn: int) -> None:
    person = _alone(m)
    m.later.append(lambda made: plant(made, person, turn))


def _alone(m: Making) -> Person:
    """A guarantor without family, so that nobody else's money is on the account."""
    return settled(m.office, take(m.world, alone=True))


def seat_step(m: Making, crown: Procedure, visit: Visit | None) -> None:
    """The crown and its seat step as one multi-visit group in process, and the crown back from the laboratory."""
    day = crown.completed
    assert day is not None
    stamp = m.stamp(day)
    apt = m.keys.appointments[visit.id] if visit else 0
    seat = m.b.add("procedurelog", stamp, PatNum=m.pat(crown.person), AptNum=apt, ProcDate=day, ToothNum=crown.tooth, ProcStatus=TP,
                   ProvNum=PROVIDERS[crown.person.provider], ClinicNum=CLINIC, CodeNum=CODES["SEAT"], UnitQty=1, DateTP=day,
                   SecDateEntry=at(day, 9, 30))  # fmt: skip
    group = m.b.key("procmultivisit")
    for key, procedure, status in ((group, m.proc(crown), 2), (m.b.key("procmultivisit"), seat, TP)):
        m.b.add("procmultivisit", stamp, ProcMultiVisitNum=key, GroupProcMultiVisitNum=group, ProcNum=procedure, ProcStatus=status,
                IsInProcess=1, SecDateTEntry=stamp, PatNum=m.pat(crown.person))  # fmt: skip
    back = m.calendar.work.roll_back(m.calendar.night)
    m.b.add("labcase", m.stamp(back), PatNum=m.pat(crown.person), LaboratoryNum=LABORATORY, AptNum=apt, DateTimeCreated=at(day),
            DateTimeSent=at(day, 16), DateTimeRecd=at(back, 11), DateTimeChecked=at(back, 12), ProvNum=PROVIDERS[crown.person.provider], LabFee=cents(14000))  # fmt: skip


def lab_case(m: Making, visit: Visit, *, due: date | None, received: bool = False) -> int:
    """A case for a visit; `due` None where nobody entered a date."""
    sent = m.calendar.ago(14)
    back = m.calendar.ago(1)
    return m.b.add(
        "labcase", m.stamp(back if received else sent), PatNum=m.pat(visit.person), LaboratoryNum=LABORATORY,
        AptNum=m.keys.appointments[visit.id], DateTimeDue=at(due) if due else NO_MOMENT, DateTimeCreated=at(sent, 10),
        DateTimeSent=at(sent, 16), DateTimeRecd=at(back, 11) if received else NO_MOMENT,
        DateTimeChecked=at(back, 12) if received else NO_MOMENT, ProvNum=PROVIDERS[visit.person.provider], LabFee=cents(12000),
        Instructions="shade A2;\r\nmind the patient's bite",
    )  # fmt: skip


def unsigned_consent(m: Making, visit: Visit, blank: str, *, deleted: bool = False) -> int:
    return sheet(m, visit.person, CONSENT, f"Consent: {visit.reason}", m.calendar.ago(2), blank, deleted=deleted)


def referred(
    m: Making,
    person: Person,
    sent: date,
    status: int,
    *,
    kind: int = _TO,
    done: date | None = None,
    to: int = REFERRAL_ENDO,
) -> int:
    """A root canal sent to a specialist; kind 0 to, 1 from."""
    work = 0
    if kind == _TO:
        work = m.b.add("procedurelog", m.stamp(sent), PatNum=m.pat(person), ProcDate=sent, ProcFee=cents(109000), ToothNum="30",
                       ProcStatus=REFERRED, ProvNum=PROVIDERS[person.provider], ClinicNum=CLINIC, CodeNum=CODES["D3330"], UnitQty=1,
                       DateTP=sent, SecDateEntry=at(sent, 9, 30))  # fmt: skip
    return m.b.add("refattach", m.stamp(done or sent), ReferralNum=to, PatNum=m.pat(person), ItemOrder=1, RefDate=sent, RefType=kind,
                   RefToStatus=status, ProcNum=work, DateProcComplete=done or NO_DATE, ProvNum=PROVIDERS[person.provider])  # fmt: skip


def _referral(m: Making, person: Person, turn: int) -> None:
    key = referred(m, person, days_before(m.calendar, 40 + 11 * turn % 90), (0, _SCHEDULED, _CONSULTED)[turn % 3])
    m.shown.item(
        REPORT, str(key), None, "sent to a specialist more than 30 days ago, nothing came back", (str(m.pat(person)),)
    )


def _trap_referrals(m: Making, people: list[Person]) -> None:
    old = days_before(m.calendar, 70)
    done = referred(m, people[0], old, _COMPLETE, done=days_before(m.calendar, 30))
    m.shown.trap(REPORT, str(done), "done and reported")
    m.shown.trap(REPORT, str(referred(m, people[1], old, _DECLINED)), "the patient declined")
    m.shown.trap(
        REPORT, str(referred(m, people[2], old, 0, kind=_FROM, to=REFERRAL_SOURCE)), "how the patient found us"
    )
    m.shown.trap(REPORT, str(referred(m, people[3], days_before(m.calendar, 12), 0)), "sent twelve days ago")
    reported = referred(m, people[4], old, _COMPLETE)
    commlog(m, people[4], days_before(m.calendar, 40), 239, "report and images arrived", 2, 2, referral=REFERRAL_ENDO)
    m.shown.trap(REPORT, str(reported), "complete without a date; the report is noted in the commlog")


def _deposit(m: Making, person: Person, turn: int) -> None:
    """Lying there for a hundred days; or paid before work of which the patient still owes more (500.00) than it (300.00)."""
    if turn % 2 == 0:
        value, note = 60000, "prepaid a hundred days ago, never used"
        pay(m, person, days_before(m.calendar, 100), [(0, value, UNEARNED)])
    else:
        value, note = 30000, "300.00 prepaid, 500.00 of work done since and unpaid"
        pay(m, person, days_before(m.calendar, 40), [(0, value, UNEARNED)])
        charge(m, person, "WHITE", 50000, m.calendar.ago(20))
    m.shown.item(DEPOSIT, str(m.pat(person)), value, note)


def _small_work(m: Making, person: Person) -> int:
    """A planned procedure of 140.00: too little for any list of planned work."""
    day = days_before(m.calendar, 120)
    return m.b.add("procedurelog", m.stamp(day), PatNum=m.pat(person), ProcDate=day, ProcFee=cents(14000), ProcStatus=TP,
                   ProvNum=PROVIDERS[person.provider], ClinicNum=CLINIC, CodeNum=CODES["WHITE"], UnitQty=1, DateTP=day,
                   SecDateEntry=at(day, 9, 30))  # fmt: skip


def _trap_deposits(m: Making, people: list[Person]) -> None:
    pay(m, people[0], days_before(m.calendar, 120), [(_small_work(m, people[0]), 12000, UNEARNED_HIDDEN)])
    m.shown.trap(DEPOSIT, str(m.pat(people[0])), "a hidden type, on a procedure that is still planned (reference 7.10)")
    pay(m, people[1], days_before(m.calendar, 120), [(0, 40000, UNEARNED)])
    used = m.calendar.ago(100)
    pay(
        m,
        people[1],
        used,
        [(0, -40000, UNEARNED), (charge(m, people[1], "WHITE", 40000, used), 40000, 0)],
        0,
        "prepayment used",
    )
    m.shown.trap(DEPOSIT, str(m.pat(people[1])), "used up by an income transfer")
    pay(m, people[2], days_before(m.calendar, 20), [(0, 35000, UNEARNED)])
    m.shown.trap(DEPOSIT, str(m.pat(people[2])), "three weeks old, nothing done since")


def _missed(m: Making, person: Person, turn: int) -> None:
    """Three instalments of 125.00 fell due, the first was paid: 250.00 behind."""
    key = payment_plan(m, person, 12500, [70 + turn, 40, 10], [70 + turn])
    m.shown.item(PLAN, str(key), 25000, "two instalments of 125.00 missed", (str(m.pat(person)),))


def _trap_plans(m: Making, people: list[Person]) -> None:
    m.shown.trap(
        PLAN, str(payment_plan(m, people[0], 10000, [63, 33, 3], [63, 33])), "the last instalment is three days late"
    )
    m.shown.trap(PLAN, str(payment_plan(m, people[1], 10000, [60, 30], [60, 29])), "paid a day late")
    m.shown.trap(PLAN, str(payment_plan(m, people[2], 10000, [90, 60], [], closed=True)), "closed")


def _balance(m: Making, person: Person, turn: int) -> None:
    owed = 31800 + 1000 * turn
    charge(m, person, "WHITE", owed, days_before(m.calendar, 62 + turn))
    for days in (47 + turn, 17):
        statement(m, person, days_before(m.calendar, days), owed)
    m.shown.item(BALANCE, str(m.guarantor(person)), owed, f"first statement {47 + turn} days ago, nothing paid")


def _trap_balances(m: Making, people: list[Person]) -> None:
    charge(m, people[0], "WHITE", 22000, days_before(m.calendar, 30))
    statement(m, people[0], days_before(m.calendar, 10), 22000)
    m.shown.trap(BALANCE, str(m.pat(people[0])), "first statement ten days ago")
    charge(m, people[1], "WHITE", 1500, days_before(m.calendar, 80))
    statement(m, people[1], days_before(m.calendar, 60), 1500)
    m.shown.trap(BALANCE, str(m.pat(people[1])), "15.00: below what is worth a call")
    work = charge(m, people[2], "WHITE", 45000, days_before(m.calendar, 90))
    statement(m, people[2], days_before(m.calendar, 70), 45000)
    pay(m, people[2], days_before(m.calendar, 20), [(work, 45000, 0)])
    m.shown.trap(BALANCE, str(m.pat(people[2])), "paid after the statement")


def _plan_visits(m: Making) -> None:
    """Every third accepted patient has a planned appointment that nobody has scheduled: it books nothing."""
    for item in m.planted.of(ACCEPTED)[::3]:
        held = [p for p in m.in_case.get(item.subject_hint, []) if p.id not in m.visit_of]
        if held:
            _plan_visit(m, held)


def _plan_visit(m: Making, held: list[Procedure]) -> None:
    person, day = held[0].person, held[0].planned
    number = m.b.add("appointment", m.stamp(day), PatNum=m.pat(person), AptStatus=PLANNED, Pattern="/XXXXXXXXXX/", Confirmed=NOT_CALLED,
                     Op=0, ProvNum=PROVIDERS[person.provider], AptDateTime=at(day), ClinicNum=CLINIC, ProcDescript="planned",
                     SecDateTEntry=at(day))  # fmt: skip
    waiting = {m.proc(p) for p in held}
    for row in m.b.rows["procedurelog"]:
        if row["ProcNum"] in waiting:
            row["PlannedAptNum"] = number
