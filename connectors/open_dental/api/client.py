"""The HTTP side: addresses in order, the key, the waiting line, bounded tries, exact numbers. Knows nothing of resources.

Raises AuthError (never tried again), Unavailable (tried, then left to the next slot), NotOffered, NotThere, SourceChanged;
Stopped when the hub shuts down while waiting.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime

import httpx

from connectors.open_dental.api.faults import fault_of
from connectors.open_dental.api.throttle import Held, Throttle, Timer
from hub.errors import HubError, Unavailable

# Headquarters give up after 60 seconds (504); on site a large page of a busy server may take as long.
TIMEOUT = httpx.Timeout(10.0, read=70.0)
TRIES = 5
LONGEST_PAUSE = 60.0
# A server that wants to be left alone for longer than this is: the next slot of the schedule comes anyway.
LONGEST_WAIT = 180.0
SHORT_QUERY = "queries/ShortQuery"


@dataclass(frozen=True, slots=True)
class Base:
    """One address of the API: seconds between requests, records per page, and what to call it in a message."""

    url: str
    interval: float
    page: int
    label: str


class _Broken(Exception):
    """An answer worth another try: its words, the pause that the server asked for, and whether nothing can have been
    done over there (the request never arrived, or was sent away at the door)."""

    def __init__(self, why: str, pause: float | None = None, untouched: bool = False) -> None:
        super().__init__(why)
        self.pause = pause
        self.untouched = untouched


@dataclass(slots=True)
class Client:
    """Asks one office. `bases` are tried in order when one cannot be reached; the one that answered is kept for the run."""

    bases: Sequence[Base]
    key: str = field(repr=False)
    throttle: Throttle
    timer: Timer
    jitter: Callable[[], float] = random.random
    asked: int = 0
    _at: int = 0
    _http: httpx.Client | None = None
    _refused: HubError | None = None

    @property
    def base(self) -> Base:
        return self.bases[self._at]

    def get(self, path: str, params: Mapping[str, str] | None = None) -> object:
        """The JSON of one `GET`: lists, dicts, text, int, Decimal, bool, None; no binary fractions."""
        return self._ask("GET", path, params or {}, None)

    def query(self, sql: str) -> object:
        """The rows of a read-only `PUT /queries/ShortQuery` (permission Queries)."""
        return self._ask("PUT", SHORT_QUERY, {}, {"SqlCommand": sql})

    def write(self, method: str, path: str, body: object) -> object:
        """The JSON of one POST or PUT; None for a PUT that was carried out and answered with nothing. Repeated only when
        it surely was not carried out; an uncertain outcome is Unavailable HUB-U21, and the caller looks at what stands
        there before writing again."""
        return self._ask(method, path, {}, body, writes=True)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def _ask(self, method: str, path: str, params: Mapping[str, str], body: object, writes: bool = False) -> object:
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(method, path, params, body)
            except _Broken as broken:
                if writes and not broken.untouched:
                    raise _uncertain(path, str(broken)) from None
                pause = broken.pause if broken.pause is not None else self._pause(attempt)
                if broken.pause is not None:
                    self.throttle.hold(broken.pause, self.timer)
                if pause > LONGEST_WAIT or attempt == TRIES:
                    raise _given_up(path, str(broken), attempt, broken.pause) from None
                self.timer.wait(pause)
        raise AssertionError("unreachable")

    def _pause(self, attempt: int) -> float:
        """Half a second, one, two, four … times a random half to whole, so that offices do not come back in step."""
        return min(LONGEST_PAUSE, 2.0 ** (attempt - 1)) * (0.5 + self.jitter() / 2)

    def _once(self, method: str, path: str, params: Mapping[str, str], body: object) -> object:
        if self._refused is not None and path != SHORT_QUERY:
            raise self._refused  # a refused key is not tried again in this run: keys that hammer are suspended
        answer = self._send(method, path, params, body)
        if method == "PUT" and path != SHORT_QUERY and answer.is_success and not answer.content.strip():
            return None  # a change that was made has nothing to tell; a cut-off answer is a transport error
        if answer.status_code in (200, 201):
            return exact_json(answer.content)
        if answer.status_code == 429:
            asked = retry_after(answer.headers)
            raise _Broken(
                "too many requests", 2 * (self.base.interval or 1.0) if asked is None else asked, untouched=True
            )
        if answer.status_code >= 500:
            raise _Broken(f"status {answer.status_code}", retry_after(answer.headers))
        raise fault_of(answer.status_code, answer.text, path)

    def _send(self, method: str, path: str, params: Mapping[str, str], body: object) -> httpx.Response:
        """One request through the line; the next address when this one cannot be reached at all."""
        while True:
            try:
                self.throttle.take(self.base.interval, self.timer, LONGEST_WAIT)
            except Held as held:
                raise _given_up(path, "too many requests", 0, held.seconds) from None
            self.asked += 1
            try:
                url = self.base.url.rstrip("/") + "/" + path
                return self._client().request(method, url, params=dict(params) or None, json=body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if self._at + 1 >= len(self.bases):
                    raise _Broken("no connection", untouched=True) from None
                self._at += 1
            except httpx.TransportError as error:
                raise _Broken(type(error).__name__) from None

    def refuse(self, error: HubError) -> None:
        """Remember that the key itself was refused: nothing more is asked in this run."""
        self._refused = error

    def _client(self) -> httpx.Client:
        if self._http is None:
            headers = {"Authorization": f"ODFHIR {self.key}", "Content-Type": "application/json"}
            self._http = httpx.Client(headers=headers, timeout=TIMEOUT, follow_redirects=False)
        return self._http


def _uncertain(path: str, why: str) -> Unavailable:
    return Unavailable(
        "HUB-U21",
        f"Open Dental did not say whether it took a change of {path.partition('/')[0]} ({why}); the next run looks before it writes",
    )


def _given_up(path: str, why: str, tries: int, pause: float | None) -> Unavailable:
    if why == "too many requests":
        return Unavailable(
            "HUB-U04",
            "Open Dental asks to be left alone for a while; lower the tier in the settings if it comes back",
            pause,
        )
    return Unavailable(
        "HUB-U05", f"Open Dental does not answer {path}: {why} ({tries} tries); the next run goes on here", pause
    )


def exact_json(content: bytes) -> object:
    """Parse an answer; keys beyond 2^53 and amounts stay exact. A cut-off or garbled one is worth another try."""
    try:
        parsed: object = json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=str, strict=False)
    except (ValueError, RecursionError):
        raise _Broken("the answer is cut off or no JSON") from None
    return parsed


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header, which may be a number or an HTTP date; None when it says nothing usable."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return min(int(value), 86_400)
    try:
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds())
    except (ValueError, TypeError):
        return None
