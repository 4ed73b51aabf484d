"""The databases these tests run on."""

from __future__ import annotations

from tests.rows import connection, engine  # noqa: F401 - fixtures
