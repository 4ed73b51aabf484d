"""Through headquarters, where every request is counted and look-ups are bounded, an office is the same as on site but for
what is left open: nothing is lost, nothing is called deleted, nothing is made up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.open_dental.api import office as api_office
from connectors.open_dental.streams import BY_NAME
from hub.demo.open_dental import OpenDental, make_office
from hub.demo.open_dental.api_server import ApiServer
from hub.sync.job import SyncResult
from tests.open_dental.api_hub import ApiHub
from tests.open_dental.three_ways import Facts, facts_of, new_store

NEEDS_QUERIES = {"patient_links", "office_days"}
# Entity and column that may be empty because it would take a request for each record.
LEFT_OPEN = {
    ("claim", "coverage_key"), ("claim", "subscriber_name"), ("claim_event", "patient_key"), ("claim_line", "code"),
    ("claim_line", "line_number"), ("claim_line", "ordinal"), ("claim_line", "surfaces"), ("claim_line", "tooth"),
    ("coverage", "subscriber_name"), ("coverage", "verified_on"), ("ledger_entry", "code"), ("ledger_entry", "external_ref"),
    ("ledger_entry", "method"), ("ledger_entry", "tooth"), ("ledger_entry", "type_name"), ("plan", "benefits_verified_on"),
    ("procedure", "case_key"), ("procedure", "est_ins_cents"), ("procedure", "est_patient_cents"), ("procedure", "est_writeoff_cents"),
}  # fmt: skip
# What stands for it: a payment whose type is not known is one of the patient.
STANDS_FOR = {("ledger_entry", "kind"): "PATIENT_PAYMENT"}


def _read(
    practice: OpenDental, folder: Path, mode: str, program: str, streams: tuple[str, ...]
) -> tuple[SyncResult, Facts]:
    store = new_store(folder)
    try:
        with ApiServer(practice, mode=mode, program=program) as api:
            result = ApiHub(store, folder, practice, api).sync(*streams)
        return result, facts_of(store)
    finally:
        store.close()


RUNS = [
    ("25.4.1.0", ("signed_plan_lines", "consents", "benefits", "payments")),
    ("23.3.7.0", ("signed_plan_lines", "benefits")),
    pytest.param("25.4.1.0", tuple(sorted(BY_NAME.keys() - NEEDS_QUERIES)), marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("program", "streams"), RUNS)
def test_headquarters_and_the_service_on_site_tell_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, streams: tuple[str, ...]
) -> None:
    """The interval is tiny but there: every bound of a counted way holds (`Office.is_slow`)."""
    monkeypatch.setattr(api_office, "INTERVAL", {"free": 1e-6})
    practice = make_office(today=date(2026, 3, 10), version="25.4")
    here, on_site = _read(practice, tmp_path / "site", "service", program, streams)
    there, remote = _read(practice, tmp_path / "remote", "remote", program, streams)
    for result in (here, there):
        assert (result.status, result.counts.quarantined, result.counts.deleted) == ("succeeded", 0, 0)
    assert {entity: rows.keys() for entity, rows in on_site.items()} == {
        entity: rows.keys() for entity, rows in remote.items()
    }
    for entity, rows in on_site.items():
        for key, row in rows.items():
            for column, value in row.items():
                told = remote[entity][key][column]
                allowed = {value} | (
                    {None} if (entity, column) in LEFT_OPEN else {STANDS_FOR.get((entity, column), value)}
                )
                assert told in allowed, (entity, column, key, value, told)
    assert {row["status"] for key, row in remote["procedure"].items() if key.startswith("line:")} >= {
        "PLANNED",
        "COMPLETED",
    }
