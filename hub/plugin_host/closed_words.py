"""Are the words that a plugin's class declares of the closed sets of the contract? A misspelt one would otherwise be obeyed
as something else, or make a kind that "cannot be known" for ever."""

from __future__ import annotations

from typing import get_args

from hub.contract import Audience, Rule
from hub.model import ENTITIES


def list_fault(value: object, name: str) -> str:
    """A single word, or one thing, where a list of them is meant: the comma of a tuple of one is easily forgotten."""
    if isinstance(value, tuple | list):
        return ""
    return f"{name} is one {type(value).__name__}, not a tuple; is a comma missing?"


def names_fault(value: object, name: str) -> str:
    """What is wrong with a tuple of names; empty when nothing is."""
    fault = list_fault(value, name)
    if fault or not isinstance(value, tuple | list):
        return fault
    strange = [each for each in value if not isinstance(each, str)]
    return f"{name} holds one {type(strange[0]).__name__} where a name is meant" if strange else ""


def rule_fault(rule: type[Rule]) -> str:
    """What is wrong with the first word of a rule that cannot work, in one line; empty when all of them can."""
    faults = (
        *(names_fault(getattr(rule, name), name) for name in ("needs", "reads", "needs_columns")),
        _plain_fault(rule),
    )
    fault = next(filter(None, faults), "") or _strangers(rule)
    return f"{rule.__name__}: {fault}" if fault else ""


def _plain_fault(rule: type[Rule]) -> str:
    if rule.audience not in get_args(Audience):
        return f"audience is none of {', '.join(get_args(Audience))}"
    for wanted, names in ((str, ("code", "title", "owner", "clears_when")), (int, ("version", "backlog_days"))):
        for name in names:
            if not isinstance(getattr(rule, name), wanted):
                return f"{name} wants {wanted.__name__}, got {type(getattr(rule, name)).__name__}"
    return ""


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
