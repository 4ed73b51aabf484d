"""Are the values of ready facts of the types that their columns hold? Asked once per page, before anything is written.

SQLite keeps any value in any column. A day stored as `11/24/2026` compares as text and closes items that are open; an
amount of 123.45 stops the reconcile of the whole practice. The wish is told, the value never is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Table, TypeDecorator

from hub.clock import utc_text
from hub.contract import Facts
from hub.errors import HubBug

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOST_TEXTS = 10_000  # days of some decades: the same ones stand on page after page


@dataclass(slots=True)
class Look:
    """What a page holds: the names of its columns with values, and the positions of those with dates or moments that are
    not text yet."""

    filled: list[str] = field(default_factory=list)
    dated: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a column takes: `types` of its values; those values that are `closely` looked at; how the contract says it."""

    types: frozenset[type]
    words: str
    closely: Callable[[Collection[Any]], bool] | None = None


def look_at(facts: Facts, table: Table, source: str) -> Look:
    """Raises HubBug: HUB-P06 for a value of another type than its column's, HUB-P05 for rows of another length.

    A column that the table does not have is left to the write, which names it.
    """
    look, wishes, count = Look(), _wishes(table), len(facts.rows)
    for position, (name, values) in enumerate(zip(facts.columns, _columns(facts, source), strict=bool(count))):
        # To count is quick where all are None and slow where they are text: the first one tells which it will be.
        if position and values[0] is None and values.count(None) == count:
            continue
        look.filled.append(name)
        types, wish = set(map(type, values)), wishes.get(name)
        if wish and not types <= wish.types:
            types = set(map(_plain, types))
        if wish and not (types <= wish.types and (wish.closely is None or wish.closely(values))):
            raise HubBug("HUB-P06", f"connector of {source}: {table.name}.{name} wants {wish.words}{_got(types - wish.types)}")
        if date in types or datetime in types:
            look.dated.append(position)
    return look


def _columns(facts: Facts, source: str) -> Sequence[tuple[Any, ...]]:
    """The page turned on its side: one tuple per column; none of a page without rows."""
    wide = len(facts.columns)
    if set(map(len, facts.rows)) - {wide}:
        raise HubBug("HUB-P05", f"connector of {source}: rows of {facts.entity} with more or fewer values than its {wide} columns")
    return list(zip(*facts.rows, strict=True))


def _plain(kind: type) -> type:
    """Moments of other libraries are moments too."""
    return datetime if issubclass(kind, datetime) else date if issubclass(kind, date) else kind


def _got(strange: Collection[type]) -> str:
    names = sorted("nothing" if each is type(None) else each.__name__ for each in strange)
    return f", got {names[0]}" if names else " and got something that reads otherwise"


@cache
def _wishes(table: Table) -> dict[str, _Wish]:
    """By column; the key (the first column of the page) is never absent."""
    return {column.name: _KEY if column.name == "source_key" else _wish(column.type) for column in table.c}


def _wish(kind: Any) -> _Wish:
    # A moment is SQLModel's own decorator and says nothing of its Python type.
    return _BY_TYPE[datetime if isinstance(kind, TypeDecorator) else kind.python_type]


def _are_days(values: Collection[Any]) -> bool:
    return all(map(_is_day, {value for value in set(values) if type(value) is str}))


@lru_cache(_MOST_TEXTS)
def _is_day(text: str) -> bool:
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _are_moments(values: Collection[Any]) -> bool:
    """Moments with a zone, and texts exactly as bulk writes store them: they are compared as text."""
    return all(_is_moment(value) for value in set(values) if value is not None)


def _is_moment(value: datetime | str) -> bool:
    if isinstance(value, datetime):
        return value.utcoffset() is not None
    try:
        return utc_text(datetime.fromisoformat(value).replace(tzinfo=UTC)) == value
    except ValueError:
        return False


_NONE = type(None)
_KEY = _Wish(frozenset((str,)), "text")
_BY_TYPE: dict[type, _Wish] = {
    str: _Wish(frozenset((str, _NONE)), "text"),
    int: _Wish(frozenset((int, _NONE)), "a whole number (money: cents)"),
    bool: _Wish(frozenset((bool, _NONE)), "True or False"),
    date: _Wish(frozenset((date, str, _NONE)), "a date, or its text YYYY-MM-DD", _are_days),
    datetime: _Wish(
        frozenset((datetime, str, _NONE)), "a datetime with its time zone, or the UTC text that the hub stores", _are_moments
    ),
}  # fmt: skip
