"""Before the database is opened: does what a crash left beside it belong to it?

Asked by every command: SQLite puts the two together when the last connection is closed, also of one that only reads. Only
while no service runs: beside a running one `hub.db-wal` is there rightly, and looking at a large database takes seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hub.config import Config, find_config, load_config
from hub.schedule.health import HEALTH_NAME, is_alive, read_health
from hub.store import DATABASE_FILE
from hub.store.left_over import refuse_mixed


def refuse_left_over(config_path: Path | None, *, also_beside_a_service: bool = False) -> None:
    """For every command. Raises SettingsError HUB-D10."""
    config = load_config(find_config(config_path))
    if also_beside_a_service or not is_alive(read_health(config.data_dir / HEALTH_NAME), datetime.now(UTC)):
        refuse_mixed_files(config)


def refuse_mixed_files(config: Config) -> None:
    """Also when a service seems to run. Raises SettingsError HUB-D10."""
    if not config.store.url:
        refuse_mixed(config.data_dir / DATABASE_FILE, config.store.encrypt)
