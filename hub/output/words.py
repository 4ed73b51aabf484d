"""The words that every list uses for the same thing: due days, bands, lights, roles, trays, local moments. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.contract import ItemRow

BANDS = ("today", "this week", "when possible", "batch")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

ROLES = {
    "TC": "treatment coordinator",
    "PC": "patient coordinator",
    "IC": "insurance coordinator",
    "BL": "billing",
    "FD": "front desk",
    "OM": "office manager",
}
TRAYS = {
    "backlog": "old when first read; worked off in a batch",
    "in_person": "patients not to be called; speak to them at their next visit",
    "waiting": "asleep until the next step is due",
    "snoozed": "put off by a person until a date",
}
LIGHTS = {
    "green": "fresh",
    "amber": "too old or incomplete: what rests on it was neither opened nor closed",
    "red": "the last read failed",
    "paused": "paused",
    "unknown": "not read yet",
}


def band(row: ItemRow) -> str:
    """One of BANDS: as the engine says, else from the priority (80, 60 and 40 are the borders)."""
    said = row.band.replace("_", " ").replace("-", " ").strip().lower()
    if said in BANDS:
        return said
    return BANDS[sum(row.priority < border for border in (80, 60, 40))]


def sentence(row: ItemRow, today: date | None = None) -> str:
    """The item's sentence. Of an item that an old source froze it begins with the day it is of ("tomorrow 9:00" was said
    then): `as of Mar 10: …`, with the year when `today` is in another one."""
    if not row.is_stale:
        return row.sentence
    year = f", {row.as_of.year}" if today is not None and today.year != row.as_of.year else ""
    return f"as of {_MONTHS[row.as_of.month - 1]} {row.as_of.day}{year}: {row.sentence}"


def day(when: date, seen_from: date) -> str:
    """`Fri Nov 27`, with the year when it is another one."""
    text = f"{_DAYS[when.weekday()]} {_MONTHS[when.month - 1]} {when.day}"
    return text if when.year == seen_from.year else f"{text}, {when.year}"


def due(when: date | None, today: date) -> str:
    """`due yesterday`, `9 days late`, `due Friday`, `due Mon Dec 7`; empty without a due date."""
    if when is None:
        return ""
    left = (when - today).days
    near = {-1: "due yesterday", 0: "due today", 1: "due tomorrow"}
    if left in near:
        return near[left]
    if left < 0:
        return f"{-left} days late" if left >= -60 else f"late since {day(when, today)}"
    return f"due {_LONG_DAYS[when.weekday()]}" if left < 7 else f"due {day(when, today)}"


_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def long_day(when: date) -> str:
    """`Saturday, November 21, 2026` (English whatever the machine's language)."""
    return f"{_LONG_DAYS[when.weekday()]}, {_LONG_MONTHS[when.month - 1]} {when.day}, {when.year}"


_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def moment(at: datetime, zone: str) -> str:
    """`Sat Nov 21, 2026 6:30 AM CST`: a UTC moment as the practice's wall clock shows it, with the zone's label."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{_DAYS[local.weekday()]} {_MONTHS[local.month - 1]} {local.day}, {local.year} {_wall_clock(local)}"


def age(at: datetime | None, now: datetime, zone: str) -> str:
    """`today 6:12 AM CST`, `yesterday …`, `3 days ago`, `never`; counted in the practice's calendar days."""
    if at is None:
        return "never"
    local = at.astimezone(ZoneInfo(zone))
    days = (now.astimezone(ZoneInfo(zone)).date() - local.date()).days
    if days <= 0:
        return f"today {_wall_clock(local)}"
    return f"yesterday {_wall_clock(local)}" if days == 1 else f"{days} days ago"


def _wall_clock(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'} {local.tzname()}"


def role(code: str) -> str:
    """`insurance coordinator` for `IC`; a role of the office's own stays as it is."""
    return ROLES.get(code, code)


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 item`, `1,200 items`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
