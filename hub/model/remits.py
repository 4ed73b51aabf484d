"""Remittances (835) and insurance payments. All amounts in cents, signed as the payer sent them.

A CAS amount above 0 lowers the payment; a PLB amount above 0 lowers the check (835 PLB04).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from hub.model.base import AboutPatient, Fact, cents_field, text_field

# The key of a copy of a payment that is known not to be whole (a cut file, an amount that is none) ends so: it never takes
# the place of the whole copy, which has the key without it.
CUT_COPY = ":cut"
# Group and reason of adjustments (reference clearinghouse-x12 §15). The patient's share: deductible, coinsurance, copay.
PATIENT_SHARE = frozenset({"PR-1", "PR-2", "PR-3"})
EARLIER_PAYER = "OA-23"
# The contract's write-off: above the fee schedule or allowed amount (45, and its older forms 42 and A2), negotiated discount
# and incentive (131, 144), sequestration (253). Under CO only: the same reason under another group is another ledger.
CONTRACT_WRITE_OFF = frozenset({"CO-45", "CO-42", "CO-A2", "CO-131", "CO-144", "CO-253"})
# Above the allowed amount without a contract (out of network): nobody promised it, so it is no write-off and no refusal.
ABOVE_ALLOWED = frozenset({"PI-45", "OA-45", "PR-45"})


class Adjustment(NamedTuple):
    """One CAS triple; `cents` above 0 lowers the payment."""

    group: str
    reason: str
    cents: int
    quantity: str = ""


def adjustments_in(text: str | None) -> tuple[Adjustment, ...]:
    """The CAS triples of a claim or line in the order sent: `|CO-45:9600|PR-1:5000:1|`, group-reason:cents[:quantity].

    They stand in their row and not in rows of their own: half of the rows of a remittance would be adjustments.
    """
    found = []
    for part in (text or "").strip("|").split("|") if text else ():
        label, cents, *quantity = part.split(":")
        group, _, reason = label.partition("-")
        found.append(Adjustment(group, reason, int(cents), quantity[0] if quantity else ""))
    return tuple(found)


class Remit(Fact, table=True):
    """One payment = one 835 ST. Key: payer id, trace, amount, payment date, so a re-delivery is the same row; a copy that
    is not whole has one of its own (`CUT_COPY`).

    `balanced`: BPR02 = sum CLP04 - sum PLB and every claim and line adds up; `imbalance_cents` is the payment-level
    difference, `imbalance_text` names each difference. `state`: UNPROCESSED, PARTIAL, NOT_FINALIZED, FINALIZED, QUARANTINED.
    """

    __tablename__ = "remit"
    payer_name: str | None = text_field()
    payer_number: str | None = text_field()
    payee_name: str | None = text_field()
    payee_npi: str | None = text_field()
    payee_tax_id: str | None = text_field()
    trace: str | None = text_field(description="835 TRN02: check or EFT number")
    originator: str | None = text_field(description="835 TRN03")
    method: str | None = text_field(description="835 BPR04: ACH, CHK, NON …")
    handling: str | None = text_field(description="835 BPR01")
    payment_date: date | None = None
    production_date: date | None = None
    received_at: datetime | None = None
    amount_cents: int | None = cents_field(description="835 BPR02")
    claims_paid_cents: int | None = cents_field(description="sum of CLP04")
    plb_cents: int | None = cents_field(description="sum of PLB amounts")
    claim_count: int | None = None
    balanced: bool | None = None
    imbalance_cents: int | None = cents_field()
    imbalance_text: str | None = text_field()
    is_test: bool | None = None
    state: str | None = text_field()
    file_name: str | None = text_field()
    flags: str | None = text_field(description="`|SE01 count|no envelope|`: oddities of the file that change no money")


class RemitClaim(AboutPatient, table=True):
    """One CLP of one remittance: an event on a claim, not the claim. Several per claim are normal."""

    __tablename__ = "remit_claim"
    remit_key: str | None = text_field()
    position: int | None = None
    claim_number: str | None = text_field(description="835 CLP01")
    status_code: str | None = text_field(description="835 CLP02")
    charge_cents: int | None = cents_field(description="835 CLP03")
    paid_cents: int | None = cents_field(description="835 CLP04")
    patient_cents: int | None = cents_field(description="835 CLP05 as sent; unreliable, use pr_cents")
    filing_code: str | None = text_field(description="835 CLP06")
    payer_claim_number: str | None = text_field(description="835 CLP07")
    original_claim_number: str | None = text_field(description="2100 REF*F8")
    predetermination_number: str | None = text_field(description="2100 REF*G3")
    is_reversal: bool | None = None
    is_estimate: bool | None = None
    crossover: str | None = text_field(description="NM1*TT name: the payer passed it on")
    service_from: date | None = None
    service_to: date | None = None
    co_cents: int | None = cents_field(description="all CO adjustments, claim and lines")
    pr_cents: int | None = cents_field(description="all PR adjustments")
    oa_cents: int | None = cents_field()
    pi_cents: int | None = cents_field()
    deductible_cents: int | None = cents_field(description="PR-1")
    patient_share_cents: int | None = cents_field(description="PR-1, PR-2, PR-3")
    contract_cents: int | None = cents_field(description="CONTRACT_WRITE_OFF: CO-45 and its kind")
    prior_payer_cents: int | None = cents_field(description="OA-23")
    estimate_cents: int | None = cents_field(description="OA-101 of a predetermination")
    reasons: str | None = text_field(description="`|CO-45|PR-1|`, every group-reason seen, bars at both ends")
    remarks: str | None = text_field(description="`|N130|`, MOA and LQ remark codes")
    adjustments: str | None = text_field(description="claim-level CAS only, `|CO-45:9600|PR-1:5000:1|`: see `adjustments_in`")
    balanced: bool | None = None
    imbalance_cents: int | None = cents_field()
    amounts: str | None = text_field(description="AMT and QTY as sent, `|AMT*AU:12000|AMT*I:150|QTY*CA:1|`: AMT in cents")
    corrected_member_id: str | None = text_field(description="NM1*74 09: the id the payer wants on the next claim")


class RemitLine(Fact, table=True):
    """One SVC of one remittance claim."""

    __tablename__ = "remit_line"
    remit_claim_key: str | None = text_field()
    position: int | None = None
    line_number: str | None = text_field(description="2110 REF*6R")
    code: str | None = text_field(description="SVC01 as adjudicated")
    submitted_code: str | None = text_field(description="SVC06 when different")
    charge_cents: int | None = cents_field(description="SVC02")
    paid_cents: int | None = cents_field(description="SVC03")
    allowed_cents: int | None = cents_field(description="AMT*B6 as sent")
    units: str | None = text_field()
    service_date: date | None = None
    adjustments: str | None = text_field(description="CAS of the line, `|CO-45:9600|PR-1:5000:1|`: see `adjustments_in`")
    remarks: str | None = text_field()
    amounts: str | None = text_field(description="AMT of the line other than B6, `|AMT*KH:500|`, in cents")


class RemitAdj(Fact, table=True):
    """One adjustment of the payment as a whole (PLB pair). CAS adjustments stand with their claim or line."""

    __tablename__ = "remit_adj"
    remit_key: str | None = text_field()
    reason: str | None = text_field(description="PLB03-1")
    reference: str | None = text_field(description="PLB03-2: claim number or trace it speaks of")
    amount_cents: int | None = cents_field(description="PLB04: above 0 lowers the check")


class InsPayment(Fact, table=True):
    """An insurance payment as the practice system holds it; `status` OPEN, PARTIAL or FINALIZED."""

    __tablename__ = "ins_payment"
    payer_key: str | None = text_field()
    payer_name: str | None = text_field()
    trace: str | None = text_field()
    amount_cents: int | None = cents_field()
    payment_date: date | None = None
    entry_date: date | None = None
    status: str | None = text_field()
