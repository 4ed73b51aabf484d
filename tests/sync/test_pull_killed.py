"""The plug is pulled (SIGKILL) at every point of a pass that sweeps: nothing that is there goes, nothing that is gone stays."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from cloud_office import SWEPT, ApiOffice, Cursor, keys, page

import hub.points
from hub.contract import Checkpoint, Gone
from hub.store import Store, open_store

PAGE = 2
MOST_POINTS = 40


class Source:
    """Numbers its changes, hands them over page by page, and ends each pass with the keys of all that it holds."""

    def __init__(self) -> None:
        self.changes: list[int] = []
        self.holds: set[int] = set()
        self.named: list[int] = []

    def add(self, record: int) -> None:
        self.changes.append(record)
        self.holds.add(record)

    def parts(self, cursor: Cursor) -> list[object]:
        after = int(str(cursor["after"])) if cursor else 0
        told: list[object] = [Gone("patient", [str(record) for record in self.named])]
        for start in range(after, len(self.changes), PAGE):
            records = [record for record in self.changes[start : start + PAGE] if record in self.holds]
            told += [page(*((str(record), f"Name{record}", "1.00") for record in records))]
            told += [Checkpoint({"after": min(start + PAGE, len(self.changes))})]
        listed = sorted(self.holds)
        told += [keys(*map(str, listed[:5])), Checkpoint({"after": len(self.changes)}), keys(*map(str, listed[5:]))]
        return [*told, Checkpoint({"after": len(self.changes)}, complete=True, swept=("patient",))]


def _killed(office: ApiOffice, point: int) -> bool:
    """One sync in a process of its own that kills itself at that point; False when it came to its end before."""
    url = office.store.engine.url.render_as_string(hide_password=False)
    child = os.fork()
    if child == 0:
        hub.points._KILL_AT = str(point)
        ended = 1
        try:
            office.store = _opened_anew(office.store, office.base, url)
            ended = 0 if office.sync().status == "succeeded" else 2
        finally:
            os._exit(ended)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), "the pass failed by itself"
    return code != 0


def _opened_anew(store: Store, base: Path, url: str) -> Store:
    return open_store(base, encrypt=False) if store.is_sqlite else open_store(Path(), url)


def _settled(office: ApiOffice) -> None:
    for _ in range(2):
        result = office.sync()
        assert result.status == "succeeded", result.outcomes


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_sweep_that_was_killed_between_its_pages_deletes_only_what_is_gone(each_cloud: ApiOffice) -> None:
    office, source = each_cloud, Source()
    office.api.streams = (SWEPT,)
    office.api.answers["patients"] = source.parts
    for record in range(1, 9):
        source.add(record)
    _settled(office)
    # Each page has three points: every second one on the slower server meets all of them.
    for point in range(1, MOST_POINTS, 1 if office.store.is_sqlite else 2):
        source.add(100 + point)
        source.add(200 + point)
        source.add(300 + point)
        source.holds.discard(point if point < 3 else 100 + point - 2)
        source.named = [200 + point - 2]
        source.holds.discard(200 + point - 2)
        killed = _killed(office, point)
        there, live = {str(record) for record in source.holds}, office.live()
        read_before = {str(row["source_key"]) for row in office.rows("patient")}
        assert there & read_before <= live, f"point {point}: something that is there was deleted"
        _settled(office)
        assert office.live() == there, f"point {point}"
        assert office.state()["rows"] == len(there), f"point {point}"
        if not killed:
            break
    assert point > 10, "there are points between the pages"
    assert not killed, "the last pass came to its end"
