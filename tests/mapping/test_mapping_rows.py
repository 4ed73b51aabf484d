"""Whole rows: keys, filters, missing columns, what comes out and in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.errors import SourceChanged
from hub.mapping import Mapping, compile_mapping

TRANSACTIONS = """
version = 3
entity = "procedure"
[columns._type]
labels = ["Type"]
[columns.patient_key]
labels = ["Pat ID"]
[columns.date_planned]
labels = ["Date"]
[columns.code]
labels = ["Code"]
[columns.cdt]
labels = ["Code"]
[columns.tooth]
labels = ["Tooth"]
[columns.fee_cents]
first_nonzero_of = ["_prod", "_charges"]
[columns._prod]
labels = ["Prod"]
type = "money"
[columns._charges]
labels = ["Charges"]
type = "money"
[columns.status]
value = "PLANNED"
[columns.description]
labels = ["Description"]
[[where]]
name = "treatment plan lines"
column = "_type"
equals = ["p"]
[key]
columns = ["patient_key", "date_planned", "code", "fee_cents"]
prefix = "tx:"
quality = "weak"
occurrence = true
"""
HEADER = ["Type", "Pat ID", "Date", "Code", "Tooth", "Prod", "Charges"]


def row(
    kind: str = "P", date: str = "05/02/2026", code: str = "2740.00", prod: str = "0.00", charges: str = "1,240.00"
) -> list[str]:
    return [kind, "4412", date, code, "14", prod, charges]


def test_a_row_becomes_one_fact_in_the_order_of_columns(run: Callable[..., object]) -> None:
    columns, page = run(TRANSACTIONS, HEADER, row())  # type: ignore[misc]
    assert columns == (
        "source_key", "key_quality", "patient_key", "date_planned", "code", "cdt", "tooth", "fee_cents", "status",
    )  # fmt: skip
    key = "tx:4412|2026-05-02|2740.00|124000"
    assert page.facts == [(key, "weak", "4412", "2026-05-02", "2740.00", "D2740", "14", 124000, "PLANNED")]
    assert page.kept == [0]


def test_equal_keys_in_one_file_are_counted_over_pages(make: Callable[[str], Mapping]) -> None:
    mapping = make(TRANSACTIONS)
    assert mapping.needs_context
    mapper = compile_mapping(mapping, HEADER, "UTC")
    first = [fact[0] for fact in mapper.map_rows([row(), row(), row(code="1110")], [2, 3, 4]).facts]
    second = [fact[0] for fact in mapper.map_rows([row()], [5]).facts]
    base = "tx:4412|2026-05-02|2740.00|124000"
    assert first == [base, f"{base}~2", "tx:4412|2026-05-02|1110|124000"]
    assert second == [f"{base}~3"]
    again = compile_mapping(mapping, HEADER, "UTC").map_rows([row()], [2])
    assert again.facts[0][0] == base


def test_rows_that_a_where_leaves_out_are_counted_and_not_looked_at(run: Callable[..., object]) -> None:
    _, page = run(TRANSACTIONS, HEADER, row(kind="?", date="not a date"), row())  # type: ignore[misc]
    assert page.filtered == [(0, "treatment plan lines")]
    assert page.bad == []
    assert page.kept == [1]


def test_a_blank_part_of_the_key_sets_the_row_aside(run: Callable[..., object]) -> None:
    _, page = run(TRANSACTIONS, HEADER, row(), row(date=""))  # type: ignore[misc]
    ((index, bad),) = page.bad
    assert (index, bad.reason, bad.locator) == (1, "key", 3)
    assert bad.message == 'HUB-R08 test/sample: row 3 column "Date" is blank and is part of the key'


def test_an_unreadable_cell_sets_the_whole_row_aside(run: Callable[..., object]) -> None:
    _, page = run(TRANSACTIONS, HEADER, row(), row(prod="1.2.50"), row(code="120"))  # type: ignore[misc]
    ((index, bad),) = page.bad
    assert (index, bad.reason) == (1, "type")
    assert bad.message == 'HUB-R07 test/sample: row 3 column "Prod" amount "9.9.99" is not money'
    assert bad.payload == "\x1f".join(row(prod="1.2.50"))
    assert page.kept == [0, 2]


@pytest.mark.parametrize("cells", [["P", "4412"], [*row(), "extra"], []])
def test_a_ragged_row_is_set_aside(run: Callable[..., object], cells: list[str]) -> None:
    _, page = run(TRANSACTIONS, HEADER, cells, row())  # type: ignore[misc]
    if not cells:
        assert page.filtered == [(0, "blank row")]
        return
    ((index, bad),) = page.bad
    assert (index, bad.reason) == (0, "parse")
    assert bad.message == f"HUB-R05 test/sample: row 2 has {len(cells)} cells, the header has 7"


def test_a_row_of_blanks_is_no_bad_row(run: Callable[..., object]) -> None:
    _, page = run(TRANSACTIONS, HEADER, ["P", *[""] * 6], [" "] * 7)  # type: ignore[misc]
    assert [bad.reason for _, bad in page.bad] == ["key"]
    assert page.filtered == [(1, "treatment plan lines")]


def test_all_zero_amounts_are_zero_and_all_blank_unknown(run: Callable[..., object]) -> None:
    keyed = TRANSACTIONS.replace(', "fee_cents"]', "]")
    columns, page = run(keyed, HEADER, row(charges="0.00"), row(prod="", charges=""), row(prod="", charges="0.00"))  # type: ignore[misc]
    place = columns.index("fee_cents")
    assert [fact[place] for fact in page.facts] == [0, None, 0]


def test_a_missing_needed_column_refuses_the_file(make: Callable[[str], Mapping]) -> None:
    with pytest.raises(SourceChanged) as error:
        compile_mapping(make(TRANSACTIONS), ["Type", "Pat ID", "Code", "Prod"], "UTC")
    assert str(error.value) == (
        'HUB-C12 test/sample: has no column "Date" (found 4 columns, mapping version 3 needs 4); nothing was imported;'
        ' compare with "hub mapping explain test/sample"'
    )


def test_a_label_that_stands_there_twice_is_refused(make: Callable[[str], Mapping]) -> None:
    with pytest.raises(SourceChanged, match='HUB-C17 test/sample: column "Date" is there more than once'):
        compile_mapping(make(TRANSACTIONS), [*HEADER, "Date"], "UTC")


def test_labels_fold_case_blanks_and_punctuation(run: Callable[..., object]) -> None:
    header = ["TYPE", "Pat. I.D.", " date ", "CODE:", "Tooth", "PROD", "charges"]
    _, page = run(TRANSACTIONS, header, row())  # type: ignore[misc]
    assert len(page.facts) == 1


def test_an_exact_label_wins_over_one_that_folds_alike(run: Callable[..., object]) -> None:
    text = TRANSACTIONS.replace('labels = ["Tooth"]', 'labels = ["Tooth #"]')
    columns, page = run(text, [*HEADER[:4], "Tooth", "Prod", "Charges", "Tooth #"], [*row(), "30"])  # type: ignore[misc]
    assert page.facts[0][columns.index("tooth")] == "30"


def test_an_optional_column_that_is_missing_is_left_alone(run: Callable[..., object]) -> None:
    columns, _ = run(TRANSACTIONS, HEADER, row())  # type: ignore[misc]
    assert "description" not in columns
    with_it, _ = run(TRANSACTIONS, [*HEADER, "Description"], [*row(), "crown"])  # type: ignore[misc]
    assert "description" in with_it


def test_bars_in_a_part_cannot_forge_a_key(run: Callable[..., object]) -> None:
    _, page = run(TRANSACTIONS, HEADER, row(code="A|B"))  # type: ignore[misc]
    assert page.facts[0][0] == "tx:4412|2026-05-02|A/B|124000"


def test_hostile_labels_and_texts_never_become_code(run: Callable[..., object]) -> None:
    evil = "'); raise SystemExit #"
    text = f"""
    version = 1
    entity = "claim"
    [columns._id]
    labels = ["ID", "{evil}"]
    [columns.note]
    value = "{evil}{{0}}"
    [columns.status]
    labels = ["S"]
    map = {{ "{evil}" = "SENT" }}
    [[where]]
    name = "{evil}"
    column = "_id"
    not_equals = ["{evil}"]
    [key]
    columns = ["_id"]
    prefix = "{evil}{{1}}"
    """
    columns, page = run(text, [evil, "S"], ["7", evil], [evil, evil])  # type: ignore[misc]
    assert page.facts == [(evil + "{1}7", evil + "{0}", "SENT")]
    assert page.filtered == [(1, evil)]
    assert columns == ("source_key", "note", "status")


WHERE = [
    ('equals = ["a", "b"]', [True, True, False, False]),
    ('not_equals = ["A"]', [False, True, True, True]),
    ("blank = true", [False, False, False, True]),
    ("blank = false", [True, True, True, False]),
    ("regex = '^[ab]$'", [True, True, False, False]),
]


@pytest.mark.parametrize(("rule", "expected"), WHERE)
def test_each_where_rule_keeps_what_it_says(run: Callable[..., object], rule: str, expected: list[bool]) -> None:
    text = f"""
    version = 1
    entity = "claim"
    [columns._id]
    labels = ["ID"]
    [columns._kind]
    labels = ["Kind"]
    [[where]]
    name = "kind"
    column = "_kind"
    {rule}
    [key]
    columns = ["_id"]
    """
    rows = [["1", "a"], ["2", "B"], ["3", "cab"], ["4", ""]]
    _, page = run(text, ["ID", "Kind"], *rows)  # type: ignore[misc]
    assert page.kept == [index for index, keep in enumerate(expected) if keep]


def test_derived_flags_and_fallbacks(run: Callable[..., object]) -> None:
    text = """
    version = 1
    entity = "recall_due"
    [columns._id]
    labels = ["ID"]
    [columns._booked]
    labels = ["Booked"]
    type = "date"
    [columns.has_appointment]
    present_of = "_booked"
    [columns._mobile]
    labels = ["Mobile"]
    [columns._home]
    labels = ["Home"]
    [columns.last_contact]
    first_of = ["_mobile", "_home"]
    [columns.interval_text]
    join_of = ["_home", "_mobile"]
    [key]
    columns = ["_id"]
    """
    rows = [["1", "03/14/2026", "", "home"], ["2", "", "mobile", "home"], ["3", "", "", ""]]
    columns, page = run(text, ["ID", "Booked", "Mobile", "Home"], *rows)  # type: ignore[misc]
    assert columns == ("source_key", "has_appointment", "last_contact", "interval_text")
    assert page.facts == [("1", True, "home", "home"), ("2", False, "mobile", "home mobile"), ("3", False, None, None)]


def test_more_than_a_caches_worth_of_values_is_right_to_the_end(run: Callable[..., object]) -> None:
    text = """
    version = 1
    entity = "claim"
    [columns._id]
    labels = ["ID"]
    [columns.billed_cents]
    labels = ["Billed"]
    [key]
    columns = ["_id"]
    """
    rows = [[str(number), f"{number}.05"] for number in range(20_000)]
    _, page = run(text, ["ID", "Billed"], *rows)  # type: ignore[misc]
    assert [fact[1] for fact in page.facts] == [number * 100 + 5 for number in range(20_000)]


def test_rows_of_an_api_may_hold_none(run: Callable[..., object]) -> None:
    _, page = run(TRANSACTIONS, HEADER, ["P", "4412", "05/02/2026", "2740", None, None, "5.00"])  # type: ignore[misc]
    assert page.facts == [
        ("tx:4412|2026-05-02|2740|500", "weak", "4412", "2026-05-02", "2740", "D2740", None, 500, "PLANNED")
    ]


def test_a_bad_row_is_kept_without_what_is_never_imported(run: Callable[..., object]) -> None:
    _, page = run(TRANSACTIONS, [*HEADER, "SSN"], [*row(date="soon"), "123-45-6789"], [*row(), "x", "123-45-6789"])  # type: ignore[misc]
    assert [bad.payload for _, bad in page.bad] == ["\x1f".join([*row(date="soon"), ""]), "(withheld)"]
