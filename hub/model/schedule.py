"""Visits and recalls."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from hub.model.base import AboutPatient, Fact, cents_field, text_field


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
    planned_key: str | None = text_field(description="the planned visit that it was made from")
    asked_status: str | None = text_field(description="the office's own word for its confirmation or unscheduled status")


class AppointmentEvent(AboutPatient, table=True):
    """One step in the life of a visit as the practice system logged it."""

    __tablename__ = "appointment_event"
    appointment_key: str | None = text_field()
    action: str | None = text_field()
    happened_at: datetime | None = None
    happened_on: date | None = Field(default=None, description="the same, practice-local")
    start_at: datetime | None = Field(default=None, description="when the visit was to start at that moment")
    status: str | None = text_field()


class OfficeDay(Fact, table=True):
    """What the practice's own calendar says of a day; `provider_key` empty: the whole office."""

    __tablename__ = "office_day"
    day: date | None = None
    kind: str | None = text_field()
    provider_key: str | None = text_field()
    note: str | None = text_field()


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
