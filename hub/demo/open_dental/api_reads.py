"""GET: lists with their filters, single rows, and the few methods that are no table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hub.demo.open_dental.api_resources import RESOURCES, Resource, Version
from hub.demo.open_dental.api_shapes import Json, cell, shaped, written
from hub.demo.open_dental.api_words import ENUMS
from hub.demo.open_dental.columns import NO_MOMENT, Row, Value
from hub.demo.open_dental.office import OpenDental

TASK_DAYS = 14
_PAGING = frozenset({"Limit", "Offset", "DateFormatString", "DateTimeFormatString"})


class Refusal(Exception):
    """An answer other than 200 or 201, with its plain text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as the methods see it; `program` is the office's version, `largest` the page size that its mode allows."""

    office: OpenDental
    program: Version
    path: tuple[str, ...]
    query: Mapping[str, str]
    largest: int
    permissions: frozenset[str]


def get(ask: Ask) -> list[Json] | Json:
    """The JSON to send; raises Refusal."""
    match ask.path:
        case ("securityperms",):
            return _permissions(ask)
        case ("signalods",):
            return _signals(ask)
        case ("patients", "Simple"):
            return _list(ask, "patients")
        case ("appointments", "ASAP"):
            return _page(ask, "appointments", [row for row in ask.office.rows["appointment"] if row["Priority"] == 1])
        case ("accountmodules", number, "Aging"):
            return _aging(ask, _number(number))
        case (name,) if name in RESOURCES and RESOURCES[name].listed:
            return _list(ask, name)
        case (name, number) if name in RESOURCES and RESOURCES[name].single:
            return _single(ask, name, _number(number))
    raise Refusal(404, "Method not found.")


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refusal(400, f"{text} is not a number.") from None


def _single(ask: Ask, name: str, key: int) -> Json:
    _need_version(ask, RESOURCES[name].since)
    table = RESOURCES[name].table
    try:
        row = ask.office.row(table, key)
    except KeyError:
        raise Refusal(404, f"{table} not found.") from None
    return shaped(ask.office, name, table, row, ask.office.now)


def _list(ask: Ask, name: str) -> list[Json]:
    resource = RESOURCES[name]
    _need_version(ask, resource.since)
    _need_parameter(ask, resource)
    rows = list(_filtered(ask, name, resource))
    return _page(ask, name, rows)


def _page(ask: Ask, name: str, rows: list[Row]) -> list[Json]:
    resource = RESOURCES[name]
    shape = ask.office.schema[resource.table]
    order = resource.order or (shape.key,)
    rows.sort(key=lambda row: tuple(_comparable(row[column]) for column in order))
    limit = min(ask.largest, int(ask.query.get("Limit", ask.largest)))
    start = int(ask.query.get("Offset", 0))
    return [shaped(ask.office, name, resource.table, row, ask.office.now) for row in rows[start : start + limit]]


def _comparable(value: Value) -> tuple[int, str]:
    """Numbers by value, moments by time, both as one sortable thing."""
    return (value, "") if isinstance(value, int) else (0, str(value))


def _need_version(ask: Ask, since: Version) -> None:
    if ask.program < since:
        wanted = ".".join(map(str, since))
        raise Refusal(400, f"This method requires Open Dental version {wanted} or higher.")


def _need_parameter(ask: Ask, resource: Resource) -> None:
    needed = not resource.need_until or ask.program < resource.need_until
    if needed and resource.need and not any(name in ask.query for name in resource.need):
        raise Refusal(400, f"{' or '.join(resource.need)} is required.")


def _filtered(ask: Ask, name: str, resource: Resource) -> Iterable[Row]:
    rows = _visible(ask, name, ask.office.rows[resource.table])
    known = set(resource.filters) | {resource.stamp} | _PAGING | _extra(name)
    later = dict(resource.later)
    for key, text in ask.query.items():
        if key in later:
            _need_version(ask, later[key])
        elif key not in known:
            raise Refusal(400, f"{key} is not a valid parameter.")
        if key in resource.filters or key in later:
            rows = _equal(resource.table, key, text, rows)
        elif key == resource.stamp:
            _need_version(ask, resource.stamp_since)
            rows = _since(key, moment(text), rows)
    return _ranged(ask, name, resource, rows)


def _extra(name: str) -> frozenset[str]:
    ranges = {
        "appointments": {"date", "dateStart", "dateEnd"}, "histappointments": {"dateStart", "dateEnd"}, "definitions": {"includeHidden"},
        "operatories": {"includeHidden"},
    }  # fmt: skip
    return frozenset(ranges.get(name, set()))


def _visible(ask: Ask, name: str, rows: list[Row]) -> list[Row]:
    """Deleted patients only show by their stamp; hidden definitions on request; deleted sheets never."""
    if name == "patients" and "DateTStamp" not in ask.query:
        return [row for row in rows if row["PatStatus"] != 4]
    if name == "definitions" and ask.query.get("includeHidden", "").lower() != "true":
        return [row for row in rows if not row["IsHidden"]]
    if name == "sheets":
        return [row for row in rows if not row["IsDeleted"]]
    return list(rows)


def _equal(table: str, column: str, text: str, rows: list[Row]) -> list[Row]:
    """Rows whose value the API would write like the text; enumerations by name."""
    words = ENUMS.get(f"{table}.{column}")
    if words and column != "Category":
        if text not in words or (column == "PatStatus" and text == "Deleted"):
            raise Refusal(400, f"{column} is invalid.")
        return [row for row in rows if row[column] == words.index(text)]
    return [
        row
        for row in rows
        if str(cell(f"{table}.{column}", row[column])).lower() == text.lower() or str(row[column]) == text
    ]


def moment(text: str) -> datetime:
    """`2026-03-10` or `2026-03-10 09:00:00`; raises Refusal for anything else."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, f"{text} is not a valid date.") from None


def _since(column: str, start: datetime, rows: list[Row]) -> list[Row]:
    """On or after, to the second."""
    return [row for row in rows if _moment_of(row[column]) >= start]


def _moment_of(value: Value) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return NO_MOMENT


def _ranged(ask: Ask, name: str, resource: Resource, rows: list[Row]) -> list[Row]:
    if name == "tasks" and "DateTimeOriginal" not in ask.query:
        return _since("DateTimeOriginal", ask.office.now - timedelta(days=TASK_DAYS), rows)
    column = {"appointments": "AptDateTime", "histappointments": "HistDateTStamp"}.get(name)
    if column is None:
        return rows
    first = ask.query.get("date") or ask.query.get("dateStart")
    last = ask.query.get("date") or ask.query.get("dateEnd")
    rows = _since(column, moment(first), rows) if first else rows
    if not last:
        return rows
    return [row for row in rows if _moment_of(row[column]) < moment(last) + timedelta(days=1)]


def _permissions(ask: Ask) -> list[Json]:
    every = ("ReadAll", "Comm", "Documents", "Setup", "Queries", "AllOthers", "Appointments", "Patients", "ProcedureLogs", "Insurance",
             "InsuranceSimple", "Payments", "PayPlans", "Enterprise")  # fmt: skip
    return [
        {"Permission": f"Api{name}", "HasPermission": "true" if name in ask.permissions else "false"} for name in every
    ]


def _signals(ask: Ask) -> list[Json]:
    """A hint of what changed since SigDateTime: one signal per table with a newer stamp."""
    if "SigDateTime" not in ask.query:
        raise Refusal(400, "SigDateTime is required.")
    start, found = moment(ask.query["SigDateTime"]), []
    for name, kind in (("appointment", "Appointment"), ("task", "Task"), ("definition", "Defs")):
        stamp = ask.office.schema[name].stamp
        if stamp and any(_moment_of(row[stamp]) >= start for row in ask.office.rows[name]):
            found.append(kind)
    return [
        {"IType": kind, "FKey": 0, "FKeyType": "Undefined", "serverDateTime": written(ask.office.now)} for kind in found
    ]


def _aging(ask: Ask, number: int) -> Json:
    """The family's figures as the last aging run left them."""
    try:
        row = ask.office.row("patient", number)
        family = ask.office.row("patient", int(str(row["Guarantor"])))
    except KeyError:
        raise Refusal(404, "patient not found.") from None
    total, expected = family["BalTotal"], family["InsEst"]
    assert isinstance(total, Decimal) and isinstance(expected, Decimal)
    left = total - expected
    return {
        "Bal_0_30": written(family["Bal_0_30"]), "Bal_31_60": written(family["Bal_31_60"]), "Bal_61_90": written(family["Bal_61_90"]),
        "BalOver90": written(family["BalOver90"]), "Total": written(total), "InsEst": written(expected), "EstBal": written(left),
        "PatEstBal": written(left), "Unearned": 0.0,
    }  # fmt: skip
