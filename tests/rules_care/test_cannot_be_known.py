"""Where the facts of a kind are not stated, the answer is "cannot be known" or "off", never "nothing outstanding"."""

from __future__ import annotations

import pytest

from hub.contract import Rule
from hub.reconcile.freshness import Freshness
from hub.rulekit.wording import coming_day
from plugins.rules_claims import ClaimNotCreated, ClaimNotSent
from plugins.rules_documents import DocUnsigned
from plugins.rules_eligibility import EligibilityUnverified
from plugins.rules_labs import LabLate
from plugins.rules_money import BalanceOverdue, DepositUnapplied, PayPlanMissed
from plugins.rules_referrals import NoReport
from plugins.rules_remittance import PaymentUnfinalized
from plugins.rules_schedule.broken import BrokenVisit
from plugins.rules_schedule.recall import RecallOverdue
from plugins.rules_schedule.unconfirmed import Unconfirmed
from plugins.rules_treatment.seat_missing import SeatMissing
from plugins.rules_treatment.stalled import PhaseStalled
from plugins.rules_treatment.unscheduled import Unscheduled
from tests.rows import AS_OF

# What the lists of a system that exports its screens state: no claim lines, coverages, papers, plans.
LISTS = {
    "patient": {"status"}, "procedure": {"fee_cents", "date_completed"}, "treatment_case": {"status"},
    "appointment": {"start_date", "status", "procedure_tokens"}, "claim": {"status", "last_sent_date", "created_date"},
    "ledger_entry": {"amount_cents", "entry_date"}, "recall_due": {"due_date"},
}  # fmt: skip


def judged(rule: type[Rule], more: dict[str, set[str]]) -> tuple[str, str]:
    given = {**LISTS, **more}
    fresh = Freshness({entity: {"pms": ""} for entity in given}, given)
    judgement = fresh.judge(rule)
    return judgement.state, judgement.reason


UNKNOWN: list[tuple[type[Rule], dict[str, set[str]], str, str]] = [
    (PhaseStalled, {"procedure": {"fee_cents"}}, "off", "procedure.date_completed"),
    (SeatMissing, {}, "off", "procedure.multi_visit_key or lab_case.procedure_key"),
    (Unconfirmed, {}, "off", "appointment.confirm_status"),
    (ClaimNotCreated, {}, "unknown", "coverage"),
    (ClaimNotSent, {}, "unknown", "claim lines"),
    (PaymentUnfinalized, {}, "unknown", "claim lines or ins payments"),
    (PaymentUnfinalized, {"claim_line": {"paid_cents"}}, "off", "claim_line.payment_key"),
    (DepositUnapplied, {}, "off", "ledger_entry.unearned_type"),
    (PayPlanMissed, {}, "unknown", "payment plans"),
    (PayPlanMissed, {"payment_plan": {"status"}, "plan_charge": {"due_date"}}, "off", "plan_charge.paid_cents"),
    (BalanceOverdue, {}, "unknown", "accounts"),
    (BalanceOverdue, {"account": {"patient_cents"}}, "off", "account.first_statement"),
    (NoReport, {}, "unknown", "referrals"),
    (NoReport, {"referral": {"sent_date"}}, "off", "referral.report_received"),
    (LabLate, {}, "unknown", "laboratory cases"),
    (LabLate, {"lab_case": {"sent_date"}}, "off", "lab_case.received_date"),
    (DocUnsigned, {}, "unknown", "documents"),
    (DocUnsigned, {"document": {"kind"}}, "off", "document.signed_date"),
]


@pytest.mark.parametrize(("rule", "more", "state", "words"), UNKNOWN, ids=[f"{rule.code} {state}" for rule, _, state, _ in UNKNOWN])
def test_what_is_lacking_is_said(rule: type[Rule], more: dict[str, set[str]], state: str, words: str) -> None:
    said, reason = judged(rule, more)
    assert said == state
    assert words in reason


KNOWN: list[tuple[type[Rule], dict[str, set[str]]]] = [
    (PhaseStalled, {}),
    (SeatMissing, {"lab_case": {"procedure_key"}}),
    (Unconfirmed, {"appointment": {"start_date", "confirm_status"}}),
    (ClaimNotCreated, {"coverage": set(), "claim_line": {"claim_key"}}),
    (ClaimNotSent, {"claim_line": set()}),
    (PaymentUnfinalized, {"ins_payment": {"status"}}),
    (DepositUnapplied, {"ledger_entry": {"unearned_type"}}),
    (PayPlanMissed, {"payment_plan": set(), "plan_charge": {"due_date", "paid_cents"}}),
    (BalanceOverdue, {"account": {"patient_cents", "first_statement"}}),
    (NoReport, {"referral": {"report_received"}}),
    (LabLate, {"lab_case": {"received_date"}}),
    (DocUnsigned, {"document": {"kind", "signed_date"}}),
]


@pytest.mark.parametrize(("rule", "more"), KNOWN, ids=[rule.code for rule, _ in KNOWN])
def test_with_its_facts_a_kind_is_answered(rule: type[Rule], more: dict[str, set[str]]) -> None:
    assert judged(rule, more) == ("answered", "")


MISSED_ELSEWHERE: list[tuple[type[Rule], dict[str, set[str]], str]] = [
    (BrokenVisit, {}, "procedure"),  # done since?
    (RecallOverdue, {}, "procedure"),
    (Unscheduled, {}, "treatment_case"),  # said yes, or no?
    (PhaseStalled, {}, "referral"),  # sent out?
    (NoReport, {"referral": {"report_received"}}, "document"),
    (PayPlanMissed, {"payment_plan": set(), "plan_charge": {"due_date", "paid_cents"}}, "ledger_entry"),
    (BalanceOverdue, {"account": {"patient_cents", "first_statement"}}, "payment_plan"),
    (EligibilityUnverified, {"coverage": {"verified_on"}}, "eligibility_check"),
]


@pytest.mark.parametrize(("rule", "more", "entity"), MISSED_ELSEWHERE, ids=[rule.code for rule, _, _ in MISSED_ELSEWHERE])
def test_what_would_clear_it_must_be_read(rule: type[Rule], more: dict[str, set[str]], entity: str) -> None:
    """No need of the rule, but what it takes for missing may lie there unread; not stated at all does no harm."""
    given = {**LISTS, **more}
    fresh = Freshness({each: {"pms": ""} for each in given if each != entity}, given)
    assert entity in rule.needs or fresh.judge(rule).state == "answered"
    fresh.problems[entity] = {"other": "last read Mon 2026-03-02 06:00, older than 30 hours"}
    assert fresh.judge(rule).state == "stale"
    fresh.problems[entity]["pms"] = ""
    assert fresh.judge(rule).state == "answered"


@pytest.mark.parametrize(
    ("ahead", "words"), [(0, "today"), (1, "tomorrow"), (2, "Thursday"), (6, "Monday"), (7, "Mar 17"), (-1, "Mar 9")]
)
def test_a_coming_day_in_words(ahead: int, words: str) -> None:
    assert coming_day(AS_OF.fromordinal(AS_OF.toordinal() + ahead), AS_OF) == words
