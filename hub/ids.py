"""Identifiers that are the same on every machine and every run: fingerprints, item numbers, references."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b


def fingerprint64(payload: bytes, salt: bytes = b"") -> int:
    """Signed 64-bit fingerprint of a raw record; `salt` (at most 16 bytes) carries the mapping's version."""
    return int.from_bytes(blake2b(payload, digest_size=8, salt=salt).digest(), "big", signed=True)


def short_id(*parts: str) -> str:
    """Eight letters and digits a person can read out on the phone; equal parts give the equal id."""
    return b32encode(blake2b("\x1f".join(parts).encode(), digest_size=5).digest()).decode()


def ref(source: str, key: str) -> str:
    """A record of a source as evidence and subjects name it: `pms:1042`."""
    return f"{source}:{key}"


def split_ref(reference: str) -> tuple[str, str]:
    source, _, key = reference.partition(":")
    return source, key
