"""What stands of a claim, service line by service line, after everything its payer said of it. Pure; cents.

Rows of a remittance are events (reference matching §11): a payer answers the lines of one claim together or in parts,
reverses, corrects and adds to them. Of each line the newest decision stands, whichever remittance brought it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from plugins.rules_claims.denial import Line

_ORDER = {"1": 1, "19": 1, "2": 2, "20": 2, "3": 3, "21": 3}  # 835 CLP02: whose turn it was
_ONLY_DUPLICATE = ("|CO-18|", "|OA-18|", "|PI-18|")
_DUPLICATE = {"18", "B13"}  # CARC: exact duplicate, already paid
Key = tuple[str, str]  # source and key
Service = tuple[str, str, int]  # how a line is known, under what, and which of several alike


@dataclass(frozen=True, slots=True)
class Decided:
    """One line as one answer decided it. `answer` is its row of `answers`."""

    line: Line
    answer: Any

    @property
    def day(self) -> date:
        """When it was paid or refused; an answer without a day is older than any other."""
        return self.answer.day or date.min


Rank = Callable[[Decided, Sequence[Decided]], int]


def standing(
    answers: Iterable[Any],
    lines: Mapping[Key, Sequence[Line]],
    ours: Sequence[Any],
    *,
    ordinal: int | None,
    billed: int | None,
) -> list[list[Decided]]:
    """By service line: its newest decision, of several parts when one remittance speaks of it more than once.

    `answers`: the decisions and reversals of one claim; `lines`: of each the lines, a whole claim as one without a code;
    `ours`: what we billed. A forwarded primary and its secondary may answer under one number: only the one whose turn
    the claim is counts. A refusal as a mere duplicate replaces nothing; a reversal leaves nothing of what it reverses.
    """
    events = [row for row in answers if row.role == "REVERSAL" or turn_fits(row.status_code, ordinal)]
    left: dict[Service, list[Decided]] = {}
    for (_, is_decision, *_), group in groupby(sorted(events, key=_when), key=lambda row: _when(row)[:4]):
        parts = [Decided(line, row) for row in group for line in lines[row.source, row.source_key]]
        (_decide if is_decision else _reverse)(left, parts, ours, billed)
    return list(left.values())


def turn_fits(status_code: str | None, ordinal: int | None) -> bool:
    """Is this an answer to the claim of that order of coverage?"""
    turn = _ORDER.get(status_code or "")
    return turn is None or ordinal is None or turn == ordinal


def own_line(line: Line, ours: Sequence[Any]) -> Any:
    """Our line behind a line of a remittance: by the echoed number, else by code when only one has it, or only one at
    that price."""
    by_number = [own for own in ours if line.line_number and own.line_number == line.line_number]
    same = by_number or [own for own in ours if line.code and own.code == line.code]
    if len(same) > 1:
        same = [own for own in same if own.billed_cents == abs(line.charge)]
    return same[0] if len(same) == 1 else None


def _when(row: Any) -> tuple[date, bool, str, str, str]:
    """Oldest first; of one day the reversal first, as it comes with its correction."""
    return row.day or date.min, row.role != "REVERSAL", row.source, row.remit_key or "", row.source_key


def _decide(
    left: dict[Service, list[Decided]], parts: Sequence[Decided], ours: Sequence[Any], billed: int | None
) -> None:
    """One remittance decides: each of its lines takes the place of what stood."""
    for service, same in _by_service(parts, ours, left, _refused_first).items():
        if all(_is_duplicate(part) for part in same) and (service in left or (service[0] == "whole" and left)):
            continue
        if service[0] == "whole":
            _take_whole(left, abs(same[0].line.charge), billed)
        left[service] = same
    _drop_covered(left, [part for part in parts if part.line.code or part.line.line_number])


def _reverse(
    left: dict[Service, list[Decided]], parts: Sequence[Decided], ours: Sequence[Any], billed: int | None
) -> None:
    for service, same in _by_service(parts, ours, left, _same_payment_first).items():
        if left.pop(service, None) is None:
            _take_whole(left, _charge(same[0]), billed)


def _take_whole(left: dict[Service, list[Decided]], charge: int, billed: int | None) -> None:
    """An answer without lines speaks of what an answer of the same charge decided; else of the whole claim, when it is
    as large (or says no charge)."""
    taken = [service for service, same in left.items() if charge and any(_charge(part) == charge for part in same)]
    total = billed or sum(abs(part.line.charge) for same in left.values() for part in same)
    if not taken and (not charge or charge >= total):
        taken = list(left)
    for service in taken:
        del left[service]


def _drop_covered(left: dict[Service, list[Decided]], parts: Sequence[Decided]) -> None:
    """Lines that add up to an earlier answer without lines are that answer, given anew."""
    charged = sum(part.line.charge for part in parts)
    for service in [service for service in left if service[0] == "whole" and 0 < service[2] <= charged]:
        del left[service]


def _by_service(
    parts: Iterable[Decided], ours: Sequence[Any], left: Mapping[Service, list[Decided]], rank: Rank
) -> dict[Service, list[Decided]]:
    """The parts of one remittance by line. A line is known by a number that is ours, else by our only line of its code,
    else by the payer's number or its code. Two of one code and without a number are two lines; which of those that
    stand an answer means, `rank` says (least first)."""
    found: dict[Service, list[Decided]] = {}
    for part in parts:
        service, by_number = _service(part.line, ours)
        if not by_number and service[0] != "whole":
            service = _one_of_alike(service, part, left, found, rank)
        found.setdefault(service, []).append(part)
    return found


def _one_of_alike(
    service: Service, part: Decided, left: Mapping[Service, list[Decided]], found: Mapping[Service, object], rank: Rank
) -> Service:
    """The standing line of this code that the answer takes the place of, else a further one."""
    standing_ones = [each for each in left if each[:2] == service[:2] and each not in found]
    if standing_ones:
        return min(standing_ones, key=lambda each: (rank(part, left[each]), each[2]))
    taken = [each[2] for each in (*left, *found) if each[:2] == service[:2]]
    return (*service[:2], max(taken, default=-1) + 1)


def _refused_first(part: Decided, stands: Sequence[Decided]) -> int:
    """A correction speaks of what was refused, not of what was paid."""
    return int(any(one.line.paid > 0 for one in stands))


def _same_payment_first(part: Decided, stands: Sequence[Decided]) -> int:
    """A reversal takes back what was paid."""
    return int(abs(part.line.paid) != sum(one.line.paid for one in stands))


def _service(line: Line, ours: Sequence[Any]) -> tuple[Service, bool]:
    """How a line is known, and whether by a number."""
    own = own_line(line, ours)
    if own is not None:
        return ("own", str(own.source_key), 0), bool(line.line_number) and own.line_number == line.line_number
    if line.line_number:
        return ("number", line.line_number, 0), True
    return ("code", line.code, 0) if line.code else ("whole", "", abs(line.charge)), False


def _charge(part: Decided) -> int:
    """What the payer's answer says was billed with it."""
    return abs(int(part.answer.charge_cents or 0))


def _is_duplicate(part: Decided) -> bool:
    reasons = {adjustment.reason for adjustment in part.line.adjustments}
    return (bool(reasons) and reasons <= _DUPLICATE) or part.answer.reasons in _ONLY_DUPLICATE
