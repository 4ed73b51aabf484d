"""The three deliveries through the contract, on real files; Excel read back with another library."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import ValidationError

from hub.clock import FixedClock
from hub.contract import Delivery, DeliveryContext, ItemRow, ListSummary
from hub.errors import SettingsError, Unavailable
from hub.output import about, columns, excel, list_files, safe_file
from plugins import deliver_csv, deliver_excel, deliver_html
from plugins.deliver_html.page import write_page

ALL = [deliver_csv.CsvDelivery, deliver_excel.ExcelDelivery, deliver_html.HtmlDelivery]
MADE_AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
AS_OF = date(2026, 11, 21)


def _context(kind: type[Delivery], own_folder: Path, **settings: Any) -> DeliveryContext:
    return DeliveryContext("morning-list", kind.settings(**settings), own_folder, FixedClock(MADE_AT), "key-1")


@pytest.fixture
def deliver(tmp_path: Path, summary_of: Callable[..., ListSummary]) -> Callable[..., Path]:
    def run(kind: type[Delivery], items: list[ItemRow], **settings: Any) -> Path:
        return kind().deliver(items, summary_of(items), _context(kind, tmp_path, **settings)).files[0]

    return run


def test_each_plugin_brings_its_delivery() -> None:
    found = [kind for plugin in (deliver_csv, deliver_excel, deliver_html) for kind in plugin.hub_deliveries()]
    assert [kind.id for kind in found] == ["csv", "excel", "html"]


@pytest.mark.parametrize("kind", ALL)
def test_a_dated_file_and_a_latest_copy_carry_the_local_time(
    kind: type[Delivery], tmp_path: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    receipt = kind().deliver([item()], summary_of([item()]), _context(kind, tmp_path / "lists"))
    end = receipt.files[0].suffix
    assert [path.name for path in receipt.files] == [
        f"Lakeside Dental outstanding 2026-11-21 0630{end}",
        f"Lakeside Dental outstanding latest{end}",
    ]
    assert receipt.files[0].read_bytes() == receipt.files[1].read_bytes()
    assert receipt.message.startswith("1 item ($1,140) in Lakeside Dental outstanding 2026-11-21 0630")
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == sorted(path.name for path in receipt.files)


def test_a_latest_that_is_open_stays_and_the_receipt_says_so(
    tmp_path: Path,
    item: Callable[..., ItemRow],
    summary_of: Callable[..., ListSummary],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    latest = tmp_path / "Lakeside Dental outstanding latest.csv"
    latest.write_text("yesterday's")
    really = safe_file.os.replace

    def held(made: Path, target: Path) -> None:
        if Path(target).name == latest.name:
            error = PermissionError(13, "Permission denied")
            error.winerror = 32  # type: ignore[attr-defined]
            raise error
        really(made, target)

    monkeypatch.setattr(safe_file.os, "replace", held)
    kind = deliver_csv.CsvDelivery
    receipt = list_files.put_list(
        [item()], summary_of([item()]), _context(kind, tmp_path), ".csv", lambda path: path.write_text("new") and None,
        sleep=lambda seconds: None,
    )  # fmt: skip
    assert [path.name for path in receipt.files] == ["Lakeside Dental outstanding 2026-11-21 0630.csv"]
    assert "latest.csv stays an older list" in receipt.message
    assert latest.read_text() == "yesterday's"


def test_only_the_newest_dated_files_of_this_list_stay(
    tmp_path: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    others = ["Lakeside Dental claims 2026-11-01 0630.csv", "Lakeside Dental outstanding notes.csv"]
    old = [f"Lakeside Dental outstanding 2026-11-{day:02d} 0630.csv" for day in (1, 2, 3)]
    for name in [*others, *old]:
        (tmp_path / name).write_text("")
    kind = deliver_csv.CsvDelivery
    kind().deliver([item()], summary_of([item()]), _context(kind, tmp_path, keep=2))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*others, old[2], "Lakeside Dental outstanding 2026-11-21 0630.csv", "Lakeside Dental outstanding latest.csv"]
    )


def test_a_share_that_is_offline_is_not_replaced_by_a_local_folder(
    tmp_path: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    kind = deliver_csv.CsvDelivery
    with pytest.raises(Unavailable, match="not reachable"):
        kind().deliver([item()], summary_of([item()]), _context(kind, tmp_path, folder=str(tmp_path / "share")))
    assert not (tmp_path / "share").exists()


def test_a_full_disk_is_a_clear_line(
    tmp_path: Path,
    item: Callable[..., ItemRow],
    summary_of: Callable[..., ListSummary],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(deliver_csv, "write_csv", full)
    kind = deliver_csv.CsvDelivery
    with pytest.raises(Unavailable, match="could not be written \\(No space left on device\\)"):
        kind().deliver([item()], summary_of([item()]), _context(kind, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_settings_refuse_what_they_do_not_know() -> None:
    for wrong in ({"folder": "lists"}, {"keep": 0}, {"colour": "red"}, {"columns": ["patiens_name"]}):
        with pytest.raises(ValidationError):
            deliver_excel.ExcelDelivery.settings(**wrong)
    with pytest.raises(SettingsError, match='did you mean "patient_name"'):
        columns.chosen(["patiens_name"])


# --- CSV


def test_csv_is_what_excel_and_programs_expect(deliver: Callable[..., Path], item: Callable[..., ItemRow]) -> None:
    raw = deliver(deliver_csv.CsvDelivery, [item(value_cents=123_456, sentence="=1+1")]).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 2
    (row,) = csv.DictReader(raw.decode("utf-8-sig").splitlines())
    assert row["value"] == "1234.56"
    assert row["due"] == "2026-11-20"
    assert row["sentence"] == "'=1+1"
    assert row["assigned_to"] == ""
    assert list(row) == [column.name for column in columns.COLUMNS]


def test_a_negative_amount_stays_a_number_in_csv(deliver: Callable[..., Path], item: Callable[..., ItemRow]) -> None:
    text = deliver(deliver_csv.CsvDelivery, [item(value_cents=-5)], columns=["value", "id"]).read_text("utf-8-sig")
    assert text.splitlines() == ["value,id", "-0.05,ABCD2345"]


@pytest.mark.parametrize("hostile", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1"])
def test_no_text_column_of_the_csv_can_run(
    hostile: str, deliver: Callable[..., Path], item: Callable[..., ItemRow]
) -> None:
    texts = "patient_name payer_name sentence next_step assigned_to tags subject patient title score owner status id"
    row = item(**dict.fromkeys(texts.split(), hostile), evidence=(hostile,))
    text = deliver(deliver_csv.CsvDelivery, [row]).read_bytes().decode("utf-8-sig")
    _, cells = csv.reader(text.splitlines())
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]


# --- Excel


def test_excel_cells_have_their_types(deliver: Callable[..., Path], item: Callable[..., ItemRow]) -> None:
    book = openpyxl.load_workbook(deliver(deliver_excel.ExcelDelivery, [item(value_cents=123_456, patient_name=None)]))
    sheet = book["Outstanding"]
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, sheet[2], strict=True))
    assert head == [column.heading for column in columns.FOR_SHEETS]
    assert row["Due"].is_date
    assert row["Due"].value.date() == date(2026, 11, 20)
    assert row["At stake"].value == 1234.56
    assert row["At stake"].number_format.startswith('"$"')
    assert row["Patient"].value is None
    assert row["Priority"].value == 85
    assert row["What is outstanding"].alignment.wrap_text


def test_text_in_excel_is_never_a_formula_a_link_or_a_number(
    deliver: Callable[..., Path], item: Callable[..., ItemRow]
) -> None:
    rows = [item(sentence=text) for text in ("=1+1", "http://example.com", "0042", "{=SUM(A1)}", "x" * 40_000)]
    sheet = openpyxl.load_workbook(deliver(deliver_excel.ExcelDelivery, rows, columns=["sentence"])).active
    cells = [sheet.cell(line, 1) for line in range(2, 7)]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert [cell.value for cell in cells[:4]] == ["=1+1", "http://example.com", "0042", "{=SUM(A1)}"]
    assert len(cells[4].value) == 32_767
    assert not any(cell.hyperlink for cell in cells)


def test_the_sheet_can_be_filtered_scrolled_and_printed(
    deliver: Callable[..., Path], item: Callable[..., ItemRow]
) -> None:
    sheet = openpyxl.load_workbook(deliver(deliver_excel.ExcelDelivery, [item(), item()]))["Outstanding"]
    assert sheet.auto_filter.ref == "A1:S3"
    assert sheet.freeze_panes == "A2"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # width 1 is the default
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area.endswith("$A$1:$I$3")


def test_bands_differ_in_colour_and_in_words(deliver: Callable[..., Path], item: Callable[..., ItemRow]) -> None:
    rows = [item(band=band) for band in ("today", "this week", "when possible", "batch")]
    sheet = openpyxl.load_workbook(deliver(deliver_excel.ExcelDelivery, rows))["Outstanding"]
    cells = [sheet.cell(line, 1) for line in range(2, 6)]
    assert [cell.value for cell in cells] == ["today", "this week", "when possible", "batch"]
    assert len({cell.fill.fgColor.rgb for cell in cells}) == 4


def test_a_date_before_excels_calendar_is_text(deliver: Callable[..., Path], item: Callable[..., ItemRow]) -> None:
    sheet = openpyxl.load_workbook(
        deliver(
            deliver_excel.ExcelDelivery, [item(due=date(1, 1, 1), since=date(1900, 1, 1))], columns=["due", "since"]
        )
    ).active
    assert sheet["A2"].value == "0001-01-01"
    assert sheet["B2"].is_date


def test_an_empty_list_is_a_valid_workbook_that_says_what_it_covers(deliver: Callable[..., Path]) -> None:
    book = openpyxl.load_workbook(deliver(deliver_excel.ExcelDelivery, []))
    assert book["Outstanding"].max_row == 1
    said = {str(cell.value) for row in book["About this list"].iter_rows() for cell in row}
    assert "no items" in said


def test_sheet_two_says_where_the_list_comes_from(
    deliver: Callable[..., Path], stories: Callable[[int], list[ItemRow]]
) -> None:
    sheet = openpyxl.load_workbook(deliver(deliver_excel.ExcelDelivery, stories(60)))["About this list"]
    rows = [tuple(cell.value for cell in row if cell.value is not None) for row in sheet.iter_rows()]
    assert ("Practice", "Lakeside Dental") in rows
    assert ("As of", "Saturday, November 21, 2026") in rows
    assert ("Made at", "Sat Nov 21, 2026 6:30 AM CST (America/Chicago)") in rows
    assert ("Made for", "schedule morning-list") in rows
    assert ("Items in the list", 60) in rows
    assert ("Clearinghouse files (era)", "fresh", "today 6:12 AM CST") in rows
    assert ("Lab case late", "LAB-LATE", "no source with lab cases is set up") in rows
    assert ("backlog", "old when first read; worked off in a batch", 214, 184_300) in rows


def test_a_practice_name_with_an_ampersand_prints_as_it_is(
    tmp_path: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    kind = deliver_excel.ExcelDelivery
    summary = summary_of([item()], practice_name="Smile & Co")
    receipt = kind().deliver([item()], summary, _context(kind, tmp_path))
    sheet = openpyxl.load_workbook(receipt.files[0])["Outstanding"]
    assert sheet.oddHeader.left.text == "Smile && Co"


def test_a_narrowed_list_says_that_its_counts_are_of_the_whole_practice(
    tmp_path: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    narrow, wide = summary_of([item()], filters={"owners": "TC"}), summary_of([item()], filters={"owners": ""})
    for summary, end in ((narrow, ", in the whole practice"), (wide, "")):
        titles = [table.title for table in about.about([item()], summary)]
        assert titles[2:4] == [f"Counts and dollars per kind{end}", f"Kept out of this list{end}"]
        write_page(tmp_path / "page.html", [item()], summary)
        text = (tmp_path / "page.html").read_text("utf-8")
        assert f"<h2>By kind{end}</h2>" in text
        assert f"<h2>Kept out of this list{end}</h2>" in text


def test_a_tray_that_was_asked_for_is_not_kept_out(
    item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    trays = {"backlog": (214, 18_430_000), "waiting": (31, 0), "snoozed": (1, 14_060)}

    def kept(**filters: str) -> list[object]:
        return [row[0] for row in about.trays(summary_of([item()], trays=trays, filters=filters))]

    assert kept() == kept(tray="today") == kept(owners="TC") == ["backlog", "waiting", "snoozed"]
    assert kept(tray="backlog") == ["waiting", "snoozed"]
    assert kept(tray="all") == ["snoozed"]
    assert kept(tray="all", status="SNOOZED") == ["nothing"]


def test_a_workbook_of_two_practices_has_a_sheet_about_each(
    tmp_path: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    north, south = [item(practice="north")], [item(practice="south"), item(practice="south")]
    parts = [
        (north, summary_of(north, practice_id="north", practice_name="North Dental")),
        (south, summary_of(south, practice_id="south", practice_name="South Dental")),
    ]
    excel.write_joint_workbook(tmp_path / "both.xlsx", parts)
    book = openpyxl.load_workbook(tmp_path / "both.xlsx")
    assert book.sheetnames == ["Outstanding", "About 1 north", "About 2 south"]
    assert [cell.value for cell in book["Outstanding"]["T"]] == ["Practice", "north", "south", "south"]
    for sheet, name, count in (("About 1 north", "North Dental", 1), ("About 2 south", "South Dental", 2)):
        rows = [tuple(cell.value for cell in row if cell.value is not None) for row in book[sheet].iter_rows()]
        assert ("Practice", name) in rows
        assert ("Items in the list", count) in rows
    assert book["Outstanding"].oddHeader.left.text == "North Dental, South Dental"


# --- HTML


class _Page(HTMLParser):
    """Tags and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def test_hostile_text_is_only_text_on_the_page(
    tmp_path: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> None:
    hostile = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{ 7*7 }}'"
    row = item(
        patient_name=hostile, sentence=hostile, next_step=hostile, title=hostile, tags=hostile, assigned_to=hostile,
        payer_name=hostile, owner=hostile, id=hostile, status=hostile,
    )  # fmt: skip
    summary = summary_of([row], practice_name=hostile, asked_by=hostile, filters={"owner": hostile})
    kind = deliver_html.HtmlDelivery
    text = kind().deliver([row], summary, _context(kind, tmp_path)).files[0].read_text("utf-8")
    tags = [tag for tag, _ in _Page(text).tags]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert not [name for _, attributes in _Page(text).tags for name in attributes if name.startswith("on")]
    assert "{{ 7*7 }}" in text
    assert "49" not in "".join(_Page(text).texts[:3])


def test_the_page_loads_nothing_and_lets_only_its_own_script_run(
    deliver: Callable[..., Path], stories: Callable[[int], list[ItemRow]]
) -> None:
    text = deliver(deliver_html.HtmlDelivery, stories(60)).read_text("utf-8")
    page = _Page(text)
    (policy,) = [attributes["content"] for _, attributes in page.tags if attributes.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not [1 for _, attributes in page.tags if {"src", "href", "style"} & set(attributes)]
    assert not re.search(r"url\(|@import|https?://", text)


def test_one_call_covers_all_reasons_of_a_patient(item: Callable[..., ItemRow]) -> None:
    rows = [
        item(id="B", priority=50, band="when possible", value_cents=30_000, code="DEPOSIT-DUE"),
        item(id="A", priority=90),
        item(id="C", patient="pms:7", priority=95, evidence=("procedure:pms:9002",)),
    ]
    first, second = deliver_html.page.cards.cards(rows, AS_OF)
    assert [reason.id for reason in first.reasons] == ["C"]
    assert [reason.id for reason in second.reasons] == ["A", "B"]
    assert second.band == "today"
    assert (second.total.items, second.total.cents) == (2, 144_000)


def test_two_patients_with_one_name_are_two_calls(item: Callable[..., ItemRow]) -> None:
    rows = [
        item(id="A", patient="pms:1"),
        item(id="B", patient="pms:2"),
        item(id="C", patient=None),
        item(id="D", patient=None),
    ]
    assert len(deliver_html.page.cards.cards(rows, AS_OF)) == 4


def test_claims_of_one_payer_are_one_call_to_the_payer(item: Callable[..., ItemRow]) -> None:
    def claim(number: int, payer: str, owner: str = "IC") -> ItemRow:
        return item(
            id=f"I{number}", code="CLAIM-AGING", owner=owner, payer_name=payer, subject=f"claim:pms:{number}",
            patient=f"pms:{number}", patient_name=f"Patient{number}",
        )  # fmt: skip

    payer, treatment = deliver_html.page.cards.cards(
        [claim(1, "MetLife"), claim(2, "METLIFE "), claim(3, "MetLife", "TC")], AS_OF
    )
    assert (payer.kind, payer.name, payer.subtitle) == ("payer", "MetLife", "2 claims")
    assert payer.reasons[0].about == "Patient1 · claim 1"
    assert treatment.kind == "patient"


def test_every_item_of_the_list_is_on_the_page_once(
    deliver: Callable[..., Path], stories: Callable[[int], list[ItemRow]]
) -> None:
    rows = stories(300)
    text = deliver(deliver_html.HtmlDelivery, rows).read_text("utf-8")
    shown = re.findall(r'<span class="item">([A-Z0-9]+)</span>', text)
    assert sorted(shown) == sorted(row.id for row in rows)


def test_an_empty_list_tells_nothing_outstanding_from_not_known(
    tmp_path: Path, summary_of: Callable[..., ListSummary]
) -> None:
    kind = deliver_html.HtmlDelivery
    stale = summary_of([])
    fresh = summary_of([], sources=[stale.sources[1]])
    said = [
        kind().deliver([], summary, _context(kind, tmp_path)).files[0].read_text("utf-8") for summary in (stale, fresh)
    ]
    assert "does not mean that nothing is outstanding" in said[0]
    assert "Nothing is outstanding in what these sources can show." in said[1]
    assert "no source with lab cases is set up" in said[1]


@pytest.mark.parametrize("kind", ALL)
def test_ten_times_the_items_take_about_ten_times_the_work(
    kind: type[Delivery], deliver: Callable[..., Path], stories: Callable[[int], list[ItemRow]]
) -> None:
    work = []
    for rows in (stories(500), stories(5_000)):
        begun = time.process_time()
        deliver(kind, rows)
        work.append(time.process_time() - begun)
    assert work[1] < 40 * work[0]  # every item looking at every other one would be a hundred times


@pytest.mark.parametrize("kind", ALL)
def test_the_same_list_gives_the_same_file(kind: type[Delivery], deliver: Callable[..., Path], stories: Any) -> None:
    assert deliver(kind, stories(60)).read_bytes() == deliver(kind, stories(60)).read_bytes()
