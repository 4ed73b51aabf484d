"""The lane for files that a mapping reads: hash the raw record first, parse and map only what is not known.

An unchanged row costs one hash and one look into the last snapshot's fingerprints; a changed or new one is parsed,
mapped, compared with what is stored under its key, and written in bulk. The whole file is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

from sqlalchemy import Connection, Table

from hub.contract import BadRow
from hub.errors import SourceChanged
from hub.mapping import KeyReader, MappedPage, Mapping, RowMapper, compile_key, compile_mapping
from hub.model import ENTITIES
from hub.readers.opening import RecordPage, RecordReader
from hub.sync.ahead import map_positions, marks_in, read_ahead
from hub.sync.blobs import BlobWriter
from hub.sync.lanes import NeedsCare, duplicate, insert_new, is_empty, store_compared
from hub.sync.marks import salt_of_file
from hub.sync.passing import Passing
from hub.sync.runs import Counts
from hub.sync.second_process import pays_off
from hub.sync.snapshot import WIDTH, Signature

PAGE = 1024


@dataclass(slots=True)
class MappedPass:
    """The outcome of one file: counts, and what the settlement of absent rows needs.

    `replaced` are the old fingerprints of changed rows, `moved` those of rows that only stand elsewhere in the file.
    """

    counts: Counts
    signature: Signature
    replaced: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)
    seen: dict[str, int] | None = None

    def differs(self) -> bool:
        """Did this file say anything so far that is not stored yet?"""
        return bool(self.counts.new or self.counts.changed or self.counts.quarantined)

    def unseen(self) -> set[bytes]:
        """Fingerprints of the last snapshot that this one accounts for in no way."""
        return self.signature.unseen([mark.to_bytes(WIDTH, "big", signed=True) for mark in self.replaced | self.moved])


@dataclass(slots=True)
class _Lane:
    connection: Connection
    table: Table
    reader: RecordReader
    mapper: RowMapper
    passing: Passing
    empty: bool
    careful: bool
    result: MappedPass
    key_of: KeyReader
    columns: tuple[str, ...] = ()
    unfilled: set[int] = field(default_factory=set)
    unread: set[str | None] = field(default_factory=set)

    def name_of(self, bad: BadRow) -> str | None:
        """What the quarantine calls a row that cannot be read, when its key can be. Only files that hold a part need it: a
        whole list settles by itself what it holds no more."""
        key = self.key_of(bad.payload.split("\x1f")) if self.passing.keeps_newer else None
        return None if key is None else f"{self.table.name}:{key}"


def read_mapped(
    connection: Connection, reader: RecordReader, mapping: Mapping, passing: Passing, zone: str, signature: Signature,
    careful: bool, blob: BlobWriter | None, size: int,
) -> MappedPass:  # fmt: skip
    """Read the whole file into facts. Raises NeedsCare (start again with `careful`), SourceChanged (nothing counts)."""
    mapper = compile_mapping(mapping, reader.header, zone)
    result = MappedPass(Counts(), signature, seen={} if careful else None)
    table = ENTITIES[mapping.entity]
    key_of = compile_key(mapping, reader.header, zone)
    lane = _Lane(connection, table, reader, mapper, passing, is_empty(connection, table, passing), careful, result, key_of)
    lane.columns = (*mapper.columns, "locator", "fingerprint")
    lane.unfilled = set(range(len(mapper.columns)))
    base = blake2b(digest_size=8, salt=salt_of_file(mapping, reader, zone))
    ahead = pays_off(size) and (lane.empty or careful or signature.fits_in_memory())
    for _done in _read_ahead(lane, base) if ahead else _read_here(lane, base):
        if blob is not None and result.differs():
            blob.drain()
    passing.filled[mapping.entity] = {name for n, name in enumerate(mapper.columns) if n not in lane.unfilled}
    if not careful:
        _refuse_hidden_duplicates(result)
    _refuse_if_mostly_bad(result.counts, mapping, passing)
    return result


def _digests(base: blake2b, records: Sequence[bytes]) -> list[bytes]:
    copy, out = base.copy, []
    for record in records:
        one = copy()
        one.update(record)
        out.append(one.digest())
    return out


def _read_here(lane: _Lane, base: blake2b) -> Iterator[None]:
    """Page by page in this process; only what the last snapshot does not hold is parsed and mapped."""
    for page in lane.reader.pages(PAGE):
        digests = _digests(base, page.records)
        _account(lane, page, len(page.records))
        fresh = list(range(len(digests))) if lane.careful else lane.result.signature.unknown(digests)
        lane.result.counts.same += len(digests) - len(fresh)
        mapped = map_positions(lane.reader, lane.mapper, page, digests, fresh) if fresh else MappedPage()
        _take(lane, page, b"".join(digests), fresh, mapped)
        yield


def _read_ahead(lane: _Lane, base: blake2b) -> Iterator[None]:
    """A second process reads, compares and maps while this one stores."""
    hashed = partial(_digests, base)
    known = None if lane.empty or lane.careful else lane.result.signature
    for done in read_ahead(lane.reader, lane.mapper, hashed, PAGE, known, with_records=lane.careful):
        _account(lane, done.page, done.count)
        lane.result.counts.same += done.count - len(done.fresh)
        _take(lane, done.page, done.digests, done.fresh, done.mapped)
        yield


def _account(lane: _Lane, page: RecordPage, records: int) -> None:
    counts = lane.result.counts
    skipped = sum(page.skipped.values())
    counts.read += records + len(page.bad) + skipped
    counts.filtered += skipped
    counts.by_rule.update(page.skipped)
    for row in page.bad:
        lane.passing.bad(row, counts)


def _take(lane: _Lane, page: RecordPage, digests: bytes, fresh: Sequence[int], mapped: MappedPage) -> None:
    """Store what became of the rows at these positions; the signature keeps only rows that are facts now."""
    counts = lane.result.counts
    dropped = set()
    for at, bad in mapped.bad:
        name = lane.name_of(bad)
        lane.passing.bad(bad, counts, name)
        lane.unread.add(name)
        dropped.add(fresh[at])
    for at, rule in mapped.filtered:
        counts.filtered += 1
        counts.by_rule[rule] += 1
        dropped.add(fresh[at])
    for column, values in mapped.unmapped.items():
        counts.unmapped.setdefault(column, type(values)()).update(values)
    facts = mapped.facts
    _note_filled(lane, facts)
    if lane.careful:
        facts = _first_of_each(lane, facts, [fresh[at] for at in mapped.kept], page, dropped)
    if facts:
        _store(lane, facts)
        if lane.passing.keeps_newer and lane.passing.quarantine.keys:
            lane.passing.quarantine.answer({f"{lane.table.name}:{fact[0]}" for fact in facts} - lane.unread)
    lane.result.signature.keep(_without(digests, dropped) if dropped else digests)


def _without(digests: bytes, dropped: set[int]) -> bytes:
    count = len(digests) // WIDTH
    return b"".join(digests[n * WIDTH : (n + 1) * WIDTH] for n in range(count) if n not in dropped)


def _note_filled(lane: _Lane, facts: Sequence[tuple[object, ...]]) -> None:
    lane.unfilled -= {n for n in lane.unfilled if any(fact[n] is not None for fact in facts)}


def _store(lane: _Lane, facts: list[tuple[object, ...]]) -> None:
    counts = lane.result.counts
    if lane.empty:
        if insert_new(lane.connection, lane.table, lane.columns, facts, lane.passing) < len(facts):
            raise NeedsCare
        counts.new += len(facts)
        return
    if not lane.careful and len({fact[0] for fact in facts}) < len(facts):
        raise NeedsCare
    outcome = store_compared(
        lane.connection, lane.table, lane.columns, facts, lane.passing, counts, strict=not lane.careful
    )
    lane.result.replaced |= outcome.replaced
    lane.result.moved |= outcome.same


def _first_of_each(
    lane: _Lane, facts: list[tuple[object, ...]], positions: Sequence[int], page: RecordPage, dropped: set[int]
) -> list[tuple[object, ...]]:
    """Of facts with one key the first is taken: an equal repeat is filtered, a different one set aside."""
    seen, taken = lane.result.seen, []
    assert seen is not None
    for position, fact in zip(positions, facts, strict=True):
        key, mark = str(fact[0]), int(str(fact[-1]))
        if key not in seen:
            seen[key] = mark
            taken.append(fact)
            continue
        dropped.add(position)
        if seen[key] == mark:
            lane.result.counts.filtered += 1
            lane.result.counts.by_rule["same row twice"] += 1
        else:
            cells = lane.reader.parse([page.records[position]])[0]
            lane.passing.bad(duplicate("\x1f".join(cells), page.numbers[position]), lane.result.counts)
    return taken


def _refuse_hidden_duplicates(result: MappedPass) -> None:
    """A changed row whose old version is also still in the file: one key twice. Start again with care."""
    for page in result.signature.new if result.replaced else ():
        if not result.replaced.isdisjoint(marks_in(page)):
            raise NeedsCare


def _refuse_if_mostly_bad(counts: Counts, mapping: Mapping, passing: Passing) -> None:
    bad, good = counts.quarantined, counts.new + counts.changed + counts.same
    share = mapping.batch.max_bad_share
    if bad and (good == 0 or (bad >= 10 and bad > share * (bad + good))):
        raise SourceChanged(
            "HUB-C22", f"{passing.stream.source}: {bad} of {bad + good} rows of {passing.stream.stream} cannot be read; nothing was imported;"
            f' see what they have in common with "hub mapping preview FILE"'
        )  # fmt: skip
