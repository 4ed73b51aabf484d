"""A name from outside as a name that is safe on every file system, and different for different names."""

from __future__ import annotations

import hashlib
import re

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)")
_MOST_BYTES = 150
_LONGEST_ENDING = 20


def safe_name(name: str) -> str:
    """The name itself where that is harmless; else a harmless one that ends in eight digits of the name's SHA-256.

    No path parts, nothing that is hidden, a device of Windows, or ends in a dot or blank; at most 150 bytes of UTF-8.
    """
    told = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    plain = _FORBIDDEN.sub("_", told).rstrip(". ")
    if not plain or plain.startswith((".", "~")) or _RESERVED.match(plain):
        plain = f"_{plain}"
    if plain == name and len(plain.encode()) <= _MOST_BYTES:
        return plain
    mark = f"~{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending.encode()) > _LONGEST_ENDING:
        stem, dot, ending = plain, "", ""
    room = _MOST_BYTES - len(f"{mark}{dot}{ending}".encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + mark + dot + ending
