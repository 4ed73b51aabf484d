"""The database key: made once by `hub init`, readable by its owner only, told apart from damage by a key number."""

from __future__ import annotations

import os
import secrets
from hashlib import blake2b
from pathlib import Path

from hub.errors import SettingsError

KEY_FILE = "hub.key"


def key_path(data_dir: Path) -> Path:
    return data_dir / KEY_FILE


def make_key(data_dir: Path) -> Path:
    """Create the key file (mode 0600, never overwritten) and return its path."""
    path = key_path(data_dir)
    if path.exists():
        return path
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32) + "\n")
        out.flush()
        os.fsync(out.fileno())
    return path


def read_key(data_dir: Path) -> str:
    """64 hex digits. Raises SettingsError when the key is missing, unreadable or open to others."""
    path = key_path(data_dir)
    try:
        text = path.read_text(encoding="ascii").strip()
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SettingsError(
            "HUB-S05",
            f'the database key {path} is missing; put it back from your safe copy, or run "hub init" for a new, empty database',
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "HUB-S05", f"the database key {path} cannot be read ({type(error).__name__}); check the rights"
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise SettingsError("HUB-S05", f'the database key {path} is readable by others; run "chmod 600 {path}"')
    if len(text) != 64 or any(c not in "0123456789abcdef" for c in text):
        raise SettingsError("HUB-S05", f"the database key {path} is not 64 hex digits; put the right file back")
    return text


def key_number(key: str) -> str:
    """A short number that names a key without giving it away; lies beside the database it opens."""
    return blake2b(bytes.fromhex(key), digest_size=4, person=b"hub key number").hexdigest()
