"""One office for the length of one run: what its key may do, its version, its clock, its lists, and names by number.

Shared by all streams of a run of a source, so that permissions and names are asked for once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.open_dental.api.client import Base, Client
from connectors.open_dental.api.faults import NotThere, not_offered
from connectors.open_dental.api.paging import START, Page, Place, Record, pages
from connectors.open_dental.api.resources import RESOURCES, Parent, Resource, Version, version_of
from connectors.open_dental.api.server_time import (
    AROUND_CLOCK_CHANGE,
    CAUTION,
    Watermark,
    ahead_of_utc,
    moment_of,
)
from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.api.throttle import INTERVAL, Stopped, Timer, line_of
from hub.contract import SourceContext
from hub.errors import AuthError, SettingsError, SourceChanged, Unavailable

SERVER_TIME = "serverDateTime"
# Newest version the reference knows; an office that hides its version is taken to be current and asked.
UNKNOWN_VERSION: Version = (9999,)


@dataclass(slots=True)
class Office:
    """Asks on behalf of the streams. `prepare` comes first; it raises what stops the whole source."""

    client: Client
    settings: ApiSettings
    ctx: SourceContext
    permissions: Mapping[str, bool] = field(default_factory=dict)
    version: Version = UNKNOWN_VERSION
    names: object = None  # what `joins` fetched in this run
    columns: object = None  # what `short_query` found the database to have
    preferences: dict[str, str] = field(default_factory=dict)
    parents: dict[Parent, frozenset[str]] = field(default_factory=dict)  # everyone under whom records may stand
    again_seconds: float = 0.0  # what the streams so far may and did not spend on whole passes in this run
    _prepared: bool = False
    _measured: tuple[datetime, float] | None = None

    def prepare(self) -> None:
        """Permissions, version, server time: three or four requests, once a run."""
        if self._prepared:
            return
        try:
            self.permissions = _permissions(self.client.get("securityperms"))
        except (AuthError, Unavailable) as error:
            self.client.refuse(error)  # else each of thirty streams would try a dead address for ten seconds of its own
            raise
        except (NotThere, SourceChanged):
            self.permissions = {}  # the office is too old to tell; each list tells for itself
        if self.preference("UpdateInProgressOnComputerName"):
            raise Unavailable("HUB-U10", "Open Dental is being updated right now; the next run reads it", 900.0)
        self.version = version_of(self.preference("ProgramVersion")) or UNKNOWN_VERSION
        self._prepared = True

    def preference(self, name: str) -> str:
        """One preference of the office, asked for once a run; "" when it has none or does not tell."""
        if name not in self.preferences:
            self.preferences[name] = self._preference(name)
        return self.preferences[name]

    def _preference(self, name: str) -> str:
        try:
            told = self.client.get("preferences", {"PrefName": name})
        except (NotThere, SourceChanged, AuthError):
            return ""
        rows = told if isinstance(told, list) else [told]
        return next((str(row.get("ValueString", "")) for row in rows if isinstance(row, dict)), "").strip()

    @property
    def may_query(self) -> bool:
        return any(granted for name, granted in self.permissions.items() if "quer" in name.lower())

    @property
    def is_slow(self) -> bool:
        """Is every request counted?"""
        return self.client.base.interval > 0

    def mark(self) -> Watermark:
        """The server's time now, rather too early than too late."""
        at = self._server_now()
        return Watermark(at, ahead_of_utc(at, self.ctx.clock.now()))

    def mark_of(self, server_text: str | None) -> Watermark | None:
        """The watermark that a page's own server time gives."""
        at = moment_of(server_text) if server_text else None
        if at is None:
            return None
        self._measured = (at, self.client.timer.now())
        return Watermark(at, ahead_of_utc(at, self.ctx.clock.now()))

    def _server_now(self) -> datetime:
        if self._measured is None:
            records = self.ask("patients", RESOURCES["patients"], {"Limit": "1"})
            if records:
                self.mark_of(str(records[0].get(SERVER_TIME, "")))
        if self._measured is None:  # an empty office, or one that does not tell: a guess that cannot be too late
            local = self.ctx.clock.now().astimezone(ZoneInfo(self.ctx.timezone)).replace(tzinfo=None, microsecond=0)
            return local - AROUND_CLOCK_CHANGE
        at, then = self._measured
        return (at + timedelta(seconds=int(self.client.timer.now() - then)) - CAUTION).replace(microsecond=0)

    def ask(self, name: str, resource: Resource, params: Mapping[str, str]) -> list[Record]:
        """One page of a list as it came."""
        if self.version < resource.added:
            raise not_offered(name, f"it came with version {'.'.join(map(str, resource.added))}")
        try:
            told = self.client.get(resource.path, params)
        except AuthError:
            if not self._prepared:
                raise
            raise not_offered(name, "the customer key has no permission for it") from None
        if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
            raise SourceChanged(
                "HUB-U09", f"Open Dental's answer for {name} is no list of records; nothing of it was read"
            )
        return told

    def listing(
        self, name: str, filters: Mapping[str, str], place: Place = START,
        on_time: Callable[[str], None] = lambda text: None,
    ) -> Iterator[Page]:  # fmt: skip
        """A list page by page; `on_time` hears the server time of every page that tells one."""
        resource = RESOURCES[name]
        limit = self.client.base.page

        def ask(offset: int, most: int) -> list[Record]:
            if self.ctx.stop.is_set():
                raise Stopped
            paging = {"Limit": str(most)} | ({"Offset": str(offset)} if offset else {})
            records = self.ask(name, resource, {**filters, **paging})
            if records:
                on_time(str(records[0].get(SERVER_TIME, "")))
            return [{field: value for field, value in one.items() if field != SERVER_TIME} for one in records]

        return pages(ask, resource.key, limit, place)


def _permissions(told: object) -> dict[str, bool]:
    rows = told if isinstance(told, list) else []
    return {
        str(row.get("Permission")): str(row.get("HasPermission")).lower() in ("true", "1")
        for row in rows
        if isinstance(row, dict)
    }


def bases_of(settings: ApiSettings) -> tuple[Base, ...]:
    """The addresses to try, in order. Raises SettingsError when there is none."""
    pages_remote = 1000 if settings.tier == "enterprise" else 100
    found = []
    if settings.service_url:
        found.append(Base(settings.service_url, 0.0, 1000, "API Service"))
    if settings.remote_url:
        found.append(Base(settings.remote_url, INTERVAL[settings.tier], pages_remote, "headquarters"))
    if not found or not settings.developer_key.get_secret_value() or not settings.customer_key.get_secret_value():
        raise SettingsError(
            "HUB-U14",
            "open_dental: the API needs developer_key, customer_key and an address; write them under [source.settings]",
        )
    return tuple(found)


_OFFICES: dict[str, Office] = {}
_OFFICES_LOCK = threading.Lock()


def office_of(ctx: SourceContext, settings: ApiSettings) -> Office:
    """The office of this run: one context of the engine is one run of one source. At most one per source is kept."""
    name = f"{ctx.practice_id}/{ctx.source}"
    with _OFFICES_LOCK:
        known = _OFFICES.get(name)
        if known is not None and known.ctx is ctx:
            return known
        if known is not None:
            known.client.close()
        _OFFICES[name] = make_office(ctx, settings)
        return _OFFICES[name]


def make_office(ctx: SourceContext, settings: ApiSettings, timer: Timer | None = None) -> Office:
    """A fresh one. Waiting ends early when the hub stops."""
    customer = settings.customer_key.get_secret_value()
    key = f"{settings.developer_key.get_secret_value()}/{customer}"
    made = timer or Timer(sleep=ctx.stop.wait)
    return Office(Client(bases_of(settings), key, line_of(customer, ctx.state_dir), made), settings, ctx)


def utc_now(ctx: SourceContext) -> str:
    return ctx.clock.now().astimezone(UTC).isoformat()
