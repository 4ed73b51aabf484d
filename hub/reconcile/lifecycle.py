"""The life cycle of an item, pure: what is stored meets what a rule found today, and out comes at most one change.

OPEN -> IN_PROGRESS -> (SNOOZED <->) -> RESOLVED by rule on fresh facts, or DISMISSED by a person, or EXPIRED. People's
columns (`assigned_to`, `note`, `snoozed_until`, `dismissed_*`) are read here and never written. The fingerprint is
`state|cents`: of the newest finding while an item is open, of the moment it was put to sleep while it is snoozed.
`resolved_at` of a DISMISSED item is the moment since which its condition is gone: a dismissal is about one occurrence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from hub.clock import local_date
from hub.ids import short_id
from hub.workdays import Workdays

ItemValues = Mapping[str, Any]
Action = Literal["OPENED", "REOPENED", "WOKEN", "UPDATED", "RESOLVED", "EXPIRED"]
LIVE = ("OPEN", "IN_PROGRESS", "SNOOZED")
SHUT = ("RESOLVED", "EXPIRED")
REOPEN_DAYS = 60
WAKE_VALUE_SHARE = 4  # a quarter of the value, 25 %
WAKE_WORKDAYS = 5
# Rewritten each day without being news: the score moves with the calendar, the wording with the facts.
_NEWS = ("value_cents",)


@dataclass(frozen=True, slots=True)
class Today:
    """The day a reconcile speaks of; `now` is the aware UTC moment that events carry."""

    as_of: date
    now: datetime
    workdays: Workdays
    zone: str


@dataclass(frozen=True, slots=True)
class Change:
    """One row to write. `columns` are the values to store; without `was` the row is new; without `action` no news."""

    columns: dict[str, Any]
    was: ItemValues | None = None
    action: Action | None = None
    reason: str | None = None

    @property
    def row(self) -> dict[str, Any]:
        """The whole row after the change."""
        return {**(self.was or {}), **self.columns}


def meet(was: ItemValues | None, want: ItemValues, today: Today) -> Change | None:
    """The condition holds today. `was` is the newest occurrence of its key, `want` the columns a rule decides."""
    if was is None:
        return _opened(want, 1, today)
    if was["status"] in SHUT:
        return _returned(was, want, today)
    if was["status"] == "DISMISSED":
        return _put_away(was, want, today)
    if was["status"] == "SNOOZED":
        return _slept(was, want, today)
    return _refreshed(was, want, today)


def miss(was: ItemValues, over: bool, today: Today) -> Change | None:
    """The condition no longer holds, on fresh facts. `over`: it perished with its event (`hub.reconcile.perishable`)."""
    if was["status"] == "DISMISSED" and was["resolved_at"] is None:
        return Change({"resolved_at": today.now}, was)
    if was["status"] not in LIVE:
        return None
    status: Action = "EXPIRED" if over else "RESOLVED"
    reason = "its day has passed" if over else f"no longer so on fresh facts: {was['clears_when']}"
    columns = {
        "status": status, "resolved_at": today.now, "changed_at": today.now, "reason": reason, "is_stale": False,
        "as_of": today.as_of,
    }  # fmt: skip
    return Change(columns, was, status, reason)


def freeze(was: ItemValues) -> Change | None:
    """The facts are old: the item stays as it is and says so."""
    if was["status"] not in LIVE or was["is_stale"]:
        return None
    return Change({"is_stale": True}, was)


def fingerprint(state: str, value_cents: int) -> str:
    """What must change before a dismissed item may come back. A state may end in ` @` and the name of its occurrence."""
    return f"{state}|{value_cents}"


def same_fingerprint(old: str, new: str) -> bool:
    """Equal state, and a value within a quarter of the old one either way. Raises ValueError on a foreign form."""
    old_state, _, old_value = old.rpartition("|")
    new_state, _, new_value = new.rpartition("|")
    return _same_state(old_state, new_state) and not _value_moved(int(old_value), int(new_value))


def _same_state(old: str, new: str) -> bool:
    """A stored state that names no occurrence (`pms`) is of any (`pms @2026-01-09`): it was stored before states did."""
    return old in (new, new.partition(" @")[0])


def _value_moved(old: int, new: int) -> bool:
    return abs(new - old) * WAKE_VALUE_SHARE >= abs(old) and new != old


def _opened(want: ItemValues, occurrence: int, today: Today) -> Change:
    own = {
        "id": short_id(want["practice_id"], want["dedupe_key"], str(occurrence)), "occurrence": occurrence,
        "status": "OPEN", "opened_at": today.now, "changed_at": today.now, "seen_at": today.now,
        "resolved_at": None, "reason": None, "assigned_to": None, "note": None, "snoozed_until": None,
        "dismissed_reason": None, "dismissed_fingerprint": None,
    }  # fmt: skip
    return Change({**want, **own}, None, "OPENED")


def _returned(was: ItemValues, want: ItemValues, today: Today) -> Change:
    if _gone_for_long(was["resolved_at"] or was["changed_at"], today):
        return _opened(want, was["occurrence"] + 1, today)
    return _reopened(was, want, f"back within {REOPEN_DAYS} days", today)


def _put_away(was: ItemValues, want: ItemValues, today: Today) -> Change | None:
    """A dismissed item whose condition holds: shut while it is the same one, which it no longer is after a long absence."""
    if was["resolved_at"] is not None and _gone_for_long(was["resolved_at"], today):
        return _opened(want, was["occurrence"] + 1, today)
    if not same_fingerprint(was["dismissed_fingerprint"] or was["fingerprint"], want["fingerprint"]):
        return _reopened(was, want, "state or value changed since it was dismissed", today)
    # Where its facts lie now: by that the next run knows which finding it meets.
    now = {"resolved_at": None, "location_id": want["location_id"], "evidence": want["evidence"]}
    return Change(now, was) if any(was[name] != value for name, value in now.items()) else None


def _gone_for_long(since: datetime, today: Today) -> bool:
    return (today.as_of - local_date(since, today.zone)).days > REOPEN_DAYS


def _reopened(was: ItemValues, want: ItemValues, reason: str, today: Today) -> Change:
    own = {"status": "OPEN", "resolved_at": None, "reason": None, "changed_at": today.now, "seen_at": today.now}
    return Change({**want, **own}, was, "REOPENED", reason)


def _slept(was: ItemValues, want: ItemValues, today: Today) -> Change | None:
    """A snoozed item: woken by its date, its value, its deadline or its state; else kept up to date in its sleep."""
    reason = _wakes(was, want, today)
    if reason:
        own = {"status": "OPEN", "changed_at": today.now, "seen_at": today.now}
        return Change({**want, **own}, was, "WOKEN", reason)
    asleep = {name: value for name, value in want.items() if name != "fingerprint"}
    return _difference(was, asleep, None, today)


def _wakes(was: ItemValues, want: ItemValues, today: Today) -> str:
    if was["snoozed_until"] is None or was["snoozed_until"] <= today.as_of:
        return "its date has come"
    if not same_fingerprint(was["fingerprint"], want["fingerprint"]):
        return "state or value changed"
    due, left = want["due"], today.workdays.left
    # Only crossing into the last days wakes: who snoozed an item that was already due knew it.
    near = due is not None and left(today.as_of, due) <= WAKE_WORKDAYS
    was_near = was["due"] is not None and left(was["as_of"], was["due"]) <= WAKE_WORKDAYS
    return "its deadline is near" if near and not was_near else ""


def _refreshed(was: ItemValues, want: ItemValues, today: Today) -> Change | None:
    kept = {**want, "tray": "backlog"} if was["tray"] == "backlog" and want["tray"] != "in_person" else dict(want)
    news = [name for name in _NEWS if was[name] != want[name]]
    state_changed = not _same_state(was["fingerprint"].rpartition("|")[0], want["fingerprint"].rpartition("|")[0])
    return _difference(was, kept, "UPDATED" if news or state_changed else None, today)


def _difference(was: ItemValues, want: ItemValues, action: Action | None, today: Today) -> Change | None:
    if all(was[name] == value for name, value in want.items()):
        return None
    columns = {**want, "seen_at": today.now, **({"changed_at": today.now} if action else {})}
    return Change(columns, was, action)
