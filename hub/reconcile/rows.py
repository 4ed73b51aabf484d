"""Reading and writing item rows. The only place of the engine that writes `work_item` and `item_event`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from hub.contract import ItemRow
from hub.model import TABLES
from hub.reconcile.lifecycle import LIVE, Change
from hub.reconcile.score import parts_text

ITEM, EVENT, KIND = TABLES["work_item"], TABLES["item_event"], TABLES["kind_state"]


def write_changes(connection: Connection, practice_id: str, changes: Sequence[Change], actor: str) -> None:
    """Store rows and their history. An update applies only while the status is still the one that was read, so a
    person who snoozed or dismissed the item meanwhile wins."""
    new = [change.columns for change in changes if change.was is None]
    if new:
        connection.execute(insert(ITEM), new)
    for names, group in _by_columns(changes).items():
        statement = update(ITEM).where(
            ITEM.c.practice_id == practice_id, ITEM.c.id == bindparam("b_id"), ITEM.c.status == bindparam("b_status")
        )
        connection.execute(statement.values({name: bindparam(f"c_{name}") for name in names}), group)
    events = [_event(practice_id, change, actor) for change in changes if change.action]
    if events:
        connection.execute(insert(EVENT), events)


def _by_columns(changes: Iterable[Change]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        if change.was is not None:
            values = {f"c_{name}": value for name, value in change.columns.items()}
            groups[tuple(change.columns)].append({**values, "b_id": change.was["id"], "b_status": change.was["status"]})
    return groups


def _event(practice_id: str, change: Change, actor: str) -> dict[str, Any]:
    row = change.row
    return {
        "practice_id": practice_id, "item_id": row["id"], "at": row["changed_at"], "actor": actor,
        "action": change.action, "from_status": change.was["status"] if change.was else None,
        "to_status": row["status"], "value_cents": row["value_cents"], "reason": change.reason,
    }  # fmt: skip


def list_day(connection: Connection, practice_id: str) -> date | None:
    """The day of the last reconcile, from which a list speaks; None before the first one."""
    day: date | None = connection.execute(
        select(func.max(KIND.c.as_of)).where(KIND.c.practice_id == practice_id)
    ).scalar()
    return day


def item_row(row: Mapping[str, Any], title: str, audience: str, today: date | None = None) -> ItemRow:
    """A stored row as lists and deliveries carry it. `audience` words the risk ("pain risk", "money at risk"), `today` is
    the day from which due days are told: that of a frozen item stays behind, that of a shut one does not move any more."""
    seen_from = max(today, row["as_of"]) if today is not None and row["status"] in LIVE else row["as_of"]
    parts = parts_text(
        row["value_cents"], seen_from, row["due"], row["since"], row["score_likelihood"], row["score_risk"],
        "contact" if audience == "contact" else "money",
    )  # fmt: skip
    same = {name: row[name] for name in ItemRow.__slots__ if name in row and name not in ("evidence", "id")}
    return ItemRow(
        **same, id=row["id"], title=title, practice=row["practice_id"], evidence=tuple(json.loads(row["evidence"])),
        score=parts,
    )  # fmt: skip
