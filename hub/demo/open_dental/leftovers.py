"""A few rows each of what no rule asks for but every office has: scanned EOBs, popups, blockouts, ASAP visits, moved insurance money."""

from __future__ import annotations

from datetime import date, timedelta

from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.columns import Row
from hub.demo.open_dental.lists import CLINIC, USER_BILLING, USER_FRONT
from hub.demo.open_dental.making import Making, at


def add_leftovers(m: Making) -> None:
    _insurance_transfers(m)
    _papers(m)
    _book(m)


def _insurance_transfers(m: Making) -> None:
    """Insurance money moved between procedures of one claim: received, without a check, and cancelling out."""
    old = [row for row in m.b.rows["claimproc"] if row["Status"] == 1 and row["ClaimPaymentNum"] and row["InsPayAmt"]]
    for row in old[:: max(1, len(old) // 3)][:3]:
        day = row["DateCP"]
        assert isinstance(day, date)
        for amount in (-1500, 1500):
            m.b.add(
                "claimproc", m.stamp(day + timedelta(days=3)), ClaimNum=row["ClaimNum"], PatNum=row["PatNum"], ProvNum=row["ProvNum"],
                Status=4, InsPayAmt=cents(amount), PlanNum=row["PlanNum"], InsSubNum=row["InsSubNum"], DateCP=day, DateEntry=day,
                ProcDate=row["ProcDate"], ClinicNum=CLINIC, IsTransfer=1, SecUserNumEntry=USER_BILLING,
            )  # fmt: skip
        m.shown.trap(
            "INSPAY-UNFINALIZED", str(row["ClaimNum"]), "money moved within the claim: a transfer has no check"
        )


def _papers(m: Making) -> None:
    for row in m.b.rows["claimpayment"][-5:]:
        day = row["CheckDate"]
        assert isinstance(day, date)
        m.b.add(
            "eobattach",
            ClaimPaymentNum=row["ClaimPaymentNum"],
            DateTCreated=at(day, 19),
            FileName=f"eob{row['CheckNum']}.pdf",
        )
    someone = m.b.rows["patient"][3]["PatNum"]
    m.b.add(
        "popup",
        PatNum=someone,
        Description="allergic to latex",
        UserNum=USER_FRONT,
        DateTimeEntry=at(m.calendar.ago(200)),
    )
    task = m.b.rows["task"][0]["TaskNum"]
    m.b.add("tasknote", TaskNum=task, UserNum=USER_FRONT, DateTimeNote=at(m.calendar.ago(2)), Note="size M is out")


def _book(m: Making) -> None:
    """Blockouts of the coming week, and two visits whose patients would come sooner."""
    for days in range(1, 6):
        day = m.calendar.ahead(days)
        m.b.add("schedule", m.stamp(m.calendar.ago(30)), SchedDate=day, StartTime=timedelta(hours=12), StopTime=timedelta(hours=13),
                SchedType=2, Note="lunch", ClinicNum=CLINIC)  # fmt: skip
    later: list[Row] = [row for row in m.b.rows["appointment"] if row["AptStatus"] == 1]
    for row in later[-2:]:
        row["Priority"] = 1
