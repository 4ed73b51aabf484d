"""A backup copied over the files of a crash: the newer -wal beside the older hub.db is noticed before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from hub.errors import SettingsError
from hub.store import make_key
from hub.store.keys import read_key
from hub.store.left_over import refuse_mixed


def _connect(path: Path, encrypt: bool) -> sqlcipher.Connection:
    raw = sqlcipher.connect(str(path), isolation_level=None)
    if encrypt:
        raw.execute(f"PRAGMA key=\"x'{read_key(path.parent)}'\"")
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=OFF")
    return raw


def _crash(folder: Path, encrypt: bool) -> tuple[Path, Path]:
    """`(folder with a backup, folder as a SIGKILL leaves it)`: since the backup the -wal was emptied and filled again."""
    backup, live, crashed = folder / "backup", folder / "live", folder / "crashed"
    live.mkdir()
    if encrypt:
        make_key(live)
    raw = _connect(live / "hub.db", encrypt)
    for n in range(20):
        raw.execute(f"create table t{n} (a integer primary key, b text, c text)")
        raw.execute(f"create index i{n} on t{n} (b)")
    _write(raw, 300)
    raw.close()
    shutil.copytree(live, backup)
    raw = _connect(live / "hub.db", encrypt)
    for _ in range(25):
        _write(raw, 25)
    shutil.copytree(live, crashed)
    raw.close()
    assert not (backup / "hub.db-wal").exists() and (crashed / "hub.db-wal").stat().st_size > 100_000
    return backup, crashed


def _write(raw: sqlcipher.Connection, rows: int) -> None:
    raw.execute("begin")
    for n in range(20):
        raw.executemany(f"insert into t{n} (b, c) values (?, ?)", [(f"{(k * 7919 + n) % 10007:08d}", "x" * 90) for k in range(rows)])
    raw.execute("commit")


@pytest.mark.parametrize("encrypt", [True, False])
def test_a_newer_wal_beside_an_older_database_is_refused_and_the_database_stays_as_it_was(tmp_path: Path, encrypt: bool) -> None:
    backup, crashed = _crash(tmp_path, encrypt)
    refuse_mixed(backup / "hub.db", encrypt)
    refuse_mixed(crashed / "hub.db", encrypt)  # an honest crash: the two belong together
    shutil.copytree(backup, crashed, dirs_exist_ok=True)  # cp -r backup/. data/
    with pytest.raises(SettingsError, match=r"HUB-D10 .*hub\.db is damaged .*first move the whole folder .*crashed away") as caught:
        refuse_mixed(crashed / "hub.db", encrypt)
    assert "never put hub.db beside an old hub.db-wal or hub.db-shm" in str(caught.value) and "\n" not in str(caught.value)
    assert (crashed / "hub.db").read_bytes() == (backup / "hub.db").read_bytes(), "looking changed nothing"
    refuse_mixed(backup / "hub.db", encrypt)


def test_nothing_is_looked_at_where_nothing_was_left_over(tmp_path: Path) -> None:
    refuse_mixed(tmp_path / "hub.db", True)
    (tmp_path / "hub.db").write_bytes(b"x" * 100)
    refuse_mixed(tmp_path / "hub.db", True)  # no -wal: the ordinary opening tells what is wrong
