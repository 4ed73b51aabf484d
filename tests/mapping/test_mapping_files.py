"""Which mapping a file belongs to, what a preview shows, what an explanation says."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from hub.errors import SourceChanged
from hub.mapping import Mapping, build_mapping, explain, identify_mapping, near_misses, preview
from hub.readers.sheet import SHEET_MARK

AGING = """
version = 3
entity = "claim"
title = "aging list"
notes = ["labels are the office's own"]
[columns._id]
labels = ["ID Number", "Claim ID"]
[columns._patient]
labels = ["Patient Name"]
[columns.service_from]
labels = ["Service Date"]
required = true
[columns.exp_cents]
labels = ["Ins Est"]
required = true
[columns.billed_cents]
labels = ["Billed"]
[columns.payer_name]
labels = ["Carrier"]
[columns.status]
labels = ["Status"]
map = { "Sent" = "SENT" }
[columns.claim_type]
value = "CLAIM"
[[names]]
column = "_patient"
last = "patient_last"
[[skip]]
name = "totals"
regex = '^Total'
[[batch.control]]
name = "claims"
regex = '^Total: (\\d+)'
compare = "row_count"
[key]
columns = ["_id"]
[batch]
scope = "full"
"""
KEYED = '[key]\ncolumns = ["_id"]\n'
PATIENTS = (
    'version = 1\nentity = "patient"\n[columns._id]\nlabels = ["Patient ID"]\n'
    '[columns.last_name]\nlabels = ["Last Name"]\n' + KEYED
)
POSITIONS = (
    'version = 1\nentity = "procedure"\n[file]\nnames = ["SDTrans*.rep"]\ndelimiters = [","]\n'
    "[table]\nheader = false\nwidth = 3\n"
    '[columns._id]\nposition = 1\n[key]\ncolumns = ["_id"]\n'
)
REPORT = (
    'version = 1\nentity = "claim"\n[file]\nkind = "report"\n[report]\n'
    "start_regex = '^ (?P<ord>[PS]) (?P<dos>\\d\\d/\\d\\d/\\d{4})'\n"
    '[columns._id]\nlabels = ["dos"]\n[key]\ncolumns = ["_id"]\n'
)
HEAD = b"Lakeside\nID Number,Patient Name,Service Date,Ins Est,Billed,Extra\n1,Ann,03/14/2026,4.00,5.00,x\n"


def mapping(name: str, text: str) -> Mapping:
    return build_mapping(name, tomllib.loads(text))


ALL = [
    mapping("dentrix/claims_aging", AGING),
    mapping("dentrix/patients", PATIENTS),
    mapping("softdent/trans", POSITIONS),
    mapping("dentrix/aging_report", REPORT),
]


def test_a_file_is_known_by_its_labels_whatever_its_name() -> None:
    found = identify_mapping(HEAD, "whatever.bin", ALL)
    assert found is not None
    assert found[0].id == "dentrix/claims_aging"
    assert found[1] == "5 of 6 columns are known, header in line 2"


def test_utf_16_and_cp1252_heads_are_read() -> None:
    for head in (b"\xff\xfe" + HEAD.decode().encode("utf-16-le"), HEAD.replace(b"Ann", b"Zo\xeb")):
        found = identify_mapping(head, "x.csv", ALL)
        assert found is not None and found[0].id == "dentrix/claims_aging"


def test_a_workbook_is_known_by_the_sheet_that_the_mapping_declares() -> None:
    """A head as `hub.readers.opening.head_of` gives it: the first sheet, then others under their names."""
    head = (
        b"Lakeside Dental\n"
        + SHEET_MARK.encode()
        + b"Claims\n"
        + b"\n".join(line.replace(b",", b"\t") for line in HEAD.splitlines())
    )
    declared = mapping("dentrix/claims_aging", AGING + '[file]\nsheet = "Claims"\n')
    found = identify_mapping(head, "x.xlsx", [declared])
    assert found is not None and found[1] == "5 of 6 columns are known, header in line 2"
    assert identify_mapping(head, "x.xlsx", [ALL[0]]) is None, "without a declared sheet it is the first one"
    lacking = head.replace(b"Ins Est", b"Estimate")
    assert near_misses(lacking, "x.xlsx", [declared]) == 'looks like dentrix/claims_aging but has no column "Ins Est"'


def test_a_head_that_is_cut_in_a_letter_is_read() -> None:
    head = (HEAD + "é".encode() * 40_000)[:65_536]
    assert identify_mapping(head, "x.csv", ALL) is not None


def test_a_report_is_known_by_its_start_line() -> None:
    found = identify_mapping(b"AGING\n P 03/14/2026  Lopez\n", "x.txt", ALL)
    assert found is not None and found[0].id == "dentrix/aging_report"


def test_a_file_without_labels_is_known_by_its_name_only() -> None:
    found = identify_mapping(b"1,2,3\n", "sdtrans_june.REP", ALL)
    assert found is not None and found[0].id == "softdent/trans"
    assert identify_mapping(b"1,2,3\n", "other.csv", ALL) is None


def test_a_file_that_lacks_a_needed_label_is_reported() -> None:
    head = HEAD.replace(b"Ins Est", b"Estimate")
    assert identify_mapping(head, "x.csv", ALL) is None
    assert near_misses(head, "x.csv", ALL) == 'looks like dentrix/claims_aging but has no column "Ins Est"'
    assert near_misses(b"a,b\n1,2\n", "x.csv", ALL) is None
    assert near_misses(HEAD, "x.csv", ALL) is None


def test_a_tie_is_nobodys_and_a_name_pattern_decides_it() -> None:
    twin = mapping("office/claims", AGING)
    assert identify_mapping(HEAD, "x.csv", [ALL[0], twin]) is None
    assert near_misses(HEAD, "x.csv", [ALL[0], twin]) == (
        "fits dentrix/claims_aging and office/claims equally well; tell them apart by [file] names"
    )
    named = mapping("office/claims", AGING + '[file]\nnames = ["x*.csv"]\n')
    found = identify_mapping(HEAD, "X1.csv", [ALL[0], named])
    assert found is not None and found[0].id == "office/claims"


FILE = (
    b"ID Number,Patient Name,Service Date,Ins Est,Status,SSN\n"
    b'20417,"Lopez, Ana",03/14/2026,412.00,Sent,123-45-6789\n'
    b'20460,"Kim, Jae",02/30/2026,,Sent,987-65-4321\n'
    b'20461,"Kim, Jae",02/28/2026,88.00,Odd,987-65-4321\n'
    b"Total: 4,,,,,\n"
)


def test_a_preview_shows_shapes_counts_and_problems_but_no_values(tmp_path: Path) -> None:
    path = tmp_path / "aging.csv"
    path.write_bytes(FILE)
    seen = preview(path, ALL[0], "America/Chicago")
    assert (seen.header_line, seen.encoding, seen.delimiter, seen.rows, seen.mapped) == (1, "utf-8", ",", 3, 1)
    columns = {column.label: column for column in seen.columns if column.label}
    assert columns["Service Date"].target == "service_from"
    assert columns["Service Date"].example == '"99/99/9999"'
    assert columns["Service Date"].unreadable == 1
    assert columns["Service Date"].reasons == Counter({'date "99/99/9999" is not a day of the calendar': 1})
    assert columns["Ins Est"].empty == round(1 / 3, 4)
    assert columns["Status"].unmapped == Counter({"Odd": 1})
    assert columns["SSN"].never_imported and columns["SSN"].target is None and columns["SSN"].example == ""
    made = {column.target for column in seen.columns if column.label is None}
    assert made == {"claim_type", "patient_last"}
    assert seen.bad == Counter({"type": 1, "mapping": 1})
    assert seen.skipped == Counter({"totals": 1})
    assert seen.problems == ['control figure "claims": the file says 4 rows, 3 were found']
    assert (seen.scope, seen.as_of) == ("full", None)
    assert seen.missing_optional == ["Billed", "Carrier"]
    shown = repr(seen)
    assert not any(secret in shown for secret in ("Lopez", "Kim", "20417", "412.00", "6789"))


def test_a_preview_of_an_empty_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "aging.csv"
    path.write_bytes(b"")
    seen = preview(path, ALL[0], "UTC")
    assert (seen.rows, seen.columns, seen.notes) == (0, [], ["the file is empty"])


def test_a_preview_of_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "aging.csv"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(SourceChanged, match="PDF"):
        preview(path, ALL[0], "UTC")


def test_an_explanation_names_labels_needs_formats_key_and_scope() -> None:
    lines = explain(ALL[0])
    assert lines[0] == "dentrix/claims_aging version 3 fills claim: aging list."
    assert "Note: labels are the office's own." in lines
    assert '_id (not stored) is text from "ID Number" or "Claim ID", needed.' in lines
    assert 'claim.service_from is a date from "Service Date" (as %m/%d/%Y or %Y-%m-%d), needed.' in lines
    assert 'claim.status is text from "Status" (1 values mapped, others: quarantine).' in lines
    assert "claim.claim_type is always CLAIM." in lines
    assert '"Patient Name" is split ("Last, First") into patient_last.' in lines
    assert 'A record is known by "ID Number".' in lines
    assert "The file holds all records, so a record that is missing in two files in a row counts as gone." in lines
    assert any("starter" in line for line in lines)


def test_every_mapping_can_be_explained() -> None:
    for one in ALL:
        assert all(line.endswith(".") for line in explain(one))
