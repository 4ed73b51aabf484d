"""An 835 of 50,000 claims through the real sync job: parsed, balanced, stored; then re-delivered. Encrypted and plain."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path


def child(folder: str, encrypt: bool, claims: int) -> dict[str, float]:
    """One variant, measured in this process. High-water marks of memory in MB; seconds."""
    from connectors.clearinghouse.connector import Clearinghouse
    from hub.clock import FixedClock
    from hub.config.schema import Config
    from hub.store import make_key, open_store, upgrade
    from hub.sync.job import sync_source

    base = Path(folder)
    if encrypt:
        make_key(base)
    store = open_store(base, encrypt=encrypt)
    upgrade(store)
    source = {"name": "ch", "practice": "main", "connector": "clearinghouse", "settings": {"folder": str(base / "inbox")}, "settle_seconds": 0}
    document = {"practice": [{"id": "main", "name": "B", "timezone": "America/Chicago"}], "source": [source], "path": base / "hub.toml"}
    config = Config.model_validate(document)
    clock, took = FixedClock(datetime.now(UTC)), {"before_mb": high_water()}
    for step in ("stored", "again"):
        if step == "again":  # the same payment in other bytes: a re-delivery in another file
            with (base / "inbox" / "bench.835").open("rb") as first, (base / "inbox" / "again.835").open("wb") as second:
                second.writelines(line.replace(b"~\n", b"~\r\n") for line in first)
        began = time.perf_counter()
        result = sync_source(store, config, config.source[0], Clearinghouse(), [], clock)
        took[step] = time.perf_counter() - began
        expected = (True, False) if step == "stored" else (False, True)
        assert (result.counts.new == 3 * claims + 2, result.counts.same == 3 * claims + 2) == expected, result
        assert result.counts.changed == result.counts.quarantined == 0, result
    took["peak_mb"] = high_water()
    return took


def high_water() -> float:
    """Peak memory of this process in MB (Linux; 0 elsewhere)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def run(claims: int = 50_000) -> None:
    """Print claims/s with storage beside the floor `split('~')` + `split('*')`, and the memory peak."""
    from tests.bench import bench_835

    for encrypt in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "inbox").mkdir()
            path = Path(folder) / "inbox" / "bench.835"
            bench_835.write_file(path, claims)
            text = path.read_text("utf-8").replace("\n", "")
            floor = bench_835._best(lambda text=text: bench_835._floor(text))
            code = f"import json; from tests.bench.bench_835_stored import child; print(json.dumps(child({folder!r}, {encrypt}, {claims})))"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(done.stderr)
            took = json.loads(done.stdout)
        name = "encrypted" if encrypt else "plain"
        print(
            f"835 stored   {name:9} floor {claims / floor:9,.0f} claims/s   hub {claims / took['stored']:8,.0f} claims/s   must 20,000 aim 40,000"
            f"   re-read {claims / took['again']:8,.0f} claims/s, 0 rows added   memory {took['before_mb']:.0f} -> {took['peak_mb']:.0f} MB"
        )
