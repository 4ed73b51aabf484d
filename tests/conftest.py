"""What every test may use: an open store on each backend, a fixed clock, a practice that was read, the samples where they lie."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from hub.clock import FixedClock
from hub.store import Store, make_key, open_store, upgrade

if TYPE_CHECKING:
    import psycopg
    from faults.practice_runs import Practice

POSTGRES = os.environ.get("HUB_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
SAMPLES = Path(__file__).resolve().parent.parent.parent / "shared" / "samples"


@pytest.fixture
def clock() -> FixedClock:
    """Tuesday 2026-03-10, 15:00 UTC: the day of every worked example."""
    return FixedClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlcipher", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty, current store on each of the three backends."""
    if request.param == "postgres":
        yield from _postgres_store(request.getfixturevalue("postgres_template"))
    else:
        yield from _copy(request.getfixturevalue(f"{request.param}_template"), tmp_path)


@pytest.fixture
def plain_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store on plain SQLite, where the backend does not matter."""
    yield from _copy(sqlite_template, tmp_path)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded, empty database that others are copies of: a copy takes a hundredth of what the migrations take."""
    return _upgraded(tmp_path_factory.mktemp("plain"), encrypt=False)


@pytest.fixture(scope="session")
def sqlcipher_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, encrypted, with its key beside it."""
    return _upgraded(tmp_path_factory.mktemp("encrypted"), encrypt=True)


def _upgraded(folder: Path, encrypt: bool) -> Path:
    if encrypt:
        make_key(folder)
    made = open_store(folder, encrypt=encrypt)
    upgrade(made)
    made.close()
    return folder


def _copy(template: Path, folder: Path) -> Iterator[Store]:
    for file in template.iterdir():
        shutil.copy2(file, folder)
    opened = open_store(folder, encrypt=(template / "hub.key").exists())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def fresh_practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """A small practice on disk, initialised, nothing read. Never run it: copy it."""
    from faults.practice_runs import make_small_practice

    return make_small_practice(tmp_path_factory.mktemp("fresh") / "office")


@pytest.fixture(scope="session")
def read_office(fresh_practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """The same after its first run, for commands that only read. Copy it before anything is written."""
    from faults.practice_runs import copy_of

    made = copy_of(fresh_practice, tmp_path_factory.mktemp("read") / "office")
    said = made.hub("run")
    assert said.code == 0, said.err
    return made


@pytest.fixture
def practice(read_office: Practice, tmp_path: Path) -> Practice:
    """A copy of it that a test may change."""
    from faults.practice_runs import copy_of

    return copy_of(read_office, tmp_path / "office")


def _admin() -> psycopg.Connection[tuple[object, ...]]:
    """A connection that may make databases. Without a server: a skip with the reason, or a failure where CI demands one."""
    import psycopg

    try:
        plain = POSTGRES.replace("postgresql+psycopg://", "postgresql://")
        return psycopg.connect(plain, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if os.environ.get("HUB_REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no PostgreSQL server answers ({type(error).__name__}); set HUB_TEST_POSTGRES to run this test")


def _open_postgres(name: str) -> Store:
    return open_store(Path(), POSTGRES.rsplit("/", 1)[0] + f"/{name}")


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """An upgraded, empty database that others are copies of: copying takes a tenth of what the migrations take."""
    name = f"hub_template_{uuid4().hex[:12]}"
    with _admin() as admin:
        admin.execute(f'create database "{name}"')
        made = _open_postgres(name)
        upgrade(made)
        made.close()
        yield name
        admin.execute(f'drop database "{name}" with (force)')


def _postgres_store(template: str) -> Iterator[Store]:
    """A database of its own per test."""
    name = f"hub_test_{uuid4().hex[:12]}"
    with _admin() as admin:
        admin.execute(f'create database "{name}" template "{template}"')
        opened = _open_postgres(name)
        try:
            yield opened
        finally:
            opened.close()
            admin.execute(f'drop database "{name}" with (force)')
