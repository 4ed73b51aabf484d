"""The hub's own bookkeeping: runs, streams, raw blobs, quarantine, locks, schedules, outbound acts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.model.base import text_field

SERIAL = BigInteger().with_variant(Integer, "sqlite")


class Run(SQLModel, table=True):
    """One job: `kind` sync, reconcile or delivery. Counts: read = new + changed + same + filtered + quarantined.

    `status`: queued, running, succeeded, partial, failed, cancelled, stalled, skipped, interrupted.
    """

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_started", "practice_id", "kind", "name", "started_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    practice_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text, description="source, delivery or practice")
    status: str = Field(sa_type=Text)
    started_at: datetime
    ended_at: datetime | None = None
    as_of: date | None = None
    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    filtered: int = 0
    quarantined: int = 0
    deleted: int = 0
    revived: int = 0
    files: int = 0
    bytes: int = Field(default=0, sa_type=BigInteger)
    hub_version: str = Field(sa_type=Text)
    failure_class: str | None = text_field()
    message: str | None = text_field(description="one line, no patient data")


class RunStream(SQLModel, table=True):
    """The part of a run that belongs to one stream (or file), with its own counts and outcome."""

    __tablename__ = "run_stream"
    __table_args__ = (Index("ix_run_stream_run", "run_id"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(sa_type=BigInteger)
    practice_id: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    stream: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text, description="started, complete, incomplete, skipped")
    file_name: str | None = text_field()
    blob_id: int | None = Field(default=None, sa_type=BigInteger)
    scope: str | None = text_field()
    as_of: datetime | None = None
    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    filtered: int = 0
    quarantined: int = 0
    deleted: int = 0
    revived: int = 0
    missing: int = 0
    filtered_by: str | None = text_field(description="JSON {rule: count}")
    unmapped: str | None = text_field(description="JSON {column: {shape: count}}, never patient values")
    mapping: str | None = text_field()
    failure_class: str | None = text_field()
    message: str | None = text_field()


class StreamState(SQLModel, table=True):
    """Where a stream of a source stands after its last complete pass; the answer to "how fresh is this?".

    One row per entity that the stream fills; `filled` names the columns of that entity that any row fills.
    """

    __tablename__ = "stream_state"
    practice_id: str = Field(primary_key=True, sa_type=Text)
    source: str = Field(primary_key=True, sa_type=Text)
    stream: str = Field(primary_key=True, sa_type=Text)
    entity: str = Field(primary_key=True, sa_type=Text)
    cursor: str | None = text_field(description="JSON, versioned by the connector")
    header_fingerprint: str | None = text_field()
    mapping_fingerprint: str | None = text_field()
    filled: str | None = text_field(description="JSON list of columns that any row fills")
    rows: int = 0
    as_of: datetime | None = Field(default=None, description="time of the newest report read, as the source dates it")
    last_complete_at: datetime | None = Field(default=None, description="up to when the source's word is known: `as_of` once a pass was complete")
    last_run_id: int | None = Field(default=None, sa_type=BigInteger)
    problem: str | None = text_field(description="why the last pass was not complete; empty when it was")
    problem_at: datetime | None = None


class Blob(SQLModel, table=True):
    """What a source said, as it came: one compressed file or page. Found again by its SHA-256."""

    __tablename__ = "blob"
    __table_args__ = (UniqueConstraint("practice_id", "source", "sha256"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    practice_id: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    stream: str | None = text_field()
    sha256: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    modified_at: datetime | None = None
    received_at: datetime
    run_id: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=Text, description="applied, incomplete, unchanged, not_read, superseded, refused_older")
    reason: str | None = text_field()


class BlobPart(SQLModel, table=True):
    """The compressed bytes of a blob in parts of bounded size, so that no file is ever whole in memory."""

    __tablename__ = "blob_part"
    blob_id: int = Field(primary_key=True, sa_type=BigInteger)
    part: int = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class SnapshotPage(SQLModel, table=True):
    """Row fingerprints of the last complete snapshot in file order; only speeds up the next read, decides nothing."""

    __tablename__ = "snapshot_page"
    practice_id: str = Field(primary_key=True, sa_type=Text)
    source: str = Field(primary_key=True, sa_type=Text)
    stream: str = Field(primary_key=True, sa_type=Text)
    page: int = Field(primary_key=True)
    fingerprints: bytes = Field(sa_type=LargeBinary)


class MissingRow(SQLModel, table=True):
    """A fact absent from the newest full snapshot; a second one in a row makes it a tombstone."""

    __tablename__ = "missing_row"
    practice_id: str = Field(primary_key=True, sa_type=Text)
    source: str = Field(primary_key=True, sa_type=Text)
    stream: str = Field(primary_key=True, sa_type=Text)
    source_key: str = Field(primary_key=True, sa_type=Text)
    since_run: int = Field(sa_type=BigInteger)


class QuarantineRow(SQLModel, table=True):
    """A record that could not be read, set aside whole. `status`: open, fixed, replayed, discarded.

    `reason` is one of the closed set in `hub.errors`; `message` carries no patient data, `payload` does (it lies in
    the encrypted database and nowhere else).
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("practice_id", "source", "stream", "record_hash"),
        Index("ix_quarantine_open", "practice_id", "status"),
    )
    id: int | None = Field(default=None, primary_key=True)
    practice_id: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    stream: str = Field(sa_type=Text)
    record_hash: int = Field(sa_type=BigInteger)
    run_id: int = Field(sa_type=BigInteger)
    last_run_id: int = Field(sa_type=BigInteger)
    blob_id: int | None = Field(default=None, sa_type=BigInteger)
    locator: int | None = Field(default=None, sa_type=BigInteger)
    record_key: str | None = text_field()
    reason: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    payload: str = Field(sa_type=Text)
    first_seen: datetime
    last_seen: datetime
    attempts: int = 1
    status: str = Field(sa_type=Text)
    closed_at: datetime | None = None


class JobLock(SQLModel, table=True):
    """Who is doing a job. A dead owner's lock is taken over; the fence number stops an owner that wakes up late."""

    __tablename__ = "job_lock"
    practice_id: str = Field(primary_key=True, sa_type=Text)
    job: str = Field(primary_key=True, sa_type=Text)
    owner: str = Field(sa_type=Text, description="host/pid/nonce")
    fence: int
    taken_at: datetime
    heartbeat_at: datetime


class ScheduleState(SQLModel, table=True):
    """When a schedule last ran and last succeeded; the base of catch-up after downtime."""

    __tablename__ = "schedule_state"
    name: str = Field(primary_key=True, sa_type=Text)
    last_started: datetime | None = None
    last_success: datetime | None = None
    last_status: str | None = text_field()


class Outbound(SQLModel, table=True):
    """Every act towards the outside, once per key. `status`: sending, sent, unknown, failed."""

    __tablename__ = "outbound"
    practice_id: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    delivery: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    at: datetime
    receipt: str | None = text_field()
