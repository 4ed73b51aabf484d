"""First and last day of coverage, and the day asked about, out of the dates of a 271. Pure; days as ISO text.

Whether a visit is covered hangs on the last day, so what only looks like one is left out (reference clearinghouse-x12 §16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

Days = tuple[str | None, str | None]
"""First and last day of one DTP; equal when it is a single day, None where it is no day."""
Dates = Mapping[str, Days]

# Where coverage begins and ends, the best first: the person's eligibility, and its range. 291, the plan's year, is neither.
_ELIGIBILITY = (("356", "357"), ("307", "307"))
# The plan and its policy as a whole, which usually go on for another year.
_PLAN = (("346", "347"), ("539", "540"))
# As a range these are what was asked for; a single day there is the day asked about.
_RANGES = ("291", "307")


def coverage(places: Sequence[Dates], in_force: bool) -> Days:
    """First and last day of coverage; None where nobody said. `places`: the dates of the person, then of the lines.

    `in_force`: the payer does not say inactive. A plan's end then counts only where the plan does not simply turn its year.
    """
    began = _first(_began(dates, *pair) for pair in (*_ELIGIBILITY, *_PLAN) for dates in places)
    ended = _first(_ended(dates, *pair) for pair in _ELIGIBILITY for dates in places)
    return began, ended or _first(_plan_ended(places, pair, in_force) for pair in _PLAN)


def service_day(places: Sequence[Dates]) -> str | None:
    """The day the answer is about: a service date, or a single plan or eligibility day."""
    for dates in places:
        if "472" in dates:
            return dates["472"][0]
        single = _first(dates[name][0] for name in _RANGES if name in dates and not _is_range(dates[name]))
        if single:
            return single
    return None


def _began(dates: Dates, begin: str, end: str) -> str | None:
    found = dates.get(begin, (None, None))
    return found[0] if begin != end or _is_range(found) else None


def _ended(dates: Dates, begin: str, end: str) -> str | None:
    """The end said as such, else that of a beginning which is a range."""
    said, whole = dates.get(end, (None, None)), dates.get(begin, (None, None))
    if begin != end and said[1] is not None:
        return said[1]
    return whole[1] if _is_range(whole) else None


def _plan_ended(places: Sequence[Dates], pair: tuple[str, str], in_force: bool) -> str | None:
    ended = _first(_ended(dates, *pair) for dates in places)
    began = _first(_began(dates, *pair) for dates in places)
    return None if ended is None or (in_force and _turns_its_year(began, ended)) else ended


def _turns_its_year(began: str | None, ended: str) -> bool:
    """New Year's Eve, or the day before an anniversary of the beginning: the plan renews, and nobody's coverage ends."""
    if ended.endswith("-12-31"):  # also the last day there is
        return True
    after = date.fromisoformat(ended) + timedelta(days=1)
    return began is not None and after.isoformat()[5:] == began[5:]


def _is_range(days: Days) -> bool:
    return days[0] != days[1]


def _first(found: Iterable[str | None]) -> str | None:
    return next((day for day in found if day is not None), None)
