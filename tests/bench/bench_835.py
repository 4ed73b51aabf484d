"""How fast an 835 is read, walked and balanced (no storage), beside the floor: `split('~')` and `split('*')`.

    python tests/bench/bench_835.py [claims]

The file is one ST, each claim with 2 lines and 3 CAS, amounts nearly all different. Rates are the best of three passes;
peak memory is that of a child process that does nothing else. Only ratios within one run mean anything.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from connectors.clearinghouse.connector import STREAM, Clearinghouse  # noqa: E402
from connectors.clearinghouse.settings import ClearinghouseSettings  # noqa: E402
from hub.clock import SystemClock  # noqa: E402
from hub.contract import Facts, SourceContext, SourceFile  # noqa: E402
from hub.readers.x12 import Block, read_blocks, scan  # noqa: E402

ISA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*OFFICE         *260301*0600*^*00501*000000001*0*P*:~\n"
    "GS*HP*PAYER*OFFICE*20260301*0600*1*X*005010X221A1~\n"
)


class Line(NamedTuple):
    """One measured figure."""

    label: str
    value: float
    unit: str


def run(claims: int = 50_000) -> list[Line]:
    """Measure and return every figure; prints nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.835"
        segments = write_file(path, claims)
        size = path.stat().st_size / 1e6
        text = path.read_text("utf-8").replace("\n", "")
        floor = _best(lambda: _floor(text))
        raw = _best(lambda: sum(block.count for block in _blocks(path)))
        first_pass = _best(lambda: list(scan(_blocks(path))))
        whole = _best(lambda: _read(path))
        peak, before = _peak_megabytes(path)
    return [
        Line("file", size, "MB"),
        Line("floor, split and split", claims / floor, "claims/s"),
        Line("raw segment reader", size / raw, "MB/s"),
        Line("first pass (envelope)", size / first_pass, "MB/s"),
        Line("read, walked, balanced", claims / whole, "claims/s"),
        Line("read, walked, balanced", size / whole, "MB/s"),
        Line("read, walked, balanced", whole / claims * 1e6, "us per claim"),
        Line("ratio to the floor", whole / floor, "times"),
        Line("segments", segments, ""),
        Line("peak memory of a process that only reads it", peak, "MB"),
        Line("of that before reading: Python and imports", before, "MB"),
    ]


def write_file(path: Path, claims: int) -> int:
    """One balanced ST; returns its number of segments."""
    chance = random.Random(835)
    count = paid = 0
    body: list[str] = []
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = [_claim(number, chance) for number in range(claims)]
        paid = sum(cents for _, cents in lines)
        head = f"BPR*I*{_money(paid)}*C*ACH*CCP*01*1*DA*1*1512345678**01*1*DA*1*20260301~\nTRN*1*EFT835*1512345678~\n"
        party = "DTM*405*20260301~\nN1*PR*EXAMPLE DENTAL PLAN~\nN3*1 MAIN ST~\nN4*SALEM*OR*97301~\nN1*PE*EXAMPLE OFFICE*XX*1999999984~\nLX*1~\n"
        body = [ISA, "ST*835*0001~\n", head, party, *(text for text, _ in lines)]
        count = sum(part.count("~") for part in body) - 2 + 1
        out.writelines(body)
        out.write(f"SE*{count}*0001~\nGE*1*1~\nIEA*1*000000001~\n")
    return count + 4


def _claim(number: int, chance: random.Random) -> tuple[str, int]:
    """A claim with two lines and three CAS, and what it pays in cents."""
    one, two = chance.randrange(20_000, 160_000), chance.randrange(5_000, 30_000)
    off, part, off_two = one // 5, one // 10, two // 7
    paid_one, paid_two = one - off - part, two - off_two
    text = (
        f"CLP*K{number:07d}*1*{_money(one + two)}*{_money(paid_one + paid_two)}*{_money(part)}*12*P{number:09d}*11*1~\n"
        f"NM1*QC*1*MADEUP{number % 977}*PAT****MI*M{number:08d}~\nDTM*232*20260210~\n"
        f"SVC*AD:D2740*{_money(one)}*{_money(paid_one)}**1~\nDTM*472*20260210~\nCAS*CO*45*{_money(off)}~\n"
        f"CAS*PR*2*{_money(part)}~\nREF*6R*x{number}/1~\nAMT*B6*{_money(one - off)}~\n"
        f"SVC*AD:D1110*{_money(two)}*{_money(paid_two)}**1~\nDTM*472*20260210~\nCAS*CO*45*{_money(off_two)}~\n"
        f"REF*6R*x{number}/2~\nAMT*B6*{_money(paid_two)}~\n"
    )
    return text, paid_one + paid_two


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _floor(text: str) -> None:
    """The least that any reader does; nothing is kept."""
    for segment in text.split("~"):
        segment.split("*")


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _blocks(path: Path) -> Iterator[Block]:
    with path.open("rb") as stream:
        yield from read_blocks(stream)


def _read(path: Path) -> int:
    """Every fact of the file, thrown away; the number of claims."""
    now = datetime.now(UTC)
    file = SourceFile(path.name, path, path.stat().st_size, hashlib.sha256(b"bench").hexdigest(), now, now)
    settings = ClearinghouseSettings(folder=[str(path.parent)])
    ctx = SourceContext("main", "clearinghouse", "America/Chicago", settings, SystemClock(), path.parent)
    claims = 0
    for page in Clearinghouse().read(file, STREAM, ctx):
        assert isinstance(page, Facts)
        claims += len(page.rows) if page.entity == "remit_claim" else 0
    return claims


def _peak_megabytes(path: Path) -> tuple[float, float]:
    """High-water marks of a child after and before it reads the file. Linux (ru_maxrss would inherit ours); else 0."""
    if not Path("/proc/self/status").exists():
        return 0.0, 0.0
    code = (
        "import sys, runpy; from pathlib import Path;"
        f"bench = runpy.run_path({str(Path(__file__))!r}, run_name='bench');"
        "peak = lambda: next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1];"
        "before = peak(); bench['_read'](Path(sys.argv[1])); print(peak(), before)"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    after, before = answer.stdout.split()
    return int(after) / 1024, int(before) / 1024


if __name__ == "__main__":
    for line in run(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000):
        print(f"{line.label:<45} {line.value:>14,.2f} {line.unit}")
