"""Tables, columns, defaults and versions: what a row of Open Dental looks like before anything is written into it.

Python values by type: b, y, si, i int; d date; dt and ts datetime without zone (server-local); f and f4 Decimal (dollars);
text str, None where old tables allow NULL; tm timedelta. An empty date is 0001-01-01, as in the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property

from hub.demo.open_dental.documented import TABLES

Value = int | str | date | datetime | timedelta | Decimal | None
Row = dict[str, Value]
Rows = dict[str, list[Row]]

NO_DATE = date.min
NO_MOMENT = datetime.min  # noqa: DTZ901  (the office has no zone)
# old rows may hold it; Python has no such date
ZERO_DATE = "0000-00-00"
VERSIONS = ("22.1", "23.1", "25.1", "25.3", "25.4")
# text that may be NULL: the tables from Open Dental's early years
NULLABLE = frozenset({"patient", "claim", "carrier", "referral", "provider", "procedurecode"})

_BLANKS: dict[str, Value] = {
    "b": 0, "y": 0, "si": 0, "i": 0, "d": NO_DATE, "dt": NO_MOMENT, "f": Decimal(0), "f4": Decimal(0), "s": "", "c": "",
    "t": "", "mt": "", "tm": timedelta(0), "ts": NO_MOMENT,
}  # fmt: skip
# -1 stands for "blank" here (reference 2.6, 4.8)
_MINUS_ONE = {
    "claimproc": "AllowedOverride Percentage PercentOverride CopayAmt PaidOtherIns CopayOverride DedEstOverride"
    " InsEstTotalOverride PaidOtherInsOverride WriteOffEst WriteOffEstOverride",
    "benefit": "Percent MonetaryAmt",
    "patplan": "OrthoAutoFeeBilledOverride",
}
# Columns by the version that brought them (reference 6.5); `-x` went away with it.
DRIFT = {
    "23.1": "claimproc.IsOverpay commlog.DateTEntry commlog.ReferralNum commlog.CommReferralBehavior insplan.PerVisitPatAmount"
    " insplan.PerVisitInsAmount payment.MerchantFee task.IsReadOnly",
    "25.1": "appointment.ItemOrderPlanned histappointment.ItemOrderPlanned benefit.CodeGroupNum benefit.TreatArea claim.Narrative"
    " claim.SecurityHash claimproc.SecurityHash insverify.SecurityHash payplan.SheetDefNum payplancharge.IsDownPayment",
    "25.3": "appointment.IsMirrored histappointment.IsMirrored benefit.ToothRange eobattach.ClaimNumPreAuth inssub.SecurityHash"
    " sheetfield.UserSigned statement.ShowTransSinceBalZero task.Category task.TriagePosition",
    "25.4": "carrier.PaySuiteTransSup procedurelog.NoBillIns",
}
# What the newest list does not hold: columns of later or of earlier versions, with their types and the versions they live in.
_EXTRA = (
    ("carrier", "PaySuiteTransSup", "y", "25.4", ""), ("procedurelog", "NoBillIns", "y", "25.4", ""),
    ("task", "TriageCategory", "b", "23.1", "25.3"),
)  # fmt: skip
# Other types in other versions: (table, column, type until before, that version, type from then on)
RETYPED = (
    ("procedurelog", "SecDateEntry", "d", "23.1", "dt"), ("appointment", "ProcDescript", "s255", "25.1", "t"),
    ("patient", "ChartNumber", "s20", "25.1", "s100"), ("securitylog", "PermType", "y", "25.1", "si"),
    ("insplan", "GroupNum", "s25", "25.3", "s50"), ("claimpayment", "Note", "s255", "25.4", "t"),
    ("insverify", "DateLastAssigned", "d", "25.4", "dt"), ("referral", "Telephone", "s10", "25.4", "s30"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is the short type of the reference without its length."""

    name: str
    kind: str
    length: int = 0


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    indexes: tuple[tuple[str, ...], ...]

    @property
    def key(self) -> str:
        return self.columns[0].name

    @cached_property
    def stamp(self) -> str | None:
        """The column that moves with every change, if the table has one."""
        return next((column.name for column in self.columns if column.kind == "ts"), None)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def blank(self, column: Column) -> Value:
        """The documented default."""
        if column.name in _MINUS_ONE.get(self.name, "").split():
            return Decimal(-1) if column.kind == "f" else -1
        return _BLANKS[column.kind]


@cache
def tables(version: str = "25.3") -> dict[str, Table]:
    """Every table of that version by its name; raises ValueError for a version that the reference does not describe."""
    if version not in VERSIONS:
        raise ValueError(f"no schema of {version}; known: {', '.join(VERSIONS)}")
    return {name: _of_version(table, version) for name, table in _newest().items()}


@cache
def _newest() -> dict[str, Table]:
    found: dict[str, Table] = {}
    for entry in re.split(r"\n(?=\w)", TABLES.strip()):
        name, _, rest = " ".join(entry.split()).partition(": ")
        listed, _, indexed = rest.partition(" ! ")
        indexes = tuple(tuple(part.strip().split(",")) for part in indexed.split(";") if part.strip())
        found[name] = Table(name, tuple(_column(part) for part in listed.split(", ")), indexes)
    return found


def _column(text: str) -> Column:
    name, kind = text.split(" ")
    return _typed(name, kind)


def _typed(name: str, kind: str) -> Column:
    found = re.fullmatch(r"([sc])(\d+)", kind)
    return Column(name, found[1], int(found[2])) if found and kind != "si" else Column(name, kind)


def _of_version(table: Table, version: str) -> Table:
    age = VERSIONS.index(version)
    later = {
        name for since, names in DRIFT.items() if VERSIONS.index(since) > age for name in names.split()
    }  # fmt: skip
    columns = [column for column in table.columns if f"{table.name}.{column.name}" not in later]
    columns += [
        _typed(name, kind) for owner, name, kind, since, until in _EXTRA
        if owner == table.name and VERSIONS.index(since) <= age and (not until or age < VERSIONS.index(until))
    ]  # fmt: skip
    kept = {column.name for column in columns}
    indexes = tuple(index for index in table.indexes if kept.issuperset(index))
    return Table(table.name, tuple(_retyped(table.name, column, age) for column in columns), indexes)


def _retyped(table: str, column: Column, age: int) -> Column:
    for owner, name, before, since, after in RETYPED:
        if (owner, name) == (table, column.name):
            return _typed(name, after if age >= VERSIONS.index(since) else before)
    return column
