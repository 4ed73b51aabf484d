"""Value maps: a source's words to the shared model's words, with a declared answer for every word nobody mapped."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from hub.errors import SourceChanged
from hub.mapping.cells import CellError
from hub.mapping.spec import ColumnSpec
from hub.model import STATUS
from hub.money import masked


@dataclass(frozen=True)
class WordRules:
    """A value map ready for use; `words` holds folded cells, "" for the blank one."""

    label: str
    words: dict[str, object]
    contains: tuple[tuple[re.Pattern[str], object], ...]
    unmapped: str
    default: object
    nulls: frozenset[str]
    extract: re.Pattern[str] | None
    where: str


class WordMap(dict[str | None, object]):
    """Cells already mapped; `unmapped` counts the words without an answer since it was last emptied."""

    __slots__ = ("rules", "unmapped")

    def __init__(self, rules: WordRules) -> None:
        super().__init__()
        self.rules = rules
        self.unmapped: Counter[str] = Counter()

    def __missing__(self, text: str | None) -> object:
        rules = self.rules
        trimmed = text.strip() if text else ""
        if rules.extract is not None and trimmed:
            found = rules.extract.search(trimmed[:1000])
            trimmed = (found[1] or "").strip() if found else ""
        folded = " ".join(trimmed.casefold().split())
        if folded in rules.nulls:
            folded = ""
        if folded in rules.words or not folded:
            return self._keep(text, rules.words.get(folded))
        for pattern, value in rules.contains:
            if pattern.search(trimmed[:1000]):
                return self._keep(text, value)
        if rules.default is not None:
            return self._keep(text, rules.default)
        return self._unmapped(trimmed)

    def _keep(self, text: str | None, value: object) -> object:
        if len(self) < 1000:
            self[text] = value
        return value

    def _unmapped(self, text: str) -> object:
        """Not kept, so that each occurrence is counted."""
        rules = self.rules
        if len(self.unmapped) < 1000 or text in self.unmapped:
            self.unmapped[text] += 1
        if rules.unmapped == "null":
            return None
        if rules.unmapped == "pass":
            return text
        what = f'column "{rules.label}" value {masked(text)} is not in the map'
        if rules.unmapped == "error":
            raise SourceChanged("HUB-C15", f'{rules.where}: {what}; the file was refused (unmapped = "error")')
        raise CellError("mapping", what)


def word_rules(column: ColumnSpec, name: str, entity: str, label: str, nulls: frozenset[str], where: str) -> WordRules:
    """A status column without a map of its own understands the shared model's own words."""
    words: dict[str, object] = {" ".join(cell.casefold().split()): value for cell, value in column.map.items()}
    if not words and not column.match:
        words = {word.casefold(): word for word in STATUS.get((entity, name), ())}
    contains = tuple(
        (re.compile(entry.regex or re.escape(entry.contains), re.IGNORECASE), entry.value) for entry in column.match
    )
    extract = re.compile(column.extract) if column.extract else None
    return WordRules(label, words, contains, column.unmapped, column.default, nulls, extract, where)


def has_map(column: ColumnSpec, name: str, entity: str) -> bool:
    return bool(column.map or column.match or (entity, name) in STATUS)
