"""One made-up office read by the three ways in, all at the office's own clock: by API, by SQL, from saved query results.

Shared by the acceptance tests of Open Dental. The database server tells the office's time (`at_the_offices_clock`), so that
what depends on today is the same in every way and on every day on which the tests run.
"""

from __future__ import annotations

import importlib
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import pymysql
import pytest
from sqlalchemy import select

from connectors.open_dental.export.queries import texts
from hub.clock import FixedClock
from hub.config.schema import PracticeSettings, SourceSettings
from hub.contract import Rule
from hub.demo.open_dental import OpenDental
from hub.demo.open_dental.api_server import ApiServer
from hub.model import ENTITIES, TABLES
from hub.model.base import PROVENANCE
from hub.reconcile import ReconcileResult, reconcile
from hub.store import Store, open_store, upgrade
from tests.open_dental.api_hub import CHICAGO, ApiHub
from tests.open_dental.office.mariadb import Loaded
from tests.open_dental.sql_office import Hub

ROOT = Path(__file__).resolve().parents[2]
Facts = dict[str, dict[str, dict[str, object]]]  # entity -> source key -> column -> value


def new_store(folder: Path) -> Store:
    """An empty store on plain SQLite; close it."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = open_store(folder, encrypt=False)
    upgrade(opened)
    return opened


@contextmanager
def at_the_offices_clock(office: OpenDental) -> Iterator[None]:
    """Every session that opens now has `NOW()` at the office's clock; `session_at` sets one that is open already."""
    connect = pymysql.connect

    def at(*args: Any, **how: Any) -> Any:
        connection = connect(*args, **how)
        session_at(connection, office)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pymysql, "connect", at)
        yield


def session_at(connection: Any, office: OpenDental) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION timestamp = UNIX_TIMESTAMP('{office.now:%Y-%m-%d %H:%M:%S}')")


def office_clock(office: OpenDental) -> FixedClock:
    return FixedClock(office.now.replace(tzinfo=CHICAGO).astimezone(UTC))


def by_sql(store: Store, folder: Path, loaded: Loaded, **settings: object) -> Hub:
    return Hub(store, folder, loaded, dict(settings), office_clock(loaded.office))


def queries_of(loaded: Loaded) -> Callable[[str], Iterable[dict[str, object]]]:
    """What answers a ShortQuery of the API: the same office's database."""

    def run(sql: str) -> list[dict[str, object]]:
        with loaded.root.cursor() as cursor:
            cursor.execute(sql)
            names = [each[0] for each in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return run


def by_api(
    store: Store, folder: Path, office: OpenDental, answers: Loaded | None = None
) -> AbstractContextManager[ApiHub]:
    """The API on site, with the permission Queries when a database `answers` them."""

    @contextmanager
    def hub() -> Iterator[ApiHub]:
        allowed = {"ReadAll", "Queries"} if answers else {"ReadAll"}
        run = queries_of(answers) if answers else None
        with ApiServer(office, mode="service", permissions=allowed, run_query=run) as api:
            yield ApiHub(store, folder, office, api)

    return hub()


def by_export(store: Store, folder: Path, loaded: Loaded) -> Hub:
    """The shipped queries run and saved as Open Dental saves them; sync the hub to read them."""
    saved = folder / "exports"
    saved.mkdir(parents=True)
    clock = office_clock(loaded.office)
    for name, sql in texts().items():
        path = saved / name.replace(".sql", ".txt")
        path.write_bytes(_as_open_dental_saves(loaded, sql).encode())
        os.utime(path, (clock.now().timestamp() - 60,) * 2)
    return Hub(store, folder, None, {}, clock)


def _as_open_dental_saves(loaded: Loaded, sql: str) -> str:
    """Tabs, no quoting (what would break it is taken out), Windows line ends (reference 11)."""
    with loaded.root.cursor() as cursor:
        cursor.execute(sql)
        header = [str(column[0]) for column in cursor.description or ()]
        rows = [["" if cell is None else str(cell).replace('"', "").replace("\t", "") for cell in row] for row in cursor]
    return "".join("\t".join(row) + "\r\n" for row in [header, *rows])


def facts_of(store: Store) -> Facts:
    """Every live fact, without how it came here."""
    told: Facts = {}
    with store.read() as connection:
        for entity, table in ENTITIES.items():
            rows = connection.execute(select(table).where(table.c.deleted_at.is_(None))).mappings()
            told[entity] = {
                str(row["source_key"]): {name: value for name, value in row.items() if name not in PROVENANCE}
                for row in rows
            }
    return told


def shipped_rules() -> list[type[Rule]]:
    """Every rule that the distribution names, whatever is installed."""
    named: Mapping[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["hub.plugins"]
    modules = [importlib.import_module(module) for name, module in named.items() if name.startswith("rules-")]
    return [rule for module in modules for rule in module.hub_rules()]


def reconciled(
    store: Store, office: OpenDental, thresholds: Mapping[str, Mapping[str, object]] | None = None
) -> tuple[ReconcileResult, dict[str, dict[str, Any]]]:
    """The answers of every kind, and the items by their dedupe key."""
    practice = PracticeSettings(id="main", name="Test", timezone="America/Chicago")
    source = SourceSettings(name="pms", practice="main", connector="open_dental")
    with store.write() as connection:
        result = reconcile(
            connection, practice, [source], shipped_rules(), thresholds or {}, office_clock(office), None, 1
        )
        table = TABLES["work_item"]
        rows = connection.execute(select(table)).mappings()
        return result, {str(row["dedupe_key"]): dict(row) for row in rows}
