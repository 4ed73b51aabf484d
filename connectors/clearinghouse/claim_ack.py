"""277CA: what the clearinghouse or the payer said when a claim arrived. One event per claim, or per rejected batch.

A rejection here is not a denial: the claim was never adjudicated (reference clearinghouse-x12 §1, §10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from connectors.clearinghouse.claim_status import (
    ClaimStatus,
    also_said,
    kind_of_277,
    outcome,
    ranked,
    read_status,
    texts_of,
)
from connectors.clearinghouse.pages import bars, row_of
from connectors.clearinghouse.set_reader import SetInput
from hub.readers.x12 import Transaction

SET_NAME = "277CA"

_LEVELS = {"20": "source", "21": "receiver", "19": "provider"}
# Segments of the guide that say nothing that the hub keeps (reference clearinghouse-x12 §10).
_PASSED_OVER = frozenset({"ST", "SE", "QTY", "AMT", "PER"})


def is_mine(transaction: Transaction) -> bool:
    return kind_of_277(transaction) == SET_NAME


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
    statuses: list[ClaimStatus] = field(default_factory=list)
    line_statuses: list[ClaimStatus] = field(default_factory=list)
    in_line: bool = False


class ClaimAckReader:
    """Takes the segments of one complete 277CA in order and leaves claim events in `pages`."""

    def __init__(self, given: SetInput) -> None:
        self._transaction, self._file, self._pages = given.transaction, given.file, given.pages
        self._cents, self._dates, self._unknown = given.cents, given.dates, given.unknown
        self.records = 0
        marks = given.transaction.interchange.header.delimiters
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
        elif tag not in _PASSED_OVER:
            self._unknown.add(tag)

    def _trace(self, elements: list[str], number: int) -> None:
        """TRN is the receipt at the source, our BHT03 at the receiver, and begins a claim at the patient."""
        if self._level == "source":
            self._receipt = elements[2]
        elif self._level == "receiver":
            self._batch = elements[2]
        elif self._level == "claim" and self._subject is not None:
            if self._subject.claim_number or self._subject.statuses or self._subject.line_statuses:
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
        status = read_status(elements, self._component, self._cents, self._dates)
        (subject.line_statuses if subject.in_line else subject.statuses).append(status)

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
        """A claim becomes an event; a batch or a provider only when it was rejected.

        A claim without a status of its own has that of its lines: a rejected line holds up the whole claim.
        """
        subject, self._subject = self._subject, None
        if subject is None:
            return
        statuses = ranked(subject.statuses or (subject.line_statuses if subject.level == "claim" else ()))
        if not statuses:
            return
        if subject.level == "claim" or statuses[0].outcome in ("REJECTED", "ERROR"):
            self._add(subject, statuses)

    def _add(self, subject: _Subject, statuses: list[ClaimStatus]) -> None:
        chosen, is_claim = statuses[0], subject.level == "claim"
        batch = self._batch if self._level != "source" else self._receipt
        last, first, member = subject.names
        # A claim whose id was not readable must not look like a whole batch, so it carries no batch reference
        is_named = bool(subject.claim_number.strip("0"))
        self.records += 1
        self._pages.claim_event.append(row_of("claim_event", {
            "source_key": self._key(subject, statuses), "locator": subject.number, "kind": SET_NAME,
            "patient_last": last, "patient_first": first, "member_id": member,
            "claim_number": subject.claim_number if is_claim and is_named else None,
            "payer_claim_number": subject.payer_claim_number, "clearinghouse_number": subject.clearinghouse_number,
            "batch_ref": batch if is_named or not is_claim else None, "speaker": self._speaker,
            "payer_name": self._payer_name, "happened_on": chosen.day or self._made,
            "received_at": self._file.arrived_at,
            "category": chosen.category, "status_code": chosen.code, "entity": chosen.entity, "action": chosen.action,
            "outcome": chosen.outcome, "text": texts_of([*statuses, *subject.line_statuses]), "billed_cents": chosen.cents,
            "service_from": subject.service_from, "service_to": subject.service_to,
            "flags": bars(self._flags(subject, statuses, is_named)),
        }))  # fmt: skip

    def _flags(self, subject: _Subject, statuses: list[ClaimStatus], is_named: bool) -> list[str]:
        flags = self._transaction.all_flags()
        if statuses[0].action == "WQ" and outcome(statuses[0].category, "") == "REJECTED":
            flags.append("STC03 accepts")
        if subject.level != "claim":
            flags.append(f"{subject.level} level")
        elif not is_named:
            flags.append("no claim number")
        of_lines = [codes for status in subject.line_statuses for codes in (status.codes, *status.others)]
        return flags + also_said(subject.statuses and statuses) + [f"line {codes}" for codes in dict.fromkeys(of_lines)]

    def _key(self, subject: _Subject, statuses: list[ClaimStatus]) -> str:
        """From what was said, by whom and of whom: the same answer in another file is the same event. Claims without a number
        of their own are told apart by the clearinghouse's number and the service dates."""
        said = [status.said for status in statuses]
        of_whom = [subject.level, subject.claim_number, subject.payer_claim_number, *subject.names]
        of_whom += [subject.clearinghouse_number, subject.service_from or "", subject.service_to or ""]
        parts = [self._speaker, self._receipt, self._batch, *of_whom, *sorted(said)]
        digest = blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
        return f"{self._receipt or 'none'}:{digest}"
