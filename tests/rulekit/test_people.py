"""Who a fact is about, and who may be on a list."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, person_label, person_name, person_ref, with_person
from hub.rulekit.settings import RuleSettings
from tests.rows import OBSERVED, PRACTICE, Row, case, insert, link, patient, view


def cases(connection: Connection, *rows: Row, audience: str = "contact") -> list:
    insert(connection, rows)
    seen: RuleView = view(connection, RuleSettings())
    plan = TABLES["treatment_case"]
    person = with_person(plan, "treatment_case")
    query = (
        select(plan.c.source_key, plan.c.patient_first, plan.c.patient_last, *person.columns())
        .select_from(person.joined)
        .where(live(plan, seen.practice_id), audience_gate(person.patient, audience))  # type: ignore[arg-type]
    )
    return list(connection.execute(query))


def test_a_fact_belongs_to_the_patient_it_names(connection: Connection) -> None:
    [row] = cases(connection, patient("1"), case("c", "1"))
    assert (person_ref(row), person_label(row), person_name(row)) == ("pms:1", "M. Lopez", "Maria Lopez")


def test_a_confirmed_link_decides_and_a_doubtful_one_does_not(connection: Connection) -> None:
    mine, other = patient("1"), patient("2", first_name="Ana", last_name="Ruiz")
    linked = link("treatment_case", "pms", "c", "2")
    [row] = cases(connection, mine, other, case("c", "1"), linked)
    assert person_ref(row) == "pms:2"


@pytest.mark.parametrize("state", ["PROBABLE", "REJECTED"])
def test_links_that_are_not_confirmed_do_not_count(connection: Connection, state: str) -> None:
    [row] = cases(connection, patient("1"), patient("2"), case("c", "1"), link("treatment_case", "pms", "c", "2", state=state))
    assert person_ref(row) == "pms:1"


def test_a_fact_without_a_patient_keeps_its_printed_name(connection: Connection) -> None:
    printed = case("c", "1").changed(patient_key=None, patient_first="Ana", patient_last="Ruiz")
    [row] = cases(connection, printed)
    assert (person_ref(row), person_label(row), person_name(row)) == (None, "A. Ruiz", "Ana Ruiz")


@pytest.mark.parametrize(
    ("values", "contact", "money"),
    [
        ({"status": "ACTIVE"}, True, True),
        ({"status": "PROSPECT"}, True, True),
        ({"status": None}, True, True),
        ({"status": "ARCHIVED"}, False, True),
        ({"status": "DECEASED"}, False, True),
        ({"deleted_at": OBSERVED}, False, True),
        ({"is_test": True}, False, False),
    ],
)
def test_whose_items_may_be_listed(connection: Connection, values: dict, contact: bool, money: bool) -> None:
    rows = [patient("1", **{k: v for k, v in values.items() if k != "deleted_at"}).changed(**values), case("c", "1")]
    with connection.begin_nested() as savepoint:
        assert bool(cases(connection, *rows)) is contact
        savepoint.rollback()
    assert bool(cases(connection, *rows, audience="money")) is money


def test_deleted_facts_and_other_practices_are_not_live(connection: Connection) -> None:
    gone = case("gone", "1").changed(deleted_at=OBSERVED)
    elsewhere = case("else", "1").changed(practice_id="other")
    assert [row.source_key for row in cases(connection, patient("1"), case("c", "1"), gone, elsewhere)] == ["c"]
    assert PRACTICE != "other"
