"""What every row of the shared model carries: whose it is, where it came from, and whether it still stands.

A fact's identity is (practice_id, source, source_key): the source's own key, so that running twice changes
nothing and a reference can be computed without a look-up. References to other facts of the same source are
their keys (`patient_key`); facts of different sources meet through links (`hub.link`), never through ids.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel


class Fact(SQLModel):
    """Provenance on every fact. Moments are UTC; `locator` is a line or segment number within the blob."""


    practice_id: str = Field(primary_key=True, sa_type=Text)
    source: str = Field(primary_key=True, sa_type=Text)
    source_key: str = Field(primary_key=True, sa_type=Text)
    stream: str = Field(sa_type=Text)
    fingerprint: int = Field(sa_type=BigInteger, description="64-bit hash of the raw record and its mapping")
    key_quality: str = Field(default="strong", sa_type=Text, sa_column_kwargs={"server_default": "strong"})
    run_id: int = Field(sa_type=BigInteger, description="run that last changed the row")
    observed_at: datetime = Field(description="when the source showed this version, UTC")
    blob_id: int | None = Field(default=None, sa_type=BigInteger)
    locator: int | None = Field(default=None, sa_type=BigInteger)
    deleted_at: datetime | None = None
    deleted_run: int | None = Field(default=None, sa_type=BigInteger)
    location_id: str | None = Field(default=None, sa_type=Text)


PROVENANCE: tuple[str, ...] = (
    "practice_id", "source", "source_key", "stream", "fingerprint", "key_quality", "run_id", "observed_at",
    "blob_id", "locator", "deleted_at", "deleted_run",
)  # fmt: skip


class AboutPatient(Fact):
    """A fact about one person. `patient_key` when the source names the patient by key; otherwise the printed
    name and birth date, which links (`hub.link`) may resolve. Never both guessed."""

    patient_key: str | None = Field(default=None, sa_type=Text)
    patient_last: str | None = Field(default=None, sa_type=Text)
    patient_first: str | None = Field(default=None, sa_type=Text)
    patient_birth_date: date | None = None
    member_id: str | None = Field(default=None, sa_type=Text)


def text_field(**options: Any) -> Any:
    """A nullable text column."""
    return Field(default=None, sa_type=Text, **options)


def cents_field(**options: Any) -> Any:
    """A nullable amount in integer cents; unknown is NULL, never 0."""
    return Field(default=None, sa_type=BigInteger, **options)
