"""The made-up office in MariaDB: accepted in the documented types, whole, readable by a SELECT-only account, and one with its mirror."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pymysql
import pytest

from hub.demo.open_dental import OpenDental, make_office
from hub.demo.open_dental.columns import VERSIONS
from tests.open_dental.office.fixtures import TODAY, need_mariadb
from tests.open_dental.office.mariadb import Loaded, connect, counts, load

pytestmark = pytest.mark.mariadb


def test_every_row_arrives(untouched_mariadb: Loaded) -> None:
    office = untouched_mariadb.office
    assert counts(untouched_mariadb, office.rows) == {name: len(rows) for name, rows in office.rows.items()}


def test_engine_charset_and_stamps_are_those_of_a_real_office(untouched_mariadb: Loaded) -> None:
    told = untouched_mariadb.query(
        "SELECT table_name, engine, table_collation FROM information_schema.tables WHERE table_schema = %s",
        [untouched_mariadb.name],
    )
    assert {row[1] for row in told} == {"MyISAM"}
    assert {row[2].split("_")[0] for row in told} == {"utf8mb3"}
    stamps = untouched_mariadb.query(
        "SELECT extra FROM information_schema.columns WHERE table_schema = %s AND column_name IN ('SecDateTEdit', 'DateTStamp')",
        [untouched_mariadb.name],
    )
    assert len(stamps) > 25
    assert {row[0].lower() for row in stamps} == {"on update current_timestamp()"}


def test_types_are_the_documented_ones(untouched_mariadb: Loaded) -> None:
    told = dict(
        untouched_mariadb.query(
            "SELECT CONCAT(table_name, '.', column_name), column_type FROM information_schema.columns WHERE table_schema = %s",
            [untouched_mariadb.name],
        )
    )
    wanted = {
        "patient.PatNum": "bigint(20)", "patient.LName": "varchar(100)", "patient.Birthdate": "date", "claim.ClaimStatus": "char(1)",
        "claim.ClaimFee": "double", "claimproc.Status": "tinyint(4)", "appointment.AptDateTime": "datetime", "procedurelog.DrugQty": "float",
        "refattach.ItemOrder": "smallint(6)", "recall.RecallInterval": "int(11)", "etransmessagetext.MessageText": "mediumtext",
        "procedurelog.ProcTime": "time", "claimproc.SecDateTEdit": "timestamp", "claim.ClaimNote": "varchar(400)",
    }  # fmt: skip
    assert {name: told[name] for name in wanted} == wanted


def test_indexes_are_those_of_section_6(untouched_mariadb: Loaded) -> None:
    told = untouched_mariadb.query(
        "SELECT GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics"
        " WHERE table_schema = %s AND table_name = 'claimproc' GROUP BY index_name",
        [untouched_mariadb.name],
    )
    assert {"SecDateTEdit,PatNum", "ClaimPaymentNum,Status,InsPayAmt", "Status", "ClaimProcNum"} <= {
        row[0] for row in told
    }


def test_cells_survive(untouched_mariadb: Loaded) -> None:
    office = untouched_mariadb.office
    for patient in office.rows["patient"]:
        told = untouched_mariadb.query(
            "SELECT LName, FName, Address2, Birthdate, DateTStamp, EstBalance FROM patient WHERE PatNum = %s",
            [patient["PatNum"]],
        )
        (last, first, address, birth, stamp, balance) = told[0]
        assert (last, first, address, birth, stamp) == tuple(
            patient[name] for name in ("LName", "FName", "Address2", "Birthdate", "DateTStamp")
        )
        assert round(balance * 100) == patient["EstBalance"] * 100
    assert untouched_mariadb.query("SELECT COUNT(*) FROM patient WHERE AdmitDate = '0000-00-00'")[0][0] > 5
    notes = untouched_mariadb.query(
        "SELECT COUNT(*) FROM claim WHERE ClaimNote LIKE '%%\r\n%%' AND ClaimNote LIKE '%%\t%%'"
    )
    assert notes[0][0] > 3


def test_a_reading_account_cannot_write_and_a_writing_one_can(untouched_mariadb: Loaded) -> None:
    with connect(untouched_mariadb.name, *untouched_mariadb.reader) as session, session.cursor() as cursor:
        assert cursor.execute("SELECT PatNum FROM patient") > 300
        with pytest.raises(pymysql.err.OperationalError, match="denied"):
            cursor.execute("UPDATE patient SET LName = 'x' WHERE PatNum = 1")
    with connect(untouched_mariadb.name, *untouched_mariadb.writer) as session, session.cursor() as cursor:
        assert cursor.execute("UPDATE patient SET LName = 'x' WHERE PatNum = -1") == 0


@pytest.fixture(scope="module")
def offices() -> dict[str, OpenDental]:
    return {version: make_office(today=TODAY, version=version) for version in VERSIONS}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_has_its_columns(version: str, offices: dict[str, OpenDental]) -> None:
    need_mariadb()
    loaded = load(offices[version], ("claimproc", "claim", "inssub", "procedurelog", "task", "insplan"))
    try:
        _has_the_columns_of(loaded, version)
    finally:
        loaded.close()


def _has_the_columns_of(loaded: Loaded, version: str) -> None:
    told = {
        row[0]: row[1]
        for row in loaded.query(
            "SELECT CONCAT(table_name, '.', column_name), column_type FROM information_schema.columns WHERE table_schema = %s",
            [loaded.name],
        )
    }
    age = VERSIONS.index(version)
    since = {
        "claimproc.IsOverpay": 1,
        "claim.Narrative": 2,
        "inssub.SecurityHash": 3,
        "procedurelog.NoBillIns": 4,
        "task.Category": 3,
    }
    assert {name for name in since if name in told} == {name for name, first in since.items() if age >= first}
    assert ("task.TriageCategory" in told) == (version in ("23.1", "25.1"))
    assert told["procedurelog.SecDateEntry"] == ("date" if version == "22.1" else "datetime")
    assert told["insplan.GroupNum"] == ("varchar(25)" if age < 3 else "varchar(50)")
    assert counts(loaded, ["procedurelog"])["procedurelog"] == len(loaded.office.rows["procedurelog"])


def test_changes_are_made_in_both_places_and_the_server_moves_the_stamp(
    office: OpenDental, in_mariadb: Callable[[OpenDental], Loaded]
) -> None:
    loaded = in_mariadb(office)
    claim, other = office.keys("claim")[:2]
    before = loaded.query("SELECT SecDateTEdit FROM claim WHERE ClaimNum = %s", [other])[0][0]
    office.change("claim", claim, ClaimStatus="H")
    office.change("claim", other, ClaimStatus=office.row("claim", other)["ClaimStatus"])
    status, stamp, now = loaded.query(
        "SELECT ClaimStatus, SecDateTEdit, NOW() FROM claim WHERE ClaimNum = %s", [claim]
    )[0]
    assert status == "H" and abs((now - stamp).total_seconds()) < 60
    assert loaded.query("SELECT SecDateTEdit FROM claim WHERE ClaimNum = %s", [other])[0][0] == before
    office.remove("claim", claim)
    assert loaded.query("SELECT COUNT(*) FROM claim WHERE ClaimNum = %s", [claim])[0][0] == 0
    assert loaded.query("SELECT COUNT(*) FROM securitylog WHERE PermType = 118 AND FKey = %s", [claim])[0][0] == 1
    office.restore("claim", claim)
    new = office.insert("commlog", PatNum=office.keys("patient")[0], Note="new", CommDateTime=datetime(2026, 3, 10, 9))
    assert counts(loaded, ["claim", "commlog"]) == {
        "claim": len(office.rows["claim"]),
        "commlog": len(office.rows["commlog"]),
    }
    assert loaded.query("SELECT Note FROM commlog WHERE CommlogNum = %s", [new]) == [("new",)]


def test_a_database_is_gone_when_its_test_is_over(untouched_office: OpenDental) -> None:
    need_mariadb()
    loaded = load(untouched_office, ("patient",))
    name, user = loaded.name, loaded.reader[0]
    loaded.close()
    with connect() as session, session.cursor() as cursor:
        assert cursor.execute("SHOW DATABASES LIKE %s", [name]) == 0
        assert cursor.execute("SELECT user FROM mysql.user WHERE user = %s", [user]) == 0
