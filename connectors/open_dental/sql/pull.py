"""One stream from the database: what Open Dental lists as deleted, then everything or what changed, then, when they are
due, everything once more (`again`) and the keys of all that is there.

The watermark is the server's own clock, read before a pass and kept only once the pass is finished; the next pass begins
`clock_overlap_minutes` before it, because a changed row is stamped before it can be seen and clocks go back once a year.
A first load that was cut off goes on behind the last key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.open_dental.render import columns_for, is_there, select_keys, select_page, stamps_for
from connectors.open_dental.settings import OpenDentalSettings
from connectors.open_dental.shape import Query, keys_of
from connectors.open_dental.sql.again import is_time
from connectors.open_dental.sql.changed import Looking, changed
from connectors.open_dental.sql.cursor import Place, place_of
from connectors.open_dental.sql.office import Office, earlier, look
from connectors.open_dental.sql.pages import Pace, Walked, pages
from connectors.open_dental.sql.server import Row, Server, connected
from connectors.open_dental.told import told
from hub.contract import Checkpoint, Gone, Keys, Rows, SourceContext
from hub.errors import AuthError

Part = Rows | Keys | Gone | Checkpoint
BATCH_ROWS = 5000  # so many rows are stored together: pages are short for the server's sake, not for ours
_SWEEP_GROWTH = 20  # a key alone is quicker than a row


@dataclass(slots=True)
class _Pass:
    """One pull of one stream. `place` moves with it."""

    query: Query
    settings: OpenDentalSettings
    ctx: SourceContext
    server: Server
    office: Office
    place: Place

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(column.label for column in columns_for(self.query, self.office.version))

    def pace(self, growth: int = 1) -> Pace:
        return Pace(self.settings.page_rows * growth, self.settings.page_milliseconds / 1000)


# By source: the run (a context of the engine is one run) whose account was refused, and how.
_REFUSED: dict[str, tuple[SourceContext, AuthError]] = {}


def pull(query: Query, cursor: Mapping[str, object] | None, ctx: SourceContext, settings: OpenDentalSettings) -> Iterator[Part]:
    """Everything that the engine must hear; ends early when `ctx.stop` is set."""
    name = f"{ctx.practice_id}/{ctx.source}"
    refused = _REFUSED.get(name)
    if refused is not None and refused[0] is ctx:
        raise refused[1]  # thirty streams would be thirty wrong passwords, and servers lock whoever tries so often
    try:
        yield from _pull(query, cursor, ctx, settings)
    except AuthError as error:
        _REFUSED[name] = (ctx, error)
        raise


def _pull(query: Query, cursor: Mapping[str, object] | None, ctx: SourceContext, settings: OpenDentalSettings) -> Iterator[Part]:
    with connected(settings, ctx.base_dir, ctx.source) as server:
        office = look(server, query)
        if not is_there(query, office.version):
            # Nothing is filled, so no rule believes that there is nothing; `check` names what this version lacks.
            yield Checkpoint({}, complete=True)
            return
        yield from _read(_Pass(query, settings, ctx, server, office, place_of(cursor)))


def _read(one: _Pass) -> Iterator[Part]:
    stamps = stamps_for(one.query, one.office.version)
    if one.place.phase == "rest" and not stamps:
        one.place = Place(swept_at=one.place.swept_at)  # nothing tells what changed: everything again
    if one.place.phase == "load":
        yield from _load(one)
    else:
        yield from _changes(one, stamps)


def _load(one: _Pass) -> Iterator[Part]:
    """Everything, from the smallest key or where the last run stopped. Read in one go, it is a list of keys as well."""
    fresh = one.place.after is None
    if fresh:
        one.place = replace(one.place, next_mark=one.office.now, seen=_asks_anew(one))
    whole = fresh and one.query.window is None
    yield from _stored(one, _walk(one, _everything(one), one.place.after), told_keys=whole)
    if one.ctx.stop.is_set():
        return
    now = _utc_text(one.ctx.clock.now())
    one.place = Place(
        "rest", mark=one.place.next_mark, swept_at=now if fresh else one.place.swept_at, whole_at=now, seen=one.place.seen
    )
    yield Checkpoint(one.place.told(), complete=True, swept=one.query.entities if whole else ())


def _changes(one: _Pass, stamps: tuple[str, ...]) -> Iterator[Part]:
    if one.place.phase == "rest":
        since = earlier(one.place.mark, one.settings.clock_overlap_minutes)
        one.place = replace(one.place, phase="changes", since=since, next_mark=one.office.now, after=None, stamp=0)
    yield from _listed_as_deleted(one)
    for number in range(one.place.stamp, len(stamps)):
        one.place = one.place if number == one.place.stamp else replace(one.place, stamp=number, after=None)
        yield from _stored(one, changed(_looking(one), stamps[number], one.place.since, one.place.after))
        if one.ctx.stop.is_set():
            return
    one.place = replace(one.place, stamp=len(stamps), after=None)
    yield from _again(one)
    swept = not one.ctx.stop.is_set() and _sweep_is_due(one)
    if swept:
        yield from _swept(one)
    if one.ctx.stop.is_set():
        return
    swept_at = _utc_text(one.ctx.clock.now()) if swept else one.place.swept_at
    one.place = Place("rest", mark=one.place.next_mark, swept_at=swept_at, whole_at=one.place.whole_at, seen=one.place.seen)
    yield Checkpoint(one.place.told(), complete=True, swept=one.query.entities if swept else ())


def _again(one: _Pass) -> Iterator[Part]:
    """Everything once more, when it is time; one that was cut off goes on, unless all rows changed again meanwhile."""
    if one.query.only_grows:
        return
    seen, now = _asks_anew(one), one.ctx.clock.now()
    under_way = one.place.again is not None and seen == one.place.seen
    due = is_time(one.place, now, one.ctx.timezone, one.settings.reread_days, one.settings.night)
    if not under_way and seen == one.place.seen and not due:
        return
    one.place = replace(one.place, seen=seen, again=one.place.again if under_way else None)
    yield from _stored(one, _walk(one, _everything(one), one.place.again), again=True)
    if not one.ctx.stop.is_set():
        one.place = replace(one.place, again=None, whole_at=_utc_text(now))


def _asks_anew(one: _Pass) -> str:
    """The value whose change makes every row another one; "" where there is none."""
    return one.server.value(f"SELECT {one.query.anew}") if one.query.anew else ""


def _everything(one: _Pass) -> str:
    select, window = select_page(one.query, one.office.version), one.query.window
    return select if window is None else f"{select} AND {window[0]} >= DATE_SUB(NOW(), INTERVAL {window[1]} DAY)"


def _walk(one: _Pass, select: str, after: int | None, growth: int = 1) -> Iterator[list[Row]]:
    own = Walked(one.query.table, "t", one.query.key)
    return pages(one.server, select, own, after, one.pace(growth), one.ctx.stop)


def _looking(one: _Pass) -> Looking:
    select, own = select_page(one.query, one.office.version), one.settings
    return Looking(one.server, one.query, one.office, select, own.page_rows, own.page_milliseconds / 1000, one.ctx.stop)


def _stored(one: _Pass, found: Iterable[list[Row]], told_keys: bool = False, again: bool = False) -> Iterator[Part]:
    """The rows of all pages, in batches with a checkpoint behind each."""
    batch: list[list[str]] = []
    for page in found:
        batch += [[_text(cell) for cell in row] for row in page]
        if len(batch) >= BATCH_ROWS:
            yield from _batch(one, batch, told_keys, again)
            batch = []
    if batch:
        yield from _batch(one, batch, told_keys, again)


def _batch(one: _Pass, batch: list[list[str]], told_keys: bool, again: bool) -> Iterator[Part]:
    yield from told(one.query, one.labels, batch)
    if told_keys:
        yield from _keys(one.query, [row[0] for row in batch])
    last = int(batch[-1][0])
    one.place = replace(one.place, again=last) if again else replace(one.place, after=last)
    yield Checkpoint(one.place.told())


def _listed_as_deleted(one: _Pass) -> Iterator[Part]:
    """What Open Dental itself noted as deleted since the last pass."""
    tables_there = all(one.office.version.has_table(table) for table in ("deletedobject", "histappointment"))
    if not one.query.deleted or not tables_there:
        return
    rows = one.server.rows(one.query.deleted.format(since=f"'{one.place.since}'"))
    if rows:
        for entity in one.query.entities:
            yield Gone(entity, keys_of(one.query, entity, [_text(row[0]) for row in rows]))


def _sweep_is_due(one: _Pass) -> bool:
    if one.query.only_grows:
        return False
    if not one.place.swept_at:
        return True
    last = datetime.fromisoformat(one.place.swept_at)
    return one.ctx.clock.now() - last >= timedelta(hours=one.settings.keys_every_hours)


def _swept(one: _Pass) -> Iterator[Part]:
    for page in _walk(one, select_keys(one.query), None, _SWEEP_GROWTH):
        yield from _keys(one.query, [_text(row[0]) for row in page])


def _keys(query: Query, keys: list[str]) -> Iterator[Keys]:
    for entity in query.entities:
        yield Keys(entity, keys_of(query, entity, keys))


def _text(cell: Row | object) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return "" if cell is None else str(cell)


def _utc_text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
