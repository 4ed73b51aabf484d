"""Redirected output on a machine with an old code page: what a Windows office has when nobody set PYTHONUTF8."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from faults.practice_runs import Practice

from hub.cli.streams import unbreakable_output

OLD = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
NAME = "Nguyễn, Thảo"


@pytest.fixture
def named(practice: Practice) -> Practice:
    """The practice after one of its patients with an item got a name that cp1252 cannot write."""
    with practice.store() as store, store.write() as connection:
        from hub.model import TABLES

        item = TABLES["work_item"]
        connection.execute(item.update().values(patient_name=NAME, sentence=f"{NAME} waits."))
    return practice


@pytest.mark.parametrize("words", [["items", "--json", "--tray", "all"], ["items", "--tray", "all"]], ids=["json", "table"])
def test_an_ordinary_name_goes_into_a_file_as_utf8(named: Practice, tmp_path: Path, words: list[str]) -> None:
    target = tmp_path / "list.txt"
    with target.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "hub", "--config", str(named.config), *words], stdout=out, stderr=subprocess.PIPE,
            check=False, timeout=60, env={**os.environ, **OLD},
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    text = target.read_bytes().decode("utf-8")
    assert f"{NAME} waits." in text
    if "--json" in words:
        assert {item["sentence"] for item in json.loads(text)} == {f"{NAME} waits."}


def test_a_message_with_such_a_name_is_one_line_and_keeps_its_exit_code(read_office: Practice) -> None:
    said = read_office.process("sync", "Thảo", **OLD)
    assert said.code == 2 and said.err.startswith('HUB-S08 there is no source "Thảo"') and len(said.lines) == 1


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_terminal_keeps_its_own_encoding_and_shows_the_rest_as_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = io.BytesIO()
    screen = _Terminal(behind, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", None)
    unbreakable_output()
    screen.write("José Nguyễn")
    screen.flush()
    assert behind.getvalue() == "José Nguy\\u1ec5n".encode("cp1252")
