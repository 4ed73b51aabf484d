"""One EB line of a 271 with everything that hangs on it: frequencies, dates, messages, the party it names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.clearinghouse.eligibility_words import (
    ACTIVE,
    DATES,
    INACTIVE,
    LEVELS,
    QUANTITIES,
    REMARKS,
    frequency_words,
)
from hub.errors import BadRecord
from hub.readers.x12 import Cents, Dates, Delimiters, composite

# A payer's messages are kept up to this many characters per line.
MOST_NOTE = 2_000
# An X12 number: Decimal takes far more (NaN, Infinity, 1E5, 1_0, digits of other scripts).
_NUMBER = re.compile(r"(?=\.?\d)\d{0,15}(?:\.\d{0,15})?", re.ASCII)


@dataclass(slots=True, eq=False)
class BenefitLine:
    """One EB. `types` are the service types (EB03), perhaps none; `cents` is EB07, None when empty or unreadable.

    `percent` is what the plan pays (100 less the patient's share EB08) when that is a whole number. `said` are words that
    have no column: messages, dates, authorisation, the party named. `dates` are (qualifier, first day, last day).
    """

    number: int
    kind: str
    level: str
    types: tuple[str, ...]
    plan_name: str
    period: str
    cents: int | None
    percent: int | None
    network: str
    code: str | None
    age_min: int | None = None
    age_max: int | None = None
    frequencies: list[str] = field(default_factory=list)
    dates: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    group_number: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def is_status(self) -> bool:
        return self.kind in ACTIVE or self.kind in INACTIVE

    @property
    def denies_dental(self) -> bool:
        """Not covered, said of dental care as a whole: of no single procedure, and not of other dentists only."""
        return self.kind == "I" and "35" in self.types and not self.code and self.network != "N"

    def note(self) -> str | None:
        """Everything said that has no column of its own, in the order of the segment."""
        words = [self.plan_name, *self.said, *self.parties, *self.messages]
        return " / ".join(dict.fromkeys(word for word in words if word))[:MOST_NOTE] or None


class LineReader:
    """Reads the EB of one interchange and what follows each of them."""

    def __init__(self, marks: Delimiters, cents: Cents, dates: Dates) -> None:
        self._component, self._cents, self._dates = marks.component, cents, dates
        repeats = {"^", marks.repetition or "^"}
        self._repetition = re.compile("|".join(re.escape(mark) for mark in repeats))

    def begin(self, elements: list[str], number: int) -> BenefitLine:
        """A new line from EB; `elements` hold the tag and at least thirteen more."""
        types = [part.strip() for part in self._repetition.split(elements[3])]
        line = BenefitLine(
            number, elements[1], elements[2], tuple(dict.fromkeys(part for part in types if part)), elements[5],
            elements[6], None, None, elements[12], self._code(elements[13]),
        )  # fmt: skip
        self._amount(line, elements[7])
        _share(line, elements[8])
        _quantity(line, elements[9], elements[10], elements[6])
        _remarks(line, elements)
        return line

    def add(self, line: BenefitLine, elements: list[str]) -> bool:
        """A segment that belongs to the line; False when it is none of those that may."""
        tag = elements[0]
        if tag == "HSD":
            words = frequency_words(elements)
            line.frequencies += [words] if words else []
        elif tag == "MSG":
            line.messages += [elements[1]] if elements[1] else []
        elif tag == "DTP":
            self._date(line, elements)
        elif tag == "NM1":
            line.parties.append(_party(elements))
        elif tag == "REF":
            line.group_number = line.group_number or (elements[2] if elements[1] in ("6P", "1L", "IL") else "")
            line.said.append(f"REF {elements[1]} {elements[2]}")
        elif tag == "III":
            line.said.append(" ".join(part for part in elements if part))
        else:
            return tag in ("LS", "LE", "N3", "N4", "PER", "PRV")
        return True

    def _code(self, text: str) -> str | None:
        parts = composite(text, self._component)
        return (parts[1] or None) if len(parts) > 1 else None

    def _amount(self, line: BenefitLine, text: str) -> None:
        """An empty EB07 says nothing, and one that cannot be read is told as it came: neither is ever 0."""
        if not text:
            return
        try:
            line.cents = self._cents[text]
        except BadRecord:
            line.said.append(f"amount as sent: {text}")

    def _date(self, line: BenefitLine, elements: list[str]) -> None:
        first, last = self._dates[elements[3]], self._dates[elements[3].rpartition("-")[2]]
        line.dates.append((elements[1], first, last))
        days = elements[3] if first is None else first if first == last or last is None else f"{first} to {last}"
        line.said.append(f"{DATES.get(elements[1], f'date {elements[1]}')} {days}")


def _share(line: BenefitLine, text: str) -> None:
    """EB08 is the patient's share as a fraction: 0.2 means that the plan pays 80. Above 1 it is not what it should be."""
    if not text:
        return
    share = Decimal(text) * 100 if _NUMBER.fullmatch(text) else Decimal(-1)
    if not 0 <= share <= 100:
        line.said.append(f"patient's share as sent: {text}")
    elif share == share.to_integral_value():
        line.percent = 100 - int(share)
    else:
        line.said.append(f"patient's share {share.normalize():f} %")


def _quantity(line: BenefitLine, qualifier: str, quantity: str, period: str) -> None:
    """EB09 and EB10: S7 is the highest age, S8 the lowest; others are a count for the period of EB06."""
    if not quantity:
        return
    years = re.fullmatch(r"(\d{1,3})(?:\.0*)?", quantity, re.ASCII)
    if qualifier == "S7" and years:
        line.age_max = int(years[1])
    elif qualifier == "S8" and years:
        line.age_min = int(years[1])
    elif qualifier in ("VS", "P6"):
        line.frequencies.append(frequency_words(["HSD", "VS", quantity, "", "", period, "", "", ""]))
    else:
        line.said.append(f"{quantity} {QUANTITIES.get(qualifier, qualifier)}".strip())


def _remarks(line: BenefitLine, elements: list[str]) -> None:
    if elements[1] in REMARKS:
        line.said.append(REMARKS[elements[1]])
    elif elements[1] == "R":
        line.said.append("other payer")
    if elements[2] in LEVELS:
        line.said.append(LEVELS[elements[2]])
    if elements[11] == "Y":
        line.said.append("authorisation required")
    if line.percent is not None and elements[1] != "A":
        line.said.append(f"plan pays {line.percent} %")


def _party(elements: list[str]) -> str:
    name = ", ".join(part for part in (elements[3], elements[4]) if part)
    return " ".join(part for part in (name, f"({elements[9]})" if elements[9] else "") if part) or elements[1]
