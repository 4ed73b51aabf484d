"""Which stored item a finding meets, wherever its facts lie by now.

First the item of the same kind, subject and discriminator that lies at the finding's own location. Else one that lies
elsewhere and rests on some of the same evidence: its facts have moved. The location alone never makes two findings one:
a batch for each location differs in nothing else, and one batch must not end in another's dismissal or under its number.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from hub.reconcile.occurrences import Items, any_shut, is_taken, key_at, newest_shut, numbered, placeless

Row = Mapping[str, Any]
Met = dict[str, str]  # the key of the item that a finding meets, by the finding's own key


def meeting(connection: Connection, practice_id: str, found: Mapping[str, Items], known: Items) -> dict[str, Items]:
    """The wanted rows of `found`, by kind, under the keys of the items they meet; `known` gains the shut ones among these.

    Items that are not shut come first, the newest shut occurrences after them. A finding that meets none is a new item.
    """
    rows = {key: row for each in found.values() for key, row in each.items()}
    spare = {key: item for key, item in known.items() if item["code"] in found}
    met = _at_their_place(rows, spare)
    met |= _moved(_left(rows, met), _without(spare, met))
    shut = _meet_shut(connection, practice_id, rows, met, known)
    names = {*known, *shut}
    for key, row in _left(rows, met).items():
        met[key] = key if key not in names else _another_key(connection, practice_id, row)
    return {code: {met[key]: _named(row, met[key]) for key, row in each.items()} for code, each in found.items()}


def _meet_shut(connection: Connection, practice_id: str, rows: Items, met: Met, known: Items) -> Items:
    """Let the rows that are left meet shut occurrences; `met` and `known` grow by them. Returns all that were asked for."""
    left = _left(rows, met)
    # A dismissed occurrence may be older than one that was opened after it and is shut by now.
    dismissed = {key for key in met.values() if known[key]["status"] == "DISMISSED"}
    if not (left or dismissed) or not any_shut(connection, practice_id):
        return {}
    places = {""} | {row["location_id"] or "" for row in (*rows.values(), *known.values())}
    asked = dismissed | {key for row in left.values() for key in _keys_anywhere(row, places)}
    shut = newest_shut(connection, practice_id, asked, known)
    spare = _without(shut, met)
    met |= _at_their_place(left, spare)
    met |= _moved(_left(left, met), _without(spare, met))
    taken = set(met.values())
    known.update({key: item for key, item in shut.items() if key in taken})
    return shut


def _at_their_place(rows: Items, items: Items) -> Met:
    """Rows with an item at their own location: the one of their own key first, else one that has moved there."""
    met = {key: key for key, row in rows.items() if key in items and _is_at_home(items[key], row)}
    strays: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
    for key, item in items.items():
        if key not in met and not _was_opened_here(item):
            strays[placeless(item), item["location_id"]].append(key)
    if strays:
        for key, row in _left(rows, met).items():
            if here := strays.get((placeless(row), row["location_id"])):
                met[key] = min(here)
    return met


def _moved(rows: Items, items: Items) -> Met:
    """Rows that share evidence with an item elsewhere: the one of their own key first, else the first in order of the
    alphabet, each once. What was dismissed and is gone since is settled; it moves nowhere any more."""
    if not rows:
        return {}
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for key, item in items.items():
        if item["status"] != "DISMISSED" or item["resolved_at"] is None:
            homes[placeless(item)].append(key)
    met: Met = {}
    for key in sorted(rows):
        elsewhere = homes.get(placeless(rows[key]), [])
        same = [each for each in elsewhere if _share_evidence(items[each], rows[key])]
        if same:
            met[key] = min(same, key=lambda each: (each != key, each))
            elsewhere.remove(met[key])
    return met


def _another_key(connection: Connection, practice_id: str, row: Row) -> str:
    """For a new item whose own key an item that has moved away still bears."""
    return next(key for key in numbered(row) if not is_taken(connection, practice_id, key))


def _keys_anywhere(row: Row, places: Iterable[str]) -> Iterator[str]:
    yield row["dedupe_key"]
    yield next(numbered(row))
    yield from (key_at(row, place) for place in places)


def _is_at_home(item: Row, row: Row) -> bool:
    return bool(item["location_id"] == row["location_id"])


def _was_opened_here(item: Row) -> bool:
    key: str = item["dedupe_key"]
    return key.startswith(f"{item['code']}|{item['location_id'] or ''}|{item['subject']}|")


def _share_evidence(item: Row, row: Row) -> bool:
    return not set(json.loads(item["evidence"])).isdisjoint(json.loads(row["evidence"]))


def _left(rows: Items, met: Met) -> Items:
    return {key: row for key, row in rows.items() if key not in met}


def _without(items: Items, met: Met) -> Items:
    taken = set(met.values())
    return {key: item for key, item in items.items() if key not in taken}


def _named(row: dict[str, Any], key: str) -> dict[str, Any]:
    return row if row["dedupe_key"] == key else {**row, "dedupe_key": key}
