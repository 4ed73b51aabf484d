"""What the state of a stream says after the brake stopped a pass, and what is noticed after deletions were undone."""

from __future__ import annotations

from cloud_office import END, LIST, ApiOffice, crowd, page
from sync_office import Office, export

from hub.model import ENTITIES
from hub.sync.snapshot import undo_deletes

MANY = [(n, f"Name{n}", "1.00") for n in range(1, 101)]


def test_a_file_that_the_brake_stops_still_counts_its_new_rows(plain_office: Office) -> None:
    plain_office.deliver(export(MANY))
    plain_office.sync()
    plain_office.deliver(export([*MANY[:40], (101, "New", "2.00"), (102, "New", "2.00")]))
    assert plain_office.sync().status == "partial" and len(plain_office.patients()) == 102
    (state,) = plain_office.rows("stream_state")
    assert state["rows"] == 102 and "HUB-C20" in str(state["problem"])


def test_a_list_of_an_api_that_the_brake_stops_still_counts_its_new_rows(cloud: ApiOffice) -> None:
    cloud.api.streams = (LIST,)
    cloud.api.answers["patients"] = [crowd(100), END]
    cloud.sync()
    cloud.api.answers["patients"] = [crowd(40), page(("101", "New", "2.00"), ("102", "New", "2.00")), END]
    assert cloud.sync().status == "partial" and len(cloud.live()) == 102
    assert cloud.state()["rows"] == 102 and "are not in the newest list" in str(cloud.state()["problem"])


def test_a_record_that_was_brought_back_is_noticed_again_by_the_next_file(office: Office) -> None:
    """The fast way through a file knows rows by the last file's signature: one that only a person brought back is in none."""
    for tail in ("", "\n"):
        office.deliver(export(MANY if not tail else MANY[:-1]) + tail)
        office.sync()
    office.deliver(export(MANY[:-1]) + "\n\n")
    deleting = office.sync()
    assert deleting.counts.deleted == 1 and "100" not in office.patients()
    with office.store.write() as connection:
        assert undo_deletes(connection, ENTITIES["patient"], "main", deleting.run_id) == 1
    assert "100" in office.patients() and office.rows("stream_state")[0]["rows"] == 100
    counts = []
    for blank_lines in (3, 4):
        office.deliver(export(MANY[:-1]) + "\n" * blank_lines)
        result = office.sync()
        counts.append((result.counts.missing, result.counts.deleted))
    assert counts == [(1, 0), (0, 1)] and "100" not in office.patients()
    assert office.rows("stream_state")[0]["rows"] == 99
    office.deliver(export(MANY[:-1]) + "\n" * 5)
    assert office.sync().counts.missing == 0


def test_an_undo_of_one_source_leaves_the_others_alone(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [crowd(2), END]
    cloud.sync()
    assert cloud.undo(99) == 0 and cloud.state()["rows"] == 2
