"""Every table, in the order in which one needs the keys of another; and the truth in Open Dental's own keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hub.demo.open_dental.balances import age_accounts
from hub.demo.open_dental.care_rows import add_care
from hub.demo.open_dental.chart import add_chart
from hub.demo.open_dental.claim_rows import add_claims
from hub.demo.open_dental.leftovers import add_leftovers
from hub.demo.open_dental.lists import add_lists
from hub.demo.open_dental.making import Making, at
from hub.demo.open_dental.money import add_money
from hub.demo.open_dental.oddities import add_oddities
from hub.demo.open_dental.papers import add_papers
from hub.demo.open_dental.people import add_insurance, add_patients
from hub.demo.open_dental.transmissions import add_transmissions
from hub.demo.open_dental.visits import add_visits, match_visits
from hub.demo.planted import Planted, PlantedItem

# kinds that rows of Open Dental show; the others need an 835, a lender, or the hub's own run
_OWN = frozenset({
    "TX-ACCEPTED-UNBOOKED", "TX-UNSCHEDULED", "TX-PHASE-STALLED", "TX-SEAT-MISSING", "APPT-BROKEN", "APPT-UNCONFIRMED",
    "RECALL-OVERDUE", "REF-NO-REPORT", "LAB-LATE", "PREAUTH-PENDING", "CLAIM-NOT-CREATED", "CLAIM-NOT-SENT", "CLAIM-REJECTED",
    "CLAIM-AGING", "CLAIM-DENIED", "INSPAY-UNFINALIZED", "DEPOSIT-UNAPPLIED", "PAYPLAN-MISSED", "BAL-OVERDUE", "DOC-UNSIGNED",
    "DATA-IDENTITY",
})  # fmt: skip
_ERAS = frozenset({"ERA-UNPOSTED", "ERA-UNMATCHED"})
_NO_MONEY, _TRANSFER_DAYS = "REMIT-NO-PAY", 3
_BESIDE = frozenset({"FIN-APP-OPEN", "FIN-LEDGER-MISMATCH", "SYNC-STALE"})


def fill(m: Making, version: str) -> tuple[Planted, Planted]:
    """Returns what the tables themselves show, and what only the payers' 835 files show."""
    m.b.since = at(m.calendar.ago(540))
    add_lists(m.b, m.b.since, m.night, version)
    add_patients(m)
    add_insurance(m)
    match_visits(m)
    m.lines_of.update({f"P{p.id}": p for p in m.world.procedures})
    add_visits(m)
    add_chart(m)
    add_claims(m)
    add_money(m)
    add_care(m)
    add_papers(m)
    add_transmissions(m)
    for plant in m.later:
        plant(m)
    add_oddities(m)
    add_leftovers(m)
    age_accounts(m)
    return _told(m, _OWN), _told(m, _ERAS)


def everything(m: Making) -> Planted:
    """What the office shows together with its clearinghouse, its lender and the hub's own watch over them."""
    told = _told(m, _OWN | _ERAS | _BESIDE, beside=True)
    told.items += [*_without_money(m, told), *_answered(m)]
    return told


def _answered(m: Making) -> Iterator[PlantedItem]:
    """A predetermination that came back: nobody noted that the patient was told, so it counts although the visit is booked."""
    for claim in m.preauths:
        left = [p for p in (m.lines_of[line.number] for line in claim.lines) if p.completed is None]
        if claim.received and left and m.calendar.work.since(claim.received, m.calendar.today) >= 1:
            value, who = sum(p.net for p in left), str(m.pat(claim.person))
            yield PlantedItem("PREAUTH-ANSWERED", claim.id, value, "answered, the patient was not told", (who,))


def _without_money(m: Making, told: Planted) -> Iterator[PlantedItem]:
    """A transfer that nobody entered for three working days: where no bank is read, the office's own payments are all that
    could show its money (catalogue, REMIT-NO-PAY)."""
    checks = {check.trace: check for check in m.office.checks}
    for item in told.of("ERA-UNPOSTED"):
        check = checks[item.subject_hint]
        if check.amount and m.calendar.work.since(check.day, m.calendar.today) >= _TRANSFER_DAYS:
            yield PlantedItem(_NO_MONEY, check.trace, check.amount, "promised by transfer, no payment entered")


def _told(m: Making, codes: frozenset[str], *, beside: bool = False) -> Planted:
    """The planted list with the story's numbers exchanged for Open Dental's; `beside`: with what only others show."""
    names = _names(m)
    told = Planted()
    told.items = [_item(m, item, names) for item in m.planted.items if item.code in codes and (beside or _is_shown(m, item))]
    told.traps = [
        replace(trap, hint=names.get(trap.hint, (trap.hint,))[0]) for trap in m.planted.traps if trap.code in codes
    ]
    told.items += [item for item in m.shown.items if item.code in codes]
    told.traps += [trap for trap in m.shown.traps if trap.code in codes]
    return told


def _item(m: Making, item: PlantedItem, names: dict[str, tuple[str, ...]]) -> PlantedItem:
    hint, *more = names.get(item.subject_hint, (item.subject_hint,))
    also = [name for other in item.also for name in names.get(other, (other,))]
    told = replace(item, subject_hint=hint, also=tuple(dict.fromkeys([*more, *also])))
    return replace(told, value_cents=_value(m, item))


def _value(m: Making, item: PlantedItem) -> int | None:
    """As the catalogue reckons it where the rows say more than exports: a predetermination is worth the net fee of its
    work; a visit for which nothing was charted has no amount, so what it is worth is an estimate."""
    if item.code == "PREAUTH-PENDING":
        lines = next(claim.lines for claim in m.preauths if claim.id == item.subject_hint)
        return sum(m.lines_of[line.number].net for line in lines)
    if item.code == "APPT-BROKEN" and not any(m.held.get(name) for name in item.also):
        return None
    return item.value_cents


def _names(m: Making) -> dict[str, tuple[str, ...]]:
    """Every number of the story with the keys that stand for it; a treatment case is its plan, or its patient."""
    names: dict[str, tuple[str, ...]] = {}
    names |= {person: (str(key),) for person, key in m.keys.patients.items()}
    names |= {visit: (str(key),) for visit, key in m.keys.appointments.items()}
    names |= {str(row["CheckNum"]): (str(row["CheckNum"]), str(row["ClaimPaymentNum"])) for row in m.b.rows["claimpayment"]}
    for case in m.world.cases:
        keys = [m.keys.cases.get(case.id), m.keys.active.get(case.person.id), m.pat(case.person)]
        names[case.id] = tuple(str(key) for key in keys if key)
    return names


def _is_shown(m: Making, item: PlantedItem) -> bool:
    """An applicant at the lender is no row of Open Dental."""
    return item.code != "DATA-IDENTITY" or item.subject_hint in m.keys.patients
