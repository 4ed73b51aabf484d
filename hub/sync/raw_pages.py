"""The pages of a source that is asked, kept as they came: one JSON line for each group of raw records.

A line says {"stream", "columns", "rows"} and, where it differs from the usual, "locators" (line numbers) and "mapping"
(another one than the stream's own). Records that a page says once more, for another mapping, are not written twice:
"rows_of" is the number, from 0, of the line that holds them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, insert, select, update

from hub.contract import Rows, Stream
from hub.model import TABLES
from hub.sync.packing import packed
from hub.sync.session import SyncSession
from hub.sync.snapshot import StreamId

_BLOB, _PART = TABLES["blob"], TABLES["blob_part"]


def page_name(stream: Stream) -> str:
    """What a stored page is called; a file keeps its own name."""
    return f"{stream.name} page"


def keep_page(connection: Connection, session: SyncSession, stream: Stream, page: Sequence[Rows]) -> int | None:
    """The page as a blob; the same page again is the same blob. None when it holds no raw record."""
    if not page:
        return None
    raw = "\n".join(json.dumps(line) for line in _told(stream, page)).encode()
    sha256, now = hashlib.sha256(raw).hexdigest(), session.clock.now()
    known = connection.execute(
        select(_BLOB.c.id).where(
            _BLOB.c.practice_id == session.practice_id, _BLOB.c.source == session.source, _BLOB.c.sha256 == sha256
        )
    ).scalar()
    if known is not None:
        _say_again(connection, session, int(known), raw)
        return int(known)
    values = {
        "practice_id": session.practice_id, "source": session.source, "stream": stream.name, "sha256": sha256,
        "name": page_name(stream), "size": len(raw), "received_at": now, "run_id": session.run_id, "state": "applied",
    }  # fmt: skip
    blob_id = int(connection.execute(insert(_BLOB).values(**values).returning(_BLOB.c.id)).scalar_one())
    _write(connection, blob_id, raw)
    return blob_id


def _say_again(connection: Connection, session: SyncSession, blob_id: int, raw: bytes) -> None:
    """Seen again later: a replay must apply it at its newest place, and may need bytes that were dropped."""
    values = {"received_at": session.clock.now(), "run_id": session.run_id, "state": "applied"}
    connection.execute(update(_BLOB).where(_BLOB.c.id == blob_id).values(**values))
    if connection.execute(select(_PART.c.part).where(_PART.c.blob_id == blob_id).limit(1)).first() is None:
        _write(connection, blob_id, raw)


def _write(connection: Connection, blob_id: int, raw: bytes) -> None:
    connection.execute(insert(_PART).values(blob_id=blob_id, part=0, content=packed(raw)))


def _told(stream: Stream, page: Sequence[Rows]) -> Iterator[dict[str, object]]:
    """What a page says; the stream's name keeps equal pages of two streams apart."""
    first: dict[int, int] = {}  # the page holds every list, so an id stands for one of them
    for number, part in enumerate(page):
        line: dict[str, object] = {"stream": stream.name, "columns": list(part.columns)}
        earlier = first.setdefault(id(part.rows), number)
        line |= {"rows": [list(row) for row in part.rows]} if earlier == number else {"rows_of": earlier}
        line |= {"locators": list(part.locators)} if part.locators else {}
        yield line | ({"mapping": part.mapping} if part.mapping not in (None, stream.mapping) else {})


def pages_of(raw: bytes) -> Iterator[Rows]:
    """The groups of records in a stored page, for a replay."""
    said: list[Rows] = []
    for line in raw.decode().splitlines():
        page = json.loads(line)
        rows = said[page["rows_of"]].rows if "rows_of" in page else page["rows"]
        said.append(Rows(page["columns"], rows, page.get("locators"), page.get("mapping")))
    yield from said


def supersede_pages(connection: Connection, stream: StreamId, run_id: int) -> None:
    """A complete list replaces the pages of earlier ones: a replay must not bring back what they still held."""
    older = (_BLOB.c.state == "applied") & (_BLOB.c.run_id != run_id)
    connection.execute(update(_BLOB).where(stream.of(_BLOB), older).values(state="superseded"))
