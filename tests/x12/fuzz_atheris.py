"""The reader of the clearinghouse's files under a coverage-guided fuzzer, by hand and for as long as wanted:

    pip install atheris
    python tests/x12/fuzz_atheris.py -max_total_time=600

It begins with the files of test_x12_fuzz and asks of each damaged one what that test asks. Further arguments are libFuzzer's
own; a file that breaks the reader is left as crash-... in the working directory, and given as an argument is run again.
"""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
with atheris.instrument_imports(include=["connectors.clearinghouse", "hub.readers.x12"]):
    from connectors.clearinghouse.connector import STREAM, Clearinghouse

from conftest import NOW, Read, context
from test_x12_fuzz import FILES, MOST_BYTES, damaged, survives

from hub.contract import SourceFile

# A damaged file is read in milliseconds; one that takes this long goes round in circles.
SECONDS = 5
WHAT = ("replace", "insert", "delete", "cut", "lose", "double", "exchange")


def fuzz(folder: Path) -> None:
    """Fuzz until libFuzzer ends the process."""
    path, corpus = folder / "in.x12", folder / "corpus"
    corpus.mkdir()
    for raw in FILES:
        (corpus / hashlib.sha256(raw).hexdigest()).write_bytes(raw)

    def read(raw: bytes, **settings: Any) -> Read:
        path.write_bytes(raw)
        file = SourceFile("in.x12", path, len(raw), hashlib.sha256(raw).hexdigest(), NOW, NOW)
        return Read(list(Clearinghouse().read(file, STREAM, context(folder, **settings))))

    def one(raw: bytes) -> None:
        survives(read, raw, 1 + len(raw) % 500)

    given = sys.argv[1:]
    # Named files are run again as they are; a folder of seeds would turn that into a new search.
    seeds = [] if any(Path(argument).is_file() for argument in given) else [str(corpus)]
    limits = [f"-max_len={2 * MOST_BYTES}", f"-timeout={SECONDS}"]
    atheris.Setup([sys.argv[0], *limits, *given, *seeds], one, custom_mutator=mutated)
    atheris.Fuzz()


def mutated(raw: bytes, most: int, seed: int) -> bytes:
    """Bytes changed by libFuzzer, or segments lost, doubled and exchanged, which it would rarely hit upon."""
    chance = random.Random(seed)
    if not raw or chance.random() < 0.5:
        return atheris.Mutate(raw, most)
    edits = [
        (chance.randrange(10_000), chance.choice(WHAT), chance.randint(1, 40), chance.randbytes(chance.randint(1, 4)))
        for _ in range(chance.randint(1, 3))
    ]
    return damaged(raw, edits)[:most]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        fuzz(Path(made))
