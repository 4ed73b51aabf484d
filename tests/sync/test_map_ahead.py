"""The second process of a large first load gives exactly what one process gives, and its end is never silent."""

from __future__ import annotations

import os

import pytest
from sync_office import MAPPING, Office, export, need_a_second_process

from hub.sync import ahead, second_process

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no second process without fork (Windows)")

ROWS = [(n, f"Name{n}", "1.00" if n % 97 else "x") for n in range(1, 9001)]
# Pages that are facts throughout go as columns, the others as rows.
WHOLE = [(n, f"Name{n}" if n % 5 else "Núñez", f"{n}.00") for n in range(1, 5001)]
MIXED = [*ROWS, (5, "Name5", "1.00"), (6, "Impostor", "9.00")]


def _state(office: Office) -> tuple[object, ...]:
    facts = sorted(
        (row["source_key"], row["last_name"], row["balance_cents"], row["locator"], row["fingerprint"])
        for row in office.rows("patient")
    )
    aside = sorted((row["reason"], row["locator"], row["message"], row["payload"]) for row in office.rows("quarantine"))
    return facts, aside, [row["fingerprints"] for row in office.rows("snapshot_page")]


@pytest.mark.parametrize("rows", [ROWS, WHOLE, WHOLE + ROWS[5000:], MIXED], ids=["some bad", "all good", "good, then bad", "keys twice"])
def test_two_processes_store_what_one_stores(
    plain_office: Office, monkeypatch: pytest.MonkeyPatch, rows: list[tuple[object, ...]]
) -> None:
    plain_office.deliver(export(rows))
    one = plain_office.sync()
    alone = _state(plain_office)
    for name in ("patient", "quarantine", "snapshot_page", "blob", "blob_part", "stream_state", "missing_row"):
        _empty(plain_office, name)
    used = _force(monkeypatch)
    two = plain_office.sync()
    assert used, "the second process was used"
    assert two.counts.numbers() == one.counts.numbers() and _state(plain_office) == alone


def _later(count: int) -> list[tuple[object, ...]]:
    """WHOLE as the next day shows it: changed, unreadable, moved, added and (from `count` on) removed rows."""
    rows = [(n, f"{name}x" if n % 100 == 7 else name, amount) for n, name, amount in WHOLE[:count]]
    rows[50] = (51, "Name51", "x")
    rows.insert(3000, rows.pop(10))
    rows.insert(2000, (9001, "New", "1.00"))
    return rows


@pytest.mark.parametrize("count", [5000, 4990])
def test_two_processes_find_the_changes_that_one_finds(
    plain_office: Office, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    outcomes = []
    for processes in (1, 2):
        plain_office.deliver(export(WHOLE))
        plain_office.sync()
        used = _force(monkeypatch) if processes == 2 else []
        plain_office.deliver(export(_later(count)))
        numbers = plain_office.sync().counts.numbers()
        outcomes.append((numbers, _state(plain_office), len(plain_office.rows("missing_row"))))
        for name in ("patient", "quarantine", "snapshot_page", "blob", "blob_part", "stream_state", "missing_row"):
            _empty(plain_office, name)
    assert used, "the second process was used"
    assert outcomes[0] == outcomes[1]
    # By hand: every hundredth row from 7 to 4,907 changed, one came, one cannot be read; the rest is absent once.
    assert (outcomes[1][0]["new"], outcomes[1][0]["changed"], outcomes[1][0]["quarantined"]) == (1, 50, 1)
    assert outcomes[1][2] == 5000 - count


def test_too_many_old_rows_for_memory_are_compared_here(plain_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_office.deliver(export(WHOLE))
    plain_office.sync()
    _force(monkeypatch)
    monkeypatch.setattr("hub.sync.snapshot._MOST_AHEAD", 20_000)
    monkeypatch.setattr("hub.sync.mapped.read_ahead", None)
    plain_office.deliver(export(_later(5000)))
    counts = plain_office.sync().counts
    assert (counts.new, counts.changed, counts.missing) == (1, 50, 0)


def test_a_word_that_stops_the_file_stops_it_in_two_processes_too(
    plain_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = '[columns.status]\nlabels = ["First Name"]\nmap = { "Bob" = "ACTIVE" }\nunmapped = "error"\n'
    plain_office.mapping(MAPPING + status)
    plain_office.deliver(export(ROWS[:50]))
    used = _force(monkeypatch)
    result = plain_office.sync()
    assert used and str(result.outcomes[0].problem).startswith("HUB-C15") and plain_office.patients() == {}


def test_a_second_process_that_dies_writes_nothing(plain_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_office.deliver(export(ROWS))
    _force(monkeypatch)
    monkeypatch.setattr(ahead, "_told", lambda *given: os._exit(3))
    result = plain_office.sync()
    assert "HUB-B07" in str(result.outcomes[0].problem) and plain_office.patients() == {}
    monkeypatch.undo()
    assert plain_office.sync().counts.new > 8000


def _force(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Also small files go to the second process; the list fills when one really did."""
    need_a_second_process()
    used: list[int] = []
    monkeypatch.setattr(second_process, "LEAST_BYTES", 0)
    real = second_process.pays_off
    monkeypatch.setattr("hub.sync.mapped.pays_off", lambda size: real(size) and not used.append(size))
    return used


def _empty(office: Office, name: str) -> None:
    from sqlalchemy import delete

    from hub.model import TABLES

    with office.store.write() as connection:
        connection.execute(delete(TABLES[name]))


def test_what_must_never_be_imported_is_not_kept_either(plain_office: Office) -> None:
    from hub.sync.blobs import parts

    text = "Patient ID,Last Name,SSN,Balance\n1,Lopez,123-45-6789,1.00\n2,Kim,987-65-4321,2.00\n"
    plain_office.deliver(text)
    assert plain_office.sync().counts.new == 2
    (blob,) = plain_office.rows("blob")
    with plain_office.store.read() as connection:
        kept = b"".join(parts(connection, blob["id"]))
    assert b"Lopez" in kept and b"123-45-6789" not in kept and b"987-65-4321" not in kept


def test_what_the_second_process_finds_out_about_the_file_counts(
    plain_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control figure that differs, and a control character that was removed."""
    control = '[[batch.control]]\nname = "rows printed"\nregex = \'^Rows:\\s+(\\d+)\'\ncompare = "row_count"\n'
    skip = "[[skip]]\nname = \"count\"\nregex = '^Rows:'\n"
    plain_office.mapping(MAPPING + skip + control)
    used = _force(monkeypatch)
    plain_office.deliver(export(ROWS[:3]) + "Rows: 4\n")
    refused = plain_office.sync()
    assert used and "the file says 4 rows, 3 were found" in str(refused.outcomes[0].problem)
    assert plain_office.patients() == {}
    plain_office.deliver(export([(1, "Na\x02me1", "1.00"), *ROWS[1:3]]) + "Rows: 3\n")
    assert plain_office.sync().counts.new == 3
    notes = [row["message"] for row in plain_office.rows("run_stream") if row["status"] == "complete"]
    assert notes and "1 control or invisible characters were removed" in str(notes[-1])
