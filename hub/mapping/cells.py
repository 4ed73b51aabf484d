"""One cell at a time: the error of an unreadable cell, the bounded memory of cells already read, and plain text.

A reader is a function from a cell (text or None) to a value; it raises CellError. The compiled mapping asks a `Cells`
table first, because the same dates, amounts and words come again and again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from hub.errors import QuarantineReason
from hub.money import masked

Reader = Callable[[str | None], object]
CODES: dict[QuarantineReason, str] = {"parse": "HUB-R05", "type": "HUB-R07", "key": "HUB-R08", "mapping": "HUB-R09"}
_LIMIT = 8192
# What a spreadsheet makes of a long number; an id that was damaged so cannot be repaired.
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d+|[+-]?\d[.,]\d+[eE]\d+", re.ASCII)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


class CellError(Exception):
    """A cell that cannot be read: why, as the end of a sentence without the value."""

    def __init__(self, reason: QuarantineReason, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why


class Cells(dict[str | None, object]):
    """Cells already read. Bounded: it starts over when it is full, so a file of any size needs no more."""

    __slots__ = ("limit", "read")

    def __init__(self, read: Reader, limit: int = _LIMIT) -> None:
        super().__init__()
        self.read = read
        self.limit = limit

    def __missing__(self, text: str | None) -> object:
        value = self.read(text)
        if len(self) >= self.limit:
            self.clear()
        self[text] = value
        return value


def unreadable(label: str, kind: str, text: str, what: str) -> CellError:
    """`column "Billed" amount "9.9.99" is not money`."""
    return CellError("type", f'column "{label}" {kind} {masked(text.strip())} {what}')


def clean_rows(rows: Iterable[Sequence[str | None]]) -> list[list[str]]:
    """Cells of an API without None, control, zero-width and right-to-left marks. Readers clean files themselves."""
    return [["" if cell is None else visible(cell) for cell in row] for row in rows]


def visible(text: str) -> str:
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)


def null_words(*groups: Iterable[str]) -> frozenset[str]:
    """Tokens that mean nothing, as `is_null` compares them; a mask of blanks is compared trimmed too."""
    return frozenset(word.strip().casefold() for group in groups for word in group)


def prepared(read: Callable[[str], object], nulls: frozenset[str], extract: re.Pattern[str] | None) -> Reader:
    """A reader of trimmed text that gives None for blank and null cells and applies `extract` first."""

    def reader(text: str | None) -> object:
        trimmed = text.strip() if text else ""
        if not trimmed or trimmed.casefold() in nulls:
            return None
        if extract is not None:
            found = extract.search(trimmed[:1000])
            trimmed = (found[1] or "").strip() if found else ""
        return read(trimmed) if trimmed else None

    return reader


def text_reader(
    label: str, *, ident: bool, upper: bool, digits: bool, width: int | None, keep_last: int | None
) -> Callable[[str], object]:
    """Text, with what the column asks for. An id, or digits of one, that a spreadsheet has turned into 1.23E+15 is refused."""
    is_number = ident or digits or keep_last is not None

    def read(text: str) -> object:
        if is_number:
            refuse_scientific(label, text)
        if digits:
            text = "".join(mark for mark in text if mark in "0123456789")
        if upper:
            text = text.upper()
        if width and text.isdigit():
            text = text.zfill(width)
        return (text[-keep_last:] if keep_last else text) or None

    return read


def refuse_scientific(label: str, text: str) -> None:
    if _SCIENTIFIC.fullmatch(text):
        raise unreadable(
            label, "id", text, "was changed by a spreadsheet; export the file again without opening it there"
        )


def integer_reader(label: str) -> Callable[[str], object]:
    """Whole numbers; `3.0` is how a spreadsheet writes 3."""
    whole = re.compile(r"([+-]?\d{1,15})(?:\.0{1,6})?", re.ASCII)

    def read(text: str) -> object:
        found = whole.fullmatch(text)
        if found is None:
            raise unreadable(label, "number", text, "is not a whole number")
        return int(found[1])

    return read


def bool_reader(label: str, true: Sequence[str], false: Sequence[str]) -> Callable[[str], object]:
    words = {word.casefold(): False for word in false} | {word.casefold(): True for word in true}

    def read(text: str) -> object:
        try:
            return words[text.casefold()]
        except KeyError:
            raise unreadable(label, "value", text, "is neither yes nor no") from None

    return read
