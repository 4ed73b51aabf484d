"""First steps: help, version, init, check, doctor, and what is said when something is missing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from faults.practice_runs import Practice, add_site_plugin, call_hub, configure

from hub import __version__
from hub.cli import app
from hub.store.upgrade import HEAD

HEAVY = ("sqlalchemy", "sqlmodel", "alembic", "apscheduler", "sqlcipher3", "hub.model", "hub.store")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("words", [["--help"], ["sync", "--help"], ["--version"], ["version"]])
def test_help_and_version_import_no_database(words: list[str]) -> None:
    code = (
        "import sys\nfrom hub.cli import main\nsys.argv = ['hub', *sys.argv[1:]]\n"
        f"try:\n    main()\nexcept SystemExit:\n    pass\nprint('heavy:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.rstrip().endswith("heavy: []"), done.stdout[-200:]


def test_every_command_has_help_that_names_it() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    groups = {"item": ["assign", "snooze", "dismiss", "reopen"], "quarantine": ["list", "retry", "discard"], "mapping": ["list", "explain", "preview"]}
    words = [[name] for name in names] + [[group, name] for group, inner in groups.items() for name in inner]
    assert {group.name for group in app.registered_groups} == set(groups)
    assert set(names) == {
        "version", "demo", "init", "check", "doctor", "sync", "reconcile", "run", "deliver", "items", "explain", "claim",
        "remit", "runs", "connectors", "plugins", "serve",
    }  # fmt: skip
    for command in words:
        said = call_hub(*command, "--help")
        text = said.out.split("Options", 1)[0].split("\n", 2)[-1].strip()
        assert said.code == 0 and "Usage:" in said.out and len(text) > 15, command


def test_version_says_what_is_installed() -> None:
    assert call_hub("version").out == f"practice-hub {__version__}\n"


def test_without_a_configuration_every_command_says_init_and_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for words in (["sync"], ["run"], ["items"], ["check"], ["runs"], ["explain", "X"], ["deliver"], ["quarantine", "list"], ["serve"]):
        said = call_hub(*words)
        assert said.code == 2 and len(said.lines) == 1 and said.err.startswith("HUB-S01 no configuration found"), words
        assert 'run "hub init"' in said.err
    said = call_hub("--config", "nowhere.toml", "items")
    assert said.code == 2 and said.err.startswith("HUB-S01 no configuration found at nowhere.toml; correct --config")
    for words in (["plugins"], ["connectors"], ["mapping", "list"], ["mapping", "explain", "dentrix/patients"]):
        assert call_hub(*words).code == 0, words


def test_init_makes_configuration_key_and_database_and_a_second_init_keeps_them(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    said = call_hub("init", str(folder))
    assert said.code == 0 and "(new)" in said.out and "copy it to a safe place" in said.out
    document = tomllib.loads((folder / "hub.toml").read_text(encoding="utf-8"))
    data = folder / document["hub"]["data_dir"]
    if os.name == "posix":
        assert (_mode(data), _mode(data / "hub.key"), _mode(data / "hub.db"), _mode(folder / ".env")) == (0o700, 0o600, 0o600, 0o600)
    assert not (data / "hub.db").read_bytes().startswith(b"SQLite format 3"), "encrypted from the first byte"
    (folder / "hub.toml").write_text((folder / "hub.toml").read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix not in (".db", ".db-wal", ".db-shm")}
    again = call_hub("init", str(folder))
    assert again.code == 0 and f"schema was {HEAD}" in again.out
    assert {path: path.read_bytes() for path in before} == before


def test_check_makes_one_probe_of_each_source_and_says_what_to_mend(practice: Practice) -> None:
    said = practice.hub("check", "pms")
    assert said.code == 0 and "pms: ok: folder" in said.out and said.err == ""
    practice.source("lender").rename(practice.folder / "elsewhere")
    said = practice.hub("check", "lender")
    assert said.code == 1 and "lender: not ok: folder" in said.err and "create it, or correct `folder`" in said.err
    said = practice.hub("check", "lander")
    assert said.code == 2 and said.err.startswith('HUB-S08 there is no source "lander" in hub.toml (there are: pms, clearinghouse')


def test_check_outlives_a_connector_that_raises(practice: Practice) -> None:
    add_site_plugin(practice, "crash.py", CRASH)
    configure(practice, '\n[[source]]\nname = "crash"\npractice = "main"\nconnector = "crash"\n')
    said = practice.hub("check")
    assert said.code == 1 and "crash: HUB-P04 its connector failed unexpectedly (ZeroDivisionError)" in said.err
    assert "pms: ok: folder" in said.out and "Traceback" not in said.err


CRASH = """
from pydantic import BaseModel
class Own(BaseModel):
    pass
from hub.contract import Connector, Stream
from hub.hookspecs import hookimpl
HUB_CONTRACT = ">=1.0,<2"
class Crash(Connector):
    id, label, settings, streams = "crash", "crashes", Own, (Stream("patients", ("patient",)),)
    def check(self, ctx):
        return 1 / 0
    def pull(self, stream, since, ctx):
        yield 1 / 0
@hookimpl
def hub_connectors():
    return [Crash]
"""


def test_doctor_finds_nothing_wrong_and_then_what_was_made_wrong(practice: Practice) -> None:
    (practice.source("lender_north") / "applications.csv").write_bytes((practice.source("lender") / "applications.csv").read_bytes())
    said = practice.hub("doctor")
    assert "ok   database: ok" in said.out and "plugin dentrix: active" in said.out
    practice.source("lender").rename(practice.folder / "elsewhere")
    gone = practice.hub("doctor")
    assert "MEND source lender: folder " in gone.out and gone.err == "", "the whole report is on one stream"
    (practice.folder / "elsewhere").rename(practice.source("lender"))
    practice.data.chmod(0o755)
    worse = practice.hub("doctor")
    assert worse.code == 1 and "MEND data folder rights: others can read it -> chmod 700" in worse.out
    practice.data.chmod(0o700)
    (practice.data / "hub.key").unlink()
    none = practice.hub("doctor")
    assert none.code == 2 and "HUB-S05" in none.out


def test_a_wrong_setting_is_told_with_its_key_and_never_its_value(practice: Practice) -> None:
    config = practice.config.read_text(encoding="utf-8")
    for wrong, told in (
        ('encript = true\n', 'unknown key "store.encript"; did you mean "encrypt"?'),
        ('keep_raw_days = "hunter2"\n', '"store.keep_raw_days"'),
    ):
        practice.config.write_text(config.replace("[store]\n", f"[store]\n{wrong}"), encoding="utf-8")
        said = practice.hub("items")
        assert said.code == 2 and said.err.startswith("HUB-S02 hub.toml: ") and told in said.err and "hunter2" not in said.err
    practice.config.write_text("[hub\n", encoding="utf-8")
    assert practice.hub("items").err.startswith("HUB-S02 hub.toml is not valid TOML")


def test_an_unexpected_error_is_one_line_without_its_text(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise ValueError("Quetzalquark")

    monkeypatch.setattr("hub.cli.lists.run_runs", fail)
    said = practice.hub("runs")
    assert said.code == 1 and said.err.startswith("HUB-B99 unexpected error: ValueError at test_start.py") and len(said.lines) == 1
    assert "Quetzalquark" not in said.err
