"""A practice with site plugins beside its hub.toml."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from hub.app import App, open_app
from hub.cli.setup import prepare
from hub.clock import FixedClock
from hub.config import load_config
from hub.model import TABLES

CONFIG = """
[hub]
plugins_dir = "plugins"
[store]
encrypt = false
[[practice]]
id = "main"
name = "Lakeside Dental"
timezone = "America/Chicago"
"""


def office(folder: Path, config: str, files: dict[str, str]) -> App:
    """A practice with these files beside its hub.toml, on Tuesday 2026-03-10."""
    for name, text in {"hub.toml": CONFIG + config, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    prepare(load_config(folder / "hub.toml"))
    return open_app(folder / "hub.toml", FixedClock(datetime(2026, 3, 10, 15, tzinfo=UTC)))


def rows(app: App, table: str, *columns: str) -> list[tuple[object, ...]]:
    with app.store.read() as connection:
        query = select(*[TABLES[table].c[name] for name in columns]).order_by(*[TABLES[table].c[name] for name in columns])
        return [tuple(row) for row in connection.execute(query)]
