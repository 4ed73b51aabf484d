"""Files that `hub init` made as one account, met by another one: every command says whose they are and what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from faults.practice_runs import Practice

from hub.config.account import this_account, unreadable

posix = pytest.mark.skipif(os.name != "posix", reason="accounts and modes are POSIX")


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of files that this account may not open. The tests may run as root, whom no mode keeps out."""
    names: set[str] = set()
    opening = Path.open

    def refuse(path: Path, *words: Any, **more: Any) -> Any:
        if path.name in names:
            raise PermissionError(13, "Permission denied", str(path))
        return opening(path, *words, **more)

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr("hub.config.account.this_account", lambda: "hub")
    return names


@posix
@pytest.mark.parametrize("words", [["items"], ["sync", "pms"], ["doctor"]])
@pytest.mark.parametrize(("name", "code"), [("hub.toml", "HUB-S02"), ("hub.db.keynumber", "HUB-D03"), ("hub.db", "HUB-D03")])
def test_a_file_of_another_account_is_one_line_with_its_remedy(
    practice: Practice, locked: set[str], words: list[str], name: str, code: str
) -> None:
    locked.add(name)
    path = (practice.folder if name == "hub.toml" else practice.data) / name
    said = practice.hub(*words)
    told = f"{code} {path} cannot be read by the account hub; chown hub {path}, or run the hub as its owner"
    assert said.code == 2 and told in said.out + said.err and "HUB-B99" not in said.out + said.err


@posix
@pytest.mark.parametrize("words", [["items"], ["doctor"]])
def test_so_is_the_file_of_secrets(practice: Practice, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    env = practice.folder / ".env"
    env.write_text("KEY=1\n", encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(env))

    monkeypatch.setattr("hub.config.load.dotenv_values", refuse)
    monkeypatch.setattr("hub.config.account.this_account", lambda: "hub")
    said = practice.hub(*words)
    assert said.code == 2 and f"HUB-S02 {env} cannot be read by the account hub; chown hub {env}" in said.out + said.err


def test_text_in_another_encoding_is_told_too(practice: Practice) -> None:
    (practice.folder / ".env").write_bytes(b"KEY=\xff\xfe\n")
    said = practice.hub("items")
    assert said.code == 2 and ".env is not UTF-8 text; save it as UTF-8" in said.err
    (practice.data / "hub.db.keynumber").write_bytes(b"\xff\n")
    (practice.folder / ".env").unlink()
    assert practice.hub("items").err.startswith("HUB-D02 ")


@posix
def test_the_account_is_the_one_that_acts_and_not_the_one_that_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    monkeypatch.setenv("LOGNAME", "anna")
    monkeypatch.setenv("USER", "anna")
    assert this_account() == pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr("os.geteuid", lambda: 987654)
    assert this_account() == "987654"
    assert unreadable(Path("/x"), OSError(5, "Input/output error")) == "/x cannot be read (OSError); check file, folder and disk"
