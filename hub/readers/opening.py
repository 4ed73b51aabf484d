"""Opening a file: by its content and by what its mapping says. Nothing here writes or decides."""

from __future__ import annotations

import io
from pathlib import Path

from hub.mapping.layers import Mapping
from hub.readers.delimited import DelimitedReader
from hub.readers.records import RecordPage, RecordReader
from hub.readers.report import ReportReader
from hub.readers.sheet import SheetReader, sheet_head
from hub.readers.sniff import check_workbook, kind_of, workbook_fault

HEAD_SIZE = 1 << 16

__all__ = ["HEAD_SIZE", "RecordPage", "RecordReader", "head_of", "open_records", "text_of_head"]


def open_records(path: Path, mapping: Mapping, *, name: str | None = None, zone: str = "UTC") -> RecordReader:
    """A reader for the file. `name` is how the source called it (default: the path's), `zone` the practice's.

    Raises SourceChanged: HUB-C12 a needed column is missing, C13 not a kind of file that is read (PDF, HTML, password,
    zip bomb ...), C14 no declared encoding fits, C16 no header, C18 no such sheet. Nothing has been read past the
    header then.
    """
    called = name or path.name
    kind, notes = kind_of(path, called, f"{mapping.id}: {called}")
    reader: RecordReader
    if kind == "workbook":
        reader = SheetReader(path, mapping, called, zone)
    elif mapping.spec.file.kind == "report":
        reader = ReportReader(path, mapping, called, zone)
    else:
        reader = DelimitedReader(path, mapping, called, zone)
    reader.notes[:0] = notes
    return reader


def head_of(path: Path) -> bytes:
    """What `identify_mapping` should see: the first 64 KiB; of a workbook its first rows as tab-separated text.

    Raises SourceChanged HUB-C13 for a zip that is no harmless workbook.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_SIZE)
    if head.startswith(b"PK\x03\x04"):
        check_workbook(path, path.name)
        return sheet_head(path).encode()
    return head


def text_of_head(head: bytes) -> str:
    """The head of a file as text, for looking at its labels only; a small workbook may be there whole."""
    if head.startswith(b"PK\x03\x04"):
        return _workbook_text(head)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.start >= len(head) - 3 and len(head) >= HEAD_SIZE - 3
        return head.decode("utf-8", "replace") if cut else head.decode("cp1252", "replace")


def _workbook_text(head: bytes) -> str:
    copy = io.BytesIO(head)
    if len(head) >= HEAD_SIZE or workbook_fault(copy):
        return ""
    return sheet_head(io.BytesIO(head))
