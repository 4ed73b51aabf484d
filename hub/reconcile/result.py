"""What a reconcile reports: one answer per kind, counts per kind, and the items that changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from hub.contract import ItemRow
from hub.link import LinkCounts

AnswerState = Literal["answered", "unknown", "stale", "off", "failed"]
COUNTS = ("opened", "reopened", "resolved", "updated", "unchanged", "slept")


@dataclass(frozen=True, slots=True)
class KindAnswer:
    """Could this kind be answered? `reason` is one plain sentence, empty when answered."""

    code: str
    title: str
    state: AnswerState
    reason: str = ""


@dataclass(slots=True)
class ReconcileResult:
    """`counts[code]` has the keys of `COUNTS`: opened, reopened, resolved (with expired), updated (value or state),
    unchanged, slept (left waiting for its next touch). `changed` feeds the hook `hub_item_changed` after commit."""

    practice_id: str
    as_of: date
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    answers: list[KindAnswer] = field(default_factory=list)
    changed: list[tuple[ItemRow, str]] = field(default_factory=list)
    links: dict[str, LinkCounts] = field(default_factory=dict)

    def total(self, what: str) -> int:
        """Sum over all kinds of one of `COUNTS`."""
        return sum(counts[what] for counts in self.counts.values())
