"""What payers took back, reckoned from the facts of `taken_rows`. Pure; cents, above 0 means that the payer took it.

PLB sign (reference clearinghouse-x12 §12): above 0 lowers the check, below 0 raises it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

Key = tuple[str, str]  # source and key
Subject = Key | str  # a claim of ours, else what the payer wrote as its reference
_CARRIED, _INTEREST, _REFUND = "FB", "L6", "72"
_POSTED_BEFORE = 5  # calendar days: a paper EOB may be posted before the 835 is dated


@dataclass(frozen=True, slots=True)
class Paper:
    """One credible remittance: `arrived` practice-local, `is_posted` when the books show its whole check; `dated` the
    first day on which it could be posted, from paper too."""

    source: str
    key: str
    payer_name: str | None
    payer: str
    trace: str | None
    trace_form: str
    arrived: date
    location_id: str | None
    is_posted: bool
    dated: date


@dataclass(frozen=True, slots=True)
class Lowering:
    """One PLB amount; `claim` of ours that its reference means, when exactly one does."""

    remit: Key
    key: str
    reason: str
    reference: str
    cents: int
    claim: Key | None


@dataclass(slots=True)
class Raised:
    """What the ledger raised a claim's balance by on one day (the last day ever: not stated). `net` of what was entered
    anew that day; `singles` are the entries that nothing of their own amount took off again."""

    on: date
    net: int
    singles: list[int]


def raised_on(day: date, cents: Iterable[int]) -> Raised:
    """Of the entries of one day; above 0 raises the balance."""
    entries = list(cents)
    lowered = [-each for each in entries if each < 0]
    singles = []
    for each in sorted(each for each in entries if each > 0):
        if each in lowered:
            lowered.remove(each)
        else:
            singles.append(each)
    return Raised(day, max(0, sum(entries)), singles)


@dataclass(slots=True)
class Facts:
    """Everything that decides. `answers`: by claim, its decisions and reversals, oldest first. `raised`: by claim, what
    the ledger raised its balance by, oldest first. `raised_under`: the same by check, single entries. `shown`: (remit, claim) answers
    that the books show to the cent."""

    remits: dict[Key, Paper]
    lowerings: Sequence[Lowering] = ()
    answers: dict[Key, Sequence[Any]] = field(default_factory=dict)
    raised: dict[Key, list[Raised]] = field(default_factory=dict)
    raised_under: dict[str, list[int]] = field(default_factory=dict)
    shown: set[tuple[Key, Key]] = field(default_factory=set)


@dataclass(slots=True)
class Taken:
    """One takeback: `reasons` are PLB codes, none when it is a reversal alone."""

    remit: Paper
    claim: Key | None
    reference: str
    cents: int = 0
    reasons: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    since: date = date.min
    has_reversal: bool = False


def taken_back(facts: Facts) -> list[Taken]:
    """Every net amount that a payer took, oldest first."""
    groups: dict[tuple[Key, Subject], Taken] = {}
    carried = _Carried(facts)
    for each in facts.lowerings:
        if each.reason == _CARRIED or (each.reason == _INTEREST and each.cents < 0):
            continue
        group = _group(groups, facts.remits[each.remit], each.claim, each.reference or each.reason)
        group.cents += each.cents
        group.evidence.append(f"remit_adj:{each.remit[0]}:{each.key}")
        if each.reason not in group.reasons:
            group.reasons.append(each.reason)
    for claim, answers in facts.answers.items():
        _add_reversals(groups, facts, claim, answers)
    _drop_refunds(groups)
    for each in carried.applied_unseen():
        group = _group(groups, facts.remits[each.remit], each.claim, each.reference or each.reason)
        group.cents += each.cents
        group.reasons.append(each.reason)
        group.evidence.append(f"remit_adj:{each.remit[0]}:{each.key}")
    found = []
    for (remit, _), group in groups.items():
        if group.cents > 0 and not carried.is_open(remit):
            group.since = max(group.remit.arrived, carried.applied_on(remit) or date.min)
            found.append(group)
    return sorted(
        found, key=lambda each: (each.remit.arrived, each.remit.source, each.remit.key, str(each.claim), each.reference)
    )


def not_mirrored(taken: Iterable[Taken], facts: Facts) -> list[Taken]:
    """Those that the ledger does not show. An entry that raises a balance mirrors one takeback only, and none that the
    payer spoke of later: an old posting that was corrected mirrors nothing."""
    left = {claim: [replace(each, singles=list(each.singles)) for each in days] for claim, days in facts.raised.items()}
    under = {trace: list(cents) for trace, cents in facts.raised_under.items()}
    found = []
    for each in taken:
        key = (each.remit.source, each.remit.key)
        if each.remit.is_posted:
            continue
        if each.claim is not None and each.has_reversal and (key, each.claim) in facts.shown:
            continue
        if each.claim is not None and _use(left.get(each.claim, ()), each.cents, _spoken_of(each, facts)):
            continue
        entries = under.get(each.remit.trace_form, [])
        if each.cents in entries:
            entries.remove(each.cents)
            continue
        found.append(each)
    return found


def _spoken_of(taken: Taken, facts: Facts) -> date:
    """From when on the ledger may mirror it: the first remittance that takes from the claim or announces it, less some
    days."""
    answers = facts.answers.get(taken.claim, ()) if taken.claim is not None else ()
    remits = [(row.source, row.remit_key) for row in answers if row.role == "REVERSAL"]
    remits += [each.remit for each in facts.lowerings if each.claim == taken.claim and each.cents < 0]
    days = [facts.remits[remit].dated for remit in remits if remit in facts.remits]
    return min([taken.remit.dated, *days]) - timedelta(days=_POSTED_BEFORE)


def _use(raised: Iterable[Raised], cents: int, since: date) -> bool:
    """Take the amount from the days since then: one entry of exactly it, else as much as it takes, the oldest first."""
    days = [each for each in raised if each.on >= since]
    for day in days:
        if cents in day.singles:
            day.singles.remove(cents)
            day.net = max(0, day.net - cents)
            return True
    if sum(day.net for day in days) < cents:
        return False
    for day in days:
        used = min(day.net, cents)
        day.net, cents = day.net - used, cents - used
        day.singles = [each for each in day.singles if each <= day.net]
    return True


def _group(groups: dict[tuple[Key, Subject], Taken], remit: Paper, claim: Key | None, reference: str) -> Taken:
    at: tuple[Key, Subject] = ((remit.source, remit.key), claim or reference)
    return groups.setdefault(at, Taken(remit, claim, reference))


def _add_reversals(groups: dict[tuple[Key, Subject], Taken], facts: Facts, claim: Key, answers: Sequence[Any]) -> None:
    """Reversals of a claim, less what it was paid by a decision in the same or a later remittance (the correction)."""
    under_way: Taken | None = None
    for row in sorted(
        answers, key=lambda row: (row.day or date.min, row.role != "REVERSAL", row.source, row.source_key)
    ):
        remit = facts.remits.get((row.source, row.remit_key))
        if remit is None:
            continue
        if row.role == "REVERSAL":
            under_way = _group(groups, remit, claim, "")
            under_way.has_reversal = True
            under_way.cents -= row.paid_cents or 0
        elif under_way is not None:
            under_way.cents -= row.paid_cents or 0
        else:
            continue
        under_way.evidence.append(f"remit_claim:{row.source}:{row.source_key}")


def _drop_refunds(groups: dict[tuple[Key, Subject], Taken]) -> None:
    """A refund of ours that the payer acknowledges (72, below 0) takes away the WO of the same amount beside it."""
    for (remit, subject), refund in list(groups.items()):
        if refund.reasons != [_REFUND] or refund.cents >= 0:
            continue
        for (other_remit, other_subject), other in list(groups.items()):
            if other_remit == remit and other_subject != subject and other.cents == -refund.cents:
                other.cents = 0
                break


class _Carried:
    """Balances carried forward (FB), by payer and reference, until they net to zero."""

    def __init__(self, facts: Facts) -> None:
        lines = [each for each in facts.lowerings if each.reason == _CARRIED]
        by_payer: defaultdict[str, list[Lowering]] = defaultdict(list)
        for each in lines:
            by_payer[facts.remits[each.remit].payer].append(each)
        self._remits = facts.remits
        self._open: list[list[Lowering]] = []
        self._closed: list[list[Lowering]] = []
        for of_payer in by_payer.values():
            if sum(each.cents for each in of_payer) == 0:
                self._closed.append(of_payer)
                continue
            by_reference: defaultdict[str, list[Lowering]] = defaultdict(list)
            for each in of_payer:
                by_reference[each.reference.lstrip("0")].append(each)
            for group in by_reference.values():
                net = sum(each.cents for each in group)
                (self._closed if net == 0 else self._open).append(group)

    def is_open(self, remit: Key) -> bool:
        """The remittance carries a balance that no later one has applied in full."""
        return any(
            each.remit == remit and each.cents < 0
            for group in self._open
            if sum(one.cents for one in group) < 0
            for each in group
        )

    def applied_on(self, remit: Key) -> date | None:
        """When the balance that the remittance carried was taken in full."""
        days = [
            max(self._remits[each.remit].arrived for each in group if each.cents > 0)
            for group in self._closed
            if any(each.remit == remit and each.cents < 0 for each in group)
        ]
        return max(days, default=None)

    def applied_unseen(self) -> list[Lowering]:
        """A debt that was applied though no remittance that we have carried it: the payer kept money for it."""
        return [
            each
            for group in self._open
            if not any(each.cents < 0 for each in group)
            for each in group
            if each.cents > 0
        ]
