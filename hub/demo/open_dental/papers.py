"""sheet, sheetfield, commlog, statement, patfield, procnote, task: signatures, words and letters of the ordinary office.

Every visit with real treatment has its signed consent, every large accepted plan its signed financial agreement; what is not
signed is planted.
"""

from __future__ import annotations

from datetime import date

from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.columns import NO_MOMENT
from hub.demo.open_dental.lists import CLINIC, TASK_LIST, USER_FRONT
from hub.demo.open_dental.making import Making, at
from hub.demo.world import Case, Person

CONSENT, PATIENT_FORM, HISTORY = 6, 9, 11
_INPUT, _SIGNATURE_BOX, _PRACTICE_BOX = 1, 9, 16
SIGNED = "0bWFkZS11cCBzaWduYXR1cmU="
SHARE_LIMIT = 50000
_RECENT_DAYS = 120


def add_papers(m: Making) -> None:
    _consents(m)
    for case in m.world.cases:
        _agreement(m, case)
    _contacts(m)
    _notes(m)
    m.b.add("task", m.stamp(m.calendar.ago(3)), TaskListNum=TASK_LIST, Descript="order gloves", UserNum=USER_FRONT,
            DateTimeEntry=at(m.calendar.ago(3)), DateTimeOriginal=at(m.calendar.ago(3)))  # fmt: skip


def sheet(m: Making, person: Person, kind: int, title: str, day: date, signed: str, *, deleted: bool = False) -> int:
    """A form with one box to sign; `signed` is the box's value, '' or a single character when nobody has."""
    stamp = m.stamp(day)
    made = m.b.add("sheet", SheetType=kind, PatNum=m.pat(person), DateTimeSheet=stamp, Description=title, IsDeleted=int(deleted),
                   SheetDefNum=25, ClinicNum=CLINIC, DateTSheetEdited=stamp)  # fmt: skip
    m.b.add("sheetfield", SheetNum=made, FieldType=_INPUT, FieldName="misc", FieldValue="patient's answers\r\nline two")
    m.b.add(
        "sheetfield",
        SheetNum=made,
        FieldType=_SIGNATURE_BOX,
        FieldName="",
        FieldValue=signed,
        DateTimeSig=stamp if len(signed) > 1 else NO_MOMENT,
    )
    m.b.add(
        "sheetfield", SheetNum=made, FieldType=_PRACTICE_BOX, FieldName="", FieldValue="" if kind != CONSENT else signed
    )
    return made


def _consents(m: Making) -> None:
    for visit in m.world.visits:
        near = abs((visit.day - m.calendar.today).days) <= _RECENT_DAYS
        wanted = visit.kind == "Restorative" and visit.status in ("Scheduled", "Completed") and near
        if wanted and visit.id not in m.marks.unsigned:
            sheet(m, visit.person, CONSENT, f"Consent: {visit.reason}", min(visit.created, m.calendar.night), SIGNED)
    for turn, person in enumerate(m.world.people[:60]):
        if person.first_visit:
            sheet(
                m,
                person,
                HISTORY if turn % 2 else PATIENT_FORM,
                "New patient papers",
                person.first_visit,
                SIGNED if turn % 3 else "0",
            )


def _agreement(m: Making, case: Case) -> None:
    share = sum(p.share for p in m.in_case.get(case.id, []))
    if case.status == "Accepted" and share >= SHARE_LIMIT:
        sheet(m, case.person, CONSENT, "Financial agreement", case.decided or case.created, SIGNED)


def _contacts(m: Making) -> None:
    """Calls and reminders. None is about money or treatment that is planted."""
    for turn, recall in enumerate(m.world.recalls):
        if recall.contact:
            day = m.calendar.ago(20 + turn % 30)
            commlog(m, recall.person, day, 238, f"{recall.contact};\r\ndaughter answered, O'Hara's number", 3, 1)
    for turn, person in enumerate(m.world.people[::9]):
        commlog(
            m,
            person,
            m.calendar.ago(30 + turn),
            239,
            "Bürgersteig gesperrt – park behind the house ☂" if turn % 4 == 0 else "Left msg",
            5,
            2,
        )
        if turn % 3 == 0:
            m.b.add(
                "patfield",
                m.stamp(m.calendar.ago(80)),
                PatNum=m.pat(person),
                FieldName="Coordinator",
                FieldValue="Ana",
                SecDateEntry=m.calendar.ago(80),
            )


def commlog(
    m: Making, person: Person, day: date, kind: int, note: str, mode: int, direction: int, *, referral: int = 0
) -> int:
    return m.b.add("commlog", m.stamp(day), PatNum=m.pat(person), CommDateTime=at(day, 15, 20), CommType=kind, Note=note, Mode_=mode,
                   SentOrReceived=direction, UserNum=USER_FRONT, DateTEntry=at(day, 15, 21), ReferralNum=referral)  # fmt: skip


def _notes(m: Making) -> None:
    done = [p for p in m.world.procedures if p.completed and p.code in ("D2740", "D7140", "D3330")]
    for p in done[-60:]:
        assert p.completed is not None
        m.b.add("procnote", PatNum=m.pat(p.person), ProcNum=m.proc(p), EntryDateTime=at(p.completed, 16), UserNum=USER_FRONT,
                Note="went well;\r\n\tpatient's bite checked", Signature=SIGNED)  # fmt: skip


def statement(m: Making, person: Person, day: date, balance: int) -> int:
    """A bill that was sent; `balance` in cents."""
    return m.b.add("statement", m.stamp(day), PatNum=m.guarantor(person), DateSent=day, DateRangeTo=day, IsSent=1, IsBalValid=1,
                   BalTotal=cents(balance), StatementType="NotSet", Note="please pay")  # fmt: skip
