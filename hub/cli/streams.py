"""What is printed never fails for a letter: Windows gives a redirected program the old code page, which has no "ễ"."""

from __future__ import annotations

import sys


def unbreakable_output() -> None:
    """Files and pipes get UTF-8, whatever the system's code page is; a terminal keeps its own encoding and shows what it
    cannot draw as `\\u1ec5`. Streams that somebody put in the place of the real ones stay as they are."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:  # also None itself: a service without a console
            continue
        if stream.isatty():
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace")
