"""Finding and loading plugins: order, reasons, isolation; what is plugged in is told without running any of it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from faults.practice_runs import Practice, add_site_plugin

from hub.contract import CONTRACT
from hub.plugin_host import candidates, load_plugins, remembered, stated_range
from hub.plugin_host.find import fits

HEAD = 'HUB_CONTRACT = ">=1.0,<2"\nfrom hub.hookspecs import hookimpl\nfrom pydantic import BaseModel\n'
DELIVERY = """
from hub.contract import Delivery, Receipt
class Own(BaseModel):
    pass
class Out(Delivery):
    id, label, settings = "{name}", "made by the tests", Own
    def deliver(self, items, summary, ctx):
        return Receipt("done")
@hookimpl
def hub_deliveries():
    return [Out]
"""

CONNECTOR = """
from hub.contract import CheckReport, Connector, FileConnector, Stream
class Own(BaseModel):
    pass
class Api(BASE):
    id, label, settings = "x", "made by the tests", Own
    streams = (STREAMS,)
    def check(self, ctx):
        return CheckReport(())
    def folders(self, ctx):
        return ()
@hookimpl
def hub_connectors():
    return [Api]
"""


def connector(streams: str, base: str = "Connector") -> str:
    return HEAD + CONNECTOR.replace("BASE", base).replace("STREAMS", streams)


RULE = """
from hub.contract import Finding, Rule
class Odd(Rule):
    code, title, owner, audience, needs, clears_when = "X-ODD", "odd", "OM", "data", (), "never"
    MORE
    def findings(self, view):
        return iter(())
@hookimpl
def hub_rules():
    return [Odd]
"""


def rule(more: str) -> str:
    return HEAD + RULE.replace("MORE", more)


# Source of a broken site file, and the words that `hub plugins` must say of it.
BROKEN = {
    "raises at import": (HEAD + "raise RuntimeError('no license')", "broken", "RuntimeError: no license"),
    "exits at import": (HEAD + "raise SystemExit(3)", "broken", "SystemExit: 3"),
    "syntax error": (HEAD + "def (:\n", "broken", "SyntaxError: invalid syntax in line 4"),
    "not text": ("HUB_CONTRACT = '>=1.0,<2'\n\x00", "broken", "null bytes"),
    "missing library": (HEAD + "import no_such_library", "broken", "ModuleNotFoundError: No module named 'no_such_library'"),
    "no range": ("x = 1", "incompatible", "states no contract range"),
    "newer contract": (
        'HUB_CONTRACT = ">=99.0,<100"', "incompatible", f"was written for contract >=99.0,<100, this hub has {CONTRACT}",
    ),
    "unreadable range": ('HUB_CONTRACT = "latest"', "incompatible", "was written for contract latest"),
    "instances, not classes": (
        HEAD + DELIVERY.format(name="x").replace("[Out]", "[Out()]"), "broken", "must return classes of Delivery with id",
    ),
    "wrong class": (HEAD + "@hookimpl\ndef hub_rules():\n    return [str]", "broken", "must return classes of Rule with code"),
    "nothing to go through": (
        HEAD + "@hookimpl\ndef hub_connectors():\n    return None", "broken", "hub_connectors must return a list, it returned nothing",
    ),
    "a class without its list": (
        HEAD + DELIVERY.format(name="x").replace("[Out]", "Out"), "broken", "hub_deliveries must return a list, it returned a class",
    ),
    "hook that raises": (
        HEAD + "@hookimpl\ndef hub_connectors():\n    raise OSError('disk')", "broken", "hub_connectors failed: OSError: disk",
    ),
    "hook that exits half-way": (
        HEAD + "@hookimpl\ndef hub_rules():\n    yield int\n    raise SystemExit(3)", "broken", "hub_rules failed: SystemExit: 3",
    ),
    "a text for folders": (
        HEAD + "@hookimpl\ndef hub_mappings():\n    return '/etc'", "broken", "hub_mappings must return a list, it returned str",
    ),
    "no folder": (
        HEAD + "@hookimpl\ndef hub_mappings():\n    return [__file__]", "broken",
        'hub_mappings must return folders, it returned "broken_one.py", which is no folder',
    ),
    "a number for a folder": (
        HEAD + "@hookimpl\ndef hub_mappings():\n    return [5]", "broken", "hub_mappings must return folders, it returned int",
    ),
    "streams without its comma": (
        connector('Stream("a", ("patient",))').replace(")),)", ")))"), "broken",
        "Api: streams is one Stream, not a tuple; is a comma missing?",
    ),
    "a stream by its name": (connector('"patients"'), "broken", "Api: streams holds one str instead of a Stream"),
    "entities without their comma": (
        connector('Stream("a", ("patient"))'), "broken", "Api: stream a cannot be read: entities is one str, not a tuple; is a comma",
    ),
    "misspelt deletes": (
        connector('Stream("a", ("patient",), deletes="snapshots")'), "broken",
        'Api: stream a says deletes="snapshots"; it is one of snapshot, marks, sweep, none',
    ),
    "parts of nothing": (
        connector('Stream("a", ("remit", "remit_claim"), parts=("remit_claim",))'), "broken",
        "Api: stream a names parts and not what they are parts of (whole)",
    ),
    "a part that is not filled": (
        connector('Stream("a", ("remit",), whole="remit", parts=("remit_claim",))'), "broken",
        "Api: stream a calls remit_claim whole or a part and does not fill it",
    ),
    "a whole without parts": (
        connector('Stream("a", ("remit",), whole="remit")'), "broken", "Api: stream a says what is whole; its parts are other entities",
    ),
    "parts of a mapped list": (
        connector('Stream("a", ("remit", "remit_claim"), mapping="x/y", whole="remit", parts=("remit_claim",))'), "broken",
        "Api: stream a has parts and a mapping; only facts have parts",
    ),
    "parts without their comma": (
        connector('Stream("a", ("remit", "remit_claim"), whole="remit", parts=("remit_claim"))'), "broken",
        "Api: stream a cannot be read: parts is one str, not a tuple; is a comma",
    ),
    "misspelt need": (rule('needs=("patient", "appointments")'), "broken", "Odd: needs names appointments, which the shared model does not"),
    "misspelt choice": (rule('needs=("claim|remits",)'), "broken", "Odd: needs names remits, which the shared model does not have"),
    "misspelt read": (rule('reads=("visit",)'), "broken", "Odd: reads names visit, which the shared model does not have"),
    "a choice to read": (rule('reads=("claim|remit",)'), "broken", "Odd: reads names claim|remit, which the shared model does not"),
    "misspelt column": (rule('needs_columns=("claim.sent",)'), "broken", "Odd: needs_columns names claim.sent, which the shared model"),
    "needs without its comma": (rule('needs=("patient")'), "broken", "Odd: needs is one str, not a tuple; is a comma missing?"),
    "strange audience": (rule('audience="patients"'), "broken", "Odd: audience is none of contact, money, data"),
    "version as text": (rule('version="1"'), "broken", "Odd: version wants int, got str"),
    "abstract class": (
        HEAD + DELIVERY.format(name="x").replace("def deliver", "def send"), "broken", "Out lacks deliver",
    ),
    "class without label": (HEAD + DELIVERY.format(name="x").replace(', label, settings = "x", "made by the tests",', ', settings = "x",'),
                            "broken", "Out lacks label"),
    "bare settings": (HEAD + DELIVERY.format(name="x").replace(", Own", ", BaseModel"), "broken", "a model of its own"),
    "unmarked hook": (HEAD + "def hub_rules():\n    return []", "broken", "hub_rules is not marked with @hookimpl"),
    "unmarked notice": (HEAD + "def hub_run_finished(name):\n    pass", "broken", "hub_run_finished is not marked"),
    "misspelled hook": (HEAD + "@hookimpl\ndef hub_runs_finished(name):\n    pass", "broken", "hub_runs_finished"),
    "id of another": (HEAD + DELIVERY.format(name="csv"), "broken", 'brings "csv", which plugin deliver-csv already brings'),
    "stream name twice": (connector('Stream("a", ("patient",)), Stream("a", ("claim",))'), "broken", "two streams named a"),
    "strange entity": (connector('Stream("a", ("patients",))'), "broken", "fills patients, which the shared model does not"),
    "strange mapping": (connector('Stream("a", ("patient",), mapping="x/../../y")'), "broken", 'names a mapping "x/../../y"'),
    "strange second mapping": (
        connector('Stream("a", ("patient",), mapping="x/y", also=("x y",))'), "broken", 'names a mapping "x y"',
    ),
    "files by two mappings": (
        connector('Stream("a", ("patient",), mapping="x/y", also=("x/z",))', "FileConnector"), "broken", "a file is read by one",
    ),
    "files that sweep": (
        connector('Stream("a", ("patient",), deletes="sweep")', "FileConnector"), "broken", "a file cannot list keys",
    ),
    "one id twice": (HEAD + DELIVERY.format(name="x").replace("[Out]", "[Out, Out]"), "broken", 'brings "x" twice'),
}  # fmt: skip


def test_a_connector_that_sweeps_and_reads_a_record_by_two_mappings_is_loaded(site: Path) -> None:
    text = connector('Stream("a", ("patient", "claim"), deletes="sweep", mapping="x/y", also=("x/z",))')
    (site / "sweeps.py").write_text(text, encoding="utf-8")
    assert _state(site, "sweeps") == ("active", "")


def _state(site: Path, name: str) -> tuple[str, str]:
    plugins = load_plugins(site)
    state = next(state for state in plugins.states if state.name == name)
    return state.status, state.reason


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_plugin_is_named_with_its_reason_and_the_rest_run(
    fault: str, site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text, status, reason = BROKEN[fault]
    (site / "broken_one.py").write_text(text, encoding="utf-8")
    (site / "zz_good.py").write_text(HEAD + DELIVERY.format(name="good"), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        plugins = load_plugins(site)
    found = {state.name: state for state in plugins.states}
    assert (found["broken-one"].status, reason in found["broken-one"].reason) == (status, True), found["broken-one"].reason
    assert "good" in plugins.deliveries and {"excel", "csv", "html"} <= plugins.deliveries.keys()
    assert all(state.status == "active" for state in plugins.states if state.name != "broken-one")
    assert "x" not in plugins.deliveries and found["broken-one"].brings == []
    plugins.call("hub_run_finished", practice_id="main", kind="sync", name="pms", status="succeeded", counts={})


def test_our_own_come_first_then_packages_then_site_files_by_name(site: Path) -> None:
    for name in ("b_second.py", "a_first.py", "_hidden.py"):
        (site / name).write_text(HEAD, encoding="utf-8")
    (site / "folder.py").mkdir()
    found = candidates(site)
    own = [each.name for each in found if each.built_in]
    assert own == sorted(own) and {"dentrix", "clearinghouse", "carecredit", "rules-claims", "deliver-excel"} <= set(own)
    assert [each.name for each in found if each.path is not None] == ["a-first", "b-second"] == [each.name for each in found[-2:]]


def test_a_site_file_cannot_take_the_name_of_another_plugin(site: Path) -> None:
    (site / "dentrix.py").write_text(HEAD + "@hookimpl\ndef hub_run_finished(name):\n    pass", encoding="utf-8")
    plugins = load_plugins(site)
    states = [(state.origin, state.status) for state in plugins.states if state.name == "dentrix"]
    assert [status for _origin, status in states] == ["active", "broken"] and "dentrix" in plugins.connectors
    assert plugins.manager.has_plugin("dentrix"), "the first one keeps its place"


def test_what_a_plugin_prints_does_not_end_up_in_a_list(practice: Practice) -> None:
    add_site_plugin(practice, "chatty.py", HEAD + "print('hello from a plugin')")
    said = practice.process("items", "--json")
    assert said.code == 0 and isinstance(json.loads(said.out), list) and "hello from a plugin" in said.err


def test_plugins_are_listed_without_running_one(practice: Practice) -> None:
    marker = practice.folder / "was-imported"
    add_site_plugin(practice, "marks.py", HEAD + f"open({str(marker)!r}, 'w').close()")
    add_site_plugin(practice, "future.py", 'HUB_CONTRACT = ">=9.0"')
    said = practice.process("plugins")
    lines = {line.split()[0]: line for line in said.out.splitlines()}
    assert said.code == 0 and not marker.exists()
    assert "not loaded yet" in lines["marks"] and "incompatible" in lines["future"] and ">=9.0" in lines["future"]
    assert "active" in lines["dentrix"] and "practice-hub" in lines["dentrix"]
    assert practice.hub("items").code == 0 and marker.exists(), "any other command loads it"
    marker.unlink()
    assert "active" in practice.process("plugins").out.split("marks", 1)[1].split("\n", 1)[0] and not marker.exists()


def test_listing_plugins_imports_no_module_of_ours(practice: Practice) -> None:
    code = (
        "import sys; from hub.cli import main; sys.argv = ['hub', '--config', sys.argv[1], 'plugins']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('loaded:', sorted(name for name in sys.modules if name.split('.')[0] in ('connectors', 'plugins')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(practice.config)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.rstrip().endswith("loaded: []"), done.stdout[-300:]


def test_a_plugin_that_is_switched_off_is_not_imported(practice: Practice) -> None:
    marker = practice.folder / "was-imported"
    add_site_plugin(practice, "marks.py", HEAD + f"open({str(marker)!r}, 'w').close()")
    config = practice.config.read_text(encoding="utf-8")
    practice.config.write_text(config.replace("[hub]\n", '[hub]\ndisabled_plugins = ["marks", "carecredit"]\n'), encoding="utf-8")
    said = practice.hub("run")
    assert said.code == 1 and not marker.exists()
    assert "HUB-S07 lender: there is no connector" in said.err and "plugin carecredit is disabled" in said.err
    assert "disabled" in practice.hub("plugins").out.split("marks", 1)[1].split("\n", 1)[0]


def test_what_became_of_each_plugin_is_remembered_without_secrets_or_paths(practice: Practice) -> None:
    add_site_plugin(practice, "broken.py", BROKEN["raises at import"][0])
    practice.hub("items")
    states = remembered(practice.data / "plugins.json")
    assert (states["broken"].status, states["broken"].reason) == ("broken", "RuntimeError: no license")
    assert states["dentrix"].brings == ["dentrix"]
    (practice.data / "plugins.json").write_text("[{", encoding="utf-8")
    assert remembered(practice.data / "plugins.json") == {} and practice.hub("plugins").code == 0


@pytest.mark.parametrize(
    ("wanted", "contract", "answer"),
    [
        (">=1.0,<2", "1.0", True), (">=1.0,<2", "1.9", True), (">=1.0,<2", "2.0", False), (">=1.1", "1.0", False),
        ("==1.0", "1.0", True), ("1.0", "1.0", False), ("", "1.0", False), (">=1.x", "1.0", False), (">1.0", "1.0", False),
        ("<=1.0", "1.0", True), (">=1.10", "1.9", False),
    ],
)  # fmt: skip
def test_a_contract_range_is_compared_by_numbers(wanted: str, contract: str, answer: bool) -> None:
    assert fits(wanted, contract) is answer


def test_the_page_for_authors_names_the_contract_of_this_hub() -> None:
    page = Path(__file__).parent.parent.parent / "docs" / "plugins.md"
    assert f"The contract is {CONTRACT};" in page.read_text(encoding="utf-8")


def test_the_range_of_every_plugin_of_ours_is_read_from_its_source() -> None:
    ranges = {each.name: stated_range(each) for each in candidates(None) if each.built_in}
    assert ranges and set(ranges.values()) == {">=1.0,<2"}
