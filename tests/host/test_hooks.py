"""Every hook of the hub at work, by its name."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from faults.practice_runs import Practice, add_site_plugin, call_hub, configure

from hub import hookspecs
from hub.cli import app
from hub.plugin_host import load_plugins

HEAD = 'HUB_CONTRACT = ">=1.0,<2"\nimport json\nfrom pathlib import Path\nfrom hub.hookspecs import hookimpl\n'
NOTES = """
def _note(*what):
    with (Path(__file__).parent / "notes.txt").open("a") as out:
        out.write(json.dumps(what) + "\\n")
"""


def _notes(practice: Practice) -> list[list[object]]:
    path = practice.folder / "site" / "notes.txt"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_every_hook_has_a_test_that_bears_its_name() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("hub_")}
    tested = {word for name in globals() if name.startswith("test_") for word in hooks if word in name}
    assert tested == hooks and len(hooks) == 7


def test_hub_connectors_brings_a_connector_that_a_source_can_name(practice: Practice) -> None:
    text = HEAD + (
        "from pydantic import BaseModel\nfrom hub.contract import Checkpoint, CheckReport, Connector, Facts, Stream\n"
        "class Own(BaseModel):\n    greeting: str\n"
        "class Site(Connector):\n    id, label, settings = 'site', 'of the tests', Own\n"
        "    streams = (Stream('patients', ('patient',)),)\n"
        "    def check(self, ctx):\n        return CheckReport(())\n"
        "    def pull(self, stream, since, ctx):\n"
        "        yield Facts('patient', ('source_key', 'last_name'), [('1', ctx.settings.greeting)])\n"
        "        yield Checkpoint(complete=True)\n"
        "@hookimpl\ndef hub_connectors():\n    return [Site]\n"
    )
    add_site_plugin(practice, "site.py", text)
    configure(practice, '\n[[source]]\nname = "own"\npractice = "main"\nconnector = "site"\n[source.settings]\ngreeting = "Hello"\n')
    said = practice.hub("sync", "own")
    assert said.code == 0 and "own: succeeded: 1 read = 1 new" in said.out
    assert [row["last_name"] for row in practice.rows("patient") if row["source"] == "own"] == ["Hello"]


def test_hub_mappings_brings_a_folder_of_mappings(practice: Practice) -> None:
    add_site_plugin(practice, "maps.py", HEAD + "@hookimpl\ndef hub_mappings():\n    return [Path(__file__).parent / 'maps']\n")
    layer = practice.folder / "site" / "maps" / "dentrix" / "patients.toml"
    layer.parent.mkdir(parents=True)
    layer.write_text('version = 77\ntitle = "patients as the plugin knows them"\n', encoding="utf-8")
    said = practice.hub("mapping", "list")
    assert said.code == 0 and re.search(r"^dentrix/patients  v77 .*2 layers.*as the plugin knows them", said.out, re.M)


RULE = """
from pydantic import BaseModel
from hub.contract import Finding, Rule
class Always(Rule):
    \"\"\"There is always one.\"\"\"
    code, title, owner, audience, needs, clears_when = "X-ALWAYS", "always there", "OM", "data", (), "never"
    def findings(self, view):
        yield Finding(subject="source:pms", value_cents=4200, sentence="there is always one", next_step="smile",
                      likelihood=1.0, risk=0.5, due=view.as_of)
@hookimpl
def hub_rules():
    return [Always]
"""


def test_hub_rules_brings_a_kind_of_item(practice: Practice) -> None:
    add_site_plugin(practice, "kinds.py", HEAD + RULE)
    assert practice.hub("reconcile").code == 0
    (item,) = json.loads(practice.hub("items", "--tray", "all", "--kind", "x-always", "--json").out)
    assert (item["code"], item["value_cents"], item["sentence"]) == ("X-ALWAYS", 4200, "there is always one")


def test_hub_deliveries_brings_a_way_out(practice: Practice) -> None:
    text = HEAD + NOTES + (
        "from pydantic import BaseModel\nfrom hub.contract import Delivery, Receipt\nclass Own(BaseModel):\n    pass\n"
        "class Count(Delivery):\n    id, label, settings = 'count', 'counts', Own\n"
        "    def deliver(self, items, summary, ctx):\n        _note(len(items))\n        return Receipt(f'{len(items)} counted')\n"
        "@hookimpl\ndef hub_deliveries():\n    return [Count]\n"
    )  # fmt: skip
    add_site_plugin(practice, "out.py", text)
    configure(practice, '\n[[delivery]]\nname = "tally"\ndelivery = "count"\n')
    said = practice.hub("deliver", "tally")
    count = len(json.loads(practice.hub("items", "--json").out))
    assert said.code == 0 and said.out.startswith(f"tally: {count} counted") and _notes(practice) == [[count]] and count > 5


def test_hub_run_finished_is_called_after_every_job_whatever_its_outcome(practice: Practice) -> None:
    text = HEAD + NOTES + "@hookimpl\ndef hub_run_finished(kind, name, status, counts):\n    _note(kind, name, status, counts.get('read'))\n"
    add_site_plugin(practice, "tells.py", text)
    practice.source("lender_north").rmdir()
    practice.hub("run")
    noted = _notes(practice)
    assert ["sync", "pms", "succeeded", 0] in noted and ["sync", "lender-north", "failed", 0] in noted
    assert [note[:3] for note in noted if note[0] == "reconcile"] == [["reconcile", "main", "succeeded"]]
    assert [note[1] for note in noted if note[0] == "delivery"] == ["morning-list", "page", "insurance-csv"]


def test_hub_item_changed_is_called_after_commit_for_every_change(practice: Practice) -> None:
    text = HEAD + NOTES + RULE + "@hookimpl\ndef hub_item_changed(practice_id, item, action):\n    _note(practice_id, item.code, action)\n"
    add_site_plugin(practice, "tells.py", text)
    practice.hub("reconcile")
    assert ["main", "X-ALWAYS", "OPENED"] in _notes(practice)
    path = practice.folder / "site" / "tells.py"
    path.write_text(path.read_text().replace("value_cents=4200", "value_cents=9900"))
    practice.hub("reconcile")
    assert _notes(practice)[-1] == ["main", "X-ALWAYS", "UPDATED"]
    before = len(_notes(practice))
    practice.hub("reconcile")
    assert len(_notes(practice)) == before, "no change, no call"


def test_hub_cli_adds_a_command_also_with_a_named_configuration(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "registered_commands", list(app.registered_commands))
    text = HEAD + "@hookimpl\ndef hub_cli(app):\n    @app.command()\n    def greet(name: str) -> None:\n        print('Hello ' + name)\n"
    add_site_plugin(practice, "greeter.py", text)
    said = practice.process("greet", "Ann")
    assert (said.code, said.out) == (0, "Hello Ann\n")
    monkeypatch.setenv("HUB_CONFIG", str(practice.config))
    assert call_hub("greet", "Ann").out == "Hello Ann\n"
    monkeypatch.delenv("HUB_CONFIG")
    assert call_hub("-c", str(practice.config), "greet", "Ann").code == 0
    unknown = practice.process("gret", "Ann")
    assert unknown.code == 2 and "No such command 'gret'" in unknown.err


@pytest.mark.parametrize("fault", ["raise ValueError('x')", "raise SystemExit(4)", "return 1 / 0"])
def test_a_notice_that_fails_stops_neither_the_job_nor_the_other_plugins(practice: Practice, fault: str) -> None:
    add_site_plugin(practice, "a_bad.py", HEAD + f"@hookimpl\ndef hub_run_finished(name):\n    {fault}\n")
    add_site_plugin(practice, "b_good.py", HEAD + NOTES + "@hookimpl\ndef hub_run_finished(name):\n    _note(name)\n")
    said = practice.hub("run")
    assert said.code == 0 and "HUB-P03 plugin a-bad failed in hub_run_finished" in said.err
    assert [note[0] for note in _notes(practice)].count("pms") == 1 and len(_notes(practice)) == 9


@pytest.mark.parametrize("fault", ["raise ValueError('x')", "view.connection.exec_driver_sql('select nonsense')"])
def test_a_rule_that_fails_keeps_its_items_and_the_other_kinds(practice: Practice, fault: str) -> None:
    path = add_site_plugin(practice, "kinds.py", HEAD + RULE)
    assert practice.hub("reconcile").code == 0
    before = practice.items()
    path.write_text(HEAD + RULE.replace("        yield Finding", f"        {fault}\n        yield Finding"))
    said = practice.hub("reconcile")
    assert said.code == 1 and "HUB-K01 rules failed: X-ALWAYS; their items were left as they were" in said.err
    after = practice.items()
    assert {key: row["status"] for key, row in before.items()} == {key: row["status"] for key, row in after.items()}


def test_hooks_are_asked_for_by_name_and_take_only_what_they_want(site: Path) -> None:
    (site / "small.py").write_text(HEAD + "seen = []\n@hookimpl\ndef hub_run_finished(status):\n    seen.append(status)\n")
    plugins = load_plugins(site)
    plugins.call("hub_run_finished", practice_id="main", kind="sync", name="pms", status="partial", counts={})
    assert plugins.manager.get_plugin("small").seen == ["partial"]
    for name, spec in vars(hookspecs).items():
        if name.startswith("hub_"):
            assert inspect.getdoc(spec), name
