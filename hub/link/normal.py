"""Derived forms that are compared; what a source wrote stays as it is.

Change a form here only together with the tests in tests/link: every link depends on them.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NO_NAME = frozenset({"", "unknown", "none", "test", "baby boy", "baby girl", "na", "n a", "patient"})
_NO_BIRTH = frozenset({date(1, 1, 1), date(1900, 1, 1)})


@lru_cache(maxsize=100_000)
def name_form(name: str | None) -> str:
    """Lower case, no accents, punctuation, title or suffix; placeholders become empty. `O'Néill Jr.` -> `oneill`."""
    if not name:
        return ""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c if c.isalnum() else "" if c in "'’`." or unicodedata.combining(c) else " " for c in plain)
    words = [word for word in letters.split() if word not in _TITLES and word not in _SUFFIXES]
    form = " ".join(words)
    return "" if form in _NO_NAME else form


def birth_form(day: date | None) -> date | None:
    """The birth date, None when it is a placeholder such as 1900-01-01."""
    return None if day in _NO_BIRTH else day


def first_names_close(one: str, other: str) -> bool:
    """One is the beginning of the other (`rob` / `robert`, `mary` / `mary ann`): worth proposing, never proof."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= 3 and longer.startswith(shorter)


def last_names_agree(one: str, other: str) -> bool:
    """Equal, or one begins or ends with the other as whole words: `smith jones` / `smith`, and `ann ridgeway` / `ridgeway`,
    as a full name in one column may be split ("Mary Ann Ridgeway"). A guard of an echoed number, never proof by itself."""
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and (shorter == longer or longer.startswith(f"{shorter} ") or longer.endswith(f" {shorter}"))


def number_form(number: str | None) -> str:
    """A claim number without blanks at its ends; `0`, `000` and blank mean that none was given."""
    form = (number or "").strip()
    return "" if not form.strip("0") else form


def loose_number(number: str | None) -> str:
    """Upper case letters and digits only, no leading zeros: `00-ab 17` -> `AB17`."""
    return "".join(c for c in (number or "").upper() if c.isalnum()).lstrip("0")


def member_ids_agree(one: str | None, other: str | None) -> bool:
    """Equal without leading zeros, or one is the other plus one or two characters (payers add a dependent number)."""
    shorter, longer = sorted((loose_number(one), loose_number(other)), key=len)
    return len(shorter) >= 4 and longer.startswith(shorter) and len(longer) - len(shorter) <= 2
