"""APPT-BROKEN: the worked example of the catalogue, its traps, and three properties."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_schedule import hub_rules
from plugins.rules_schedule.broken import BrokenVisit
from tests.rows import AS_OF, CLOSED, Row, appointment, case, comm, found, patient, procedure

FRIDAY = date(2026, 3, 6)
SOON = date(2026, 3, 17)


def patel() -> list[Row]:
    """A no-show on Fri 2026-03-06 to seat two crowns, $370 net each: $740; an earlier miss in January."""
    crown = {"code": "D2740", "fee_cents": 50_000, "est_writeoff_cents": 13_000}
    return [
        patient("5", first_name="Sunita", last_name="Patel"),
        case("c", "5", status="ACCEPTED"),
        procedure("p3", "5", "c", tooth="3", **crown),
        procedure("p14", "5", "c", tooth="14", **crown),
        appointment("a1", "5", FRIDAY, status="NO_SHOW", kind="Crown seat", procedure_tokens="|D2740#3|D2740#14|",
                    created_date=date(2026, 2, 20)),
        appointment("a0", "5", date(2026, 1, 12), status="NO_SHOW", kind="Exam", procedure_tokens="|D0140|",
                    created_date=date(2026, 1, 5)),
        appointment("a0b", "5", date(2026, 1, 19), status="COMPLETED", kind="Exam", procedure_tokens="|D0140|"),
    ]  # fmt: skip


def broken(connection: Connection, rows: list[Row], **settings: object) -> list[Finding]:
    return found(connection, BrokenVisit, rows, **settings)


def values(connection: Connection, *more: Row, **change: object) -> list[int]:
    rows = [each.changed(**change) if each.values["source_key"] == "a1" else each for each in patel()]
    return [finding.value_cents for finding in broken(connection, [*rows, *more])]


def new_visit(tokens: str | None, made: date | None = FRIDAY, start: date = SOON, **more: object) -> Row:
    return appointment("new", "5", start, procedure_tokens=tokens, created_date=made, **more)


def test_the_worked_example_of_a_missed_visit(connection: Connection) -> None:
    [finding] = broken(connection, patel())
    assert finding.subject == "appointment:pms:a1"
    assert finding.value_cents == 74_000
    assert finding.due == FRIDAY
    assert finding.sentence == "S. Patel missed a $740 visit on Friday and has no new date. Second miss this year."
    assert finding.next_step == "rebook and speak about the deposit policy"
    assert finding.risk == 0.5  # a seat visit is critical
    # V = ln 741 / ln 10001 = .7174; 40 x .7174 + 35 + 15 x .55 + 10 x .5 = 76.95
    assert score(finding, AS_OF, Workdays(closures=[CLOSED])).priority == 77


def test_booking_anything_else_does_not_replace_the_visit(connection: Connection) -> None:
    assert values(connection, new_visit("|D1110|", recall_type="PROPHY")) == [74_000]


def test_a_visit_with_the_same_codes_and_teeth_replaces_it(connection: Connection) -> None:
    assert values(connection, new_visit("|D2740#3|D2740#14|")) == []


def test_a_visit_that_the_procedures_name_replaces_it(connection: Connection) -> None:
    rows = [each.changed(appointment_key="new") if each.entity == "procedure" else each for each in patel()]
    assert broken(connection, [*rows, new_visit(None)]) == []


def test_rebooking_a_part_leaves_the_rest(connection: Connection) -> None:
    assert values(connection, new_visit("|D2740#3|")) == [37_000]


def test_an_exam_left_over_from_a_rebooked_visit_is_no_item(connection: Connection) -> None:
    missed = {"procedure_tokens": "|D2740#3|D2740#14|D0140|D0220|"}
    assert values(connection, new_visit("|D2740#3|D2740#14|"), **missed) == []
    assert len(values(connection, **missed)) == 1
    assert len(values(connection, procedure_tokens="|D0140|", kind="Exam")) == 1


def test_the_same_code_on_another_tooth_is_other_work(connection: Connection) -> None:
    assert values(connection, new_visit("|D2740#30|")) == [74_000]


def test_a_visit_that_lists_the_code_without_a_tooth_holds_it(connection: Connection) -> None:
    assert values(connection, new_visit("|D2740|")) == []


def test_a_visit_that_was_already_on_the_book_is_no_replacement(connection: Connection) -> None:
    tokens = "|D2740#3|D2740#14|"
    assert values(connection, new_visit(tokens, made=date(2026, 2, 20))) == [74_000]
    assert values(connection, new_visit(tokens, made=None)) == []
    assert values(connection, new_visit(tokens, made=None, start=date(2026, 3, 5))) == [74_000]


@pytest.mark.parametrize("status", ["PLANNED", "WAITLIST", "NOTE"])
def test_only_a_booked_visit_replaces(connection: Connection, status: str) -> None:
    assert values(connection, new_visit("|D2740#3|D2740#14|", status=status)) == [74_000]


def test_a_moved_visit_is_broken_and_new_and_needs_no_call(connection: Connection) -> None:
    moved = {"status": "CANCELLED", "start_date": date(2026, 3, 20), "broken_date": FRIDAY}
    assert values(connection, new_visit("|D2740#3|D2740#14|", made=FRIDAY, start=date(2026, 3, 24)), **moved) == []
    assert values(connection, new_visit(None), replaced_by_key="new") == []


def test_work_that_was_done_or_given_up_needs_no_new_date(connection: Connection) -> None:
    done = {"status": "COMPLETED", "date_completed": date(2026, 3, 9)}
    rows = [each.changed(**done) if each.values["source_key"] == "p3" else each for each in patel()]
    assert [f.value_cents for f in broken(connection, rows)] == [37_000]
    rows = [each.changed(status="REFERRED_OUT") if each.values["source_key"] == "p14" else each for each in rows]
    assert broken(connection, rows) == []


def test_a_visit_broken_twice_is_one_item(connection: Connection) -> None:
    again = appointment("a2", "5", date(2026, 3, 9), status="NO_SHOW", kind="Crown seat", created_date=FRIDAY,
                        procedure_tokens="|D2740#3|D2740#14|")  # fmt: skip
    [finding] = broken(connection, [*patel(), again])
    assert finding.subject == "appointment:pms:a2"
    assert finding.sentence.endswith("Third miss this year.")
    assert finding.next_step == "hand to the manager before rebooking"


def test_will_call_is_not_broken(connection: Connection) -> None:
    assert values(connection, status="WAITLIST") == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("BROKEN", "S. Patel broke a $740 visit on Friday and has no new date. Second miss this year."),
        ("CANCELLED", "S. Patel cancelled a $740 visit on Friday and has no new date."),
        ("UNSCHEDULED_LIST", "S. Patel has a $740 visit on the unscheduled list, since Friday, and no new date."),
    ],
)
def test_the_words_fit_what_happened(connection: Connection, status: str, words: str) -> None:
    rows = [each.changed(status=status) if each.values["source_key"] == "a1" else each for each in patel()]
    if status != "BROKEN":
        rows = [each for each in rows if each.values["source_key"] != "a0"]
    assert [finding.sentence for finding in broken(connection, rows)] == [words]


def missed(key: str, on: date) -> list[Row]:
    """A missed exam, made up for a week later."""
    again = on + timedelta(days=7)
    exam = {"kind": "Exam", "procedure_tokens": "|D0140|"}
    return [
        appointment(key, "5", on, status="NO_SHOW", created_date=on - timedelta(days=7), **exam),
        appointment(f"{key}b", "5", again, status="COMPLETED", created_date=on, **exam),
    ]


TWO_BEFORE = [*missed("m1", date(2026, 1, 26)), *missed("m2", date(2026, 2, 9))]
NOT_A_MISS = [
    ("CANCELLED", TWO_BEFORE, "S. Patel cancelled a $740 visit on Friday and has no new date. Three misses this year."),
    ("CANCELLED", TWO_BEFORE[:2], "S. Patel cancelled a $740 visit on Friday and has no new date. Two misses this year."),
    ("CANCELLED", [], "S. Patel cancelled a $740 visit on Friday and has no new date."),
    ("UNSCHEDULED_LIST", TWO_BEFORE[:2],
     "S. Patel has a $740 visit on the unscheduled list, since Friday, and no new date. Two misses this year."),
]  # fmt: skip


@pytest.mark.parametrize(("status", "more", "words"), NOT_A_MISS)
def test_who_calls_the_visit_off_did_not_miss_it(connection: Connection, status: str, more: list[Row], words: str) -> None:
    """Earlier misses are told (one of them is in January), and bring neither deposit policy nor manager (§4.2)."""
    rows = [each.changed(status=status) if each.values["source_key"] == "a1" else each for each in patel()]
    [finding] = broken(connection, [*rows, *more])
    assert (finding.sentence, finding.next_step) == (words, "rebook, or offer the waitlist")


def test_a_third_miss_goes_to_the_manager(connection: Connection) -> None:
    [finding] = broken(connection, [*patel(), *TWO_BEFORE[:2]])
    assert finding.sentence.endswith("Third miss this year.")
    assert finding.next_step == "hand to the manager before rebooking"


@pytest.mark.parametrize(("day", "listed"), [(date(2025, 9, 11), True), (date(2025, 9, 10), False)])
def test_180_days_are_the_limit(connection: Connection, day: date, listed: bool) -> None:
    assert bool(values(connection, start_date=day, created_date=day)) is listed


def test_a_hygiene_visit_is_replaced_by_its_recall_type(connection: Connection) -> None:
    missed = {"recall_type": "PROPHY", "procedure_tokens": "|D1110|D0120|D0274|", "kind": "Hygiene"}
    assert values(connection, new_visit(None, recall_type="prophy"), **missed) == []
    assert len(values(connection, new_visit(None, recall_type="PERIO"), **missed)) == 1


def test_without_procedures_the_amount_then_the_median_of_the_kind_counts(connection: Connection) -> None:
    plain = {"procedure_tokens": None, "kind": "Filling", "amount_cents": None}
    others = [
        appointment(f"m{n}", "6", date(2026, 2, n), status="COMPLETED", kind="Filling", amount_cents=amount)
        for n, amount in ((2, 20_000), (3, 30_000), (4, 90_000))
    ]
    assert values(connection, **plain) == [0]
    assert values(connection, patient("6"), *others, **plain) == [30_000]
    assert values(connection, patient("6"), *others, **{**plain, "amount_cents": 25_000}) == [25_000]


def test_without_procedures_a_visit_of_the_same_kind_and_reason_replaces(connection: Connection) -> None:
    plain = {"procedure_tokens": None, "kind": "Filling", "reason": "MOD 3"}
    assert values(connection, new_visit(None, kind="Filling", reason="mod 3"), **plain) == []
    assert values(connection, new_visit(None, kind="Filling", reason="crown"), **plain) == [0]


@pytest.mark.parametrize(
    ("before", "after", "listed"),
    [
        ("#30-Crn", "#30-Crn, #19-Comp", False),  # the crown moved along into a visit that holds more
        ("#30-Crn; Exam", "exam, #30-crn,  #19-Comp", False),
        ("#30-Crn, #3-Comp", "#30-Crn, #19-Comp", True),
        ("", "#30-Crn", False),  # emptied when the work moved
        ("#30-Crn", "", True),
    ],
)
def test_an_emptied_visit_is_replaced_by_one_that_has_all_its_parts(
    connection: Connection, before: str, after: str, listed: bool
) -> None:
    """Open Dental: a procedure names one visit, so rebooking takes everything but the text away from the old one."""
    rows = [
        patient("1"),
        appointment("A1", "1", FRIDAY, status="BROKEN", kind="Treatment", reason=before, created_date=date(2026, 2, 1)),
        appointment("A2", "1", SOON, kind="Treatment", reason=after, created_date=date(2026, 3, 9)),
        procedure("p", "1", appointment_key="A2"),
        procedure("p2", "1", appointment_key="A2", code="D2392", tooth="19"),
    ]
    assert bool(broken(connection, rows)) is listed


def test_office_codes_without_the_d_are_tested_as_cleaned(connection: Connection) -> None:
    """Critical and minor codes are beginnings of CDT codes; this office writes 4341 and 0140."""
    rows = [patient("1"), appointment("A1", "1", FRIDAY, status="BROKEN", created_date=date(2026, 2, 1)),
            procedure("p", "1", appointment_key="A1", code="4341", cdt="D4341", tooth=None)]  # fmt: skip
    [finding] = broken(connection, rows)
    assert finding.risk == 0.5
    exam = procedure("e", "1", appointment_key="A1", code="0140", cdt="D0140", tooth=None)
    rebooked = appointment("A2", "1", SOON, procedure_tokens="|D4341|", created_date=FRIDAY)
    assert broken(connection, [*rows, exam, rebooked]) == []


def test_copies_of_a_procedure_in_two_cases_are_one_amount(connection: Connection) -> None:
    copy = procedure("d3", "5", "default", canonical_key="p3", code="D2740", tooth="3", fee_cents=50_000,
                     est_writeoff_cents=13_000)  # fmt: skip
    assert values(connection, copy) == [74_000]


def test_follow_ups_come_after_two_working_days_seven_and_21_days(connection: Connection) -> None:
    call = comm("c1", "5", FRIDAY, outcome="VOICEMAIL")
    [second] = broken(connection, [*patel(), call])
    assert (second.due, second.wake_on) == (date(2026, 3, 10), None)
    assert second.likelihood == pytest.approx(0.55 * 0.7)
    [third] = broken(connection, [*patel(), call, comm("c2", "5", AS_OF)])
    assert (third.due, third.wake_on) == (date(2026, 3, 13), date(2026, 3, 13))
    [fourth] = broken(connection, [*patel(), call, comm("c2", "5", date(2026, 3, 9)), comm("c3", "5", AS_OF)])
    assert fourth.wake_on == date(2026, 3, 27)


def test_patients_who_left_are_not_called(connection: Connection) -> None:
    assert broken(connection, [patel()[0].changed(status="INACTIVE"), *patel()[1:]]) == []


def test_a_visit_of_another_patient_replaces_nothing(connection: Connection) -> None:
    other = appointment("x", "6", SOON, procedure_tokens="|D2740#3|D2740#14|", created_date=AS_OF)
    assert values(connection, patient("6"), other) == [74_000]


def test_the_same_input_gives_the_same_findings_in_any_order(connection: Connection) -> None:
    first = broken(connection, patel())
    assert broken(connection, patel()) == first
    shuffled = patel()
    random.Random(3).shuffle(shuffled)
    assert broken(connection, shuffled) == first


def test_an_unrelated_patient_changes_nothing(connection: Connection) -> None:
    other = [patient("6"), appointment("x", "6", SOON, procedure_tokens="|D2740#3|"), comm("y", "6", AS_OF)]
    assert broken(connection, [*patel(), *other]) == broken(connection, patel())


def test_the_plugin_brings_both_kinds() -> None:
    assert [rule.code for rule in hub_rules()] == ["APPT-BROKEN", "APPT-UNCONFIRMED", "RECALL-OVERDUE"]
