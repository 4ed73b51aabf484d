"""Open Dental's own lists as plain Python over the rows of its tables, from the reference (section 7) and nothing of ours.

Keys are Open Dental's, amounts dollars as Decimal. `today` is the office's day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from hub.demo.open_dental import OpenDental, Row

_EMPTY = 1880  # Open Dental takes every earlier year as empty


def day(value: object) -> date | None:
    """A day of the database; None when empty."""
    if isinstance(value, datetime):
        value = value.date()
    return value if isinstance(value, date) and value.year >= _EMPTY else None


def number(value: object) -> int:
    assert isinstance(value, int)
    return value


def dollars(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value


def people(office: OpenDental) -> dict[int, Row]:
    """Patients with status Patient."""
    return {number(row["PatNum"]): row for row in office.rows["patient"] if row["PatStatus"] == 0}


def scheduled(office: OpenDental) -> dict[int, list[date]]:
    """Days of Scheduled visits of today and later, by patient."""
    found: defaultdict[int, list[date]] = defaultdict(list)
    for row in office.rows["appointment"]:
        at = day(row["AptDateTime"])
        if row["AptStatus"] == 1 and at is not None and at >= office.today:
            found[number(row["PatNum"])].append(at)
    return found


def treatment_finder(office: OpenDental) -> dict[int, Decimal]:
    """7.1 with "include secondary and no insurance": patient -> total of the treatment-planned procedures."""
    booked, alive = scheduled(office), people(office)
    totals: defaultdict[int, Decimal] = defaultdict(Decimal)
    for row in office.rows["procedurelog"]:
        if row["ProcStatus"] == 1 and number(row["PatNum"]) in alive:
            totals[number(row["PatNum"])] += dollars(row["ProcFee"]) * (number(row["UnitQty"]) + number(row["BaseUnits"]))
    return {patient: total for patient, total in totals.items() if total > 0 and patient not in booked}


def outstanding_claims(office: OpenDental) -> dict[int, Decimal]:
    """7.3 without preauthorizations: claim -> billed; a claim put off by its latest custom tracking is hidden."""
    suppressed = {number(row["DefNum"]): str(row["ItemValue"]) for row in office.rows["definition"] if row["Category"] == 31}
    hidden: dict[int, date] = {}
    for row in sorted(office.rows["claimtracking"], key=lambda each: (each["DateTimeEntry"], each["ClaimTrackingNum"])):
        days, entered = suppressed.get(number(row["TrackingDefNum"]), ""), day(row["DateTimeEntry"])
        if row["TrackingType"] == "StatusHistory" and entered is not None:
            hidden[number(row["ClaimNum"])] = entered + timedelta(days=int(days) if days.isdigit() else 0)
    return {
        number(row["ClaimNum"]): dollars(row["ClaimFee"])
        for row in office.rows["claim"]
        if row["ClaimStatus"] == "S" and row["ClaimType"] != "PreAuth"
        and hidden.get(number(row["ClaimNum"]), date.min) <= office.today
    }  # fmt: skip


def unfinalized(office: OpenDental) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """7.5: partial payments by claimpayment; and by claim what was entered without one."""
    partial = {number(row["ClaimPaymentNum"]): dollars(row["CheckAmt"]) for row in office.rows["claimpayment"] if row["IsPartial"] == 1}
    loose: defaultdict[int, Decimal] = defaultdict(Decimal)
    for row in office.rows["claimproc"]:
        is_free = row["ClaimPaymentNum"] == 0 and row["InsPayAmt"] != 0 and row["IsTransfer"] == 0
        if is_free and row["Status"] in (1, 4, 5):
            loose[number(row["ClaimNum"])] += dollars(row["InsPayAmt"])
    return partial, dict(loose)


def broken_appointments(office: OpenDental, since: date) -> dict[int, Row]:
    """7.6 (c): visits that still stand as broken, by their day."""
    return {
        number(row["AptNum"]): row
        for row in office.rows["appointment"]
        if row["AptStatus"] == 5 and (at := day(row["AptDateTime"])) is not None and since <= at <= office.today
    }


def _preference(office: OpenDental, name: str) -> str:
    return next((str(row["ValueString"]) for row in office.rows["preference"] if row["PrefName"] == name), "")


def recall_list(office: OpenDental, past: int, future: int) -> dict[int, Row]:
    """7.7 without its rule of reminders and without "exclude if any future visit": recall -> row."""
    alive = people(office)
    shown = {int(each) for each in _preference(office, "RecallTypesShowingInList").split(",") if each.strip().isdigit()}
    owed: defaultdict[int, Decimal] = defaultdict(Decimal)
    for row in office.rows["patient"]:
        owed[number(row["Guarantor"])] += dollars(row["BalTotal"]) - dollars(row["InsEst"])

    def is_listed(row: Row) -> bool:
        patient, due = alive.get(number(row["PatNum"])), day(row["DateDue"])
        if patient is None or due is None or row["IsDisabled"] == 1 or (shown and row["RecallTypeNum"] not in shown):
            return False
        in_time = office.today - timedelta(days=past) <= due <= office.today + timedelta(days=future)
        later, limit = day(row["DisableUntilDate"]), dollars(row["DisableUntilBalance"])
        waits = (later is not None and later > office.today) or (limit > 0 and owed[number(patient["Guarantor"])] > limit)
        return in_time and not waits and day(row["DateScheduled"]) is None

    return {number(row["RecallNum"]): row for row in office.rows["recall"] if is_listed(row)}


def unearned_splits(office: OpenDental) -> Iterator[tuple[int, Row]]:
    """Guarantor and split of every shown kind of unearned income; hidden kinds have a value in their definition."""
    hidden = {number(row["DefNum"]) for row in office.rows["definition"] if row["Category"] == 29 and str(row["ItemValue"] or "")}
    guarantor = {number(row["PatNum"]): number(row["Guarantor"]) for row in office.rows["patient"]}
    for row in office.rows["paysplit"]:
        kind = number(row["UnearnedType"])
        if kind and kind not in hidden:
            yield guarantor[number(row["PatNum"])], row


def unearned_income(office: OpenDental) -> dict[int, Decimal]:
    """7.10: family (guarantor) -> unearned, where it is not nothing."""
    sums: defaultdict[int, Decimal] = defaultdict(Decimal)
    for family, row in unearned_splits(office):
        sums[family] += dollars(row["SplitAmt"])
    return {family: total for family, total in sums.items() if abs(total) > Decimal("0.005")}
