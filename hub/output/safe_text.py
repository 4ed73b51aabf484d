"""Text from outside, made fit for a sheet, a page or a file name. Pure; it changes nothing that a person would read."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 control characters, and the marks that turn the reading direction and so can disguise a text.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Full-width twins are read as the plain sign by some spreadsheet programs.
_STARTS_FORMULA = frozenset("=+-@＝＋－＠")
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\Z", re.IGNORECASE)
LONGEST_NAME = 60


def one_line(text: str) -> str:
    """The text on one line, without control characters, direction marks or broken code points."""
    text = _SURROGATE.sub("\ufffd", text)
    return _UNSEEN.sub(" ", _DIRECTION.sub("", text)).strip()


def guarded(text: str) -> str:
    """A CSV text cell that no spreadsheet program runs as a formula (OWASP CSV injection).

    The apostrophe comes before cells whose first visible character is `= + - @` (or the cell starts with tab or a
    line end, which programs drop). Use it for text only: a number that we wrote ourselves stays a number.
    """
    line = one_line(text)
    return f"'{line}" if line[:1] in _STARTS_FORMULA and line else line


def file_stem(text: str, otherwise: str = "practice") -> str:
    """The text as the beginning of a file name that Windows, Linux and a share all accept; at most 60 characters."""
    name = unicodedata.normalize("NFC", one_line(text))
    name = " ".join(_NOT_IN_NAMES.sub(" ", name).split())[:LONGEST_NAME].strip(" .~$") or otherwise
    # Windows looks at what stands before the first dot: "NUL.dental outstanding.xlsx" would be the null device.
    first, dot, rest = name.partition(".")
    return f"{first}_{dot}{rest}" if _RESERVED.match(first.strip()) else name
