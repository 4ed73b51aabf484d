"""The lane for files that a mapping reads: hash the raw record first, parse and map only what is not known.

An unchanged row costs one hash and one look into the last snapshot's fingerprints; a changed or new one is parsed,
mapped, compared with what is stored under its key, and written in bulk. The whole file is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from struct import unpack

from sqlalchemy import Connection, Table

from hub.contract import BadRow
from hub.errors import SourceChanged
from hub.mapping import Mapping, RowMapper, compile_mapping
from hub.model import ENTITIES
from hub.readers.opening import RecordPage, RecordReader
from hub.sync.blobs import BlobWriter
from hub.sync.lanes import NeedsCare, duplicate, insert_new, is_empty, store_compared
from hub.sync.passing import Passing
from hub.sync.runs import Counts
from hub.sync.snapshot import WIDTH, Signature

PAGE = 2048


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

    def unseen(self) -> set[bytes]:
        """Fingerprints of the last snapshot that this one accounts for in no way."""
        return self.signature.unseen() - {
            mark.to_bytes(WIDTH, "big", signed=True) for mark in self.replaced | self.moved
        }


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
    columns: tuple[str, ...] = ()
    unfilled: set[int] = field(default_factory=set)


def read_mapped(
    connection: Connection, reader: RecordReader, mapping: Mapping, passing: Passing, zone: str, signature: Signature,
    careful: bool, blob: BlobWriter | None,
) -> MappedPass:  # fmt: skip
    """Read the whole file into facts. Raises NeedsCare (start again with `careful`), SourceChanged (nothing counts)."""
    mapper = compile_mapping(mapping, reader.header, zone)
    result = MappedPass(Counts(), signature, seen={} if careful else None)
    table = ENTITIES[mapping.entity]
    lane = _Lane(connection, table, reader, mapper, passing, is_empty(connection, table, passing), careful, result)
    lane.columns = (*mapper.columns, "locator", "fingerprint")
    lane.unfilled = set(range(len(mapper.columns)))
    base = blake2b(digest_size=8, salt=mapping.fingerprint)
    for page in reader.pages(PAGE):
        _read_page(lane, page, _digests(base, page.records))
        if blob is not None:
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


def _read_page(lane: _Lane, page: RecordPage, digests: list[bytes]) -> None:
    counts = lane.result.counts
    skipped = sum(page.skipped.values())
    counts.read += len(page.records) + len(page.bad) + skipped
    counts.filtered += skipped
    counts.by_rule.update(page.skipped)
    for row in page.bad:
        lane.passing.bad(row, counts)
    fresh = list(range(len(digests))) if lane.careful else lane.result.signature.unknown(digests)
    counts.same += len(digests) - len(fresh)
    dropped = _map_rows(lane, page, digests, fresh) if fresh else set()
    lane.result.signature.keep([digest for n, digest in enumerate(digests) if n not in dropped] if dropped else digests)


def _map_rows(lane: _Lane, page: RecordPage, digests: list[bytes], fresh: list[int]) -> set[int]:
    """Parse, map and store the rows at these positions; returns the positions that did not become facts."""
    counts = lane.result.counts
    whole = len(fresh) == len(digests)
    rows = lane.reader.parse(page.records if whole else [page.records[n] for n in fresh])
    numbers = page.numbers if whole else [page.numbers[n] for n in fresh]
    marks = unpack(f">{len(digests)}q", b"".join(digests))
    mapped = lane.mapper.map_rows(rows, numbers, marks if whole else [marks[n] for n in fresh])
    dropped = set()
    for at, bad in mapped.bad:
        lane.passing.bad(bad, counts)
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
        facts = _first_of_each(lane, facts, rows, mapped.kept, fresh, dropped)
    _store(lane, facts)
    return dropped


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
    lane: _Lane, facts: list[tuple[object, ...]], rows: Sequence[Sequence[str]], kept: Sequence[int], fresh: Sequence[int],
    dropped: set[int],
) -> list[tuple[object, ...]]:  # fmt: skip
    """Of facts with one key the first is taken: an equal repeat is filtered, a different one set aside."""
    seen, taken = lane.result.seen, []
    assert seen is not None
    for at, fact in zip(kept, facts, strict=True):
        key, mark = str(fact[0]), int(str(fact[-1]))
        if key not in seen:
            seen[key] = mark
            taken.append(fact)
            continue
        dropped.add(fresh[at])
        if seen[key] == mark:
            lane.result.counts.filtered += 1
            lane.result.counts.by_rule["same row twice"] += 1
        else:
            lane.passing.bad(_twice(rows[at], fact), lane.result.counts)
    return taken


def _twice(cells: Sequence[str], fact: tuple[object, ...]) -> BadRow:
    return duplicate("\x1f".join(cells), int(str(fact[-2])), same=False)


def _refuse_hidden_duplicates(result: MappedPass) -> None:
    """A changed row whose old version is also still in the file: one key twice. Start again with care."""
    replaced = {mark.to_bytes(WIDTH, "big", signed=True) for mark in result.replaced}
    for page in result.signature.new if replaced else ():
        if not replaced.isdisjoint(page[start : start + WIDTH] for start in range(0, len(page), WIDTH)):
            raise NeedsCare


def _refuse_if_mostly_bad(counts: Counts, mapping: Mapping, passing: Passing) -> None:
    bad, good = counts.quarantined, counts.new + counts.changed + counts.same
    share = mapping.batch.max_bad_share
    if bad and (good == 0 or (bad >= 10 and bad > share * (bad + good))):
        raise SourceChanged(
            "HUB-C22", f"{passing.stream.source}: {bad} of {bad + good} rows of {passing.stream.stream} cannot be read; nothing was imported;"
            f' see what they have in common with "hub mapping preview FILE"'
        )  # fmt: skip
