"""SQL mode against other versions of Open Dental, and against a database that is not as it should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.open_dental.export.queries import texts
from hub.demo.open_dental import OpenDental, make_office
from hub.store import Store
from tests.open_dental.office.fixtures import TODAY
from tests.open_dental.office.mariadb import Loaded
from tests.open_dental.sql_office import Hub

pytestmark = pytest.mark.mariadb
Put = Callable[[OpenDental], Loaded]


@pytest.fixture
def own(plain_store: Store, tmp_path: Path, in_mariadb: Put, office: OpenDental) -> Hub:
    """An office of one's own, to break."""
    return Hub(plain_store, tmp_path, in_mariadb(office))


@pytest.mark.parametrize("version", ["22.1", "25.4"])
def test_other_versions_of_open_dental(plain_store: Store, tmp_path: Path, in_mariadb: Put, version: str) -> None:
    loaded = in_mariadb(make_office(today=TODAY, version=version))
    hub = Hub(plain_store, tmp_path, loaded)
    result = hub.sync("patients", "procedures", "claims", "claim_lines", "contacts")
    assert (result.status, result.counts.quarantined) == ("succeeded", 0)
    # Nothing in this office is marked by itself; a code that is never billed marks its procedures in every version.
    never = {str(row["ProcCode"]) for row in loaded.office.rows["procedurecode"] if row["NoBillIns"]}
    told = hub.facts("procedure").values()
    assert never and all((fact["do_not_bill"] is True) == (fact["code"] in never) for fact in told)
    for sql in texts().values():  # what an office pastes runs in every version
        loaded.query(sql.replace("%", "%%"))


def test_a_table_that_is_not_there_stops_nothing_and_fills_nothing(own: Hub) -> None:
    assert own.loaded is not None
    own.loaded.query("DROP TABLE patientlink")
    own.loaded.query("DROP TABLE deletedobject")
    assert own.sync("patient_links", "appointments").status == "succeeded"
    states = [row for row in own.rows("stream_state") if row["stream"] == "patient_links"]
    assert [(row["filled"], row["rows"]) for row in states] == [("[]", 0)]
    assert own.sync("patient_links", "appointments").status == "succeeded"


def test_nothing_is_read_while_open_dental_updates_itself(own: Hub) -> None:
    assert own.loaded is not None
    own.loaded.query("UPDATE preference SET ValueString = 'FRONT1' WHERE PrefName = 'UpdateInProgressOnComputerName'")
    if not own.loaded.query("SELECT 1 FROM preference WHERE PrefName = 'UpdateInProgressOnComputerName'"):
        own.loaded.query("INSERT INTO preference (PrefName, ValueString) VALUES ('UpdateInProgressOnComputerName', 'FRONT1')")
    result = own.sync("patients", "claims")
    assert {getattr(outcome.problem, "code", "") for outcome in result.outcomes} == {"HUB-Q09"}
    assert own.facts("patient") == {}
