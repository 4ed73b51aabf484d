"""Segments, envelopes and amounts as a payer's system writes them, in that payer's habits."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date

from hub.demo.payers import Habits

Composite = tuple[str, ...]
Segment = tuple[str | Composite, ...]
OFFICE, NPI, TAX_ID, SUBMITTER = "LAKESIDE DENTAL", "1234567893", "999999999", "LAKESIDE"


def amount(cents: int, habits: Habits) -> str:
    sign, value = ("-", -cents) if cents < 0 else ("", cents)
    if value % 100 == 0 and habits.whole_dollars_bare:
        return f"{sign}{value // 100}"
    text = f"{sign}{value // 100}.{value % 100:02d}"
    return text.rstrip("0") if habits.whole_dollars_bare else text


def day(value: date) -> str:
    return f"{value:%Y%m%d}"


def printed(name: str, habits: Habits) -> str:
    """Capitals without accents and without the payer's own delimiters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    marks = habits.element + habits.component + habits.repeat + habits.terminator
    return "".join(c for c in plain if c not in marks)


def text(segments: Sequence[Segment], habits: Habits) -> str:
    return "".join(
        habits.element.join(habits.component.join(part) if isinstance(part, tuple) else part for part in segment)
        + habits.terminator + habits.wrap
        for segment in segments
    )  # fmt: skip


def interchange(
    sets: Sequence[Sequence[Segment]], habits: Habits, *, sender: str, group: str, version: str, made: date, control: int
) -> str:
    """One ISA with one GS around transaction sets that already have their ST; SE, GE and IEA are counted here."""
    number = f"{control:09d}"
    isa: Segment = (
        "ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{sender:<15}", "ZZ", f"{SUBMITTER:<15}", f"{made:%y%m%d}", "0610",
        habits.repeat, "00501", number, "0", "P", habits.component,
    )  # fmt: skip
    head: list[Segment] = [isa, ("GS", group, sender, SUBMITTER, day(made), "0610", str(control), "X", version)]
    body: list[Segment] = []
    for segments in sets:
        body += segments
        body.append(("SE", str(len(segments) + 1), str(segments[0][2])))
    tail: list[Segment] = [("GE", str(len(sets)), str(control)), ("IEA", "1", number)]
    return text([*head, *body, *tail], habits)
