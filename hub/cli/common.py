"""What the commands share: opening the hub, plain tables, progress lines, exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from hub.app import App, open_app, open_plugins
from hub.cli.left_over import refuse_left_over
from hub.config import find_config, load_config
from hub.errors import SettingsError
from hub.log import printable
from hub.plugin_host import Plugins, load_plugins

DONE, PROBLEMS, NOT_STARTED, BUSY = 0, 1, 2, 3


@contextmanager
def opened(config: Path | None, *, talkative: bool = False) -> Iterator[App]:
    """The hub, closed again on leaving. `talkative`: the service. Raises SettingsError HUB-D10, whatever is asked of it."""
    refuse_left_over(config, also_beside_a_service=talkative)
    app = open_app(config, talkative=talkative)
    try:
        yield app
    finally:
        app.close()


def plugins_for_commands(config: Path | None) -> Plugins:
    """The plugins with or without a configuration."""
    try:
        return open_plugins(load_config(find_config(config)))
    except SettingsError:
        return load_plugins()


def say(text: str = "") -> None:
    typer.echo(printable(text))


def complain(text: str) -> None:
    typer.echo(printable(text), err=True)


def table(
    head: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = (), wrap: int | None = None
) -> None:
    """Columns of text; on a terminal the column `wrap` is folded to the window, elsewhere lines stay whole."""
    if sys.stdout.isatty() and wrap is not None:
        _rich_table(head, rows, right, wrap)
        return
    texts = [[_one_line(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[n]) for row in texts) for n in range(len(head))]
    for row in texts:
        cells = [
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def _one_line(cell: object) -> str:
    return printable(str(cell)).replace("\n", " ")


def _rich_table(head: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int], wrap: int) -> None:
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for n, name in enumerate(head):
        drawn.add_column(
            name,
            justify="right" if n in right else "left",
            overflow="fold" if n == wrap else "ellipsis",
            no_wrap=n != wrap,
        )
    for row in rows:
        drawn.add_row(*[_one_line(cell) for cell in row])
    Console(highlight=False, markup=False).print(drawn)
