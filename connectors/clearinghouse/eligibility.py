"""271: what a payer answered about somebody's coverage. One check per subscriber or dependent, and its benefits.

A question is about one person: the subscriber, or a dependent below the subscriber. A subscriber above a dependent is only
named, unless the payer says something of the subscriber too. Versions 4010 and 5010 read alike.
"""

from __future__ import annotations

from connectors.clearinghouse.eligibility_benefits import benefits_of
from connectors.clearinghouse.eligibility_check import Person, Reject, Source, check_key, check_values
from connectors.clearinghouse.eligibility_line import BenefitLine, LineReader
from connectors.clearinghouse.eligibility_words import ACTIVE, INACTIVE, REMARKS
from connectors.clearinghouse.set_reader import SetInput
from hub.readers.x12 import Transaction

SET_NAME = "271"

_KNOWN_LINES = ACTIVE | INACTIVE | frozenset("ABCFGIR") | frozenset(REMARKS)
_SILENT = frozenset({"ST", "SE", "N3", "N4", "PER", "PRV", "HI", "MPI", "LS", "LE"})
_ELEMENTS = 15


def is_mine(transaction: Transaction) -> bool:
    """Any 271, whatever its version."""
    return transaction.set_id == "271"


class EligibilityReader:
    """Takes the segments of one complete 271 in order and leaves checks and benefits in `pages`."""

    def __init__(self, given: SetInput) -> None:
        self._given, self._pages, self._dates = given, given.pages, given.dates
        marks = given.transaction.interchange.header.delimiters
        self._marks = marks
        self._lines = LineReader(marks, given.cents, given.dates)
        self.records = 0
        self._day: str | None = None
        self._source = Source("", "", None)
        self._level = ""
        self._above: dict[str, list[Reject]] = {}
        self._refused_at: int | None = None
        self._refused_level = ""
        self._person: Person | None = None
        self._subscriber: Person | None = None
        self._line: BenefitLine | None = None

    def feed(self, segments: list[str], number: int) -> None:
        for index, segment in enumerate(segments):
            elements = [part.strip() for part in segment.split(self._marks.element)]
            if self._person is not None and elements[0] not in ("HL", "SE"):
                self._person.said.append(self._plain(elements))
            self._take(elements + [""] * _ELEMENTS, number + index)

    def finish(self) -> None:
        self._close()
        self._close_refused()

    def _plain(self, elements: list[str]) -> str:
        """A segment without what differs between envelopes: delimiters, empty elements at the end."""
        text = "\x1e".join(elements).rstrip("\x1e").replace(self._marks.component, ":")
        return text.replace(self._marks.repetition, "^") if self._marks.repetition else text

    def _take(self, elements: list[str], number: int) -> None:
        tag = elements[0]
        if tag == "HL":
            self._enter(elements, number)
        elif tag == "BHT":
            self._day = self._dates[elements[4]]
        elif tag == "AAA":
            self._reject(elements, number)
        elif tag == "EB" and self._person is not None:
            self._begin_line(self._person, elements, number)
        elif self._line is not None:
            if not self._lines.add(self._line, elements) and tag != "SE":
                self._given.unknown.add(tag)
        elif self._person is not None:
            self._detail(self._person, tag, elements)
        elif tag == "NM1" and self._level == "20":
            self._source = Source(elements[3], elements[9], self._day)
        elif tag not in _SILENT and tag not in ("NM1", "REF"):
            self._given.unknown.add(tag)

    def _enter(self, elements: list[str], number: int) -> None:
        """A new level. A subscriber over dependents waits: only an answer of its own makes it a check."""
        level = elements[3]
        self._close(is_parent=level == "23" and self._person is self._subscriber)
        if level in ("20", "21"):
            if level <= self._refused_level:  # what stands below a refused level is refused with it, not a second time
                self._close_refused()
            self._above = {key: found for key, found in self._above.items() if key < level}
            self._level, self._subscriber = level, None
            return
        self._level = level
        self._person = Person(number, is_dependent=level == "23")
        if level == "22":
            self._subscriber = self._person
        elif level != "23":
            self._given.unknown.add(f"HL*{level}")

    def _reject(self, elements: list[str], number: int) -> None:
        reject = elements[3], elements[4]
        if self._person is not None:
            self._person.rejects.append(reject)
        else:
            self._above.setdefault(self._level, []).append(reject)
            self._refused_at, self._refused_level = number, self._level

    def _begin_line(self, person: Person, elements: list[str], number: int) -> None:
        if elements[1] not in _KNOWN_LINES:
            self._given.unknown.add(f"EB*{elements[1]}")
        self._line = self._lines.begin(elements, number)
        person.lines.append(self._line)

    def _detail(self, person: Person, tag: str, elements: list[str]) -> None:
        if tag == "NM1":
            person.last, person.first, person.member_id = elements[3], elements[4], elements[9] or person.member_id
        elif tag == "TRN" and elements[1] == "2":
            person.trace = person.trace or elements[2]
        elif tag == "REF":
            self._reference(person, elements)
        elif tag == "DMG":
            person.birth = self._dates[elements[2]]
        elif tag == "INS":
            # INS03 001 with INS04 25: the payer holds other identifying data than the question did
            person.is_corrected = elements[3] == "001" and elements[4] == "25"
        elif tag == "DTP":
            days = elements[3]
            person.dates.setdefault(elements[1], (self._dates[days], self._dates[days.rpartition("-")[2]]))
        elif tag not in _SILENT and tag != "TRN":
            self._given.unknown.add(tag)

    def _reference(self, person: Person, elements: list[str]) -> None:
        qualifier, value = elements[1], elements[2]
        if qualifier == "6P" or (qualifier in ("1L", "IG") and not person.group_number):
            person.group_number = value
        elif qualifier == "18":
            person.plan_name = elements[3]
        elif qualifier == "1W":
            person.member_id = person.member_id or value

    def _close(self, is_parent: bool = False) -> None:
        """The person under way becomes a check with its benefits."""
        person, self._person, self._line = self._person, None, None
        if person is None or (is_parent and not person.has_answer):
            return
        if person.is_dependent and self._subscriber is not None:
            _inherit(person, self._subscriber)
        self._add(person)

    def _close_refused(self) -> None:
        """A payer or provider level that was refused, without anybody below it, is a check of nobody."""
        if self._refused_at is not None:
            self._add(Person(self._refused_at))

    def _add(self, person: Person) -> None:
        person.rejects = [*(reject for level in sorted(self._above) for reject in self._above[level]), *person.rejects]
        self._refused_at = None
        key = check_key(self._source, person)
        self._pages.eligibility_check.append(
            (key, person.number, *person.names(), *check_values(self._source, person))
        )
        for position, benefit in enumerate(benefits_of(person.lines), start=1):
            self._pages.benefit_snapshot.append(
                (f"{key}:{position}", benefit.line.number, *person.names(), self._source.day, key, *benefit.values())
            )
        self.records += 1


def _inherit(dependent: Person, subscriber: Person) -> None:
    """What holds for the family is said once, at the subscriber."""
    dependent.member_id = dependent.member_id or subscriber.member_id
    dependent.group_number = dependent.group_number or subscriber.group_number
    dependent.plan_name = dependent.plan_name or subscriber.plan_name
    dependent.trace = dependent.trace or subscriber.trace
    for qualifier, days in subscriber.dates.items():
        dependent.dates.setdefault(qualifier, days)
    if not dependent.has_answer:
        dependent.rejects = list(subscriber.rejects)
