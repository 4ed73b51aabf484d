"""Procedure codes as offices write them, and lists of them as tokens. Shapes only: no code list is needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_CODE = re.compile(r"(D?)(\d{3,5})(?:\.(\d{1,2}))?([A-Z]?)", re.ASCII)


def clean_cdt(text: str, any_fraction: bool = False) -> str | None:
    """`D2740` from 2740, d2740, 2740.00, 02740 or D2740A; None when it is no CDT code.

    A fraction other than zero is an office's own sub-code: dropped only with `any_fraction`. Numbers below 100 are
    payment and adjustment codes in systems that keep both in one column, never procedures.
    """
    found = _CODE.fullmatch(text.strip().upper())
    if found is None:
        return None
    number, fraction = found[2], found[3] or ""
    if fraction.strip("0") and not any_fraction:
        return None
    if len(number) == 5:
        if found[1] or not number.startswith("0"):
            return None
        number = number[1:]
    return f"D{int(number):04d}" if int(number) >= 100 else None


def cdt_reader(any_fraction: bool) -> Callable[[str], object]:
    return lambda text: clean_cdt(text, any_fraction)


def token(code: str, tooth: str, clean: str) -> str:
    """`D2740#30`, or `D2740` without a tooth. A code that is no CDT code stays as the office writes it, in capitals."""
    code = code.strip()
    if clean == "cdt":
        code = clean_cdt(code) or code.upper()
    elif clean == "upper":
        code = code.upper()
    tooth = tooth.strip().upper().removeprefix("#")
    return f"{_safe(code)}#{_safe(tooth)}" if tooth else _safe(code)


def token_list(tokens: Iterable[str]) -> str | None:
    """`|D2740#30|D2950|` with bars at both ends; None when there is none."""
    filled = [entry for entry in tokens if entry]
    return "|" + "|".join(filled) + "|" if filled else None


def tokens_reader(separators: str, item: re.Pattern[str], clean: str) -> Callable[[str], object]:
    """A cell like `D2740 #30; D2950 #30` as tokens. What does not look like `item` is kept whole, as a code."""
    split = re.compile("[" + re.escape(separators) + "]") if separators else None

    def read(text: str) -> object:
        pieces = split.split(text) if split else [text]
        return token_list(_item(piece.strip(), item, clean) for piece in pieces if piece.strip())

    return read


def _item(piece: str, item: re.Pattern[str], clean: str) -> str:
    found = item.search(piece[:200])
    if found is None:
        return token(piece, "", clean)
    parts = found.groupdict()
    return token(parts.get("code") or piece, parts.get("tooth") or "", clean)


def _safe(text: str) -> str:
    return text.replace("|", "/")
