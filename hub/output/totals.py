"""Counts and dollars over a list. Pure.

Several items may speak of the same dollars: a crown that was accepted and whose visit was missed is one crown. Each stays
a line of its own, but a sum takes the largest of them once (reference outstanding-items §3: never its dollars twice).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.contract import ItemRow
from hub.output import words

# Their dollars say how much the list overstates, not what can be won (reference outstanding-items §4.1).
SHOWN_NOT_ADDED = frozenset({"TX-ALT-UNRESOLVED", "TX-PLAN-STALE"})

# Which kinds' dollars are those of which evidence. A shared record alone proves nothing: the unbilled insurance part and the
# unapplied deposit of one filling are two sums. Work is the net of procedures that are still to be done.
_WORK = ("procedure:",)
_VISIT = ("procedure:", "appointment:")  # where nobody knows what the visit holds, its own amount
_REMIT = ("remit:",)  # one electronic EOB: not posted, on it what matches nobody, and no money of it in the bank
_EXPECTED = ("claim:",)  # what was expected of a claim that was not paid; what was paid of it (`remit_claim:`) is another sum
_DOLLARS_OF = {
    **dict.fromkeys(
        (
            "TX-ACCEPTED-UNBOOKED", "TX-UNSCHEDULED", "TX-PHASE-STALLED", "TX-SEAT-MISSING", "APPT-BROKEN",
            "PREAUTH-PENDING", "PREAUTH-ANSWERED", "PREAUTH-DENIED", "REF-NO-REPORT",
        ),
        _WORK,
    ),
    **dict.fromkeys(("APPT-UNCONFIRMED", "LAB-LATE"), _VISIT),
    **dict.fromkeys(("ERA-UNMATCHED", "REMIT-NO-PAY"), _REMIT),
    # It names the claim (`claim:`) of each $0 answer whose expected dollars are in its value, and of no other.
    "ERA-UNPOSTED": _REMIT + _EXPECTED,
    **dict.fromkeys(("CLAIM-DENIED", "CLAIM-INFO-REQUESTED"), _EXPECTED),
}  # fmt: skip

Item = tuple[str, str]  # practice and number


@dataclass(frozen=True, slots=True)
class Total:
    """How many items and how many cents."""

    items: int
    cents: int


def worth(row: ItemRow) -> int:
    """What the item adds to a sum that holds no other item of the same dollars, in cents."""
    return 0 if row.code in SHOWN_NOT_ADDED else row.value_cents


def counted_in(rows: Iterable[ItemRow]) -> dict[Item, str]:
    """For each item whose dollars another one brings into the sum: that item's number. Larger values go first, then
    higher priority. Where two overlap in part the smaller adds nothing: a sum is rather too low than too high."""
    first: dict[tuple[str, str], ItemRow] = {}
    already: dict[Item, str] = {}
    for row in sorted(rows, key=lambda each: (-worth(each), -each.priority, each.id)):
        shared = list(_dollars(row))
        other = next((first[key] for key in shared if key in first and _is_same(row, first[key], key[1])), None)
        if other is not None:
            already[row.practice, row.id] = other.id
        else:
            first.update(dict.fromkeys(shared, row))
    return already


def _is_same(row: ItemRow, other: ItemRow, evidence: str) -> bool:
    """Two payments that both refuse one claim are two payments all the same, nearly all of their dollars others'."""
    return row.code != other.code or not evidence.startswith(_EXPECTED)


def total(rows: Iterable[ItemRow], already: Mapping[Item, str] | None = None) -> Total:
    """`already`: `counted_in` of the whole list when `rows` are a part of it, so that the parts add up to the whole."""
    listed = list(rows)
    left_out = counted_in(listed) if already is None else already
    return Total(len(listed), sum(worth(row) for row in listed if (row.practice, row.id) not in left_out))


def by_band(rows: Iterable[ItemRow]) -> dict[str, Total]:
    """A total for each band, in the order of urgency; bands without an item are there with 0."""
    listed = list(rows)
    already = counted_in(listed)
    found: dict[str, list[ItemRow]] = {name: [] for name in words.BANDS}
    for row in listed:
        found[words.band(row)].append(row)
    return {name: total(inside, already) for name, inside in found.items()}


def _dollars(row: ItemRow) -> Iterator[tuple[str, str]]:
    """The records whose dollars the item shows."""
    beginnings = _DOLLARS_OF.get(row.code)
    if not beginnings or worth(row) <= 0:
        return
    named = [key for key in row.evidence if key.startswith(beginnings)]
    if beginnings == _VISIT:  # the visit itself only where its work is not known: two crowns of one visit are two
        named = [key for key in named if key.startswith(_WORK)] or named
    yield from ((row.practice, key) for key in named)
