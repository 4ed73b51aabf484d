"""How fresh a stream is in words: old, or of a day that has not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.rulekit.ages import stream_problem
from hub.workdays import Workdays

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "wanted"),
    [
        (timedelta(hours=-2), ""),
        (timedelta(hours=1), ""),  # a clock that was set back for winter
        (timedelta(days=273), "says it is of Wed 2027-03-10 06:00, which is still to come: check the clocks"),
    ],
)
def test_what_is_dated_in_the_future_is_not_fresh(ahead: timedelta, wanted: str) -> None:
    assert stream_problem(NOW + ahead, None, 30, NOW, Workdays(), "America/Chicago") == wanted
