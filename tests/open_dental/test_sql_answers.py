"""The demo's server answers queries from SQLite: the same cells as MariaDB gives for every query of the connector."""

from __future__ import annotations

from datetime import datetime

import pytest

from connectors.open_dental.render import Version, select_page
from connectors.open_dental.shape import Query
from connectors.open_dental.streams import QUERIES
from hub.demo.open_dental import OpenDental
from hub.demo.open_dental.sql_answers import SqlAnswers
from tests.open_dental.office.mariadb import Loaded


@pytest.fixture(scope="module")
def answers(untouched_office: OpenDental) -> SqlAnswers:
    return SqlAnswers(untouched_office.copy())


def everything(office: OpenDental) -> Version:
    """Every column there is, each of them taken for indexed."""
    names = {f"{table.name}.{column.name}" for table in office.schema.values() for column in table.columns}
    return Version(frozenset({*names, *(f"{name}!" for name in names), *office.schema}))


@pytest.mark.mariadb
@pytest.mark.parametrize("query", QUERIES, ids=[query.name for query in QUERIES])
def test_sqlite_says_what_mariadb_says(answers: SqlAnswers, untouched_mariadb: Loaded, query: Query) -> None:
    sql = f"{select_page(query, everything(untouched_mariadb.office))} ORDER BY t.{query.key}"
    ours = [tuple(map(str, row.values())) for row in answers(sql)]
    assert ours == [tuple(map(str, row)) for row in untouched_mariadb.query(sql.replace("%", "%%"), [])]
    assert ours or query.name == "office_days"


def test_it_tells_its_tables_columns_and_indexes(answers: SqlAnswers) -> None:
    told = answers(
        "SELECT DISTINCT LOWER(table_name) AS a, column_name AS b FROM information_schema.statistics"
        " WHERE table_schema = DATABASE() AND seq_in_index = 1 AND table_name = 'patplan' ORDER BY a, b LIMIT 100 OFFSET 0"
    )
    assert {"a": "patplan", "b": "PatPlanNum"} in told


def test_what_the_office_does_is_answered_at_once(untouched_office: OpenDental) -> None:
    office = untouched_office.copy()
    answers = SqlAnswers(office)
    moved, gone = office.keys("appointment")[:2]
    office.move_appointment(moved, datetime(2026, 5, 4, 9, 0))
    office.remove("appointment", gone)
    rows = answers(f"SELECT t.AptNum, t.AptDateTime FROM appointment t WHERE t.AptNum IN ({moved}, {gone})")
    assert rows == [{"AptNum": moved, "AptDateTime": "2026-05-04 09:00:00"}]
