"""What is outstanding and only a system as full as Open Dental shows: work stalled between two steps, visits nobody confirmed or
has a signature for, claims nobody made or sent, insurance money nobody finalized. Money and papers on the side: `plant_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from hub.demo.claims import Claim, answer, bill, decision, own_check
from hub.demo.clinical import book, case_of, complete, default_case, put
from hub.demo.history import find
from hub.demo.households import take
from hub.demo.open_dental.claim_rows import STILL_TO_ENTER
from hub.demo.open_dental.lists import LEFT_MESSAGE, NOT_CALLED
from hub.demo.open_dental.making import Making, workday_before
from hub.demo.open_dental.plant_rows import lab_case, plant_rows, seat_step, unsigned_consent
from hub.demo.payers import BY_KEY, COMMERCIAL, Payer
from hub.demo.plant_care import net, settled
from hub.demo.plant_claims import worked
from hub.demo.world import Person, Procedure, Visit

PHASE, SEAT, CONFIRM, LAB = "TX-PHASE-STALLED", "TX-SEAT-MISSING", "APPT-UNCONFIRMED", "LAB-LATE"
NOT_CREATED, NOT_SENT, UNFINALIZED, UNSIGNED = (
    "CLAIM-NOT-CREATED",
    "CLAIM-NOT-SENT",
    "INSPAY-UNFINALIZED",
    "DOC-UNSIGNED",
)
# the practice's own rate of missed visits among the unconfirmed, in percent (catalogue, APPT-UNCONFIRMED)
NO_SHOW_PERCENT = 20


def plant_office(m: Making, count: int) -> None:
    for turn in range(count):
        _stalled(m, turn)
        _seat(m, turn)
        _unconfirmed(m, turn)
        _lab(m, turn)
        _not_created(m, turn)
        _not_sent(m, turn)
        _unfinalized(m, turn)
        _unsigned(m, turn)
    for trap in (
        _traps_stalled,
        _traps_seat,
        _traps_confirmed,
        _traps_lab,
        _traps_claims,
        _traps_unfinalized,
        _traps_signed,
    ):
        trap(m)
    plant_rows(m, count)


def _root_canal(m: Making, days: int) -> tuple[Person, list[Procedure]]:
    """A finished and paid root canal; build-up and crown of the same tooth are planned."""
    person = settled(m.office, take(m.world, payers=COMMERCIAL))
    done = m.calendar.ago(days)
    shown = m.calendar.work.roll_back(done - timedelta(days=14))
    procedures = find(m.world, person, ("D3330", "D2950", "D2740"), shown)
    put(procedures, default_case(m.world, person, shown))
    complete(m.world, book(m.world, person, done, procedures[:1], "Restorative", created=shown), procedures[:1])
    answer(m.office, bill(m.office, person, done, procedures[:1]))
    return person, procedures


def _stalled(m: Making, turn: int) -> None:
    person, procedures = _root_canal(m, 36 + 7 * turn % 80)
    case = m.world.default_cases[person.id]
    m.planted.item(
        PHASE,
        case.id,
        net(procedures[1:]),
        "root canal finished, its crown not booked for more than 30 days",
        (person.id,),
    )


def _traps_stalled(m: Making) -> None:
    person, procedures = _root_canal(m, 50)
    book(m.world, person, m.calendar.ahead(6), procedures[1:], "Restorative")
    m.planted.trap(PHASE, person.id, "the crown is on the book")
    person, procedures = _root_canal(m, 55)
    put(procedures[1:], case_of(m.world, person, "Crown", "Rejected", procedures[1].planned))
    m.planted.trap(PHASE, person.id, "the crown was declined: it lies on an inactive plan only")


def _prepared(m: Making, days: int) -> tuple[Person, Procedure, Claim]:
    """A crown prepared so many working days ago; its claim is held (I) until it is seated."""
    person = settled(m.office, take(m.world, payers=COMMERCIAL))
    day = workday_before(m.calendar, days)
    procedures = find(m.world, person, ("D2740",), m.calendar.work.roll_back(day - timedelta(days=12)))
    put(procedures, default_case(m.world, person, procedures[0].planned))
    complete(m.world, book(m.world, person, day, procedures, "Restorative", created=procedures[0].planned), procedures)
    claim = _unsent(m, bill(m.office, person, day, procedures, deductible=False), "I")
    return person, procedures[0], claim


def _unsent(m: Making, claim: Claim, status: str) -> Claim:
    """Take the claim back to the office: not sent, so nobody acknowledged it."""
    m.marks.status[claim.id] = status
    m.office.acks[:] = [ack for ack in m.office.acks if ack.claim is not claim]
    return claim


def _seat(m: Making, turn: int) -> None:
    person, crown, _ = _prepared(m, 4 + 3 * turn % 20)
    m.later.append(lambda made: seat_step(made, crown, None))
    # the office bills when the crown is seated: the whole net fee waits
    m.planted.item(SEAT, person.id, crown.net, "crown prepared, nothing booked to seat it", (crown.id,))


def _traps_seat(m: Making) -> None:
    person, crown, claim = _prepared(m, 6)
    visit = book(m.world, person, m.calendar.ahead(4), (), "Restorative")
    m.later.append(lambda made: seat_step(made, crown, visit))
    m.planted.trap(SEAT, person.id, "the seat visit is on the book")
    m.planted.trap(NOT_SENT, claim.id, "held in process until the crown is seated")


def _booked(
    m: Making, day: date, codes: tuple[str, ...], payers: tuple[Payer, ...] = COMMERCIAL
) -> tuple[Person, list[Procedure], Visit]:
    person = settled(m.office, take(m.world, payers=payers))
    shown = m.calendar.ago(15)
    procedures = find(m.world, person, codes, shown)
    put(procedures, default_case(m.world, person, shown))
    return person, procedures, book(m.world, person, day, procedures, "Restorative", created=shown)


def _unconfirmed(m: Making, turn: int) -> None:
    person, procedures, visit = _booked(m, m.calendar.ahead(1), ("D2392", "D2392"))
    m.marks.unconfirmed[visit.id] = (NOT_CALLED, LEFT_MESSAGE)[turn % 2]
    value = net(procedures) * NO_SHOW_PERCENT // 100
    m.planted.item(CONFIRM, visit.id, value, "the next working day, not confirmed", (person.id,))


def _traps_confirmed(m: Making) -> None:
    _, _, visit = _booked(m, m.calendar.ahead(1), ("D2392",))
    m.marks.unconfirmed[visit.id] = 22
    m.planted.trap(CONFIRM, visit.id, "confirmed by text: the office's own word for it is E-confirmed")
    _, _, visit = _booked(m, m.calendar.ahead(13), ("D2392",))
    m.planted.trap(CONFIRM, visit.id, "not called yet, and far away")


def _lab(m: Making, turn: int) -> None:
    """Late by its due date, or, where none was entered, by the seat visit."""
    dated = turn % 2 == 0
    person, procedures, visit = _booked(m, m.calendar.ahead(8 if dated else 1), ("D2740",))
    due = m.calendar.today - timedelta(days=3 + turn) if dated else None
    note = "due at the office days ago" if dated else "no due date; the seat visit is the next working day"
    value = net(procedures)

    def plant(made: Making) -> None:
        key = lab_case(made, visit, due=due)
        made.shown.item(LAB, str(key), value, note, (str(made.keys.appointments[visit.id]), str(made.pat(person))))

    m.later.append(plant)


def _traps_lab(m: Making) -> None:
    for note, ahead, due, received in (
        ("received and checked", 1, -2, True), ("due in five days, the visit in three weeks", 21, 5, False),
        ("no due date, the visit in three weeks", 22, None, False),
    ):  # fmt: skip
        _, _, visit = _booked(m, m.calendar.ahead(ahead), ("D2740",))
        day = None if due is None else m.calendar.today + timedelta(days=due)
        m.later.append(_lab_trap(visit, day, received, note))


def _lab_trap(visit: Visit, due: date | None, received: bool, note: str) -> Callable[[Making], None]:
    def plant(made: Making) -> None:
        made.shown.trap(LAB, str(lab_case(made, visit, due=due, received=received)), note)

    return plant


def _unbilled(m: Making, days: int, payers: tuple[Payer, ...]) -> tuple[Person, list[Procedure]]:
    person = settled(m.office, take(m.world, payers=payers))
    day = workday_before(m.calendar, days)
    procedures = find(m.world, person, ("D2392", "D2392"), day)
    put(procedures, default_case(m.world, person, day))
    complete(m.world, book(m.world, person, day, procedures, "Restorative"), procedures)
    return person, procedures


def _not_created(m: Making, turn: int) -> None:
    person, procedures = _unbilled(m, 2 + 9 * turn % 50, COMMERCIAL)
    m.marks.unbilled |= {procedure.id for procedure in procedures}
    value = sum(procedure.insurance for procedure in procedures)
    m.planted.item(NOT_CREATED, person.id, value, "two fillings done, insured, on no claim", _ids(procedures))


def _ids(procedures: Sequence[Procedure]) -> tuple[str, ...]:
    return tuple(procedure.id for procedure in procedures)


def _not_sent(m: Making, turn: int) -> None:
    claim = _unsent(m, worked(m.office, workday_before(m.calendar, 4 + 3 * turn % 12)), "WU"[turn % 2])
    m.planted.item(NOT_SENT, claim.id, claim.estimate, "made days ago, still in the queue", (claim.person.id,))


def _traps_claims(m: Making) -> None:
    person, _ = _unbilled(m, 5, COMMERCIAL)
    m.planted.trap(NOT_CREATED, person.id, "the patient did not want it billed: NoBillIns")
    person, procedures = _unbilled(m, 6, (BY_KEY["evergreen"],))
    m.marks.unbilled |= set(_ids(procedures))
    m.planted.trap(NOT_CREATED, person.id, "capitation: nothing would be paid")


def _entered(m: Making, day: date) -> tuple[Claim, str, int]:
    """Insurance money entered on one claim on that day: (claim, check number, cents)."""
    claim = worked(m.office, m.calendar.work.plus(day, -9), ("D2392", "D2392"))
    check = own_check(m.office, claim.payer, day)
    check.answers.append(decision(m.office, claim))
    return claim, check.trace, check.amount


def _unfinalized(m: Making, turn: int) -> None:
    claim, trace, amount = _entered(m, workday_before(m.calendar, 4 + 2 * turn % 9))
    if turn % 3 == 2:
        m.marks.partial.add(trace)
        m.planted.item(
            UNFINALIZED, trace, STILL_TO_ENTER, "the check's batch is still open (IsPartial)", (claim.id, claim.person.id)
        )
    else:
        m.marks.unfinalized.add(trace)
        m.planted.item(UNFINALIZED, claim.id, amount, "entered, tied to no check", (trace, claim.person.id))


def _traps_unfinalized(m: Making) -> None:
    claim, trace, _ = _entered(m, m.calendar.work.roll_back(m.calendar.night))
    m.marks.unfinalized.add(trace)
    m.planted.trap(UNFINALIZED, claim.id, "entered on the evening before")


def _unsigned(m: Making, turn: int) -> None:
    person, _, visit = _booked(m, m.calendar.ahead(1), ("D7140",))
    m.marks.unsigned.add(visit.id)
    blank = ("", "0")[turn % 2]

    def plant(made: Making) -> None:
        key = unsigned_consent(made, visit, blank)
        names = (str(made.keys.appointments[visit.id]), str(made.pat(person)))
        made.shown.item(UNSIGNED, str(key), 0, "tooth out on the next working day, consent not signed", names)

    m.later.append(plant)


def _traps_signed(m: Making) -> None:
    _, _, visit = _booked(m, m.calendar.ahead(1), ("D7140",))

    def plant(made: Making) -> None:
        made.shown.trap(
            UNSIGNED,
            str(unsigned_consent(made, visit, "", deleted=True)),
            "the blank one was thrown away, another is signed",
        )

    m.later.append(plant)
