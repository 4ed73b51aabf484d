"""Patient financing. Five separate facts: application, approval, sale, posting, funding. Approval is not money.

Amounts are positive; the direction is in `kind`. Account numbers are cut to the last four before storage.
"""

from __future__ import annotations

from datetime import date

from hub.model.base import AboutPatient, Fact, cents_field, text_field


class FinApplication(AboutPatient, table=True):
    """One application at a lender. The applicant is often not the patient: `applicant_*` is what was printed."""

    __tablename__ = "fin_application"
    lender: str | None = text_field()
    lender_ref: str | None = text_field()
    client_ref: str | None = text_field(description="our own patient reference echoed back, when the office sets it")
    merchant_number: str | None = text_field()
    applicant_last: str | None = text_field()
    applicant_first: str | None = text_field()
    account_last4: str | None = text_field()
    status: str | None = text_field()
    soft: bool | None = None
    requested_cents: int | None = cents_field()
    approved_cents: int | None = cents_field()
    available_cents: int | None = cents_field()
    submitted_date: date | None = None
    decision_date: date | None = None
    expires_date: date | None = None


class FinTxn(AboutPatient, table=True):
    """One sale, refund, void or chargeback at a lender. `amount_cents` gross; net = amount - fee."""

    __tablename__ = "fin_txn"
    lender: str | None = text_field()
    lender_ref: str | None = text_field()
    client_ref: str | None = text_field()
    original_ref: str | None = text_field()
    merchant_number: str | None = text_field()
    cardholder_last: str | None = text_field()
    cardholder_first: str | None = text_field()
    account_last4: str | None = text_field()
    auth_code: str | None = text_field()
    kind: str | None = text_field(description="SALE, REFUND, VOID, CHARGEBACK, AUTHORIZATION, ADJUSTMENT")
    txn_date: date | None = None
    post_date: date | None = None
    amount_cents: int | None = cents_field()
    fee_cents: int | None = cents_field()
    net_cents: int | None = cents_field()
    promo_code: str | None = text_field()
    funding_ref: str | None = text_field()
    settled_date: date | None = None


class Funding(Fact, table=True):
    """One deposit of a lender: sales - refunds - chargebacks - fees = net."""

    __tablename__ = "funding"
    lender: str | None = text_field()
    funding_ref: str | None = text_field()
    merchant_number: str | None = text_field()
    funded_date: date | None = None
    sales_cents: int | None = cents_field()
    refunds_cents: int | None = cents_field()
    chargebacks_cents: int | None = cents_field()
    fees_cents: int | None = cents_field()
    net_cents: int | None = cents_field()
