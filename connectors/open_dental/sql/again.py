"""When a stream is read whole once more, though its stamps tell what changed.

Some edits move no stamp that is looked at: a deleted claim line, a renamed chair, a child moved to another family. They are
found once in a while; at once where one value of the office says that all rows changed (`Query.anew`: the aging run).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.open_dental.sql.cursor import Place


def is_time(place: Place, now: datetime, zone: str, days: int, night: tuple[time, time]) -> bool:
    """After so many days in the first night, after twice as many (or when nobody knows) at any hour.

    `now` is UTC, `night` practice-local.
    """
    if not place.whole_at:
        return True
    passed, every = now - datetime.fromisoformat(place.whole_at), timedelta(days=days)
    return passed >= 2 * every or (passed >= every and _is_night(now.astimezone(ZoneInfo(zone)).time(), night))


def _is_night(now: time, night: tuple[time, time]) -> bool:
    start, end = night
    return start <= now < end if start < end else now >= start or now < end
