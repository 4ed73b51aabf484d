"""Filling tables: one call per row, every documented column present, keys given or counted on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random

from hub.demo.open_dental.columns import NO_MOMENT, Row, Rows, Table, Value, tables

# where each table starts counting, beyond the numbers of the story that keep theirs
_FIRST = {
    "procedurelog": 90_000_001, "appointment": 80_000_001, "claim": 70_000_001, "treatplan": 60_000_001,
    "claimproc": 880_001, "claimpayment": 5801, "treatplanattach": 610_001, "proctp": 630_001, "payment": 560_001,
    "paysplit": 1_160_001, "adjustment": 410_001, "patplan": 12_001, "inssub": 24_001, "benefit": 2301, "etrans": 143_001,
    "sheet": 45_001, "sheetfield": 460_001, "recall": 40_001, "histappointment": 98_001, "commlog": 21_001, "statement": 31_001,
    "payplan": 4801, "payplancharge": 42_001, "refattach": 71_001, "labcase": 22_601, "task": 14_001, "claimtracking": 45_501,
    "etransmessagetext": 220_001, "insverify": 121_001, "procmultivisit": 9301, "procnote": 820_001, "patfield": 33_001,
    "deletedobject": 15_001, "securitylog": 4_700_001,
}  # fmt: skip


def cents(amount: int) -> Decimal:
    """Integer cents as the exact dollars of a money column."""
    return Decimal(amount).scaleb(-2)


@dataclass(slots=True)
class Builder:
    """The tables while they fill. `share` of the keys of patients and appointments is random with 63 bits, as in offices
    with replication."""

    rng: Random
    share: float = 0.0  # of random keys, 0 to 1
    version: str = "25.4"
    since: datetime = NO_MOMENT  # the stamp of rows that nobody has touched for long
    rows: Rows = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)
    _schema: dict[str, Table] = field(default_factory=dict)
    _blank: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._schema = tables(self.version)
        self.rows = {name: [] for name in self._schema}
        self._blank = {name: {c.name: table.blank(c) for c in table.columns} for name, table in self._schema.items()}

    def add(self, table: str, stamp: datetime | None = None, **values: Value) -> int:
        """A new row with its stamp; returns its key. Raises KeyError for a column that the table does not have."""
        shape = self._schema[table]
        row = self._blank[table].copy()
        if shape.stamp:
            row[shape.stamp] = stamp or self.since
        for name, value in values.items():
            if name not in row:
                raise KeyError(f"{table}.{name}")
            row[name] = value
        if shape.key not in values:
            row[shape.key] = self.key(table)
        self.rows[table].append(row)
        key = row[shape.key]
        assert isinstance(key, int)
        return key

    def key(self, table: str) -> int:
        """The next key of a table: counted, or for a share of patients and appointments any 63-bit number."""
        if self.share and table in ("patient", "appointment") and self.rng.random() < self.share:
            return self.rng.randrange(2**60, 2**63 - 1)
        number = self._next.get(table, _FIRST.get(table, 1))
        self._next[table] = number + 1
        return number

    def find(self, table: str, **wanted: Value) -> list[Row]:
        return [row for row in self.rows[table] if all(row[name] == value for name, value in wanted.items())]
