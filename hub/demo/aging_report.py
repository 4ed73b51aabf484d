"""The Insurance Claim Aging report as text: group lines, records over several lines, page heads, subtotals, totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hub.demo.claims import Claim
from hub.demo.deliver import us_date

_PAGE = 54


def aging_report(claims: Sequence[Claim], today: date, printed_on: date) -> str:
    """Outstanding claims grouped by carrier; amounts `1,234.56`, lines end with CR LF."""
    lines: list[str] = []
    page = 0
    for block in _blocks(claims, today):
        if not lines or len(lines) % _PAGE + len(block) > _PAGE or page == 0:
            page += 1
            lines += ["", *_page_head(page, printed_on)] if lines else _page_head(page, printed_on)
        lines += block
    return "\r\n".join(lines) + "\r\n"


def _page_head(page: int, printed_on: date) -> list[str]:
    return [
        f"{'INSURANCE CLAIM AGING REPORT':>54}{'Page':>21} {page}",
        f"Lakeside Dental   Report Date: {us_date(printed_on)}",
        "P/S Service  Patient  Birthday  Subscriber  Subscriber ID  Est Ins   Current   31-60   61-90   Over 90",
    ]


def _blocks(claims: Sequence[Claim], today: date) -> Iterator[list[str]]:
    """Lines that stay together on a page."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.payer.key, []).append(claim)
    for part in groups.values():
        payer = part[0].payer
        yield [f"{payer.name:<26} Group: {payer.plan}   #{payer.group}       {payer.phone}"]
        for claim in part:
            yield _record(claim, today)
        yield [f" {payer.name} Total{_columns(_sums(part, today))}"]
    for label, ordinals in (("Primary", (1,)), ("Secondary", (2,)), ("Combined", (1, 2))):
        chosen = [claim for claim in claims if claim.ordinal in ordinals]
        yield [f" {label} Claims Total{_columns(_sums(chosen, today))}"]
    yield [f"Total Claims: {len(claims)}"]


def _record(claim: Claim, today: date) -> list[str]:
    person, subscriber = claim.person, claim.coverage.subscriber
    star = "*" if claim.paid else ""
    first = (
        f" {'P' if claim.ordinal == 1 else 'S'} {us_date(claim.service)}  {person.printed:<24}  {us_date(person.birth)}"
        f"  {subscriber.printed:<24}  {claim.coverage.member_id}   {_money(claim.estimate)}{star}"
    )
    dates = [("Sent", claim.sent), ("Tracer", claim.tracer), ("Re-Sent", claim.resent)]
    second = "   " + "  ".join(f"{label} {us_date(day)}" for label, day in dates if day)
    lines = [first, f"{second}   ID {claim.id}{_columns(_buckets(claim, today))}"]
    return [*lines, f"   Note: {claim.note}"] if claim.note else lines


def _buckets(claim: Claim, today: date) -> list[int]:
    """The billed amount in the column of its age by service date."""
    age = (today - claim.service).days
    place = 0 if age <= 30 else 1 if age <= 60 else 2 if age <= 90 else 3
    return [claim.billed if n == place else 0 for n in range(4)]


def _sums(claims: Sequence[Claim], today: date) -> list[int]:
    columns = [_buckets(claim, today) for claim in claims]
    return [sum(column[n] for column in columns) for n in range(4)]


def _columns(cents: Sequence[int]) -> str:
    return "".join(f"{_money(value):>14}" for value in cents)


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"
