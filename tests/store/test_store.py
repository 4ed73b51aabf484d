"""The same promises on encrypted SQLite, plain SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text

from hub.errors import HubBug, SettingsError
from hub.model import ENTITIES, METADATA, TABLES
from hub.store import Store, require_current, upgrade
from hub.store.bulk import chunks, write_rows
from hub.store.upgrade import HEAD

PATIENT = ENTITIES["patient"]
SHARED = {
    "practice_id": "main", "source": "pms", "stream": "patients", "run_id": 1, "observed_at": "2026-03-10 15:00:00.000000",
}  # fmt: skip
COLUMNS = ("source_key", "fingerprint", "last_name", "birth_date", "balance_cents", "is_test")


def _patients(connection) -> list[tuple]:
    c = PATIENT.c
    return [
        tuple(row)
        for row in connection.execute(
            select(c.source_key, c.last_name, c.birth_date, c.balance_cents, c.is_test).order_by(c.source_key)
        )
    ]


def test_bulk_rows_come_back_as_they_went_in(store: Store) -> None:
    rows = [
        ("1", 11, "O'Neil; DROP TABLE patient", "1981-04-09", -1205, True),
        ("2", 12, "de la Cruz, María José 🦷", None, None, None),
    ]
    with store.write() as connection:
        assert write_rows(connection, PATIENT, COLUMNS, rows, SHARED) == 2
    with store.read() as connection:
        assert _patients(connection) == [
            ("1", "O'Neil; DROP TABLE patient", date(1981, 4, 9), -1205, True),
            ("2", "de la Cruz, María José 🦷", None, None, None),
        ]
        assert connection.execute(select(PATIENT.c.observed_at)).first()[0] == datetime(2026, 3, 10, 15, tzinfo=UTC)


def test_writing_the_same_key_again_updates_and_never_doubles(store: Store) -> None:
    with store.write() as connection:
        write_rows(connection, PATIENT, COLUMNS, [("1", 11, "Lopez", None, 100, None)], SHARED)
        write_rows(connection, PATIENT, COLUMNS, [("1", 12, "Lopez-Diaz", None, 200, None)], {**SHARED, "run_id": 2})
    with store.read() as connection:
        assert _patients(connection) == [("1", "Lopez-Diaz", None, 200, None)]


def test_keeping_the_old_row_reports_how_many_were_new(store: Store) -> None:
    with store.write() as connection:
        write_rows(connection, PATIENT, COLUMNS, [("1", 11, "Lopez", None, 100, None)], SHARED)
        again = [("1", 12, "Other", None, 1, None), ("2", 13, "Kim", None, 2, None)]
        assert write_rows(connection, PATIENT, COLUMNS, again, SHARED, "nothing") == 1
        assert _patients(connection)[0][1] == "Lopez"


def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ValueError), store.write() as connection:
        write_rows(connection, PATIENT, COLUMNS, [("1", 11, "Lopez", None, 100, None)], SHARED)
        raise ValueError
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(PATIENT)).scalar() == 0


def test_money_beyond_32_bits_and_signed_fingerprints_survive(store: Store) -> None:
    with store.write() as connection:
        write_rows(connection, PATIENT, COLUMNS, [("1", -(2**63), "A", None, 999_999_999_99, None)], SHARED)
    with store.read() as connection:
        assert tuple(connection.execute(select(PATIENT.c.fingerprint, PATIENT.c.balance_cents)).one()) == (
            -(2**63),
            99_999_999_999,
        )


def test_a_bulk_constant_that_is_no_plain_name_is_refused(store: Store) -> None:
    with pytest.raises(HubBug, match="HUB-B02"), store.write() as connection:
        write_rows(
            connection,
            PATIENT,
            COLUMNS,
            [("1", 1, "A", None, None, None)],
            {**SHARED, "source": "x'); drop table patient; --"},
        )


def test_upgrade_twice_changes_nothing_and_models_equal_the_schema(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert upgrade(store) == HEAD
    require_current(store)
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_newer_schema_is_refused(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SettingsError, match="HUB-D08.*newer hub"):
        require_current(store)
    with pytest.raises(SettingsError, match="HUB-D08"):
        upgrade(store)


def test_every_fact_carries_practice_source_and_provenance() -> None:
    for name, table in ENTITIES.items():
        assert [column.name for column in table.primary_key] == ["practice_id", "source", "source_key"], name
        assert {"run_id", "observed_at", "blob_id", "locator", "fingerprint", "deleted_at"} <= set(table.c.keys()), name
    without_practice = {name for name, table in TABLES.items() if "practice_id" not in table.c}
    assert without_practice == {"blob_part", "schedule_state"}, "every row belongs to a practice"


def test_no_column_holds_a_float_where_money_is_meant() -> None:
    floats = [(t.name, c.name) for t in METADATA.tables.values() for c in t.c if c.type.python_type is float]
    assert sorted(floats) == [
        ("work_item", n) for n in ("score_likelihood", "score_risk", "score_urgency", "score_value")
    ]


def test_chunks_cover_every_key_once() -> None:
    keys = [str(n) for n in range(2001)]
    assert [key for chunk in chunks(keys) for key in chunk] == keys
    assert max(len(chunk) for chunk in chunks(keys)) <= 900
