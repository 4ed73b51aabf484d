"""What every connector that reads a folder needs: which names it wants, whether the folder can be read, and whether
anything arrives in it. One listing, no file is opened."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

from hub.contract import Probe

_QUIET = timedelta(days=4)  # a long weekend is no fault


def wanted(name: str, patterns: Iterable[str], ignore: Iterable[str]) -> bool:
    """Does the office want a file of this name looked at? Capitals do not matter."""
    lower = name.lower()
    return any(fnmatch(lower, pattern.lower()) for pattern in patterns) and not any(
        fnmatch(lower, pattern.lower()) for pattern in ignore
    )


def probe_folder(folder: Path) -> tuple[Probe, list[float]]:
    """Can it be listed? Also the times of modification of its files."""
    name = f"folder {folder}"
    try:
        with os.scandir(folder) as entries:
            times = [entry.stat().st_mtime for entry in entries if entry.is_file(follow_symlinks=False)]
    except FileNotFoundError:
        fix = "create it, or correct `folder` in hub.toml; a service does not see mapped drives, write \\\\server\\share"
        return Probe(name, False, f"does not exist for account {_account()}", fix), []
    except NotADirectoryError:
        return Probe(name, False, "is a file", "`folder` must name the folder that the files are saved in"), []
    except PermissionError:
        fix = f"give {_account()} the right to read the folder"
        return Probe(name, False, f"account {_account()} may not read it", fix), []
    except OSError as error:
        return Probe(name, False, f"cannot be reached ({type(error).__name__})", "is the computer that shares it on?"), []
    return Probe(name, True, f"{len(times)} files, read as account {_account()}"), times


def probe_arrivals(folder: Path, now: datetime, first: str, again: str) -> tuple[Probe, ...]:
    """The folder, and the age of the newest file in it. `now` is UTC; `first` and `again` say what to do when nothing
    ever came, or nothing for some days."""
    probe, times = probe_folder(folder)
    if not probe.ok:
        return (probe,)
    if not times:
        return probe, Probe("newest file", False, "nothing has arrived yet", first)
    age = now - datetime.fromtimestamp(max(times), UTC)
    words = f"{max(0, int(age.total_seconds() // 3600))} hours old"
    return probe, Probe("newest file", age <= _QUIET, words, "" if age <= _QUIET else again)


def _account() -> str:
    """Who the hub runs as; a service's account often differs from the one that set the folder up."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "of the service"
