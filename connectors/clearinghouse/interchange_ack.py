"""TA1: could the receiver read the envelope of a file of ours? `R` rejects every claim in that interchange.

It stands between ISA and GS or IEA, without GS and ST (reference clearinghouse-x12 §8).
"""

from __future__ import annotations

from connectors.clearinghouse.pages import bars, row_of
from connectors.clearinghouse.set_reader import SetInput
from hub.readers.x12 import Transaction

SET_NAME = "TA1"

_OUTCOMES = {"A": "RECEIVED", "E": "RECEIVED", "R": "REJECTED"}


def is_mine(transaction: Transaction) -> bool:
    return transaction.set_id == SET_NAME


class InterchangeAckReader:
    """Takes the one segment and leaves one claim event in `pages`, which speaks of a whole interchange."""

    def __init__(self, given: SetInput) -> None:
        self._given = given
        self.records = 0

    def feed(self, segments: list[str], number: int) -> None:
        element = self._given.transaction.interchange.header.delimiters.element
        for index, segment in enumerate(segments):
            self._add([part.strip() for part in segment.split(element)] + [""] * 6, number + index)

    def finish(self) -> None:
        """Nothing is held back."""

    def _add(self, elements: list[str], number: int) -> None:
        """`happened_on` is the day of the answer; TA102, the day of our file, is in the key."""
        _, control, day, time, verdict, note = elements[:6]
        transaction, dates = self._given.transaction, self._given.dates
        header = transaction.interchange.header
        if verdict not in _OUTCOMES:
            self._given.unknown.add(f"TA1*{verdict}")
        self.records += 1
        self._given.pages.claim_event.append(row_of("claim_event", {
            "source_key": ":".join(["TA1", header.sender, header.made_on, control, day, time, verdict, note]),
            "locator": number, "kind": SET_NAME, "interchange_number": control, "speaker": "UNKNOWN",
            "happened_on": dates[header.made_on], "received_at": self._given.file.arrived_at, "category": verdict,
            "status_code": note, "outcome": _OUTCOMES.get(verdict, "UNKNOWN"),
            "flags": bars([*transaction.all_flags(), *self._sent(day)]),
        }))  # fmt: skip

    def _sent(self, day: str) -> list[str]:
        """The day of the interchange that is answered, YYMMDD as in TA102."""
        return [f"of {day}"] if day.isdigit() and len(day) == 6 else []
