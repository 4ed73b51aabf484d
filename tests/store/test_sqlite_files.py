"""Encryption, keys, damage, foreign files, locks: each told in one line with what to do."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import text

from hub.errors import Busy, HubError, SettingsError
from hub.store import make_key, open_store, upgrade
from hub.store import sqlite as sqlite_files
from hub.store.sqlite import remember_key

CANARY = "Zebraquartz"


def _filled(folder: Path, encrypt: bool) -> Path:
    if encrypt:
        make_key(folder)
    store = open_store(folder, encrypt=encrypt)
    upgrade(store)
    with store.write() as connection:
        connection.execute(
            text(
                "insert into item_event (practice_id, item_id, at, actor, action) values ('main', :n, '2026-01-01 00:00:00', 'x', 'y')"
            ),
            {"n": CANARY},
        )
    if encrypt:
        remember_key(folder / "hub.db")
    store.close()
    return folder / "hub.db"


def test_an_encrypted_database_shows_no_text_and_no_plain_header(tmp_path: Path) -> None:
    path = _filled(tmp_path, encrypt=True)
    content = b"".join(file.read_bytes() for file in tmp_path.glob("hub.db*") if file.suffix != ".keynumber")
    assert CANARY.encode() not in content and not path.read_bytes().startswith(b"SQLite format 3")
    plain = tmp_path / "plain"
    plain.mkdir()
    assert CANARY.encode() in _filled(plain, encrypt=False).read_bytes(), "the search itself can find it"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_key_is_readable_by_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = make_key(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_text()
    assert make_key(tmp_path).read_text() == before and len(before.strip()) == 64
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="HUB-S05.*readable by others"):
        open_store(tmp_path)


def test_a_wrong_key_is_told_apart_from_damage(tmp_path: Path) -> None:
    path = _filled(tmp_path, encrypt=True)
    (tmp_path / "hub.key").write_text("ab" * 32)
    (tmp_path / "hub.key").chmod(0o600)
    with pytest.raises(SettingsError, match=r"HUB-D02.*does not belong to hub\.db"):
        open_store(tmp_path)
    (tmp_path / "hub.key").unlink()
    with pytest.raises(SettingsError, match="HUB-S05.*missing"):
        open_store(tmp_path)
    assert path.exists(), "nothing was deleted"


def test_a_zeroed_page_is_damage_with_advice(tmp_path: Path) -> None:
    path = _filled(tmp_path, encrypt=True)
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 3] = bytes(8192)
    path.write_bytes(content)
    store = open_store(tmp_path)
    with pytest.raises(HubError, match="damaged.*restore") as caught, store.read() as connection:
        connection.execute(text("select count(*) from item_event, run, patient")).all()
        connection.execute(text("pragma integrity_check")).all()
        for (name,) in connection.execute(text("select name from sqlite_master where type = 'table'")).all():
            connection.execute(text(f"select count(*) from {name}")).all()
    assert "hub.db" in str(caught.value)
    store.close()


def test_plain_and_encrypted_are_not_mixed_up(tmp_path: Path) -> None:
    _filled(tmp_path, encrypt=False)
    make_key(tmp_path)
    with pytest.raises(SettingsError, match="HUB-D01.*plain database; set encrypt = false"):
        open_store(tmp_path, encrypt=True)
    other = tmp_path / "other"
    other.mkdir()
    _filled(other, encrypt=True)
    with pytest.raises(SettingsError, match="HUB-D01.*encrypt = true"):
        open_store(other, encrypt=False)


def test_a_locked_database_is_busy_not_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_files, "BUSY_SECONDS", 0.05)
    path = _filled(tmp_path, encrypt=False)
    holder = sqlcipher.connect(str(path), isolation_level=None)
    holder.execute("begin immediate")
    store = open_store(tmp_path, encrypt=False)
    with pytest.raises(Busy, match="HUB-D04.*locked by another program"), store.write():
        pass
    holder.execute("rollback")
    with store.write() as connection:
        assert connection.execute(text("select 1")).scalar() == 1
    holder.close()
    store.close()


def test_the_engine_has_no_wal_reset_bug() -> None:
    assert sqlcipher.sqlite_version_info >= (3, 51, 3), "the bundled SQLite decides whether WAL is safe"
    assert sqlite3.sqlite_version_info >= (3, 0), "the standard library's one is not used"


def test_an_unknown_store_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HUB-S06.*postgresql"):
        open_store(tmp_path, "mysql://x")
