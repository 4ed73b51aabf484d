"""The STC segment of 277CA and 277: which status a claim has, in the sender's codes and in the hub's word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hub.errors import BadRecord
from hub.readers.x12 import Cents, Dates, Transaction, composite

_BY_CATEGORY = {
    "A0": "IN_TRANSIT", "A1": "RECEIVED", "A2": "ACCEPTED", "A3": "REJECTED", "A4": "NOT_FOUND", "A5": "ACCEPTED",
    "A6": "REJECTED", "A7": "REJECTED", "A8": "REJECTED", "P3": "INFO_REQUESTED", "P4": "INFO_REQUESTED",
    "D0": "NOT_FOUND",
}  # fmt: skip
_BY_LETTER = {"E": "ERROR", "P": "PENDED", "F": "FINALIZED", "R": "INFO_REQUESTED"}
_BY_GUIDE = {"X214": "277CA", "X212": "277", "X093": "277"}
# The 4010 guide that served as both; its BHT says which it is.
_EITHER = "X070"


def kind_of_277(transaction: Transaction) -> str | None:
    """`277CA`, `277` (a status answer), or None for another use of the 277 (a request for documents).

    Told by the guide, and where that is absent by BHT06 or BHT01 (reference clearinghouse-x12 §4).
    """
    if transaction.set_id != "277":
        return None
    guide = re.search(r"X\d{3}", transaction.guide)
    if guide is not None and guide[0] != _EITHER:
        return _BY_GUIDE.get(guide[0])
    element = transaction.interchange.header.delimiters.element
    for segment in transaction.head:
        elements = [part.strip() for part in segment.split(element)] + [""] * 7
        if elements[0] == "BHT":
            return "277CA" if elements[6] == "TH" or elements[1] == "0085" else "277" if elements[1] == "0010" else None
    return None


def outcome(category: str, action: str) -> str:
    """The hub's reading of STC01-1 and STC03: `U` rejects whatever the category says.

    `WQ` does not heal a rejecting category: real files reject with A7 and WQ, and a rejection that is missed is a claim
    that nobody sends again. The event's flags say that the two disagree.
    """
    usual = _BY_CATEGORY.get(category) or _BY_LETTER.get(category[:1], "UNKNOWN")
    return "REJECTED" if action == "U" else usual


@dataclass(slots=True)
class ClaimStatus:
    """One STC, read. Amounts in cents, None when not given or not readable; days as ISO text.

    `paid_cents`, `paid_on` and `check_number` (STC05, 08, 09) come in status answers: a snapshot, never to be posted.
    """

    category: str
    code: str
    entity: str
    day: str | None
    action: str
    cents: int | None
    text: str
    others: list[str]
    paid_cents: int | None
    paid_on: str | None
    check_number: str

    @property
    def outcome(self) -> str:
        return outcome(self.category, self.action)

    @property
    def rank(self) -> tuple[bool, str]:
        """A rejection outranks everything, then the newest."""
        return self.outcome == "REJECTED", self.day or ""

    @property
    def codes(self) -> str:
        return ":".join(part for part in (self.category, self.code, self.entity) if part)

    @property
    def said(self) -> str:
        """What an acknowledgement says with it, for a key."""
        return f"{self.codes}|{self.day}|{self.action}|{self.cents}|{self.text}|{self.others}"

    @property
    def paid(self) -> str:
        """What a status answer says beside that, for a key."""
        return f"{self.paid_cents}|{self.paid_on}|{self.check_number}"


def read_status(elements: list[str], component: str, cents: Cents, dates: Dates) -> ClaimStatus:
    """`elements` are those of the STC, trimmed, at least 13."""
    parts = [*composite(elements[1], component), "", ""]
    others = [":".join(composite(value, component)) for value in elements[10:12] if value]
    return ClaimStatus(
        parts[0], parts[1], parts[2], dates[elements[2]], elements[3], amount(elements[4], cents), elements[12], others,
        amount(elements[5], cents), dates[elements[8]] if elements[8] else None, elements[9],
    )  # fmt: skip


def amount(text: str, cents: Cents) -> int | None:
    """Cents; an amount that cannot be read is left out: the answer itself matters more than its amount."""
    try:
        return cents[text] if text else None
    except BadRecord:
        return None


def ranked(statuses: Iterable[ClaimStatus]) -> list[ClaimStatus]:
    """The one that counts first."""
    return sorted(statuses, key=lambda status: status.rank, reverse=True)


def also_said(statuses: list[ClaimStatus]) -> list[str]:
    """Flags for the codes beside those of the first status, each once: `also A1:19`."""
    codes = [status.codes for status in statuses[1:]] + [other for status in statuses for other in status.others]
    return [f"also {each}" for each in dict.fromkeys(codes)]


def texts_of(statuses: list[ClaimStatus]) -> str:
    """The sender's own words (STC12), each once."""
    return " / ".join(dict.fromkeys(status.text for status in statuses if status.text))
