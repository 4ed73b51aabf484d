"""Fetching from a real OpenSSH server, through the whole sync job, with the line cut, keys changed and files growing."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.clearinghouse.connector import Clearinghouse
from connectors.clearinghouse.transports.sftp_connection import Connection, RemoteFile
from hub.clock import FixedClock
from hub.config.schema import Config
from hub.contract import CheckReport
from hub.errors import HubError
from hub.model import TABLES
from hub.store import Store
from hub.sync.blobs import parts
from hub.sync.fetched import Fetched
from hub.sync.job import SyncOrder, SyncResult, source_context, sync_source
from tests.connectors.sftp_server import Server, Wire, start_server
from tests.x12.era_writer import Claim, Era, Line, write


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


@pytest.fixture
def server(running: Server) -> Server:
    running.empty()
    return running


@dataclass
class Office:
    """A practice that fetches from the server and nowhere else."""

    store: Store
    base: Path
    sftp: dict[str, object]
    more: dict[str, object] = field(default_factory=dict)
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC)))

    @property
    def config(self) -> Config:
        document = {
            "practice": [{"id": "main", "name": "Test", "timezone": "America/Chicago"}],
            "source": [
                {"name": "ch", "practice": "main", "connector": "clearinghouse", "settle_seconds": 0,
                 "settings": {"transport": "sftp", "sftp": self.sftp, **self.more}},
            ],
            "path": self.base / "hub.toml",
        }  # fmt: skip
        return Config.model_validate(document)

    @property
    def inbox(self) -> Path:
        return self.base / "data" / "inbox" / "main" / "ch"

    def sync(self, stop: threading.Event | None = None, **order: object) -> SyncResult:
        return sync_source(
            self.store, self.config, self.config.source[0], Clearinghouse(), [], self.clock, SyncOrder(**order), stop
        )

    def check(self) -> CheckReport:
        ctx = source_context(self.config, self.config.source[0], Clearinghouse(), self.clock, threading.Event())
        return Clearinghouse().check(ctx)

    def rows(self, table: str) -> list[dict[str, object]]:
        with self.store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(TABLES[table]))]

    def traces(self) -> set[object]:
        return {row["trace"] for row in self.rows("remit")}

    def lying(self) -> list[str]:
        """Names in the inbox, whatever they are."""
        return sorted(path.name for path in self.inbox.rglob("*") if path.is_file())


@pytest.fixture
def office(plain_store: Store, tmp_path: Path, server: Server) -> Office:
    return Office(plain_store, tmp_path, server.settings())


def era(trace: str, dollars: int = 100) -> str:
    """An 835 with one payment of so many dollars."""
    return write([Era([Claim("K1", [Line("D2740", dollars * 100)])], trace=trace)])


def heavy(trace: str, claims: int = 900) -> str:
    """An 835 of nearly 100 kB: several blocks on the wire."""
    return write([Era([Claim(f"K{n}", [Line("D2740", 100_00)]) for n in range(claims)], trace=trace)])


def test_files_are_fetched_read_and_kept_byte_for_byte(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A", 100))
    server.put("b.835", era("EFT-B", 250))
    result = office.sync()
    assert (result.status, result.problem, result.warnings) == ("succeeded", None, [])
    assert {row["trace"]: row["amount_cents"] for row in office.rows("remit")} == {"EFT-A": 100_00, "EFT-B": 250_00}
    with office.store.read() as connection:
        kept = {row["name"]: b"".join(parts(connection, int(str(row["id"])))) for row in office.rows("blob")}
    assert kept == {"a.835": era("EFT-A", 100).encode(), "b.835": era("EFT-B", 250).encode()}
    assert office.lying() == [] and len(list(server.folder.iterdir())) == 2


def test_a_second_run_fetches_nothing(office: Office, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.put("a.835", era("EFT-A"))
    server.put("the same bytes.835", era("EFT-A"))
    office.sync()
    fetched: list[str] = []
    monkeypatch.setattr(Fetched, "put", lambda self, name, blocks, at: fetched.append(name))
    again = office.sync()
    assert (again.status, fetched, again.counts.read) == ("succeeded", [], 0)


def test_only_what_the_office_wants_and_what_is_finished_is_fetched(office: Office, server: Server) -> None:
    for name in ("a.835.part", "b.835.filepart", ".hidden", "~$c.835", "d.pdf", "e.tmp", "f.835.PARTIAL"):
        server.put(name, era(name))
    (server.folder / "below").mkdir()
    (server.folder / "link.835").symlink_to(server.put("g.835", era("EFT-G")))
    office.more = {"patterns": ["*.835*"]}
    assert office.sync().status == "succeeded"
    assert [row["name"] for row in office.rows("blob")] == ["g.835"]


def test_another_host_key_is_refused_before_anything_is_said(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A"))
    before = len(server.log)
    office.sftp = server.settings(host_key="SHA256:" + "A" * 43, password="not-to-be-sent")
    result = office.sync()
    assert result.status == "partial" and result.outcomes[0].problem is not None
    problem = result.outcomes[0].problem
    assert (problem.code, problem.failure_class) == ("HUB-X32", "auth")
    assert server.fingerprint() in str(problem) and server.fingerprint("rsa") in str(problem)
    said = server.log[before:]
    assert "authenticating user" not in said and "Failed" not in said and "Accepted" not in said, said
    assert office.rows("blob") == [] and "Connection" in said


@pytest.mark.parametrize("pin", ["fingerprint", "line", "rsa fingerprint", "rsa line", "old and new"])
def test_any_key_that_the_server_proves_may_be_the_pinned_one(pin: str, office: Office, server: Server) -> None:
    pins: dict[str, object] = {
        "fingerprint": server.fingerprint(), "line": server.key_line(), "rsa fingerprint": server.fingerprint("rsa"),
        "rsa line": f"sftp.example.com {server.key_line('rsa')}", "old and new": ["SHA256:" + "A" * 43, server.fingerprint()],
    }  # fmt: skip
    office.sftp = server.settings(host_key=pins[pin])
    server.put("a.835", era("EFT-A"))
    assert office.sync().status == "succeeded" and office.traces() == {"EFT-A"}


def test_nothing_is_trusted_at_first_sight(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A"))
    office.sftp = server.settings(host_key=[])
    problem = office.sync().outcomes[0].problem
    assert problem is not None and problem.code == "HUB-X31" and office.rows("blob") == []
    (probe,) = office.check().probes
    assert not probe.ok and server.fingerprint() in probe.detail and server.fingerprint("rsa") in probe.detail
    assert "compare it with what the clearinghouse" in probe.fix


def test_check_signs_in_and_counts(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A"))
    report = office.check()
    assert report.ok and report.probes[1].detail == "1 files"
    office.sftp = server.settings(folders=[str(server.folder), "/nowhere"])
    assert [probe.ok for probe in office.check().probes] == [True, True, False]
    assert office.rows("blob") == []


def test_a_wrong_password_is_an_auth_error(office: Office, server: Server) -> None:
    office.sftp = server.settings(key_file=None, password="wrong")
    problem = office.sync().outcomes[0].problem
    assert problem is not None and (problem.code, problem.failure_class) == ("HUB-X33", "auth")
    assert "wrong" not in str(problem)


def test_a_key_that_the_server_does_not_know_is_an_auth_error(office: Office, server: Server) -> None:
    office.sftp = server.settings(key_file=str(server.base / "host_rsa"))
    problem = office.sync().outcomes[0].problem
    assert problem is not None and (problem.code, problem.failure_class) == ("HUB-X33", "auth")


@pytest.mark.parametrize("content", [None, "no key"])
def test_a_key_file_that_cannot_be_used_is_a_matter_of_settings(content: str | None, office: Office, server: Server) -> None:
    if content is not None:
        (office.base / "key").write_text(content, encoding="utf-8")
    office.sftp = server.settings(key_file="key")
    problem = office.sync().outcomes[0].problem
    assert problem is not None and (problem.code, problem.failure_class) == ("HUB-X34", "config")


def test_a_server_that_is_not_there_or_says_nothing_is_unavailable(office: Office, server: Server) -> None:
    with Wire(server, silent=True) as wire:
        office.sftp = server.settings(wire.port, timeout_seconds=1)
        silent = office.sync().outcomes[0].problem
    absent = office.sync().outcomes[0].problem
    for problem in (silent, absent):
        assert problem is not None and (problem.code, problem.failure_class) == ("HUB-X35", "transient")


@pytest.mark.parametrize(
    ("cut_after", "whole"),
    [(0, 0), (30, 0), (1_500, 0), (4_000, 0), (8_000, 0), (50_000, 0), (130_000, 1), (250_000, 2)],
)
def test_a_line_that_breaks_loses_nothing(cut_after: int, whole: int, office: Office, server: Server) -> None:
    """Wherever it breaks: what came whole is read, nothing half is, and the next run has the rest."""
    for number in range(3):
        server.put(f"{number}.835", heavy(f"EFT-{number}"))
    size = len(heavy("EFT-0"))
    assert 90_000 < size < 100_000, "so that one file fits into 130,000 bytes with what SSH adds, and two into 250,000"
    with Wire(server, cut_after=cut_after) as wire:
        office.sftp = server.settings(wire.port)
        broken = office.sync()
    assert broken.status == "partial" and broken.outcomes[0].problem is not None
    assert broken.outcomes[0].problem.code == "HUB-X35"
    assert office.traces() == {f"EFT-{number}" for number in range(whole)} and office.lying() == []
    assert [row["size"] for row in office.rows("blob")] == [size] * whole
    office.sftp = server.settings()
    assert office.sync().status == "succeeded"
    assert office.traces() == {"EFT-0", "EFT-1", "EFT-2"} and len(office.rows("remit_claim")) == 3 * 900
    assert [row["state"] for row in office.rows("blob")] == ["applied"] * 3


def test_a_file_is_removed_there_only_after_it_is_safe_here(office: Office, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the moment of removal a reader of the disk alone finds the whole file under its name, or in the store."""
    office.sftp = server.settings(remove_after=True)
    for number in range(3):
        server.put(f"{number}.835", era(f"EFT-{number}"))
    seen: list[tuple[str, bool]] = []
    remove = Connection.remove

    def watched(self: Connection, file: RemoteFile) -> None:
        here = office.inbox / file.name
        seen.append((file.name, here.read_bytes() == (server.folder / file.name).read_bytes()))
        remove(self, file)

    monkeypatch.setattr(Connection, "remove", watched)
    assert office.sync().status == "succeeded"
    assert seen == [("0.835", True), ("1.835", True), ("2.835", True)]
    assert list(server.folder.iterdir()) == [] and office.traces() == {"EFT-0", "EFT-1", "EFT-2"}


def test_what_was_fetched_but_not_removed_is_removed_by_the_next_run(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A"))
    office.sync()
    office.sftp = server.settings(remove_after=True)
    assert office.sync().status == "succeeded" and list(server.folder.iterdir()) == []
    assert len(office.rows("blob")) == 1


def test_files_stay_there_unless_the_office_says_otherwise(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A"))
    office.sync()
    office.sync()
    assert [path.name for path in server.folder.iterdir()] == ["a.835"]


def test_a_file_that_still_grows_is_left_for_the_next_run(office: Office, server: Server) -> None:
    office.sftp = server.settings(settle_seconds=1, remove_after=True)
    growing, whole = server.put("growing.835", era("EFT-G")[:200]), server.put("whole.835", era("EFT-W"))
    timer = threading.Timer(0.5, lambda: growing.write_text(era("EFT-G")))
    timer.start()
    assert office.sync().status == "succeeded"
    timer.join()
    assert office.traces() == {"EFT-W"} and growing.exists() and not whole.exists()
    assert office.sync().status == "succeeded" and office.traces() == {"EFT-W", "EFT-G"}


def test_a_file_that_changes_while_it_is_fetched_is_not_taken(
    office: Office, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it grows, shrinks, or is written over with as many bytes."""
    office.sftp = server.settings(remove_after=True)
    files = {name: server.put(name, heavy(f"EFT-{name}")) for name in ("grows", "shrinks", "changes")}
    changed = {"grows": heavy("EFT-grows") + "x", "shrinks": heavy("EFT-shrinks")[:1000], "changes": heavy("EFT-changed")}
    assert len(changed["changes"]) == files["changes"].stat().st_size
    put = Fetched.put

    def meanwhile(self: Fetched, name: str, blocks: Iterator[bytes], at: datetime | None) -> Path:
        files[name].write_text(changed[name])
        return put(self, name, blocks, at)

    monkeypatch.setattr(Fetched, "put", meanwhile)
    assert office.sync().status == "succeeded"
    assert office.rows("blob") == [] and office.lying() == [] and all(path.exists() for path in files.values())


def test_three_hundred_files_come_in_one_run(office: Office, server: Server) -> None:
    """Every tenth is a remittance, the others are reports; all are kept."""
    for number in range(300):
        server.put(f"{number:03}.txt", era(f"EFT-{number}") if number % 10 == 0 else f"DAILY REPORT {number}\n")
    assert office.sync().status == "succeeded" and office.lying() == []
    assert office.traces() == {f"EFT-{number}" for number in range(0, 300, 10)} and len(office.rows("blob")) == 300
    assert office.sync().counts.read == 0 and len(office.rows("blob")) == 300


def test_names_of_any_kind_are_fetched_under_safe_ones(office: Office, server: Server) -> None:
    odd = ["ünï.835", "a b;c&d'e.835", "con.835", "q?*|<>.835", "back\\slash.835", "x" * 240 + ".835", "line\nend.835", b"latin\xe9.835"]
    for number, name in enumerate(odd):
        server.put(name, era(f"EFT-{number}"))
    office.sftp = server.settings(remove_after=True)
    result = office.sync()
    assert result.status == "succeeded", result.outcomes[0].problem
    assert office.traces() == {f"EFT-{number}" for number in range(len(odd))}
    names = {str(row["name"]) for row in office.rows("blob")}
    assert {"ünï.835", "a b;c&d'e.835"} <= names and len(names) == len(odd)
    assert all(name.isprintable() and len(name.encode()) <= 150 and not set(name) & set('\\/:*?"<>|') for name in names)
    assert list(server.folder.iterdir()) == []


def test_one_bad_file_or_folder_does_not_stop_the_others(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A"))
    server.put("large.835", b"x" * ((1 << 20) + 1))
    server.put("z.835", era("EFT-Z"))
    office.sftp = server.settings(folders=["/nowhere", str(server.folder)], max_mb=1)
    result = office.sync()
    assert result.status == "partial" and office.traces() == {"EFT-A", "EFT-Z"}
    told = str(result.outcomes[0].problem)
    assert told.startswith("HUB-X36 ch: 2 of") and "folder /nowhere: FileNotFoundError" in told
    assert 'a file like "xxxxx.999" (1048577 bytes of ' in told and "large.835" not in told


def test_a_name_that_is_no_text_stops_nothing_and_no_name_is_told(office: Office, server: Server) -> None:
    """A name may hold a patient's, or bytes that no database takes; what went wrong is told without either."""
    server.put("a.835", era("EFT-A"))
    server.put(b"Okafor\xe9 Nia.835", b"x" * ((1 << 20) + 1))
    office.sftp = server.settings(max_mb=1)
    for _run in range(2):
        result = office.sync()
        problem = result.outcomes[0].problem
        assert problem is not None and (result.status, problem.code) == ("partial", "HUB-X36")
        assert "Okafor" not in str(problem) and "larger than max_mb = 1" in str(problem)
    assert office.traces() == {"EFT-A"}


def test_remittances_in_a_zip_archive_are_fetched_and_read(office: Office, server: Server) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("in/a.835", era("EFT-A"))
        archive.writestr("b.835", era("EFT-B"))
    server.put("monday.zip", out.getvalue())
    assert office.sync().status == "succeeded" and office.traces() == {"EFT-A", "EFT-B"} and office.lying() == []
    assert office.sync().counts.read == 0 and len(office.rows("blob")) == 3


def test_a_stop_between_files_ends_the_run_in_peace(office: Office, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        server.put(f"{number}.835", era(f"EFT-{number}"))
    stop, put = threading.Event(), Fetched.put

    def stopping(self: Fetched, name: str, blocks: Iterator[bytes], at: datetime | None) -> Path:
        stop.set()
        return put(self, name, blocks, at)

    monkeypatch.setattr(Fetched, "put", stopping)
    office.sync(stop)
    assert office.rows("blob") == [] and office.lying() == ["0.835"]
    monkeypatch.setattr(Fetched, "put", put)
    office.sync()
    assert len(office.traces()) == 5 and office.lying() == []


def test_a_dry_run_does_not_even_connect(office: Office, server: Server) -> None:
    server.put("a.835", era("EFT-A"))
    with Wire(server) as wire:
        office.sftp = server.settings(wire.port, remove_after=True)
        result = office.sync(dry_run=True)
        assert wire.connections == 0
    assert result.warnings and result.warnings[0].startswith("HUB-C41 ch: ")
    assert list(server.folder.iterdir()) and office.rows("blob") == []


def test_without_the_package_the_way_out_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "paramiko", None)
    problem: HubError | None = office.sync().outcomes[0].problem
    assert problem is not None and (problem.code, problem.failure_class) == ("HUB-X30", "config")
    assert 'pip install "practice-hub[sftp]"' in str(problem)
