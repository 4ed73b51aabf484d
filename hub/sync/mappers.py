"""The mappings of a stream: which of them raw records may name, what its state calls them, and the compiled ones of a pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from hub.contract import Rows, Stream
from hub.errors import HubBug
from hub.ids import fingerprint64
from hub.mapping import KeyReader, Mapping, RowMapper, clean_rows, compile_key, compile_mapping
from hub.model import ENTITIES
from hub.sync.lanes import store_compared
from hub.sync.marks import read_mark, salt_of_columns
from hub.sync.passing import Passing
from hub.sync.ready import last_of_each
from hub.sync.runs import Counts
from hub.sync.session import SyncSession


def mapping_ids(stream: Stream) -> tuple[str, ...]:
    """The stream's own mapping first, then those that its records may name."""
    own = (stream.mapping,) if stream.mapping else ()
    return tuple(dict.fromkeys((*own, *stream.also)))


def mapping_mark(session: SyncSession, stream: Stream) -> str | None:
    """What the stream's state says its rows were read with: another text as soon as a mapping or the time zone changed."""
    marks = [read_mark(session.mapping(mapping_id), session.zone) for mapping_id in mapping_ids(stream)]
    return "+".join(marks) or None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mapping made ready for records with these columns; `order` is that of their names, for fingerprints."""

    columns: tuple[str, ...]
    mapping: Mapping
    mapper: RowMapper
    salt: bytes
    order: tuple[int, ...]
    key_of: KeyReader

    def name_of(self, cells: Sequence[str]) -> str | None:
        """What the quarantine calls a record that cannot be read, when its key can be."""
        key = self.key_of(cells)
        return None if key is None else f"{self.mapping.entity}:{key}"

    def mark(self, cells: Sequence[str]) -> int:
        """The record's fingerprint: the same whatever the order in which the source names its columns."""
        return fingerprint64("\x1f".join([cells[n] for n in self.order]).encode(), self.salt)


@dataclass(slots=True)
class Mappers:
    """Compiled mappings of one stream, each made again only when the columns of its records change."""

    session: SyncSession
    stream: Stream
    _compiled: dict[str, Compiled] = field(default_factory=dict)

    def knows(self, rows: Rows) -> bool:
        """Does the stream still declare the mapping that these records mean?"""
        return self._meant(rows) in mapping_ids(self.stream)

    def of(self, rows: Rows) -> Compiled:
        """Raises HubBug HUB-P05 for a mapping or an entity that the stream does not declare."""
        meant, columns = self._meant(rows), tuple(rows.columns)
        if meant is None or not self.knows(rows):
            what = f"for mapping {meant}, which it does not declare" if meant else "and has no mapping"
            raise HubBug("HUB-P05", f"{self._who} yields raw rows {what}")
        known = self._compiled.get(meant)
        if known is None or known.columns != columns:
            mapping = self.session.mapping(meant)
            if mapping.entity not in self.stream.entities:
                raise HubBug("HUB-P05", f"{self._who} does not declare {mapping.entity}, which {meant} fills")
            zone = self.session.zone
            order = tuple(sorted(range(len(columns)), key=columns.__getitem__))
            salt = salt_of_columns(mapping, columns, zone)
            mapper, key_of = compile_mapping(mapping, columns, zone), compile_key(mapping, columns, zone)
            known = Compiled(columns, mapping, mapper, salt, order, key_of)
            self._compiled[meant] = known
        return known

    def begin_pass(self) -> None:
        """Mappers that count equal keys count anew in every pass."""
        self._compiled = {name: made for name, made in self._compiled.items() if not made.mapping.needs_context}

    def _meant(self, rows: Rows) -> str | None:
        return rows.mapping or self.stream.mapping

    @property
    def _who(self) -> str:
        return f"connector of {self.session.source}: stream {self.stream.name}"


def store_rows(connection: Connection, rows: Rows, mappers: Mappers, passing: Passing, counts: Counts) -> None:
    """Map one page of raw records, fingerprint them by their cells, compare by key, write what is new or changed."""
    made = mappers.of(rows)
    mapping, mapper = made.mapping, made.mapper
    cells = clean_rows(rows.rows)
    numbers = list(rows.locators or range(1, len(cells) + 1))
    mapped = mapper.map_rows(cells, numbers)
    counts.read += len(cells)
    unread = set()
    for at, bad in mapped.bad:
        key = made.name_of(cells[at])
        passing.bad(bad, counts, key)
        unread.add(key)
    for _at, rule in mapped.filtered:
        counts.filtered += 1
        counts.by_rule[rule] += 1
    facts: list[tuple[object, ...]] = [
        (*fact, numbers[at], made.mark(cells[at])) for at, fact in zip(mapped.kept, mapped.facts, strict=True)
    ]
    columns = (*mapper.columns, "locator", "fingerprint")
    before = counts.new + counts.revived
    store_compared(connection, ENTITIES[mapping.entity], columns, last_of_each(facts, counts), passing, counts)
    passing.added[mapping.entity] += counts.new + counts.revived - before
    passing.filled.setdefault(mapping.entity, set()).update(
        name for n, name in enumerate(mapper.columns) if any(fact[n] is not None for fact in mapped.facts)
    )
    if passing.quarantine.keys:
        passing.quarantine.answer({f"{mapping.entity}:{fact[0]}" for fact in facts} - unread)
    if passing.seen is not None:
        passing.seen.setdefault(mapping.entity, set()).update(str(fact[0]) for fact in facts)
