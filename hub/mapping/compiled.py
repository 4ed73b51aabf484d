"""A mapping and a header become one plain Python function, once per stream. The generated text holds nothing of the
mapping but our own numbered names and `repr` constants; everything else is handed over as objects.

Why: a row then costs its look-ups and nothing else; the mapping is not asked again for every row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hub.contract import BadRow
from hub.mapping.cells import CODES, CellError
from hub.mapping.header import Layout, checked_layout
from hub.mapping.layers import Mapping
from hub.mapping.redact import never_positions
from hub.mapping.values import ValueBuilder
from hub.mapping.words import WordMap

Row = Sequence[str | None]
_Outcome = CellError | str | int  # an unreadable cell, the name of a where rule, or a wrong number of cells
_Run = Callable[
    [Sequence[Row], Sequence[int], Sequence[int], Callable[[tuple[object, ...]], None]], list[tuple[int, _Outcome]]
]
KeyReader = Callable[[Row], str | None]


Columns = tuple[Sequence[object], ...]


@dataclass(frozen=True, slots=True)
class _Runs:
    """The same mapping twice: `by_column` may raise CellError before it adds anything, `by_row` never does."""

    by_row: _Run
    by_column: _Run


@dataclass(frozen=True, slots=True)
class _Made:
    """The compiled functions. `columns` is there where nothing has to be asked row by row; it may raise CellError."""

    plain: _Runs
    marked: _Runs
    columns: Callable[[Sequence[Row]], Columns] | None


@dataclass(slots=True)
class MappedPage:
    """What came of a page of rows. Indexes count from 0 into the rows; `unmapped` holds words of value maps."""

    facts: list[tuple[object, ...]] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    bad: list[tuple[int, BadRow]] = field(default_factory=list)
    filtered: list[tuple[int, str]] = field(default_factory=list)
    unmapped: dict[str, Counter[str]] = field(default_factory=dict)


class RowMapper:
    """Rows of one file in, facts of one entity out. Counts equal keys over all its calls: make a new one per file."""

    def __init__(
        self,
        mapping_id: str,
        columns: tuple[str, ...],
        made: _Made,
        maps: dict[str, WordMap],
        width: int,
        never: tuple[int, ...],
    ) -> None:
        self.columns = columns
        self._id = mapping_id
        self._made = made
        self._maps = maps
        self._width = width
        self._never = never

    def map_rows(self, rows: Sequence[Row], numbers: Sequence[int], marks: Sequence[int] | None = None) -> MappedPage:
        """Facts as stored: text, int cents, bool, None, ISO dates, UTC text. `numbers` are lines, for messages.

        Cells are text; rows of an API, which may hold None, go through `clean_rows` first. With `marks` (a fingerprint a row) every fact ends with its line and its mark, ready to be written.

        Raises SourceChanged HUB-C15 for a word without an answer where the mapping says `unmapped = "error"`.
        """
        page = MappedPage()
        columns = self.map_columns(rows)
        if columns is not None:
            page.facts = list(zip(*columns, *(() if marks is None else (numbers, marks)), strict=True))
            left = []
        else:
            run, extra = (self._made.plain, numbers) if marks is None else (self._made.marked, marks)
            left = self._left_by(run, rows, numbers, extra, page)
        if not left:
            page.kept = list(range(len(rows)))
        else:
            aside = {index for index, _ in left}
            page.kept = [index for index in range(len(rows)) if index not in aside]
            for index, outcome in left:
                self._set_aside(page, index, rows[index], numbers[index], outcome)
        page.unmapped = self.take_unmapped()
        return page

    def map_columns(self, rows: Sequence[Row]) -> Columns | None:
        """The same as columns of values, in the order of `columns`; None where the rows must be asked one by one: the
        mapping wants it, or one of them is no fact."""
        if self._made.columns is None or set(map(len, rows)) != {self._width}:
            return None
        with suppress(CellError):
            return self._made.columns(rows)
        self.take_unmapped()  # every row is asked again
        return None

    def take_unmapped(self) -> dict[str, Counter[str]]:
        """The words without an answer since this was last asked, by column."""
        taken = {name: words.unmapped for name, words in self._maps.items() if words.unmapped}
        for name in taken:
            self._maps[name].unmapped = Counter()
        return taken

    def _left_by(
        self, run: _Runs, rows: Sequence[Row], numbers: Sequence[int], marks: Sequence[int], page: MappedPage
    ) -> list[tuple[int, _Outcome]]:
        """Column by column where every row has all cells and every cell can be read, else row by row."""
        if self._made.columns is None and rows and set(map(len, rows)) == {self._width}:
            with suppress(CellError):  # raised before the first fact is added
                return run.by_column(rows, numbers, marks, page.facts.append)
            self.take_unmapped()
        return run.by_row(rows, numbers, marks, page.facts.append)

    def _set_aside(self, page: MappedPage, index: int, row: Row, number: int, outcome: _Outcome) -> None:
        if isinstance(outcome, str):
            page.filtered.append((index, outcome))
        elif not any(cell and cell.strip() for cell in row):
            page.filtered.append((index, "blank row"))
        elif isinstance(outcome, int):
            why = f"has {outcome} cells, the header has {self._width}"
            page.bad.append((index, self._bad(row, number, CellError("parse", why))))
        else:
            page.bad.append((index, self._bad(row, number, outcome)))

    def _bad(self, row: Row, number: int, error: CellError) -> BadRow:
        message = f"{CODES[error.reason]} {self._id}: row {number} {error.why}"
        cells = ["" if place in self._never else cell or "" for place, cell in enumerate(row)]
        if self._never and len(row) != self._width:
            cells = ["(withheld)"]
        return BadRow(error.reason, message, "\x1f".join(cells), number)


def compile_mapping(mapping: Mapping, header: Sequence[str], zone: str) -> RowMapper:
    """The mapper for files with this header; `zone` is the practice's, for moments.

    Raises SourceChanged HUB-C12 when a needed column is missing, HUB-C17 when a label is ambiguous.
    """
    layout: Layout = checked_layout(mapping, header)
    build = ValueBuilder(mapping, layout, header, zone)
    for rule in mapping.spec.where:
        build.add_where(rule)
    build.add_key()
    for name in build.stored():
        build.value(name)
    scope: dict[str, object] = dict(build.constants)
    whole = None if _left_for_rows(build) else _made(_only_columns(build), mapping.id, scope)
    made = _Made(_runs(build, len(header), False, scope), _runs(build, len(header), True, scope), whole)
    never = never_positions(header, mapping.spec.never_import)
    return RowMapper(mapping.id, build.columns(), made, build.maps, len(header), never)


def _runs(build: ValueBuilder, width: int, marked: bool, scope: dict[str, object]) -> _Runs:
    texts = (_by_row(build, width, marked), _by_column(build, marked))
    return _Runs(*(_made(text, build.mapping.id, scope) for text in texts))


def compile_key(mapping: Mapping, header: Sequence[str], zone: str) -> KeyReader:
    """Gives the key of a row's cells, for rows of which another cell cannot be read; None where it cannot be either.

    Always None where a key depends on the rows before it. Raises as `compile_mapping` does.
    """
    build = ValueBuilder(mapping, checked_layout(mapping, header), header, zone)
    build.add_key()
    if mapping.needs_context:
        return lambda row: None
    cells = "".join(f"c{n}, " if n in build.used else "_, " for n in range(len(header)))
    body = [f"    {line}" for line in (f"{cells}= row", *build.lines, "return key")]
    lines = ["def run(row):", "  try:", *body, "  except CellError:", "    return None"]
    read: Any = _made(lines, mapping.id, dict(build.constants))
    return lambda row: read(row) if len(row) == len(header) else None


def _made(lines: list[str], mapping_id: str, scope: dict[str, object]) -> Any:
    exec(compile("\n".join(lines), f"<mapping {mapping_id}>", "exec"), scope)
    return scope["run"]


def _left_for_rows(build: ValueBuilder) -> list[str]:
    """The lines that no whole column answers."""
    return [line for n, line in enumerate(build.lines) if n not in build.whole]


def _only_columns(build: ValueBuilder) -> list[str]:
    """The text of `run(rows)` where nothing is left for rows: the columns of the facts."""
    answered = {name for name, _ in build.columns_first if name}
    outputs = [f"{name}s" if name in answered else f"[{name}] * len(rows)" for name in build.outputs()]
    return ["def run(rows):", *_columns_first(build), f"  return ({', '.join(outputs)},)"]


def _columns_first(build: ValueBuilder) -> list[str]:
    return ["  cells = list(zip(*rows))", *(f"  {name}s = {call}" if name else f"  {call}" for name, call in build.columns_first)]


def _by_column(build: ValueBuilder, marked: bool) -> list[str]:
    """The same for rows that all have their cells: what whole columns can answer first, then the rest row by row."""
    rest = _left_for_rows(build)
    values = [name for name, _ in build.columns_first if name]
    raw = [n for n in sorted(build.used) if any(re.search(rf"\bc{n}\b", line) for line in rest)]
    names = ", ".join(["number", "mark", *values, *(f"c{n}" for n in raw)])
    columns = ", ".join(["numbers", "marks", *(f"{name}s" for name in values), *(f"cells[{n}]" for n in raw)])
    end = "number, mark" if marked else ""
    return [
        "def run(rows, numbers, marks, add):",
        "  left = []",
        "  index = -1",
        *_columns_first(build),
        f"  for {names} in zip({columns}, strict=True):",
        "    index += 1",
        "    try:",
        *(f"      {line}" for line in rest),
        f"      add(({', '.join(build.outputs())}, {end}))",
        "    except CellError as error:",
        "      left.append((index, error))",
        "  return left",
    ]


def _by_row(build: ValueBuilder, width: int, marked: bool) -> list[str]:
    """The text of `run(rows, numbers, marks, add)`; it gives (index, outcome) of every row that is not a fact."""
    cells = "".join(f"c{n}, " if n in build.used else "_, " for n in range(width))
    end = "number, mark" if marked else ""
    return [
        "def run(rows, numbers, marks, add):",
        "  left = []",
        "  index = -1",
        "  for row, number, mark in zip(rows, numbers, marks):",
        "    index += 1",
        f"    if len(row) != {width}:",
        "      left.append((index, len(row)))",
        "      continue",
        "    try:",
        f"      {cells}= row",
        *(f"      {line}" for line in build.lines),
        f"      add(({', '.join(build.outputs())}, {end}))",
        "    except CellError as error:",
        "      left.append((index, error))",
        "  return left",
    ]
