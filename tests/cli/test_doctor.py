"""`hub doctor`: what it must not pass over, and what must not make it stumble."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from faults.practice_runs import Practice, configure
from sqlalchemy import insert

from hub.cli.mounts import is_far, kind_at
from hub.model import TABLES

NOW = datetime.now(UTC)


def _line(practice: Practice, start: str) -> str:
    """The one line of the report that begins so, after MEND or ok."""
    said = practice.hub("doctor")
    assert "HUB-B99" not in said.err + said.out, said.err
    found = [line for line in said.out.splitlines() if line[5:].startswith(start)]
    assert len(found) == 1, said.out
    return found[0]


def _change(practice: Practice, old: str, new: str) -> None:
    text = practice.config.read_text(encoding="utf-8")
    assert old in text
    practice.config.write_text(text.replace(old, new), encoding="utf-8")


def _run(practice: Practice, kind: str, name: str, status: str, ago: timedelta) -> None:
    with practice.store() as store, store.write() as connection:
        values = {"practice_id": "main", "kind": kind, "name": name, "status": status, "hub_version": "0"}
        connection.execute(insert(TABLES["run"]).values(**values, started_at=NOW - ago))


def test_a_data_folder_whose_parents_do_not_exist_yet_is_told_and_not_stumbled_over(practice: Practice) -> None:
    _change(practice, 'data_dir = "data"', 'data_dir = "not/made/yet"')
    said = practice.hub("doctor")
    assert said.code == 2 and "HUB-B99" not in said.err and "MEND data folder: " in said.out and "ok   free disk: " in said.out


def test_a_daily_source_does_not_drown_in_the_runs_of_a_busy_one(practice: Practice) -> None:
    _run(practice, "sync", "lender", "failed", timedelta(hours=20))
    with practice.store() as store, store.write() as connection:
        values = {"practice_id": "main", "kind": "sync", "name": "pms", "status": "succeeded", "hub_version": "0"}
        moments = [NOW - timedelta(minutes=n) for n in range(250, 0, -1)]
        connection.execute(insert(TABLES["run"]), [{**values, "started_at": moment} for moment in moments])
    assert _line(practice, "last sync lender:").startswith("MEND ")
    assert _line(practice, "last sync pms:").startswith("ok   ")


def test_a_job_that_left_hub_toml_is_no_longer_told(practice: Practice) -> None:
    _run(practice, "sync", "sold-office", "failed", timedelta(days=300))
    assert "sold-office" not in practice.hub("doctor").out


def test_a_run_left_running_by_a_dead_process_is_to_mend_and_a_live_one_is_not(practice: Practice) -> None:
    _run(practice, "sync", "lender", "running", timedelta(minutes=5))
    line = _line(practice, "last sync lender:")
    assert line.startswith("MEND ") and "left running by a process that is gone" in line and line.endswith("-> run it again")
    lock = {"practice_id": "main", "job": "sync lender", "fence": 9, "taken_at": NOW, "heartbeat_at": datetime.now(UTC)}
    with practice.store() as store, store.write() as connection:
        table = TABLES["job_lock"]
        connection.execute(table.delete().where(table.c.job == "sync lender"))
        connection.execute(insert(table).values(**lock, owner=f"{socket.gethostname()}/{os.getpid()}/ab"))
    line = _line(practice, "last sync lender:")
    assert line.startswith("ok   ") and "running 20" in line


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        (f"{socket.gethostname()}/{os.getpid()}/ab", f"UTC -> process {os.getpid()} may hang: look before you run it again"),
        (f"{socket.gethostname()}/999999999/ab", "left running by a process that is gone"),
        ("another-host/1/ab", "left running by a process that is gone"),
        ("", "left running by a process that is gone"),
    ],
    ids=["this process", "a dead process here", "a process of another host", "nobody"],
)  # fmt: skip
def test_a_silent_run_whose_process_lives_is_not_called_dead(practice: Practice, owner: str, told: str) -> None:
    _run(practice, "sync", "lender", "running", timedelta(minutes=40))
    beat = datetime.now(UTC) - timedelta(minutes=25, seconds=10)
    lock = {"practice_id": "main", "job": "sync lender", "fence": 9, "taken_at": beat, "heartbeat_at": beat, "owner": owner}
    with practice.store() as store, store.write() as connection:
        table = TABLES["job_lock"]
        connection.execute(table.delete().where(table.c.job == "sync lender"))
        connection.execute(insert(table).values(**lock))
    line = _line(practice, "last sync lender:")
    assert line.startswith("MEND ") and told in line and ("no sign of life for 25 minutes, begun 20" in line) == ("may hang" in told), line


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (None, "ok   service: has not run here"),
        ({"state": "running", "pid": 7, "written_at": NOW.isoformat()}, "ok   service: runs as process 7"),
        ({"state": "stopped", "written_at": "2026-03-10T15:00:00+00:00"}, "ok   service: was stopped 2026-03-10 15:00 UTC"),
        ({"state": "running", "written_at": "2026-03-10T15:00:00+00:00"}, "MEND service: last heard of 2026-03-10 15:00 UTC"),
        ("{", "MEND service: has not run here"),
    ],
)  # fmt: skip
def test_the_heartbeat_of_the_service_is_looked_at(practice: Practice, report: object, told: str) -> None:
    if report is not None:
        text = report if isinstance(report, str) else json.dumps(report)
        (practice.data / "serve.json").write_text(text, encoding="utf-8")
    if told.startswith("ok   service: runs"):
        (practice.data / "serve.json").write_text(json.dumps({**report, "written_at": datetime.now(UTC).isoformat()}))  # type: ignore[dict-item]
    assert _line(practice, "service:").startswith(told)


def test_the_folder_of_a_delivery_has_to_be_there(practice: Practice, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    configure(practice, f'\n[[delivery]]\nname = "desk"\ndelivery = "csv"\n[delivery.settings]\nfolder = {json.dumps(str(lists))}\n')
    line = _line(practice, "delivery desk: folder:")
    assert line.startswith("MEND ") and "create it, correct `folder`" in line
    lists.mkdir()
    assert _line(practice, "delivery desk: folder:") == f"ok   delivery desk: folder: {lists}"


def test_folders_and_plugins_that_hub_names_in_vain(practice: Practice) -> None:
    assert "named in [hub]" not in practice.hub("doctor").out
    _change(practice, "[hub]\n", '[hub]\nplugins_dir = "plugin"\nmappings_dir = "maps"\ndisabled_plugins = ["deliver-htlm", "deliver-csv"]\n')
    said = practice.hub("doctor")
    told = [line for line in said.out.splitlines() if line[5:].startswith("named in [hub]")]
    folder = practice.folder.resolve()
    assert said.code == 1 and told == [
        f"MEND named in [hub]: plugins_dir: there is no folder {folder / 'plugin'} -> correct plugins_dir in hub.toml, or make the folder",
        f"MEND named in [hub]: mappings_dir: there is no folder {folder / 'maps'} -> correct mappings_dir in hub.toml, or make the folder",
        'MEND named in [hub]: disabled_plugins: there is no plugin "deliver-htlm" -> did you mean "deliver-html"?',
    ]  # fmt: skip


MOUNTS = """/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
fileserver:/hub /srv/hub nfs4 rw,vers=4.2 0 0
//nas/lists /mnt/the\\040lists cifs rw 0 0
/dev/sdb1 /srv/hub/local xfs rw 0 0
user@far: /srv/far fuse.sshfs rw 0 0
/dev/sdc1 /media/stick fuseblk rw 0 0
overlay /srv/cover overlay rw 0 0
fileserver:/x /srv/cover nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind", "far"),
    [
        ("/opt/hub/data", "ext4", False), ("/srv/hub/data", "nfs4", True), ("/srv/hub", "nfs4", True), ("/srv/hubble", "ext4", False),
        ("/mnt/the lists/data", "cifs", True), ("/srv/hub/local/data", "xfs", False), ("/srv/far/d", "fuse.sshfs", True),
        ("/media/stick/d", "fuseblk", False), ("/srv/cover/d", "nfs", True),
    ],
)  # fmt: skip
def test_the_mount_decides_whether_a_folder_is_on_a_disk_of_this_computer(folder: str, kind: str, far: bool) -> None:
    assert (kind_at(MOUNTS, folder), is_far(kind)) == (kind, far)


def test_a_data_folder_on_a_network_file_system_is_to_move(practice: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {practice.folder} nfs rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr("hub.cli.mounts._MOUNTS", mounts)
    line = _line(practice, "data folder place:")
    assert line.startswith("MEND ") and "(nfs)" in line and "move data_dir to a local disk" in line


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_files_of_another_account_in_the_data_folder_are_told(practice: Practice) -> None:
    assert _line(practice, "data folder owner:") == "ok   data folder owner: root"
    lists = practice.data / "lists" / "main" / "desk"
    lists.mkdir(parents=True)
    os.chown(lists, 65534, 65534)
    line = _line(practice, "data folder owner:")
    assert line.startswith(f"MEND data folder owner: files of another account: desk -> chown -R root {practice.data}, and")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_the_account_that_the_database_belongs_to_counts_and_not_that_of_the_folder(practice: Practice) -> None:
    """A mounted volume: root's folder with its lost+found, in it the files of the service's account."""
    (practice.data / "lost+found").mkdir()
    files = [path for path in practice.data.rglob("*") if path.name != "lost+found"]
    for path in files:
        os.chown(path, 65534, 65534)
    assert _line(practice, "data folder owner:").startswith("ok   data folder owner: nobody")
    os.chown(practice.data / "hub.key", 0, 0)
    line = _line(practice, "data folder owner:")
    assert line.startswith("MEND data folder owner: files of another account: hub.key -> chown -R nobody "), line
