"""Typical amounts of this practice, in integer cents."""

from __future__ import annotations

from collections.abc import Iterable


def median_cents(amounts: Iterable[int]) -> int | None:
    """The middle amount, half a cent cut off between two; None without any amount."""
    ordered = sorted(amounts)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
