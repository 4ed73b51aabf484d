"""What a connector yields: records of a stream, raw or finished, what is there and what is gone, what cannot be read, and
how far it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from hub.errors import QuarantineReason


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record of a source, and the shared-model entities that it fills.

    `deletes`: how a vanished record shows. `snapshot`: every pass delivers all records (a full export), so absence
    means something; `marks`: the source flags deleted records or names them (`Gone`); `sweep`: it delivers what changed
    and, when it chooses to, the keys of all that is there (`Keys`); `none`: records are only ever added (835 files).
    `mapping` names the folder/file under mappings/ ("dentrix/patients") that turns `Rows` into facts; a stream
    without one yields `Facts`. `also` are further mappings for `Rows` that say which of them they mean: one record of
    a source may be several facts (a completed procedure is also a charge).
    `whole` and `parts`: a record of the entity `whole` is always delivered together with all its parts, which are the
    records of the entities `parts` whose keys are its own, a slash and more (`K`, `K/1`, `K/1/2`; no slash in `K`). Whoever
    delivers it again says with it that parts which do not come along are gone. For `Facts` only.
    """

    name: str
    entities: tuple[str, ...]
    deletes: Literal["snapshot", "marks", "sweep", "none"] = "none"
    mapping: str | None = None
    also: tuple[str, ...] = ()
    whole: str | None = None
    parts: tuple[str, ...] = ()


@dataclass(slots=True)
class Rows:
    """Raw records on their way to a mapping: text cells under column labels; `locators` are line numbers from 1.

    `mapping` is one of the stream's `also`; None: the stream's own.
    """

    columns: Sequence[str]
    rows: list[Sequence[str | None]]
    locators: Sequence[int] | None = None
    mapping: str | None = None


@dataclass(slots=True)
class Facts:
    """Records that are already in the shared model. `columns` starts with "source_key"; may hold "locator".

    Values: text, int (cents), bool, date (or its ISO text, which is quicker) or datetime (aware UTC). Status words must be
    of `hub.model.STATUS`.
    """

    entity: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


@dataclass(slots=True)
class Keys:
    """Part of the list of all records that a source holds now, as `source_key`s of one entity of the stream.

    Only after a checkpoint that names the entity in `swept` does absence from all `Keys` since the last one mean that a
    record is gone; the engine's brake on suspiciously many still holds.
    """

    entity: str
    keys: Sequence[str]


@dataclass(slots=True)
class Gone:
    """Records that the source itself says are deleted, as `source_key`s. Unknown ones are passed over."""

    entity: str
    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be read: set aside whole. `message` carries no patient data; `payload` is the record.

    `part_of`, on a stream with parts: the key of the whole that it is a part of, which then loses no part by this
    delivery; "" for none. None: unknown, so no whole of the delivery does.
    """

    reason: QuarantineReason
    message: str
    payload: str
    locator: int | None = None
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything before this was yielded; the engine commits records and cursor together.

    `cursor` is JSON the connector understands, at most 64 kB, without patient data. `complete` ends a whole pass:
    for a snapshot stream only such a pass may show that records have vanished. `swept`: entities all of whose keys were
    yielded as `Keys` in this pass (streams with `deletes = "sweep"`). `as_of`: when the source was last asked, if this
    pass did not ask it (a list that is read once a night): an answer of yesterday must not pass for one of today.
    """

    cursor: Mapping[str, object] = field(default_factory=dict)
    complete: bool = False
    swept: tuple[str, ...] = ()
    as_of: datetime | None = None
