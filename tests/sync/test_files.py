"""From files to facts: accounting, sameness, changes, deletions, refusals, replay."""

from __future__ import annotations

import os
import re

import pytest
from sync_office import HEAD, MAPPING, Office, export

from hub.errors import Busy
from hub.sync.lock import hold

FIVE = [(n, f"Name{n}", f"{n}.50") for n in range(1, 6)]
MANY = [(n, f"Name{n}", "1.00") for n in range(1, 1001)]


def _counts(result) -> tuple[int, ...]:
    c = result.counts
    return (c.read, c.new, c.changed, c.same, c.filtered, c.quarantined)


def test_a_first_load_stores_every_row_and_accounts_for_it(office: Office) -> None:
    office.deliver(export(FIVE))
    result = office.sync()
    assert (result.status, _counts(result)) == ("succeeded", (5, 5, 0, 0, 0, 0))
    assert office.patients() == {str(n): (f"Name{n}", n * 100 + 50) for n in range(1, 6)}
    (row,) = [row for row in office.rows("patient") if row["source_key"] == "2"]
    assert row["locator"] == 3 and row["run_id"] == result.run_id, "line 3 of the file: the header is line 1"


def test_the_same_file_again_is_not_even_read(office: Office) -> None:
    path = office.deliver(export(FIVE))
    office.sync()
    assert office.sync().outcomes == []
    os.utime(path)  # touched, same bytes
    again = office.sync()
    assert [outcome.status for outcome in again.outcomes] == ["skipped"] and again.counts.read == 0


def test_same_rows_in_other_bytes_change_nothing(office: Office) -> None:
    office.deliver(export(FIVE))
    office.sync()
    before = list(office.rows("patient"))
    office.deliver(export(list(reversed(FIVE))) + "\n")
    result = office.sync()
    assert (result.counts.new, result.counts.changed, result.counts.same, result.counts.filtered) == (0, 0, 5, 1)
    assert office.rows("patient") == before, "not one column of one row differs"


def test_one_changed_and_one_new_row_are_found_among_many(office: Office) -> None:
    office.deliver(export(MANY))
    office.sync()
    edited = [(n, last, "2.00" if n == 500 else money) for n, last, money in MANY]
    office.deliver(export([(0, "Newcomer", "7.00"), *edited]))
    result = office.sync()
    assert _counts(result) == (1001, 1, 1, 999, 0, 0)
    assert office.patients()["500"] == ("Name500", 200) and office.patients()["0"] == ("Newcomer", 700)


def test_a_row_must_be_absent_twice_before_it_is_deleted(office: Office) -> None:
    office.deliver(export(MANY))
    office.sync()
    office.deliver(export(MANY[:-1]))
    first = office.sync()
    assert (first.counts.deleted, first.counts.missing) == (0, 1) and len(office.patients()) == 1000
    office.deliver(export(MANY[:-1]) + "\n")
    second = office.sync()
    assert second.counts.deleted == 1 and list(office.patients(deleted=True)) == ["1000"]


def test_a_row_that_comes_back_lives_again(office: Office) -> None:
    for text in (export(MANY), export(MANY[:-1]), export(MANY[:-1]) + "\n", export(MANY) + "\n\n"):
        office.deliver(text)
        result = office.sync()
    assert result.counts.revived == 1 and len(office.patients()) == 1000 and office.patients(deleted=True) == {}


def test_absent_once_and_back_is_forgotten(office: Office) -> None:
    for text in (export(MANY), export(MANY[:-1]), export(MANY) + "\n", export(MANY[:-1]) + "\n"):
        office.deliver(text)
        result = office.sync()
    assert (result.counts.deleted, result.counts.missing) == (0, 1), "two absences that do not follow each other"


def test_a_truncated_export_deletes_nothing_and_says_so(office: Office) -> None:
    office.deliver(export(MANY))
    office.sync()
    for tail in ("", "\n", "\n\n"):
        office.deliver(export(MANY[:300]) + tail)
        result = office.sync()
        assert result.status == "partial" and result.counts.deleted == 0
    assert len(office.patients()) == 1000
    (state,) = office.rows("stream_state")
    assert re.match(
        r"HUB-C20 pms: 700 of 1000 records of patients are not in the newest file.*--accept-missing", state["problem"]
    )
    office.deliver(export(MANY) + "\n\n\n")
    assert office.sync().status == "succeeded"
    assert office.rows("stream_state")[0]["problem"] is None


def test_a_person_can_confirm_a_real_drop_and_undo_it(office: Office) -> None:
    from hub.model import ENTITIES
    from hub.sync.snapshot import undo_deletes

    office.deliver(export(MANY))
    office.sync()
    office.deliver(export(MANY[:300]))
    office.sync()
    office.deliver(export(MANY[:300]) + "\n")
    confirmed = office.sync(accept_missing=True)
    assert confirmed.counts.deleted == 700 and len(office.patients()) == 300
    with office.store.write() as connection:
        assert undo_deletes(connection, ENTITIES["patient"], "main", confirmed.run_id) == 700
    assert len(office.patients()) == 1000


def test_an_empty_export_closes_nothing(office: Office) -> None:
    office.deliver(export(FIVE))
    office.sync()
    office.deliver(HEAD)
    result = office.sync()
    assert result.status == "partial" and len(office.patients()) == 5
    assert "HUB-C23" in str(office.rows("stream_state")[0]["problem"])


def test_a_bad_row_is_set_aside_and_closes_itself_when_corrected(office: Office) -> None:
    office.deliver(export([*FIVE, (6, "Oops", "1.2.50")]))
    result = office.sync()
    assert (result.status, result.counts.quarantined, len(office.patients())) == ("partial", 1, 5)
    (entry,) = office.rows("quarantine")
    assert (entry["status"], entry["reason"], entry["locator"]) == ("open", "type", 7)
    assert "Oops" not in entry["message"] and "1.2.50" not in entry["message"] and "Oops" in entry["payload"]
    office.deliver(export([*FIVE, (6, "Oops", "1.2.50")]) + "\n")
    office.sync()
    assert [(row["attempts"], row["status"]) for row in office.rows("quarantine")] == [(2, "open")]
    office.deliver(export([*FIVE, (6, "Fine", "12.50")]))
    office.sync()
    assert office.patients()["6"] == ("Fine", 1250)
    assert [row["status"] for row in office.rows("quarantine")] == ["fixed"]


def test_a_row_that_turns_unreadable_is_not_taken_for_deleted(office: Office) -> None:
    office.deliver(export(FIVE))
    office.sync()
    for tail in ("", "\n", "\n\n"):
        office.deliver(export([*FIVE[:4], (5, "Name5", "x")]) + tail)
        office.sync()
    assert set(office.patients()) == {"1", "2", "3", "4", "5"}


def test_mostly_unreadable_means_the_layout_changed_and_nothing_is_taken(office: Office) -> None:
    office.deliver(export(MANY))
    office.sync()
    before = office.rows("patient")
    office.deliver(export([(n, last, "1;00") for n, last, _ in MANY[:100]] + MANY[100:]))
    result = office.sync()
    assert result.status == "partial" and str(result.outcomes[0].problem).startswith("HUB-C22 pms: 100 of 1000 rows")
    assert office.rows("patient") == before and office.rows("quarantine") == []


def test_a_missing_column_names_itself_and_nothing_is_written(office: Office) -> None:
    office.deliver(export(FIVE))
    office.sync()
    office.deliver(export(FIVE).replace("Balance", "Saldo"))
    result = office.sync()
    message = str(result.outcomes[0].problem)
    assert result.status == "partial" and message.startswith("HUB-C12 pms: patients.csv") and "Balance" in message
    assert "nothing was imported" in message and len(office.patients()) == 5
    assert office.rows("stream_state")[0]["problem"] == message, "what depends on it is old from now on"


def test_one_key_twice_with_different_content_keeps_the_first_and_shows_the_second(office: Office) -> None:
    office.deliver(export([*FIVE, (3, "Impostor", "9.00")]))
    result = office.sync()
    assert result.counts.quarantined == 1 and office.patients()["3"] == ("Name3", 350)
    office.deliver(export([*FIVE, (3, "Impostor", "9.00")]) + "\n")
    again = office.sync()
    assert again.counts.changed == 0 and office.patients()["3"] == ("Name3", 350), "it does not flip on the next read"


def test_a_duplicate_that_appears_later_does_not_overwrite(office: Office) -> None:
    office.deliver(export(MANY))
    office.sync()
    office.deliver(export([*MANY, (3, "Impostor", "9.00")]))
    result = office.sync()
    assert result.counts.quarantined == 1 and office.patients()["3"] == ("Name3", 100)


def test_the_same_row_twice_counts_once(office: Office) -> None:
    office.deliver(export([*FIVE, FIVE[2]]))
    result = office.sync()
    assert _counts(result) == (6, 5, 0, 0, 1, 0)


def test_a_corrected_mapping_reads_stored_bytes_again_without_the_source(office: Office) -> None:
    path = office.deliver(export(FIVE))
    office.sync()
    path.unlink()
    office.mapping(MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    result = office.sync()
    assert result.status == "succeeded" and result.counts.changed == 5
    assert office.patients()["1"] == ("Name1", -150)
    assert office.sync().counts.read == 0, "once is enough"


def test_retry_reads_the_stored_bytes_with_the_mapping_of_today(office: Office) -> None:
    path = office.deliver(export([*FIVE, (6, "Dash", "-")]))
    office.sync()
    path.unlink()
    assert office.sync(retry_only=True).counts.quarantined == 1
    office.mapping(MAPPING.replace("version = 1", "version = 2", 1) + '[money]\nnulls = ["-"]\n')
    office.sync(retry_only=True)
    assert office.patients()["6"] == ("Dash", None)
    assert [row["status"] for row in office.rows("quarantine")] == ["replayed"]


def test_a_dry_run_counts_and_writes_nothing(office: Office) -> None:
    office.deliver(export(FIVE))
    result = office.sync(dry_run=True)
    assert result.counts.new == 5
    for name in ("patient", "blob", "blob_part", "run", "run_stream", "stream_state", "quarantine", "snapshot_page"):
        assert office.rows(name) == [], name


def test_an_older_export_does_not_overwrite_a_newer_one(office: Office) -> None:
    office.deliver(export(FIVE), "monday.csv")
    office.sync()
    path = office.deliver(export([(1, "Old", "0.00")]), "sunday.csv")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    result = office.sync()
    assert result.status == "succeeded" and office.patients()["1"] == ("Name1", 150)
    assert office.sync().outcomes == [], "and it is not looked at again"


def test_a_file_that_is_still_growing_waits(plain_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    import hub.sync.inbox as inbox

    path = plain_office.inbox / "patients.csv"
    path.write_text(export(FIVE[:2]))
    monkeypatch.setattr(inbox.time, "sleep", lambda seconds: path.write_text(export(FIVE)))
    result = plain_office.sync()
    assert plain_office.patients() == {} and "HUB-C06" in str(result.outcomes[0].problem)
    monkeypatch.undo()
    plain_office.sync()
    assert len(plain_office.patients()) == 5


def test_files_of_others_links_and_half_files_are_left_alone(plain_office: Office, tmp_path) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text(export(FIVE))
    (plain_office.inbox / "link.csv").symlink_to(outside)
    for name in ("~$patients.csv", "patients.csv.part", "x.tmp", "Thumbs.db", ".hidden.csv"):
        plain_office.deliver(export(FIVE), name)
    plain_office.deliver("just a letter to a patient", "letter.txt")
    (plain_office.inbox / "folder.csv").mkdir()
    result = plain_office.sync()
    assert (result.status, result.outcomes, plain_office.patients()) == ("succeeded", [], {})
    assert sorted(os.listdir(plain_office.inbox)) == sorted(
        [
            "link.csv",
            "~$patients.csv",
            "patients.csv.part",
            "x.tmp",
            "Thumbs.db",
            ".hidden.csv",
            "letter.txt",
            "folder.csv",
        ]
    )


def test_files_move_to_the_archive_only_when_configured(plain_office: Office) -> None:
    plain_office.options["archive_dir"] = "done"
    path = plain_office.deliver(export(FIVE))
    plain_office.sync()
    assert not path.exists() and len(list((plain_office.base / "done").iterdir())) == 1


def test_a_missing_folder_is_one_clear_line(plain_office: Office) -> None:
    plain_office.inbox.rmdir()
    result = plain_office.sync()
    assert (
        result.status == "failed"
        and str(result.problem).startswith("HUB-C01 pms: folder")
        and "is missing" in str(result.problem)
    )
    assert not plain_office.inbox.exists(), "it is never created"


def test_two_processes_never_do_one_source_at_once(plain_office: Office) -> None:
    plain_office.deliver(export(FIVE))
    with (
        hold(plain_office.store, "main", "sync pms", plain_office.clock),
        pytest.raises(Busy, match=f"process {os.getpid()}"),
    ):
        plain_office.sync()
    assert plain_office.sync().status == "succeeded"


def test_every_run_is_in_the_history_with_its_accounts(office: Office) -> None:
    office.deliver(export([*FIVE, (6, "Oops", "x")]) + "\n")
    office.sync()
    (run,) = office.rows("run")
    assert run["status"] == "partial"
    assert run["read"] == run["new"] + run["changed"] + run["same"] + run["filtered"] + run["quarantined"] == 7
    (part,) = office.rows("run_stream")
    assert (part["stream"], part["status"], part["file_name"], part["mapping"]) == (
        "patients",
        "complete",
        "patients.csv",
        "test/patients v1",
    )


def test_raw_bytes_are_kept_as_they_came(office: Office) -> None:
    from hub.sync.blobs import parts

    text = export(MANY).encode() + "José\n".encode("cp1252")
    office.deliver(text)
    office.sync()
    (blob,) = office.rows("blob")
    with office.store.read() as connection:
        assert b"".join(parts(connection, blob["id"])) == text
