"""Values of elements, remembered: amounts, dates and composites repeat so much that a dictionary answers most of them.

Make one of each per file that is read; each stays small. A lookup costs 30 ns, parsing an amount 700.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

from hub.money import x12_cents

T = TypeVar("T")
_MOST = 1 << 12
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:-\d{8})?\Z", re.ASCII)
# Senders write another component separator than the one of ISA16 (reference clearinghouse-x12 §28.6).
_OTHER_SEPARATORS = ":>|^"
# What SVC01-1 may say; a lone qualifier names no procedure.
_QUALIFIERS = frozenset({"AD", "ER", "HC", "HP", "IV", "N4", "N6", "NU", "UI", "WK", "ZZ"})


class Cents(dict[str, int]):
    """`cents["45.5"]` is 4550; empty is 0. Raises BadRecord for what is not an X12 amount."""

    def __missing__(self, text: str) -> int:
        digits = text[:-3] + text[-2:]
        if text[-3:-2] == "." and len(digits) < 18 and digits.isdigit() and digits.isascii():
            value = int(digits)  # 45.50, as nearly all of them are written
        else:
            value = x12_cents(text.strip())
        if len(self) < _MOST:  # most amounts occur once: a full table is kept, not renewed
            self[text] = value
        return value


class Dates(dict[str, str | None]):
    """`dates["20260301"]` is `2026-03-01` (D8, or the first day of an RD8), as the store keeps days and as they sort; an
    impossible date is None."""

    def __missing__(self, text: str) -> str | None:
        found = _DAY.match(text.strip())
        try:
            day = date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else None
        except ValueError:
            day = None
        return _remember(self, text, day)


class Codes(dict[str, str | None]):
    """`codes["AD:D2740:26"]` is `D2740`: the procedure of a SVC01 or SVC06; None when there is none."""

    def __init__(self, component: str) -> None:
        super().__init__()
        self._component = component

    def __missing__(self, text: str) -> str | None:
        parts = composite(text, self._component)
        code = parts[1] if len(parts) > 1 else "" if parts[0] in _QUALIFIERS else parts[0]
        return _remember(self, text, code or None)


def composite(text: str, component: str) -> list[str]:
    """The parts of a composite element, trimmed; at least one. Tries the usual marks when `component` is absent."""
    if component not in text:
        component = next((mark for mark in _OTHER_SEPARATORS if mark in text), component)
    return [part.strip() for part in text.split(component)]


def _remember(known: dict[str, T], text: str, value: T) -> T:
    if len(known) >= _MOST:
        known.clear()
    known[text] = value
    return value
