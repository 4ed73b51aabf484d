"""What a delivery is: it takes the list that a person or a schedule asked for and hands it over.

The engine gives it finished rows and an idempotency key; whatever leaves the house is recorded under that key before and
after, and never sent twice. A delivery never reads the database and never changes an item.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from hub.clock import Clock


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the list, as `hub items --json` prints it plus what a sheet shows. Money in cents."""

    id: str
    code: str
    title: str
    practice: str
    subject: str
    patient: str | None
    patient_name: str | None
    owner: str
    assigned_to: str | None
    status: str
    tray: str
    value_cents: int
    since: date | None
    due: date | None
    priority: int
    band: str
    sentence: str
    next_step: str
    payer_name: str | None
    tags: str | None
    is_stale: bool
    evidence: tuple[str, ...]
    as_of: date
    score: str = ""


@dataclass(frozen=True, slots=True)
class SourceAge:
    """How fresh one source is; `light` is green, amber, red, paused or unknown."""

    source: str
    label: str
    light: str
    as_of: datetime | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ListSummary:
    """What the list covers. `unknown` are kinds that these sources cannot answer: (code, title, reason).

    `trays` counts what is kept out of the list: {"backlog": (items, cents), ...}.
    """

    practice_id: str
    practice_name: str
    timezone: str
    as_of: date
    made_at: datetime
    filters: dict[str, str]
    kinds: Sequence[tuple[str, str, int, int]]  # code, title, items, cents
    trays: dict[str, tuple[int, int]]
    unknown: Sequence[tuple[str, str, str]]
    sources: Sequence[SourceAge]
    asked_by: str = "hub"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a delivery did outside, or was about to do. `begun`: a kill came before it was noted as done, so
    nobody knows whether it happened: look at the far end before doing it again. `memo` is the delivery's own JSON."""

    begun: bool
    memo: Mapping[str, object]


class Acts(ABC):
    """What a delivery did, kept by the hub: one note per key, committed before and after the act."""

    @abstractmethod
    def known(self) -> Mapping[str, Act]:
        """Every act of this delivery for this practice, by key."""

    @abstractmethod
    def begin(self, key: str, memo: Mapping[str, object]) -> None:
        """Note that the act is about to be done. No patient data in `key` or `memo`."""

    @abstractmethod
    def done(self, key: str, memo: Mapping[str, object]) -> None:
        """Note that it was done; replaces the note of `begin`."""


class NoActs(Acts):
    """For deliveries that only write files, and for tests."""

    def known(self) -> Mapping[str, Act]:
        return {}

    def begin(self, key: str, memo: Mapping[str, object]) -> None:
        return None

    def done(self, key: str, memo: Mapping[str, object]) -> None:
        return None


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """`settings` is an instance of the delivery's `settings`; `folder` is where files go unless settings say otherwise.

    `state_dir`: as in `SourceContext`. `dry_run`: say in the receipt what would be done and do nothing (only for deliveries with `keeps_acts`).
    """

    name: str
    settings: BaseModel
    folder: Path
    clock: Clock
    key: str
    acts: Acts = field(default_factory=NoActs)
    dry_run: bool = False
    state_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was handed over: files or a message for the run history, without patient data.

    `plan` is what a dry run would do, one line each; shown to whoever asked, never stored.
    """

    message: str
    files: tuple[Path, ...] = ()
    plan: tuple[str, ...] = ()


class Delivery(ABC):
    """A way out. `id` is what `delivery = "…"` in hub.toml names.

    `leaves_house`: it sends something that cannot be taken back (mail, a task): the engine then sends a list at most
    once per key and shows an attempt that was cut off instead of repeating it. Files in a folder do not leave the house.
    `keeps_acts`: it does many small things that it can look up at the far end (a task per item) and notes each in
    `ctx.acts`: it may run again at any time, and can be tried with `hub deliver NAME --dry-run`.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    settings: ClassVar[type[BaseModel]]
    leaves_house: ClassVar[bool] = False
    keeps_acts: ClassVar[bool] = False

    @abstractmethod
    def deliver(self, items: Sequence[ItemRow], summary: ListSummary, ctx: DeliveryContext) -> Receipt:
        """Hand the list over. Raise `Unavailable` when the target cannot be reached now."""
