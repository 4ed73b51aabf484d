"""What a hook, a connector's check and a delivery hand back, looked at before it is used: the one that slipped is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hub.contract import CheckReport, Probe, Receipt
from hub.errors import HubBug


class HookFault(Exception):
    """A hook that raised or handed back something else; the message is one line that begins with the hook's name."""


def list_of(hook: str, function: Callable[[], Any] | None) -> list[Any]:
    """What a hook hands back; nothing when the plugin has no such hook. Raises HookFault, TypeError for no list."""
    if function is None:
        return []
    try:
        given = function()
        if isinstance(given, Iterable) and not isinstance(given, str | bytes | dict | type):
            return list(given)
    except (Exception, SystemExit) as error:
        raise HookFault(f"{hook} failed: {type(error).__name__}: {error}") from error
    raise TypeError(f"{hook} must return a list, it returned {_name(given)}")


def folders_of(hook: str, function: Callable[[], Any] | None) -> tuple[list[Path], list[str]]:
    """Folders of mappings, and what to tell of those that are not there: they are left out, nothing may need them."""
    found, notes = [], []
    for given in list_of(hook, function):
        if not isinstance(given, str | Path):
            raise TypeError(f"{hook} must return folders, it returned {_name(given)}")
        folder = Path(given)
        if os.path.isdir(folder):
            found.append(folder)
        elif os.path.exists(folder):
            raise TypeError(f'{hook} must return folders, it returned "{folder.name}", which is no folder')
        else:
            notes.append(f'{hook} names "{folder.name}", which is not there; it is left out')
    return found, notes


def probes_of(report: object, connector: str) -> tuple[Probe, ...]:
    """What a connector's check tried. Raises HubBug HUB-P04 for something else than its report."""
    if not isinstance(report, CheckReport):
        raise _wrong(f"the check of connector {connector} returned {_name(report)} instead of a CheckReport")
    if not isinstance(report.probes, tuple | list) or not all(isinstance(each, Probe) for each in report.probes):
        raise _wrong(f"the check of connector {connector} returned a CheckReport of something else than Probes; is a comma missing?")
    return tuple(report.probes)


def receipt_of(receipt: object, delivery: str) -> Receipt:
    """What a delivery handed over. Raises HubBug HUB-P04 for something else than a receipt."""
    if not isinstance(receipt, Receipt) or not isinstance(receipt.message, str):
        raise _wrong(f"delivery {delivery} returned {_name(receipt)} instead of a Receipt with a message")
    return receipt


def _wrong(says: str) -> HubBug:
    return HubBug("HUB-P04", f"{says}; report it to its author")


def _name(thing: object) -> str:
    return "nothing" if thing is None else "a class" if isinstance(thing, type) else type(thing).__name__
