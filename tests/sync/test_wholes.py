"""Records that come whole with their parts: what a delivery no longer holds of one is gone, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cloud_office import END, ApiOffice
from sync_office import Office
from whole_files import PAYMENTS, Payments, adj, bad, claim, line, payment

from hub.contract import Checkpoint, Facts, SourceContext, SourceFile, Stream

FAULTY = (
    payment("K", 300)
    + claim("K/1", 100)
    + line("K/1/1", 100)
    + claim("K/2", 200)
    + claim("K/3", 200)
    + line("K/3/1", 200)
    + adj("K/p1", 50)
)
CORRECTED = payment("K", 300) + claim("K/1", 100) + line("K/1/1", 100) + claim("K/2", 200)


@pytest.fixture
def payments(office: Office) -> Office:
    office.connector = Payments
    return office


def live(office: Office | ApiOffice) -> set[str]:
    entities = ("remit", "remit_claim", "remit_line", "remit_adj")
    return {str(row["source_key"]) for entity in entities for row in office.rows(entity) if row["deleted_at"] is None}


def test_what_a_corrected_payment_no_longer_holds_is_gone(payments: Office) -> None:
    others = ("K2", "K-", "k", "K%", "_", "J")
    beside = "".join(
        payment(key, 1) + claim(f"{key}/1", 1) + line(f"{key}/1/1", 1) + adj(f"{key}/p1", 1) for key in others
    )
    payments.deliver(FAULTY + beside, "one.txt")
    payments.sync()
    payments.deliver(CORRECTED, "two.txt")
    result = payments.sync()
    kept = {f"{key}{part}" for key in others for part in ("", "/1", "/1/1", "/p1")}
    assert live(payments) == {"K", "K/1", "K/1/1", "K/2"} | kept
    assert (result.counts.deleted, result.counts.new, result.counts.changed, result.counts.same) == (3, 0, 0, 4)
    gone = [row for row in payments.rows("remit_claim") if row["source_key"] == "K/3"]
    assert [row["deleted_run"] for row in gone] == [max(row["id"] for row in payments.rows("run"))]
    rows = {row["entity"]: row["rows"] for row in payments.rows("stream_state")}
    assert rows == {"remit": 7, "remit_claim": 8, "remit_line": 7, "remit_adj": 6}


def test_a_part_that_is_said_again_is_alive_again(payments: Office) -> None:
    for name, text in (("one", FAULTY), ("two", CORRECTED), ("three", FAULTY + bad())):
        payments.deliver(text, f"{name}.txt")
        payments.sync()
    assert live(payments) == {"K", "K/1", "K/1/1", "K/2", "K/3", "K/3/1", "K/p1"}


def test_the_same_payment_once_more_writes_no_part_of_it_anew(payments: Office) -> None:
    for name, more in (("one", ""), ("two", bad())):
        payments.deliver(FAULTY + more, f"{name}.txt")
        result = payments.sync()
    assert (result.counts.same, result.counts.changed, result.counts.deleted) == (7, 0, 0)
    assert {row["run_id"] for row in payments.rows("remit_claim")} == {payments.rows("run")[0]["id"]}


def test_a_payment_that_stands_twice_in_a_file_keeps_the_parts_of_both(payments: Office) -> None:
    payments.deliver(FAULTY, "one.txt")
    payments.sync()
    again = (
        payment("K", 300)
        + claim("K/1", 100)
        + line("K/1/1", 100)
        + payment("K", 300)
        + claim("K/3", 200)
        + line("K/3/1", 200)
    )
    payments.deliver(again, "two.txt")
    payments.sync()
    assert live(payments) == {"K", "K/1", "K/1/1", "K/3", "K/3/1"}


def test_an_older_file_that_is_read_later_changes_nothing_of_a_newer_payment(payments: Office) -> None:
    payments.deliver(FAULTY, "zero.txt")
    payments.sync()
    older = payments.deliver(FAULTY.replace("K/1,100", "K/1,999") + claim("K/4", 7) + payment("L", 5), "late.txt")
    waiting = payments.base / "late.txt"
    older.rename(waiting)
    payments.deliver(CORRECTED + claim("K/5", 0), "two.txt")
    payments.sync()
    waiting.rename(older)
    result = payments.sync()
    assert live(payments) == {"K", "K/1", "K/1/1", "K/2", "K/5", "L"}
    assert result.counts.by_rule == {"older than what is stored": 8} and result.counts.new == 1
    assert {row["paid_cents"] for row in payments.rows("remit_claim") if row["source_key"] == "K/1"} == {100}


def test_a_replay_comes_to_the_same_end(payments: Office) -> None:
    payments.deliver(FAULTY + bad(), "one.txt")
    payments.sync()
    payments.deliver(CORRECTED + bad("two"), "two.txt")
    payments.sync()
    before = live(payments)
    payments.sync(retry_only=True)
    assert live(payments) == before == {"K", "K/1", "K/1/1", "K/2"}
    payments.sync(full=True)
    assert live(payments) == before


@pytest.mark.parametrize(("part_of", "kept"), [("K", True), ("?", True), ("L", False), ("", False)])
def test_a_part_that_turned_unreadable_is_not_gone(payments: Office, part_of: str, kept: bool) -> None:
    payments.deliver(FAULTY, "one.txt")
    payments.sync()
    payments.deliver(CORRECTED + bad("what may be K/3", part_of), "two.txt")
    counts = payments.sync().counts
    assert live(payments) == ({"K", "K/1", "K/1/1", "K/2"} if not kept else live(payments) | {"K/3"})
    assert (counts.deleted == 0) == kept
    payments.deliver(CORRECTED, "three.txt")
    payments.sync()
    assert live(payments) == {"K", "K/1", "K/1/1", "K/2"}, "the next one that can be read settles it"


@pytest.mark.parametrize("again", [{"retry_only": True}, {"full": True}], ids=["retry", "full"])
def test_old_bytes_under_a_newer_time_are_no_newer(payments: Office, again: dict[str, bool]) -> None:
    """A folder that was copied or unzipped once more."""
    payments.deliver(FAULTY + bad(), "one.txt")
    payments.sync()
    payments.deliver(CORRECTED, "two.txt")
    payments.sync()
    payments.deliver(FAULTY + bad(), "one.txt")
    payments.sync()
    corrected = {"K", "K/1", "K/1/1", "K/2"}
    assert live(payments) == corrected
    payments.sync(**again)
    assert live(payments) == corrected
    payments.deliver(CORRECTED + claim("K/4", 1), "three.txt")
    payments.sync()
    assert live(payments) == corrected | {"K/4"}, "what is really newer counts"


def test_parts_without_their_payment_are_not_judged(payments: Office) -> None:
    payments.deliver(FAULTY, "one.txt")
    payments.sync()
    payments.deliver(claim("K/9", 1), "two.txt")
    payments.sync()
    assert len(live(payments)) == 8


def facts(text: str) -> Iterator[Facts]:
    return Payments.facts(text.splitlines())


def test_a_source_that_is_asked_gives_a_whole_between_two_checkpoints(each_cloud: ApiOffice) -> None:
    each_cloud.api.streams = (PAYMENTS,)
    each_cloud.api.answers["payments"] = [
        *facts(FAULTY),
        Checkpoint({"at": 1}),
        *facts(CORRECTED),
        Checkpoint({"at": 2}),
        END,
    ]
    each_cloud.sync()
    assert live(each_cloud) == {"K", "K/1", "K/1/1", "K/2"}


class Slashed(Payments):
    """Its payments have keys that look like parts."""

    def read(self, file: SourceFile, stream: Stream, ctx: SourceContext) -> Iterator[Facts]:
        yield from self.facts(["payment,K/1,5"])


def test_a_whole_with_the_key_of_a_part_is_the_connectors_mistake(plain_office: Office) -> None:
    plain_office.connector = Slashed
    plain_office.deliver(payment("K", 5), "one.txt")
    (outcome,) = plain_office.sync().outcomes
    assert outcome.problem is not None and outcome.problem.code == "HUB-P05"
