"""A schedule as written in hub.toml, and when it is due. Pure; every moment in and out is aware UTC.

Wall-clock schedules fire exactly once per local calendar day: in the hour that the spring change skips at the first
moment that exists, in the hour that the autumn change repeats the first time only. Intervals are counted from a fixed
origin, so neither a restart nor a long job moves them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.errors import SettingsError
from hub.workdays import WEEKDAYS

_EVERY = re.compile(r"every (?:(\d{1,4}) )?(minutes?|hours?)\Z")
_AT = re.compile(r"([a-z]+(?: ?, ?[a-z]+)*) (\d{2}):(\d{2})\Z")
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_EXAMPLES = '"every 15 minutes", "every 2 hours", "daily 06:00", "weekdays 06:30", "mon,wed 07:15"'


@dataclass(frozen=True, slots=True)
class Schedule:
    """Either `every` (an interval) or `days` (0 Monday .. 6 Sunday) with `at` (practice-local wall clock)."""

    text: str
    every: timedelta | None = None
    days: frozenset[int] = frozenset()
    at: time = time(0)

    def next_after(self, moment: datetime, zone: str) -> datetime:
        """The first due moment strictly after `moment`."""
        if self.every is not None:
            return _ORIGIN + ((moment - _ORIGIN) // self.every + 1) * self.every
        place = ZoneInfo(zone)
        day = moment.astimezone(place).date()
        while True:
            due = self._due_on(day, place)
            if due is not None and due > moment:
                return due
            day += _DAY

    def last_due(self, moment: datetime, zone: str) -> datetime:
        """The newest due moment at or before `moment`."""
        if self.every is not None:
            return _ORIGIN + ((moment - _ORIGIN) // self.every) * self.every
        place = ZoneInfo(zone)
        day = moment.astimezone(place).date()
        while True:
            due = self._due_on(day, place)
            if due is not None and due <= moment:
                return due
            day -= _DAY

    def missed(self, last_started: datetime | None, now: datetime, zone: str) -> bool:
        """Was a due moment passed without a start? One catch-up then, however many were passed.

        Never started: an interval is due at once, a wall-clock schedule waits for its time (a list that was set up at
        noon must not go out as if it were the morning's).
        """
        if last_started is None:
            return self.every is not None
        return last_started < self.last_due(now, zone)

    def warnings(self) -> tuple[str, ...]:
        """What an IT person should know about this choice, for `hub check` and `hub doctor`."""
        if self.every is None and time(1) <= self.at < time(3):
            return (
                f'"{self.text}": the clock change moves times from 01:00 to 03:00 once a year; take 00:30 or 03:30',
            )
        return ()

    def _due_on(self, day: date, place: ZoneInfo) -> datetime | None:
        if day.weekday() not in self.days:
            return None
        return _first_instant(datetime.combine(day, self.at), place)


def parse_schedule(text: str, where: str = "schedule") -> Schedule:
    """The schedule that the text means. Raises SettingsError naming `where` and the accepted forms."""
    plain = " ".join(text.lower().split())
    if found := _EVERY.match(plain):
        return _interval(text, int(found[1] or "1"), found[2], where)
    if found := _AT.match(plain):
        days = _days(found[1], text, where)
        hour, minute = int(found[2]), int(found[3])
        if hour > 23 or minute > 59:
            raise _wrong(text, where, "the time goes from 00:00 to 23:59")
        return Schedule(plain, days=days, at=time(hour, minute))
    if re.search(r"\d ?[ap]\.?m\b", plain):
        raise _wrong(text, where, "write the time with 24 hours, 18:30 for 6:30 in the evening")
    if re.search(r"(?<!\d)\d:\d\d", plain):
        raise _wrong(text, where, "write the hour with two digits, 06:30")
    raise _wrong(text, where, f"use one of {_EXAMPLES}")


def _interval(text: str, number: int, unit: str, where: str) -> Schedule:
    every = timedelta(minutes=number) if unit.startswith("minute") else timedelta(hours=number)
    if not timedelta(minutes=1) <= every <= _DAY:
        raise _wrong(text, where, 'between every minute and every 24 hours; for more use "mon 06:00"')
    return Schedule(" ".join(text.lower().split()), every=every)


def _days(words: str, text: str, where: str) -> frozenset[int]:
    if words == "daily":
        return frozenset(range(7))
    if words == "weekdays":
        return frozenset(range(5))
    named = [word.strip() for word in words.split(",")]
    for word in named:
        if word not in WEEKDAYS:
            raise _wrong(text, where, f"days are daily, weekdays or {', '.join(WEEKDAYS)}")
    return frozenset(WEEKDAYS.index(word) for word in named)


def _wrong(text: str, where: str, remedy: str) -> SettingsError:
    return SettingsError("HUB-J01", f'{where}: "{text[:60]}" is not a schedule; {remedy}')


def _first_instant(wall: datetime, place: ZoneInfo) -> datetime | None:
    """The UTC moment at which the wall clock first shows `wall`, or first shows a later time if it is skipped.

    None when the whole day is skipped (a zone that moved over the date line).
    """
    early = wall.replace(tzinfo=place).astimezone(UTC)
    if early.astimezone(place).replace(tzinfo=None) == wall:
        return early  # fold 0: the first of two
    change = _change_between(wall.replace(tzinfo=place, fold=1).astimezone(UTC), early, place)
    last_shown = (change - timedelta(seconds=1)).astimezone(place).date()
    return change if last_shown >= wall.date() or change.astimezone(place).date() == wall.date() else None


def _change_between(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The moment, to the second, at which the zone's offset changes between two moments."""
    old, span = before.astimezone(place).utcoffset(), int((after - before).total_seconds())
    low, high = 0, span
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(place).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
