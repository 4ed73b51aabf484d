"""Who may read the data folder, the key in it and `.env`: set when they are made, looked at by `hub doctor`.

On Windows the folder gets a list of rights of its own, with this account, the system and the administrators, and nobody by
inheritance. Only what the hub itself made is changed: an existing folder may serve an account that we do not know.
"""

from __future__ import annotations

import getpass
import os
import re
import stat
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# By number, not by name: the names are translated. https://learn.microsoft.com/windows/win32/secauthz/well-known-sids
_SYSTEM, _ADMINISTRATORS = "*S-1-5-18", "*S-1-5-32-544"
# The trustees of a security descriptor (SDDL) that mean "many people", and the domain's users and guests.
_MANY = {
    "WD": "Everyone", "BU": "Users", "AU": "Authenticated Users", "IU": "Interactive", "NU": "Network", "AN": "Anonymous",
    "BG": "Guests", "DU": "Domain Users", "DG": "Domain Guests",
    "S-1-1-0": "Everyone", "S-1-5-11": "Authenticated Users", "S-1-5-32-545": "Users", "S-1-5-4": "Interactive",
}  # fmt: skip
_ENTRY = re.compile(r"\(A;[^;)]*;[^;)]*;[^;)]*;[^;)]*;([^;)]+)")
_PATIENCE = 30


def private(path: Path) -> str:
    """Take away everybody else's rights to a file or folder just made. Empty, or a warning with what to do."""
    if not _on_windows():
        path.chmod(0o700 if path.is_dir() else 0o600)
        return ""
    command = icacls(path, path.is_dir(), account(os.environ))
    wrong = _answer(command)[1]
    return f"the rights of {path} could not be set ({wrong}); run: {shown(command)}" if wrong else ""


def others(path: Path) -> str:
    """Who else can read it, in words; empty when nobody can, or when it is not there."""
    if not os.path.exists(path):
        return ""
    if not _on_windows():
        return "others can read it" if stat.S_IMODE(path.stat().st_mode) & 0o077 else ""
    text, wrong = _answer(descriptor_query(path))
    many = many_people(text)
    return f"its rights cannot be looked at ({wrong})" if wrong else f"{', '.join(many)} can read it" if many else ""


def remedy(path: Path) -> str:
    """The command that mends it."""
    if not _on_windows():
        return f"chmod {'700' if path.is_dir() else '600'} {path}"
    return shown(icacls(path, path.is_dir(), account(os.environ)))


def icacls(path: Path, folder: bool, user: str) -> list[str]:
    """The Windows command that leaves `path` to this account, the system and the administrators; F is full control,
    (OI)(CI) hands it down to what lies in a folder."""
    rights = "(OI)(CI)F" if folder else "F"
    names = [f"{name}:{rights}" for name in (user, _SYSTEM, _ADMINISTRATORS)]
    return ["icacls", str(path), "/inheritance:r", "/grant:r", *names]


def service_hint(folder: Path) -> str:
    """The Windows command that lets a service account of its own in as well."""
    return shown(["icacls", str(folder), "/grant", r".\hubservice:(OI)(CI)M"])


def shown(command: Sequence[str]) -> str:
    """A command to copy; cmd and PowerShell both need the quotes around brackets and blanks."""
    return " ".join(f'"{word}"' if re.search(r"[\s()*]", word) else word for word in command)


def descriptor_query(path: Path) -> list[str]:
    """The Windows command that prints the rights in the form that is the same in every language."""
    quoted = str(path).replace("'", "''")
    return ["powershell", "-NoProfile", "-NonInteractive", "-Command", f"(Get-Acl -LiteralPath '{quoted}').Sddl"]


def many_people(descriptor: str) -> list[str]:
    """The groups of many people that a security descriptor lets in: `D:PAI(A;OICI;FA;;;SY)(A;;0x1200a9;;;BU)` -> [Users]."""
    found = _ENTRY.findall(descriptor.partition("D:")[2])
    names = [_MANY.get(each) or ("Domain Users" if re.fullmatch(r"S-1-5-21-[\d-]+-513", each) else "") for each in found]
    return list(dict.fromkeys(name for name in names if name))


def account(environment: Mapping[str, str]) -> str:
    """`DOMAIN\\user` of this process."""
    user, domain = environment.get("USERNAME", ""), environment.get("USERDOMAIN", "")
    return f"{domain}\\{user}" if user and domain else user or getpass.getuser()


def _on_windows() -> bool:
    return os.name == "nt"


def _answer(command: Sequence[str]) -> tuple[str, str]:
    """What a Windows command printed, and what went wrong."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", f"{command[0]}: {type(error).__name__}"
    return done.stdout.decode("ascii", "replace"), f"{command[0]} ended with {done.returncode}" if done.returncode else ""
