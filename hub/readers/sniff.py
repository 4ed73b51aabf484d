"""What a file really is, by its content. Its name is only used to say that it lies."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import BinaryIO, Literal

from hub.errors import SourceChanged

Kind = Literal["text", "workbook"]
_MAX_ENTRIES = 2_000
_MAX_TOTAL = 200 * 1024 * 1024
_MAX_RATIO = 100
_RATIO_FROM = 1 << 20  # small parts are often just one repeated text; only what is large can hurt
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = (b"<html", b"<!doctype html", b"<table", b"<head", b"<?xml", b"<body", b"<meta")


def kind_of(path: Path, name: str, where: str) -> tuple[Kind, list[str]]:
    """(text or workbook, notes). Raises SourceChanged HUB-C13 for what no mapping can read, with what to do."""
    with path.open("rb") as file:
        head = file.read(4096)
    suffix = Path(name).suffix.casefold()
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        check_workbook(path, where)
        honest = suffix in (".xlsx", ".xlsm")
        return "workbook", [] if honest else [f"named {suffix or 'without ending'}, but it is an Excel workbook"]
    fault = _unreadable(path, head, suffix)
    if fault:
        raise SourceChanged("HUB-C13", f"{where} {fault}; nothing was imported")
    return "text", [f"named {suffix}, but it is plain text"] if suffix in (".xlsx", ".xls", ".xlsm") else []


def check_workbook(path: Path, where: str) -> None:
    """Raise SourceChanged HUB-C13 for a zip that is no workbook or that would grow beyond all measure."""
    fault = workbook_fault(path)
    if fault:
        raise SourceChanged("HUB-C13", f"{where} {fault}; nothing was imported")


def workbook_fault(source: Path | BinaryIO) -> str:
    """Why a zip cannot be read as a workbook, empty when it can. Sizes are counted while unpacking, not believed."""
    try:
        with zipfile.ZipFile(source) as archive:
            return _zip_fault(archive)
    except Exception as error:  # a hostile archive raises whatever it likes: BadZipFile, zlib.error, EOFError ...
        return f"is a damaged workbook ({type(error).__name__}); save it again"


def _zip_fault(archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    if len(entries) > _MAX_ENTRIES:
        return f"is an archive with {len(entries):,} parts, more than any workbook has"
    if "xl/workbook.xml" not in archive.namelist():
        return "is a zip archive, not an Excel workbook (.xlsx); unpack it or export as CSV"
    if any(entry.flag_bits & 1 for entry in entries):
        return "is protected by a password; save it without one"
    if sum(entry.file_size for entry in entries) > _MAX_TOTAL:
        return f"unpacks to more than {_MAX_TOTAL >> 20} MB; export it as CSV"
    total = 0
    for entry in entries:
        size = 0
        with archive.open(entry) as part:
            while chunk := part.read(1 << 16):
                size += len(chunk)
                dense = size > _RATIO_FROM and size > _MAX_RATIO * max(entry.compress_size, 1)
                if dense or total + size > _MAX_TOTAL:
                    return "is packed far too tightly to be an honest workbook (a zip bomb)"
        total += size
    return ""


def _unreadable(path: Path, head: bytes, suffix: str) -> str:
    if head.startswith(_OLE):
        if _holds(path, _ENCRYPTED):
            return "is protected by a password; save it without one"
        return "is an old Excel workbook (.xls) or another Office file; save it as .xlsx or CSV"
    if head.startswith(b"%PDF-"):
        return "is a PDF; PDF is not read: export the list as CSV or Excel instead"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML):
        named = f" named {suffix}" if suffix else ""
        return f"is a web page (HTML or XML){named}; open it in Excel and save it as .xlsx or CSV"
    if head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        return "is a compressed archive; unpack it first"
    if head.startswith(b"{\\rtf"):
        return "is a text document (RTF); export the list as CSV instead"
    return ""


def _holds(path: Path, needle: bytes) -> bool:
    rest = b""
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            if needle in rest + chunk:
                return True
            rest = chunk[-len(needle) :]
    return False
