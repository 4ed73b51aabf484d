"""Which items of perishable kinds ended because their event is over, and not because somebody did the work.

Due lies before the event (verify two working days before the visit, confirm one before it), so a passed due day says
nothing. An item about a visit is over once its visit has begun, unless that visit was moved ahead, called off or deleted;
one about anything else, once its due day has passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from hub.ids import ref
from hub.model import TABLES
from hub.reconcile.lifecycle import Today

VISIT = TABLES["appointment"]
_PREFIX = "appointment:"
_HELD = ("SCHEDULED", "COMPLETED", "NO_SHOW", "BROKEN")  # it had its day, whoever came
_BATCH = 500


def over(connection: Connection, practice_id: str, items: Sequence[Mapping[str, Any]], today: Today) -> frozenset[str]:
    """The ids of those items (rows of `work_item` of perishable kinds) whose event has passed on `today`."""
    visits = sorted({row["subject"].removeprefix(_PREFIX) for row in items if row["subject"].startswith(_PREFIX)})
    begun = _begun(connection, practice_id, visits, today)
    return frozenset(row["id"] for row in items if _is_over(row, begun, today))


def _is_over(row: Mapping[str, Any], begun: frozenset[str], today: Today) -> bool:
    if row["subject"].startswith(_PREFIX):
        return row["subject"].removeprefix(_PREFIX) in begun
    return row["due"] is not None and row["due"] < today.as_of


def _begun(connection: Connection, practice_id: str, visits: Sequence[str], today: Today) -> frozenset[str]:
    """Those of these visits (`pms:42`) that have begun; without an hour from the day after on."""
    c = VISIT.c
    keys = sorted({visit.partition(":")[2] for visit in visits})
    past = or_(c.start_at <= today.now, and_(c.start_at.is_(None), c.start_date < today.as_of))
    query = select(c.source, c.source_key).where(
        c.practice_id == practice_id, c.deleted_at.is_(None), c.status.in_(_HELD), past
    )
    batches = (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
    rows = (row for batch in batches for row in connection.execute(query.where(c.source_key.in_(batch))))
    return frozenset(ref(*row) for row in rows) & frozenset(visits)
