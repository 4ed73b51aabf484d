"""Named points of a run, so that a test can pull the plug at each of them (reference security-and-reliability §13).

In normal operation `reach` is one comparison. With HUB_KILL_AT=7 the process kills itself (SIGKILL, no clean-up) at the
seventh point it reaches; with HUB_KILL_AT=before_commit at the first point of that name.
"""

from __future__ import annotations

import os
import signal

_KILL_AT = os.environ.get("HUB_KILL_AT", "")
_reached = 0


def reach(name: str) -> None:
    """Mark a point of a run: what was done before it must be enough for the next start to go on."""
    global _reached  # noqa: PLW0603 - a process-wide counter is the point of it
    if not _KILL_AT:
        return
    _reached += 1
    if _KILL_AT in (name, str(_reached)):
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
