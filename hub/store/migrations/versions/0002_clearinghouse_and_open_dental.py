"""What the clearinghouse's other transactions and Open Dental bring: sent claims, answers in full, calendars, links of charts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TYPES = {
    "text": sa.Text(), "date": sa.Date(), "big": sa.BigInteger(), "yesno": sa.Boolean(), "moment": MOMENT, "integer": sa.Integer(),
}  # fmt: skip


def _provenance() -> list[sa.Column]:
    return [
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("key_quality", sa.Text(), server_default="strong", nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", MOMENT, nullable=False),
        sa.Column("blob_id", sa.BigInteger()),
        sa.Column("locator", sa.BigInteger()),
        sa.Column("deleted_at", MOMENT),
        sa.Column("deleted_run", sa.BigInteger()),
        sa.Column("location_id", sa.Text()),
    ]


def _fact(name: str, **columns: str) -> None:
    own = [sa.Column(column, TYPES[kind]) for kind, names in columns.items() for column in names.split()]
    op.create_table(name, *_provenance(), *own, sa.PrimaryKeyConstraint("practice_id", "source", "source_key"))


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{columns[-1]}", table, ["practice_id", *columns])


def _add(name: str, **columns: str) -> None:
    for kind, names in columns.items():
        for column in names.split():
            op.add_column(name, sa.Column(column, TYPES[kind]))


def upgrade() -> None:
    _add(
        "referral",
        text="procedure_key",
    )
    _add(
        "lab_case",
        text="planned_appointment_key",
    )
    _add(
        "document",
        text="title procedure_key",
    )
    _add(
        "claim",
        date="follow_up_on",
    )
    _add(
        "claim_line",
        date="entered_date",
        yesno="no_bill_insurance is_transfer",
        integer="ordinal",
    )
    _add(
        "claim_event",
        text="interchange_number group_number set_number line_number errors check_number",
        big="paid_cents",
        date="paid_on",
    )
    _fact(
        "sent_claim",
        text="patient_key patient_last patient_first member_id claim_number payer_claim_number predetermination_number clearinghouse_number payer_name payer_number billing_npi billing_tax_id claim_type batch_ref interchange_number group_number set_number attachments flags",
        date="patient_birth_date service_from service_to sent_on",
        integer="frequency ordinal line_count",
        big="billed_cents",
        yesno="balanced",
    )
    _fact(
        "sent_line",
        text="sent_claim_key line_number code teeth surfaces area units",
        integer="position",
        big="billed_cents",
        date="service_date",
    )
    _fact(
        "x12_set",
        text="set_name guide sender receiver interchange_number group_number set_number state unknown flags file_name",
        date="created_on",
        integer="segments records",
        yesno="is_test",
        moment="received_at",
    )
    _add(
        "plan",
        date="benefits_verified_on",
        yesno="do_not_verify",
    )
    _add(
        "coverage",
        date="verified_on",
    )
    _add(
        "eligibility_check",
        text="payer_number plan_name group_number trace rejects",
        yesno="is_dependent may_retry",
        date="coverage_from coverage_to",
    )
    _add(
        "benefit_snapshot",
        text="check_key plan_key service_type code coverage_level network period frequency",
        integer="age_min age_max",
    )
    _add(
        "ledger_entry",
        yesno="unearned_hidden",
        text="provider_key payment_plan_key payment_key",
    )
    _add(
        "payment_plan",
        yesno="is_insurance",
        date="closed_date",
    )
    _add(
        "patient",
        date="balance_as_of",
    )
    _fact(
        "patient_link",
        text="from_patient_key to_patient_key kind",
        date="linked_date",
    )
    _fact(
        "staff",
        text="name provider_key",
        yesno="active",
    )
    _fact(
        "operatory",
        text="name",
        yesno="is_hygiene active",
    )
    _add(
        "remit_claim",
        text="amounts corrected_member_id",
    )
    _add(
        "remit_line",
        text="amounts",
    )
    _add(
        "appointment",
        text="planned_key asked_status",
    )
    _fact(
        "appointment_event",
        text="patient_key patient_last patient_first member_id appointment_key action status",
        date="patient_birth_date happened_on",
        moment="happened_at start_at",
    )
    _fact(
        "office_day",
        date="day",
        text="kind provider_key note",
    )
    _add(
        "treatment_case",
        yesno="is_default",
    )
    op.create_index("ix_sent_claim_claim_number", "sent_claim", ["practice_id", "claim_number"])
    op.create_index("ix_eligibility_check_patient_key", "eligibility_check", ["practice_id", "patient_key"])
