"""The score: every part by hand, the bands, and the four parts in words."""

from __future__ import annotations

from datetime import date

import pytest

from hub.contract import Finding
from hub.reconcile.score import Score, band_of, parts_text, score, value_part
from hub.workdays import Workdays

AS_OF = date(2026, 3, 10)
OFFICE = Workdays(closures=[date(2026, 2, 16)])


def finding(**values: object) -> Finding:
    given = {"subject": "case:pms:1", "value_cents": 0, "sentence": "", "next_step": "", "likelihood": 0.5}
    return Finding(**{**given, **values})  # type: ignore[arg-type]


def of(**values: object) -> Score:
    return score(finding(**values), AS_OF, OFFICE)


@pytest.mark.parametrize(("cents", "value"), [(0, 0), (-500, 0), (1_000_000, 1), (9_900_000, 1)])
def test_value_is_bounded(cents: int, value: float) -> None:
    assert value_part(cents) == value


def test_a_hundred_dollars_are_half_and_a_thousand_three_quarters() -> None:
    assert round(value_part(10_000), 2) == 0.50
    assert round(value_part(100_000), 2) == 0.75


@pytest.mark.parametrize(
    ("due", "urgency"),
    [(date(2026, 3, 9), 1), (AS_OF, 1), (date(2026, 3, 13), 0.4), (date(2026, 3, 14), 0.4), (date(2026, 3, 17), 0),
     (date(2026, 6, 1), 0)],
)  # fmt: skip
def test_urgency_falls_with_the_working_days_left(due: date, urgency: float) -> None:
    # three open days to Fri 03-13 and to Sat 03-14: 1 - 3/5
    assert of(due=due, horizon_bd=5).urgency == pytest.approx(urgency)


def test_a_due_day_on_a_closed_day_ahead_is_not_due_yet() -> None:
    saturday, sunday = date(2026, 3, 7), date(2026, 3, 8)
    assert score(finding(due=sunday, horizon_bd=5), saturday, OFFICE).urgency == 1 - 0 / 5


def test_without_a_due_day_the_age_counts() -> None:
    assert of(since=date(2026, 2, 26), age_full=30).urgency == pytest.approx(12 / 30)
    assert of(since=date(2025, 1, 1), age_full=30).urgency == 1
    assert of().urgency == 0


def test_the_parts_are_weighted_40_35_15_10() -> None:
    assert of(value_cents=1_000_000, likelihood=0.1, since=AS_OF).priority == 42  # 40 + 1.5, half goes up
    assert of(due=AS_OF, likelihood=0.1).priority == 37  # 35 + 1.5, half goes up
    assert of(likelihood=1.0).priority == 15
    assert of(likelihood=0.2, risk=1.0).priority == 13


def test_likelihood_never_falls_below_a_tenth() -> None:
    assert of(likelihood=0.0).likelihood == 0.10


def test_floor_and_cap_bound_the_score() -> None:
    assert of(floor=85).priority == 85
    assert of(value_cents=1_000_000, due=AS_OF, cap=40).priority == 40
    assert of(floor=85, cap=40).priority == 40


@pytest.mark.parametrize(
    ("points", "band"),
    [(100, "today"), (80, "today"), (79, "this_week"), (60, "this_week"), (59, "when_possible"), (40, "when_possible"),
     (39, "batch"), (0, "batch")],
)  # fmt: skip
def test_bands(points: int, band: str) -> None:
    assert band_of(points) == band


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((114_000, AS_OF, date(2026, 3, 9), None, 0.7, 0.5), "$1,140 · due yesterday · 7 in 10 · pain risk"),
        ((114_000, AS_OF, AS_OF, None, 0.7, 0.0), "$1,140 · due today · 7 in 10"),
        ((5_050, AS_OF, date(2026, 3, 13), None, 0.35, 1.0), "$50.50 · due in 3 days · 4 in 10 · clinical or legal risk"),
        ((0, AS_OF, None, date(2026, 2, 26), 0.9, 0.0), "$0 · open 12 days · 9 in 10"),
        ((0, AS_OF, date(2025, 11, 1), None, 0.9, 0.0), "$0 · due Nov 1, 2025 · 9 in 10"),
        ((0, AS_OF, None, None, 0.9, 0.0), "$0 · no date · 9 in 10"),
    ],
)
def test_the_parts_in_words(values: tuple, text: str) -> None:
    assert parts_text(*values) == text


def test_money_items_speak_of_money() -> None:
    assert parts_text(100, AS_OF, AS_OF, None, 0.9, 0.5, audience="money").endswith("money at risk")
