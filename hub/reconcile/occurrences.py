"""The stored occurrences of a finding's key: what the key is, and the newest rows that carry it.

The key is `kind|place|subject|discriminator` (outstanding-items §3). Its place is the location at which the item was opened:
when the facts move, the item keeps its key, and with it its number, its people's words and its history. Where an item lies
now says its `location_id`; who meets whom decides `hub.reconcile.meeting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from hub.model import TABLES
from hub.reconcile.lifecycle import LIVE, SHUT

ITEM = TABLES["work_item"]
_BATCH = 500
Items = dict[str, dict[str, Any]]  # rows of `work_item` by dedupe key


def dedupe_key(code: str, location_id: str | None, subject: str, discriminator: str) -> str:
    """What makes two findings one item."""
    return "|".join((code, location_id or "", subject, discriminator))


def placeless(row: Mapping[str, Any]) -> str:
    """The dedupe key without its place, which need not be where the row lies."""
    code, key = row["code"], row["dedupe_key"]
    return f"{code}{key[key.find('|' + row['subject'] + '|', len(code)) :]}"


def key_at(row: Mapping[str, Any], place: str) -> str:
    """The row's key, had it been opened at `place`."""
    return f"{row['code']}|{place}{placeless(row).removeprefix(row['code'])}"


def numbered(row: Mapping[str, Any]) -> Iterator[str]:
    """Keys for a finding whose own key is the name of an item that has moved away: `kind|place (2)|...`, and so on."""
    return (key_at(row, f"{row['location_id'] or ''} ({number})") for number in range(2, 1000))


def newest_items(connection: Connection, practice_id: str) -> Items:
    """The newest occurrence that is not shut, by dedupe key: open, snoozed or dismissed."""
    query = select(ITEM).where(ITEM.c.practice_id == practice_id, ITEM.c.status.in_((*LIVE, "DISMISSED")))
    return _newest(dict(row) for row in connection.execute(query).mappings())


def any_shut(connection: Connection, practice_id: str) -> bool:
    query = select(ITEM.c.id).where(ITEM.c.practice_id == practice_id, ITEM.c.status.in_(SHUT))
    return connection.execute(query.limit(1)).first() is not None


def newest_shut(connection: Connection, practice_id: str, keys: Iterable[str], known: Items) -> Items:
    """The newest shut occurrence of each of these keys, unless `known` has a newer one."""
    wanted = sorted(keys)
    batches = (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
    # The status is left to Python: beside hundreds of keys SQLite would choose its index and read all shut items each time.
    query = select(ITEM).where(ITEM.c.practice_id == practice_id)
    answers = (connection.execute(query.where(ITEM.c.dedupe_key.in_(batch))).mappings() for batch in batches)
    shut = _newest(dict(row) for rows in answers for row in rows if row["status"] in SHUT)
    return {key: row for key, row in shut.items() if _is_newer(row, known.get(key))}


def is_taken(connection: Connection, practice_id: str, key: str) -> bool:
    """Does any occurrence, shut or not, carry this key?"""
    query = select(ITEM.c.id).where(ITEM.c.practice_id == practice_id, ITEM.c.dedupe_key == key)
    return connection.execute(query.limit(1)).first() is not None


def _newest(rows: Iterable[dict[str, Any]]) -> Items:
    newest: Items = {}
    for row in rows:
        if _is_newer(row, newest.get(row["dedupe_key"])):
            newest[row["dedupe_key"]] = row
    return newest


def _is_newer(row: Mapping[str, Any], than: Mapping[str, Any] | None) -> bool:
    return than is None or row["occurrence"] > than["occurrence"]
