"""Numbers as they are looked up: payers and people add zeros, blanks and small letters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func


def plain_number(number: str) -> str:
    """A claim or check number as it is looked up: upper case, no blanks, no zeros in front."""
    return "".join(number.split()).upper().lstrip("0")


def plain_form(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as `plain_number` makes a number."""
    return func.ltrim(func.upper(func.trim(column)), "0")
