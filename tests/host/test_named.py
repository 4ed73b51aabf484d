"""Kinds and roles that hub.toml names: a misspelt one is refused where it counts, one of a plugin that is away is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from faults.practice_runs import Practice, add_site_plugin, configure

from hub.config import DeliverySettings
from hub.errors import SettingsError
from hub.plugin_host import load_plugins
from hub.plugin_host.named import check_thresholds, not_looked_at, scope_of

OWN_KIND = '''
from typing import ClassVar
from hub.contract import Rule
from hub.hookspecs import hookimpl

HUB_CONTRACT = ">=1.0,<2"

class FaxWaiting(Rule):
    """A fax waits."""
    code = "FAX-WAITING"
    version, title, owner, audience = 1, "fax waiting", "TC", "contact"
    needs: ClassVar = ()
    fields: ClassVar = ()
    clears_when = "the fax is read"
    def findings(self, view):
        return []

@hookimpl
def hub_rules():
    return [FaxWaiting]
'''
BROKEN = 'HUB_CONTRACT = ">=1.0,<2"\nraise RuntimeError("no license")\n'


def _asks(kinds: tuple[str, ...] = (), owners: tuple[str, ...] = ()) -> DeliverySettings:
    return DeliverySettings(name="page", delivery="html", kinds=kinds, owners=owners)  # type: ignore[call-arg]


def test_letter_case_does_not_matter_in_a_list_and_a_near_name_is_suggested() -> None:
    plugins = load_plugins()
    scope = scope_of(plugins, _asks(("claim-aging",), ("ic", "ASSISTANT")))
    assert (scope.kinds, scope.owners, scope.warnings) == (("CLAIM-AGING",), ("IC", "assistant"), ())
    with pytest.raises(SettingsError, match=r'page: there is no kind "CLAIM-AGEING" \(did you mean "CLAIM-AGING"\?\)') as told:
        scope_of(plugins, _asks(("CLAIM-AGING", "CLAIM-AGEING")))
    assert told.value.code == "HUB-S15"
    with pytest.raises(SettingsError, match=r'there is no role "IX" \(there are: BL, FD, IC, OM, PC, TC'):
        scope_of(plugins, _asks(owners=("IX",)))
    with pytest.raises(SettingsError, match=r'\[items.claim-aging\]: there is no kind "claim-aging" \(did you mean "CLAIM-AGING"'):
        check_thresholds(plugins, {"claim-aging": {"electronic_days": 45}})
    assert check_thresholds(plugins, {"CLAIM-AGING": {"electronic_days": 45}}) == []


def test_a_kind_of_a_plugin_that_is_away_is_a_warning_and_its_list_does_not_say_all_clear(tmp_path: Path) -> None:
    site, state = tmp_path / "site", tmp_path / "plugins.json"
    site.mkdir()
    (site / "fax.py").write_text(OWN_KIND, encoding="utf-8")
    loaded = load_plugins(site, (), state)
    assert scope_of(loaded, _asks(("fax-waiting",))).warnings == () and not_looked_at(loaded, ("FAX-WAITING",)) == []
    (site / "fax.py").write_text(BROKEN, encoding="utf-8")
    for _again in range(2):  # what it brought is remembered over any number of failed loads
        broken = load_plugins(site, (), state)
        scope = scope_of(broken, _asks(("fax-waiting",)))
        assert scope.kinds == ("FAX-WAITING",)
        (warning,) = scope.warnings
        assert warning.startswith("HUB-P09 ") and "FAX-WAITING belongs to plugin fax, which is broken" in warning
        assert [line[:12] for line in check_thresholds(broken, {"FAX-WAITING": {}})] == ["HUB-P09 [ite"]
        for asked in (scope.kinds, ()):
            ((code, _title, reason),) = not_looked_at(broken, asked)
            assert code == "FAX-WAITING" and "plugin fax is broken" in reason
        assert not_looked_at(broken, ("CLAIM-AGING",)) == []
        with pytest.raises(SettingsError, match="CLAIM-AGEING"):
            scope_of(broken, _asks(("CLAIM-AGEING",)))
    (site / "fax.py").unlink()
    with pytest.raises(SettingsError, match="FAX-WAITING"):
        scope_of(load_plugins(site, (), state), _asks(("FAX-WAITING",)))


def test_a_plugin_that_never_loaded_may_bring_any_name_but_not_a_misspelt_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "fax.py").write_text(BROKEN, encoding="utf-8")
    plugins = load_plugins(tmp_path)
    scope = scope_of(plugins, _asks(("FAX-WAITING",), ("CLERK",)))
    assert [warning.split()[0] for warning in scope.warnings] == ["HUB-P09", "HUB-P09"] and "fax" in scope.warnings[0]
    assert [code for code, _title, _reason in not_looked_at(plugins, scope.kinds)] == ["FAX-WAITING"]
    with pytest.raises(SettingsError, match="CLAIM-AGING"):
        scope_of(plugins, _asks(("CLAIM-AGEING",)))


def test_a_list_with_a_misspelt_kind_is_not_handed_over_and_the_rest_runs(practice: Practice) -> None:
    listed = set(practice.data.rglob("*.html"))
    configure(practice, '\n[[delivery]]\nname = "wrong"\ndelivery = "html"\nkinds = ["CLAIM-AGEING"]\n')
    configure(practice, '\n[[delivery]]\nname = "lower"\ndelivery = "html"\nowners = ["ic"]\n')
    said = practice.hub("run")
    assert said.code == 1 and 'HUB-S15 [[delivery]] wrong: there is no kind "CLAIM-AGEING"' in said.err
    assert "page: " in said.out and "pms: succeeded" in said.out and "Lakeside Dental: succeeded" in said.out
    written = set(practice.data.rglob("*.html")) - listed
    lower = next(path for path in written if "lower" in str(path))
    assert not [path for path in written if "wrong" in str(path)]
    mine = {item["id"] for item in json.loads(practice.hub("items", "--owner", "ic", "--json").out)}
    assert mine and all(number in lower.read_text(encoding="utf-8") for number in mine)
    for command in ("check", "doctor"):
        told = practice.hub(command)
        assert told.code == 1 and "HUB-S15 [[delivery]] wrong" in told.out + told.err, command


def test_thresholds_of_no_kind_stop_the_reconcile_and_nothing_else(practice: Practice) -> None:
    configure(practice, "\n[items.CLAIM-AGEING]\nelectronic_days = 45\n")
    before = practice.items()
    said = practice.hub("run")
    assert said.code == 1 and 'HUB-S15 [items.CLAIM-AGEING]: there is no kind "CLAIM-AGEING" (did you mean "CLAIM-AGING"?)' in said.err
    assert "pms: succeeded" in said.out and practice.items() == before
    assert [row["status"] for row in practice.rows("run") if row["kind"] == "reconcile"][-1] == "failed"
    assert "HUB-S15 [items.CLAIM-AGEING]" in practice.hub("check", "pms").err
    config = practice.config.read_text(encoding="utf-8")
    practice.config.write_text(config.replace("CLAIM-AGEING", "CLAIM-AGING").replace("electronic_days = 45", "electronic_day = 45"), encoding="utf-8")
    assert "HUB-S42 [items.CLAIM-AGING] has no setting" in practice.hub("check", "pms").err


def test_a_broken_plugin_does_not_stop_lists_and_thresholds_that_name_its_kind(practice: Practice) -> None:
    path = add_site_plugin(practice, "fax.py", OWN_KIND)
    configure(practice, '\n[[delivery]]\nname = "fax"\ndelivery = "html"\nkinds = ["FAX-WAITING"]\n\n[items.FAX-WAITING]\n')
    assert practice.hub("run").code == 0
    path.write_text(BROKEN, encoding="utf-8")
    said = practice.hub("run")
    assert said.code == 0, said.err
    assert "HUB-P09 [items.FAX-WAITING]" in said.err and "HUB-P09 [[delivery]] fax" in said.err
    page = next(path for path in practice.data.rglob("*.html") if "fax" in str(path))
    assert "its plugin fax is broken" in page.read_text(encoding="utf-8")
    shown = practice.hub("items", "--kind", "fax-waiting")
    assert shown.code == 0 and "not answered: FAX-WAITING" in shown.out
