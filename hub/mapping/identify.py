"""Which mapping a file belongs to, by the labels it carries and never by its name alone (a name only breaks a tie, or
finds a file that has no labels at all)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from hub.mapping.find_header import best_header
from hub.mapping.header import needed_columns
from hub.mapping.layers import Mapping
from hub.mapping.patterns import MAX_LINE
from hub.readers import opening as readers

_SHEET_MARK = "\t"


@dataclass(frozen=True)
class Fit:
    """How well a mapping fits: `score` counts recognised columns, `missing` are needed labels the file lacks."""

    mapping: Mapping
    score: int
    named: bool
    missing: tuple[str, ...]
    note: str

    @property
    def rank(self) -> tuple[int, bool, int]:
        return self.score, self.named, len(needed_columns(self.mapping.spec))


def identify_mapping(head: bytes, name: str, mappings: Sequence[Mapping]) -> tuple[Mapping, str] | None:
    """The mapping that recognises most columns and misses none it needs, with a note; None when none or two fit alike.

    `head` is what `hub.readers.opening.head_of` gives. Equal numbers of columns are decided by the mappings'
    file name patterns, then by which needs more of them; a tie that remains is None and `near_misses` says so.
    """
    fits = sorted(
        (fit for fit in _fits(head, name, mappings) if not fit.missing), key=lambda fit: fit.rank, reverse=True
    )
    if not fits or (len(fits) > 1 and fits[0].rank == fits[1].rank):
        return None
    return fits[0].mapping, fits[0].note


def near_misses(head: bytes, name: str, mappings: Sequence[Mapping]) -> str | None:
    """One line on what the file nearly is: `looks like dentrix/claims_aging but has no column "Ins Est"`."""
    fits = _fits(head, name, mappings)
    whole = sorted((fit for fit in fits if not fit.missing), key=lambda fit: fit.rank, reverse=True)
    if whole:
        alike = [fit.mapping.id for fit in whole if fit.rank == whole[0].rank]
        return f"fits {' and '.join(alike)} equally well; tell them apart by [file] names" if len(alike) > 1 else None
    near = [fit for fit in fits if fit.score > len(fit.missing)]
    if not near:
        return None
    best = max(near, key=lambda fit: (fit.score - len(fit.missing), fit.named))
    lacking = " and ".join(f'"{label}"' for label in best.missing[:4])
    return f"looks like {best.mapping.id} but has no {'columns' if len(best.missing) > 1 else 'column'} {lacking}"


def _fits(head: bytes, name: str, mappings: Sequence[Mapping]) -> list[Fit]:
    """A declared sheet that is not there is looked for in the first one: opening the file then says what is missing."""
    sheets = readers.lines_of_head(head)
    each = ((mapping, sheets.get(mapping.spec.file.sheet, sheets[""])) for mapping in mappings)
    return [fit for mapping, lines in each if (fit := _fit(lines, name, mapping)) is not None]


def _fit(lines: list[str], name: str, mapping: Mapping) -> Fit | None:
    spec = mapping.spec
    named = any(fnmatch(name.casefold(), pattern.casefold()) for pattern in spec.file.names)
    if spec.report is not None:
        return _fit_report(lines, mapping, named)
    if not spec.table.header:
        return Fit(mapping, spec.table.width or 0, named, (), "known by its name; it has no header") if named else None
    found = best_header(spec, lines, spec.table.skip_first, (*spec.file.delimiters, _SHEET_MARK))
    if found is None:
        return None
    note = f"{found.score} of {len(found.cells)} columns are known, header in line {found.line + 1}"
    return Fit(mapping, found.score, named, found.missing, note)


def _fit_report(lines: list[str], mapping: Mapping, named: bool) -> Fit | None:
    """A report is its own when its start line is there; group and further lines tell two reports apart."""
    report = mapping.spec.report
    assert report is not None
    seen = [line[:MAX_LINE].expandtabs() for line in lines if line.strip()]
    start = re.compile(report.start_regex)
    if not any(start.search(line) for line in seen):
        return None
    others = [re.compile(line.regex) for line in report.group] + [
        re.compile(line.regex) for line in report.continuation
    ]
    matched = [pattern for pattern in (start, *others) if any(pattern.search(line) for line in seen)]
    score = sum(len(pattern.groupindex) for pattern in matched)
    return Fit(mapping, score, named, (), f"a report: {len(matched)} of {len(others) + 1} kinds of lines found")
