"""What people do to items: assign, snooze, dismiss, reopen. Pure decisions first, then one transaction that writes them.

Rules own every other column; a run never writes these (`hub.reconcile.lifecycle`). Each act is an event with who, when, why.
outstanding-items §3: the longest snooze is 30 days, 90 on the patient's own wish, 180 for planned healing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hub.errors import SettingsError
from hub.model import TABLES
from hub.reconcile.lifecycle import LIVE

ITEM, EVENT = TABLES["work_item"], TABLES["item_event"]
LONGEST_SNOOZE = {"": 30, "PATIENT_WISH": 90, "HEALING": 180}
DISMISS_REASONS = (
    "NOT_REAL", "PATIENT_DECLINED", "DUPLICATE", "TOO_SMALL", "WRITTEN_OFF", "MOVED_AWAY", "HANDLED_ELSEWHERE",
    "DO_NOT_CONTACT", "OTHER",
)  # fmt: skip
ASLEEP_OR_SHUT = ("SNOOZED", "DISMISSED")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person did: the columns to store and the event's words. `from_statuses`: where it makes sense."""

    action: str
    columns: Mapping[str, object]
    reason: str | None
    from_statuses: tuple[str, ...]


def assigned(to: str) -> Act:
    """Give it to somebody; an empty name gives it back to everybody of its role."""
    name = to.strip() or None
    return Act("ASSIGNED", {"assigned_to": name}, f"to {name}" if name else "back to its role", LIVE)


def snoozed(until: date, today: date, because: str = "", note: str | None = None) -> Act:
    """Put it to sleep until a day of the practice's calendar. Raises SettingsError HUB-S17 for a day past or too far."""
    longest = today + timedelta(days=LONGEST_SNOOZE[because])
    if not today < until <= longest:
        raise SettingsError(
            "HUB-S17", f"an item can sleep from tomorrow until {longest} ({(longest - today).days} days), not until {until}; "
            "longer only on the patient's wish (90 days) or for planned healing (180 days): --because"
        )  # fmt: skip
    why = ", ".join(part for part in (because.lower().replace("_", " "), note or "") if part)
    columns = {"status": "SNOOZED", "snoozed_until": until, **({"note": note} if note else {})}
    return Act("SNOOZED", columns, f"until {until}" + (f": {why}" if why else ""), LIVE)


def dismissed(reason: str, note: str | None = None) -> Act:
    """Shut it, until its state or value changes or it comes back after more than 60 days. Raises SettingsError HUB-S17 for OTHER without a word why."""
    if reason == "OTHER" and not note:
        raise SettingsError("HUB-S17", "the reason OTHER needs a word why; add --note")
    columns = {"status": "DISMISSED", "dismissed_reason": reason, "snoozed_until": None, **({"note": note} if note else {})}
    return Act("DISMISSED", columns, reason + (f": {note}" if note else ""), LIVE)


def reopened(note: str | None = None) -> Act:
    """Undo a snooze or a dismissal. What a rule resolved, only the rule opens again."""
    columns = {
        "status": "OPEN", "snoozed_until": None, "dismissed_reason": None, "dismissed_fingerprint": None, "resolved_at": None,
    }  # fmt: skip
    return Act("REOPENED", columns, note or "by hand", ASLEEP_OR_SHUT)


def carry_out(
    connection: Connection, practice_id: str, ids: Sequence[str], act: Act, actor: str, now: datetime
) -> list[dict[str, Any]]:
    """Do one act to items of one practice, all or none, in the caller's transaction; the rows after it, in the order asked.

    `now` is an aware UTC moment. Raises SettingsError: HUB-S12 no such item, HUB-S16 the act makes no sense in its status.
    """
    rows = [_row(connection, practice_id, each) for each in ids]
    for row in rows:
        if row["status"] not in act.from_statuses:
            raise SettingsError("HUB-S16", _senseless(row, act))
        if act.action == "REOPENED" and (later := _later(connection, row)):
            raise SettingsError("HUB-S16", f"item {row['id']} came back as item {later}; work on that one")
    return [_done(connection, row, act, actor, now) for row in rows]


def _row(connection: Connection, practice_id: str, item_id: str) -> dict[str, Any]:
    query = select(ITEM).where(ITEM.c.practice_id == practice_id, ITEM.c.id == item_id).with_for_update()
    found = connection.execute(query).mappings().first()
    if found is None:
        raise SettingsError("HUB-S12", f'there is no item "{item_id}"; see "hub items --tray all"')
    return dict(found)


def _later(connection: Connection, row: Mapping[str, Any]) -> str | None:
    """The number of the newest later occurrence of the same thing: there is never more than one to work on."""
    c = ITEM.c
    same = (c.practice_id == row["practice_id"], c.dedupe_key == row["dedupe_key"], c.occurrence > row["occurrence"])
    return connection.execute(select(c.id).where(*same).order_by(c.occurrence.desc()).limit(1)).scalar()


def _done(connection: Connection, row: Mapping[str, Any], act: Act, actor: str, now: datetime) -> dict[str, Any]:
    columns = {**act.columns, "changed_at": now}
    if act.action == "DISMISSED":  # the state and value that it was dismissed with: only another one brings it back
        columns["dismissed_fingerprint"] = row["fingerprint"]
    where = (ITEM.c.practice_id == row["practice_id"]) & (ITEM.c.id == row["id"])
    connection.execute(update(ITEM).where(where).values(**columns))
    after = {**row, **columns}
    # Out of a snooze is WOKEN, as when its day comes; REOPENED is told of what was shut.
    action = "WOKEN" if act.action == "REOPENED" and row["status"] == "SNOOZED" else act.action
    connection.execute(
        insert(EVENT).values(
            practice_id=row["practice_id"], item_id=row["id"], at=now, actor=actor, action=action,
            from_status=row["status"], to_status=after["status"], value_cents=row["value_cents"], reason=act.reason,
        )
    )  # fmt: skip
    return {**after, "action": action}


def _senseless(row: Mapping[str, Any], act: Act) -> str:
    if row["status"] in ("RESOLVED", "EXPIRED"):
        return f"item {row['id']} is {row['status']}: its rule closed it and opens it again when it is so again"
    if act.action == "REOPENED":
        return f"item {row['id']} is {row['status']} already; there is nothing to reopen"
    return f'item {row["id"]} is {row["status"]}; run "hub item reopen {row["id"]}" first'
