"""What a visit holds and what is left of it: pure functions over the rows that `broken.py` reads.

A unit is one procedure as visits list it: "D2740#30", or "D0120" without a tooth. Two units are the same work when
their codes agree and their teeth agree, or one of them names no tooth. A charge that only notes the miss is no work.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub.rulekit.codes import code_of
from hub.rulekit.visits import token, tokens_of
from plugins.rules_schedule.remembered import Remembered, VisitKey

GONE = frozenset({"NO_SHOW", "BROKEN", "CANCELLED", "UNSCHEDULED_LIST"})
_OPEN_WORK = frozenset({"PLANNED", "IN_PROGRESS"})
# CDT: missed and cancelled appointment; practice systems hang them on the visit that fell out
_MISS_CODES = frozenset({"D9986", "D9987"})


@dataclass(slots=True)
class History:
    """Everything of one person that the rule looks at. Procedures carry `thing` and `net_cents`; `kept` is what the hub
    remembers of visits."""

    visits: list[Any] = field(default_factory=list)
    procedures: list[Any] = field(default_factory=list)
    kept: Mapping[VisitKey, Remembered] = field(default_factory=dict)


def fell_out_on(visit: Any) -> date | None:
    """The day the visit fell out of the book: when it was broken, else when it should have been."""
    day: date | None = visit.broken_date or visit.start_date or visit.created_date
    return day


def units_of(visit: Any, history: History) -> Counter[str]:
    """What the visit holds, from its own list and from the procedures that name it."""
    attached = Counter(token(code_of(row), row.tooth) for row in works_of(visit, history))
    return Counter(tokens_of(visit.procedure_tokens)) | attached


def works_of(visit: Any, history: History) -> list[Any]:
    """The procedures that name the visit, each thing once. Where neither they nor a list of its own say what it holds, the
    ones that it held when it was last listed: rebooking them has taken them away."""
    works = [row for row in history.procedures if row.source == visit.source and code_of(row)]
    works = [row for row in works if code_of(row) not in _MISS_CODES]
    own = [row for row in works if row.appointment_key == visit.source_key]
    before = history.kept.get((visit.source, visit.source_key))
    if own or tokens_of(visit.procedure_tokens) or before is None:
        return _once(own)
    return _once(row for row in works if row.source_key in before.procedures)


def same_work(one: str, other: str) -> bool:
    code, _, tooth = one.partition("#")
    other_code, _, other_tooth = other.partition("#")
    return code == other_code and (tooth == other_tooth or not tooth or not other_tooth)


def left_over(visit: Any, history: History) -> Counter[str] | None:
    """The units that nobody booked again or did since; None when the visit as a whole was replaced."""
    units = units_of(visit, history)
    later = [other for other in history.visits if _comes_after(other, visit)]
    if any(_is_named_successor(other, visit) for other in history.visits):
        return None
    if any(_is_like(other, visit, bool(units)) for other in later):
        return None
    held = [unit for other in later for unit in units_of(other, history)] + _moved(visit, history)
    rest = Counter({unit: n for unit, n in units.items() if not _is_settled(unit, held, history, fell_out_on(visit))})
    return None if units and not rest else rest


def _moved(visit: Any, history: History) -> list[str]:
    """Work of this visit that another booked visit holds by now, whenever that one was made."""
    booked = {(other.source, other.source_key) for other in history.visits if other.status == "SCHEDULED"}
    works = (row for row in works_of(visit, history) if row.appointment_key != visit.source_key)
    return [token(code_of(row), row.tooth) for row in works if (row.source, row.appointment_key) in booked]


def value_of(units: Counter[str], history: History) -> int | None:
    """Net cents of the planned procedures behind the units; None when one of them is not known."""
    total = 0
    for unit, count in units.items():
        nets = sorted((row.net_cents for row in _once(history.procedures) if _is_open(row, unit)), reverse=True)
        if not nets:
            return None
        total += sum(nets[:count])
    return total


def _comes_after(other: Any, visit: Any) -> bool:
    """A visit that was made after this one fell out: booked or done since, or broken later itself."""
    if other is visit or other.start_date is None:
        return False
    if other.status in GONE:
        return _order(other) > _order(visit)
    since = _lost_since(visit)
    if since is None or other.start_date < since or other.status not in ("SCHEDULED", "COMPLETED"):
        return False
    if other.status == "COMPLETED" or other.created_date is None:
        # Without a day of booking, only a visit after the lost one can be its successor.
        return bool(other.status == "COMPLETED" or other.start_date > (visit.start_date or since))
    return bool(other.created_date >= since)


def _order(visit: Any) -> tuple[date, date, str]:
    out = fell_out_on(visit) or date.min
    return out, visit.start_date or out, visit.source_key


def _lost_since(visit: Any) -> date | None:
    """From when on a booking may be the successor. Without its day, whatever is no plain no-show may have fallen out anywhere
    since the booking."""
    days: list[date | None] = [visit.broken_date, visit.start_date]
    if not any(days) or (visit.broken_date is None and visit.status != "NO_SHOW"):
        days.append(visit.created_date)
    return min((day for day in days if day is not None), default=None)


def _is_named_successor(other: Any, visit: Any) -> bool:
    return (
        other.status in ("SCHEDULED", "COMPLETED")
        and other.source == visit.source
        and other.source_key == visit.replaced_by_key
    )


def _is_like(other: Any, visit: Any, has_units: bool) -> bool:
    """The same recall type; or, nothing being known of what it holds, every part of its reason occurs in the other's. With
    no reason left (systems empty it when the work moves to another visit) the same kind has to do."""
    if visit.recall_type and _same_text(visit.recall_type, other.recall_type):
        return True
    if has_units:
        return False
    parts = _parts(visit.reason)
    return parts <= _parts(other.reason) if parts else bool(visit.kind) and _same_text(visit.kind, other.kind)


def _parts(reason: str | None) -> frozenset[str]:
    """`#30-Crn, #19-Comp` -> its two parts, in one form."""
    return frozenset(" ".join(part.split()).casefold() for part in re.split("[,;]", reason or "") if part.strip())


def _is_settled(unit: str, held: Sequence[str], history: History, since: date | None) -> bool:
    """Booked again, done since, or no longer planned."""
    if any(same_work(unit, other) for other in held):
        return True
    known = [row for row in history.procedures if _names(row, unit)]
    done = [row.date_completed for row in known if row.status == "COMPLETED" and row.date_completed]
    if since is not None and any(day >= since for day in done):
        return True
    closed = [row for row in known if row.status != "COMPLETED"]
    return bool(closed) and not any(row.status in _OPEN_WORK for row in closed)


def _is_open(row: Any, unit: str) -> bool:
    return row.status in _OPEN_WORK and _names(row, unit)


def _names(row: Any, unit: str) -> bool:
    return any(same_work(token(code, row.tooth), unit) for code in {row.code, row.cdt} if code)


def _once(procedures: Iterable[Any]) -> list[Any]:
    """One row per thing: copies in several cases are one procedure."""
    return list({(row.source, row.thing): row for row in procedures}.values())


def _same_text(one: str | None, other: str | None) -> bool:
    return (one or "").strip().casefold() == (other or "").strip().casefold()
