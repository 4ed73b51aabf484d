"""Why is this item there? The rule in words, the score, the records it rests on with source and time, its history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from hub.contract import ItemRow
from hub.errors import SettingsError
from hub.model import ENTITIES, TABLES
from hub.money import dollars
from hub.reconcile.rows import item_row, list_day

ITEM, KIND, EVENT, BLOB = TABLES["work_item"], TABLES["kind_state"], TABLES["item_event"], TABLES["blob"]
STREAM = TABLES["stream_state"]
# Who, what, when: the columns that tell a record apart for a person. Bookkeeping and free text stay out.
_TELLING = (
    "last_name", "first_name", "patient_last", "patient_first", "applicant_last", "applicant_first", "lender",
    "payer_name", "claim_number", "payer_claim_number", "claim_type", "trace", "lender_ref", "name", "code",
    "description", "tooth", "recall_type", "kind", "direction", "outcome", "category", "status_code", "status", "state",
    "text", "service_from", "service_date", "start_date", "due_date", "created_date", "presented_date", "decision_date",
    "last_sent_date", "received_date", "payment_date", "txn_date", "entry_date", "happened_on", "date_planned",
    "birth_date", "amount_cents", "billed_cents", "charge_cents", "exp_cents", "paid_cents", "fee_cents",
    "approved_cents", "imbalance_text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One record an item rests on. `fact` is a plain line; `origin` the file and line it was read from, when kept."""

    entity: str
    source: str
    key: str
    fact: str
    origin: str
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step of an item's life. `at` is UTC, value in cents."""

    at: datetime
    actor: str
    action: str
    from_status: str | None
    to_status: str | None
    value_cents: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a person needs to believe an item, or to say that it is wrong."""

    item: ItemRow
    rule: str
    rule_version: int
    score: str
    clears_when: str
    evidence: tuple[EvidenceLine, ...]
    history: tuple[HistoryLine, ...]


def explain(connection: Connection, practice_id: str, item_id: str, today: date | None = None) -> Explanation:
    """Explain one item, open or shut; `today` is the practice's local day, without it the day of the last reconcile.

    SettingsError HUB-S12 when the practice has no such item.
    """
    kind_of = and_(KIND.c.practice_id == ITEM.c.practice_id, KIND.c.code == ITEM.c.code)
    query = (
        select(ITEM, KIND.c.title.label("kind_title"), KIND.c.audience.label("kind_audience"), KIND.c.words)
        .select_from(ITEM.outerjoin(KIND, kind_of))
        .where(ITEM.c.practice_id == practice_id, ITEM.c.id == item_id.strip().upper())
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        raise SettingsError("HUB-S12", "no item has this number; look it up with `hub items`")
    row = dict(found)
    seen_from = today or list_day(connection, practice_id)
    item = item_row(row, row["kind_title"] or row["code"], row["kind_audience"] or "contact", seen_from)
    evidence = tuple(_evidence(connection, practice_id, text) for text in json.loads(row["evidence"]))
    history = tuple(_history(connection, practice_id, row["id"]))
    return Explanation(
        item, row["words"] or item.title, row["rule_version"], item.score, row["clears_when"], evidence, history
    )


def _history(connection: Connection, practice_id: str, item_id: str) -> list[HistoryLine]:
    c = EVENT.c
    query = select(c.at, c.actor, c.action, c.from_status, c.to_status, c.value_cents, c.reason)
    rows = connection.execute(query.where(c.practice_id == practice_id, c.item_id == item_id).order_by(c.id))
    return [HistoryLine(*row) for row in rows]


def _evidence(connection: Connection, practice_id: str, text: str) -> EvidenceLine:
    entity, source, key = (*text.split(":", 2), "", "")[:3]
    table = ENTITIES.get(entity)
    if entity == "stream_state":
        return _stream_evidence(connection, practice_id, source, key)
    if table is None:
        return EvidenceLine(entity, source, key, "not a record of the shared model", "", None)
    c = table.c
    query = (
        select(table, BLOB.c.name.label("blob_name"))
        .select_from(table.outerjoin(BLOB, and_(BLOB.c.practice_id == c.practice_id, BLOB.c.id == c.blob_id)))
        .where(c.practice_id == practice_id, c.source == source, c.source_key == key)
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        return EvidenceLine(entity, source, key, "this record is no longer stored", "", None)
    row = dict(found)
    gone = " (deleted at the source)" if row["deleted_at"] is not None else ""
    return EvidenceLine(entity, source, key, fact_line(entity, row) + gone, _origin(row), row["observed_at"])


def _stream_evidence(connection: Connection, practice_id: str, source: str, stream: str) -> EvidenceLine:
    c = STREAM.c
    own = (c.practice_id == practice_id, c.source == source, c.stream == stream)
    found = connection.execute(select(c.last_complete_at, c.problem, c.rows).where(*own)).first()
    if found is None or found.last_complete_at is None:
        return EvidenceLine("stream_state", source, stream, "never read completely", "", None)
    fact = f"{stream}: {found.rows} rows at the last complete pass" + (f"; {found.problem}" if found.problem else "")
    return EvidenceLine("stream_state", source, stream, fact, "", found.last_complete_at)


def fact_line(entity: str, row: Mapping[str, Any]) -> str:
    """`claim: payer name Delta, status SENT, billed $210`: what the record says, without bookkeeping."""
    said = []
    for column in _TELLING:
        value = row.get(column)
        if value is not None and value != "" and not (column == "name" and entity == "remit"):
            said.append(f"{column.removesuffix('_cents').replace('_', ' ')} {_shown(column, value)}")
    return f"{entity.replace('_', ' ')}: " + (", ".join(said) or "no telling values")


def _shown(column: str, value: object) -> str:
    if column.endswith("_cents") and isinstance(value, int):
        return dollars(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _origin(row: Mapping[str, Any]) -> str:
    place = f"line {row['locator']}" if row["locator"] is not None else ""
    return ", ".join(part for part in (row["blob_name"], place) if part)
