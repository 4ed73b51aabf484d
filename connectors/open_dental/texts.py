"""A value of the API as the text that the database would give: the other half of `connectors.open_dental.render`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from connectors.open_dental.shape import Column

_BREAKS = re.compile(r"\r\n|[\r\n\t]")
_DAY = re.compile(r"(\d{4})-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4})-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: 12:00:00 AM)?")
_FIRST_YEAR = 1880  # Open Dental's own code treats every earlier year as empty
_YES_NO = {"true": "1", "false": "0", "1": "1", "0": "0"}


def as_text(value: object, column: Column) -> str:
    """The cell for one JSON value. What it cannot read it hands on as it is: the mapping sets such a row aside."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    match column.kind:
        case "date":
            return _day(text)
        case "moment":
            return _moment(text)
        case "money":
            return _money(text)
        case "flag":
            return _YES_NO.get(text.strip().lower(), text)
        case "enum":
            return (column.words or {}).get(text, text)
        case "text":
            return flat(text)
        case "key" | "int":
            return text.strip()


def flat(text: str) -> str:
    """Line breaks and tabs as blanks."""
    return _BREAKS.sub(" ", text)


def _day(text: str) -> str:
    american = _US_DAY.fullmatch(text)
    if american is not None:
        text = f"{american[3]}-{int(american[1]):02}-{int(american[2]):02}"
    found = _DAY.match(text)
    if found is None:
        return text
    return found[0] if int(found[1]) >= _FIRST_YEAR else ""


def _moment(text: str) -> str:
    found = _MOMENT.match(text)
    if found is None:
        day = _DAY.fullmatch(text)
        return text if day is None else (f"{text} 00:00:00" if int(day[1]) >= _FIRST_YEAR else "")
    return found[0].replace("T", " ") if int(found[1]) >= _FIRST_YEAR else ""


def _money(text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return text
    return f"{amount.quantize(Decimal('0.01')):f}" if amount.is_finite() else text
