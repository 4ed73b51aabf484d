"""The inbox of a source: files that its connector fetched, from the moment they are here until their bytes are stored.

    data_dir/inbox/PRACTICE/SOURCE/          only the hub's account may look in
        payments.835                         fetched, not stored yet
        2/payments.835                       another file of the same name
        .put-…                               being written; swept at the next start
        .cursor.json, .again.json            how far fetching came; names under which stored bytes came once more

A file leaves only after its bytes were committed. One that is refused stays, is told, and is read again at every run.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select

from hub.contract import FileConnector, Inbox, SourceContext
from hub.errors import Busy, HubBug, HubError, Unavailable
from hub.model import TABLES
from hub.points import reach
from hub.sync.inbox import Found, look
from hub.sync.safe_name import safe_name
from hub.sync.session import SyncSession

_BLOB = TABLES["blob"]
_UNFINISHED = ".put-"
_CURSOR = ".cursor.json"
_AGAIN = ".again.json"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_AGAIN = 5_000
_BEAT_SECONDS = 60
_log = logging.getLogger("hub.sync")
# Name, size and microseconds since 1970 of a file; None for one whose time is not known.
_Sign = tuple[str, int, int | None]


def fetch(session: SyncSession, connector: FileConnector, inbox: Fetched, ctx: SourceContext) -> HubError | None:
    """Let the connector fetch what is new; what stopped it comes back, and what it fetched before lies in the inbox.

    Not in a dry run: fetching may change the far end, where some files are handed out once only.
    """
    inbox.is_used = connector.fetches(ctx)
    if not inbox.is_used:
        return None
    if session.dry_run:
        session.warn(f"HUB-C41 {session.source}: a dry run fetches nothing; it shows what lies here already")
        return None
    try:
        connector.collect(inbox, ctx)
    except Busy:
        raise
    except HubError as error:
        return error
    except (Exception, SystemExit) as error:  # what was fetched before is read all the same
        _log.exception("source %s: unexpected error while fetching", session.source)
        return HubBug(
            "HUB-P08",
            f"{session.source}: connector {connector.id} failed unexpectedly while fetching ({type(error).__name__});"
            " what it fetched before is read; report it to its author",
        )
    return None


class Fetched(Inbox):
    """The inbox of one run. Everything raises `Unavailable` when the folder cannot be written or read."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session
        self.is_used = False
        self.folder = session.inbox_dir / session.practice_id / session.source
        self._signs: set[_Sign] | None = None
        self._beat_at = time.monotonic()
        for unfinished in self.folder.glob(f"{_UNFINISHED}*"):
            unfinished.unlink(missing_ok=True)

    def known(self, name: str, size: int, modified_at: datetime | None) -> bool:
        """By name, size and time; without a time by name and size alone, so do not ask then if names are used again."""
        return (safe_name(name), size, None if modified_at is None else _micros(modified_at)) in self._known_signs()

    def put(self, name: str, blocks: Iterable[bytes], modified_at: datetime | None = None) -> Path:
        self._beat()
        with _told(self._session.source):
            self._make()
            handle, unfinished = tempfile.mkstemp(dir=self.folder, prefix=_UNFINISHED)  # readable by the owner only
        try:
            _write(handle, Path(unfinished), blocks, modified_at, self._session.source)
            with _told(self._session.source):
                target = self._free(safe_name(name))
                os.replace(unfinished, target)
                _settle_folder(target.parent)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        reach("file_fetched")
        if self._signs is not None and (file := look(target)) is not None:
            self._signs |= _both(file)
        return target

    def cursor(self) -> Mapping[str, object]:
        """Empty as well when the person asked for everything again (`hub sync --full`)."""
        kept = None if self._session.full else _read_json(self.folder / _CURSOR)
        return kept if isinstance(kept, dict) else {}

    def keep_cursor(self, cursor: Mapping[str, object]) -> None:
        with _told(self._session.source):
            self._make()
            _write_json(self.folder / _CURSOR, dict(cursor))
        reach("fetched_so_far")

    def files(self) -> list[Found]:
        """What lies here, finished but not stored, oldest first."""
        places = [path for folder in self._folders() for path in folder.iterdir() if not path.name.startswith(".")]
        found = [file for path in places if (file := look(path)) is not None]
        return sorted(found, key=lambda file: (file.modified_ns, file.path))

    def holds(self, file: Found) -> bool:
        return self.folder in file.path.parents

    def note_again(self, name: str, size: int, modified_at: datetime | None) -> None:
        """These bytes come under another name or time now: remember this one too, or it is fetched every time."""
        if not self.is_used or self._session.dry_run:
            return
        entry: _Sign = (name, size, None if modified_at is None else _micros(modified_at))
        others = [each for each in self._again() if each != entry]
        with _told(self._session.source):
            self._make()
            _write_json(self.folder / _AGAIN, [*others, entry][-_MOST_AGAIN:])

    def done(self, file: Found) -> None:
        """Its bytes are committed: it need not lie here any more."""
        reach("fetched_stored")
        try:
            file.path.unlink(missing_ok=True)
            if file.path.parent != self.folder:
                file.path.parent.rmdir()
        except OSError as error:  # it is stored, and recognised by its bytes when it is met again
            self._session.warn(
                f"HUB-C43 {file.name} is stored but could not be removed from the inbox ({type(error).__name__});"
                " the next run tries again"
            )
        reach("fetched_removed")

    def _make(self) -> None:
        for folder in (self._session.inbox_dir, self.folder.parent, self.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _folders(self) -> Iterator[Path]:
        """The folder itself and the numbered ones in it."""
        if self.folder.is_dir():
            yield self.folder
            yield from (path for path in self.folder.iterdir() if path.name.isdigit() and path.is_dir())

    def _free(self, plain: str) -> Path:
        """A place of that name where nothing lies."""
        for number in count(1):
            folder = self.folder if number == 1 else self.folder / str(number)
            if not os.path.lexists(folder / plain):
                folder.mkdir(mode=0o700, exist_ok=True)
                return folder / plain
        raise AssertionError("numbers do not end")

    def _known_signs(self) -> set[_Sign]:
        """Of all that lies here, was stored, or came again; asked for once a run."""
        if self._signs is None:
            self._signs = set()
            for file in self.files():
                self._signs |= _both(file)
            for name, size, micros in [*self._again(), *self._stored()]:
                self._signs |= {(name, size, micros), (name, size, None)}
        return self._signs

    def _stored(self) -> list[_Sign]:
        mine = (_BLOB.c.practice_id == self._session.practice_id) & (_BLOB.c.source == self._session.source)
        with self._session.store.read() as connection:
            rows = connection.execute(select(_BLOB.c.name, _BLOB.c.size, _BLOB.c.modified_at).where(mine)).all()
        return [(row.name, row.size, None if row.modified_at is None else _micros(row.modified_at)) for row in rows]

    def _beat(self) -> None:
        """Fetching may take long: show that this owner of the job is alive, or learn that another took over (Busy)."""
        if time.monotonic() - self._beat_at >= _BEAT_SECONDS:
            with self._session.writing():
                self._beat_at = time.monotonic()

    def _again(self) -> list[_Sign]:
        kept = _read_json(self.folder / _AGAIN)
        return [(each[0], each[1], each[2]) for each in kept] if isinstance(kept, list) else []


def _both(file: Found) -> set[_Sign]:
    """As it is asked for with and without a time."""
    return {(file.name, file.size, file.modified_ns // 1000), (file.name, file.size, None)}


@contextmanager
def _told(source: str) -> Iterator[None]:
    """What the disk refuses, as a failure that is told."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "HUB-C40",
            f"{source}: the inbox in the data folder cannot be written ({type(error).__name__}); check space and rights;"
            " nothing was lost",
        ) from None


def _write(handle: int, path: Path, blocks: Iterable[bytes], modified_at: datetime | None, source: str) -> None:
    """All bytes, on the disk. An error of `blocks` passes as it is; one of the disk is told."""
    with os.fdopen(handle, "wb", buffering=0) as out:
        for block in blocks:
            rest = memoryview(block)
            with _told(source):
                while rest:
                    rest = rest[out.write(rest) :]
        with _told(source):
            os.fsync(out.fileno())
    if modified_at is not None:
        with _told(source):
            os.utime(path, ns=(_micros(modified_at) * 1000,) * 2)


def _settle_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut; Windows writes names through by itself."""
    if os.name == "nt":
        return
    for each in (folder, folder.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_json(path: Path, content: object) -> None:
    try:
        text = json.dumps(content, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise HubBug("HUB-P07", f"a connector keeps a cursor that is not JSON ({type(error).__name__})") from None
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(unfinished, path)
    _settle_folder(path.parent)


def _read_json(path: Path) -> object:
    """None when it is not there or damaged: then fetching starts from the beginning, and known files are passed over."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _micros(moment: datetime) -> int:
    """Microseconds since 1970: what every store and file system keeps of a time."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
