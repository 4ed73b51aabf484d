"""CLAIM-NOT-CREATED and CLAIM-NOT-SENT: worked examples of the catalogue, its traps, and what clears them.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.contract import Finding
from hub.link import link_claims
from hub.reconcile.score import score
from hub.workdays import Workdays
from plugins.rules_claims import ClaimAging, ClaimNotCreated, ClaimNotSent, ClaimRejected
from tests.rows import (
    AS_OF,
    CLOSED,
    OBSERVED,
    Row,
    claim,
    claim_event,
    claim_line,
    coverage,
    found,
    insert,
    patient,
    procedure,
    row,
)

MONDAY = date(2026, 3, 9)
LOPEZ = patient("1")


def priority(finding: Finding) -> int:
    return score(finding, AS_OF, Workdays(closures=[CLOSED])).priority


# --- CLAIM-NOT-CREATED ------------------------------------------------------------------------------------------------


def done(key: str = "p", **values: Any) -> Row:
    given = {"status": "COMPLETED", "date_completed": MONDAY, "fee_cents": 250_000, "est_ins_cents": 190_500}
    return procedure(key, "1", **{**given, **values})


def insured(**values: Any) -> Row:
    return coverage("k", "1", **values)


def not_created(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, ClaimNotCreated, rows, **settings)


def test_the_worked_example_of_a_claim_that_was_not_made(connection: Connection) -> None:
    [finding] = not_created(connection, [LOPEZ, insured(), done()])
    assert finding.sentence == "M. Lopez: crown on #30 done yesterday, Delta Dental covers, no claim ($1,905)."
    assert (finding.subject, finding.discriminator, finding.due) == ("patient:pms:1", "2026-03-09", AS_OF)
    assert (finding.value_cents, finding.evidence) == (190_500, ("procedure:pms:p",))
    # 40 x ln 1906 / 9.21044 = 32.80; + 35 + 15 x .98 = 82.50, a half goes up
    assert priority(finding) == 83


def test_the_sentence_says_how_many_visits_of_the_day_have_none(connection: Connection) -> None:
    people = [each for n in "1234" for each in (patient(n), coverage(f"k{n}", n))]
    works = [procedure(f"p{n}", n, status="COMPLETED", date_completed=MONDAY, est_ins_cents=50_000) for n in "1234"]
    findings = not_created(connection, [*people, *works])
    assert len(findings) == 4
    assert findings[0].sentence.endswith("4 completed visits from yesterday have insurance but no claim ($2,000).")


CREATED: list[tuple[str, list[Row], int]] = [
    ("on a live claim", [insured(), done(), claim("c", "1"), claim_line("l", "c", procedure_key="p")], 0),
    ("on a void claim", [insured(), done(), claim("c", "1", status="VOID"), claim_line("l", "c", procedure_key="p")], 1),
    ("on a deleted claim", [insured(), done(), claim("c", "1", deleted_at=OBSERVED), claim_line("l", "c", procedure_key="p")], 1),
    ("only predetermined", [insured(), done(), claim("c", "1", claim_type="PREAUTH"), claim_line("l", "c", procedure_key="p")], 1),
    ("a line that names no procedure", [insured(), done(), claim("c", "1"), claim_line("l", "c", service_date=MONDAY)], 0),
    ("such a line of another day", [insured(), done(), claim("c", "1"), claim_line("l", "c", service_date=AS_OF)], 1),
    ("not to be billed", [insured(), done(do_not_bill=True)], 0),
    ("its estimate says not to bill", [insured(), done(), claim_line("l", None, procedure_key="p", no_bill_insurance=True)], 0),  # type: ignore[arg-type]
    ("no coverage", [done()], 0),
    ("insured family member", [coverage("k", "2"), patient("2", guarantor_key="1"), done()], 0),
    ("medical plan only", [insured(kind="MEDICAL"), done()], 0),
    ("medical and dental", [insured(kind="MEDICAL"), coverage("k2", "1"), done()], 1),
    ("discount plan", [insured(kind="DISCOUNT"), done()], 0),
    ("capitation", [insured(kind="HMO_CAP", plan_key="n"), row("plan", "n", kind="HMO_CAP"), done()], 0),
    ("capitation with encounters", [insured(plan_key="n", kind=None), row("plan", "n", kind="HMO_CAP", encounter_required=True), done()], 1),
    ("coverage ended before", [insured(status="ENDED", to_date=date(2026, 3, 8)), done()], 0),
    ("coverage ended on the day", [insured(status="ENDED", to_date=MONDAY), done()], 1),
    ("coverage ended, nobody knows when", [insured(status="ENDED"), done()], 0),
    ("coverage began later", [insured(from_date=AS_OF), done()], 0),
    ("done today", [insured(), done(date_completed=AS_OF)], 0),
    ("no fee", [insured(), done(fee_cents=0)], 0),
    ("only planned", [insured(), done(status="PLANNED")], 0),
    ("begun, seat to come", [insured(), done(multi_visit_key="g"), procedure("s", "1", multi_visit_key="g", fee_cents=0)], 0),
    ("in progress", [insured(), done(status="IN_PROGRESS")], 0),
    ("a test patient", [insured(), done(), patient("1", is_test=True)], 0),
    ("an archived patient's money is still ours", [insured(), done(), patient("1", status="ARCHIVED")], 1),
]


@pytest.mark.parametrize(("why", "rows", "count"), CREATED, ids=[why for why, _, _ in CREATED])
def test_which_work_lacks_a_claim(connection: Connection, why: str, rows: list[Row], count: int) -> None:
    own = [] if any(each.entity == "patient" and each.key == "1" for each in rows) else [LOPEZ]
    assert len(not_created(connection, [*own, *rows])) == count


def test_work_of_ten_months_ago_is_not_forgotten(connection: Connection) -> None:
    """A dashboard that looks back 30 days loses it; coverage that was added later bills backwards."""
    old = done(date_completed=date(2025, 5, 12))
    [finding] = not_created(connection, [LOPEZ, insured(from_date=date(2025, 5, 1)), old])
    assert (finding.since, priority(finding)) == (date(2025, 5, 12), 83)
    assert not_created(connection, [LOPEZ, insured(), done(date_completed=date(2024, 9, 1))]) == []


def test_codes_that_are_never_billed_are_the_offices_own_list(connection: Connection) -> None:
    rows = [LOPEZ, insured(), done(code="D9986")]
    assert len(not_created(connection, rows)) == 1
    assert not_created(connection, rows, never_billed_codes=["D998"]) == []


def test_a_code_written_without_its_d_is_the_same_code(connection: Connection) -> None:
    rows = [LOPEZ, insured(), done(code="9986", cdt="D9986")]
    assert len(not_created(connection, rows)) == 1
    assert not_created(connection, rows, never_billed_codes=["D998"]) == []


def test_copies_of_a_procedure_count_once_and_a_claimed_copy_is_claimed(connection: Connection) -> None:
    rows = [LOPEZ, insured(), done(canonical_key="t"), done("p2", canonical_key="t")]
    assert [finding.value_cents for finding in not_created(connection, rows)] == [190_500]
    assert not_created(connection, [*rows, claim("c", "1"), claim_line("l", "c", procedure_key="p2")]) == []


def test_without_an_estimate_the_lines_estimate_else_the_net_fee_counts(connection: Connection) -> None:
    rows = [LOPEZ, insured(), done(est_ins_cents=None, est_writeoff_cents=50_000)]
    assert [finding.value_cents for finding in not_created(connection, rows)] == [200_000]
    estimate = row("claim_line", "e", status="ESTIMATE", procedure_key="p", est_ins_cents=120_005)
    [finding] = not_created(connection, [*rows, estimate])
    assert finding.value_cents == 120_005
    assert finding.sentence.endswith("no claim ($1,200.05).")


# --- CLAIM-NOT-SENT ---------------------------------------------------------------------------------------------------


def queued(key: str = "7", **values: Any) -> Row:
    """Made on Tue 2026-03-03, five working days ago."""
    given = {
        "status": "QUEUED", "created_date": date(2026, 3, 3), "first_sent_date": None, "last_sent_date": None,
        "service_from": date(2026, 3, 2), "service_to": date(2026, 3, 2), "exp_cents": 437_000,
    }  # fmt: skip
    return claim(key, "1", **{**given, **values})


def not_sent(connection: Connection, rows: list[Row], rule: Any = ClaimNotSent, **settings: Any) -> list[Finding]:
    """As `found`, with the links that a run makes first."""
    with connection.begin_nested() as savepoint:
        insert(connection, rows)
        link_claims(connection, "main", OBSERVED)
        findings = found(connection, rule, [], **settings)
        savepoint.rollback()
    return findings


def test_the_worked_example_of_a_claim_in_the_queue(connection: Connection) -> None:
    [finding] = not_sent(connection, [LOPEZ, queued()])
    assert finding.sentence == "M. Lopez's claim to Delta Dental ($4,370) sits in the queue, 5 working days."
    assert (finding.subject, finding.due, finding.since) == ("claim:pms:7", date(2026, 3, 4), date(2026, 3, 3))
    # 40 x ln 4371 / 9.21044 = 36.41; + 35 + 15 x .98 = 86.11
    assert priority(finding) == 86


def test_the_sentence_says_how_long_the_queue_is(connection: Connection) -> None:
    findings = not_sent(connection, [LOPEZ, *(queued(str(n), exp_cents=10_000, created_date=date(2026, 3, n + 2)) for n in range(1, 4))])
    assert len(findings) == 3
    assert findings[0].sentence.endswith("3 claims sit in the queue, oldest 5 working days, $300.")


PRIMARY = {"service_from": date(2026, 3, 2), "status": "SENT"}
UNSENT: list[tuple[str, list[Row], int]] = [
    ("made today", [queued(created_date=AS_OF)], 0),
    ("made yesterday", [queued(created_date=MONDAY)], 1),
    ("a draft", [queued(status="DRAFT")], 1),
    ("sent", [queued(status="SENT", last_sent_date=MONDAY)], 0),
    ("void", [queued(status="VOID")], 0),
    ("a predetermination", [queued(claim_type="PREAUTH")], 0),
    ("on hold since three working days", [queued(status="HOLD", on_hold_date=date(2026, 3, 5))], 1),
    ("on hold since two", [queued(status="HOLD", on_hold_date=date(2026, 3, 6))], 0),
    ("on hold, waiting for an X-ray", [queued(status="HOLD", on_hold_date=date(2026, 3, 3), note="X-ray asked for 03-03")], 0),
    ("capitation", [queued(is_capitation=True)], 0),
    ("capitation with an encounter", [queued(is_capitation=True, claim_type="ENCOUNTER")], 1),
    ("its primary waits", [queued(status="HOLD_PRIMARY", ordinal=2), queued("6", **PRIMARY)], 0),
    ("its primary was answered", [queued(status="HOLD_PRIMARY", ordinal=2), queued("6", service_from=date(2026, 3, 2), status="ADJUDICATED", received_date=date(2026, 3, 6))], 1),
    ("its primary was answered today", [queued(status="HOLD_PRIMARY", ordinal=2), queued("6", service_from=date(2026, 3, 2), status="ADJUDICATED", received_date=AS_OF)], 0),
    ("there is no primary", [queued(status="HOLD_PRIMARY", ordinal=2)], 1),
    ("the primary of its chain waits", [queued(status="HOLD_PRIMARY", ordinal=2, chain_key="6"), queued("6", status="SENT", service_from=date(2026, 3, 1), chain_key="6")], 0),
    ("work in process", [queued(status="HOLD_IN_PROCESS"), claim_line("l", "7", procedure_key="p"), procedure("p", "1", status="IN_PROGRESS")], 0),
    ("work in process, nobody says which", [queued(status="HOLD_IN_PROCESS")], 0),
    ("its seat is to come", [queued(status="HOLD_IN_PROCESS"), claim_line("l", "7", procedure_key="p"), done(multi_visit_key="g"), procedure("s", "1", multi_visit_key="g")], 0),
    ("its work is done", [queued(status="HOLD_IN_PROCESS"), claim_line("l", "7", procedure_key="p"), done(multi_visit_key="g", date_completed=date(2026, 3, 6))], 1),
    ("nobody says whether a seat is to come", [queued(status="HOLD_IN_PROCESS"), claim_line("l", "7", procedure_key="p"), done(date_completed=date(2026, 3, 6))], 0),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rows", "count"), UNSENT, ids=[why for why, _, _ in UNSENT])
def test_which_claim_is_not_sent(connection: Connection, why: str, rows: list[Row], count: int) -> None:
    assert len(not_sent(connection, [LOPEZ, *rows])) == count


def test_one_kind_per_chain(connection: Connection) -> None:
    """A rejected claim that was put on hold is rejected; put back in the queue, it waits to be sent."""
    sent = {"first_sent_date": date(2026, 2, 2), "last_sent_date": date(2026, 2, 2)}
    refused = claim_event("e", "7", outcome="REJECTED", happened_on=date(2026, 2, 3), billed_cents=50_000, service_from=date(2026, 3, 2))
    for status, kind in (("HOLD", ClaimRejected), ("QUEUED", ClaimNotSent), ("SENT", ClaimRejected)):
        rows = [LOPEZ, queued(status=status, on_hold_date=date(2026, 2, 4), **sent), refused]
        found_by = [rule for rule in (ClaimRejected, ClaimNotSent, ClaimAging) if not_sent(connection, rows, rule)]
        assert found_by == [kind], status


def test_a_claim_the_clearinghouse_took_is_told_apart(connection: Connection) -> None:
    took = claim_event("e", "7", happened_on=date(2026, 3, 4), billed_cents=50_000, service_from=date(2026, 3, 2))
    [finding] = not_sent(connection, [LOPEZ, queued(), took])
    assert finding.sentence.endswith("stands as not sent, but the clearinghouse took it on Mar 4.")


def test_back_in_the_queue_after_a_sending_is_another_state(connection: Connection) -> None:
    [first], [again] = not_sent(connection, [LOPEZ, queued()]), not_sent(connection, [LOPEZ, queued(last_sent_date=date(2026, 3, 4))])
    assert (first.state, again.state) == ("QUEUED", "QUEUED sent 2026-03-04")


def test_what_the_office_put_off_sleeps(connection: Connection) -> None:
    [finding] = not_sent(connection, [LOPEZ, queued(follow_up_on=date(2026, 3, 20))])
    assert finding.wake_on == date(2026, 3, 20)


@pytest.mark.parametrize("rule", [ClaimNotCreated, ClaimNotSent])
def test_order_and_strangers_change_nothing(connection: Connection, rule: Any) -> None:
    rows = [LOPEZ, insured(), done(), queued()]
    first = not_sent(connection, rows, rule)
    assert len(first) == 1
    random.Random(5).shuffle(rows)
    assert not_sent(connection, [*rows, patient("99"), coverage("k99", "99")], rule) == first
    assert not_sent(connection, [each.changed(practice_id="other") for each in rows], rule) == []
