"""EB lines of one answer to benefit rows: which kind of benefit, and the numbers of one maximum brought together.

A payer tells one maximum in up to three lines: the total (its period is a year or a lifetime), what remains (29, 33) and
what is used (24). They become one row when it is certain which belong together: equal kind, service type, level, network
and procedure, and then equal plan name and messages, each total followed by its own remainder; or one total and one
remainder that nothing else could belong to. Otherwise each stays a row of its own.
Of total, used and remaining the third is worked out when two are said. A number that nobody said is None, never 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.clearinghouse.eligibility_line import MOST_NOTE, BenefitLine
from connectors.clearinghouse.eligibility_words import CATEGORIES, NETWORKS, PERIODS, REMARKS, WHOLE

_LIFETIME = frozenset({"32", "33"})
_YEAR = frozenset({"22", "23", "25", "24", "29"})
_REMAINING = frozenset({"29", "33"})
_USED = frozenset({"24"})
_LEVELS = {"IND": "INDIVIDUAL", "FAM": "FAMILY"}
_MONEY = frozenset("CFG")


@dataclass(slots=True, eq=False)
class Benefit:
    """One row to be: a line for one of its service types (empty: none named). Amounts in cents."""

    line: BenefitLine
    service_type: str
    period: str
    limit: int | None = None
    used: int | None = None
    remaining: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Which benefit it is. ANNUAL_MAX and LIFETIME_MAX are those of the whole plan, others are CATEGORY_MAX."""
        letter, line = self.line.kind, self.line
        if self.service_type == "32" or _only_tells_of_waiting(line):
            return "WAITING"
        if letter == "F":
            return _limitation(self)
        fixed = {"A": "PERCENT", "B": "COPAY", "C": "DEDUCTIBLE", "G": "OUT_OF_POCKET", "I": "NOT_COVERED", "R": "OTHER_PAYER"}
        return fixed.get(letter) or ("NOTE" if letter in REMARKS else "UNKNOWN")

    def values(self) -> tuple[object, ...]:
        """kind, category, limit, used, remaining, percent, note, service type, code, level, network, period, frequency,
        lowest age, highest age: as `pages.COLUMNS` names them."""
        line = self.line
        return (
            self.kind, CATEGORIES.get(self.service_type), self.limit, self.used, self.remaining,
            line.percent if line.kind == "A" else None, " / ".join(dict.fromkeys(self.notes))[:MOST_NOTE] or None,
            self.service_type or None, line.code, _LEVELS.get(line.level), NETWORKS.get(line.network),
            PERIODS.get(self.period), "; ".join(line.frequencies) or None, line.age_min, line.age_max,
        )  # fmt: skip


def _only_tells_of_waiting(line: BenefitLine) -> bool:
    """Its message speaks of a waiting period, and the line has nothing else to say: a maximum stays one whatever stands by."""
    is_bare = line.kind in REMARKS or (line.kind == "F" and line.cents is None and not line.frequencies)
    said = [text.upper() for text in line.messages]
    return is_bare and any("WAITING PERIOD" in text and "NO WAITING PERIOD" not in text for text in said)


def benefits_of(lines: Iterable[BenefitLine]) -> list[Benefit]:
    """Every line but those that only say active or inactive, one row per service type, in the order sent."""
    found = [_benefit(line, kind) for line in lines if not line.is_status for kind in line.types or ("",)]
    groups: defaultdict[tuple[object, ...], list[Benefit]] = defaultdict(list)
    for benefit in found:
        if benefit.line.kind in _MONEY and benefit.line.cents is not None:
            line = benefit.line
            groups[line.kind, benefit.service_type, line.level, line.network, line.code].append(benefit)
    gone: set[int] = set()
    for group in groups.values():
        gone |= _bring_together(group)
    return [benefit for benefit in found if id(benefit) not in gone]


def _benefit(line: BenefitLine, service_type: str) -> Benefit:
    benefit = Benefit(line, service_type, line.period, notes=tuple(filter(None, [line.note(), _unknown(line)])))
    if line.kind == "B":
        benefit.limit = line.cents
    elif line.kind not in _MONEY:
        return benefit
    elif line.period in _REMAINING:
        benefit.remaining = line.cents
    elif line.period in _USED:
        benefit.used = line.cents
    else:
        benefit.limit = line.cents
    return benefit


def _unknown(line: BenefitLine) -> str:
    """Codes that have no words, as they came, so that nothing is lost."""
    kinds = {"A", "B", "C", "F", "G", "I", "R", *REMARKS}
    parts = [] if line.kind in kinds else [f"EB01 {line.kind}"]
    if line.period and line.period not in PERIODS and line.period not in ("24", "29"):
        parts.append(f"EB06 {line.period}")
    if line.kind not in _MONEY | {"B"} and line.cents is not None:
        parts.append(f"EB07 in cents {line.cents}")
    return ", ".join(parts)


def _limitation(benefit: Benefit) -> str:
    line = benefit.line
    if line.cents is None:
        if line.frequencies:
            return "FREQUENCY"
        return "LIMITATION" if line.age_min is None and line.age_max is None else "AGE_LIMIT"
    is_lifetime, is_whole = benefit.period in _LIFETIME, benefit.service_type in WHOLE and not line.code
    if is_lifetime:
        return "ORTHO_LIFETIME" if benefit.service_type == "38" else "LIFETIME_MAX" if is_whole else "CATEGORY_MAX"
    if not is_whole:
        return "CATEGORY_MAX"
    return "ANNUAL_MAX" if benefit.period in _YEAR else "MAXIMUM"


def _bring_together(group: list[Benefit]) -> set[int]:
    """Fill the totals of one group from its other lines; the ids of those that are used up by it."""
    totals = [benefit for benefit in group if benefit.limit is not None]
    yearly = [total for total in totals if total.period not in _LIFETIME]
    lifelong = [total for total in totals if total.period in _LIFETIME]
    used = [benefit for benefit in group if benefit.used is not None]
    ends = [benefit for benefit in group if benefit.remaining is not None]
    gone = _pair(lifelong, [end for end in ends if end.period == "33"])
    for parts in ([end for end in ends if end.period == "29"], used):
        gone |= _pair(yearly, parts)
        if not yearly:
            gone |= _pair([total for total in lifelong if _lacks(total, parts)], parts)
    for total in totals:
        _work_out(total)
    return gone


def _lacks(total: Benefit, parts: list[Benefit]) -> bool:
    return bool(parts) and (total.used if parts[0].used is not None else total.remaining) is None


def _pair(totals: list[Benefit], parts: list[Benefit]) -> set[int]:
    """Join totals and parts that say the same of themselves; then of the same plan, then whatever is left, one with one."""
    views: tuple[Callable[[BenefitLine], object], ...] = (
        lambda line: (line.plan_name, *line.messages), lambda line: line.plan_name, lambda line: "",
    )  # fmt: skip
    gone: set[int] = set()
    for view in views:
        for look in dict.fromkeys(view(part.line) for part in parts):
            free = [total for total in totals if id(total) not in gone and view(total.line) == look]
            open_parts = [part for part in parts if id(part) not in gone and view(part.line) == look]
            is_certain = len(free) == 1 or (view is views[0] and _take_turns(free, open_parts))
            if len(free) == len(open_parts) and is_certain and all(map(_may_join, free, open_parts)):
                for total, part in zip(free, open_parts, strict=True):
                    _join(total, part)
                    gone |= {id(total), id(part)}
    return gone - {id(total) for total in totals}


def _take_turns(totals: list[Benefit], parts: list[Benefit]) -> bool:
    """Each part stands between its total and the next: totals that say the same of themselves are told apart by nothing else."""
    order = [benefit.line.number for pair in zip(totals, parts, strict=False) for benefit in pair]
    return order == sorted(order)


def _may_join(total: Benefit, part: Benefit) -> bool:
    ours, theirs = total.line.plan_name, part.line.plan_name
    return not ours or not theirs or ours == theirs


def _join(total: Benefit, part: Benefit) -> None:
    if part.used is not None:
        total.used = part.used
    else:
        total.remaining = part.remaining
    total.notes = (*total.notes, *part.notes)


def _work_out(total: Benefit) -> None:
    """The third number from the other two; not where it would be below 0 (a carried-over maximum, a correction)."""
    assert total.limit is not None
    if total.used is None and total.remaining is not None and total.limit >= total.remaining:
        total.used = total.limit - total.remaining
    elif total.remaining is None and total.used is not None and total.limit >= total.used:
        total.remaining = total.limit - total.used
