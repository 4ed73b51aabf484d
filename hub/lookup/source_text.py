"""The lines of the delivered file that a stored fact was read from: proof that a person can look at.

The bytes are kept as they came (`blob`); the fact's locator is the number of its first segment.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from sqlalchemy import Connection

from hub.lookup.sendings import FactRow
from hub.readers.x12 import source_lines
from hub.sync.blobs import parts


def source_text(connection: Connection, row: FactRow) -> list[str]:
    """The segments of one sent claim, event or answer; one line that says why when they cannot be shown."""
    if row["blob_id"] is None or row["locator"] is None:
        return ["the file it came from was not kept"]
    lines = source_lines(io.BufferedReader(_Kept(parts(connection, row["blob_id"]))), row["locator"])
    return lines or ["the file it came from has aged out (keep_raw_days), or is no X12 file"]


class _Kept(io.RawIOBase):
    """Stored blocks as a stream, so that a file of any size takes no more memory than a block."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._left = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = block
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)
