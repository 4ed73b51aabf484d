"""What the reference calls incremental by API (section 3) arrives by its time filter alone, without any whole list.

Of every list one row is edited as Open Dental does it and one behind its back, without a new stamp: the first must arrive
with the next run and the second must not, which shows that nothing but what changed was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from connectors.open_dental.api.resources import RESOURCES
from connectors.open_dental.streams import BY_NAME
from hub.demo.open_dental import OpenDental as Practice
from hub.demo.open_dental import make_office
from hub.demo.open_dental.columns import Value
from hub.store import open_store, upgrade
from tests.open_dental.api_hub import ApiHub, api_hub
from tests.open_dental.office.fixtures import TODAY

# stream -> entity, column of the fact, column of Open Dental, what it is changed to, what the fact then says
EDITS: dict[str, tuple[str, str, str, Value, object]] = {
    "patients": ("patient", "last_name", "LName", "Married", "Married"),
    "appointments": ("appointment", "reason", "ProcDescript", "Another visit", "Another visit"),
    "procedures": ("procedure", "tooth", "ToothNum", "32", "32"),
    "treatment_plans": ("treatment_case", "name", "Heading", "Another heading", "Another heading"),
    "claims": ("claim", "billed_cents", "ClaimFee", Decimal("888.00"), 88800),
    "claim_payments": ("ins_payment", "trace", "CheckNum", "EDITED", "EDITED"),
    "referrals": ("referral", "sent_date", "RefDate", date(2026, 1, 7), date(2026, 1, 7)),
    "contacts": ("comm_event", "happened_on", "CommDateTime", datetime(2026, 1, 7, 9), date(2026, 1, 7)),
    "providers": ("provider", "npi", "NationalProvID", "1234567893", "1234567893"),
}
Made = dict[str, dict[str, str]]  # how a row was edited -> stream -> its key


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ApiHub, Made]]:
    """A hub after a first run, the edits, and one more run three hours later in the middle of a day."""
    folder = tmp_path_factory.mktemp("increments")
    store = open_store(folder, encrypt=False)
    upgrade(store)
    for hub in api_hub(store, folder, make_office(today=TODAY)):
        hub.settings = {"sweep_hours": 1000, "full_every_hours": 700}
        hub.sync(*EDITS, "payments", "claim_lines")
        hub.pass_hours(3)
        made = _edit(hub.practice)
        hub.sync(*EDITS, "payments", "claim_lines")
        assert hub.problems() == {}
        yield hub, made
    store.close()


def _edit(practice: Practice) -> Made:
    made: Made = {"stamped": {}, "unstamped": {}, "new": {}}
    touched: set[Value] = set()
    for stream, (_, _, column, value, _) in EDITS.items():
        table = BY_NAME[stream].table
        key = sorted(practice.keys(table))[1]
        practice.change(table, key, **{column: value})
        copied = {name: cell for name, cell in practice.row(table, key).items() if name not in _own(practice, table)}
        made["stamped"][stream], made["new"][stream] = str(key), str(practice.insert(table, **copied))
        touched.add(copied.get("PatNum", key))
    made["new"] |= _paid(practice)
    made["unstamped"] = {stream: _behind_its_back(practice, stream, touched) for stream in EDITS}
    return made


def _behind_its_back(practice: Practice, stream: str, touched: set[Value]) -> str:
    """The same edit without a stamp, in a row of a patient of whom nothing else was edited."""
    table, (_, _, column, value, _) = BY_NAME[stream].table, EDITS[stream]
    shape = practice.schema[table]
    row = next(row for row in practice.rows[table] if row.get("PatNum", row[shape.key]) not in touched and row[column] != value)
    row[column] = value
    return str(row[shape.key])


def _own(practice: Practice, table: str) -> set[str]:
    shape = practice.schema[table]
    return {shape.key, shape.stamp or shape.key}


def _paid(practice: Practice) -> dict[str, str]:
    """A payment of today with its split, and a line for the edited claim."""
    patient = sorted(practice.keys("patient"))[1]
    payment = practice.insert("payment", PatNum=patient, PayAmt=Decimal("30"), PayType=1, DateEntry=practice.now.date())
    split = practice.insert("paysplit", PatNum=patient, PayNum=payment, SplitAmt=Decimal("30"), DatePay=practice.now.date())
    claim = sorted(practice.keys("claim"))[1]
    line = practice.insert("claimproc", ClaimNum=claim, PatNum=practice.row("claim", claim)["PatNum"], Status=1, FeeBilled=Decimal("10"))
    return {"payments": f"split:{split}", "claim_lines": str(line)}


@pytest.mark.parametrize("stream", EDITS)
def test_an_edit_arrives_by_its_stamp_alone(edited: tuple[ApiHub, Made], stream: str) -> None:
    hub, made = edited
    entity, column, _, _, expected = EDITS[stream]
    facts = hub.facts(entity)
    assert facts[made["stamped"][stream]][column] == expected
    assert facts[made["new"][stream]][column] == expected
    assert facts[made["unstamped"][stream]][column] != expected, "a whole list was read"


@pytest.mark.parametrize(("stream", "entity"), [("payments", "ledger_entry"), ("claim_lines", "claim_line")])
def test_what_a_changed_parent_names_arrives_too(edited: tuple[ApiHub, Made], stream: str, entity: str) -> None:
    """Splits have no filter of time and lines of claims none either: a new payment and an edited claim lead to them."""
    hub, made = edited
    assert made["new"][stream] in hub.facts(entity)


def test_every_list_with_a_filter_of_time_is_among_them() -> None:
    """But those that no stream of ours is the list of: policies, verifications, fields of patients, codes, payments."""
    stamped = {name for name, resource in RESOURCES.items() if resource.stamp}
    own = {(BY_NAME[stream].resource or "").partition("/")[0] for stream in EDITS}
    assert stamped - own == {"inssubs", "insverifies", "patfields", "procedurecodes", "payments"}
