"""One pass over one stream: whose it is, in which run, from which blob, and where its bad rows go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from hub.contract import BadRow
from hub.sync.quarantine import Quarantine
from hub.sync.runs import Counts
from hub.sync.snapshot import StreamId


@dataclass(slots=True)
class Passing:
    """`observed_at` is when the source showed this (file time or call time), UTC.

    `filled` collects which columns of which entity any row fills; `seen` the keys that were delivered, by entity, where
    absence may have to be settled (None otherwise); `full_list`: what this pass does not deliver is absent;
    `added` how many rows each entity gained; `replayed`: stored bytes are read again; `keeps_newer`: what a newer delivery said stands (files that hold a part).
    """

    stream: StreamId
    run_id: int
    observed_at: datetime
    blob_id: int | None
    quarantine: Quarantine
    has_missing: bool = False
    filled: dict[str, set[str]] = field(default_factory=dict)
    seen: dict[str, set[str]] | None = None
    full_list: bool = False
    added: Counter[str] = field(default_factory=Counter)
    replayed: bool = False
    keeps_newer: bool = False

    def bad(self, row: BadRow, counts: Counts, key: str | None = None) -> None:
        """Set one record aside and account for it. `key`: "entity:source key" where it can be read."""
        self.set_aside(row, self.blob_id, counts, key)

    def set_aside(self, row: BadRow, blob_id: int | None, counts: Counts, key: str | None = None) -> None:
        """The same for a record that lies in another blob, or in none."""
        passed_over = self.quarantine.set_aside(row, blob_id, key)
        if passed_over:
            counts.filtered += 1
            counts.by_rule[passed_over] += 1
        else:
            counts.quarantined += 1
