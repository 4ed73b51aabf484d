"""Create and upgrade the schema with Alembic, in one transaction; refuse a database newer than the program."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from hub.errors import SettingsError
from hub.store.store import Store

HEAD = "0002"
_TABLE = "alembic_version"


def current_revision(connection: Connection) -> str | None:
    """The revision of the database; None for an empty one. Cheap: does not import Alembic."""
    if not inspect(connection).has_table(_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608


def require_current(store: Store) -> None:
    """Raise SettingsError unless the schema is exactly what this program writes."""
    with store.read() as connection:
        revision = current_revision(connection)
    if revision == HEAD:
        return
    if revision is None:
        raise SettingsError("HUB-D07", f'{store.label} has no hub tables yet; run "hub init"')
    if revision > HEAD:
        raise SettingsError(
            "HUB-D08",
            f"{store.label} was written by a newer hub (schema {revision}, this program knows {HEAD}); install the newer version",
        )
    raise SettingsError(
        "HUB-D09", f'{store.label} has schema {revision}, this program needs {HEAD}; back it up, then run "hub init"'
    )


def upgrade(store: Store) -> str:
    """Bring the schema to HEAD and return the revision it had before ("" for a new database). All or nothing."""
    with store.write() as connection:
        before = current_revision(connection)
        if before is not None and before > HEAD:
            raise SettingsError(
                "HUB-D08", f"{store.label} was written by a newer hub (schema {before}); install the newer version"
            )
        if before != HEAD:
            _run_alembic(connection)
    return before or ""


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
