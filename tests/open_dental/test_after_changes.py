"""After a first load the office works on: rows of every table are edited, moved, deleted and brought back. What the hub
then holds is what a fresh load of the changed office gives.

All tables are changed in one go and read in one run per step, each in a row of its own; the tests ask per entity. A day lies
between two steps, so no row is read again only because the passes overlap. `LAGS` names what follows later, and why: at the
latest when SQL mode reads everything again, which it does every week.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from connectors.open_dental.streams import BY_NAME
from hub.demo.open_dental import OpenDental, make_office
from hub.demo.open_dental.columns import Value
from tests.open_dental.office.fixtures import TODAY, need_mariadb
from tests.open_dental.office.mariadb import Loaded, load
from tests.open_dental.three_ways import (
    Facts,
    at_the_offices_clock,
    by_api,
    by_sql,
    facts_of,
    new_store,
    office_clock,
    session_at,
)  # fmt: skip

pytestmark = pytest.mark.mariadb

# table -> what an edit changes, in a row that nothing else of the step touches
EDITS: dict[str, dict[str, Value]] = {
    "patient": {"LName": "Married", "Email": "new@example.com", "WirelessPhone": "(555)555-0199"},
    "provider": {"LName": "Changed"},
    "operatory": {"OpName": "Chair 9"},
    "userod": {"UserName": "Renamed"},
    "clinic": {"Description": "Moved office"},
    "recall": {"DateDue": date(2026, 1, 5)},
    "treatplan": {"Heading": "Another heading"},
    "procedurelog": {"ProcFee": Decimal("777.00"), "UnitQty": 1, "BaseUnits": 0},
    "proctp": {"PatAmt": Decimal("12.00")},
    "insplan": {"GroupName": "Another group"},
    "inssub": {"SubscriberID": "NEW77"},
    "patplan": {"Ordinal": 3},
    "insverify": {"DateLastVerified": date(2026, 3, 10)},
    "benefit": {"Percent": 33},
    "fee": {"Amount": Decimal("99.00")},
    "claim": {"ClaimFee": Decimal("888.00")},
    "claimproc": {"FeeBilled": Decimal("55.55"), "InsPayEst": Decimal("44.44")},
    "claimpayment": {"CheckNum": "EDITED"},
    "claimtracking": {"Note": "called again"},
    "payment": {"CheckNum": "EDITED"},
    "paysplit": {"SplitAmt": Decimal("66.66")},
    "adjustment": {"AdjAmt": Decimal("-11.11")},
    "payplan": {"PayAmt": Decimal("22.22")},
    "payplancharge": {"Principal": Decimal("33.33")},
    "refattach": {"RefToStatus": 3},
    "referral": {"LName": "Newname"},
    "labcase": {"DateTimeDue": datetime(2026, 4, 1, 9, 0)},
    "sheet": {"Description": "Another consent", "DateTSheetEdited": datetime(2026, 3, 11, 9, 0)},
    "commlog": {"Mode_": 3},
    "schedule": {"Note": "Another holiday"},
    "patientlink": {"LinkType": 2},
    "carrier": {"CarrierName": "Renamed Carrier"},
}  # fmt: skip
DELETED = tuple(table for table in EDITS if table not in ("patient", "clinic", "userod", "provider", "operatory", "carrier", "insplan"))
DROPPED = "a record that is deleted leaves no trace on those that were made with it"
RENAMED = "a carrier's or chair's name stands in many rows; each takes the new one when it is touched"
_NAMES = (("claim_event", "payer_name"), ("ledger_entry", "type_name"), ("appointment", "operatory"))
_OF_DELETED = {
    "claim": ("member_id", "subscriber_name", "coverage_key", "assigned_to"),  # inssub, patplan, claimtracking
    "claim_line": ("ordinal", "line_number"),  # patplan
    "claim_event": ("claim_number",),  # claim
    "coverage": (
        "member_id", "plan_key", "payer_key", "payer_name", "subscriber_key", "subscriber_name", "from_date", "kind",
        "do_not_verify", "verified_on",
    ),  # inssub, insverify
    "ledger_entry": ("code", "external_ref", "claim_number", "method"),  # procedurelog, claimpayment, claim, payment
    "procedure": ("est_ins_cents", "est_writeoff_cents", "est_patient_cents", "case_key"),  # claimproc, adjustment, treatplan
}  # fmt: skip
# mode, step, entity, column, why: what stays as it was until the row itself is touched
LAGS: tuple[tuple[str, str, str, str, str], ...] = (
    *(("sql", step, *name, RENAMED) for step in ("edited", "deleted", "brought back") for name in _NAMES),
    *(("sql", "deleted", entity, column, DROPPED) for entity, columns in _OF_DELETED.items() for column in columns),
)
STEPS = ("edited", "deleted", "brought back")
AGAIN = "two weeks later"  # nothing changed, but by then everything was read once more: nothing is late any more
MODES = ("sql", pytest.param("api", marks=pytest.mark.slow))
CASES = [*(pytest.param("sql", step) for step in (*STEPS, AGAIN)), *(pytest.param("api", step, marks=pytest.mark.slow) for step in STEPS)]


class Working:
    """An office that works on, in memory and in MariaDB; `chosen` says which row of a table a step takes."""

    def __init__(self, practice: OpenDental, loaded: Loaded) -> None:
        self.practice, self.loaded = practice, loaded
        self.gone: list[tuple[str, int]] = []

    def later(self, hours: int) -> None:
        self.practice.pass_time(hours * 3600)
        session_at(self.loaded.root, self.practice)

    def chosen(self, table: str, turn: int) -> int | None:
        """Spread over the table, so that rows of one step belong to different patients as a rule."""
        keys, number = self.practice.keys(table), list(EDITS).index(table)
        return keys[(turn * 13 + number * 29) % len(keys)] if keys else None

    def edit(self) -> None:
        for table, columns in EDITS.items():
            key = self.chosen(table, 1)
            if key is not None:
                self.practice.change(table, key, **columns)
        visits = self.practice.keys("appointment")
        self.practice.move_appointment(visits[31], datetime(2026, 5, 4, 10, 0))
        planned = [row for row in self.practice.rows["procedurelog"] if row["ProcStatus"] == 1]
        self.practice.change("procedurelog", int(str(planned[5]["ProcNum"])), AptNum=visits[31])  # put onto that visit
        self.practice.delete_procedure(int(str(planned[9]["ProcNum"])))

    def delete(self) -> None:
        for table in (*DELETED, "appointment"):
            key = self.chosen(table, 2) if table in EDITS else self.practice.keys(table)[44]
            if key is not None:
                self.practice.remove(table, key)
                self.gone.append((table, key))

    def bring_back(self) -> None:
        for table, key in self.gone:
            self.practice.restore(table, key)


Steps = Callable[[str], dict[str, tuple[Facts, Facts]]]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steps]:
    """mode -> step -> what the hub holds, what a fresh load gives."""
    need_mariadb()
    base = tmp_path_factory.mktemp("changes")
    yield cache(lambda mode: _walk(mode, base / mode))


def _walk(mode: str, folder: Path) -> dict[str, tuple[Facts, Facts]]:
    practice = make_office(today=TODAY)
    told: dict[str, tuple[Facts, Facts]] = {}
    with at_the_offices_clock(practice), ExitStack() as stack:
        loaded = load(practice)
        stack.callback(loaded.close)
        loaded.stamps = "office"
        practice.mirror(loaded)
        session_at(loaded.root, practice)
        work = Working(practice, loaded)
        read = _reader(mode, folder / "hub", work, stack)
        read()
        for step, act, runs in (("edited", work.edit, 1), ("deleted", work.delete, 3), ("brought back", work.bring_back, 1)):
            work.later(25)
            act()
            for _ in range(runs):  # a record must be absent from two lists of all keys
                work.later(24)
                held = read()
            fresh = _reader(mode, folder / step.replace(" ", "_"), work, stack)()
            told[step] = held, fresh
        if mode == "sql":
            work.later(14 * 24)
            told[AGAIN] = read(), _reader(mode, folder / "again", work, stack)()
    return told


def _reader(mode: str, folder: Path, work: Working, stack: ExitStack) -> Callable[[], Facts]:
    """A hub of its own, and one run of it."""
    store = new_store(folder)
    stack.callback(store.close)
    if mode == "sql":
        hub = by_sql(store, folder, work.loaded)

        def by_database() -> Facts:
            hub.clock = office_clock(work.practice)
            result = hub.sync()
            assert (result.status, [str(each.problem) for each in result.outcomes if each.problem]) == ("succeeded", [])
            return facts_of(store)

        return by_database
    api = stack.enter_context(by_api(store, folder, work.practice))
    api.settings = {"sweep_hours": 20, "night_hours": "00:00-23:59"}

    def by_interface() -> Facts:
        api.sync(*(name for name in BY_NAME if name not in ("patient_links", "office_days")))
        assert api.problems() == {}
        return facts_of(store)

    return by_interface


@pytest.mark.parametrize(("mode", "step"), CASES)
def test_every_record_that_is_there_is_held_and_no_other(steps: Steps, mode: str, step: str) -> None:
    held, fresh = steps(mode)[step]
    differs = {entity: sorted(held[entity].keys() ^ fresh[entity].keys()) for entity in fresh}
    assert {entity: keys for entity, keys in differs.items() if keys} == {}


@pytest.mark.parametrize(("mode", "step"), CASES)
def test_every_column_is_that_of_a_fresh_load(steps: Steps, mode: str, step: str) -> None:
    held, fresh = steps(mode)[step]
    differs = {
        (entity, column): (key, held[entity][key][column], value)
        for entity, rows in fresh.items()
        for key, row in rows.items()
        for column, value in row.items()
        if key in held[entity] and held[entity][key][column] != value
    }
    lags = {(entity, column) for listed, when, entity, column, _ in LAGS if (listed, when) == (mode, step)}
    assert {at: told for at, told in differs.items() if at not in lags} == {}
    assert lags - differs.keys() == set(), "no longer late"


@pytest.mark.parametrize("mode", MODES)
def test_the_steps_change_what_is_held(steps: Steps, mode: str) -> None:
    """Every step really changed the facts of (nearly) every entity that a table of it fills."""
    edited, deleted, back = (steps(mode)[step][0] for step in STEPS)
    smaller = {entity for entity in edited if len(deleted[entity]) < len(edited[entity])}
    assert smaller >= {"claim", "claim_line", "ledger_entry", "appointment", "recall_due", "coverage", "lab_case", "referral"}
    assert {entity for entity in back if len(back[entity]) > len(deleted[entity])} >= smaller - {"appointment_event"}
    assert any(row["last_name"] == "Married" for row in edited["patient"].values())
    assert any(row["trace"] == "EDITED" for row in edited["ins_payment"].values())


def test_every_table_behind_a_stream_is_edited() -> None:
    """But for histories, which only grow, and clocks of other systems (etrans)."""
    tables = {query.table for query in BY_NAME.values()}
    assert tables - EDITS.keys() == {"appointment", "histappointment", "etrans"}
