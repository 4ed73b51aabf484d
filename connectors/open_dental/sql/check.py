"""Does the way into the database work, and is it as narrow as it should be? A handful of statements, none of them long."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.open_dental.render import Version, is_there, stamps_for
from connectors.open_dental.sql.grants import too_much, wanted
from connectors.open_dental.sql.office import FORM, program_version, refuse_update, version_of
from connectors.open_dental.sql.server import Server, connected, is_encrypted
from connectors.open_dental.sql.settings import SqlSettings
from connectors.open_dental.streams import QUERIES
from hub.contract import Probe
from hub.errors import HubError

_CLOCK_MINUTES = 10


def probes(settings: SqlSettings, base_dir: Path, source: str, zone: str, now: datetime) -> tuple[Probe, ...]:
    """One probe a line; the first that fails for good ends them. `now` is UTC, `zone` the practice's."""
    if not settings.host or not settings.user:
        return (Probe("settings", False, "host or user is missing", "write host, user and password under [source.settings]"),)
    name = f"database {settings.database} on {settings.host}"
    try:
        with connected(settings, base_dir, source) as server:
            return (Probe(name, True, _told(server)), *_each(server, settings, zone, now))
    except HubError as error:
        return (Probe(name, False, str(error), "see docs/errors.md"),)


def _told(server: Server) -> str:
    hidden = "encrypted" if is_encrypted(server) else "not encrypted"
    return f"{server.value('SELECT VERSION()')}, {hidden}"


def _each(server: Server, settings: SqlSettings, zone: str, now: datetime) -> tuple[Probe, ...]:
    version = version_of(server)
    if not version.has("preference.ValueString"):
        return (Probe("Open Dental", False, "this database has no table preference", "is `database` the right one?"),)
    return (_program(server), _rights(server, settings), _clock(server, zone, now), _lacking(version))


def _program(server: Server) -> Probe:
    try:
        refuse_update(server)
    except HubError as error:
        return Probe("Open Dental", False, str(error), "wait until the update is finished")
    return Probe("Open Dental", True, f"version {program_version(server) or 'unknown'}")


def _rights(server: Server, settings: SqlSettings) -> Probe:
    """More than reading is no reason to refuse, but one to mend: Open Dental's own rows must never be written by SQL."""
    more = too_much(str(row[0]) for row in server.rows("SHOW GRANTS"))
    if not more:
        return Probe("rights", True, "may read and nothing else")
    return Probe("rights", False, f"may do more than read: {', '.join(more)}", wanted(settings.database, settings.user))


def _clock(server: Server, zone: str, now: datetime) -> Probe:
    """Stamps are in the server's own time: it must be the practice's, or days would be read wrongly."""
    told, utc, session = server.rows("SELECT DATE_FORMAT(NOW(), '%Y-%m-%d %H:%i:%s'), DATE_FORMAT(UTC_TIMESTAMP(),"
                                     " '%Y-%m-%d %H:%i:%s'), @@session.time_zone")[0]  # fmt: skip
    here = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    apart = abs(datetime.strptime(str(told), FORM) - here).total_seconds() / 60  # noqa: DTZ007 - both are local
    detail = f"server says {told} ({session}), UTC {utc}"
    if apart <= _CLOCK_MINUTES:
        return Probe("clock", True, detail)
    return Probe("clock", False, f"{detail}; {zone} is {apart:.0f} minutes apart",
                 "set the practice's timezone in hub.toml to the server's, or correct the clock")  # fmt: skip


def _lacking(version: Version) -> Probe:
    absent = [query.name for query in QUERIES if not is_there(query, version)]
    whole = [query.name for query in QUERIES if query.name not in absent and query.stamps and not stamps_for(query, version)]
    parts = [f"not in this version: {', '.join(absent)}"] if absent else []
    parts += [f"read whole each time: {', '.join(whole)}"] if whole else []
    return Probe("tables", True, "; ".join(parts) or "all there")
