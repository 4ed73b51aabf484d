"""TX-PHASE-STALLED and TX-SEAT-MISSING: worked examples of the catalogue, its traps, and who yields to whom.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_treatment.accepted import AcceptedUnbooked
from plugins.rules_treatment.seat_missing import SeatMissing
from plugins.rules_treatment.stalled import PhaseStalled
from plugins.rules_treatment.unscheduled import Unscheduled
from tests.rows import AS_OF, CLOSED, Row, appointment, case, comm, found, lab_case, patient, procedure, referral

SOON = date(2026, 3, 17)
CROWN: dict[str, Any] = {"code": "D2740", "description": "crown", "tooth": "19", "fee_cents": 140_000, "est_writeoff_cents": 22_000}
ENDO: dict[str, Any] = {"code": "D3330", "description": "root canal", "tooth": "19", "fee_cents": 109_000}


def priority(finding: Finding) -> int:
    return score(finding, AS_OF, Workdays(closures=[CLOSED])).priority


def kim(done: date = date(2026, 2, 5), **crown: Any) -> list[Row]:
    """A root canal on #19 finished on Thu 2026-02-05; the crown, $1,180 net, is planned in an undecided case."""
    return [
        patient("5", first_name="Jae", last_name="Kim"),
        case("50", "5"),
        procedure("e1", "5", "50", status="COMPLETED", date_completed=done, **ENDO),
        procedure("c1", "5", "50", **{**CROWN, **crown}),
    ]


def stalled(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, PhaseStalled, rows, **settings)


# --- TX-PHASE-STALLED -------------------------------------------------------------------------------------------------


def test_the_worked_example_of_a_stalled_phase(connection: Connection) -> None:
    [finding] = stalled(connection, kim())
    assert finding.sentence == "J. Kim's root canal on #19 was finished 33 days ago; the crown ($1,180) is not booked."
    # 02-05 + 30 days is Sat 03-07, rolled to Mon 03-09
    assert (finding.subject, finding.value_cents, finding.due) == ("case:pms:50", 118_000, date(2026, 3, 9))
    assert finding.evidence == ("treatment_case:pms:50", "procedure:pms:c1", "procedure:pms:e1")
    # 40 x ln 1181 / 9.21044 = 30.72; + 35 + 15 x .60 + 10 = 84.72
    assert priority(finding) == 85


@pytest.mark.parametrize(("endo", "crown"), [("3330", "2740"), ("d3330.00", "D2740A")])
def test_a_code_is_tested_as_it_was_cleaned(connection: Connection, endo: str, crown: str) -> None:
    """An office that writes its codes without the "D" has the same phases."""
    rows = [each.changed(code=endo) if each.values["source_key"] == "e1" else each for each in kim(code=crown, cdt="D2740")]
    [finding] = stalled(connection, rows)
    assert (finding.subject, finding.value_cents) == ("case:pms:50", 118_000)
    fresh = [each.changed(date_completed=date(2026, 3, 4)) if each.values["source_key"] == "e1" else each for each in rows]
    assert stalled(connection, fresh) == []


def test_before_its_late_day_it_is_listed_with_less_urgency(connection: Connection) -> None:
    [finding] = stalled(connection, kim(date(2026, 3, 3)))
    # due Thu 04-02: 17 working days left of 20
    assert (finding.due, priority(finding)) == (date(2026, 4, 2), round(30.72 + 35 * 3 / 20 + 9 + 10))


def test_six_days_after_the_step_nothing_is_said(connection: Connection) -> None:
    assert stalled(connection, kim(date(2026, 3, 4))) == []


@pytest.mark.parametrize(("done", "listed"), [(date(2025, 12, 11), 0), (date(2025, 12, 10), 1)])
def test_healing_time_is_not_delay(connection: Connection, done: date, listed: int) -> None:
    """An extraction heals 90 days before the implant: the 90th day after 2025-12-10 is 2026-03-10."""
    rows = [
        patient("5"), procedure("x", "5", code="D7140", description="tooth out", status="COMPLETED", date_completed=done),
        procedure("i", "5", code="D6010", description="implant", fee_cents=200_000),
    ]  # fmt: skip
    findings = stalled(connection, rows)
    assert len(findings) == listed
    assert all(finding.risk == 0.5 for finding in findings)


def test_a_next_phase_at_a_specialist_is_not_ours_to_book(connection: Connection) -> None:
    assert stalled(connection, [*kim(), referral("r1", "5", procedure_key="c1")]) == []
    assert len(stalled(connection, [*kim(), referral("r1", "5", procedure_key="c1", status="DECLINED")])) == 1
    assert stalled(connection, kim(status="REFERRED_OUT")) == []


GONE: list[tuple[str, list[Row]]] = [
    ("booked", [*kim(), appointment("a", "5", SOON, procedure_tokens="|D2740#19|")]),
    ("done", kim(status="COMPLETED", date_completed=date(2026, 3, 2))),
    ("case declined", [each.changed(status="DECLINED") if each.entity == "treatment_case" else each for each in kim()]),
    ("case on hold", [each.changed(status="HOLD") if each.entity == "treatment_case" else each for each in kim()]),
    ("no fee", kim(fee_cents=0)),
    ("another tooth", kim(tooth="30")),
    ("another root canal of the case is still planned", [*kim(), procedure("e2", "5", "50", **ENDO)]),
    ("the crown was made since", [*kim(), procedure("c2", "5", status="COMPLETED", date_completed=date(2026, 2, 20), **CROWN)]),
]


@pytest.mark.parametrize(("why", "rows"), GONE, ids=[why for why, _ in GONE])
def test_it_goes_away(connection: Connection, why: str, rows: list[Row]) -> None:
    assert stalled(connection, rows) == []


def test_a_cleaning_on_the_book_does_not_book_the_crown(connection: Connection) -> None:
    visit = appointment("a", "5", SOON, procedure_tokens="|D1110|")
    assert len(stalled(connection, [*kim(), visit])) == 1


def test_the_second_gum_cleaning_is_not_the_first_ones_delay(connection: Connection) -> None:
    rows = [
        patient("5"),
        procedure("s", "5", code="D4341", tooth=None, area="UR", status="COMPLETED", date_completed=date(2025, 9, 1)),
        procedure("m2", "5", code="D4910", tooth=None, fee_cents=14_800),
    ]
    assert len(stalled(connection, rows)) == 1
    first = procedure("m1", "5", code="D4910", tooth=None, status="COMPLETED", date_completed=date(2025, 12, 10))
    assert stalled(connection, [*rows, first]) == []


def test_the_table_is_the_practices_own(connection: Connection) -> None:
    table = [{"done": ["D33"], "next": ["D27"], "min_days": 60}]
    assert stalled(connection, kim(), phase_table=table) == []


def test_failed_calls_lower_the_chance(connection: Connection) -> None:
    [finding] = stalled(connection, [*kim(), comm("k", "5", date(2026, 3, 2), outcome="VOICEMAIL")])
    assert finding.likelihood == pytest.approx(0.42)


# --- one code per case ------------------------------------------------------------------------------------------------


def test_a_case_with_a_yes_is_accepted_and_not_stalled(connection: Connection) -> None:
    rows = [
        each.changed(status="ACCEPTED", decision_date=date(2026, 2, 2)) if each.entity == "treatment_case" else each
        for each in kim()
    ]
    assert stalled(connection, rows) == []
    assert [each.subject for each in found(connection, AcceptedUnbooked, rows)] == ["case:pms:50"]


def test_a_stalled_case_is_not_also_unscheduled(connection: Connection) -> None:
    """Not even with the rest of its work: one code per case."""
    filling = procedure("f", "5", "50", code="D2392", tooth="3", fee_cents=40_000)
    assert found(connection, Unscheduled, [*kim(), filling]) == []
    not_stalled = kim(date(2026, 3, 4))
    assert [each.subject for each in found(connection, Unscheduled, not_stalled)] == ["case:pms:50"]


# --- TX-SEAT-MISSING --------------------------------------------------------------------------------------------------

BEGUN: dict[str, Any] = {**CROWN, "tooth": "14", "fee_cents": 120_000, "multi_visit_key": "g1"}
SEAT: dict[str, Any] = {"code": "N2740", "cdt": None, "description": "seat crown", "tooth": "14", "fee_cents": 0, "multi_visit_key": "g1"}


def ruiz(**begun: Any) -> list[Row]:
    """A crown on #14, $980 net, prepared on Mon 2026-02-23 and back from the laboratory since Fri 03-06; seat step planned."""
    given = {"status": "IN_PROGRESS", "date_completed": date(2026, 2, 23), **BEGUN, **begun}
    return [
        patient("8", first_name="Ana", last_name="Ruiz"),
        procedure("b1", "8", **given),
        procedure("b2", "8", **SEAT),
        lab_case("L1", "8", procedure_key="b1", sent_date=date(2026, 2, 24), received_date=date(2026, 3, 6), fee_cents=14_000),
    ]


def seats(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, SeatMissing, rows, **settings)


def test_the_worked_example_of_a_missing_seat(connection: Connection) -> None:
    [finding] = seats(connection, ruiz())
    assert finding.sentence == (
        "Crown prepped on #14 for A. Ruiz 15 days ago. No seat visit; the crown has been back from the lab 4 days."
    )
    assert (finding.value_cents, finding.due) == (98_000, date(2026, 3, 9))
    assert finding.evidence == ("procedure:pms:b1", "procedure:pms:b2", "lab_case:pms:L1")
    # 40 x ln 981 / 9.21044 = 29.92; + 35 + 15 x .80 + 10 = 86.92
    assert priority(finding) == 87


def test_an_office_that_bills_on_prep_risks_the_lab_fee_and_a_remake(connection: Connection) -> None:
    [finding] = seats(connection, ruiz(), bills_on="prep")
    assert finding.value_cents == 14_000 + 15_000


def test_a_same_day_crown_has_no_seat_visit(connection: Connection) -> None:
    rows = [patient("8"), procedure("b1", "8", status="COMPLETED", date_completed=date(2026, 2, 23), **CROWN)]
    assert seats(connection, rows) == []


def test_the_day_of_the_preparation_says_nothing(connection: Connection) -> None:
    assert seats(connection, ruiz(date_completed=AS_OF)) == []


def seated(rows: list[Row], key: str, **values: Any) -> list[Row]:
    return [each.changed(**values) if each.key == key else each for each in rows]


SEATED: list[tuple[str, list[Row]]] = [
    ("the seat step is done", seated(seated(ruiz(), "b2", status="COMPLETED", date_completed=AS_OF), "b1", status="COMPLETED")),
    ("the seat step names a visit", [*seated(ruiz(), "b2", appointment_key="a"), appointment("a", "8", SOON)]),
    ("a visit lists it", [*ruiz(), appointment("a", "8", SOON, procedure_tokens="|N2740#14|")]),
    ("the laboratory case's visit", [*seated(ruiz(), "L1", appointment_key="a"), appointment("a", "8", SOON)]),
    ("the visit made from its planned one", [*seated(ruiz(), "L1", planned_appointment_key="p"), appointment("a", "8", SOON, planned_key="p")]),
    ("a visit that says so", [*ruiz(), appointment("a", "8", SOON, reason="Seat crown")]),
]


@pytest.mark.parametrize(("why", "rows"), SEATED, ids=[why for why, _ in SEATED])
def test_a_seat_that_is_booked_or_done_clears_it(connection: Connection, why: str, rows: list[Row]) -> None:
    assert seats(connection, rows) == []


@pytest.mark.parametrize("values", [{"status": "BROKEN"}, {"procedure_tokens": "|D1110|"}])
def test_no_other_visit_clears_it(connection: Connection, values: dict[str, Any]) -> None:
    rows = [*seated(ruiz(), "b2", appointment_key="a" if "status" in values else None), appointment("a", "8", SOON, **values)]
    assert len(seats(connection, rows)) == 1


def test_a_laboratory_case_alone_is_proof_once_it_was_sent(connection: Connection) -> None:
    """Offices that bill on the seat day leave the crown planned until then."""
    rows = [
        patient("8", first_name="Ana", last_name="Ruiz"),
        procedure("b1", "8", **{**BEGUN, "multi_visit_key": None}),
        lab_case("L1", "8", procedure_key="b1", created_date=date(2026, 2, 20), sent_date=date(2026, 2, 24)),
    ]
    [finding] = seats(connection, rows)
    assert finding.sentence == "Crown prepped on #14 for A. Ruiz 14 days ago. No seat visit; the crown is still at the lab."
    assert seats(connection, seated(rows, "L1", sent_date=None)) == []


def test_a_home_made_seat_code_counts_where_the_office_names_it(connection: Connection) -> None:
    rows = [
        patient("8"),
        procedure("b1", "8", **{**BEGUN, "multi_visit_key": None, "status": "COMPLETED", "date_completed": date(2026, 2, 23)}),
        procedure("b2", "8", **{**SEAT, "multi_visit_key": None}),
    ]
    assert seats(connection, rows) == []
    [finding] = seats(connection, rows, seat_codes=["N2740"])
    assert (finding.value_cents, finding.since) == (98_000, date(2026, 2, 23))
    bare = [each.changed(code="2740", cdt="D2740") if each.values["source_key"] == "b1" else each for each in rows]
    assert [each.value_cents for each in seats(connection, bare, seat_codes=["N2740"])] == [98_000]


def test_begun_work_is_not_counted_a_second_time_as_treatment(connection: Connection) -> None:
    """Its dollars stand on one line, whatever the case says."""
    planned = {**BEGUN, "multi_visit_key": None}
    rows = [
        patient("8"), case("80", "8", status="ACCEPTED", decision_date=date(2026, 2, 20)), procedure("b1", "8", "80", **planned),
        lab_case("L1", "8", procedure_key="b1", sent_date=date(2026, 2, 24)),
    ]  # fmt: skip
    assert len(seats(connection, rows)) == 1
    assert found(connection, AcceptedUnbooked, rows) == []
    undecided = seated(rows, "80", status="PROPOSED", decision_date=None)
    assert found(connection, Unscheduled, undecided) == []
    assert len(found(connection, Unscheduled, seated(undecided, "L1", sent_date=None))) == 1


@pytest.mark.parametrize("rule", [PhaseStalled, SeatMissing])
def test_order_and_strangers_change_nothing(connection: Connection, rule: Any) -> None:
    rows = [*kim(), *ruiz()]
    first = found(connection, rule, rows)
    assert len(first) == 1
    random.Random(3).shuffle(rows)
    assert found(connection, rule, [*rows, patient("99"), procedure("99", "99", **ENDO)]) == first
    assert found(connection, rule, [each.changed(practice_id="other") for each in rows]) == []


@pytest.mark.parametrize("rule", [PhaseStalled, SeatMissing])
def test_nobody_is_called_who_is_not_a_patient_any_more(connection: Connection, rule: Any) -> None:
    rows = [each.changed(status="ARCHIVED") if each.entity == "patient" else each for each in [*kim(), *ruiz()]]
    assert found(connection, rule, rows) == []
