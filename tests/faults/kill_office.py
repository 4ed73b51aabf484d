"""The practice of the kill loop: three built-in sources, one that is asked page by page, one that fetches files which are
handed out once only, a list, and a fax."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from faults.practice_runs import Practice, add_site_plugin, configure, copy_of
from sqlalchemy import select

from hub.model import TABLES
from hub.store.keys import read_key
from hub.sync.blobs import parts

HUB = Path(__file__).resolve().parents[2] / "hub"
KILLED = -signal.SIGKILL
# Kept without the columns that are never imported; their bytes are held against those of an undisturbed run.
BLANKED = ("patients.csv", "applications.csv", "transactions.csv")
PAGE_ROWS = 2
FETCHED_AT = 1_770_000_000
PAGES = [[[f"p{page}{row}", f"Pagename{page}{row}", "Ann"] for row in range(PAGE_ROWS)] for page in range(3)]
_PLUGIN = Path(__file__).with_name("site_plugin.py.txt")
_SETTINGS = """
[[source]]
name = "paged"
practice = "main"
connector = "paged"
[source.settings]
file = "pages.json"

[[source]]
name = "courier"
practice = "main"
connector = "courier"

[[delivery]]
name = "fax"
delivery = "fax"
"""


def all_points() -> set[str]:
    """Every name that the program hands to `reach`."""
    names = set()
    for path in HUB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reach":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}: the name of a point is a plain text"
                names.add(str(node.args[0].value))
    return names


def make_kill_office(fresh: Practice, folder: Path) -> Practice:
    """Nothing read yet. The lender's files are moved away once they are stored."""
    office = copy_of(fresh, folder)
    text = office.config.read_text(encoding="utf-8")
    text = text.replace('name = "lender"\n', 'name = "lender"\narchive_dir = "done"\n')
    for name in ("morning-list", "page"):  # one list is enough to be killed at
        text = re.sub(rf'\[\[delivery\]\][^\[]*name = "{name}"[^\[]*', "", text)
    office.config.write_text(text, encoding="utf-8")
    for name in ("appointments.csv", "treatment.csv", "ledger.csv", "claims_received.csv"):
        _shorten(office.source() / name)
    add_site_plugin(office, "outside.py", _PLUGIN.read_text(encoding="utf-8"))
    (office.folder / "pages.json").write_text(json.dumps(PAGES), encoding="utf-8")
    (office.folder / "far").mkdir()
    for number in range(2):
        _hand_over(office, number)
    configure(office, _SETTINGS)
    return office


def _hand_over(office: Practice, number: int) -> None:
    """A file at the far end; it is gone there once it was fetched."""
    parcel = office.folder / "far" / f"parcel{number}.json"
    parcel.write_text(json.dumps([[f"c{number}{row}", f"Parcelname{row}", "Ann"] for row in range(PAGE_ROWS)]), encoding="utf-8")
    os.utime(parcel, (FETCHED_AT + number, FETCHED_AT + number))


def _shorten(export: Path, lines: int = 400) -> None:
    """The first lines of an export, as old as it was: the loop compares outcomes, whatever the lists hold."""
    state = export.stat()
    export.write_bytes(b"".join(export.read_bytes().splitlines(keepends=True)[:lines]))
    os.utime(export, ns=(state.st_atime_ns, state.st_mtime_ns))


def next_delivery(office: Practice) -> None:
    """The exports of the next night: one patient gone, one renamed, one row unreadable, two more pages, a sale more."""
    patients = office.source() / "patients.csv"
    lines = patients.read_bytes().split(b"\r\n")
    moved = lines[1].split(b",")
    moved[-1] = b"1.2.50"
    renamed = lines[2].replace(lines[2].split(b",")[3], b"Renata", 1)
    office.deliver(patients, b"\r\n".join([lines[0], b",".join(moved), renamed, *lines[4:]]))
    done = next((office.folder / "done").glob("* transactions.csv"))
    sales = done.read_bytes().splitlines()
    office.deliver(office.source("lender") / "transactions.csv", b"\r\n".join([*sales, sales[-1].replace(b"T", b"TX", 1)]))
    _hand_over(office, 2)
    more = [[["p90", "Pagename90", "Ann"]], [["p00", "Pagenew", "Ann"]]]
    (office.folder / "pages.json").write_text(json.dumps([*PAGES, *more]), encoding="utf-8")


@dataclass(frozen=True)
class Ending:
    """Where a practice ends up: its rows without run numbers and clock times, and the acts towards the outside."""

    rows: dict[str, list[str]]
    faxes: list[str]

    @classmethod
    def of(cls, office: Practice) -> Ending:
        rows = office.outcome()
        rows.pop("outbound")
        sent = office.data / "lists" / "main" / "fax" / "sent.txt"
        return cls(rows, sent.read_text().split() if sent.exists() else [])

    def differences(self, other: Ending) -> list[str]:
        return [
            f"{table}: {row[:300]}"
            for table in self.rows
            for row in sorted(set(self.rows[table]) ^ set(other.rows[table]))[:3]
        ] + [table for table in self.rows if len(self.rows[table]) != len(other.rows[table])]


def broken_invariants(office: Practice) -> Iterator[str]:
    """I2, I3, I5, I11, I12 and the whole bytes of every stored file; nothing when all hold."""
    yield from _integrity(office)
    with office.store() as store, store.read() as connection:
        for run in connection.execute(select(TABLES["run"])):
            if run.status not in ("succeeded", "partial", "failed", "interrupted") or run.ended_at is None:
                yield f"I3: run {run.id} {run.kind} {run.name} is {run.status}"
        for blob in connection.execute(select(TABLES["blob"])):
            kept = sum(map(len, parts(connection, blob.id)))
            if blob.modified_at is not None and kept != blob.size and not (0 < kept < blob.size and blob.name in BLANKED):
                yield f"blob {blob.name} is not whole"
        state = TABLES["stream_state"]
        cursor = connection.execute(select(state.c.cursor).where(state.c.source == "paged")).scalar()
        patient = TABLES["patient"]
        rows = len(connection.execute(select(patient.c.source_key).where(patient.c.source == "paged")).all())
        if (json.loads(cursor)["page"] if cursor else 0) * PAGE_ROWS != rows and rows <= len(PAGES) * PAGE_ROWS:
            yield f"I2: {rows} rows under cursor {cursor}"
        for item in connection.execute(select(TABLES["work_item"])):
            for reference in json.loads(item.evidence):
                entity, source, key = reference.split(":", 2)
                table = TABLES[entity]
                if "source_key" not in table.c:
                    continue
                where = (table.c.source == source) & (table.c.source_key == key)
                if connection.execute(select(table.c.source_key).where(where)).first() is None:
                    yield f"I5: {item.code} {item.id} rests on {reference}, which is not there"
    left = [path.name for path in (office.data / "inbox").rglob("*") if path.is_file() and path.name != ".cursor.json"]
    if left or any((office.folder / "far").iterdir()):
        yield f"fetched files were neither stored nor left: {left}"
    faxes = Ending.of(office).faxes
    if len(faxes) != len(set(faxes)):
        yield "I12: one list was faxed twice"


def _integrity(office: Practice) -> Iterator[str]:
    raw = sqlcipher.connect(str(office.data / "hub.db"))
    try:
        raw.execute(f"PRAGMA key=\"x'{read_key(office.data)}'\"")
        answer = raw.execute("PRAGMA integrity_check").fetchone()[0]
    except (sqlcipher.DatabaseError, sqlite3.DatabaseError) as error:
        answer = type(error).__name__
    finally:
        raw.close()
    if answer != "ok":
        yield f"I11: {answer}"
