"""The practice system's exports of last night: full lists as CSV in cp1252, money `1,234.56` with credits in parentheses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.demo.aging_report import aging_report
from hub.demo.claims import Claim, Office
from hub.demo.deliver import NIGHT, csv_bytes, deliver, us_date, us_money
from hub.demo.work import FEES
from hub.demo.world import Person, Visit, World

Row = Sequence[str]
_WAITING = ("Broken", "W/Call")


def write_exports(office: Office, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world, night = office.world, office.world.calendar.night
    lists: dict[str, Iterator[Row]] = {
        "patients.csv": _patients(world), "treatment.csv": _treatment(world), "cases.csv": _cases(world),
        "appointments.csv": _appointments(world), "unscheduled_list.csv": _unscheduled(world),
        "claims_received.csv": _received(office), "preauth_aging.csv": _preauths(office),
        "continuing_care.csv": _continuing_care(world), "ledger.csv": _ledger(world),
    }  # fmt: skip
    for name, rows in lists.items():
        deliver(folder / name, csv_bytes(rows), night, NIGHT)
    waiting = sorted(
        (claim for claim in office.claims if not claim.received and not claim.preauth), key=lambda c: (c.payer.name, c.service, c.id)
    )
    report = aging_report(waiting, world.calendar.today, night)
    deliver(folder / "insurance_aging.txt", report.encode("cp1252"), night, NIGHT)


def _patients(world: World) -> Iterator[Row]:
    yield ("Patient ID", "Chart #", "Last Name", "First Name", "MI", "Suffix", "Preferred Name", "Birthdate", "SSN", "Status",
           "Guarantor ID", "Guarantor Name", "Home Phone", "E-Mail", "Zip", "Prov1", "First Visit", "Last Visit", "Balance")  # fmt: skip
    by_id = {person.id: person for person in world.people}
    balance: dict[str, int] = {}
    for entry in world.ledger:
        balance[entry.person.id] = balance.get(entry.person.id, 0) + entry.amount
    for p in world.people:
        yield (p.id, p.chart, p.last, p.first, p.middle, p.suffix, p.nickname, us_date(p.birth), "000-00-0000", p.status,
               p.guarantor_id, by_id[p.guarantor_id].printed, p.phone, p.email, "00099", p.provider, us_date(p.first_visit),
               us_date(p.last_visit), us_money(balance.get(p.id, 0)))  # fmt: skip


def _cases(world: World) -> Iterator[Row]:
    yield ("Case ID", "Patient ID", "Case Name", "Status", "Severity", "Date Created", "Date Presented", "Status Date",
           "Linked Group", "Recommended", "Saved Copy")  # fmt: skip
    for case in world.cases:
        yield (case.id, case.person.id, case.name, case.status, case.severity, us_date(case.created), us_date(case.presented),
               us_date(case.decided), case.linked, "Y" if case.recommended else "N", "Y" if case.saved_copy else "N")  # fmt: skip


def _treatment(world: World) -> Iterator[Row]:
    """One row per procedure and case: the default case repeats what a named case holds."""
    yield ("Proc ID", "Case ID", "Patient ID", "Code", "Description", "Tooth", "Surf", "Status", "Severity", "Date Planned",
           "Date Completed", "Prov", "Fee", "Write-off", "Ins Est", "Pat Est")  # fmt: skip
    for p in world.procedures:
        for case in p.cases:
            yield (p.id, case.id, p.person.id, p.code, FEES[p.code].word, p.tooth, p.surfaces,
                   "Completed" if p.completed else "Treatment Planned", case.severity, us_date(p.planned), us_date(p.completed),
                   p.person.provider, us_money(p.fee), us_money(p.write_off), us_money(p.insurance), us_money(p.share))  # fmt: skip


def _appointments(world: World) -> Iterator[Row]:
    yield ("Appt ID", "Patient ID", "Patient", "Date", "Time", "Length", "Prov", "Op", "Type", "Status", "Codes", "Reason",
           "CC Type", "Amount", "Date Made")  # fmt: skip
    for visit in world.visits:
        if visit.status not in _WAITING:
            yield (visit.id, visit.person.id, visit.person.printed, us_date(visit.day), _clock(visit), str(visit.length), visit.provider,
                   visit.operatory, visit.kind, visit.status, "; ".join(visit.tokens), visit.reason, visit.recall,
                   us_money(visit.amount), us_date(visit.created))  # fmt: skip


def _unscheduled(world: World) -> Iterator[Row]:
    yield ("Appt ID", "Patient ID", "Patient", "Phone", "Original Date", "Length", "Prov", "Type", "Status", "Codes", "Reason",
           "CC Type", "Amount", "Date Made", "Date Broken")  # fmt: skip
    for visit in world.visits:
        if visit.status in _WAITING:
            yield (visit.id, visit.person.id, visit.person.printed, visit.person.phone, us_date(visit.day), str(visit.length),
                   visit.provider, visit.kind, visit.status, "; ".join(visit.tokens), visit.reason, visit.recall,
                   us_money(visit.amount), us_date(visit.created), us_date(visit.broken))  # fmt: skip


def _clock(visit: Visit) -> str:
    hour, minute = divmod(visit.minute, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"


def _received(office: Office) -> Iterator[Row]:
    yield ("ID Number", "Pri/Sec", "Patient", "Birthdate", "Subscriber", "Subscriber ID", "Carrier", "Group", "Service Date",
           "Sent", "Re-Sent", "Received", "Est Ins", "Billed", "Ins Paid", "Write-off")  # fmt: skip
    for c in office.claims:
        if c.received and not c.preauth:
            yield (*_who(c), us_date(c.service), us_date(c.sent), us_date(c.resent), us_date(c.received), us_money(c.estimate),
                   us_money(c.billed), us_money(c.paid), us_money(c.written_off))  # fmt: skip


def _who(claim: Claim) -> Row:
    person: Person = claim.person
    return (claim.id, "Pri" if claim.ordinal == 1 else "Sec", person.printed, us_date(person.birth),
            claim.coverage.subscriber.printed, claim.coverage.member_id, claim.payer.name, claim.payer.group)  # fmt: skip


def _preauths(office: Office) -> Iterator[Row]:
    yield ("ID Number", "Pri/Sec", "Patient", "Birthdate", "Subscriber", "Subscriber ID", "Carrier", "Group", "Created", "Sent",
           "Re-Sent", "Received", "Est Ins", "Submitted")  # fmt: skip
    for c in office.claims:
        if c.preauth:
            yield (*_who(c), us_date(c.service), us_date(c.sent), us_date(c.resent), us_date(c.received), us_money(c.estimate),
                   us_money(c.billed))  # fmt: skip


def _continuing_care(world: World) -> Iterator[Row]:
    """A printed list: title, page heads in between, a total at the end."""
    labels = ("Patient ID", "Patient", "Birthday", "Type", "Interval", "Date", "Appt?", "Status", "Prior Treat.", "Phone")
    months = {"PROPHY": "6m+1d", "PERIO": "4m+1d"}
    for turn, r in enumerate(world.recalls):
        if turn % 60 == 0:
            yield ("Continuing Care List", *[""] * 8, f"Page {turn // 60 + 1}")
            yield labels
        yield (r.person.id, r.person.printed, us_date(r.person.birth), r.kind, months[r.kind], us_date(r.due),
               "+" if r.other_visit else "", r.contact, us_date(r.previous), r.person.phone)  # fmt: skip
    yield (f"Total Patients: {len(world.recalls)}", *[""] * 9)


def _ledger(world: World) -> Iterator[Row]:
    yield ("Patient ID", "Guarantor ID", "Date", "Type", "Code", "Tooth", "Claim ID", "Check #", "Amount")
    entries = sorted(world.ledger, key=lambda entry: (entry.day, entry.person.id))
    for e in entries:
        yield (e.person.id, e.person.guarantor_id, us_date(e.day), e.kind, e.code, e.tooth, e.claim, e.reference, us_money(e.amount))
    yield (f"Entries: {len(entries)}", *[""] * 6, "Total", us_money(sum(entry.amount for entry in entries)))
