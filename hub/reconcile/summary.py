"""What a list covers: how many items of which kind, what is kept out of it, what cannot be known, how fresh it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select

from hub.clock import Clock, local_date
from hub.config.schema import PracticeSettings, SourceSettings
from hub.contract import ListSummary, Rule, SourceAge
from hub.model import TABLES
from hub.rulekit.ages import MAX_AGE_HOURS, stream_problem
from hub.rulekit.wording import joined

ITEM, KIND = TABLES["work_item"], TABLES["kind_state"]
STREAM, RUN = TABLES["stream_state"], TABLES["run"]
_OPEN = ("OPEN", "IN_PROGRESS")
_NAMED_AT_MOST = 3
_FROZEN = "too old or incomplete, what rests on it was neither opened nor closed"


def summary(
    connection: Connection,
    practice: PracticeSettings,
    sources: Sequence[SourceSettings],
    rules: Sequence[type[Rule]],
    filters: Mapping[str, str],
    clock: Clock,
    asked_by: str,
) -> ListSummary:
    """The head of a list. `filters` are shown as given; the counts are of the whole practice, so that a filtered list
    still tells what else is waiting. A kind that was never reconciled counts as unknown."""
    now = clock.now()
    kinds = select(KIND).where(KIND.c.practice_id == practice.id)
    known = {row["code"]: dict(row) for row in connection.execute(kinds).mappings()}
    as_of = max((row["as_of"] for row in known.values()), default=local_date(now, practice.timezone))
    return ListSummary(
        practice.id, practice.name, practice.timezone, as_of, now, dict(filters), _kinds(connection, practice, known),
        _trays(connection, practice), _unknown(rules, known), _ages(connection, practice, sources, now), asked_by,
    )  # fmt: skip


def _kinds(
    connection: Connection, practice: PracticeSettings, known: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str, int, int]]:
    query = (
        select(ITEM.c.code, func.count(), func.sum(ITEM.c.value_cents))
        .where(ITEM.c.practice_id == practice.id, ITEM.c.status.in_(_OPEN), ITEM.c.tray == "today")
        .group_by(ITEM.c.code)
        .order_by(ITEM.c.code)
    )
    titles = {code: row["title"] for code, row in known.items()}
    return [(code, titles.get(code, code), count, int(cents)) for code, count, cents in connection.execute(query)]


def _trays(connection: Connection, practice: PracticeSettings) -> dict[str, tuple[int, int]]:
    """What is kept out of today's list; snoozed items count as their own tray."""
    tray = case((ITEM.c.status == "SNOOZED", "snoozed"), else_=ITEM.c.tray)
    query = (
        select(tray, func.count(), func.sum(ITEM.c.value_cents))
        .where(ITEM.c.practice_id == practice.id, ITEM.c.status.in_((*_OPEN, "SNOOZED")))
        .group_by(tray)
        .order_by(tray)
    )
    return {name: (count, int(cents)) for name, count, cents in connection.execute(query) if name != "today"}


def _unknown(
    rules: Sequence[type[Rule]], known: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str, str]]:
    lines = []
    for rule in sorted(rules, key=lambda each: each.code):
        row = known.get(rule.code)
        if row is None:
            lines.append((rule.code, rule.title, "not looked at yet; run `hub reconcile`"))
        elif row["state"] != "answered":
            lines.append((rule.code, rule.title, row["reason"]))
    return lines


def _ages(
    connection: Connection, practice: PracticeSettings, sources: Sequence[SourceSettings], now: datetime
) -> list[SourceAge]:
    query = select(STREAM).where(STREAM.c.practice_id == practice.id).order_by(STREAM.c.source, STREAM.c.stream)
    streams = [dict(row) for row in connection.execute(query).mappings()]
    failed = _failed(connection, practice)
    return [
        _age(source, [row for row in streams if row["source"] == source.name], practice, failed.get(source.name), now)
        for source in sources
    ]


def _failed(connection: Connection, practice: PracticeSettings) -> dict[str, str]:
    """The sources whose newest finished sync failed, with its message."""
    newest = (
        select(func.max(RUN.c.id))
        .where(RUN.c.practice_id == practice.id, RUN.c.kind == "sync", RUN.c.ended_at.is_not(None))
        .group_by(RUN.c.name)
    )
    query = select(RUN.c.name, RUN.c.message).where(RUN.c.id.in_(newest), RUN.c.status == "failed")
    return {name: message or "the last run failed" for name, message in connection.execute(query)}


def _age(
    source: SourceSettings,
    streams: Sequence[Mapping[str, Any]],
    practice: PracticeSettings,
    failed: str | None,
    now: datetime,
) -> SourceAge:
    """The oldest stream speaks for its source. Amber: what rests on it is frozen (hub.reconcile.freshness). Red: the last run
    failed; that freezes nothing by itself, so what is frozen besides is told with it."""
    label = source.name if source.name == source.connector else f"{source.name} ({source.connector})"
    moments = [row["last_complete_at"] for row in streams if row["last_complete_at"] is not None]
    as_of = min(moments, default=None)
    if not source.enabled:
        return SourceAge(source.name, label, "paused", as_of, "switched off in hub.toml")
    if as_of is None and failed is None:
        return SourceAge(source.name, label, "unknown", None, "has never been read completely")
    hours = source.max_age_hours or MAX_AGE_HOURS
    spoken = [row for row in streams if row["last_complete_at"] or row["problem"]]
    troubles = _troubles(spoken, practice, hours, now)
    if failed is not None:
        frozen = [_FROZEN + ": " + "; ".join(troubles)] if troubles else []
        return SourceAge(source.name, label, "red", as_of, "; ".join([failed, *frozen]))
    return SourceAge(source.name, label, "amber" if troubles else "green", as_of, "; ".join(troubles))


def _troubles(
    spoken: Sequence[Mapping[str, Any]], practice: PracticeSettings, hours: int, now: datetime
) -> list[str]:
    """Each problem once, with the streams that have it. Streams that are only old are one problem, told with the day of the
    oldest; a stream that fills several entities has a row for each."""
    oldest_first = sorted(spoken, key=lambda row: (row["last_complete_at"] is not None, row["last_complete_at"] or now))
    streams: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for row in oldest_first:
        if why := _stream_problem(row, practice, hours, now):
            kind = why if row["problem"] else ""
            words.setdefault(kind, why)
            streams.setdefault(kind, []).append(str(row["stream"]))
    return [f"{_named(streams[kind], spoken)}: {why}" for kind, why in words.items()]


def _named(streams: Sequence[str], spoken: Sequence[Mapping[str, Any]]) -> str:
    names = sorted(set(streams))
    if len(names) > _NAMED_AT_MOST and set(names) == {str(row["stream"]) for row in spoken}:
        return "every stream"
    rest = len(names) - _NAMED_AT_MOST
    return joined([*names[:_NAMED_AT_MOST], f"{rest} more"] if rest > 1 else names)


def _stream_problem(row: Mapping[str, Any], practice: PracticeSettings, hours: int, now: datetime) -> str:
    return stream_problem(
        row["last_complete_at"], row["problem"], hours, now, practice.workdays, practice.timezone
    )
