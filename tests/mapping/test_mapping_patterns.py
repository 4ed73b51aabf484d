"""Regular expressions of mappings: what is refused, and what is known about them beforehand."""

from __future__ import annotations

import re
import time

import pytest

from hub.errors import SettingsError
from hub.mapping.patterns import MAX_LINE, compile_pattern, needs_whole_line, pattern_fault, required_text

DANGEROUS = [
    r"(a+)+",
    r"(a*)*b",
    r"(\d+)*$",
    r"(a|ab)*c",
    r"(?:x?)+y",
    r"((ab)+)+",
    r"(\w+\s?)*z",
    r"(a{1,5}){20,}",
    r"(a)\1",
    r"(?=(a+)+)",
    r".*a.*b.*c.*d",
    "(" * 3,
    "a" * 601,
]
HARMLESS = [
    r"^\s*Page \d+",
    r" Total\b",
    r"^(?P<carrier>.+?)\s+Group: (?P<group>\S+)",
    r"\d\d/\d\d/\d{4}",
    r"(?:ab)+c",
    r"[ab]*c",
    r"^ (?P<ord>[PS]) (?P<dos>\d\d/\d\d/\d{4})",
    r"(\d+,){3}",
    r"^[^~\d](?=~)",
    r"(?i)total",
]


@pytest.mark.parametrize("regex", DANGEROUS)
def test_a_dangerous_expression_is_refused(regex: str) -> None:
    assert pattern_fault(regex)
    with pytest.raises(SettingsError, match="HUB-S34 skip"):
        compile_pattern(regex, "skip")


@pytest.mark.parametrize("regex", HARMLESS)
def test_a_harmless_expression_is_allowed_and_quick_on_hostile_lines(regex: str) -> None:
    assert pattern_fault(regex) == ""
    pattern = compile_pattern(regex, "skip")
    start = time.process_time()  # a busy machine does not count
    for text in (" " * MAX_LINE, "a" * MAX_LINE, "1" * MAX_LINE, "ab" * (MAX_LINE // 2), "Group: " * 140):
        pattern.search(text)
    assert time.process_time() - start < 2.0


@pytest.mark.parametrize(
    ("regex", "text"),
    [
        (r"^\s*Page \d+", "Page "),
        (r" Total\b", " Total"),
        (r"(?i)total", ""),
        (r"\d+", ""),
        (r"a|b", ""),
        (r"x?Total Claims", "Total Claims"),
    ],
)
def test_the_fixed_text_of_an_expression_is_found(regex: str, text: str) -> None:
    assert required_text(regex) == text


@pytest.mark.parametrize("regex", HARMLESS)
def test_a_match_always_holds_the_fixed_text(regex: str) -> None:
    for line in (
        "  Page 12",
        "Delta Total",
        "Delta  Group: X",
        "03/14/2026",
        "ababc",
        " P 03/14/2026",
        "1,2,3,",
        "?~x",
        "TOTAL",
    ):
        if re.search(regex, line):
            assert required_text(regex) in line


def test_expressions_that_depend_on_the_end_are_known() -> None:
    assert needs_whole_line("Total$")
    assert needs_whole_line(r"foo(?!\s)")
    assert not needs_whole_line(r"^\s*Page \d+")
