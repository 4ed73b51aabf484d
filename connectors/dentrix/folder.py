"""Can the export folder be read, and does anything arrive in it? One listing, no file is opened."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.contract import Probe

_QUIET = timedelta(days=4)  # a long weekend is no fault


def probe_folder(folder: Path, now: datetime) -> tuple[Probe, ...]:
    """Two probes: the folder, and the age of the newest file in it. `now` is UTC."""
    name = f"folder {folder}"
    try:
        with os.scandir(folder) as entries:
            times = [entry.stat().st_mtime for entry in entries if entry.is_file()]
    except FileNotFoundError:
        fix = "create it, or correct `folder` in hub.toml; a service does not see mapped drives, write \\\\server\\share"
        return (Probe(name, False, f"does not exist for account {_account()}", fix),)
    except NotADirectoryError:
        return (Probe(name, False, "is a file", "`folder` must name the folder that the exports are saved in"),)
    except PermissionError:
        return (Probe(name, False, f"account {_account()} may not read it", f"give {_account()} the right to read the folder"),)
    except OSError as error:
        return (Probe(name, False, f"cannot be reached ({type(error).__name__})", "is the computer that shares it on?"),)
    return (Probe(name, True, f"{len(times)} files, read as account {_account()}"), _newest(times, now))


def _newest(times: list[float], now: datetime) -> Probe:
    if not times:
        return Probe("newest file", False, "nothing has arrived yet", "run the export into this folder once")
    age = now - datetime.fromtimestamp(max(times), UTC)
    words = f"{max(0, int(age.total_seconds() // 3600))} hours old"
    return Probe("newest file", age <= _QUIET, words, "" if age <= _QUIET else "is the export still scheduled? run it again")


def _account() -> str:
    """Who the hub runs as; a service's account often differs from the one that set the folder up."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "of the service"
