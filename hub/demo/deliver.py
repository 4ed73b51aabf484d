"""Writing files the way they arrive: right folder, right bytes, right time stamp."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = "America/Chicago"
EVENING, NIGHT = time(18, 0), time(21, 30)


def deliver(path: Path, content: bytes, day: date, at: time = EVENING) -> None:
    """Write the file as if it had arrived at that local time."""
    path.write_bytes(content)
    moment = datetime.combine(day, at, ZoneInfo(ZONE)).timestamp()
    os.utime(path, (moment, moment))


def csv_bytes(rows: Iterable[Sequence[str]], encoding: str = "cp1252") -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def us_date(value: date | None) -> str:
    return f"{value:%m/%d/%Y}" if value else ""


def us_money(cents: int | None) -> str:
    """`1,234.56`, credits in parentheses; blank when unknown."""
    if cents is None:
        return ""
    text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return f"({text})" if cents < 0 else text
