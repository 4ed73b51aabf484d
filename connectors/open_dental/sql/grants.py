"""What an account may do, from the lines of SHOW GRANTS: reading is all that is wanted (reference 6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_GRANT = re.compile(r"GRANT (.+?) ON (\S+|\S+ \S+) TO ", re.IGNORECASE)
_HARMLESS = {"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "CREATE TEMPORARY TABLES", "REPLICATION CLIENT"}
_COLUMN_LIST = re.compile(r"\s*\([^)]*\)")


def too_much(lines: Iterable[str]) -> tuple[str, ...]:
    """The privileges beyond reading, each once; "ALL PRIVILEGES" and "GRANT OPTION" among them."""
    found: dict[str, None] = {}
    for line in lines:
        match = _GRANT.match(line)
        for word in _COLUMN_LIST.sub("", match[1]).split(",") if match else ():
            privilege = " ".join(word.upper().split())
            if privilege not in _HARMLESS:
                found[privilege] = None
        if re.search(r"WITH\b.*\bGRANT OPTION", line, re.IGNORECASE):
            found["GRANT OPTION"] = None
    return tuple(found)


def wanted(database: str, user: str) -> str:
    """The statements that give an account what it needs and nothing else."""
    who = f"'{user or 'hub_ro'}'@'<address of this computer>'"
    return f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {who}; GRANT SELECT ON {database}.* TO {who};"
