"""`python -m tests.bench [csv|835|memory]`: floor, figure and ratio of one run; asserts nothing about time."""

from __future__ import annotations

import sys

from tests.bench import bench_csv

PARTS = {"csv": bench_csv.run}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
