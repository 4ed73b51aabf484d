"""The lane for facts that a connector hands over ready made: check the words, fingerprint, compare, write in bulk."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from operator import itemgetter
from struct import unpack
from typing import Any

from sqlalchemy import Connection, Table

from hub.clock import utc_text
from hub.contract import Facts, Stream
from hub.errors import HubBug
from hub.model import ENTITIES, STATUS
from hub.sync.fact_types import look_at
from hub.sync.lanes import insert_new, store_compared
from hub.sync.passing import Passing
from hub.sync.runs import Counts
from hub.sync.wholes import Wholes

Row = tuple[object, ...]
# How a record came, not what it says: a re-delivery in another file is the same record, and the first one's word stays.
DELIVERY_COLUMNS = frozenset({"locator", "received_at", "file_name"})


@dataclass(slots=True)
class Prepared:
    """A page of facts whose words are checked; `filled` names the columns with values.

    Rows hold text, numbers and truth values only, so that a second process can hand them over.
    """

    entity: str
    columns: tuple[str, ...]
    rows: list[Row]
    filled: list[str]


def prepare(facts: Facts, source: str, stream: Stream) -> Prepared:
    """Check the page and make it plain. Raises HubBug when the connector breaks its contract."""
    table = _table(facts, source, stream)
    look = look_at(facts, table, source)
    return Prepared(facts.entity, facts.columns, _plain_moments(_checked(facts, table, source), look.dated), look.filled)


def store_facts(connection: Connection, page: Prepared, passing: Passing, counts: Counts, wholes: Wholes) -> None:
    """Store one page of ready facts and account for it. Whoever calls it settles `wholes` when the delivery is over."""
    table = ENTITIES[page.entity]
    counts.read += len(page.rows)
    passing.filled.setdefault(page.entity, set()).update(page.filled)
    if passing.seen is not None:
        passing.seen.setdefault(page.entity, set()).update(str(row[0]) for row in page.rows)
    columns = (*page.columns, "fingerprint")
    rows = wholes.standing(page.entity, last_of_each(_marked(page), counts), counts)
    added = insert_new(connection, table, columns, rows, passing)
    counts.new += added
    wholes.note(page.entity, rows, added)
    if added < len(rows):
        added += _rest(connection, table, columns, rows, passing, counts, added)
    passing.added[page.entity] += added


def _marked(page: Prepared) -> list[Row]:
    """Each row with the fingerprint of what it says."""
    said = [n for n, name in enumerate(page.columns) if name not in DELIVERY_COLUMNS]
    pick: Callable[[Row], Any] = itemgetter(*said) if len(said) < len(page.columns) else tuple
    copy, digests = blake2b(digest_size=8).copy, []
    for words in map(pick, page.rows):
        one = copy()
        # Version 2 of marshal writes equal values as equal bytes (later ones mark shared references).
        one.update(marshal.dumps(words, 2))
        digests.append(one.digest())
    marks = unpack(f">{len(digests)}q", b"".join(digests))
    return [(*row, mark) for row, mark in zip(page.rows, marks, strict=True)]


def _rest(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: list[Row],
    passing: Passing,
    counts: Counts,
    added: int,
) -> int:
    """Some keys were there before: compare all (those just added come out as the same). Returns how many revived."""
    before, revived = counts.same, counts.revived
    store_compared(connection, table, columns, rows, passing, counts)
    if counts.same - before < added:
        raise HubBug("HUB-B06", f"{passing.stream.source}: rows of {table.name} vanished while they were written")
    counts.same -= added
    return counts.revived - revived


def _table(facts: Facts, source: str, stream: Stream) -> Table:
    if facts.entity not in stream.entities or facts.entity not in ENTITIES:
        raise HubBug(
            "HUB-P05",
            f"connector of {source} yields {facts.entity}, which its stream {stream.name} does not declare",
        )
    if not facts.columns or facts.columns[0] != "source_key":
        raise HubBug("HUB-P05", f"connector of {source}: the first column of {facts.entity} must be source_key")
    return ENTITIES[facts.entity]


def _checked(facts: Facts, table: Table, source: str) -> list[Row]:
    """Refuse status words outside the closed sets before anything is written."""
    for position, name in enumerate(facts.columns):
        words = STATUS.get((table.name, name))
        if words is None:
            continue
        strange = {row[position] for row in facts.rows} - words - {None}
        if strange:
            raise HubBug(
                "HUB-P06",
                f"connector of {source}: {table.name}.{name} got a word that is none of {', '.join(sorted(words))}",
            )
    return facts.rows


def _plain_moments(rows: list[Row], dated: Collection[int]) -> list[Row]:
    """Dates and moments of these columns as the text that bulk writes store."""
    if not dated:
        return rows
    return [tuple(_text(value) if n in dated else value for n, value in enumerate(row)) for row in rows]


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return utc_text(value)
    return value.isoformat() if isinstance(value, date) else value


def last_of_each(rows: list[Row], counts: Counts) -> list[Row]:
    """One key twice in a page: the later one stands, the earlier is counted as filtered."""
    if len({row[0] for row in rows}) == len(rows):
        return rows
    last = {row[0]: row for row in rows}
    counts.filtered += len(rows) - len(last)
    counts.by_rule["same key twice"] += len(rows) - len(last)
    return list(last.values())
