"""From findings to changes of items: gates, trays, freshness of the evidence, and the life cycle, per dedupe key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from hub.contract import Finding, Rule
from hub.reconcile import lifecycle
from hub.reconcile.freshness import Judgement
from hub.reconcile.gates import Gates
from hub.reconcile.lifecycle import Change, Today, fingerprint
from hub.reconcile.meeting import meeting
from hub.reconcile.occurrences import dedupe_key, newest_items
from hub.reconcile.perishable import over
from hub.reconcile.result import COUNTS
from hub.reconcile.score import score

_COUNTED = {
    "OPENED": "opened", "REOPENED": "reopened", "WOKEN": "reopened", "RESOLVED": "resolved", "EXPIRED": "resolved",
    "UPDATED": "updated",
}  # fmt: skip


@dataclass(slots=True)
class Kind:
    """One rule on its way through a reconcile. `first`: it was never answered for this practice before."""

    rule: type[Rule]
    judgement: Judgement
    findings: list[Finding]
    first: bool

    @property
    def answered(self) -> bool:
        return self.judgement.state == "answered"


def changes_of(
    connection: Connection, practice_id: str, kinds: Mapping[str, Kind], today: Today
) -> tuple[list[Change], dict[str, Counter[str]]]:
    """Every change that the findings of the answered kinds ask for, and the counts per kind (keys of `COUNTS`).

    Items of a kind that was not answered, or that rest on old facts, only get their mark "out of date".
    """
    gates = Gates(connection, practice_id)
    found = {code: _wanted(practice_id, kind, gates, today) for code, kind in kinds.items() if kind.answered}
    known = newest_items(connection, practice_id)
    wanted = meeting(connection, practice_id, found, known)
    counts: dict[str, Counter[str]] = {code: Counter(dict.fromkeys(COUNTS, 0)) for code in wanted}
    changes: list[Change] = []
    for code, rows in wanted.items():
        for key, want in rows.items():
            change = _met(known.get(key), want, kinds[code].judgement.frozen, today)
            _note(change, want, counts[code], changes)
    missed = [was for key, was in known.items() if key not in wanted.get(was["code"], ())]
    perishing = [was for was in missed if (kind := kinds.get(was["code"])) and kind.rule.perishable]
    past = over(connection, practice_id, perishing, today)
    for was in missed:
        if change := _missed(was, kinds.get(was["code"]), was["id"] in past, today):
            changes.append(change)
            if change.action:
                counts[was["code"]][_COUNTED[change.action]] += 1
    return changes, counts


def _missed(was: Mapping[str, Any], kind: Kind | None, past: bool, today: Today) -> Change | None:
    if kind is None or not kind.answered or _rests_on(was, kind.judgement.frozen):
        return lifecycle.freeze(was)
    return lifecycle.miss(was, past, today)


def _met(was: Mapping[str, Any] | None, want: Mapping[str, Any], frozen: frozenset[str], today: Today) -> Change | None:
    if _rests_on(want, frozen):
        return lifecycle.freeze(was) if was else None
    return lifecycle.meet(was, want, today)


def _note(change: Change | None, want: Mapping[str, Any], counts: Counter[str], changes: list[Change]) -> None:
    if change is not None:
        changes.append(change)
    counts[_COUNTED[change.action] if change and change.action else "unchanged"] += 1
    counts["slept"] += want["tray"] == "waiting"


def _rests_on(row: Mapping[str, Any], sources: frozenset[str]) -> bool:
    """Does the item speak of a fact of one of these sources? References are `entity:source:key`."""
    if not sources:
        return False
    return any(reference.split(":")[1:2] == [source] for reference in _references(row) for source in sources)


def _references(row: Mapping[str, Any]) -> Iterable[str]:
    return (row["subject"], *json.loads(row["evidence"]))


def _wanted(practice_id: str, kind: Kind, gates: Gates, today: Today) -> dict[str, dict[str, Any]]:
    """The columns a rule decides, by dedupe key. Two findings with one key: the bigger one counts."""
    rows: dict[str, dict[str, Any]] = {}
    for finding in sorted(kind.findings, key=lambda each: (each.value_cents, each.sentence)):
        verdict = gates.verdict(kind.rule, finding)
        if verdict != "closed":
            row = _columns(practice_id, kind.rule, finding, today)
            row["tray"] = _tray(kind, finding, verdict, today)
            rows[row["dedupe_key"]] = row
    return rows


def _tray(kind: Kind, finding: Finding, verdict: str, today: Today) -> str:
    if verdict == "in_person":
        return "in_person"
    if kind.first and finding.since and (today.as_of - finding.since).days > kind.rule.backlog_days:
        return "backlog"
    return "waiting" if finding.wake_on and finding.wake_on > today.as_of else "today"


def _columns(practice_id: str, rule: type[Rule], finding: Finding, today: Today) -> dict[str, Any]:
    points = score(finding, today.as_of, today.workdays)
    key = dedupe_key(rule.code, finding.location_id, finding.subject, finding.discriminator)
    return {
        "practice_id": practice_id, "code": rule.code, "rule_version": rule.version, "dedupe_key": key,
        "subject": finding.subject, "patient": finding.patient, "patient_name": finding.patient_name,
        "location_id": finding.location_id, "payer_name": finding.payer_name, "provider_key": finding.provider_key,
        "owner": rule.owner, "value_cents": finding.value_cents, "since": finding.since, "due": finding.due,
        "priority": points.priority, "band": points.band, "score_value": round(points.value, 4),
        "score_urgency": round(points.urgency, 4), "score_likelihood": round(points.likelihood, 4),
        "score_risk": round(points.risk, 4), "sentence": finding.sentence, "next_step": finding.next_step,
        "clears_when": rule.clears_when, "evidence": json.dumps(list(finding.evidence)),
        "tags": " ".join(finding.tags) or None, "fingerprint": fingerprint(finding.state, finding.value_cents),
        "is_stale": False, "as_of": today.as_of, "wake_on": finding.wake_on,
    }  # fmt: skip
