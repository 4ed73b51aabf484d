"""999 and 997: is the syntax of our file right? One event per transaction set answered, and per claim named in it.

An accepted set says nothing about payment; a rejected one sends back every claim in it (reference clearinghouse-x12 §9).
Of errors only positions and codes are kept, never the bad value itself: it may be somebody's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import blake2b

from connectors.clearinghouse.pages import bars, row_of
from connectors.clearinghouse.set_reader import SetInput
from hub.readers.x12 import Transaction, composite

SET_NAME, OLDER_SET_NAME = "999", "997"

# Verdict on a set (IK501, AK501) or a group (AK901). `P`, partly accepted, sends the reader to the verdict on each set.
_OUTCOMES = {"A": "RECEIVED", "E": "RECEIVED", "R": "REJECTED", "M": "REJECTED", "W": "REJECTED", "X": "REJECTED"}
# The 997 has the same segments under other names.
_IK = {"AK3": "IK3", "AK4": "IK4", "AK5": "IK5"}
_CLAIMS = "HC"
# A set with more errors than this is described well enough by the first of them.
MOST_ERRORS = 30
_CODE = re.compile(r"[A-Z0-9]{1,6}\Z")


def is_mine(transaction: Transaction) -> bool:
    return transaction.set_id == SET_NAME


def is_older(transaction: Transaction) -> bool:
    """The 997 of version 4010, still seen."""
    return transaction.set_id == OLDER_SET_NAME


@dataclass(slots=True)
class _Errors:
    """Errors as `SV3@22 2400:8` and `SV302:7`, bounded; `more` counts the rest."""

    labels: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, labels: list[str]) -> None:
        room = MOST_ERRORS - len(self.labels)
        self.labels += labels[:room]
        self.more += max(0, len(labels) - room)

    def text(self) -> str | None:
        return bars(self.labels + ([f"+{self.more}"] if self.more else []))


@dataclass(slots=True)
class _Answered:
    """One set of ours that is answered. `claims` are the claim numbers named, with the errors of each."""

    number: int
    set_id: str = ""
    set_number: str = ""
    errors: _Errors = field(default_factory=_Errors)
    claims: dict[str, _Errors] = field(default_factory=dict)


@dataclass(slots=True)
class _Segment:
    """One segment in error (IK3) with its elements in error, and the claims that it belongs to."""

    tag: str
    labels: list[str]
    claims: list[str] = field(default_factory=list)


class AcknowledgementReader:
    """Takes the segments of one complete 999 or 997 in order and leaves claim events in `pages`."""

    def __init__(self, given: SetInput) -> None:
        self._given = given
        self.records = 0
        marks = given.transaction.interchange.header.delimiters
        self._element, self._component = marks.element, marks.component
        self._function, self._group_number = "", ""
        self._answered: _Answered | None = None
        self._segment: _Segment | None = None
        self._sets = self._without_verdict = self._rejected = 0

    def feed(self, segments: list[str], number: int) -> None:
        for index, segment in enumerate(segments):
            elements = [part.strip() for part in segment.split(self._element)] + [""] * 10
            self._take(_IK.get(elements[0], elements[0]), elements, number + index)

    def finish(self) -> None:
        self._end_set([])

    def _take(self, tag: str, elements: list[str], number: int) -> None:
        if tag == "AK1":
            self._function, self._group_number = elements[1], elements[2]
        elif tag == "AK2":
            self._end_set([])
            self._answered = _Answered(number, elements[1], elements[2])
        elif tag == "IK3":
            self._end_segment()
            self._segment = self._in_error(elements)
        elif tag == "IK4" and self._segment is not None:
            self._segment.labels.append(
                _element_label(self._segment.tag, composite(elements[1], self._component), elements[3])
            )
        elif tag == "CTX" and self._segment is not None:
            self._context(self._segment, composite(elements[1], self._component))
        elif tag == "IK5":
            self._end_set(elements)
        elif tag == "AK9":
            self._group(elements, number)
        elif tag not in ("ST", "SE", "CTX"):
            self._given.unknown.add(tag)

    def _in_error(self, elements: list[str]) -> _Segment:
        """IK3: segment id, position in the set, loop, code."""
        tag, position, loop, code = (_shown(element) for element in elements[1:5])
        return _Segment(tag, [f"{tag}@{position}{' ' + loop if loop else ''}:{code}"])

    def _context(self, segment: _Segment, parts: list[str]) -> None:
        """CTX names what the error belongs to; only our claim number is taken, other contexts may name a person."""
        if len(parts) > 1 and parts[0] == "CLM01" and parts[1]:
            segment.claims.append(parts[1])

    def _end_segment(self) -> None:
        segment, self._segment = self._segment, None
        if segment is None or self._answered is None:
            return
        self._answered.errors.add(segment.labels)
        for claim in dict.fromkeys(segment.claims):
            self._answered.claims.setdefault(claim, _Errors()).add(segment.labels)

    def _end_set(self, ik5: list[str]) -> None:
        """`ik5` are the elements of the verdict; none when it is missing."""
        self._end_segment()
        answered, self._answered = self._answered, None
        if answered is None:
            return
        self._sets += 1
        verdict = _shown(ik5[1]) if ik5 else ""
        self._without_verdict += not ik5
        self._rejected += _OUTCOMES.get(verdict) == "REJECTED"
        codes = [_shown(code) for code in ik5[2:7] if code]
        self._add(answered, verdict, codes, answered.errors)
        for claim, errors in answered.claims.items():
            self._add(answered, verdict, codes, errors, claim)

    def _group(self, elements: list[str], number: int) -> None:
        """A verdict on the group is an event where sets have none of their own, or where it rejects accepted ones."""
        self._end_set([])
        verdict = _shown(elements[1])
        says_more = _OUTCOMES.get(verdict) == "REJECTED" and self._rejected < self._sets
        if self._sets and not self._without_verdict and not says_more:
            return
        codes = [_shown(code) for code in elements[5:10] if code]
        self._add(_Answered(number), verdict, codes, _Errors(), counts=elements[2:5])

    def _add(
        self, answered: _Answered, verdict: str, codes: list[str], errors: _Errors, claim: str = "",
        counts: list[str] | None = None,
    ) -> None:  # fmt: skip
        given, transaction = self._given, self._given.transaction
        if verdict not in _OUTCOMES and not (verdict == "P" and counts):
            given.unknown.add(f"IK5*{verdict}" if counts is None else f"AK9*{verdict}")
        self.records += 1
        given.pages.claim_event.append(row_of("claim_event", {
            "source_key": self._key(answered, verdict, codes, errors, claim), "locator": answered.number,
            "kind": transaction.set_id, "claim_number": claim, "group_number": self._group_number,
            "set_number": answered.set_number, "speaker": "UNKNOWN", "happened_on": given.dates[transaction.made_on],
            "received_at": given.file.arrived_at, "category": verdict, "status_code": codes[0] if codes else None,
            "outcome": _OUTCOMES.get(verdict, "UNKNOWN"), "errors": errors.text(),
            "flags": bars(self._flags(verdict, codes, counts)),
        }))  # fmt: skip

    def _flags(self, verdict: str, codes: list[str], counts: list[str] | None) -> list[str]:
        """Also when it answers something else than claims: an eligibility request may be rejected too."""
        flags = self._given.transaction.all_flags()
        if self._function != _CLAIMS:
            flags.append(f"answers {_shown(self._function) or 'an unnamed group'}")
        if counts is not None:
            flags.append("group level")
            flags.append("accepted {2} of {0} sets".format(*(_shown(count) or "?" for count in counts)))
        elif not verdict:
            flags.append("no verdict")
        return flags + [f"also {code}" for code in codes[1:]]

    def _key(self, answered: _Answered, verdict: str, codes: list[str], errors: _Errors, claim: str) -> str:
        """From what is said of which set, by whom and on which day: control numbers of senders start again every day,
        and the answer has no date but that of its envelope."""
        transaction = self._given.transaction
        said = [transaction.interchange.header.sender, self._function, self._group_number, answered.set_id,
                answered.set_number, claim, verdict, *codes, errors.text() or ""]  # fmt: skip
        digest = blake2b("\x1f".join(said).encode(), digest_size=8).hexdigest()
        return f"{transaction.set_id}:{transaction.made_on or 'undated'}:{digest}"


def _element_label(tag: str, position: list[str], code: str) -> str:
    """`SV302:7`, with a component `SV301-2:7`; IK401 is element:component."""
    element, component = _shown(position[0]), _shown(position[1]) if len(position) > 1 else ""
    place = element.zfill(2) if element else ""
    return f"{tag}{place}{'-' + component if component else ''}:{_shown(code)}"


def _shown(code: str) -> str:
    """A code or position; anything that does not look like one is not shown."""
    return code if not code or _CODE.match(code) else "?"
