"""The head of an 835: who pays whom, how much, under which trace; and the key that makes a re-delivery the same row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.clearinghouse.settings import plain_id
from hub.errors import BadRecord
from hub.readers.x12 import Cents, Delimiters

# What ends the head: the first claim, its group, or the totals.
HEAD_ENDS = frozenset({"LX", "TS2", "TS3", "CLP", "PLB", "SE"})


@dataclass(slots=True)
class EraHead:
    """Texts as sent, trimmed; empty where the payer said nothing. `amount_cents` is None when BPR02 cannot be read."""

    handling: str = ""
    amount_cents: int | None = 0
    method: str = ""
    payer_company: str = ""
    payment_date: str = ""
    trace: str = ""
    originator: str = ""
    production_date: str = ""
    payer_name: str = ""
    payer_number: str = ""
    payee_name: str = ""
    payee_npi: str = ""
    payee_tax_id: str = ""

    @property
    def payer_id(self) -> str:
        return self.originator or self.payer_company or self.payer_number or self.payer_name

    def is_ours(self, tax_ids: Sequence[str], npis: Sequence[str]) -> bool:
        """False only when the 835 names its payee by an id that we could know, and it is not one of ours."""
        named = [(self.payee_tax_id, tax_ids), (self.payee_npi, npis)]
        checked = [plain_id(value) in ours for value, ours in named if value and ours]
        return any(checked) or not checked

    def key(self) -> str:
        """Payer, trace, amount and date: `1512345678:12345:15000000:20020913`."""
        amount = "" if self.amount_cents is None else str(self.amount_cents)
        parts = (self.payer_id, self.trace, amount, self.payment_date or self.production_date)
        return ":".join(part.replace(":", " ").replace("/", " ") for part in parts)

    @property
    def is_weak(self) -> bool:
        """No real trace, or no money: payers give all their zero notices of a day the same tuple."""
        return not self.amount_cents or not self.trace.strip("0")


def read_head(segments: Iterable[str], delimiters: Delimiters, cents: Cents) -> EraHead:
    """Everything before the first claim. Unknown segments are passed over."""
    head, party = EraHead(), ""
    for segment in segments:
        elements = [part.strip() for part in segment.split(delimiters.element)]
        tag = elements[0]
        elements += [""] * 17
        if tag in HEAD_ENDS:
            break
        if tag == "BPR":
            _payment(head, elements, cents)
        elif tag == "TRN":
            head.trace, head.originator = elements[2], elements[3]
        elif tag == "DTM" and elements[1] == "405":
            head.production_date = elements[2]
        elif tag == "N1":
            party = elements[1]
            _party(head, party, elements)
        elif tag == "REF" and party == "PE" and elements[1] == "TJ":
            head.payee_tax_id = elements[2]
        elif tag == "REF" and party == "PR" and elements[1] == "2U":
            head.payer_number = head.payer_number or elements[2]
    return head


def _payment(head: EraHead, bpr: Sequence[str], cents: Cents) -> None:
    head.handling, head.method, head.payer_company, head.payment_date = bpr[1], bpr[4], bpr[10], bpr[16]
    try:
        head.amount_cents = cents[bpr[2]]
    except BadRecord:
        head.amount_cents = None


def _party(head: EraHead, party: str, n1: Sequence[str]) -> None:
    if party == "PR":
        head.payer_name, head.payer_number = n1[2], n1[4] if n1[3] == "XV" else ""
    elif party == "PE":
        head.payee_name = n1[2]
        head.payee_npi = n1[4] if n1[3] == "XX" else ""
        head.payee_tax_id = n1[4] if n1[3] == "FI" else ""
