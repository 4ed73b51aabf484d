"""Printed amounts to integer cents. Only the declared style is money; there is no float on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from hub.mapping.cells import Cells, Reader, null_words, unreadable
from hub.mapping.spec import MappingSpec, MoneyStyle

_MAX_DIGITS = 15


@dataclass(frozen=True)
class Style:
    """A money style ready for use. `markers` are signs that may stand at an amount and do not belong to it."""

    symbols: tuple[str, ...] = ("$",)
    thousands: str = ","
    decimal: str = "."
    negative: frozenset[str] = frozenset({"minus", "parens"})
    scale: str = "dollars"
    flip_sign: bool = False
    nulls: frozenset[str] = frozenset()
    markers: tuple[str, ...] = ()
    amount: re.Pattern[str] = field(init=False, repr=False)
    nothing: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", _amount_pattern(self))
        object.__setattr__(self, "nothing", _nothing_pattern(self))


def style_of(spec: MappingSpec, name: str) -> Style:
    """The [money] table of the mapping with what the column itself says laid over it."""
    base: MoneyStyle = spec.money
    column = spec.columns[name]

    def pick(key: str) -> object:
        own = getattr(column, key)
        return getattr(base, key) if own is None else own

    return Style(
        symbols=tuple(pick("symbols")),  # type: ignore[arg-type]
        thousands=str(pick("thousands")),
        decimal=str(pick("decimal")),
        negative=frozenset(pick("negative")),  # type: ignore[call-overload]
        scale=str(pick("scale")),
        flip_sign=bool(pick("flip_sign")),
        nulls=null_words(spec.text.nulls, base.nulls, column.nulls),
        markers=tuple(column.markers),
    )


class AmountCells(Cells):
    """Amounts already read. They hardly repeat in a large file, so a full table is kept as it is and the usual form is
    read at once."""

    __slots__ = ("grouped", "minus", "plain", "sign")

    def __init__(self, label: str, style: Style, extract: re.Pattern[str] | None = None) -> None:
        super().__init__(money_reader(label, style, extract))
        self.plain = _has_plain_form(style) and extract is None
        self.grouped = style.thousands == ","
        self.minus = "minus" in style.negative
        self.sign = -1 if style.flip_sign else 1

    def usual_column(self) -> re.Pattern[str] | None:
        """Matches cells, one a line, whose cents are what is left without comma and point; None where that never holds."""
        if not self.plain or self.sign < 0:
            return None
        whole = rf"\d{{1,{_MAX_DIGITS}}}"
        if self.grouped:
            whole = rf"\d{{1,3}}(?:,\d{{3}}){{1,{_MAX_DIGITS // 3 - 1}}}|{whole}"
        cell = rf"{'-?' if self.minus else ''}(?:{whole})\.\d\d"
        return re.compile(rf"{cell}(?:\n{cell})*", re.ASCII)

    def __missing__(self, text: str | None) -> object:
        if self.plain and text and text[-3:-2] == ".":  # "1234.56" and "1,234.56", by far the most common
            whole = text[:-3]
            if self.grouped and whole[-4:-3] == "," and 4 < len(whole) < 8:
                whole = whole[:-4] + whole[-3:]
            digits = whole + text[-2:]
            if digits.isdigit() and digits.isascii() and 2 < len(digits) <= _MAX_DIGITS:
                cents = self.sign * int(digits)
                if len(self) < self.limit:
                    self[text] = cents
                return cents
        return super().__missing__(text)


def money_reader(label: str, style: Style, extract: re.Pattern[str] | None = None) -> Reader:
    """Cents of a cell; None for blank. Raises CellError when the text is not money in this style."""
    parse = amount_parser(style)

    def read(text: str | None) -> object:
        if not text:
            return None
        trimmed = text.strip()
        if not trimmed or trimmed.casefold() in style.nulls:
            return None
        if extract is not None:
            found = extract.search(trimmed[:1000])
            trimmed = (found[1] or "").strip() if found else ""
            if not trimmed:
                return None
        cents = parse(trimmed)
        if cents is None:
            raise unreadable(label, "amount", text, "is not money")
        return cents

    return read


def amount_parser(style: Style) -> Callable[[str], int | None]:
    """Cents of a trimmed text, or None when it is not an amount in this style."""

    def parse(text: str) -> int | None:
        for marker in style.markers:
            text = text.replace(marker, "").strip()
        if text.endswith("-") and style.nothing.fullmatch(text):
            return 0
        found = style.amount.fullmatch(text) if len(text) <= 40 else None
        if found is None or bool(found["open"]) != bool(found["close"]):
            return None
        marks = [mark for mark in (found["open"], found["minus"], found["inner"], found["tail"]) if mark]
        whole = (found["whole"] or "").replace(style.thousands or "\0", "")
        part = found["part"] or ""
        if len(marks) > 1 or len(whole) > _MAX_DIGITS or not (whole or part):
            return None
        if style.scale == "cents":
            if part.strip("0"):
                return None
            cents = int(whole or "0")
        else:
            cents = int(whole or "0") * 100 + int(part.ljust(2, "0"))
        return cents if bool(marks) == style.flip_sign else -cents

    return parse


def _has_plain_form(style: Style) -> bool:
    """True when digits, a point and two digits are always that amount."""
    number_is_null = any(mark.isdigit() for word in style.nulls for mark in word)
    return style.decimal == "." and style.scale == "dollars" and not number_is_null


def _amount_pattern(style: Style) -> re.Pattern[str]:
    sign = _sign(style)
    symbol = f"(?:{sign})?" if sign else ""
    whole = r"\d{1,18}"
    if style.thousands:
        whole = rf"\d{{1,3}}(?:{re.escape(style.thousands)}\d{{3}})+|{whole}"
    minus = "-" if "minus" in style.negative else r"(?!)"
    tails = ["-"] if "trailing_minus" in style.negative else []
    tails += [r"\s?(?:CR|cr|Cr)"] if "cr" in style.negative else []
    opened, closed = (r"\(\s?", r"\s?\)") if "parens" in style.negative else (r"(?!)", r"(?!)")
    before = rf"(?:{sign}(?=\())?" if sign else ""  # Excel's accounting format: $ (12.00)
    return re.compile(
        rf"{before}(?P<open>{opened})?(?P<minus>{minus})?\s?{symbol}(?P<inner>{minus})?"
        rf"(?P<whole>{whole})?(?:{re.escape(style.decimal)}(?P<part>\d{{1,2}}))?"
        rf"\s?{symbol}(?P<tail>{'|'.join(tails) or '(?!)'})?(?P<close>{closed})?",
        re.ASCII,
    )


def _nothing_pattern(style: Style) -> re.Pattern[str]:
    """`$ -` is how Excel's accounting format prints zero."""
    return re.compile(rf"{_sign(style)}-" if _sign(style) else r"(?!)")


def _sign(style: Style) -> str:
    symbols = "|".join(re.escape(symbol) for symbol in style.symbols if symbol)
    return rf"(?:{symbols})\s?" if symbols else ""
