"""What a source says of records that are no longer there: lists of all keys, and keys that it calls deleted.

Both are about the live records of one stream. A list of keys counts once a checkpoint says that it was whole; a record
that is not on two of them in a row is deleted, as with whole exports. What the source calls deleted goes at once. When
the brake stops either, the stream stays incomplete and its cursor where it was: the next pass asks again, until a
person confirms or the source says something else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, func, select

from hub.contract import Gone, Keys, Stream
from hub.errors import HubBug
from hub.model import ENTITIES
from hub.store.bulk import chunks
from hub.sync.absence import MAX_MISSING, MIN_MISSING, absent_facts, empty_keys, holds_any
from hub.sync.passing import Passing
from hub.sync.runs import Counts
from hub.sync.session import SyncSession
from hub.sync.settle import stream_prefixes
from hub.sync.snapshot import StreamId, brake_text, live_count, tombstone


@dataclass(slots=True)
class Vanishing:
    """What one pass has said so far, in memory: it is forgotten when the pass is cut off, and the next one sweeps anew.

    `listed`: keys by entity since the entity was last swept; `gone`: how many records each entity lost to `Gone`;
    `problem`: why not all of it was believed.
    """

    session: SyncSession
    stream: Stream
    listed: dict[str, set[str]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    problem: str = ""

    def listing(self, part: Keys) -> None:
        """Take one part of a list of keys. Raises HubBug HUB-P05 when the stream does not sweep."""
        self._declared(part.entity, ("sweep",), "lists the keys of")
        self.listed.setdefault(part.entity, set()).update(part.keys)

    def swept(self, connection: Connection, entities: Sequence[str], passing: Passing, counts: Counts) -> None:
        """Settle what is absent from the whole lists of these entities, and begin new ones."""
        for entity in entities:
            self._declared(entity, ("sweep",), "says that it swept")
            self._settle(connection, entity, self.listed.pop(entity, set()), passing, counts)

    def _settle(
        self, connection: Connection, entity: str, listed: Collection[str], passing: Passing, counts: Counts
    ) -> None:
        if not listed and holds_any(connection, (entity,), passing):
            self.problem = self.problem or empty_keys(self.session, self.stream, entity)
            return
        prefixes = stream_prefixes(self.session, self.stream, entity)
        absence = absent_facts(connection, self.session, ENTITIES[entity], passing, prefixes, listed)
        if not absence.brake and not absence.hidden:
            self._answer_unlisted(connection, entity, listed, passing)
        counts.deleted += absence.deleted
        counts.missing += absence.missing
        passing.added[entity] -= absence.deleted
        self.problem = self.problem or absence.brake

    def _answer_unlisted(self, connection: Connection, entity: str, listed: Collection[str], passing: Passing) -> None:
        """A record that cannot be read and is neither listed nor stored any more is gone: nobody waits for it."""
        named, table = f"{entity}:", ENTITIES[entity]
        waiting = {name.removeprefix(named) for name in passing.quarantine.keys if name.startswith(named)}
        gone = sorted(waiting - set(listed))
        alive = _live_among(connection, table, passing.stream, gone)
        passing.quarantine.answer({named + key for key in gone} - {named + key for key in alive})

    def take_gone(self, connection: Connection, part: Gone, passing: Passing, counts: Counts) -> None:
        """Mark these records as deleted, unless they are too many for one pass; unknown keys are passed over."""
        self._declared(part.entity, ("marks", "sweep", "snapshot"), "names deleted records of")
        table = ENTITIES[part.entity]
        keys = _live_among(connection, table, passing.stream, part.keys)
        if not keys:
            passing.quarantine.answer({f"{part.entity}:{key}" for key in part.keys})
            return
        before = self.gone.get(part.entity)
        before = _gone_before(connection, self.session, table, passing.stream) if before is None else before
        total, live = before + len(keys), before + live_count(connection, table, passing.stream)
        if total >= MIN_MISSING and total > MAX_MISSING * live and not self._is_believed(connection, passing.stream):
            self.problem = self.problem or brake_text(passing.stream, total, live, "are called deleted by the source")
            return
        self.gone[part.entity] = total
        tombstone(connection, table, passing.stream, keys, self.session.run_id, self.session.clock.now())
        passing.quarantine.answer({f"{part.entity}:{key}" for key in part.keys})
        counts.deleted += len(keys)
        passing.added[part.entity] -= len(keys)

    def _is_believed(self, connection: Connection, stream: StreamId) -> bool:
        """A person confirmed it, or it is the first load: nobody has worked with these records yet."""
        state = self.session.state(connection, stream)
        return self.session.accept_missing or state is None or state["last_complete_at"] is None

    def _declared(self, entity: str, kinds: Collection[str], what: str) -> None:
        if entity not in self.stream.entities or self.stream.deletes not in kinds:
            raise HubBug(
                "HUB-P05",
                f"connector of {self.session.source} {what} {entity}, which its stream {self.stream.name} (deletes:"
                f" {self.stream.deletes}) does not declare",
            )


def _live_among(connection: Connection, table: Table, stream: StreamId, keys: Sequence[str]) -> list[str]:
    found: list[str] = []
    for chunk in chunks(list(dict.fromkeys(keys))):
        mine = stream.of(table) & table.c.deleted_at.is_(None)
        found += connection.execute(select(table.c.source_key).where(mine, table.c.source_key.in_(chunk))).scalars()
    return found


def _gone_before(connection: Connection, session: SyncSession, table: Table, stream: StreamId) -> int:
    """Records that this pass lost before it was cut off: a pass that goes on does not get its allowance anew."""
    state = session.state(connection, stream)
    since = state["last_run_id"] if state is not None else None
    mine = stream.of(table) & (table.c.deleted_run > (since if isinstance(since, int) else 0))
    return int(connection.execute(select(func.count()).select_from(table).where(mine)).scalar_one())
