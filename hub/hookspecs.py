"""Every hook of the hub. A plugin module implements any of them with `@hookimpl`; each is called on its own, so that
one broken plugin is reported and the rest run. Signatures are part of the contract version (`hub.contract.CONTRACT`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import typer

    from hub.contract import Connector, Delivery, ItemRow, Rule

PROJECT = "practice_hub"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def hub_connectors() -> Iterable[type[Connector]]:
    """The connector classes this plugin brings."""
    raise NotImplementedError


@hookspec
def hub_mappings() -> Iterable[Path]:
    """Folders laid out like `mappings/` (one folder per system) whose files join the shipped ones."""
    raise NotImplementedError


@hookspec
def hub_rules() -> Iterable[type[Rule]]:
    """The rule classes this plugin brings; codes must be new."""
    raise NotImplementedError


@hookspec
def hub_deliveries() -> Iterable[type[Delivery]]:
    """The delivery classes this plugin brings."""
    raise NotImplementedError


@hookspec
def hub_run_finished(practice_id: str, kind: str, name: str, status: str, counts: dict[str, int]) -> None:
    """Called after every job, whatever its outcome; `kind` is sync, reconcile or delivery. No patient data."""


@hookspec
def hub_item_changed(practice_id: str, item: ItemRow, action: str) -> None:
    """Called after commit for every item that opened, reopened, changed status or value; `action` names it."""


@hookspec
def hub_cli(app: typer.Typer) -> None:
    """Add commands to `hub`; called only when the first word of the command line is none of the hub's own."""
