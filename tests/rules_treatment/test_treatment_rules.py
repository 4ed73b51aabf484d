"""TX-ACCEPTED-UNBOOKED and TX-UNSCHEDULED: worked examples of the catalogue, its traps, and three properties."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import Connection

from hub.contract import Finding, Rule
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_treatment import hub_rules
from plugins.rules_treatment.accepted import AcceptedUnbooked
from plugins.rules_treatment.unscheduled import Unscheduled
from tests.rows import (
    AS_OF,
    CLOSED,
    Row,
    appointment,
    case,
    comm,
    document,
    found,
    ledger,
    link,
    patient,
    procedure,
)

CROWN = {"code": "D2740", "description": "crown", "fee_cents": 115_000, "est_writeoff_cents": 23_000}
BUILD_UP = {"code": "D2950", "description": "build-up", "fee_cents": 28_000, "est_writeoff_cents": 6_000}
SOON = date(2026, 3, 17)


def lopez() -> list[Row]:
    """Crown 1,150 - 230 and build-up 280 - 60 on #30, priority HIGH, accepted Thu 2026-03-05."""
    return [
        patient("1042"),
        case("77", "1042", status="ACCEPTED", decision_date=date(2026, 3, 5)),
        procedure("p1", "1042", "77", priority="HIGH", **CROWN),
        procedure("p2", "1042", "77", **BUILD_UP),
    ]


def shah() -> list[Row]:
    """Three fillings at $204 net, shown Tue 2026-02-24; one voicemail since."""
    fillings = [
        procedure(f"f{tooth}", "7", "9", code="D2392", description="filling", tooth=tooth, fee_cents=20_400)
        for tooth in ("3", "14", "19")
    ]
    return [
        patient("7", first_name="Ravi", last_name="Shah"),
        case("9", "7", presented_date=date(2026, 2, 24)),
        *fillings,
        comm("c1", "7", date(2026, 2, 26), outcome="VOICEMAIL"),
    ]


def accepted(connection: Connection, rows: list[Row], **settings: object) -> list[Finding]:
    return found(connection, AcceptedUnbooked, rows, **settings)


def unscheduled(connection: Connection, rows: list[Row], **settings: object) -> list[Finding]:
    return found(connection, Unscheduled, rows, **settings)


def priority(finding: Finding) -> int:
    return score(finding, AS_OF, Workdays(closures=[CLOSED])).priority


def without(rows: list[Row], key: str) -> list[Row]:
    return [each for each in rows if each.values.get("source_key") != key]


def changed(rows: list[Row], key: str, **values: object) -> list[Row]:
    return [each.changed(**values) if each.values.get("source_key") == key else each for each in rows]


# --- TX-ACCEPTED-UNBOOKED ---------------------------------------------------------------------------------------------


def test_the_worked_example_of_accepted_treatment(connection: Connection) -> None:
    [finding] = accepted(connection, lopez())
    assert finding.subject == "case:pms:77"
    assert finding.value_cents == 114_000
    assert finding.due == date(2026, 3, 9)
    assert finding.sentence == (
        "M. Lopez said yes to the crown and build-up on #30 ($1,140) 3 working days ago. Nothing of it is booked."
    )
    assert finding.evidence == ("treatment_case:pms:77", "procedure:pms:p1", "procedure:pms:p2")
    assert (finding.patient, finding.patient_name) == ("pms:1042", "Maria Lopez")
    # V = ln 1141 / ln 10001 = .7643; 40 x .7643 + 35 x 1 + 15 x .70 + 10 x .5 = 81.07
    assert priority(finding) == 81


def test_a_cleaning_on_the_book_does_not_book_the_crown(connection: Connection) -> None:
    cleaning = appointment("a1", "1042", SOON, recall_type="PROPHY", procedure_tokens="|D1110|D0120|")
    assert [f.value_cents for f in accepted(connection, [*lopez(), cleaning])] == [114_000]


def test_a_visit_that_lists_code_and_tooth_books_that_procedure_only(connection: Connection) -> None:
    visit = appointment("a1", "1042", SOON, procedure_tokens="|D2740#30|D0120|")
    [finding] = accepted(connection, [*lopez(), visit])
    assert finding.value_cents == 22_000
    assert finding.evidence == ("treatment_case:pms:77", "procedure:pms:p2")


def test_the_same_code_on_another_tooth_is_not_booked(connection: Connection) -> None:
    visit = appointment("a1", "1042", SOON, procedure_tokens="|D2740#3|D2950#3|")
    assert [f.value_cents for f in accepted(connection, [*lopez(), visit])] == [114_000]


def test_a_bare_code_books_the_only_procedure_under_that_code(connection: Connection) -> None:
    visit = appointment("a1", "1042", SOON, procedure_tokens="|D2740|D2950|")
    assert accepted(connection, [*lopez(), visit]) == []


def test_a_bare_code_books_neither_of_two_crowns(connection: Connection) -> None:
    second = procedure("p3", "1042", "77", **{**CROWN, "tooth": "14"})
    visit = appointment("a1", "1042", SOON, procedure_tokens="|D2740|D2950|")
    assert [f.value_cents for f in accepted(connection, [*lopez(), second, visit])] == [2 * 92_000]


def test_a_visit_named_by_the_procedure_books_it(connection: Connection) -> None:
    rows = changed(changed(lopez(), "p1", appointment_key="a1"), "p2", appointment_key="a1")
    assert accepted(connection, [*rows, appointment("a1", "1042", SOON)]) == []


def test_a_visit_of_yesterday_that_the_procedure_names_books_nothing(connection: Connection) -> None:
    rows = changed(lopez(), "p1", appointment_key="a1")
    [finding] = accepted(connection, [*rows, appointment("a1", "1042", date(2026, 3, 9))])
    assert finding.value_cents == 114_000


@pytest.mark.parametrize("status", ["PLANNED", "BROKEN", "CANCELLED", "UNSCHEDULED_LIST", "NO_SHOW", "WAITLIST"])
def test_only_a_scheduled_visit_books(connection: Connection, status: str) -> None:
    visit = appointment("a1", "1042", SOON, status=status, procedure_tokens="|D2740#30|D2950#30|")
    assert len(accepted(connection, [*lopez(), visit])) == 1


def test_a_visit_today_still_books_and_one_of_yesterday_does_not(connection: Connection) -> None:
    tokens = "|D2740#30|D2950#30|"
    assert accepted(connection, [*lopez(), appointment("a1", "1042", AS_OF, procedure_tokens=tokens)]) == []
    past = appointment("a1", "1042", date(2026, 3, 9), procedure_tokens=tokens)
    assert len(accepted(connection, [*lopez(), past])) == 1


def test_a_visit_of_another_patient_with_the_same_codes_books_nothing(connection: Connection) -> None:
    visit = appointment("a1", "2000", SOON, procedure_tokens="|D2740#30|D2950#30|")
    assert len(accepted(connection, [*lopez(), patient("2000"), visit])) == 1


def test_a_visit_of_another_source_books_through_the_confirmed_person_link(connection: Connection) -> None:
    visit = appointment("x1", "ext", SOON, procedure_tokens="|D2740#30|D2950#30|").changed(source="portal")
    assert len(accepted(connection, [*lopez(), visit])) == 1
    assert accepted(connection, [*lopez(), visit, link("appointment", "portal", "x1", "1042")]) == []
    doubtful = link("appointment", "portal", "x1", "1042", state="PROBABLE")
    assert len(accepted(connection, [*lopez(), visit, doubtful])) == 1


def test_the_grace_day_is_counted_in_working_days(connection: Connection) -> None:
    today = changed(lopez(), "77", decision_date=AS_OF)
    assert accepted(connection, today) == []
    assert len(accepted(connection, changed(lopez(), "77", decision_date=date(2026, 3, 9)))) == 1
    assert accepted(connection, changed(lopez(), "77", decision_date=date(2026, 3, 9)), grace_bd=2) == []


@pytest.mark.parametrize(
    "evidence",
    [
        document("d1", "1042", case_key="77", signed_date=date(2026, 3, 5)),
        ledger("l1", "1042", "PATIENT_PAYMENT", -30_000, date(2026, 3, 5), case_key="77"),
        ledger("l2", "1042", "FINANCING", -90_000, date(2026, 3, 5), case_key="77"),
    ],
    ids=["signed plan", "deposit", "financing"],
)
def test_other_evidence_of_a_yes_makes_the_case_accepted(connection: Connection, evidence: Row) -> None:
    proposed = changed(lopez(), "77", status="PROPOSED", decision_date=None, presented_date=date(2026, 2, 24))
    assert accepted(connection, proposed) == []
    assert len(unscheduled(connection, proposed)) == 1
    [finding] = accepted(connection, [*proposed, evidence])
    assert finding.since == date(2026, 3, 5)
    assert unscheduled(connection, [*proposed, evidence]) == []


def test_a_voided_deposit_is_no_yes(connection: Connection) -> None:
    proposed = changed(lopez(), "77", status="PROPOSED", decision_date=None)
    void = ledger("l1", "1042", "PATIENT_PAYMENT", -30_000, date(2026, 3, 5), case_key="77", status="VOID")
    assert accepted(connection, [*proposed, void]) == []


def test_a_declined_case_with_a_deposit_stays_closed(connection: Connection) -> None:
    declined = changed(lopez(), "77", status="DECLINED")
    deposit = ledger("l1", "1042", "PATIENT_PAYMENT", -30_000, date(2026, 3, 5), case_key="77")
    assert accepted(connection, [*declined, deposit]) == []


def test_partial_acceptance_says_so(connection: Connection) -> None:
    [finding] = accepted(connection, changed(lopez(), "77", status="PARTIAL"))
    assert finding.sentence.startswith("M. Lopez said yes to part of a plan: crown")


def test_the_phase_that_must_heal_first_is_left_out(connection: Connection) -> None:
    implant = {"code": "D6010", "description": "implant", "tooth": "19", "fee_cents": 200_000}
    crown = procedure("p4", "1042", "77", code="D6058", description="implant crown", tooth="19", fee_cents=150_000)
    rows = without(without(lopez(), "p1"), "p2")
    planned = [*rows, procedure("p3", "1042", "77", **implant), crown]
    assert [f.value_cents for f in accepted(connection, planned)] == [200_000]
    placed = {"status": "COMPLETED", **implant}
    # 90 days to heal: placed 2025-12-10 is 90 days before 2026-03-10, a day later is 89
    early = [*rows, procedure("p3", "1042", "77", date_completed=date(2025, 12, 11), **placed), crown]
    assert accepted(connection, early) == []
    healed = [*rows, procedure("p3", "1042", "77", date_completed=date(2025, 12, 10), **placed), crown]
    assert [f.value_cents for f in accepted(connection, healed)] == [150_000]
    assert [f.value_cents for f in accepted(connection, early, phase_table=())] == [150_000]


def test_after_a_logged_call_the_item_sleeps_until_the_next_touch(connection: Connection) -> None:
    note = comm("n1", "1042", date(2026, 3, 9), direction=None, channel=None)
    assert accepted(connection, [*lopez(), note])[0].wake_on is None, "a note in the chart is no call"
    called = comm("c1", "1042", date(2026, 3, 9), outcome="REACHED")
    [finding] = accepted(connection, [*lopez(), called])
    # accepted Thu 03-05 + 14 days = Thu 03-19
    assert (finding.due, finding.wake_on) == (date(2026, 3, 19), date(2026, 3, 19))


def test_after_three_touches_it_waits_for_the_chair(connection: Connection) -> None:
    rows = changed(lopez(), "77", decision_date=date(2025, 12, 1))
    calls = [comm(f"c{n}", "1042", date(2026, 2, n)) for n in (3, 10, 24)]
    cleaning = appointment("a1", "1042", SOON, procedure_tokens="|D1110|")
    [finding] = accepted(connection, [*rows, *calls, cleaning])
    assert finding.wake_on == SOON
    [finding] = accepted(connection, [*rows, *calls, cleaning.changed(start_date=AS_OF)])
    assert (finding.wake_on, finding.due) == (None, AS_OF)


def test_failed_calls_make_the_next_one_less_likely(connection: Connection) -> None:
    calls = [comm("c1", "1042", date(2026, 3, 6), outcome="VOICEMAIL"), comm("c2", "1042", date(2026, 3, 9))]
    [finding] = accepted(connection, [*lopez(), *calls])
    assert finding.likelihood == pytest.approx(0.70 * 0.7)


@pytest.mark.parametrize("status", ["INACTIVE", "ARCHIVED", "DECEASED", "DISMISSED", "NON_PATIENT"])
def test_patients_who_may_not_be_called_are_left_out(connection: Connection, status: str) -> None:
    assert accepted(connection, changed(lopez(), "1042", status=status)) == []


def test_test_patients_are_left_out(connection: Connection) -> None:
    assert accepted(connection, changed(lopez(), "1042", is_test=True)) == []


# --- what counts, once ------------------------------------------------------------------------------------------------


def test_default_case_and_named_case_do_not_double(connection: Connection) -> None:
    default = case("1", "1042", name="treatment plan ", status="PROPOSED", created_date=date(2020, 1, 1))
    copies = [
        procedure("d1", "1042", "1", canonical_key="p1", **CROWN),
        procedure("d2", "1042", "1", canonical_key="p2", **BUILD_UP),
    ]
    rows = [*lopez(), default, *copies]
    assert [(f.subject, f.value_cents) for f in accepted(connection, rows)] == [("case:pms:77", 114_000)]
    assert unscheduled(connection, rows) == []


def test_a_visit_that_holds_the_default_cases_copy_books_the_named_one(connection: Connection) -> None:
    default = case("1", "1042", name="Treatment Plan", status="PROPOSED")
    copy = procedure("d1", "1042", "1", canonical_key="p1", appointment_key="a1", **CROWN)
    rows = [*lopez(), default, copy, appointment("a1", "1042", SOON)]
    assert [f.value_cents for f in accepted(connection, rows)] == [22_000]


def test_a_declined_case_does_not_come_back_through_the_default_case(connection: Connection) -> None:
    default = case("1", "7", name="Treatment Plan", status="PROPOSED", presented_date=date(2026, 2, 24))
    copies = [
        procedure(f"d{t}", "7", "1", canonical_key=f"f{t}", code="D2392", tooth=t, fee_cents=20_400)
        for t in ("3", "14", "19")
    ]
    rows = [*changed(shah(), "9", status="DECLINED"), default, *copies]
    assert unscheduled(connection, rows) == []
    gone = {"deleted_at": rows[0].values["observed_at"], "deleted_run": 1}
    for key in ("9", "f3", "f14", "f19"):
        rows = changed(rows, key, **gone)
    assert unscheduled(connection, rows) == []


def alternates(bridge: dict[str, object], implant: dict[str, object]) -> list[Row]:
    shown = {"alt_group_key": "g1", "presented_date": date(2026, 2, 24)}
    return [
        patient("7", last_name="Novak", first_name="Petra"),
        case("b", "7", **{**shown, "created_date": date(2026, 2, 1), **bridge}),
        case("i", "7", **{**shown, "created_date": date(2026, 2, 2), **implant}),
        procedure("pb", "7", "b", code="D6240", description="bridge", tooth="5", fee_cents=310_000),
        procedure("pi", "7", "i", code="D6010", description="implant", tooth="5", fee_cents=250_000),
    ]


@pytest.mark.parametrize(
    ("bridge", "implant", "subject"),
    [
        ({}, {}, "case:pms:b"),
        ({}, {"is_recommended": True}, "case:pms:i"),
        ({"status": "DECLINED", "is_recommended": True}, {}, "case:pms:i"),
    ],
    ids=["first made", "recommended", "the recommended one was declined"],
)
def test_one_alternate_counts(connection: Connection, bridge: dict, implant: dict, subject: str) -> None:
    assert [f.subject for f in unscheduled(connection, alternates(bridge, implant))] == [subject]


def test_the_accepted_alternate_silences_the_other(connection: Connection) -> None:
    rows = alternates({"is_recommended": True}, {"status": "ACCEPTED", "decision_date": date(2026, 3, 5)})
    assert [f.subject for f in accepted(connection, rows)] == ["case:pms:i"]
    assert unscheduled(connection, rows) == []


def test_the_losing_alternate_does_not_come_back_through_the_default_case(connection: Connection) -> None:
    rows = alternates({}, {"is_recommended": True})
    rows += [
        case("1", "7", name="Treatment Plan"),
        procedure("d1", "7", "1", canonical_key="pb", code="D6240", tooth="5", fee_cents=310_000),
    ]
    assert [f.value_cents for f in unscheduled(connection, rows)] == [250_000]


def test_a_finished_alternate_silences_the_other(connection: Connection) -> None:
    assert unscheduled(connection, alternates({"status": "COMPLETED"}, {"is_recommended": True})) == []


def test_saved_snapshots_neither_count_nor_keep_a_procedure(connection: Connection) -> None:
    snapshot = case("s", "7", is_snapshot=True, status="ACCEPTED", decision_date=date(2026, 2, 25))
    copy = procedure("s3", "7", "s", canonical_key="f3", code="D2392", tooth="3", fee_cents=20_400)
    assert [f.value_cents for f in unscheduled(connection, [*shah(), snapshot, copy])] == [61_200]
    assert accepted(connection, [*shah(), snapshot, copy]) == []


def test_a_saved_snapshot_is_never_the_alternate_that_counts(connection: Connection) -> None:
    assert unscheduled(connection, alternates({"is_snapshot": True}, {}))[0].subject == "case:pms:i"


@pytest.mark.parametrize("status", ["COMPLETED", "DELETED", "REFERRED_OUT", "PLANNED_INACTIVE"])
def test_a_copy_of_a_procedure_that_is_no_longer_planned_does_not_count(connection: Connection, status: str) -> None:
    """A signed plan's line that still says PLANNED: its procedure was completed since, and that touches no saved plan."""
    signed = case("s", "1042", status="ACCEPTED", decision_date=date(2026, 3, 5))
    line = procedure("line:1", "1042", "s", canonical_key="p1", **CROWN)
    own = procedure("p1", "1042", None, canonical_key="p1", **CROWN)
    person = next(row for row in lopez() if row.values["source_key"] == "1042")
    assert [f.subject for f in accepted(connection, [person, signed, line, own])] == ["case:pms:s"]
    assert accepted(connection, [person, signed, line, own.changed(status=status)]) == []
    gone = own.changed(status=status, deleted_at=own.values["observed_at"], deleted_run=1)
    assert [f.subject for f in accepted(connection, [person, signed, line, gone])] == ["case:pms:s"], "nobody knows"


def test_a_signed_case_on_hold_waits(connection: Connection) -> None:
    rows = changed(lopez(), "77", status="HOLD", signed_date=date(2026, 3, 5))
    default = [case("1", "1042", name="Treatment Plan"), procedure("d1", "1042", "1", canonical_key="p1", **CROWN)]
    assert accepted(connection, rows + default) == unscheduled(connection, rows + default) == []


@pytest.mark.parametrize("values", [{"fee_cents": 0}, {"fee_cents": None}, {"priority": "WATCH"},
                                    {"status": "CONDITION"}, {"status": "PLANNED_INACTIVE"}])  # fmt: skip
def test_watches_and_free_procedures_are_not_treatment(connection: Connection, values: dict) -> None:
    [finding] = unscheduled(connection, changed(shah(), "f3", **values))
    assert finding.value_cents == 40_800
    assert "procedure:pms:f3" not in finding.evidence


# --- TX-UNSCHEDULED ---------------------------------------------------------------------------------------------------


def test_the_worked_example_of_undecided_treatment(connection: Connection) -> None:
    [finding] = unscheduled(connection, shah())
    assert finding.value_cents == 61_200
    assert finding.due == date(2026, 3, 10)
    assert finding.wake_on is None
    assert finding.sentence == (
        "R. Shah was shown filling on #3, #14 and #19 ($612) on Feb 24 and has not decided. Second follow-up is due."
    )
    # V = ln 613 / ln 10001 = .6969; one voicemail: L = .35 x .7 = .245; 27.87 + 35 + 3.68 = 66.55
    assert priority(finding) == 67


@pytest.mark.parametrize("status", ["DECLINED", "HOLD", "SUPERSEDED", "COMPLETED", "ACCEPTED"])
def test_only_undecided_cases_are_followed_up(connection: Connection, status: str) -> None:
    assert unscheduled(connection, changed(shah(), "9", status=status)) == []


def test_small_plans_are_left_out_unless_urgent(connection: Connection) -> None:
    small = without(without(shah(), "f14"), "f19")
    assert [f.value_cents for f in unscheduled(connection, small)] == [20_400]
    assert unscheduled(connection, small, min_value=205) == []
    assert len(unscheduled(connection, changed(small, "f3", priority="URGENT"), min_value=205)) == 1
    assert unscheduled(connection, changed(small, "f3", priority="HIGH"), min_value=205) == []


@pytest.mark.parametrize(
    ("shown", "listed"),
    [(date(2026, 3, 6), True), (date(2026, 3, 9), False), (date(2025, 3, 10), True), (date(2025, 3, 9), False)],
    ids=["2 working days", "1 working day", "365 days", "366 days"],
)
def test_age_limits(connection: Connection, shown: date, listed: bool) -> None:
    assert bool(unscheduled(connection, changed(shah(), "9", presented_date=shown))) is listed


def test_without_a_presentation_the_planning_day_counts(connection: Connection) -> None:
    [finding] = unscheduled(connection, changed(shah(), "9", presented_date=None))
    assert finding.since == date(2026, 2, 24)
    assert "was planned on Feb 24, no decision is noted." in finding.sentence


def test_procedures_without_a_case_are_one_item_per_patient(connection: Connection) -> None:
    rows = [each.changed(case_key=None) if each.entity == "procedure" else each for each in without(shah(), "9")]
    [finding] = unscheduled(connection, rows)
    assert (finding.subject, finding.value_cents) == ("patient:pms:7", 61_200)


def test_a_prospect_with_a_plan_stays_in(connection: Connection) -> None:
    assert len(unscheduled(connection, changed(shah(), "7", status="PROSPECT", first_visit=None))) == 1


def test_follow_ups_sleep_in_between(connection: Connection) -> None:
    rows = without(shah(), "c1")
    [first] = unscheduled(connection, rows)
    assert (first.due, first.wake_on) == (date(2026, 2, 26), None)
    [third] = unscheduled(connection, [*rows, comm("a", "7", date(2026, 2, 26)), comm("b", "7", AS_OF)])
    # 02-24 + 60 days = Sat 04-25, rolled to Mon 04-27
    assert (third.due, third.wake_on) == (date(2026, 4, 27), date(2026, 4, 27))


def test_without_a_noted_contact_it_stays_due_and_says_so(connection: Connection) -> None:
    [finding] = unscheduled(connection, without(shah(), "c1"))
    assert (finding.due, finding.wake_on) == (date(2026, 2, 26), None)
    assert finding.sentence.endswith("has not decided. No follow-up is noted yet.")


def test_a_new_procedure_joins_an_old_plan_only_when_it_is_old_enough(connection: Connection) -> None:
    rows = [each.changed(case_key=None) if each.entity == "procedure" else each for each in without(shah(), "9")]
    new = {"code": "D2392", "tooth": "30", "fee_cents": 20_400}
    today = procedure("f30", "7", None, date_planned=date(2026, 3, 9), **new)
    [finding] = unscheduled(connection, [*rows, today])
    assert (finding.value_cents, finding.since) == (61_200, date(2026, 2, 24))
    ripe = procedure("f30", "7", None, date_planned=date(2026, 3, 6), **new)
    [finding] = unscheduled(connection, [*rows, ripe])
    assert (finding.value_cents, finding.since) == (81_600, date(2026, 3, 6))


def test_calling_late_catches_up(connection: Connection) -> None:
    rows = [*without(shah(), "c1"), comm("a", "7", AS_OF)]
    [finding] = unscheduled(connection, rows)
    assert finding.wake_on == date(2026, 4, 27)


def test_contacts_before_the_plan_and_calls_from_the_patient_do_not_count(connection: Connection) -> None:
    others = [comm("a", "7", date(2026, 2, 20)), comm("b", "7", date(2026, 3, 2), direction="IN")]
    [finding] = unscheduled(connection, [*without(shah(), "c1"), *others])
    assert finding.due == date(2026, 2, 26)


# --- properties -------------------------------------------------------------------------------------------------------

EVERYTHING = [*lopez(), *shah(), *[r for r in alternates({}, {"is_recommended": True}) if r.entity != "patient"]]


@pytest.mark.parametrize("rule", [AcceptedUnbooked, Unscheduled])
def test_the_same_input_gives_the_same_findings_in_any_order(connection: Connection, rule: type[Rule]) -> None:
    first = found(connection, rule, EVERYTHING)
    assert first
    assert found(connection, rule, EVERYTHING) == first
    shuffled = EVERYTHING[:]
    random.Random(7).shuffle(shuffled)
    assert found(connection, rule, shuffled) == first


@pytest.mark.parametrize("rule", [AcceptedUnbooked, Unscheduled])
def test_an_unrelated_patient_changes_nothing(connection: Connection, rule: type[Rule]) -> None:
    other = [
        patient("900", last_name="Other"),
        case("901", "900", status="HOLD"),
        procedure("902", "900", "901"),
        appointment("903", "900", SOON, procedure_tokens="|D2740#30|D2392#3|"),
        comm("904", "900", date(2026, 3, 9), outcome="VOICEMAIL"),
    ]
    assert found(connection, rule, [*EVERYTHING, *other]) == found(connection, rule, EVERYTHING)


def test_another_practice_is_never_seen(connection: Connection) -> None:
    elsewhere = [each.changed(practice_id="other") for each in EVERYTHING]
    assert found(connection, AcceptedUnbooked, elsewhere) == found(connection, Unscheduled, elsewhere) == []


def test_the_plugin_brings_its_kinds() -> None:
    kinds = ["TX-ACCEPTED-UNBOOKED", "TX-PHASE-STALLED", "TX-SEAT-MISSING", "TX-UNSCHEDULED"]
    assert [rule.code for rule in hub_rules()] == kinds
