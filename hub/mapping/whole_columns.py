"""Cells of a whole column at once: what most columns of most files need, at a fraction of the cost of one by one.

A column that holds one unreadable cell raises CellError; the page is then read row by row, which names the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.mapping.cells import Cells, refuse_scientific
from hub.mapping.when import Days

Values = Sequence[str | None]
ColumnReader = Callable[[Sequence[str]], Values]


def trimmed_column(cells: Sequence[str]) -> Values:
    """Trimmed text; blank is None. Nothing has to be trimmed where all of it are letters and digits."""
    if "".join(cells).isalnum():
        return [cell or None for cell in cells] if "" in cells else cells
    return [cell.strip() or None for cell in cells]


def upper_column(cells: Sequence[str]) -> Values:
    """The same in capitals: keys."""
    if "".join(cells).isdecimal():
        return [cell or None for cell in cells] if "" in cells else cells
    return [cell.strip().upper() or None for cell in cells]


def days_column(days: Days, others: Cells) -> ColumnReader:
    """ISO days: the usual form is one look-up, anything else goes to the column's own reader."""

    def read(cells: Sequence[str]) -> Values:
        found = list(map(days.__getitem__, cells))
        if None in found:
            return [day or others[cell] for day, cell in zip(found, cells, strict=True)]  # type: ignore[misc]
        return found

    return read


def refuse_scientific_column(label: str, values: Values) -> None:
    """Raises CellError for an id that a spreadsheet damaged (`1.2E+5`)."""
    for value in values:
        if value is not None and not value.isalnum():
            refuse_scientific(label, value)
