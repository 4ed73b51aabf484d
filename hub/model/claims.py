"""Claims as the practice system holds them, and what happened to them on the way."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

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
    follow_up_on: date | None = Field(default=None, description="the office put it off until then")
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
    payment_key: str | None = text_field(description="the insurance payment (check) that covers it, empty until one does")
    entered_date: date | None = Field(default=None, description="day the payer's answer was entered")
    no_bill_insurance: bool | None = None
    ordinal: int | None = Field(default=None, description="1 primary, 2 secondary: whose estimate or answer it is")
    is_transfer: bool | None = Field(default=None, description="money moved between claims, never to be tied to a check")


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
    interchange_number: str | None = text_field(description="ISA13 of our file that is answered: TA101")
    group_number: str | None = text_field(description="GS06 of our group that is answered: AK102")
    set_number: str | None = text_field(description="ST02 of our set that is answered: AK202")
    line_number: str | None = text_field(description="line it speaks of: 2220 REF*FJ")
    kind: str | None = text_field(description="999, 997, TA1, 277CA, 277, PORTAL, NOTE")
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
    errors: str | None = text_field(description="`|SV3@22 2400:8|SV302:7|`: 999 IK3/IK4, never a value of the claim")
    billed_cents: int | None = cents_field()
    paid_cents: int | None = cents_field(description="277 STC05; a snapshot, never posted")
    paid_on: date | None = Field(default=None, description="277 STC08")
    check_number: str | None = text_field(description="277 STC09")
    service_from: date | None = None
    service_to: date | None = None


class SentClaim(AboutPatient, table=True):
    """One claim or predetermination as it went out: 837 loop 2300, from a copy of the file that the practice sent.

    Not a second `claim`: the practice system's own claim stays the one that is listed; this is the proof of sending.
    `claim_type`: CLAIM or PREAUTH (CLM19 `PB`). Key: `interchange:group:set:position`-like, see the connector.
    """

    __tablename__ = "sent_claim"
    claim_number: str | None = text_field(description="CLM01")
    payer_claim_number: str | None = text_field(description="REF*F8")
    predetermination_number: str | None = text_field(description="REF*G3")
    clearinghouse_number: str | None = text_field(description="REF*D9")
    payer_name: str | None = text_field()
    payer_number: str | None = text_field(description="2010BB NM109")
    billing_npi: str | None = text_field()
    billing_tax_id: str | None = text_field()
    claim_type: str | None = text_field()
    frequency: int | None = Field(default=None, description="CLM05-3: 1 original, 7 replacement, 8 void")
    ordinal: int | None = Field(default=None, description="SBR01: 1 primary, 2 secondary, 3 tertiary")
    billed_cents: int | None = cents_field(description="CLM02")
    line_count: int | None = None
    service_from: date | None = None
    service_to: date | None = None
    sent_on: date | None = Field(default=None, description="BHT04")
    batch_ref: str | None = text_field(description="BHT03, echoed by the 277CA")
    interchange_number: str | None = text_field(description="ISA13")
    group_number: str | None = text_field(description="GS06")
    set_number: str | None = text_field(description="ST02")
    attachments: str | None = text_field(description="`|RB:EL:NEA#123|`, PWK01:02:06")
    balanced: bool | None = Field(default=None, description="CLM02 = sum of SV302")
    flags: str | None = text_field(description="oddities of the file, as in Remit.flags")


class SentLine(Fact, table=True):
    """One service line as it went out: 837 loop 2400."""

    __tablename__ = "sent_line"
    sent_claim_key: str | None = text_field()
    position: int | None = None
    line_number: str | None = text_field(description="REF*6R")
    code: str | None = text_field(description="SV301")
    teeth: str | None = text_field(description="`|14|15|`, TOO02")
    surfaces: str | None = text_field()
    area: str | None = text_field(description="SV304")
    billed_cents: int | None = cents_field(description="SV302")
    units: str | None = text_field()
    service_date: date | None = None


class X12Set(Fact, table=True):
    """One transaction set that was delivered, read or not: what the file said of itself and what nobody understood.

    `state`: READ, SET_ASIDE or NOT_READ. `unknown`: segments and codes that no reader knows, with how often
    (`|REF*ZZ:3|CAS*CO-999:1|`); they are kept with the raw bytes (`blob_id`, `locator` is the segment number).
    """

    __tablename__ = "x12_set"
    set_name: str | None = text_field(description="835, 277CA, 277, 999, 997, TA1, 271, 837 …")
    guide: str | None = text_field(description="ST03, else GS08")
    sender: str | None = text_field(description="ISA06")
    receiver: str | None = text_field(description="ISA08")
    interchange_number: str | None = text_field()
    group_number: str | None = text_field()
    set_number: str | None = text_field()
    created_on: date | None = Field(default=None, description="GS04")
    segments: int | None = None
    records: int | None = Field(default=None, description="claims, events or answers in it")
    state: str | None = text_field()
    is_test: bool | None = None
    unknown: str | None = text_field()
    flags: str | None = text_field()
    file_name: str | None = text_field()
    received_at: datetime | None = None
