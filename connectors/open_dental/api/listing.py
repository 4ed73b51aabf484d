"""One stream of the API from its last cursor to its final checkpoint (reference 3).

A pass is: deletions that Open Dental keeps a list of; the whole list when it was never read, when it is due and cannot be
asked for changes, or when it is time to look for records deleted without a trace; else what changed since the watermark.
Through headquarters a list that can only be read parent by parent is gone through in pieces, night after night; its facts
are as old as the last of these passes, whatever changes were read since.
The watermark is the server's time when a listing began and is stored only when that listing is done; a listing that was
cut off goes on where it was. Only a whole listing read in one go says which keys there are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.open_dental.api.cursor import Kind, Standing, Work, utc_of
from connectors.open_dental.api.faults import NotOffered, NotThere
from connectors.open_dental.api.key_log import KeyLog
from connectors.open_dental.api.office import Office, utc_now
from connectors.open_dental.api.paging import START, Page, Place, Record, key_of
from connectors.open_dental.api.resources import RESOURCES, Parent, Resource
from connectors.open_dental.api.rows import RowMaker
from connectors.open_dental.api.server_time import EARLIEST, FORMAT, Watermark, moment_of, read_from
from connectors.open_dental.shape import Query, keys_of
from hub.contract import BadRow, Checkpoint, Gone, Keys, Rows
from hub.errors import Unavailable

Part = Rows | Keys | Gone | BadRow | Checkpoint
# Older than this a list is read whole even outside the night: the hub calls facts stale after thirty hours.
OLDEST_HOURS = 28.0
# A deleted record is missed on two lists before it counts as gone.
SWEEP_HOURS, SWEEP_HOURS_SLOW, HOURS_LATE = 20, 168, 12
# A pass parent by parent that takes no longer than this through headquarters is made each night.
NIGHTLY_SECONDS = 3600
PARENTS_PER_CHECKPOINT = 20


class TooLong(Exception):
    """The stream used up its share of this run."""


@dataclass(slots=True)
class Pass:
    """One pull of one stream. `name` is the list of the API."""

    office: Office
    query: Query
    name: str
    maker: RowMaker
    standing: Standing
    log: KeyLog
    _until: float | None = None
    _resumed: bool = False
    _whole_began: str = "never"

    def run(self) -> Iterator[Part]:
        """Everything of this pass, ending with the checkpoint that completes it."""
        self._resumed = self.standing.work is not None
        self._until = self._deadline()
        swept: tuple[str, ...] = ()
        try:
            yield from self._deleted()
            if self._must_be_whole():
                yield from self._listing("whole")
                swept = () if self._resumed else self.query.entities
                if self._resumed and self._follows_changes():
                    self._resumed = False
                    yield from self._listing("changes")
            elif self._follows_changes():
                yield from self._listing("changes")
                self.office.again_seconds += self._share() if self._is_narrow() else 0.0
                if self._sweep_is_due():
                    swept = yield from (self._again() if self._is_narrow() else self._sweep())
        except TooLong:
            yield Checkpoint(self.standing.told())
            raise self._not_yet() from None
        yield Checkpoint(self.standing.told(), complete=True, swept=swept, as_of=self._as_of())

    def _as_of(self) -> datetime | None:
        """None: everything that this pass could have missed was asked for in it. Else when that was."""
        if self.standing.whole_at == self._whole_began:
            return None
        return None if self._follows_changes() and not self._is_narrow() else utc_of(self.standing.whole_at)

    # What is to be done

    @property
    def resource(self) -> Resource:
        return RESOURCES[self.name]

    def _follows_changes(self) -> bool:
        """Can this list be asked for what changed, by itself or through its parents?"""
        by_itself = self.resource.by_stamp(self.office.version) or self.resource.append_only
        return by_itself or any(self._changing_parents())

    def _is_narrow(self) -> bool:
        """Too dear to be read whole each day, and not every change shows in what it is followed through."""
        return self.office.is_slow and self.resource.is_narrow(self.office.version)

    def _changing_parents(self) -> list[Parent]:
        version = self.office.version
        return [
            parent
            for parent in self.resource.parents
            if RESOURCES[parent.listing].by_stamp(version)
            and (parent.through or parent.field == self.resource.filter or self.resource.whole(version))
        ]

    def _is_followed(self, parent: Parent) -> bool:
        return RESOURCES[parent.listing].by_stamp(self.office.version)

    def _must_be_whole(self) -> bool:
        """Never read, cut off while reading whole, or no other way and due."""
        work, hours = self.standing.work, self.standing.hours_since_whole(self.office.ctx.clock.now())
        if work is not None:
            return work.kind == "whole"
        if hours is None or self.standing.mark is None:
            return True
        if self._follows_changes():
            return False
        every = self.office.settings.full_every.get(self.query.name, self.office.settings.full_every_hours)
        return hours >= every and (self._whole_is_welcome() or hours >= max(every, OLDEST_HOURS))

    def _sweep_is_due(self) -> bool:
        """Time to look for what was deleted? At night; on site also by day when no night was long enough."""
        slow, hours = self.office.is_slow, self.standing.hours_since_tried(self.office.ctx.clock.now())
        settings = self.office.settings
        every = settings.full_every.get(self.query.name) or settings.sweep_hours or self._sweep_hours()
        if self.standing.again is None and (hours is None or hours < every):
            return False
        return self._night_left() > timedelta(0) or (not slow and hours is not None and hours >= every + HOURS_LATE)

    def _sweep_hours(self) -> int:
        if not self.office.is_slow:
            return SWEEP_HOURS
        is_short = 0 < self.standing.parents * self.office.client.base.interval <= NIGHTLY_SECONDS
        return SWEEP_HOURS if self._is_narrow() and is_short else SWEEP_HOURS_SLOW

    def _whole_is_welcome(self) -> bool:
        return not self.office.is_slow or self._night_left() > timedelta(0)

    def _night_left(self) -> timedelta:
        """How much of the night is left; 0 by day."""
        start, end = self.office.settings.night
        now = self.office.ctx.clock.now().astimezone(ZoneInfo(self.office.ctx.timezone)).replace(tzinfo=None)
        inside = start <= now.time() < end if start < end else now.time() >= start or now.time() < end
        ends = datetime.combine(now.date(), end)
        return (ends if ends > now else ends + timedelta(days=1)) - now if inside else timedelta(0)

    def _deadline(self) -> float | None:
        """Until when this stream may ask, by the timer; None on site."""
        if not self.office.is_slow:
            return None
        patience = timedelta(minutes=self.office.settings.minutes_per_stream)
        return self.office.client.timer.now() + max(patience, self._night_left()).total_seconds()

    # Doing it

    def _sweep(self) -> Generator[Part, None, tuple[str, ...]]:
        """The whole list again, for its keys. One that takes too long is left: the facts are up to date without it."""
        self.standing = replace(self.standing, tried_at=utc_now(self.office.ctx), again=None)
        before = self.standing
        try:
            yield from self._listing("whole")
        except TooLong:
            self.standing = before
            return ()
        return self.query.entities

    def _again(self) -> Generator[Part, None, tuple[str, ...]]:
        """The whole list again, parent by parent, as far as this run and the night allow; the next one goes on there."""
        until = self.office.client.timer.now() + self.office.again_seconds
        try:
            return (yield from self._pieces(until))
        finally:
            self.office.again_seconds = max(0.0, until - self.office.client.timer.now())

    def _pieces(self, until: float) -> Generator[Part, None, tuple[str, ...]]:
        if self._enough_again(until):
            return ()
        work = self.standing.again
        went_on = work is not None
        if work is None:
            work = Work("whole", self.office.mark(), utc_now(self.office.ctx))
            self.log.begin(work.started)
        self.standing = replace(self.standing, again=work)
        for page in self._lists(work)[0](work.place):
            yield from self._page(page.records, "whole")
            work = replace(work.at(0, page.place), listed=work.listed + len(self._kept(page.records)))
            self.standing = replace(self.standing, again=work)
            yield Checkpoint(self.standing.told())
            if not page.ends and self._enough_again(until):
                return ()
        self._whole_began = self._whole_began if went_on else work.started
        self.standing = replace(self.standing, again=None, whole_at=work.started, parents=work.place.offset)
        return (yield from self._all_keys(work)) if went_on else self.query.entities

    def _all_keys(self, work: Work) -> Generator[Part, None, tuple[str, ...]]:
        """The keys of all pieces; nothing where they were not all kept."""
        found = False
        for chunk in self.log.kept(work.started, work.listed):
            found = True
            yield from self._keys(chunk)
        self.log.end()
        return self.query.entities if found else ()

    def _share(self) -> float:
        """Seconds of each run that this list may spend on it. All together take `minutes_per_stream`, so that none keeps the
        others from their changes, and each has its part: a long one would else be due again when it ends, for ever."""
        narrow = sum(each.is_narrow(self.office.version) for each in RESOURCES.values())
        return 60.0 * self.office.settings.minutes_per_stream / max(1, narrow)

    def _enough_again(self, until: float) -> bool:
        return self.office.client.timer.now() >= until or self._night_left() <= timedelta(0)

    def _listing(self, kind: Kind) -> Iterator[Part]:
        """All lists of one kind, from where they were cut off, each page with its checkpoint; then the new standing."""
        work = self.standing.work
        if work is None or work.kind != kind:
            work = self._new_work(kind)
        lists = self._lists(work)
        for part in range(work.part, len(lists)):
            place = work.place if part == work.part else START
            for page in lists[part](place):
                yield from self._page(page.records, kind)
                work = (self.standing.work or work).at(part, page.place)
                self.standing = replace(self.standing, work=work)
                yield Checkpoint(self.standing.told())
                self._look_at_the_clock(page)
        self._finish(self.standing.work or work)

    def _new_work(self, kind: Kind) -> Work:
        mark, old = self.office.mark(), self.standing.mark
        since = ""
        if kind == "changes" and old is not None:
            overlap = timedelta(minutes=self.office.settings.overlap_minutes)
            since = read_from(old, mark.ahead, overlap, self.office.ctx.timezone)
        work = Work(kind, mark, utc_now(self.office.ctx), since)
        self.standing = replace(self.standing, work=work, since=self.standing.since if old else self._first_stamp(mark))
        return work

    def _first_stamp(self, mark: Watermark) -> str:
        """What is older than the query's window is spared, where the list can be asked by stamp: nothing is edited before
        it is made. The moment stays for good, so that what was once read is on every later list."""
        if self.query.window is None or not self.resource.by_stamp(self.office.version):
            return ""
        return (mark.at - timedelta(days=self.query.window[1])).strftime(FORMAT)

    def _finish(self, work: Work) -> None:
        """The listing is done: only now its beginning becomes the watermark."""
        mark = work.mark if work.kind == "changes" or self.standing.mark is None else self.standing.mark
        whole_at = work.started if work.kind == "whole" else self.standing.whole_at
        parents = self.standing.parents
        if work.kind == "whole":
            self._whole_began = self._whole_began if self._resumed else work.started
            parents = work.place.offset
        end = work.place if self.resource.append_only else self.standing.end
        self.standing = replace(self.standing, mark=mark, whole_at=whole_at, work=None, end=end, parents=parents)

    def _page(self, records: Sequence[Record], kind: Kind) -> Iterator[Part]:
        yield from self.maker.parts(records)
        kept = self._kept(records)
        if self.standing.again is not None:
            self.log.add(kept)  # what is made while the pass is under way is no less there than what it saw
        if kind == "whole":
            yield from self._keys(kept)

    def _kept(self, records: Sequence[Record]) -> list[str]:
        return [number for one in records if self.maker.keeps(one) and (number := key_of(one, self.resource.key))]

    def _keys(self, numbers: Sequence[str]) -> Iterator[Part]:
        for entity in self.query.entities:
            keys = keys_of(self.query, entity, numbers)
            if keys:
                yield Keys(entity, keys)

    def _look_at_the_clock(self, page: Page) -> None:
        if self._until is not None and not page.ends and self.office.client.timer.now() >= self._until:
            raise TooLong

    def _not_yet(self) -> Unavailable:
        reached = self.standing.work.place.offset if self.standing.work else 0
        return Unavailable(
            "HUB-U12",
            f"open_dental: {self.query.name} is not read to its end yet ({reached} records so far); the next run goes on there",
        )

    # The lists that make up a listing

    def _lists(self, work: Work) -> list[Callable[[Place], Iterator[Page]]]:
        if work.kind == "whole":
            if self.resource.whole(self.office.version):
                first = EARLIEST.strftime(FORMAT) if self.resource.whole_by_stamp else self.standing.since
                always = {self.resource.stamp or "": first} if first else {}
                return [lambda place: self._own(always, place)]
            assert self.resource.everyone is not None
            everyone = self.resource.everyone
            return [lambda place: self._children(everyone, self._everyone(everyone), place)]
        if self.resource.append_only:
            return [lambda place: self._own({}, place if place.offset else self.standing.end)]
        if self.resource.by_stamp(self.office.version):
            stamp = self.resource.stamp or ""
            since = work.since[:10] if self.resource.stamp_is_day else work.since
            touched = () if self.office.is_slow else self.resource.touched_by
            own: list[Callable[[Place], Iterator[Page]]] = [lambda place: self._own({stamp: since}, place)]
            return own + [self._of_parents([each], work.since) for each in touched if self._is_followed(each)]
        alike: dict[tuple[object, ...], list[Parent]] = {}
        for (
            parent
        ) in self._changing_parents():  # the patient of a visit has a procedure, a claim and a payment of today
            alike.setdefault((parent.field, parent.through, parent.between), []).append(parent)
        lists = [self._of_parents(parents, work.since) for parents in alike.values()]
        return [self._open(*each) for each in self._open_filters()] + lists

    def _own(self, filters: Mapping[str, str], place: Place) -> Iterator[Page]:
        """The list itself. The first page's own server time is the better watermark: it was read before the rows."""
        return self.office.listing(self.name, filters, place, self._on_time if not place.offset else _unheard)

    def _on_time(self, text: str) -> None:
        work = self.standing.work
        mark = self.office.mark_of(text)
        if mark is not None and work is not None and not work.place.offset and not work.timed:
            self.standing = replace(self.standing, work=replace(work, mark=mark, timed=True))

    def _open_filters(self) -> list[tuple[str, str]]:
        if self.resource.open_only is None or self.office.version < self.resource.open_since:
            return []
        name, values = self.resource.open_only
        return [(name, value) for value in values]

    def _open(self, name: str, value: str) -> Callable[[Place], Iterator[Page]]:
        return lambda place: self.office.listing(self.name, {name: value}, place)

    def _of_parents(self, parents: Sequence[Parent], since: str) -> Callable[[Place], Iterator[Page]]:
        """The children of everything that changed in lists which name the same parent in the same way."""
        return lambda place: self._children(
            parents[0], set().union(*(self._changed(parent, since) for parent in parents)), place
        )

    def _changed(self, parent: Parent, since: str) -> set[str]:
        """Numbers of parents whose record changed since then."""
        resource = RESOURCES[parent.listing]
        filters = {resource.stamp or "": since[:10] if resource.stamp_is_day else since}
        return self._numbers(parent, filters)

    def _everyone(self, parent: Parent) -> set[str]:
        """Numbers of all parents; listed once a run for all streams."""
        named = replace(parent, through=None)
        if named not in self.office.parents:
            self.office.parents[named] = frozenset(self._numbers(parent, {}))
        return set(self.office.parents[named])

    def _numbers(self, parent: Parent, filters: Mapping[str, str]) -> set[str]:
        found = (one for page in self.office.listing(parent.listing, filters) for one in page.records)
        return {
            str(one[parent.field])
            for one in found
            if one.get(parent.field) not in (None, 0, "0", "") and parent.counts(one)
        }

    def _children(self, parent: Parent, numbers: set[str], place: Place) -> Iterator[Page]:
        """The children of these parents, in the order of the parents' numbers, behind the one reached before."""
        after = (len(place.last_key), place.last_key)
        ordered = sorted(number for number in numbers if not place.last_key or _rank(number) > after)
        ordered.sort(key=_rank)
        done, records = place.offset, list[Record]()
        for count, number in enumerate(ordered, start=1):
            records += self._of(parent, number)
            done += 1
            if count % PARENTS_PER_CHECKPOINT == 0 or len(records) >= 1000:
                yield Page(records, Place(done, number), False)
                records = []
        if ordered:
            yield Page(records, Place(done, ordered[-1]), True)

    def _of(self, parent: Parent, number: str) -> list[Record]:
        """The children of one parent; none when it went away meanwhile."""
        wanted = self.resource.filter or ""
        try:
            if parent.through is None:
                return [one for page in self.office.listing(self.name, {parent.field: number}) for one in page.records]
            between = [
                one
                for page in self.office.listing(parent.through, {parent.field: number})
                for one in page.records
                if parent.leads_on(one)
            ]
            return [
                one
                for each in between
                for page in self.office.listing(self.name, {wanted: str(each[wanted])})
                for one in page.records
            ]
        except NotThere:
            return []

    # Deletions that leave a trace

    def _deleted(self) -> Iterator[Part]:
        """Records that the API itself lists as deleted since the last time. They come before the records that are there."""
        grave = self.resource.grave
        if grave is None or self.standing.work is not None or self.standing.mark is None:
            return
        old = self.standing.gone_mark or self.standing.mark
        if self.office.is_slow and not self._grave_is_due(old):
            return
        mark = self.office.mark()
        overlap = timedelta(minutes=self.office.settings.overlap_minutes)
        since = moment_of(read_from(old, mark.ahead, overlap, self.office.ctx.timezone)) or old.at
        gone: set[str] = set()
        try:
            for page in self.office.listing(grave.listing, grave.filters):
                for record in page.records:
                    at = moment_of(str(record.get(grave.stamp, "")))
                    if at is not None and at >= since:
                        gone.add(key_of(record, self.resource.key))
        except NotOffered:
            return
        self.standing = replace(self.standing, gone_mark=mark)
        for entity in self.query.entities:
            if gone:
                yield Gone(entity, keys_of(self.query, entity, sorted(gone)))
        yield Checkpoint(self.standing.told())

    def _grave_is_due(self, old: Watermark) -> bool:
        return self.office.mark().at - old.at >= timedelta(hours=self.office.settings.full_every_hours)


def _unheard(text: str) -> None:
    """A server time that nobody needs."""


def _rank(number: str) -> tuple[int, str]:
    return len(number), number
