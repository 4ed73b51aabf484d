"""Export mode: results of the shipped queries as an office saves them, against the same office read by SQL."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.open_dental.export.queries import texts
from connectors.open_dental.export.recognise import recognise
from connectors.open_dental.render import mark
from hub.clock import FixedClock
from hub.model import ENTITIES
from hub.store import Store
from tests.open_dental.office.mariadb import Loaded
from tests.open_dental.sql_office import Hub

PATIENT = {
    "hub_query": "open_dental/patients v1", "patient_id": "7", "last_name": "Okafor", "first_name": "Nia", "status": "0",
    "born_on": "1984-03-09", "guarantor_id": "7", "mobile_phone": "", "home_phone": "", "work_phone": "", "first_visit_on": "",
    "balance": "40.11", "clinic_id": "0",
}  # fmt: skip


@pytest.fixture
def hub(plain_store: Store, tmp_path: Path) -> Hub:
    (tmp_path / "exports").mkdir()
    return Hub(plain_store, tmp_path, clock=FixedClock(datetime.now(UTC)))


def save(hub: Hub, name: str, text: str, *, age: int = 3600) -> None:
    path = hub.base / "exports" / name
    path.write_bytes(text.encode())
    os.utime(path, (time.time() - age,) * 2)


def as_text(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """As Open Dental saves .txt and .xls: tabs, no quoting (signs that would break it are taken out), Windows line ends."""
    cells = [[str(cell).replace('"', "").replace("\t", "") for cell in row] for row in rows]
    return "".join("\t".join(row) + "\r\n" for row in [list(header), *cells])


def as_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue()


def patients(*changes: dict[str, str]) -> list[list[str]]:
    return [list({**PATIENT, **change}.values()) for change in changes]


@pytest.mark.mariadb
@pytest.mark.parametrize("form", [as_text, as_csv])
def test_every_fact_is_that_of_sql_mode(
    plain_store: Store, hub: Hub, tmp_path: Path, untouched_mariadb: Loaded, form: object
) -> None:
    assert callable(form)
    for name, sql in texts().items():
        with untouched_mariadb.root.cursor() as cursor:
            cursor.execute(f"USE `{untouched_mariadb.name}`")
            cursor.execute(sql)
            header = [str(column[0]) for column in cursor.description or ()]
            save(hub, name.replace(".sql", ".txt"), form(header, list(cursor.fetchall())))
    result = hub.sync()
    assert (result.status, result.counts.quarantined) == ("succeeded", 0)
    exported = {entity: facts_of(hub, entity) for entity in ENTITIES}
    hub.loaded = untouched_mariadb
    hub.sync()
    assert {entity: facts_of(hub, entity) for entity in ENTITIES} == exported
    assert sum(map(len, exported.values())) > 10_000


def facts_of(hub: Hub, entity: str) -> dict[str, dict[str, object]]:
    """Facts without how they came here."""
    came = {"fingerprint", "run_id", "observed_at", "blob_id", "locator", "stream"}
    return {key: {name: value for name, value in fact.items() if name not in came} for key, fact in hub.facts(entity).items()}


def test_dates_as_a_us_workstation_writes_them(hub: Hub) -> None:
    row = {"born_on": "3/9/1984 12:00:00 AM", "first_visit_on": "1/1/0001 12:00:00 AM"}
    save(hub, "patients.txt", as_text(list(PATIENT), patients(row)))
    assert hub.sync().status == "succeeded"
    fact = hub.facts("patient")["7"]
    assert (fact["birth_date"], fact["first_visit"], fact["balance_cents"]) == (date(1984, 3, 9), None, 4011)


def test_row_numbers_and_a_row_of_totals_do_no_harm(hub: Hub) -> None:
    rows = [[str(number), *row] for number, row in enumerate(patients({}, {"patient_id": "8"}), 1)]
    rows.append(["", *[""] * (len(PATIENT) - 2), "80.22", ""])
    save(hub, "patients.xls", as_text(["#", *PATIENT], rows))
    result = hub.sync()
    assert (result.status, result.counts.quarantined, sorted(hub.facts("patient"))) == ("succeeded", 0, ["7", "8"])


def test_an_export_is_a_whole_list(hub: Hub) -> None:
    everybody = [{"patient_id": str(number)} for number in range(1, 31)]
    save(hub, "patients.txt", as_text(list(PATIENT), patients(*everybody)), age=4000)
    hub.sync()
    for age in (3000, 2000):  # absent twice: gone
        save(hub, "patients.txt", as_text(list(PATIENT), patients(*everybody[1:])) + "\r\n" * (age // 1000), age=age)
        hub.sync()
    assert (len(hub.facts("patient")), list(hub.facts("patient", deleted=True))) == (29, ["1"])


@pytest.mark.parametrize("text", ["OK", "OK\r\n", "hub_query\tpatient_id\r\n"])
def test_a_result_without_rows_deletes_nothing(hub: Hub, text: str) -> None:
    save(hub, "patients.txt", as_text(list(PATIENT), patients({})), age=4000)
    hub.sync()
    save(hub, "patients.txt", text, age=3000)
    hub.sync()
    assert list(hub.facts("patient")) == ["7"]


def test_a_file_is_known_by_its_first_column_and_not_by_its_name() -> None:
    text = as_text(list(PATIENT), patients({}))
    found = recognise(text.encode())
    assert found is not None and found.stream == "patients"
    assert recognise(b"Patient\tBalance\r\nA\t1\r\n") is None
    later = recognise(text.replace(" v1", " v9").encode())
    assert later is not None and later.stream is None
    assert recognise(("\ufeff" + text).encode("utf-16")) is not None
    assert recognise(b"hub_query\r\nopen_dental/nothing v1\r\n") is None


def test_every_query_names_itself_in_every_row() -> None:
    for name, text in texts().items():
        assert text.splitlines()[1].strip() == f"'{mark(name.removesuffix('.sql'), 1)}' AS hub_query,"
        found = recognise(f"hub_query\n{mark(name.removesuffix('.sql'), 1)}\n".encode())
        assert found is not None and found.stream == name.removesuffix(".sql")


# the office's words for the confirmation of a visit; "" is not known
CONFIRMED = {
    "Unconfirmed": "UNCONFIRMED", "Not Called": "UNCONFIRMED", "Needs confirmation": "UNCONFIRMED", "To be confirmed": "UNCONFIRMED",
    "eConfirm Declined": "UNCONFIRMED", "eConfirm Call Back": "UNCONFIRMED", "eConfirm Not Accepted": "UNCONFIRMED",
    "Confirmation Failed": "UNCONFIRMED", "Unable to confirm": "UNCONFIRMED", "Waiting for confirmation": "UNCONFIRMED",
    "Left msg on mobile": "LEFT_MESSAGE", "Texted": "LEFT_MESSAGE", "Confirmation Sent": "LEFT_MESSAGE", "eConfirm Sent": "LEFT_MESSAGE",
    "Appointment Confirmed": "CONFIRMED", "Confirmed": "CONFIRMED", "E-confirmed": "CONFIRMED", "eConfirm Accepted": "CONFIRMED",
    "Confirmed by text message": "CONFIRMED", "Text confirmed": "CONFIRMED", "Conf": "CONFIRMED", "eConf": "CONFIRMED",
    "Arrived": "ARRIVED", "In waiting room": "ARRIVED", "In chair": "SEATED", "Out": "OUT", "Lunch": "",
}  # fmt: skip


def test_only_words_that_say_so_make_a_visit_confirmed(hub: Hub) -> None:
    header = ["hub_query", "appointment_id", "patient_id", "status", "starts_at", "starts_on", "confirmed"]
    rows = [
        [mark("appointments", 1), key, 7, 1, "2026-03-12 09:00:00", "2026-03-12", word]
        for key, word in enumerate(CONFIRMED, 1)
    ]
    save(hub, "appointments.txt", as_text(header, rows))
    assert hub.sync().counts.quarantined == 0
    facts = hub.facts("appointment")
    assert {word: facts[str(key)]["confirm_status"] or "" for key, word in enumerate(CONFIRMED, 1)} == CONFIRMED
