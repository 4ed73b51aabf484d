"""Regular expressions that come from a mapping: checked before they are compiled, so that no line of a hostile file can
stop the hub (catastrophic backtracking), and searched for a fixed text so that most lines need no expression at all.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from hub.errors import SettingsError

MAX_LINE = 1000  # characters of a line that an expression may see: bounds what remains of quadratic matching
_MAX_PATTERN = 600
_MAX_DOTS = 3
_parser: Any = importlib.import_module("re._parser")  # the parse tree is the only honest way to see nesting
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def compile_pattern(regex: str, where: str) -> re.Pattern[str]:
    """The compiled expression. Raises SettingsError HUB-S34 naming `where` when it is wrong or unsafe."""
    fault = pattern_fault(regex)
    if fault:
        raise SettingsError("HUB-S34", f"{where}: regular expression {regex!r} {fault}")
    return re.compile(regex)


def pattern_fault(regex: str) -> str:
    """What is wrong with the expression, in words; empty when it may be used."""
    if len(regex) > _MAX_PATTERN:
        return f"is longer than {_MAX_PATTERN} characters"
    try:
        re.compile(regex)
        tree = _parser.parse(regex)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not valid: {error}"
    fault = _nesting(tree, False)
    if not fault and _dots(tree) > _MAX_DOTS:
        return f"holds more than {_MAX_DOTS} unbounded dots (.*), which a hostile line can make very slow"
    return fault


def required_text(regex: str) -> str:
    """The longest fixed text that every match must hold; empty when there is none to rely on."""
    tree = _parser.parse(regex)
    if tree.state.flags & re.IGNORECASE:
        return ""
    runs, run = [""], ""
    for op, arg in tree:
        if str(op) == "LITERAL":
            run += chr(arg)
        else:
            runs.append(run)
            run = ""
    return max([*runs, run], key=len)


def needs_whole_line(regex: str) -> bool:
    """True when a match depends on where the line ends in ways that a search over many lines would get wrong."""
    return any(
        mark in regex for mark in (r"\A", r"\Z", r"\B", "(?!", "(?<!", "(?>", "++", "*+", "?+", "$", "(?m", "(?s")
    )


def _nesting(tree: Any, repeated: bool) -> str:
    for op, arg in tree:
        name = str(op)
        if name in _REPEATS:
            low, high, body = arg
            if repeated and low != high:
                return "repeats inside a repetition, like (a+)+; a hostile line could stop the hub"
            fault = _nesting(body, repeated or int(high) > 10)
        elif name == "BRANCH":
            if repeated:
                return "holds a choice inside a repetition, like (a|ab)*; a hostile line could stop the hub"
            fault = next((found for part in arg[1] if (found := _nesting(part, repeated))), "")
        elif name.startswith("GROUPREF"):
            return "refers back to a group, which is not supported"
        else:
            fault = next((found for part in _bodies(name, arg) if (found := _nesting(part, repeated))), "")
        if fault:
            return fault
    return ""


def _dots(tree: Any) -> int:
    count = 0
    for op, arg in tree:
        name = str(op)
        if name in _REPEATS:
            body = arg[2]
            count += int(arg[1]) > 10 and len(body) == 1 and str(body[0][0]) == "ANY"
            count += _dots(body)
        elif name == "BRANCH":
            count += sum(_dots(part) for part in arg[1])
        else:
            count += sum(_dots(part) for part in _bodies(name, arg))
    return count


def _bodies(name: str, arg: Any) -> tuple[Any, ...]:
    if name == "SUBPATTERN":
        return (arg[-1],)
    if name in ("ASSERT", "ASSERT_NOT"):
        return (arg[1],)
    return (arg,) if name == "ATOMIC_GROUP" else ()
