"""Printed reports: a group line whose values hold below it, records over several lines, page heads and totals between.

A record is its captures joined by the unit separator, carried values included, so that its bytes determine the row.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import HubBug
from hub.mapping.cells import visible
from hub.mapping.columns import report_captures
from hub.mapping.layers import Mapping
from hub.mapping.patterns import MAX_LINE
from hub.readers.control import Controls
from hub.readers.lines import choose_encoding, decoded, text_blocks
from hub.readers.page_head import PageHead
from hub.readers.pager import Pager
from hub.readers.records import SEPARATOR, RecordPage, RecordReader

_LINES_ABOVE = 60


@dataclass(slots=True)
class _Lost:
    """What begins with a line that cannot be read: a record when further lines follow it, else perhaps a group."""

    number: int
    why: str
    lines: list[str] = field(default_factory=list)
    at_margin: bool = False
    is_record: bool = False


class ReportReader(RecordReader):
    """One report, read line by line."""

    def __init__(self, path: Path, mapping: Mapping, name: str, zone: str) -> None:
        super().__init__(path, mapping, name, zone)
        spec = mapping.spec
        if spec.report is None:
            raise HubBug("HUB-B11", f"{mapping.id} is no report mapping")
        found, notes = choose_encoding(path, spec.file.encodings, f"{mapping.id}: {name}")
        self._raw_encoding, self.encoding, self.delimiter = found, decoded(found), ""
        self.notes += notes
        self._report = spec.report
        self._start = re.compile(spec.report.start_regex)
        self._groups = [re.compile(group.regex) for group in spec.report.group]
        self._further = [(re.compile(line.regex), line.append) for line in spec.report.continuation]
        self._skips = [(rule.name, re.compile(rule.regex)) for rule in spec.skip]
        self._stop = re.compile(spec.table.stop_regex) if spec.table.stop_regex else None
        self.set_header(report_captures(spec), 0)
        self._controls = Controls.of(mapping, self.header, "utf-8")
        self._carried: dict[str, str] = {}
        self._record: dict[str, str] | None = None
        self._number = self._edge = 0  # where the open record begins: its line, how far that is set in
        self._margin: int | None = None  # how far the last group line was set in
        self._lost: _Lost | None = None
        self._head = PageHead()
        self._begun = self._stopped = self._doubtful = False
        self.as_of = self.find_as_of([line for _, line in zip(range(_LINES_ABOVE), self._lines(), strict=False)])

    def pages(self, size: int = 4096) -> Iterator[RecordPage]:
        pager = Pager(size)
        for number, line in self._lines_of_table(pager):
            self._take(pager, number, line)
            yield from self._counted(pager.full_pages())
        self._finish(pager)
        yield from self._counted(pager.last_page())

    def parse(self, records: Sequence[bytes]) -> list[list[str]]:
        return [record.decode().split(SEPARATOR) for record in records]

    def find_problems(self) -> list[str]:
        return self._controls.problems(self.record_count)

    def redacted_blocks(self) -> Iterator[bytes]:
        for line in self._lines():
            yield (line + "\n").encode()

    def _take(self, pager: Pager, number: int, line: str) -> None:
        if len(line) > MAX_LINE:
            self._set_aside(pager, number, line, f"is longer than {MAX_LINE:,} characters")
            return
        if self._controls.controls:
            self._controls.look(line.encode())
        reason = self._skip_reason(line)
        if reason:
            pager.skipped[reason] += 1
            if not self._begun and line.strip():
                self._head.goes_on()
        elif group := next((found for pattern in self._groups if (found := pattern.search(line))), None):
            self._finish(pager)
            self._begun = True
            self._carried.update(_captures(group))
            self._margin = _indent(line)
        elif start := self._start.search(line):
            self._finish(pager)
            self._begun = True
            self._record, self._number = {**self._carried, **_captures(start)}, number
            self._edge, self._doubtful = _indent(line), False
        elif not self._continue(pager, number, line):
            self._unread(pager, number, line)

    def _skip_reason(self, line: str) -> str:
        if self._stopped or (self._stop and self._stop.search(line)):
            self._stopped = True
            return "after the table"
        if not line.strip():
            return "blank line"
        return next((name for name, pattern in self._skips if pattern.search(line)), "")

    def _continue(self, pager: Pager, number: int, line: str) -> bool:
        """A further line: of the open record, else of the one that was lost."""
        pattern, append = next((each for each in self._further if each[0].search(line)), (None, False))
        found = pattern.search(line) if pattern else None
        if found is None:
            return False
        captures = _captures(found)
        if self._record is not None and not (self._doubtful and self._contradicts(captures, append)):
            self._add(captures, append)
            return True
        if self._record is not None:
            self._finish(pager)
            self._lost = _Lost(number, "belongs to a record whose first line no rule explains")
        if self._lost is None:
            return False
        self._lost.lines.append(line)
        self._lost.is_record = True
        return True

    def _add(self, captures: dict[str, str], append: bool) -> None:
        assert self._record is not None
        for name, text in captures.items():
            before = self._record.get(name, "")
            self._record[name] = f"{before} {text}" if append and before and text else text or before

    def _contradicts(self, captures: dict[str, str], append: bool) -> bool:
        """Would the line replace what is known? After an unread line it is then another record's."""
        known = self._record or {}
        return not append and any(text and known.get(name, text) not in ("", text) for name, text in captures.items())

    def _unread(self, pager: Pager, number: int, line: str) -> None:
        """A line that no rule explains. It may be one that was misprinted, so it is not dropped."""
        if not self._begun:
            pager.skipped["above the table"] += 1
            if not any(pattern.search(line) for pattern, _ in self._further):
                self._head.add(line)
        elif self._head.holds(line):
            pager.skipped["page head"] += 1
            self._doubtful = True  # should it be no head after all, no record may be written over the one before
        elif self._report.unread == "count":
            pager.skipped["unread line"] += 1
            self._doubtful = True
        else:
            self._set_aside(pager, number, line, "is a line that no rule of the mapping explains")

    def _set_aside(self, pager: Pager, number: int, line: str, why: str) -> None:
        """Further in than the first line of the open record it is part of that one. Else a record or a group begins
        here that nobody can read: what follows is not the record's before it, nor under the group before it."""
        margin = self._margin if self._margin is not None else -1
        if self._record is not None and _indent(line) > max(self._edge, margin):
            pager.bad.append(self.bad_line(number, why, line))
            self._doubtful = True
            return
        self._finish(pager)
        self._lost = _Lost(number, why, [line], at_margin=_indent(line) <= margin)

    def _finish(self, pager: Pager) -> None:
        if self._record is not None:
            cells = [self._record.get(name, "").replace(SEPARATOR, " ") for name in self.header]
            pager.add([SEPARATOR.join(cells).encode()], self._number)
            self._record = None
        if self._lost is not None:
            lost, self._lost = self._lost, None
            pager.bad.append(self.bad_line(lost.number, lost.why, "\n".join(lost.lines)))
            self.record_count += lost.is_record or not self._further
            if lost.at_margin or not lost.is_record:
                self._carried.clear()

    def _counted(self, pages: Iterator[RecordPage]) -> Iterator[RecordPage]:
        for page in pages:
            self.record_count += len(page.records)
            if self._controls.sums:
                self._controls.count(self.parse(page.records))
            yield page

    def _lines(self) -> Iterator[str]:
        for block in text_blocks(self.path, self._raw_encoding):
            for line in block.splitlines():
                yield visible(line.decode(self.encoding).expandtabs()).rstrip()

    def _lines_of_table(self, pager: Pager) -> Iterator[tuple[int, str]]:
        table, held = self.mapping.spec.table, deque[tuple[int, str]]()
        for number, line in enumerate(self._lines(), 1):
            if number <= table.skip_first:
                continue
            if not table.skip_last:
                yield number, line
            elif line.strip():
                held.append((number, line))
                if len(held) > table.skip_last:
                    yield held.popleft()
        for _, line in held:
            self._controls.look(line.encode())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _captures(found: re.Match[str]) -> dict[str, str]:
    return {name: (text or "").strip() for name, text in found.groupdict().items()}
