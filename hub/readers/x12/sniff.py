"""What a file is, by its first bytes: never by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

from hub.errors import BadRecord
from hub.readers.x12.envelope import Transaction, scan
from hub.readers.x12.segments import read_blocks

_TYPES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip archive"),
    (b"PK\x05\x06", "empty zip archive"),
    (b"%PDF", "PDF document"),
    (b"\x1f\x8b", "gzip archive"),
    (b"\xd0\xcf\x11\xe0", "old Office document"),
    (b"<?xml", "XML document"),
    (b"<!doctype html", "HTML page"),
    (b"<html", "HTML page"),
)
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x19\x1b]|\0[^\0]*\0")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`kind`: x12, text, empty, binary or what the first bytes say (`PDF document`).

    `sets` are the transaction sets in view, whole or cut by the end of the view; `is_test` is ISA15 of the first one.
    """

    kind: str
    sets: tuple[Transaction, ...] = ()
    is_test: bool = False


def sniff(head: bytes) -> Sniffed:
    """Pure; `head` is the beginning of the file, cut anywhere."""
    lead = head.lstrip(b"\xef\xbb\xbf\0 \t\r\n")
    if not lead:
        return Sniffed("empty")
    for magic, kind in _TYPES:
        if lead[: len(magic)].lower() == magic.lower():
            return Sniffed(kind)
    return _interchanges(head) or Sniffed("binary" if _BINARY.search(head) else "text")


def _interchanges(head: bytes) -> Sniffed | None:
    try:
        blocks = list(read_blocks(BytesIO(head)))
    except BadRecord:
        return None
    if not blocks:
        return None
    return Sniffed("x12", tuple(scan(blocks)), blocks[0].header.is_test)
