"""Orders, templates and formulas in patients' names go the whole way as text; a canary word is seen in the lists alone."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from faults.practice_runs import Practice, Said, add_site_plugin, configure
from hostile.hostile_files import CANARY

from hub.model import TABLES

HOSTILE = (
    "{{7*7}}", "'; DROP TABLE patient; --", "<script>alert(1)</script>", "=1+1", "@SUM(A1)", "+1-2", "-2+3", "\tTab", "%s%n",
    "${HOME}", "</td><td>", '"; DROP TABLE patient; --', "O'Brien", "de la Cruz", "&lt;b&gt;",
)  # fmt: skip


def _rename(practice: Practice, names: tuple[str, ...]) -> None:
    """Give the patients with open items these last names, in turn, in the practice's own list."""
    wanted = sorted({row["patient"].split(":")[1] for row in practice.rows("work_item") if row["patient"] and row["code"].startswith(("TX", "RECALL", "APPT"))})
    assert len(wanted) >= 12
    path = practice.source() / "patients.csv"
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"))))
    at = rows[0].index("Last Name")
    renamed = {key: names[n % len(names)] for n, key in enumerate(wanted)}
    for row in rows[1:]:
        if row[0] in renamed:
            row[at] = renamed[row[0]]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    practice.deliver(path, out.getvalue().encode("cp1252"))


def _newest(practice: Practice, delivery: str, suffix: str) -> Path:
    return next((practice.data / "lists" / "main" / delivery).glob(f"*latest{suffix}"))


def test_hostile_names_reach_every_list_as_plain_text(practice: Practice) -> None:
    _rename(practice, HOSTILE)
    tables = {name: len(rows) for name, rows in practice.everything().items() if name in ("patient", "claim", "procedure")}
    said = practice.hub("run")
    assert said.code == 0, said.err
    after = practice.everything()
    assert {name: len(after[name]) for name in tables} == tables
    stored = {row["last_name"] for row in practice.rows("patient") if row["source"] == "pms"}
    assert {name.strip() for name in HOSTILE} <= {str(name) for name in stored}, "each name is stored as it was written"
    shown = json.loads(practice.hub("items", "--tray", "all", "--json").out)
    told = " ".join(item["sentence"] for item in shown)
    assert "{{7*7}}" in told and "49" not in re.findall(r"Ann 49|49 ", told), "no template was evaluated"
    _page_holds_text_only(_newest(practice, "page", ".html").read_text(encoding="utf-8"))
    _sheet_holds_no_formula(_newest(practice, "morning-list", ".xlsx"))
    target = practice.folder / "all.csv"
    assert practice.hub("items", "--tray", "all", "--csv", str(target)).code == 0
    for row in csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))):
        for cell in row:
            assert not re.match(r"[=+@\t\r]|-(?![\d.])", cell), f"a spreadsheet would run {cell!r}"


def _page_holds_text_only(page: str) -> None:
    assert "<script>alert" not in page and "</td><td></td>" not in page
    assert "<script>alert(1)" in html.unescape(page), "it is there as text"


def _sheet_holds_no_formula(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert cells and not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell.coordinate for cell in cells if cell.hyperlink and "alert" in str(cell.hyperlink.target)]


BROKEN = f"""
import logging
from pydantic import BaseModel
class Own(BaseModel):
    pass
from hub.contract import BadRow, Checkpoint, CheckReport, Connector, Delivery, Facts, Rule, Stream
from hub.hookspecs import hookimpl
HUB_CONTRACT = ">=1.0,<2"

class Broken(Connector):
    id, label, settings = "broken", "breaks with a patient's name", Own
    streams = (Stream("patients", ("patient",)), Stream("words", ("claim",)))
    def check(self, ctx):
        raise ValueError("bad row {CANARY}")
    def pull(self, stream, since, ctx):
        if stream.name == "words":
            yield Facts("claim", ("source_key", "status"), [("1", "{CANARY}")])
            yield Checkpoint(complete=True)
        raise ValueError("could not convert string to float: '{CANARY}'")

class Rude(Delivery):
    id, label, settings = "rude", "breaks with a patient's name", Own
    def deliver(self, items, summary, ctx):
        raise KeyError("{CANARY}")

class Bad(Rule):
    code, title, owner, audience, needs, clears_when = "X-BAD", "bad", "TC", "work", (), "never"
    def findings(self, view):
        raise RuntimeError("{CANARY}")
        yield

@hookimpl
def hub_connectors():
    return [Broken]

@hookimpl
def hub_deliveries():
    return [Rude]

@hookimpl
def hub_rules():
    return [Bad]

@hookimpl
def hub_run_finished(name):
    raise ValueError("{CANARY}")

@hookimpl
def hub_item_changed(item):
    raise ValueError(item.sentence)
"""
SETTINGS = """
[[source]]
name = "broken"
practice = "main"
connector = "broken"

[[delivery]]
name = "rude"
delivery = "rude"
"""


def _bad_rows(practice: Practice) -> None:
    """The canary in every kind of file that can be read badly."""
    word = CANARY.encode()
    patients = practice.source() / "patients.csv"
    practice.deliver(patients, patients.read_bytes() + b"9001,9001," + word + b",Ann\r\n")
    ledger = practice.source() / "ledger.csv"
    lines = ledger.read_bytes().splitlines(keepends=True)
    cells = lines[1].split(b",")
    broken = b",".join([*cells[:2], word, *cells[3:-1], word + b"\r\n"])
    practice.deliver(ledger, b"".join([*lines[:-1], broken, lines[-1]]))
    sales = practice.source("lender") / "transactions.csv"
    practice.deliver(sales, sales.read_bytes().replace(b"Purchase", word, 1))
    remit = max(practice.source("clearinghouse").glob("*.835"), key=lambda path: path.stat().st_mtime)
    practice.deliver(remit.with_name("cut.835"), remit.read_bytes().replace(b"CLP*", b"CLP*" + word, 1)[:-40])
    practice.deliver(remit.with_name("amount.835"), re.sub(rb"(CLP\*[^*]*\*\d+\*)[\d.]+", rb"\1" + word, remit.read_bytes()))


@pytest.mark.parametrize("level", ["DEBUG"])
def test_the_canary_is_seen_in_the_database_and_the_lists_alone(practice: Practice, level: str) -> None:
    _rename(practice, (CANARY,))
    _bad_rows(practice)
    add_site_plugin(practice, "broken.py", BROKEN)
    configure(practice, SETTINGS)
    config = practice.config.read_text(encoding="utf-8")
    practice.config.write_text(config.replace("[hub]\n", f'[hub]\nlog_level = "{level}"\n'), encoding="utf-8")
    said = _in_one_process(practice, (
        ("run",), ("check",), ("doctor",), ("runs",), ("quarantine", "list"), ("quarantine", "retry"), ("plugins",), ("connectors",),
        ("reconcile",), ("deliver",), ("mapping", "preview", str(practice.source() / "ledger.csv")),
    ))  # fmt: skip
    assert said[("run",)].code == 1 and "DEBUG" not in said[("run",)].out
    for words, answer in said.items():
        assert CANARY.lower() not in answer.err.lower(), (words, _around(answer.err))
        if words[0] != "mapping":  # a preview shows values to the person who asks for it
            assert CANARY.lower() not in answer.out.lower(), (words, _around(answer.out))
        assert "Traceback" not in answer.err, words
    items = practice.hub("items", "--tray", "all")
    assert CANARY in items.out and CANARY not in items.err, "the list is where a name belongs"
    lists = practice.data / "lists"
    for path in practice.data.rglob("*"):
        if path.is_file() and lists not in path.parents:
            assert CANARY.lower().encode() not in path.read_bytes().lower(), path.name
    for table, column in (("run", "message"), ("run_stream", "message"), ("run_stream", "unmapped"), ("quarantine", "message"),
                          ("stream_state", "problem"), ("kind_state", "reason"), ("blob", "reason")):  # fmt: skip
        assert [row for row in practice.rows(table) if CANARY.lower() in str(row[column]).lower()] == [], (table, column)
    assert any(CANARY in row["payload"] for row in practice.rows("quarantine")), "the record itself is kept, in the database"
    assert "quarantine" in TABLES


def _in_one_process(practice: Practice, commands: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Said]:
    """What each command says on the real streams of one process: eleven starts of Python would take most of the time."""
    driver = (
        "import sys\nfrom hub.cli import main\nconfig, sign, *commands = sys.argv[1:]\nfor command in commands:\n"
        "    sys.argv, code = ['hub', '--config', config, *command.split(sign)], 0\n"
        "    try:\n        main()\n    except SystemExit as left:\n        code = left.code or 0\n"
        "    print(f'{sign}{code}{sign}', flush=True)\n    print(f'{sign}{sign}', file=sys.stderr, flush=True)\n"
    )
    sign = "\x1f"
    done = subprocess.run(
        [sys.executable, "-c", driver, str(practice.config), sign, *(sign.join(words) for words in commands)],
        capture_output=True, encoding="utf-8", timeout=110, check=True, cwd=practice.folder,
    )  # fmt: skip
    outs, errs = done.stdout.split(sign), done.stderr.split(sign * 2)
    return {words: Said(int(outs[2 * n + 1]), outs[2 * n], errs[n]) for n, words in enumerate(commands)}


def _around(text: str) -> str:
    at = text.lower().index(CANARY.lower())
    return text[max(0, at - 300) : at + 100]
