"""The columns of the list, defined once: every delivery and `hub items` show these, in this order and so named."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hub.contract import ItemRow
from hub.errors import SettingsError
from hub.output import words

Cell = str | int | date | None
Kind = Literal["text", "long", "date", "cents", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name` is stable (CSV heading, `columns` setting), `heading` is for people, `width` in characters.

    `cents` cells are integer cents. `sheet`: shown in Excel unless settings choose; `printed`: on paper too.
    """

    name: str
    heading: str
    kind: Kind
    width: float
    value: Callable[[ItemRow], Cell]
    sheet: bool = True
    printed: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("band", "When", "text", 13, words.band, printed=True),
    Column("due", "Due", "date", 11, lambda row: row.due, printed=True),
    Column("patient_name", "Patient", "text", 20, lambda row: row.patient_name, printed=True),
    Column("title", "Kind", "text", 22, lambda row: row.title, printed=True),
    Column("sentence", "What is outstanding", "long", 52, words.sentence, printed=True),
    Column("next_step", "Next step", "long", 34, lambda row: row.next_step, printed=True),
    Column("value", "At stake", "cents", 12, lambda row: row.value_cents, printed=True),
    Column("owner", "Owner", "text", 7, lambda row: row.owner, printed=True),
    Column("id", "Item", "text", 10, lambda row: row.id, printed=True),
    Column("assigned_to", "Assigned to", "text", 14, lambda row: row.assigned_to),
    Column("status", "Status", "text", 13, lambda row: row.status.replace("_", " ").lower()),
    Column("payer_name", "Payer", "text", 18, lambda row: row.payer_name),
    Column("since", "Since", "date", 11, lambda row: row.since),
    Column("priority", "Priority", "number", 8, lambda row: row.priority),
    Column("score", "Why this priority", "long", 30, lambda row: row.score),
    Column("tags", "Tags", "text", 16, lambda row: row.tags),
    Column("is_stale", "Source too old", "text", 10, lambda row: "yes" if row.is_stale else None),
    Column("code", "Code", "text", 21, lambda row: row.code),
    Column("as_of", "As of", "date", 11, lambda row: row.as_of),
    Column("tray", "Tray", "text", 10, lambda row: row.tray, sheet=False),
    Column("practice", "Practice", "text", 12, lambda row: row.practice, sheet=False),
    Column("patient", "Patient key", "text", 16, lambda row: row.patient, sheet=False),
    Column("subject", "Subject", "text", 22, lambda row: row.subject, sheet=False),
    Column("evidence", "Evidence", "long", 30, lambda row: " ".join(row.evidence), sheet=False),
)
_BY_NAME = {column.name: column for column in COLUMNS}
FOR_SHEETS = tuple(column for column in COLUMNS if column.sheet)


def chosen(names: Iterable[str], otherwise: tuple[Column, ...] = COLUMNS) -> tuple[Column, ...]:
    """The columns named, in that order; `otherwise` when none is. Raises SettingsError for a strange name."""
    listed = tuple(names)
    for name in listed:
        if name not in _BY_NAME:
            close = difflib.get_close_matches(name, _BY_NAME, n=1)
            hint = f'did you mean "{close[0]}"?' if close else f"the columns are: {', '.join(_BY_NAME)}"
            raise SettingsError("HUB-O03", f'the list has no column "{name}"; {hint}')
        if listed.count(name) > 1:
            raise SettingsError("HUB-O03", f'column "{name}" is named twice; name it once')
    return tuple(_BY_NAME[name] for name in listed) or otherwise
