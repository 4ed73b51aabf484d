"""A procedure's code as a rule tests how it begins: the cleaned CDT code, else the office's own.

An office may write 2740, d2740 or D2740.00; `code` keeps that, `cdt` holds D2740. Settings name beginnings of codes
("D27"), so what is tested must be the cleaned one: by the raw one a rule would stay silent without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_


def clean_code(procedure: Any) -> ColumnElement[Any]:
    """Of a table, alias or CTE with the columns `cdt` and `code`; NULL where neither is stated."""
    return func.coalesce(procedure.c.cdt, procedure.c.code)


def code_of(row: Any) -> str:
    """The same of a row with both; empty where neither is stated."""
    return row.cdt or row.code or ""


def begins(procedure: Any, codes: Iterable[str]) -> ColumnElement[bool]:
    """Does the cleaned code begin with one of these? Nothing begins with none."""
    code = clean_code(procedure)
    return or_(false(), *(code.startswith(each, autoescape=True) for each in codes))
