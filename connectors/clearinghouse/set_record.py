"""One row for every transaction set that was delivered, read or not: nothing disappears silently."""

from __future__ import annotations

from connectors.clearinghouse.digest import ContentDigest
from connectors.clearinghouse.pages import Row, bars
from connectors.clearinghouse.plan import Step
from connectors.clearinghouse.set_reader import Unknown
from hub.contract import SourceFile
from hub.readers.x12 import Dates, Transaction

# Answers that carry no date of their own: the same words from the same sender on another day are another answer.
_UNDATED = frozenset({"999", "997", "TA1"})
_DIGEST_BYTES = 10


class SetRecord:
    """Takes the segments of one set beside its reader. Memory is constant."""

    def __init__(self, step: Step, file: SourceFile, dates: Dates) -> None:
        self._step, self._file, self._dates = step, file, dates
        self._digest = ContentDigest(step.transaction, _DIGEST_BYTES)

    def feed(self, segments: list[str], number: int) -> None:
        self._digest.feed(segments, number)

    def row(self, records: int, unknown: Unknown) -> Row:
        """The row, in the order of `pages.COLUMNS["x12_set"]`."""
        step, transaction = self._step, self._step.transaction
        header, group = transaction.interchange.header, transaction.group
        return (
            self._key(transaction), transaction.first, step.set_name or None, transaction.guide or None,
            header.sender or None, header.receiver or None, header.control or None,
            (group.control or None) if group else None, transaction.control or None,
            self._dates[transaction.made_on], transaction.last - transaction.first + 1,
            records if step.state == "READ" else None, step.state, header.is_test, unknown.text(),
            bars(self._flags(transaction)), self._file.name, self._file.arrived_at,
        )  # fmt: skip

    def _key(self, transaction: Transaction) -> str:
        """From the content: another envelope, name or number of deliveries makes no second row.

        A test and a cut set are different things from the real and whole one, so they keep their own rows.
        """
        header, name = transaction.interchange.header, self._step.set_name
        parts = [name, "test" if header.is_test else "", "" if transaction.is_whole else "cut"]
        if name in _UNDATED:
            parts += [header.sender, transaction.made_on]
        return ":".join([*(part for part in parts if part), self._digest.text()])

    def _flags(self, transaction: Transaction) -> list[str]:
        return [*([] if transaction.is_whole else ["no SE"]), *transaction.all_flags()]
