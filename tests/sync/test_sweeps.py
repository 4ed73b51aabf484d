"""A source that lists the keys of all that it holds: who is absent from that list twice is gone, and when that means nothing."""

from __future__ import annotations

import pytest
from cloud_office import END, END_OF_SWEEP, FEED, MAPPING, ONE, SWEPT, THREE, TWO, ApiOffice, crowd, keys, page, people

from hub.contract import Checkpoint, Facts, Gone, Stream
from hub.errors import AuthError

ALL_100 = [str(n) for n in range(1, 101)]


@pytest.fixture
def swept(cloud: ApiOffice) -> ApiOffice:
    cloud.api.streams = (SWEPT,)
    return cloud


def test_a_record_must_be_absent_from_two_whole_sweeps_before_it_is_deleted(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (SWEPT,)
    each_cloud.api.answers["patients"] = [page(ONE, TWO, THREE), keys("1", "2"), keys("3"), END_OF_SWEEP]
    first = each_cloud.sync()
    assert (first.status, first.counts.new, first.counts.missing) == ("succeeded", 3, 0)
    each_cloud.api.answers["patients"] = [keys("1", "2"), END]
    assert each_cloud.sync().counts.missing == 0, "keys without the word that they are all of them"
    each_cloud.api.answers["patients"] = [keys("1"), keys("2"), END_OF_SWEEP]
    once = each_cloud.sync()
    assert (once.counts.missing, once.counts.deleted) == (1, 0) and each_cloud.live() == {"1", "2", "3"}
    twice = each_cloud.sync()
    assert (twice.counts.missing, twice.counts.deleted) == (0, 1) and each_cloud.live() == {"1", "2"}
    assert each_cloud.state()["rows"] == 2 and each_cloud.state()["problem"] is None
    assert each_cloud.undo(twice.run_id) == 1 and each_cloud.live() == {"1", "2", "3"}
    assert each_cloud.state()["rows"] == 3
    assert [each_cloud.sync().counts.missing for _ in range(2)] == [1, 0], "it is still not there: noticed again"
    assert each_cloud.live() == {"1", "2"}


def test_a_record_that_is_made_between_the_sweep_and_the_reading_survives(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (SWEPT,)
    each_cloud.api.answers["patients"] = [page(ONE, TWO), keys("1", "2"), END_OF_SWEEP]
    each_cloud.sync()
    each_cloud.api.answers["patients"] = [keys("1", "2"), page(THREE), Checkpoint({"page": 2}), END_OF_SWEEP]
    for _ in range(2):
        result = each_cloud.sync()
        assert (result.counts.missing, result.counts.deleted) == (0, 0)
    assert each_cloud.live() == {"1", "2", "3"}


def test_a_sweep_in_the_middle_of_a_pass_counts_and_what_comes_after_it_revives(swept: ApiOffice) -> None:
    swept.api.answers["patients"] = [page(ONE, TWO), keys("1", "2"), END_OF_SWEEP]
    swept.sync()
    middle = Checkpoint({"swept": 1}, swept=("patient",))
    swept.api.answers["patients"] = [keys("1"), middle, END]
    swept.sync()
    swept.api.answers["patients"] = [keys("1"), middle, page(TWO), END]
    result = swept.sync()
    assert (result.counts.deleted, result.counts.revived) == (1, 1) and swept.live() == {"1", "2"}
    assert swept.state()["rows"] == 2
    assert swept.sync().counts.missing == 1, "it is noticed from the beginning"


def test_the_keys_of_a_pass_that_was_cut_off_are_forgotten(swept: ApiOffice) -> None:
    swept.api.answers["patients"] = [page(ONE, TWO, THREE), END]
    swept.sync()
    lost = AuthError("HUB-A01", "the key was refused")
    swept.api.answers["patients"] = [keys("1"), Checkpoint({"page": 2}), keys("2"), lost]
    swept.sync()
    swept.api.answers["patients"] = [keys("3"), END_OF_SWEEP]
    assert swept.sync().counts.missing == 2, "only 3 is on the list of this pass"
    assert swept.api.cursors["patients"] == [None, {"at": 99}, {"page": 2}], "it went on where it was cut off"


def test_too_many_absent_records_stop_the_sweep_until_a_person_confirms(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (SWEPT,)
    each_cloud.api.answers["patients"] = [crowd(100), Checkpoint({"at": 1}, complete=True)]
    each_cloud.sync()
    fresh = page(("101", "Late", "2.00"))
    each_cloud.api.answers["patients"] = [
        keys(*ALL_100[:60], "101"),
        Checkpoint({"at": 2}, swept=("patient",)),
        fresh,
        END,
    ]
    for _ in range(3):
        result = each_cloud.sync()
        assert (result.status, result.counts.deleted) == ("partial", 0)
    assert "HUB-C20 cloud: 40 of 101 records of patients are not in the newest list" in str(
        each_cloud.state()["problem"]
    )
    assert len(each_cloud.live()) == 101, "what came after the sweep is stored"
    assert each_cloud.state()["rows"] == 101
    assert each_cloud.api.cursors["patients"][1:] == [{"at": 1}] * 3, "the sweep is asked for again"
    confirmed = each_cloud.sync(accept_missing=True)
    assert (confirmed.status, confirmed.counts.deleted) == ("succeeded", 40) and len(each_cloud.live()) == 61
    assert (each_cloud.state()["rows"], each_cloud.state()["problem"]) == (61, None)
    assert each_cloud.undo(confirmed.run_id) == 40 and len(each_cloud.live()) == 101


def test_an_empty_list_of_keys_deletes_nothing_and_says_so(swept: ApiOffice) -> None:
    swept.api.answers["patients"] = [page(ONE, TWO), END]
    swept.sync()
    swept.api.answers["patients"] = [page(THREE), END_OF_SWEEP]
    for _ in range(3):
        result = swept.sync()
        assert result.status == "partial" and "HUB-C23" in str(result.outcomes[0].problem)
        assert result.counts.missing == result.counts.deleted == 0
    assert swept.live() == {"1", "2", "3"} and "HUB-C23" in str(swept.state()["problem"])
    swept.api.answers["patients"] = [keys("1", "2", "3"), END_OF_SWEEP]
    assert swept.sync().status == "succeeded" and swept.state()["problem"] is None


def test_an_empty_list_of_a_stream_that_never_had_a_record_is_fine(swept: ApiOffice) -> None:
    swept.api.answers["patients"] = [END_OF_SWEEP]
    assert swept.sync().status == "succeeded"


def test_a_record_that_turns_unreadable_is_not_taken_for_deleted(swept: ApiOffice) -> None:
    swept.api.answers["patients"] = [page(ONE, TWO, THREE), END]
    swept.sync()
    swept.api.answers["patients"] = [keys("1"), page(("2", "Kim", "x")), END_OF_SWEEP]
    for _ in range(3):
        swept.sync()
    assert swept.live() == {"1", "2"}, "2 was delivered, if unreadable; 3 is gone"


def test_an_unreadable_row_that_the_list_explains_hides_nothing_and_another_one_does(swept: ApiOffice) -> None:
    swept.api.answers["patients"] = [page(ONE, TWO, THREE), END]
    swept.sync()
    swept.api.answers["patients"] = [keys("1", "2", "9"), page(("9", "Oops", "x")), END_OF_SWEEP]
    assert swept.sync().counts.missing == 1
    swept.api.answers["patients"] = [keys("1", "2"), page(("8", "Oops", "x")), END_OF_SWEEP]
    result = swept.sync()
    assert result.counts.deleted == 0 and any("HUB-C24" in told for told in result.warnings)


def test_keys_are_known_with_what_the_mapping_puts_before_them(swept: ApiOffice) -> None:
    swept.mapping(MAPPING + 'prefix = "P"\n')
    swept.api.answers["patients"] = [page(ONE, TWO, THREE), keys("P1", "P2", "P3"), END_OF_SWEEP]
    swept.sync()
    swept.api.answers["patients"] = [keys("P1"), page(("2", "Kim", "x")), END_OF_SWEEP]
    for _ in range(3):
        swept.sync()
    assert swept.live() == {"P1", "P2"}


def test_entities_are_swept_each_on_its_own(cloud: ApiOffice) -> None:
    cloud.api.streams = (Stream("all", ("patient", "provider"), deletes="sweep"),)
    doctors = Facts("provider", ("source_key",), [("5",), ("6",)])
    cloud.api.answers["all"] = [people("5", "6"), doctors, END]
    cloud.sync()
    cloud.api.answers["all"] = [keys("5"), keys("6", entity="provider"), Checkpoint({}, True, swept=("provider",))]
    assert [cloud.sync().counts.deleted for _ in range(2)] == [0, 1]
    assert cloud.live() == {"5", "6"} and cloud.live("provider") == {"6"}
    assert (cloud.state("patient")["rows"], cloud.state("provider")["rows"]) == (2, 1)


def test_a_sweep_looks_only_at_the_records_of_its_own_stream(cloud: ApiOffice) -> None:
    cloud.api.streams = (SWEPT, Stream("people", ("patient",), deletes="none"))
    cloud.api.answers = {"patients": [page(ONE, TWO), keys("1", "2"), END_OF_SWEEP], "people": [people("a", "b"), END]}
    for _ in range(3):
        assert cloud.sync().counts.missing == 0
    assert cloud.live() == {"1", "2", "a", "b"}


@pytest.mark.parametrize(
    ("stream", "part"),
    [
        (FEED, keys("1")), (FEED, Checkpoint({}, True, swept=("patient",))), (SWEPT, keys("1", entity="claim")),
        (SWEPT, Checkpoint({}, True, swept=("claim",))), (FEED, Gone("patient", ["1"])), (SWEPT, Gone("claim", ["1"])),
    ],
    ids=["keys of a feed", "a feed that swept", "keys of another entity", "another entity swept", "a feed's deleted", "another's"],
)  # fmt: skip
def test_what_a_stream_does_not_declare_is_refused(cloud: ApiOffice, stream: Stream, part: object) -> None:
    cloud.api.streams = (stream,)
    cloud.api.answers["patients"] = [page(ONE), part, END]
    result = cloud.sync()
    assert str(result.outcomes[0].problem).startswith("HUB-P05") and cloud.live() == set()


def test_a_dry_run_of_a_sweep_writes_nothing(swept: ApiOffice) -> None:
    swept.api.answers["patients"] = [page(ONE, TWO), keys("1", "2"), END_OF_SWEEP]
    swept.sync()
    swept.api.answers["patients"] = [keys("1"), END_OF_SWEEP]
    assert swept.sync(dry_run=True).counts.missing == 1 and swept.rows("missing_row") == []
