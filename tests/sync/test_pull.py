"""A source that is asked: pages and cursors, absence over whole passes, bad records, isolation, replay of stored pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cloud_office import (
    END,
    FEED,
    LIST,
    MAPPING,
    ONE,
    READY,
    THREE,
    TWO,
    ApiOffice,
    counts,
    page,
    people,
)

from hub.contract import BadRow, Checkpoint, Facts, Stream
from hub.errors import AuthError


def test_a_pass_of_several_pages_is_stored_and_accounted_for(each_cloud: ApiOffice) -> None:
    each_cloud.api.answers["patients"] = [page(ONE, TWO), Checkpoint({"page": 2}), page(THREE), END]
    result = each_cloud.sync()
    assert (result.status, counts(result)) == ("succeeded", (3, 3, 0, 0, 0, 0))
    assert each_cloud.owed() == {"1": 150, "2": 250, "3": 350}
    (state,) = each_cloud.rows("stream_state")
    assert state["rows"] == 3 and json.loads(str(state["cursor"])) == {"at": 99} and state["problem"] is None
    again = each_cloud.sync()
    assert counts(again) == (3, 0, 0, 3, 0, 0) and len(each_cloud.rows("blob")) == 2, "equal pages are kept once"


def test_a_cut_off_feed_goes_on_at_its_last_checkpoint(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (FEED,)
    lost = AuthError("HUB-A01", "the key was refused")
    each_cloud.api.answers["patients"] = [page(ONE), Checkpoint({"page": 2}), page(TWO), lost]
    result = each_cloud.sync()
    assert result.status == "partial" and counts(result) == (1, 1, 0, 0, 0, 0) and each_cloud.live() == {"1"}
    (part,) = each_cloud.rows("run_stream")
    assert (part["status"], part["read"], part["new"]) == ("incomplete", 1, 1)
    (state,) = each_cloud.rows("stream_state")
    assert "HUB-A01" in str(state["problem"]) and state["last_complete_at"] is None
    each_cloud.api.answers["patients"] = [page(TWO), END]
    assert each_cloud.sync().status == "succeeded" and each_cloud.live() == {"1", "2"}
    assert each_cloud.api.cursors["patients"] == [None, {"page": 2}]
    assert each_cloud.rows("stream_state")[0]["problem"] is None


def test_a_record_must_be_absent_from_two_whole_passes_before_it_is_deleted(each_cloud: ApiOffice) -> None:
    api = each_cloud.api
    api.answers["patients"] = [page(ONE, TWO), Checkpoint({"page": 2}), page(THREE), END]
    each_cloud.sync()
    api.answers["patients"] = [page(ONE, TWO), Checkpoint({"page": 2}), AuthError("HUB-A01", "refused")]
    assert each_cloud.sync().counts.missing == 0, "a pass that was cut off tells nothing about absence"
    api.answers["patients"] = [page(ONE, TWO), END]
    first = each_cloud.sync()
    assert (first.counts.missing, first.counts.deleted) == (1, 0) and each_cloud.live() == {"1", "2", "3"}
    second = each_cloud.sync()
    assert second.counts.deleted == 1 and each_cloud.live() == {"1", "2"}
    assert api.cursors["patients"] == [None] * 4, "a list always starts from its beginning"


@pytest.mark.parametrize("deletes", ["none", "marks"])
def test_a_feed_never_deletes_what_it_does_not_mention(cloud: ApiOffice, deletes: str) -> None:
    cloud.api.streams = (Stream("patients", ("patient",), deletes=deletes, mapping="cloud/patients"),)  # type: ignore[arg-type]
    for answer in (page(ONE, TWO), page(ONE), page(ONE)):
        cloud.api.answers["patients"] = [answer, END]
        cloud.sync()
    assert cloud.live() == {"1", "2"}


def test_an_empty_answer_deletes_nothing_and_says_so(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [page(ONE, TWO), END]
    cloud.sync()
    cloud.api.answers["patients"] = [page(), END]
    for _ in range(3):
        result = cloud.sync()
        assert result.status == "partial" and "HUB-C23" in str(result.outcomes[0].problem)
    assert cloud.live() == {"1", "2"}


def test_a_bad_row_of_an_early_page_stays_open_until_the_source_corrects_it(each_cloud: ApiOffice) -> None:
    bad = ("9", "Oops", "1.2.5")
    each_cloud.api.answers["patients"] = [page(ONE, bad), Checkpoint({"page": 2}), page(TWO), END]
    for tries in (1, 2):
        result = each_cloud.sync()
        assert result.counts.quarantined == 1
        assert [(row["status"], row["attempts"]) for row in each_cloud.rows("quarantine")] == [("open", tries)]
    each_cloud.api.answers["patients"] = [page(ONE, ("9", "Fine", "1.25")), Checkpoint({"page": 2}), page(TWO), END]
    each_cloud.sync()
    assert [row["status"] for row in each_cloud.rows("quarantine")] == ["fixed"]


def test_a_record_that_turns_unreadable_is_not_taken_for_deleted(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [page(ONE, TWO), END]
    cloud.sync()
    cloud.api.answers["patients"] = [page(("1", "Lopez", "x")), Checkpoint({"page": 2}), page(TWO), END]
    for _ in range(3):
        cloud.sync()
    assert cloud.live() == {"1", "2"}


def test_one_key_twice_in_a_page_is_one_record(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [page(ONE, TWO, ("1", "Lopez", "9.00")), END]
    assert counts(cloud.sync()) == (3, 2, 0, 0, 1, 0) and cloud.owed()["1"] == 900, "the later one is the newer one"
    assert counts(cloud.sync()) == (3, 0, 0, 2, 1, 0), "and it stays so"


def test_two_entities_of_one_list_are_deleted_each_on_its_own(cloud: ApiOffice) -> None:
    cloud.api.streams = (Stream("all", ("patient", "provider"), deletes="snapshot"),)
    doctors = Facts("provider", ("source_key",), [("5",), ("6",)])
    cloud.api.answers["all"] = [people("5", "6"), doctors, END]
    cloud.sync()
    cloud.api.answers["all"] = [people("6"), Facts("provider", ("source_key",), [("6",)]), END]
    first = cloud.sync()
    assert (first.counts.missing, first.counts.deleted) == (2, 0)
    assert cloud.sync().counts.deleted == 2 and cloud.live() == cloud.live("provider") == {"6"}


def test_ready_facts_and_bad_records_share_a_page(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (READY,)
    broken = BadRow("type", "HUB-R01 a date is none", '{"id": 9}')
    each_cloud.api.answers["people"] = [people("1", "2"), broken, Checkpoint({"at": 1}), people("2", name="Kim"), END]
    result = each_cloud.sync()
    assert counts(result) == (4, 2, 1, 0, 0, 1)
    each_cloud.sync(retry_only=True)
    assert [row["status"] for row in each_cloud.rows("quarantine")] == ["open"], "nothing stored could cure it"


@pytest.mark.parametrize("failure", [AuthError("HUB-A01", "the key was refused"), KeyError("surprise")])
def test_one_stream_that_fails_does_not_stop_the_other(cloud: ApiOffice, failure: Exception) -> None:
    cloud.api.streams = (READY, LIST)
    cloud.api.answers = {"people": [people("a"), Checkpoint({}), failure], "patients": [page(ONE), END]}
    result = cloud.sync()
    assert result.status == "partial" and cloud.live() == {"a", "1"} and result.counts.read == 2
    assert [outcome.status for outcome in result.outcomes] == ["incomplete", "complete"]
    assert "surprise" not in str(cloud.rows("run_stream"))


def test_records_after_the_last_checkpoint_are_refused(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [page(ONE), Checkpoint({"page": 2}), page(TWO)]
    result = cloud.sync()
    assert str(result.outcomes[0].problem).startswith("HUB-P07") and cloud.live() == {"1"}


@pytest.mark.parametrize(
    "parts", [[], [page(ONE), Checkpoint({"page": 2})]], ids=["no checkpoint", "not the final one"]
)
def test_a_pass_without_its_final_checkpoint_is_not_complete(cloud: ApiOffice, parts: list[object]) -> None:
    cloud.api.answers["patients"] = parts
    result = cloud.sync()
    assert result.status == "partial" and str(result.outcomes[0].problem).startswith("HUB-P07")


def test_a_cursor_that_is_too_large_stores_nothing_of_its_page(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [page(ONE), Checkpoint({"at": "x" * 64_000}, complete=True)]
    result = cloud.sync()
    assert "HUB-P07" in str(result.outcomes[0].problem) and cloud.live() == set() and result.counts.read == 0


def test_a_page_that_is_rolled_back_does_not_count(cloud: ApiOffice) -> None:
    cloud.api.streams = (READY,)
    cloud.api.answers["people"] = [people("1"), Facts("claim", ("source_key",), [("c",)]), END]
    result = cloud.sync()
    assert "HUB-P05" in str(result.outcomes[0].problem) and result.counts.read == 0 and cloud.live() == set()


@pytest.mark.parametrize("fresh", [[], [page(THREE)]], ids=["nothing new", "with a new page"])
def test_a_corrected_mapping_reads_every_stored_page_again(each_cloud: ApiOffice, fresh: list[object]) -> None:
    each_cloud.api.streams = (FEED,)
    each_cloud.api.answers["patients"] = [page(ONE), Checkpoint({"page": 2}), page(TWO), END]
    each_cloud.sync()
    each_cloud.mapping(MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    each_cloud.api.answers["patients"] = [*fresh, END]
    each_cloud.sync()
    assert each_cloud.owed() == {"1": -150, "2": -250} | ({"3": -350} if fresh else {})
    each_cloud.api.answers["patients"] = [END]
    assert each_cloud.sync().counts.read == 0, "once is enough"


def test_a_replay_does_not_bring_back_what_the_list_no_longer_holds(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [page(ONE, TWO, THREE), END]
    cloud.sync()
    cloud.api.answers["patients"] = [page(ONE, TWO), END]
    cloud.sync()
    cloud.sync()
    assert cloud.live() == {"1", "2"}
    cloud.mapping(MAPPING.replace("version = 1", "version = 2", 1) + "[money]\nflip_sign = true\n")
    cloud.api.answers["patients"] = [AuthError("HUB-A01", "the key was refused")]
    cloud.sync()
    assert cloud.live() == {"1", "2"} and cloud.owed()["1"] == -150
    assert "HUB-A01" in str(cloud.rows("stream_state")[0]["problem"]), "stored pages say nothing about the source"


def test_equal_pages_of_two_streams_are_both_kept(cloud: ApiOffice) -> None:
    other = Stream("archive", ("patient",), deletes="none", mapping="cloud/patients")
    cloud.api.streams = (FEED, other)
    cloud.api.answers = {"patients": [page(ONE), END], "archive": [page(ONE), END]}
    cloud.sync()
    assert sorted(str(row["stream"]) for row in cloud.rows("blob")) == ["archive", "patients"]


def test_retry_of_a_pass_that_was_cut_off_does_not_make_it_complete(cloud: ApiOffice) -> None:
    bad = ("9", "Dash", "-")
    cloud.api.answers["patients"] = [page(ONE, bad), Checkpoint({"page": 2}), AuthError("HUB-A01", "refused")]
    cloud.sync()
    cloud.mapping(MAPPING.replace("version = 1", "version = 2", 1) + '[money]\nnulls = ["-"]\n')
    cloud.sync(retry_only=True)
    assert cloud.live() == {"1", "9"} and [row["status"] for row in cloud.rows("quarantine")] == ["replayed"]
    assert cloud.rows("stream_state")[0]["last_complete_at"] is None


def test_a_dry_run_of_several_pages_writes_nothing(cloud: ApiOffice) -> None:
    cloud.api.answers["patients"] = [page(ONE), Checkpoint({"page": 2}), page(TWO), END]
    assert cloud.sync(dry_run=True).counts.new == 2
    for name in ("patient", "blob", "blob_part", "run", "run_stream", "stream_state", "quarantine"):
        assert cloud.rows(name) == [], name


def test_a_list_that_was_not_asked_again_is_as_old_as_it_is(cloud: ApiOffice) -> None:
    """A connector that reads a list once a night says so in between: yesterday's answer is not one of today."""
    cloud.api.streams = (FEED,)
    cloud.api.answers["patients"] = [page(ONE), END]
    cloud.sync()
    asked = cloud.state()["last_complete_at"]
    cloud.api.answers["patients"] = [Checkpoint({"at": 99}, complete=True, as_of=datetime(2026, 3, 9, 4, tzinfo=UTC))]
    assert cloud.sync().status == "succeeded"
    assert cloud.state()["last_complete_at"] == asked
    cloud.api.answers["patients"] = [END]
    cloud.sync()
    assert cloud.state()["last_complete_at"] > asked
