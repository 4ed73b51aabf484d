"""The drop folder: what a file is, whose it is, and what an office is told about its settings."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, context
from era_writer import Claim, Era, Line, Marks, interchange, segments, write
from pydantic import ValidationError

import connectors.clearinghouse as package
from connectors.clearinghouse import era
from connectors.clearinghouse.connector import HEAD_BYTES, STREAM, Clearinghouse
from connectors.clearinghouse.era_head import EraHead
from connectors.clearinghouse.settings import ClearinghouseSettings
from hub.contract import Facts, SourceFile

Reader = Callable[..., Any]

ERA = Era([Claim("K1", [Line("D2740", 100_00)])])
PLAIN = write([ERA])
NOT_READ = interchange([("834*005010X220A1", [["BGN", "00", "1"]])])


def identify(raw: str | bytes, name: str = "a.x12", **settings: object) -> tuple[str | None, str] | None:
    head = (raw.encode() if isinstance(raw, str) else raw)[:HEAD_BYTES]
    match = Clearinghouse().identify(head, name, context(Path("in"), **settings))
    return match and (match.stream, match.note)


def test_a_file_is_known_by_its_content_and_never_by_its_name() -> None:
    assert identify(PLAIN, "holiday.jpg") == ("x12", "")
    assert identify(NOT_READ, "payment.835") == ("x12", "834 is not read: kept and listed")
    assert identify(NOT_READ + PLAIN) == ("x12", "834 is not read: kept and listed")
    assert identify("DAILY REPORT\nnothing here\n", "a.835") == (None, "a text report, not X12: kept, not read")
    assert identify(b"PK\x03\x04....", "a.835") == (None, "zip archive: kept, not read")
    assert identify(b"%PDF-1.4", "a.835") == (None, "PDF document: kept, not read")
    assert identify("<html><body>log in", "a.835") == (None, "HTML page: kept, not read")
    assert identify("", "a.835") == (None, "an empty file: kept, not read")
    assert identify(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0", "a.835") is None


def test_a_long_file_may_hold_sets_further_down() -> None:
    banner = "a mailbox says hello\n" * 4_000
    assert len(banner) > HEAD_BYTES
    assert identify(banner + PLAIN) == (None, "a text report, not X12: kept, not read")
    many = interchange([("834*005010X220A1", [["BGN", "00", str(n)]] * 40) for n in range(200)])
    assert len(many) > HEAD_BYTES and identify(many + PLAIN) == ("x12", "834 is not read: kept and listed")
    envelope_only = PLAIN[: PLAIN.index("ST*")]
    assert identify(envelope_only) == (None, "an interchange without transaction sets: kept, not read")


def test_an_837_is_told_apart_by_its_guide() -> None:
    def note(guide: str) -> str | None:
        found = identify(interchange([(f"837*{guide}", [["BHT", "0019"]])]))
        return found and found[1]

    assert note("005010X224A2") == "" and note("004010X097A1") == ""
    assert note("005010X222A1") == "837P is not read: kept and listed"
    assert note("005010X223A2") == "837I is not read: kept and listed"
    assert note("005010X298") == "837 is not read: kept and listed"


def test_names_decide_only_whether_a_file_is_looked_at() -> None:
    assert identify(PLAIN, "A.835", patterns=["*.835"]) == ("x12", "")
    assert identify(PLAIN, "a.txt", patterns=["*.835"]) is None
    assert identify(PLAIN, "a.835.PART") is None
    assert identify(PLAIN, "a.835", ignore="a*") is None


def test_test_files_stay_out_unless_asked_for(read: Reader) -> None:
    test_file = write([ERA], usage="T")
    assert identify(test_file) == (
        None, "a test interchange (ISA15 T): kept, not read; accept_test_files = true reads it",
    )  # fmt: skip
    assert identify(test_file, accept_test_files=True) == ("x12", "")
    both = read(test_file + write([replace(ERA, trace="REAL")], control=2))
    assert [row["trace"] for row in both.rows("remit")] == ["REAL"]
    assert (both.bad[0].reason, both.bad[0].message[:8]) == ("contract", "HUB-X05 ")
    asked = read(test_file, accept_test_files=True)
    assert asked.one("remit")["is_test"] is True and not asked.bad


@pytest.mark.parametrize(
    ("settings", "is_ours"),
    [
        ({}, True),
        ({"payee_tax_ids": ["12-3456789"]}, True),
        ({"payee_npis": "1999999984"}, True),
        ({"payee_tax_ids": ["99-9999999"]}, False),
        ({"payee_npis": ["1000000004"]}, False),
        ({"payee_tax_ids": ["99-9999999"], "payee_npis": ["1999999984"]}, True),
    ],
)
def test_a_remittance_to_somebody_else_is_set_aside(settings: dict[str, object], is_ours: bool, read: Reader) -> None:
    got = read(PLAIN, **settings)
    assert len(got.rows("remit")) == is_ours
    assert [(bad.reason, bad.message[:7]) for bad in got.bad] == ([] if is_ours else [("reference", "HUB-X06")])


def test_a_payee_that_the_file_does_not_name_is_not_refused() -> None:
    assert EraHead().is_ours(["123456789"], ["1999999984"])


def test_the_key_of_a_payment_is_payer_trace_amount_and_date(read: Reader) -> None:
    assert read(PLAIN).one("remit")["source_key"] == "1512345678:EFT1:10000:20260301"
    got = read(PLAIN, name="renamed.txt")
    assert [row["source_key"] for row in got.rows("remit_claim")] == ["1512345678:EFT1:10000:20260301/000001"]


def test_zero_payments_with_one_trace_in_several_files_keep_apart(read: Reader) -> None:
    denied = [Era([Claim(number, [Line("D1", 10_00, [("CO", "96", 10_00)])])], trace="0") for number in ("K1", "K2")]
    keys = [read(write([era])).one("remit")["source_key"] for era in denied]
    assert keys[0] != keys[1]
    assert {row["source_key"] for row in read(write(denied)).rows("remit")} == set(keys)


def test_the_same_payment_twice_in_a_file_is_one_row(read: Reader) -> None:
    got = read(write([ERA]) + write([ERA], Marks("|", ">", "!"), control=2))
    assert len(got.rows("remit")) == 1 and len(got.rows("remit_claim")) == 1


def test_what_was_wrong_is_logged_without_patient_or_file_name(read: Reader, caplog: pytest.LogCaptureFixture) -> None:
    era = Era([Claim("K1", [Line("D1", 10_00)], last="SECRETNAME", member="SECRETID")])
    with caplog.at_level(logging.INFO, "hub.connectors.clearinghouse"):
        read(write([era]).replace("SE*", "SE*1") + NOT_READ, name="SECRETNAME.835")
    (line,) = caplog.messages
    assert "1 sets read" in line and "1 x 834" in line and "SE01 count" in line
    assert "SECRET" not in line


def test_quarantine_messages_hold_no_patient(read: Reader) -> None:
    era = Era([Claim("SECRETNO", [Line("D1", 10_00)], last="SECRETNAME", member="SECRETID")])
    text = write([era])
    for damaged in (text.replace("*10.00*10.00", "*10.0.0*10.00"), text[: text.index("SE*")]):
        got = read(damaged)
        assert got.bad and all("SECRET" not in bad.message for bad in got.bad)
        assert any("SECRETNO" in bad.payload for bad in got.bad)
        assert all("SECRET" not in str(row["imbalance_text"]) for row in got.rows("remit"))


def test_check_lists_the_folders_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.835").write_text(PLAIN)
    (tmp_path / "file").write_text("")
    report = Clearinghouse().check(context(tmp_path, folder=["inbox", "missing", "file"]))
    expected = [(True, "1 files, read as account "), (False, "does not exist for account "), (False, "is a file")]
    assert len(report.probes) == len(expected)
    for probe, (ok, detail) in zip(report.probes, expected, strict=True):
        assert probe.ok is ok and probe.detail.startswith(detail)
    assert all(probe.fix for probe in report.probes if not probe.ok)
    assert not (tmp_path / "missing").exists()


def test_settings_take_one_value_for_a_list_and_refuse_unknown_names() -> None:
    own = ClearinghouseSettings.model_validate({"folder": "inbox", "payee_tax_ids": "12-3456789"})
    assert (own.folder, own.payee_tax_ids) == (["inbox"], ["123456789"])
    for wrong in ({}, {"folder": []}, {"folder": "a", "folders": "b"}):
        with pytest.raises(ValidationError):
            ClearinghouseSettings.model_validate(wrong)


def test_reading_stops_between_pages_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.835"
    path.write_text(write([Era([Claim(f"K{n}", [Line("D1", 100)]) for n in range(5_000)])]))
    stop = threading.Event()
    ctx = replace(context(tmp_path), stop=stop)
    rows = 0
    for page in Clearinghouse().read(SourceFile("a", path, path.stat().st_size, "0" * 64, NOW, NOW), STREAM, ctx):
        assert isinstance(page, Facts)
        rows += len(page.rows) if page.entity == "remit_claim" else 0
        stop.set()
    assert 0 < rows < 5_000


def test_a_file_that_cannot_be_read_to_its_end_gives_what_came_before(read: Reader) -> None:
    got = read(PLAIN + write([replace(ERA, trace="T2")], control=2)[:130] + "X" * 2_500_000)
    assert [row["trace"] for row in got.rows("remit")] == ["EFT1"]
    assert any(bad.message.startswith("HUB-X03 ") for bad in got.bad)


@pytest.mark.parametrize("step", ["feed", "finish"])
def test_a_set_whose_reader_fails_is_set_aside_and_its_neighbours_are_read(
    step: str, read: Reader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = getattr(era.EraReader, step)

    def failing(self: Any, *args: Any) -> None:
        original(self, *args)
        if "T2" in self._key:
            raise ValueError("SECRETNAME is no number")

    monkeypatch.setattr(era.EraReader, step, failing)
    eras = [replace(ERA, trace=trace) for trace in ("T1", "T2", "T3")]
    got = read(write(eras))
    assert [row["trace"] for row in got.rows("remit")] == ["T1", "T3"] and len(got.rows("remit_claim")) == 2
    (aside,) = got.bad
    assert aside.message.startswith("HUB-X08 835 at segment ") and "SECRET" not in aside.message + caplog.text
    assert aside.payload.startswith("ST*835*0002")
    assert sorted(row["state"] for row in got.rows("x12_set")) == ["READ", "READ", "SET_ASIDE"]
    assert "ValueError in test_clearinghouse_connector.py" in caplog.text


def test_the_plugin_brings_the_connector() -> None:
    assert list(package.hub_connectors()) == [Clearinghouse]
    assert package.HUB_CONTRACT == ">=1.0,<2"
    assert [stream.name for stream in Clearinghouse.streams] == ["x12"] and Clearinghouse.known_limits


def test_segments_of_the_writer_hold_what_the_tests_assume() -> None:
    """The writer is the measure of the other tests, so its text is stated here once by hand."""
    assert ["*".join(part) for part in segments(ERA)][10:] == [
        "CLP*K1*1*100.00*100.00**12*P1",
        "NM1*QC*1*MADEUP*PAT****MI*M1",
        "SVC*AD\x1fD2740*100.00*100.00",
        "DTM*472*20260210",
    ]
