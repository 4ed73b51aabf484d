"""What a source said, kept as it came: compressed in parts, encrypted with the database, read back for a replay.

Compression runs in a thread beside the reading (it lets go of the interpreter), so keeping the raw file costs little.
"""

from __future__ import annotations

import hashlib
import os
import queue
import tempfile
import threading
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from hub.errors import Unavailable
from hub.model import TABLES
from hub.sync.packing import packer

_BLOB, _PART = TABLES["blob"], TABLES["blob_part"]
# Large blocks: after each one the thread queues for the interpreter, up to 5 ms behind the reading thread.
_BLOCK = 2 << 20
_END = b""
# Blobs that a replay may read: what stands, and lists that were stopped before they counted as whole.
READABLE = ("applied", "incomplete")


def digest_file(path: Path) -> str:
    """SHA-256 of the file's bytes. Raises Unavailable when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unavailable(
            "HUB-C05", f"{path.name} cannot be read ({type(error).__name__}); the next run tries again"
        ) from None


class BlobWriter:
    """Compresses a file in a thread; `drain` stores what is ready, `finish` the rest. At most 3 parts wait in memory."""

    def __init__(self, connection: Connection, blob_id: int, path: Path) -> None:
        self._connection = connection
        self._blob_id = blob_id
        self._ready: queue.Queue[bytes | OSError] = queue.Queue(maxsize=3)
        self._number = 0
        self._done = False
        self._stopped = threading.Event()
        self._blocks: Iterable[bytes] = _file_blocks(path)
        self._thread = threading.Thread(target=self._compress, name="blob", daemon=True)

    def keep_instead(self, blocks: Iterable[bytes]) -> None:
        """Keep these bytes instead of the file's own: a copy without what must never be imported. Before the first drain."""
        self._blocks = blocks

    @property
    def started(self) -> bool:
        return self._thread.ident is not None

    def drain(self) -> None:
        """Store what is compressed by now, without waiting. The first call starts the thread: a fork comes before it."""
        if not self.started:
            self._thread.start()
        while not self._done and not self._ready.empty():
            self._store(self._ready.get())

    def finish(self) -> None:
        """Wait for the last part and store it. Raises Unavailable when the file went away while reading."""
        self.drain()
        while not self._done:
            self._store(self._ready.get())
        self._thread.join()

    def abandon(self) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            if not self._ready.empty():
                self._ready.get()
            self._thread.join(0.01)

    def _store(self, part: bytes | OSError) -> None:
        if isinstance(part, OSError):
            raise Unavailable(
                "HUB-C05", f"the file went away while it was read ({type(part).__name__}); the next run tries again"
            )
        if part == _END:
            self._done = True
            return
        self._connection.execute(insert(_PART).values(blob_id=self._blob_id, part=self._number, content=part))
        self._number += 1

    def _compress(self) -> None:
        stream = packer()
        try:
            for block in self._blocks:
                if self._stopped.is_set():
                    break
                if packed := stream.compress(block):
                    self._ready.put(packed)
            self._ready.put(stream.flush())
        except OSError as error:
            self._ready.put(error)
        self._ready.put(_END)


def _file_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def parts(connection: Connection, blob_id: int) -> Iterator[bytes]:
    """The original bytes, block by block."""
    opener = zlib.decompressobj()
    numbers = (
        connection.execute(select(_PART.c.part).where(_PART.c.blob_id == blob_id).order_by(_PART.c.part))
        .scalars()
        .all()
    )
    for number in numbers:
        where = (_PART.c.blob_id == blob_id) & (_PART.c.part == number)
        yield opener.decompress(connection.execute(select(_PART.c.content).where(where)).scalar_one())
    yield opener.flush()


@contextmanager
def spooled(connection: Connection, blob_id: int, folder: Path, suffix: str = "") -> Iterator[Path]:
    """The blob as a temporary file, readable by the owner only and removed on leaving."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix="replay-", suffix=suffix)
    try:
        with os.fdopen(handle, "wb") as out:
            for block in parts(connection, blob_id):
                out.write(block)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def sweep_spool(folder: Path) -> None:
    """Remove what a killed process left behind."""
    for left in folder.glob("replay-*"):
        left.unlink(missing_ok=True)


def drop_old(connection: Connection, practice_id: str, source: str, before: object) -> int:
    """Forget the bytes of superseded blobs received before that moment; the blob's row stays as a record."""
    old = select(_BLOB.c.id).where(
        _BLOB.c.practice_id == practice_id,
        _BLOB.c.source == source,
        _BLOB.c.state == "superseded",
        _BLOB.c.received_at < before,
    )
    return int(connection.execute(delete(_PART).where(_PART.c.blob_id.in_(old))).rowcount)


def supersede(
    connection: Connection, practice_id: str, source: str, stream: str, newest: int, states: Collection[str] = READABLE
) -> None:
    """A newer complete list replaces the older files of the stream that are in these states: they may age out."""
    connection.execute(
        update(_BLOB)
        .where(_BLOB.c.practice_id == practice_id, _BLOB.c.source == source, _BLOB.c.stream == stream)
        .where(_BLOB.c.state.in_(states), _BLOB.c.id != newest)
        .values(state="superseded")
    )


def note_completeness(connection: Connection, blob_id: int, complete: bool) -> None:
    """A list that was stopped (empty, or too much is missing) replaces none before it and is no base of a replay."""
    before, after = ("incomplete", "applied") if complete else ("applied", "incomplete")
    connection.execute(update(_BLOB).where(_BLOB.c.id == blob_id, _BLOB.c.state == before).values(state=after))
