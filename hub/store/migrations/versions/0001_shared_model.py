"""The shared model, items, and the hub's own bookkeeping.

Facts differ only in their own columns, so these are listed by type; every fact has the same provenance.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
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


def upgrade() -> None:
    _facts()
    _indexes()
    _items()
    _bookkeeping()


def _facts() -> None:
    _fact(
        "referral",
        text="patient_key patient_last patient_first member_id direction specialty to_name urgency "
            "status reviewed_by return_procedures",
        date="patient_birth_date created_date sent_date records_sent_date booked_for seen_date "
            "report_received",
    )  # fmt: skip
    _fact(
        "lab_case",
        text="patient_key patient_last patient_first member_id lab_name procedure_key "
            "appointment_key remake_of_key",
        date="patient_birth_date created_date sent_date due_date received_date checked_date",
        big="fee_cents",
    )  # fmt: skip
    _fact(
        "document",
        text="patient_key patient_last patient_first member_id kind case_key",
        date="patient_birth_date signed_date created_date expires_date",
    )  # fmt: skip
    _fact(
        "comm_event",
        text="patient_key patient_last patient_first member_id channel direction outcome case_key "
            "user",
        date="patient_birth_date happened_on promise_date",
        moment="happened_at",
    )  # fmt: skip
    _fact(
        "claim",
        text="patient_key patient_last patient_first member_id claim_number payer_claim_number "
            "chain_key coverage_key payer_key payer_name plan_group payer_phone subscriber_name "
            "claim_type status assigned_to note",
        date="patient_birth_date service_from service_to created_date first_sent_date "
            "last_sent_date received_date tracer_date on_hold_date",
        integer="ordinal frequency",
        yesno="is_paper is_capitation partially_paid",
        big="billed_cents exp_cents paid_cents writeoff_cents",
    )  # fmt: skip
    _fact(
        "claim_line",
        text="claim_key procedure_key line_number code tooth surfaces status payment_key",
        date="service_date",
        big="billed_cents est_ins_cents allowed_cents paid_cents writeoff_cents patient_cents",
    )  # fmt: skip
    _fact(
        "claim_event",
        text="patient_key patient_last patient_first member_id claim_number payer_claim_number "
            "clearinghouse_number batch_ref kind speaker payer_name category status_code entity "
            "action outcome text flags",
        date="patient_birth_date happened_on service_from service_to",
        moment="received_at",
        big="billed_cents",
    )  # fmt: skip
    _fact(
        "fin_application",
        text="patient_key patient_last patient_first member_id lender lender_ref client_ref "
            "merchant_number applicant_last applicant_first account_last4 status",
        date="patient_birth_date submitted_date decision_date expires_date",
        yesno="soft",
        big="requested_cents approved_cents available_cents",
    )  # fmt: skip
    _fact(
        "fin_txn",
        text="patient_key patient_last patient_first member_id lender lender_ref client_ref "
            "original_ref merchant_number cardholder_last cardholder_first account_last4 "
            "auth_code kind promo_code funding_ref",
        date="patient_birth_date txn_date post_date settled_date",
        big="amount_cents fee_cents net_cents",
    )  # fmt: skip
    _fact(
        "funding",
        text="lender funding_ref merchant_number",
        date="funded_date",
        big="sales_cents refunds_cents chargebacks_cents fees_cents net_cents",
    )  # fmt: skip
    _fact(
        "payer",
        text="name payer_number",
        yesno="is_public era_enrolled eft_enrolled",
        integer="follow_up_days",
    )  # fmt: skip
    _fact(
        "plan",
        text="payer_key name group_number kind network fee_schedule_key",
        date="benefit_year_start",
        integer="timely_filing_days appeal_days preauth_valid_days",
        yesno="encounter_required",
    )  # fmt: skip
    _fact(
        "coverage",
        text="patient_key patient_last patient_first member_id plan_key payer_key payer_name "
            "subscriber_key subscriber_name relationship kind status",
        date="patient_birth_date from_date to_date",
        integer="ordinal",
        yesno="do_not_verify",
    )  # fmt: skip
    _fact(
        "eligibility_check",
        text="patient_key patient_last patient_first member_id coverage_key payer_name reply "
            "mismatches reason",
        date="patient_birth_date checked_on service_date",
    )  # fmt: skip
    _fact(
        "benefit_snapshot",
        text="patient_key patient_last patient_first member_id coverage_key kind category note",
        date="patient_birth_date as_of",
        big="limit_cents used_cents pending_cents remaining_cents",
        integer="percent",
    )  # fmt: skip
    _fact(
        "fee_line",
        text="schedule_key code",
        big="amount_cents",
        date="from_date to_date",
    )  # fmt: skip
    _fact(
        "ledger_entry",
        text="patient_key patient_last patient_first member_id guarantor_key procedure_key "
            "claim_key claim_number kind type_name code tooth method external_ref unearned_type "
            "case_key note status",
        date="patient_birth_date entry_date service_date",
        big="amount_cents",
    )  # fmt: skip
    _fact(
        "account",
        text="guarantor_key",
        date="as_of first_statement last_statement",
        big="total_cents ins_pending_cents patient_cents days_0_30_cents days_31_60_cents "
            "days_61_90_cents over_90_cents",
    )  # fmt: skip
    _fact(
        "payment_plan",
        text="guarantor_key patient_key status",
        big="instalment_cents total_cents",
        date="start_date signed_date",
        yesno="autopay",
    )  # fmt: skip
    _fact(
        "plan_charge",
        text="plan_key",
        date="due_date failed_date",
        big="amount_cents paid_cents",
    )  # fmt: skip
    _fact(
        "bank_txn",
        text="account_last4 trace text",
        date="posted_date",
        big="amount_cents",
    )  # fmt: skip
    _fact(
        "location",
        text="name npi timezone",
    )  # fmt: skip
    _fact(
        "provider",
        text="name npi kind",
        yesno="active",
    )  # fmt: skip
    _fact(
        "patient",
        text="chart_number last_name first_name middle_name name_suffix preferred_name status "
            "guarantor_key household_key phone email zip member_id billing_type provider_key",
        date="birth_date first_visit last_visit",
        big="balance_cents",
        yesno="scheduling_restricted is_test",
    )  # fmt: skip
    _fact(
        "contact_pref",
        text="patient_key patient_last patient_first member_id channel value consent scope "
            "best_time language",
        date="patient_birth_date",
        yesno="confidential",
    )  # fmt: skip
    _fact(
        "remit",
        text="payer_name payer_number payee_name payee_npi payee_tax_id trace originator method "
            "handling imbalance_text state file_name flags",
        date="payment_date production_date",
        moment="received_at",
        big="amount_cents claims_paid_cents plb_cents imbalance_cents",
        integer="claim_count",
        yesno="balanced is_test",
    )  # fmt: skip
    _fact(
        "remit_claim",
        text="patient_key patient_last patient_first member_id remit_key claim_number status_code "
            "filing_code payer_claim_number original_claim_number predetermination_number "
            "crossover reasons remarks adjustments",
        date="patient_birth_date service_from service_to",
        integer="position",
        big="charge_cents paid_cents patient_cents co_cents pr_cents oa_cents pi_cents "
            "deductible_cents patient_share_cents contract_cents prior_payer_cents estimate_cents "
            "imbalance_cents",
        yesno="is_reversal is_estimate balanced",
    )  # fmt: skip
    _fact(
        "remit_line",
        text="remit_claim_key line_number code submitted_code units adjustments remarks",
        integer="position",
        big="charge_cents paid_cents allowed_cents",
        date="service_date",
    )  # fmt: skip
    _fact(
        "remit_adj",
        text="remit_key reason reference",
        big="amount_cents",
    )  # fmt: skip
    _fact(
        "ins_payment",
        text="payer_key payer_name trace status",
        big="amount_cents",
        date="payment_date entry_date",
    )  # fmt: skip
    _fact(
        "appointment",
        text="patient_key patient_last patient_first member_id provider_key operatory kind status "
            "confirm_status reason replaced_by_key recall_type procedure_tokens",
        date="patient_birth_date start_date created_date broken_date",
        moment="start_at",
        integer="minutes",
        yesno="asap",
        big="amount_cents",
    )  # fmt: skip
    _fact(
        "recall_due",
        text="patient_key patient_last patient_first member_id recall_type interval_text "
            "trigger_codes appointment_key last_contact",
        date="patient_birth_date due_date previous_date disabled_until",
        yesno="has_appointment disabled",
        big="until_balance_cents",
    )  # fmt: skip
    _fact(
        "treatment_case",
        text="patient_key patient_last patient_first member_id name status coordinator presenter "
            "alt_group_key",
        date="patient_birth_date created_date presented_date decision_date expires_date "
            "signed_date",
        yesno="is_recommended is_snapshot",
    )  # fmt: skip
    _fact(
        "procedure",
        text="patient_key patient_last patient_first member_id canonical_key case_key "
            "appointment_key planned_appointment_key multi_visit_key provider_key code cdt "
            "description tooth surfaces area priority status",
        date="patient_birth_date date_planned date_completed",
        integer="phase",
        big="fee_cents est_ins_cents est_writeoff_cents est_patient_cents",
        yesno="do_not_bill preauth_required",
    )  # fmt: skip


def _indexes() -> None:
    _index("claim", "claim_number")
    _index("claim", "patient_key")
    _index("claim_line", "claim_key")
    _index("claim_event", "claim_number")
    _index("coverage", "patient_key")
    _index("ledger_entry", "claim_number")
    _index("ledger_entry", "patient_key")
    _index("remit_claim", "claim_number")
    _index("appointment", "patient_key")
    _index("recall_due", "patient_key")
    _index("treatment_case", "patient_key")
    _index("procedure", "case_key")
    _index("procedure", "patient_key")


def _items() -> None:
    op.create_table(
        "work_item",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("patient", sa.Text()),
        sa.Column("patient_name", sa.Text()),
        sa.Column("location_id", sa.Text()),
        sa.Column("payer_name", sa.Text()),
        sa.Column("provider_key", sa.Text()),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tray", sa.Text(), nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date()),
        sa.Column("due", sa.Date()),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("score_value", sa.Float(), nullable=False),
        sa.Column("score_urgency", sa.Float(), nullable=False),
        sa.Column("score_likelihood", sa.Float(), nullable=False),
        sa.Column("score_risk", sa.Float(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("clears_when", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT),
        sa.Column("reason", sa.Text()),
        sa.Column("wake_on", sa.Date()),
        sa.Column("snoozed_until", sa.Date()),
        sa.Column("dismissed_reason", sa.Text()),
        sa.Column("dismissed_fingerprint", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("practice_id", "id"),
        sa.UniqueConstraint("practice_id", "dedupe_key", "occurrence"),
    )
    op.create_index("ix_work_item_open", "work_item", ["practice_id", "status", "priority"])
    op.create_table(
        "item_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text()),
        sa.Column("to_status", sa.Text()),
        sa.Column("value_cents", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_item_event_item", "item_event", ["practice_id", "item_id"])
    op.create_table(
        "xref",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("from_entity", sa.Text(), nullable=False),
        sa.Column("from_source", sa.Text(), nullable=False),
        sa.Column("from_key", sa.Text(), nullable=False),
        sa.Column("to_entity", sa.Text(), nullable=False),
        sa.Column("to_source", sa.Text()),
        sa.Column("to_key", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text()),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "relation", "from_entity", "from_source", "from_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_xref_target", "xref", ["practice_id", "relation", "to_source", "to_key"])
    op.create_table(
        "kind_state",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("answered_since", sa.Date()),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "code"),
    )


def _bookkeeping() -> None:
    op.create_table(
        "run",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("as_of", sa.Date()),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("filtered", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("revived", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("hub_version", sa.Text(), nullable=False),
        sa.Column("failure_class", sa.Text()),
        sa.Column("message", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_run_started", "run", ["practice_id", "kind", "name", "started_at"])
    op.create_table(
        "run_stream",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text()),
        sa.Column("blob_id", sa.BigInteger()),
        sa.Column("scope", sa.Text()),
        sa.Column("as_of", MOMENT),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("filtered", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("revived", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("filtered_by", sa.Text()),
        sa.Column("unmapped", sa.Text()),
        sa.Column("mapping", sa.Text()),
        sa.Column("failure_class", sa.Text()),
        sa.Column("message", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_run_stream_run", "run_stream", ["run_id"])
    op.create_table(
        "stream_state",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("header_fingerprint", sa.Text()),
        sa.Column("mapping_fingerprint", sa.Text()),
        sa.Column("filled", sa.Text()),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("as_of", MOMENT),
        sa.Column("last_complete_at", MOMENT),
        sa.Column("last_run_id", sa.BigInteger()),
        sa.Column("problem", sa.Text()),
        sa.Column("problem_at", MOMENT),
        sa.PrimaryKeyConstraint("practice_id", "source", "stream", "entity"),
    )
    op.create_table(
        "blob",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text()),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", MOMENT),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("practice_id", "source", "sha256"),
    )
    op.create_table(
        "blob_part",
        sa.Column("blob_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", "part"),
    )
    op.create_table(
        "snapshot_page",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("fingerprints", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "source", "stream", "page"),
    )
    op.create_table(
        "missing_row",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("since_run", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "source", "stream", "source_key"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("record_hash", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("last_run_id", sa.BigInteger(), nullable=False),
        sa.Column("blob_id", sa.BigInteger()),
        sa.Column("locator", sa.BigInteger()),
        sa.Column("record_key", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("practice_id", "source", "stream", "record_hash"),
    )
    op.create_index("ix_quarantine_open", "quarantine", ["practice_id", "status"])
    op.create_table(
        "job_lock",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "job"),
    )
    op.create_table(
        "schedule_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_started", MOMENT),
        sa.Column("last_success", MOMENT),
        sa.Column("last_status", sa.Text()),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outbound",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("receipt", sa.Text()),
        sa.PrimaryKeyConstraint("practice_id", "key"),
    )
