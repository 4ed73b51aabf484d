"""What is outstanding between remittances, lender and ledger: ERA-UNPOSTED, ERA-UNMATCHED, FIN-APP-OPEN, FIN-LEDGER-MISMATCH.

Posting runs after all of this; what is planted here decides which checks are posted and which sales reach the ledger.
"""

from __future__ import annotations

from datetime import date

from hub.demo.claims import Answer, Check, Line, Office, decision, own_check, payer_number
from hub.demo.households import person, take
from hub.demo.lender import Lender, apply, post_sale, sell
from hub.demo.names import LAST_NAMES, WOMEN
from hub.demo.payers import COMMERCIAL
from hub.demo.plant_care import ACCEPTED, net, said_yes, settled
from hub.demo.plant_claims import worked
from hub.demo.planted import Planted
from hub.demo.world import Person

UNPOSTED, UNMATCHED, APPLICATION, MISMATCH = "ERA-UNPOSTED", "ERA-UNMATCHED", "FIN-APP-OPEN", "FIN-LEDGER-MISMATCH"


def plant_money(office: Office, lender: Lender, planted: Planted, count: int) -> None:
    for turn in range(count):
        _unposted(office, planted, turn)
        _unmatched(office, planted, turn)
        _application(office, lender, planted, turn)
        _mismatch(office, lender, planted, turn)
    _traps_remittance(office, planted)
    _traps_lender(office, lender, planted)


def _check_of(office: Office, days: int, claims: int, *, posted: bool = True) -> Check:
    """A check of its own, arrived that many working days ago, for claims sent eight working days earlier."""
    calendar = office.world.calendar
    day = calendar.work.plus(calendar.last_open, -days)
    payer = COMMERCIAL[days % len(COMMERCIAL)]
    check = own_check(office, payer, day, posted=posted)
    for _ in range(claims):
        claim = worked(office, calendar.work.plus(day, -8), ("D2392", "D2392"), (payer,))
        check.answers.append(decision(office, claim))
    return check


def _unposted(office: Office, planted: Planted, turn: int) -> None:
    check = _check_of(office, 1 + 2 * turn % 9, 1 + turn % 3, posted=False)
    planted.item(UNPOSTED, check.trace, check.amount, f"check for {len(check.answers)} claims, not in the ledger")


def _unmatched(office: Office, planted: Planted, turn: int) -> None:
    """A claim on the check that this office never sent; the money was parked on the unapplied account."""
    check = _check_of(office, 3 + 2 * turn % 20, 1)
    world = office.world
    adjustments = [("CO", "45", 3000 + 100 * turn), ("PR", "2", 2500)]
    number = f"77{4000 + turn}X"
    stray = _stranger(office, turn)
    line = Line("1", "D2392", "14", 18500, adjustments)
    made = Answer(None, "1", [line], number, payer_number(office, check.payer), stray, f"Z{40000000 + turn}", check.day)
    check.answers.append(made)
    world.post(unapplied(office), check.day, "Insurance Payment", -made.paid, reference=check.trace)
    planted.item(UNMATCHED, number, made.paid, "a claim number that this practice system does not know", (check.trace, made.payer_number))


def _stranger(office: Office, turn: int) -> Person:
    """Somebody else's patient; only the payer prints the name."""
    last, first = LAST_NAMES[(turn * 7 + 3) % len(LAST_NAMES)] + "er", WOMEN[turn % len(WOMEN)]
    return person(office.world, last, first, date(1970 + turn % 30, 1 + turn % 12, 9))


def unapplied(office: Office) -> Person:
    """The account on which money waits that belongs to nobody yet."""
    world = office.world
    found = next((p for p in world.people if p.status == "Non-Patient"), None)
    if found is None:
        found = person(world, "Unapplied", ("Insurance", ""), date(2000, 1, 1))
        found.status, found.used, found.email = "Non-Patient", True, ""
        world.people.append(found)
    return found


def _application(office: Office, lender: Lender, planted: Planted, turn: int) -> None:
    """An application that nobody follows up, for accepted work that nobody booked."""
    who, procedures, case, _ = said_yes(office, ("D3330", "D2950", "D2740"), payers=COMMERCIAL, alone=True)
    planted.item(ACCEPTED, case.id, net(procedures), "said yes, waits for the financing", (who.id,))
    calendar, share = office.world.calendar, sum(procedure.share for procedure in procedures)
    day = calendar.work.plus(calendar.last_open, -(5 + turn % 8))
    status = ("Approved", "Pending", "Declined", "Error")[turn % 4]
    wanted = (share // 10000 + 5) * 10000
    made = apply(lender, who, who, day, status, wanted, expires_in=4 + turn % 9)
    planted.item(APPLICATION, made.reference, share, f"{status.lower()}, nothing came of it", (who.id, case.id))


def _mismatch(office: Office, lender: Lender, planted: Planted, turn: int) -> None:
    world, calendar = office.world, office.world.calendar
    who = settled(office, take(world))
    day = calendar.work.plus(calendar.last_open, -(4 + 3 * turn % 15))
    cents = 60000 + 17500 * (turn % 9)
    if turn % 4 == 1:
        world.post(who, day, "CareCredit Payment", -cents)
        planted.item(MISMATCH, who.id, cents, "ledger shows a financing payment, the lender no sale")
        return
    apply(lender, who, who, calendar.work.plus(day, -1), "Approved", cents + 20000)
    sale = sell(lender, who, who, day, cents)
    if turn % 4 == 0:
        planted.item(MISMATCH, sale.reference, cents, "lender shows a sale, the ledger no payment", (who.id,))
    elif turn % 4 == 2:
        post_sale(lender, sale, amount=cents - sale.fee)
        planted.item(MISMATCH, sale.reference, sale.fee, "posted net: short by exactly the fee", (who.id,))
    else:
        post_sale(lender, sale)
        back = sell(lender, who, who, calendar.work.plus(day, 1), cents // 4, "Refund", sale.reference)
        planted.item(MISMATCH, back.reference, back.amount, "lender refunded, the ledger did not", (who.id,))


def _traps_remittance(office: Office, planted: Planted) -> None:
    interest = _check_of(office, 7, 2)
    interest.adjustments.append(("L6", interest.trace, -342))
    planted.trap(UNPOSTED, interest.trace, "interest raises the check; it is posted")
    takeback = _check_of(office, 11, 2)
    takeback.adjustments.append(("WO", takeback.answers[0].number, 4000))
    planted.trap(UNPOSTED, takeback.trace, "the payer took back 40.00; it is posted")
    padded = _check_of(office, 15, 1)
    padded.answers[0].number = padded.answers[0].number.zfill(10)
    planted.trap(UNMATCHED, padded.answers[0].number, "claim number padded with zeros")
    twice = _check_of(office, 13, 1)
    office.twice.append(twice)
    planted.trap(UNPOSTED, twice.trace, "the same 835 was delivered twice")


def _traps_lender(office: Office, lender: Lender, planted: Planted) -> None:
    _trap_split(office, lender, planted)
    _trap_refunded(office, lender, planted)
    _trap_late(office, lender, planted)
    _trap_hold(office, lender, planted)
    _trap_offers(office, lender, planted)


def _trap_split(office: Office, lender: Lender, planted: Planted) -> None:
    """One sale, posted in two parts to two people of the family."""
    household = take(office.world, pair=True)
    head, other = settled(office, household), household.members[1]
    sale = sell(lender, head, head, office.world.calendar.ago(16), 140000)
    post_sale(lender, sale, amount=90000)
    post_sale(lender, sale, amount=50000, person=other)
    planted.trap(MISMATCH, sale.reference, "posted in two parts within the family")


def _trap_refunded(office: Office, lender: Lender, planted: Planted) -> None:
    who = settled(office, take(office.world))
    sale = sell(lender, who, who, office.world.calendar.ago(30), 98000)
    back = sell(lender, who, who, office.world.calendar.ago(18), 21000, "Refund", sale.reference)
    post_sale(lender, sale)
    post_sale(lender, back)
    planted.trap(MISMATCH, back.reference, "refunded on both sides")


def _trap_late(office: Office, lender: Lender, planted: Planted) -> None:
    calendar = office.world.calendar
    who = settled(office, take(office.world))
    sale = sell(lender, who, who, calendar.work.plus(calendar.last_open, -9), 77000)
    post_sale(lender, sale, day=calendar.work.plus(sale.day, 1))
    planted.trap(MISMATCH, sale.reference, "posted on the next working day")


def _trap_hold(office: Office, lender: Lender, planted: Planted) -> None:
    who = settled(office, take(office.world))
    hold = sell(lender, who, who, office.world.calendar.ago(8), 50000, "Authorization Only")
    planted.trap(MISMATCH, hold.reference, "an authorization is no sale")


def _trap_offers(office: Office, lender: Lender, planted: Planted) -> None:
    calendar = office.world.calendar
    looked, used, ended = (settled(office, take(office.world)) for _ in range(3))
    soft = apply(lender, looked, looked, calendar.ago(9), "Pre-Approved", 300000, kind="Quickscreen", expires_in=6)
    planted.trap(APPLICATION, soft.reference, "pre-approved by a soft look is not approved")
    done = apply(lender, used, used, calendar.ago(12), "Approved", 200000, expires_in=7)
    post_sale(lender, sell(lender, used, used, calendar.ago(11), 150000))
    planted.trap(APPLICATION, done.reference, "approved and used")
    double = apply(lender, used, used, calendar.ago(12), "Cancelled", 200000)
    planted.trap(APPLICATION, double.reference, "second application of the same day, cancelled by the lender")
    over = apply(lender, ended, ended, calendar.ago(100), "Approved", 200000, expires_in=-10)
    planted.trap(APPLICATION, over.reference, "approval ended ten days ago")
