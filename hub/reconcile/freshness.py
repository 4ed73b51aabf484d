"""G-FRESH and G-SIGNAL: may a kind be answered from what the sources gave us, and when?

A source's entity is fresh when its stream has completed at least once, its last pass had no problem, and the last
complete pass is younger than `max_age`, not counting hours of closed days (a long weekend makes nothing stale).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from hub.config.schema import PracticeSettings, SourceSettings
from hub.contract import Rule
from hub.model import TABLES
from hub.reconcile.result import AnswerState
from hub.rulekit.ages import MAX_AGE_HOURS, stream_problem

STATE = TABLES["stream_state"]
_WORDS = {
    "claim": "claims", "claim_event": "claim acknowledgements (277CA, 999)", "claim_line": "claim lines",
    "remit": "remittances (835)", "remit_claim": "remittance claims (835)", "ledger_entry": "ledger postings",
    "fin_application": "financing applications", "fin_txn": "financing sales", "recall_due": "continuing care",
    "treatment_case": "treatment cases", "comm_event": "contacts with patients", "lab_case": "laboratory cases",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a rule may speak. Findings and items that rest on `frozen` sources neither open nor close."""

    state: AnswerState
    reason: str = ""
    frozen: frozenset[str] = frozenset()


@dataclass(slots=True)
class Freshness:
    """`problems[entity][source]` is empty when the source's facts of that entity are fresh, else says why not.

    `silent`: (entity, source) that never said anything, or whose source is not in the settings any more: nothing is
    missing there.
    """

    problems: dict[str, dict[str, str]] = field(default_factory=dict)
    filled: dict[str, set[str]] = field(default_factory=dict)
    unmeasured: set[str] = field(default_factory=set)
    silent: set[tuple[str, str]] = field(default_factory=set)

    def judge(self, rule: type[Rule]) -> Judgement:
        """What is missing for good (unknown), needed and old (stale), never filled (off), or maybe there and unread (stale)."""
        frozen: set[str] = set()
        for need in rule.needs:
            if not any(choice in self.problems for choice in need.split("|")):
                return Judgement("unknown", f"cannot be known from these sources: none of them states {words(need)}")
        for need in rule.needs:
            given = [self.problems[choice] for choice in need.split("|") if choice in self.problems]
            old = {source: why for sources in given for source, why in sources.items() if why}
            if not any(why == "" for sources in given for why in sources.values()):
                return Judgement("stale", "; ".join(f"{source}: {why}" for source, why in sorted(old.items())))
            frozen.update(old)
        for column in rule.needs_columns:
            if not any(self._is_filled(choice) for choice in column.split("|")):
                return Judgement("off", f"no source ever fills {column.replace('|', ' or ')}")
        unread = self._unread(rule)
        return Judgement("stale", unread) if unread else Judgement("answered", frozen=frozenset(frozen))

    def _unread(self, rule: type[Rule]) -> str:
        """Why what the rule misses may be there and not read yet; empty when every entity it looks in has a fresh source. An
        old one beside it (the clearinghouse before this one) holds nothing back."""
        old: dict[str, str] = {}
        for entity in reversed(rule.reads):
            known = self.problems.get(entity, {})
            spoken = {source: why for source, why in known.items() if (entity, source) not in self.silent}
            if all(spoken.values()):
                old |= spoken
        return "; ".join(f"{source}: {why}" for source, why in sorted(old.items()))

    def _is_filled(self, column: str) -> bool:
        entity, _, name = column.partition(".")
        return entity in self.unmeasured or name in self.filled.get(entity, ())


def words(need: str) -> str:
    """An entry of `Rule.needs` in plain words: `claim_event|remit_claim` -> `claim acknowledgements … or …`."""
    return " or ".join(_WORDS.get(entity, entity.replace("_", " ") + "s") for entity in need.split("|"))


def read_freshness(
    connection: Connection, practice: PracticeSettings, sources: Sequence[SourceSettings], now: datetime
) -> Freshness:
    """Judge every stream of the practice at the UTC moment `now`. A source without settings has the default age."""
    configured = {source.name for source in sources}
    ages = {source.name: source.max_age_hours or MAX_AGE_HOURS for source in sources}
    fresh = Freshness()
    waiting: list[tuple[str, str]] = []
    query = select(STATE).where(STATE.c.practice_id == practice.id).order_by(STATE.c.source, STATE.c.stream)
    for row in connection.execute(query):
        hours = ages.get(row.source, MAX_AGE_HOURS)
        why = stream_problem(row.last_complete_at, row.problem, hours, now, practice.workdays, practice.timezone)
        for entity in re.findall(r"[a-z_]+", row.entity):
            if row.last_complete_at is None and not row.problem:
                waiting.append((entity, row.source))
                continue
            known = fresh.problems.setdefault(entity, {})
            known[row.source] = known.get(row.source) or why
            if row.source not in configured:
                fresh.silent.add((entity, row.source))
            _note_filled(fresh, entity, row.filled)
    for entity, source in waiting:  # a stream that has not spoken yet does not spoil one of the same source that has
        known = fresh.problems.setdefault(entity, {})
        if source not in known:
            known[source] = "has never been read completely"
            fresh.silent.add((entity, source))
    return fresh


def _note_filled(fresh: Freshness, entity: str, filled: str | None) -> None:
    if filled is None:
        fresh.unmeasured.add(entity)
        return
    names = {str(name) for name in json.loads(filled)}
    own = {name.partition(".")[2] if name.startswith(f"{entity}.") else name for name in names}
    fresh.filled.setdefault(entity, set()).update(own)
