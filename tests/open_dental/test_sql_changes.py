"""SQL mode after the first load: what moves no stamp of the row itself, and how much of a table one statement looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.open_dental.settings import OpenDentalSettings
from connectors.open_dental.sql import changed as sql_changed
from connectors.open_dental.sql import office as sql_office
from connectors.open_dental.sql import pages as sql_pages
from connectors.open_dental.sql import pull as sql_pull
from connectors.open_dental.sql.again import is_time
from connectors.open_dental.sql.cursor import Place, place_of
from connectors.open_dental.sql.server import Row, Server
from connectors.open_dental.streams import BY_NAME
from hub.clock import FixedClock
from hub.contract import Checkpoint, Rows, SourceContext
from hub.demo.open_dental import OpenDental, make_office
from hub.store import Store
from tests.open_dental.office.fixtures import TODAY, need_mariadb
from tests.open_dental.office.mariadb import Loaded, load
from tests.open_dental.sql_office import Hub
from tests.open_dental.three_ways import office_clock, reconciled

pytestmark = pytest.mark.mariadb
NIGHT = (time(20), time(6))


@pytest.fixture(scope="module")
def shared() -> Iterator[Loaded]:
    """One office for tests that only add to it."""
    need_mariadb()
    office = make_office(today=TODAY)
    loaded = load(office)
    office.mirror(loaded)
    yield loaded
    loaded.close()


@pytest.fixture
def hub(plain_store: Store, tmp_path: Path, shared: Loaded) -> Hub:
    shared.office.now = shared.query("SELECT NOW()")[0][0]
    return Hub(plain_store, tmp_path, shared)


def office_of(hub: Hub) -> OpenDental:
    assert hub.loaded is not None
    return hub.loaded.office


def days_later(hub: Hub, days: int) -> None:
    hub.clock = FixedClock(hub.clock.now() + timedelta(days=days))


# Claims: the latest entry counts (reference 7.3)


def test_a_later_note_without_a_status_ends_what_an_older_one_put_off(hub: Hub) -> None:
    office = office_of(hub)
    claim = office.insert("claim", PatNum=office.keys("patient")[0], ClaimStatus="S", ClaimType="P")
    called = office.insert("definition", Category=31, ItemName="Called", ItemValue="60")
    user = office.keys("userod")[0]
    for minutes, status, who in ((60, called, user), (5, 0, 0)):
        at = office.now - timedelta(minutes=minutes)
        office.insert("claimtracking", ClaimNum=claim, TrackingType="StatusHistory", TrackingDefNum=status, DateTimeEntry=at)
        office.insert("claimtracking", ClaimNum=claim, TrackingType="ClaimUser", UserNum=who, DateTimeEntry=at)
    hub.sync("claims")
    fact = hub.facts("claim")[str(claim)]
    assert (fact["follow_up_on"], fact["assigned_to"]) == (None, None)


# Edits that no stamp shows


def test_money_of_a_child_that_moved_to_another_family_counts_there(hub: Hub) -> None:
    """+100.00 prepaid in the old family, used up in the new one: nothing is left over in either."""
    office = office_of(hub)
    kind = office.insert("definition", Category=29, ItemName="Prepayment", ItemValue="")
    old, new = (office.insert("patient", LName=name, FName="Ann") for name in ("Oldfamily", "Newfamily"))
    child = office.insert("patient", LName="Child", FName="Bo", Guarantor=old)
    for parent in (old, new):
        office.change("patient", parent, Guarantor=parent)
    day = TODAY - timedelta(days=200)
    office.insert("paysplit", PatNum=child, SplitAmt=Decimal("100"), DatePay=day, UnearnedType=kind)
    hub.clock = office_clock(office)
    hub.sync("patients", "payments", "procedures")

    def listed() -> set[str]:
        items = reconciled(hub.store, office)[1].values()
        return {str(row["subject"]) for row in items if (row["code"], row["status"]) == ("DEPOSIT-UNAPPLIED", "OPEN")}

    assert f"patient:pms:{old}" in listed()
    office.change("patient", child, Guarantor=new)
    office.insert("paysplit", PatNum=new, SplitAmt=Decimal("-100"), DatePay=day, UnearnedType=kind)
    hub.sync("patients", "payments", "procedures")
    assert listed() & {f"patient:pms:{old}", f"patient:pms:{new}", f"patient:pms:{child}"} == set()


def test_an_aging_run_that_finds_the_same_balances_makes_them_of_its_day(hub: Hub) -> None:
    office = office_of(hub)
    preference = next(int(str(row["PrefNum"])) for row in office.rows["preference"] if row["PrefName"] == "DateLastAging")
    office.change("preference", preference, ValueString="2026-03-01")
    hub.sync("accounts")
    assert {fact["as_of"] for fact in hub.facts("account").values()} == {date(2026, 3, 1)}
    office.change("preference", preference, ValueString="2026-03-10")
    result = hub.sync("accounts")
    assert {fact["as_of"] for fact in hub.facts("account").values()} == {date(2026, 3, 10)}
    assert result.counts.deleted == 0
    assert hub.sync("accounts").counts.changed == 0


def test_a_carrier_that_is_renamed_is_renamed_on_its_claims(hub: Hub) -> None:
    office = office_of(hub)
    carrier = office.insert("carrier", CarrierName="Old Dental", Phone="555-0100")
    plan = office.insert("insplan", CarrierNum=carrier)
    claim = office.insert("claim", PatNum=office.keys("patient")[0], ClaimStatus="S", ClaimType="P", PlanNum=plan)
    hub.sync("claims")
    hub.loaded.query("UPDATE insplan SET SecDateTEdit = '2026-01-05 10:00:00'")  # type: ignore[union-attr]
    office.change("carrier", carrier, CarrierName="New Dental")
    hub.sync("claims")
    assert hub.facts("claim")[str(claim)]["payer_name"] == "New Dental"


def test_what_a_deleted_claim_line_left_behind_is_put_right_within_a_week(hub: Hub) -> None:
    office = office_of(hub)
    work = office.insert("procedurelog", PatNum=office.keys("patient")[0], ProcFee=Decimal("100"), UnitQty=1, ProcStatus=1)
    estimate = office.insert("claimproc", ProcNum=work, Status=6, InsPayEst=Decimal("50"))
    hub.sync("procedures")
    hub.loaded.query("UPDATE procedurelog SET DateTStamp = '2026-01-05 10:00:00'")  # type: ignore[union-attr]  # not young
    office.remove("claimproc", estimate)
    days_later(hub, 6)
    hub.sync("procedures")
    assert hub.facts("procedure")[str(work)]["est_ins_cents"] == 5000
    days_later(hub, 8)
    hub.sync("procedures")
    assert hub.facts("procedure")[str(work)]["est_ins_cents"] == 0


@pytest.mark.parametrize(
    ("days", "hour", "expected"),
    [(6, 23, False), (7, 12, False), (7, 23, True), (8, 5, True), (13, 12, False), (14, 12, True)],
)
def test_everything_is_read_again_in_the_night_of_the_seventh_day_or_after_twice_that(days: int, hour: int, expected: bool) -> None:
    """Chicago is five hours behind UTC in summer."""
    read = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
    now = datetime(2026, 7, 1, hour, 0, tzinfo=UTC) + timedelta(days=days, hours=5)
    place = Place("rest", mark="2026-07-01 00:00:00", whole_at=read.isoformat())
    assert is_time(place, now, "America/Chicago", 7, NIGHT) is expected
    assert is_time(replace(place, whole_at=""), now, "America/Chicago", 7, NIGHT), "a cursor of before knows no such day"


def test_a_place_survives_being_written_down() -> None:
    place = Place("changes", after=-5, stamp=2, since="2026-01-05 10:00:00", again=2**62, seen="2026-03-10", whole_at="x")
    assert place_of(place.told()) == place


def context(hub: Hub) -> tuple[SourceContext, OpenDentalSettings]:
    settings = OpenDentalSettings.model_validate({**hub.source_settings(), "page_rows": 25})
    return SourceContext("main", "pms", "America/Chicago", settings, hub.clock, hub.base), settings


def test_reading_everything_again_goes_on_where_it_was_stopped(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_pull, "BATCH_ROWS", 50)
    ctx, settings = context(hub)
    cursor = _last_cursor(list(sql_pull.pull(BY_NAME["patients"], None, ctx, settings)))
    # a stamp of long ago: no row is young, so all rows that come are read again
    cursor["mark"] = "2037-01-01 00:00:00"
    days_later(hub, 20)
    ctx, settings = context(hub)
    first = []
    for part in sql_pull.pull(BY_NAME["patients"], cursor, ctx, settings):
        first.append(part)
        if isinstance(part, Checkpoint):
            assert not part.complete
            ctx.stop.set()
    ctx, settings = context(hub)
    rest = list(sql_pull.pull(BY_NAME["patients"], _last_cursor(first), ctx, settings))
    assert 50 <= len(_told(first)) < 100
    assert sorted([*_told(first), *_told(rest)]) == sorted(office_of(hub).keys("patient"))
    done = rest[-1]
    assert isinstance(done, Checkpoint) and done.complete and done.cursor["again"] is None
    again = list(sql_pull.pull(BY_NAME["patients"], dict(done.cursor) | {"mark": "2037-01-01 00:00:00"}, ctx, settings))
    assert _told(again) == []


def _told(parts: list[object]) -> list[int]:
    """The keys of the stream's own rows."""
    return [int(str(row[0])) for part in parts if isinstance(part, Rows) and part.mapping is None for row in part.rows]


def _last_cursor(parts: list[object]) -> dict[str, object]:
    return [dict(part.cursor) for part in parts if isinstance(part, Checkpoint)][-1]


# How much one statement looks at


@pytest.mark.parametrize("name", list(BY_NAME))
def test_rows_that_others_name_are_never_asked_for_in_one_statement(name: str) -> None:
    stamps = [stamp for stamp in BY_NAME[name].stamps if "SELECT" in stamp]
    assert all(sql_changed._BY_OTHERS.fullmatch(stamp) for stamp in stamps)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Rows and index entries that the server handed to each statement, but for those about its own catalogue."""
    seen: list[tuple[int, str]] = []
    rows = Server.rows

    def handed(server: Server) -> int:
        return sum(int(row[1]) for row in rows(server, "SHOW SESSION STATUS LIKE 'Handler_read%'"))

    def counted(server: Server, sql: str) -> list[Row]:
        if "information_schema" in sql or not sql.startswith("SELECT"):
            return rows(server, sql)
        before = handed(server)
        told = rows(server, sql)
        seen.append((handed(server) - before, sql))
        return told

    monkeypatch.setattr(Server, "rows", counted)
    return seen


STATUS_ROWS = 100  # what SHOW STATUS itself hands out


def test_no_statement_walks_through_a_table_to_look_for_young_rows(
    hub: Hub, looked_at: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """commlog.DateTStamp has no index (reference 6.3): 30,000 rows in ranges of at most 1,000, among them far-off keys."""
    monkeypatch.setattr(sql_pages, "_MOST", 1000)
    loaded, far = hub.loaded, 4 * 10**18
    assert loaded is not None
    patient = office_of(hub).keys("patient")[0]
    loaded.query(
        "INSERT INTO commlog (CommlogNum, PatNum, CommDateTime, Mode_, Note, DateTStamp)"
        f" SELECT IF(MOD(seq, 3) = 0, {far} + seq * 10000000, 1000000 + seq), {patient}, '2026-03-01 10:00:00', 3, '', '2026-01-05 10:00:00'"
        " FROM seq_1_to_30000"
    )
    first = hub.sync("contacts")
    assert first.counts.new >= 30_000
    assert max(count for count, _ in looked_at) < 1000 * 2 + STATUS_ROWS  # a row and its user
    looked_at.clear()
    assert hub.sync("contacts").counts.changed == 0
    assert max(count for count, _ in looked_at) < 1000 + STATUS_ROWS
    key = far + 29_997 * 10_000_000
    loaded.query(f"UPDATE commlog SET Mode_ = 5 WHERE CommlogNum IN ({key}, 1000001)")
    assert hub.sync("contacts").counts.changed == 2
    facts = hub.facts("comm_event")
    assert (facts[str(key)]["channel"], facts["1000001"]["channel"]) == ("TEXT", "TEXT")
    loaded.query("DELETE FROM commlog WHERE Note = ''")


def test_a_stamp_with_an_index_looks_at_the_young_rows_only(hub: Hub, looked_at: list[tuple[int, str]]) -> None:
    loaded = hub.loaded
    assert loaded is not None
    loaded.query(
        "INSERT INTO procedurelog (ProcNum, PatNum, ProcStatus, DateTStamp) SELECT 5000000 + seq, 1, 3, '2026-01-05 10:00:00'"
        " FROM seq_1_to_8000"
    )
    for table in ("procedurelog", "claimproc", "adjustment", "procmultivisit"):
        stamp = office_of(hub).schema[table].stamp
        loaded.query(f"UPDATE {table} SET {stamp} = '2026-01-05 10:00:00'")
    hub.sync("procedures")
    looked_at.clear()
    loaded.query("UPDATE procedurelog SET ProcFee = 77 WHERE ProcNum IN (5000001, 5008000)")
    assert hub.sync("procedures").counts.changed == 2
    assert sum(count for count, _ in looked_at) < 20 * STATUS_ROWS
    loaded.query("DELETE FROM procedurelog WHERE ProcNum > 5000000 AND ProcNum <= 5008000")


def test_edits_arrive_whichever_way_the_rows_are_looked_for(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """No table counts as small and three changed rows are many already: by index, in ranges, by rows of others."""
    monkeypatch.setattr(sql_office, "_SMALL", sql_office._SMALL.replace("<= 5000", "< 0"))
    monkeypatch.setattr(sql_changed, "FEW", 3)
    office = office_of(hub)
    patient = office.keys("patient")[0]
    work = [office.insert("procedurelog", PatNum=patient, ProcFee=Decimal("100"), UnitQty=1, ProcStatus=1) for _ in range(6)]
    estimates = [office.insert("claimproc", ProcNum=key, Status=6, InsPayEst=Decimal("50")) for key in work]
    pays = [office.insert("payment", PatNum=patient, PayAmt=Decimal("10")) for _ in range(6)]
    splits = [office.insert("paysplit", PayNum=key, PatNum=patient, SplitAmt=Decimal("10"), DatePay=TODAY) for key in pays]
    hub.sync("procedures", "payments")
    for estimate, pay in zip(estimates, pays, strict=True):
        office.change("claimproc", estimate, InsPayEst=Decimal("80"))
        office.change("payment", pay, CheckNum="C7")
    hub.sync("procedures", "payments")
    facts, entries = hub.facts("procedure"), hub.facts("ledger_entry")
    assert {facts[str(key)]["est_ins_cents"] for key in work} == {8000}
    assert {entries[f"split:{key}"]["external_ref"] for key in splits} == {"C7"}
