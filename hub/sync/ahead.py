"""Parsing and mapping in a second process while this one stores: for large first loads, where every row is mapped.

The child is a fork that knows the reader and the mapper, sees only raw records, never touches the database, and ends
with its parent. Where there is no fork (Windows), one core, or another thread, everything happens in this process.
Measured: half of the time of a first load is Python turning text into values, the other half is the database.
"""

from __future__ import annotations

import marshal
import os
import struct
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from queue import SimpleQueue
from typing import Any

from hub.contract import BadRow
from hub.errors import HubBug, SourceChanged
from hub.mapping import MappedPage, RowMapper
from hub.readers.opening import RecordPage, RecordReader

LEAST_BYTES = 8 << 20
_IN_FLIGHT = 3
_SIZE = struct.Struct(">Q")

Marked = tuple[RecordPage, list[bytes], Sequence[int]]
Done = tuple[RecordPage, list[bytes], MappedPage]


def pays_off(size: int) -> bool:
    """Is a second process possible, safe and worth its start?"""
    alone = threading.active_count() == 1
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and alone and size >= LEAST_BYTES


def map_ahead(reader: RecordReader, mapper: RowMapper, pages: Iterable[Marked]) -> Iterator[Done]:
    """Every page with its mapped rows, in order; up to three are under way in the child."""
    with _child(reader, mapper) as (outbox, results):
        under_way: deque[tuple[RecordPage, list[bytes]]] = deque()
        for page, digests, marks in pages:
            outbox.put(marshal.dumps((page.records, list(page.numbers), list(marks))))
            under_way.append((page, digests))
            if len(under_way) == _IN_FLIGHT:
                yield (*under_way.popleft(), _unpacked(_receive(results)))
        while under_way:
            yield (*under_way.popleft(), _unpacked(_receive(results)))


@contextmanager
def _child(reader: RecordReader, mapper: RowMapper) -> Iterator[tuple[SimpleQueue[bytes | None], int]]:
    """Start the child; a thread of ours feeds it, so that neither side waits with a full pipe for the other."""
    (to_child, feed), (results, from_child) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(feed)
        os.close(results)
        _serve(reader, mapper, to_child, from_child)
    os.close(to_child)
    os.close(from_child)
    outbox: SimpleQueue[bytes | None] = SimpleQueue()
    feeder = threading.Thread(target=_feed, args=(outbox, feed), name="map-ahead", daemon=True)
    feeder.start()
    try:
        yield outbox, results
    finally:
        outbox.put(None)
        os.close(results)
        feeder.join()
        os.waitpid(child, 0)


def _serve(reader: RecordReader, mapper: RowMapper, inbox: int, results: int) -> None:
    """The child's whole life. It leaves without the parent's clean-up: the database is not its own."""
    try:
        while (packed := _receive(inbox)) is not None:
            records, numbers, marks = marshal.loads(packed)
            _send(results, marshal.dumps(_answer(reader, mapper, records, numbers, marks)))
    finally:
        os._exit(0)


def _feed(outbox: SimpleQueue[bytes | None], feed: int) -> None:
    try:
        while (packed := outbox.get()) is not None:
            _send(feed, packed)
    except BrokenPipeError:
        pass  # the child ended; the reading side says so
    finally:
        os.close(feed)


def _answer(
    reader: RecordReader, mapper: RowMapper, records: list[bytes], numbers: list[int], marks: list[int]
) -> Any:
    """What one page became, or why the file cannot go on: (code, message)."""
    try:
        return _packed(mapper.map_rows(reader.parse(records), numbers, marks))
    except SourceChanged as error:
        return (error.code, error.message)


def _packed(page: MappedPage) -> tuple[object, ...]:
    bad = [(at, *astuple(row)) for at, row in page.bad]
    return page.facts, page.kept, bad, page.filtered, {name: dict(words) for name, words in page.unmapped.items()}


def _unpacked(packed: bytes | None) -> MappedPage:
    if packed is None:
        raise HubBug("HUB-B07", "the second process of a first load ended too early; nothing was written; run again")
    answer = marshal.loads(packed)
    if len(answer) == 2:
        raise SourceChanged(*answer)
    facts, kept, bad, filtered, unmapped = answer
    rows = [(at, BadRow(*fields)) for at, *fields in bad]
    return MappedPage(facts, kept, rows, filtered, {name: Counter(words) for name, words in unmapped.items()})


def _send(pipe: int, packed: bytes) -> None:
    view = memoryview(_SIZE.pack(len(packed)) + packed)
    while view:
        view = view[os.write(pipe, view) :]


def _receive(pipe: int) -> bytes | None:
    """One message; None when the other side is done."""
    head = _read(pipe, _SIZE.size)
    return None if head is None else _read(pipe, _SIZE.unpack(head)[0])


def _read(pipe: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(pipe, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
