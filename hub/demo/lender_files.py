"""The lender's reports: applications, transactions, settlement; and what two other merchant accounts did (not) deliver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from pathlib import Path

from hub.demo.deliver import csv_bytes, deliver, us_date
from hub.demo.lender import Lender, Sale
from hub.demo.plant_health import STALE_DAYS
from hub.demo.world import Person

Row = Sequence[str]
_AT = time(20, 0)
_TRANSACTION_LABELS = (
    "Transaction ID", "Merchant Number", "Transaction Date", "Post Date", "Cardholder Name", "Account Number", "Patient/Client ID",
    "Transaction Type", "Amount", "Promo Code", "Discount", "Net", "Auth Code", "Original ID", "Settlement #", "Funding Date",
)  # fmt: skip


def write_lender(lender: Lender, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    night = lender.world.calendar.night
    deliver(folder / "applications.csv", csv_bytes(_applications(lender), "utf-8-sig"), night, _AT)
    deliver(folder / "transactions.csv", csv_bytes(_transactions(lender, lender.sales), "utf-8-sig"), night, _AT)
    deliver(folder / "settlement.csv", csv_bytes(_settlement(lender, lender.sales), "utf-8-sig"), night, _AT)


def write_stale(lender: Lender, west: Path, north: Path) -> None:
    """`west`: a second merchant account whose last report is nine days old. `north`: a folder in which nothing ever arrived."""
    west.mkdir(parents=True, exist_ok=True)
    north.mkdir(parents=True, exist_ok=True)
    day = lender.world.calendar.today - timedelta(days=STALE_DAYS)
    deliver(west / "transactions.csv", csv_bytes(_transactions(lender, lender.west), "utf-8-sig"), day, _AT)


def _applications(lender: Lender) -> Iterator[Row]:
    yield ("Application ID", "Merchant Number", "Applicant Name", "SSN", "Patient/Client ID", "Type", "Status", "Requested Amount",
           "Approved Amount", "Date Submitted", "Decision Date", "Expiration Date", "Account Number")  # fmt: skip
    for a in lender.applications:
        yield (a.reference, lender.merchant, _name(a.applicant), "000-00-0000", lender.client(a.person) if a.client_reference else "", a.kind,
               a.status, _money(a.requested), _money(a.approved), us_date(a.submitted), us_date(a.decided), us_date(a.expires),
               _account(a.applicant))  # fmt: skip


def _transactions(lender: Lender, sales: Sequence[Sale]) -> Iterator[Row]:
    yield _TRANSACTION_LABELS
    night = lender.world.calendar.night
    for s in sales:
        funded = _funded(lender, s)
        settled = s.kind != "Authorization Only" and funded <= night
        yield (s.reference, lender.merchant, us_date(s.day), us_date(s.day), _name(s.applicant), _account(s.applicant), lender.client(s.person),
               s.kind, _money(s.amount), "012", _money(s.fee), _money(s.amount - s.fee), f"{int(s.reference[1:]) % 999983:06d}",
               s.original, f"S{funded:%Y%m%d}" if settled else "", us_date(funded) if settled else "")  # fmt: skip


def _settlement(lender: Lender, sales: Sequence[Sale]) -> Iterator[Row]:
    yield ("Settlement #", "Merchant Number", "Funding Date", "Sales", "Refunds", "Chargebacks", "Fees", "Net Funded")
    days: dict[date, list[Sale]] = {}
    for sale in sales:
        if sale.kind != "Authorization Only" and _funded(lender, sale) <= lender.world.calendar.night:
            days.setdefault(_funded(lender, sale), []).append(sale)
    for day in sorted(days):
        gross = sum(sale.amount for sale in days[day] if sale.kind == "Purchase")
        back = sum(sale.amount for sale in days[day] if sale.kind == "Refund")
        fees = sum(sale.fee for sale in days[day])
        yield (f"S{day:%Y%m%d}", lender.merchant, us_date(day), _money(gross), _money(back), "0.00", _money(fees),
               _money(gross - back - fees))  # fmt: skip


def _funded(lender: Lender, sale: Sale) -> date:
    return lender.world.calendar.work.plus(sale.day, 2)


def _name(person: Person) -> str:
    return f"{person.first} {person.last} {person.suffix}".strip()


def _account(person: Person) -> str:
    """An invented account number; readers must keep the last four digits only."""
    return f"000000000000{int(person.id) % 10000:04d}"


def _money(cents: int | None) -> str:
    if cents is None:
        return ""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
