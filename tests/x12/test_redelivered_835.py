"""One payment in several files, through the real sync: a correction counts whole, a worse copy spoils nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from era_writer import Claim, Era, Line, write
from sqlalchemy import select

from connectors.clearinghouse.connector import Clearinghouse
from connectors.clearinghouse.pages import Pages
from hub.clock import FixedClock
from hub.config.schema import Config
from hub.model import TABLES
from hub.store import Store
from hub.sync.job import SyncResult, sync_source

KEY = "1512345678:EFT1:30000:20260301"
A1, A2 = Claim("A1", [Line("D1110", 100_00)]), Claim("A2", [Line("D2740", 200_00)])
Read = Callable[[str], SyncResult]


@pytest.fixture
def deliver(plain_store: Store, tmp_path: Path, clock: FixedClock) -> Read:
    """`deliver(text)`: one more file, a minute newer than the one before, and a sync."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    source = {
        "name": "ch",
        "practice": "main",
        "connector": "clearinghouse",
        "settings": {"folder": "inbox"},
        "settle_seconds": 0,
    }
    practice = {"id": "main", "name": "Test", "timezone": "America/Chicago"}
    config = Config.model_validate({"practice": [practice], "source": [source], "path": tmp_path / "hub.toml"})

    def _deliver(text: str) -> SyncResult:
        count = len(list(inbox.iterdir()))
        path = inbox / f"{count}.835"
        path.write_text(text)
        moment = clock.now().timestamp() - 3600 + 60 * count
        os.utime(path, (moment, moment))
        return sync_source(plain_store, config, config.source[0], Clearinghouse(), [], clock)

    return _deliver


@pytest.fixture
def live(plain_store: Store) -> Callable[[str], dict[str, dict[str, object]]]:
    def _live(entity: str) -> dict[str, dict[str, object]]:
        table = TABLES[entity]
        with plain_store.read() as connection:
            rows = connection.execute(select(table).where(table.c.deleted_at.is_(None))).mappings()
            return {str(row["source_key"]): dict(row) for row in rows}

    return _live


Live = Callable[[str], dict[str, dict[str, object]]]


def test_a_corrected_payment_leaves_no_claim_line_or_take_back_of_the_faulty_one(deliver: Read, live: Live) -> None:
    deliver(write([Era([A1, A2, A2], stated=300_00, plb=[("WO", "OLD", 50_00)])]))
    assert live("remit")[KEY]["state"] == "QUARANTINED" and len(live("remit_claim")) == 3
    deliver(write([Era([A1, A2])], control=2))
    assert {key: row["claims_paid_cents"] for key, row in live("remit").items()} == {KEY: 300_00}
    assert sorted(live("remit_claim")) == [f"{KEY}/000001", f"{KEY}/000002"]
    assert sorted(live("remit_line")) == [f"{KEY}/000001/001", f"{KEY}/000002/001"]
    assert live("remit_adj") == {}


def cut(text: str) -> str:
    """The same with GE and IEA lost."""
    return text[: text.index("GE*")]


def unreadable(text: str) -> str:
    """The same with one amount that is none."""
    return text.replace("CLP*A2*1*200.00", "CLP*A2*1*2oo.00")


@pytest.mark.parametrize("spoil", [cut, unreadable])
@pytest.mark.parametrize("worse_first", [True, False])
def test_a_worse_copy_spoils_no_payment_in_either_order(
    spoil: Callable[[str], str], worse_first: bool, deliver: Read, live: Live
) -> None:
    worse, whole = spoil(write([Era([A1, A2])], control=2)), write([Era([A1, A2])])
    for text in (worse, whole) if worse_first else (whole, worse):
        deliver(text)
    states = {key: row["state"] for key, row in live("remit").items()}
    assert states == {KEY: "UNPROCESSED", f"{KEY}:cut": "QUARANTINED"}
    ours = {key: row["remit_key"] for key, row in live("remit_claim").items() if row["remit_key"] == KEY}
    assert sorted(ours) == [f"{KEY}/000001", f"{KEY}/000002"]
    of_the_worse = [row["claim_number"] for row in live("remit_claim").values() if row["remit_key"] == f"{KEY}:cut"]
    assert of_the_worse == (["A1", "A2"] if spoil is cut else ["A1"])


def test_a_worse_and_a_whole_copy_in_one_file_are_two(deliver: Read, live: Live) -> None:
    whole = write([Era([A1, A2])])
    deliver(cut(whole) + whole)
    assert {key: row["state"] for key, row in live("remit").items()} == {
        KEY: "UNPROCESSED",
        f"{KEY}:cut": "QUARANTINED",
    }


def test_a_cut_zero_notice_is_told_from_the_whole_one_by_the_end_of_its_key(deliver: Read, live: Live) -> None:
    denied = write([Era([Claim("A1", [Line("D1", 10_00, [("CO", "96", 10_00)])])], trace="0")])
    deliver(denied)
    (key,) = live("remit")
    deliver(cut(denied))
    assert sorted(live("remit")) == [key, f"{key}:cut"]


def test_a_take_back_that_cannot_be_read_spoils_no_payment(deliver: Read, live: Live) -> None:
    whole = write([Era([A1, A2, Claim("A3", [Line("D1", 50_00)])], plb=[("WO", "OLD", 50_00)])])
    deliver(whole)
    deliver(whole.replace("WO:OLD*50.00", "WO:OLD*5o.00"))
    assert live("remit")[KEY]["state"] == "UNPROCESSED"
    assert {key for key, row in live("remit_adj").items() if row["remit_key"] == KEY} == {f"{KEY}/p1"}


def test_a_claim_that_turned_unreadable_in_a_long_payment_is_not_gone(
    deliver: Read, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first rows were handed over before the claim came, so the payment keeps its key."""
    monkeypatch.setattr("connectors.clearinghouse.read.HELD_SEGMENTS", 1)
    monkeypatch.setattr("connectors.clearinghouse.read.FEED_SEGMENTS", 3)
    monkeypatch.setattr(Pages.full, "__defaults__", (1,))
    deliver(write([Era([A1, A2])]))
    before = set(live("remit_claim")), set(live("remit_line"))
    result = deliver(unreadable(write([Era([A1, A2])], control=2)))
    assert result.counts.quarantined == 1 and result.counts.deleted == 0
    assert (set(live("remit_claim")), set(live("remit_line"))) == before


def test_a_claim_that_turned_unreadable_in_a_cut_copy_is_not_gone(deliver: Read, live: Live) -> None:
    """Neither copy is whole; the second lacks one more claim."""
    a3 = Claim("A3", [Line("D2750", 300_00)])
    first = write([Era([A1, A2, a3])]).replace("CLP*A3*1*300.00", "CLP*A3*1*3oo.00")
    deliver(first)
    deliver(unreadable(first))
    key = f"{KEY.replace('30000', '60000')}:cut"
    assert sorted(live("remit_claim")) == [f"{key}/000001", f"{key}/000002"]
