"""A printed name split into its parts. Splitting only: who is who is decided by links, never by a name alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_NICKNAME = re.compile(r"""\(([^()]{1,60})\)|"([^"]{1,60})"|“([^”]{1,60})”""")
_BLANKS = re.compile(r"\s+")


class PersonName(NamedTuple):
    """The parts of a name; a part that is not printed is None."""

    last: str | None = None
    first: str | None = None
    middle: str | None = None
    suffix: str | None = None
    preferred: str | None = None


def split_name(text: str | None, order: str, suffixes: Sequence[str]) -> PersonName:
    """`O'Neil Jr, Pat M (Patty)` or `Pat M O'Neil Jr`, by `order`. One word alone is a last name."""
    nickname = _NICKNAME.search(text) if text else None
    preferred = next((part.strip() for part in nickname.groups() if part), None) if nickname else None
    plain = _BLANKS.sub(" ", _NICKNAME.sub(" ", text or "")).strip(" ,")
    known = {suffix.casefold().rstrip("."): suffix for suffix in suffixes}
    if "," in plain:
        last, _, rest = plain.partition(",")
        return _with_comma(last.strip(), rest.strip(), preferred, known, order)
    return _without_comma(plain, preferred, known, order)


def name_reader(order: str, suffixes: Sequence[str]) -> Callable[[str | None], PersonName]:
    known = {suffix.casefold() for suffix in suffixes}

    def read(text: str | None) -> PersonName:
        if order == "last_first" and text:
            last, comma, first = text.partition(", ")  # "Lopez, Ana", the usual form, needs no expression
            if comma and last.isalpha() and first.isalpha() and first.casefold() not in known:
                return PersonName(last, first)
        return split_name(text, order, suffixes)

    return read


def _with_comma(last: str, rest: str, preferred: str | None, known: dict[str, str], order: str) -> PersonName:
    rest_word = rest.casefold().rstrip(".")
    if order == "first_last" and rest_word in known:  # "Pat O'Neil, Jr"
        return _without_comma(f"{last} {rest}", preferred, known, order)
    if "," in rest:  # "O'Neil, Jr, Pat" or "O'Neil, Pat, Jr"
        before, _, after = rest.partition(",")
        if before.strip().casefold().rstrip(".") in known:
            last, rest = f"{last} {before.strip()}", after.strip()
        else:
            rest = f"{before.strip()} {after.strip()}"
    last, suffix = _take_suffix(last, known)
    rest, late = _take_suffix(rest, known)
    first, middle = _first_and_middle(rest)
    return PersonName(last or None, first, middle, suffix or late, preferred)


def _without_comma(plain: str, preferred: str | None, known: dict[str, str], order: str) -> PersonName:
    plain, suffix = _take_suffix(plain, known)
    words = plain.split(" ") if plain else []
    if len(words) < 2 or order == "last_first":
        return PersonName(plain or None, None, None, suffix, preferred)
    if len(words) == 2:
        return PersonName(words[1], words[0], None, suffix, preferred)
    if len(words[1].rstrip(".")) == 1:  # an initial is a middle name; anything longer may belong to the last name
        return PersonName(" ".join(words[2:]), words[0], words[1].rstrip("."), suffix, preferred)
    return PersonName(" ".join(words[1:]), words[0], None, suffix, preferred)


def _take_suffix(text: str, known: dict[str, str]) -> tuple[str, str | None]:
    head, _, tail = text.rpartition(" ")
    suffix = known.get(tail.casefold().rstrip(".")) if head else None
    return (head.strip(), suffix) if suffix else (text, None)


def _first_and_middle(text: str) -> tuple[str | None, str | None]:
    """`Ana M` is Ana, M; `María José` stays whole: only an initial at the end is a middle name."""
    head, _, tail = text.rpartition(" ")
    initial = tail.rstrip(".")
    if head and len(initial) == 1:
        return head.strip(), initial
    return text or None, None
