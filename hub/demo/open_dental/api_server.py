"""`ApiServer`: the REST API of the made-up office on 127.0.0.1, as reference 2 to 4 and 10 describe it.

    with ApiServer(office, permissions={"ReadAll", "Comm"}) as api:
        httpx.get(api.url + "patients/Simple", headers=api.headers)

`api.requests` tells every request with its moment, for a test of the caller's rate. `api.faults` switches trouble on.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from hub.demo.open_dental.api_reads import Ask, Refusal, get
from hub.demo.open_dental.api_writes import write
from hub.demo.open_dental.faults import DOWN, Faults
from hub.demo.open_dental.office import OpenDental

BASE = "/api/v1/"
# reference 2.5: the largest page
_PAGES = {"remote": 100, "service": 1000}
RunQuery = Callable[[str], Iterable[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: seconds of a monotonic clock, what was asked, what was answered (0: nothing)."""

    moment: float
    method: str
    path: str
    query: dict[str, str]
    status: int


@dataclass(slots=True)
class Throttle:
    """The least seconds between two requests of a key in remote mode (reference 2.4), unless a test sets its own."""

    seconds: float
    last: float = -math.inf

    def wait(self, now: float) -> float:
        """0 when the request may pass; else the seconds still to wait, and the request does not count."""
        left = self.last + self.seconds - now
        if left > 0:
            return left
        self.last = now
        return 0.0


def interval(mode: str, permissions: frozenset[str]) -> float:
    """Seconds between requests: 5 with ReadAll alone, 1 with more, 0.5 Enterprise; on site nothing is throttled."""
    if mode != "remote":
        return 0.0
    if "Enterprise" in permissions:
        return 0.5
    return 1.0 if permissions - {"ReadAll"} else 5.0


@dataclass(slots=True)
class ApiServer:
    """`program` is the office's full version; `seconds` replaces the documented throttle; `run_query` answers ShortQuery."""

    office: OpenDental
    permissions: frozenset[str] | set[str] = frozenset({"ReadAll"})
    mode: str = "remote"
    program: str = ""
    seconds: float | None = 0.0
    keys: tuple[str, str] = ("dev-key", "cust-key")
    run_query: RunQuery | None = None
    faults: Faults = field(default_factory=Faults)
    requests: list[Seen] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)
    throttle: Throttle = field(init=False)
    _served: int = 0
    _pages: dict[str, bytes] = field(default_factory=dict)
    _server: ThreadingHTTPServer | None = None

    def __post_init__(self) -> None:
        allowed = frozenset(self.permissions)
        self.throttle = Throttle(interval(self.mode, allowed) if self.seconds is None else self.seconds)
        self.program = self.program or f"{self.office.version}.40"

    @property
    def url(self) -> str:
        assert self._server is not None, "the server is not started"
        return f"http://127.0.0.1:{self._server.server_address[1]}{BASE}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"ODFHIR {self.keys[0]}/{self.keys[1]}"}

    @property
    def largest(self) -> int:
        return 1000 if self.mode == "remote" and "Enterprise" in self.permissions else _PAGES[self.mode]

    def count(self) -> int:
        self._served += 1
        return self._served

    def __enter__(self) -> ApiServer:
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def ask(self, path: tuple[str, ...], query: dict[str, str]) -> Ask:
        version = tuple(int(part) for part in self.program.split("."))
        return Ask(self.office, version, path, query, self.largest, frozenset(self.permissions))


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def answer(api: ApiServer, method: str, path: str, query: dict[str, str], key: str, body: bytes) -> Reply:
    """What the API says to a request that nothing went wrong with on the way."""
    try:
        if key != api.headers["Authorization"]:
            raise Refusal(401, "Invalid developer or customer key.")
        if not path.startswith(BASE):
            raise Refusal(404, "Method not found.")
        parts = tuple(unquote(part) for part in path.removeprefix(BASE).strip("/").split("/"))
        if method == "GET":
            return _json(200, get(api.ask(parts, query)))
        if parts[0] == "queries":
            return _json(200, _short_query(api, method, parts, query, _parsed(body)))
        status, made, where = write(api.ask(parts, query), method, _parsed(body))
        return _json(status, made, {"Location": where} if where else {})
    except Refusal as refusal:
        return Reply(refusal.status, refusal.text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def _json(status: int, value: object, headers: dict[str, str] | None = None) -> Reply:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, {"Content-Type": "application/json; charset=utf-8"} | (headers or {}))


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refusal(400, "The body is not valid JSON.")
    return value


def _short_query(
    api: ApiServer, method: str, parts: tuple[str, ...], query: dict[str, str], body: dict[str, Any]
) -> list[dict[str, object]]:
    """100 rows a page by Offset; the statement is run anew for every page."""
    if "Queries" not in api.permissions:
        raise Refusal(401, "Customer key does not have the Queries permission.")
    statement = str(body.get("SqlCommand", ""))
    if (method, parts) != ("PUT", ("queries", "ShortQuery")) or api.run_query is None:
        raise Refusal(404, "Method not found.")
    if not statement.lstrip().lower().startswith(("select", "show")):
        raise Refusal(401, "Only read-only queries are allowed.")
    start = int(query.get("Offset", 0))
    return list(api.run_query(statement))[start : start + 100]


class _Handler(BaseHTTPRequestHandler):
    """One request: throttle first, then the switched-on faults, then the answer."""

    api: ClassVar[ApiServer]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""

    def _serve(self, method: str) -> None:
        moment = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self.api.lock:
            number = self.api.count()
            reply = self._trouble(number, moment) or self._answer(method, parts.path, query, body, number)
        faults = self.api.faults
        lost = reset = False
        if reply.status < 400:
            reset = faults.due(faults.every_reset, number)
            lost = method != "GET" and faults.due(faults.every_lost_answer, number)
        self.api.requests.append(Seen(moment, method, parts.path, query, 0 if reset or lost else reply.status))
        if faults.due(faults.every_slow, number):
            time.sleep(faults.slow_seconds)
        if reset or lost:
            self._hang_up()
        else:
            self._send(reply, cut=reply.status < 400 and faults.due(faults.every_cut, number))

    def _trouble(self, number: int, moment: float) -> Reply | None:
        api, faults = self.api, self.api.faults
        wait = api.throttle.wait(moment)
        if wait > 0 or faults.due(faults.every_429, number):
            return Reply(
                429, b"Too many requests.", {"Retry-After": str(math.ceil(wait) if wait > 0 else faults.retry_after)}
            )
        if faults.econnector_down:
            return Reply(400, DOWN.encode())
        if faults.due(faults.every_500, number):
            return Reply(500, b"An error has occurred.")
        return Reply(504, b"Gateway timeout.") if faults.due(faults.every_504, number) else None

    def _answer(self, method: str, path: str, query: dict[str, str], body: bytes, number: int) -> Reply:
        api, faults = self.api, self.api.faults
        later = int(query.get("Offset") or 0) > 0
        listed = f"{path}?{sorted((name, text) for name, text in query.items() if name != 'Offset')}"
        if faults.between_pages is not None and later:
            faults.between_pages()
        if later and faults.due(faults.every_repeat, number) and listed in api._pages:
            return Reply(200, api._pages[listed], {"Content-Type": "application/json; charset=utf-8"})
        reply = answer(api, method, path, query, self.headers.get("Authorization", ""), body)
        if reply.status == 200 and method == "GET":
            api._pages[listed] = reply.body
        return reply

    def _send(self, reply: Reply, *, cut: bool) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if cut else reply.body)
        if cut:
            self.close_connection = True

    def _hang_up(self) -> None:
        """Reset the connection instead of answering."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
