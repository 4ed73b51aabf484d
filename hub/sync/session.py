"""One run of one source: who holds the lock, where it writes, which mappings it uses, what the person asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from hub.clock import Clock
from hub.contract import Connector, Match, Stream
from hub.mapping import Mapping as RowMapping
from hub.mapping import identify_mapping, load_mapping, near_misses
from hub.model import TABLES
from hub.store import Store
from hub.sync.lock import Hold
from hub.sync.snapshot import StreamId

_STATE = TABLES["stream_state"]
StateRow = Mapping[str, object]
_log = logging.getLogger("hub.sync")


@dataclass(slots=True)
class SyncSession:
    """Everything a pass needs to know. `dry_run` goes the same way and rolls every transaction back.

    `full` reads known files again; `accept_missing` confirms that many records really vanished.
    """

    store: Store
    held: Hold
    practice_id: str
    source: str
    zone: str
    run_id: int
    clock: Clock
    mapping_folders: Sequence[Path]
    settle_seconds: float = 10
    archive_dir: Path | None = None
    spool_dir: Path = Path("spool")
    inbox_dir: Path = Path("inbox")
    keep_raw_days: int = 400
    dry_run: bool = False
    full: bool = False
    accept_missing: bool = False
    warnings: list[str] = field(default_factory=list)
    _mappings: dict[str, RowMapping] = field(default_factory=dict)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction of this run: confirms the lock first, and is undone at the end of a dry run."""
        try:
            with self.store.write() as connection:
                self.held.confirm(connection, self.clock.now())
                yield connection
                if self.dry_run:
                    raise _DryRun
        except _DryRun:
            pass

    def mapping(self, mapping_id: str) -> RowMapping:
        """The mapping with its layers, read once per run. Raises SettingsError."""
        if mapping_id not in self._mappings:
            self._mappings[mapping_id] = load_mapping(mapping_id, self.mapping_folders)
        return self._mappings[mapping_id]

    def by_labels(self, connector: Connector, head: bytes, name: str) -> Match | None:
        """The stream whose mapping fits the labels at the start of a file."""
        streams = {stream.mapping: stream for stream in connector.streams if stream.mapping}
        found = identify_mapping(head, name, [self.mapping(mapping) for mapping in streams if mapping])
        return None if found is None else Match(streams[found[0].id].name, found[1])

    def near_miss(self, connector: Connector, head: bytes, name: str) -> tuple[Stream, str] | None:
        """The stream that a file was probably meant for, and what its labels lack."""
        for stream in connector.streams:
            reason = near_misses(head, name, [self.mapping(stream.mapping)]) if stream.mapping else None
            if reason:
                return stream, reason
        return None

    def state(self, connection: Connection, stream: StreamId) -> StateRow | None:
        """The stream's state after its last complete pass (any of its entities: they agree)."""
        row = connection.execute(select(_STATE).where(stream.of(_STATE))).first()
        return None if row is None else dict(row._mapping)

    def warn(self, message: str) -> None:
        self.warnings.append(message)
        _log.info("%s", message)  # whoever runs the job prints the warnings of its result


class _DryRun(Exception):
    """Leaves a transaction without committing it."""
