"""How old something is in hours that count: a closed office makes nothing stale."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.workdays import Workdays

MAX_AGE_HOURS = 30  # a nightly export that is a quarter of a day late
CLOCKS_DIFFER = timedelta(days=1)  # more than a clock that is wrong by its zone or by summer time


def open_hours(start: datetime, end: datetime, workdays: Workdays, zone: str) -> float:
    """Hours between two aware moments, without closed days (local midnight to local midnight). Never below 0."""
    local = ZoneInfo(zone)
    seconds = (end - start).total_seconds()
    day, last = start.astimezone(local).date(), end.astimezone(local).date()
    while day <= last:
        if not workdays.is_open(day):
            opens = datetime.combine(day, time(), local).timestamp()
            closes = datetime.combine(day + timedelta(days=1), time(), local).timestamp()
            seconds -= max(0.0, min(end.timestamp(), closes) - max(start.timestamp(), opens))
        day += timedelta(days=1)
    return max(0.0, seconds / 3600)


def stream_problem(
    last_complete: datetime | None, problem: str | None, max_hours: int, now: datetime, workdays: Workdays, zone: str
) -> str:
    """Why a stream is not fresh at `now`, in words for a sentence; empty when it is."""
    if last_complete is None:
        return "has never been read completely" + (f" ({problem})" if problem else "")
    if problem:
        return f"the last pass was not complete ({problem})"
    if last_complete > now + CLOCKS_DIFFER:
        return f"says it is of {last_complete.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}, which is still to come: check the clocks"
    if open_hours(last_complete, now, workdays, zone) > max_hours:
        seen = last_complete.astimezone(ZoneInfo(zone))
        return f"last read {seen:%a %Y-%m-%d %H:%M}, older than {max_hours} hours"
    return ""
