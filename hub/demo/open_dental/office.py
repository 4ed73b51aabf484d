"""`make_office`: the whole made-up Open Dental office in memory, and what its staff does afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from hub.demo.open_dental.columns import Row, Rows, Table, Value, tables
from hub.demo.open_dental.fill import fill
from hub.demo.open_dental.making import Making, at
from hub.demo.open_dental.story import tell
from hub.demo.planted import Planted

# Open Dental's security log by table (reference 5, PermType); FKey is the row's key.
_LOGGED = {
    "claim": 118, "payment": 16, "adjustment": 18, "patplan": 114, "refattach": 57, "sheet": 136, "task": 228, "appointment": 237,
    "procedurelog": 49,
}  # fmt: skip
_HISTORY_DELETED, _HISTORY_CHANGED = 4, 1


class Holder(Protocol):
    """A second place with the same rows, for example a MariaDB database."""

    def put(self, table: str, row: Row) -> None: ...
    def set(self, table: str, key: int, values: Row) -> None: ...
    def drop(self, table: str, key: int) -> None: ...


@dataclass(slots=True)
class OpenDental:
    """The rows of every table and what was planted in them. `now` is the office's clock, server-local without zone."""

    rows: Rows
    planted: Planted
    planted_eras: Planted
    today: date
    version: str
    now: datetime
    removed: dict[tuple[str, int], Row] = field(default_factory=dict)
    _holders: list[Holder] = field(default_factory=list)

    @property
    def schema(self) -> dict[str, Table]:
        return tables(self.version)

    def copy(self) -> OpenDental:
        """The same office as it is now, to be changed apart from this one."""
        rows = {name: [row.copy() for row in listed] for name, listed in self.rows.items()}
        return OpenDental(rows, self.planted, self.planted_eras, self.today, self.version, self.now)

    def mirror(self, holder: Holder) -> None:
        """From now on every change is made there too."""
        self._holders.append(holder)

    def row(self, table: str, key: int) -> Row:
        """The row with that key; raises KeyError when there is none."""
        name = self.schema[table].key
        for row in self.rows[table]:
            if row[name] == key:
                return row
        raise KeyError(f"{table} {key}")

    def keys(self, table: str) -> list[int]:
        name = self.schema[table].key
        return [_int(row[name]) for row in self.rows[table]]

    def change(self, table: str, key: int, **columns: Value) -> None:
        """Edit a row. As in the database its stamp moves only when a value really differs."""
        row = self.row(table, key)
        changed: Row = {name: value for name, value in columns.items() if row[name] != value}
        stamp = self.schema[table].stamp
        if changed and stamp and stamp not in columns:
            changed[stamp] = self.now
        row.update(changed)
        for holder in self._holders if changed else []:
            holder.set(table, key, changed)

    def insert(self, table: str, **columns: Value) -> int:
        """A new row with the documented defaults; returns its key, one above the highest ordinary key unless given."""
        shape = self.schema[table]
        row: Row = {column.name: self.now if column.kind == "ts" else shape.blank(column) for column in shape.columns}
        unknown = columns.keys() - row.keys()
        if unknown:
            raise KeyError(f"{table}: {sorted(unknown)}")
        row[shape.key] = max((key for key in self.keys(table) if key < 2**53), default=0) + 1
        row.update(columns)
        self._put(table, row)
        return _int(row[shape.key])

    def _put(self, table: str, row: Row) -> None:
        self.rows[table].append(row)
        for holder in self._holders:
            holder.put(table, row)

    def remove(self, table: str, key: int) -> None:
        """Delete a row for good, with the traces that Open Dental leaves of such a delete (reference 6.4)."""
        row = self.row(table, key)
        self.rows[table].remove(row)
        self.removed[table, key] = row
        for holder in self._holders:
            holder.drop(table, key)
        self._trace(table, key, row)

    def _trace(self, table: str, key: int, row: Row) -> None:
        if table == "appointment":
            self._history(row, _HISTORY_DELETED)
            self.insert("deletedobject", ObjectNum=key, ObjectType=0)
        if table == "recall":
            self.insert("deletedobject", ObjectNum=row["PatNum"], ObjectType=2)
        if table in _LOGGED:
            self.insert("securitylog", PermType=_LOGGED[table], LogDateTime=self.now, FKey=key, LogText="Deleted", UserNum=1,
                        PatNum=row.get("PatNum", 0))  # fmt: skip

    def restore(self, table: str, key: int) -> None:
        """The removed row comes back under its old key, stamped now: a backup was read in, or a copy came late."""
        row = self.removed.pop((table, key))
        stamp = self.schema[table].stamp
        if stamp:
            row[stamp] = self.now
        self._put(table, row)

    def move_appointment(self, key: int, start: datetime) -> None:
        """Drag a visit to another time; the history keeps the row as it was then."""
        self.change("appointment", key, AptDateTime=start, AptStatus=1)
        self._history(self.row("appointment", key), _HISTORY_CHANGED)

    def _history(self, row: Row, action: int) -> None:
        known = {column.name for column in self.schema["histappointment"].columns}
        copied = {name: value for name, value in row.items() if name in known and name != "DateTStamp"}
        self.insert("histappointment", HistUserNum=1, HistDateTStamp=self.now, HistApptAction=action, **copied)

    def delete_procedure(self, key: int) -> None:
        """Soft: the row stays with its fee, in status D; it leaves its treatment plans."""
        self.change("procedurelog", key, ProcStatus=6, AptNum=0, PlannedAptNum=0)
        for attach in [row for row in self.rows["treatplanattach"] if row["ProcNum"] == key]:
            self.remove("treatplanattach", _int(attach["TreatPlanAttachNum"]))

    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


def make_office(
    *, patients: int = 300, seed: int = 7, today: date, random_keys: float = 0.05, version: str = "25.3"
) -> OpenDental:
    """The office on the morning of `today`; `random_keys` is the share of 63-bit keys among patients and appointments.

    Raises ValueError for fewer than 300 patients and for a version without a documented schema.
    """
    tables(version)
    return office_of(tell(patients, seed, today, random_keys), version)


def office_of(m: Making, version: str) -> OpenDental:
    """The office of a story that was just told: fills its tables. Raises ValueError for a version without a schema."""
    schema = tables(version)
    planted, eras = fill(m, version)
    rows = {name: [visible(schema[name], row) for row in m.b.rows[name]] for name in schema}
    return OpenDental(rows, planted, eras, m.calendar.today, version, at(m.calendar.today, 8))


def visible(table: Table, row: Row) -> Row:
    """The row with exactly the columns of that table's version, missing ones at their defaults."""
    if row.keys() == table.names:
        return row
    return {column.name: row[column.name] if column.name in row else table.blank(column) for column in table.columns}


def _int(value: Value) -> int:
    if not isinstance(value, int):
        raise TypeError("a key is a number")
    return value
