"""A file that a connector reads itself: in two processes as in one, whatever goes wrong, and never half of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sync_office import Folder, Office, need_a_second_process

from hub.contract import BadRow, CheckReport, Facts, FileConnector, Match, SourceContext, SourceFile, Stream
from hub.errors import BadRecord, HubError, SettingsError, Unavailable
from hub.sync import connector_files, second_process
from hub.sync.second_process import FailedThere, made_there

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no second process without fork (Windows)")
TESTS = os.getpid()
COLUMNS = ("source_key", "locator", "last_name", "birth_date", "is_test", "balance_cents")


class Lines(FileConnector):
    """One patient a line, `number:name`; some words make trouble."""

    id = "exports"
    label = "lines"
    settings = Folder
    streams = (Stream("lines", ("patient",)),)
    reads_apart = True
    heeds_stop = True

    def check(self, ctx: SourceContext) -> CheckReport:
        return CheckReport(())

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        return (ctx.base_dir / ctx.settings.folder,)

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        return Match("lines")

    def read(self, file: SourceFile, stream: Stream, ctx: SourceContext) -> Iterator[Facts | BadRow]:
        for number, line in enumerate(file.path.read_text("utf-8").splitlines(), 1):
            key, _, name = line.partition(":")
            if name == "bad":
                yield BadRow("parse", "cannot be read", line, number)
            elif name == "away":
                raise Unavailable("HUB-C05", "the far end went away", 30.0)
            elif name == "bug":
                raise KeyError(name)
            elif name == "killed":
                assert os.getpid() != TESTS, "never the process of the tests"
                os.kill(os.getpid(), signal.SIGKILL)
            elif name == "stop" and self.heeds_stop:
                ctx.stop.set()
                return
            else:
                yield Facts("patient", COLUMNS, [(key, number, name, date(1980, 1, 2), number == 1, None)])


TEXT = "".join(f"{n}:Name{n}\n" for n in range(1, 40)) + "40:bad\n41:Last\n"


@pytest.fixture
def office(plain_office: Office) -> Office:
    plain_office.connector = Lines
    return plain_office


@pytest.fixture(params=["here", pytest.param("there", marks=forks)])
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """In this process, or in a second one although the file is small."""
    if request.param == "there":
        need_a_second_process()
    monkeypatch.setattr(second_process, "LEAST_BYTES", 0 if request.param == "there" else 1 << 40)
    return str(request.param)


def _facts(office: Office) -> list[tuple[object, ...]]:
    return sorted(tuple(row[name] for name in (*COLUMNS, "fingerprint")) for row in office.rows("patient"))


def test_two_processes_store_what_one_stores(office: Office, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    used = []
    real = connector_files.made_there
    monkeypatch.setattr(connector_files, "made_there", lambda make: used.append(1) or real(make))
    office.deliver(TEXT)
    result = office.sync()
    assert bool(used) == (where == "there")
    assert (result.counts.read, result.counts.new, result.counts.quarantined) == (41, 40, 1)
    facts = _facts(office)
    assert len(facts) == 40 and facts[0][:6] == ("1", 1, "Name1", date(1980, 1, 2), True, None)
    office.deliver(TEXT.replace("Name7", "Other"), "again.txt")
    again = office.sync()
    assert (again.counts.changed, again.counts.same) == (1, 39)


@pytest.mark.parametrize(("word", "said"), [
    ("away", "HUB-C05 the far end went away"),
    ("bug", "HUB-P08 pms: connector exports failed unexpectedly in lines.txt (KeyError)"),
])  # fmt: skip
def test_trouble_in_the_middle_leaves_nothing(office: Office, where: str, word: str, said: str) -> None:
    office.deliver(TEXT + f"42:{word}\n", "lines.txt")
    result = office.sync()
    assert str(result.outcomes[0].problem).startswith(said) and office.patients() == {}


@forks
def test_a_killed_reader_leaves_nothing_and_the_next_run_reads(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    need_a_second_process()
    monkeypatch.setattr(second_process, "LEAST_BYTES", 0)
    office.deliver(TEXT + "42:killed\n", "lines.txt")
    assert "HUB-B07" in str(office.sync().outcomes[0].problem) and office.patients() == {}
    office.deliver(TEXT, "lines.txt")
    assert office.sync().counts.new == 40


def test_a_stop_in_the_middle_takes_nothing_and_the_next_run_reads_it_all(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connector returns when it sees `stop`, as the contract says: what it yielded until then is not the file."""
    office.deliver(TEXT + "42:stop\n43:After\n", "lines.txt")
    result = office.sync()
    assert office.patients() == {} and result.counts.new == 0
    assert any("was not read to its end because the hub stops" in each for each in result.warnings)
    assert result.status == "interrupted" and [row["status"] for row in office.rows("run")] == ["interrupted"]
    monkeypatch.setattr(Lines, "heeds_stop", False)
    assert office.sync().counts.new == 42


@forks
@pytest.mark.parametrize("raised", [
    SettingsError("HUB-S01", "no"), Unavailable("HUB-U04", "later", 12.5), BadRecord("HUB-X07", "amount", "balance"),
])  # fmt: skip
def test_what_the_work_raises_comes_over_whole(raised: HubError) -> None:
    class Own(type(raised)):  # type: ignore[misc]
        """A plugin's subclass arrives as what it was made from."""

    for error in (raised, Own(*([raised.code, raised.message, *_third(raised)]))):

        def make(error: HubError = error) -> Iterator[object]:
            yield ("one", 1, None)
            raise error

        got = made_there(make)
        assert next(got) == ("one", 1, None)
        with pytest.raises(HubError) as caught:
            next(got)
        assert type(caught.value) is type(raised) and str(caught.value) == str(raised)
        assert _third(caught.value) == _third(raised)


def _third(error: HubError) -> list[object]:
    return [getattr(error, name) for name in ("retry_after", "reason") if hasattr(error, name)]


@forks
def test_a_value_that_cannot_be_handed_over_is_a_bug_of_the_work() -> None:
    def make() -> Iterator[object]:
        yield datetime(2026, 3, 10, tzinfo=UTC)

    with pytest.raises(FailedThere) as caught:
        list(made_there(make))
    assert caught.value.kind == "ValueError"


@forks
def test_a_reader_that_stops_early_leaves_no_child_behind() -> None:
    def make() -> Iterator[object]:
        yield os.getpid()
        while True:
            yield "x" * 100_000

    got = made_there(make)
    child = next(got)
    got.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
