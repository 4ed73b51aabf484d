"""Reading and mapping in a second process while this one stores: for large first loads, where every row is mapped.

The child is a fork that knows the reader and the mapper. It reads the file, hashes, parses and maps, never touches the
database, and ends with its parent. Where there is no fork (Windows), one core, or another thread, everything happens in
this process. Measured: more than half of a first load is Python turning text into values, the rest is the database.
"""

from __future__ import annotations

import gc
import marshal
import os
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from typing import Any

from hub.contract import BadRow
from hub.errors import HubBug, SourceChanged
from hub.mapping import MappedPage, RowMapper
from hub.readers.opening import RecordPage, RecordReader

LEAST_BYTES = 8 << 20
_PIPE_BYTES = 1 << 20
_SIZE = struct.Struct(">Q")
_F_SETPIPE_SZ = 1031  # Linux; elsewhere a pipe keeps its size


@dataclass(slots=True)
class PageAhead:
    """One page as the child left it. `page.records` is empty unless they were asked for; `count` is how many they were."""

    page: RecordPage
    count: int
    digests: list[bytes]
    mapped: MappedPage


def pays_off(size: int) -> bool:
    """Is a second process possible, safe and worth its start?"""
    alone = threading.active_count() == 1
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and alone and size >= LEAST_BYTES


def read_ahead(
    reader: RecordReader, mapper: RowMapper, digests: Callable[[Sequence[bytes]], list[bytes]], marks: Callable[[list[bytes]], Sequence[int]],
    size: int, with_records: bool,
) -> Iterator[PageAhead]:  # fmt: skip
    """Every page of the file in order. What the child's reader found out about the file is in `reader` afterwards."""

    def work(results: int) -> None:
        for page in reader.pages(size):
            hashed = digests(page.records)
            mapped = mapper.map_rows(reader.parse(page.records), page.numbers, marks(hashed))
            _send(results, marshal.dumps(_packed(page, hashed, mapped, with_records)))
        _send(results, marshal.dumps((reader.problems(), reader.notes)))

    with _child(work) as results:
        while len(answer := _answer(results)) > 2:
            yield _unpacked(answer)
    reader.was_read_by_another(*answer)


@contextmanager
def _child(work: Callable[[int], None]) -> Iterator[int]:
    """Start the child and give the end of the pipe that its answers come from; it is gone when this is left."""
    results, from_child = os.pipe()
    _widen(results)
    child = os.fork()
    if child == 0:
        os.close(results)
        _serve(work, from_child)
    os.close(from_child)
    try:
        yield results
    finally:
        os.close(results)
        os.waitpid(child, 0)


def _widen(pipe: int) -> None:
    """Room for a page or two, so that neither side waits for the other at every page."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)


def _serve(work: Callable[[int], None], results: int) -> None:
    """The child's whole life. It leaves without the parent's clean-up: the database is not its own."""
    gc.disable()  # its pages hold no cycles, and it ends with the file
    try:
        work(results)
    except SourceChanged as error:
        with suppress(OSError):
            _send(results, marshal.dumps((error.code, error.message, None)))
    finally:
        os._exit(0)


def _packed(page: RecordPage, digests: list[bytes], mapped: MappedPage, with_records: bool) -> Any:
    raw = (page.records, list(page.numbers)) if with_records else ([], [])
    aside = [[astuple(row) for row in page.bad], dict(page.skipped)]
    bad = [(at, *astuple(row)) for at, row in mapped.bad]
    words = {name: dict(words) for name, words in mapped.unmapped.items()}
    kept = mapped.kept if mapped.bad or mapped.filtered else None
    return len(page.records), *raw, *aside, b"".join(digests), mapped.facts, kept, bad, mapped.filtered, words


def _unpacked(answer: Any) -> PageAhead:
    count, records, numbers, bad_lines, skipped, packed, facts, kept, bad, filtered, words = answer
    page = RecordPage(records, numbers, [BadRow(*fields) for fields in bad_lines], Counter(skipped))
    width = len(packed) // count if count else 1
    digests = [packed[at : at + width] for at in range(0, len(packed), width)]
    mapped = MappedPage(
        facts, list(range(count)) if kept is None else kept, [(at, BadRow(*fields)) for at, *fields in bad], filtered,
        {name: Counter(counts) for name, counts in words.items()},
    )  # fmt: skip
    return PageAhead(page, count, digests, mapped)


def _answer(results: int) -> Any:
    """The child's next message. Raises SourceChanged when the file cannot go on, HubBug when the child is gone."""
    packed = _receive(results)
    if packed is None:
        raise HubBug("HUB-B07", "the second process of a first load ended too early; nothing was written; run again")
    answer = marshal.loads(packed)
    if len(answer) == 3:
        raise SourceChanged(answer[0], answer[1])
    return answer


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
