"""The complete examples of the documentation, run as they stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
import respx
from sqlalchemy import Connection

from hub.app import App
from hub.cli.setup import check_source
from hub.clock import FixedClock
from hub.jobs import delivery_job, reconcile_job, sync_job
from hub.plugin_host import load_plugins
from tests.meta.pages import read
from tests.meta.site_office import office, rows
from tests.rows import appointment, found, patient
from tests.rows import connection as connection
from tests.rows import engine as engine

COUNT = '[[delivery]]\nname = "count"\ndelivery = "count"\n'
URL = "https://api.brightsmile.example/recalls"


def block(page: str, language: str, marker: str) -> str:
    """The code block of that language that holds the marker."""
    found = [code for code in re.findall(rf"```{language}\n(.*?)```", read(page), re.DOTALL) if marker in code]
    assert len(found) == 1, f"{page}: {len(found)} blocks with {marker}"
    return found[0]


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("BRIGHTSMILE_TOKEN", "s3cret")
    code = block("docs/connector.md", "python", "class Brightsmile(Connector)")
    app = office(tmp_path, block("docs/connector.md", "toml", 'name = "cloud"'), {"plugins/brightsmile.py": code})
    yield app
    app.close()


def page(last: int, more: bool, *recalls: tuple[str, str, str]) -> httpx.Response:
    listed = [{"id": key, "patient": person, "type": "PROPHY", "due": due} for key, person, due in recalls]
    return httpx.Response(200, json={"last": last, "more": more, "recalls": listed})


def test_the_api_connector_of_the_documentation_has_the_length_that_is_promised() -> None:
    code = block("docs/connector.md", "python", "class Brightsmile(Connector)")
    assert len([line for line in code.splitlines() if line.strip()]) <= 65


@respx.mock
def test_the_api_connector_of_the_documentation_stores_pages_and_goes_on_where_it_stopped(cloud: App) -> None:
    route = respx.get(URL)
    route.side_effect = [
        page(2, True, ("r1", "10", "2026-01-20"), ("r2", "11", "2026-02-20")), page(3, False, ("r3", "12", "20.02.2026")),
    ]  # fmt: skip
    first = sync_job(cloud, cloud.source("cloud"))
    assert (first.status, first.counts.new, first.counts.quarantined) == ("partial", 2, 1)
    assert rows(cloud, "recall_due", "source_key", "patient_key", "due_date") == [
        ("r1", "10", date(2026, 1, 20)), ("r2", "11", date(2026, 2, 20)),
    ]  # fmt: skip
    assert rows(cloud, "quarantine", "reason", "message") == [("type", "due is not a day; correct it in Brightsmile")]
    assert route.calls.last.request.headers["authorization"] == "Bearer s3cret"

    route.side_effect = [page(4, False, ("r3", "12", "2026-02-20"))]
    again = sync_job(cloud, cloud.source("cloud"))
    assert route.calls.last.request.url.params["after"] == "3"
    assert (again.status, again.counts.new, again.counts.changed) == ("succeeded", 1, 0)


@respx.mock
def test_the_api_connector_of_the_documentation_names_its_failures(cloud: App, capsys: pytest.CaptureFixture[str]) -> None:
    respx.get(URL).side_effect = [httpx.Response(401), httpx.Response(500), httpx.ConnectError("no"), httpx.Response(401)]
    said = [sync_job(cloud, cloud.source("cloud")).outcomes[0].problem for _ in range(3)]
    assert [(problem.code, problem.failure_class) for problem in said if problem] == [
        ("BRIGHT-02", "auth"), ("BRIGHT-03", "transient"), ("BRIGHT-01", "transient"),
    ]  # fmt: skip
    assert not check_source(cloud, cloud.source("cloud"))
    assert "cloud: not ok: sign in: Brightsmile refuses the token" in capsys.readouterr().err
    assert rows(cloud, "recall_due", "source_key") == []


PROCEDURES = """
version = 1
entity = "procedure"
[columns._id]
labels = ["id"]
[columns.patient_key]
labels = ["patient"]
[columns.code]
labels = ["code"]
[key]
columns = ["_id"]
"""
CHARGES = """
version = 1
entity = "ledger_entry"
[columns._id]
labels = ["id"]
[columns.amount_cents]
labels = ["fee"]
[columns._completed]
labels = ["completed"]
[[where]]
name = "not completed"
column = "_completed"
blank = false
[key]
columns = ["_id"]
"""


def changes(last: int, *records: tuple[str, str, str, str, str], deleted: tuple[str, ...] = ()) -> httpx.Response:
    names = ("id", "patient", "code", "fee", "completed")
    told = [dict(zip(names, record, strict=True)) for record in records]
    return httpx.Response(200, json={"last": last, "more": False, "records": told, "deleted": deleted})


@respx.mock
def test_the_sweeping_connector_of_the_documentation_keeps_both_facts_of_a_record_and_notices_what_is_gone(tmp_path: Path) -> None:
    files = {
        "plugins/molarcloud.py": block("docs/connector.md", "python", "class Molarcloud(Connector)"),
        "plugins/mappings/molarcloud/procedures.toml": PROCEDURES,
        "plugins/mappings/molarcloud/charges.toml": CHARGES,
    }
    source = '[[source]]\nname = "molar"\npractice = "main"\nconnector = "molarcloud"\n'
    app = office(tmp_path, source + '[source.settings]\nurl = "https://molar.example"\n', files)
    asked = respx.get("https://molar.example/changes")
    listed = respx.get("https://molar.example/ids")
    try:
        asked.side_effect = [changes(3, ("1", "10", "D2740", "1200.00", "2026-03-02"), ("2", "10", "D1110", "95.00", "")),
                             changes(4, deleted=("2", "8")), changes(4), changes(4)]  # fmt: skip
        listed.side_effect = [httpx.Response(200, json=["1", "2"]), *[httpx.Response(200, json=["7"])] * 2]
        first = sync_job(app, app.source("molar"))
        assert (first.status, first.counts.new, first.counts.filtered) == ("succeeded", 3, 1), first.problem
        assert rows(app, "ledger_entry", "source_key", "amount_cents") == [("1", 120_000)]
        assert sync_job(app, app.source("molar")).counts.deleted == 1 and listed.call_count == 1, "one sweep a day"
        for days, deleted in ((1, 0), (2, 2)):
            app.clock = FixedClock(datetime(2026, 3, 10 + days, 15, tzinfo=UTC))
            assert sync_job(app, app.source("molar")).counts.deleted == deleted
        assert {deleted is None for _, deleted in rows(app, "procedure", "source_key", "deleted_run")} == {False}
    finally:
        app.close()


def test_the_file_connector_of_the_documentation_reads_by_its_mapping(tmp_path: Path) -> None:
    files = {
        "plugins/chairside.py": block("docs/connector.md", "python", "class Chairside(FileConnector)"),
        "plugins/mappings/chairside/patients.toml": block("docs/connector.md", "toml", "Chairside: patient list"),
        "exports/list.csv": "Pt #,Surname,Given name,Owes\n7,Lopez,Maria,\"1,200.50\"\n8,Shah,Ravi,0\n",
    }
    source = '[[source]]\nname = "pms"\npractice = "main"\nconnector = "chairside"\nsettle_seconds = 0\n'
    app = office(tmp_path, source + '[source.settings]\nfolder = "exports"\n', files)
    try:
        assert check_source(app, app.source("pms"))
        first, second = sync_job(app, app.source("pms")), sync_job(app, app.source("pms"))
        assert (first.status, first.counts.new) == ("succeeded", 2), first.problem
        assert (second.counts.new, second.counts.changed) == (0, 0)
        assert rows(app, "patient", "source_key", "last_name", "balance_cents") == [("7", "Lopez", 120_050), ("8", "Shah", 0)]
    finally:
        app.close()


@pytest.fixture
def no_phone(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    code = block("docs/rules.md", "python", "class NoPhone(Rule)")
    (tmp_path / "plugins" / "no_phone.py").write_text(code, encoding="utf-8")
    return tmp_path


def test_the_rule_of_the_documentation_finds_what_it_says(no_phone: Path, connection: Connection) -> None:
    """As of Tuesday 03-10: five working days on is 03-17, so a visit on 03-18 is too far away."""
    rule = load_plugins(no_phone / "plugins").rules["SITE-NO-PHONE"]
    facts = [
        patient("1", phone=None), appointment("a", "1", date(2026, 3, 17), amount_cents=74_000),
        appointment("too-far", "1", date(2026, 3, 18)), appointment("past", "1", date(2026, 3, 9)),
        appointment("off", "1", date(2026, 3, 12), status="CANCELLED"),
        patient("2", phone="312-555-0100"), appointment("b", "2", date(2026, 3, 12)),
        patient("3", phone="", status="INACTIVE"), appointment("c", "3", date(2026, 3, 12)),
    ]  # fmt: skip
    (finding,) = found(connection, rule, facts)
    assert (finding.subject, finding.value_cents, finding.due) == ("appointment:pms:a", 74_000, date(2026, 3, 17))
    assert finding.sentence == "M. Lopez is booked for Tue Mar 17 and has no phone number."
    assert finding.evidence == ("appointment:pms:a", "patient:pms:1")
    assert found(connection, rule, facts, ahead_bd=4) == []


def test_the_rule_of_the_documentation_runs_in_the_hub_with_its_settings(no_phone: Path) -> None:
    """Without any source the hub says that this kind cannot be known, and does not fail."""
    app = office(no_phone, block("docs/rules.md", "toml", "ahead_bd"), {})
    try:
        result = reconcile_job(app, app.config.practice[0])
        assert result.status == "succeeded" and result.reconciled is not None, result.message
        answers = {answer.code: answer.state for answer in result.reconciled.answers}
        assert answers["SITE-NO-PHONE"] != "failed"
    finally:
        app.close()


def test_the_delivery_of_the_documentation_hands_the_list_over(tmp_path: Path) -> None:
    app = office(tmp_path, COUNT, {"plugins/count.py": block("docs/plugins.md", "python", "class Count(Delivery)")})
    try:
        result = delivery_job(app, app.config.delivery[0], app.config.practice[0])
        assert (result.problem, result.message) == (None, "0 items")
        assert (tmp_path / "data/lists/main/count/count.txt").read_text(encoding="utf-8") == "Lakeside Dental: 0\n"
    finally:
        app.close()


def test_the_mapping_of_the_documentation_is_one_that_loads(tmp_path: Path) -> None:
    from hub.mapping import load_mapping

    path = tmp_path / "dentrix" / "patients.toml"
    path.parent.mkdir()
    path.write_text(block("docs/mapping.md", "toml", 'title = "Dentrix: patients from Letters'), encoding="utf-8")
    assert load_mapping("dentrix/patients", [tmp_path]).spec.entity == "patient"
