"""What these kinds miss may lie in a source that was not read for days: then nothing of them opens or closes (G-FRESH).

And whom to bill first: the coverage of the lowest turn, whatever the payers are called.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.contract import Rule
from hub.model import TABLES
from hub.reconcile.freshness import Freshness
from plugins.rules_claims import ClaimAging, ClaimNoAck, ClaimNotCreated, ClaimSecondaryDue, PreauthPending
from plugins.rules_financing.applications import ApplicationOpen
from plugins.rules_financing.mismatch import LedgerMismatch
from plugins.rules_remittance import EraTakeback, EraUnmatched, EraUnposted, RemitNoPay
from tests.rows import coverage, patient, procedure, row

MISSED: list[tuple[type[Rule], str]] = [
    (ClaimAging, "remit"),
    (ClaimAging, "remit_claim"),
    (ClaimNoAck, "claim_event"),
    (ClaimNotCreated, "claim_line"),
    (ClaimSecondaryDue, "claim"),
    (PreauthPending, "remit_claim"),
    (EraUnposted, "ledger_entry"),
    (EraUnposted, "ins_payment"),
    (EraUnmatched, "claim"),
    (EraTakeback, "ledger_entry"),
    (RemitNoPay, "bank_txn"),
    (RemitNoPay, "ins_payment"),
    (ApplicationOpen, "fin_txn"),
    (ApplicationOpen, "payment_plan"),
    (LedgerMismatch, "fin_txn"),
]


def everything() -> Freshness:
    """Every entity, fresh at `pms`."""
    return Freshness(problems={entity: {"pms": ""} for entity in TABLES}, unmeasured=set(TABLES))


@pytest.mark.parametrize(("rule", "entity"), MISSED, ids=[f"{rule.code} {entity}" for rule, entity in MISSED])
def test_a_kind_is_silent_while_what_it_misses_may_be_unread(rule: type[Rule], entity: str) -> None:
    fresh = everything()
    assert fresh.judge(rule).state == "answered"
    fresh.problems[entity] = {"pms": "last read ten days ago"}
    assert (fresh.judge(rule).state, fresh.judge(rule).reason) == ("stale", "pms: last read ten days ago")


def test_a_place_that_no_source_states_holds_nothing_back() -> None:
    fresh = everything()
    del fresh.problems["remit"], fresh.problems["remit_claim"], fresh.problems["payment_plan"], fresh.problems["bank_txn"]
    assert [fresh.judge(rule).state for rule in (ClaimAging, ApplicationOpen)] == ["answered", "answered"]


def test_the_payer_to_bill_is_the_first_of_the_coverages(ask: Any) -> None:
    done = procedure("p", "1", status="COMPLETED", date_completed=date(2026, 3, 9))
    plans = [coverage("k1", "1", payer_name="Delta Dental"), coverage("k2", "1", ordinal=2, payer_name="Aetna")]
    assert [finding.payer_name for finding in ask(ClaimNotCreated, [patient("1"), *plans, done])] == ["Delta Dental"]


NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("by its payer", {"payer_key": "m"}, "MetLife"),
    ("by the payer of its plan", {"plan_key": "g"}, "Cigna"),
    ("by its plan", {"plan_key": "h"}, "Union Plan"),
]


@pytest.mark.parametrize(("name", "values", "payer"), NAMED, ids=[case[0] for case in NAMED])
def test_a_coverage_without_a_name_is_named(ask: Any, name: str, values: dict[str, Any], payer: str) -> None:
    rows = [
        patient("1"), coverage("k1", "1", payer_name=None, **values), coverage("k2", "1", ordinal=2, payer_name="Aetna"),
        row("payer", "m", name="MetLife"), row("payer", "c", name="Cigna"),
        row("plan", "g", name="Group 7", payer_key="c", kind="PPO"), row("plan", "h", name="Union Plan", kind="PPO"),
        procedure("p", "1", status="COMPLETED", date_completed=date(2026, 3, 9)),
    ]  # fmt: skip
    assert [finding.payer_name for finding in ask(ClaimNotCreated, rows)] == [payer]
