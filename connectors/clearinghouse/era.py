"""835: one transaction set = one payment. Head, claims, provider adjustments, and whether it all adds up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.clearinghouse.balance import payment_gap, payment_sentences, plb_sign_inverted
from connectors.clearinghouse.era_claim import ENDS, Words, read_claim
from connectors.clearinghouse.era_head import HEAD_ENDS, EraHead, read_head
from connectors.clearinghouse.pages import bars, payload, renamed
from connectors.clearinghouse.set_reader import SetInput
from hub.contract import BadRow
from hub.errors import BadRecord
from hub.model.remits import CUT_COPY
from hub.readers.x12 import Dates, Delimiters, Transaction, composite

SET_NAME = "835"
# A claim has a few dozen segments; this many without the next CLP is not a claim.
MOST_CLAIM_SEGMENTS = 20_000
# A sentence per claim that does not add up, up to this many; the claims themselves say it too.
MOST_SENTENCES = 20


def is_mine(transaction: Transaction) -> bool:
    """Any 835, whatever its version: 4010 and 5010 read alike."""
    return transaction.set_id == "835"


@dataclass(slots=True)
class _Totals:
    """What has been added up so far, in cents."""

    claims_paid: int = 0
    plb: int = 0
    claims: int = 0
    plb_count: int = 0


class EraReader:
    """Takes the segments of one complete 835 in order and leaves its rows in `pages`."""

    def __init__(self, given: SetInput) -> None:
        self._key, self._transaction, self._file, self._pages = given.key, given.transaction, given.file, given.pages
        self._words = Words(given.transaction.interchange.header.delimiters, given.cents, given.dates, given.unknown)
        self._pending: list[str] = []
        self._number = given.transaction.first
        self._head: EraHead | None = None
        self._totals = _Totals()
        self._sentences: list[str] = []
        self._unnamed = 0
        pages = given.pages
        self._start = len(pages.remit_claim), len(pages.remit_line), len(pages.remit_adj), len(pages.bad), pages.handed_over
        self._has_gap = False

    @property
    def records(self) -> int:
        """Claims, with those set aside."""
        return self._totals.claims

    def feed(self, segments: list[str], number: int) -> None:
        """The next segments; `number` is that of the first. A claim is read when the next one begins."""
        ready = self._pending + segments if self._pending else segments
        base = number - len(self._pending)
        cut = next((at for at in range(len(ready) - 1, 0, -1) if ready[at][:3] == "CLP"), 0)
        self._take(ready[:cut], base)
        self._pending, self._number = ready[cut:], base + cut
        if len(self._pending) > MOST_CLAIM_SEGMENTS:
            self._drop_pending()

    def finish(self) -> None:
        """The set is over: the last claim, the totals, and the payment's own row."""
        self._take(self._pending, self._number)
        self._pending = []
        if self._has_gap:
            self._take_the_key_of_a_cut_copy()
        self._add_remit()

    def _take_the_key_of_a_cut_copy(self) -> None:
        """What lacks a claim or an amount never takes the place of the same payment that was read whole; too late when
        rows of it were handed over (a set longer than `read.HELD_SEGMENTS`)."""
        claims, lines, adjustments, bad, handed_over = self._start
        pages = self._pages
        if self._key.endswith(CUT_COPY) or pages.handed_over != handed_over:
            return
        old, self._key = self._key, f"{self._key}{CUT_COPY}"
        pages.remit_claim[claims:] = renamed("remit_claim", pages.remit_claim[claims:], old, self._key)
        pages.remit_line[lines:] = renamed("remit_line", pages.remit_line[lines:], old, self._key)
        pages.remit_adj[adjustments:] = renamed("remit_adj", pages.remit_adj[adjustments:], old, self._key)
        pages.bad[bad:] = [replace(row, part_of=self._key) if row.part_of == old else row for row in pages.bad[bad:]]

    def _take(self, segments: list[str], base: int) -> None:
        """Complete claims, and what stands before, between and after them."""
        at, end = 0, len(segments)
        while at < end:
            if segments[at][:3] == "CLP":
                at = self._claim(segments, at, base)
            else:
                start, at = at, _next_claim(segments, at)
                self._outside(segments[start:at], base + start)

    def _claim(self, segments: list[str], at: int, base: int) -> int:
        """Reads one claim whole or sets it aside whole; the index of the segment after it."""
        totals, pages = self._totals, self._pages
        totals.claims += 1
        marks = len(pages.remit_claim), len(pages.remit_line)
        try:
            after, paid, sentences = read_claim(segments, at, base, self._key, totals.claims, self._words, pages)
        except BadRecord as error:
            for rows, mark in zip((pages.remit_claim, pages.remit_line), marks, strict=True):
                del rows[mark:]
            after = _after_claim(segments, at)
            self._set_aside(segments[at:after], base + at, error.message)
            return after
        totals.claims_paid += paid
        if sentences:
            self._note(sentences)
        return after

    def _set_aside(self, segments: list[str], number: int, why: str) -> None:
        """The claim goes to quarantine and is missing from the sums."""
        position, self._has_gap = self._totals.claims, True
        self._note([f"claim {position}: set aside, {why}"])
        self._pages.bad.append(
            BadRow(
                "type",
                f"HUB-X07 835 claim {position} at segment {number}: {why}; the claim is set aside and its payment does"
                " not balance; ask the payer for a corrected remittance",
                payload(segments, self._delimiters.terminator),
                number,
                part_of=self._key,
            )
        )

    def _drop_pending(self) -> None:
        """No claim is that long: memory stays bounded, the rest up to the next CLP is not read."""
        if self._pending[0][:3] == "CLP":
            self._totals.claims += 1
            self._set_aside(self._pending, self._number, f"more than {MOST_CLAIM_SEGMENTS} segments in one claim")
        else:
            self._outside(self._pending, self._number)
        self._number += len(self._pending)
        self._pending = []

    def _outside(self, segments: list[str], number: int) -> None:
        """The head when it is the first, then provider adjustments; LX and TS carry nothing that the hub keeps."""
        if self._head is None:
            self._head = read_head(segments, self._delimiters, self._words.cents)
        for index, segment in enumerate(segments):
            tag = segment.split(self._words.element, 1)[0]
            if tag == "PLB":
                self._provider_adjustment(segment, number + index)
            elif tag not in _KNOWN_OUTSIDE:
                self._words.odd(tag)

    def _provider_adjustment(self, segment: str, number: int) -> None:
        """Up to six pairs of reason:reference and amount; a pair may be empty with a full one after it."""
        elements = segment.split(self._words.element)
        for at in range(3, len(elements), 2):
            reason, amount = elements[at], elements[at + 1] if at + 1 < len(elements) else ""
            if reason.strip() or amount.strip():
                self._pair(composite(reason, self._words.component), amount, number)

    def _pair(self, reason: list[str], text: str, number: int) -> None:
        self._totals.plb_count += 1
        amount: int | None = None
        try:
            amount = self._words.cents[text]
            self._totals.plb += amount
        except BadRecord as error:
            self._has_gap = True
            self._note([f"PLB: {error.message}"])
        key = f"{self._key}/p{self._totals.plb_count}"
        code, reference = reason[0] or None, reason[1] if len(reason) > 1 else ""
        if code not in _PLB_CODES:
            self._words.unknown.add(f"PLB*{code or ''}")
        self._pages.remit_adj.append((key, number, self._key, code, reference or None, amount))

    def _note(self, sentences: list[str]) -> None:
        room = MOST_SENTENCES - len(self._sentences)
        self._sentences += sentences[:room]
        self._unnamed += max(0, len(sentences) - room)

    @property
    def _delimiters(self) -> Delimiters:
        return self._transaction.interchange.header.delimiters

    def _add_remit(self) -> None:
        head, totals, header = self._head or EraHead(), self._totals, self._transaction.interchange.header
        dates = self._words.dates
        payment = self._payment_sentences(head)
        sentences = payment + self._claim_sentences()
        gap = None if head.amount_cents is None else payment_gap(head.amount_cents, totals.claims_paid, totals.plb)
        flags = self._flags(head, dates)
        if head.amount_cents is not None and plb_sign_inverted(head.amount_cents, totals.claims_paid, totals.plb):
            flags.append("plb_sign_inverted")
        production = dates[head.production_date]
        self._pages.remit.append((
            self._key, self._transaction.first, head.payer_name or None, head.payer_number or None,
            head.payee_name or None, head.payee_npi or None, head.payee_tax_id or None, head.trace or None,
            head.originator or None, head.method or None, head.handling or None, dates[head.payment_date] or production,
            production, self._file.arrived_at, head.amount_cents, totals.claims_paid, totals.plb, totals.claims,
            not sentences, gap, "; ".join(sentences) or None, header.is_test,
            "QUARANTINED" if payment or self._has_gap or "truncated" in flags else "UNPROCESSED", self._file.name, bars(flags),
        ))  # fmt: skip

    def _payment_sentences(self, head: EraHead) -> list[str]:
        """What holds up the whole payment; a claim that does not add up holds up itself alone (reference §13)."""
        if head.amount_cents is None:
            return ["payment: BPR02 is not an amount"]
        return payment_sentences(head.amount_cents, self._totals.claims_paid, self._totals.plb)

    def _claim_sentences(self) -> list[str]:
        return self._sentences + ([f"and {self._unnamed} more"] if self._unnamed else [])

    def _flags(self, head: EraHead, dates: Dates) -> list[str]:
        flags = self._transaction.all_flags()
        if dates[head.payment_date] is None:
            flags.append("BPR16 date")
        if self._words.corrected_ids:
            flags.append("corrected member id")
        if self._words.unknown_segments:
            flags.append("unknown segments")
        return flags


# PLB codes that reference clearinghouse-x12 §12 names.
_PLB_CODES = frozenset({
    "WO", "FB", "72", "CS", "L6", "50", "51", "90", "E3", "IR", "LE", "J1", "L3", "AP", "PI", "LS", "CT", "BN", "IP", "B2",
    "B3", "C5", "AM", "RA", "AH", "CR", "SL", "TL", "WU", "OB", "IS", "BD", "FC",
})  # fmt: skip
_END_TAGS = tuple(ENDS)
_KNOWN_OUTSIDE = HEAD_ENDS | {"ST", "BPR", "NTE", "TRN", "CUR", "REF", "DTM", "N1", "N2", "N3", "N4", "PER", "RDM"}


def _next_claim(segments: list[str], at: int) -> int:
    return next((n for n in range(at, len(segments)) if segments[n][:3] == "CLP"), len(segments))


def _after_claim(segments: list[str], at: int) -> int:
    """Where the claim at `at` ends, told by tags alone."""
    for index in range(at + 1, len(segments)):
        if segments[index].startswith(_END_TAGS):
            return index
    return len(segments)
