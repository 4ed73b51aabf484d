"""CLAIM-SECONDARY-DUE: the catalogue's example, its traps, and what clears it.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from plugins.rules_claims import ClaimDenied, ClaimSecondaryDue
from tests.rows import Row, claim, claim_line, coverage, patient, remit, remit_claim, row

TUE, SERVED = date(2026, 3, 3), date(2026, 1, 20)
LOPEZ = patient("1")


def insured(**values: Any) -> list[Row]:
    given = {"ordinal": 2, "payer_name": "Guardian"}
    return [LOPEZ, coverage("k1", "1"), coverage("k2", "1", **{**given, **values})]


def first(**values: Any) -> Row:
    return claim("7", "1", **{"status": "ADJUDICATED", "coverage_key": "k1", **values})


def eob(share: int = 16_400, paid: int = 30_000, key: str = "R", on: date = TUE, **values: Any) -> list[Row]:
    given = {"pr_cents": share, "reasons": "|PR-2|CO-45|"}
    return [remit(key, paid, payment_date=on), remit_claim(f"C{key}", key, "7", paid, **{**given, **values})]


def test_the_example_scores_71(ask: Any, points: Any) -> None:
    # 40 * ln(165)/9.21044 = 22.17; + 35 + 13.5 = 70.7; remit Tue 03-03 + 2 bd = Thu 03-05
    (finding,) = ask(ClaimSecondaryDue, [*insured(), first(), *eob()])
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 5), 16_400, 71)
    assert finding.sentence == "Primary paid 5 working days ago; Guardian as secondary was never billed for M. Lopez ($164)."
    assert finding.evidence == ("claim:pms:7", "coverage:pms:k2")


def second(**values: Any) -> Row:
    return claim("8", "1", **{"ordinal": 2, "coverage_key": "k2", **values})


GONE = datetime(2026, 3, 5, tzinfo=UTC)
CASES: list[tuple[str, list[Row], int]] = [
    ("answered one working day ago", [*insured(), first(), *eob(on=date(2026, 3, 9))], 0),
    ("nothing left: create and close at $0", [*insured(), first(), *eob(share=0)], 0),
    ("the payer passed it on", [*insured(), first(), *eob(status_code="19")], 0),
    ("the payer names the next one", [*insured(), first(), *eob(crossover="GUARDIAN")], 0),
    ("billed", [*insured(), first(), *eob(), second()], 0),
    ("in the queue", [*insured(), first(), *eob(), second(status="HOLD_PRIMARY")], 0),
    ("billed, answered and dropped from the list of open claims", [*insured(), first(), *eob(), second(deleted_at=GONE)], 0),
    ("billed by a claim that is void", [*insured(), first(), *eob(), second(status="VOID")], 1),
    ("a draft that was deleted", [*insured(), first(), *eob(), second(status="DRAFT", deleted_at=GONE)], 1),
    ("another visit was billed to the second plan", [*insured(), first(), *eob(), second(service_from=TUE)], 1),
    ("a predetermination to the second plan", [*insured(), first(), *eob(), second(claim_type="PREAUTH")], 1),
    ("the second plan ended before", [*insured(to_date=date(2026, 1, 19)), first(), *eob()], 0),
    ("the second plan ended since", [*insured(to_date=date(2026, 2, 1), status="ENDED"), first(), *eob()], 1),
    ("the second plan began later", [*insured(from_date=date(2026, 2, 1)), first(), *eob()], 0),
    ("ended, nobody knows when", [*insured(status="ENDED"), first(), *eob()], 0),
    ("a discount plan", [*insured(kind="DISCOUNT"), first(), *eob()], 0),
    ("a medical plan", [*insured(kind="MEDICAL"), first(), *eob()], 0),
    ("one plan only", [*insured()[:2], first(), *eob()], 0),
    ("the first claim still waits", [*insured(), first(status="SENT")], 0),
    ("reversed since", [*insured(), first(), *eob(), *eob(-16_400, -30_000, "S", date(2026, 3, 5), status_code="22")], 0),
    ("appealed", [*insured(), first(status="APPEALED"), *eob()], 0),
    ("void", [*insured(), first(status="VOID"), *eob()], 0),
    ("on paper: payment and write-off leave a share",
     [*insured(), first(received_date=TUE, billed_cents=50_000, paid_cents=30_000, writeoff_cents=3_600)], 1),
    ("on paper: nobody knows the write-off", [*insured(), first(received_date=TUE, paid_cents=30_000)], 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "count"), CASES, ids=[case[0] for case in CASES])
def test_the_second_plan_is_due_when_the_first_is_done(ask: Any, name: str, rows: list[Row], count: int) -> None:
    findings = ask(ClaimSecondaryDue, rows)
    assert [finding.value_cents for finding in findings] == [16_400] * count


def test_the_second_plans_estimate_bounds_the_value(ask: Any) -> None:
    lines = [claim_line("a", "7", procedure_key="p"), row("claim_line", "b", procedure_key="p", ordinal=2, est_ins_cents=10_000)]
    assert [f.value_cents for f in ask(ClaimSecondaryDue, [*insured(), first(), *eob(), *lines])] == [10_000]


def test_a_refused_first_claim_is_worked_first(ask: Any) -> None:
    refused = [*insured(), first(), *eob(50_000, 0, reasons="|PR-204|", adjustments="|PR-204:50000|")]
    assert ask(ClaimSecondaryDue, refused) == []
    assert len(ask(ClaimDenied, refused)) == 1
    questioned = [*insured(), first(), *eob(16_400, 0, reasons="|CO-252|PR-2|", adjustments="|CO-252:33600|PR-2:16400|")]
    assert ask(ClaimSecondaryDue, questioned) == []


def test_the_same_check_from_two_sources_leaves_one_share(ask: Any) -> None:
    again = [each.changed(source="portal") for each in eob()]
    assert [f.value_cents for f in ask(ClaimSecondaryDue, [*insured(), first(), *eob(), *again])] == [16_400]


def test_a_third_plan_makes_no_second_line(ask: Any) -> None:
    third = coverage("k3", "1", ordinal=3, payer_name="Aetna")
    assert [f.payer_name for f in ask(ClaimSecondaryDue, [*insured(), third, first(), *eob()])] == ["Guardian"]


def test_shuffled_facts_give_the_same_findings(ask: Any) -> None:
    rows = [*insured(), first(), *eob(), coverage("k3", "1", ordinal=3)]
    found = ask(ClaimSecondaryDue, rows)
    assert found
    random.Random(9).shuffle(rows)
    assert ask(ClaimSecondaryDue, rows) == found
