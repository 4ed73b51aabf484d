"""A digest of what a transaction set says, whatever its envelope, control numbers and delimiters."""

from __future__ import annotations

import re
from hashlib import blake2b

from hub.readers.x12 import Transaction

# What delimiters become, so that the same content written with others is the same content.
_ELEMENT, _COMPONENT, _REPETITION, _END = "\x1e", "\x1f", "\x1c", "\x1d"
_TRAILING = re.compile(rf"[{_ELEMENT} ]+{_END}")


class ContentDigest:
    """Takes the segments of one set in order. Empty elements at the end of a segment do not count."""

    def __init__(self, transaction: Transaction, size: int = 6) -> None:
        """`size` is that of the digest in bytes."""
        marks = transaction.interchange.header.delimiters
        self._transaction, self._terminator = transaction, marks.terminator
        self._replaced = [(marks.element, _ELEMENT), (marks.component, _COMPONENT)]
        if marks.repetition:
            self._replaced.append((marks.repetition, _REPETITION))
        self._replaced.append((marks.terminator, _END))
        # One after the other is quick; where that would replace twice (a file that uses our marks) all at once.
        made = [new for _, new in self._replaced]
        collides = any(old in made[:position] for position, (old, _) in enumerate(self._replaced))
        self._table = str.maketrans(dict(self._replaced)) if collides else None
        self._hash = blake2b(digest_size=size)

    def feed(self, segments: list[str], number: int) -> None:
        """The next segments; `number` is that of the first of them in the file. ST and SE are left out."""
        content = self._content(segments, number)
        if content:
            self._hash.update(self._plain(self._terminator.join(content) + self._terminator).encode())

    def text(self) -> str:
        return self._hash.hexdigest()

    def _content(self, segments: list[str], number: int) -> list[str]:
        transaction = self._transaction
        if transaction.set_id == "TA1":
            return segments
        start = number == transaction.first
        end = number + len(segments) > transaction.last and transaction.is_whole
        return segments[start : len(segments) - end] if start or end else segments

    def _plain(self, text: str) -> str:
        if self._table is not None:
            text = text.translate(self._table)
        else:
            for old, new in self._replaced:
                text = text.replace(old, new)
        if _ELEMENT + _END in text or " " + _END in text:
            text = _TRAILING.sub(_END, text)
        return text
