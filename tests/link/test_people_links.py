"""Outside records find their patient only when nobody else can be meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.link import link_people
from tests.rows import Row, application, insert, link, patient, txn

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
BORN = date(1988, 4, 2)
JOHN = {"patient_last": "SMITH", "patient_first": "John", "patient_birth_date": BORN}

CASES: list[tuple[str, list[Row], dict[str, Any], tuple[Any, ...] | None]] = [
    ("last name, first name and birth date", [patient("1", first_name="John", last_name="Smith", birth_date=BORN)], JOHN,
     ("CONFIRMED", "1", "name-birth", 1)),
    ("accents, apostrophes and suffix do not matter",
     [patient("1", first_name="José", last_name="O'Neill Jr.", birth_date=BORN)],
     {"patient_last": "ONeill", "patient_first": "Jose", "patient_birth_date": BORN}, ("CONFIRMED", "1", "name-birth", 1)),
    ("twins are never linked, not even by the exact first name",
     [patient("1", first_name="John", last_name="Smith", birth_date=BORN),
      patient("2", first_name="Jon", last_name="Smith", birth_date=BORN)], JOHN,
     ("PROBABLE", None, "same-birth-date", 2)),
    ("the same person twice", [patient(key, first_name="John", last_name="Smith", birth_date=BORN) for key in "12"], JOHN,
     ("PROBABLE", None, "same-birth-date", 2)),
    ("a preferred name is only proposed",
     [patient("1", first_name="Jonathan", preferred_name="John", last_name="Smith", birth_date=BORN)], JOHN,
     ("PROBABLE", "1", "close-name-birth", 1)),
    ("a sibling's name is nobody", [patient("1", first_name="Peter", last_name="Smith", birth_date=BORN)], JOHN, None),
    ("no birth date, no link", [patient("1", first_name="John", last_name="Smith", birth_date=BORN)],
     {"patient_last": "Smith", "patient_first": "John", "patient_birth_date": None}, None),
    ("member id alone is nobody", [patient("1", first_name="John", last_name="Smith", birth_date=BORN, member_id="W1234567")],
     {"patient_last": "Smith", "patient_first": "John", "member_id": "W1234567"}, None),
    ("a placeholder birth date is none", [patient("1", first_name="John", last_name="Smith", birth_date=date(1900, 1, 1))],
     {**JOHN, "patient_birth_date": date(1900, 1, 1)}, None),
    ("a test patient is never linked",
     [patient("1", first_name="John", last_name="Smith", birth_date=BORN, is_test=True)], JOHN, None),
    ("our own patient number came back", [patient("1042", last_name="Shah")],
     {"applicant_last": "SHAH", "client_ref": "1042"}, ("CONFIRMED", "1042", "client-ref", 1)),
    ("our number and no name", [patient("1042", last_name="Shah")], {"client_ref": "1042"},
     ("CONFIRMED", "1042", "client-ref", 1)),
    ("our number under the guarantor's name",
     [patient("1042", last_name="Shah", guarantor_key="7"), patient("7", last_name="Jones")],
     {"applicant_last": "Jones", "client_ref": "1042"}, ("CONFIRMED", "1042", "client-ref", 1)),
    ("our number under the name of somebody else in the family",
     [patient("1042", last_name="Shah", guarantor_key="7"), patient("7", last_name="Shah"),
      patient("8", last_name="Jones", guarantor_key="7")],
     {"applicant_last": "Jones", "client_ref": "1042"}, ("CONFIRMED", "1042", "client-ref", 1)),
    ("our number and the birth date, under a new last name", [patient("1042", last_name="Shah", birth_date=BORN)],
     {"patient_last": "Jones", "patient_birth_date": BORN, "client_ref": "1042"}, ("CONFIRMED", "1042", "client-ref", 1)),
    ("our number, and a full name in one column that was split too early", [patient("1042", last_name="Ridgeway")],
     {"applicant_first": "Mary", "applicant_last": "Ann Ridgeway", "client_ref": "1042"},
     ("CONFIRMED", "1042", "client-ref", 1)),
    ("our number under half of a double name", [patient("1042", last_name="Shah-Jones")],
     {"applicant_last": "Jones", "client_ref": "1042"}, ("CONFIRMED", "1042", "client-ref", 1)),
    ("our number under a name that only begins alike", [patient("1042", last_name="Shah")],
     {"applicant_last": "Shahani", "client_ref": "1042"}, ("PROBABLE", "1042", "client-ref", 1)),
    ("our number under a stranger's name: it may be an invoice number",
     [patient("1042", last_name="Shah"), patient("9", last_name="Jones")],
     {"applicant_last": "Jones", "client_ref": "1042"}, ("PROBABLE", "1042", "client-ref", 1)),
    ("our number, another last name and another birth date", [patient("1042", last_name="Shah", birth_date=BORN)],
     {"patient_last": "Smith", "patient_birth_date": date(1950, 1, 1), "client_ref": "1042"},
     ("PROBABLE", "1042", "client-ref", 1)),
    ("our chart number came back", [patient("1", chart_number="SM0042", last_name="Shah")], {"client_ref": "SM0042"},
     ("CONFIRMED", "1", "client-ref", 1)),
    ("one patient's number is another's chart", [patient("42"), patient("7", chart_number="42")], {"client_ref": "42"},
     ("PROBABLE", None, "client-ref", 2)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "theirs", "expected"), CASES, ids=[case[0] for case in CASES])
def test_an_outside_record_finds_its_patient_or_nobody(
    connection: Connection, links: Any, name: str, ours: list[Row], theirs: dict[str, Any], expected: Any
) -> None:
    insert(connection, [*ours, application("A1", "APPROVED", **theirs)])
    link_people(connection, "main", NOW)
    assert links("A1") == expected


def test_a_sale_is_guarded_by_its_cardholder(connection: Connection, links: Any) -> None:
    sold = {"kind": "SALE", "amount_cents": 120_000, "on": date(2026, 3, 5), "client_ref": "1042"}
    insert(connection, [patient("1042", last_name="Shah"), txn("S1", cardholder_last="Smith", **sold),
                        txn("S2", cardholder_last="Shah", **sold)])  # fmt: skip
    link_people(connection, "main", NOW)
    assert links("S1") == ("PROBABLE", "1042", "client-ref", 1)
    assert links("S2") == ("CONFIRMED", "1042", "client-ref", 1)


def test_an_echoed_number_is_marked_as_echo_and_a_persons_choice_stays(connection: Connection, links: Any) -> None:
    chosen = link("fin_application", "carecredit", "A2", "9", origin="human", rule="person")
    insert(connection, [patient("1"), patient("9"), application("A1", "APPROVED", client_ref="1"),
                        application("A2", "APPROVED", client_ref="1"), chosen])  # fmt: skip
    counts = link_people(connection, "main", NOW)
    assert (counts.added, counts.changed, counts.removed) == (1, 0, 0)
    assert links("A2") == ("CONFIRMED", "9", "person", 1)
    again = link_people(connection, "main", datetime(2026, 4, 1, tzinfo=UTC))
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
