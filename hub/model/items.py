"""What the coordinator sees: outstanding items, their history, and the links between sources."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.model.base import cents_field, text_field


class WorkItem(SQLModel, table=True):
    """One outstanding thing. Rules open and resolve; people assign, snooze, dismiss: a run never changes `assigned_to`,
    `note`, `snoozed_until`, `dismissed_*`.

    `status`: OPEN, IN_PROGRESS, SNOOZED, RESOLVED, DISMISSED, EXPIRED. `tray`: today, backlog, in_person, waiting
    (sleeps until its next touch). `priority` is P of outstanding-items §3, with its four parts.
    """

    __tablename__ = "work_item"
    __table_args__ = (
        UniqueConstraint("practice_id", "dedupe_key", "occurrence"),
        Index("ix_work_item_open", "practice_id", "status", "priority"),
    )
    practice_id: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(sa_type=Text)
    rule_version: int
    dedupe_key: str = Field(sa_type=Text)
    occurrence: int
    subject: str = Field(sa_type=Text, description="`claim:pms:20417`")
    patient: str | None = text_field(description="`pms:1042`")
    patient_name: str | None = text_field()
    location_id: str | None = text_field()
    payer_name: str | None = text_field()
    provider_key: str | None = text_field()
    owner: str = Field(sa_type=Text, description="role: TC PC IC BL FD OM")
    assigned_to: str | None = text_field()
    status: str = Field(sa_type=Text)
    tray: str = Field(sa_type=Text)
    value_cents: int = Field(sa_type=BigInteger)
    since: date | None = None
    due: date | None = None
    priority: int
    band: str = Field(sa_type=Text)
    score_value: float
    score_urgency: float
    score_likelihood: float
    score_risk: float
    sentence: str = Field(sa_type=Text)
    next_step: str = Field(sa_type=Text)
    clears_when: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text, description="JSON list of `entity:source:key`")
    tags: str | None = text_field()
    fingerprint: str = Field(sa_type=Text)
    is_stale: bool = False
    as_of: date
    opened_at: datetime
    changed_at: datetime
    seen_at: datetime
    # Of a DISMISSED item: the moment since which its condition is gone.
    resolved_at: datetime | None = None
    reason: str | None = text_field()
    wake_on: date | None = None
    snoozed_until: date | None = None
    dismissed_reason: str | None = text_field()
    dismissed_fingerprint: str | None = text_field()
    note: str | None = text_field()


class ItemEvent(SQLModel, table=True):
    """What happened to an item, append-only."""

    __tablename__ = "item_event"
    __table_args__ = (Index("ix_item_event_item", "practice_id", "item_id"),)
    id: int | None = Field(default=None, primary_key=True)
    practice_id: str = Field(sa_type=Text)
    item_id: str = Field(sa_type=Text)
    at: datetime
    actor: str = Field(sa_type=Text, description="`run:17` or a user's name")
    action: str = Field(sa_type=Text)
    from_status: str | None = text_field()
    to_status: str | None = text_field()
    value_cents: int | None = cents_field()
    reason: str | None = text_field()


class XRef(SQLModel, table=True):
    """A link from one fact to a fact of another source (or to a person); a row, never a rewrite, so it can be undone.

    `relation` names what is linked: `claim` (a remit_claim or claim_event to its claim), `patient` (a fact to its
    person), `posting` (a lender's sale to the ledger). `state` CONFIRMED, PROBABLE, REJECTED; `origin` echo, rule, human.
    """

    __tablename__ = "xref"
    __table_args__ = (
        Index("ix_xref_target", "practice_id", "relation", "to_source", "to_key"),
        {"sqlite_with_rowid": False},
    )
    practice_id: str = Field(primary_key=True, sa_type=Text)
    relation: str = Field(primary_key=True, sa_type=Text)
    from_entity: str = Field(primary_key=True, sa_type=Text)
    from_source: str = Field(primary_key=True, sa_type=Text)
    from_key: str = Field(primary_key=True, sa_type=Text)
    to_entity: str = Field(sa_type=Text)
    to_source: str | None = text_field()
    to_key: str | None = text_field()
    state: str = Field(sa_type=Text)
    origin: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text, description="tier that decided, e.g. `claim-number`")
    candidates: int = Field(default=1, description="how many fitted; more than one is never automatic")
    evidence: str | None = text_field()
    decided_at: datetime
    decided_by: str = Field(sa_type=Text)


class KindState(SQLModel, table=True):
    """Whether a kind could be answered at the last reconcile, so that "nothing outstanding" and "cannot be known" differ.

    `state`: answered, unknown (no source states what it needs), stale, off (a needed column is never filled), failed.
    `answered_since` is the first day it was answered: until then a first load goes to the backlog tray. `title`,
    `audience` and `words` are the rule's own, kept so that a list can be explained without loading any plugin.
    """

    __tablename__ = "kind_state"
    practice_id: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(primary_key=True, sa_type=Text)
    title: str = Field(sa_type=Text)
    audience: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text, description="what the kind means, in plain words")
    state: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    as_of: date
    answered_since: date | None = None
    run_id: int = Field(sa_type=BigInteger)
