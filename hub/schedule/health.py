"""The service's heartbeat: a small JSON file for `hub doctor`, the health page and a watchdog. No patient data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from hub.output.safe_file import write_file

HEALTH_NAME = "serve.json"
EVERY = timedelta(seconds=30)
_LATE = 3 * EVERY


def write_health(path: Path, report: Mapping[str, object]) -> None:
    """Replace the file in one step. Raises OSError."""
    text = json.dumps(report, indent=1, sort_keys=True, default=_moment)
    write_file(path, lambda made: _put(made, text))


def read_health(path: Path) -> dict[str, object] | None:
    """The last report; None when there is none or it cannot be read."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def is_alive(report: Mapping[str, object] | None, now: datetime) -> bool:
    """Did a running service write within the last 90 seconds?"""
    if report is None or report.get("state") != "running":
        return False
    try:
        written = datetime.fromisoformat(str(report.get("written_at")))
        return now - written <= _LATE
    except (ValueError, TypeError):
        return False


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(f"{type(value).__name__} has no place in the health file")
