"""Delimited text, however an exporter or a spreadsheet has left it.

Fast where the file is plain: a block is split into lines and handed on. A closer look is taken only at blocks that hold
a quote over a line end, a short line, a skip rule's text or the header again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hub.errors import SourceChanged
from hub.mapping.cells import visible
from hub.mapping.find_header import SEARCH_LINES, best_header, split_line
from hub.mapping.header import missing_columns
from hub.mapping.layers import Mapping
from hub.readers.control import Controls
from hub.readers.lines import CONTROLS, MAX_LINE, choose_encoding, decoded, text_blocks
from hub.readers.pager import Pager
from hub.readers.records import RecordPage, RecordReader
from hub.readers.skips import LineRule, line_rule, skip_rules

_MAX_SPAN = 64  # lines that one record may reach over before its quote counts as never closed


class DelimitedReader(RecordReader):
    """A CSV, tab, semicolon or tilde-quoted file."""

    def __init__(self, path: Path, mapping: Mapping, name: str, zone: str) -> None:
        super().__init__(path, mapping, name, zone)
        spec = mapping.spec
        where = f"{mapping.id}: {name}"
        found, notes = choose_encoding(path, spec.file.encodings, where)
        self._raw_encoding, self.encoding = found, decoded(found)
        self.notes += notes
        self._quote = spec.file.quote.encode()
        self._beside_quotes = bytes(set(range(256)) - {*self._quote, *b"\r\n"})
        self._first_lines = self._lines_above()
        self._find_table(where)
        self._skips = skip_rules(spec, self.encoding)
        self._stop: LineRule | None = None
        if spec.table.stop_regex:
            self._stop = line_rule("after the table", spec.table.stop_regex, self.encoding)
        self._controls = Controls.of(mapping, self.header, self.encoding)
        self._prefix = re.compile(spec.file.line_prefix) if spec.file.line_prefix else None
        self._removed = 0
        self._tail: list[bytes] = []  # what a redacted copy needs to give the same answers
        self._ending: list[bytes] = []
        above = [self._text(line) for line in self._first_lines[: max(self.header_line - 1, spec.table.skip_first)]]
        self.as_of = self.find_as_of(above)
        for line in self._first_lines[: self._start]:
            self._controls.look(line)

    def pages(self, size: int = 4096) -> Iterator[RecordPage]:
        pager = Pager(size)
        stopped = False
        for number, lines, block in self._blocks_below_header():
            if stopped or (self._stop and self._stop.may_match(block)):
                lines, stopped = self._up_to_stop(lines, block, stopped, pager)
            if lines:
                self._take(pager, number, lines, block)
            yield from self._counted(pager.full_pages())
        self._flush_open(pager)
        yield from self._counted(pager.last_page())

    def parse(self, records: Sequence[bytes]) -> list[list[str]]:
        if not records:
            return []
        joined = b"\n".join(records)
        clean = joined.translate(None, CONTROLS)
        self._removed += len(joined) - len(clean)
        text = clean.decode(self.encoding)
        if not text.isascii():
            seen = visible_lines(text)
            self._removed += len(text) - len(seen)
            text = seen
        rows = self._split(text, records)
        if self.mapping.spec.table.ragged == "pad":
            self._pad(rows)
        return self.blank_never(rows)

    def find_problems(self) -> list[str]:
        if self._removed:
            self.notes.append(f"{self._removed} control or invisible characters were removed")
            self._removed = 0
        return self._controls.problems(self.record_count)

    def redacted_blocks(self) -> Iterator[bytes]:
        copy = DelimitedReader(self.path, self.mapping, self.name, self.zone)
        yield self._lines(self._first_lines[: self._start])
        for page in copy.pages():
            yield copy._rendered(page)
        yield self._lines([*copy._ending, *copy._tail])

    def _lines(self, lines: Sequence[bytes]) -> bytes:
        return "".join(self._text(line) + "\n" for line in lines).encode()

    def _rendered(self, page: RecordPage) -> bytes:
        out = io.StringIO()
        quote = self.mapping.spec.file.quote or None
        writer = csv.writer(
            out, delimiter=self.delimiter, quotechar=quote, lineterminator="\n",
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE, escapechar=None if quote else "\\",
        )  # fmt: skip
        writer.writerows(self.parse(page.records))
        writer.writerows([["(withheld)"]] * len(page.bad))
        return out.getvalue().encode()

    # --- finding the table ---

    def _lines_above(self) -> list[bytes]:
        lines: list[bytes] = []
        for block in text_blocks(self.path, self._raw_encoding):
            lines += block.splitlines()
            if len(lines) > SEARCH_LINES + self.mapping.spec.table.skip_first:
                break
        return lines[: SEARCH_LINES + self.mapping.spec.table.skip_first]

    def _find_table(self, where: str) -> None:
        spec = self.mapping.spec
        self._label_bytes, self._longest_label = list[bytes](), b""
        if not spec.table.header:
            self.delimiter = spec.file.delimiters[0]
            self.set_header([f"{n}" for n in range(1, (spec.table.width or 0) + 1)], 0)
            self._start = spec.table.skip_first
            return
        lines = [self._text(line) for line in self._first_lines]
        found = best_header(spec, lines, spec.table.skip_first)
        if found is None and not any(line.strip() for line in lines):
            self.delimiter, self._start = spec.file.delimiters[0], len(lines)
            self.set_header([], 0)
            self.notes.append("the file is empty")
            return
        if found is None:
            raise SourceChanged(
                "HUB-C16",
                f"{where} has no line with the labels of this mapping in its first {SEARCH_LINES} lines; nothing was"
                f' imported; compare with "hub mapping explain {self.mapping.id}"',
            )
        if found.missing:
            raise missing_columns(self.mapping, found.missing, len(found.cells), self.name)
        self.delimiter, self._start = found.delimiter, found.line + 1
        self.set_header(found.cells, found.line + 1)
        raw = self._first_lines[found.line]
        labels = [label for cell in found.cells if (label := cell.encode(self.encoding, "ignore")) and label in raw]
        self._label_bytes = sorted(set(labels), key=len, reverse=True)
        self._longest_label = self._label_bytes[0] if labels else b""

    def _text(self, line: bytes) -> str:
        return visible(line.decode(self.encoding, "replace"))

    # --- lines to records ---

    def _blocks_below_header(self) -> Iterator[tuple[int, list[bytes], bytes]]:
        """(number of the first line, lines, the block they came from), without what is no data at both ends."""
        skip, keep = self._start, self.mapping.spec.table.skip_last
        number, held = 1, list[bytes]()
        for block in text_blocks(self.path, self._raw_encoding):
            lines = block.splitlines()
            if skip:
                dropped = min(skip, len(lines))
                skip -= dropped
                number += dropped
                lines = lines[dropped:]
            if keep:
                lines = held + lines
                block = b"\n".join(lines)
                cut = len(lines) - _last_filled(lines, keep, _blank_marks(self.delimiter, self._quote))
                lines, held = lines[:cut], lines[cut:]
            if lines:
                yield number, lines, block
                number += len(lines)
        self._tail = held
        for line in held:
            self._controls.look(line)

    def _up_to_stop(self, lines: list[bytes], block: bytes, stopped: bool, pager: Pager) -> tuple[list[bytes], bool]:
        place = 0
        if not stopped and self._stop:
            place = next((n for n, line in enumerate(lines) if self._stop.search(line)), len(lines))
        if not stopped:
            self._ending += lines[place : place + 1]
        for line in lines[place:] if self._controls.active(block) else ():
            self._look(line)
        if place < len(lines):
            pager.skipped["after the table"] += len(lines) - place
        return lines[:place], stopped or place < len(lines)

    def _take(self, pager: Pager, number: int, lines: list[bytes], block: bytes) -> None:
        if self._controls.controls and self._controls.active(block):
            for line in lines:
                self._look(line)
        rules = self._skips.active(b"\n".join([*pager.open, block]) if pager.open else block)
        lengths = list(map(len, lines))
        plain = (
            not pager.open
            and not rules
            and not self._has_blank(lines, lengths)
            and max(lengths) <= MAX_LINE
            and not (self._longest_label and self._longest_label in block and any(map(self._is_header, lines)))
        )
        if plain and self._quote and self._quote in block:
            plain = not self._has_odd_quotes(block)
        if plain:
            pager.add(lines, number)
        else:
            self._take_slowly(pager, number, lines, rules)

    def _has_odd_quotes(self, block: bytes) -> bool:
        """True when some line holds an odd number of quotes: nothing but quotes and line ends is kept, then their pairs go."""
        left = block.translate(None, self._beside_quotes)
        return self._quote in left.replace(2 * self._quote, b"")

    def _look(self, line: bytes) -> None:
        if self._controls.look(line):
            self._ending.append(line)

    def _has_blank(self, lines: list[bytes], lengths: list[int]) -> bool:
        """True when a line holds nothing but delimiters, quotes and blanks; only short lines are looked at."""
        short = 3 * len(self.header) + 2
        if min(lengths) > short:
            return False
        marks = _blank_marks(self.delimiter, self._quote)
        return any(length <= short and not line.strip(marks) for line, length in zip(lines, lengths, strict=True))

    def _take_slowly(self, pager: Pager, number: int, lines: list[bytes], rules: list[LineRule]) -> None:
        position = 0
        if pager.open:
            lines, number = pager.open + lines, pager.open_number
            pager.open = []
        while position < len(lines):
            line = lines[position]
            reason = self._skip_reason(line, rules)
            if reason:
                pager.skipped[reason] += 1
            elif len(line) > MAX_LINE:
                pager.bad.append(self.bad_line(number + position, f"is longer than {MAX_LINE:,} bytes", ""))
            elif self._quote and line.count(self._quote) & 1 and not self._is_whole(line):
                taken = self._take_quoted(pager, number, lines, position, last=False)
                if not taken:
                    pager.open, pager.open_number = lines[position:], number + position
                    return
                position += taken - 1
            else:
                pager.add([line], number + position)
            position += 1

    def _skip_reason(self, line: bytes, rules: list[LineRule]) -> str:
        if self._is_header(line):
            return "repeated header"
        if len(line) <= 3 * len(self.header) + 2 and not line.strip(_blank_marks(self.delimiter, self._quote)):
            return "blank line"
        return next((rule.name for rule in rules if rule.search(line)), "")

    def _is_header(self, line: bytes) -> bool:
        """The header again, also where a form feed stands before it or the quotes are others."""
        if not self._longest_label or self._longest_label not in line:
            return False
        if not all(label in line for label in self._label_bytes):
            return False
        cells = split_line(self._text(line), self.delimiter, self.mapping.spec.file.quote)
        return [cell.strip() for cell in cells] == self.header

    def _take_quoted(self, pager: Pager, number: int, lines: list[bytes], position: int, last: bool) -> int:
        """Lines used by a record whose quote goes over line ends; 0: more lines are needed to tell."""
        record, size = lines[position], len(lines[position])
        for span in range(1, _MAX_SPAN):
            if position + span >= len(lines):
                if not last:
                    return 0
                break
            size += len(lines[position + span]) + 1
            if size > MAX_LINE:
                break
            record += b"\n" + lines[position + span]
            if lines[position + span].count(self._quote) & 1 and self._is_whole(record):
                pager.add([record], number + position)
                return span + 1
        payload = self._text(lines[position])
        pager.bad.append(self.bad_line(number + position, "has a quote that is never closed", payload))
        return 1

    def _is_whole(self, record: bytes) -> bool:
        """True when the record reads strictly and has as many cells as the header (padded tables: no filled ones more)."""
        text = self._without_prefix(record.decode(self.encoding, "replace"))
        reader = csv.reader([text], delimiter=self.delimiter, quotechar=self.mapping.spec.file.quote, strict=True)
        try:
            rows = list(reader)
        except csv.Error:
            return False
        return len(rows) == 1 and self._has_its_cells(rows[0])

    def _has_its_cells(self, cells: list[str]) -> bool:
        if self.mapping.spec.table.ragged == "pad":
            return not any(cell.strip() for cell in cells[len(self.header) :])
        return len(cells) == len(self.header)

    def _flush_open(self, pager: Pager) -> None:
        """The file ended inside a quote: its line is bad, the lines after it are read as usual."""
        while pager.open:
            lines, pager.open = pager.open, []
            number = pager.open_number
            taken = self._take_quoted(pager, number, lines, 0, last=True)
            rest = lines[taken:]
            if rest:
                self._take_slowly(pager, number + taken, rest, self._skips.active(b"\n".join(rest)))

    def _counted(self, pages: Iterator[RecordPage]) -> Iterator[RecordPage]:
        for page in pages:
            self.record_count += len(page.records) + len(page.bad)
            if self._controls.sums:
                self._controls.count(self.parse(page.records))
            yield page

    # --- records to cells ---

    def _split(self, text: str, records: Sequence[bytes]) -> list[list[str]]:
        quote, delimiter = self.mapping.spec.file.quote, self.delimiter
        if self._prefix is None and (not quote or quote not in text):
            return [line.split(delimiter) for line in text.split("\n")]
        if self._prefix is None and text.count("\n") == len(records) - 1:
            rows: list[list[str]] = []
            with suppress(csv.Error):
                rows = list(csv.reader(text.split("\n"), delimiter=delimiter, quotechar=quote))
            if len(rows) == len(records):
                return rows
        return [self._split_one(record) for record in records]

    def _split_one(self, record: bytes) -> list[str]:
        text = self._without_prefix(visible_lines(record.translate(None, CONTROLS).decode(self.encoding)))
        quote = self.mapping.spec.file.quote
        if not quote:
            return text.split(self.delimiter)
        try:
            rows = list(csv.reader([text], delimiter=self.delimiter, quotechar=quote))
        except csv.Error:
            rows = []
        return rows[0] if len(rows) == 1 else [text]

    def _without_prefix(self, text: str) -> str:
        return self._prefix.sub("", text, count=1) if self._prefix else text

    def _pad(self, rows: list[list[str]]) -> None:
        width = len(self.header)
        for row in rows:
            if len(row) < width:
                row += [""] * (width - len(row))
            elif len(row) > width and not any(cell.strip() for cell in row[width:]):
                del row[width:]


def visible_lines(text: str) -> str:
    """Invisible marks removed; text that is only ASCII was cleaned as bytes."""
    return text if text.isascii() else visible(text)


def _blank_marks(delimiter: str, quote: bytes) -> bytes:
    return b" \t\x0c\x00\x1a" + delimiter.encode() + quote


def _last_filled(lines: list[bytes], count: int, marks: bytes) -> int:
    """How many lines from the end hold the last `count` that are not empty."""
    for taken, line in enumerate(reversed(lines), 1):
        count -= bool(line.strip(marks))
        if not count:
            return taken
    return len(lines)
