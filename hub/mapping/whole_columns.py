"""Cells of a whole column at once: what most columns of most files need, at a fraction of the cost of one by one.

A column that holds one unreadable cell raises CellError; the page is then read row by row, which names the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.mapping.amounts import AmountCells
from hub.mapping.cells import CellError, Cells, refuse_scientific
from hub.mapping.when import Days

Values = Sequence[object]
ColumnReader = Callable[[Sequence[str]], Values]


def _has_no_blank(text: str) -> bool:
    """Not one blank anywhere in it, and it is not empty."""
    return text.split(maxsplit=1) == [text]


def trimmed_column(cells: Sequence[str]) -> Values:
    """Trimmed text; blank is None. Nothing has to be trimmed where no cell holds a blank."""
    if _has_no_blank("".join(cells)):
        return [cell or None for cell in cells] if "" in cells else cells
    return [cell.strip() or None for cell in cells]


def upper_column(cells: Sequence[str]) -> Values:
    """The same in capitals: keys."""
    text = "".join(cells)
    if _has_no_blank(text) and text.upper() == text:
        return [cell or None for cell in cells] if "" in cells else cells
    return [cell.strip().upper() or None for cell in cells]


def capitals_column(values: Sequence[str]) -> Values:
    """Values that are there, in capitals."""
    text = "".join(values)
    return values if text.upper() == text else [value.upper() for value in values]


def days_column(days: Days, others: Cells) -> ColumnReader:
    """ISO days: the usual form is one look-up, anything else goes to the column's own reader."""

    def read(cells: Sequence[str]) -> Values:
        found: list[object] = list(map(days.__getitem__, cells))
        at = -1
        for _ in range(found.count(None)):
            at = found.index(None, at + 1)
            found[at] = others[cells[at]]
        return found

    return read


def amounts_column(amounts: AmountCells) -> ColumnReader:
    """Cents: a column of usual amounts (`1234.56`, `-1,234.56`) is read in one piece, any other cell by cell."""
    usual = amounts.usual_column()

    def read(cells: Sequence[str]) -> Values:
        text = "\n".join(cells)
        # A cell may hold two amounts on two lines: then it is none.
        if usual is None or text.count("\n") != len(cells) - 1 or not usual.fullmatch(text):
            return list(map(amounts.__getitem__, cells))
        return list(map(int, text.replace(",", "").replace(".", "").split("\n")))

    return read


def looked_up_column(known: dict[str | None, object]) -> ColumnReader:
    """Every cell asked of a table that reads what it does not hold."""

    def read(cells: Sequence[str]) -> Values:
        return list(map(known.__getitem__, cells))

    return read


def refuse_blank_column(reason: str, why: str, values: Values) -> None:
    """Raises CellError where a value has to be in every row and one has none."""
    if None in values:
        raise CellError(reason, why)  # type: ignore[arg-type]


def refuse_scientific_column(label: str, values: Sequence[str | None]) -> None:
    """Raises CellError for an id that a spreadsheet damaged (`1.2E+5`)."""
    there = [value for value in values if value is not None] if None in values else values
    if not "".join(there).isalnum():  # type: ignore[arg-type]
        for value in there:
            if value and not value.isalnum():
                refuse_scientific(label, value)
