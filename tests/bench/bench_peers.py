"""Our 835 reader side by side with three others in one run, on one file, each in a process and an environment of its own.

    python -m tests.bench peers

The peers are installed from PyPI into a folder beside the temporary files (kept, so that the next run starts at once);
they are no dependency of the hub. Each must find every claim of the file, or its figure is not printed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bench_835 import ROOT, write_file

CLAIMS = 2_000
_HUB = """
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.bench import bench_835 as ours
ours._read(Path(sys.argv[1]))
began = time.perf_counter()
print(ours._read(Path(sys.argv[1])), time.perf_counter() - began)
"""
_LINUX_FOR_HEALTH = """
import sys, time
from linuxforhealth.x12.io import X12ModelReader
began, claims = time.perf_counter(), 0
with X12ModelReader(sys.argv[1]) as reader:
    for model in reader.models():
        claims += sum(len(header.loop_2100) for header in model.loop_2000)
print(claims, time.perf_counter() - began)
"""
_EDI_835_PARSER = """
import sys, time
from edi_835_parser import parse
began = time.perf_counter()
parsed = parse(sys.argv[1])
print(sum(len(one.claims) for one in parsed), time.perf_counter() - began)
"""
_PYX12 = """
import sys, time
import pyx12.error_handler, pyx12.params, pyx12.x12context
began, claims = time.perf_counter(), 0
with open(sys.argv[1]) as file:
    reader = pyx12.x12context.X12ContextReader(pyx12.params.params(), pyx12.error_handler.errh_null(), file)
    for segment in reader.iter_segments():
        claims += segment["id"] == "CLP" if isinstance(segment, dict) else segment.id == "CLP"
print(claims, time.perf_counter() - began)
"""


@dataclass(frozen=True)
class Peer:
    """A reader of other people: what pip installs, and a script that prints claims found and seconds."""

    name: str
    packages: tuple[str, ...]
    script: str


PEERS = (
    Peer("linuxforhealth-x12", ("linuxforhealth-x12", "pydantic<2"), _LINUX_FOR_HEALTH),
    Peer("edi-835-parser", ("edi-835-parser",), _EDI_835_PARSER),
    Peer("pyx12", ("pyx12", "setuptools<80"), _PYX12),
)


def run() -> None:
    """Print claims/s of each reader and how many times faster ours is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "peers.835"
        write_file(path, CLAIMS)
        ours = _seconds(Path(sys.executable), _HUB.format(root=str(ROOT)), path)
        assert ours is not None, "our own reader must read the file"
        print(f"835 peers    {'practice-hub':20} {CLAIMS / ours:12,.0f} claims/s")
        for peer in PEERS:
            python = _environment(peer)
            took = _seconds(python, peer.script, path) if python else None
            told = f"{CLAIMS / took:12,.0f} claims/s   ours is {took / ours:,.1f} times as fast" if took else "   not measured"
            print(f"835 peers    {peer.name:20} {told}")


def _environment(peer: Peer) -> Path | None:
    """The Python of an environment that holds the peer; None when it cannot be installed here."""
    folder = Path(tempfile.gettempdir()) / "practice-hub-peers" / peer.name
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", *peer.packages], capture_output=True, check=False)
        if done.returncode:
            print(f"835 peers    {peer.name}: pip could not install it")
            return None
        (folder / "ready").touch()
    return python


def _seconds(python: Path, script: str, path: Path) -> float | None:
    """Seconds for the whole file; None, with the reason printed, when the reader fails or misses a claim."""
    done = subprocess.run([python, "-c", script, path], capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        print("835 peers    cannot read the file:", (done.stderr.strip().splitlines() or ["no reason"])[-1][:100])
        return None
    claims, seconds = done.stdout.split()
    if int(claims) != CLAIMS:
        print(f"835 peers    found {claims} of {CLAIMS} claims")
        return None
    return float(seconds)
