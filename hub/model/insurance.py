"""Who insures whom: payers, plans, coverages, eligibility answers, benefits, fees."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

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
    benefits_verified_on: date | None = None
    do_not_verify: bool | None = None


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
    verified_on: date | None = Field(default=None, description="somebody last checked that it is in force")


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
    payer_number: str | None = text_field()
    plan_name: str | None = text_field()
    group_number: str | None = text_field()
    trace: str | None = text_field(description="TRN02 of the question")
    is_dependent: bool | None = None
    rejects: str | None = text_field(description="`|75:C|72:C|`, AAA03:AAA04")
    may_retry: bool | None = Field(default=None, description="the payer could not answer now: asking again helps")
    coverage_from: date | None = None
    coverage_to: date | None = None


class BenefitSnapshot(AboutPatient, table=True):
    """Benefits of one coverage as of one day. An unknown amount is NULL, never 0."""

    __tablename__ = "benefit_snapshot"
    coverage_key: str | None = text_field()
    as_of: date | None = None
    kind: str | None = text_field(
        description="ANNUAL_MAX, LIFETIME_MAX, ORTHO_LIFETIME, CATEGORY_MAX, MAXIMUM, DEDUCTIBLE, OUT_OF_POCKET, PERCENT, COPAY,"
        " FREQUENCY, AGE_LIMIT, LIMITATION, WAITING, NOT_COVERED, OTHER_PAYER, NOTE, UNKNOWN"
    )
    category: str | None = text_field()
    limit_cents: int | None = cents_field()
    used_cents: int | None = cents_field()
    pending_cents: int | None = cents_field()
    remaining_cents: int | None = cents_field()
    percent: int | None = Field(default=None, description="what the plan pays, 80 = 80 %")
    note: str | None = text_field()
    check_key: str | None = text_field(description="the eligibility answer it came with")
    plan_key: str | None = text_field()
    service_type: str | None = text_field(description="271 EB03: 35 dental, 25 restorative …")
    code: str | None = text_field(description="procedure code when it is about one")
    coverage_level: str | None = text_field(description="INDIVIDUAL, FAMILY or empty")
    network: str | None = text_field(description="IN, OUT, BOTH or empty when not said")
    period: str | None = text_field(description="CALENDAR_YEAR, SERVICE_YEAR, LIFETIME, CONTRACT … or empty")
    frequency: str | None = text_field(description="in words: `2 per calendar year`")
    age_min: int | None = None
    age_max: int | None = None


class FeeLine(Fact, table=True):
    """One price of one fee schedule, valid from `from_date` to `to_date` inclusive."""

    __tablename__ = "fee_line"
    schedule_key: str | None = text_field()
    code: str | None = text_field()
    amount_cents: int | None = cents_field()
    from_date: date | None = None
    to_date: date | None = None
