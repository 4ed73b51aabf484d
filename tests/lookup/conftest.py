"""Lookups run on the fact builders of the rule tests, on SQLite and PostgreSQL."""

from __future__ import annotations

from rows import connection, engine

__all__ = ["connection", "engine"]
