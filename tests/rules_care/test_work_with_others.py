"""What is asked of a payer, a laboratory or another office is not hidden by a patient who does not want to be called."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from hub.contract import Finding, Rule
from hub.reconcile.gates import Gates
from plugins.rules_claims.preauth_told import PreauthAnswered, PreauthDenied
from plugins.rules_eligibility import EligibilityFailed, EligibilityUnverified
from plugins.rules_labs import LabLate
from plugins.rules_referrals import NoReport
from plugins.rules_treatment.accepted import AcceptedUnbooked
from tests.rows import insert, patient, row

KINDS: list[tuple[type[Rule], str]] = [
    (EligibilityUnverified, "open"),  # the payer is asked
    (LabLate, "open"),  # the laboratory is called
    (NoReport, "open"),  # the specialist's office is called
    (PreauthDenied, "open"),  # the insurance coordinator appeals
    (EligibilityFailed, "in_person"),  # the patient is called for the new card
    (PreauthAnswered, "in_person"),
    (AcceptedUnbooked, "in_person"),
]


@pytest.mark.parametrize(("rule", "verdict"), KINDS, ids=[rule.code for rule, _ in KINDS])
def test_do_not_contact_hides_only_calls_to_the_patient(connection: Connection, rule: type[Rule], verdict: str) -> None:
    refused = row("contact_pref", "x", patient_key="1", channel="ALL", consent="OPTED_OUT", scope="ALL")
    insert(connection, [patient("1"), refused])
    finding = Finding(
        subject="claim:pms:1", value_cents=0, sentence="", next_step="", likelihood=0.5, patient="pms:1"
    )
    assert Gates(connection, "main").verdict(rule, finding) == verdict
