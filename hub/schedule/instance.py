"""One `hub serve` per data folder. The operating system keeps the lock, so it goes with the process however it dies."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import FileIO
from pathlib import Path

from hub.errors import Busy, SettingsError

LOCK_NAME = "serve.lock"
_FAR_BYTE = 1 << 30  # Windows locks keep others from reading the locked bytes: lock one that nobody reads


@contextmanager
def single_instance(data_dir: Path, now: datetime) -> Iterator[None]:
    """Hold the folder's lock while inside. Raises Busy naming the holder, SettingsError if it cannot be opened."""
    path = data_dir / LOCK_NAME
    try:
        stream = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise SettingsError(
            "HUB-J03", f"{path.name} in the data folder cannot be opened ({type(error).__name__}); check its rights"
        ) from None
    with stream:
        if not _locked(stream):
            raise Busy("HUB-J02", f"hub serve already runs for this data folder ({_holder(stream)}); stop it first")
        stream.truncate(0)
        stream.seek(0)
        stream.write(json.dumps({"pid": os.getpid(), "started_at": now.isoformat(timespec="seconds")}).encode())
        yield


def _holder(stream: FileIO) -> str:
    try:
        stream.seek(0)
        said = json.loads(stream.read(400) or b"{}")
        return f"process {int(said['pid'])} since {str(said['started_at'])[:32]}"
    except (OSError, ValueError, KeyError, TypeError):
        return "process unknown"


if sys.platform == "win32":
    import msvcrt

    def _locked(stream: FileIO) -> bool:
        stream.seek(_FAR_BYTE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(stream: FileIO) -> bool:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
