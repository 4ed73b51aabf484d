"""CSV export into the store against the floor: csv module + one executemany upsert of raw strings, same engine, same disk.

Each variant runs in a process of its own, so that memory peaks belong to it.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROWS = 200_000
LABELS = (
    "Patient ID", "Chart #", "Last Name", "First Name", "MI", "Birthdate", "Home Phone", "Email", "Zip", "Status",
    "Guarantor ID", "First Visit", "Last Visit", "Provider", "Balance",
)  # fmt: skip
MAPPING = """
version = 1
entity = "patient"
title = "bench"
[columns._id]
labels = ["Patient ID"]
[columns.chart_number]
labels = ["Chart #"]
[columns.last_name]
labels = ["Last Name"]
required = true
[columns.first_name]
labels = ["First Name"]
[columns.middle_name]
labels = ["MI"]
[columns.birth_date]
labels = ["Birthdate"]
[columns.phone]
labels = ["Home Phone"]
[columns.email]
labels = ["Email"]
[columns.zip]
labels = ["Zip"]
[columns.status]
labels = ["Status"]
map = { "Active" = "ACTIVE", "Inactive" = "INACTIVE" }
[columns.guarantor_key]
labels = ["Guarantor ID"]
[columns.first_visit]
labels = ["First Visit"]
[columns.last_visit]
labels = ["Last Visit"]
[columns.provider_key]
labels = ["Provider"]
[columns.balance_cents]
labels = ["Balance"]
required = true
[key]
columns = ["_id"]
[batch]
scope = "full"
"""


def rows(count: int, seed: int = 1) -> list[list[str]]:
    """Made-up patients of `count` rows, 15 columns, as a practice system would print them."""
    dice = random.Random(seed)
    lasts = [f"{a}{b}" for a in ("Lind", "Berg", "O'Neil", "Marsh", "Hale", "Quist", "Vane") for b in ("", "er", "son", "-Roy")]
    firsts = ["Ana", "Pat", "Jae", "Robin", "Kim", "Lee", "Sam", "Noor", "Max", "Ida"]
    start = date(1930, 1, 1)

    def day(spread: int = 34_000) -> str:
        return (start + timedelta(days=dice.randrange(spread))).strftime("%m/%d/%Y")

    return [
        [
            str(n), f"CH{n:06d}", dice.choice(lasts), dice.choice(firsts), "M", day(), f"(555)010-{n % 10000:04d}",
            f"p{n}@example.org", f"{dice.randrange(10000, 99999)}", "Active" if n % 9 else "Inactive", str(n - n % 3), day(),
            day(), f"DDS{n % 7}", f"{dice.randrange(-5000, 200000) / 100:,.2f}",
        ]
        for n in range(1, count + 1)
    ]  # fmt: skip


def write_csv(path: Path, records: list[list[str]], minute: int) -> None:
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(LABELS)
        out.writerows(records)
    moment = time.time() - 7200 + 60 * minute
    os.utime(path, (moment, moment))


def floor(folder: Path, encrypt: bool) -> dict[str, float]:
    """The floor: csv module, one executemany upsert of raw strings into a table with a key, one transaction."""
    import sqlcipher3.dbapi2 as driver

    connection = driver.connect(str(folder / "floor.db"), isolation_level=None)
    if encrypt:
        connection.execute("PRAGMA key=\"x'" + "ab" * 32 + "'\"")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    columns = [f"c{n}" for n in range(len(LABELS))]
    connection.execute(f"create table t ({columns[0]} text primary key, {', '.join(f'{c} text' for c in columns[1:])})")
    updates = ", ".join(f"{c}=excluded.{c}" for c in columns[1:])
    sql = f"insert into t values ({', '.join('?' * len(columns))}) on conflict({columns[0]}) do update set {updates}"
    took = {}
    for name in ("first", "same", "changed"):
        began = time.perf_counter()
        with (folder / f"{name}.csv").open(newline="") as file:
            reader = csv.reader(file)
            next(reader)
            connection.execute("begin immediate")
            connection.executemany(sql, reader)
            connection.execute("commit")
        took[name] = time.perf_counter() - began
    return took


def hub(folder: Path, encrypt: bool) -> dict[str, float]:
    """The same three deliveries through the real sync job."""
    from pydantic import BaseModel

    from hub.clock import FixedClock
    from hub.config.schema import Config
    from hub.contract import CheckReport, FileConnector, Stream
    from hub.store import make_key, open_store, upgrade
    from hub.sync.job import sync_source

    class Folder(BaseModel):
        folder: str

    class Exports(FileConnector):
        id, label, settings = "exports", "bench", Folder
        streams = (Stream("patients", ("patient",), deletes="snapshot", mapping="bench/patients"),)

        def check(self, ctx):
            return CheckReport(())

        def folders(self, ctx):
            return (Path(ctx.settings.folder),)

    (folder / "maps" / "bench").mkdir(parents=True)
    (folder / "maps" / "bench" / "patients.toml").write_text(MAPPING)
    (folder / "inbox").mkdir()
    if encrypt:
        make_key(folder)
    store = open_store(folder, encrypt=encrypt)
    upgrade(store)
    source = {"name": "pms", "practice": "main", "connector": "exports", "settings": {"folder": str(folder / "inbox")}}
    document = {"practice": [{"id": "main", "name": "B", "timezone": "America/Chicago"}], "source": [source], "path": folder / "hub.toml"}
    config = Config.model_validate(document)
    clock = FixedClock(datetime.now(UTC))
    took = {}
    expected = {"first": (ROWS, 0, 0), "same": (0, 0, ROWS), "changed": (0, ROWS // 100, ROWS - ROWS // 100), "bytes": (0, 0, 0)}
    for name in ("first", "same", "changed", "bytes"):
        if name != "bytes":
            (folder / f"{name}.csv").replace(folder / "inbox" / "patients.csv")
        began = time.perf_counter()
        result = sync_source(store, config, config.source[0], Exports(), [folder / "maps"], clock)
        took[name] = time.perf_counter() - began
        got = (result.counts.new, result.counts.changed, result.counts.same)
        assert result.status == "succeeded" and got == expected[name], (name, result)
    took["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took


def prepare(folder: Path, count: int) -> None:
    records = rows(count)
    write_csv(folder / "first.csv", records, 1)
    # Nothing changed in any row, but not the same bytes: another order of the last two rows.
    write_csv(folder / "same.csv", [*records[:-2], records[-1], records[-2]], 2)
    write_csv(folder / "changed.csv", [[*r[:-1], "1.23"] if n % 100 == 7 else r for n, r in enumerate(records)], 3)


def child(kind: str, encrypt: bool, count: int) -> dict[str, float]:
    """One variant in a fresh process; returns what it measured."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-c", f"from pathlib import Path; from tests.bench import bench_csv as b; b.prepare(Path({folder!r}), {count})"],
            check=True,
        )
        code = f"import json; from pathlib import Path; from tests.bench import bench_csv as b; b.ROWS = {count}; print(json.dumps(b.{kind}(Path({folder!r}), {encrypt})))"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(run.stderr)
        return json.loads(run.stdout)


def run(count: int = ROWS) -> None:
    """Print floor, figure and ratio (rows/s of the hub / rows/s of the floor), encrypted and plain; best of four, in turn:
    a shared machine slows down and recovers within a minute."""
    for encrypt in (True, False):
        name = "encrypted" if encrypt else "plain"
        floors, hubs = [], []
        for _ in range(4):
            floors.append(child("floor", encrypt, count))
            hubs.append(child("hub", encrypt, count))
        for step, must, aim in (("first", 0.5, 0.9), ("same", 2.0, 3.5), ("changed", 1.6, 3.0)):
            base, ours = min(f[step] for f in floors), min(h[step] for h in hubs)
            print(f"csv {step:8} {name:9} floor {count / base:9,.0f} rows/s   hub {count / ours:9,.0f} rows/s   ratio {base / ours:5.2f}   must {must} aim {aim}")
        print(f"csv bytes    {name:9} the same bytes again: {min(h['bytes'] for h in hubs):.3f} s   memory peak {max(h['memory_mb'] for h in hubs):.0f} MB   must < 120 MB")
