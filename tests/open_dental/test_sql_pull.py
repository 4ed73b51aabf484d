"""SQL mode against the made-up office in a real MariaDB (MyISAM, no strict mode), through the engine into a store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pymysql
import pytest

from connectors.open_dental.amounts import insurance_share, line_fee, patient_portion, writeoff_share
from connectors.open_dental.settings import OpenDentalSettings
from connectors.open_dental.sql import changed as sql_changed
from connectors.open_dental.sql import pull as sql_pull
from connectors.open_dental.sql.office import earlier
from connectors.open_dental.streams import BY_NAME
from hub.clock import FixedClock
from hub.contract import Checkpoint, Keys, Rows, SourceContext
from hub.demo.open_dental import OpenDental, make_office
from hub.store import Store, open_store, upgrade
from tests.open_dental.office.fixtures import TODAY, need_mariadb
from tests.open_dental.office.mariadb import Loaded, load
from tests.open_dental.sql_office import Hub

pytestmark = pytest.mark.mariadb
Put = Callable[[OpenDental], Loaded]


@pytest.fixture(scope="module")
def shared() -> Iterator[Loaded]:
    """One office in the database for the tests that only add to it, or take a row of theirs away."""
    need_mariadb()
    office = make_office(today=TODAY)
    loaded = load(office)
    office.mirror(loaded)
    yield loaded
    loaded.close()


@pytest.fixture
def hub(plain_store: Store, tmp_path: Path, shared: Loaded) -> Hub:
    """An empty hub and the shared office, whose clock is the server's."""
    shared.office.now = server_now(shared)
    return Hub(plain_store, tmp_path, shared)


@pytest.fixture(scope="module")
def first_load(shared: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub after its first load of everything; not to be changed."""
    folder = tmp_path_factory.mktemp("first_load")
    store = open_store(folder, encrypt=False)
    upgrade(store)
    hub = Hub(store, folder, shared)
    hub.result = hub.sync()
    yield hub
    store.close()


def server_now(loaded: Loaded) -> datetime:
    return loaded.query("SELECT NOW()")[0][0]


def office_of(hub: Hub) -> OpenDental:
    assert hub.loaded is not None
    return hub.loaded.office


def test_the_first_load_brings_every_row_once(first_load: Hub) -> None:
    hub, result = first_load, first_load.result
    assert result is not None
    assert (result.status, result.counts.quarantined, result.counts.filtered) == ("succeeded", 0, 0)
    rows = office_of(hub).rows
    for entity, table in (
        ("patient", "patient"), ("appointment", "appointment"), ("claim", "claim"), ("coverage", "patplan"), ("plan", "insplan"),
        ("payer", "carrier"), ("treatment_case", "treatplan"), ("ins_payment", "claimpayment"), ("recall_due", "recall"),
    ):  # fmt: skip
        assert len(hub.facts(entity)) == len(rows[table]), entity
    completed = sum(row["ProcStatus"] == 2 for row in rows["procedurelog"])
    charges = [fact for fact in hub.facts("ledger_entry").values() if fact["kind"] == "CHARGE"]
    assert len(charges) == completed


def test_what_a_claim_says_is_what_the_row_says(first_load: Hub) -> None:
    hub = first_load
    words = {"U": "DRAFT", "W": "QUEUED", "H": "HOLD_PRIMARY", "I": "HOLD_IN_PROCESS", "S": "SENT", "R": "ADJUDICATED"}
    facts = hub.facts("claim")
    assert {row["ClaimStatus"] for row in office_of(hub).rows["claim"]} >= {"S", "R"}
    for row in office_of(hub).rows["claim"]:
        fact = facts[str(row["ClaimNum"])]
        assert fact["status"] == words[str(row["ClaimStatus"])]
        assert fact["billed_cents"] == int(Decimal(str(row["ClaimFee"])) * 100)
        assert (fact["claim_number"] or "") == row["ClaimIdentifier"]
        assert fact["claim_type"] == ("PREAUTH" if row["ClaimType"] == "PreAuth" else "CLAIM")
        assert fact["patient_key"] == str(row["PatNum"])
        if row["ClaimStatus"] not in ("S", "R"):
            assert fact["last_sent_date"] is None


def test_a_preauthorization_has_no_service_date(first_load: Hub) -> None:
    hub = first_load
    found = [fact for fact in hub.facts("claim").values() if fact["claim_type"] == "PREAUTH"]
    assert found
    assert {fact["service_from"] for fact in found} == {None}


CLAIM_PROCS = [  # of one procedure of 1,255.00 (reference 7.11): rows, insurance, write-off, patient
    ("an estimate", [{"Status": 6, "InsPayEst": 600, "WriteOffEst": 200, "WriteOffEstOverride": -1}], 600, 200, 455),
    ("an override wins", [{"Status": 6, "InsPayEst": 600, "WriteOffEst": 200, "WriteOffEstOverride": 150}], 600, 150, 505),
    ("an override of nothing", [{"Status": 0, "InsPayEst": 600, "WriteOffEst": 200, "WriteOffEstOverride": 0}], 600, 0, 655),
    ("both blank", [{"Status": 6, "InsPayEst": 600, "WriteOffEst": -1, "WriteOffEstOverride": -1}], 600, 0, 655),
    ("paid", [{"Status": 1, "InsPayEst": 600, "InsPayAmt": 500, "WriteOff": 30, "WriteOffEst": 200}], 500, 30, 725),
    ("a preauthorization counts nothing", [{"Status": 2, "InsPayEst": 600, "WriteOffEst": 200}], 0, 0, 1255),
    ("two plans", [{"Status": 1, "InsPayAmt": 500, "WriteOff": 30}, {"Status": 6, "InsPayEst": 100, "WriteOffEst": 25}], 600, 55, 600),
    ("a supplement", [{"Status": 1, "InsPayAmt": 500}, {"Status": 4, "InsPayAmt": 55.5}], 555.5, 0, 699.5),
    ("no insurance", [], 0, 0, 1255),
]  # fmt: skip


def test_the_patient_portion_is_reckoned_alike_by_sql_and_by_python(hub: Hub) -> None:
    office = office_of(hub)
    keys = []
    for number, (_name, rows, *_expected) in enumerate(CLAIM_PROCS):
        keys.append(office.insert("procedurelog", ProcNum=990_000 + number, PatNum=office.keys("patient")[0],
                                  ProcFee=Decimal("1255"), UnitQty=1, ProcStatus=1, DateTP=TODAY))  # fmt: skip
        for row in rows:
            values = {name: Decimal(str(value)) if name != "Status" else value for name, value in row.items()}
            office.insert("claimproc", ProcNum=keys[-1], **values)
    hub.sync("procedures")
    facts = hub.facts("procedure")
    for key, (name, rows, insurance, writeoff, patient) in zip(keys, CLAIM_PROCS, strict=True):
        expected = (round(insurance * 100), round(writeoff * 100), round(patient * 100))
        fact = facts[str(key)]
        assert (fact["est_ins_cents"], fact["est_writeoff_cents"], fact["est_patient_cents"]) == expected, name
        procedure = {"ProcFee": "1255.00", "UnitQty": 1, "BaseUnits": 0}
        told = (insurance_share(rows), writeoff_share(rows), patient_portion(procedure, rows, []))
        assert tuple(round(float(text) * 100) for text in told) == expected, name


def test_units_multiply_the_fee_and_an_adjustment_moves_the_portion(hub: Hub) -> None:
    office = office_of(hub)
    key = office.insert("procedurelog", PatNum=office.keys("patient")[0], ProcFee=Decimal("40.10"), UnitQty=2, BaseUnits=1, ProcStatus=1)
    office.insert("adjustment", ProcNum=key, AdjAmt=Decimal("-20.30"), PatNum=office.keys("patient")[0], AdjDate=TODAY)
    hub.sync("procedures")
    fact = hub.facts("procedure")[str(key)]
    assert (fact["fee_cents"], fact["est_patient_cents"]) == (12030, 10000)
    procedure = {"ProcFee": "40.10", "UnitQty": 2, "BaseUnits": 1}
    assert line_fee(procedure) == "120.30"
    assert patient_portion(procedure, [], [{"AdjAmt": -20.3}]) == "100.00"
    assert line_fee({"ProcFee": 55, "UnitQty": 0, "BaseUnits": 0}) == "55.00"


def test_a_change_shows_in_the_next_pass_and_nothing_else_is_stored_again(hub: Hub) -> None:
    office = office_of(hub)
    hub.sync("claims")
    claim = next(row for row in office.rows["claim"] if row["ClaimStatus"] == "S")
    office.change("claim", int(str(claim["ClaimNum"])), ClaimStatus="R", DateReceived=TODAY)
    result = hub.sync("claims")
    fact = hub.facts("claim")[str(claim["ClaimNum"])]
    assert (fact["status"], fact["received_date"]) == ("ADJUDICATED", TODAY)
    assert (result.counts.new, result.counts.changed, result.counts.deleted) == (0, 1, 0)


def test_a_changed_estimate_moves_the_procedure_though_its_own_row_stands_still(hub: Hub) -> None:
    office = office_of(hub)
    key = office.insert("procedurelog", PatNum=office.keys("patient")[0], ProcFee=Decimal("100"), UnitQty=1, ProcStatus=1)
    estimate = office.insert("claimproc", ProcNum=key, Status=6, InsPayEst=Decimal("50"))
    hub.sync("procedures")
    office.change("claimproc", estimate, InsPayEst=Decimal("80"))
    hub.sync("procedures")
    assert hub.facts("procedure")[str(key)]["est_ins_cents"] == 8000


def test_tracking_a_claim_puts_it_off_by_the_days_of_its_definition(hub: Hub) -> None:
    office = office_of(hub)
    hub.sync("claims")
    claim = next(int(str(row["ClaimNum"])) for row in office.rows["claim"] if row["ClaimStatus"] == "S")
    called = office.insert("definition", Category=31, ItemName="Called", ItemValue="7")
    office.insert("claimtracking", ClaimNum=claim, TrackingType="StatusHistory", TrackingDefNum=called)
    hub.sync("claims")
    assert hub.facts("claim")[str(claim)]["follow_up_on"] == office.now.date() + timedelta(days=7)


def test_a_deleted_visit_goes_at_once_and_a_dropped_plan_after_two_lists_without_it(hub: Hub) -> None:
    office = office_of(hub)
    hub.sync("appointments", "coverages")
    visit, coverage = office.keys("appointment")[3], office.keys("patplan")[3]
    office.remove("appointment", visit)
    office.remove("patplan", coverage)
    hub.sync("appointments", "coverages")
    assert str(visit) in hub.facts("appointment", deleted=True)
    assert str(coverage) in hub.facts("coverage")
    for _ in range(2):
        hub.clock = FixedClock(hub.clock.now() + timedelta(hours=21))
        hub.sync("appointments", "coverages")
    assert str(coverage) in hub.facts("coverage", deleted=True)
    assert len(hub.facts("coverage")) == len(office.rows["patplan"])


def test_a_row_that_came_back_stands_again(hub: Hub) -> None:
    office = office_of(hub)
    hub.sync("appointments")
    visit = office.keys("appointment")[3]
    office.remove("appointment", visit)
    hub.sync("appointments")
    office.restore("appointment", visit)
    hub.sync("appointments")
    assert str(visit) in hub.facts("appointment")


def test_a_procedure_that_is_set_back_to_planned_is_no_charge_any_more(hub: Hub) -> None:
    office = office_of(hub)
    done = next(int(str(row["ProcNum"])) for row in office.rows["procedurelog"] if row["ProcStatus"] == 2)
    hub.sync("procedures")
    assert f"proc:{done}" in hub.facts("ledger_entry")
    office.change("procedurelog", done, ProcStatus=1)
    hub.sync("procedures")
    assert f"proc:{done}" not in hub.facts("ledger_entry")
    assert hub.facts("procedure")[str(done)]["status"] == "PLANNED"


def test_a_deleted_procedure_says_so_itself(hub: Hub) -> None:
    office = office_of(hub)
    done = next(int(str(row["ProcNum"])) for row in office.rows["procedurelog"] if row["ProcStatus"] == 2)
    hub.sync("procedures")
    office.delete_procedure(done)
    hub.sync("procedures")
    assert hub.facts("procedure")[str(done)]["status"] == "DELETED"
    assert f"proc:{done}" not in hub.facts("ledger_entry")


def test_how_a_visit_was_broken_comes_from_its_history(hub: Hub) -> None:
    office = office_of(hub)
    patient = office.keys("patient")[0]
    missed, cancelled, broken = (
        office.insert("appointment", AptStatus=5, PatNum=patient, AptDateTime=datetime(2026, 3, 2, 9), Pattern="//XXXX")
        for _ in range(3)
    )
    office.insert("histappointment", AptNum=missed, HistApptAction=2, HistDateTStamp=datetime(2026, 3, 2, 9, 20))
    office.insert("histappointment", AptNum=cancelled, HistApptAction=2, HistDateTStamp=datetime(2026, 2, 1, 9))
    office.insert("histappointment", AptNum=cancelled, HistApptAction=3, HistDateTStamp=datetime(2026, 2, 27, 16))
    hub.sync("appointments")
    facts = hub.facts("appointment")
    told = {key: (facts[str(key)]["status"], facts[str(key)]["broken_date"]) for key in (missed, cancelled, broken)}
    assert told == {
        missed: ("NO_SHOW", date(2026, 3, 2)), cancelled: ("CANCELLED", date(2026, 2, 27)), broken: ("BROKEN", None),
    }  # fmt: skip
    assert facts[str(missed)]["minutes"] == 30


def test_a_procedure_stands_in_its_active_plan_and_its_signed_copy_in_the_saved_one(hub: Hub) -> None:
    office = office_of(hub)
    patient = office.keys("patient")[0]
    work = office.insert("procedurelog", PatNum=patient, ProcFee=Decimal("900"), UnitQty=1, ProcStatus=1)
    inactive = office.insert("treatplan", PatNum=patient, TPStatus=2, Heading="Bridge instead")
    active = office.insert("treatplan", PatNum=patient, TPStatus=1, Heading="Active Treatment Plan")
    saved = office.insert("treatplan", PatNum=patient, TPStatus=0, Signature="0abc", DateTP=date(2026, 2, 3), Heading="Crown")
    unsigned = office.insert("treatplan", PatNum=patient, TPStatus=0, Heading="Draft")
    for plan in (inactive, active):
        office.insert("treatplanattach", TreatPlanNum=plan, ProcNum=work)
    line = office.insert("proctp", TreatPlanNum=saved, PatNum=patient, ProcNumOrig=work, FeeAmt=Decimal("900"),
                         PriInsAmt=Decimal("300"), PatAmt=Decimal("500"))  # fmt: skip
    office.insert("proctp", TreatPlanNum=unsigned, PatNum=patient, ProcNumOrig=work)
    hub.sync("procedures", "treatment_plans", "signed_plan_lines")
    procedures, cases = hub.facts("procedure"), hub.facts("treatment_case")
    assert procedures[str(work)]["case_key"] == str(active)
    copies = [fact for fact in procedures.values() if fact["canonical_key"] == str(work)]
    assert {(fact["source_key"], fact["case_key"]) for fact in copies} == {(str(work), str(active)), (f"line:{line}", str(saved))}
    copy = procedures[f"line:{line}"]
    assert (copy["fee_cents"], copy["est_writeoff_cents"], copy["status"]) == (90000, 10000, "PLANNED")
    told = {key: (cases[str(key)]["status"], cases[str(key)]["is_snapshot"]) for key in (inactive, active, saved, unsigned)}
    assert told == {
        inactive: ("HOLD", False), active: ("PROPOSED", False), saved: ("ACCEPTED", False), unsigned: ("PROPOSED", True),
    }  # fmt: skip
    assert cases[str(saved)]["signed_date"] == date(2026, 2, 3)
    assert hub.facts("document")[f"plan:{saved}"]["case_key"] == str(saved)


def test_a_payment_lowers_the_balance_and_a_refund_raises_it(hub: Hub) -> None:
    office = office_of(hub)
    patient = office.keys("patient")[0]
    card = office.insert("definition", Category=10, ItemName="CareCredit")
    paid = office.insert("payment", PatNum=patient, PayAmt=Decimal("100"), PayType=card)
    back = office.insert("payment", PatNum=patient, PayAmt=Decimal("-40"), PayType=card)
    keys = [office.insert("paysplit", PayNum=pay, PatNum=patient, SplitAmt=Decimal(amount), DatePay=TODAY)
            for pay, amount in ((paid, 100), (back, -40))]  # fmt: skip
    hub.sync("payments")
    facts = hub.facts("ledger_entry")
    told = [(facts[f"split:{key}"]["kind"], facts[f"split:{key}"]["amount_cents"]) for key in keys]
    assert told == [("FINANCING", -10000), ("FINANCING_REFUND", 4000)]


def test_a_payment_that_changes_its_type_changes_its_splits(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_changed, "_PARENTS", 1)  # each changed payment is a list of its own
    office = office_of(hub)
    patient = office.keys("patient")[0]
    cash, card = (office.insert("definition", Category=10, ItemName=name) for name in ("Cash", "Sunbit"))
    paid = [office.insert("payment", PatNum=patient, PayAmt=Decimal("100"), PayType=cash) for _ in range(3)]
    splits = [office.insert("paysplit", PayNum=pay, PatNum=patient, SplitAmt=Decimal("100"), DatePay=TODAY) for pay in paid]
    hub.sync("payments")
    for pay in paid[1:]:
        office.change("payment", pay, PayType=card)
    hub.sync("payments")
    facts = hub.facts("ledger_entry")
    assert [facts[f"split:{split}"]["kind"] for split in splits] == ["PATIENT_PAYMENT", "FINANCING", "FINANCING"]


def test_a_signature_box_with_one_sign_is_not_signed(hub: Hub) -> None:
    office = office_of(hub)
    made = []
    for value in ("0", "0signature", None):
        made.append(office.insert("sheet", SheetType=6, PatNum=office.keys("patient")[0], Description="Extraction"))
        if value is not None:
            office.insert("sheetfield", SheetNum=made[-1], FieldType=9, FieldValue=value, DateTimeSig=datetime(2026, 3, 1, 10))
    hub.sync("consents")
    facts = hub.facts("document")
    assert facts[str(made[0])]["signed_date"] is None
    assert facts[str(made[1])]["signed_date"] == date(2026, 3, 1)
    assert str(made[2]) not in facts  # without a box there is nothing to sign


def test_an_acknowledgement_that_comes_later_is_seen(hub: Hub) -> None:
    office = office_of(hub)
    claim = office.row("claim", office.keys("claim")[0])
    sent = office.insert("etrans", Etype=0, ClaimNum=claim["ClaimNum"], PatNum=claim["PatNum"], DateTimeTrans=office.now - timedelta(days=3))
    hub.sync("claim_answers")
    assert f"answer:{sent}" not in hub.facts("claim_event")
    answer = office.insert("etrans", Etype=22, DateTimeTrans=office.now, Note="subscriber not found")
    office.change("etrans", sent, AckCode="R", AckEtransNum=answer)
    hub.sync("claim_answers")
    fact = hub.facts("claim_event")[f"answer:{sent}"]
    assert (fact["kind"], fact["outcome"], fact["text"]) == ("277CA", "REJECTED", "subscriber not found")
    assert fact["claim_number"] == claim["ClaimIdentifier"]


def test_odd_cells_arrive_as_they_should(hub: Hub) -> None:
    office, loaded = office_of(hub), hub.loaded
    assert loaded is not None
    key = office.insert("patient", PatNum=-5, LName="O'Neil\r\n\"Jr\"\tx", FName="Zoë", Birthdate=date(1984, 3, 9))
    loaded.query("UPDATE patient SET DateFirstVisit = '0000-00-00', Email = NULL WHERE PatNum = -5")
    hub.sync("patients")
    fact = hub.facts("patient")[str(key)]
    assert (fact["last_name"], fact["first_name"], fact["birth_date"]) == ("O'Neil \"Jr\" x", "Zoë", date(1984, 3, 9))
    assert (fact["first_visit"], fact["email"], fact["guarantor_key"]) == (None, None, None)


def context(hub: Hub) -> tuple[SourceContext, OpenDentalSettings]:
    settings = OpenDentalSettings.model_validate({**hub.source_settings(), "page_rows": 25, "page_milliseconds": 5})
    return SourceContext("main", "pms", "America/Chicago", settings, hub.clock, hub.base), settings


def test_a_load_that_was_cut_off_goes_on_behind_its_last_key(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_pull, "BATCH_ROWS", 50)
    ctx, settings = context(hub)
    first, cursor = [], None
    for part in sql_pull.pull(BY_NAME["patients"], None, ctx, settings):
        if isinstance(part, Rows) and part.mapping is None:
            first += [row[0] for row in part.rows]
        if isinstance(part, Checkpoint) and len(first) >= 100:
            cursor = part.cursor
            break
    rest = list(sql_pull.pull(BY_NAME["patients"], cursor, ctx, settings))
    second = [row[0] for part in rest if isinstance(part, Rows) and part.mapping is None for row in part.rows]
    assert sorted([*first, *second], key=lambda key: int(str(key))) == [str(key) for key in sorted(office_of(hub).keys("patient"))]
    assert not any(isinstance(part, Keys) for part in rest)  # half a list says nothing about what is gone
    last = rest[-1]
    assert isinstance(last, Checkpoint) and last.complete and last.swept == ()


def test_a_stop_ends_the_pass_without_calling_it_complete(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_pull, "BATCH_ROWS", 50)
    ctx, settings = context(hub)
    assert isinstance(ctx.stop, threading.Event)
    parts = []
    for part in sql_pull.pull(BY_NAME["patients"], None, ctx, settings):
        parts.append(part)
        if isinstance(part, Checkpoint):
            ctx.stop.set()
    assert isinstance(parts[-1], Checkpoint) and not parts[-1].complete


def test_the_watermark_is_the_servers_clock_before_the_pass(hub: Hub) -> None:
    assert hub.loaded is not None
    before = server_now(hub.loaded)
    ctx, settings = context(hub)
    last = list(sql_pull.pull(BY_NAME["claims"], None, ctx, settings))[-1]
    after = server_now(hub.loaded)
    assert isinstance(last, Checkpoint)
    mark = datetime.fromisoformat(str(last.cursor["mark"]))
    assert before <= mark <= after
    assert earlier("2026-11-01 01:30:00", 65) == "2026-11-01 00:25:00"


def test_a_wrong_password_is_tried_once_in_a_run(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.settings = {"password": "wrong"}
    tries = []
    connect = pymysql.connect
    monkeypatch.setattr(pymysql, "connect", lambda **how: (tries.append(1), connect(**how))[1])
    result = hub.sync("patients", "claims", "carriers")
    problems = {getattr(outcome.problem, "code", "") for outcome in result.outcomes}
    assert (problems, len(tries)) == ({"HUB-Q03"}, 1)
    assert "wrong" not in " ".join(str(outcome.problem) for outcome in result.outcomes)
