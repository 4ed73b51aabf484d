"""An Open Dental API in memory, as reference sections 2 and 3 describe it, for what a real server cannot be made to do.

Lists are paged by Limit and Offset in the order in which the rows stand; a stamp filter is "on or after"; the first row
tells the server's time where the real list does. Faults are handed out before the true answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import respx

from connectors.open_dental.api.client import Base, Client
from connectors.open_dental.api.office import Office
from connectors.open_dental.api.resources import RESOURCES
from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.api.throttle import Throttle, Timer
from hub.clock import FixedClock
from hub.contract import SourceContext

URL = "http://od.test/api/v1/"
TELLS_TIME = {"patients/Simple", "appointments", "procedurelogs", "payments", "providers"}
NOON = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)  # 12:00 in Chicago
Fault = httpx.Response | Exception


@dataclass
class FakeTime:
    """Seconds that pass only when somebody sleeps."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> bool:
        self.slept.append(seconds)
        self.at += seconds
        return False

    @property
    def timer(self) -> Timer:
        return Timer(lambda: self.at, self.sleep)


@dataclass
class FakeApi:
    """`rows` by path; `now` is the server's local time; `most` its page limit; `asked` every request with its time."""

    time: FakeTime = field(default_factory=FakeTime)
    now: str = "2026-03-10 12:00:00"
    most: int = 100
    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    permissions: dict[str, bool] = field(default_factory=lambda: {"ApiReadAll": True, "ApiQueries": False})
    preferences: dict[str, str] = field(default_factory=lambda: {"ProgramVersion": "25.3.12.0"})
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    before: Callable[[str, dict[str, str]], None] = lambda path, params: None
    query: Callable[[str], object] = lambda sql: []
    refused: dict[str, httpx.Response] = field(default_factory=dict)
    router: respx.MockRouter = field(default_factory=respx.MockRouter, repr=False)

    def mount(self, router: respx.MockRouter, url: str = URL) -> None:
        self.router = router
        router.route(url__startswith=url).mock(side_effect=lambda request: self.answer(request, url))

    def answer(self, request: httpx.Request, url: str = URL) -> httpx.Response:
        path = str(request.url.copy_with(query=None)).removeprefix(url)
        params = dict(request.url.params)
        self.asked.append((self.time.at, path, params))
        if self.faults and path not in ("securityperms", "preferences"):
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        if path in self.refused:
            return self.refused[path]
        if path == "securityperms":
            told: object = [
                {"Permission": name, "HasPermission": str(has).lower()} for name, has in self.permissions.items()
            ]
        elif path == "preferences":
            told = [{"PrefName": params["PrefName"], "ValueString": self.preferences.get(params["PrefName"], "")}]
        elif path == "queries/ShortQuery":
            told = self.query(json.loads(request.content)["SqlCommand"])
        else:
            self.before(path, params)
            return self._list(path, dict(params))
        return httpx.Response(200, content=dumps(told))

    def _list(self, path: str, params: dict[str, str]) -> httpx.Response:
        if path not in self.rows and path.rpartition("/")[2].isdigit():
            return self._one(*path.split("/"))
        rows = list(self.rows.get(path, []))
        offset, limit = int(params.pop("Offset", "0")), min(int(params.pop("Limit", "100")), self.most)
        resource = next(each for each in RESOURCES.values() if each.path == path)
        for name, value in params.items():
            if name == resource.stamp:
                rows = [row for row in rows if str(row[name]) >= value]
            else:
                rows = [row for row in rows if str(row.get(name)) == value]
        page = rows[offset : offset + limit]
        if path in TELLS_TIME:
            page = [row | {"serverDateTime": self.now} for row in page]
        return httpx.Response(200, content=dumps(page))

    def _one(self, name: str, number: str) -> httpx.Response:
        resource = RESOURCES[name]
        for row in self.rows.get(resource.path, []):
            if str(row[resource.key]) == number:
                return httpx.Response(200, content=dumps(row))
        return httpx.Response(404, text=f"{name} not found")

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]

    def lists(self, path: str) -> list[dict[str, str]]:
        """The parameters of every request for one list."""
        return [params for _, asked, params in self.asked if asked == path]


def dumps(told: object) -> bytes:
    """JSON with exact amounts."""
    text = json.dumps(told, default=lambda value: f"#{value}#" if isinstance(value, Decimal) else str(value))
    return text.replace('"#', "").replace('#"', "").encode()


def client_of(api: FakeApi, *bases: Base, throttle: Throttle | None = None) -> Client:
    chosen = bases or (Base(URL, 0.0, 100, "API Service"),)
    return Client(chosen, "dev/office", throttle or Throttle(), api.time.timer, jitter=lambda: 1.0)


def office_of(
    api: FakeApi,
    clock: datetime = NOON,
    interval: float = 0.0,
    page: int = 100,
    folder: Path | None = None,
    **settings: object,
) -> Office:
    """An office that asks the fake, on site unless `interval` says seconds between requests."""
    own = ApiSettings(developer_key="dev", customer_key="office", service_url=URL, **settings)  # type: ignore[arg-type]
    ctx = SourceContext("main", "pms", "America/Chicago", own, FixedClock(clock), Path(), state_dir=folder)
    return Office(client_of(api, Base(URL, interval, page, "fake")), own, ctx)


def patient(number: int, stamp: str = "2026-01-05 08:00:00", **more: object) -> dict[str, object]:
    return {
        "PatNum": number, "LName": f"Okafor{number}", "FName": "Nia", "PatStatus": "Patient", "Birthdate": "1984-03-09",
        "Guarantor": number, "EstBalance": Decimal("40.11"), "BalTotal": Decimal("40.11"), "TxtMsgOk": "Yes", "DateTStamp": stamp,
        "WirelessPhone": "(555)555-0101", "Email": "", "BillingType": "Standard", "ClinicNum": 1, "PreferContactMethod": "None",
    } | more  # fmt: skip
