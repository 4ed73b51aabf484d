"""Printed amounts: exact cents in the declared style, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping.amounts import AmountCells, Style, money_reader
from hub.mapping.cells import CellError

US = money_reader("Billed", Style())
GOOD = [
    ("412.00", 41200),
    ("1,234.56", 123456),
    ("$1,234.56", 123456),
    ("-$12.50", -1250),
    ("$-12.50", -1250),
    ("(40.00)", -4000),
    ("($1,040.00)", -104000),
    ("0", 0),
    ("0.00", 0),
    (".50", 50),
    ("12.5", 1250),
    ("88", 8800),
    ("123456789.01", 12345678901),
    (" 7.25 ", 725),
    ("1,234,567.00", 123456700),
    # Excel's accounting format: the sign stands at the left edge of the cell, a dash is nothing
    ("$(12.00)", -1200),
    ("$ (1,234.00)", -123400),
    ("$-", 0),
    ("$ -", 0),
    ("$ 12.00", 1200),
]
BAD = [
    "$(12.00",
    "$12.00)",
    "$$12.00",
    "$(-12.00)",
    "$()",
    "(-)",
    "$--",
    "- $",
    "1.2.50",
    "NaN",
    "1e3",
    "1E+03",
    "12,34.00",
    "1,2345.00",
    ",123.00",
    "12.345",
    "12.",
    "-(5.00)",
    "(5.00",
    "5.00)",
    "12.50-",
    "12.50 CR",
    "€12.00",
    "1 234.00",
    "--5",
    "+5.00",
    "abc",
    "inf",
    "0x10",
    "١٢.٠٠",
    "12.50*",
    "$",
    "-",
    "()",
    "1" * 41,
]


@pytest.mark.parametrize(("text", "cents"), GOOD)
def test_an_amount_in_the_declared_style_is_exact(text: str, cents: int) -> None:
    assert US(text) == cents
    assert AmountCells("Billed", Style())[text] == cents
    assert AmountCells("Billed", Style(flip_sign=True))[text] == -cents


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_not_money(text: str) -> None:
    with pytest.raises(CellError, match="is not money"):
        US(text)
    with pytest.raises(CellError, match="is not money"):
        AmountCells("Billed", Style())[text]


@pytest.mark.parametrize("text", ["", "   ", None])
def test_a_blank_amount_is_unknown_and_not_zero(text: str | None) -> None:
    assert US(text) is None


def test_the_error_shows_the_shape_and_never_the_value() -> None:
    with pytest.raises(CellError) as error:
        US("8.1.23")
    assert str(error.value) == 'column "Billed" amount "9.9.99" is not money'


STYLES = [
    ("trailing minus", Style(negative=frozenset({"trailing_minus"})), "12.50-", -1250),
    ("CR", Style(negative=frozenset({"cr"})), "1,012.50 CR", -101250),
    ("decimal comma", Style(thousands=".", decimal=","), "1.234,56", 123456),
    ("decimal comma without thousands", Style(thousands="", decimal=","), "1234,5", 123450),
    ("another sign", Style(symbols=("€", "$")), "€1,000.00", 100000),
    ("sign behind", Style(symbols=("€",), thousands=".", decimal=","), "12,50 €", 1250),
    ("cents", Style(scale="cents"), "12345", 12345),
    ("cents with a spreadsheet's zeros", Style(scale="cents"), "12345.00", 12345),
    ("negative cents", Style(scale="cents"), "-12345", -12345),
    ("a sign of two letters in front of parentheses", Style(symbols=("US$", "$")), "US$ (3.00)", -300),
    ("parentheses not declared", Style(negative=frozenset({"minus"})), "$-", 0),
    ("flipped sign", Style(flip_sign=True), "-12.50", 1250),
    ("flipped sign of a plain amount", Style(flip_sign=True), "12.50", -1250),
]


@pytest.mark.parametrize(("style", "text", "cents"), [row[1:] for row in STYLES], ids=[row[0] for row in STYLES])
def test_a_declared_style_is_followed(style: Style, text: str, cents: int) -> None:
    assert money_reader("Amount", style)(text) == cents


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (Style(thousands=".", decimal=","), "1,234.56"),
        (Style(thousands=""), "1,234.56"),
        (Style(symbols=()), "$5.00"),
        (Style(negative=frozenset()), "-5.00"),
        (Style(negative=frozenset({"minus"})), "(5.00)"),
        (Style(scale="cents"), "12.34"),
    ],
)
def test_another_style_than_declared_is_refused(style: Style, text: str) -> None:
    with pytest.raises(CellError):
        money_reader("Amount", style)(text)


def test_a_null_word_that_looks_like_money_is_nothing() -> None:
    style = Style(nulls=frozenset({"9999.99"}))
    assert money_reader("Amount", style)("9999.99") is None
    assert AmountCells("Amount", style)["9999.99"] is None
    assert AmountCells("Amount", Style(thousands=".", decimal=","))["1.234,56"] == 123456


@given(st.integers(min_value=-(10**12), max_value=10**12), st.booleans(), st.booleans(), st.booleans())
def test_every_amount_reads_back_as_decimal_arithmetic_says(cents: int, commas: bool, sign: bool, parens: bool) -> None:
    amount = abs(Decimal(cents) / 100)
    text = f"{amount:,.2f}" if commas else f"{amount:.2f}"
    text = f"${text}" if sign else text
    if cents < 0:
        text = f"({text})" if parens else f"-{text}"
    assert US(text) == cents
    assert AmountCells("Billed", Style())[text] == cents


@given(st.text(max_size=20))
def test_any_text_is_cents_or_refused_and_never_crashes(text: str) -> None:
    try:
        value = US(text)
    except CellError:
        with pytest.raises(CellError):
            AmountCells("Billed", Style())[text]
        return
    assert value is None or type(value) is int
    assert AmountCells("Billed", Style())[text] == value


def test_column_settings_are_laid_over_the_table(cell: Callable[..., object]) -> None:
    assert cell("billed_cents", "12.50-", 'negative = ["trailing_minus"]') == -1250
    assert cell("billed_cents", "(12.50)", top='[money]\nnegative = ["parens"]\nflip_sign = true') == 1250
    assert cell("billed_cents", "-", top='[money]\nnulls = ["-"]') is None


def test_a_marker_sets_its_column_and_leaves_the_amount(run: Callable[..., object]) -> None:
    text = """
    version = 1
    entity = "claim"
    [columns._id]
    labels = ["ID"]
    [columns.billed_cents]
    labels = ["Billed"]
    markers = { "*" = "partially_paid" }
    [key]
    columns = ["_id"]
    """
    columns, page = run(text, ["ID", "Billed"], ["1", "412.00*"], ["2", "88.00"], ["3", ""])  # type: ignore[misc]
    assert columns == ("source_key", "billed_cents", "partially_paid")
    assert page.facts == [("1", 41200, True), ("2", 8800, False), ("3", None, False)]
