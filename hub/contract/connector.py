"""What a connector is: it says who it is, proves its settings, and yields what its source says.

It decides nothing about what is outstanding, never touches the database, never retries for ever. The engine stores,
counts, compares, quarantines and deletes. There are two kinds:

* `Connector` pulls from an API or a database: the engine calls `pull` once per stream with the last cursor.
* `FileConnector` reads files: the engine watches the folders, waits until a file is stable, keeps its bytes and
  skips what it has seen; the connector says what a file is (`identify`) and, if no mapping does it, reads it (`read`).

Raise `SettingsError`, `AuthError`, `Unavailable` or `SourceChanged` (hub.errors); anything else counts as your bug.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, Literal

from pydantic import BaseModel

from hub.clock import Clock
from hub.errors import QuarantineReason


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record of a source, and the shared-model entities that it fills.

    `deletes`: how a vanished record shows. `snapshot`: every pass delivers all records (a full export), so absence
    means something; `marks`: the source flags deleted records; `none`: records are only ever added (835 files).
    `mapping` names the folder/file under mappings/ ("dentrix/patients") that turns `Rows` into facts; a stream
    without one yields `Facts`.
    """

    name: str
    entities: tuple[str, ...]
    deletes: Literal["snapshot", "marks", "none"] = "none"
    mapping: str | None = None


@dataclass(slots=True)
class Rows:
    """Raw records on their way to a mapping: text cells under column labels; `locators` are line numbers from 1."""

    columns: Sequence[str]
    rows: list[Sequence[str | None]]
    locators: Sequence[int] | None = None


@dataclass(slots=True)
class Facts:
    """Records that are already in the shared model. `columns` starts with "source_key"; may hold "locator".

    Values: text, int (cents), bool, date (or its ISO text, which is quicker) or datetime (aware UTC). Status words must be
    of `hub.model.STATUS`.
    """

    entity: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be read: set aside whole. `message` carries no patient data; `payload` is the record."""

    reason: QuarantineReason
    message: str
    payload: str
    locator: int | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything before this was yielded; the engine commits records and cursor together.

    `cursor` is JSON the connector understands, at most 64 kB, without patient data. `complete` ends a whole pass:
    for a snapshot stream only such a pass may show that records have vanished.
    """

    cursor: Mapping[str, object] = field(default_factory=dict)
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What a file is. `stream` None: recognised but not read (a text report); it is kept and shown as not read."""

    stream: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A stable local copy of one delivered file; `name` is a hint, `path` is safe to open."""

    name: str
    path: Path
    size: int
    sha256: str
    modified_at: datetime
    received_at: datetime

    @property
    def arrived_at(self) -> datetime:
        """When the file came to this machine as far as we know: a first load of old files does not make them new."""
        return min(self.modified_at, self.received_at)

    def open(self) -> BinaryIO:
        return self.path.open("rb")


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that `check` tried. `fix` says what to do when it failed."""

    name: str
    ok: bool
    detail: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    probes: tuple[Probe, ...]

    @property
    def ok(self) -> bool:
        return all(probe.ok for probe in self.probes)


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What the engine lends to a connector. `settings` is an instance of the connector's `settings` model.

    Look at `stop` between pages and return when it is set. `by_labels(head, name)` finds the stream whose mapping fits
    the column labels at the start of a file.
    """

    practice_id: str
    source: str
    timezone: str
    settings: BaseModel
    clock: Clock
    base_dir: Path
    by_labels: Callable[[bytes, str], Match | None] = lambda head, name: None
    stop: threading.Event = field(default_factory=threading.Event)


class Connector(ABC):
    """A way into one outside system. Instances are made by the engine without arguments and hold no state."""

    id: ClassVar[str]
    label: ClassVar[str]
    version: ClassVar[str] = "1.0.0"
    settings: ClassVar[type[BaseModel]]
    streams: ClassVar[tuple[Stream, ...]]
    known_limits: ClassVar[tuple[str, ...]] = ()
    # Older than this its facts are called stale, unless the office says otherwise (max_age_hours of the source).
    max_age_hours: ClassVar[int] = 30

    @abstractmethod
    def check(self, ctx: SourceContext) -> CheckReport:
        """One harmless call that proves the settings. A failed probe is a result, not an exception."""

    def pull(
        self, stream: Stream, cursor: Mapping[str, object] | None, ctx: SourceContext
    ) -> Iterator[Rows | Facts | BadRow | Checkpoint]:
        """Records in source order; a Checkpoint only after everything up to it was yielded."""
        raise NotImplementedError(f"{self.id} reads no API")


class FileConnector(Connector):
    """A connector whose source is files in folders."""

    @abstractmethod
    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        """The folders to look in (not below them). They are never created, files never moved unless configured."""

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        """What is this file? Pure; sees at most the first 64 KiB. None: not one of ours, leave it alone.

        As it stands it asks the mappings of the connector's streams whose column labels the file carries.
        """
        return ctx.by_labels(head, name)

    def read(self, file: SourceFile, stream: Stream, ctx: SourceContext) -> Iterator[Rows | Facts | BadRow]:
        """The records of a file of a stream without mapping. Constant memory: yield as you read."""
        raise NotImplementedError(f"{self.id} has no reader for {stream.name}")
