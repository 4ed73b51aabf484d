"""277CA: what the clearinghouse or the payer said when a claim arrived. One event per claim, or per rejected batch.

A rejection here is not a denial: the claim was never adjudicated (reference clearinghouse-x12 §1, §10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from connectors.clearinghouse.pages import Pages, bars
from hub.contract import SourceFile
from hub.errors import BadRecord
from hub.readers.x12 import Cents, Dates, Transaction, composite

SET_NAME = "277CA"

_BY_CATEGORY = {
    "A0": "IN_TRANSIT", "A1": "RECEIVED", "A2": "ACCEPTED", "A3": "REJECTED", "A4": "NOT_FOUND", "A5": "ACCEPTED",
    "A6": "REJECTED", "A7": "REJECTED", "A8": "REJECTED", "P3": "INFO_REQUESTED", "P4": "INFO_REQUESTED",
    "D0": "NOT_FOUND",
}  # fmt: skip
_BY_LETTER = {"E": "ERROR", "P": "PENDED", "F": "FINALIZED", "R": "INFO_REQUESTED"}
_LEVELS = {"20": "source", "21": "receiver", "19": "provider"}


def is_mine(transaction: Transaction) -> bool:
    """Told from the status answer (277) by the guide, and where that is absent by BHT06 or BHT01."""
    if transaction.set_id != "277":
        return False
    if "X214" in transaction.guide or "X212" in transaction.guide:
        return "X214" in transaction.guide
    element = transaction.interchange.header.delimiters.element
    for segment in transaction.head:
        elements = [part.strip() for part in segment.split(element)] + [""] * 7
        if elements[0] == "BHT":
            return elements[6] == "TH" or elements[1] == "0085"
    return False


def outcome(category: str, action: str) -> str:
    """The hub's reading of STC01-1 and STC03: `U` rejects whatever the category says.

    `WQ` does not heal a rejecting category: real files reject with A7 and WQ, and a rejection that is missed is a claim
    that nobody sends again. The event's flags say that the two disagree.
    """
    usual = _BY_CATEGORY.get(category) or _BY_LETTER.get(category[:1], "UNKNOWN")
    return "REJECTED" if action == "U" else usual


@dataclass(slots=True)
class _Status:
    """One STC, read."""

    category: str
    code: str
    entity: str
    day: str | None
    action: str
    cents: int | None
    text: str
    others: list[str]

    @property
    def rank(self) -> tuple[bool, str]:
        """A rejection outranks everything, then the newest."""
        return outcome(self.category, self.action) == "REJECTED", self.day or ""

    @property
    def codes(self) -> str:
        return ":".join(part for part in (self.category, self.code, self.entity) if part)


@dataclass(slots=True)
class _Subject:
    """What the segments under way speak of: the batch, a provider, or one claim of a patient."""

    level: str
    number: int
    claim_number: str = ""
    names: tuple[str, str, str] = ("", "", "")
    payer_claim_number: str = ""
    clearinghouse_number: str = ""
    service_from: str | None = None
    service_to: str | None = None
    statuses: list[_Status] = field(default_factory=list)
    line_codes: list[str] = field(default_factory=list)
    in_line: bool = False


class ClaimAckReader:
    """Takes the segments of one complete 277CA in order and leaves claim events in `pages`."""

    def __init__(self, transaction: Transaction, file: SourceFile, cents: Cents, dates: Dates, pages: Pages) -> None:
        self._transaction, self._file, self._cents, self._dates, self._pages = transaction, file, cents, dates, pages
        marks = transaction.interchange.header.delimiters
        self._element, self._component = marks.element, marks.component
        self._speaker, self._payer_name, self._receipt, self._batch = "UNKNOWN", "", "", ""
        self._made: str | None = None
        self._level = ""
        self._subject: _Subject | None = None

    def feed(self, segments: list[str], number: int) -> None:
        for index, segment in enumerate(segments):
            elements = [part.strip() for part in segment.split(self._element)] + [""] * 13
            self._take(elements[0], elements, number + index)

    def finish(self) -> None:
        self._close()

    def _take(self, tag: str, elements: list[str], number: int) -> None:
        if tag == "HL":
            self._close()
            self._level = _LEVELS.get(elements[3], "claim")
            self._subject = _Subject(self._level, number)
        elif tag == "BHT":
            self._made = self._dates[elements[4]]
        elif tag == "TRN":
            self._trace(elements, number)
        elif tag == "NM1":
            self._name(elements)
        elif tag == "STC" and self._subject is not None:
            self._status(self._subject, elements)
        elif tag in ("REF", "DTP", "SVC") and self._subject is not None:
            self._detail(self._subject, tag, elements)

    def _trace(self, elements: list[str], number: int) -> None:
        """TRN is the receipt at the source, our BHT03 at the receiver, and begins a claim at the patient."""
        if self._level == "source":
            self._receipt = elements[2]
        elif self._level == "receiver":
            self._batch = elements[2]
        elif self._level == "claim" and self._subject is not None:
            if self._subject.claim_number or self._subject.statuses:
                names = self._subject.names
                self._close()
                self._subject = _Subject("claim", number, names=names)
            self._subject.claim_number = elements[2]
            self._subject.number = number

    def _name(self, elements: list[str]) -> None:
        entity = elements[1]
        if self._level == "source":
            self._speaker = {"PR": "PAYER", "AY": "CLEARINGHOUSE"}.get(entity, "UNKNOWN")
            self._payer_name = elements[3] if entity == "PR" else ""
        elif self._level == "claim" and entity in ("QC", "IL") and self._subject is not None:
            self._subject.names = (elements[3], elements[4], elements[9])

    def _status(self, subject: _Subject, elements: list[str]) -> None:
        parts = [*composite(elements[1], self._component), "", ""]
        others = [value for value in elements[10:12] if value]
        day = self._dates[elements[2]]
        status = _Status(
            parts[0], parts[1], parts[2], day, elements[3], self._amount(elements[4]), elements[12],
            [":".join(composite(value, self._component)) for value in others],
        )  # fmt: skip
        if subject.in_line:
            subject.line_codes.append(status.codes)
        else:
            subject.statuses.append(status)

    def _amount(self, text: str) -> int | None:
        """An amount that cannot be read is left out: the answer itself matters more than its amount."""
        try:
            return self._cents[text] if text else None
        except BadRecord:
            return None

    def _detail(self, subject: _Subject, tag: str, elements: list[str]) -> None:
        if tag == "SVC":
            subject.in_line = True
        elif subject.in_line:
            return
        elif tag == "REF" and elements[1] == "1K":
            subject.payer_claim_number = elements[2]
        elif tag == "REF" and elements[1] == "D9":
            subject.clearinghouse_number = elements[2]
        elif tag == "DTP" and elements[1] == "472":
            subject.service_from = self._dates[elements[3]]
            subject.service_to = self._dates[elements[3].rpartition("-")[2]]
        elif tag == "DTP" and elements[1] in ("009", "050") and subject.level == "source":
            day = self._dates[elements[3]]
            self._made = day if elements[1] == "009" else self._made or day

    def _close(self) -> None:
        """A claim becomes an event; a batch or a provider only when it was rejected."""
        subject, self._subject = self._subject, None
        if subject is None or not subject.statuses:
            return
        statuses = sorted(subject.statuses, key=lambda status: status.rank, reverse=True)
        read = outcome(statuses[0].category, statuses[0].action)
        if subject.level == "claim" or read in ("REJECTED", "ERROR"):
            self._add(subject, statuses, read)

    def _add(self, subject: _Subject, statuses: list[_Status], read: str) -> None:
        chosen, is_claim = statuses[0], subject.level == "claim"
        batch = self._batch if self._level != "source" else self._receipt
        last, first, member = subject.names
        # A claim whose id was not readable must not look like a whole batch, so it carries no batch reference
        is_named = bool(subject.claim_number.strip("0"))
        texts = list(dict.fromkeys(status.text for status in statuses if status.text))
        self._pages.claim_event.append((
            self._key(subject, statuses), subject.number, last or None, first or None, member or None,
            subject.claim_number if is_claim and is_named else None, subject.payer_claim_number or None,
            subject.clearinghouse_number or None, (batch or None) if is_named or not is_claim else None, "277CA",
            self._speaker, self._payer_name or None, chosen.day or self._made, self._file.arrived_at,
            chosen.category or None, chosen.code or None, chosen.entity or None, chosen.action or None, read,
            " / ".join(texts) or None, chosen.cents, subject.service_from, subject.service_to,
            bars(self._flags(subject, statuses, is_named)),
        ))  # fmt: skip

    def _flags(self, subject: _Subject, statuses: list[_Status], is_named: bool) -> list[str]:
        flags = self._transaction.all_flags()
        if statuses[0].action == "WQ" and outcome(statuses[0].category, "") == "REJECTED":
            flags.append("STC03 accepts")
        if subject.level != "claim":
            flags.append(f"{subject.level} level")
        elif not is_named:
            flags.append("no claim number")
        also = [status.codes for status in statuses[1:]] + [other for status in statuses for other in status.others]
        flags += [f"also {codes}" for codes in dict.fromkeys(also)]
        return flags + [f"line {codes}" for codes in dict.fromkeys(subject.line_codes)]

    def _key(self, subject: _Subject, statuses: list[_Status]) -> str:
        """From what was said, by whom and of whom: the same answer in another file is the same event."""
        said = [f"{s.codes}|{s.day}|{s.action}|{s.cents}|{s.text}|{s.others}" for s in statuses]
        of_whom = [subject.level, subject.claim_number, subject.payer_claim_number, *subject.names]
        parts = [self._speaker, self._receipt, self._batch, *of_whom, *sorted(said)]
        digest = blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
        return f"{self._receipt or 'none'}:{digest}"
