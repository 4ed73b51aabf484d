"""ELIG-FAILED and ELIG-UNVERIFIED: the catalogue's examples, traps, and what clears them.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from plugins.rules_eligibility import EligibilityFailed, EligibilityUnverified
from plugins.rules_health.identity import DataIdentity
from tests.rows import Row, appointment, claim, coverage, eligibility, patient, procedure, row

MON, THU, FRI = date(2026, 3, 16), date(2026, 3, 12), date(2026, 3, 6)
TODAY, BORN = date(2026, 3, 10), date(1980, 5, 17)
BROWN = patient("1", first_name="Kim", last_name="Brown")


def booked(on: date = MON, cents: int = 86_000, key: str = "v", person: str = "1") -> list[Row]:
    """A visit that holds one procedure of which insurance should pay `cents`."""
    work = procedure(f"p{key}", person, appointment_key=key, fee_cents=cents + 50_000, est_ins_cents=cents)
    return [appointment(key, person, on), work]


def cover(key: str = "k1", **values: Any) -> Row:
    return coverage(key, "1", **{"member_id": "W123", **values})


def said(reply: str, on: date = FRI, key: str = "", **values: Any) -> Row:
    """A 271 names nobody's key: the printed name and birth date, and the member id."""
    given = {"patient_last": "Brown", "patient_first": "Kim", "patient_birth_date": BORN, "member_id": "W123"}
    return eligibility(key or f"{reply}{on}", reply, on, **{**given, **values})


def test_the_failed_example_scores_64(ask: Any, points: Any) -> None:
    # 40 * ln(861)/9.21044 = 29.35; due Mon 03-16 - 2 bd = Thu 03-12, 2 of 5 left: 21; + 9 + 5 = 64.3
    (finding,) = ask(EligibilityFailed, [BROWN, cover(), *booked(), said("INACTIVE", coverage_to=date(2026, 1, 31))])
    assert (finding.due, finding.value_cents, points(finding)) == (THU, 86_000, 64)
    assert finding.sentence == "Delta Dental says K. Brown's plan ended Jan 31; booked Monday ($860 expected from them)."
    assert finding.evidence == ("coverage:pms:k1", "eligibility_check:clearinghouse:INACTIVE2026-03-06", "appointment:pms:v")


FAILED: list[tuple[str, list[Row], int]] = [
    ("active", [cover(), *booked(), said("ACTIVE")], 0),
    ("not found", [cover(), *booked(), said("NOT_FOUND")], 1),
    ("a payer that was down", [cover(), *booked(), said("ERROR")], 0),
    ("inactive, then the payer was down", [cover(), *booked(), said("INACTIVE"), said("ERROR", TODAY)], 1),
    ("active again", [cover(), *booked(), said("INACTIVE"), said("ACTIVE", TODAY)], 0),
    ("terminated after the fact", [cover(), *booked(), said("ACTIVE"), said("INACTIVE", TODAY)], 1),
    ("another birth date", [cover(), *booked(), said("PARTIAL", mismatches="|birth date|")], 1),
    ("another sex is no other person", [cover(), *booked(), said("PARTIAL", mismatches="|sex|")], 0),
    ("active until before the visit", [cover(), *booked(), said("ACTIVE", coverage_to=date(2026, 3, 15))], 1),
    ("active until the visit", [cover(), *booked(), said("ACTIVE", coverage_to=MON)], 0),
    ("no visit, no claim", [cover(), said("INACTIVE")], 0),
    ("the visit is broken", [cover(), appointment("v", "1", MON, status="BROKEN"), said("INACTIVE")], 0),
    ("an open claim", [cover(), claim("7", "1"), said("INACTIVE")], 1),
    ("a claim of the other plan", [cover(), claim("7", "1", ordinal=2), said("INACTIVE")], 0),
    ("a received claim", [cover(), claim("7", "1", received_date=FRI), said("INACTIVE")], 0),
    ("verified by the office since", [cover(verified_on=TODAY), *booked(), said("INACTIVE")], 0),
    ("ended in the practice system", [cover(to_date=date(2026, 1, 31), status="ENDED"), *booked(), said("INACTIVE")], 0),
    ("replaced by a new plan", [cover(to_date=date(2026, 1, 31), status="ENDED"), cover("k9", member_id="Z9"), *booked(),
                                said("INACTIVE")], 0),
    ("about another payer's plan", [cover(payer_name="Cigna"), *booked(), said("INACTIVE", member_id="Q1")], 0),
    ("about the only plan of this payer", [cover(member_id=None), cover("k2", ordinal=2, payer_name="Cigna", member_id="C1"), *booked(),
                                           said("INACTIVE")], 1),
    ("nobody can tell which of two plans", [cover(), cover("k2", ordinal=2), *booked(), said("INACTIVE")], 0),
    ("the source names the coverage", [cover(), cover("k2", ordinal=2), *booked(),
                                       eligibility("e", "INACTIVE", FRI, "pms", patient_key="1", coverage_key="k1")], 1),
    ("a nickname: member id and birth date fit one", [cover(), *booked(), said("NOT_FOUND", patient_first="Kimmy", patient_last="Braun")], 1),
    ("member id alone proves nobody", [cover(), *booked(), said("INACTIVE", patient_last=None, patient_first=None, patient_birth_date=None)], 0),
    ("a stranger", [cover(), *booked(), said("INACTIVE", member_id="X", patient_last="Grey")], 0),
    ("a discount plan", [cover(kind="DISCOUNT"), *booked(), said("INACTIVE")], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "count"), FAILED, ids=[case[0] for case in FAILED])
def test_an_answer_fails_a_coverage_that_something_hangs_on(ask: Any, name: str, rows: list[Row], count: int) -> None:
    assert len(ask(EligibilityFailed, [BROWN, *rows])) == count


def test_what_the_payer_says_differs(ask: Any) -> None:
    (finding,) = ask(EligibilityFailed, [BROWN, cover(), *booked(), said("NOT_FOUND", mismatches="|birth date|member id|")])
    assert finding.sentence.startswith("Delta Dental does not find K. Brown (birth date and member id differ); booked Monday")


def test_visits_and_open_claims_count_together(ask: Any) -> None:
    (finding,) = ask(EligibilityFailed, [BROWN, cover(), *booked(), claim("7", "1", exp_cents=14_000), said("INACTIVE")])
    assert finding.value_cents == 100_000
    (finding,) = ask(EligibilityFailed, [BROWN, cover(), claim("7", "1", exp_cents=14_000), said("INACTIVE")])
    assert (finding.due, finding.sentence) == (
        date(2026, 3, 10), "Delta Dental says K. Brown's plan is not active; 1 claim is open ($140 expected from them)."
    )  # fmt: skip


def test_a_payers_refusal_of_nobody_is_about_nobody(ask: Any) -> None:
    """A 271 that was refused before it came to a person opens nothing, here or as a question of identity."""
    nobody = eligibility("e", "ERROR", FRI, reason="provider not known to the plan (52)", rejects="|52:C|")
    rows = [BROWN, cover(verified_on=FRI), *booked(THU), nobody]
    assert ask(EligibilityFailed, rows) == []
    assert ask(EligibilityUnverified, rows) == []
    assert ask(DataIdentity, rows) == []


# --- ELIG-UNVERIFIED --------------------------------------------------------------------------------------------------

NEW = cover(verified_on=None)


def test_the_unverified_example_scores_90(ask: Any, points: Any) -> None:
    # 40 * ln(3421)/9.21044 = 35.34; due Thu 03-12 - 2 bd = today; 35 + 14.25 + 5 = 89.6
    (finding,) = ask(EligibilityUnverified, [BROWN, NEW, *booked(THU, 342_000)])
    assert (finding.due, finding.value_cents, points(finding)) == (TODAY, 342_000, 90)
    assert finding.sentence == (
        "K. Brown's Delta Dental coverage is not verified for Thursday; $3,420 of insurance money is guesswork."
    )
    assert finding.evidence == ("appointment:pms:v", "coverage:pms:k1")


def test_the_sentence_counts_the_day(ask: Any) -> None:
    people = [patient(str(n), last_name=f"P{n}", first_name="A", birth_date=date(1970, 1, n)) for n in range(2, 5)]
    plans = [coverage(f"c{n}", str(n), verified_on=FRI if n == 4 else None) for n in range(2, 5)]
    visits = [each for n in range(2, 5) for each in booked(THU, 10_000, f"v{n}", str(n))]
    findings = ask(EligibilityUnverified, [*people, *plans, *visits])
    assert len(findings) == 2
    assert findings[0].sentence.endswith(" 2 of the 3 insured patients of that day are not verified.")


YEAR = date(2025, 12, 1)
UNVERIFIED: list[tuple[str, list[Row], int]] = [
    ("three working days ahead", [NEW, *booked(date(2026, 3, 13), 10_000)], 1),
    ("four working days ahead", [NEW, *booked(MON, 10_000)], 0),
    ("four days ahead, $500 and more", [NEW, *booked(MON, 50_000)], 1),
    ("six working days ahead", [NEW, *booked(date(2026, 3, 18), 90_000)], 0),
    ("active thirty days ago", [NEW, *booked(THU), said("ACTIVE", date(2026, 2, 8))], 0),
    ("active thirty-one days ago", [NEW, *booked(THU), said("ACTIVE", date(2026, 2, 7))], 1),
    ("the payer was down", [NEW, *booked(THU), said("ERROR")], 1),
    ("active, then the payer was down", [NEW, *booked(THU), said("ACTIVE"), said("ERROR", TODAY)], 0),
    ("failed is another kind", [NEW, *booked(THU), said("INACTIVE")], 0),
    ("verified in the practice system", [cover(verified_on=FRI), *booked(THU)], 0),
    ("the plan's benefits were verified, the person was not",
     [cover(plan_key="n"), row("plan", "n", benefits_verified_on=FRI), *booked(THU)], 1),
    ("not to be verified", [cover(do_not_verify=True), *booked(THU)], 0),
    ("a plan not to be verified", [cover(plan_key="n"), row("plan", "n", do_not_verify=True), *booked(THU)], 0),
    ("no coverage", booked(THU), 0),
    ("ended", [cover(to_date=date(2026, 3, 1)), *booked(THU)], 0),
    ("the second plan is forgotten", [NEW, cover("k2", ordinal=2, payer_name="Cigna", member_id="C1"), *booked(THU), said("ACTIVE")], 1),
    ("a visit yesterday", [NEW, *booked(date(2026, 3, 9))], 0),
    ("a discount plan", [cover(kind="DISCOUNT"), *booked(THU)], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "count"), UNVERIFIED, ids=[case[0] for case in UNVERIFIED])
def test_a_visit_soon_wants_a_verified_coverage(ask: Any, name: str, rows: list[Row], count: int) -> None:
    assert len(ask(EligibilityUnverified, [BROWN, *rows])) == count


def benefits(on: date, **values: Any) -> Row:
    given = {"patient_last": "Brown", "patient_first": "Kim", "patient_birth_date": BORN, "member_id": "W123",
             "kind": "ANNUAL_MAX", "as_of": on}  # fmt: skip
    return row("benefit_snapshot", f"b{on}", "clearinghouse", **{**given, **values})


def test_benefits_of_an_earlier_benefit_year_are_not_verified(ask: Any) -> None:
    rows = [BROWN, NEW, *booked(THU), said("ACTIVE")]
    (finding,) = ask(EligibilityUnverified, [*rows, benefits(YEAR)])
    assert "(benefits are of an earlier year)" in finding.sentence
    assert ask(EligibilityUnverified, [*rows, benefits(YEAR), benefits(date(2026, 1, 2))]) == []
    july = [BROWN, cover(plan_key="n"), row("plan", "n", benefit_year_start=date(2020, 7, 1)), *booked(THU), said("ACTIVE")]
    assert ask(EligibilityUnverified, [*july, benefits(YEAR)]) == []
    assert len(ask(EligibilityUnverified, [*july, benefits(date(2025, 6, 30))])) == 1
    seen = row("plan", "n", benefits_verified_on=date(2026, 1, 5))
    assert ask(EligibilityUnverified, [BROWN, cover(plan_key="n"), seen, *booked(THU), said("ACTIVE"), benefits(YEAR)]) == []


def test_medicaid_is_verified_by_the_month_and_on_the_day(ask: Any) -> None:
    medicaid = cover(kind="MEDICAID")
    february, march = said("ACTIVE", date(2026, 2, 27)), said("ACTIVE", date(2026, 3, 2))
    assert len(ask(EligibilityUnverified, [BROWN, medicaid, *booked(THU), february])) == 1
    assert ask(EligibilityUnverified, [BROWN, medicaid, *booked(THU), march]) == []
    assert len(ask(EligibilityUnverified, [BROWN, medicaid, *booked(TODAY), march])) == 1
    assert ask(EligibilityUnverified, [BROWN, medicaid, *booked(TODAY), march, said("ACTIVE", TODAY)]) == []


def test_the_payer_that_could_not_answer_is_named(ask: Any) -> None:
    down = said("ERROR", reason="payer cannot answer now (42)")
    (finding,) = ask(EligibilityUnverified, [BROWN, NEW, *booked(THU), down])
    assert "(the payer could not answer: payer cannot answer now (42))" in finding.sentence


def test_needs_say_why_it_cannot_be_known() -> None:
    assert "eligibility_check.reply|coverage.verified_on" in EligibilityUnverified.needs_columns
    assert "eligibility_check" in EligibilityFailed.needs


@pytest.mark.parametrize("rule", [EligibilityFailed, EligibilityUnverified])
def test_shuffled_facts_give_the_same_findings(ask: Any, rule: Any) -> None:
    other = patient("2", first_name="Ann", last_name="Grey", birth_date=date(1975, 2, 2))
    rows = [BROWN, other, NEW, coverage("k5", "2"), *booked(THU), *booked(THU, 9_000, "w", "2"), said("INACTIVE"), said("ERROR", TODAY),
            benefits(YEAR)]  # fmt: skip
    found = ask(rule, rows)
    assert found
    random.Random(10).shuffle(rows)
    assert ask(rule, rows) == found
