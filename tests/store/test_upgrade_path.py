"""A database of the first version is upgraded in place: nothing is lost, and the schema is then that of a new one."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

import hub.store
from hub.errors import HubBug
from hub.model import METADATA, TABLES
from hub.store import open_store, require_current, upgrade
from hub.store.bulk import write_rows
from hub.store.upgrade import HEAD, current_revision

SHARED = {
    "practice_id": "main", "source": "pms", "stream": "patients", "run_id": 1, "observed_at": "2026-03-10 15:00:00",
}  # fmt: skip
COLUMNS = ("source_key", "fingerprint", "last_name", "balance_cents")


def at_first_version(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(hub.store.__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


def test_a_first_version_keeps_its_rows_and_becomes_current(tmp_path: Path) -> None:
    store = open_store(tmp_path, encrypt=False)
    with store.write() as connection:
        at_first_version(connection)
        write_rows(connection, TABLES["patient"], COLUMNS, [("1", 7, "O'Neil", -12_50)], SHARED)
    assert upgrade(store) == "0001"
    require_current(store)
    patient = TABLES["patient"].c
    with store.read() as connection:
        assert current_revision(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        kept = connection.execute(select(patient.last_name, patient.balance_cents, patient.balance_as_of)).one()
        assert tuple(kept) == ("O'Neil", -12_50, None)
    store.close()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    store = open_store(tmp_path, encrypt=False)
    with store.write() as connection:
        at_first_version(connection)
        connection.execute(text("create table sent_claim (in_the_way integer)"))
    with pytest.raises(HubBug, match="HUB-B01.*rolled back"):
        upgrade(store)
    with store.read() as connection:
        assert current_revision(connection) == "0001"
        names = {row[1] for row in connection.execute(text("pragma table_info(claim)"))}
        assert "follow_up_on" not in names
    store.close()
