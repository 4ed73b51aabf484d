"""A rule that yields what it should not: it is named and its items stay, every other kind and the run itself go on."""

from __future__ import annotations

import pytest
from faults.practice_runs import Practice, add_site_plugin
from host.test_hooks import HEAD, NOTES, RULE, _notes

ODD = {
    "half a cent": ("value_cents=4200", "value_cents=4200.5", "value_cents of a finding wants whole cents, got float"),
    "no value": ("value_cents=4200", "value_cents=None", "value_cents of a finding wants whole cents, got NoneType"),
    "a day as text": ("due=view.as_of", "due='2026-03-10'", "due of a finding wants a date (no moment, no text) or None, got str"),
    "a moment for a day": ("due=view.as_of", "due=view.now", "due of a finding wants a date (no moment, no text) or None, got datetime"),
    "a number for a subject": ("subject='source:pms'", "subject=7", "subject of a finding wants text, got int"),
    "a dict": ("yield Finding(", "yield dict(", "the rule yields a dict instead of a Finding"),
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_finding_fails_its_rule_by_name_and_nothing_else(case: str, practice: Practice) -> None:
    old, new, words = ODD[case]
    rule = RULE.replace('"source:pms"', "'source:pms'")
    path = add_site_plugin(practice, "kinds.py", HEAD + rule)
    assert practice.hub("reconcile").code == 0
    before = practice.items()
    assert old in rule
    path.write_text(HEAD + rule.replace(old, new))
    said = practice.hub("reconcile")
    assert said.code == 1 and "HUB-K01 rules failed: X-ALWAYS; their items were left as they were" in said.err
    assert f"X-ALWAYS: HUB-K02 {words}" in said.out
    assert {key: row["status"] for key, row in before.items()} == {key: row["status"] for key, row in practice.items().items()}
    (answer,) = [row for row in practice.rows("kind_state") if row["code"] == "X-ALWAYS"]
    assert answer["state"] == "failed" and words in str(answer["reason"])
    assert [row["status"] for row in practice.rows("run") if row["kind"] == "reconcile"][-1] == "partial"


def test_an_unforeseen_failure_of_a_reconcile_closes_its_run_and_is_told(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + NOTES + "@hookimpl\ndef hub_run_finished(kind, name, status):\n    _note(kind, name, status)\n"
    add_site_plugin(practice, "tells.py", text + "@hookimpl\ndef hub_item_changed(item):\n    _note('changed')\n")

    def break_off(*_given: object) -> None:
        raise ValueError("Lopez")

    monkeypatch.setattr("hub.jobs.reconcile", break_off)
    said = practice.hub("reconcile")
    assert said.code == 1 and "HUB-B99 unexpected error: ValueError at test_odd_rules.py" in said.err and "Lopez" not in said.err
    (*_earlier, last) = [row for row in practice.rows("run") if row["kind"] == "reconcile"]
    assert (last["status"], last["failure_class"]) == ("failed", "hub_bug") and "HUB-B99" in str(last["message"])
    assert _notes(practice) == [["reconcile", "main", "failed"]]


def test_no_change_is_told_of_a_reconcile_that_could_not_be_stored(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + NOTES + RULE + "@hookimpl\ndef hub_item_changed(item, action):\n    _note(item.code, action)\n"
    add_site_plugin(practice, "tells.py", text)

    def reach(point: str) -> None:
        if point == "items_written":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("hub.jobs.reach", reach)
    assert practice.hub("reconcile").code == 1
    assert _notes(practice) == [] and [row for row in practice.rows("work_item") if row["code"] == "X-ALWAYS"] == []


def test_a_rule_without_words_of_its_own_is_explained_by_its_title(practice: Practice) -> None:
    add_site_plugin(practice, "kinds.py", HEAD + RULE.replace('    """There is always one."""\n', ""))
    assert practice.hub("reconcile").code == 0
    (kind,) = [row for row in practice.rows("kind_state") if row["code"] == "X-ALWAYS"]
    assert kind["words"] == "always there"
