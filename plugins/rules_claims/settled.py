"""Is the money of a refused or questioned claim given up, or did it come another way? What the ledger holds on it.

A write-off on a claim is mostly the contract's: it is entered with the answer, a $0 included, and gives nothing up. The
contract takes what was billed down to what is expected and no further, so a loss counts as written off when the
write-offs equal it to the cent, or when they and the expected amount together are more than was billed. Cents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Subquery, func, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import NEVER_SENT, claim_entries, pair
from hub.rulekit.deliveries import first_delivery

CLAIM = TABLES["claim"]
_OFF = ("WRITEOFF", "ADJUSTMENT")
_ROUNDING = 100  # cents over several lines
Key = tuple[str, str]  # source and key


@dataclass(frozen=True, slots=True)
class Booked:
    """One entry of the ledger on a claim; above 0 it lowers the balance. `on` is the first day ever when not stated."""

    on: date
    kind: str
    cents: int


def booked(view: RuleView, of: Callable[[CTE], ColumnElement[bool]]) -> Mapping[Key, Sequence[Booked]]:
    """By claim: the insurance payments, write-offs and adjustments on the claims that `of` (entry) picks."""
    entry = claim_entries(view, ("INS_PAYMENT", *_OFF))
    c = entry.c
    query = select(c.claim_source, c.claim_key, c.entry_date, c.kind, c.lowers_cents).where(of(entry))
    found: defaultdict[Key, list[Booked]] = defaultdict(list)
    for source, claim, on, kind, cents in view.connection.execute(query):
        found[source, claim].append(Booked(on or date.min, kind, cents or 0))
    return found


def written_off(
    entries: Sequence[Booked], lost: int, *, since: date, expected: int | None, billed: int | None, stated: int = 0
) -> bool:
    """Was a loss given up on or after the day? `stated`: what the claim itself says was written off."""
    ever = max(stated, sum(each.cents for each in entries if each.kind in _OFF))
    lately = (
        ever if since == date.min else sum(each.cents for each in entries if each.kind in _OFF and each.on >= since)
    )
    if lately <= 0 or lately < lost:
        return False
    return lately == lost or billed is None or expected is None or ever + expected >= billed + _ROUNDING


def paid_otherwise(entries: Sequence[Booked], lost: int, *, since: date, answered: int) -> bool:
    """Did insurance money for the loss come since the day, that no remittance brought? `answered`: what all did bring."""
    paid = [each for each in entries if each.kind == "INS_PAYMENT"]
    lately = sum(each.cents for each in paid if each.on >= since)
    return lost > 0 and min(lately, sum(each.cents for each in paid) - answered) >= lost


def brought(view: RuleView, answer: CTE) -> Subquery:
    """By claim: the cents that all its answers paid, reversals taken off, each remittance once."""
    once = pair(answer.c.source, answer.c.remit_key).in_(first_delivery(view))
    keys = (answer.c.claim_source, answer.c.claim_key)
    paid = func.sum(func.coalesce(answer.c.paid_cents, 0)).label("cents")
    query = select(*keys, paid).where(answer.c.role.in_(("DECISION", "REVERSAL")), once)
    return query.group_by(*keys).subquery("brought")


def sent_again(view: RuleView, gone: Sequence[Any]) -> Mapping[Key, date]:
    """By claim that its source lists no more: the newest day on which another claim went out for the same visit and turn.

    A list of open claims may show what was sent again under a new number. That claim is new: one that was there before
    and is merely sent once more is another part of the visit.
    """
    days = {row.service_from for row in gone if row.service_from is not None}
    if not days:
        return {}
    sent = func.coalesce(CLAIM.c.first_sent_date, CLAIM.c.created_date, CLAIM.c.last_sent_date).label("sent")
    known = ("source", "source_key", "patient_key", "patient_last", "patient_first", "service_from", "ordinal")
    query = select(*(CLAIM.c[name] for name in known), sent).where(
        CLAIM.c.practice_id == view.practice_id,
        CLAIM.c.service_from.between(min(days), max(days)),
        func.coalesce(CLAIM.c.status, "SENT").not_in(("VOID", *NEVER_SENT)),
        func.coalesce(CLAIM.c.claim_type, "CLAIM") != "PREAUTH",
        sent.is_not(None),
    )
    visits: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        visits[_visit(row)].append(row)
    found = {}
    for row in gone:
        others = [other.sent for other in visits[_visit(row)] if other.source_key != row.source_key]
        if others and row.service_from is not None:
            found[row.source, row.source_key] = max(others)
    return found


def last_sent(row: Any, again: Mapping[Key, date]) -> date | None:
    """The last day on which a claim, or another in its place, was sent."""
    known = [day for day in (row.last_sent_date, again.get((row.source, row.source_key))) if day is not None]
    return max(known, default=None)


def closed_with_reason(row: Any) -> bool:
    """The practice received or closed it and noted why the money did not come."""
    return row.status in ("ADJUDICATED", "CLOSED") and bool((row.note or "").strip())


def _visit(row: Any) -> tuple[Any, ...]:
    """A visit of a person at one turn; a list without patient numbers is known by the printed name."""
    person = row.patient_key or ((row.patient_last or "").lower(), (row.patient_first or "").lower())
    return row.source, person, row.service_from, row.ordinal or 1
