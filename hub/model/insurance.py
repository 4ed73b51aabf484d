"""Who insures whom: payers, plans, coverages, eligibility answers, benefits, fees."""

from __future__ import annotations

from datetime import date

from hub.model.base import AboutPatient, Fact, cents_field, text_field


class Payer(Fact, table=True):
    """A carrier. Day counts are calendar days; empty means the catalogue's default."""

    __tablename__ = "payer"
    name: str | None = text_field()
    payer_number: str | None = text_field()
    is_public: bool | None = None
    follow_up_days: int | None = None
    era_enrolled: bool | None = None
    eft_enrolled: bool | None = None


class Plan(Fact, table=True):
    """An insurance plan; `kind` is PPO, HMO_CAP, MEDICAID, INDEMNITY, DISCOUNT or MEDICAL."""

    __tablename__ = "plan"
    payer_key: str | None = text_field()
    name: str | None = text_field()
    group_number: str | None = text_field()
    kind: str | None = text_field()
    benefit_year_start: date | None = None
    timely_filing_days: int | None = None
    appeal_days: int | None = None
    preauth_valid_days: int | None = None
    encounter_required: bool | None = None
    network: str | None = text_field()
    fee_schedule_key: str | None = text_field()


class Coverage(AboutPatient, table=True):
    """A patient under a plan; `ordinal` 1 is primary, 2 secondary."""

    __tablename__ = "coverage"
    ordinal: int | None = None
    plan_key: str | None = text_field()
    payer_key: str | None = text_field()
    payer_name: str | None = text_field()
    subscriber_key: str | None = text_field()
    subscriber_name: str | None = text_field()
    relationship: str | None = text_field()
    from_date: date | None = None
    to_date: date | None = None
    kind: str | None = text_field()
    status: str | None = text_field()
    do_not_verify: bool | None = None


class EligibilityCheck(AboutPatient, table=True):
    """One answer of a payer about one coverage; `reply` is ACTIVE, INACTIVE, NOT_FOUND, PARTIAL or ERROR."""

    __tablename__ = "eligibility_check"
    coverage_key: str | None = text_field()
    payer_name: str | None = text_field()
    checked_on: date | None = None
    service_date: date | None = None
    reply: str | None = text_field()
    mismatches: str | None = text_field()
    reason: str | None = text_field()


class BenefitSnapshot(AboutPatient, table=True):
    """Benefits of one coverage as of one day. An unknown amount is NULL, never 0."""

    __tablename__ = "benefit_snapshot"
    coverage_key: str | None = text_field()
    as_of: date | None = None
    kind: str | None = text_field(description="ANNUAL_MAX, DEDUCTIBLE, ORTHO_LIFETIME, PERCENT, FREQUENCY, WAITING")
    category: str | None = text_field()
    limit_cents: int | None = cents_field()
    used_cents: int | None = cents_field()
    pending_cents: int | None = cents_field()
    remaining_cents: int | None = cents_field()
    percent: int | None = None
    note: str | None = text_field()


class FeeLine(Fact, table=True):
    """One price of one fee schedule, valid from `from_date` to `to_date` inclusive."""

    __tablename__ = "fee_line"
    schedule_key: str | None = text_field()
    code: str | None = text_field()
    amount_cents: int | None = cents_field()
    from_date: date | None = None
    to_date: date | None = None
