"""Does a folder lie on a disk of this computer? Network file systems lie about locks and damage databases
(sqlite.org/useovernet.html); so do the folders that a virtual machine or a container shares with its host."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_FAR = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "ocfs2", "gfs2",
    "9p", "virtiofs", "vboxsf", "prl_fs", "vmhgfs", "drvfs",
})  # fmt: skip
_DRIVE_REMOTE = 4  # GetDriveTypeW


def far_place(folder: Path) -> str:
    """What kind of far place the folder is on; empty for a local disk, or where it cannot be told. It need not exist yet."""
    if str(folder).startswith(("\\\\", "//")):
        return "network share"
    if sys.platform == "win32":
        return _far_drive(folder)
    try:
        kind = kind_at(_MOUNTS.read_text(encoding="utf-8", errors="replace"), str(folder))
    except OSError:
        return ""
    return f"network or shared file system ({kind})" if is_far(kind) else ""


def kind_at(mounts: str, folder: str) -> str:
    """The file system of the mount that the folder lies on, from the lines of /proc/self/mounts.

    `server:/data /srv nfs4 rw 0 0`: what, where (blanks as \\040), kind. Of two at one place the later one is seen.
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        place = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), parts[1]).rstrip("/")
        if (folder == place or folder.startswith(place + "/")) and len(place) >= best:
            best, kind = len(place), parts[2] if place or parts[2] != "9p" else ""  # a sandbox may call its own disk 9p
    return kind


def is_far(kind: str) -> bool:
    """FUSE is a program in between, mostly one that fetches from afar (sshfs, rclone); the exception is a container's own."""
    return kind in _FAR or (kind.startswith("fuse.") and kind != "fuse.fuse-overlayfs")


if sys.platform == "win32":

    def _far_drive(folder: Path) -> str:
        import ctypes

        far = ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == _DRIVE_REMOTE
        return f"network drive {folder.drive}" if far else ""
else:

    def _far_drive(folder: Path) -> str:
        return ""
