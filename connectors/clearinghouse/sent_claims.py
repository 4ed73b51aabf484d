"""837 dental: what the practice sent, read from a copy of the file. One row per claim and per line, as proof of it.

Versions 5010 (X224) and 4010 (X097) read alike. Medical 837 are listed, not read.
"""

from __future__ import annotations

import re

from connectors.clearinghouse.claim_status import amount
from connectors.clearinghouse.sent_claim import (
    Batch,
    Billing,
    Claim,
    Coverage,
    Line,
    Person,
    claim_key,
    claim_row,
    line_rows,
)
from connectors.clearinghouse.set_reader import SetInput
from hub.readers.x12 import Codes, Transaction, composite

SET_NAME = "837D"

_GUIDES = ("X224", "X097")
_NO_ELEMENTS = [""] * 20
# A claim has at most 50 lines; after this many segments without the next CLM it is not one any more.
MOST_CLAIM_SEGMENTS = 20_000
_PASSED_OVER = frozenset({
    "ST", "SE", "PER", "N2", "N3", "N4", "CUR", "PAT", "PRV", "HI", "NTE", "AMT", "QTY", "CAS", "OI", "MOA", "SVD", "K3",
    "CN1", "DN1", "DN2", "REF", "DTP", "NM1", "SBR", "PWK", "TOO", "SV3", "DMG", "LE", "LS",
})  # fmt: skip


def is_mine(transaction: Transaction) -> bool:
    """Dental by its guide; without one by the dental service segment near its beginning."""
    if transaction.set_id != "837":
        return False
    if re.search(r"X\d{3}", transaction.guide):
        return any(guide in transaction.guide for guide in _GUIDES)
    element = transaction.interchange.header.delimiters.element
    return any(segment.startswith(f"SV3{element}") for segment in transaction.head)


class SentClaimsReader:
    """Takes the segments of one complete 837D in order and leaves claims and lines in `pages`.

    `_place` says where in the claim the reading stands: `claim` (loop 2300), `party` (2310), `other` (2320: another
    payer's numbers and adjustments, which are not ours), `line` (2400) and `beside` (2420, 2430).
    """

    def __init__(self, given: SetInput) -> None:
        self._given = given
        self.records = 0
        marks = given.transaction.interchange.header.delimiters
        self._element, self._component = marks.element, marks.component
        self._codes = Codes(marks.component)
        self._batch, self._billing, self._coverage = Batch(), Billing(), Coverage()
        self._patient: Person | None = None
        self._named = ""
        self._claim: Claim | None = None
        self._place = ""

    def feed(self, segments: list[str], number: int) -> None:
        for index, segment in enumerate(segments):
            elements = [part.strip() for part in segment.split(self._element)]
            self._take(elements[0], elements + _NO_ELEMENTS, number + index)
            if self._claim is not None:
                self._keep(self._claim, elements)

    def finish(self) -> None:
        self._end_claim()

    def _keep(self, claim: Claim, elements: list[str]) -> None:
        """The segment whatever its delimiters, for the key. Memory stays bounded in damaged text."""
        claim.content.append("\x1e".join(elements).rstrip("\x1e").replace(self._component, "\x1f"))
        if len(claim.content) >= MOST_CLAIM_SEGMENTS:
            claim.flags.append(f"cut after {MOST_CLAIM_SEGMENTS} segments")
            self._end_claim()

    def _take(self, tag: str, elements: list[str], number: int) -> None:
        if tag in ("HL", "CLM", "SE"):
            self._end_claim()
        if tag == "HL":
            self._level(elements[3])
        elif tag == "CLM":
            self._begin_claim(elements, number)
        elif tag == "BHT":
            self._batch = Batch(elements[3], elements[4], elements[5], elements[6])
        elif self._claim is None:
            self._above(tag, elements)
        else:
            self._within(self._claim, tag, elements, number)

    def _level(self, level: str) -> None:
        """A billing provider (20), a subscriber with a coverage (22), or a patient who is not the subscriber (23)."""
        self._named, self._patient = "", None
        if level == "20":
            self._billing, self._coverage = Billing(), Coverage()
        elif level == "22":
            self._coverage = Coverage()
        elif level == "23":
            self._patient = Person()
        else:
            self._given.unknown.add(f"HL*{level}")

    def _above(self, tag: str, elements: list[str]) -> None:
        if tag == "NM1":
            self._name(elements)
        elif tag == "SBR":
            self._coverage.responsibility = elements[1]
        elif tag == "REF" and self._named == "85" and elements[1] in ("EI", "SY", "TJ"):
            self._billing.tax_id = elements[2]
        elif tag == "DMG" and self._named in ("IL", "QC"):
            (self._patient or self._coverage.subscriber).birth_date = self._given.dates[elements[2]]
        elif tag not in _PASSED_OVER:
            self._given.unknown.add(tag)

    def _name(self, elements: list[str]) -> None:
        kind, identifier = elements[1], elements[9]
        self._named = kind
        if kind == "85":
            self._billing.npi = identifier if elements[8] == "XX" else ""
            self._billing.tax_id = identifier if elements[8] in ("24", "34") else ""
        elif kind == "IL":
            subscriber = self._coverage.subscriber
            subscriber.last, subscriber.first, subscriber.member_id = elements[3], elements[4], identifier
        elif kind == "QC":
            self._patient = self._patient or Person()
            self._patient.last, self._patient.first, self._patient.member_id = elements[3], elements[4], identifier
        elif kind == "PR":
            self._coverage.payer_name, self._coverage.payer_number = elements[3], identifier

    def _begin_claim(self, clm: list[str], number: int) -> None:
        parts = [*composite(clm[5], self._component), "", ""]
        frequency = parts[2] if len(parts[2]) == 1 and parts[2] in "0123456789" else ""
        billed = amount(clm[2], self._given.cents)
        patient = self._patient or self._coverage.subscriber
        self._claim = Claim(
            number, self._billing, self._coverage, patient, clm[1], billed, frequency, clm[19] == "PB",
            flags=["CLM02 amount"] if clm[2] and billed is None else [],
        )  # fmt: skip
        self._place = "claim"

    def _within(self, claim: Claim, tag: str, elements: list[str], number: int) -> None:
        if tag == "LX":
            claim.lines.append(Line(number))
            self._place = "line"
        elif claim.lines:
            self._in_line(claim, claim.lines[-1], tag, elements)
        elif tag == "SBR":
            self._place = "other"
        elif tag == "NM1" and self._place == "claim":
            self._place = "party"
        elif self._place == "claim":
            self._in_claim(claim, tag, elements)
        elif tag not in _PASSED_OVER:
            self._given.unknown.add(tag)

    def _in_claim(self, claim: Claim, tag: str, elements: list[str]) -> None:
        if tag == "REF" and elements[1] == "F8":
            claim.payer_claim_number = elements[2]
        elif tag == "REF" and elements[1] == "G3":
            claim.predetermination_number = elements[2]
        elif tag == "REF" and elements[1] == "D9":
            claim.clearinghouse_number = elements[2]
        elif tag == "DTP" and elements[1] == "472":
            claim.service_from, claim.service_to = self._days(elements[3])
        elif tag == "PWK":
            words = (elements[1], elements[2], elements[6])
            claim.attachments.append(":".join(word.replace(":", " ") for word in words))
        elif tag not in _PASSED_OVER:
            self._given.unknown.add(tag)

    def _in_line(self, claim: Claim, line: Line, tag: str, elements: list[str]) -> None:
        if tag in ("NM1", "SVD"):
            self._place = "beside"
        elif tag == "SV3":
            self._service(claim, line, elements)
        elif tag == "TOO":
            line.teeth.append((elements[2], "".join(composite(elements[3], self._component))))
        elif self._place == "line" and tag == "REF" and elements[1] == "6R":
            line.line_number = elements[2]
        elif self._place == "line" and tag == "REF" and elements[1] == "G3":
            claim.predetermination_number = claim.predetermination_number or elements[2]
        elif self._place == "line" and tag == "DTP" and elements[1] == "472":
            line.service_date, line.service_to = self._days(elements[3])
        elif tag not in _PASSED_OVER:
            self._given.unknown.add(tag)

    def _service(self, claim: Claim, line: Line, sv3: list[str]) -> None:
        line.code, line.billed_cents, line.units = self._codes[sv3[1]], amount(sv3[2], self._given.cents), sv3[6]
        line.areas = [area for area in composite(sv3[4], self._component) if area]
        if sv3[2] and line.billed_cents is None:
            claim.flags.append("SV302 amount")

    def _days(self, text: str) -> tuple[str | None, str | None]:
        """First and last day of a D8 or RD8."""
        dates = self._given.dates
        return dates[text], dates[text.rpartition("-")[2]]

    def _end_claim(self) -> None:
        claim, self._claim, self._place = self._claim, None, ""
        if claim is None:
            return
        given = self._given
        key = claim_key(self._batch, claim)
        self.records += 1
        given.pages.sent_claim.append(claim_row(key, claim, self._batch, given.transaction, given.dates))
        given.pages.sent_line += line_rows(key, claim.lines)
