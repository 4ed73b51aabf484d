"""Visits and recalls."""

from __future__ import annotations

from datetime import date, datetime

from hub.model.base import AboutPatient, cents_field, text_field


class Appointment(AboutPatient, table=True):
    """One visit. `start_at` is UTC, `start_date` the practice-local day, so that a late evening stays on its day.

    `procedure_tokens` lists what the visit holds where the source gives no procedure keys:
    `|D2740#30|D2950#30|` (code, then tooth when there is one), always with bars at both ends.
    """

    __tablename__ = "appointment"
    start_at: datetime | None = None
    start_date: date | None = None
    minutes: int | None = None
    provider_key: str | None = text_field()
    operatory: str | None = text_field()
    kind: str | None = text_field()
    status: str | None = text_field()
    confirm_status: str | None = text_field()
    asap: bool | None = None
    created_date: date | None = None
    broken_date: date | None = None
    reason: str | None = text_field()
    replaced_by_key: str | None = text_field()
    recall_type: str | None = text_field()
    procedure_tokens: str | None = text_field()
    amount_cents: int | None = cents_field()


class RecallDue(AboutPatient, table=True):
    """One continuing-care type of one patient. `has_appointment` when the source itself says it is booked."""

    __tablename__ = "recall_due"
    recall_type: str | None = text_field()
    due_date: date | None = None
    interval_text: str | None = text_field()
    trigger_codes: str | None = text_field(description="`|D1110|D1120|`")
    appointment_key: str | None = text_field()
    has_appointment: bool | None = None
    last_contact: str | None = text_field()
    previous_date: date | None = None
    disabled: bool | None = None
    disabled_until: date | None = None
    until_balance_cents: int | None = cents_field()
