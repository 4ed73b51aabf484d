"""A row as one JSON object of the API: numbers as words, flags as text, empty dates, and the oddities of reference 2.6."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from hub.demo.open_dental.api_fields import FIELDS, RENAMED
from hub.demo.open_dental.api_words import (
    CAPITAL_FLAGS,
    CUT_MOMENTS,
    ENUMS,
    FLAGS,
    INTERVALS,
    RAW_TEXT,
    TEXT_MONEY,
    TEXT_NUMBERS,
)
from hub.demo.open_dental.columns import ZERO_DATE, Row, Value
from hub.demo.open_dental.office import OpenDental

Cell = str | int | float | None
Json = dict[str, Cell]


def shaped(office: OpenDental, resource: str, table: str, row: Row, server_time: datetime) -> Json:
    """The object with exactly the documented fields; a column that this version lacks is left out."""
    made: Json = {}
    for name in FIELDS[resource]:
        column = RENAMED.get((resource, name), name)
        if name == "serverDateTime":
            made[name] = written(server_time)
        elif column in row and (resource, name) not in _DERIVED:
            made[name] = cell(f"{table}.{column}", row[column])
        elif (resource, name) in _DERIVED or name in _COMMON:
            made[name] = (_DERIVED.get((resource, name)) or _COMMON[name])(office, row)
    return made


def cell(name: str, value: Value) -> Cell:
    """One column's value as the API writes it; `name` is table.Column."""
    if name in ENUMS:
        return ENUMS[name][int(str(value))]
    if name in FLAGS:
        return "true" if value else "false"
    if name in CAPITAL_FLAGS:
        return "True" if value else "False"
    if name in CUT_MOMENTS and isinstance(value, datetime):
        return written(value.date())
    if name in INTERVALS:
        return interval(int(str(value)))
    if name in RAW_TEXT:
        return str(value)
    if name in TEXT_MONEY:
        return f"{value:.2f}"
    if name in TEXT_NUMBERS:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return written(value)


def written(value: Value) -> Cell:
    if isinstance(value, Decimal):
        # the API's numbers are binary fractions: this is the edge
        return int(value * 10000) / 10000
    if isinstance(value, datetime):
        return f"{value.year:04d}-{value:%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return f"{value.year:04d}-{value:%m-%d}"
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, str):
        return "0001-01-01" if value == ZERO_DATE else value.replace("\r\n", " ")
    return "" if value is None else value


def interval(number: int) -> str:
    """393217 is `6m1d`."""
    parts = (("y", number >> 24), ("m", number >> 16 & 255), ("w", number >> 8 & 255), ("d", number & 255))
    return "".join(f"{amount}{unit}" for unit, amount in parts if amount)


Derive = Callable[[OpenDental, Row], Cell]


def _definition(column: str) -> Derive:
    def name(office: OpenDental, row: Row) -> Cell:
        return _looked_up(office, "definition", row[column], "ItemName")

    return name


def _looked_up(office: OpenDental, table: str, key: Value, column: str) -> Cell:
    if not key or not isinstance(key, int):
        return ""
    try:
        return written(office.row(table, key)[column])
    except KeyError:
        return ""


def _of(table: str, by: str, column: str) -> Derive:
    return lambda office, row: _looked_up(office, table, row[by], column)


def _signed(column: str) -> Derive:
    """A signature of nothing or of the leading flag alone is none."""
    return lambda office, row: "true" if len(str(row[column] or "")) > 1 else "false"


def _principal(office: OpenDental, row: Row) -> Cell:
    charges = [c for c in office.rows["payplancharge"] if c["PayPlanNum"] == row["PayPlanNum"]]
    credit = [c for c in charges if c["ChargeType"] == 1] or charges
    return written(sum((c["Principal"] for c in credit if isinstance(c["Principal"], Decimal)), Decimal(0)))


def _referral(office: OpenDental, row: Row) -> Cell:
    first, last = (_looked_up(office, "referral", row["ReferralNum"], name) for name in ("FName", "LName"))
    return f"{first} {last}".strip()


def _color(office: OpenDental, row: Row) -> Cell:
    return "0,0,0"


_COMMON: dict[str, Derive] = {
    "provAbbr": _of("provider", "ProvNum", "Abbr"), "procCode": _of("procedurecode", "CodeNum", "ProcCode"),
    "descript": _of("procedurecode", "CodeNum", "Descript"), "priority": _definition("Priority"), "colorOverride": _color,
    "confirmed": _definition("Confirmed"), "unschedStatus": _definition("UnschedStatus"), "dxName": _definition("Dx"),
    "payType": _definition("PayType"), "payGroup": _definition("PayGroup"), "customTracking": _definition("CustomTracking"),
    "claimPaymentTracking": _definition("ClaimPaymentTracking"), "unearnedType": _definition("UnearnedType"),
    "adjType": _definition("AdjType"), "recallStatus": _definition("RecallStatus"), "commType": _definition("CommType"),
    "planCategory": _definition("PlanCategory"), "principalAmount": _principal, "referralName": _referral,
    "priProvAbbr": _of("provider", "PriProv", "Abbr"), "secProvAbbr": _of("provider", "SecProv", "Abbr"),
    "clinicAbbr": _of("clinic", "ClinicNum", "Abbr"), "siteDesc": lambda office, row: "", "specialty": _definition("Specialty"),
    "procCat": _definition("ProcCat"), "isSigned": _signed("Signature"), "isSignedPractice": _signed("SignaturePractice"),
    "category": lambda office, row: ENUMS["definition.Category"][int(str(row["Category"]))],
    "isHidden": lambda office, row: "true" if row["IsHidden"] else "false",
}  # fmt: skip
# where a column's own name says something else in the API
_DERIVED: dict[tuple[str, str], Derive] = {
    ("patients", "BillingType"): _definition("BillingType"),
    ("definitions", "Category"): lambda office, row: written(row["Category"]),
}
