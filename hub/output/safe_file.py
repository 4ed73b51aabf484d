"""Files that are whole or not there: written beside their target, then moved over it in one step.

Windows refuses the move for a moment while a virus scanner, the indexer or a viewer holds the target; those three error
codes are waited out for about 2.5 seconds, everything else fails at once (reference operations §12).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.points import reach

_LOCKED = frozenset({5, 32, 33})  # access denied, sharing violation, lock violation
_WAITS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.6, 0.7)
_WORK_PREFIX = ".hub-work-"
_ABANDONED_SECONDS = 86_400


def is_locked(error: OSError) -> bool:
    """Does another program hold the file? Only Windows says so."""
    return getattr(error, "winerror", None) in _LOCKED


def replace(made: Path, target: Path, sleep: Callable[[float], None] = time.sleep) -> None:
    """Move `made` over `target` (same folder or below it). Raises the last OSError when the target stays locked."""
    for wait in _WAITS:
        try:
            os.replace(made, target)
            return
        except OSError as error:
            if not is_locked(error):
                raise
            sleep(wait)
    os.replace(made, target)


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """A private folder inside `folder`, so that half-written patient lists never lie elsewhere and moves stay atomic.

    A killed process leaves its folder behind; the next one a day later clears it away.
    """
    _sweep(folder)
    with tempfile.TemporaryDirectory(prefix=_WORK_PREFIX, dir=folder, ignore_cleanup_errors=True) as made:
        yield Path(made)


def write_file(target: Path, write: Callable[[Path], None], sleep: Callable[[float], None] = time.sleep) -> None:
    """Let `write` fill a file elsewhere, then put it at `target`; on any failure the old target stays."""
    with work_folder(target.parent) as work:
        write(work / target.name)
        reach("list_written")
        replace(work / target.name, target, sleep)
    reach("list_replaced")


def copy_file(source: Path, target: Path, sleep: Callable[[float], None] = time.sleep) -> None:
    """A copy that is whole or not there."""
    write_file(target, lambda path: _copy(source, path), sleep)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _sweep(folder: Path) -> None:
    limit = time.time() - _ABANDONED_SECONDS
    for left in folder.glob(_WORK_PREFIX + "*"):
        try:
            if left.is_dir() and left.stat().st_mtime < limit:
                shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue
