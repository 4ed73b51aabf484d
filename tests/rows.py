"""Rows of the shared model for tests: honest defaults, every provenance column filled, unknown columns refused.

    rows = [patient("1042", first_name="Maria", last_name="Lopez"), case("77", "1042", status="ACCEPTED")]
    insert(connection, rows)

A builder returns a `Row`, so a test can shuffle, drop or copy rows before they are inserted. Money is integer cents.
"""

from __future__ import annotations

import os
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import Connection, Engine, StaticPool, create_engine, text
from sqlalchemy import insert as sql_insert
from sqlalchemy.exc import OperationalError

from hub.contract import Finding, Rule, RuleView
from hub.ids import fingerprint64
from hub.model import METADATA, TABLES
from hub.workdays import Workdays

PRACTICE = "main"
SOURCE = "pms"
LENDER = "carecredit"
PAYER = "era"
AS_OF = date(2026, 3, 10)  # a Tuesday: the day of every example of the catalogue
CLOSED = date(2026, 2, 16)
OBSERVED = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One row of one table, not yet stored."""

    entity: str
    values: dict[str, Any]

    def changed(self, **values: Any) -> Row:
        return replace(self, values={**self.values, **values})

    @property
    def key(self) -> str:
        return str(self.values["source_key"])


def row(entity: str, key: str, source: str = SOURCE, **values: Any) -> Row:
    """A fact of any entity; `values` are its columns."""
    unknown = set(values) - set(TABLES[entity].c.keys())
    if unknown:
        raise KeyError(f"{entity} has no column {sorted(unknown)}")
    provenance = {
        "practice_id": PRACTICE, "source": source, "source_key": key, "stream": entity, "key_quality": "strong",
        "fingerprint": fingerprint64(repr((key, sorted(values.items()))).encode()), "run_id": 1,
        "observed_at": OBSERVED, "blob_id": None, "locator": None, "deleted_at": None, "deleted_run": None,
    }  # fmt: skip
    return Row(entity, {**provenance, **values})


def insert(connection: Connection, rows: Iterable[Row]) -> None:
    """Store the rows in the order given."""
    grouped: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in rows:
        grouped[each.entity].append(each.values)
    for entity, values in grouped.items():
        blank = dict.fromkeys(TABLES[entity].c.keys())
        connection.execute(sql_insert(TABLES[entity]), [{**blank, **each} for each in values])


def view(
    connection: Connection, settings: BaseModel, as_of: date = AS_OF, closures: Iterable[date] = (CLOSED,)
) -> RuleView:
    """What the engine would lend to a rule: a Mon-Fri office in Chicago, six in the morning."""
    now = datetime.combine(as_of, time(12), UTC)
    return RuleView(
        connection, PRACTICE, "Lakeside Dental", as_of, now, Workdays(closures=closures), settings, "America/Chicago"
    )


def patient(key: str, **values: Any) -> Row:
    given = {"first_name": "Maria", "last_name": "Lopez", "birth_date": date(1980, 5, 17), "status": "ACTIVE"}
    return row("patient", key, **{"guarantor_key": key, **given, **values})


def case(key: str, patient_key: str, **values: Any) -> Row:
    given = {"name": "Plan A", "status": "PROPOSED", "created_date": date(2026, 2, 24), "is_snapshot": False}
    return row("treatment_case", key, **{"patient_key": patient_key, **given, **values})


def procedure(key: str, patient_key: str, case_key: str | None = None, **values: Any) -> Row:
    given = {
        "canonical_key": key, "code": "D2740", "cdt": "D2740", "description": "crown", "tooth": "30",
        "fee_cents": 115_000, "est_writeoff_cents": 0, "status": "PLANNED", "date_planned": date(2026, 2, 24),
    }  # fmt: skip
    if "code" in values:
        values.setdefault("cdt", values["code"])
    return row("procedure", key, **{"patient_key": patient_key, "case_key": case_key, **given, **values})


def appointment(key: str, patient_key: str, start: date, **values: Any) -> Row:
    given = {"start_date": start, "start_at": datetime.combine(start, time(15), UTC), "minutes": 60, "status": "SCHEDULED"}
    return row("appointment", key, **{"patient_key": patient_key, **given, **values})


def recall(key: str, patient_key: str, due: date, **values: Any) -> Row:
    given = {"recall_type": "PROPHY", "trigger_codes": "|D1110|D1120|", "due_date": due}
    return row("recall_due", key, **{"patient_key": patient_key, **given, **values})


def comm(key: str, patient_key: str, on: date, **values: Any) -> Row:
    given = {"happened_on": on, "channel": "PHONE", "direction": "OUT"}
    return row("comm_event", key, **{"patient_key": patient_key, **given, **values})


def document(key: str, patient_key: str, **values: Any) -> Row:
    return row("document", key, **{"patient_key": patient_key, "kind": "TP_SIGNED", **values})


def ledger(key: str, patient_key: str, kind: str, amount_cents: int, on: date, **values: Any) -> Row:
    given = {"guarantor_key": patient_key, "kind": kind, "amount_cents": amount_cents, "entry_date": on}
    given["status"] = "POSTED"
    return row("ledger_entry", key, **{"patient_key": patient_key, **given, **values})


def application(key: str, status: str, source: str = LENDER, **values: Any) -> Row:
    given = {"lender": "CareCredit", "lender_ref": key, "status": status, "soft": False}
    return row("fin_application", key, source, **{**given, **values})


def txn(key: str, kind: str, amount_cents: int, on: date, source: str = LENDER, **values: Any) -> Row:
    given = {"lender": "CareCredit", "lender_ref": key, "kind": kind, "amount_cents": amount_cents, "txn_date": on}
    return row("fin_txn", key, source, **{**given, **values})


def claim(key: str, patient_key: str, **values: Any) -> Row:
    given = {
        "claim_number": key, "claim_type": "CLAIM", "ordinal": 1, "status": "SENT", "payer_name": "Delta Dental",
        "service_from": date(2026, 1, 20), "service_to": date(2026, 1, 20), "created_date": date(2026, 1, 20),
        "first_sent_date": date(2026, 1, 21), "last_sent_date": date(2026, 1, 21), "billed_cents": 50_000,
        "exp_cents": 40_000,
    }  # fmt: skip
    return row("claim", key, **{"patient_key": patient_key, **given, **values})


def claim_line(key: str, claim_key: str, **values: Any) -> Row:
    given = {"code": "D2740", "tooth": "30", "billed_cents": 50_000, "status": "NOT_RECEIVED"}
    return row("claim_line", key, **{"claim_key": claim_key, **given, **values})


def claim_event(key: str, claim_number: str | None, source: str = "clearinghouse", **values: Any) -> Row:
    given = {"kind": "277CA", "speaker": "PAYER", "outcome": "ACCEPTED", "happened_on": date(2026, 1, 22)}
    return row("claim_event", key, source, **{"claim_number": claim_number, **given, **values})


def remit(key: str, amount_cents: int, source: str = PAYER, **values: Any) -> Row:
    given = {
        "payer_name": "Delta Dental", "trace": key, "method": "ACH", "payment_date": date(2026, 3, 4),
        "amount_cents": amount_cents, "claims_paid_cents": amount_cents, "plb_cents": 0, "claim_count": 1,
        "balanced": True, "imbalance_cents": 0, "state": "UNPROCESSED", "is_test": False,
    }  # fmt: skip
    return row("remit", key, source, **{**given, **values})


def remit_claim(
    key: str, remit_key: str, claim_number: str | None, paid_cents: int, source: str = PAYER, **values: Any
) -> Row:
    given = {
        "position": 1, "status_code": "1", "charge_cents": 50_000, "paid_cents": paid_cents, "is_reversal": False,
        "is_estimate": False, "balanced": True, "service_from": date(2026, 1, 20), "service_to": date(2026, 1, 20),
    }  # fmt: skip
    return row("remit_claim", key, source, **{"remit_key": remit_key, "claim_number": claim_number, **given, **values})


def link(
    from_entity: str, from_source: str, from_key: str, to_key: str | None, relation: str = "patient", **values: Any
) -> Row:
    """A stored link; a patient link points at the practice system unless told otherwise."""
    to_entity = {"patient": "patient", "claim": "claim", "posting": "ledger_entry"}[relation]
    given = {
        "practice_id": PRACTICE, "relation": relation, "from_entity": from_entity, "from_source": from_source,
        "from_key": from_key, "to_entity": to_entity, "to_source": SOURCE, "to_key": to_key, "state": "CONFIRMED",
        "origin": "rule", "rule": "test", "candidates": 1, "decided_at": OBSERVED, "decided_by": "hub",
    }  # fmt: skip
    return Row("xref", {**given, **values})


def stream_state(source: str, entity: str, **values: Any) -> Row:
    """A complete pass of one stream this morning."""
    given = {
        "practice_id": PRACTICE, "source": source, "stream": entity, "entity": entity, "rows": 1,
        "as_of": OBSERVED, "last_complete_at": OBSERVED, "last_run_id": 1,
    }  # fmt: skip
    return Row("stream_state", {**given, **values})


def found(
    connection: Connection, rule: type[Rule], rows: Iterable[Row], as_of: date = AS_OF, **settings: Any
) -> list[Finding]:
    """The findings of a rule on these rows, in a stable order; nothing of them stays in the database."""
    with connection.begin_nested() as savepoint:
        insert(connection, rows)
        try:
            findings = list(rule().findings(view(connection, rule.settings(**settings), as_of)))
        finally:
            savepoint.rollback()
    return sorted(findings, key=lambda finding: (finding.subject, finding.discriminator))


def lab_case(key: str, patient_key: str, **values: Any) -> Row:
    return row("lab_case", key, **{"patient_key": patient_key, "lab_name": "North Lab", **values})


def referral(key: str, patient_key: str, **values: Any) -> Row:
    given = {"direction": "OUT", "status": "SENT", "to_name": "Dr. Roy", "specialty": "ENDO"}
    return row("referral", key, **{"patient_key": patient_key, **given, **values})


def coverage(key: str, patient_key: str, **values: Any) -> Row:
    given = {"ordinal": 1, "status": "ACTIVE", "kind": "PPO", "payer_name": "Delta Dental"}
    return row("coverage", key, **{"patient_key": patient_key, **given, **values})


def account(guarantor_key: str, patient_cents: int, **values: Any) -> Row:
    given = {"guarantor_key": guarantor_key, "as_of": AS_OF, "patient_cents": patient_cents}
    return row("account", f"acct-{guarantor_key}", **{**given, **values})


def payment_plan(key: str, guarantor_key: str, **values: Any) -> Row:
    given = {"guarantor_key": guarantor_key, "status": "ACTIVE", "signed_date": date(2025, 12, 1)}
    return row("payment_plan", key, **{**given, **values})


def plan_charge(key: str, plan_key: str, due: date, amount_cents: int, **values: Any) -> Row:
    given = {"plan_key": plan_key, "due_date": due, "amount_cents": amount_cents, "paid_cents": 0}
    return row("plan_charge", key, **{**given, **values})


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database with every table: plain SQLite in memory, and a PostgreSQL schema of its own."""
    maker: Callable[[], Iterator[Engine]] = _sqlite if request.param == "sqlite" else _postgres
    yield from maker()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is rolled back after the test."""
    with engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


def _sqlite() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(made)
    yield made
    made.dispose()


def _postgres() -> Iterator[Engine]:
    url = os.environ.get("HUB_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1/test")
    schema = f"rows_{uuid.uuid4().hex[:12]}"
    options = {"connect_timeout": 3, "options": f"-csearch_path={schema} -ctimezone=UTC"}
    made = create_engine(url, connect_args=options)
    try:
        with made.begin() as opened:
            opened.execute(text(f"CREATE SCHEMA {schema}"))
    except OperationalError:
        made.dispose()
        if os.environ.get("HUB_REQUIRE_SERVICES"):
            raise
        pytest.skip("no PostgreSQL server answers")
    METADATA.create_all(made)
    yield made
    with made.begin() as opened:
        opened.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    made.dispose()


def remit_adj(key: str, remit_key: str, reason: str, reference: str | None, cents: int, source: str = PAYER) -> Row:
    """One PLB amount: above 0 lowers the check."""
    return row("remit_adj", key, source, remit_key=remit_key, reason=reason, reference=reference, amount_cents=cents)


def eligibility(key: str, reply: str, on: date, source: str = "clearinghouse", **values: Any) -> Row:
    """A payer's answer; `patient_key` in the practice system's own, else the printed name and birth date."""
    given = {"reply": reply, "checked_on": on, "payer_name": "Delta Dental"}
    return row("eligibility_check", key, source, **{**given, **values})
