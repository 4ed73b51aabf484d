"""What is outstanding in chairs and charts: TX-ACCEPTED-UNBOOKED, TX-UNSCHEDULED, APPT-BROKEN, RECALL-OVERDUE. What only
looks like them is in `trap_care`. Values are sums of fee minus write-off of what nobody booked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from hub.demo.claims import Office
from hub.demo.clinical import (
    DEFAULT_CASE,
    book,
    break_visit,
    case_of,
    default_case,
    due_after,
    plan,
    put,
    recall,
)
from hub.demo.history import accepted, book_recall, cleanings, find, visit
from hub.demo.households import minors, take
from hub.demo.payers import COMMERCIAL, Payer
from hub.demo.planted import Planted
from hub.demo.world import Case, Household, Person, Procedure, Recall, Visit

ACCEPTED, UNSCHEDULED, BROKEN, RECALL = "TX-ACCEPTED-UNBOOKED", "TX-UNSCHEDULED", "APPT-BROKEN", "RECALL-OVERDUE"


def settled(office: Office, household: Household) -> Person:
    """The guarantor with an ordinary history whose recall is months away."""
    head, calendar = household.guarantor, office.world.calendar
    cleanings(office, head, calendar.ago(office.world.rng.randrange(45, 110)))
    return head


def net(procedures: Sequence[Procedure]) -> int:
    return sum(procedure.net for procedure in procedures)


def plant_care(office: Office, planted: Planted, count: int) -> None:
    for turn in range(count):
        _ACCEPTED[turn % len(_ACCEPTED)](office, planted)
        _UNSCHEDULED[turn % len(_UNSCHEDULED)](office, planted, turn)
        _BROKEN[turn % len(_BROKEN)](office, planted, turn)
        _RECALLS[turn % len(_RECALLS)](office, planted, turn)


def said_yes(
    office: Office, codes: tuple[str, ...], severity: str = "Eventual", payers: tuple[Payer, ...] | None = None, alone: bool = False
) -> tuple[Person, list[Procedure], Case, date]:
    """A patient with accepted work in a named case (and, as always, in the default case), nothing booked yet."""
    world = office.world
    person = settled(office, take(world, payers=payers, alone=alone))
    day = world.calendar.work.plus(world.calendar.last_open, -world.rng.randrange(2, 40))
    procedures = find(world, person, codes, day)
    case = case_of(world, person, "Phase one", "Accepted", day, presented=day, decided=day, severity=severity)
    put(procedures, default_case(world, person, day), case)
    return person, procedures, case, day


def _yes_plain(office: Office, planted: Planted) -> None:
    person, procedures, case, _ = said_yes(office, ("D2740", "D2950"), "Immediate")
    planted.item(ACCEPTED, case.id, net(procedures), "said yes to crown and build-up; nothing booked", (person.id,))


def _yes_part_booked(office: Office, planted: Planted) -> None:
    person, procedures, case, day = said_yes(office, ("D3330", "D2950", "D2740"))
    book(office.world, person, office.world.calendar.ahead(9), procedures[:1], "Restorative", created=day)
    planted.item(ACCEPTED, case.id, net(procedures[1:]), "root canal booked, build-up and crown not", (person.id,))


def _yes_recall_only(office: Office, planted: Planted) -> None:
    person, procedures, case, day = said_yes(office, ("D2740",), "Immediate")
    book_recall(office.world, person, "PROPHY", office.world.calendar.ahead(20), day)
    planted.item(ACCEPTED, case.id, net(procedures), "a cleaning is on the book, the crown is not", (person.id,))


def _yes_saved_copy(office: Office, planted: Planted) -> None:
    person, procedures, case, day = said_yes(office, ("D2392", "D2392"))
    put(procedures, case_of(office.world, person, "Copy for the patient", "Printed", day, saved_copy=True))
    planted.item(ACCEPTED, case.id, net(procedures), "two fillings in three cases, one of them a saved copy", (person.id,))


def _yes_alternate(office: Office, planted: Planted) -> None:
    person, procedures, case, day = said_yes(office, ("D2740",))
    world = office.world
    other = [plan(world, person, "D7140", day, procedures[0].tooth)]
    group = world.next("case")
    case.linked, case.recommended = group, True
    put(other, case_of(world, person, "Take it out", "Rejected", day, presented=day, decided=day, linked=group))
    planted.item(ACCEPTED, case.id, net(procedures), "crown accepted, its alternate rejected", (person.id,))


def touch_day(office: Office, turn: int) -> date:
    """A day on which the plan was shown so that a follow-up falls due today: 2 working days, 14 or 60 days ago."""
    calendar = office.world.calendar
    last = calendar.last_open
    return (calendar.work.plus(last, -2), last - timedelta(days=14), last - timedelta(days=60))[turn % 3]


def proposed(office: Office, person: Person, codes: tuple[str, ...], day: date) -> tuple[list[Procedure], Case]:
    world = office.world
    procedures = find(world, person, codes, day)
    case = case_of(world, person, "Phase one", "Proposed", day, presented=day, severity="Eventual")
    put(procedures, default_case(world, person, day), case)
    return procedures, case


def _shown_fillings(office: Office, planted: Planted, turn: int) -> None:
    person = settled(office, take(office.world))
    procedures, case = proposed(office, person, ("D2392", "D2392", "D2392"), touch_day(office, turn))
    planted.item(UNSCHEDULED, case.id, net(procedures), "three fillings shown, no decision; a follow-up is due", (person.id,))


def _shown_default_only(office: Office, planted: Planted, turn: int) -> None:
    world = office.world
    person = settled(office, take(world))
    procedures = find(world, person, ("D2740", "D2950"), touch_day(office, turn))
    case = default_case(world, person, procedures[0].planned)
    put(procedures, case)
    planted.item(UNSCHEDULED, case.id, net(procedures), f'only in the default case "{DEFAULT_CASE}"', (person.id,))


def _shown_alternates(office: Office, planted: Planted, turn: int) -> None:
    world = office.world
    person = settled(office, take(world))
    procedures, case = proposed(office, person, ("D2740",), touch_day(office, turn))
    case.linked, case.recommended = world.next("case"), True
    other = [plan(world, person, "D2392", case.created, procedures[0].tooth, "MOD")]
    second = case_of(world, person, "Or a filling", "Proposed", case.created, presented=case.created, linked=case.linked)
    put(other, default_case(world, person, case.created), second)
    planted.item(UNSCHEDULED, case.id, net(procedures), "crown or filling: only the recommended one counts", (person.id,))


def _shown_prospect(office: Office, planted: Planted, turn: int) -> None:
    person = take(office.world).guarantor
    person.status = "Prospect"
    procedures, case = proposed(office, person, ("D4341", "D4341"), touch_day(office, turn))
    planted.item(UNSCHEDULED, case.id, net(procedures), "a prospect with a plan and no visit yet", (person.id,))


def _broken_exam(office: Office, planted: Planted, turn: int) -> None:
    person, missed = missed_visit(office, 2 + 7 * turn % 70)
    planted.item(BROKEN, person.id, missed.amount, "missed a visit, no new date", (missed.id,))


def missed_visit(office: Office, days: int, status: str = "Broken") -> tuple[Person, Visit]:
    """A problem visit on the Unscheduled List; nothing was charted for it."""
    world = office.world
    person = settled(office, take(world))
    day = world.calendar.ago(days)
    missed = book(world, person, day, (), "Exam", codes=("D0140",))
    break_visit(missed, day, status)
    return person, missed


def _broken_filling(office: Office, planted: Planted, turn: int) -> None:
    """One filling below the floor of the treatment list, so that only the missed visit is outstanding."""
    world = office.world
    person = settled(office, take(world, payers=COMMERCIAL))
    day = world.calendar.ago(3 + 5 * turn % 60)
    procedures, _ = proposed(office, person, ("D2392",), world.calendar.ago(70))
    missed = book(world, person, day, procedures, "Restorative", created=world.calendar.ago(70))
    break_visit(missed, day)
    planted.item(BROKEN, person.id, net(procedures), "missed the filling, no new date", (missed.id,))


def _recall_single(office: Office, planted: Planted, turn: int) -> None:
    person = take(office.world).guarantor
    overdue(office, person, 8 + 13 * turn % 140)
    planted.item(RECALL, person.id, None, "cleaning overdue, nothing booked")


def _recall_family(office: Office, planted: Planted, turn: int) -> None:
    household = take(office.world, children=2)
    for person in (household.guarantor, *minors(office.world, household)):
        person.used = True
        overdue(office, person, 20 + 11 * turn % 120, child=person is not household.guarantor)
    also = tuple(person.id for person in minors(office.world, household))
    planted.item(RECALL, household.guarantor.id, None, f"one call: guarantor and {len(also)} children overdue", also)


def _recall_other_visit(office: Office, planted: Planted, turn: int) -> None:
    """`+` in the list: some other visit is booked. It does not book the cleaning."""
    world = office.world
    person = take(world).guarantor
    overdue(office, person, 15 + 9 * turn % 90).other_visit = True
    day = world.calendar.ago(12)
    accepted(office, person, find(world, person, ("D2740",), day), day, world.calendar.ahead(12), named=True)
    planted.item(RECALL, person.id, None, "a crown visit is booked, the overdue cleaning is not")


def overdue(office: Office, person: Person, days: int, child: bool = False) -> Recall:
    """The last cleaning half a year and `days` ago, nothing since."""
    world = office.world
    day = world.calendar.ago(184 + days)
    visit(office, person, day, ("D1120", "D0120") if child else ("D1110", "D0120"), "PROPHY")
    return recall(world, person, "PROPHY", day, due_after(day, "PROPHY"), contact="Left message")


_ACCEPTED: tuple[Callable[[Office, Planted], None], ...] = (
    _yes_plain, _yes_part_booked, _yes_recall_only, _yes_saved_copy, _yes_alternate,
)  # fmt: skip
_UNSCHEDULED: tuple[Callable[[Office, Planted, int], None], ...] = (
    _shown_fillings, _shown_default_only, _shown_alternates, _shown_prospect,
)  # fmt: skip
_BROKEN: tuple[Callable[[Office, Planted, int], None], ...] = (_broken_exam, _broken_filling)
_RECALLS: tuple[Callable[[Office, Planted, int], None], ...] = (_recall_single, _recall_family, _recall_other_visit)
