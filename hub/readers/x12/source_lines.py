"""The segments that a stored fact was read from: a person who doubts a figure is shown the sender's own text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO

from hub.errors import BadRecord
from hub.readers.x12.segments import read_blocks

# No claim that a person wants to look at is longer; memory stays bounded when a terminating segment is missing.
MOST_LINES = 2_000
_ENVELOPE = frozenset({"SE", "ST", "GE", "GS", "IEA", "ISA"})
_CLAIM_ENDS = frozenset({"CLP", "LX", "TS2", "TS3", "PLB"})
# Where what begins with a segment ends, beside the end of its set. A segment that is not here stands alone.
_ENDS: dict[str, frozenset[str]] = {
    "CLP": _CLAIM_ENDS,  # 835: a claim
    "SVC": _CLAIM_ENDS | {"SVC", "TRN", "HL"},  # 835 and 277: a service line
    "ST": _CLAIM_ENDS | {"HL", "AK2", "AK9"},  # the head of a set: who pays whom, who answers
    "HL": frozenset({"HL"}),  # 27x: a level with all that it says
    "TRN": frozenset({"TRN", "HL"}),  # 277: a claim with its statuses
    "AK2": frozenset({"AK2", "AK9"}),  # 999 and 997: one set that is answered
    "CLM": frozenset({"CLM", "HL"}),  # 837: a claim with its lines
    "LX": frozenset({"LX", "CLM", "HL"}),  # 837: a service line
    "EB": frozenset({"EB", "HL", "LS", "LE"}),  # 271: one benefit
}


def source_lines(
    stream: BinaryIO, first: int, count: int | None = None, until: Collection[str] | None = None
) -> list[str]:
    """The segments from number `first` (a fact's locator) on, tidy, without terminators; none when there is no such.

    As many as `count`, or up to the next segment whose tag is in `until`, or as much as belongs to the kind of segment
    that stands there: a CLP up to the next CLP, LX, TS2, TS3, PLB or SE. At most MOST_LINES, never past the end of a set.
    """
    most = min(count, MOST_LINES) if count is not None else MOST_LINES
    found: list[str] = []
    ends = frozenset(until or ()) if until is not None or count is not None else None
    for tag, segment in _from(stream, first):
        if not found:
            ends = _ENDS.get(tag) if ends is None else ends
        elif len(found) >= most or ends is None or tag in ends or tag in _ENVELOPE:
            break
        found.append(segment)
    return found[:most]


def _from(stream: BinaryIO, first: int) -> Iterator[tuple[str, str]]:
    """(tag, segment) from a number on; earlier blocks are passed over without being split.

    Where the rest of the text cannot be read, what came before it is all there is.
    """
    try:
        for block in read_blocks(stream):
            if block.number + block.count > first:
                element = block.header.delimiters.element
                for segment in block.segments[max(0, first - block.number) :]:
                    yield segment.partition(element)[0].strip(), segment
    except BadRecord:
        return
