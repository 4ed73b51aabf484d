"""Money in the practice's own books, and in the bank."""

from __future__ import annotations

from datetime import date

from hub.model.base import AboutPatient, Fact, cents_field, text_field


class LedgerEntry(AboutPatient, table=True):
    """One posting. `amount_cents` is signed: + raises the balance (charge), - lowers it (payment, credit).

    `kind`: CHARGE, PATIENT_PAYMENT, INS_PAYMENT, FINANCING, WRITEOFF, ADJUSTMENT, REFUND, FINANCING_REFUND.
    """

    __tablename__ = "ledger_entry"
    guarantor_key: str | None = text_field()
    procedure_key: str | None = text_field()
    claim_key: str | None = text_field()
    claim_number: str | None = text_field()
    kind: str | None = text_field()
    type_name: str | None = text_field(description="the office's own payment or adjustment type")
    amount_cents: int | None = cents_field()
    entry_date: date | None = None
    service_date: date | None = None
    code: str | None = text_field()
    tooth: str | None = text_field()
    method: str | None = text_field()
    external_ref: str | None = text_field(description="check, trace or lender reference")
    unearned_type: str | None = text_field()
    unearned_hidden: bool | None = None
    provider_key: str | None = text_field()
    payment_plan_key: str | None = text_field()
    payment_key: str | None = text_field(description="the payment that it is a part of")
    case_key: str | None = text_field()
    note: str | None = text_field()
    status: str | None = text_field()


class Account(Fact, table=True):
    """A guarantor's balance as of one day, with aging buckets."""

    __tablename__ = "account"
    guarantor_key: str | None = text_field()
    as_of: date | None = None
    total_cents: int | None = cents_field()
    ins_pending_cents: int | None = cents_field()
    patient_cents: int | None = cents_field()
    days_0_30_cents: int | None = cents_field()
    days_31_60_cents: int | None = cents_field()
    days_61_90_cents: int | None = cents_field()
    over_90_cents: int | None = cents_field()
    first_statement: date | None = None
    last_statement: date | None = None


class PaymentPlan(Fact, table=True):
    """An in-house instalment plan of a guarantor."""

    __tablename__ = "payment_plan"
    guarantor_key: str | None = text_field()
    patient_key: str | None = text_field()
    instalment_cents: int | None = cents_field()
    total_cents: int | None = cents_field()
    start_date: date | None = None
    autopay: bool | None = None
    is_insurance: bool | None = None
    closed_date: date | None = None
    signed_date: date | None = None
    status: str | None = text_field()


class PlanCharge(Fact, table=True):
    """One instalment of a payment plan."""

    __tablename__ = "plan_charge"
    plan_key: str | None = text_field()
    due_date: date | None = None
    amount_cents: int | None = cents_field()
    paid_cents: int | None = cents_field()
    failed_date: date | None = None


class BankTxn(Fact, table=True):
    """One bank line; + is money in."""

    __tablename__ = "bank_txn"
    account_last4: str | None = text_field()
    posted_date: date | None = None
    amount_cents: int | None = cents_field()
    trace: str | None = text_field()
    text: str | None = text_field()
