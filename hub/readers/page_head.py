"""The head of a printed report's pages: what stood above its table, to be known again on later pages."""

from __future__ import annotations

import re
from collections import deque

_LINES = 60  # no page head is taller; what stands higher above the table is a cover page
_DIGITS = re.compile(r"\d+")


class PageHead:
    """Lines that no rule explains. Digits and blanks may differ: a page has its own number, a print its own moment."""

    def __init__(self) -> None:
        self._above: deque[str] = deque(maxlen=_LINES)

    def add(self, line: str) -> None:
        self._above.append(_shape(line))

    def leave_out_last(self, count: int) -> None:
        """The lines right above the table that may be group lines which cannot be read: those are no head."""
        for _ in range(min(count, len(self._above))):
            self._above.pop()

    def holds(self, line: str) -> bool:
        return _shape(line) in self._above


def _shape(line: str) -> str:
    return _DIGITS.sub("0", " ".join(line.split()))
