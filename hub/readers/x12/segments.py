"""Bytes to segments, in blocks, in constant memory, with the delimiters of each interchange.

Segments come clean: without terminator, line breaks, NULs and indentation, decoded, never empty. Their numbers count
from 1 through the whole file. What stands before the first ISA (a banner, a BOM) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hub.errors import BadRecord
from hub.readers.x12.header import WINDOW, Header, body_header, find_candidate, find_header

# Small enough that the segments of a block stay in the processor's cache while they are walked.
BLOCK_BYTES = 1 << 16
# Longer than any real segment; more without a terminator means that the delimiters are wrong.
MAX_SEGMENT_BYTES = 1 << 20
_FILLER = b"\r\n\0\x1a"
_BLANKS = " \t\r\n\ufeff"


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive segments of one interchange; `number` is that of the first one in the file, from 1.

    `text` holds them tidy, with exactly one terminator between two, so that it can be searched without being split.
    """

    header: Header
    text: str
    number: int

    @property
    def count(self) -> int:
        return self.text.count(self.header.delimiters.terminator) + 1

    @property
    def segments(self) -> list[str]:
        return self.text.split(self.header.delimiters.terminator)


def read_blocks(stream: BinaryIO, size: int = BLOCK_BYTES) -> Iterator[Block]:
    """The segments of all interchanges of a file opened for reading bytes. No interchange at all: no block.

    Raises BadRecord HUB-X03 when a megabyte passes without a segment terminator.
    """
    source = _Source(stream, size)
    header, number = source.seek_header(at_start=True), 1
    while header is not None:
        for text in _interchange(source, header):
            if text:
                block = Block(header, text, number)
                yield block
                number += block.count
        header = source.seek_header()


class _Source:
    """The unread bytes. `buffer` grows by whole reads and is consumed from the front."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream, self.size, self.buffer, self.at_end = stream, size, b"", False

    def fill(self, wanted: int) -> None:
        """Read until `wanted` bytes are there or the file ends."""
        while len(self.buffer) < wanted and not self.at_end:
            more = self.stream.read(self.size)
            self.at_end = not more
            self.buffer += more

    def skip(self, count: int) -> None:
        """Pass over bytes without keeping them."""
        while count > len(self.buffer) and not self.at_end:
            count -= len(self.buffer)
            self.buffer = b""
            self.fill(1)
        self.buffer = self.buffer[count:]

    def seek_header(self, at_start: bool = False) -> Header | None:
        """Move to the next ISA; None when the file holds no further one."""
        self.fill(2 * WINDOW)
        found = body_header(self.buffer) if at_start else None
        while found is None:
            found = find_header(self.buffer)
            if found is None or not self.sees(found[0]):
                if self.at_end:
                    return None
                self.buffer = self.buffer[-WINDOW:] if found is None else self.buffer[found[0] :]
                found = None
                self.fill(len(self.buffer) + WINDOW)
        self.buffer = self.buffer[found[0] :]
        return found[1]

    def sees(self, position: int) -> bool:
        """Whether a header that begins there lies wholly in the buffer."""
        return self.at_end or position + WINDOW <= len(self.buffer)


def _interchange(source: _Source, header: Header) -> Iterator[str]:
    """Tidy texts of segments up to the next ISA or the end of the file; `source` is left there."""
    clean = _Cleaner(header)
    start, is_stuck = 3, False  # look for the next ISA past the one that we stand on
    while True:
        if is_stuck or len(source.buffer) < source.size:
            source.fill(len(source.buffer) + 1)
        stop, jump, is_last = _limit(source, clean, start)
        piece, source.buffer = source.buffer[:stop], source.buffer[stop:]
        yield clean.tidy(piece)
        start, is_stuck = (0, False) if stop else (start, True)
        source.skip(jump)
        if is_last or (source.at_end and not source.buffer):
            return
        if is_stuck and len(source.buffer) > MAX_SEGMENT_BYTES:
            raise BadRecord("HUB-X03", "no segment terminator within 1 MB: the ISA declares delimiters not in use")


def _limit(source: _Source, clean: _Cleaner, start: int) -> tuple[int, int, bool]:
    """(bytes to take now, binary bytes to jump over after them, whether the next interchange begins there)."""
    stop, is_last = _next_isa(source, clean, start)
    binary = clean.find_binary(source.buffer, stop)
    if binary is not None:
        return binary.end(), int(binary[1]), False
    return stop, 0, is_last


def _next_isa(source: _Source, clean: _Cleaner, start: int) -> tuple[int, bool]:
    """Where the segments to take end: at the next ISA (True), else after the last terminator (False)."""
    buffer = source.buffer
    if buffer.find(b"ISA", start) >= 0:
        found = find_header(buffer, start)
        if found is not None and source.sees(found[0]):
            return found[0], True
        open_end = None if source.at_end else find_candidate(buffer, start)
        if open_end is not None:
            return buffer.rfind(clean.terminator, 0, open_end) + 1, False
    return (len(buffer) if source.at_end else buffer.rfind(clean.terminator) + 1), False


class _Cleaner:
    """Turns raw bytes of one interchange into tidy text: segments, one terminator between two, none at the ends."""

    def __init__(self, header: Header) -> None:
        marks = header.delimiters
        self.text_terminator = marks.terminator
        self.terminator = marks.terminator.encode("latin-1")
        element = marks.element.encode("latin-1")
        self.filler = bytes(byte for byte in _FILLER if byte not in self.terminator + element)
        self._tags = (b"BIN" + element, b"BDS" + element)
        # 275: BIN01 (or BDS02 after a filter code) is the number of bytes that follow, whatever they contain
        self.binary = re.compile(
            rb"(?:^|%b)[\s\0]*(?:BIN|BDS)%b(?:[A-Z][A-Z0-9]{2}%b)?(\d{1,12})%b"
            % (re.escape(self.terminator), *(re.escape(element),) * 3)
        )
        self._untidy = re.compile(rf"{re.escape(marks.terminator)}[ \t\ufeff{re.escape(marks.terminator)}]")

    def find_binary(self, raw: bytes, stop: int) -> re.Match[bytes] | None:
        """The first binary segment of raw[:stop] up to where its bytes begin."""
        if raw.find(self._tags[0], 0, stop) < 0 and raw.find(self._tags[1], 0, stop) < 0:
            return None
        return self.binary.search(raw, 0, stop)

    def tidy(self, raw: bytes) -> str:
        """The last segment may be a rest without terminator: the end of the file or of the interchange."""
        bare, mark = raw.translate(None, self.filler), self.text_terminator
        try:
            text = bare.decode("utf-8")
        except UnicodeDecodeError:
            # decoded one by one, so that one odd byte changes its own segment only, whatever the block size
            return self._without_blanks([decoded(part) for part in bare.split(self.terminator)])
        if self._untidy.search(text) or text[:1] in (" ", "\t", "\ufeff", mark):
            return self._without_blanks(text.split(mark))
        end = text.rfind(mark)
        return text if text[end + 1 :].strip(_BLANKS) else text[: max(end, 0)]

    def _without_blanks(self, found: list[str]) -> str:
        return self.text_terminator.join(segment for segment in (part.lstrip(_BLANKS) for part in found) if segment)


def decoded(raw: bytes) -> str:
    """UTF-8, else cp1252, else Latin-1: a stray byte in a name never fails."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
