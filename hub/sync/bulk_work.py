"""The interpreter's settings during bulk work."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def bulk_work() -> Iterator[None]:
    """Look for cycles rarely, and let the compressing thread have its turn soon.

    Pages are made of plain tuples that die with the page: looking for cycles among them cost a fifth of the time. A thread
    that comes back from compressing a block waited up to 5 ms for the interpreter, at every block.
    """
    collections, turns = gc.get_threshold(), sys.getswitchinterval()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(turns)
        gc.set_threshold(*collections)
        gc.unfreeze()
