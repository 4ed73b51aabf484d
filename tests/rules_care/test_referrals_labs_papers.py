"""REF-NO-REPORT, LAB-LATE, DOC-UNSIGNED: worked examples of the catalogue, its traps, and what clears them.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_documents import DocUnsigned
from plugins.rules_labs import LabLate
from plugins.rules_referrals import NoReport
from tests.rows import AS_OF, CLOSED, Row, appointment, case, document, found, lab_case, patient, procedure, referral

HAHN = patient("1", first_name="Lena", last_name="Hahn")
RUIZ = patient("2", first_name="Ana", last_name="Ruiz")
LOPEZ = patient("3")
THURSDAY = date(2026, 3, 12)


def priority(finding: Finding) -> int:
    return score(finding, AS_OF, Workdays(closures=[CLOSED])).priority


# --- REF-NO-REPORT ----------------------------------------------------------------------------------------------------

SEEN = date(2026, 2, 23)


def out(**values: Any) -> Row:
    """A referral to Dr. Roy; a crown of $1,180 comes back to us."""
    given = {"status": "SEEN", "sent_date": date(2026, 2, 10), "seen_date": SEEN, "return_procedures": "|D2740#19|"}
    return referral("r", "1", **{**given, **values})


CROWN = procedure("c19", "1", tooth="19", fee_cents=140_000, est_writeoff_cents=22_000)


def no_report(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, NoReport, [HAHN, CROWN, *rows], **settings)


def test_the_worked_example_of_a_missing_report(connection: Connection) -> None:
    [finding] = no_report(connection, [out()])
    assert finding.sentence == "Dr. Roy saw L. Hahn 11 working days ago; no report in the chart."
    # seen Mon 02-23 + 10 working days = Mon 03-09
    assert (finding.subject, finding.value_cents, finding.due) == ("referral:pms:r", 118_000, date(2026, 3, 9))
    assert finding.evidence == ("referral:pms:r", "procedure:pms:c19")
    # 40 x ln 1181 / 9.21044 = 30.72; + 35 + 15 x .7 + 10 = 86.22
    assert priority(finding) == 86


REPORTS: list[tuple[str, list[Row], int]] = [
    ("nine working days after the visit", [out(seen_date=date(2026, 2, 25))], 0),
    ("ten working days after the visit", [out(seen_date=date(2026, 2, 24))], 1),
    ("the report is noted", [out(report_received=date(2026, 3, 2))], 0),
    ("a report is in the chart", [out(), document("d", "1", kind="REPORT", created_date=date(2026, 2, 27))], 0),
    ("an older report", [out(), document("d", "1", kind="REPORT", created_date=date(2026, 2, 20))], 1),
    ("a report under another patient", [out(), patient("9"), document("d", "9", kind="REPORT", created_date=date(2026, 2, 27))], 1),
    ("a consent is no report", [out(), document("d", "1", kind="CONSENT", created_date=date(2026, 2, 27))], 1),
    ("declined", [out(status="DECLINED")], 0),
    ("closed", [out(status="CLOSED")], 0),
    ("to us", [out(direction="IN")], 0),
    ("a booked day to come", [out(status="BOOKED", seen_date=None, booked_for=date(2026, 3, 20))], 0),
    ("sent 30 days ago, nothing known", [out(status="SENT", seen_date=None, sent_date=date(2026, 2, 8))], 1),
    ("sent 29 days ago", [out(status="SENT", seen_date=None, sent_date=date(2026, 2, 9))], 0),
    ("made and not sent", [out(status="CREATED", seen_date=None, sent_date=None, created_date=date(2025, 12, 1))], 0),
]


@pytest.mark.parametrize(("why", "rows", "count"), REPORTS, ids=[why for why, _, _ in REPORTS])
def test_which_referral_lacks_a_report(connection: Connection, why: str, rows: list[Row], count: int) -> None:
    assert len(no_report(connection, rows)) == count


def test_a_visit_that_was_only_booked_may_not_have_happened(connection: Connection) -> None:
    [finding] = no_report(connection, [out(status="BOOKED", seen_date=None, booked_for=SEEN)])
    assert finding.sentence == "L. Hahn was booked with Dr. Roy on Feb 23, 11 working days ago; no report in the chart."
    assert finding.next_step.endswith("whether the visit took place")


def test_one_report_answers_one_referral(connection: Connection) -> None:
    second = referral("s", "1", to_name="Dr. Gray", status="SEEN", seen_date=date(2026, 2, 24))
    paper = document("d", "1", kind="REPORT", created_date=date(2026, 3, 2), title="Letter Dr. Gray")
    assert [finding.subject for finding in no_report(connection, [out(), second, paper])] == ["referral:pms:r"]
    unnamed = paper.changed(title=None)
    assert [finding.subject for finding in no_report(connection, [out(), second, unnamed])] == ["referral:pms:s"]


def test_the_work_whose_dollars_a_referral_shows_is_named(connection: Connection) -> None:
    """A second plan holds the crown again: $1,180 once, and both records of it. Other planned work stays out."""
    again = CROWN.changed(source_key="c19b")
    other = procedure("f3", "1", code="D2330", tooth="3", fee_cents=20_000)
    [finding] = no_report(connection, [out(), again, other])
    assert finding.value_cents == 118_000
    assert finding.evidence == ("referral:pms:r", "procedure:pms:c19", "procedure:pms:c19b")
    [finding] = no_report(connection, [out(return_procedures=None)])
    assert (finding.value_cents, finding.evidence) == (0, ("referral:pms:r",))


# --- LAB-LATE ---------------------------------------------------------------------------------------------------------

EIGHT = datetime(2026, 3, 12, 13, tzinfo=UTC)  # 8:00 in Chicago


def at_lab(**values: Any) -> list[Row]:
    """A crown, $980 net, seated on Thu 03-12 at 8:00; its case is at the laboratory."""
    given = {"procedure_key": "c", "appointment_key": "a", "sent_date": date(2026, 2, 24)}
    return [
        RUIZ, procedure("c", "2", tooth="14", fee_cents=120_000, est_writeoff_cents=22_000, appointment_key="a"),
        appointment("a", "2", THURSDAY, start_at=EIGHT), lab_case("L", "2", **{**given, **values}),
    ]  # fmt: skip


def late(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, LabLate, rows, **settings)


def changed(rows: list[Row], key: str, **values: Any) -> list[Row]:
    return [each.changed(**values) if each.key == key else each for each in rows]


def test_the_worked_example_of_a_late_laboratory_case(connection: Connection) -> None:
    [finding] = late(connection, at_lab())
    assert finding.sentence == "Crown for A. Ruiz is not back; seat visit is Thursday 8:00."
    assert (finding.subject, finding.value_cents, finding.due) == ("lab_case:pms:L", 98_000, AS_OF)
    assert finding.evidence == ("lab_case:pms:L", "appointment:pms:a", "procedure:pms:c")
    # 40 x ln 981 / 9.21044 = 29.92; + 35 + 15 x .6 + 5 = 78.92
    assert priority(finding) == 79


FRIDAY, NEXT_MONDAY, NEXT_TUESDAY = date(2026, 3, 13), date(2026, 3, 16), date(2026, 3, 17)


def seat_on(day: date, **case: Any) -> list[Row]:
    return changed(at_lab(**case), "a", start_date=day)


LATE: list[tuple[str, list[Row], int]] = [
    ("received", at_lab(received_date=date(2026, 3, 9)), 0),
    ("seat in three working days", seat_on(FRIDAY), 0),
    ("promised day over", seat_on(NEXT_TUESDAY, due_date=date(2026, 3, 9)), 1),
    ("promised for today", seat_on(NEXT_TUESDAY, due_date=AS_OF), 0),
    ("promised on the seat day", seat_on(NEXT_TUESDAY, due_date=NEXT_TUESDAY), 1),
    ("promised the working day before", seat_on(NEXT_TUESDAY, due_date=NEXT_MONDAY), 0),
    ("promised after the seat day", seat_on(NEXT_MONDAY, due_date=NEXT_TUESDAY), 1),
    ("the visit was moved", changed(at_lab(), "a", start_date=date(2026, 4, 2)), 0),
    ("the visit was broken and no day was promised", changed(at_lab(), "a", status="BROKEN"), 0),
    ("the seat visit is done", changed(at_lab(due_date=date(2026, 3, 2)), "a", status="COMPLETED", start_date=date(2026, 3, 5)), 0),
    ("the crown is done", changed(at_lab(due_date=date(2026, 3, 2)), "c", status="COMPLETED"), 0),
    ("a former patient", changed(at_lab(), "2", status="INACTIVE"), 0),
]


@pytest.mark.parametrize(("why", "rows", "count"), LATE, ids=[why for why, _, _ in LATE])
def test_which_case_is_late(connection: Connection, why: str, rows: list[Row], count: int) -> None:
    assert len(late(connection, rows)) == count


def test_received_and_not_checked_still_blocks_where_checks_are_noted(connection: Connection) -> None:
    rows = at_lab(received_date=date(2026, 3, 9))
    checks = lab_case("M", "2", sent_date=date(2026, 1, 5), received_date=date(2026, 1, 12), checked_date=date(2026, 1, 13))
    [finding] = late(connection, [*rows, checks])
    assert finding.sentence == "Crown for A. Ruiz is back but not checked; seat visit is Thursday 8:00."
    assert late(connection, [*changed(rows, "L", checked_date=date(2026, 3, 9)), checks]) == []


def test_a_second_case_of_a_visit_is_its_own_item(connection: Connection) -> None:
    second = lab_case("M", "2", appointment_key="a", sent_date=date(2026, 2, 24))
    assert [finding.subject for finding in late(connection, [*at_lab(), second])] == ["lab_case:pms:L", "lab_case:pms:M"]


WORTH: list[tuple[str, list[Row], int, tuple[str, ...]]] = [
    ("no visit: the case's own crown", changed(at_lab(due_date=date(2026, 3, 2)), "a", status="BROKEN"), 98_000, ("procedure:pms:c",)),
    ("a crown without a fee: the laboratory's fee is no work of ours",
     changed(at_lab(fee_cents=15_000), "c", fee_cents=0, est_writeoff_cents=0), 15_000, ("appointment:pms:a",)),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rows", "cents", "named"), WORTH, ids=[case[0] for case in WORTH])
def test_a_late_case_names_the_work_whose_dollars_it_shows(
    connection: Connection, why: str, rows: list[Row], cents: int, named: tuple[str, ...]
) -> None:
    [finding] = late(connection, rows)
    assert (finding.value_cents, finding.evidence) == (cents, ("lab_case:pms:L", *named))


def test_a_holiday_of_the_laboratory_takes_a_day(connection: Connection) -> None:
    """Promised for Mon 03-16, when the laboratory is closed: it comes on Tuesday, too late for a Tuesday seat."""
    rows = seat_on(NEXT_TUESDAY, due_date=NEXT_MONDAY)
    assert late(connection, rows) == []
    assert len(late(connection, rows, lab_closed_days=[NEXT_MONDAY])) == 1


def test_a_case_of_a_planned_visit_follows_the_visit_made_from_it(connection: Connection) -> None:
    rows = changed(at_lab(appointment_key=None, procedure_key=None, planned_appointment_key="P"), "a", planned_key="P")
    [finding] = late(connection, rows)
    assert finding.sentence == "Crown for A. Ruiz is not back; seat visit is Thursday 8:00."


def test_without_a_visit_the_promise_counts(connection: Connection) -> None:
    rows = changed(at_lab(due_date=date(2026, 3, 6)), "a", status="BROKEN")
    [finding] = late(connection, rows)
    assert finding.sentence == "Crown for A. Ruiz is not back; North Lab promised it for Mar 6."
    assert (finding.value_cents, finding.due) == (98_000, date(2026, 3, 6))


# --- DOC-UNSIGNED -----------------------------------------------------------------------------------------------------

# This office states both kinds of papers, of somebody else.
KINDS = [document("k1", "8", kind="CONSENT"), document("k2", "8", kind="FIN_AGREEMENT"), document("k3", "8", kind="REFUSAL")]


def extraction(day: date = THURSDAY, **values: Any) -> list[Row]:
    """An extraction of an accepted case with a patient share of $600, booked."""
    given = {
        "code": "D7210", "description": "extraction", "fee_cents": 60_000, "appointment_key": "a",
        "date_planned": date(2026, 2, 24), "est_patient_cents": 60_000,
    }  # fmt: skip
    return [
        LOPEZ, case("5", "3", status="ACCEPTED", decision_date=date(2026, 3, 2)), procedure("x", "3", "5", **{**given, **values}),
        appointment("a", "3", day),
    ]  # fmt: skip


def unsigned(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, DocUnsigned, [*KINDS, *rows], **settings)


def consent(**values: Any) -> Row:
    return document("d1", "3", kind="CONSENT", **{"signed_date": date(2026, 3, 9), **values})


def agreement(**values: Any) -> Row:
    return document("d2", "3", kind="FIN_AGREEMENT", **{"signed_date": date(2026, 3, 2), **values})


def test_the_worked_example_of_unsigned_papers(connection: Connection) -> None:
    [finding] = unsigned(connection, extraction())
    assert finding.sentence == "M. Lopez, Thursday's extraction ($600): consent and financial agreement not signed."
    assert (finding.subject, finding.value_cents, finding.due) == ("appointment:pms:a", 0, date(2026, 3, 11))
    # no dollars; one working day left of three: 35 x 2/3 = 23.33; + 15 x .9 + 10 = 46.83
    assert priority(finding) == 47


def test_on_the_day_it_comes_first(connection: Connection) -> None:
    [finding] = unsigned(connection, extraction(AS_OF))
    assert (priority(finding), finding.sentence[:27]) == (85, "M. Lopez, today's extractio")


MISSING: list[tuple[str, list[Row], str | None]] = [
    ("both signed", [*extraction(), consent(), agreement()], None),
    ("consent signed", [*extraction(), consent()], "financial agreement"),
    ("agreement signed", [*extraction(), agreement()], "consent"),
    ("not signed yet", [*extraction(), consent(signed_date=None), agreement()], "consent"),
    ("consent expired", [*extraction(), consent(expires_date=date(2026, 3, 11)), agreement()], "consent"),
    ("an old consent that names nothing", [*extraction(), consent(signed_date=date(2025, 1, 2)), agreement()], "consent"),
    ("consent for this work", [*extraction(), consent(procedure_key="x"), agreement()], None),
    ("one consent covers the series", [*extraction(), procedure("y", "3", code="D7210", tooth="3"), consent(procedure_key="y"), agreement()], None),
    ("consent for other work", [*extraction(), procedure("y", "3", code="D6010"), consent(procedure_key="y"), agreement()], "consent"),
    ("consent for the case", [*extraction(), consent(case_key="5"), agreement()], None),
    ("consent for another case", [*extraction(), consent(case_key="6"), agreement()], "consent"),
    ("the plan grew after it was signed", [*extraction(date_planned=date(2026, 3, 4)), consent(), agreement()], "financial agreement"),
    ("signed again after the change", [*extraction(date_planned=date(2026, 3, 4)), consent(), agreement(signed_date=date(2026, 3, 5))], None),
    ("a small share needs no agreement", [*extraction(est_patient_cents=49_900), consent()], None),
    ("a case without a yes needs none", [*changed(extraction(), "5", status="PROPOSED", decision_date=None), consent()], None),
    ("a code without its D", [*extraction(code="7210", cdt="D7210"), agreement()], "consent"),
    ("a crown needs no consent", [*extraction(code="D2740"), agreement()], None),
    ("no visit is near", changed(extraction(), "a", start_date=FRIDAY), None),
    ("the visit was moved", changed(extraction(), "a", start_date=date(2026, 4, 1)), None),
]


@pytest.mark.parametrize(("why", "rows", "words"), MISSING, ids=[why for why, _, _ in MISSING])
def test_which_papers_are_missing(connection: Connection, why: str, rows: list[Row], words: str | None) -> None:
    findings = unsigned(connection, rows)
    assert [finding.sentence.split(": ")[1] for finding in findings] == ([f"{words} not signed."] if words else [])


def test_papers_that_no_source_states_are_not_missing(connection: Connection) -> None:
    rows = [*extraction(), document("k1", "8", kind="CONSENT")]
    [finding] = found(connection, DocUnsigned, rows)
    assert finding.sentence.endswith(": consent not signed.")
    assert found(connection, DocUnsigned, extraction()) == []


def test_a_guardian_signs_for_a_minor_and_paper_may_lie_in_a_drawer(connection: Connection) -> None:
    [finding] = unsigned(connection, changed(extraction(), "3", birth_date=date(2010, 5, 1)))
    assert finding.next_step.startswith("look for a paper copy")
    assert finding.next_step.endswith("a guardian signs for a minor")


def test_work_that_was_done_without_a_consent(connection: Connection) -> None:
    done = [LOPEZ, procedure("x", "3", code="D7210", description="extraction", status="COMPLETED", date_completed=date(2026, 3, 9))]
    [finding] = unsigned(connection, done)
    assert finding.sentence == "M. Lopez: extraction on #30 done Mar 9, consent not signed."
    assert unsigned(connection, [*done, consent()]) == []
    assert unsigned(connection, changed(done, "x", date_completed=date(2026, 2, 7))) == []


def test_finished_work_is_found_by_its_cleaned_code(connection: Connection) -> None:
    done = {"code": "7210", "cdt": "D7210", "status": "COMPLETED", "date_completed": date(2026, 3, 9)}
    [finding] = unsigned(connection, [LOPEZ, procedure("x", "3", **done)])
    assert finding.evidence == ("procedure:pms:x",)


def test_a_refusal_of_urgent_work_is_signed_too(connection: Connection) -> None:
    rows = [LOPEZ, case("5", "3", status="DECLINED", decision_date=date(2026, 3, 2)), procedure("x", "3", "5", priority="URGENT")]
    [finding] = unsigned(connection, rows)
    assert finding.sentence == "M. Lopez declined the crown on #30 on Mar 2; no informed refusal is signed."
    assert unsigned(connection, [*rows, document("d", "3", kind="REFUSAL", signed_date=date(2026, 3, 2))]) == []
    assert unsigned(connection, changed(rows, "x", priority="NORMAL")) == []


# --- properties -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [NoReport, LabLate, DocUnsigned])
def test_order_and_strangers_change_nothing(connection: Connection, rule: Any) -> None:
    papers = [row.changed(source_key=f"{row.key}-x") if row.entity == "appointment" else row for row in extraction(appointment_key="a-x")]
    rows = [HAHN, CROWN, out(), *at_lab(), *KINDS, *papers]
    first = found(connection, rule, rows)
    assert len(first) == 1
    random.Random(4).shuffle(rows)
    assert found(connection, rule, [*rows, patient("99"), procedure("99", "99")]) == first
    assert found(connection, rule, [each.changed(practice_id="other") for each in rows]) == []
