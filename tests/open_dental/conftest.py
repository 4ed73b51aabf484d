"""The made-up Open Dental office for every test of this folder."""

from __future__ import annotations

from tests.open_dental.office.fixtures import in_mariadb, office, untouched_mariadb, untouched_office

__all__ = ["in_mariadb", "office", "untouched_mariadb", "untouched_office"]
