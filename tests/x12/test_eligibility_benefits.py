"""What a 271 says about benefits, worked by hand: maxima, deductibles, shares, frequencies, ages, waiting periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eligibility_writer import answer
from era_writer import Marks

from connectors.clearinghouse.eligibility_words import frequency_words

Reader = Callable[..., Any]
# What a row says beside whose it is.
SAID = (
    "kind", "limit_cents", "used_cents", "remaining_cents", "percent", "service_type", "code", "coverage_level", "network",
    "period", "frequency", "age_min", "age_max", "note",
)  # fmt: skip


def benefits(read: Reader, *lines: str, **options: Any) -> list[dict[str, Any]]:
    """The rows, each with only what it says."""
    rows = read(answer(*lines, **options)).rows("benefit_snapshot")
    return [{key: row[key] for key in SAID if row[key] is not None} for row in rows]


def amounts(read: Reader, *lines: str) -> list[tuple[Any, ...]]:
    """(kind, limit, used, remaining) of each row, in cents."""
    keys = ("kind", "limit_cents", "used_cents", "remaining_cents")
    return [tuple(row.get(key) for key in keys) for row in benefits(read, *lines)]


def test_the_annual_maximum_and_what_remains_are_one_row_and_used_is_the_difference(read: Reader) -> None:
    got = benefits(read, "EB*F*IND*35***23*2000*****Y", "EB*F*IND*35***29*1250.50*****Y")
    assert got == [{
        "kind": "ANNUAL_MAX", "limit_cents": 2000_00, "remaining_cents": 1250_50, "used_cents": 749_50,
        "service_type": "35", "coverage_level": "INDIVIDUAL", "network": "IN", "period": "CALENDAR_YEAR",
    }]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (("EB*F*IND*35***22*1500", "EB*F*IND*35***24*400"), [("ANNUAL_MAX", 1500_00, 400_00, 1100_00)]),
        (("EB*F*IND*35***29*900", "EB*F*IND*35***23*1000"), [("ANNUAL_MAX", 1000_00, 100_00, 900_00)]),
        (("EB*F*IND*35***23*1000", "EB*F*IND*35***29*0"), [("ANNUAL_MAX", 1000_00, 1000_00, 0)]),
        (("EB*F*IND*35***23*1000", "EB*F*IND*35***24*300", "EB*F*IND*35***29*600"), [("ANNUAL_MAX", 1000_00, 300_00, 600_00)]),
        (("EB*F*IND*35***23*1000", "EB*F*IND*35***29*1200"), [("ANNUAL_MAX", 1000_00, None, 1200_00)]),  # carried over
        (("EB*F*IND*35***23*1000",), [("ANNUAL_MAX", 1000_00, None, None)]),
        (("EB*F*IND*35***29*1000",), [("ANNUAL_MAX", None, None, 1000_00)]),
        (("EB*F*IND*35***29",), [("LIMITATION", None, None, None)]),  # no amount is no amount
        (("EB*C*IND*35***23*50", "EB*C*IND*35***29*"), [("DEDUCTIBLE", 50_00, None, None), ("DEDUCTIBLE", None, None, None)]),
        (("EB*C*IND*35***23*50", "EB*C*IND*35***29*50"), [("DEDUCTIBLE", 50_00, 0, 50_00)]),
        (("EB*C*IND*35***23*50", "EB*C*FAM*35***23*150", "EB*C*FAM*35***29*100", "EB*C*IND*35***29*0"),
         [("DEDUCTIBLE", 50_00, 50_00, 0), ("DEDUCTIBLE", 150_00, 50_00, 100_00)]),
        (("EB*F*IND*38***32*1000", "EB*F*IND*38***33*400"), [("ORTHO_LIFETIME", 1000_00, 600_00, 400_00)]),
        (("EB*F*IND*38***32*1000", "EB*F*IND*38***29*400"), [("ORTHO_LIFETIME", 1000_00, 600_00, 400_00)]),
        (("EB*F*IND*38***29*0",), [("CATEGORY_MAX", None, None, 0)]),  # never taken for the plan's year
        (("EB*F*IND*24***23*500",), [("CATEGORY_MAX", 500_00, None, None)]),
        (("EB*F*IND*35***32*5000",), [("LIFETIME_MAX", 5000_00, None, None)]),
        (("EB*F*IND*35***23*1500", "EB*F*IND*35***32*9000", "EB*F*IND*35***33*8000", "EB*F*IND*35***29*500"),
         [("ANNUAL_MAX", 1500_00, 1000_00, 500_00), ("LIFETIME_MAX", 9000_00, 1000_00, 8000_00)]),
        (("EB*F*IND*35****1500",), [("MAXIMUM", 1500_00, None, None)]),  # of which period is not said
        (("EB*F*IND****23*700******AD:D2740",), [("CATEGORY_MAX", 700_00, None, None)]),
        (("EB*G*IND*35***23*3000", "EB*G*IND*35***29*2500"), [("OUT_OF_POCKET", 3000_00, 500_00, 2500_00)]),
        (("EB*B**35***27*15.5",), [("COPAY", 15_50, None, None)]),
        (("EB*F*IND*35***23*3,600.00",), [("LIMITATION", None, None, None)]),
    ],
)  # fmt: skip
def test_the_numbers_of_a_maximum(lines: tuple[str, ...], rows: list[tuple[Any, ...]], read: Reader) -> None:
    assert amounts(read, *lines) == rows


def test_in_and_out_of_network_are_two_maxima(read: Reader) -> None:
    got = benefits(
        read, "EB*F*IND*35***23*2000*****Y", "EB*F*IND*35***23*1000*****N", "EB*F*IND*35***29*1000*****N",
        "EB*F*IND*35***29*1500*****Y",
    )  # fmt: skip
    assert [(row["network"], row["limit_cents"], row["remaining_cents"]) for row in got] == [
        ("IN", 2000_00, 1500_00), ("OUT", 1000_00, 1000_00),
    ]  # fmt: skip


def test_two_plans_of_one_network_flag_are_told_apart_by_their_names(read: Reader) -> None:
    got = benefits(
        read, "EB*F*IND*35**PPO*23*2000", "EB*F*IND*35**PREMIER*23*1000", "EB*F*IND*35**PREMIER*29*10",
        "EB*F*IND*35**PPO*29*20",
    )  # fmt: skip
    assert [(row["note"], row["limit_cents"], row["remaining_cents"]) for row in got] == [
        ("PPO", 2000_00, 20_00), ("PREMIER", 1000_00, 10_00),
    ]  # fmt: skip


def test_a_remainder_that_may_belong_to_either_of_two_maxima_stays_alone(read: Reader) -> None:
    lines = ("EB*F*IND*35***23*2000", "MSG*BASIC", "EB*F*IND*35***23*500", "MSG*MAJOR", "EB*F*IND*35***29*300")
    assert amounts(read, *lines) == [
        ("ANNUAL_MAX", 2000_00, None, None), ("ANNUAL_MAX", 500_00, None, None), ("ANNUAL_MAX", None, None, 300_00),
    ]  # fmt: skip
    named = (*lines, "MSG*MAJOR")
    assert amounts(read, *named) == [("ANNUAL_MAX", 2000_00, None, None), ("ANNUAL_MAX", 500_00, 200_00, 300_00)]


def maxima(first: str, second: str) -> tuple[str, ...]:
    """1,000 for BASIC and 2,000 for MAJOR, then what remains: 500, and 0, with these messages."""
    totals = ("EB*F*IND*35***23*1000", "MSG*BASIC", "EB*F*IND*35***23*2000", "MSG*MAJOR")
    return (*totals, "EB*F*IND*35***29*500", f"MSG*{first}", "EB*F*IND*35***29*0", f"MSG*{second}")


@pytest.mark.parametrize(
    ("messages", "rows"),
    [
        # Words that are nobody's own: whose they are is not for the hub to guess, least of all by their order.
        (("MAJOR REMAINING", "BASIC REMAINING"), [(1000_00, None, None), (2000_00, None, None), (None, None, 500_00), (None, None, 0)]),
        (("MAJOR", "BASIC"), [(1000_00, 1000_00, 0), (2000_00, 1500_00, 500_00)]),
        # One is certain by its words, and only one is left on either side.
        (("MAJOR", "BASIC REMAINING"), [(1000_00, 1000_00, 0), (2000_00, 1500_00, 500_00)]),
    ],
)  # fmt: skip
def test_remainders_with_words_of_their_own_are_not_joined_by_order(
    messages: tuple[str, str], rows: list[tuple[Any, ...]], read: Reader
) -> None:
    assert [row[1:] for row in amounts(read, *maxima(*messages))] == rows


def test_maxima_that_nothing_tells_apart_are_joined_only_when_each_is_followed_by_its_own_remainder(read: Reader) -> None:
    totals, ends = ("EB*F*IND*35***23*1000", "EB*F*IND*35***23*2000"), ("EB*F*IND*35***29*500", "EB*F*IND*35***29*0")
    assert [row[1:] for row in amounts(read, totals[0], ends[0], totals[1], ends[1])] == [
        (1000_00, 500_00, 500_00), (2000_00, 2000_00, 0),
    ]  # fmt: skip
    assert len(amounts(read, *totals, *ends)) == 4


@pytest.mark.parametrize(
    ("share", "percent", "note"),
    [
        ("0.2", 80, None), (".2", 80, None), ("0", 100, None), ("1", 0, None), ("0.50", 50, None), ("", None, None),
        ("0.125", None, "patient's share 12.5 %"), ("20", None, "patient's share as sent: 20"),
        *((odd, None, f"patient's share as sent: {odd}") for odd in ("-0.2", "x", ".", "NaN", "Infinity", "sNaN", "2E-1", "0_1", "０")),
    ],
)  # fmt: skip
def test_the_plan_pays_what_the_patient_does_not(share: str, percent: int | None, note: str | None, read: Reader) -> None:
    (got,) = benefits(read, f"EB*A**25*****{share}")
    assert (got["kind"], got.get("percent"), got.get("note")) == ("PERCENT", percent, note)


@pytest.mark.parametrize(
    ("flag", "network"), [("Y", "IN"), ("N", "OUT"), ("W", "BOTH"), ("U", None), ("", None), ("Q", None)]
)
def test_the_network_flag(flag: str, network: str | None, read: Reader) -> None:
    (got,) = benefits(read, f"EB*A**25*****0.2****{flag}")
    assert got.get("network") == network


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        ("HSD*VS*1***34*24", "1 per 24 months"),
        ("HSD*VS*2***23*1", "2 per calendar year"),
        ("HSD*VS*2***22", "2 per service year"),
        ("HSD*VS*1***21*5", "1 per 5 years"),
        ("HSD*VS*1***7*1", "1 per day"),
        ("HSD*VS*1***32*1", "1 per lifetime"),
        ("HSD*VS*1*MO*6", "1 every 6 months"),
        ("HSD*VS*3***29", "3 remaining"),
        ("HSD*VS*01.00***35*2", "1 per 2 weeks"),
        ("HSD*DY*3***23*1", "3 days per calendar year"),
        ("HSD*VS*1***99*2", "1 per 2 period 99s"),
        ("HSD*VS*1*****B*A", "1 HSD07 B HSD08 A"),
        ("HSD*VS", ""),
    ],
)
def test_a_frequency_in_words(segment: str, words: str) -> None:
    assert frequency_words([*segment.split("*"), *[""] * 9]) == words


def test_a_frequency_with_its_code_age_and_last_service_is_one_row(read: Reader) -> None:
    got = benefits(
        read, "EB*F*IND*41******S7*14*U*W*AD:D1206", "HSD*VS*2***23*1", "DTP*304*D8*20251104", "MSG*FLUORIDE",
    )  # fmt: skip
    assert got == [{
        "kind": "FREQUENCY", "service_type": "41", "code": "D1206", "coverage_level": "INDIVIDUAL",
        "network": "BOTH", "age_max": 14, "frequency": "2 per calendar year", "note": "last service 2025-11-04 / FLUORIDE",
    }]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("EB*F**38******S7*19", {"kind": "AGE_LIMIT", "age_max": 19}),
        ("EB*F**38******S8*7", {"kind": "AGE_LIMIT", "age_min": 7}),
        ("EB*F**38******S7*X", {"kind": "LIMITATION", "note": "X S7"}),
        ("EB*F**23***23***VS*2", {"kind": "FREQUENCY", "frequency": "2 per calendar year", "period": "CALENDAR_YEAR"}),
        ("EB*F**23******99*1", {"kind": "LIMITATION", "note": "1 used"}),
        ("EB*I**39", {"kind": "NOT_COVERED"}),
        ("EB*I**39********N", {"kind": "NOT_COVERED"}),
        ("EB*A**26*****0.2***Y", {"kind": "PERCENT", "percent": 80, "note": "authorisation required"}),
        ("EB*C*CHD*35***23*50", {"kind": "DEDUCTIBLE", "limit_cents": 50_00, "note": "children only", "period": "CALENDAR_YEAR"}),
        ("EB*F*IND*32***34*12", {"kind": "WAITING", "limit_cents": 12_00, "coverage_level": "INDIVIDUAL", "period": "MONTH"}),
        ("EB*E**40", {"kind": "NOTE", "note": "exclusion"}),
        ("EB*H**35", {"kind": "NOTE", "note": "unlimited"}),
        ("EB*Q9**35**X*77*12", {"kind": "UNKNOWN", "note": "X / EB01 Q9, EB06 77, EB07 in cents 1200"}),
    ],
)  # fmt: skip
def test_other_lines(line: str, said: dict[str, Any], read: Reader) -> None:
    (got,) = benefits(read, line)
    service_type = got.pop("service_type")
    assert service_type == line.split("*")[3] and got == said


def test_a_waiting_period_is_one_when_the_message_says_so_and_the_text_is_kept(read: Reader) -> None:
    got = benefits(read, "EB*D**36", "MSG*12 MONTH WAITING PERIOD", "DTP*348*D8*20260701")
    assert got == [{
        "kind": "WAITING", "service_type": "36",
        "note": "benefit description / benefit begins 2026-07-01 / 12 MONTH WAITING PERIOD",
    }]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "message", "kind"),
    [
        ("EB*F*IND*35***23*2000", "NO WAITING PERIOD APPLIES", "ANNUAL_MAX"),
        ("EB*C*IND*35***23*50", "WAITING PERIOD 12 MONTHS", "DEDUCTIBLE"),
        ("EB*A**36*****0.5", "WAITING PERIOD 12 MONTHS", "PERCENT"), ("EB*B**36****20", "WAITING PERIOD", "COPAY"),
        ("EB*I**36", "WAITING PERIOD", "NOT_COVERED"), ("EB*F**36", "WAITING PERIOD 6 MONTHS", "WAITING"),
        ("EB*F**36", "NO WAITING PERIOD APPLIES", "LIMITATION"), ("EB*D**36", "NO WAITING PERIOD", "NOTE"),
        ("EB*F**41******VS*2", "WAITING PERIOD DOES NOT APPLY", "FREQUENCY"),
    ],
)  # fmt: skip
def test_a_message_on_waiting_periods_decides_only_where_nothing_else_is_said(
    line: str, message: str, kind: str, read: Reader
) -> None:
    (got,) = benefits(read, line, f"MSG*{message}")
    assert got["kind"] == kind and message in got["note"]


def test_a_used_up_maximum_stays_one_whatever_stands_beside_it(read: Reader) -> None:
    lines = ("EB*F*IND*35***23*2000", "MSG*NO WAITING PERIOD APPLIES", "EB*F*IND*35***29*0", "MSG*NO WAITING PERIOD APPLIES")
    (got,) = benefits(read, *lines)
    assert (got["kind"], got["limit_cents"], got["remaining_cents"]) == ("ANNUAL_MAX", 2000_00, 0)


def test_another_payer_is_noted_with_its_name_and_number(read: Reader) -> None:
    lines = ("EB*R**35", "REF*IG*POL9", "LS*2120", "NM1*PRP*2*OTHER PLAN*****PI*OP1", "N3*1 A ST", "LE*2120")
    assert benefits(read, *lines) == [
        {"kind": "OTHER_PAYER", "service_type": "35", "note": "other payer / REF IG POL9 / OTHER PLAN (OP1)"}
    ]


@pytest.mark.parametrize("marks", [Marks(), Marks("|", ">", "\n", "")])
def test_repeated_service_types_are_a_row_each(marks: Marks, read: Reader) -> None:
    got = benefits(read, "EB*A*IND*23^41*****0", "EB*A*IND*25^26^40*****0.2", "EB*A**25^25*****0.5", marks=marks)
    assert [(row["service_type"], row["percent"]) for row in got] == [
        ("23", 100), ("41", 100), ("25", 80), ("26", 80), ("40", 80), ("25", 50),
    ]  # fmt: skip


def test_another_repetition_separator_of_the_isa_is_used(read: Reader) -> None:
    text = answer("EB*A**23!41*****0").replace("*^*00501*", "*!*00501*")
    assert [row["service_type"] for row in read(text).rows("benefit_snapshot")] == ["23", "41"]


def test_lines_that_only_say_active_are_no_benefit(read: Reader) -> None:
    assert benefits(read, "EB*1**35^23", "MSG*WELCOME", "EB*6**38") == []


def test_long_messages_are_cut_and_never_lost_from_the_row(read: Reader) -> None:
    (got,) = benefits(read, "EB*D**35", *[f"MSG*{n} {'X' * 250}" for n in range(20)])
    assert len(got["note"]) == 2_000 and got["note"].startswith("benefit description / 0 XXX")
