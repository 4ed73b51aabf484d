"""Excel workbooks, and files that are not what their name says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hub.errors import SourceChanged
from hub.mapping import Mapping
from hub.readers.opening import head_of, lines_of_head, open_records
from hub.readers.sheet import cell_text

HEADER = ["ID", "Patient", "Billed"]


def workbook(
    *rows: Sequence[Any], title: str = "Claims", more: dict[str, Sequence[Sequence[Any]]] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    sheets = {title: rows, **(more or {})}
    for number, (name, content) in enumerate(sheets.items()):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = name
        for row in content:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_like_the_csv(read: Callable[..., object]) -> None:
    content = workbook(["Report"], [], HEADER, ["1", "Lopez, Ana", 412.0], [], ["2", "O'Neil", 88.1], HEADER)
    seen = read(content, name="claims.xlsx")
    assert seen.rows == [["1", "Lopez, Ana", "412"], ["2", "O'Neil", "88.1"]]
    assert seen.records[0] == b"1\x1fLopez, Ana\x1f412"
    assert (seen.reader.header, seen.reader.header_line, seen.numbers) == (HEADER, 3, [4, 6])
    assert dict(seen.skipped) == {"blank line": 1, "repeated header": 1}
    assert seen.reader.notes == []


def test_a_table_away_from_the_corner_keeps_its_row_numbers(read: Callable[..., object]) -> None:
    content = workbook([], [], [None, None, *HEADER], [None, None, "1", "Ann", 4], [None, None, "2", "Bo", 5])
    seen = read(content, name="claims.xlsx")
    assert [row[-3:] for row in seen.rows] == [["1", "Ann", "4"], ["2", "Bo", "5"]]
    assert seen.numbers == [4, 5]


def test_a_workbook_named_csv_is_read_with_a_note(read: Callable[..., object]) -> None:
    seen = read(workbook(HEADER, ["1", "Ann", 4]), name="claims.csv")
    assert seen.rows == [["1", "Ann", "4"]]
    assert seen.reader.notes == ["named .csv, but it is an Excel workbook"]


def test_text_named_xlsx_is_read_with_a_note(read: Callable[..., object]) -> None:
    seen = read(b"ID,Patient,Billed\n1,Ann,4\n", name="claims.xlsx")
    assert seen.rows == [["1", "Ann", "4"]]
    assert seen.reader.notes == ["named .xlsx, but it is plain text"]


def test_the_declared_sheet_is_read_else_the_first(read: Callable[..., object]) -> None:
    content = workbook(["x"], title="Cover", more={"Claims & more": [HEADER, ["7", "Ann", 4]]})
    assert read(content, '[file]\nsheet = "Claims & more"\n', name="c.xlsx").rows == [["7", "Ann", "4"]]
    with pytest.raises(SourceChanged, match='has no sheet "Other"'):
        read(content, '[file]\nsheet = "Other"\n', name="c.xlsx")
    with pytest.raises(SourceChanged, match="HUB-C16"):
        read(content, name="c.xlsx")


def test_an_error_cell_sets_its_row_aside(read: Callable[..., object]) -> None:
    content = workbook(HEADER, ["1", "Ann", "#DIV/0!"], ["2", "Bo", 5], title="A & B")
    seen = read(content, name="c.xlsx")
    assert [row[0] for row in seen.rows] == ["2"]
    assert [(bad.reason, bad.locator) for bad in seen.bad] == [("parse", 2)]


def test_a_formula_without_a_stored_result_is_empty(read: Callable[..., object]) -> None:
    assert read(workbook(HEADER, ["1", "Ann", "=1+1"]), name="c.xlsx").rows == [["1", "Ann", ""]]


CELLS = [
    (123.0, "123"),
    (88.1, "88.1"),
    (0.1 + 0.2, "0.3"),
    (1234.56, "1234.56"),
    (-5.0, "-5"),
    (999_999_999_999_999, "999999999999999"),  # Excel keeps 15 digits
    (1.5e15, "1.5e+15"),
    (6019180012345670, "6.01918001234567e+15"),  # its 16th digit was lost when it was typed in
    (1.23e17, "1.23e+17"),
    (True, "TRUE"),
    (False, "FALSE"),
    ("  x ", "x"),
    ("00123", "00123"),
    (None, ""),
    ("", ""),
    (date(2026, 3, 14), "2026-03-14"),
    (datetime(2026, 3, 14), "2026-03-14"),
    (datetime(2026, 3, 14, 9, 30), "2026-03-14 09:30:00"),
    (time(8, 30), "08:30:00"),
    ("=1+1", "=1+1"),
]


@pytest.mark.parametrize(("cell", "text"), CELLS)
def test_a_cell_becomes_exact_text(cell: object, text: str) -> None:
    assert cell_text(cell) == text


def test_control_figures_of_a_sheet_are_compared(read: Callable[..., object]) -> None:
    rules = "[[skip]]\nname='totals'\nregex='^Total'\n[[batch.control]]\nname='sum'\nregex='^Total,,(.*)'\n"
    rules += "compare='sum'\ncolumn='billed_cents'\n"
    assert read(workbook(HEADER, ["1", "A", 4.5], ["Total", "", 4.5]), rules, name="c.xlsx").problems == []
    assert read(workbook(HEADER, ["1", "A", 4.5], ["Total", "", 5]), rules, name="c.xlsx").problems == [
        'control figure "sum": the file says 5.00, its rows add up to 4.50'
    ]


def test_an_empty_sheet_gives_no_pages(read: Callable[..., object]) -> None:
    assert read(workbook(), name="c.xlsx").pages == 0
    assert read(workbook(HEADER), name="c.xlsx").pages == 0


def test_a_redacted_workbook_is_kept_as_csv(read: Callable[..., object]) -> None:
    seen = read(workbook(["Title"], [*HEADER, "SSN"], ["1", "Lopez, Ana", 4, "123-45-6789"]), name="c.xlsx")
    copy = b"".join(seen.reader.redacted_blocks())
    assert b"123-45" not in copy
    assert read(copy, name="c.csv").rows == seen.rows == [["1", "Lopez, Ana", "4", ""]]


NOT_READ = [
    ("a PDF", b"%PDF-1.7\n...", "c.csv", "is a PDF"),
    (
        "a web page named xls",
        b"<html><table><tr><td>ID</td></tr></table>",
        "c.xls",
        r"is a web page \(HTML or XML\) named .xls",
    ),
    ("a web page with a byte order mark", b"\xef\xbb\xbf\n<!DOCTYPE HTML><html>", "c.xls", "is a web page"),
    ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "c.xls", "is an old Excel workbook"),
    (
        "a protected workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000_000 + "EncryptedPackage".encode("utf-16-le"),
        "c.xlsx",
        "is protected by a password",
    ),
    ("a compressed file", b"\x1f\x8b\x08\x00abc", "c.csv", "is a compressed archive"),
    ("half a workbook", b"PK\x03\x04" + b"x" * 100, "c.xlsx", "is a damaged workbook"),
    ("a text document", b"{\\rtf1 hello}", "c.doc", r"is a text document"),
]


@pytest.mark.parametrize(("content", "name", "said"), [row[1:] for row in NOT_READ], ids=[row[0] for row in NOT_READ])
def test_what_cannot_be_read_is_said_clearly(read: Callable[..., object], content: bytes, name: str, said: str) -> None:
    with pytest.raises(SourceChanged, match=said) as error:
        read(content, name=name)
    assert error.value.code == "HUB-C13"
    assert str(error.value).endswith("nothing was imported")


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def test_another_zip_is_no_workbook(read: Callable[..., object]) -> None:
    with pytest.raises(SourceChanged, match="is a zip archive, not an Excel workbook"):
        read(archive({"claims.csv": b"x"}), name="c.zip")


def test_an_archive_with_too_many_parts_is_refused(read: Callable[..., object]) -> None:
    with pytest.raises(SourceChanged, match="is an archive with 2,001 parts"):
        read(archive({"xl/workbook.xml": b""} | {f"p{number}": b"" for number in range(2_000)}), name="c.xlsx")


def test_a_zip_bomb_is_refused_before_the_workbook_reader_sees_it(read: Callable[..., object]) -> None:
    bomb = archive({"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": b"a" * 30_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(SourceChanged, match="zip bomb"):
        read(bomb, name="c.xlsx")


def test_a_zip_that_lies_about_its_size_is_refused(read: Callable[..., object]) -> None:
    honest = archive({"xl/workbook.xml": b"a" * 30_000_000})
    size = (30_000_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    with pytest.raises(SourceChanged, match="HUB-C13"):
        read(honest.replace(size, (1000).to_bytes(4, "little")), name="c.xlsx")


def test_entities_in_a_sheet_are_not_expanded(read: Callable[..., object]) -> None:
    source = io.BytesIO(workbook(HEADER, ["1", "Ann", 4]))
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;">]>'
    with zipfile.ZipFile(source) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    body = sheet[sheet.index(b"<worksheet") :].replace(b"<v>4</v>", b"<v>&b;</v>")
    parts["xl/worksheets/sheet1.xml"] = entity + body
    try:
        seen = read(archive(parts), name="c.xlsx")
    except SourceChanged:
        return
    assert not any("boom" in cell for row in seen.rows for cell in row)


def test_the_head_of_a_workbook_is_its_first_rows(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(["Title"], HEADER, ["1", "Ann", 4]))
    assert head_of(path).decode().splitlines()[1] == "ID\tPatient\tBilled"
    path.write_bytes(b"x" * 100_000)
    assert len(head_of(path)) == 65_536


def test_the_head_of_a_workbook_shows_every_sheet_or_the_ones_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    sheets = {"Claims": [HEADER, ["1", "Ann", 4]], "Notes": [["text"]]}
    path.write_bytes(workbook(["Lakeside"], title="Cover", more=sheets))
    assert lines_of_head(head_of(path)) == {
        "": ["Lakeside"],
        "Claims": ["ID\tPatient\tBilled", "1\tAnn\t4"],
        "Notes": ["text"],
    }
    assert list(lines_of_head(head_of(path, ["Claims", "Gone", ""]))) == ["", "Claims"]


def test_a_label_that_is_wrapped_in_its_cell_is_one_label(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(["Patient\nID", "Last\tName"], ["1", "Ann"]))
    assert lines_of_head(head_of(path)) == {"": ["Patient ID\tLast Name", "1\tAnn"]}


def test_the_head_of_text_is_its_lines(tmp_path: Path) -> None:
    assert lines_of_head(b"ID,Patient\r\n1,Ann\r\n") == {"": ["ID,Patient", "1,Ann"]}
    assert lines_of_head((b"ID\n" + b"x" * 70_000)[:65_536]) == {"": ["ID"]}, "the last line is cut"


def test_formulas_in_text_stay_text(tmp_path: Path, mapping: Callable[[str], Mapping]) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(b"ID,Patient,Billed\n1,=1+1,4\n2,@SUM(A1),5\n")
    reader = open_records(path, mapping())
    rows = [row for page in reader.pages() for row in reader.parse(page.records)]
    assert [row[1] for row in rows] == ["=1+1", "@SUM(A1)"]
