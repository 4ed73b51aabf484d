"""Are a rule's findings what the contract says (`hub.contract.rule.Finding`)? Asked before anything else looks at them, so
that one rule's slip fails that rule, by name, and not the reconcile of the practice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any

from hub.contract import Finding
from hub.errors import HubBug

_MOST_CENTS = 2**63 - 1  # what the database can hold


def checked(yielded: Iterable[object]) -> list[Finding]:
    """All findings of a rule. Raises HubBug HUB-K02 naming the field and what it wants, never its value."""
    found: list[Finding] = []
    for each in yielded:
        if not isinstance(each, Finding):
            said = f"the rule yields a {type(each).__name__} instead of a Finding; its items stay as they were"
            raise HubBug("HUB-K02", said)
        found.append(each if type(each.value_cents) is int else _in_cents(each))
    for kinds in {tuple(map(type, _FIELDS(each))) for each in found}:  # a handful for thousands of findings
        for (name, (fits, wish)), kind in zip(_WISHES.items(), kinds, strict=True):
            if not fits(kind):
                raise _wrong(name, wish, kind.__name__)
    if any(not -_MOST_CENTS <= each.value_cents <= _MOST_CENTS for each in found):
        raise _wrong("value_cents", "an amount that the database can hold", "a larger one")
    for name in ("evidence", "tags"):
        if odd := _strange_words(map(attrgetter(name), found)):
            raise _wrong(name, "text in each place", odd)
    return found


def _in_cents(finding: Finding) -> Finding:
    """PostgreSQL adds whole numbers up to a Decimal: the same whole number."""
    cents: Any = finding.value_cents
    if isinstance(cents, Decimal) and cents == cents.to_integral_value():
        return replace(finding, value_cents=int(cents))
    return finding


def _strange_words(places: Iterable[Collection[object]]) -> str:
    strange = set(map(type, chain.from_iterable(places)))
    return min((each.__name__ for each in strange if not issubclass(each, str)), default="")


def _wrong(name: str, wish: str, got: str) -> HubBug:
    return HubBug("HUB-K02", f"{name} of a finding wants {wish}, got {got}; the rule's items stay as they were")


def _is(*wanted: type, but: tuple[type, ...] = ()) -> Callable[[type], bool]:
    return lambda given: issubclass(given, wanted) and not issubclass(given, but)


_NONE = type(None)
_Wish = tuple[Callable[[type], bool], str]
_TEXT: _Wish = (_is(str), "text")
_MAYBE_TEXT: _Wish = (_is(str, _NONE), "text or None")
_WHOLE: _Wish = (_is(int, but=(bool,)), "a whole number")
_NUMBER: _Wish = (_is(int, float), "a number")
_DAY: _Wish = (_is(date, _NONE, but=(datetime,)), "a date (no moment, no text) or None")
_WORDS: _Wish = (_is(tuple, list), "a tuple of texts")
_WISHES: dict[str, _Wish] = {
    "subject": _TEXT, "value_cents": (_WHOLE[0], "whole cents"), "sentence": _TEXT, "next_step": _TEXT,
    "likelihood": _NUMBER, "risk": _NUMBER, "due": _DAY, "horizon_bd": _WHOLE, "since": _DAY, "age_full": _WHOLE,
    "floor": _WHOLE, "cap": _WHOLE, "patient": _MAYBE_TEXT, "patient_name": _MAYBE_TEXT, "payer_name": _MAYBE_TEXT,
    "provider_key": _MAYBE_TEXT, "location_id": _MAYBE_TEXT, "discriminator": _TEXT, "state": _TEXT, "evidence": _WORDS,
    "tags": _WORDS, "wake_on": _DAY,
}  # fmt: skip
_FIELDS: Callable[[Finding], tuple[Any, ...]] = attrgetter(*_WISHES)
