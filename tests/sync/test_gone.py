"""Records that the source itself calls deleted: they go at once, unless they are absurdly many, and may come back."""

from __future__ import annotations

import pytest
from cloud_office import END, LIST, MAPPING, ONE, SWEPT, THREE, TWO, ApiOffice, crowd, page, people

from hub.contract import Checkpoint, Gone, Stream
from hub.errors import AuthError

MARKED = Stream("patients", ("patient",), deletes="marks", mapping="cloud/patients")
FIRST = Checkpoint({"at": 1}, complete=True)


@pytest.fixture
def marked(cloud: ApiOffice) -> ApiOffice:
    cloud.api.streams = (MARKED,)
    return cloud


def gone(*keys: object) -> Gone:
    return Gone("patient", [str(key) for key in keys])


def test_what_the_source_calls_deleted_goes_at_once_and_a_record_that_comes_again_is_back(
    each_cloud: ApiOffice,
) -> None:
    each_cloud.api.streams = (MARKED,)
    each_cloud.api.answers["patients"] = [page(ONE, TWO, THREE), FIRST]
    each_cloud.sync()
    each_cloud.api.answers["patients"] = [gone(2, 2, 77), gone(2), END]
    result = each_cloud.sync()
    assert (result.status, result.counts.deleted, result.counts.read) == ("succeeded", 1, 0), (
        "unknown ones are passed over"
    )
    assert each_cloud.live() == {"1", "3"} and each_cloud.state()["rows"] == 2
    (dead,) = [row for row in each_cloud.rows("patient") if row["source_key"] == "2"]
    assert dead["deleted_at"] is not None and dead["deleted_run"] == result.run_id
    assert each_cloud.sync().counts.deleted == 0, "once is enough"
    each_cloud.api.answers["patients"] = [page(TWO), END]
    back = each_cloud.sync()
    assert (back.counts.revived, back.counts.changed) == (1, 1) and each_cloud.live() == {"1", "2", "3"}
    assert each_cloud.state()["rows"] == 3


@pytest.mark.parametrize("stream", [MARKED, SWEPT, LIST], ids=["marks", "sweep", "snapshot"])
def test_the_later_word_of_one_page_stands(cloud: ApiOffice, stream: Stream) -> None:
    cloud.api.streams = (stream,)
    cloud.api.answers["patients"] = [page(ONE, TWO), gone(1, 2), page(ONE), END]
    cloud.sync()
    assert cloud.live() == {"1"} and cloud.state()["rows"] == 1


def test_only_records_of_the_stream_itself_go(cloud: ApiOffice) -> None:
    cloud.api.streams = (MARKED, Stream("people", ("patient",), deletes="none"))
    cloud.api.answers = {"patients": [page(ONE), FIRST], "people": [people("7"), END]}
    cloud.sync()
    cloud.api.answers["patients"] = [gone(7), END]
    assert cloud.sync().counts.deleted == 0 and cloud.live() == {"1", "7"}


def test_absurdly_many_deleted_records_wait_for_a_person(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (MARKED,)
    each_cloud.api.answers["patients"] = [crowd(100), FIRST]
    each_cloud.sync()
    new = page(("101", "Late", "2.00"))
    each_cloud.api.answers["patients"] = [gone(*range(1, 31)), new, Checkpoint({"at": 2}), END]
    for _ in range(2):
        result = each_cloud.sync()
        assert (result.status, result.counts.deleted) == ("partial", 0)
    told = str(each_cloud.state()["problem"])
    assert "HUB-C20 cloud: 30 of 101 records of patients are called deleted by the source" in told
    assert len(each_cloud.live()) == 101 == each_cloud.state()["rows"], "the rest of the pass is stored"
    assert each_cloud.api.cursors["patients"][1:] == [{"at": 1}] * 2, "the source is asked again"
    confirmed = each_cloud.sync(accept_missing=True)
    assert (confirmed.status, confirmed.counts.deleted) == ("succeeded", 30) and len(each_cloud.live()) == 71
    assert (each_cloud.state()["rows"], each_cloud.state()["problem"]) == (71, None)
    assert each_cloud.undo(confirmed.run_id) == 30 and each_cloud.state()["rows"] == 101


def test_many_small_pages_are_one_pass_for_the_brake_even_when_it_is_cut_off(marked: ApiOffice) -> None:
    marked.api.answers["patients"] = [crowd(100), FIRST]
    marked.sync()
    lost = AuthError("HUB-A01", "the key was refused")
    marked.api.answers["patients"] = [gone(*range(1, 16)), Checkpoint({"at": 2}), lost]
    assert marked.sync().counts.deleted == 15
    marked.api.answers["patients"] = [gone(*range(16, 20)), Checkpoint({"at": 3}), gone(20, 21), END]
    result = marked.sync()
    assert result.counts.deleted == 4, "15 + 4 are less than 20; with 2 more they are 21 of 100"
    assert "HUB-C20 cloud: 21 of 100" in str(marked.state()["problem"]) and marked.state()["rows"] == 81
    marked.api.answers["patients"] = [Checkpoint({"at": 3}, complete=True)]
    assert marked.sync().status == "succeeded", "the source says something else"
    marked.api.answers["patients"] = [gone(20, 21), END]
    assert marked.sync().counts.deleted == 2, "a new pass has its own allowance"


def test_a_first_load_may_hold_deletions_of_what_it_brought(marked: ApiOffice) -> None:
    marked.api.answers["patients"] = [crowd(100), Checkpoint({"at": 1}), gone(*range(1, 61)), END]
    result = marked.sync()
    assert (result.status, result.counts.deleted) == ("succeeded", 60) and marked.state()["rows"] == 40


def test_a_replay_brings_nothing_back_and_reads_it_anew_for_the_day_of_an_undo(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (SWEPT,)
    each_cloud.api.answers["patients"] = [page(ONE, TWO, THREE), FIRST]
    each_cloud.sync()
    each_cloud.api.answers["patients"] = [gone(2, 3), END]
    run = each_cloud.sync().run_id
    each_cloud.api.answers["patients"] = [page(("3", "Ng", "4.00")), END]
    each_cloud.sync()
    each_cloud.mapping(MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    each_cloud.api.answers["patients"] = [END]
    replayed = each_cloud.sync()
    assert replayed.counts.read == 4 and each_cloud.live() == {"1", "3"} and each_cloud.state()["rows"] == 2
    assert each_cloud.undo(run) == 1, "the deletion still belongs to its run"
    assert each_cloud.owed() == {"1": -150, "2": -250, "3": -400} and each_cloud.live() == {"1", "2", "3"}
    assert each_cloud.sync().counts.read == 0, "once is enough"


def test_a_record_that_came_unreadable_after_its_deletion_is_back_once_its_mapping_is_mended(marked: ApiOffice) -> None:
    marked.api.answers["patients"] = [page(ONE, TWO), FIRST]
    marked.sync()
    marked.api.answers["patients"] = [gone(2), END]
    marked.sync()
    marked.api.answers["patients"] = [page(("2", "Kim", "-")), END]
    marked.sync()
    marked.mapping(MAPPING.replace("version = 1", "version = 2", 1) + '[money]\nnulls = ["-"]\n')
    marked.sync(retry_only=True)
    assert marked.live() == {"1", "2"} and marked.state()["rows"] == 2
