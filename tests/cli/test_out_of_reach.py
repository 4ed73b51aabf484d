"""Folders that cannot even be looked at (no right to enter one above, a share that is offline): told, not stumbled over."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from faults.practice_runs import Practice, configure

ERRORS = {
    "rights": (errno.EACCES, "MEND {what}: {folder} is out of reach for the account hub -> give the account hub the right to enter it and the folders above it"),
    "stale": (errno.ESTALE, "MEND {what}: {folder} cannot be reached (Stale file handle) -> is the share or the disk offline?"),
    "gone": (errno.ENOTCONN, "MEND {what}: {folder} cannot be reached (Transport endpoint is not connected) -> is the share or the disk offline?"),
}  # fmt: skip
posix = pytest.mark.skipif(os.name != "posix", reason="the texts are those of POSIX")


def _unreachable(monkeypatch: pytest.MonkeyPatch, folder: Path, number: int) -> None:
    """Whoever looks at the folder or below it meets that error. The tests may run as root, whom no mode keeps out."""
    looking = os.stat

    def refuse(path: Any, *words: Any, **more: Any) -> Any:
        if not isinstance(path, int) and Path(os.fspath(path)).is_relative_to(folder):
            raise OSError(number, os.strerror(number), str(path))
        return looking(path, *words, **more)

    monkeypatch.setattr("os.stat", refuse)
    monkeypatch.setattr("hub.app.this_account", lambda: "hub")


@posix
@pytest.mark.parametrize("kind", list(ERRORS))
def test_the_folder_of_a_delivery_is_told_and_the_other_checks_go_on(practice: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    lists, (number, line) = tmp_path / "lists", ERRORS[kind]
    configure(practice, f'\n[[delivery]]\nname = "desk"\ndelivery = "csv"\n[delivery.settings]\nfolder = {json.dumps(str(lists))}\n')
    _unreachable(monkeypatch, lists, number)
    said = practice.hub("doctor")
    assert said.code == 1 and line.format(what="delivery desk: folder", folder=lists) in said.out.splitlines(), said.out + said.err
    assert "ok   database: ok" in said.out and "HUB-B99" not in said.err


@posix
@pytest.mark.parametrize("kind", list(ERRORS))
def test_so_is_the_data_folder(practice: Practice, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    number, line = ERRORS[kind]
    _unreachable(monkeypatch, practice.data, number)
    said = practice.hub("doctor")
    assert said.code == 2 and line.format(what="data folder", folder=practice.data) in said.out.splitlines(), said.out + said.err
    assert f"MEND start: HUB-S09 the data folder: {practice.data} " in said.out and "HUB-B99" not in said.err
    said = practice.hub("items")
    assert said.code == 2 and said.err.startswith(f"HUB-S09 the data folder: {practice.data} ") and "does not exist" not in said.err


@posix
def test_a_plugins_folder_out_of_reach_is_one_line_too(practice: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = practice.config.read_text(encoding="utf-8")
    practice.config.write_text(text.replace("[hub]\n", f"[hub]\nplugins_dir = {json.dumps(str(tmp_path / 'own'))}\n"), encoding="utf-8")
    _unreachable(monkeypatch, tmp_path / "own", errno.EACCES)
    said = practice.hub("doctor")
    assert said.code == 1 and f"MEND named in [hub]: plugins_dir: there is no folder {tmp_path / 'own'}" in said.out, said.out + said.err


@posix
def test_an_account_that_may_not_enter_the_data_folder_is_told_by_init(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in practice.data.iterdir():
        _unreachable(monkeypatch, path, errno.EACCES)
    said = practice.hub("init")
    database = practice.data / "hub.db"
    assert said.code == 2 and said.err.startswith(f"HUB-S09 the data folder: {database} is out of reach for the account hub; give the account")
