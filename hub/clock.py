"""Time is injected, never patched: everything that asks "now?" takes a Clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """`now()` is an aware UTC moment."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: tests, `--as-of`, and the demo."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


def local_date(moment: datetime, zone: str) -> date:
    """The practice's calendar date at that UTC moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def utc_text(moment: datetime) -> str:
    """How a UTC moment is stored by bulk writes; sorts as text. SQLAlchemy reads the same form back."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
