"""SYNC-STALE: a source stopped speaking, so the lists that rest on it are old."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy import func, or_, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.model import TABLES
from hub.rulekit.ages import MAX_AGE_HOURS, stream_problem

STREAM, RUN, ITEM = TABLES["stream_state"], TABLES["run"], TABLES["work_item"]


class SyncStale(Rule):
    """A source was not read completely within its time, its last run failed, or it was never read at all. Items that
    rest on it are marked "out of date"; none is opened or closed from it until it is read again.

    Hours of closed days do not count, so that a long weekend raises no alarm.
    """

    code: ClassVar[str] = "SYNC-STALE"
    title: ClassVar[str] = "A source is out of date"
    owner: ClassVar[str] = "OM"
    audience: ClassVar[Audience] = "data"
    needs: ClassVar[tuple[str, ...]] = ()
    clears_when: ClassVar[str] = "the source is read completely again"

    class Settings(BaseModel):
        """Hours without closed days; each source's own `max_age_hours` comes from its [[source]] entry."""

        configured_sources: dict[str, int] = Field(
            default_factory=dict, description="filled in by the hub from [[source]]; not to be set by hand"
        )

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, self.Settings)
        streams, failed = _streams(view), _failed_runs(view)
        for source, hours in sorted(settings.configured_sources.items()):
            own, limit = streams.get(source, ()), hours or MAX_AGE_HOURS
            reasons = _reasons(own, failed.get(source), limit, view)
            if reasons:
                troubled = [row for row in _spoken(own) or own if _why(row, limit, view)]
                yield _finding(source, own, reasons, _outage(own, troubled, view), view)


def _streams(view: RuleView) -> Mapping[str, Sequence[Any]]:
    query = select(STREAM).where(STREAM.c.practice_id == view.practice_id).order_by(STREAM.c.source, STREAM.c.stream)
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.source].append(row)
    return found


def _failed_runs(view: RuleView) -> Mapping[str, str]:
    """The sources whose newest finished sync failed, with its one-line message."""
    newest = (
        select(func.max(RUN.c.id))
        .where(RUN.c.practice_id == view.practice_id, RUN.c.kind == "sync", RUN.c.ended_at.is_not(None))
        .group_by(RUN.c.name)
    )
    query = select(RUN.c.name, RUN.c.message).where(RUN.c.id.in_(newest), RUN.c.status == "failed")
    return {name: message or "no reason given" for name, message in view.connection.execute(query)}


def _reasons(streams: Sequence[Any], failed: str | None, hours: int, view: RuleView) -> list[str]:
    """Why the source counts as stale. A stream that has not spoken yet is silent, unless the whole source is."""
    reasons = [f"the last run failed ({failed})"] if failed else []
    spoken = _spoken(streams)
    if not spoken:
        return [*reasons, "it has never been read"]
    whys = [_why(row, hours, view) for row in spoken]
    for row, why in zip(spoken, whys, strict=True):
        if why:
            reasons.append(why if len(set(whys)) == 1 else f"{row.stream} {why}")
    return list(dict.fromkeys(reasons))


def _why(row: Any, hours: int, view: RuleView) -> str:
    return stream_problem(row.last_complete_at, row.problem, hours, view.now, view.workdays, view.timezone)


def _finding(source: str, streams: Sequence[Any], reasons: Sequence[str], outage: str, view: RuleView) -> Finding:
    old = _items_from(source, view)
    items = f" {old} item{'s' if old != 1 else ''} may be out of date; none is closed or opened from it." if old else ""
    return Finding(
        subject=f"source:{source}",
        value_cents=0,
        sentence=f"{source} is out of date: {'; '.join(reasons[:3])}.{items}",
        next_step="see `hub runs` and `hub doctor`, then start the export or the sync again",
        likelihood=1.0,
        risk=0.5,
        due=view.as_of,
        horizon_bd=1,
        since=_last_day(streams, view),
        floor=90,
        state=f"{source} @{outage}",
        evidence=tuple(f"stream_state:{source}:{row.stream}" for row in streams),
    )


def _outage(streams: Sequence[Any], troubled: Sequence[Any], view: RuleView) -> str:
    """Which outage this is: the day of the last good read of what is old, or of everything while a failed run has left
    nothing old yet. It stays while nothing is read, and is another at the next outage."""
    if not streams or any(row.last_complete_at is None for row in troubled):
        return "never"
    return str(_last_day(troubled or streams, view))


def _spoken(streams: Sequence[Any]) -> list[Any]:
    return [row for row in streams if row.last_complete_at is not None or row.problem]


def _last_day(streams: Sequence[Any], view: RuleView) -> date | None:
    moments = [row.last_complete_at for row in streams if row.last_complete_at is not None]
    return min(moments).astimezone(ZoneInfo(view.timezone)).date() if moments else None


def _items_from(source: str, view: RuleView) -> int:
    """Items that rested on the source when the day began: what this very run changes must not change the sentence."""
    midnight = datetime.combine(view.as_of, time(), ZoneInfo(view.timezone))
    about = ITEM.c.evidence.contains(f":{source}:", autoescape=True)
    query = select(func.count()).where(
        ITEM.c.practice_id == view.practice_id, ITEM.c.opened_at < midnight, about, ITEM.c.code != SyncStale.code,
        or_(ITEM.c.resolved_at.is_(None), ITEM.c.resolved_at >= midnight), ITEM.c.status != "DISMISSED",
    )  # fmt: skip
    return int(view.connection.execute(query).scalar_one())
