"""Are the words that a plugin's class declares of the closed sets of the contract? A misspelt one would otherwise be obeyed
as something else, or make a kind that "cannot be known" for ever."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, get_args

from hub.contract import Audience, Rule
from hub.model import ENTITIES

_LISTS = ("needs", "reads", "needs_columns")


def list_fault(value: object, name: str) -> str:
    """A single word, or one thing, where a list of them is meant: the comma of a tuple of one is easily forgotten."""
    if _is_list(value):
        return ""
    return f"{name} is one {type(value).__name__}, not a tuple; is a comma missing?"


def names_fault(value: object, name: str) -> str:
    """What is wrong with a tuple of names; empty when nothing is. Any other collection of them will do."""
    fault = list_fault(value, name)
    if fault or not isinstance(value, Collection):
        return fault
    strange = [each for each in value if not isinstance(each, str)]
    return f"{name} holds one {type(strange[0]).__name__} where a name is meant" if strange else ""


def _is_list(value: object) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str | bytes | dict)


def put_in_order(rule: type[Rule]) -> None:
    """A set of names becomes a tuple: its own order changes from run to run, and reasons are told in it."""
    for name in _LISTS:
        names: Any = getattr(rule, name)
        if not isinstance(names, Sequence):
            setattr(rule, name, tuple(sorted(names)))


def rule_fault(rule: type[Rule]) -> str:
    """What is wrong with the first word of a rule that cannot work, in one line; empty when all of them can."""
    faults = (
        *(names_fault(getattr(rule, name), name) for name in _LISTS),
        _plain_fault(rule),
    )
    fault = next(filter(None, faults), "") or _strangers(rule)
    return f"{rule.__name__}: {fault}" if fault else ""


def _plain_fault(rule: type[Rule]) -> str:
    if rule.audience not in get_args(Audience):
        return f"audience is none of {', '.join(get_args(Audience))}"
    for wanted, names in ((str, ("code", "title", "owner", "clears_when")), (int, ("version", "backlog_days"))):
        for name in names:
            value = getattr(rule, name)
            if not isinstance(value, wanted) and not (name == "backlog_days" and _is_whole(value)):
                return f"{name} wants {wanted.__name__}, got {type(value).__name__}"
    return ""


def _is_whole(value: object) -> bool:
    """30.0 days are 30."""
    return isinstance(value, float) and value.is_integer()


def _strangers(rule: type[Rule]) -> str:
    for name, entries in (("needs", rule.needs), ("reads", rule.reads), ("needs_columns", rule.needs_columns)):
        for entry in entries:
            choices = [entry] if name == "reads" else entry.split("|")
            for choice in choices:
                if not (_is_column(choice) if name == "needs_columns" else choice in ENTITIES):
                    return f"{name} names {choice}, which the shared model does not have"
    return ""


def _is_column(word: str) -> bool:
    entity, _, column = word.partition(".")
    return entity in ENTITIES and column in ENTITIES[entity].c
