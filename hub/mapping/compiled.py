"""A mapping and a header become one plain Python function, once per stream. The generated text holds nothing of the
mapping but our own numbered names and `repr` constants; everything else is handed over as objects.

Why: a row then costs its look-ups and nothing else; the mapping is not asked again for every row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

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
        run: _Run,
        run_marked: _Run,
        maps: dict[str, WordMap],
        width: int,
        never: tuple[int, ...],
    ) -> None:
        self.columns = columns
        self._id = mapping_id
        self._run = run
        self._run_marked = run_marked
        self._maps = maps
        self._width = width
        self._never = never

    def map_rows(self, rows: Sequence[Row], numbers: Sequence[int], marks: Sequence[int] | None = None) -> MappedPage:
        """Facts as stored: text, int cents, bool, None, ISO dates, UTC text. `numbers` are lines, for messages.

        Cells are text; rows of an API, which may hold None, go through `clean_rows` first. With `marks` (a fingerprint a row) every fact ends with its line and its mark, ready to be written.

        Raises SourceChanged HUB-C15 for a word without an answer where the mapping says `unmapped = "error"`.
        """
        page = MappedPage()
        if marks is None:
            left = self._run(rows, numbers, numbers, page.facts.append)
        else:
            left = self._run_marked(rows, numbers, marks, page.facts.append)
        if not left:
            page.kept = list(range(len(rows)))
        else:
            aside = {index for index, _ in left}
            page.kept = [index for index in range(len(rows)) if index not in aside]
            for index, outcome in left:
                self._set_aside(page, index, rows[index], numbers[index], outcome)
        for name, words in self._maps.items():
            if words.unmapped:
                page.unmapped[name] = words.unmapped
                words.unmapped = Counter()
        return page

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
    runs: list[_Run] = []
    for marked in (False, True):
        exec(compile("\n".join(_function(build, len(header), marked)), f"<mapping {mapping.id}>", "exec"), scope)
        runs.append(scope["run"])  # type: ignore[arg-type]
    never = never_positions(header, mapping.spec.never_import)
    return RowMapper(mapping.id, build.columns(), runs[0], runs[1], build.maps, len(header), never)


def _function(build: ValueBuilder, width: int, marked: bool) -> list[str]:
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
