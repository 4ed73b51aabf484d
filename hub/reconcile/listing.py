"""Reading the list back: items in the order in which they are to be worked. Reads only; no plugin is needed.

`summary` (what the list covers) and `explain` (why one item is there) are offered here too.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from hub.config.schema import PracticeSettings
from hub.contract import ItemRow
from hub.model import TABLES
from hub.reconcile.explain import EvidenceLine, Explanation, HistoryLine, explain
from hub.reconcile.rows import item_row
from hub.reconcile.summary import summary

ITEM, KIND = TABLES["work_item"], TABLES["kind_state"]

__all__ = ["EvidenceLine", "Explanation", "HistoryLine", "explain", "list_items", "summary"]


def list_items(
    connection: Connection,
    practice: PracticeSettings,
    *,
    kinds: Sequence[str] = (),
    owners: Sequence[str] = (),
    statuses: Sequence[str] = ("OPEN", "IN_PROGRESS"),
    patient: str | None = None,
    tray: str | None = "today",
    limit: int | None = None,
) -> list[ItemRow]:
    """Items by priority (highest first), then due day (none last), then id.

    Empty `kinds` or `owners` mean all; `tray` None means every tray. `patient` is a reference (`pms:1042`), a patient
    number (`1042`) or a part of the name.
    """
    kind_of = and_(KIND.c.practice_id == ITEM.c.practice_id, KIND.c.code == ITEM.c.code)
    query = (
        select(ITEM, KIND.c.title.label("kind_title"), KIND.c.audience.label("kind_audience"))
        .select_from(ITEM.outerjoin(KIND, kind_of))
        .where(ITEM.c.practice_id == practice.id, *_filters(kinds, owners, statuses, patient, tray))
        .order_by(ITEM.c.priority.desc(), ITEM.c.due.is_(None), ITEM.c.due, ITEM.c.id)
        .limit(limit)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [item_row(row, row["kind_title"] or row["code"], row["kind_audience"] or "contact") for row in rows]


def _filters(
    kinds: Sequence[str], owners: Sequence[str], statuses: Sequence[str], patient: str | None, tray: str | None
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if statuses:
        wanted.append(ITEM.c.status.in_(statuses))
    if kinds:
        wanted.append(ITEM.c.code.in_(kinds))
    if owners:
        wanted.append(ITEM.c.owner.in_(owners))
    if tray is not None:
        wanted.append(ITEM.c.tray == tray)
    if patient:
        by_name = func.lower(ITEM.c.patient_name).contains(patient.lower(), autoescape=True)
        wanted.append(or_(ITEM.c.patient == patient, ITEM.c.patient.endswith(f":{patient}", autoescape=True), by_name))
    return wanted
