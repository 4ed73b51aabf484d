"""The mappings of a stream: which of them raw records may name, what its state calls them, and the compiled ones of a pass."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from hub.contract import Rows, Stream
from hub.errors import HubBug
from hub.ids import fingerprint64
from hub.mapping import Mapping, RowMapper, clean_rows, compile_mapping
from hub.model import ENTITIES
from hub.sync.lanes import store_compared
from hub.sync.passing import Passing
from hub.sync.ready import last_of_each
from hub.sync.runs import Counts
from hub.sync.session import SyncSession


def mapping_ids(stream: Stream) -> tuple[str, ...]:
    """The stream's own mapping first, then those that its records may name."""
    own = (stream.mapping,) if stream.mapping else ()
    return tuple(dict.fromkeys((*own, *stream.also)))


def mapping_mark(session: SyncSession, stream: Stream) -> str | None:
    """What the stream's state says its rows were read with: another text as soon as any of its mappings changed."""
    marks = [session.mapping(mapping_id).fingerprint.hex() for mapping_id in mapping_ids(stream)]
    return "+".join(marks) or None


@dataclass(slots=True)
class Mappers:
    """Compiled mappings of one stream, each made again only when the columns of its records change."""

    session: SyncSession
    stream: Stream
    _compiled: dict[str, tuple[tuple[str, ...], Mapping, RowMapper]] = field(default_factory=dict)

    def knows(self, rows: Rows) -> bool:
        """Does the stream still declare the mapping that these records mean?"""
        return self._meant(rows) in mapping_ids(self.stream)

    def of(self, rows: Rows) -> tuple[Mapping, RowMapper]:
        """Raises HubBug HUB-P05 for a mapping or an entity that the stream does not declare."""
        meant, columns = self._meant(rows), tuple(rows.columns)
        if meant is None or not self.knows(rows):
            what = f"for mapping {meant}, which it does not declare" if meant else "and has no mapping"
            raise HubBug("HUB-P05", f"{self._who} yields raw rows {what}")
        known = self._compiled.get(meant)
        if known is None or known[0] != columns:
            mapping = self.session.mapping(meant)
            if mapping.entity not in self.stream.entities:
                raise HubBug("HUB-P05", f"{self._who} does not declare {mapping.entity}, which {meant} fills")
            known = (columns, mapping, compile_mapping(mapping, columns, self.session.zone))
            self._compiled[meant] = known
        return known[1], known[2]

    def begin_pass(self) -> None:
        """Mappers that count equal keys count anew in every pass."""
        self._compiled = {name: made for name, made in self._compiled.items() if not made[1].needs_context}

    def _meant(self, rows: Rows) -> str | None:
        return rows.mapping or self.stream.mapping

    @property
    def _who(self) -> str:
        return f"connector of {self.session.source}: stream {self.stream.name}"


def store_rows(connection: Connection, rows: Rows, mappers: Mappers, passing: Passing, counts: Counts) -> None:
    """Map one page of raw records, fingerprint them by their cells, compare by key, write what is new or changed."""
    mapping, mapper = mappers.of(rows)
    cells = clean_rows(rows.rows)
    numbers = list(rows.locators or range(1, len(cells) + 1))
    mapped = mapper.map_rows(cells, numbers)
    counts.read += len(cells)
    for _at, bad in mapped.bad:
        passing.bad(bad, counts)
    for _at, rule in mapped.filtered:
        counts.filtered += 1
        counts.by_rule[rule] += 1
    facts: list[tuple[object, ...]] = [
        (*fact, numbers[at], fingerprint64("\x1f".join(cells[at]).encode(), mapping.fingerprint))
        for at, fact in zip(mapped.kept, mapped.facts, strict=True)
    ]
    columns = (*mapper.columns, "locator", "fingerprint")
    before = counts.new + counts.revived
    store_compared(connection, ENTITIES[mapping.entity], columns, last_of_each(facts, counts), passing, counts)
    passing.added[mapping.entity] += counts.new + counts.revived - before
    passing.filled.setdefault(mapping.entity, set()).update(
        name for n, name in enumerate(mapper.columns) if any(fact[n] is not None for fact in mapped.facts)
    )
    if passing.seen is not None:
        passing.seen.setdefault(mapping.entity, set()).update(str(fact[0]) for fact in facts)
