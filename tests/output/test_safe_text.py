from __future__ import annotations

import pytest

from hub.output.safe_text import file_stem, guarded, one_line


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "\u202e=1"]
)
def test_a_cell_that_would_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text).startswith("'")


@pytest.mark.parametrize("text", ["Lopez, Maria", "1140", "", "O'Neil", "a=b", "7-8"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_text_is_one_line_without_hidden_marks() -> None:
    assert one_line("a\r\nb\x00c\u202ed\u2028e \ud800") == "a b cd e \ufffd"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Lakeside Dental", "Lakeside Dental"),
        ('A/B\\C:D*E?F"G<H>I|J', "A B C D E F G H I J"),
        ("../../etc/passwd", "etc passwd"),
        ("Dr. Roy.", "Dr. Roy"),
        ("Smile & Co ", "Smile & Co"),
        ("NUL", "NUL_"),
        ("nul.dental", "nul_.dental"),
        ("COM1", "COM1_"),
        ("Com1 Dental", "Com1 Dental"),
        ("...", "practice"),
        ("", "practice"),
    ],
)
def test_a_practice_name_becomes_a_name_every_system_accepts(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_a_long_name_is_cut() -> None:
    assert len(file_stem("x" * 300)) == 60
