"""Money is integer cents everywhere. Text becomes cents here and cents become text here; no float in between."""

from __future__ import annotations

import re

from hub.errors import BadRecord

_MOST_DIGITS = 15  # a thousand billion dollars and more: no payment, and in cents near what the database can hold
_PLAIN = re.compile(r"(-?)(\d*)(?:\.(\d{0,2}))?\Z", re.ASCII)


def x12_cents(text: str) -> int:
    """Cents of an X12 amount (`45`, `45.5`, `.5`, `-12`); empty is 0. No thousands mark, no currency sign.

    Raises BadRecord for anything else: `3,600.00` must not become 3 (reference clearinghouse-x12 §3.9).
    """
    if not text:
        return 0
    found = _PLAIN.match(text)
    if found is None or not (found[2] or found[3]) or len(found[2]) > _MOST_DIGITS:
        raise BadRecord("HUB-R07", f"amount {masked(text)} is not an X12 amount", "type")
    cents = int(found[2] or "0") * 100 + int((found[3] or "").ljust(2, "0"))
    return -cents if found[1] else cents


def dollars(cents: int) -> str:
    """`-123456` -> `-$1,234.56`; whole dollars lose the cents: `123400` -> `$1,234`."""
    sign, value = ("-", -cents) if cents < 0 else ("", cents)
    whole, part = divmod(value, 100)
    return f"{sign}${whole:,}" if part == 0 else f"{sign}${whole:,}.{part:02d}"


def plain(cents: int) -> str:
    """`-123456` -> `-1234.56`: for CSV cells and X12 writers, no signs or commas."""
    sign, value = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{value // 100}.{value % 100:02d}"


def masked(text: str) -> str:
    """The shape of a value, never the value: digits become 9, letters become x, at most 24 characters."""
    shape = "".join("9" if c.isdigit() else "x" if c.isalpha() else c for c in text[:24])
    return '"' + shape.replace("\n", " ").replace("\r", " ") + ("…" if len(text) > 24 else "") + '"'
