"""What worked with contract 1.0 still does: names in any collection, a mapping folder that is not there yet, days as 30.0."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.practice_runs import Practice, add_site_plugin
from host.test_plugin_loading import connector, rule

from hub.plugin_host import load_plugins

SETS = """needs = frozenset({"patient", "claim"})
    reads = {"remit", "claim"}
    needs_columns = frozenset({"claim.last_sent_date", "claim.status"})
    backlog_days = 30.0"""


def test_a_rule_may_name_what_it_needs_in_a_set(site: Path) -> None:
    (site / "odd.py").write_text(rule(SETS), encoding="utf-8")
    plugins = load_plugins(site)
    assert [(state.status, state.reason) for state in plugins.states if state.name == "odd"] == [("active", "")]
    found = plugins.rules["X-ODD"]
    # In an order of its own: that of a set changes from run to run, and reasons are told in it.
    assert (found.needs, found.reads, found.needs_columns) == (("claim", "patient"), ("claim", "remit"), ("claim.last_sent_date", "claim.status"))


def test_a_stream_may_name_its_entities_in_a_set(site: Path) -> None:
    (site / "api.py").write_text(connector('Stream("a", frozenset({"patient", "claim"}))'), encoding="utf-8")
    assert [state.status for state in load_plugins(site).states if state.name == "api"] == ["active"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ('needs = {"claim": 1}', "needs is one dict, not a tuple"),
        ("needs = (each for each in ('claim',))", "needs is one generator, not a tuple"),
        ('needs = {"claims"}', "needs names claims, which the shared model does not have"),
        ("backlog_days = 30.5", "backlog_days wants int, got float"),
        ("backlog_days = None", "backlog_days wants int, got NoneType"),
    ],
)
def test_what_cannot_be_meant_is_still_refused(site: Path, more: str, reason: str) -> None:
    (site / "odd.py").write_text(rule(more), encoding="utf-8")
    assert [reason in state.reason for state in load_plugins(site).states if state.name == "odd"] == [True]


def test_a_mapping_folder_that_is_not_there_is_told_and_the_rest_of_the_plugin_runs(practice: Practice) -> None:
    text = connector('Stream("a", ("patient",))') + "@hookimpl\ndef hub_mappings():\n    return ['/not/there/maps']\n"
    add_site_plugin(practice, "api.py", text)
    assert practice.hub("items").code == 0
    told = 'hub_mappings names "maps", which is not there; it is left out'
    lines = {line.split()[0]: line for line in practice.hub("plugins").out.splitlines()}
    assert " active " in lines["api"] and lines["api"].endswith(f"x; {told}")
    assert f"ok   plugin api: active; {told}" in practice.hub("doctor").out.splitlines()
