"""Counts and dollars over a list. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.contract import ItemRow
from hub.output import words

# Their dollars say how much the list overstates, not what can be won (reference outstanding-items §4.1).
SHOWN_NOT_ADDED = frozenset({"TX-ALT-UNRESOLVED", "TX-PLAN-STALE"})


@dataclass(frozen=True, slots=True)
class Total:
    """How many items and how many cents."""

    items: int
    cents: int


def worth(row: ItemRow) -> int:
    """What the item adds to a sum, in cents."""
    return 0 if row.code in SHOWN_NOT_ADDED else row.value_cents


def total(rows: Iterable[ItemRow]) -> Total:
    listed = list(rows)
    return Total(len(listed), sum(map(worth, listed)))


def by_band(rows: Iterable[ItemRow]) -> dict[str, Total]:
    """A total for each band, in the order of urgency; bands without an item are there with 0."""
    found: dict[str, list[ItemRow]] = {name: [] for name in words.BANDS}
    for row in rows:
        found[words.band(row)].append(row)
    return {name: total(listed) for name, listed in found.items()}
