"""A connector whose source is files, in folders or fetched from elsewhere: what a file is, how it is read, where fetched
ones go. The engine watches the folders, waits until a file is stable, keeps its bytes and skips what it has seen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar

from hub.contract.connector import Connector, Match, SourceContext
from hub.contract.records import BadRow, Facts, Rows, Stream


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


class Inbox(ABC):
    """Where a connector puts files that it fetched itself (SFTP, a mailbox API): one folder per source, of the engine.

    A file lies there from the moment it was fetched until its bytes are in the store. Take the same file twice and it
    is noticed; lose the connection half-way and the engine still has every file that `put` returned for.
    """

    @abstractmethod
    def known(self, name: str, size: int, modified_at: datetime | None) -> bool:
        """Was this very file (name, size and time) put here or stored before? Then it need not be fetched."""

    @abstractmethod
    def put(self, name: str, blocks: Iterable[bytes], modified_at: datetime | None = None) -> Path:
        """Write a file durably: under a temporary name, flushed to disk, renamed. After that the far copy may go.

        Nothing stands under the name when `blocks` raises. `name` may be anything; it is made safe.
        """

    @abstractmethod
    def cursor(self) -> Mapping[str, object]:
        """What `keep_cursor` stored last; empty the first time, or when it was lost (then start from the beginning)."""

    @abstractmethod
    def keep_cursor(self, cursor: Mapping[str, object]) -> None:
        """Remember how far fetching came; call it after the files up to it were `put`. JSON without patient data."""


class FileConnector(Connector):
    """A connector whose source is files in folders, or files that it fetches into its inbox.

    `reads_apart`: `read` needs nothing but its arguments and leaves nothing behind for the next file, so the engine may
    run it for a large file in a second process while it stores what came before.
    """

    reads_apart: ClassVar[bool] = False

    def reads_files(self, ctx: SourceContext) -> bool:
        return True

    def fetches(self, ctx: SourceContext) -> bool:
        """Does `collect` ask a far end under these settings? Then a dry run leaves it out."""
        return type(self).collect is not FileConnector.collect

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        """Fetch what is new into the inbox; called before the folders are looked at. Nothing, unless overridden.

        Raise `Unavailable` or `AuthError` when the far end fails: files that were put before are read all the same.
        """

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
