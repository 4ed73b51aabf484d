"""The check of SQL mode: what an account may do, whose clock it is, what this version lacks, and how errors are told."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.open_dental.settings import OpenDentalSettings
from connectors.open_dental.sql.check import probes
from connectors.open_dental.sql.grants import too_much, wanted
from connectors.open_dental.sql.pages import Pace, Walked, pages
from connectors.open_dental.sql.server import Server, fault
from hub.contract import Probe
from hub.errors import AuthError, HubError, SettingsError, SourceChanged, Unavailable
from tests.open_dental.office.mariadb import Loaded

GRANTS = [
    ("reading only", ["GRANT USAGE ON *.* TO `hub_ro`@`10.0.0.5` IDENTIFIED BY PASSWORD '*81F5E21E35407D884A6CD4A731AEBFB6AF209E1B'",
                      "GRANT SELECT ON `opendental`.* TO `hub_ro`@`10.0.0.5`"], ()),
    ("single columns", ["GRANT SELECT (PatNum, LName) ON `opendental`.`patient` TO 'hub_ro'@'%'"], ()),
    ("writing", ["GRANT SELECT, INSERT, UPDATE ON `opendental`.* TO 'hub'@'%'"], ("INSERT", "UPDATE")),
    ("root", ["GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION"], ("ALL PRIVILEGES", "GRANT OPTION")),
    ("columns that may be written", ["GRANT SELECT, UPDATE (Note) ON `opendental`.`claim` TO 'hub'@'%'"], ("UPDATE",)),
    ("files and other people's statements", ["GRANT FILE, PROCESS ON *.* TO 'hub'@'%'"], ("FILE", "PROCESS")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "expected"), GRANTS, ids=[case[0] for case in GRANTS])
def test_what_is_more_than_reading(name: str, lines: Sequence[str], expected: tuple[str, ...]) -> None:
    assert too_much(lines) == expected


def test_the_advice_is_a_statement_that_can_be_run_once_the_address_is_filled_in() -> None:
    assert wanted("opendental", "hub_ro") == (
        "REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'hub_ro'@'<address of this computer>';"
        " GRANT SELECT ON opendental.* TO 'hub_ro'@'<address of this computer>';"
    )


@pytest.mark.parametrize(
    ("number", "kind"),
    [(1045, AuthError), (1044, AuthError), (1049, SettingsError), (1146, SourceChanged), (1142, SourceChanged), (2013, Unavailable),
     (1205, Unavailable), (1969, Unavailable), (3024, Unavailable), (145, Unavailable), (0, Unavailable)],
)  # fmt: skip
def test_every_error_number_has_a_class(number: int, kind: type[HubError]) -> None:
    assert type(fault(number, "pms")) is kind


def test_pages_grow_and_shrink_with_the_time_they_take() -> None:
    pace = Pace(500, 0.05)
    pace.learn(500, 0.1)
    assert pace.rows == 250
    pace.learn(250, 5.0)
    assert pace.rows == 125  # at most halved
    pace.learn(125, 0.04)
    assert pace.rows == 156
    pace.learn(156, 0.001)
    assert pace.rows == 312  # at most doubled
    for _ in range(20):
        pace.learn(pace.rows, 10.0)
    assert pace.rows == 10


class Asked:
    """Answers statements as a server with these keys would; most rows lie far apart and only every tenth is wanted."""

    def __init__(self, keys: list[int]) -> None:
        self.keys, self.statements = sorted(keys), list[str]()
        self.looked_at: list[int] = []

    def rows(self, sql: str) -> list[tuple[str]]:
        self.statements.append(sql)
        beyond, upto = (re.search(rf"K {sign} (-?\d+)", sql) for sign in (">", "<="))
        left = [key for key in self.keys if beyond is None or key > int(beyond[1])]
        if (end := re.search(r"LIMIT 1 OFFSET (\d+)", sql)) is not None:
            return [(str(key),) for key in left[int(end[1]) : int(end[1]) + 1]]
        left = [key for key in left if upto is None or key <= int(upto[1])]
        self.looked_at.append(len(left))
        return [(str(key),) for key in left if self.keys.index(key) % 10 == 0]


def walked(server: Asked, width: int, after: int | None = None) -> list[str]:
    ticks = iter(range(100))
    table = Walked("x", "t", "K")
    found = pages(server, "SELECT t.K FROM x t WHERE 1 = 1", table, after, Pace(width, 1.0), threading.Event(), lambda: next(ticks))  # type: ignore[arg-type]
    return [row[0] for page in found for row in page]


def test_pages_are_ranges_of_the_key_however_far_apart_the_keys_lie() -> None:
    """No statement looks at more rows than its page has, though it finds few or none."""
    keys = [*range(-20, 30), *(2**62 + number * 10**15 for number in range(50))]
    server = Asked(keys)
    assert walked(server, 25) == [str(key) for key in keys[::10]]
    assert server.looked_at == [25, 25, 25, 25, 0]
    assert server.statements[0] == "SELECT K FROM x ORDER BY K LIMIT 1 OFFSET 24"
    assert server.statements[1] == "SELECT t.K FROM x t WHERE 1 = 1 AND t.K <= 4\nORDER BY t.K"
    assert " AND t.K > 4 AND t.K <= 29\n" in server.statements[3]
    assert walked(Asked(keys), 30, after=29) == [str(key) for key in keys[50::10]]
    assert walked(Asked([]), 25) == []


def check(loaded: Loaded, account: tuple[str, str], tmp_path: Path, zone: str = "UTC", **more: object) -> dict[str, Probe]:
    way = {"mode": "sql", "host": loaded.host, "port": loaded.port, "database": loaded.name, "tls": "off"}
    settings = OpenDentalSettings.model_validate({**way, "user": account[0], "password": account[1], **more})
    now = datetime.fromisoformat(str(loaded.query("SELECT UTC_TIMESTAMP()")[0][0])).replace(tzinfo=UTC)
    return {probe.name: probe for probe in probes(settings, tmp_path, "pms", zone, now)}


@pytest.mark.mariadb
def test_a_reader_of_a_whole_database_passes(untouched_mariadb: Loaded, tmp_path: Path) -> None:
    found = check(untouched_mariadb, untouched_mariadb.reader, tmp_path, server_zone(untouched_mariadb))
    assert {name: probe.ok for name, probe in found.items()} == {
        f"database {untouched_mariadb.name} on {untouched_mariadb.host}": True, "Open Dental": True, "rights": True, "clock": True,
        "tables": True,
    }  # fmt: skip
    assert found["Open Dental"].detail.startswith("version 25.3")


def server_zone(loaded: Loaded) -> str:
    """A zone that is as far from UTC as the server says it is."""
    hours = round(float(loaded.query("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW())")[0][0]) / 3600)
    return "UTC" if not hours else f"Etc/GMT{-hours:+d}"


@pytest.mark.mariadb
def test_an_account_that_may_write_is_pointed_out_with_the_statement(untouched_mariadb: Loaded, tmp_path: Path) -> None:
    rights = check(untouched_mariadb, untouched_mariadb.writer, tmp_path)["rights"]
    assert not rights.ok
    assert rights.detail == "may do more than read: INSERT, UPDATE, DELETE"
    assert f"GRANT SELECT ON {untouched_mariadb.name}.*" in rights.fix


@pytest.mark.mariadb
def test_a_server_in_another_zone_is_pointed_out(untouched_mariadb: Loaded, tmp_path: Path) -> None:
    far = "Pacific/Kiritimati" if server_zone(untouched_mariadb) != "Etc/GMT-14" else "UTC"
    assert not check(untouched_mariadb, untouched_mariadb.reader, tmp_path, far)["clock"].ok


@pytest.mark.mariadb
def test_a_wrong_password_and_a_wrong_database_are_told_apart(untouched_mariadb: Loaded, tmp_path: Path) -> None:
    wrong = check(untouched_mariadb, (untouched_mariadb.reader[0], "wrong"), tmp_path)
    assert [probe.detail[:7] for probe in wrong.values()] == ["HUB-Q03"]
    assert "wrong" not in str(wrong)
    other = check(untouched_mariadb, untouched_mariadb.reader, tmp_path, database="no_such_office")
    assert [probe.detail[:7] for probe in other.values()] in (["HUB-Q03"], ["HUB-Q04"])  # 1044 without any right on it


@pytest.mark.mariadb
def test_encryption_that_is_required_and_not_offered_is_refused(untouched_mariadb: Loaded, tmp_path: Path) -> None:
    if untouched_mariadb.query("SELECT @@have_ssl")[0][0] == "YES":
        pytest.skip("this server offers encryption")
    found = check(untouched_mariadb, untouched_mariadb.reader, tmp_path, tls="required")
    assert [probe.ok for probe in found.values()] == [False]


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    way = {"mode": "sql", "host": "127.0.0.1", "port": 1, "user": "hub_ro", "connect_seconds": 2}
    settings = OpenDentalSettings.model_validate(way)
    found = probes(settings, tmp_path, "pms", "UTC", datetime(2026, 3, 10, tzinfo=UTC))
    assert [(probe.ok, probe.detail[:7]) for probe in found] == [(False, "HUB-Q08")]


def test_settings_without_a_server_say_so(tmp_path: Path) -> None:
    settings = OpenDentalSettings.model_validate({"mode": "sql"})
    found = probes(settings, tmp_path, "pms", "UTC", datetime(2026, 3, 10, tzinfo=UTC))
    assert [(probe.name, probe.ok) for probe in found] == [("settings", False)]


def test_a_percent_sign_in_a_statement_is_left_alone() -> None:
    class Cursor:
        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *error: object) -> None: ...

        def execute(self, sql: str, *values: object) -> None:
            assert (sql, values) == ("SELECT '%Y'", ())

        def fetchall(self) -> list[tuple[str]]:
            return [("%Y",)]

    class Connection:
        cursor = Cursor

    assert Server(Connection(), "pms").value("SELECT '%Y'") == "%Y"
