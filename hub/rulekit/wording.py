"""Plain words for sentences: names, days, counts, procedures. Pure functions; no table of code descriptions is shipped,
so a procedure is named by the practice system's own words or, failing that, by its code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_NAMED_AT_MOST = 3
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Work:
    """One procedure as a sentence names it; `code` as the office writes it."""

    code: str | None
    description: str | None = None
    tooth: str | None = None


def short_name(first: str | None, last: str | None, key: str | None = None) -> str:
    """"M. Lopez": how the list names a patient; without a name "patient 1042", without anything "a patient"."""
    first, last = (first or "").strip(), (last or "").strip()
    if last:
        return f"{first[0].upper()}. {last}" if first else last
    return first or (f"patient {key}" if key else "a patient")


def full_name(first: str | None, last: str | None) -> str | None:
    """"Maria Lopez", None when nothing is known."""
    return " ".join(part.strip() for part in (first, last) if part and part.strip()) or None


def day_text(day: date, as_of: date) -> str:
    """"Feb 24"; with the year when it is not the year of `as_of`."""
    text = f"{_MONTHS[day.month - 1]} {day.day}"
    return text if day.year == as_of.year else f"{text}, {day.year}"


def on_day(day: date, as_of: date) -> str:
    """"today", "yesterday", "on Friday" within the last six days, else "on Feb 24"."""
    ago = (as_of - day).days
    if ago in (0, 1):
        return ("today", "yesterday")[ago]
    return f"on {_DAYS[day.weekday()]}" if 1 < ago < 7 else f"on {day_text(day, as_of)}"


def coming_day(day: date, as_of: date) -> str:
    """"today", "tomorrow", "Thursday" within the next six days, else "Feb 24"."""
    ahead = (day - as_of).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    return _DAYS[day.weekday()] if 1 < ahead < 7 else day_text(day, as_of)


def since_month(day: date, as_of: date) -> str:
    """"January", or "January 2025" when it is another year."""
    names = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    return names[day.month - 1] if day.year == as_of.year else f"{names[day.month - 1]} {day.year}"


def working_days(count: int) -> str:
    """"today", "1 working day ago", "3 working days ago"."""
    return "today" if count <= 0 else f"{count} working day{'s' if count != 1 else ''} ago"


def counted(count: int) -> str:
    """"three"; digits from ten."""
    return _COUNTS[count] if 0 <= count < len(_COUNTS) else str(count)


def ordinal(number: int) -> str:
    """"second"; "12th" from ten."""
    if 0 < number < len(_ORDINALS):
        return _ORDINALS[number]
    return f"{number}{'th' if number % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def joined(words: Sequence[str]) -> str:
    """"crown, build-up and filling"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def work_text(works: Iterable[Work]) -> str:
    """"crown and build-up on #30": grouped by tooth, equal names counted ("filling x3"), long lists cut."""
    per_tooth: dict[str, dict[str, int]] = {}
    for work in sorted(works, key=_order):
        names = per_tooth.setdefault((work.tooth or "").strip(), {})
        name = work_name(work)
        names[name] = names.get(name, 0) + 1
    # One kind of work on several teeth reads better than a list of teeth and names.
    if len(per_tooth) > 1 and len({tuple(names.items()) for names in per_tooth.values()}) == 1:
        return _same_on_teeth(per_tooth)
    phrases = [_on_tooth(tooth, names) for tooth, names in per_tooth.items()]
    if len(phrases) > _NAMED_AT_MOST:
        rest = len(phrases) - _NAMED_AT_MOST + 1
        phrases = [*phrases[: _NAMED_AT_MOST - 1], f"{rest} more"]
    return joined(phrases) if phrases else "treatment"


def work_name(work: Work) -> str:
    """The practice's own description, else the code, else "treatment"."""
    words = " ".join((work.description or "").split())
    if words:
        return words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1].rstrip() + "…"
    return work.code or "treatment"


def _order(work: Work) -> tuple[int, str, str, str]:
    """By tooth number (letters of primary teeth after them), then code."""
    tooth = (work.tooth or "").strip()
    return int(tooth) if tooth.isdecimal() else 99 if tooth else 0, tooth, work.code or "", work.description or ""


def _on_tooth(tooth: str, names: dict[str, int]) -> str:
    text = joined([name if count == 1 else f"{name} x{count}" for name, count in names.items()])
    return f"{text} on #{tooth}" if tooth else text


def _same_on_teeth(per_tooth: dict[str, dict[str, int]]) -> str:
    names = next(iter(per_tooth.values()))
    teeth = [f"#{tooth}" for tooth in per_tooth if tooth]
    if len(teeth) > _NAMED_AT_MOST + 1 or len(teeth) < len(per_tooth):
        return f"{joined([f'{name} x{count * len(per_tooth)}' for name, count in names.items()])}"
    return f"{_on_tooth('', names)} on {joined(teeth)}"
