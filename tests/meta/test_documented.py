"""Every hook, setting, command and kind is documented, and what follows from the code is as the code says."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from tests.meta.pages import (
    HUB_TABLES,
    PAGES,
    ROOT,
    blocks,
    built_in,
    hook_functions,
    kind_page,
    read,
    renewed,
    shown_name,
    walk,
)

PLUGINS = built_in()
KINDS = sorted(PLUGINS.rules)


def models() -> Iterator[tuple[str, type[BaseModel]]]:
    """Every settings model a person may meet: the hub's own, connectors', deliveries', rules'."""
    yield from ((f"[{table}]", model) for table, model in HUB_TABLES)
    yield from ((f"connector {name}", each.settings) for name, each in PLUGINS.connectors.items())
    yield from ((f"delivery {name}", each.settings) for name, each in PLUGINS.deliveries.items())
    yield from ((f"[items.{code}]", rule.settings) for code, rule in PLUGINS.rules.items())


@pytest.mark.parametrize("page", PAGES)
def test_what_follows_from_the_code_is_up_to_date(page: str) -> None:
    text = read(page)
    assert blocks(text), f"{page} lost its generated parts"
    assert text == renewed(text), f"{page} is behind the code: run `python -m tests.meta.pages`"


def test_an_outdated_page_would_be_noticed() -> None:
    stale = "<!-- begin kinds -->\n| CLAIM-AGING | old |\n<!-- end kinds -->\n"
    assert renewed(stale) != stale


@pytest.mark.parametrize(("where", "model"), list(models()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_setting_has_a_description(where: str, model: type[BaseModel]) -> None:
    lacking = [name for name, field in model.model_fields.items() if not field.exclude and not field.description]
    assert lacking == [], where


def test_every_setting_of_the_hub_is_in_the_example() -> None:
    """Switched on or shown as a comment: an office finds each of them where it looks first."""
    text = read("config/hub.example.toml")
    for table, model in HUB_TABLES:
        for name in model.model_fields:
            if name != "settings":
                assert re.search(rf"(?m)^(# )?{name} = ", text), f"[{table}] {name} is not in hub.example.toml"
    for name in ("source", "delivery"):
        assert f"[{name}.settings]" in text
    assert tomllib.loads(text)["hub"]["data_dir"] == "data"


def test_the_example_shows_every_setting_of_each_connector() -> None:
    text = read("config/hub.example.toml")
    for name, connector in PLUGINS.connectors.items():
        part = text.split(f'connector = "{name}"')[1].split("[[")[0]
        for setting in connector.settings.model_fields:
            assert re.search(rf"(?m)^(# )?{setting} = ", part), f"{name}: {setting} is not in hub.example.toml"


@pytest.mark.parametrize("name", sorted(PLUGINS.connectors))
def test_every_connector_has_a_page_with_its_settings_and_limits(name: str) -> None:
    text = read(f"connectors/{name}/README.md")
    assert "## Known limits" in text and PLUGINS.connectors[name].known_limits
    for setting in PLUGINS.connectors[name].settings.model_fields:
        assert f"`{setting}`" in text, f"{name}: {setting}"
    for stream in PLUGINS.connectors[name].streams:
        assert stream.name in text, f"{name}: {stream.name}"


@pytest.mark.parametrize("name", sorted(PLUGINS.deliveries))
def test_every_delivery_is_described_with_its_settings(name: str) -> None:
    text = read("docs/deliveries.md")
    assert f"| `{name}` |" in text
    for setting in PLUGINS.deliveries[name].settings.model_fields:
        assert f"`{setting}`" in text, f"{name}: {setting}"


@pytest.mark.parametrize(("path", "command"), list(walk()), ids=[path for path, _ in walk()])
def test_every_command_and_option_says_what_it_does(path: str, command: object) -> None:
    page = read("docs/cli.md")
    section = page.split(f"\n## {path}\n")[1].split("\n## ")[0]
    assert getattr(command, "help", None), path
    for parameter in getattr(command, "params", []):
        if parameter.name != "help":
            assert parameter.help, f"{path} {parameter.name} has no help"
            assert f"| {shown_name(parameter)}" in section, f"{path} {parameter.name}"


def test_the_commands_of_the_design_are_there() -> None:
    """The fixed surface: scripts and people rely on it."""
    fixed = {"demo", "init", "check", "doctor", "sync", "reconcile", "run", "items", "explain", "runs", "quarantine list",
             "quarantine retry", "mapping list", "mapping preview", "mapping explain", "connectors", "plugins", "serve"}  # fmt: skip
    assert fixed <= {path.removeprefix("hub ") for path, _ in walk()}


@pytest.mark.parametrize("name", [name for name, _ in hook_functions()])
def test_every_hook_is_documented_with_its_arguments_and_tested(name: str) -> None:
    function = dict(hook_functions())[name]
    section = read("docs/plugins.md").split(f"### {name}\n")[1].split("### ")[0]
    assert function.__doc__ and inspect.cleandoc(function.__doc__) in section
    for argument in inspect.signature(function).parameters:
        assert f"{argument}: " in section
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    assert any(re.search(rf"def test_\w*{name}\w*\(", text) for text in tests), (
        f"no test is named after {name}"
    )


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_has_a_section_with_its_settings_and_a_worked_example(code: str) -> None:
    text = read(kind_page(code))
    section = re.split(r"(?m)^###? ", re.split(rf"(?m)^###? {code}$", text)[1])[0]
    assert section.lstrip().startswith('*"'), f"{code}: the section begins with the sentence as the list shows it"
    assert re.search(r"\*\*P \d+\*\*", section), f"{code}: a worked example ends with its priority"
    rule = PLUGINS.rules[code]
    for setting in rule.settings.model_fields:
        if setting not in ("configured_sources", "other_kinds"):  # the hub fills them in from [[source]] and [items]
            assert f"`{setting}`" in section, f"{code}: {setting}"


@pytest.mark.parametrize("code", KINDS)
def test_the_worked_example_of_every_kind_is_a_test(code: str) -> None:
    """The priority that the page works out stands in a test file that runs the rule of this kind."""
    text = read(kind_page(code))
    section = re.split(r"(?m)^###? ", re.split(rf"(?m)^###? {code}$", text)[1])[0]
    wanted = re.findall(r"\*\*P (\d+)\*\*", section)[0]
    rule = PLUGINS.rules[code].__name__
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("rules_*/test_*.py")]
    assert any(rule in each and re.search(rf"\b{wanted}\b", each) for each in tests), (code, rule, wanted)


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    here = (ROOT / page).parent
    prose = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", read(page))
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose):
        assert target.startswith("http") or (here / target).exists(), f"{page} links to {target}"
