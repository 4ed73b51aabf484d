"""Records of the API as rows and facts-to-be: labelled text cells, one `Rows` per fact that a record is, `Gone` for those
it no longer is, `BadRow` for a record that cannot be taken apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.open_dental.api.paging import Record, key_of
from connectors.open_dental.shape import Column, Query
from connectors.open_dental.texts import as_text, flat
from connectors.open_dental.told import told
from hub.contract import BadRow, Gone, Rows

# Cells that the records of a page do not hold: label -> key -> cell. A label that is not there is not known.
Extra = Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class RowMaker:
    """Makes the rows of one stream. `extra` finds the cells that the records of a page do not hold, `keeps` chooses."""

    query: Query
    key: str
    extra: Callable[[Sequence[Record]], Extra] = lambda records: {}
    keeps: Callable[[Record], bool] = lambda record: True

    def parts(self, records: Sequence[Record]) -> Iterator[Rows | Gone | BadRow]:
        """What one page of records says. A label that no record of the page has is left out: not known."""
        kept = [plain(record) for record in records if self.keeps(record)]
        if not kept:
            return
        extra = self.extra(kept)
        columns = [column for column in self.query.columns if self._has(column, kept, extra)]
        rows: list[list[str]] = []
        for record in kept:
            row = self._row(columns, record, extra)
            if isinstance(row, BadRow):
                yield row
            else:
                rows.append(row)
        yield from told(self.query, [column.label for column in columns], rows)

    def _has(self, column: Column, records: Sequence[Record], extra: Extra) -> bool:
        return column.label in extra or column.of_record is not None or has_field(column, records)

    def _row(self, columns: Sequence[Column], record: Record, extra: Extra) -> list[str] | BadRow:
        number = key_of(record, self.key)
        try:
            if not number:
                raise ValueError("no key")
            return [self._cell(column, record, number, extra) for column in columns]
        except (ValueError, ArithmeticError, TypeError, KeyError, IndexError) as error:
            text = f"HUB-U11 {self.query.name}: a record of the API cannot be read ({type(error).__name__}); correct it in Open Dental"
            return BadRow("parse", text, json.dumps(record, default=str, ensure_ascii=True))

    def _cell(self, column: Column, record: Record, number: str, extra: Extra) -> str:
        if column.label in extra:
            return extra[column.label].get(number, "")
        if column.of_record is not None:
            return as_text(column.of_record(record), column)
        return as_text(record.get(column.field or ""), column)


def has_field(column: Column, records: Sequence[Record]) -> bool:
    """Does any record of the page have the column's field? Older versions lack some."""
    return column.field is not None and any(column.field in record for record in records)


def plain(record: Record) -> Record:
    """Text without what no store takes: half characters of a cut-off emoji, zero bytes; line breaks as blanks."""
    return {name: _clean(value) if isinstance(value, str) else value for name, value in record.items()}


def _clean(text: str) -> str:
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return flat(whole.replace("\x00", ""))
