"""Bytes to whole lines in blocks of bounded size: any encoding that is declared, any line end, any length."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.errors import SourceChanged

BLOCK = 1 << 18
# What never belongs in a cell: control characters except tab and line ends. The unit separator is ours.
CONTROLS = bytes([*range(9), 11, 12, *range(14, 32), 127])
MAX_LINE = 1 << 17  # a longer line is cut to one byte more than this, so that the reader can tell
_UTF8_PAIR = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
_BOMS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def choose_encoding(path: Path, declared: Sequence[str], where: str) -> tuple[str, list[str]]:
    """(encoding that explains every byte, notes). utf-16 is only believed with its byte order mark.

    Raises SourceChanged HUB-C14 naming the first byte that no declared encoding explains, or for UTF-16 without mark.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if "utf-16" not in declared:
            raise SourceChanged(
                "HUB-C14", f"{where} is UTF-16, the mapping allows {', '.join(declared)}; export it again"
            )
        encoding = "utf-16-le" if head[:2] == codecs.BOM_UTF16_LE else "utf-16-be"
        offset = _first_bad_byte(path, encoding)
        if offset is None:
            return encoding, []
        raise SourceChanged(
            "HUB-C14", f"{where} is no proper UTF-16 from byte {offset} on; nothing was imported; export it again"
        )
    if len(head) < 4 * head.count(0) < 3 * len(head):  # every other byte, not a stray one and not only zeros
        raise SourceChanged(
            "HUB-C14",
            f"{where} looks like UTF-16 without its mark, which cannot be told for certain; nothing was imported; save it"
            ' as UTF-8 (in Excel: "CSV UTF-8")',
        )
    worst = 0
    for encoding in declared:
        if encoding == "utf-16":
            continue
        offset = _first_bad_byte(path, encoding)
        if offset is None:
            return encoding, _mixed_note(path, worst) if worst else []
        worst = max(worst, offset)
    raise SourceChanged(
        "HUB-C14",
        f"{where} has a byte at offset {worst} that is not {' or '.join(declared)}; nothing was imported;"
        " export it again",
    )


def text_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """Blocks of whole lines, without byte order mark and final Ctrl-Z; utf-16 comes out as UTF-8."""
    rest = b""
    for chunk in _chunks(path, encoding):
        block = rest + chunk if rest else chunk
        end = block.rfind(b"\n") + 1
        if len(block) - end > MAX_LINE:  # line ends of CR alone; a last CR may be half of a CR LF
            end = max(end, block.rfind(b"\r", 0, len(block) - 1) + 1)
        rest = block[end:]
        if len(rest) > MAX_LINE:
            rest = _cut(rest)
        if end:
            yield block[:end]
    rest = rest.rstrip(b"\x1a\x00")
    if rest:
        yield rest


def decoded(encoding: str) -> str:
    """The encoding of the lines that `text_blocks` gives."""
    return "utf-8" if encoding.startswith("utf-16") else encoding


def _cut(rest: bytes) -> bytes:
    """An endless line is remembered by its beginning only; the bytes after it are let go."""
    return rest[: MAX_LINE + 1]


def _chunks(path: Path, encoding: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        bom = _BOMS.get(encoding, b"")
        if bom and file.read(len(bom)) != bom:
            file.seek(0)
        if not encoding.startswith("utf-16"):
            while chunk := file.read(BLOCK):
                yield chunk
            return
        decoder = codecs.getincrementaldecoder(encoding)()
        while chunk := file.read(BLOCK):
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", True).encode()


def _first_bad_byte(path: Path, encoding: str) -> int | None:
    """Offset of the first byte that the encoding cannot explain; None when it explains all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    ascii_alike = not encoding.startswith("utf-16")
    offset = 0
    with path.open("rb") as file:
        while chunk := file.read(BLOCK):
            pending = len(decoder.getstate()[0])
            if not (ascii_alike and not pending and chunk.isascii()):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    return offset - pending + error.start
            offset += len(chunk)
    pending = len(decoder.getstate()[0])
    return offset - pending if pending else None


def _mixed_note(path: Path, offset: int) -> list[str]:
    """A file that is mostly UTF-8 and yet is not: letters with accents may come out wrong, so say it."""
    with path.open("rb") as file:
        mixed = any(_UTF8_PAIR.search(chunk) for chunk in iter(lambda: file.read(BLOCK), b""))
    return (
        [f"two encodings are mixed in this file (first at byte {offset}); letters with accents may be wrong"]
        if mixed
        else []
    )
