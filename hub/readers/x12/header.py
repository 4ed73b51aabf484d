"""The ISA header: where an interchange begins and which delimiters it declares.

Offsets are not trusted: ids longer than 15, unpadded ids and wrapped headers occur, so the header is split by the
separator that follows `ISA` and its sixteen elements are counted (reference clearinghouse-x12 §2, §3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# An ISA of any width that occurs ends within this many bytes; the reader looks at no more to recognise one.
WINDOW = 1024
_START = re.compile(rb"ISA([^A-Za-z0-9\s\0])")
_BODY = re.compile(rb"ST([^A-Za-z0-9\s\0])\d{3}\1")
_NEXT_TAGS = ("GS", "TA", "IE", "IS")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """One character each. `repetition` is None before version 00402 and wherever ISA11 is a letter, digit or blank."""

    element: str
    component: str
    repetition: str | None
    terminator: str


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What an ISA says about its interchange. `is_padded`: the 106 characters of the standard.

    `has_envelope` is False for a body that starts at ST: then the usual delimiters are assumed, nothing else is known.
    `sender` and `receiver` are ISA06 and ISA08 trimmed; `made_on` is ISA09 as a D8 date (`20260301`) or empty.
    """

    delimiters: Delimiters
    version: str = ""
    control: str = ""
    usage: str = ""
    is_padded: bool = True
    has_envelope: bool = True
    sender: str = ""
    receiver: str = ""
    made_on: str = ""

    @property
    def is_test(self) -> bool:
        return self.usage == "T"


def find_header(raw: bytes, start: int = 0) -> tuple[int, Header] | None:
    """The first readable ISA at or after `start`; text that only contains the letters (`VISA*…`) is passed over."""
    for found in _START.finditer(raw, start):
        header = _parse(raw[found.start() : found.start() + WINDOW].decode("latin-1"))
        if header is not None:
            return found.start(), header
    return None


def find_candidate(raw: bytes, start: int) -> int | None:
    """Where an ISA begins whose header is not wholly in `raw` yet, or None."""
    tail = max(start, len(raw) - WINDOW)
    found = _START.search(raw, tail)
    if found is not None:
        return found.start()
    return len(raw) - 3 if len(raw) - 3 >= start and raw.endswith(b"ISA") else None


def body_header(raw: bytes) -> tuple[int, Header] | None:
    """A body without envelope: the file starts at ST. Read with the usual `:` and with `~`, else with line breaks."""
    lead = len(raw) - len(raw.lstrip(b"\xef\xbb\xbf\0 \t\r\n"))
    found = _BODY.match(raw, lead)
    if found is None:
        return None
    terminator = "~" if b"~" in raw else "\n" if b"\n" in raw else "\r"
    return lead, Header(Delimiters(found[1].decode("latin-1"), ":", None, terminator), has_envelope=False)


def _parse(window: str) -> Header | None:
    separator = window[3]
    elements = window.split(separator, 16)
    if len(elements) < 17:
        return None
    values = [element.replace("\r", "").replace("\n", "") for element in elements[:16]]
    ends = _ends(elements[16])
    if ends is None or ends[1] == separator or not re.fullmatch(r"\d{5}", values[12].strip(), re.ASCII):
        return None
    component, terminator = ends
    repeats = values[12].strip() >= "00402" and not values[11].isalnum() and len(values[11]) == 1 and values[11] != " "
    delimiters = Delimiters(separator, component, values[11] if repeats else None, terminator)
    is_padded = sum(map(len, values)) == 88 and len(values[6]) == len(values[8]) == 15
    return Header(
        delimiters, values[12].strip(), values[13].strip(), values[15].strip(), is_padded, True,
        values[6].strip(), values[8].strip(), _century(values[9].strip()),
    )  # fmt: skip


def _century(day: str) -> str:
    """YYMMDD of ISA09 as CCYYMMDD: the standard is of 1979, so 80 and later are the years before 2000."""
    if not re.fullmatch(r"\d{6}", day, re.ASCII):
        return ""
    return f"{'19' if day >= '80' else '20'}{day}"


def _ends(tail: str) -> tuple[str, str] | None:
    """Component separator and terminator from what follows the sixteenth separator (`:~GS*…`).

    A line break may be the terminator, or only where a sender wrapped the line: what stands after it tells.
    """
    tail = tail.lstrip("\r\n")
    component, rest = tail[:1], tail[1:].lstrip(" \0")
    if rest[:2] in _NEXT_TAGS and not component.isalnum():
        return ":", component  # ISA16 was left out
    if rest[:1] in ("\r", "\n"):
        after = rest.lstrip("\r\n \t\0")
        if not after or after[:2] in _NEXT_TAGS:
            return component, "\n" if "\n" in rest[:2] else "\r"
        rest = after
    terminator = rest[:1]
    return (component, terminator) if terminator and not terminator.isalnum() else None
