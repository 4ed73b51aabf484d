"""HTTPS to one clearinghouse: patient with what passes by itself, plain about what does not, never half an answer.

Nothing that is sent or received gets into a message or a log: addresses hold ids, bodies hold patients, headers hold keys.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TypeVar
from urllib.parse import urljoin

import httpx

from hub.clock import Clock
from hub.errors import AuthError, SourceChanged, Unavailable

T = TypeVar("T")
TRIES = 5
# The code of an answer that came damaged, every time: what was asked for is broken, the service is not.
DAMAGED = "HUB-X43"
# The longest pause within a run; whoever asks for more is asked again by the next run.
MOST_WAIT_SECONDS = 60.0
_SAY_LATER = frozenset({408, 425, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Refusals that are about us and not about the one thing that was asked for.
_ABOUT_US = frozenset({401, 403, 408, 425, 429})


class NotThere(Exception):
    """The one document asked for cannot be had (404 and its like); everything else may be."""


class _Again(Exception):
    """Something that may work in a moment. `error` is what to tell when it does not."""

    def __init__(self, error: Unavailable) -> None:
        super().__init__(error.code)
        self.error = error


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer with one of the statuses that its caller reads."""

    status: int
    body: bytes


class Web:
    """Requests to one service, named in messages as `service`. Use it as a context manager.

    `wait` sleeps so many seconds (tests give their own), `jitter` gives a number from 0 to 1 so that offices that failed
    together do not come back together. Every request raises AuthError HUB-X40, Unavailable HUB-X41, HUB-X42 or HUB-X43
    after a few tries, or SourceChanged HUB-X44.
    """

    def __init__(
        self, service: str, timeout_seconds: int, clock: Clock, stop: threading.Event | None = None,
        wait: Callable[[float], object] | None = None, jitter: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self.service = service
        self._clock, self._jitter = clock, jitter
        self._stop = stop or threading.Event()
        self._wait = wait or self._stop.wait
        # Not compressed: then the length that is announced can be held against what came.
        self._client = httpx.Client(timeout=timeout_seconds, headers={"Accept-Encoding": "identity"})

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(
        self, method: str, url: str, read: Callable[[Answer], T], *, headers: Mapping[str, str],
        params: Mapping[str, str] | None = None, json: object = None, form: Mapping[str, str] | None = None,
        passes: frozenset[int] = frozenset({200}),
    ) -> T:  # fmt: skip
        """What `read` makes of an answer with one of the statuses in `passes`; its ValueError counts as a damaged answer."""

        def once() -> T:
            with self._open(method, url, headers=dict(headers), params=params, json=json, data=form) as response:
                if response.status_code not in passes:
                    self._refuse(response)
                body = b"".join(self._whole(response))
            try:
                return read(Answer(response.status_code, body))
            except ValueError:
                raise _Again(self._unreadable("an answer cannot be read")) from None

        return self._patiently(once)

    def fetch(self, url: str, headers: Mapping[str, str], into: Callable[[Iterator[bytes]], T]) -> T:
        """Hand a document block by block to `into`, which must keep nothing of it when the blocks raise.

        Follows one redirection, without our key: the document may lie at another host. Raises NotThere when it is gone.
        """

        def once() -> T:
            with self._open("GET", url, headers=dict(headers)) as response:
                if 400 <= response.status_code < 500 and response.status_code not in _ABOUT_US:
                    raise NotThere
                if response.status_code == 200:
                    return into(self._filled(response))
                if response.status_code not in _REDIRECTS:
                    self._refuse(response)
                target = self._target(response)
            with self._open("GET", target) as response:
                if response.status_code >= 500:
                    raise _Again(self._down(f"status {response.status_code} from the document's own address"))
                if response.status_code != 200:  # the address is good for an hour; the next try asks for a new one
                    raise _Again(self._unreadable(f"a document's own address answers with status {response.status_code}"))
                return into(self._filled(response))

        return self._patiently(once)

    def refused(self, status: int) -> AuthError:
        """HUB-X40: never tried again by itself, because accounts lock."""
        also = "; a 403 may also mean that this office's internet address is blocked there" if status == 403 else ""
        return AuthError(
            "HUB-X40", f"{self.service} refuses the credentials (status {status}){also}; correct them in .env, or make new ones there"
        )

    def changed(self, what: str) -> SourceChanged:
        """HUB-X44: the service no longer answers as its documentation says."""
        return SourceChanged("HUB-X44", f"{self.service}: {what}; nothing was taken, check the addresses in the settings")

    def not_all(self, source: str, count: int) -> Unavailable:
        """HUB-X47: some files are listed and could not be had."""
        return Unavailable(
            "HUB-X47", f"{source}: {count} files are listed by {self.service} and could not be had yet; everything else was fetched,"
            " the next run tries again",
        )  # fmt: skip

    def _patiently(self, attempt: Callable[[], T]) -> T:
        for number in range(1, TRIES + 1):
            try:
                return attempt()
            except _Again as again:
                wait = again.error.retry_after
                if wait is None:
                    wait = 2 ** (number - 1) * (0.5 + self._jitter())
                if number == TRIES or wait > MOST_WAIT_SECONDS or self._stop.is_set():
                    raise again.error from None
                self._wait(wait)
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _open(self, method: str, url: str, **options: object) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, url, **options) as response:  # type: ignore[arg-type]
                yield response
        except httpx.TransportError as error:
            raise _Again(self._down(f"not reached ({type(error).__name__})")) from None
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise _Again(self._unreadable(f"an answer cannot be read ({type(error).__name__})")) from None

    def _refuse(self, response: httpx.Response) -> None:
        """Tell what a status means that nobody reads."""
        status = response.status_code
        if status in (401, 403):
            raise self.refused(status)
        if status == 429:
            after = self._retry_after(response)
            raise _Again(Unavailable("HUB-X42", f"{self.service} asks for fewer requests; the next run goes on from here", after))
        if status in _SAY_LATER or status >= 500:
            raise _Again(self._down(f"status {status}", self._retry_after(response)))
        raise self.changed(f"a request was refused (status {status})")

    def _retry_after(self, response: httpx.Response) -> float | None:
        """Seconds, or a date; nothing when the service does not say or says nonsense."""
        text = response.headers.get("retry-after", "").strip()
        if text.isdecimal() and text.isascii():
            return int(text[:9]) * 1.0
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - self._clock.now()).total_seconds())

    def _target(self, response: httpx.Response) -> str:
        """Where a redirection leads; only ever over TLS."""
        location: str = response.headers.get("location", "")
        target: str = urljoin(str(response.url), location)
        if not location or not target.startswith("https://"):
            raise self.changed("a document's address is missing or not https")
        return target

    def _whole(self, response: httpx.Response) -> Iterator[bytes]:
        """The body, or an error in place of its end when less (or more) came than was announced."""
        announced, count = response.headers.get("content-length", ""), 0
        try:
            for block in response.iter_bytes():
                count += len(block)
                yield block
        except httpx.TransportError as error:
            raise _Again(self._unreadable(f"an answer was cut off ({type(error).__name__})")) from None
        if announced.isdecimal() and "content-encoding" not in response.headers and int(announced) != count:
            raise _Again(self._unreadable("an answer was cut off"))

    def _filled(self, response: httpx.Response) -> Iterator[bytes]:
        """A document is never empty."""
        is_empty = True
        for block in self._whole(response):
            is_empty = is_empty and not block
            yield block
        if is_empty:
            raise _Again(self._unreadable("a document came empty"))

    def _down(self, what: str, after: float | None = None) -> Unavailable:
        return Unavailable("HUB-X41", f"{self.service} does not answer now: {what}; the next run goes on from here", after)

    def _unreadable(self, what: str) -> Unavailable:
        return Unavailable(DAMAGED, f"{self.service}: {what}; nothing of it was kept, the next run asks again")
