"""recall, labcase, laboratory, referral: the lists beside the chart, for everybody. What is late among them is planted."""

from __future__ import annotations

from hub.demo.open_dental.columns import NO_DATE
from hub.demo.open_dental.lists import (
    FOUR_MONTHS,
    RECALL_BITEWINGS,
    RECALL_PERIO,
    RECALL_PROPHY,
    SIX_MONTHS,
    TWELVE_MONTHS,
)
from hub.demo.open_dental.making import Making, at
from hub.demo.work import CLEANINGS

_TYPES = {
    "PROPHY": (RECALL_PROPHY, SIX_MONTHS), "PERIO": (RECALL_PERIO, FOUR_MONTHS), "BITEWINGS": (RECALL_BITEWINGS, TWELVE_MONTHS),
}  # fmt: skip
LABORATORY = 1
REFERRAL_ENDO, REFERRAL_SURGEON, REFERRAL_SOURCE = 3, 4, 5


def add_care(m: Making) -> None:
    _recalls(m)
    m.b.add(
        "laboratory",
        LaboratoryNum=LABORATORY,
        Description="Bright Crown Lab",
        Phone="(555)555-0177",
        Notes="closed on Fridays",
    )
    m.b.add("laboratory", LaboratoryNum=2, Description="Old lab", IsHidden=1)
    m.b.add("labturnaround", LaboratoryNum=LABORATORY, Description="Crown", DaysPublished=7, DaysActual=9)
    stamp = at(m.calendar.ago(500))
    people = ((REFERRAL_ENDO, "Stevens", "Sol", 501, 1, ""), (REFERRAL_SURGEON, "Ormond", "Rita", 502, 1, "Harbor Surgery"),
              (REFERRAL_SOURCE, "Word of mouth", None, 0, 0, ""))  # fmt: skip
    for number, last, first, specialty, doctor, business in people:
        m.b.add("referral", stamp, ReferralNum=number, LName=last, FName=first, Specialty=specialty, IsDoctor=doctor, NotPerson=1 - doctor,
                Telephone="5555550188" if doctor else "", BusinessName=business, Note=None)  # fmt: skip


def _recalls(m: Making) -> None:
    booked = {
        p.person.id: visit.day
        for p in m.world.procedures
        if p.code in CLEANINGS and (visit := m.visit_of.get(p.id)) is not None and visit.status == "Scheduled"
    }
    for turn, made in enumerate(m.world.recalls):
        number, interval = _TYPES[made.kind]
        m.b.add(
            "recall", m.stamp(made.previous or m.calendar.ago(30)), PatNum=m.pat(made.person), DateDueCalc=made.due, DateDue=made.due,
            DatePrevious=made.previous or NO_DATE, RecallInterval=interval, RecallTypeNum=number,
            RecallStatus=143 if made.contact else 0, DateScheduled=booked.get(made.person.id, NO_DATE),
            Note="patient's mother calls\r\nback" if turn % 33 == 0 else "",
        )  # fmt: skip
    _odd_recalls(m)


def _odd_recalls(m: Making) -> None:
    """Rows that ask for nothing: switched off, put off, never due; and the trace of a deleted one."""
    calm = [person for person in m.world.people if person.status == "Active" and not person.used][:12]
    late = m.calendar.ago(90)
    for turn, person in enumerate(calm):
        more = (
            {"IsDisabled": 1, "DateDue": late},
            {"DisableUntilDate": m.calendar.ahead(60), "DateDue": late},
            {"DateDue": NO_DATE},
        )[turn % 3]
        m.b.add("recall", at(late), PatNum=m.pat(person), RecallInterval=TWELVE_MONTHS, RecallTypeNum=RECALL_BITEWINGS,
                DateDueCalc=late if turn % 3 < 2 else NO_DATE, **more)  # fmt: skip
    m.b.add("deletedobject", at(late), ObjectNum=m.pat(calm[-1]), ObjectType=2)
