"""The head of a printed report's pages: what stood above its table, to be known again on later pages."""

from __future__ import annotations

import re
from collections import deque

_LINES = 60  # no page head is taller; what stands higher above the table is a cover page
_DIGITS = re.compile(r"\d+")


class PageHead:
    """Lines that no rule explains, with a line below them that a [[skip]] rule does: what stands under the last of those,
    right above the first record, may be a record or a group that cannot be read, and is no head. Digits and blanks may
    differ: a page has its own number, a print its own moment."""

    def __init__(self) -> None:
        self._above: deque[str] = deque(maxlen=_LINES)
        self._doubtful: deque[str] = deque(maxlen=_LINES)

    def add(self, line: str) -> None:
        self._doubtful.append(_shape(line))

    def goes_on(self) -> None:
        """A line that a rule skips, before the table: what stood above it belongs to the head as well."""
        self._above.extend(self._doubtful)
        self._doubtful.clear()

    def holds(self, line: str) -> bool:
        return _shape(line) in self._above


def _shape(line: str) -> str:
    return _DIGITS.sub("0", " ".join(line.split()))
