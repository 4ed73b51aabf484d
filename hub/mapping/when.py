"""Printed dates and times. Formats are read by our own small parser: the same on every machine, whatever its locale.

Understood: %m %d %Y %y %b %B %H %I %M %S %f %p %z and fixed text. Blanks in a format stand for any run of blanks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hub.clock import utc_text
from hub.mapping.cells import Reader, null_words, unreadable
from hub.mapping.spec import ColumnSpec, DateStyle, MappingSpec

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december")  # fmt: skip
_DIRECTIVES = {
    "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})", "Y": r"(?P<Y>\d{4})", "y": r"(?P<y>\d{2})",
    "b": r"(?P<b>[A-Za-z]{3})", "B": r"(?P<b>[A-Za-z]{3,9})", "H": r"(?P<H>\d{1,2})", "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})", "S": r"(?P<S>\d{2})", "f": r"(?P<f>\d{1,6})", "p": r"(?P<p>[AaPp])\.?(?:[Mm]\.?)?",
    "z": r"(?P<z>[+-]\d{2}:?\d{2}|Z)", "%": "%",
}  # fmt: skip
_MAY_BE_SHORT = "mdHI"
# Unambiguous, and what workbooks' own dates are handed over as: understood whatever the declared formats are.
_ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
_EXCEL_DAY_0 = date(1899, 12, 30)
_SERIAL = re.compile(r"(\d{1,5})(?:\.(\d{1,10}))?", re.ASCII)


@dataclass(frozen=True)
class DateRules:
    """[dates] with what one column says laid over it."""

    formats: tuple[str, ...]
    time_formats: tuple[str, ...]
    pivot_year: int | None
    years: tuple[int, int]
    excel_serial: bool
    nulls: frozenset[str]


def rules_of(spec: MappingSpec, column: ColumnSpec) -> DateRules:
    base: DateStyle = spec.dates
    years = column.years or base.years
    return DateRules(
        formats=tuple(column.formats or base.formats),
        time_formats=tuple(column.time_formats or base.time_formats),
        pivot_year=base.pivot_year if column.pivot_year is None else column.pivot_year,
        years=(years[0], years[1]),
        excel_serial=base.excel_serial if column.excel_serial is None else column.excel_serial,
        nulls=null_words(spec.text.nulls, base.nulls, column.nulls),
    )


def format_fault(text: str, pivot_year: int | None) -> str:
    """What is wrong with a format, in words; empty when it can be used."""
    known = [text[i + 1 : i + 2] for i, mark in enumerate(text) if mark == "%" and text[i - 1 : i] != "%"]
    for directive in known:
        if directive not in _DIRECTIVES:
            return f'format "{text}": %{directive} is not understood (known: {" ".join("%" + d for d in _DIRECTIVES)})'
    if len(known) != len(set(known)) or {"b", "B"} <= set(known) or {"y", "Y"} <= set(known):
        return f'format "{text}" says something twice'
    if "y" in known and pivot_year is None:
        return f'format "{text}" has a year of two digits: declare pivot_year (yy < pivot is 20yy)'
    return ""


def date_reader(label: str, rules: DateRules) -> Reader:
    """ISO text of a day; None for blank and null cells. Raises CellError."""
    parse = _moment_parser(label, rules, rules.formats)

    def read(text: str | None) -> object:
        found = parse(text)
        return None if found is None else found.date().isoformat()

    return read


def usual_days(rules: DateRules) -> dict[str, str]:
    """`02/27/` -> `-02-27` and `2026` -> `2026`: two look-ups make a day, by far the most common form needs no expression.

    Feb 29 goes the long way (leap years), and so does everything when the first format is another one.
    """
    if rules.formats[0] != "%m/%d/%Y":
        return {}
    start = date(2025, 1, 1)
    days = [start + timedelta(days=n) for n in range(365)]
    first, last = rules.years
    years = {f"{year:04d}": f"{year:04d}" for year in range(first, last + 1)}
    usual = years | {f"{day:%m/%d/}": f"{day:-%m-%d}" for day in days}
    for word in rules.nulls:  # a day that means nothing is looked at with care, in every year
        usual.pop(word[:6], None)
    return usual


class Days(dict[str, str | None]):
    """Days in the usual form that were read before; None: not in that form, ask the column's reader.

    Bounded, and then as it is: one practice's days, even birth dates, are fewer.
    """

    __slots__ = ("usual",)
    LIMIT = 40_000

    def __init__(self, usual: dict[str, str]) -> None:
        super().__init__({"": None})
        self.usual = usual

    def __missing__(self, text: str) -> str | None:
        tail, year = self.usual.get(text[:6]), self.usual.get(text[6:])
        day = year + tail if tail and year else None
        if len(self) < self.LIMIT:
            self[text] = day
        return day


def moment_reader(label: str, rules: DateRules, zone: str, formats: Sequence[str] = ()) -> Reader:
    """UTC text of a moment; a moment without zone is local to `zone`. Raises CellError."""
    parse = _moment_parser(label, rules, tuple(formats) or rules.formats)
    local = ZoneInfo(zone)

    def read(text: str | None) -> object:
        found = parse(text)
        if found is None:
            return None
        if found.tzinfo is not None:
            return utc_text(found)
        moment = found.replace(tzinfo=local)
        if moment.astimezone(UTC).astimezone(local).replace(tzinfo=None) != found:
            raise unreadable(label, "time", text or "", f"does not exist in {zone} (clocks were set forward)")
        return utc_text(moment)

    return read


def day_and_time_formats(rules: DateRules) -> tuple[str, ...]:
    """Formats for an ISO day followed by a time, as `moment_of` puts them together."""
    return tuple(f"%Y-%m-%d {text}" for text in (*rules.time_formats, "%H:%M:%S"))


def parse_moment(text: str, formats: Sequence[str], pivot_year: int | None = None) -> datetime | None:
    """The first format that fits; None when none does or the day does not exist. Naive unless the text has a zone."""
    for pattern in (format_pattern(entry) for entry in formats):
        found = pattern.fullmatch(text)
        if found is not None and (moment := _moment(found.groupdict(), pivot_year)) is not None:
            return moment
    return None


def format_pattern(text: str) -> re.Pattern[str]:
    parts, position = [], 0
    whole = _whole_numbers(text)
    while position < len(text):
        mark = text[position]
        if mark == "%":
            position += 1
            pattern = _DIRECTIVES[text[position]]
            parts.append(pattern.replace(r"\d{1,2}", r"\d{2}") if position in whole else pattern)
        else:
            parts.append(r"\s+" if mark == " " else re.escape(mark))
        position += 1
    return re.compile("".join(parts).replace(r"\s+\s+", r"\s+"), re.ASCII)


def _whole_numbers(text: str) -> set[int]:
    """Where the letters of directives stand that must have all their digits.

    Of numbers without anything between only one may lack its zero: 1112026 as %m%d%Y is Jan 11 or Nov 1.
    """
    whole: set[int] = set()
    for run in re.finditer(r"(?:%[mdYyHIMSf])+", text.replace("%%", "--")):
        places = [run.start() + at for at in range(1, len(run[0]), 2)]
        if sum(text[place] in _MAY_BE_SHORT for place in places) > 1:
            whole.update(places)
    return whole


def _moment_parser(label: str, rules: DateRules, formats: Sequence[str]) -> Callable[[str | None], datetime | None]:
    patterns = [format_pattern(entry) for entry in (*formats, *_ISO)]
    first, last = rules.years

    def parse(text: str | None) -> datetime | None:
        trimmed = text.strip() if text else ""
        if not trimmed or trimmed.casefold() in rules.nulls:
            return None
        moment, looks = _first_fit(trimmed, patterns, rules.pivot_year)
        if moment is None and rules.excel_serial:
            moment = _from_serial(trimmed)
        if moment is None:
            what = "is not a day of the calendar" if looks else f"is not in the form {' or '.join(formats)}"
            raise unreadable(label, "date", trimmed, what)
        if not first <= moment.year <= last:
            raise unreadable(label, "date", trimmed, f"is not between {first} and {last}")
        return moment

    return parse


def _first_fit(text: str, patterns: list[re.Pattern[str]], pivot: int | None) -> tuple[datetime | None, bool]:
    looks = False
    for pattern in patterns:
        found = pattern.fullmatch(text)
        if found is not None:
            looks = True
            moment = _moment(found.groupdict(), pivot)
            if moment is not None:
                return moment, True
    return None, looks


def _moment(part: dict[str, str | None], pivot: int | None) -> datetime | None:
    try:
        return datetime(
            _year(part, pivot), _month(part), int(part.get("d") or 1), _hour(part), int(part.get("M") or 0),
            int(part.get("S") or 0), int((part.get("f") or "0").ljust(6, "0")), tzinfo=_zone(part.get("z")),
        )  # fmt: skip
    except ValueError:
        return None


def _year(part: dict[str, str | None], pivot: int | None) -> int:
    if part.get("Y"):
        return int(part["Y"] or 0)
    short = int(part.get("y") or 0)
    return 2000 + short if pivot is not None and short < pivot else 1900 + short


def _month(part: dict[str, str | None]) -> int:
    word = (part.get("b") or "").casefold()
    if not word:
        return int(part.get("m") or 1)
    return (_MONTHS.index(word) if word in _MONTHS else _FULL.index(word)) + 1


def _hour(part: dict[str, str | None]) -> int:
    if part.get("H"):
        return int(part["H"] or 0)
    hour = int(part.get("I") or 12 * ("p" in part))
    if part.get("p") is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + 12 * ((part["p"] or "").casefold() == "p")


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _from_serial(text: str) -> datetime | None:
    """Excel's count of days; below 61 its calendar has a day that never was."""
    found = _SERIAL.fullmatch(text)
    if found is None or int(found[1]) < 61:
        return None
    day = _EXCEL_DAY_0 + timedelta(days=int(found[1]))
    seconds = round(int((found[2] or "0").ljust(10, "0")) * 86400 / 10**10)
    return datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - local until a zone is put on
