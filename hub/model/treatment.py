"""What was planned and what was done: treatment cases and procedures."""

from __future__ import annotations

from datetime import date

from hub.model.base import AboutPatient, cents_field, text_field


class TreatmentCase(AboutPatient, table=True):
    """A named group of planned work. Dates are practice-local. `alt_group_key` ties alternates together."""

    __tablename__ = "treatment_case"
    name: str | None = text_field()
    status: str | None = text_field()
    coordinator: str | None = text_field()
    presenter: str | None = text_field()
    alt_group_key: str | None = text_field()
    is_recommended: bool | None = None
    is_snapshot: bool | None = None
    created_date: date | None = None
    presented_date: date | None = None
    decision_date: date | None = None
    expires_date: date | None = None
    signed_date: date | None = None
    is_default: bool | None = None


class Procedure(AboutPatient, table=True):
    """One procedure within one case. The same procedure in two cases is two rows with one `canonical_key`.

    Net value = max(0, fee_cents - est_writeoff_cents). `priority`: URGENT, HIGH, NORMAL, ELECTIVE, WATCH.
    """

    __tablename__ = "procedure"
    canonical_key: str | None = text_field()
    case_key: str | None = text_field()
    appointment_key: str | None = text_field()
    planned_appointment_key: str | None = text_field()
    multi_visit_key: str | None = text_field()
    provider_key: str | None = text_field()
    code: str | None = text_field(description="as the office writes it")
    cdt: str | None = text_field(description="cleaned D + 4 digits, NULL when it is not one")
    description: str | None = text_field()
    tooth: str | None = text_field()
    surfaces: str | None = text_field()
    area: str | None = text_field()
    phase: int | None = None
    fee_cents: int | None = cents_field()
    est_ins_cents: int | None = cents_field()
    est_writeoff_cents: int | None = cents_field()
    est_patient_cents: int | None = cents_field()
    date_planned: date | None = None
    date_completed: date | None = None
    priority: str | None = text_field()
    status: str | None = text_field()
    do_not_bill: bool | None = None
    preauth_required: bool | None = None
