"""The list as CSV for other programs and for Excel: UTF-8 with mark, CRLF, ISO dates, plain money, no live formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TextIO

from hub.contract import ItemRow
from hub.money import plain
from hub.output import columns
from hub.output.columns import Cell, Column
from hub.output.safe_text import guarded


def write_csv(path: Path, items: Iterable[ItemRow], shown: tuple[Column, ...] = columns.COLUMNS) -> None:
    """Write the file at `path`; headings are the columns' stable names. Raises OSError."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        write_rows(stream, items, shown)


def write_rows(stream: TextIO, items: Iterable[ItemRow], shown: tuple[Column, ...] = columns.COLUMNS) -> None:
    """Write to an open text stream (opened with newline="")."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.name for column in shown])
    for row in items:
        writer.writerow([_text(column, column.value(row)) for column in shown])


def _text(column: Column, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return plain(value) if column.kind == "cents" else str(value)
    return guarded(value)
