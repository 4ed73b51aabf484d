"""Text, ids, flags, value maps, names, procedure codes and tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from hub.errors import SourceChanged
from hub.mapping import clean_rows
from hub.mapping.codes import clean_cdt
from hub.mapping.people import PersonName, name_reader, split_name
from hub.mapping.redact import is_never_imported

Cell = Callable[..., object]
SUFFIXES = ["Jr", "Sr", "II", "III", "IV"]


def test_text_is_trimmed_and_blank_is_none(cell: Cell) -> None:
    assert cell("note", "  resent with narrative ") == "resent with narrative"
    assert cell("note", "   ") is None
    assert cell("note", None) is None


@pytest.mark.parametrize(
    "text", ["O'Brien", "Ng", "de la Cruz, María José", "😀 Pat", "x" * 200, "=1+1", "{{7*7}}", "'; DROP"]
)
def test_text_comes_through_exactly(cell: Cell, text: str) -> None:
    assert cell("note", text) == text


def test_null_words_hold_for_a_column_or_for_all(cell: Cell) -> None:
    assert cell("payer_phone", "(   )   -    ", 'nulls = ["(   )   -"]') is None
    assert cell("note", "none", top='[text]\nnulls = ["NONE"]') is None
    assert cell("note", "none at all", top='[text]\nnulls = ["NONE"]') == "none at all"


def test_what_a_column_asks_for_is_done(cell: Cell) -> None:
    assert cell("payer_phone", "(555)010-2231", "digits = true") == "5550102231"
    assert cell("note", "abc", "upper = true") == "ABC"
    assert cell("note", "5532-0001-9988-1234", "keep_last = 4") == "1234"
    assert cell("note", "Lopez (1042)", r"extract = '\((\d+)\)'") == "1042"
    assert cell("note", "Lopez", r"extract = '\((\d+)\)'") is None
    assert cell("claim_number", "123", "width = 5") == "00123"
    assert cell("claim_number", "A12", "width = 5") == "A12"


def test_leading_zeros_of_an_id_are_kept(cell: Cell) -> None:
    assert cell("claim_number", "00123") == "00123"


@pytest.mark.parametrize("text", ["1.23E+15", "1.23e15", "9E+12", "1,23E+15"])
def test_an_id_that_a_spreadsheet_damaged_is_refused(cell: Cell, text: str) -> None:
    message = str(cell("claim_number", text))
    assert message.startswith('HUB-R07 test/sample: row 2 column "Cell" id ')
    assert "was changed by a spreadsheet" in message
    assert text not in message


def test_an_id_with_an_e_is_no_number(cell: Cell) -> None:
    assert cell("claim_number", "12E5") == "12E5"
    assert cell("claim_number", "A.1+2") == "A.1+2"


def test_keys_are_in_capitals_so_that_references_meet(cell: Cell) -> None:
    assert cell("patient_key", " ab12 ") == "AB12"
    assert cell("claim_number", " ab12 ") == "ab12"


def test_a_blank_that_must_be_filled_makes_the_row_bad(cell: Cell) -> None:
    assert cell("note", "", "not_blank = true") == 'HUB-R07 test/sample: row 2 column "Cell" is blank'


@pytest.mark.parametrize(
    ("text", "value"), [("Y", True), ("no", False), ("TRUE", True), ("0", False), ("", None), ("X", True)]
)
def test_yes_and_no_are_read(cell: Cell, text: str, value: bool | None) -> None:
    assert cell("is_paper", text) is value


def test_other_words_for_yes_are_declared(cell: Cell) -> None:
    assert cell("is_paper", "Paper", 'true = ["paper"]', 'false = ["electronic"]') is True
    assert "is neither yes nor no" in str(cell("is_paper", "maybe"))
    assert cell("is_paper", "", "blank_is = false") is False
    assert cell("is_paper", "+", "present = true") is True
    assert cell("is_paper", " ", "present = true") is False


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("-2", -2), ("3.0", 3), ("", None)])
def test_whole_numbers_are_read(cell: Cell, text: str, value: int | None) -> None:
    assert cell("frequency", text) == value


@pytest.mark.parametrize("text", ["3.5", "1e3", "seven", "٣"])
def test_other_numbers_are_refused(cell: Cell, text: str) -> None:
    assert "is not a whole number" in str(cell("frequency", text))


def test_a_value_map_compares_without_case(cell: Cell) -> None:
    settings = (
        'map = { "W/Call" = "UNSCHEDULED_LIST", "" = "SCHEDULED" }',
        'match = [{ contains = "cancel", value = "CANCELLED" }]',
    )
    for text, status in [(" w/call ", "UNSCHEDULED_LIST"), ("", "SCHEDULED"), ("Was CANCELLED by phone", "CANCELLED")]:
        assert cell("status", text, *settings, entity="appointment") == status


def test_a_map_may_give_numbers(cell: Cell) -> None:
    assert cell("ordinal", "S", 'map = { "P" = 1, "S" = 2 }') == 2


def test_a_status_without_a_map_understands_the_models_words(cell: Cell) -> None:
    assert cell("status", "no_show", entity="appointment") == "NO_SHOW"


def test_the_default_answers_for_everything_else(cell: Cell) -> None:
    assert cell("status", "whatever", 'map = { "B" = "BROKEN" }', 'default = "NOTE"', entity="appointment") == "NOTE"


UNMAPPED = """
version = 1
entity = "appointment"
[columns._id]
labels = ["ID"]
[columns.kind]
labels = ["Type"]
map = { "HYG" = "hygiene" }
unmapped = "POLICY"
[key]
columns = ["_id"]
"""


@pytest.mark.parametrize(("policy", "value"), [("null", None), ("pass", "Sécret Type")])
def test_unmapped_words_are_counted_whatever_the_policy(
    run: Callable[..., object], policy: str, value: str | None
) -> None:
    rows = [["1", "hyg"], ["2", "Sécret Type"], ["3", "Sécret Type"]]
    columns, page = run(UNMAPPED.replace("POLICY", policy), ["ID", "Type"], *rows)  # type: ignore[misc]
    assert [fact[columns.index("kind")] for fact in page.facts] == ["hygiene", value, value]
    assert page.unmapped == {"kind": Counter({"Sécret Type": 2})}


def test_an_unmapped_word_sets_the_row_aside_and_is_not_printed(run: Callable[..., object]) -> None:
    _, page = run(UNMAPPED.replace("POLICY", "quarantine"), ["ID", "Type"], ["1", "Secret"], ["2", "HYG"])  # type: ignore[misc]
    index, bad = page.bad[0]
    assert (index, bad.reason, bad.locator) == (0, "mapping", 2)
    assert bad.message == 'HUB-R09 test/sample: row 2 column "Type" value "xxxxxx" is not in the map'
    assert page.kept == [1]
    assert page.unmapped == {"kind": Counter({"Secret": 1})}


def test_an_unmapped_word_may_refuse_the_file(run: Callable[..., object]) -> None:
    with pytest.raises(SourceChanged, match="HUB-C15"):
        run(UNMAPPED.replace("POLICY", "error"), ["ID", "Type"], ["1", "Secret"])


NAMES = [
    ("Lopez, Ana M", PersonName("Lopez", "Ana", "M")),
    ("Lopez, Ana", PersonName("Lopez", "Ana")),
    ("O'Neil Jr, Pat (Patty)", PersonName("O'Neil", "Pat", None, "Jr", "Patty")),
    ('O\'Neil, Pat "Patty"', PersonName("O'Neil", "Pat", None, None, "Patty")),
    ("Lopez, Jr., Ana", PersonName("Lopez", "Ana", None, "Jr")),
    ("Lopez, Ana, III", PersonName("Lopez", "Ana", None, "III")),
    ("de la Cruz, María José", PersonName("de la Cruz", "María José")),
    ("Kim, ", PersonName("Kim")),
    ("Ng", PersonName("Ng")),
    ("", PersonName()),
    (None, PersonName()),
    ("  Kim ,  Jae   P. ", PersonName("Kim", "Jae", "P")),
    ("King, Ii", PersonName("King", "Ii")),  # one word alone is a first name, not a suffix
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_printed_name_is_split(text: str | None, name: PersonName) -> None:
    assert split_name(text, "last_first", SUFFIXES) == name
    assert name_reader("last_first", SUFFIXES)(text) == name


FIRST_LAST = [
    ("Pat O'Neil", PersonName("O'Neil", "Pat")),
    ("Pat M O'Neil Jr", PersonName("O'Neil", "Pat", "M", "Jr")),
    ("Ana de la Cruz", PersonName("de la Cruz", "Ana")),
    ("Pat O'Neil, Jr", PersonName("O'Neil", "Pat", None, "Jr")),
    ("Madonna", PersonName("Madonna")),
]


@pytest.mark.parametrize(("text", "name"), FIRST_LAST)
def test_a_name_in_spoken_order_is_split(text: str, name: PersonName) -> None:
    assert split_name(text, "first_last", SUFFIXES) == name


def test_a_name_fills_the_columns_it_is_told_to(run: Callable[..., object]) -> None:
    text = """
    version = 1
    entity = "claim"
    [columns._id]
    labels = ["ID"]
    [columns._patient]
    labels = ["Patient"]
    [[names]]
    column = "_patient"
    last = "patient_last"
    first = "patient_first"
    [key]
    columns = ["_id"]
    """
    columns, page = run(text, ["ID", "Patient"], ["1", "Lopez Jr, Ana M"], ["2", ""])  # type: ignore[misc]
    assert columns == ("source_key", "patient_last", "patient_first")
    assert page.facts == [("1", "Lopez", "Ana"), ("2", None, None)]


CODES = [
    ("1110.00", "D1110"),
    ("D1110", "D1110"),
    ("01110", "D1110"),
    ("d2740", "D2740"),
    ("2740", "D2740"),
    ("D2740A", "D2740"),
    ("120", "D0120"),
    ("D2740.01", None),
    ("3.00", None),
    ("29", None),
    ("11.00", None),
    ("EXAM", None),
    ("12345", None),
    ("D12", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "code"), CODES)
def test_procedure_codes_are_cleaned_or_left_blank(text: str, code: str | None) -> None:
    assert clean_cdt(text) == code


def test_a_sub_code_is_dropped_when_declared(cell: Cell) -> None:
    assert clean_cdt("D2740.01", any_fraction=True) == "D2740"
    assert cell("cdt", "2740.01", entity="procedure") is None
    assert cell("cdt", "2740.01", 'fraction = "any"', entity="procedure") == "D2740"
    assert cell("code", "2740.01", entity="procedure") == "2740.01"


TOKENS = [
    ("D2740 #30; D2950 #30", "|D2740#30|D2950#30|"),
    ("2740#3,d1110", "|D2740#3|D1110|"),
    ("Crown|x", "|CROWN/X|"),
    ("; ;", None),
    ("", None),
    ("D4341 #ur", "|D4341#UR|"),
]


@pytest.mark.parametrize(("text", "tokens"), TOKENS)
def test_a_list_of_procedures_becomes_tokens(cell: Cell, text: str, tokens: str | None) -> None:
    assert cell("procedure_tokens", text, entity="appointment") == tokens


def test_numbered_columns_become_one_list_of_tokens(run: Callable[..., object]) -> None:
    text = """
    version = 1
    entity = "appointment"
    [columns._id]
    labels = ["ID"]
    [columns._code1]
    labels = ["Code1"]
    [columns._tooth1]
    labels = ["Tooth1"]
    [columns._code2]
    labels = ["Code2"]
    [columns.procedure_tokens]
    join_of = ["_code1", "_code2"]
    teeth_of = ["_tooth1"]
    [key]
    columns = ["_id"]
    """
    rows = [["1", "2740", "30", "D1110"], ["2", "", "", ""]]
    _, page = run(text, ["ID", "Code1", "Tooth1", "Code2"], *rows)  # type: ignore[misc]
    assert page.facts == [("1", "|D2740#30|D1110|"), ("2", None)]


@pytest.mark.parametrize(
    "label",
    [
        "SSN",
        "Soc Sec",
        "Social Security #",
        "PAT_SSN",
        "Card Number",
        "CardNumber",
        "Credit Card",
        "Driver's License",
        "DL#",
        "License No",
        "Routing",
        "Bank Account",
        "Password",
        "PIN",
    ],
)
def test_labels_of_dangerous_numbers_are_never_imported(label: str) -> None:
    assert is_never_imported(label)


@pytest.mark.parametrize(
    "label",
    [
        "Patient ID",
        "Chart #",
        "Group #",
        "Account Number",
        "Card Last 4",
        "Phone",
        "Class",
        "Session",
        "Discard",
        "Pins placed",
        "Assn",
        "License Status",
        "Cardholder Last Name",
    ],
)
def test_harmless_labels_are_imported(label: str) -> None:
    assert not is_never_imported(label)


def test_a_mapping_may_add_labels() -> None:
    assert is_never_imported("Employer  Notes", ["employer notes"])


def test_rows_of_an_api_are_cleaned() -> None:
    assert clean_rows([["a\x00b", None, "x\u200by\u202e", "né", "two\nlines"]]) == [
        ["ab", "", "xy", "né", "two\nlines"]
    ]
