"""The keys that a whole pass has listed so far, when it takes several runs: one number a line, in the hub's own folder.

Only a list of all keys tells what was deleted, and the engine takes such a list in one run. A pass through headquarters
takes nights, so its keys wait in this file. It errs one way only: a key too many hides a deletion until the next pass, and
a file that is not whole (lost, of another pass, a full disk) says nothing. Keys are written, and reach the disk, before the
page that they stand for is committed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class KeyLog:
    """`path` None: there is no folder to keep it in, and every pass in pieces goes without."""

    path: Path | None

    def begin(self, mark: str) -> None:
        """Forget what was kept; `mark` names the pass that begins."""
        self._write("w", [mark])

    def add(self, keys: Sequence[str]) -> None:
        """Keys that are there. One that cannot be written makes the whole list worthless: it is thrown away."""
        if keys and self.path is not None and self.path.exists():
            self._write("a", ["", *keys])  # a kill may have left half a line: it must not grow together with the next

    def end(self) -> None:
        """The pass is done."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def kept(self, mark: str, least: int) -> Iterator[list[str]]:
        """All keys of this pass in chunks; none when they are not of it or fewer than `least` were kept."""
        first, *lines = self._lines() or [""]
        if first == mark and len(lines) >= least > 0:
            keys = list(dict.fromkeys(lines))
            yield from (keys[at : at + _CHUNK] for at in range(0, len(keys), _CHUNK))

    def _lines(self) -> list[str]:
        try:
            text = self.path.read_text(encoding="ascii") if self.path is not None else ""
        except (OSError, ValueError):
            return []
        return [line for line in text.splitlines() if line]

    def _write(self, mode: str, lines: Iterable[str]) -> None:
        if self.path is None:
            return
        try:
            with open(self.path, mode, encoding="ascii", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
        except (OSError, ValueError):
            self._throw_away()

    def _throw_away(self) -> None:
        try:
            self.end()
        except OSError:
            return  # it stays short of keys, and `kept` sees that


def key_log(folder: Path | None, practice: str, source: str, stream: str) -> KeyLog:
    """The one of a stream. The names of practice and source stand in no path."""
    name = hashlib.sha256(f"{practice}/{source}/{stream}".encode()).hexdigest()[:16]
    return KeyLog(folder / f"open_dental-{name}.keys" if folder is not None else None)
