"""A page of rows as what the engine hears: one `Rows` per fact that a row is, `Gone` for what it is not (any more)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.open_dental.shape import Query, Target
from hub.contract import Gone, Rows


def told(query: Query, labels: Sequence[str], rows: list[list[str]]) -> Iterator[Rows | Gone]:
    """`labels[0]` is the key. A target whose choosing label is not told is passed over: a row of which nobody knows
    whether it is such a fact is neither stored nor called gone."""
    everything: list[Sequence[str | None]] = list(rows)
    for number, target in enumerate(query.targets):
        if not target.is_told(labels):
            continue
        taken = [row for row in rows if target.takes(labels, row)]
        if taken:
            # the very same list where nothing was left out: the engine then keeps the records once
            same = everything if len(taken) == len(rows) else list[Sequence[str | None]](taken)
            yield Rows(tuple(labels), same, mapping=target.mapping_id if number else None)
        if len(taken) < len(rows):
            yield Gone(target.entity, _no_longer(target, rows, taken))


def _no_longer(target: Target, rows: Sequence[list[str]], taken: Sequence[list[str]]) -> list[str]:
    alive = {row[0] for row in taken}
    return [target.key_of(key) for key in dict.fromkeys(row[0] for row in rows) if key not in alive]
