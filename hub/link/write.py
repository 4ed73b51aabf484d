"""Writing links: what was decided is compared with what is stored, and only the difference is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from hub.model import TABLES

XREF = TABLES["xref"]
_FROM = ("from_entity", "from_source", "from_key")
_BATCH = 300

Outside = tuple[str, str, str]  # entity, source, key of the fact that is linked


class Link(NamedTuple):
    """One decision. `to_source` and `to_key` are None when several fitted: then a person must choose.

    A named tuple in the order of the stored columns, so that hundreds of thousands are compared at once.
    """

    to_entity: str
    to_source: str | None
    to_key: str | None
    state: str
    origin: str
    rule: str
    candidates: int
    evidence: str | None

    def proposed(self) -> Link:
        """The same link, waiting for a person."""
        return self._replace(state="PROBABLE")


_DECISION = Link._fields


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """Rows written by one pass; all zero when nothing changed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


def stored_links(connection: Connection, practice_id: str, relation: str) -> dict[Outside, Link]:
    """Every stored link of a relation by the fact it starts from."""
    columns = [XREF.c[name] for name in (*_FROM, *_DECISION)]
    query = select(*columns).where(XREF.c.practice_id == practice_id, XREF.c.relation == relation)
    return {(row[0], row[1], row[2]): Link(*row[3:]) for row in connection.execute(query)}


def write_links(
    connection: Connection,
    practice_id: str,
    relation: str,
    decided: Mapping[Outside, Link],
    stored: Mapping[Outside, Link],
    now: datetime,
) -> LinkCounts:
    """Store `decided`; automatic rows of `stored` that were not decided again are removed, human rows stay."""
    def as_row(outside: Outside, link: Link) -> dict[str, object]:
        own = {"practice_id": practice_id, "relation": relation, "decided_at": now, "decided_by": "hub"}
        return {**own, **dict(zip(_FROM, outside, strict=True)), **link._asdict()}

    automatic = {outside for outside, link in stored.items() if link.origin != "human"}
    added = [as_row(outside, link) for outside, link in decided.items() if outside not in stored]
    changed = [
        as_row(outside, link)
        for outside, link in decided.items()
        if outside in automatic and stored[outside] != link
    ]
    removed = [outside for outside in automatic if outside not in decided]
    if added:
        connection.execute(insert(XREF), added)
    for row in changed:
        _replace(connection, row)
    _remove(connection, practice_id, relation, removed)
    return LinkCounts(len(added), len(changed), len(removed))


def _replace(connection: Connection, row: Mapping[str, object]) -> None:
    keys = ("practice_id", "relation", *_FROM)
    statement = update(XREF).where(*(XREF.c[name] == row[name] for name in keys))
    connection.execute(statement.values({name: row[name] for name in (*_DECISION, "decided_at", "decided_by")}))


def _remove(connection: Connection, practice_id: str, relation: str, gone: Iterable[Outside]) -> None:
    rows = list(gone)
    for start in range(0, len(rows), _BATCH):
        keys = tuple_(*(XREF.c[name] for name in _FROM)).in_(rows[start : start + _BATCH])
        connection.execute(delete(XREF).where(XREF.c.practice_id == practice_id, XREF.c.relation == relation, keys))
