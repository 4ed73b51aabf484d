"""What the hub says in plain lines: the log on standard error, and text made harmless for a terminal or a log.

A name from outside may hold escape codes or line breaks; the text of an exception may quote a patient's record. Neither
gets through here: one message is one line, and of an unexpected error only its kind and the places in the code are told.
"""

from __future__ import annotations

import json
import logging
import traceback
import unicodedata
from pathlib import Path
from types import TracebackType

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NOISY = ("httpx", "httpcore", "apscheduler", "sqlalchemy", "alembic", "paramiko")
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def printable(text: str) -> str:
    """The text with everything that steers a terminal or changes the direction of writing as `\\u001b`; line ends stay."""
    if text.isprintable():
        return text
    return "".join(
        json.dumps(mark)[1:-1] if mark != "\n" and unicodedata.category(mark) in _UNSEEN else mark for mark in text
    )


def whereabouts(error: BaseException) -> str:
    """`ValueError at connector.py:41 in pull < pull.py:70 in _stream`: kind and innermost places, never the message."""
    frames = traceback.extract_tb(error.__traceback__)[::-1]
    places = [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    return " < ".join([f"{type(error).__name__} at {places[0]}" if places else type(error).__name__, *places[1:8]])


class PlainFormatter(logging.Formatter):
    """One line a message."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record).replace("\n", " | "))

    def formatException(self, ei: _ExcInfo) -> str:
        return whereabouts(ei[1]) if ei[1] is not None else ""


def start_log(level: str) -> None:
    """To standard error; libraries that print addresses or parameters are kept quiet."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=level, handlers=[handler])
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
