"""The made-up office for tests: in memory, in MariaDB, behind its REST API. Imported by `tests/open_dental/conftest.py`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date

import pymysql
import pytest

from hub.demo.open_dental import OpenDental, make_office
from tests.open_dental.office.mariadb import Loaded, connect, load

TODAY = date(2026, 3, 10)


@pytest.fixture(scope="session")
def untouched_office() -> OpenDental:
    """The office that no test may change."""
    return make_office(today=TODAY)


@pytest.fixture
def office(untouched_office: OpenDental) -> OpenDental:
    """An office of one's own, to change."""
    return untouched_office.copy()


def need_mariadb() -> None:
    """Without a server: a skip with the reason, or a failure where CI demands one."""
    try:
        connect().close()
    except pymysql.err.OperationalError as error:
        if os.environ.get("HUB_REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no MariaDB server answers ({type(error).__name__}); set HUB_TEST_MARIADB to run this test")


@pytest.fixture(scope="session")
def untouched_mariadb(untouched_office: OpenDental) -> Iterator[Loaded]:
    """The untouched office in a database that no test may change. Mark the test `mariadb`."""
    need_mariadb()
    loaded = load(untouched_office)
    yield loaded
    loaded.close()


@pytest.fixture
def in_mariadb() -> Iterator[Callable[[OpenDental], Loaded]]:
    """A function that loads an office of one's own; its later changes are made in the database too. Mark the test `mariadb`."""
    need_mariadb()
    made: list[Loaded] = []

    def put(office: OpenDental) -> Loaded:
        made.append(load(office))
        office.mirror(made[-1])
        return made[-1]

    yield put
    for loaded in made:
        loaded.close()
