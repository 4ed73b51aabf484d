"""What leaves the building and must come back: referrals, lab cases, papers, conversations."""

from __future__ import annotations

from datetime import date, datetime

from hub.model.base import AboutPatient, cents_field, text_field


class Referral(AboutPatient, table=True):
    """One referral; `direction` OUT or IN."""

    __tablename__ = "referral"
    direction: str | None = text_field()
    specialty: str | None = text_field()
    to_name: str | None = text_field()
    urgency: str | None = text_field()
    status: str | None = text_field()
    created_date: date | None = None
    sent_date: date | None = None
    records_sent_date: date | None = None
    booked_for: date | None = None
    seen_date: date | None = None
    report_received: date | None = None
    reviewed_by: str | None = text_field()
    procedure_key: str | None = text_field()
    return_procedures: str | None = text_field(description="`|D2740#19|`")


class LabCase(AboutPatient, table=True):
    """One case at a laboratory."""

    __tablename__ = "lab_case"
    lab_name: str | None = text_field()
    procedure_key: str | None = text_field()
    appointment_key: str | None = text_field()
    remake_of_key: str | None = text_field()
    created_date: date | None = None
    sent_date: date | None = None
    due_date: date | None = None
    received_date: date | None = None
    checked_date: date | None = None
    fee_cents: int | None = cents_field()
    planned_appointment_key: str | None = text_field()


class Document(AboutPatient, table=True):
    """A paper; `kind` CONSENT, FIN_AGREEMENT, TP_SIGNED, REFUSAL, HISTORY, PRIVACY, GFE or REPORT."""

    __tablename__ = "document"
    kind: str | None = text_field()
    case_key: str | None = text_field()
    signed_date: date | None = None
    created_date: date | None = None
    expires_date: date | None = None
    title: str | None = text_field()
    procedure_key: str | None = text_field()


class CommEvent(AboutPatient, table=True):
    """One contact with a patient."""

    __tablename__ = "comm_event"
    happened_at: datetime | None = None
    happened_on: date | None = None
    channel: str | None = text_field()
    direction: str | None = text_field()
    outcome: str | None = text_field()
    promise_date: date | None = None
    case_key: str | None = text_field()
    user: str | None = text_field()
