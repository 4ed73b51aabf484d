"""A large office in MariaDB and the front desk at work in it, for the test and the measurement of what our reading costs others.

Rows are multiplied in the database itself (INSERT ... SELECT), in tables of type MyISAM as offices have them: a reader
holds the whole table against every writer.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.open_dental.office.mariadb import Loaded, connect

# table -> columns that are keys and must be told apart in every copy
_KEYS = {
    "procedurelog": ("ProcNum", "PatNum", "AptNum", "PlannedAptNum"), "appointment": ("AptNum", "PatNum", "NextAptNum"),
    "claimproc": ("ClaimProcNum", "ProcNum", "ClaimNum", "PatNum"), "patient": ("PatNum", "Guarantor"),
    "paysplit": ("SplitNum", "PayNum", "PatNum", "ProcNum"),
}  # fmt: skip
_APART = 10_000_000_000  # beyond every key of the story; the few random 63-bit keys are not copied
_LONGEST_KEY = 1_000_000_000
_PAUSE = 0.004  # seconds between two writes


def multiply(loaded: Loaded, copies: int) -> dict[str, int]:
    """Every row of the large tables `copies` times more, each copy an office of its own; rows per table afterwards."""
    for table, keys in _KEYS.items():
        names = [column.name for column in loaded.office.schema[table].columns]
        own = loaded.office.schema[table].key
        cells = ", ".join(f"IF(t.`{name}` = 0, 0, t.`{name}` + n.n * {_APART})" if name in keys else f"t.`{name}`" for name in names)
        listed = ", ".join(f"`{name}`" for name in names)
        loaded.query(
            f"INSERT INTO `{table}` ({listed}) SELECT {cells} FROM `{table}` t JOIN"
            f" (SELECT seq AS n FROM seq_1_to_{copies}) n WHERE t.`{own}` BETWEEN 1 AND {_LONGEST_KEY}"
        )
    loaded.query(f"ANALYZE TABLE {', '.join(_KEYS)}")
    return {table: int(loaded.query(f"SELECT COUNT(*) FROM `{table}`")[0][0]) for table in _KEYS}


def write_commlogs(loaded: Loaded, rows: int) -> None:
    """So many old contacts: a large table whose stamp has no index (reference 6.3)."""
    patient = loaded.office.keys("patient")[0]
    loaded.query(
        "INSERT INTO commlog (CommlogNum, PatNum, CommDateTime, Note, DateTStamp)"
        f" SELECT {_APART} + seq, {patient}, '2020-01-06 10:00:00', REPEAT('called ', 20), '2020-01-06 10:00:00' FROM seq_1_to_{rows}"
    )
    loaded.query("ANALYZE TABLE commlog")


@dataclass
class FrontDesk:
    """Seconds that each small write took, in the order in which they were made."""

    waits: list[float] = field(default_factory=list)


def work(database: str, user: str, password: str, visits: list[int], works: list[int]) -> None:
    """Small writes every few milliseconds until standard input closes; then their seconds on standard output."""
    waits, connection = [], connect(database, user, password)
    with closing(connection), connection.cursor() as cursor:
        while not select.select([sys.stdin], [], [], _PAUSE)[0]:
            number = len(waits)
            sql = (
                f"UPDATE appointment SET Note = 'n{number}' WHERE AptNum = {visits[number % len(visits)]}",
                f"UPDATE procedurelog SET BillingNote = 'n{number}' WHERE ProcNum = {works[number % len(works)]}",
                "INSERT INTO procedurelog (PatNum, ProcFee, ProcStatus) VALUES (1, 10, 1)",
                "INSERT INTO appointment (PatNum, AptStatus) VALUES (1, 1)",
                f"UPDATE commlog SET Mode_ = {number % 3} WHERE CommlogNum = {_APART + 1}",
            )[number % 5]
            begun = time.perf_counter()
            cursor.execute(sql)
            waits.append(time.perf_counter() - begun)
    print(json.dumps(waits))


@contextmanager
def at_work(loaded: Loaded) -> Iterator[FrontDesk]:
    """The front desk works, in a process of its own, until the block ends."""
    keys = {
        name: [int(row[0]) for row in loaded.query(f"SELECT {key} FROM {name} WHERE {key} < {_LONGEST_KEY} LIMIT 50")]
        for name, key in (("appointment", "AptNum"), ("procedurelog", "ProcNum"))
    }
    told = [loaded.name, *loaded.writer, keys["appointment"], keys["procedurelog"]]
    code = f"import json; from tests.open_dental.front_desk import work; work(*json.loads({json.dumps(json.dumps(told))}))"
    desk, root = FrontDesk(), Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        try:
            yield desk
        finally:
            desk.waits += json.loads(process.communicate("stop")[0])
