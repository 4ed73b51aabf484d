"""The indexes that rules and links are carried by; each costs a little on every load, so only these.

Lines and adjustments of a remittance need none: their keys begin with the key of what they belong to.
"""

from __future__ import annotations

from sqlalchemy import Index, Table
from sqlmodel import SQLModel

_COLUMNS = {
    "appointment": ["patient_key"],
    "claim": ["claim_number", "patient_key"],
    "claim_event": ["claim_number"],
    "claim_line": ["claim_key"],
    "coverage": ["patient_key"],
    "eligibility_check": ["patient_key"],
    "ledger_entry": ["patient_key", "claim_number"],
    "procedure": ["patient_key", "case_key"],
    "recall_due": ["patient_key"],
    "remit_claim": ["claim_number"],
    "sent_claim": ["claim_number"],
    "treatment_case": ["patient_key"],
}


def _add(table: Table, column: str) -> None:
    Index(f"ix_{table.name}_{column}", table.c.practice_id, table.c[column])


for _name, _columns in _COLUMNS.items():
    for _column in _columns:
        _add(SQLModel.metadata.tables[_name], _column)
