"""Claims as the practice system holds them, and what happened to them on the way."""

from __future__ import annotations

from datetime import date, datetime

from hub.model.base import AboutPatient, Fact, cents_field, text_field


class Claim(AboutPatient, table=True):
    """One claim or predetermination. `claim_number` is what goes out as 837 CLM01 and comes back as 835 CLP01.

    `ordinal` 1 primary, 2 secondary. `claim_type`: CLAIM, PREAUTH, ENCOUNTER. `exp_cents` is what the payer is
    expected to pay (the practice system's own estimate where no contract is known).
    """

    __tablename__ = "claim"
    claim_number: str | None = text_field()
    payer_claim_number: str | None = text_field()
    chain_key: str | None = text_field()
    coverage_key: str | None = text_field()
    payer_key: str | None = text_field()
    payer_name: str | None = text_field()
    plan_group: str | None = text_field()
    payer_phone: str | None = text_field()
    subscriber_name: str | None = text_field()
    ordinal: int | None = None
    claim_type: str | None = text_field()
    frequency: int | None = None
    is_paper: bool | None = None
    is_capitation: bool | None = None
    service_from: date | None = None
    service_to: date | None = None
    created_date: date | None = None
    first_sent_date: date | None = None
    last_sent_date: date | None = None
    received_date: date | None = None
    tracer_date: date | None = None
    on_hold_date: date | None = None
    billed_cents: int | None = cents_field()
    exp_cents: int | None = cents_field()
    paid_cents: int | None = cents_field()
    writeoff_cents: int | None = cents_field()
    status: str | None = text_field()
    partially_paid: bool | None = None
    assigned_to: str | None = text_field()
    note: str | None = text_field()


class ClaimLine(Fact, table=True):
    """One procedure on one claim as the practice system holds it."""

    __tablename__ = "claim_line"
    claim_key: str | None = text_field()
    procedure_key: str | None = text_field()
    line_number: str | None = text_field(description="837 REF*6R, comes back in 835 REF*6R")
    code: str | None = text_field()
    tooth: str | None = text_field()
    surfaces: str | None = text_field()
    service_date: date | None = None
    billed_cents: int | None = cents_field()
    est_ins_cents: int | None = cents_field()
    allowed_cents: int | None = cents_field()
    paid_cents: int | None = cents_field()
    writeoff_cents: int | None = cents_field()
    patient_cents: int | None = cents_field()
    status: str | None = text_field()
    payment_key: str | None = text_field()


class ClaimEvent(AboutPatient, table=True):
    """One step of a claim's journey: an acknowledgement, a status answer, a portal note.

    `outcome` is the hub's reading (`hub.model.status`); category, status_code and entity are the sender's codes;
    `speaker` is PAYER or CLEARINGHOUSE. Empty `claim_number` with a `batch_ref` speaks of a whole batch.
    """

    __tablename__ = "claim_event"
    claim_number: str | None = text_field()
    payer_claim_number: str | None = text_field()
    clearinghouse_number: str | None = text_field()
    batch_ref: str | None = text_field()
    kind: str | None = text_field(description="999, TA1, 277CA, 277, PORTAL, NOTE")
    speaker: str | None = text_field()
    payer_name: str | None = text_field()
    happened_on: date | None = None
    received_at: datetime | None = None
    category: str | None = text_field()
    status_code: str | None = text_field()
    entity: str | None = text_field()
    action: str | None = text_field()
    outcome: str | None = text_field()
    text: str | None = text_field(description="the sender's own words (STC12)")
    flags: str | None = text_field(description="oddities of the file, as in Remit.flags")
    billed_cents: int | None = cents_field()
    service_from: date | None = None
    service_to: date | None = None
