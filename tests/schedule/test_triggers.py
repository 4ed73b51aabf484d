from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import SettingsError
from hub.schedule.triggers import parse_schedule

CHICAGO = "America/Chicago"
# Both hemispheres, a half-hour change, no change, gaps at midnight (Cairo) and up to midnight (Nuuk).
ZONES = [
    "America/Chicago", "America/Los_Angeles", "America/Phoenix", "Europe/Berlin", "Australia/Sydney",
    "Australia/Lord_Howe", "Africa/Cairo", "America/Nuuk", "America/Santiago", "Pacific/Honolulu",
]  # fmt: skip


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("every 15 minutes", utc(2026, 11, 21, 12, 7), utc(2026, 11, 21, 12, 15)),
        ("every 15 minutes", utc(2026, 11, 21, 12, 15), utc(2026, 11, 21, 12, 30)),
        ("every 2 hours", utc(2026, 11, 21, 23, 30), utc(2026, 11, 22, 0, 0)),
        ("every hour", utc(2026, 11, 21, 23, 30), utc(2026, 11, 22, 0, 0)),
        ("daily 06:00", utc(2026, 11, 21, 12, 0), utc(2026, 11, 22, 12, 0)),  # 6:00 CST is 12:00Z
        ("daily 06:00", utc(2026, 7, 1, 0, 0), utc(2026, 7, 1, 11, 0)),  # 6:00 CDT is 11:00Z
        ("weekdays 06:30", utc(2026, 11, 20, 12, 30), utc(2026, 11, 23, 12, 30)),  # Friday to Monday
        ("mon,wed 07:15", utc(2026, 11, 23, 13, 15), utc(2026, 11, 25, 13, 15)),
        ("Mon, Wed  07:15", utc(2026, 11, 23, 13, 15), utc(2026, 11, 25, 13, 15)),
        ("sun 23:59", utc(2026, 11, 21, 0, 0), utc(2026, 11, 23, 5, 59)),
    ],
)
def test_the_next_due_moment(text: str, after: datetime, expected: datetime) -> None:
    assert parse_schedule(text).next_after(after, CHICAGO) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("daily 6:00", "two digits"),
        ("daily 6pm", "24 hours"),
        ("daily 06:30 pm", "24 hours"),
        ("daily 24:00", "00:00 to 23:59"),
        ("daily 12:60", "00:00 to 23:59"),
        ("monday 06:00", "days are"),
        ("daily,mon 06:00", "days are"),
        ("every 0 minutes", "every minute"),
        ("every 25 hours", "every 24 hours"),
        ("every 90 seconds", "use one of"),
        ("0 6 * * 1", "use one of"),
        ("", "use one of"),
        ("daily", "use one of"),
    ],
)
def test_a_schedule_that_is_none_is_refused_with_a_remedy(text: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=hint) as caught:
        parse_schedule(text, "[[source]] pms")
    assert str(caught.value).startswith("HUB-J01 [[source]] pms: ")


def test_night_hours_are_warned_about() -> None:
    assert parse_schedule("daily 02:30").warnings()
    assert not parse_schedule("daily 03:00").warnings()
    assert not parse_schedule("every 2 hours").warnings()


def test_in_the_skipped_hour_a_job_runs_at_the_first_moment_that_exists() -> None:
    # 2026-03-08 in Chicago: 2:00 CST becomes 3:00 CDT at 08:00Z.
    schedule = parse_schedule("daily 02:30")
    assert schedule.next_after(utc(2026, 3, 8, 0, 0), CHICAGO) == utc(2026, 3, 8, 8, 0)
    assert schedule.next_after(utc(2026, 3, 8, 8, 0), CHICAGO) == utc(2026, 3, 9, 7, 30)


def test_in_the_repeated_hour_a_job_runs_the_first_time_only() -> None:
    # 2026-11-01 in Chicago: 1:30 CDT is 06:30Z, 1:30 CST is 07:30Z.
    schedule = parse_schedule("daily 01:30")
    assert schedule.next_after(utc(2026, 11, 1, 0, 0), CHICAGO) == utc(2026, 11, 1, 6, 30)
    assert schedule.next_after(utc(2026, 11, 1, 6, 30), CHICAGO) == utc(2026, 11, 2, 7, 30)


def test_a_day_that_a_zone_never_had_is_left_out() -> None:
    # Samoa went from Thursday 2011-12-29 straight to Saturday 2011-12-31 at 10:00Z.
    schedule = parse_schedule("daily 06:00")
    thursday = schedule.next_after(utc(2011, 12, 29, 0, 0), "Pacific/Apia")
    following = schedule.next_after(thursday, "Pacific/Apia")
    assert thursday.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2011, 12, 29)
    assert following.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2011, 12, 31)
    assert following == utc(2011, 12, 30, 16, 0)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "06:00", "23:30"])
def test_a_daily_schedule_fires_once_for_every_day_of_a_year(zone: str, at: str) -> None:
    schedule, moment, fired = parse_schedule(f"daily {at}"), utc(2026, 1, 10, 0, 0), []
    while moment < utc(2027, 1, 10, 0, 0):
        moment = schedule.next_after(moment, zone)
        fired.append(moment)
    days = Counter(_day_meant(moment, zone, at) for moment in fired)
    first, last = min(days), max(days)
    assert set(days.values()) == {1}
    assert len(days) == (last - first).days + 1
    assert all(later - earlier >= timedelta(hours=22) for earlier, later in pairwise(fired))


def _day_meant(moment: datetime, zone: str, at: str) -> date:
    """The local day a moment stands for; a gap up to midnight (Nuuk 23:30) moves a slot to the next day's start."""
    local = moment.astimezone(ZoneInfo(zone))
    moved_over_midnight = at > "22:00" and local.hour == 0
    return (local - timedelta(hours=1)).date() if moved_over_midnight else local.date()


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
    st.sampled_from(ZONES),
    st.sampled_from(
        ["daily 02:30", "daily 01:30", "weekdays 00:15", "mon,sat 23:45", "every 7 minutes", "every 5 hours"]
    ),
)
def test_last_and_next_enclose_every_moment(naive: datetime, zone: str, text: str) -> None:
    schedule, moment = parse_schedule(text), naive.replace(tzinfo=UTC)
    last, coming = schedule.last_due(moment, zone), schedule.next_after(moment, zone)
    assert last <= moment < coming
    assert schedule.next_after(last, zone) == coming
    assert schedule.last_due(coming, zone) == coming


def test_after_three_days_of_sleep_a_schedule_was_missed_and_after_a_start_it_was_not() -> None:
    schedule, now = parse_schedule("daily 06:00"), utc(2026, 11, 21, 15, 0)
    assert schedule.missed(utc(2026, 11, 18, 12, 0), now, CHICAGO)
    assert schedule.missed(utc(2026, 11, 21, 11, 59), now, CHICAGO)
    assert not schedule.missed(utc(2026, 11, 21, 12, 0), now, CHICAGO)


def test_a_new_interval_is_due_at_once_and_a_new_daily_list_waits_for_its_time() -> None:
    now = utc(2026, 11, 21, 15, 0)
    assert parse_schedule("every 15 minutes").missed(None, now, CHICAGO)
    assert not parse_schedule("daily 06:00").missed(None, now, CHICAGO)
