"""Delimited text: where the table is, what a record is, what is skipped and counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import SourceChanged
from hub.mapping import build_mapping
from hub.readers.opening import open_records

ROWS = [["1", "Lopez, Ana", "412.00"], ["2", "O'Neil, Pat", "88.00"]]
TABLE = b'ID,Patient,Billed\n1,"Lopez, Ana",412.00\n2,"O\'Neil, Pat",88.00\n'


def test_a_plain_file_gives_its_raw_lines(read: Callable[..., object]) -> None:
    seen = read(TABLE)
    assert seen.records == [b'1,"Lopez, Ana",412.00', b'2,"O\'Neil, Pat",88.00']
    assert seen.rows == ROWS
    assert seen.numbers == [2, 3]
    assert (seen.reader.header, seen.reader.header_line) == (["ID", "Patient", "Billed"], 1)
    assert (seen.bad, seen.problems, seen.pages) == ([], [], 1)


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n\n", b"\r\n\r\n"])
def test_any_line_end_is_read(read: Callable[..., object], end: bytes) -> None:
    assert read(TABLE.replace(b"\n", end)).rows == ROWS


def test_mixed_line_ends_and_ctrl_z_are_read(read: Callable[..., object]) -> None:
    mixed = b"ID,Patient,Billed\r\n1,Ann,4.00\n2,Bo,5.00\r3,Cy,6.00\r\n\x1a"
    assert [row[0] for row in read(mixed).rows] == ["1", "2", "3"]


@pytest.mark.parametrize("ending", [b"", b"\n", b"\n\n  \n,,\n"])
def test_a_missing_or_extra_line_end_changes_nothing(read: Callable[..., object], ending: bytes) -> None:
    assert read(TABLE.rstrip(b"\n") + ending).rows == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_shows_the_header(read: Callable[..., object], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([["ID", "Patient", "Billed"], *ROWS])
    seen = read(out.getvalue().encode())
    assert seen.rows == ROWS
    assert seen.reader.delimiter == delimiter


ENCODINGS = [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-8")]


@pytest.mark.parametrize(("encoding", "shown"), ENCODINGS)
def test_each_declared_encoding_reads_the_same_rows(read: Callable[..., object], encoding: str, shown: str) -> None:
    text = 'ID,Patient,Billed\n1,"Núñez, José",4.00\n'
    seen = read(text.encode(encoding))
    assert seen.rows == [["1", "Núñez, José", "4.00"]]
    assert seen.reader.encoding == shown
    assert seen.reader.header[0] == "ID"


def test_big_endian_utf_16_is_read(read: Callable[..., object]) -> None:
    assert read(b"\xfe\xff" + "ID,Patient,Billed\n1,Zoë,4.00\n".encode("utf-16-be")).rows == [["1", "Zoë", "4.00"]]


def test_a_byte_that_nothing_explains_is_named(read: Callable[..., object]) -> None:
    content = b"ID,Patient,Billed\n1,Ann\x81,4.00\n"  # 0x81 is no letter of cp1252 and no UTF-8
    with pytest.raises(SourceChanged) as error:
        read(content)
    assert error.value.code == "HUB-C14"
    assert "byte at offset 23" in str(error.value)  # 18 bytes of header with its line end, then `1,Ann`
    with pytest.raises(SourceChanged, match="offset 23"):
        read(content, '[file]\nencodings = ["utf-8"]\n')


def test_a_bad_byte_deep_in_the_file_is_found_before_anything_is_read(read: Callable[..., object]) -> None:
    lines = b"".join(b"%d,Ann,4.00\n" % number for number in range(60_000))
    with pytest.raises(SourceChanged, match=f"offset {18 + len(lines) + 2} "):
        read(b"ID,Patient,Billed\n" + lines + b"7,\x81,4.00\n")


def test_two_encodings_in_one_file_are_said(read: Callable[..., object]) -> None:
    seen = read("ID,Patient,Billed\n1,José,4.00\n".encode() + "2,Zoë,5.00\n".encode("cp1252"))
    assert any("two encodings are mixed" in note for note in seen.reader.notes)


def test_invisible_characters_are_removed_and_counted(read: Callable[..., object]) -> None:
    seen = read("ID,Patient,Billed\n1,A\x00n\x07n\u200b\u202e,4.00\n".encode())
    assert seen.rows == [["1", "Ann", "4.00"]]
    assert "4 control or invisible characters were removed" in seen.reader.notes


def test_the_header_is_found_below_titles(read: Callable[..., object]) -> None:
    seen = read(b"Lakeside Dental\nPatient list, printed 03/14/2026\n\nID,Patient,Billed\n1,Ann,4.00\n")
    assert seen.reader.header_line == 4
    assert seen.numbers == [5]


def test_a_file_without_the_needed_column_is_refused(read: Callable[..., object]) -> None:
    with pytest.raises(SourceChanged) as error:
        read(b"ID,Patient,Amount\n1,Ann,4.00\n")
    assert error.value.code == "HUB-C12"
    assert 'claims.csv has no column "Billed" (found 3 columns, mapping version 1 needs 2)' in str(error.value)


def test_a_file_with_none_of_the_labels_is_refused(read: Callable[..., object]) -> None:
    with pytest.raises(SourceChanged, match="HUB-C16"):
        read(b"hello\nworld\n")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"ID,Patient,Billed\n", b"ID,Patient,Billed"])
def test_an_empty_table_gives_no_pages(read: Callable[..., object], content: bytes) -> None:
    seen = read(content)
    assert (seen.records, seen.bad, seen.pages) == ([], [], 0)


SKIPS = """
[[skip]]
name = "page head"
regex = '^\\s*Page \\d+'
[[skip]]
name = "totals"
regex = ' Total\\b'
"""


def test_lines_that_are_no_records_are_counted_by_rule(read: Callable[..., object]) -> None:
    content = TABLE + b"\x0c Page 2\nID,Patient,Billed\n\n,,\n3,Total Care,5.00\nDelta Total,,500.00\n4,Dee,6.00\n"
    seen = read(content, SKIPS)
    assert [row[0] for row in seen.rows] == ["1", "2", "3", "4"]
    assert dict(seen.skipped) == {"page head": 1, "repeated header": 1, "blank line": 2, "totals": 1}
    assert seen.numbers == [2, 3, 8, 10]


def test_a_rule_that_needs_the_end_of_a_line_works_with_any_line_end(read: Callable[..., object]) -> None:
    rule = "[[skip]]\nname = 'end'\nregex = 'Total$'\n"
    content = b"ID,Patient,Billed\r\n1,Ann,4.00\r\nx,y,Total\r\n"
    assert [row[0] for row in read(content, rule).rows] == ["1"]


def test_ends_and_stops_are_cut_off(read: Callable[..., object]) -> None:
    table = "[table]\nskip_first = 1\nskip_last = 1\nstop_regex = '^Report Total'\n"
    content = b"ID,Patient,Billed\nID,Patient,Billed\n1,Ann,4.00\nReport Total,,4.00\n9,Zed,9.00\nEND\n\n"
    seen = read(content, table)
    assert [row[0] for row in seen.rows] == ["1"]
    assert seen.skipped["after the table"] == 2
    assert seen.reader.header_line == 2


def test_the_last_line_is_cut_off_however_long_the_file(read: Callable[..., object]) -> None:
    lines = b"".join(b"%d,Ann,4.00\n" % number for number in range(60_000))
    seen = read(b"ID,Patient,Billed\n" + lines + b"END\n", "[table]\nskip_last = 1\n")
    assert len(seen.rows) == 60_000
    assert seen.rows[-1][0] == "59999"
    assert seen.numbers[-1] == 60_001


SOFTDENT = """
version = 1
entity = "procedure"
[file]
delimiters = [","]
quote = "~"
line_prefix = '^[^~\\d](?=~)'
[table]
header = false
width = 5
skip_first = 1
skip_last = 1
[columns.patient_key]
position = 2
[columns.date_planned]
position = 1
formats = ["%m/%d/%y"]
pivot_year = 30
[columns.code]
position = 4
[columns.description]
position = 3
[key]
columns = ["patient_key", "date_planned", "code"]
"""


def test_tilde_quoted_positions_with_junk_in_front_are_read(read: Callable[..., object]) -> None:
    content = (
        b"SDTRANS EXPORT 06/30/26\n~05/02/26~,4412,~Lopez, Ana~,2740.00,~P~\n?~05/02/26~,4413,~a\nb~,3.00,~?~\nEND\n"
    )
    seen = read(content, whole=SOFTDENT, name="SDTrans.rep")
    assert seen.rows == [["05/02/26", "4412", "Lopez, Ana", "2740.00", "P"], ["05/02/26", "4413", "a\nb", "3.00", "?"]]
    assert seen.numbers == [2, 3]


def test_quoted_text_over_several_lines_is_one_record(read: Callable[..., object]) -> None:
    content = b'ID,Patient,Billed\n1,"Lopez,\nAna ""A""\n",4.00\n2,Bo,5.00\n'
    seen = read(content)
    assert seen.rows == [["1", 'Lopez,\nAna "A"\n', "4.00"], ["2", "Bo", "5.00"]]
    assert seen.numbers == [2, 5]


def test_an_unclosed_quote_costs_one_row_and_not_the_file(read: Callable[..., object]) -> None:
    rows = b"".join(b'%d,"Doe, %d",4.00\n' % (number, number) for number in range(3, 500))
    seen = read(b'ID,Patient,Billed\n1,Ann,4.00\n2,"Bo,5.00\n' + rows)
    assert len(seen.rows) == 1 + 497
    (bad,) = seen.bad
    assert (bad.reason, bad.locator, bad.payload) == ("parse", 3, '2,"Bo,5.00')
    assert bad.message == "HUB-R05 test/claims: row 3 has a quote that is never closed"


def test_an_unclosed_quote_in_the_last_lines_is_one_bad_row(read: Callable[..., object]) -> None:
    seen = read(b'ID,Patient,Billed\n1,"Ann,4.00\n2,Bo,5.00\n3,"Cy,6.00\n')
    assert [row[0] for row in seen.rows] == ["2"]
    assert [bad.locator for bad in seen.bad] == [2, 4]


def test_two_stray_quotes_do_not_swallow_the_rows_between(read: Callable[..., object]) -> None:
    seen = read(b'ID,Patient,Billed\n1,"Ann,4.00\n2,Bo,5.00\n3,Cy,6.00\n4,"Di,7.00\n5,Ed,8.00\n')
    assert [row[0] for row in seen.rows] == ["2", "3", "5"]
    assert [bad.locator for bad in seen.bad] == [2, 5]


def test_an_inch_mark_inside_a_cell_is_just_text(read: Callable[..., object]) -> None:
    seen = read(b'ID,Patient,Billed\n1,5" drill,4.00\n2,Bo,5.00\n')
    assert seen.rows == [["1", '5" drill', "4.00"], ["2", "Bo", "5.00"]]


def test_ragged_rows_come_out_with_the_cells_they_have(read: Callable[..., object]) -> None:
    seen = read(b"ID,Patient,Billed\n1,Ann\n2,Bo,5.00,x\n")
    assert [len(row) for row in seen.rows] == [2, 4]


def test_padded_tables_fill_up_and_drop_empty_cells(read: Callable[..., object]) -> None:
    seen = read(b"ID,Patient,Billed\n1,Ann\n2,Bo,5.00,,\n3,Cy,6.00,x\n", '[table]\nragged = "pad"\n')
    assert [len(row) for row in seen.rows] == [3, 3, 4]


REPEATS = {
    "after a form feed": b"ID,Patient,Billed\n1,Ann,4\n\x0cID,Patient,Billed\n2,Bo,5\n",
    "only the first one quoted": b'"ID","Patient","Billed"\n1,Ann,4\nID,Patient,Billed\n2,Bo,5\n',
    "only the second one quoted": b'ID,Patient,Billed\n1,Ann,4\n"ID","Patient","Billed"\n2,Bo,5\n',
    "with blanks behind": b"ID,Patient,Billed\n1,Ann,4\nID , Patient,Billed  \n2,Bo,5\n",
}


@pytest.mark.parametrize("content", REPEATS.values(), ids=REPEATS)
def test_a_repeated_header_is_told_by_its_labels(read: Callable[..., object], content: bytes) -> None:
    seen = read(content)
    assert [row[0] for row in seen.rows] == ["1", "2"]
    assert (seen.skipped["repeated header"], seen.bad) == (1, [])


def test_a_row_that_holds_a_label_is_a_row(read: Callable[..., object]) -> None:
    seen = read(b"ID,Patient,Billed\n1,Patient,4\nID,Patient,5\n")
    assert [row[2] for row in seen.rows] == ["4", "5"]


TOTALS = "[[skip]]\nname = 'totals'\nregex = '{}'\n"


@pytest.mark.parametrize("regex", ["^Total", "^(Total|Count)"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("feed", [b"", b"\x0c", b"\x00"])
def test_a_skip_rule_sees_lines_whatever_ends_them(
    read: Callable[..., object], regex: str, end: bytes, feed: bytes
) -> None:
    content = end.join([b"ID,Patient,Billed", b"1,Ann,4", feed + b"Total,,4", b"2,Bo,5", b""])
    seen = read(content, TOTALS.format(regex))
    assert ([row[0] for row in seen.rows], seen.skipped["totals"]) == (["1", "2"], 1)


def test_a_skip_rule_may_ask_for_the_blanks_before_a_text(read: Callable[..., object]) -> None:
    seen = read(b"ID,Patient,Billed\n  Total,,4\nTotal,Ann,5\n", TOTALS.format("^  Total"))
    assert ([row[0] for row in seen.rows], seen.skipped["totals"]) == (["Total"], 1)


def test_the_end_of_the_table_and_its_figures_are_seen_behind_a_form_feed(read: Callable[..., object]) -> None:
    rules = "[[batch.control]]\nname = 'rows'\nregex = '^Rows: (\\d+)'\ncompare = 'row_count'\nrequired = true\n"
    content = b"ID,Patient,Billed\n1,Ann,4\n\x0cEnd of list\n\x0cRows: 1\n"
    seen = read(content, '[table]\nstop_regex = "^End"\n' + rules)
    assert ([row[0] for row in seen.rows], seen.problems, seen.skipped["after the table"]) == (["1"], [], 2)


def test_a_padded_table_may_hold_text_over_several_lines(read: Callable[..., object]) -> None:
    content = b'ID,Patient,Billed\r\n1,"Ann\r\nLopez",4,\r\n2,"Bo\r\nKim"\r\n3,Cy,5,\r\n'
    seen = read(content, '[table]\nragged = "pad"\n')
    assert seen.bad == []
    assert [row[0::2] for row in seen.rows] == [["1", "4"], ["2", ""], ["3", "5"]]
    assert [row[1].split() for row in seen.rows] == [["Ann", "Lopez"], ["Bo", "Kim"], ["Cy"]]


def test_a_padded_table_with_an_unclosed_quote_loses_one_row(read: Callable[..., object]) -> None:
    content = b'ID,Patient,Billed\n1,"Ann,4\n2,Bo,5\n3,"Cy",6\n4,Di,7,filled\n'
    seen = read(content, '[table]\nragged = "pad"\n')
    assert [row[0] for row in seen.rows] == ["2", "3", "4"]
    assert ["never closed" in bad.message for bad in seen.bad] == [True]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_refused_with_advice(read: Callable[..., object], encoding: str) -> None:
    with pytest.raises(SourceChanged, match="looks like UTF-16 without its mark") as error:
        read("ID,Patient,Billed\r\n1,Lop\u00e9z,4\r\n2,K\u0151szeg,5\r\n".encode(encoding))
    assert error.value.code == "HUB-C14" and "UTF-8" in str(error.value)


def test_single_nul_bytes_are_no_utf_16(read: Callable[..., object]) -> None:
    assert read(b"ID,Patient,Billed\n1,A\x00nn,4\n").rows == [["1", "Ann", "4"]]


def test_an_endless_line_is_one_bad_row(read: Callable[..., object]) -> None:
    seen = read(b"ID,Patient,Billed\n1,Ann,4.00\n2," + b"x" * 3_000_000 + b",5.00\n3,Cy,6.00\n")
    assert [row[0] for row in seen.rows] == ["1", "3"]
    (bad,) = seen.bad
    assert "is longer than 131,072 bytes" in bad.message
    assert seen.numbers == [2, 4]


def test_pages_have_the_asked_size_and_line_numbers(read: Callable[..., object]) -> None:
    seen = read(b"ID,Patient,Billed\n" + b"".join(b"%d,Ann,4.00\n" % number for number in range(25)), size=10)
    assert seen.pages == 3
    assert seen.numbers == list(range(2, 27))


CONTROLS = """
[[skip]]
name = "totals"
regex = '^Total'
[[batch.control]]
name = "claims printed"
regex = '^Total Claims: ([\\d,]+)'
compare = "row_count"
required = true
[[batch.control]]
name = "billed"
regex = '^Total Billed: (\\S+)'
compare = "sum"
column = "billed_cents"
"""


def test_control_figures_that_agree_are_silent(read: Callable[..., object]) -> None:
    assert read(TABLE + b"Total Claims: 2\nTotal Billed: $500.00\n", CONTROLS).problems == []


def test_control_figures_that_differ_are_said_with_both_figures(read: Callable[..., object]) -> None:
    assert read(TABLE + b"Total Claims: 3\nTotal Billed: 600.00\n", CONTROLS).problems == [
        'control figure "claims printed": the file says 3 rows, 2 were found',
        'control figure "billed": the file says 600.00, its rows add up to 500.00',
    ]


def test_a_file_that_is_cut_short_is_told_by_its_missing_trailer(read: Callable[..., object]) -> None:
    assert read(TABLE, CONTROLS).problems == [
        'control figure "claims printed" was not found; the file may be cut short'
    ]


def test_the_as_of_time_comes_from_above_the_table_or_the_name(read: Callable[..., object]) -> None:
    above = '[batch]\nas_of = { from = "text_above", regex = \'as of (\\S+)\', format = "%m/%d/%Y" }\n'
    seen = read(b"Data as of 03/14/2026\n" + TABLE, above)
    assert seen.reader.as_of == datetime(2026, 3, 14, 5, 0, tzinfo=UTC)  # midnight in Chicago, UTC-5
    name = '[batch]\nas_of = { from = "file_name", regex = \'(\\d{8})\', format = "%Y%m%d" }\n'
    assert read(TABLE, name, name="aging_20260114.csv").reader.as_of == datetime(2026, 1, 14, 6, 0, tzinfo=UTC)
    assert read(TABLE).reader.as_of is None


BILLED = ['control figure "billed": the file says 9.00, its rows add up to 412.00']
PRIVATE = b'ID,Patient,Billed,SSN\n1,"Lopez, Ana",412.00,123-45-6789\n2,Bo\n3,"Cy,6.00,987-65-4321\n'


def test_columns_that_are_never_imported_come_out_blank(read: Callable[..., object]) -> None:
    seen = read(PRIVATE)
    assert seen.reader.redact
    assert seen.rows[0] == ["1", "Lopez, Ana", "412.00", ""]
    assert seen.rows[1] == ["(withheld)", ""]
    assert "987-65" not in "".join(bad.payload for bad in seen.bad)


def test_a_redacted_copy_reads_back_to_the_same_rows(read: Callable[..., object], tmp_path: Path) -> None:
    seen = read(PRIVATE + b"Total Claims: 3\nTotal Billed: 9.00\n", CONTROLS)
    copy = b"".join(seen.reader.redacted_blocks())
    assert b"123-45" not in copy
    assert b"987-65" not in copy
    again = read(copy, CONTROLS, name="copy.csv")
    assert again.rows == [["1", "Lopez, Ana", "412.00", ""], ["(withheld)", ""], ["(withheld)"]]
    assert (seen.problems, again.problems) == (BILLED, BILLED)


TRICKY = (
    b'\xef\xbb\xbfTitle\r\nID,Patient,Billed\r\n1,"Lopez,\r\n Ana",4.00\r\n\r\n2,Bo,5.00\n3,"C\xc3\xad",6.00\n'
    b"ID,Patient,Billed\r\n"
    b'4,"open,7.00\r\n'
    + b"".join(b'%d,"Doe, %d",8.00\r\n' % (number, number) for number in range(5, 120))
    + b"Total,,1\r\n,,\r\n"
)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64, 500])
def test_how_the_file_is_cut_into_blocks_changes_nothing(
    read: Callable[..., object], monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    whole = read(TRICKY, SKIPS + "[table]\nskip_last = 1\n", size=16)
    monkeypatch.setattr("hub.readers.lines.BLOCK", block)
    parts = read(TRICKY, SKIPS + "[table]\nskip_last = 1\n", size=16)
    assert whole.rows[0] == ["1", "Lopez,\n Ana", "4.00"]
    assert len(whole.rows) == 3 + 115
    assert [bad.locator for bad in whole.bad] == [9]
    assert (parts.rows, parts.numbers, parts.bad, parts.skipped) == (
        whole.rows,
        whole.numbers,
        whole.bad,
        whole.skipped,
    )


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf")), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    rows = [[f"r{number}", one, other] for number, (one, other) in enumerate(cells)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([["ID", "Patient", "Billed"], *rows])
    path = tmp_path_factory.mktemp("round") / "f.csv"
    path.write_bytes(out.getvalue().encode())
    tables = {"version": 1, "entity": "claim", "key": {"columns": ["_id"]}}
    tables["columns"] = {
        "_id": {"labels": ["ID"]},
        "note": {"labels": ["Patient"]},
        "payer_name": {"labels": ["Billed"]},
    }
    reader = open_records(path, build_mapping("t/r", tables))
    seen = [row for page in reader.pages(3) for row in reader.parse(page.records)]
    assert seen == rows


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(min_value=0, max_value=60))
def test_any_bytes_are_read_or_refused_and_never_crash(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int
) -> None:
    path = tmp_path_factory.mktemp("noise") / "f.csv"
    path.write_bytes(TABLE[:place] + noise + TABLE[place:])
    tables = {"version": 1, "entity": "claim", "key": {"columns": ["_id"]}, "columns": {"_id": {"labels": ["ID"]}}}
    try:
        reader = open_records(path, build_mapping("t/r", tables))
    except SourceChanged:
        return
    for page in reader.pages(2):
        assert len(reader.parse(page.records)) == len(page.records)
    reader.problems()
