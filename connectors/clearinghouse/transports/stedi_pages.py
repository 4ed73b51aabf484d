"""What Stedi's list of processed transactions says. Pure; keys that are not needed are passed over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel, Field


class TransactionPart(BaseModel):
    transactionSetIdentifier: str = ""


class Metadata(BaseModel):
    transaction: TransactionPart = TransactionPart()


class X12Part(BaseModel):
    metadata: Metadata = Metadata()


class Item(BaseModel):
    """One processed transaction. `mode` is production, test or other; `x12` is missing where it is not X12."""

    transactionId: str = Field(min_length=1)
    fileExecutionId: str = ""
    status: str = ""
    direction: str = ""
    mode: str = ""
    usageIndicator: str = ""
    processedAt: str = ""
    x12: X12Part | None = None

    @property
    def set_id(self) -> str:
        return self.x12.metadata.transaction.transactionSetIdentifier if self.x12 else ""

    @property
    def is_test(self) -> bool:
        return self.mode.lower() == "test" or self.usageIndicator == "T"

    def is_wanted(self, sets: Collection[str], accepts_tests: bool) -> bool:
        """Came in, of a set that is read, and real (or tests are read)."""
        return self.direction == "INBOUND" and self.set_id in sets and (accepts_tests or not self.is_test)


class Page(BaseModel):
    """One page, oldest transaction first. There is always a token for the next one, also after the last transaction."""

    items: list[Item]
    nextPageToken: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that lies at Stedi. `key` tells it from others, `name` is what it is called here."""

    key: str
    name: str
    path: str


def documents(item: Item, kind: str) -> tuple[Document, ...]:
    """Where the X12 of a transaction is: the file it came in (with its envelope), and the set alone where that is gone."""
    whole, alone = quote(item.fileExecutionId, safe=""), quote(item.transactionId, safe="")
    found = [Document(f"t:{alone}", f"{item.transactionId}_{item.set_id}.x12", f"/transactions/{alone}/input")]
    if kind == "file" and whole:
        found.insert(0, Document(f"f:{whole}", f"{item.fileExecutionId}_{item.set_id}.x12", f"/executions/{whole}/input"))
    return tuple(found)


def moment(text: str) -> datetime | None:
    """An aware moment as Stedi writes it (`2026-03-02T10:00:00.000Z`); None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
