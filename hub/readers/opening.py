"""Opening a file: by its content and by what its mapping says. Nothing here writes or decides."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

from hub.mapping.layers import Mapping
from hub.readers.delimited import DelimitedReader
from hub.readers.records import RecordPage, RecordReader
from hub.readers.report import ReportReader
from hub.readers.sheet import SHEET_MARK, SheetReader, sheet_head
from hub.readers.sniff import check_workbook, kind_of, workbook_fault

HEAD_SIZE = 1 << 16
_ZIP = b"PK\x03\x04"

__all__ = ["HEAD_SIZE", "RecordPage", "RecordReader", "head_of", "lines_of_head", "open_records"]


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


def head_of(path: Path, sheets: Collection[str] | None = None) -> bytes:
    """What `identify_mapping` should see: the first 64 KiB; of a workbook the first rows of its first sheet and of
    `sheets` (None: of every sheet) as tab-separated text, however large the file is.

    Raises SourceChanged HUB-C13 for a zip that is no harmless workbook.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_SIZE)
    if head.startswith(_ZIP):
        check_workbook(path, path.name)
        return sheet_head(path, sheets).encode()
    return head


def lines_of_head(head: bytes) -> dict[str, list[str]]:
    """Lines by sheet: "" is the whole text or the first sheet. A last line that is cut is left out."""
    first, *others = text_of_head(head).split(f"\n{SHEET_MARK}")
    lines = {"": first.splitlines()[: -1 if len(head) >= HEAD_SIZE and not others else None]}
    for other in others:
        name, _, rows = other.partition("\n")
        lines[name] = rows.splitlines()
    return lines


def text_of_head(head: bytes) -> str:
    """The head of a file as text, for looking at its labels only. A small workbook may be there whole; of a larger one
    `head_of` must have made the head."""
    if head.startswith(_ZIP):
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
