"""Lines that are no records: printed headings, totals, blanks, repeated headers, what stands after the table.

A rule's fixed text is looked for in a whole block first; most blocks hold none, and then no line is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hub.mapping.patterns import MAX_LINE, needs_whole_line, required_text
from hub.mapping.spec import MappingSpec
from hub.readers.lines import CONTROLS

# For a look at a whole block: where `^` finds the start of a line, or of what is one without its control characters.
_AS_LINE_ENDS = bytes.maketrans(CONTROLS + b"\r", b"\n" * (len(CONTROLS) + 1))


@dataclass(frozen=True)
class LineRule:
    """One expression over the bytes of a line. `text` must stand in a line for it to match; empty when nothing must."""

    name: str
    pattern: re.Pattern[bytes]
    block_pattern: re.Pattern[bytes] | None
    text: bytes

    def may_match(self, block: bytes) -> bool:
        if self.text:
            return self.text in block
        return self.block_pattern is None or self.block_pattern.search(block.translate(_AS_LINE_ENDS)) is not None

    def search(self, line: bytes) -> re.Match[bytes] | None:
        """As the line is, else without its control characters: a form feed stands before the first line of a page."""
        found = self.pattern.search(line[:MAX_LINE])
        if found is None and len(clean := line.translate(None, CONTROLS)) < len(line):
            return self.pattern.search(clean[:MAX_LINE])
        return found


def line_rule(name: str, regex: str, encoding: str) -> LineRule:
    """A rule of the mapping for lines in that encoding; the expression was checked when the mapping was loaded."""
    try:
        pattern = re.compile(regex.encode(encoding))
    except UnicodeEncodeError:  # letters that this encoding cannot write cannot stand in the file
        return LineRule(name, re.compile(rb"(?!)"), None, b"\0never\0")
    by_block = not needs_whole_line(regex) and not regex.startswith("(?")
    block = re.compile(b"(?m:" + regex.encode(encoding) + b")") if by_block else None
    return LineRule(name, pattern, block, required_text(regex).encode(encoding))


class LineRules:
    """The skip rules of a mapping together."""

    def __init__(self, rules: Iterable[LineRule]) -> None:
        self.rules = tuple(rules)

    def active(self, block: bytes) -> list[LineRule]:
        """The rules that could match a line of the block."""
        return [rule for rule in self.rules if rule.may_match(block)]


def skip_rules(spec: MappingSpec, encoding: str) -> LineRules:
    return LineRules(line_rule(rule.name, rule.regex, encoding) for rule in spec.skip)
