"""`python -m tests.bench [csv|835]`: floor, figure and ratio of one run; asserts nothing about time."""

from __future__ import annotations

import sys

from tests.bench import bench_835, bench_835_stored, bench_csv


def read_835() -> None:
    """Reading without storage, beside its floor."""
    for line in bench_835.run():
        print(f"835 read     {line.label:<45} {line.value:>14,.2f} {line.unit}")


PARTS = {"csv": [bench_csv.run], "835": [bench_835_stored.run, read_835]}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        for measure in PARTS[part]:
            measure()
