"""RECALL-OVERDUE: the worked example of the catalogue, its traps, and three properties."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_schedule.recall import RecallOverdue
from tests.rows import AS_OF, CLOSED, Row, appointment, comm, found, patient, procedure, recall

SOON = date(2026, 3, 17)
OLDEST = date(2026, 1, 20)


def bakers() -> list[Row]:
    """June Baker and her two children, cleanings due from 2026-01-20; reminded in December and January."""
    family = {"last_name": "Baker", "guarantor_key": "10"}
    return [
        patient("10", first_name="June", birth_date=date(1984, 4, 1), **family),
        patient("11", first_name="Leo", birth_date=date(2014, 4, 1), **family),
        patient("12", first_name="Mia", birth_date=date(2016, 4, 1), **family),
        recall("r10", "10", OLDEST),
        recall("r11", "11", date(2026, 2, 2)),
        recall("r12", "12", date(2026, 2, 2)),
        comm("c1", "10", date(2025, 12, 22), outcome="REPLIED"),
        comm("c2", "10", date(2026, 1, 21)),
    ]


def due(connection: Connection, rows: list[Row], **settings: object) -> list[Finding]:
    return found(connection, RecallOverdue, rows, **settings)


def single(**values: object) -> list[Row]:
    """One adult whose cleaning was due on 2026-01-20."""
    return [patient("20", first_name="Ann", last_name="Reed"), recall("r20", "20", OLDEST).changed(**values)]


def test_the_worked_example_of_a_family(connection: Connection) -> None:
    [finding] = due(connection, bakers())
    assert finding.subject == "patient:pms:10"
    assert finding.value_cents == 3 * 14_000
    # the third touch, 01-20 + 30 days, was never made
    assert finding.due == date(2026, 2, 19)
    assert finding.sentence == "The Baker family: 3 overdue cleanings since January, one call. About $420."
    assert (finding.patient, finding.patient_name) == ("pms:10", "June Baker")
    assert finding.evidence == ("recall_due:pms:r10", "recall_due:pms:r11", "recall_due:pms:r12")
    # V = ln 421 / ln 10001 = .6561; 40 x .6561 + 35 x 1 + 15 x .35 + 0 = 66.49
    assert score(finding, AS_OF, Workdays(closures=[CLOSED])).priority == 66


def test_adults_of_a_family_are_called_themselves(connection: Connection) -> None:
    grown = [each.changed(birth_date=date(2008, 3, 10)) if each.key == "11" else each for each in bakers()]
    assert [(f.subject, f.value_cents) for f in due(connection, grown)] == [
        ("patient:pms:10", 28_000),
        ("patient:pms:11", 14_000),
    ]
    almost = [each.changed(birth_date=date(2008, 3, 11)) if each.key == "11" else each for each in bakers()]
    assert [f.value_cents for f in due(connection, almost)] == [42_000]


def test_children_stay_on_the_list_when_the_guarantor_is_no_patient(connection: Connection) -> None:
    rows = [each.changed(status="NON_PATIENT") if each.key == "10" else each for each in bakers()]
    [finding] = due(connection, rows)
    assert (finding.subject, finding.value_cents, finding.patient) == ("patient:pms:10", 28_000, "pms:11")


def test_an_archived_child_is_not_counted(connection: Connection) -> None:
    rows = [each.changed(status="ARCHIVED") if each.key == "12" else each for each in bakers()]
    assert [f.value_cents for f in due(connection, rows)] == [28_000]


def test_one_child_names_whom_to_call(connection: Connection) -> None:
    rows = [each for each in bakers() if each.key not in ("r10", "r12")]
    [finding] = due(connection, rows)
    assert finding.sentence == "L. Baker (call June Baker): cleaning overdue since Feb 2, nothing booked. About $140."


@pytest.mark.parametrize(
    "visit",
    [
        appointment("a", "20", SOON, recall_type="prophy"),
        appointment("a", "20", SOON, procedure_tokens="|D0120|D1110|"),
        appointment("a", "20", SOON, recall_type="PERIO"),
    ],
    ids=["type", "trigger code", "perio instead"],
)
def test_a_visit_of_that_recall_clears_it(connection: Connection, visit: Row) -> None:
    assert due(connection, [*single(), visit]) == []


def test_a_visit_named_by_the_recall_or_by_its_procedure_clears_it(connection: Connection) -> None:
    visit = appointment("a", "20", SOON)
    assert len(due(connection, [*single(), visit])) == 1
    rows = [each.changed(appointment_key="a") if each.key == "r20" else each for each in single()]
    assert due(connection, [*rows, visit]) == []
    planned = procedure("p", "20", code="D1110", tooth=None, appointment_key="a")
    assert due(connection, [*single(), visit, planned]) == []


def test_some_other_visit_does_not_clear_it(connection: Connection) -> None:
    crown = appointment("a", "20", SOON, procedure_tokens="|D2740#30|")
    rows = [each.changed(has_appointment=True) if each.key == "r20" else each for each in single()]
    assert len(due(connection, [*rows, crown])) == 1


def test_the_sources_own_word_counts_where_no_trigger_code_is_known(connection: Connection) -> None:
    hygiene = appointment("a", "20", SOON)
    unknown = [each.changed(trigger_codes=None) if each.key == "r20" else each for each in single()]
    assert len(due(connection, [*unknown, hygiene])) == 1
    assert due(connection, [*(each.changed(has_appointment=True) if each.key == "r20" else each for each in unknown), hygiene]) == []


@pytest.mark.parametrize("status", ["PLANNED", "BROKEN", "CANCELLED"])
def test_a_visit_that_is_not_booked_does_not_clear_it(connection: Connection, status: str) -> None:
    visit = appointment("a", "20", SOON, recall_type="PROPHY", status=status)
    assert len(due(connection, [*single(), visit])) == 1


def test_a_cleaning_done_after_the_due_day_clears_it(connection: Connection) -> None:
    for done in (
        appointment("a", "20", date(2026, 2, 3), recall_type="PROPHY", status="COMPLETED"),
        procedure("p", "20", code="D1110", tooth=None, status="COMPLETED", date_completed=date(2026, 2, 3)),
    ):
        assert due(connection, [*single(), done]) == []
    early = procedure("p", "20", code="D1110", tooth=None, status="COMPLETED", date_completed=date(2025, 7, 20))
    assert len(due(connection, [*single(), early])) == 1


def test_each_recall_is_cleared_by_what_was_done_after_its_own_due_day(connection: Connection) -> None:
    older = recall("s20", "20", date(2025, 6, 1), recall_type="SCREENING", trigger_codes=None)
    booked = appointment("a", "20", SOON, recall_type="SCREENING")
    early = procedure("p", "20", code="D1110", tooth=None, status="COMPLETED", date_completed=date(2025, 7, 20))
    [finding] = due(connection, [*single(), older, booked, early])
    assert finding.evidence == ("recall_due:pms:r20",)


@pytest.mark.parametrize(
    ("values", "listed"),
    [
        ({"disabled": True}, False),
        ({"disabled_until": date(2026, 3, 11)}, False),
        ({"disabled_until": AS_OF}, True),
        ({"due_date": AS_OF + timedelta(days=30)}, True),
        ({"due_date": AS_OF + timedelta(days=31)}, False),
        ({"recall_type": "BITEWINGS"}, False),
    ],
)
def test_flags_and_days(connection: Connection, values: dict, listed: bool) -> None:
    rows = [each.changed(**values) if each.key == "r20" else each for each in single()]
    assert bool(due(connection, rows)) is listed


def test_disabled_until_the_family_owes_less(connection: Connection) -> None:
    rows = single(until_balance_cents=5_000)
    member = patient("21", last_name="Reed", guarantor_key="20", balance_cents=4_000)
    rich = [rows[0].changed(balance_cents=1_000), rows[1], member]
    assert len(due(connection, rich)) == 1
    assert due(connection, [rows[0].changed(balance_cents=1_001), rows[1], member]) == []


def test_perio_replaces_the_cleaning(connection: Connection) -> None:
    perio = recall("q20", "20", date(2026, 2, 10), recall_type="PERIO", trigger_codes="|D4910|")
    [finding] = due(connection, [*single(), perio])
    assert finding.evidence == ("recall_due:pms:q20",)
    assert finding.risk == 0.5
    later = perio.changed(due_date=date(2026, 8, 1))
    assert due(connection, [*single(), later]) == []
    assert len(due(connection, [*single(), later.changed(disabled=True)])) == 1


def test_540_days_divide_overdue_from_lapsed(connection: Connection) -> None:
    [current] = due(connection, single(due_date=AS_OF - timedelta(days=540)))
    assert (current.discriminator, current.cap, current.tags) == ("", 100, ())
    [lapsed] = due(connection, single(due_date=AS_OF - timedelta(days=541)))
    assert (lapsed.discriminator, lapsed.cap, lapsed.tags) == ("lapsed", 40, ("RECALL-LAPSED",))
    assert score(lapsed, AS_OF, Workdays()).priority == 40


def test_value_is_the_practices_own_median_of_90_days(connection: Connection) -> None:
    def hygiene_day(key: str, day: date, fee: int, code: str = "D1110") -> list[Row]:
        done = {"status": "COMPLETED", "date_completed": day, "tooth": None}
        return [
            patient(key, status="ARCHIVED"),
            procedure(f"p{key}", key, code=code, fee_cents=fee, est_writeoff_cents=2_000, **done),
            procedure(f"e{key}", key, code="D0120", fee_cents=5_000, **done),
        ]

    days = [
        *hygiene_day("30", date(2026, 3, 2), 9_000),
        *hygiene_day("31", date(2026, 3, 3), 12_000),
        *hygiene_day("32", date(2026, 3, 4), 20_000),
        *hygiene_day("33", date(2025, 12, 9), 90_000),  # 91 days ago
        *hygiene_day("34", date(2026, 3, 4), 90_000, code="D2740"),
    ]
    # 12,000 - 2,000 + 5,000 is the middle of the three hygiene days
    assert [f.value_cents for f in due(connection, [*single(), *days])] == [15_000]


def test_an_office_that_writes_codes_without_their_d_has_a_median_too(connection: Connection) -> None:
    done = {"status": "COMPLETED", "date_completed": date(2026, 3, 2), "tooth": None}
    day = [patient("30", status="ARCHIVED"), procedure("p30", "30", code="1110", cdt="D1110", fee_cents=9_000, **done)]
    assert [f.value_cents for f in due(connection, [*single(), *day])] == [9_000]


def test_finished_visits_of_the_type_give_the_value_when_no_code_does(connection: Connection) -> None:
    visits = [
        appointment(f"v{n}", "30", date(2026, 3, n), recall_type=" Prophy", status="COMPLETED", amount_cents=n * 1_000)
        for n in (2, 4, 6, 9)
    ]
    assert [f.value_cents for f in due(connection, [*single(), patient("30"), *visits])] == [5_000]
    assert [f.value_cents for f in due(connection, single(), default_value=99)] == [9_900]


def test_touches_already_made_let_it_sleep(connection: Connection) -> None:
    rows = [*single(), comm("c", "20", date(2026, 3, 9))]
    [finding] = due(connection, rows)
    # 01-20 + 90 days = Mon 04-20
    assert (finding.due, finding.wake_on) == (date(2026, 4, 20), date(2026, 4, 20))


def test_a_recall_that_comes_up_is_listed_with_its_day(connection: Connection) -> None:
    [finding] = due(connection, single(due_date=date(2026, 3, 28)))
    assert finding.sentence == "A. Reed: cleaning due Mar 28, nothing booked. About $140."
    # thirty days before it: 02-26
    assert finding.due == date(2026, 2, 26)


def test_the_same_input_gives_the_same_findings_in_any_order(connection: Connection) -> None:
    rows = [*bakers(), *single()]
    first = due(connection, rows)
    assert len(first) == 2
    assert due(connection, rows) == first
    random.Random(5).shuffle(rows)
    assert due(connection, rows) == first


def test_an_unrelated_patient_changes_nothing(connection: Connection) -> None:
    other = [patient("90"), recall("r90", "90", date(2027, 1, 1)), appointment("a90", "90", SOON, recall_type="PROPHY")]
    assert due(connection, [*bakers(), *other]) == due(connection, bakers())
