"""What is installed is what was written: README commands, entry points, mappings, the example, the wheel, CI."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tomllib
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from hub.cli.setup import run_init
from hub.config import load_config
from hub.config.schema import Config
from hub.mapping import load_mapping, mapping_ids
from hub.schedule.triggers import parse_schedule
from hub.sync.job import source_context
from tests.meta.pages import ROOT, built_in, read

COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/hub demo",
    "python3 -m venv .venv-dev && .venv-dev/bin/pip install -e '.[dev]' && .venv-dev/bin/pytest",
)
WINDOWS = (
    r"py -m venv .venv && .venv\Scripts\pip install . && .venv\Scripts\hub demo",
    r"py -m venv .venv-dev && .venv-dev\Scripts\pip install -e .[dev] && .venv-dev\Scripts\pytest",
)



HAS_CI = pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="a source archive holds no CI files")


def test_the_readme_opens_with_the_two_commands_each_in_a_line_of_its_own() -> None:
    lines = read("README.md").splitlines()
    places = [lines.index(command) for command in (*COMMANDS, *WINDOWS)]
    assert places == sorted(places) and places[-1] < 30
    assert lines[places[0] - 1] == lines[places[1] - 1] == "```sh"


@HAS_CI
def test_ci_runs_exactly_the_test_command_of_the_readme() -> None:
    """The script looks the line up in the README; this is what its search finds."""
    script = read(".ci/run")
    assert "grep -m1 '^python3 -m venv .venv-dev ' README.md" in script
    assert "grep -m1 '^python3 -m venv .venv ' README.md" in script
    found = [line for line in read("README.md").splitlines() if line.startswith("python3 -m venv ")]
    assert tuple(found[:2]) == COMMANDS  # the first of each kind, as grep -m1 takes them
    for step in ("ruff check", "mypy", '-m "(postgres or mariadb) and not slow"', "HUB_REQUIRE_SERVICES=1"):
        assert step in script


@HAS_CI
def test_hosted_ci_runs_both_commands_on_both_systems() -> None:
    text = read(".github/workflows/ci.yml")
    for command in (*COMMANDS, *WINDOWS):
        assert f"run: {command}" in text


@HAS_CI
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_the_ci_script_is_a_script() -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True, timeout=20)


def test_every_entry_point_imports_and_brings_something() -> None:
    listed = tomllib.loads(read("pyproject.toml"))["project"]["entry-points"]["hub.plugins"]
    for module in listed.values():
        assert importlib.import_module(module).HUB_CONTRACT
    installed = {entry.name: entry.value for entry in entry_points(group="hub.plugins") if entry.value in listed.values()}
    assert installed == listed, "the installed package is older than pyproject.toml: install it again"
    assert all(state.brings for state in built_in().states)


def test_every_plugin_in_the_tree_is_registered() -> None:
    """A folder that nobody registered would be dead code that looks alive."""
    listed = set(tomllib.loads(read("pyproject.toml"))["project"]["entry-points"]["hub.plugins"].values())
    connectors = {f"connectors.{path.parent.name}" for path in (ROOT / "connectors").glob("*/__init__.py")}
    plugins = {f"plugins.{path.parent.name}" for path in (ROOT / "plugins").glob("*/__init__.py")}
    plugins |= {f"plugins.{path.stem}" for path in (ROOT / "plugins").glob("*.py") if path.stem != "__init__"}
    assert listed == connectors | plugins


@pytest.mark.parametrize("mapping", mapping_ids([ROOT / "mappings"]))
def test_every_shipped_mapping_loads_and_belongs_to_a_stream(mapping: str) -> None:
    load_mapping(mapping, [ROOT / "mappings"])
    used = {stream.mapping for each in built_in().connectors.values() for stream in each.streams}
    assert mapping in used


def example() -> Config:
    return load_config(ROOT / "config" / "hub.example.toml")


def test_the_example_configuration_loads_and_everything_in_it_exists() -> None:
    config, plugins = example(), built_in()
    for source in config.source:
        connector = plugins.connectors[source.connector]()
        source_context(config, source, connector, None, None)  # type: ignore[arg-type]
        assert source.schedule and parse_schedule(source.schedule)
    for delivery in config.delivery:
        plugins.deliveries[delivery.delivery].settings.model_validate(delivery.settings)
        assert delivery.schedule and parse_schedule(delivery.schedule)
    for code, given in config.items.items():
        assert set(given) <= set(plugins.rules[code].settings.model_fields)
        plugins.rules[code].settings(**given)


def test_thresholds_shown_in_the_example_are_the_defaults() -> None:
    rules = built_in().rules
    for code, given in example().items.items():
        assert given == {name: rules[code].settings.model_fields[name].default for name in given}, code


def test_init_makes_a_configuration_out_of_the_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_init(tmp_path, None) == 0
    assert (tmp_path / "hub.toml").read_bytes() == (ROOT / "config" / "hub.example.toml").read_bytes()
    assert load_config(tmp_path / "hub.toml").practice[0].id == "main"
    assert "hub.key" in capsys.readouterr().out


def test_the_wheel_holds_everything_that_the_program_needs(tmp_path: Path) -> None:
    """Built from the tree as it is, without a network; compared with the files that lie there."""
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    path = next(iter(wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    with zipfile.ZipFile(path) as archive:
        packed = set(archive.namelist())
        assert b"dentrix = connectors.dentrix" in archive.read(next(name for name in packed if name.endswith("entry_points.txt")))
    needed = {place.relative_to(ROOT).as_posix() for top in ("hub", "connectors", "plugins") for place in shipped_files(ROOT / top)}
    needed |= {f"hub/_shipped/{place.relative_to(ROOT).as_posix()}" for top in ("mappings", "config") for place in shipped_files(ROOT / top)}
    assert needed - packed == set()
    assert {name for name in packed if name.startswith(("tests/", "docs/", ".ci/"))} == set()
    assert {"hub/_shipped/config/.env.example", "plugins/deliver_html/list.html", "hub/store/migrations/env.py"} <= packed


def shipped_files(folder: Path) -> list[Path]:
    return [place for place in folder.rglob("*") if place.is_file() and "__pycache__" not in place.parts]


def test_the_changelog_speaks_of_this_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f"## {version}\n" in read("CHANGELOG.md")
