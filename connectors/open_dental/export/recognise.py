"""Which query a file is the result of: it says so itself, in the first column of every row (`open_dental/claims v1`)."""

from __future__ import annotations

import re

from connectors.open_dental.streams import EXPORT_ONLY, STREAMS
from hub.contract import Match

_NAMES = {stream.name for stream in (*STREAMS, *EXPORT_ONLY)}
_MARK = re.compile(r"\bopen_dental/([a-z_]+) v(\d+)")
_VERSIONS = {"1"}


def recognise(head: bytes) -> Match | None:
    """The stream of a file by its first lines; None when it is not a result of a query of ours.

    A result without rows is only "OK" (API) or has a header alone: it says nothing about which records there are.
    """
    text = _text(head)
    found = _MARK.search(text)
    if found is not None and found[1] in _NAMES:
        if found[2] not in _VERSIONS:
            return Match(None, f"a result of query {found[1]} of version {found[2]}, which this hub does not know")
        return Match(found[1], f"result of the query {found[1]}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines == ["OK"] or (len(lines) == 1 and "hub_query" in lines[0]):
        return Match(None, "a result without rows; nothing is concluded from it")
    return None


def _text(head: bytes) -> str:
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return head.decode(encoding, "replace")
