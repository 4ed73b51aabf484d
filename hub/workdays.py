"""The office calendar: weekly open days minus closures. Every wait in the catalogue is counted here.

`bd` is a working day of this office. Calendar-day thresholds that fall on a closed day roll forward;
hard legal deadlines roll back (reference outstanding-items, Conventions).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


class Workdays:
    """Working-day arithmetic for one practice. With no open day at all it is refused by the settings."""

    def __init__(self, open_days: Iterable[str] = WEEKDAYS[:5], closures: Iterable[date] = ()) -> None:
        self._open = frozenset(WEEKDAYS.index(day) for day in open_days)
        self._closed = frozenset(closures)
        if not self._open:
            raise ValueError("an office needs at least one open day a week")

    def is_open(self, day: date) -> bool:
        return day.weekday() in self._open and day not in self._closed

    def since(self, start: date, today: date) -> int:
        """Open days in (start, today]: 0 on the day itself, negative never."""
        if today <= start:
            return 0
        weeks, rest = divmod((today - start).days, 7)
        count = weeks * len(self._open)
        count += sum((start + _DAY * (weeks * 7 + n)).weekday() in self._open for n in range(1, rest + 1))
        return count - sum(start < day <= today and day.weekday() in self._open for day in self._closed)

    def left(self, today: date, due: date) -> int:
        """Open days from today to due; 0 when due or past due."""
        return self.since(today, due)

    def plus(self, start: date, days: int) -> date:
        """The date `days` open days after start; 0 rolls a closed day forward. Negative steps back."""
        day, step = start, _DAY if days >= 0 else -_DAY
        if days == 0:
            return self.roll_forward(day)
        for _ in range(abs(days)):
            day += step
            while not self.is_open(day):
                day += step
        return day

    def roll_forward(self, day: date) -> date:
        while not self.is_open(day):
            day += _DAY
        return day

    def roll_back(self, day: date) -> date:
        while not self.is_open(day):
            day -= _DAY
        return day
