"""What a connector is: it says who it is, proves its settings, and yields what its source says.

It decides nothing about what is outstanding, never touches the database, never retries for ever. The engine stores,
counts, compares, quarantines and deletes. There are two kinds:

* `Connector` pulls from an API or a database: the engine calls `pull` once per stream with the last cursor.
* `FileConnector` (`hub.contract.files`) reads files: it says what a file is and, if no mapping does it, reads it.

What it yields is in `hub.contract.records`.

A system that can be read both ways is one `FileConnector` whose `reads_files` says which way its settings chose.

Raise `SettingsError`, `AuthError`, `Unavailable` or `SourceChanged` (hub.errors); anything else counts as your bug.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from hub.clock import Clock
from hub.contract.records import BadRow, Checkpoint, Facts, Gone, Keys, Rows, Stream


@dataclass(frozen=True, slots=True)
class Match:
    """What a file is. `stream` None: recognised but not read (a text report); it is kept and shown as not read.

    `unpack`: a zip archive whose files are to be identified and read one by one, under the name `archive.zip!file`.
    """

    stream: str | None
    note: str = ""
    unpack: bool = False


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
    the column labels at the start of a file. `state_dir` is a folder of the hub's own on a local disk, the same for all
    its processes: a connector may keep a small file there, without patient data, under a name that starts with its id.
    """

    practice_id: str
    source: str
    timezone: str
    settings: BaseModel
    clock: Clock
    base_dir: Path
    by_labels: Callable[[bytes, str], Match | None] = lambda head, name: None
    stop: threading.Event = field(default_factory=threading.Event)
    state_dir: Path | None = None


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

    def reads_files(self, ctx: SourceContext) -> bool:
        """Does it read files under these settings? Only a `FileConnector` can; one that may also be pulled overrides it."""
        return False

    def pulled(self, ctx: SourceContext) -> tuple[Stream, ...]:
        """The streams to pull under these settings: all of them, unless overridden."""
        return self.streams

    def pull(
        self, stream: Stream, cursor: Mapping[str, object] | None, ctx: SourceContext
    ) -> Iterator[Rows | Facts | Keys | Gone | BadRow | Checkpoint]:
        """Records in source order; a Checkpoint only after everything up to it was yielded."""
        raise NotImplementedError(f"{self.id} reads no API")
