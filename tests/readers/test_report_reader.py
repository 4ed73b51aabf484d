"""Printed reports: carried group lines, records over several lines, page heads between (reference dentrix §1.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.errors import SettingsError
from hub.mapping import Mapping, compile_mapping

START = (
    r"^ (?P<ord>[PS]) (?P<dos>\d\d/\d\d/\d{4})\s+(?P<patient>\S.*?)\s+(?P<birth>\d\d/\d\d/\d{4})\s+"
    r"(?P<subscriber>\S.*?)\s{2,}(?P<member>\S+)\s+(?P<billed>[\d,.]+\*?)$"
)
AGING = """
version = 1
entity = "claim"
[file]
kind = "report"
[report]
start_regex = 'START'
[[report.group]]
regex = '^(?P<carrier>\\S.{0,60}?)\\s+Group: (?P<group>\\S+)\\s+#(?P<groupno>\\S+)\\s+(?P<phone>\\(\\d{3}\\)\\S+)$'
[[report.continuation]]
regex = '^\\s+Sent (?P<sent>\\S+)(?:\\s+Tracer (?P<tracer>\\S+))?\\s+ID (?P<claim_id>\\d+)'
[[report.continuation]]
regex = '^\\s+Note: (?P<note>.*)'
append = true
[[skip]]
name = "page head"
regex = 'Page \\d+$'
[[skip]]
name = "totals"
regex = ' Total '
[columns.claim_number]
labels = ["claim_id"]
[columns.ordinal]
labels = ["ord"]
map = { "P" = 1, "S" = 2 }
[columns.payer_name]
labels = ["carrier"]
[columns.plan_group]
labels = ["groupno"]
[columns.service_from]
labels = ["dos"]
[columns.last_sent_date]
labels = ["sent"]
[columns.tracer_date]
labels = ["tracer"]
[columns.billed_cents]
labels = ["billed"]
markers = { "*" = "partially_paid" }
[columns.note]
labels = ["note"]
[columns._patient]
labels = ["patient"]
[[names]]
column = "_patient"
last = "patient_last"
first = "patient_first"
[key]
columns = ["claim_number"]
""".replace("START", START)

PRINTED = """\
                          INSURANCE CLAIM AGING REPORT                 Page 2
Delta Example PPO          Group: ACME   #GRP001       (800)555-0100
 P 03/14/2026  Lopez, Ana M  04/09/1981  Lopez, Raul  X12345678   412.00*
   Sent 03/15/2026  Tracer 05/02/2026   ID 20417          0.00   0.00  412.00
   Note: resent with narrative
   Note: and again
 S 04/02/2026  Kim, Jae      11/30/1990  Kim, Jae     Z998          88.00
   Sent 04/03/2026                      ID 20460         88.00
 Delta Example PPO Total                                88.00   0.00  412.00
Other Example              Group: ZED    #GRP002       (800)555-0199
                          INSURANCE CLAIM AGING REPORT                 Page 3
 P 05/01/2026  Ng, Bo        01/02/1990  Ng, Bo       Q1            10.00
   Sent 05/02/2026                      ID 20500         10.00
"""


def test_records_over_several_lines_carry_their_group(read: Callable[..., object]) -> None:
    seen = read(PRINTED.encode(), whole=AGING, name="aging.txt")
    assert seen.reader.header == [
        "carrier",
        "group",
        "groupno",
        "phone",
        "ord",
        "dos",
        "patient",
        "birth",
        "subscriber",
        "member",
        "billed",
        "sent",
        "tracer",
        "claim_id",
        "note",
    ]
    assert seen.rows[0] == [
        "Delta Example PPO",
        "ACME",
        "GRP001",
        "(800)555-0100",
        "P",
        "03/14/2026",
        "Lopez, Ana M",
        "04/09/1981",
        "Lopez, Raul",
        "X12345678",
        "412.00*",
        "03/15/2026",
        "05/02/2026",
        "20417",
        "resent with narrative and again",
    ]
    assert [row[13] for row in seen.rows] == ["20417", "20460", "20500"]
    assert [row[0] for row in seen.rows] == ["Delta Example PPO", "Delta Example PPO", "Other Example"]
    assert seen.numbers == [3, 7, 12]
    assert (seen.bad, dict(seen.skipped)) == ([], {"page head": 2, "totals": 1})


def test_a_report_is_mapped_like_any_file(read: Callable[..., object]) -> None:
    seen = read(PRINTED.encode("cp1252"), whole=AGING)
    mapper = compile_mapping(seen.reader.mapping, seen.reader.header, "UTC")
    page = mapper.map_rows(seen.rows, seen.numbers)
    assert page.bad == []
    first = dict(zip(mapper.columns, page.facts[0], strict=True))
    assert first == {
        "source_key": "20417",
        "claim_number": "20417",
        "ordinal": 1,
        "payer_name": "Delta Example PPO",
        "plan_group": "GRP001",
        "service_from": "2026-03-14",
        "last_sent_date": "2026-03-15",
        "tracer_date": "2026-05-02",
        "billed_cents": 41200,
        "partially_paid": True,
        "note": "resent with narrative and again",
        "patient_last": "Lopez",
        "patient_first": "Ana",
    }


def test_a_record_goes_on_over_a_page_break(read: Callable[..., object]) -> None:
    broken = PRINTED.replace(
        "   Sent 04/03/2026", "\x0c        INSURANCE CLAIM AGING REPORT      Page 9\n   Sent 04/03/2026"
    )
    assert [row[13] for row in read(broken.encode(), whole=AGING).rows] == ["20417", "20460", "20500"]


LOST_START = PRINTED.replace(" S 04/02/2026  Kim", " S 04/02/26  Kim")


def test_a_record_whose_first_line_cannot_be_read_is_set_aside_whole(read: Callable[..., object]) -> None:
    """Its further lines say nothing about the claim before it: 20460 is nobody's."""
    seen = read(LOST_START.encode(), whole=AGING)
    assert [(row[6], row[11], row[13]) for row in seen.rows] == [
        ("Lopez, Ana M", "03/15/2026", "20417"),
        ("Ng, Bo", "05/02/2026", "20500"),
    ]
    assert [(bad.reason, bad.locator) for bad in seen.bad] == [("parse", 7)]
    assert "is a line that no rule of the mapping explains" in seen.bad[0].message
    assert "Kim" not in seen.bad[0].message
    assert seen.bad[0].payload.splitlines()[1].split() == ["Sent", "04/03/2026", "ID", "20460", "88.00"]


TOTAL = "[[batch.control]]\nname = 'claims'\nregex = '^Total Claims: (\\d+)'\ncompare = 'row_count'\n"


def test_a_record_that_was_set_aside_counts_for_the_printed_total(read: Callable[..., object]) -> None:
    whole = AGING.replace("regex = ' Total '", "regex = ' Total |^Total Claims'")
    for text in (PRINTED, LOST_START):
        assert read((text + "Total Claims: 3\n").encode(), whole=whole + TOTAL).problems == []
    assert read((LOST_START + "Total Claims: 4\n").encode(), whole=whole + TOTAL).problems


def test_an_over_long_first_line_does_not_hand_its_lines_to_the_record_before(read: Callable[..., object]) -> None:
    long = PRINTED.replace(" S 04/02/2026  Kim", " S 04/02/2026  " + "a" * 1000 + "  Kim")
    seen = read(long.encode(), whole=AGING)
    assert [row[13] for row in seen.rows] == ["20417", "20500"]
    assert [bad.locator for bad in seen.bad] == [7]
    assert "is longer than 1,000 characters" in seen.bad[0].message


def test_a_line_inside_a_record_costs_neither_the_record_nor_its_carrier(read: Callable[..., object]) -> None:
    """A note that wraps: further in than the first line of its record, so it belongs to that one."""
    wrapped = PRINTED.replace("   Note: and again", "     and again\n   Note: twice")
    seen = read(wrapped.encode(), whole=AGING)
    assert [(row[0], row[13]) for row in seen.rows] == [
        ("Delta Example PPO", "20417"),
        ("Delta Example PPO", "20460"),
        ("Other Example", "20500"),
    ]
    assert (seen.rows[0][14], [bad.locator for bad in seen.bad]) == ("resent with narrative twice", [6])


def test_a_first_line_that_is_set_too_far_in_is_told_by_what_comes_after_it(read: Callable[..., object]) -> None:
    """It looks like part of Lopez until a second claim id comes: that one is not written over his."""
    moved = PRINTED.replace(" S 04/02/2026  Kim", "     04/02/2026  Kim")
    seen = read(moved.encode(), whole=AGING)
    assert [row[13] for row in seen.rows] == ["20417", "20500"]
    assert [bad.locator for bad in seen.bad] == [7, 8]


CARRIERS = [
    "Other Example              Group: ZED    #GRP002       800-555-0199",  # at the margin, like every carrier
    "Other Example              Group: ZED    #GRP002",
    " Other Example   Group: ZED    #GRP002",  # where claims begin, but no further line of one follows: it may be a carrier
]


@pytest.mark.parametrize("line", CARRIERS)
def test_under_a_carrier_that_cannot_be_read_claims_have_none(read: Callable[..., object], line: str) -> None:
    carrier = "Other Example              Group: ZED    #GRP002       (800)555-0199"
    assert carrier in PRINTED
    seen = read(PRINTED.replace(carrier, line).encode(), whole=AGING)
    assert [(row[0], row[2], row[13]) for row in seen.rows] == [
        ("Delta Example PPO", "GRP001", "20417"),
        ("Delta Example PPO", "GRP001", "20460"),
        ("", "", "20500"),
    ]
    assert [bad.locator for bad in seen.bad] == [10]


def test_a_lost_record_does_not_cost_the_next_ones_their_carrier(read: Callable[..., object]) -> None:
    seen = read(PRINTED.replace(" P 03/14/2026  Lopez", " P 03/14/26  Lopez").encode(), whole=AGING)
    assert [(row[0], row[13]) for row in seen.rows] == [("Delta Example PPO", "20460"), ("Other Example", "20500")]


def test_unread_lines_may_be_counted_instead(read: Callable[..., object]) -> None:
    counted = AGING.replace("[[report.group]]", 'unread = "count"\n[[report.group]]', 1)
    seen = read((PRINTED + "printed by Ann\n").encode(), whole=counted)
    assert (seen.bad, seen.skipped["unread line"]) == ([], 1)
    lost = read(LOST_START.encode(), whole=counted)
    assert [row[13] for row in lost.rows] == ["20417", "20500"], "and yet no claim is written over another"
    assert "belongs to a record whose first line no rule explains" in lost.bad[0].message


def test_text_above_the_first_group_is_skipped(read: Callable[..., object]) -> None:
    seen = read(b"Lakeside Dental\n\n" + PRINTED.encode(), whole=AGING)
    assert (seen.skipped["above the table"], seen.skipped["blank line"], len(seen.rows)) == (1, 1, 3)


# No rule explains it. On later pages its date, its number and how far it is set in differ.
HEAD = "Lakeside Dental\n                 of 03/09/2026, page 1 at 5 PM\n"
NEXT_HEADS = [
    HEAD,
    "Lakeside Dental\n               of 3/9/2026,  page 12 at 5 PM\n",
    "\x0c" + HEAD,
    "\n\x0c\n" + HEAD + "\n\n",
    "Lakeside Dental\n\n\x0c                 of 03/09/2026, page 2 at 5 PM\n",
]
BREAKS = [" S 04/02/2026  Kim", "   Sent 04/03/2026", "   Note: and again", "Other Example  ", " P 05/01/2026  Ng"]


@pytest.mark.parametrize("head", NEXT_HEADS)
@pytest.mark.parametrize("before", BREAKS)
def test_the_text_above_the_table_is_known_again_on_later_pages(
    read: Callable[..., object], before: str, head: str
) -> None:
    """Between claims or within one, it costs neither the claim nor the carrier of those below it."""
    assert PRINTED.count(before) == 1
    seen = read((HEAD + PRINTED.replace(before, head + before)).encode(), whole=AGING)
    assert seen.rows == read(PRINTED.encode(), whole=AGING).rows
    assert [(row[0], row[3], row[13]) for row in seen.rows] == [
        ("Delta Example PPO", "(800)555-0100", "20417"),
        ("Delta Example PPO", "(800)555-0100", "20460"),
        ("Other Example", "(800)555-0199", "20500"),
    ]
    assert seen.bad == []
    assert (seen.skipped["above the table"], seen.skipped["page head"]) == (2, 4)
    counted = AGING.replace("[[report.group]]", 'unread = "count"\n[[report.group]]', 1)
    assert read((HEAD + PRINTED + head).encode(), whole=counted).skipped["unread line"] == 0


def test_a_carrier_that_cannot_be_read_is_no_page_head(read: Callable[..., object]) -> None:
    """It stood right above the first claim. Printed again, it must not leave its claims to the carrier between."""
    unread = "Other Example              Group: ZED    #GRP002\n"
    claim = " P 05/01/2026  Ng, Bo        01/02/1990  Ng, Bo       Q1            10.00\n   Sent 05/02/2026  ID {}\n"
    read_well = "Delta Example PPO          Group: ACME   #GRP001       (800)555-0100\n"
    head = HEAD + "Claims                        Page 1\n"
    printed = head + unread + claim.format(1) + read_well + claim.format(2) + head + claim.format(3) + unread
    seen = read((printed + claim.format(4)).encode(), whole=AGING)
    assert [(row[13], row[0]) for row in seen.rows] == [
        ("1", ""),
        ("2", "Delta Example PPO"),
        ("3", "Delta Example PPO"),
        ("4", ""),
    ]
    assert [bad.locator for bad in seen.bad] == [15]


def test_one_fault_in_many_records_is_no_page_head(read: Callable[..., object]) -> None:
    """All digits are one: records with the same fault look alike, also like one right above the first that can be read."""
    lines = ["Lakeside Dental", "Claims                        Page 1"]
    for number in range(1, 6):
        day = "05/01/26" if number % 2 else "05/01/2026"  # the year is cut in every other one
        lines.append(f" P {day}  Ng, Bo        01/02/1990  Ng, Bo       Q1            10.00")
    seen = read(("\n".join(lines) + "\n").encode(), whole=AGING)
    assert [bad.locator for bad in seen.bad] == [5, 7] and seen.skipped["page head"] == 1


def test_a_lost_claim_above_the_table_is_no_page_head_that_writes_over_another(read: Callable[..., object]) -> None:
    """Neither carrier nor first line of claim 1 can be read; claim 3 is the same patient's, with the same fault."""
    lost = " P 03/14/26  Lopez, Ana M  04/09/1981  Lopez, Raul  X12345678   412.00\n   Sent 03/15/2026  ID {}\n"
    good = " P 05/01/2026  Ng, Bo        01/02/1990  Ng, Bo       Q1            10.00\n   Sent 05/02/2026  ID 2\n"
    carrier = "Delta Example PPO          Group: ACME   #GRP001       (800)555-0100\n"
    seen = read(("Other Example\n" + lost.format(1) + carrier + good + lost.format(3)).encode(), whole=AGING)
    assert [(row[6], row[11], row[13]) for row in seen.rows] == [("Ng, Bo", "05/02/2026", "2")]
    assert [bad.locator for bad in seen.bad] == [7]
    stray = read((lost.format(1) + carrier + lost.format(3).splitlines()[1]).encode(), whole=AGING)
    assert [bad.locator for bad in stray.bad] == [4], "a further line of a record is no page head either"


def test_of_much_text_above_the_table_only_the_nearest_lines_are_known_again(read: Callable[..., object]) -> None:
    cover = "".join(f"cover line {chr(97 + n // 26)}{chr(97 + n % 26)}\n" for n in range(100))
    seen = read((cover + HEAD + PRINTED + HEAD + "cover line aa\n").encode(), whole=AGING)
    assert [bad.payload for bad in seen.bad] == ["cover line aa"]


def test_a_very_long_line_is_set_aside(read: Callable[..., object]) -> None:
    seen = read(PRINTED.encode() + b" P " + b"a" * 5000 + b"\n", whole=AGING)
    assert len(seen.rows) == 3
    assert "is longer than 1,000 characters" in seen.bad[0].message


def test_an_empty_report_gives_nothing(read: Callable[..., object]) -> None:
    assert read(b"", whole=AGING).pages == 0


def test_a_report_cannot_capture_what_is_never_imported(mapping: Callable[[str], Mapping]) -> None:
    import tomllib

    from hub.mapping import build_mapping

    with pytest.raises(SettingsError, match='capture "ssn" is never imported'):
        build_mapping("t/r", tomllib.loads(AGING.replace("?P<member>", "?P<ssn>")))
