"""INSPAY-UNFINALIZED: the worked example of the catalogue, its traps, and what clears it.

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
from plugins.rules_remittance import PaymentUnfinalized
from tests.rows import (
    AS_OF,
    CLOSED,
    Row,
    claim,
    claim_line,
    found,
    patient,
    row,
)

THURSDAY = date(2026, 3, 5)
# The source says of other lines which payment covers them.
TIED = [claim("0", "1", status="ADJUDICATED"), claim_line("t", "0", status="RECEIVED", paid_cents=100, payment_key="i0")]


def line(key: str = "l", claim_key: str = "7", paid: int = 84_000, **values: Any) -> Row:
    return claim_line(key, claim_key, **{"status": "RECEIVED", "paid_cents": paid, "entered_date": THURSDAY, **values})


def unfinalized(connection: Connection, rows: list[Row], **settings: Any) -> list[Finding]:
    return found(connection, PaymentUnfinalized, [patient("1"), claim("7", "1", status="ADJUDICATED"), *TIED, *rows], **settings)


def test_the_worked_example_of_money_without_a_check(connection: Connection) -> None:
    [finding] = unfinalized(connection, [line("a", paid=50_000), line("b", paid=34_000, status="SUPPLEMENTAL")])
    assert finding.sentence == "$840 of insurance payments are entered but not tied to a check (M. Lopez, Delta Dental)."
    # entered Thu 03-05 + 2 working days = Mon 03-09
    assert (finding.subject, finding.value_cents, finding.due) == ("claim:pms:7", 84_000, date(2026, 3, 9))
    # 40 x ln 841 / 9.21044 = 29.25; + 35 + 15 x .95 = 78.50 (78.4977)
    assert score(finding, AS_OF, Workdays(closures=[CLOSED])).priority == 78


CASES: list[tuple[str, list[Row], int]] = [
    ("tied", [line(payment_key="i")], 0),
    ("an estimate", [line(status="NOT_RECEIVED")], 0),
    ("paid nothing", [line(paid=0)], 0),
    ("entered yesterday: a bulk check is being put together", [line(entered_date=date(2026, 3, 9))], 0),
    ("marked as a transfer", [line(is_transfer=True)], 0),
    ("a transfer within the claim cancels out", [line("a"), line("b", paid=-84_000)], 0),
    ("a take-back that no check shows", [line(paid=-5_025)], 1),
    ("of a void claim", [claim("8", "1", status="VOID"), line(claim_key="8")], 0),
]


@pytest.mark.parametrize(("why", "rows", "count"), CASES, ids=[why for why, _, _ in CASES])
def test_which_lines_count(connection: Connection, why: str, rows: list[Row], count: int) -> None:
    assert len(unfinalized(connection, rows)) == count


def test_a_source_that_never_names_a_payment_says_nothing_about_lines(connection: Connection) -> None:
    rows = [patient("1"), claim("7", "1"), line()]
    assert found(connection, PaymentUnfinalized, rows) == []


def payment(**values: Any) -> Row:
    given = {"payer_name": "Delta Dental", "trace": "55", "amount_cents": 100_000, "entry_date": THURSDAY, "status": "PARTIAL"}
    return row("ins_payment", "i", **{**given, **values})


def test_a_partial_check_lists_what_is_not_entered(connection: Connection) -> None:
    [finding] = unfinalized(connection, [payment(), line(payment_key="i", paid=40_000)])
    assert finding.sentence == (
        "Delta Dental's check 55 of Mar 5 ($1,000) is marked partial; $600 of it is not entered on claims."
    )
    assert (finding.subject, finding.value_cents) == ("ins_payment:pms:i", 60_000)


@pytest.mark.parametrize("values", [{"status": "FINALIZED"}, {"status": "OPEN"}, {"entry_date": date(2026, 3, 9)}])
def test_a_complete_or_young_check_is_none(connection: Connection, values: dict[str, Any]) -> None:
    assert unfinalized(connection, [payment(**values)]) == []


def test_order_and_strangers_change_nothing(connection: Connection) -> None:
    rows = [line("a"), line("b", paid=100), payment()]
    first = unfinalized(connection, rows)
    assert len(first) == 2
    random.Random(1).shuffle(rows)
    assert unfinalized(connection, [*rows, patient("99")]) == first
    assert unfinalized(connection, [each.changed(practice_id="other") for each in rows]) == []
