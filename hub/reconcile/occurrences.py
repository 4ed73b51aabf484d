"""Which stored item a finding meets: the newest occurrence of its dedupe key, wherever its facts lie by now.

The key is `kind|location|subject|discriminator` (outstanding-items §3), with the location at which the item was opened.
When the facts move to another location (a part of a case is done, a chart is moved) the item keeps its key, and with it
its number, its people's words and its history.
"""

from __future__ import annotations

from collections import defaultdict
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


def newest_items(connection: Connection, practice_id: str) -> Items:
    """The newest occurrence that is not shut, by dedupe key: open, snoozed or dismissed."""
    query = select(ITEM).where(ITEM.c.practice_id == practice_id, ITEM.c.status.in_((*LIVE, "DISMISSED")))
    return _newest(dict(row) for row in connection.execute(query).mappings())


def meeting(connection: Connection, practice_id: str, found: Mapping[str, Items], known: Items) -> dict[str, Items]:
    """The wanted rows of `found`, by kind, under the keys of the items they meet; `known` gains the shut ones among these.

    A finding meets the item of its own key, else one of the same kind, subject and discriminator at another location that
    no other finding asks for, else the newest shut occurrence, of its own key first.
    """
    wanted = _moved(found, known, known)
    # A dismissed occurrence may be older than one that was opened after it and is shut by now.
    unsure = [row for rows in wanted.values() for key, row in rows.items() if _may_be_shut(known.get(key))]
    if not unsure or not _any_shut(connection, practice_id):
        return wanted
    places = {row["location_id"] or "" for rows in (*wanted.values(), known) for row in rows.values()} | {""}
    asked = {key for row in unsure for key in _anywhere(row, places)}
    shut = {key: row for key, row in _shut(connection, practice_id, asked).items() if _is_newer(row, known.get(key))}
    wanted = _moved(wanted, shut, {**known, **shut})
    known.update({key: row for key, row in shut.items() if key in wanted.get(row["code"], ())})
    return wanted


def _may_be_shut(known: Mapping[str, Any] | None) -> bool:
    return known is None or known["status"] == "DISMISSED"


def _moved(found: Mapping[str, Items], spare: Items, known: Items) -> dict[str, Items]:
    """The same rows; one without a known item of its own key takes the key of a spare item that is elsewhere."""
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for key, row in spare.items():
        if row["code"] in found and key not in found[row["code"]]:
            homes[_placeless(row)].append(key)
    return {code: _at_home(rows, known, homes) for code, rows in found.items()} if homes else dict(found)


def _at_home(rows: Items, known: Items, homes: Mapping[str, list[str]]) -> Items:
    """`homes`: the keys to be had, by the key without its place; the first in order of the alphabet, each once."""
    new = {}
    for key in sorted(key for key in rows if key not in known):
        if own := homes.get(_placeless(rows[key])):
            new[key] = own.pop(own.index(min(own)))
    if not new:
        return rows
    return {new.get(key, key): {**row, "dedupe_key": new.get(key, key)} for key, row in rows.items()}


def _placeless(row: Mapping[str, Any]) -> str:
    """The dedupe key without its location, which need not be the row's own any more."""
    code, key = row["code"], row["dedupe_key"]
    return f"{code}{key[key.find('|' + row['subject'] + '|', len(code)) :]}"


def _anywhere(row: Mapping[str, Any], places: Iterable[str]) -> Iterator[str]:
    rest = _placeless(row).removeprefix(row["code"])
    yield row["dedupe_key"]
    yield from (f"{row['code']}|{place}{rest}" for place in places)


def _any_shut(connection: Connection, practice_id: str) -> bool:
    query = select(ITEM.c.id).where(ITEM.c.practice_id == practice_id, ITEM.c.status.in_(SHUT))
    return connection.execute(query.limit(1)).first() is not None


def _shut(connection: Connection, practice_id: str, keys: Iterable[str]) -> Items:
    """The newest shut occurrence of each of these dedupe keys."""
    wanted = sorted(keys)
    batches = (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
    query = select(ITEM).where(ITEM.c.practice_id == practice_id, ITEM.c.status.in_(SHUT))
    answers = (connection.execute(query.where(ITEM.c.dedupe_key.in_(batch))).mappings() for batch in batches)
    return _newest(dict(row) for rows in answers for row in rows)


def _newest(rows: Iterable[dict[str, Any]]) -> Items:
    newest: Items = {}
    for row in rows:
        if _is_newer(row, newest.get(row["dedupe_key"])):
            newest[row["dedupe_key"]] = row
    return newest


def _is_newer(row: Mapping[str, Any], than: Mapping[str, Any] | None) -> bool:
    return than is None or row["occurrence"] > than["occurrence"]
