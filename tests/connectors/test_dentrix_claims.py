"""Claims in Dentrix's three shapes: the printed aging report, the same as a list, and the list of received claims."""

from __future__ import annotations

import re
import timeit
from collections.abc import Callable

import pytest

from hub.mapping import load_mapping
from tests.connectors.conftest import MAPPINGS, Seen

Reading = Callable[[str, str], Seen]

REPORT = """\
                          INSURANCE CLAIM AGING REPORT                 Page 1
Lakeside Dental   Report Date: 03/09/2026
P/S Service  Patient  Birthday  Subscriber  Subscriber ID  Est Ins   Current   31-60   61-90   Over 90
Delta Example PPO          Group: ACME   #GRP001       (800)555-0100
 P 01/05/2026  O'Neil Jr, Pat M (Patty)  04/09/1981  Lopez, Raul  X12345678   412.00*
   Sent 01/06/2026  Tracer 02/10/2026  Re-Sent 02/20/2026   ID 20417          0.00   0.00  1,515.00   0.00
   Note: resent with narrative
   Note: call again

                          INSURANCE CLAIM AGING REPORT                 Page 2
Lakeside Dental   Report Date: 03/09/2026
P/S Service  Patient  Birthday  Subscriber  Subscriber ID  Est Ins   Current   31-60   61-90   Over 90
 S 03/02/2026  Kim, Jae      11/30/1990  Kim, Jae     Z998   88.00
   Sent 03/03/2026   ID 20460         88.00   0.00   0.00   0.00
 Delta Example PPO Total         88.00   0.00  1,515.00   0.00
Metroline Life   Group: HARBOR   #ML-20   (800)555-0122
 P 03/03/2026  Peña-Ruiz, Núria   01/02/2003  Peña-Ruiz, Núria   M77   60.00
   Sent 03/03/2026   ID 20461         75.00   0.00   0.00   0.00
 Metroline Life Total         75.00   0.00   0.00   0.00
 Combined Claims Total        163.00   0.00  1,515.00   0.00
Total Claims: 3
"""


def test_the_printed_report_gives_one_claim_per_record_with_its_carrier(reading: Reading) -> None:
    seen = reading("dentrix/claims_aging_report", REPORT)
    assert seen.bad == [] and seen.problems == []
    assert [fact["claim_number"] for fact in seen.facts] == ["20417", "20460", "20461"]
    assert [fact["payer_name"] for fact in seen.facts] == ["Delta Example PPO", "Delta Example PPO", "Metroline Life"]
    assert [fact["plan_group"] for fact in seen.facts] == ["GRP001", "GRP001", "ML-20"]


def test_a_record_over_four_lines_is_read_to_its_last_note(reading: Reading) -> None:
    claim = reading("dentrix/claims_aging_report", REPORT).facts[0]
    assert (claim["patient_last"], claim["patient_first"], claim["patient_birth_date"]) == ("O'Neil", "Pat", "1981-04-09")
    assert (claim["exp_cents"], claim["partially_paid"], claim["billed_cents"]) == (41200, True, 151500)
    assert (claim["first_sent_date"], claim["last_sent_date"], claim["tracer_date"]) == ("2026-01-06", "2026-02-20", "2026-02-10")
    assert (claim["ordinal"], claim["claim_type"], claim["status"]) == (1, "CLAIM", "SENT")
    assert claim["note"] == "resent with narrative call again"
    assert claim["member_id"] == "X12345678"


def test_secondary_claims_and_names_beyond_ascii(reading: Reading) -> None:
    _, second, third = reading("dentrix/claims_aging_report", REPORT).facts
    assert (second["ordinal"], second["last_sent_date"], second["billed_cents"]) == (2, "2026-03-03", 8800)
    assert (third["patient_last"], third["patient_first"]) == ("Peña-Ruiz", "Núria")


def test_a_report_cut_short_is_noticed_by_its_missing_total(reading: Reading) -> None:
    assert reading("dentrix/claims_aging_report", REPORT.replace("Total Claims: 3\n", "")).problems
    assert reading("dentrix/claims_aging_report", REPORT.replace("Total Claims: 3", "Total Claims: 4")).problems


def test_a_line_that_no_rule_explains_is_set_aside(reading: Reading) -> None:
    seen = reading("dentrix/claims_aging_report", REPORT.replace("   Note: call again", "   something new 12"))
    assert len(seen.bad) >= 1


def test_a_patient_without_birthday_is_read(reading: Reading) -> None:
    seen = reading("dentrix/claims_aging_report", REPORT.replace("Kim, Jae      11/30/1990", "Kim, Jae                "))
    assert seen.bad == [] and seen.problems == []
    kim = seen.facts[1]
    assert (kim["claim_number"], kim["patient_last"], kim["patient_first"]) == ("20460", "Kim", "Jae")
    assert (kim["patient_birth_date"], kim["subscriber_name"], kim["member_id"], kim["exp_cents"]) == (None, "Kim, Jae", "Z998", 8800)


@pytest.mark.parametrize(
    "line",
    [
        " S 03/02/2026  Kim, Jae      11/30/1990  Z998   88.00",  # no subscriber
        " S 03/02/2026  Kim, Jae 11/30/1990  Kim, Jae   Z998   88.00",  # name and birthday in one
        " S 03/02/2026  Kim, Jae      Z998   88.00",
        " S 03/02/2026  Kim, Jae 1/3/1990  Kim, Jae   Z998   88.00",
        " S 03/02/2026            1/3/1990    Kim, Jae     Z998   88.00",
        " S 03/02/2026            11/30/1990  Kim, Jae     Z998   88.00",  # no patient
        " S 03/02/2026              /  /      Kim, Jae     Z998   88.00",
        " S 03/02/2026  Kim, Jae /  /    Kim, Jae     Z998   88.00",  # name and blank birthday in one
    ],
)
def test_a_line_that_could_be_read_two_ways_is_set_aside(reading: Reading, line: str) -> None:
    seen = reading("dentrix/claims_aging_report", REPORT.replace(" S 03/02/2026  Kim, Jae      11/30/1990  Kim, Jae     Z998   88.00", line))
    assert [fact["claim_number"] for fact in seen.facts] == ["20417", "20461"]
    assert (len(seen.bad), seen.problems) == (1, []), "one of three was set aside: the report is not refused for it"


def test_a_blank_mask_is_no_birthday(reading: Reading) -> None:
    kim = reading("dentrix/claims_aging_report", REPORT.replace("Kim, Jae      11/30/1990", "Kim, Jae        /  /    ")).facts[1]
    assert (kim["patient_birth_date"], kim["subscriber_name"]) == (None, "Kim, Jae")


BIRTHDAY, BLANK, MASK = "11/30/1990", "          ", "  /  /    "
NAMES = [
    ("Kim/Roe, Jae", "Kim/Roe", "Jae"),
    ("Kim, Jae/Jay", "Kim", "Jae/Jay"),
    ("Kim / Roe, Jae", "Kim / Roe", "Jae"),
    ("Kim 2nd, Jae", "Kim 2nd", "Jae"),
    ("Kim 1/2, Jae", "Kim 1/2", "Jae"),
    ("Kim, Jae", "Kim", "Jae"),
]


@pytest.mark.parametrize("birthday", [BIRTHDAY, BLANK, MASK])
@pytest.mark.parametrize(("name", "last", "first"), NAMES)
def test_a_name_may_hold_a_slash_or_a_digit(reading: Reading, name: str, last: str, first: str, birthday: str) -> None:
    seen = reading("dentrix/claims_aging_report", REPORT.replace("Kim, Jae      11/30/1990", f"{name}      {birthday}"))
    assert seen.bad == [] and seen.problems == []
    kim = seen.facts[1]
    assert (kim["claim_number"], kim["patient_last"], kim["patient_first"]) == ("20460", last, first)
    assert kim["patient_birth_date"] == ("1990-11-30" if birthday == BIRTHDAY else None)
    assert (kim["subscriber_name"], kim["member_id"], kim["exp_cents"]) == ("Kim, Jae", "Z998", 8800)


HOSTILE = [
    " P 01/05/2026  " + filler * 980
    for filler in ("a", "/", " ", "a ", "/ ", "a  ", "/  ", "  /", "1/", "01/", "01/02/", "01/02/1980 ", "a  01/02/1980  ")
]
HOSTILE += [" P 01/05/2026" + f"{' ' * 400}a{' ' * gap}b{' ' * 400}c" for gap in (2, 60, 150)]


@pytest.mark.parametrize("line", HOSTILE)
def test_no_line_makes_the_report_hang(line: str) -> None:
    """Milliseconds for the longest line that a rule may see; an expression that goes back and forth takes minutes."""
    start = re.compile(load_mapping("dentrix/claims_aging_report", MAPPINGS).spec.report.start_regex)
    took = min(timeit.repeat(lambda: start.search(line[:1000]), number=1, repeat=5))
    assert took < 1


PRACTICE = "Lakeside Dental & Implants\n"
PAGE_2 = "                          INSURANCE CLAIM AGING REPORT                 Page 2\n"


@pytest.mark.parametrize("feed", ["", "\x0c", "\n\x0c\n"])
@pytest.mark.parametrize("before", [" S 03/02/2026  Kim", "   Sent 03/03/2026   ID 20460", "   Note: call again"])
def test_the_practice_name_on_every_page_costs_no_claim_and_no_carrier(reading: Reading, before: str, feed: str) -> None:
    """The page breaks between claims, before a claim's "Sent" line, or in its notes."""
    printed = PRACTICE + REPORT.replace(before, feed + PAGE_2 + PRACTICE + "\n" + before)
    seen = reading("dentrix/claims_aging_report", printed)
    assert (seen.bad, seen.problems) == ([], [])
    assert seen.facts == reading("dentrix/claims_aging_report", REPORT).facts
    assert [fact["payer_phone"] for fact in seen.facts] == ["(800)555-0100", "(800)555-0100", "(800)555-0122"]
    assert (seen.skipped["above the table"], seen.skipped["page head"]) == (1, 1)


@pytest.mark.parametrize(
    ("line", "group", "phone"),
    [
        ("Metroline Life   Group: HARBOR   #ML-20", "ML-20", None),
        ("Metroline Life   Group: HARBOR   #ML-20   800-555-0122", "ML-20", "800-555-0122"),
        ("Metroline Life   Group:   #   (800)555-0122", None, "(800)555-0122"),
        ("Metroline Life   Group:   #", None, None),
    ],
)
def test_a_carrier_needs_neither_group_number_nor_phone(reading: Reading, line: str, group: str | None, phone: str | None) -> None:
    seen = reading("dentrix/claims_aging_report", REPORT.replace("Metroline Life   Group: HARBOR   #ML-20   (800)555-0122", line))
    assert seen.bad == [] and seen.problems == []
    assert [fact["payer_name"] for fact in seen.facts] == ["Delta Example PPO", "Delta Example PPO", "Metroline Life"]
    assert (seen.facts[2]["plan_group"], seen.facts[2]["payer_phone"]) == (group, phone)


def test_the_same_as_a_list(reading: Reading) -> None:
    seen = reading(
        "dentrix/claims_aging",
        "ID Number,Pri/Sec,Patient,Birthday,Carrier,Service Date,Sent,Tracer,On Hold,Re-Sent,Est Ins,Billed\n"
        '20417,Pri,"Lopez, Ana M",04/09/1981,Delta Example PPO,01/05/2026,01/06/2026,,,,412.00,515.00*\n',
    )
    claim = seen.facts[0]
    assert (claim["source_key"], claim["exp_cents"], claim["billed_cents"], claim["partially_paid"]) == ("20417", 41200, 51500, True)
    assert (claim["last_sent_date"], claim["status"]) == ("2026-01-06", "SENT")


def test_a_received_claim_paid_nothing_is_closed_with_zero_not_unknown(reading: Reading) -> None:
    seen = reading(
        "dentrix/claims_received",
        "ID Number,Pri/Sec,Patient,Birthdate,Carrier,Service Date,Sent,Received,Est Ins,Billed,Ins Paid,Write-off\n"
        '20399,Sec,"Bell, Ros",02/03/1970,Metroline Life,02/02/2026,02/03/2026,02/27/2026,590.00,"1,150.00",0.00,\n',
    )
    claim = seen.facts[0]
    assert (claim["status"], claim["received_date"], claim["paid_cents"], claim["writeoff_cents"]) == ("CLOSED", "2026-02-27", 0, None)
    assert (claim["ordinal"], claim["exp_cents"]) == (2, 59000)


def test_predeterminations_wait_until_they_were_received(reading: Reading) -> None:
    seen = reading(
        "dentrix/preauths",
        "ID Number,Pri/Sec,Patient,Birthdate,Carrier,Sent,Received,Est Ins,Submitted\n"
        '301,Pri,"Ali, Tam",02/03/1970,Metroline Life,02/16/2026,,1120.00,"2,300.00"\n'
        '302,Pri,"Ali, Tam",02/03/1970,Metroline Life,01/16/2026,02/10/2026,100.00,200.00\n',
    )
    assert [fact["claim_type"] for fact in seen.facts] == ["PREAUTH", "PREAUTH"]
    assert [fact["status"] for fact in seen.facts] == ["SENT", "CLOSED"]
    assert [fact["received_date"] for fact in seen.facts] == [None, "2026-02-10"]
    assert seen.facts[0]["exp_cents"] == 112000


AGED = "ID Number,Pri/Sec,Patient,Service Date,Sent,On Hold,Est Ins,Billed\n"
RECEIVED = "ID Number,Pri/Sec,Patient,Service Date,Received,Est Ins,Billed,Ins Paid\n"
PREAUTHS = "ID Number,Pri/Sec,Patient,Carrier,Sent,Received,Est Ins,Submitted\n"


@pytest.mark.parametrize(("mapping", "head"), [("claims_aging", AGED), ("claims_received", RECEIVED), ("preauths", PREAUTHS)])
@pytest.mark.parametrize("total", ["Total,,,,,,412.00,500.00", "Total Primary,,,,,,412.00,500.00", '"Grand Total",,,,,,"1,412.00","$1,500.00"'])
def test_a_totals_row_is_no_claim(reading: Reading, mapping: str, head: str, total: str) -> None:
    seen = reading(f"dentrix/{mapping}", head + total + "\n")
    assert (seen.facts, seen.bad, seen.skipped["totals"]) == ([], [], 1)


@pytest.mark.parametrize("number", ["Total", "Total-17", "Totals 3"])
def test_a_claim_whose_number_begins_with_total_is_read(reading: Reading, number: str) -> None:
    seen = reading("dentrix/claims_aging", AGED + f'{number},P,"Lopez, Ana",03/14/2026,03/15/2026,,412.00,500.00\n')
    assert [fact["claim_number"] for fact in seen.facts] == [number]
