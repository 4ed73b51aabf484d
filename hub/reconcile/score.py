"""How the list is ordered: the score P of reference outstanding-items §3, its band, and its four parts in plain words.

P = round(40 V + 35 U + 15 L + 10 R), 0-100, then the finding's floor and cap. V is the dollars at stake on a log scale,
U how near the due day is, L the chance that the next touch works, R what happens to the patient or the money meanwhile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hub.contract.rule import Audience, Finding
from hub.money import dollars
from hub.rulekit.wording import day_text
from hub.workdays import Workdays

Band = Literal["today", "this_week", "when_possible", "batch"]

_FULL_VALUE_DOLLARS = 10_000
_LEAST_LIKELIHOOD = 0.10


@dataclass(frozen=True, slots=True)
class Score:
    """P with its band and the four parts, each 0 to 1."""

    priority: int
    band: Band
    value: float
    urgency: float
    likelihood: float
    risk: float


def score(finding: Finding, as_of: date, workdays: Workdays) -> Score:
    """P of one finding as of the practice's local day."""
    value = value_part(finding.value_cents)
    urgency = urgency_part(finding, as_of, workdays)
    likelihood = min(1.0, max(_LEAST_LIKELIHOOD, finding.likelihood))
    risk = min(1.0, max(0.0, finding.risk))
    exact = 40 * value + 35 * urgency + 15 * likelihood + 10 * risk
    # Half goes up, and the rounding to nine places keeps 67.4999999999 from hiding a true half.
    points = math.floor(round(exact, 9) + 0.5)
    priority = max(0, min(100, finding.cap, max(finding.floor, points)))
    return Score(priority, band_of(priority), value, urgency, likelihood, risk)


def value_part(cents: int) -> float:
    """V: $100 -> .50, $1,000 -> .75, $10,000 and more -> 1; nothing at stake -> 0."""
    return min(1.0, math.log1p(max(0, cents) / 100) / math.log1p(_FULL_VALUE_DOLLARS))


def urgency_part(finding: Finding, as_of: date, workdays: Workdays) -> float:
    """U: 1 on the due day or later, else falling over the horizon; without a due day, the age. No date at all: 0."""
    if finding.due is not None:
        left = workdays.left(as_of, finding.due)
        return 1.0 if as_of >= finding.due else max(0.0, 1 - left / max(1, finding.horizon_bd))
    if finding.since is None:
        return 0.0
    return min(1.0, max(0, (as_of - finding.since).days) / max(1, finding.age_full))


def band_of(priority: int) -> Band:
    if priority >= 80:
        return "today"
    if priority >= 60:
        return "this_week"
    return "when_possible" if priority >= 40 else "batch"


def parts_text(
    value_cents: int,
    as_of: date,
    due: date | None,
    since: date | None,
    likelihood: float,
    risk: float,
    audience: Audience = "contact",
) -> str:
    """The four parts as the item shows them: "$1,140 · due yesterday · 7 in 10 · pain risk"."""
    when = due_text(due, as_of) if due is not None else _age_text(since, as_of)
    parts = [dollars(value_cents), when, f"{round(likelihood * 10)} in 10", _risk_text(risk, audience)]
    return " · ".join(part for part in parts if part)


def due_text(due: date, as_of: date) -> str:
    days = (due - as_of).days
    near = {-1: "due yesterday", 0: "due today", 1: "due tomorrow"}
    if days in near:
        return near[days]
    if abs(days) > 60:
        return f"due {day_text(due, as_of)}"
    return f"due in {days} days" if days > 0 else f"due {-days} days ago"


def _age_text(since: date | None, as_of: date) -> str:
    if since is None:
        return "no date"
    days = max(0, (as_of - since).days)
    return "since today" if days == 0 else f"open {days} day{'s' if days > 1 else ''}"


def _risk_text(risk: float, audience: Audience) -> str:
    if risk >= 1:
        return "clinical or legal risk"
    if risk > 0:
        return "pain risk" if audience == "contact" else "money at risk"
    return ""
