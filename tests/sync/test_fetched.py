"""Files that a connector fetches: what lies in the inbox, what is known, and that nothing leaves before it is stored."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from sync_office import Exports, Office, export

from hub.contract import Inbox, Match, SourceContext
from hub.errors import AuthError, Unavailable
from hub.sync.blobs import parts
from hub.sync.fetched import Fetched
from hub.sync.safe_name import safe_name

LONG_AGO = datetime(2026, 3, 1, 8, 30, 0, 123_456, tzinfo=UTC)
Work = Callable[[Inbox], object]


class Far(Exports):
    """Fetches by what the test says; a file named *.report is none of its kinds but its own."""

    work: ClassVar[Work] = staticmethod(lambda inbox: None)
    calls: ClassVar[list[str]] = []

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        self.calls.append("collect")
        type(self).work(inbox)

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        self.calls.append("folders")
        return super().folders(ctx)

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        return Match(None, "a report") if name.endswith(".report") else super().identify(head, name, ctx)


@pytest.fixture
def far(plain_office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    plain_office.connector = Far
    monkeypatch.setattr(Far, "calls", [])
    return plain_office


def does(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setattr(Far, "work", staticmethod(work))


def lying(office: Office) -> list[Path]:
    """Every file of the inbox, hidden ones too."""
    inbox = office.base / "data" / "inbox"
    return sorted(path.relative_to(inbox / "main" / "pms") for path in inbox.rglob("*") if path.is_file())


def broken(block: bytes) -> Iterator[bytes]:
    yield block
    raise ConnectionResetError


PATIENTS = export([("1", "Bond", "12.00"), ("2", "Hart", "0.00")]).encode()


def test_a_fetched_file_is_read_like_a_delivered_one_and_leaves(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    far.options["settle_seconds"] = 3000  # not waited for: a fetched file is whole
    does(monkeypatch, lambda inbox: inbox.put("patients.csv", [PATIENTS[:9], PATIENTS[9:]], LONG_AGO))
    assert far.sync().status == "succeeded"
    assert far.patients() == {"1": ("Bond", 1200), "2": ("Hart", 0)}
    (blob,) = far.rows("blob")
    assert (blob["name"], blob["modified_at"], blob["state"]) == ("patients.csv", LONG_AGO, "applied")
    assert lying(far) == [] and Far.calls[0] == "collect", "fetched first, looked at the folders then"


def test_only_the_hub_may_look_into_the_inbox(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []

    def work(inbox: Inbox) -> None:
        path = inbox.put("patients.csv", [PATIENTS])
        modes.extend(stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, path.parent.parent))

    does(monkeypatch, work)
    far.sync()
    assert modes == [0o600, 0o700, 0o700] or os.name == "nt"


def test_what_was_put_or_stored_is_known_by_name_size_and_time(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bool] = []

    def ask(inbox: Inbox) -> None:
        size = len(PATIENTS)
        said.extend(
            inbox.known(*asked) for asked in (
                ("patients.csv", size, LONG_AGO), ("patients.csv", size, None), ("patients.csv", size + 1, LONG_AGO),
                ("patients.csv", size, LONG_AGO + timedelta(microseconds=1)), ("other.csv", size, LONG_AGO),
            )
        )  # fmt: skip

    def work(inbox: Inbox) -> None:
        ask(inbox)
        inbox.put("patients.csv", [PATIENTS], LONG_AGO)
        ask(inbox)

    does(monkeypatch, work)
    far.sync()
    assert said == [False] * 5 + [True, True, False, False, False]
    said.clear()
    does(monkeypatch, ask)
    far.sync()
    assert said == [True, True, False, False, False], "stored by now"


def test_the_same_bytes_under_two_names_are_not_fetched_for_ever(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name would make the store forget the other one."""
    put: list[str] = []

    def work(inbox: Inbox) -> None:
        for name in ("a.report", "b.report", "c.report"):
            if not inbox.known(name, 5, LONG_AGO):
                put.append(name)
                inbox.put(name, [b"bytes"], LONG_AGO)

    does(monkeypatch, work)
    for _ in range(3):
        assert far.sync().status == "succeeded"
    assert put == ["a.report", "b.report", "c.report"] and len(far.rows("blob")) == 1


def test_nothing_stands_under_a_name_whose_bytes_did_not_all_come(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(inbox: Inbox) -> None:
        with pytest.raises(ConnectionResetError):
            inbox.put("patients.csv", broken(PATIENTS))
        assert lying(far) == []
        assert not inbox.known("patients.csv", len(PATIENTS), None)

    does(monkeypatch, work)
    assert far.sync().status == "succeeded" and far.rows("blob") == []


def test_two_files_of_one_name_are_both_kept(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(inbox: Inbox) -> None:
        paths = {inbox.put(name, [text]) for name, text in (("a.report", b"1"), ("a.report", b"2"), ("a.report", b"3"))}
        assert len(paths) == 3 and {path.name for path in paths} == {"a.report"}

    does(monkeypatch, work)
    assert far.sync().status == "succeeded"
    with far.store.read() as connection:
        kept = {b"".join(parts(connection, int(str(row["id"])))) for row in far.rows("blob")}
    assert kept == {b"1", b"2", b"3"} and lying(far) == []


def test_a_file_that_is_refused_stays_until_it_can_be_read(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The far copy may be gone: the file is here or in the store, never nowhere."""
    short = PATIENTS.replace(b"Balance", b"Owed")
    does(monkeypatch, lambda inbox: inbox.put("patients.csv", [short], LONG_AGO))
    refused = far.sync()
    assert (refused.status, lying(far)) == ("partial", [Path("patients.csv")])
    does(monkeypatch, lambda inbox: None)
    assert far.sync().status == "partial", "told at every run"
    text = (far.base / "mappings" / "test" / "patients.toml").read_text()
    far.mapping(text.replace('labels = ["Balance"]', 'labels = ["Balance", "Owed"]'))
    assert far.sync().status == "succeeded"
    assert lying(far) == [] and far.patients() == {"1": ("Bond", 1200), "2": ("Hart", 0)}


def test_what_is_no_kind_of_the_source_is_kept_as_not_read(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    does(monkeypatch, lambda inbox: inbox.put("holiday.jpg", [b"\xff\xd8picture"]))
    assert far.sync().status == "succeeded"
    (blob,) = far.rows("blob")
    with far.store.read() as connection:
        assert b"".join(parts(connection, int(str(blob["id"])))) == b"\xff\xd8picture"
    assert blob["state"] == "not_read" and lying(far) == []


def test_an_outdated_list_leaves_the_inbox_only_with_its_bytes_kept(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    far.deliver(PATIENTS)
    far.sync()
    old = export([("1", "Old", "1.00")]).encode()
    does(monkeypatch, lambda inbox: inbox.put("old.csv", [old], LONG_AGO))
    assert far.sync().status == "succeeded"
    outdated = next(row for row in far.rows("blob") if row["name"] == "old.csv")
    with far.store.read() as connection:
        assert b"".join(parts(connection, int(str(outdated["id"])))) == old
    assert outdated["state"] == "refused_older" and lying(far) == []
    assert far.patients() == {"1": ("Bond", 1200), "2": ("Hart", 0)}


@pytest.mark.parametrize("error", [Unavailable("FAR-01", "the far end is down"), AuthError("FAR-02", "refused"), KeyError("x")])
def test_a_far_end_that_fails_is_told_and_what_came_before_is_read(
    error: Exception, far: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(inbox: Inbox) -> None:
        inbox.put("patients.csv", [PATIENTS])
        raise error

    does(monkeypatch, work)
    far.deliver(b"nothing", "plain.report")
    result = far.sync()
    assert result.status == "partial" and set(far.patients()) == {"1", "2"} and len(far.rows("blob")) == 2
    problem = result.outcomes[0].problem
    assert problem is not None
    expected = error if not isinstance(error, KeyError) else problem
    assert problem is expected and problem.code in ("FAR-01", "FAR-02", "HUB-P08")
    (run,) = far.rows("run")
    assert (run["status"], run["failure_class"], run["message"]) == ("partial", problem.failure_class, str(problem))


def test_a_dry_run_fetches_nothing_and_removes_nothing(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(inbox: Inbox) -> None:
        inbox.put("patients.csv", [PATIENTS])
        raise KeyboardInterrupt

    does(monkeypatch, work)
    with pytest.raises(KeyboardInterrupt):
        far.sync()
    Far.calls.clear()
    dry = far.sync(dry_run=True)
    assert "collect" not in Far.calls and dry.counts.new == 2, "what lies here is shown"
    assert dry.warnings == ["HUB-C41 pms: a dry run fetches nothing; it shows what lies here already"]
    assert lying(far) == [Path("patients.csv")] and far.patients() == {}


def test_a_source_that_fetches_nothing_has_no_inbox(plain_office: Office) -> None:
    plain_office.deliver(PATIENTS)
    assert plain_office.sync(dry_run=True).warnings == []
    plain_office.sync()
    plain_office.deliver(PATIENTS, "again.csv")
    assert plain_office.sync().status == "succeeded" and not (plain_office.base / "data" / "inbox").exists()


def test_how_far_fetching_came_is_remembered_and_forgotten_on_demand(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def work(inbox: Inbox) -> None:
        seen.append(inbox.cursor())
        inbox.keep_cursor({"page": len(seen), "of": ["x"]})

    does(monkeypatch, work)
    far.sync()
    far.sync()
    far.sync(full=True)
    assert seen == [{}, {"page": 1, "of": ["x"]}, {}]
    (far.base / "data/inbox/main/pms/.cursor.json").write_text("{damaged")
    far.sync()
    assert seen[-1] == {}, "from the beginning; what is known is passed over"


def test_what_a_killed_run_was_writing_is_swept(far: Office) -> None:
    folder = far.base / "data/inbox/main/pms"
    folder.mkdir(parents=True)
    (folder / ".put-abc").write_bytes(b"half a file")
    far.sync()
    assert lying(far) == []


def test_a_disk_that_refuses_is_told_and_the_far_copy_is_not_promised(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    promised: list[Path] = []
    monkeypatch.setattr("hub.sync.fetched.os.fsync", full)
    does(monkeypatch, lambda inbox: promised.append(inbox.put("patients.csv", [PATIENTS])))
    problem = far.sync().outcomes[0].problem
    assert problem is not None and problem.code == "HUB-C40" and not promised and lying(far) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no folder to flush")
def test_bytes_then_name_then_folder_are_on_the_disk_before_put_returns(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flushed(handle: int) -> None:
        fsync(handle)
        state = os.fstat(handle)
        done.append("folder" if stat.S_ISDIR(state.st_mode) else f"{state.st_size} bytes")

    def renamed(old: str, new: Path) -> None:
        replace(old, new)
        done.append("name")

    def work(inbox: Inbox) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", flushed)
            patch.setattr(os, "replace", renamed)
            inbox.put("patients.csv", [PATIENTS])

    does(monkeypatch, work)
    far.sync()
    assert done[:2] == [f"{len(PATIENTS)} bytes", "name"] and set(done[2:]) == {"folder"}


def test_a_stored_file_that_cannot_be_removed_is_told_and_harmless(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError

    does(monkeypatch, lambda inbox: inbox.put("patients.csv", [PATIENTS], LONG_AGO))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", locked)
        result = far.sync()
    assert result.warnings[0].startswith("HUB-C43 patients.csv") and lying(far) == [Path("patients.csv")]
    does(monkeypatch, lambda inbox: None)
    again = far.sync()
    assert (again.counts.new, again.counts.changed) == (0, 0) and lying(far) == [] and len(far.rows("blob")) == 1


def test_an_archive_takes_fetched_files_too(far: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    far.options["archive_dir"] = "done"
    does(monkeypatch, lambda inbox: inbox.put("patients.csv", [PATIENTS]))
    assert far.sync().status == "succeeded" and lying(far) == []
    assert [path.read_bytes() for path in (far.base / "done").iterdir()] == [PATIENTS]


def test_sources_of_practices_never_share_an_inbox(far: Office) -> None:
    """`a-b` and `c` are not `a` and `b-c`."""

    class Session:
        inbox_dir, practice_id, source = far.base, "a-b", "c"

    first = Fetched(Session()).folder  # type: ignore[arg-type]
    Session.practice_id, Session.source = "a", "b-c"
    assert Fetched(Session()).folder != first  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a.835", "60054_1234567893_11741672.835", "R5000001.AC", "ünï cödé (1).x12", "archive.zip!a.835"])
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert safe_name(name) == name


def test_any_name_becomes_one_that_every_file_system_takes_and_keeps_apart() -> None:
    hostile = ["", ".", "..", ".hidden", "~$lock", "../../etc/passwd", "C:\\x\\y", "a/b", "a\\b", "a:b", "con", "NUL.835", "com1.x12",
               "aux .835", "trailing.", "trailing ", "x\x00y", "x\ny", "x\u202ey", "\udce9.835", "n" * 300 + ".835", "n" * 301 + ".835",
               "é" * 200, "." + "e" * 200, "LPT¹.835", "a?b", "a*b", "a_b"]  # fmt: skip
    safe = [safe_name(name) for name in hostile]
    assert len(set(safe)) == len(hostile)
    for name in safe:
        assert name and len(name.encode()) <= 150 and not name.startswith(".") and name == name.rstrip(". ")
        assert not set(name) & set('<>:"/\\|?*') and all(ord(mark) >= 32 for mark in name)
        assert name.split(".")[0].strip().upper() not in {"CON", "NUL", "AUX", "COM1", "LPT¹"}
    assert safe_name("n" * 300 + ".835").endswith(".835")
    assert [safe_name(each) for each in safe if each == "a_b"] == ["a_b"]
