"""277 status answer: what a payer says when it is asked about a claim. One event per claim, and per line with its own
status. A snapshot: the money in it is never posted, the 835 confirms it (reference clearinghouse-x12 §11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from connectors.clearinghouse.claim_status import (
    ClaimStatus,
    also_said,
    amount,
    kind_of_277,
    ranked,
    read_status,
    texts_of,
)
from connectors.clearinghouse.pages import bars, row_of
from connectors.clearinghouse.set_reader import SetInput
from hub.readers.x12 import Transaction, composite

SET_NAME = "277"

_LEVELS = {"20": "source", "21": "receiver", "19": "provider", "22": "subscriber", "23": "dependent"}
_ABOVE_CLAIMS = frozenset({"source", "receiver", "provider"})
_PASSED_OVER = frozenset({"ST", "SE", "PER", "DMG", "N3", "N4", "QTY", "AMT", "SVD"})
_NO_NAMES = ("", "", "")


def is_mine(transaction: Transaction) -> bool:
    return kind_of_277(transaction) == SET_NAME


@dataclass(slots=True)
class _Line:
    """One service line of the answer. Amounts in cents."""

    number: int
    procedure: str = ""
    line_number: str = ""
    billed_cents: int | None = None
    paid_cents: int | None = None
    service_from: str | None = None
    service_to: str | None = None
    statuses: list[ClaimStatus] = field(default_factory=list)


@dataclass(slots=True)
class _Subject:
    """What the segments under way speak of: the request, a provider, or one claim. `trace` is that of our request."""

    level: str
    number: int
    names: tuple[str, str, str] = _NO_NAMES
    trace: str = ""
    claim_number: str = ""
    payer_claim_number: str = ""
    clearinghouse_number: str = ""
    service_from: str | None = None
    service_to: str | None = None
    statuses: list[ClaimStatus] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)

    @property
    def is_claim(self) -> bool:
        return self.level not in _ABOVE_CLAIMS


class StatusAnswerReader:
    """Takes the segments of one complete 277 in order and leaves claim events in `pages`."""

    def __init__(self, given: SetInput) -> None:
        self._given = given
        self.records = 0
        marks = given.transaction.interchange.header.delimiters
        self._element, self._component = marks.element, marks.component
        self._speaker, self._payer_name = "UNKNOWN", ""
        self._made: str | None = None
        self._subscriber = _NO_NAMES
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
            self._subject = self._begin(_LEVELS.get(elements[3], "claim"), number)
        elif tag == "BHT":
            self._made = self._given.dates[elements[4]]
        elif self._subject is None or tag in _PASSED_OVER:
            if tag not in _PASSED_OVER:
                self._given.unknown.add(tag)
        elif tag == "NM1":
            self._name(self._subject, elements)
        elif tag == "TRN":
            self._trace(self._subject, elements, number)
        elif tag == "SVC":
            cents = self._given.cents
            procedure = ":".join(composite(elements[1], self._component))
            money = amount(elements[2], cents), amount(elements[3], cents)
            self._subject.lines.append(_Line(number, procedure, "", *money))
        elif tag in ("STC", "REF", "DTP"):
            self._detail(self._subject, tag, elements)
        else:
            self._given.unknown.add(tag)

    def _begin(self, level: str, number: int) -> _Subject:
        """A dependent keeps the member id of the subscriber above."""
        if level != "dependent":
            self._subscriber = _NO_NAMES
        return _Subject(level, number, ("", "", self._subscriber[2]) if level == "dependent" else _NO_NAMES)

    def _name(self, subject: _Subject, elements: list[str]) -> None:
        entity = elements[1]
        if subject.level == "source" and entity in ("PR", "AY"):
            self._speaker = "PAYER" if entity == "PR" else "CLEARINGHOUSE"
            self._payer_name = elements[3] if entity == "PR" else ""
        elif subject.is_claim and entity in ("IL", "QC"):
            subject.names = (elements[3], elements[4], elements[9] or subject.names[2])
            if subject.level != "dependent":
                self._subscriber = subject.names

    def _trace(self, subject: _Subject, elements: list[str], number: int) -> None:
        """TRN begins a claim; several may follow for one patient."""
        if subject.is_claim and (subject.trace or subject.statuses):
            self._close()
            subject = self._subject = _Subject(subject.level, number, subject.names)
        subject.trace = elements[2]
        subject.number = number if subject.is_claim else subject.number

    def _detail(self, subject: _Subject, tag: str, elements: list[str]) -> None:
        line = subject.lines[-1] if subject.lines else None
        if tag == "STC":
            status = read_status(elements, self._component, self._given.cents, self._given.dates)
            (line or subject).statuses.append(status)
        elif tag == "REF":
            self._reference(subject, line, elements)
        elif elements[1] == "472":
            dates, target = self._given.dates, line or subject
            target.service_from, target.service_to = dates[elements[3]], dates[elements[3].rpartition("-")[2]]

    def _reference(self, subject: _Subject, line: _Line | None, elements: list[str]) -> None:
        qualifier = elements[1]
        if line is not None:
            line.line_number = elements[2] if qualifier == "FJ" else line.line_number
        elif qualifier == "EJ":
            subject.claim_number = elements[2]
        elif qualifier == "1K":
            subject.payer_claim_number = elements[2]
        elif qualifier == "D9":
            subject.clearinghouse_number = elements[2]
        else:
            self._given.unknown.add(f"REF*{qualifier}")

    def _close(self) -> None:
        """The claim (or the level above claims) as one event, then its lines that have a status of their own."""
        subject, self._subject = self._subject, None
        if subject is None:
            return
        if subject.statuses:
            self._add(subject, None, ranked(subject.statuses))
        for line in subject.lines:
            if line.statuses:
                self._add(subject, line, ranked(line.statuses))

    def _add(self, subject: _Subject, line: _Line | None, statuses: list[ClaimStatus]) -> None:
        chosen, of = statuses[0], line or subject
        last, first, member = subject.names
        self.records += 1
        self._given.pages.claim_event.append(row_of("claim_event", {
            "source_key": self._key(subject, line, statuses), "locator": of.number, "kind": SET_NAME,
            "patient_last": last, "patient_first": first, "member_id": member, "claim_number": subject.claim_number,
            "payer_claim_number": subject.payer_claim_number, "clearinghouse_number": subject.clearinghouse_number,
            "line_number": line.line_number if line else None, "speaker": self._speaker, "payer_name": self._payer_name,
            "happened_on": chosen.day or self._made, "received_at": self._given.file.arrived_at,
            "category": chosen.category, "status_code": chosen.code, "entity": chosen.entity, "action": chosen.action,
            "outcome": chosen.outcome, "text": texts_of(statuses),
            "billed_cents": line.billed_cents if line else chosen.cents,
            "paid_cents": line.paid_cents if line else chosen.paid_cents, "paid_on": chosen.paid_on,
            "check_number": chosen.check_number, "service_from": of.service_from, "service_to": of.service_to,
            "flags": bars(self._flags(subject, line, statuses)),
        }))  # fmt: skip

    def _flags(self, subject: _Subject, line: _Line | None, statuses: list[ClaimStatus]) -> list[str]:
        flags = self._given.transaction.all_flags()
        if not subject.is_claim:
            flags.append(f"{subject.level} level")
        elif not subject.claim_number:
            flags.append("no claim number")
        if line is not None:
            flags.append("line level")
        return flags + also_said(statuses)

    def _key(self, subject: _Subject, line: _Line | None, statuses: list[ClaimStatus]) -> str:
        """From what was said, by whom, of whom and on which day: the same answer in another file is the same event, and
        the same words to a later question are another one."""
        said = [f"{status.said}|{status.paid}" for status in statuses]
        of_whom = [subject.level, subject.trace, subject.claim_number, subject.payer_claim_number, *subject.names]
        of_whom += [subject.clearinghouse_number, subject.service_from or "", subject.service_to or ""]
        if line is not None:
            of_whom += ["line", line.line_number, line.procedure, str(line.billed_cents), str(line.service_from)]
        parts = [self._speaker, self._payer_name, self._made or "", *of_whom, *sorted(said)]
        digest = blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
        return f"277:{self._made or 'undated'}:{digest}"
