"""The list as an Excel workbook: sheet 1 to work with, sheet 2 to trust it by. Rows are streamed, memory stays flat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

import xlsxwriter

from hub.contract import ItemRow, ListSummary
from hub.money import plain
from hub.output import about, columns, words
from hub.output.columns import Cell, Column
from hub.output.safe_text import one_line

# Dark to light, so that the bands stay apart on a black-and-white print; the word itself stands in the cell.
_BAND_COLOURS = {"today": "#F2A38C", "this week": "#FBD9A0", "when possible": "#DCEBD8", "batch": "#F1F1F1"}
_MONEY = '"$"#,##0.00;-"$"#,##0.00'
Part = tuple[Sequence[ItemRow], ListSummary]  # one practice's items, and what they cover
_LOCAL_DATE = 14  # Excel's built-in short date: shows as the reader's own country writes it


def write_workbook(
    path: Path, items: Sequence[ItemRow], summary: ListSummary, shown: tuple[Column, ...] = columns.FOR_SHEETS
) -> None:
    """Write the workbook at `path`; its temporary files stay in the same folder. Raises OSError."""
    write_joint_workbook(path, [(items, summary)], shown)


def write_joint_workbook(path: Path, parts: Sequence[Part], shown: tuple[Column, ...] | None = None) -> None:
    """The lists of one or more practices on one sheet, and for each practice a sheet that says what its part covers."""
    several = len(parts) > 1
    shown = shown or (*columns.FOR_SHEETS, *(columns.chosen(["practice"]) if several else ()))
    options = {
        "constant_memory": True, "tmpdir": str(path.parent),
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": "Outstanding items", "created": parts[0][1].made_at.replace(tzinfo=None)})
    _ListSheet(book, shown).write([row for items, _summary in parts for row in items], [told for _items, told in parts])
    for place, (items, summary) in enumerate(parts, start=1):
        # Excel takes 31 characters, and each name once; a practice's id has no sign that it refuses.
        name = f"About {place} {summary.practice_id}"[:31] if several else "About this list"
        _write_about(book.add_worksheet(name), book, items, summary)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise _as_os_error(error) from None


def _as_os_error(error: Exception) -> OSError:
    """xlsxwriter wraps what the disk said; the caller must see the original to know what to do."""
    said = error.args[0] if error.args else None
    return said if isinstance(said, OSError) else OSError(str(error))


class _ListSheet:
    """Sheet 1. A format is made once per (kind, band), because Excel counts them."""

    def __init__(self, book: Any, shown: tuple[Column, ...]) -> None:
        self._sheet = book.add_worksheet("Outstanding")
        self._shown = shown
        base = {"valign": "top", "bottom": 1, "bottom_color": "#D0D0D0"}
        self._plain = {
            "text": book.add_format(base),
            "long": book.add_format({**base, "text_wrap": True}),
            "date": book.add_format({**base, "num_format": _LOCAL_DATE, "align": "left"}),
            "cents": book.add_format({**base, "num_format": _MONEY}),
            "number": book.add_format({**base, "num_format": "0"}),
        }
        self._bands = {
            name: book.add_format({**base, "bg_color": colour, "bold": name == "today"})
            for name, colour in _BAND_COLOURS.items()
        }
        self._head = book.add_format({"bold": True, "bg_color": "#2F4B5C", "font_color": "#FFFFFF"})

    def write(self, items: Sequence[ItemRow], told: Sequence[ListSummary]) -> None:
        self._frame(len(items), told)
        for place, column in enumerate(self._shown):
            self._sheet.write_string(0, place, column.heading, self._head)
        for line, row in enumerate(items, start=1):
            for place, column in enumerate(self._shown):
                self._cell(line, place, column, column.value(row))

    def _frame(self, rows: int, told: Sequence[ListSummary]) -> None:
        sheet, last = self._sheet, len(self._shown) - 1
        for place, column in enumerate(self._shown):
            sheet.set_column(place, place, column.width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, rows, last)
        on_paper = len(list(takewhile(lambda column: column.printed, self._shown))) or len(self._shown)
        sheet.print_area(0, 0, rows, on_paper - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(1)  # US Letter
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        # & starts a control code in headers; 255 characters are all that Excel takes.
        name = ", ".join(one_line(summary.practice_name) for summary in told)[:100].replace("&", "&&")
        as_of = min(summary.as_of for summary in told)
        sheet.set_header(f"&L{name}&ROutstanding as of {words.long_day(as_of)}")
        sheet.set_footer("&LPatient information: keep inside the practice&RPage &P of &N")

    def _cell(self, line: int, place: int, column: Column, value: Cell) -> None:
        look = self._bands[str(value)] if column.name == "band" else self._plain[column.kind]
        write_cell(self._sheet, line, place, value, look, column.kind == "cents")


def write_cell(sheet: Any, line: int, place: int, value: Cell, look: Any, is_cents: bool) -> None:
    """One typed cell. Text is only ever text: never a formula, a link or a number."""
    if value is None or value == "":
        sheet.write_blank(line, place, None, look)
    elif isinstance(value, date):
        # Excel's calendar starts in 1900; some systems say 0001-01-01 for "none".
        if value.year < 1900:
            sheet.write_string(line, place, value.isoformat(), look)
        else:
            sheet.write_datetime(line, place, value, look)
    elif isinstance(value, str):
        sheet.write_string(line, place, one_line(value), look)
    else:
        # The one edge where cents become a float: an xlsx number is a double in the file, and the double nearest to
        # the written decimal shows and reads back as exactly these cents. Nothing is calculated with it here.
        sheet.write_number(line, place, float(plain(value)) if is_cents else value, look)


def _write_about(sheet: Any, book: Any, items: Sequence[ItemRow], summary: ListSummary) -> None:
    text = book.add_format({"valign": "top", "text_wrap": True})
    head = book.add_format({"bold": True, "bottom": 1})
    title = book.add_format({"bold": True, "font_size": 13})
    money, number = book.add_format({"num_format": _MONEY, "valign": "top"}), book.add_format({"valign": "top"})
    for place, width in enumerate((34, 46, 40, 44)):
        sheet.set_column(place, place, width)
    sheet.set_landscape()
    sheet.set_paper(1)
    sheet.fit_to_pages(1, 0)
    line = 0
    for table in about.about(items, summary):
        sheet.write_string(line, 0, table.title, title)
        line += 1
        if any(table.headings):
            for place, heading in enumerate(table.headings):
                sheet.write_string(line, place, heading, head)
            line += 1
        for row in table.rows:
            for place, value in enumerate(row):
                is_cents = place in table.cents
                look = text if isinstance(value, str) else money if is_cents else number
                write_cell(sheet, line, place, value, look, is_cents)
            line += 1
        line += 1
