"""Files in watched folders: which are there, which are finished, which are ours. Nothing is created, moved or deleted here.

A name is never used as a path: only regular files lying directly in a configured folder are taken (no links out of it).
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.errors import SourceChanged, Unavailable
from hub.readers.opening import head_of

_NOT_FILES = ("~$", ".")
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".lck")
_SYSTEM = ("thumbs.db", "desktop.ini")
_ZIP = b"PK\x03\x04"
MAX_BYTES = 4 << 30


@dataclass(frozen=True, slots=True)
class Found:
    """One file as the folder shows it now. Times in nanoseconds as the file system gives them."""

    path: Path
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        """The name as text: bytes that are none are told as `\\xe9`. Only ever shown and stored, never opened."""
        return self.path.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    @property
    def modified_at(self) -> datetime:
        return datetime.fromtimestamp(self.modified_ns / 1e9, UTC)

    def unchanged(self) -> bool:
        """Is the file still what it was when it was found?"""
        again = look(self.path)
        return again is not None and (again.size, again.modified_ns) == (self.size, self.modified_ns)


def list_files(folders: Sequence[Path], source: str) -> list[Found]:
    """Every regular file directly in the folders, oldest first. Raises Unavailable when a folder cannot be listed."""
    found: list[Found] = []
    for folder in folders:
        found += [file for name in _names(folder, source) if (file := look(folder / name)) is not None]
    return sorted(found, key=lambda file: (file.modified_ns, file.path.name))


def _names(folder: Path, source: str) -> Iterable[str]:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        raise Unavailable(
            "HUB-C01",
            f"{source}: folder {folder} is missing; create it or correct [source.settings] folder; nothing was changed",
        ) from None
    except NotADirectoryError:
        raise Unavailable(
            "HUB-C01", f"{source}: {folder} is a file, not a folder; correct [source.settings] folder"
        ) from None
    except OSError as error:
        raise Unavailable(
            "HUB-C02",
            f"{source}: folder {folder} cannot be listed ({type(error).__name__}); check the rights of this account",
        ) from None
    return [name for name in names if not _skip(name)]


def _skip(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(_NOT_FILES) or lower.endswith(_UNFINISHED) or lower in _SYSTEM


def look(path: Path) -> Found | None:
    """The file's size and time, or None when it is not a plain file in its folder (a link, a folder, gone)."""
    try:
        state = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(state.st_mode):
        return None
    return Found(path, state.st_size, state.st_mtime_ns)


def wait_until_settled(files: Sequence[Found], settle_seconds: float) -> tuple[list[Found], list[Found]]:
    """Split into finished files and files still being written.

    A file that nobody touched for `settle_seconds` is finished; a younger one (or one from the future) is looked at
    twice, that many seconds apart. Waits once for all of them.
    """
    young = [file for file in files if not 0 <= time.time() - file.modified_ns / 1e9 - settle_seconds < 1e9]
    if not young:
        return list(files), []
    time.sleep(settle_seconds)
    moving = {file.path for file in young if not file.unchanged()}
    return [file for file in files if file.path not in moving], [file for file in files if file.path in moving]


def read_head(path: Path, size: int = 65_536) -> bytes:
    """The first bytes, for recognition. Raises Unavailable when the file cannot be opened (locked, rights)."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise _unopened(path, error) from None


def labels_of(file: Found, head: bytes, sheets: Collection[str]) -> bytes:
    """The head as `identify_mapping` wants it. Of a workbook that is the first rows of its sheets, which lie anywhere in
    the file. One that is none, or is harmful, shows no labels. Raises Unavailable when the file went away."""
    if not head.startswith(_ZIP):
        return head
    try:
        return head_of(file.path, sheets)
    except SourceChanged:
        return b""
    except OSError as error:
        raise _unopened(file.path, error) from None


def _unopened(path: Path, error: OSError) -> Unavailable:
    name = Found(path, 0, 0).name
    return Unavailable("HUB-C05", f"{name} cannot be opened ({type(error).__name__}); the next run tries again")
