"""Zip archives whose files are read as files of their own: each is copied into the inbox, the archive itself is kept.

Bounded before anything is unpacked, by what the archive says of itself; what a member says is all that is read of it. An
archive within an archive is kept as it is.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from hub.contract import Inbox
from hub.errors import Unavailable
from hub.sync.inbox import Found

# Between the archive's name and the member's: a file of this kind of name is not unpacked again.
BETWEEN = "!"
MOST_FILES = 2_000
MOST_BYTES = 1 << 30
# X12 shrinks to a tenth; more than this, beyond a size that does no harm, is made to do harm.
MOST_GROWTH, HARMLESS = 200, 10 << 20
_BLOCK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)
_DOCUMENT = "is a document of an office program"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What became of an archive, for the office, without names. Not `whole`: something in it was not read."""

    note: str
    whole: bool


def may_unpack(name: str) -> bool:
    return BETWEEN not in name


def unpack(file: Found, inbox: Inbox) -> Unpacked:
    """Put every file of the archive into the inbox.

    Members come before the archive is stored: cut off in between, they are put again and known by their bytes.
    Raises Unavailable when the archive or the inbox cannot be read or written.
    """
    taken = 0
    try:
        with zipfile.ZipFile(file.path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            fault = _fault(members, file.size)
            if fault:
                return Unpacked(f"zip archive that {fault}: kept, not unpacked", whole=fault == _DOCUMENT)
            for member in members:
                inbox.put(f"{file.name}{BETWEEN}{member.filename}", _blocks(archive, member), file.modified_at)
                taken += 1
    except _BROKEN as error:
        return _damaged(error, taken)
    except OSError as error:
        if error.errno is None:  # how bz2 says that its stream is broken
            return _damaged(error, taken)
        raise Unavailable(
            "HUB-C05", f"{file.name} cannot be read ({type(error).__name__}); the next run tries again"
        ) from None
    return Unpacked(f"zip archive, {taken} files unpacked: kept", whole=True)


def _damaged(error: Exception, taken: int) -> Unpacked:
    return Unpacked(
        f"damaged zip archive ({type(error).__name__}), {taken} files unpacked: kept, fetch it again", whole=False
    )


def _fault(members: list[zipfile.ZipInfo], packed: int) -> str:
    """Why it is not unpacked; empty when it may be."""
    size = sum(member.file_size for member in members)
    if any(member.flag_bits & 0x1 for member in members):
        return "needs a password"
    if any(member.filename == "[Content_Types].xml" for member in members):
        return _DOCUMENT
    if len(members) > MOST_FILES:
        return f"holds more than {MOST_FILES} files"
    if size > MOST_BYTES or size > max(HARMLESS, MOST_GROWTH * packed):
        return "would grow beyond all measure"
    return ""


def _blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as packed:
        while block := packed.read(_BLOCK):
            yield block
