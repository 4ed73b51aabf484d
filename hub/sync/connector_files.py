"""A file that the connector itself turns into facts; a large one in a second process where the connector allows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

from sqlalchemy import Connection

from hub.contract import BadRow, Facts, FileConnector, Rows, SourceContext, SourceFile, Stream
from hub.errors import HubBug
from hub.points import reach
from hub.sync.blobs import BlobWriter
from hub.sync.passing import Passing
from hub.sync.ready import Prepared, prepare, store_facts
from hub.sync.runs import Counts
from hub.sync.second_process import made_there, pays_off
from hub.sync.wholes import Wholes

Part = Prepared | BadRow


class Stopped(Exception):
    """The hub was asked to stop in the middle of a file: nothing of it counts, the next run reads it."""


def read_by_connector(
    connection: Connection, connector: FileConnector, stream: Stream, file: SourceFile, passing: Passing, ctx: SourceContext,
    writer: BlobWriter | None,
) -> Counts:  # fmt: skip
    """The whole file into facts. Raises Stopped when the hub is to stop before its end."""
    counts, wholes = Counts(), Wholes(connection, stream, passing)
    apart = connector.reads_apart and pays_off(file.size)
    for part in _parts_apart(connector, stream, file, ctx) if apart else _parts(connector, stream, file, ctx):
        if isinstance(part, Prepared):
            store_facts(connection, part, passing, counts, wholes)
        else:
            counts.read += 1
            passing.bad(part, counts)
            wholes.set_aside(part)
        if ctx.stop.is_set():
            break
        if writer is not None:
            writer.drain()
    if ctx.stop.is_set():  # the connector may have seen it first and ended early, as it is told to
        raise Stopped
    wholes.settle(counts, ctx.clock.now())
    reach("rows_stored")
    counts.prove(f"{passing.stream.source} {file.name}")
    return counts


def _parts(connector: FileConnector, stream: Stream, file: SourceFile, ctx: SourceContext) -> Iterator[Part]:
    for part in connector.read(file, stream, ctx):
        if isinstance(part, Facts):
            yield prepare(part, ctx.source, stream)
        elif isinstance(part, BadRow):
            yield part
        elif isinstance(part, Rows):
            raise HubBug("HUB-P05", f"connector {connector.id} yields raw rows for {stream.name}, which has no mapping")


def _parts_apart(connector: FileConnector, stream: Stream, file: SourceFile, ctx: SourceContext) -> Iterator[Part]:
    def make() -> Iterator[object]:
        for part in _parts(connector, stream, file, ctx):
            yield _packed(part)

    for kind, fields in made_there(make):
        yield Prepared(*fields) if kind == "facts" else BadRow(*fields)


def _packed(part: Part) -> tuple[str, tuple[Any, ...]]:
    if isinstance(part, Prepared):
        return "facts", (part.entity, part.columns, part.rows, part.filled)
    return "bad", astuple(part)
