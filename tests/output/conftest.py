"""A made-up list: one item builder with honest defaults, and sixty items in the catalogue's own words."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub.contract import ItemRow, ListSummary, SourceAge
from hub.ids import short_id

AS_OF = date(2026, 11, 21)
MADE_AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)  # 6:30 in Chicago

_PLAIN = ItemRow(
    id="ABCD2345", code="TX-ACCEPTED-UNBOOKED", title="Accepted, not booked", practice="main", subject="case:pms:77",
    patient="pms:1042", patient_name="Lopez, Maria", owner="TC", assigned_to=None, status="OPEN", tray="today",
    value_cents=114_000, since=date(2026, 11, 18), due=date(2026, 11, 20), priority=85, band="today",
    sentence="M. Lopez said yes to the crown on #30 ($1,140) 3 working days ago. Nothing is booked.",
    next_step="Call and book; offer the two openings this week.", payer_name=None, tags=None, is_stale=False,
    evidence=("procedure:pms:9001", "case:pms:77"), as_of=AS_OF, score="$1,140 · due yesterday · 7 in 10 · pain risk",
)  # fmt: skip

_STORIES = list(csv.DictReader((Path(__file__).parent / "stories.csv").read_text("utf-8").splitlines()))


def _story(place: int) -> ItemRow:
    story, lap = _STORIES[place % len(_STORIES)], place // len(_STORIES)
    priority = max(12, int(story["priority"]) - 21 * lap)
    last, _, first = story["patient"].partition(", ")
    who = f"{last}-{lap}, {first}" if lap and last else story["patient"] or None
    due = AS_OF + timedelta(days=int(story["days_to_due"]) + 6 * lap) if story["days_to_due"] else None
    code = story["code"]
    entity = "claim" if code.startswith("CLAIM") else "patient"
    return replace(
        _PLAIN, id=short_id("story", str(place)), code=code, title=story["title"], owner=story["owner"],
        patient_name=who,
        patient=f"pms:{short_id(who)}" if who else None, payer_name=story["payer"] or None,
        value_cents=int(story["cents"]), due=due, priority=priority, band=_band(priority), sentence=story["sentence"],
        next_step=story["next_step"], subject=f"{entity}:pms:{20400 + place}", is_stale=place % 17 == 16,
        tags="december" if code == "TX-BENEFIT-EXPIRING" else None,
        evidence=(f"procedure:pms:{9001 + place}",),
        assigned_to="Jamie" if place % 9 == 4 else None, status="IN_PROGRESS" if place % 11 == 5 else "OPEN",
    )  # fmt: skip


def _band(priority: int) -> str:
    """The borders of outstanding-items §3."""
    if priority >= 60:
        return "today" if priority >= 80 else "this week"
    return "when possible" if priority >= 40 else "batch"


@pytest.fixture
def item() -> Callable[..., ItemRow]:
    return lambda **changes: replace(_PLAIN, **changes)


@pytest.fixture
def stories() -> Callable[[int], list[ItemRow]]:
    return lambda number: [_story(place) for place in range(number)]


def made_up_summary(items: list[ItemRow], **changes: object) -> ListSummary:
    kinds: dict[tuple[str, str], list[int]] = {}
    for row in items:
        kinds.setdefault((row.code, row.title), []).append(row.value_cents)
    summary = ListSummary(
        practice_id="main", practice_name="Lakeside Dental", timezone="America/Chicago", as_of=AS_OF, made_at=MADE_AT,
        filters={"owner": ""}, kinds=[(*kind, len(values), sum(values)) for kind, values in kinds.items()],
        trays={"backlog": (214, 18_430_000), "in_person": (9, 512_000), "waiting": (31, 0)},
        unknown=[
            ("LAB-LATE", "Lab case late", "no source with lab cases is set up"),
            ("ELIG-FAILED", "Eligibility failed", "no eligibility answers are read; add a clearinghouse source"),
        ],
        sources=[
            SourceAge("pms", "Dentrix export", "red", datetime(2026, 11, 19, 12, 0, tzinfo=UTC), "2 days old"),
            SourceAge("era", "Clearinghouse files", "green", datetime(2026, 11, 21, 12, 12, tzinfo=UTC)),
            SourceAge("carecredit", "CareCredit report", "amber", datetime(2026, 11, 20, 11, 0, tzinfo=UTC)),
        ],
        asked_by="schedule morning-list",
    )  # fmt: skip
    return replace(summary, **changes)  # type: ignore[arg-type]


@pytest.fixture
def summary_of() -> Callable[..., ListSummary]:
    return made_up_summary
