"""Which account this process runs as, and the command that gives it a file: for messages about rights."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path


def this_account() -> str:
    """Its name; its number where the system knows no name for it (a container)."""
    if sys.platform != "win32":
        return account_of(os.geteuid())  # not LOGNAME: under sudo -u that may be somebody else
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return "of this process"


def account_of(number: int) -> str:
    """The name of a POSIX account."""
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):
        return str(number)


def unreadable(path: Path, error: OSError) -> str:
    """Why a file cannot be read, and what to do."""
    who = this_account()
    if not isinstance(error, PermissionError):
        return f"{path} cannot be read ({type(error).__name__}); check file, folder and disk"
    mend = f'icacls "{path}" /grant "{who}:(R)"' if sys.platform == "win32" else f"chown {who} {path}"
    return f"{path} cannot be read by the account {who}; {mend}, or run the hub as its owner"
