"""The hub's database: embedded SQLite (encrypted by default) or PostgreSQL, one API."""

from __future__ import annotations

from hub.store.keys import make_key
from hub.store.store import DATABASE_FILE, Store, open_store
from hub.store.upgrade import require_current, upgrade

__all__ = ["DATABASE_FILE", "Store", "make_key", "open_store", "require_current", "upgrade"]
