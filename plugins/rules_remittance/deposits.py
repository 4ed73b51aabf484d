"""Which promised payments has money been seen for? Pure; cents, practice-local days.

Strongest key first, and a line of the bank pays one promise only: the trace; payer and amount within some days; several
promises that add up to one deposit, when exactly one combination does (reference outstanding-items R4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

Key = tuple[str, str]  # source and key
_MOST_PARTS, _MOST_CANDIDATES = 8, 10
_LEAST_TRACE = 5  # a shorter number stands in too many texts
_COMMON = frozenset(
    {"the", "of", "and", "insurance", "dental", "company", "inc", "co", "life", "plan", "health", "group"}
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A remittance with money in it. `needs_bank`: only a line of the bank pays it."""

    key: Key
    payer_name: str
    trace: str
    cents: int
    on: date
    days_apart: int
    needs_bank: bool


@dataclass(frozen=True, slots=True)
class Money:
    """A deposit or a payment that was entered; `text` names the payer, or nobody."""

    key: Key
    trace: str
    cents: int
    on: date
    text: str


def unpaid(promises: Iterable[Promise], bank: Sequence[Money], payments: Sequence[Money]) -> list[Promise]:
    """The promises for which no money was seen, oldest first."""
    waiting = sorted(promises, key=lambda promise: (promise.on, promise.key))
    waiting = _paid_singly(waiting, bank, bundles=True)
    left = [promise for promise in waiting if not promise.needs_bank]
    paid_here = {promise.key for promise in left} - {
        promise.key for promise in _paid_singly(left, payments, bundles=False)
    }
    return [promise for promise in waiting if promise.key not in paid_here]


def _paid_singly(promises: Sequence[Promise], money: Sequence[Money], *, bundles: bool) -> list[Promise]:
    used: set[Key] = set()
    by_trace: dict[str, list[Money]] = {}
    by_cents: dict[int, list[Money]] = {}
    for each in money:
        by_cents.setdefault(each.cents, []).append(each)
        words = (word for word in re.findall(r"[A-Za-z0-9]+", each.text) if len(word) >= _LEAST_TRACE)
        for trace in {each.trace, *words} - {""}:
            by_trace.setdefault(trace.lstrip("0").upper(), []).append(each)
    waiting = []
    for promise in promises:
        exact = by_trace.get(promise.trace.upper(), ()) if promise.trace else ()
        if exact:
            used.update(each.key for each in exact)
        else:
            waiting.append(promise)
    waiting = [promise for promise in waiting if not _take(promise, by_cents.get(promise.cents, ()), used)]
    return _without_bundles(waiting, money, used) if bundles else waiting


def _take(promise: Promise, money: Iterable[Money], used: set[Key]) -> bool:
    """Use the nearest line of this amount that may be this payer's."""
    fits = [each for each in money if each.key not in used and _near(promise, each) and _may_be(promise, each)]
    if not fits:
        return False
    used.add(min(fits, key=lambda each: (abs((each.on - promise.on).days), each.key)).key)
    return True


def _near(promise: Promise, money: Money) -> bool:
    days = (money.on - promise.on).days
    return -min(promise.days_apart, 5) <= days <= promise.days_apart


def _may_be(promise: Promise, money: Money) -> bool:
    """The text names the payer, or says nothing."""
    words = _words(money.text)
    return not words or bool((_words(promise.payer_name) - _COMMON or _words(promise.payer_name)) & words)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{2,}", text.lower()))


def _without_bundles(waiting: list[Promise], money: Sequence[Money], used: set[Key]) -> list[Promise]:
    """Less the promises that add up to one deposit in exactly one way. Many candidates fit by chance, so they prove
    nothing."""
    for each in money:
        if each.key in used:
            continue
        near = [p for p in waiting if p.cents < each.cents and _near(p, each) and _may_be(p, each)]
        if 2 <= len(near) <= _MOST_CANDIDATES:
            fits = _combinations(near, each.cents)
            if len(fits) == 1:
                used.add(each.key)
                paid = {promise.key for promise in fits[0]}
                waiting = [promise for promise in waiting if promise.key not in paid]
    return waiting


def _combinations(promises: Sequence[Promise], cents: int) -> list[tuple[Promise, ...]]:
    """At most two ways in which some of the promises add up to the amount: a second one is one too many."""
    found = []
    for parts in range(2, min(_MOST_PARTS, len(promises)) + 1):
        for some in combinations(promises, parts):
            if sum(promise.cents for promise in some) == cents:
                found.append(some)
                if len(found) > 1:
                    return found
    return found
