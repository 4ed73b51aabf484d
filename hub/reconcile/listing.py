"""Reading the list back: items in the order in which they are to be worked. Reads only; no plugin is needed.

`summary` (what the list covers) and `explain` (why one item is there) are offered here too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from hub.config.schema import PracticeSettings
from hub.contract import ItemRow
from hub.model import TABLES
from hub.reconcile.explain import EvidenceLine, Explanation, HistoryLine, explain
from hub.reconcile.rows import item_row, list_day
from hub.reconcile.summary import summary

ITEM, KIND = TABLES["work_item"], TABLES["kind_state"]
_ORDER = (ITEM.c.priority.desc(), ITEM.c.due.is_(None), ITEM.c.due, ITEM.c.id)
_BLOCK = 500

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
    number (`1042`) or a part of the name, with or without its accents and capitals.
    """
    wanted = [ITEM.c.practice_id == practice.id, *_filters(kinds, owners, statuses, tray)]
    if patient:
        rows = _of_patient(connection, wanted, patient, limit)
    else:
        rows = _rows(connection, wanted, limit)
    today = list_day(connection, practice.id)
    return [item_row(row, row["kind_title"] or row["code"], row["kind_audience"] or "contact", today) for row in rows]


def _rows(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], limit: int | None = None
) -> list[dict[str, Any]]:
    kind_of = and_(KIND.c.practice_id == ITEM.c.practice_id, KIND.c.code == ITEM.c.code)
    query = (
        select(ITEM, KIND.c.title.label("kind_title"), KIND.c.audience.label("kind_audience"))
        .select_from(ITEM.outerjoin(KIND, kind_of))
        .where(*wanted)
        .order_by(*_ORDER)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _of_patient(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], patient: str, limit: int | None
) -> list[dict[str, Any]]:
    """Names are compared here: SQLite lowers ASCII letters only, and no database takes accents away. Whole rows are read
    of those that fit, in blocks that keep the order."""
    named = connection.execute(select(ITEM.c.id, ITEM.c.patient, ITEM.c.patient_name).where(*wanted).order_by(*_ORDER))
    number, part = f":{patient.casefold()}", _plain(patient)
    fit = [
        row.id
        for row in named
        if row.patient == patient
        or (row.patient or "").casefold().endswith(number)
        or (part and part in _plain(row.patient_name or ""))
    ][:limit]
    blocks = (fit[start : start + _BLOCK] for start in range(0, len(fit), _BLOCK))
    return [row for block in blocks for row in _rows(connection, [*wanted, ITEM.c.id.in_(block)])]


@lru_cache(maxsize=20_000)
def _plain(name: str) -> str:
    """Lower case, without accents, however they are encoded: `Muñoz` -> `munoz`."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _filters(
    kinds: Sequence[str], owners: Sequence[str], statuses: Sequence[str], tray: str | None
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
    return wanted
