"""`python -m tests.bench [csv|835|peers|open_dental]`: floor, figure and ratio of one run; asserts nothing about time."""

from __future__ import annotations

import sys

from tests.bench import bench_835, bench_835_stored, bench_csv, bench_open_dental, bench_peers


def read_835() -> None:
    """Reading without storage, beside its floor."""
    for line in bench_835.run():
        print(f"835 read     {line.label:<45} {line.value:>14,.2f} {line.unit}")


PARTS = {
    "csv": [bench_csv.run], "835": [bench_835_stored.run, read_835], "peers": [bench_peers.run],
    "open_dental": [bench_open_dental.run],
}

if __name__ == "__main__":
    if unknown := [part for part in sys.argv[1:] if part not in PARTS]:
        sys.exit(f"there is no bench {unknown[0]}; python -m tests.bench [{'|'.join(PARTS)}]")
    for part in sys.argv[1:] or PARTS:
        for measure in PARTS[part]:
            measure()
