"""Excel workbooks (.xlsx), read by calamine once `hub.readers.sniff` has found them harmless.

A record is a row's cells joined by the unit separator. Dates come as ISO text, numbers as the text Excel shows, a
formula without a stored result as an empty cell; a row with an error cell (#N/A, #DIV/0!) is set aside.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from hub.errors import SourceChanged
from hub.mapping.cells import visible
from hub.mapping.find_header import SEARCH_LINES, FoundHeader, header_from
from hub.mapping.header import missing_columns
from hub.mapping.layers import Mapping
from hub.readers.control import Controls
from hub.readers.pager import Pager
from hub.readers.records import SEPARATOR, RecordPage, RecordReader
from hub.readers.skips import line_rule, skip_rules

_ERROR_CELL = re.compile(rb'<c\b([^>]*\bt="e"[^>]*)>')
_CELL_ROW = re.compile(rb'\br="[A-Z]+(\d+)"')
_MAX_SHEETS = 40
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_EXACT = 10**15  # Excel keeps 15 digits: of a longer number the last ones are lost, so it is shown as what it is
SHEET_MARK = SEPARATOR * 2  # in the head of a workbook: from here on the sheet of this name; no cell holds it


class SheetReader(RecordReader):
    """One sheet of a workbook: the declared one, else the first."""

    def __init__(self, path: Path, mapping: Mapping, name: str, zone: str) -> None:
        super().__init__(path, mapping, name, zone)
        self.encoding, self.delimiter = "utf-8", ""
        self._where = f"{mapping.id}: {name}"
        self._book, self._sheet = self._open_sheet()
        above = self._find_table()
        self._controls = Controls.of(mapping, self.header, self.encoding)
        self.as_of = self.find_as_of([" ".join(cells) for cells in above])
        for cells in above:
            self._controls.look(_as_line(cells))

    def pages(self, size: int = 4096) -> Iterator[RecordPage]:
        pager = Pager(size)
        errors = _error_rows(self.path, self._sheet.name)
        rules = skip_rules(self.mapping.spec, "utf-8").rules
        stop = self.mapping.spec.table.stop_regex
        stop_rule = line_rule("after the table", stop, "utf-8") if stop else None
        stopped = False
        for number, cells in self._rows_below_header():
            line = _as_line(cells)
            if any(cells) and self._controls.controls:
                self._controls.look(line)
            stopped = stopped or bool(stop_rule and stop_rule.search(line))
            skip = "after the table" if stopped else self._skip_reason(cells)
            skip = skip or next((rule.name for rule in rules if rule.search(line)), "")
            if skip:
                pager.skipped[skip] += 1
            elif number in errors:
                pager.bad.append(
                    self.bad_line(number, "has a cell with an Excel error (#N/A, #DIV/0! ...)", SEPARATOR.join(cells))
                )
            else:
                pager.add([SEPARATOR.join(cells).encode()], number)
            yield from self._counted(pager.full_pages())
        yield from self._counted(pager.last_page())

    def parse(self, records: Sequence[bytes]) -> list[list[str]]:
        return self.blank_never([record.decode().split(SEPARATOR) for record in records])

    def find_problems(self) -> list[str]:
        return self._controls.problems(self.record_count)

    def redacted_blocks(self) -> Iterator[bytes]:
        import csv  # a workbook with columns that are never imported is kept as CSV

        mark = self.mapping.spec.file.delimiters[0]
        quote = self.mapping.spec.file.quote or '"'
        for number, cells in enumerate(self._all_rows(), 1):
            row = cells[: len(self.header)] if number < self.header_line else self._fitted(cells)
            kept = row if number <= self.header_line else self.blank_never([row])[0]
            out = io.StringIO()
            csv.writer(out, delimiter=mark, quotechar=quote, lineterminator="\n").writerow(kept)
            yield out.getvalue().encode()

    def _open_sheet(self) -> tuple[python_calamine.CalamineWorkbook, python_calamine.CalamineSheet]:
        wanted = self.mapping.spec.file.sheet
        try:
            book = python_calamine.CalamineWorkbook.from_path(str(self.path))
            names = book.sheet_names
            if not names or (wanted and wanted not in names):
                lacking = f'has no sheet "{wanted}" (found {len(names)} sheets)' if wanted else "has no sheet"
                raise SourceChanged("HUB-C18", f"{self._where} {lacking}; nothing was imported")
            sheet = book.get_sheet_by_name(wanted or names[0])
        except python_calamine.PasswordError:
            raise SourceChanged("HUB-C13", f"{self._where} is protected by a password; save it without one") from None
        except (python_calamine.CalamineError, OSError) as error:
            raise SourceChanged(
                "HUB-C13",
                f"{self._where} is no workbook that can be read ({type(error).__name__}); save it again or as CSV",
            ) from None
        if len(names) > 1 and not wanted:
            self.notes.append(f"the first of {len(names)} sheets is read")
        return book, sheet

    def _all_rows(self) -> Iterator[list[str]]:
        """Every row of the sheet, empty ones above the table included, so that they count as Excel numbers them."""
        for row in self._sheet.iter_rows():
            yield [cell_text(cell) for cell in row]

    def _find_table(self) -> list[list[str]]:
        """Sets the header; gives the rows above it."""
        spec, start = self.mapping.spec, self.mapping.spec.table.skip_first
        first = [cells for _, cells in zip(range(start + SEARCH_LINES), self._all_rows(), strict=False)]
        if not spec.table.header:
            self.set_header([f"{n}" for n in range(1, (spec.table.width or 0) + 1)], 0)
            self._start = start
            return first[:start]
        best: FoundHeader | None = None
        for number, cells in enumerate(first[start:], start):
            found = header_from(spec, _trimmed(cells), number)
            if found.score and (best is None or (len(found.missing), -found.score) < (len(best.missing), -best.score)):
                best = found
        if best is None and not any(any(cells) for cells in first):
            self.set_header([], 0)
            self._start = len(first)
            self.notes.append("the sheet is empty")
            return []
        if best is None:
            raise SourceChanged(
                "HUB-C16",
                f"{self._where} has no row with the labels of this mapping in its first {SEARCH_LINES} rows; nothing"
                f' was imported; compare with "hub mapping explain {self.mapping.id}"',
            )
        if best.missing:
            raise missing_columns(self.mapping, best.missing, len(best.cells), self.name)
        self.set_header(best.cells, best.line + 1)
        self._start = best.line + 1
        return first[: best.line]

    def _rows_below_header(self) -> Iterator[tuple[int, list[str]]]:
        held: list[tuple[int, list[str]]] = []
        keep = self.mapping.spec.table.skip_last
        for number, cells in enumerate(self._all_rows(), 1):
            if number <= self._start:
                continue
            if not keep:
                yield number, self._fitted(cells)
            elif any(cells):
                held.append((number, self._fitted(cells)))
                if len(held) > keep:
                    yield held.pop(0)
        for _, cells in held:
            self._controls.look(_as_line(cells))

    def _fitted(self, cells: list[str]) -> list[str]:
        """As many cells as the header; filled cells beyond it stay and make the row ragged."""
        width = len(self.header)
        trimmed = _trimmed(cells)
        return trimmed if len(trimmed) > width else trimmed + [""] * (width - len(trimmed))

    def _skip_reason(self, cells: list[str]) -> str:
        if not any(cells):
            return "blank line"
        return "repeated header" if cells == self.header and self.header_line else ""

    def _counted(self, pages: Iterator[RecordPage]) -> Iterator[RecordPage]:
        for page in pages:
            self.record_count += len(page.records) + len(page.bad)
            if self._controls.sums:
                self._controls.count([record.decode().split(SEPARATOR) for record in page.records])
            yield page


def cell_text(cell: object) -> str:
    """A cell as text: ISO dates, numbers as Excel shows them (15 digits), no error and no formula text."""
    if isinstance(cell, str):
        return visible(cell).strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        whole = float(cell).is_integer() and abs(cell) < _EXACT
        return str(int(cell)) if whole else f"{cell:.15g}"
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return ""


def sheet_head(source: Path | io.BytesIO, sheets: Collection[str] | None = None, lines: int = SEARCH_LINES) -> str:
    """The first rows of the first sheet as tab-separated text, then those of `sheets` (None: of all others), each under
    a line with SHEET_MARK and its name. Empty when the workbook cannot be read."""
    try:
        book = python_calamine.load_workbook(source)
        first, *others = book.sheet_names[:_MAX_SHEETS]
        named = [name for name in book.sheet_names if name in sheets] if sheets is not None else [first, *others]
        parts = [_first_rows(book, first, lines)]
        parts += [f"{SHEET_MARK}{name}\n{_first_rows(book, name, lines)}" for name in named if name != first]
        return "\n".join(parts)
    except (python_calamine.CalamineError, OSError, ValueError):
        return ""


def _first_rows(book: python_calamine.CalamineWorkbook, name: str, lines: int) -> str:
    """One line a row: a label that is wrapped in its cell must not look like two."""
    rows = zip(range(lines), book.get_sheet_by_name(name).iter_rows(), strict=False)
    return "\n".join("\t".join(" ".join(cell_text(cell).split()) for cell in row) for _, row in rows)


def _trimmed(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _as_line(cells: Sequence[str]) -> bytes:
    """A row as the skip rules see it: its cells with commas between, empty ones at the end left out."""
    return ",".join(_trimmed(list(cells))).encode()


def _error_rows(path: Path, sheet: str) -> set[int]:
    """Numbers of rows with an error cell; calamine gives these as empty, which would be a lie about the value."""
    rows: set[int] = set()
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return rows
        rest = b""
        with archive.open(part) as xml:
            while chunk := xml.read(1 << 18):
                block = rest + chunk
                for found in _ERROR_CELL.finditer(block):
                    row = _CELL_ROW.search(found[1])
                    rows |= {int(row[1])} if row else set()
                rest = block[block.rfind(b"<") :][-4096:]
    return rows


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of the archive that holds the sheet. Read without an XML parser: there is nothing to expand."""
    try:
        book = archive.read("xl/workbook.xml")
        links = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return None
    target = None
    for found in re.finditer(rb"<(?:\w+:)?sheet\b([^>]*)>", book):
        said = dict(_ATTRIBUTE.findall(found[1]))
        if html.unescape(said.get(b"name", b"").decode("utf-8", "replace")) == sheet:
            target = said.get(b"r:id")
    for found in re.finditer(rb"<Relationship\b([^>]*)>", links):
        said = dict(_ATTRIBUTE.findall(found[1]))
        if target is not None and said.get(b"Id") == target:
            part = said.get(b"Target", b"").decode("utf-8", "replace")
            part = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
            return part if part in archive.namelist() else None
    return None
