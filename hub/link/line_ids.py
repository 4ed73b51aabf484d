"""Line ids: what our claim's lines were sent under (837 REF*6R) and what comes back (835 REF*6R, 277 REF*FJ).

A payer that cuts, replaces or drops the claim number still echoes the line ids. Only an id that means one patient counts:
practice systems that number the lines of each claim 1, 2, 3 give no ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, union

from hub.link.normal import number_form
from hub.model import TABLES

LINE, SENT_LINE, SENT = TABLES["claim_line"], TABLES["sent_line"], TABLES["sent_claim"]
REMIT_LINE, EVENT = TABLES["remit_line"], TABLES["claim_event"]
_POSITION = 2  # "1" to "99", "L1": the place of a line in its claim

ClaimKey = tuple[str, str]  # source and key of one of our claims


def line_form(number: str | None) -> str:
    """Without blanks at its ends, upper case (payers change both); empty for the mere place of a line in its claim."""
    form = (number or "").strip().upper()
    return "" if len(form.lstrip("0")) <= _POSITION else form


def echoed_lines(connection: Connection, practice_id: str) -> Mapping[tuple[str, str], frozenset[str]]:
    """By (source, key) of a remittance claim: the line ids that came back with it."""
    query = select(REMIT_LINE.c.source, REMIT_LINE.c.remit_claim_key, REMIT_LINE.c.line_number).where(
        _stated(REMIT_LINE, practice_id), REMIT_LINE.c.deleted_at.is_(None)
    )
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for source, key, number in connection.execute(query):
        if form := line_form(number):
            found[source, key].add(form)
    return {key: frozenset(forms) for key, forms in found.items()}


def our_lines(
    connection: Connection, practice_id: str, by_number: Mapping[str, Iterable[Any]]
) -> Mapping[str, set[ClaimKey]]:
    """By line id that came back from anybody: the claims that it was sent on, from our books (lines that were taken off a
    claim since included: they were sent) and from copies of the sent files. `by_number`: our claims by claim number."""
    found: defaultdict[str, set[ClaimKey]] = defaultdict(set)
    for source, key, number in connection.execute(_in_books(practice_id)):
        found[line_form(number)].add((source, key))
    for claim_number, number in connection.execute(_in_sent_files(practice_id)):
        for claim in by_number.get(number_form(claim_number), ()):
            found[line_form(number)].add((claim.source, claim.key))
    found.pop("", None)
    return found


def _in_books(practice_id: str) -> Any:
    return select(LINE.c.source, LINE.c.claim_key, LINE.c.line_number).where(
        _stated(LINE, practice_id), LINE.c.claim_key.is_not(None), _form(LINE).in_(_came_back(practice_id))
    )


def _in_sent_files(practice_id: str) -> Any:
    same = and_(
        SENT.c.practice_id == SENT_LINE.c.practice_id,
        SENT.c.source == SENT_LINE.c.source,
        SENT.c.source_key == SENT_LINE.c.sent_claim_key,
    )
    return (
        select(SENT.c.claim_number, SENT_LINE.c.line_number)
        .join_from(SENT_LINE, SENT, same)
        .where(_stated(SENT_LINE, practice_id), _form(SENT_LINE).in_(_came_back(practice_id)))
    )


def _came_back(practice_id: str) -> Any:
    """Only these are looked up: a practice has far more lines than answers without their claim number."""
    return union(*(select(_form(table)).where(_stated(table, practice_id)) for table in (REMIT_LINE, EVENT)))


def _form(table: Table) -> ColumnElement[Any]:
    return func.upper(func.trim(table.c.line_number))


def _stated(table: Table, practice_id: str) -> ColumnElement[bool]:
    return and_(table.c.practice_id == practice_id, func.length(table.c.line_number) > _POSITION)


class LineIndex:
    """Which of our claims hold given line ids."""

    def __init__(self, lines: Mapping[str, set[ClaimKey]], claims: Mapping[ClaimKey, Any]) -> None:
        self._claims = claims
        self._lines = {form: keys & claims.keys() for form, keys in lines.items() if self._is_id(keys)}

    def _is_id(self, keys: Iterable[ClaimKey]) -> bool:
        """Claims of two patients under one "id": it counts lines, or is made up anew for every file."""
        known = [self._claims[key] for key in keys if key in self._claims]
        return len({(claim.source, claim.patient or claim.key) for claim in known}) == 1

    def holding(self, ids: frozenset[str]) -> Iterator[Any]:
        """The claims to which all of these ids belong; none when one of them is not known."""
        if not ids:
            return
        shared = set.intersection(*(self._lines.get(form, set()) for form in ids))
        yield from (self._claims[key] for key in sorted(shared))
