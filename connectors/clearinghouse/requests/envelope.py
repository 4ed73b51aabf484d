"""The envelope around one transaction set, and values that cannot break it.

Delimiters are the usual four (`*` `:` `^` `~`), because clearinghouses accept no others in a request; values are therefore
cleaned of them instead (Stedi, Optum: delimiters anywhere else are refused).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.errors import BadRecord

ELEMENT, COMPONENT, REPETITION, TERMINATOR = "*", ":", "^", "~"
# The basic character set of X12 without the delimiters, and what occurs in ids.
_FOREIGN = re.compile(r"[^A-Z0-9 !\"&'()+,\-./;?=%@#_]+")
_MOST_CONTROL = 999_999_999

Segment = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, when, and under which number (1 to 999999999, its caller's to count).

    Ids as the clearinghouse assigned them; `moment` is written as it is, so give it in the zone that the receiver expects.
    """

    sender_id: str
    receiver_id: str
    moment: datetime
    control: int
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    is_test: bool = False


def enclose(envelope: Envelope, function: str, set_id: str, guide: str, body: Iterable[Segment]) -> bytes:
    """ISA..IEA with one set, counts and numbers right; `body` is what stands between ST and SE, already clean.

    Raises BadRecord HUB-X45 for ids that do not fit.
    """
    if not 1 <= envelope.control <= _MOST_CONTROL:
        raise refused("the control number is not from 1 to 999999999")
    sender, receiver = needed(envelope.sender_id, "sender id", 15), needed(envelope.receiver_id, "receiver id", 15)
    control, day, time = str(envelope.control), f"{envelope.moment:%Y%m%d}", f"{envelope.moment:%H%M}"
    inside = [("ST", set_id, "0001", guide), *body]
    segments: list[Segment] = [
        ("ISA", "00", " " * 10, "00", " " * 10, envelope.sender_qualifier, sender.ljust(15), envelope.receiver_qualifier,
         receiver.ljust(15), day[2:], time, REPETITION, "00501", control.zfill(9), "0", "T" if envelope.is_test else "P",
         COMPONENT),
        ("GS", function, sender, receiver, day, time, control, "X", guide),
        *inside,
        ("SE", str(len(inside) + 1), "0001"), ("GE", "1", control), ("IEA", "1", control.zfill(9)),
    ]  # fmt: skip
    return "".join(_text(segment) for segment in segments).encode("ascii")


def _text(segment: Segment) -> str:
    """Elements joined; empty ones at the end are left out, as the standard wants."""
    line = ELEMENT.join(segment)
    return (line if segment[0] == "ISA" else line.rstrip(ELEMENT)) + TERMINATOR


def clean(text: str, most: int) -> str:
    """Capitals without accents, without delimiters or anything outside X12's basic set, single blanks, cut to length."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    return " ".join(_FOREIGN.sub(" ", plain).split())[:most].strip()


def needed(text: str, what: str, most: int) -> str:
    """A cleaned value that must be there and must not be cut: an id that lost its end names somebody else.

    Raises BadRecord HUB-X45.
    """
    value = clean(text, most + 1)
    if not value:
        raise refused(f"{what} is missing or holds nothing that X12 can carry")
    if len(value) > most:
        raise refused(f"{what} is longer than {most} characters")
    return value


def refused(why: str) -> BadRecord:
    """A question that must not be sent as it is; `why` holds no patient data."""
    return BadRecord("HUB-X45", f"the question cannot be asked: {why}; correct it and ask again", "contract")
