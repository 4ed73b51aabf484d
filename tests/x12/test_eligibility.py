"""What a 271 says about whether somebody is covered: one check per person asked about, and rejects at every level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eligibility_writer import DEPENDENT, HEAD, RECEIVER, SOURCE, SUBSCRIBER, answer, file_271, set_271
from era_writer import Claim, Era, Line, Marks, write

from connectors.clearinghouse.eligibility_words import asking_again_helps

Reader = Callable[..., Any]


def check(read: Reader, *segments: str, **options: Any) -> dict[str, Any]:
    return dict(read(answer(*segments, **options)).one("eligibility_check"))


def test_an_active_subscriber_is_one_check_with_everything_that_links_it(read: Reader) -> None:
    got = check(
        read, "REF*6P*GROUP7*EXAMPLE SMILES", "DTP*346*D8*20250101", "DTP*347*D8*20261231", "DTP*291*D8*20260305",
        "EB*1**35**PPO GOLD",
    )  # fmt: skip
    assert (got["patient_last"], got["patient_first"], got["patient_birth_date"], got["member_id"]) == (
        "DOE", "PAT", "1980-01-02", "M1",
    )  # fmt: skip
    assert (got["payer_name"], got["payer_number"], got["trace"]) == ("EXAMPLE DENTAL PLAN", "EX001", "T1")
    assert (got["checked_on"], got["service_date"]) == ("2026-03-02", "2026-03-05")
    assert (got["reply"], got["plan_name"], got["group_number"]) == ("ACTIVE", "PPO GOLD", "GROUP7")
    assert (got["coverage_from"], got["coverage_to"]) == ("2025-01-01", None)  # the plan's year turns, it does not end
    assert (got["is_dependent"], got["rejects"], got["may_retry"], got["mismatches"], got["reason"]) == (
        False, None, None, None, None,
    )  # fmt: skip


def test_a_dependent_is_the_one_checked_and_the_subscriber_only_named(read: Reader) -> None:
    subscriber = ("HL*3*2*22*1", "NM1*IL*1*DOE*PAT****MI*M1", "REF*6P*GROUP7", "DTP*346*D8*20250101", "DMG*D8*19800102*F")
    got = read(file_271(set_271(*HEAD, *subscriber, *DEPENDENT, "EB*1**35"))).one("eligibility_check")
    assert (got["patient_first"], got["patient_birth_date"], got["is_dependent"]) == ("KIM", "2015-03-04", True)
    assert (got["member_id"], got["group_number"], got["trace"]) == ("M1", "GROUP7", "T2")
    assert (got["reply"], got["coverage_from"]) == ("ACTIVE", "2025-01-01")


def test_every_dependent_answered_is_a_check_and_a_subscriber_with_an_answer_of_its_own_too(read: Reader) -> None:
    second = ("HL*5*3*23*0", "NM1*03*1*DOE*LOU", "DMG*D8*20170304*F")
    got = read(file_271(set_271(*HEAD, *SUBSCRIBER, "EB*1**35", *DEPENDENT, "EB*6**35", *second)))
    assert [(row["patient_first"], row["reply"], row["is_dependent"]) for row in got.rows("eligibility_check")] == [
        ("PAT", "ACTIVE", False), ("KIM", "INACTIVE", True), ("LOU", "ERROR", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (("EB*1**35",), "ACTIVE"), (("EB*5**35",), "ACTIVE"), (("EB*6**35",), "INACTIVE"), (("EB*8**35",), "INACTIVE"),
        (("EB*1**30", "EB*6**35"), "INACTIVE"),  # a medical plan in force does not pay the dentist
        (("EB*6**30", "EB*1**35"), "ACTIVE"),
        (("EB*1**35", "EB*6**38"), "ACTIVE"),  # orthodontics alone is not covered
        (("EB*6**47", "EB*1**30"), "ACTIVE"), (("EB*1", "EB*6**47"), "ACTIVE"), (("EB*6**23",), "INACTIVE"),
        (("EB*1**35**PLAN A", "EB*6**35**PLAN B"), "PARTIAL"),
        (("EB*1**35", "AAA*N**57*C"), "PARTIAL"), (("EB*6**35", "AAA*N**57*C"), "INACTIVE"),
        (("EB*1**30**MEDICAL PPO", "EB*I**35"), "INACTIVE"), (("EB*I**35",), "INACTIVE"), (("EB*I**35^41",), "INACTIVE"),
        (("EB*1**35", "EB*I**35"), "PARTIAL"), (("EB*1**35", "EB*I**38"), "ACTIVE"),
        (("EB*1**30", "EB*I**35*********N"), "ACTIVE"), (("EB*1**30", "EB*I**35**********AD:D9972"), "ACTIVE"),
        (("EB*C*IND*35***23*50",), "PARTIAL"), (("EB*U**35",), "ERROR"), (("EB*V",), "ERROR"), ((), "ERROR"),
        (("AAA*N**75*C",), "NOT_FOUND"), (("AAA*N**72*C",), "NOT_FOUND"), (("AAA*N**71*C",), "NOT_FOUND"),
        (("AAA*N**42*R",), "ERROR"), (("AAA*Y**80*P",), "ERROR"), (("AAA*N**63*C",), "ERROR"), (("AAA*N**ZZ",), "ERROR"),
    ],
)  # fmt: skip
def test_the_reply_is_that_of_the_dental_line_and_a_payer_that_is_down_is_not_a_lapsed_plan(
    lines: tuple[str, ...], reply: str, read: Reader
) -> None:
    assert check(read, *lines)["reply"] == reply


@pytest.mark.parametrize(
    ("code", "follow_up", "helps"),
    [
        ("42", "", True), ("80", "", True), ("42", "C", True), ("75", "R", True), ("15", "P", True), ("79", "W", True),
        ("79", "X", True), ("75", "C", False), ("72", "N", False), ("79", "", False), ("42", "N", False), ("42", "Y", False),
        ("80", "S", False),
    ],
)  # fmt: skip
def test_asking_again_helps_when_the_payer_could_not_answer_and_does_not_forbid_it(
    code: str, follow_up: str, helps: bool
) -> None:
    assert asking_again_helps(code, follow_up) is helps


def test_rejects_are_told_as_codes_and_in_words_and_one_that_must_be_corrected_forbids_the_retry(read: Reader) -> None:
    got = check(read, "AAA*N**72*C", "AAA*N**71*C")
    assert (got["rejects"], got["may_retry"], got["mismatches"]) == ("|72:C|71:C|", False, "|member id|birth date|")
    assert got["reason"] == "member id wrong or missing (72) / birth date differs from the payer's (71)"
    assert check(read, "AAA*N**42*R", "AAA*N**80")["rejects"] == "|42:R|80|"
    assert check(read, "AAA*N**42*R", "AAA*N**80")["may_retry"] is True
    assert check(read, "AAA*N**42*R", "AAA*N**73*C")["may_retry"] is False


@pytest.mark.parametrize(
    ("segments", "name"),
    [
        (("HL*1**20*0", "AAA*Y**42*R"), None),
        (("HL*1**20*0", "NM1*PR*2*EXAMPLE DENTAL PLAN*****PI*EX001", "AAA*Y**42*R"), "EXAMPLE DENTAL PLAN"),
        ((*SOURCE, "HL*2*1*21*0", "NM1*1P*2*EXAMPLE OFFICE", "AAA*Y**42*R"), "EXAMPLE DENTAL PLAN"),
    ],
)
def test_a_reject_above_the_patient_is_a_check_of_nobody(
    segments: tuple[str, ...], name: str | None, read: Reader
) -> None:
    got = read(file_271(set_271(*segments))).one("eligibility_check")
    assert (got["reply"], got["rejects"], got["may_retry"], got["payer_name"]) == ("ERROR", "|42:R|", True, name)
    assert (got["patient_last"], got["member_id"], got["is_dependent"]) == (None, None, None)


@pytest.mark.parametrize(
    ("segments", "checks"),
    [
        # The payer refuses, and names below whom it was asked about: one check, of that person
        ((*SOURCE, "AAA*Y**42*R", *RECEIVER, *SUBSCRIBER), [("DOE", "|42:R|")]),
        ((*SOURCE, "AAA*Y**42*R", *RECEIVER), [(None, "|42:R|")]),
        ((*SOURCE, "AAA*Y**42*R", *RECEIVER, "HL*9*1*21*0", "NM1*1P*2*OTHER OFFICE"), [(None, "|42:R|")]),
        ((*SOURCE, *RECEIVER, "AAA*Y**51*C", "HL*9*1*21*1", "NM1*1P*2*OTHER OFFICE", *SUBSCRIBER, "EB*1**35"),
         [(None, "|51:C|"), ("DOE", None)]),
        ((*SOURCE, "AAA*Y**42*R", "HL*8**20*1", "NM1*PR*2*NEXT PAYER", *RECEIVER, *SUBSCRIBER, "EB*1**35"),
         [(None, "|42:R|"), ("DOE", None)]),
    ],
)  # fmt: skip
def test_a_refusal_is_a_check_of_nobody_only_when_nobody_stands_below_it(
    segments: tuple[str, ...], checks: list[tuple[str | None, str | None]], read: Reader
) -> None:
    got = read(file_271(set_271(*segments))).rows("eligibility_check")
    assert [(row["patient_last"], row["rejects"]) for row in got] == checks


def test_a_reject_above_counts_for_everybody_below_it_and_not_for_the_next_provider(read: Reader) -> None:
    other = ("HL*9*1*21*1", "NM1*1P*2*OTHER OFFICE")
    segments = (*SOURCE, *RECEIVER, "AAA*Y**51*C", *SUBSCRIBER, *other, *SUBSCRIBER, "EB*1**35")
    got = read(file_271(set_271(*segments))).rows("eligibility_check")
    assert [(row["reply"], row["rejects"]) for row in got] == [("ERROR", "|51:C|"), ("ACTIVE", None)]


def test_a_rejected_subscriber_answers_for_the_dependent_that_nothing_is_said_about(read: Reader) -> None:
    got = read(file_271(set_271(*HEAD, *SUBSCRIBER, "AAA*N**75*C", *DEPENDENT))).rows("eligibility_check")
    assert [(row["patient_first"], row["reply"], row["rejects"]) for row in got] == [
        ("PAT", "NOT_FOUND", "|75:C|"), ("KIM", "NOT_FOUND", "|75:C|"),
    ]  # fmt: skip


def test_the_reason_holds_what_ended_and_what_the_payer_wrote(read: Reader) -> None:
    got = check(read, "EB*1**35", "MSG*NO OUT OF STATE CLAIMS", "EB*6**38", "EB*7*****", "EB*U", "NM1*PR*2*OTHER PLAN")
    assert got["reason"] == (
        "inactive: orthodontics / inactive: a service / NO OUT OF STATE CLAIMS / contact for eligibility or benefits / OTHER PLAN"
    )
    assert check(read, "EB*7**35")["reason"] == "inactive, eligibility update pending"
    assert check(read)["reason"] == "the answer holds neither a benefit nor a reject"


def test_that_dental_care_is_not_covered_is_the_reason(read: Reader) -> None:
    got = check(read, "EB*1**30**MEDICAL PPO", "EB*I**35", "MSG*MEDICAL ONLY")
    assert got["reason"] == "dental care is not covered / MEDICAL ONLY"


def test_a_payer_that_holds_other_identifying_data_says_so(read: Reader) -> None:
    assert check(read, "INS*Y*18*001*25", "EB*1**35")["mismatches"] == "|corrected by the payer|"
    assert check(read, "INS*Y*18", "EB*1**35")["mismatches"] is None


@pytest.mark.parametrize(
    ("segments", "days"),
    [
        (("DTP*291*RD8*20260101-20261231",), (None, None, None)),  # the plan's year, nobody's coverage
        (("EB*1**35", "DTP*291*RD8*20260101-20261231"), (None, None, None)),
        (("DTP*307*RD8*20260101-20261231",), ("2026-01-01", "2026-12-31", None)),
        (("DTP*356*D8*20250701", "DTP*357*D8*20260630"), ("2025-07-01", "2026-06-30", None)),
        (("DTP*346*D8*20250101", "DTP*356*D8*20250701"), ("2025-07-01", None, None)),
        # The person's eligibility before the plan, wherever each of them stands
        (("EB*1**35", "DTP*347*D8*20261130", "DTP*357*D8*20260930"), (None, "2026-09-30", None)),
        (("DTP*347*D8*20261130", "EB*1**35", "DTP*357*D8*20260930"), (None, "2026-09-30", None)),
        (("EB*1**35", "DTP*291*RD8*20260101-20261231", "DTP*307*RD8*20260101-20260930"), ("2026-01-01", "2026-09-30", None)),
        (("EB*1**35", "DTP*356*RD8*20250701-20260630"), ("2025-07-01", "2026-06-30", None)),
        (("EB*1**35", "DTP*357*RD8*20250701-20260630"), (None, "2026-06-30", None)),
        (("EB*1**35", "DTP*346*RD8*20250315-20260930"), ("2025-03-15", "2026-09-30", None)),
        (("EB*1**35", "DTP*356*RD8*20250701-20261399"), ("2025-07-01", None, None)),
        # An active plan that turns its year renews; one that ends at another time, or is not active, ends
        (("EB*1**35", "DTP*347*D8*20261231"), (None, None, None)),
        (("EB*1**35", "DTP*347*D8*99991231"), (None, None, None)),
        (("EB*1**35", "DTP*346*D8*20190701", "DTP*347*D8*20260630"), ("2019-07-01", None, None)),
        (("EB*1**35", "DTP*346*D8*20250701", "DTP*347*D8*20260930"), ("2025-07-01", "2026-09-30", None)),
        (("DTP*347*D8*20261231", "EB*C*IND*35***23*50"), (None, None, None)),
        (("EB*6**35", "DTP*347*D8*20251231"), (None, "2025-12-31", None)),
        (("EB*6**35**A", "DTP*357*D8*20250131", "EB*1**35**B", "DTP*357*D8*20270131"), (None, "2027-01-31", None)),
        (("DTP*291*D8*20260302",), (None, None, "2026-03-02")),
        (("DTP*346*D8*20261399",), (None, None, None)),
        (("EB*1**35", "DTP*346*D8*20250101"), ("2025-01-01", None, None)),
        (("EB*6**35", "DTP*347*D8*20260131"), (None, "2026-01-31", None)),
        (("EB*1**47", "DTP*346*D8*20250101", "EB*1**35"), (None, None, None)),
    ],
)  # fmt: skip
def test_plan_dates_stand_with_the_person_or_with_the_line_that_decides(
    segments: tuple[str, ...], days: tuple[str | None, ...], read: Reader
) -> None:
    got = check(read, *segments)
    assert (got["coverage_from"], got["coverage_to"], got["service_date"]) == days


def test_the_trace_is_our_own_and_not_the_payers(read: Reader) -> None:
    text = answer("EB*1**35").replace("TRN*2*T1*9EXAMPLE", "TRN*1*PAYERS*9PAYER~\nTRN*2*OURS*9EXAMPLE~\nTRN*2*LATER*9CH")
    assert read(text).one("eligibility_check")["trace"] == "OURS"


@pytest.mark.parametrize("group", ["REF*6P*G1", "REF*1L*G1", "REF*IG*G1"])
def test_the_group_number_has_several_places(group: str, read: Reader) -> None:
    assert check(read, group, "EB*1**35")["group_number"] == "G1"
    assert check(read, "EB*1**35", "LS*2120", group.replace("IG", "6P"), "LE*2120")["group_number"] == "G1"


def test_version_4010_is_read_alike(read: Reader) -> None:
    text = answer("EB*1**35**PLAN A", "EB*C*IND*35***23*50").replace("005010X279A1", "004010X092A1")
    text = text.replace("*^*00501*", "*U*00401*")
    got = read(text)
    assert got.one("eligibility_check")["plan_name"] == "PLAN A"
    assert got.one("benefit_snapshot")["limit_cents"] == 50_00


def test_the_same_answer_in_another_envelope_is_the_same_and_one_of_another_day_is_new(read: Reader) -> None:
    lines = ("EB*1**35^38", "EB*F*IND*35***23*2000", "EB*A**25*****.2****Y*AD:D2740")
    first = read(answer(*lines))
    again = read(answer(*lines, marks=Marks("|", ">", "\n", ""), control=77), name="other.x12")
    assert first.said()["eligibility_check"] == again.said()["eligibility_check"]
    assert first.said()["benefit_snapshot"] == again.said()["benefit_snapshot"]
    keys = {read(text).one("eligibility_check")["source_key"] for text in (
        answer(*lines), answer(*lines, day="20260303"), answer(*lines[:2]), answer(*lines).replace("DOE*PAT", "DOE*PAM"),
        answer(*lines).replace("EX001", "EX002"),
    )}  # fmt: skip
    assert len(keys) == 5


def test_benefits_name_their_check_and_their_person(read: Reader) -> None:
    got = read(answer("EB*1**35", "EB*C*IND*35***23*50"))
    benefit, checked = got.one("benefit_snapshot"), got.one("eligibility_check")
    assert benefit["check_key"] == checked["source_key"] and benefit["as_of"] == "2026-03-02"
    assert (benefit["patient_last"], benefit["patient_birth_date"], benefit["member_id"]) == ("DOE", "1980-01-02", "M1")


def test_what_no_reader_knows_is_counted_and_the_rest_is_read(read: Reader) -> None:
    got = read(answer("ZZZ*1", "EB*1**35", "EB*Q9**35", "QQQ*1"))
    assert got.one("eligibility_check")["reply"] == "ACTIVE"
    assert got.one("x12_set")["unknown"] == "|EB*Q9:1|QQQ:1|ZZZ:1|"
    assert got.one("x12_set")["records"] == 1


def test_an_answer_cut_off_on_the_way_gives_nothing(read: Reader) -> None:
    text = answer("EB*1**35")
    got = read(text[: text.index("SE*")])
    assert got.rows("eligibility_check") == [] and got.bad[0].message.startswith("HUB-X04 271 at segment 3 ")


def test_a_test_answer_is_set_aside_and_a_bad_neighbour_costs_no_answer(read: Reader) -> None:
    text = file_271(set_271(*HEAD, *SUBSCRIBER, "EB*1**35"), usage="T")
    assert read(text).rows("eligibility_check") == []
    assert len(read(text, accept_test_files=True).rows("eligibility_check")) == 1
    both = answer("EB*1**35") + write([Era([Claim("K9", [Line("D1", 10_00)])])])
    assert len(read(both).rows("eligibility_check")) == len(read(both).rows("remit")) == 1
