"""Which transaction sets a file holds, and whether each is whole: the first pass over a file.

The unit of success is the ST. One without its SE is cut: nothing of it may be used. Counts and numbers that disagree
are flags, never refusals (reference clearinghouse-x12 §3.11, §3.12).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hub.readers.x12.header import Header
from hub.readers.x12.segments import Block

# The opening segments of a set that are kept with it: enough for payer, trace and payee of an 835.
HEAD_SEGMENTS = 40
_ENVELOPE = frozenset({"GS", "GE", "ST", "SE", "IS", "IE", "TA"})


@dataclass(slots=True, eq=False)
class Interchange:
    """One ISA..IEA. `flags` are plain words about its envelope; complete once the next interchange was reached."""

    header: Header
    flags: list[str] = field(default_factory=list)
    groups: int = 0
    is_closed: bool = False


@dataclass(slots=True, eq=False)
class Group:
    """One GS..GE. `made_on` is GS04 as sent (CCYYMMDD)."""

    control: str
    version: str
    made_on: str = ""
    sets: int = 0
    flags: list[str] = field(default_factory=list)
    is_closed: bool = False


@dataclass(slots=True, eq=False)
class Transaction:
    """One ST: `first` and `last` are segment numbers in the file; `guide` is ST03, else GS08. `is_whole`: SE came.

    A TA1 between ISA and GS or IEA is one as well: set_id `TA1`, one segment, no group, always whole.
    """

    set_id: str
    control: str
    guide: str
    interchange: Interchange
    group: Group | None
    first: int
    last: int = 0
    is_whole: bool = False
    head: Sequence[str] = ()
    flags: list[str] = field(default_factory=list)

    @property
    def made_on(self) -> str:
        """GS04, else ISA09: the day of the envelope as a D8 date, empty without one."""
        return (self.group.made_on if self.group else "") or self.interchange.header.made_on

    def all_flags(self) -> list[str]:
        """Its own flags and those of its group and interchange, each once."""
        group = self.group.flags if self.group else []
        return list(dict.fromkeys([*self.flags, *group, *self.interchange.flags]))


def scan(blocks: Iterable[Block]) -> Iterator[Transaction]:
    """Every ST and TA1 in file order, as soon as it ends. Group and interchange flags are complete when the scan is."""
    walk = _Walk()
    for block in blocks:
        if walk.interchange is None or block.header is not walk.interchange.header:
            yield from walk.new_interchange(block)
        if walk.head_is_short or _may_hold_envelope(block):
            segments = block.segments
            walk.extend_head(segments)
            for index in [n for n, segment in enumerate(segments) if segment[:2] in _ENVELOPE]:
                yield from walk.take(segments, index, block)
        walk.reached = block.number + block.count - 1
    yield from walk.close_interchange()


def pieces(blocks: Iterable[Block], wanted: Iterable[Transaction]) -> Iterator[tuple[Transaction, list[str], int]]:
    """The segments of the wanted transactions, in file order: (transaction, segments, number of the first of them)."""
    queue = iter(wanted)
    current = next(queue, None)
    for block in blocks:
        segments, start = block.segments, block.number
        end = start + len(segments)
        while current is not None and current.first < end:
            low, high = max(current.first, start), min(current.last + 1, end)
            yield current, segments[low - start : high - start], low
            if current.last >= end:
                break
            current = next(queue, None)
        if current is None:
            return


def _may_hold_envelope(block: Block) -> bool:
    """False for the many blocks in the middle of a large set, which then need not be split here."""
    marks = block.header.delimiters
    mark, element = re.escape(marks.terminator), re.escape(marks.element)
    pattern = rf"{mark}(?:SE|ST|GE|GS|IEA|TA1)(?:{element}|{mark}|\Z)"
    return block.text[:2] in _ENVELOPE or re.search(pattern, block.text) is not None


class _Walk:
    """Where the scan stands."""

    def __init__(self) -> None:
        self.interchange: Interchange | None = None
        self.group: Group | None = None
        self.open: Transaction | None = None
        self.reached = 0

    def new_interchange(self, block: Block) -> Iterator[Transaction]:
        yield from self.close_interchange()
        self.interchange = Interchange(block.header)
        if not block.header.has_envelope:
            self.interchange.flags.append("no envelope")
        elif not block.header.is_padded:
            self.interchange.flags.append("ISA width")

    def close_interchange(self) -> Iterator[Transaction]:
        yield from self.cut()
        self.close_group()
        if self.interchange and self.interchange.header.has_envelope and not self.interchange.is_closed:
            self.interchange.flags.append("truncated")

    def close_group(self) -> None:
        if self.group is not None and not self.group.is_closed:
            self.group.flags.append("truncated")
        self.group = None

    def cut(self) -> Iterator[Transaction]:
        """What is still open has lost its end."""
        if self.open is not None:
            self.open.last = self.reached
            self.open.head = self.open.head[: self.reached - self.open.first + 1]
            yield self.open
            self.open = None

    @property
    def head_is_short(self) -> bool:
        return self.open is not None and len(self.open.head) < HEAD_SEGMENTS

    def extend_head(self, segments: list[str]) -> None:
        if self.open is not None and self.head_is_short:
            self.open.head = [*self.open.head, *segments[: HEAD_SEGMENTS - len(self.open.head)]]

    def take(self, segments: list[str], index: int, block: Block) -> Iterator[Transaction]:
        """One segment whose first letters are those of an envelope segment (STC is not one)."""
        elements = [part.strip() for part in segments[index].split(block.header.delimiters.element)]
        elements += [""] * 9
        number, tag = block.number + index, elements[0]
        if tag in ("ST", "GS", "GE", "IEA"):
            self.reached = number - 1
            yield from self.cut()
        if tag == "ST":
            self.begin(elements, number, segments[index : index + HEAD_SEGMENTS])
        elif tag == "SE" and self.open is not None:
            yield self.end(self.open, elements, number)
        elif tag in ("GS", "GE", "IEA"):
            self.envelope(tag, elements)
        elif tag == "TA1" and self.open is None and self.interchange is not None:
            head = [segments[index]]
            yield Transaction("TA1", elements[1], "", self.interchange, None, number, number, True, head)

    def begin(self, elements: list[str], number: int, head: list[str]) -> None:
        assert self.interchange is not None
        guide = elements[3] or (self.group.version if self.group else "")
        self.open = Transaction(elements[1], elements[2], guide, self.interchange, self.group, number, head=head)
        if self.group is not None:
            self.group.sets += 1

    def end(self, ended: Transaction, elements: list[str], number: int) -> Transaction:
        ended.last, ended.is_whole, self.open = number, True, None
        count = number - ended.first + 1
        ended.head = ended.head[:count]
        if not _says(elements[1], count):
            ended.flags.append("SE01 count")
        if elements[2] != ended.control:
            ended.flags.append("SE02 number")
        return ended

    def envelope(self, tag: str, elements: list[str]) -> None:
        assert self.interchange is not None
        if tag == "GS":
            self.close_group()
            self.group = Group(elements[6], elements[8], elements[4])
            self.interchange.groups += 1
        elif tag == "GE" and self.group is not None:
            self.end_group(self.group, elements)
        elif tag == "IEA":
            self.close_group()
            self.end_interchange(self.interchange, elements)

    def end_group(self, group: Group, elements: list[str]) -> None:
        group.is_closed, self.group = True, None
        if not _says(elements[1], group.sets):
            group.flags.append("GE01 count")
        if elements[2] != group.control:
            group.flags.append("GE02 number")

    def end_interchange(self, interchange: Interchange, elements: list[str]) -> None:
        interchange.is_closed = True
        if not _says(elements[1], interchange.groups):
            interchange.flags.append("IEA01 count")
        if elements[2] != interchange.header.control:
            interchange.flags.append("IEA02 number")


def _says(text: str, count: int) -> bool:
    """Whether a count element holds that count; leading zeros are fine."""
    return text.lstrip("0") == str(count) if count else text.strip("0") == ""
