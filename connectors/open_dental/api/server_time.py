"""The office server's own time: zone-less text, as its stamps are (reference 2.6, 3, 12.7).

A watermark is the server's time when a listing began. Reading starts again a little before it, because stamps have whole
seconds and rows appear late; more than an hour before it where clocks change, because an hour comes twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

FORMAT = "%Y-%m-%d %H:%M:%S"
# Requests take time; the server may have read its clock that much before our measurement arrived.
CAUTION = timedelta(seconds=5)
# Two measurements of one clock differ by so much without anything having happened to it.
UNSURE = timedelta(seconds=60)
AROUND_CLOCK_CHANGE = timedelta(minutes=65)
EARLIEST = datetime.fromisoformat("1880-01-01")  # without a zone, as all of the server's moments


@dataclass(frozen=True, slots=True)
class Watermark:
    """`at`: server-local moment; `ahead`: seconds that the server's clock was then ahead of UTC, to notice a change."""

    at: datetime
    ahead: int

    def told(self) -> dict[str, object]:
        """As it stands in a cursor."""
        return {"at": self.at.strftime(FORMAT), "ahead": self.ahead}


def watermark_of(told: object) -> Watermark | None:
    """Read one back from a cursor; None when there is none that can be read (then everything is read again)."""
    if not isinstance(told, Mapping):
        return None
    at, ahead = moment_of(str(told.get("at", ""))), told.get("ahead")
    return Watermark(at, ahead) if at is not None and isinstance(ahead, int) else None


def moment_of(text: str) -> datetime | None:
    """A server-local moment, without zone; None for "no date" in any of its spellings."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=None) if moment.year >= EARLIEST.year else None


def ahead_of_utc(server: datetime, now: datetime) -> int:
    """Seconds between the server's wall clock and UTC."""
    return round((server - now.astimezone(UTC).replace(tzinfo=None)).total_seconds())


def read_from(mark: Watermark, ahead_now: int, overlap: timedelta, zone: str) -> str:
    """From which server-local moment on to ask: the watermark less the overlap, less what the clock was set back."""
    if _clocks_change_near(mark.at, zone):
        overlap = max(overlap, AROUND_CLOCK_CHANGE)
    set_back = timedelta(seconds=mark.ahead - ahead_now)
    if set_back < UNSURE:
        set_back = timedelta(0)
    return max(EARLIEST, mark.at - overlap - set_back).strftime(FORMAT)


def _clocks_change_near(at: datetime, zone: str) -> bool:
    """Is a change of the clocks within three hours? The server's zone is taken to be the practice's."""
    known = ZoneInfo(zone)
    offsets = {(at + timedelta(hours=hours)).replace(tzinfo=known).utcoffset() for hours in (-3, 0, 3)}
    return len(offsets) > 1
