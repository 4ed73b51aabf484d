"""The shared model: one file per area, one table per entity. Importing this package registers every table."""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import SQLModel

from hub.model import care, claims, financing, insurance, items, ledger, people, remits, runs, schedule, treatment
from hub.model import indexes as _indexes  # noqa: F401 - adds the indexes to the tables
from hub.model.base import PROVENANCE, AboutPatient, Fact
from hub.model.status import STATUS

METADATA = SQLModel.metadata
TABLES: dict[str, Table] = dict(METADATA.tables)
# The entities: tables whose rows are facts that a source stated.
ENTITIES: dict[str, Table] = {
    name: table for name, table in TABLES.items() if "fingerprint" in table.c and "stream" in table.c
}

__all__ = [
    "ENTITIES", "METADATA", "PROVENANCE", "STATUS", "TABLES", "AboutPatient", "Fact", "care", "claims", "financing",
    "insurance", "items", "ledger", "people", "remits", "runs", "schedule", "treatment",
]  # fmt: skip
