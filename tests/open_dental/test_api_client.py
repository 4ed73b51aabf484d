"""Asking Open Dental's API: addresses, waiting line, tries, what a refusal means, exact numbers. No network is touched."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
import respx

from connectors.open_dental.api.client import TRIES, Base, exact_json, retry_after
from connectors.open_dental.api.faults import NotOffered, NotThere
from connectors.open_dental.api.throttle import INTERVAL, Stopped, Throttle, Timer, line_of
from hub.errors import AuthError, HubError, SourceChanged, Unavailable
from tests.open_dental.api_fake import URL, FakeApi, FakeTime, client_of

REMOTE = "https://hq.test/api/v1/"
TOO_MANY = httpx.Response(429, headers={"Retry-After": "7"}, text="TooManyRequests")


@pytest.fixture
def api() -> Iterator[FakeApi]:
    made = FakeApi(rows={"claims": [{"ClaimNum": 1}]})
    with respx.mock(assert_all_called=False) as router:
        made.mount(router)
        yield made


def test_keys_and_type_stand_in_the_header(api: FakeApi) -> None:
    client_of(api).get("claims")
    request = api.router.calls.last.request
    assert (
        request.headers["Authorization"] == "ODFHIR dev/office"
        and request.headers["Content-Type"] == "application/json"
    )


def test_keys_and_amounts_are_exact() -> None:
    told = exact_json(
        b'\xef\xbb\xbf[{"AptNum": 9223372036854775807, "ProcFee": 0.1, "n": 9007199254740993, "x": null}]'
    )
    assert told == [{"AptNum": 9223372036854775807, "ProcFee": Decimal("0.1"), "n": 9007199254740993, "x": None}]


@pytest.mark.parametrize("fault", [
    httpx.Response(500), httpx.Response(502, text="<html>"), httpx.Response(504), TOO_MANY,
    httpx.Response(200, content=b'[{"ClaimNum": 1'), httpx.Response(200, content=b"<html>login</html>"),
    httpx.Response(200, content=b"[" * 100_000), httpx.Response(200, content=b"\xff\xfe\xff"),
    httpx.ReadTimeout("slow"), httpx.ReadError("reset"), httpx.RemoteProtocolError("cut off"), httpx.ConnectError("down"),
], ids=lambda fault: getattr(fault, "text", type(fault).__name__)[:12] or str(fault.status_code))  # fmt: skip
def test_what_may_pass_is_tried_again(api: FakeApi, fault: httpx.Response | Exception) -> None:
    api.faults = [fault, fault]
    assert client_of(api).get("claims") == [{"ClaimNum": 1}]
    assert len(api.asked) == 3 and len(api.time.slept) >= 2


def test_tries_are_bounded_and_pauses_grow(api: FakeApi) -> None:
    api.faults = [httpx.Response(503)] * 50
    with pytest.raises(Unavailable, match="HUB-U05"):
        client_of(api).get("claims")
    assert len(api.asked) == TRIES and api.time.slept == [1.0, 2.0, 4.0, 8.0]


def test_retry_after_is_honoured(api: FakeApi) -> None:
    api.faults = [TOO_MANY]
    client_of(api).get("claims")
    (first, _, _), (second, _, _) = api.asked
    assert second - first >= 7.0


def test_a_long_retry_after_is_left_to_the_next_run(api: FakeApi) -> None:
    api.faults = [httpx.Response(429, headers={"Retry-After": "3600"})]
    with pytest.raises(Unavailable, match="HUB-U04") as raised:
        client_of(api).get("claims")
    assert raised.value.retry_after == 3600 and len(api.asked) == 1


@pytest.mark.parametrize(("headers", "seconds"), [
    ({"Retry-After": "12"}, 12), ({"Retry-After": "soon"}, None), ({}, None),
    ({"Retry-After": "Tue, 10 Mar 2026 12:00:30 GMT", "Date": "Tue, 10 Mar 2026 12:00:00 GMT"}, 30),
    ({"Retry-After": "Tue, 10 Mar 2026 12:00:30 GMT"}, None),
])  # fmt: skip
def test_retry_after_in_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


REFUSALS: list[tuple[int, str, type[HubError], str]] = [
    (401, '"Invalid credentials"', AuthError, "HUB-U01"),
    (403, "", AuthError, "HUB-U01"),
    (404, '"Patient not found"', NotThere, "HUB-U02"),
    (410, "gone", NotOffered, "HUB-U06"),
    (400, "This method requires version 24.2.28 or later.", NotOffered, "HUB-U06"),
    (400, "Open Dental version is too low for this method", NotOffered, "HUB-U06"),
    (400, "The office's eConnector is not running.", Unavailable, "HUB-U03"),
    (400, "Unable to reach the customer's network", Unavailable, "HUB-U03"),
    (400, "DateTStamp is not formatted correctly", SourceChanged, "HUB-U07"),
    (302, "", SourceChanged, "HUB-U07"),
]


@pytest.mark.parametrize(("status", "text", "kind", "code"), REFUSALS, ids=lambda value: str(value)[:24])
def test_a_refusal_is_told_from_its_status_and_words(
    api: FakeApi, status: int, text: str, kind: type[HubError], code: str
) -> None:
    api.faults = [httpx.Response(status, text=text)]
    with pytest.raises(kind, match=code):
        client_of(api).get("claims")
    assert len(api.asked) == 1, "none of these is tried again"


def test_a_refusal_shows_no_names_and_numbers(api: FakeApi) -> None:
    api.faults = [httpx.Response(400, text="PatNum 8812 'Okafor' is invalid")]
    with pytest.raises(SourceChanged) as raised:
        client_of(api).get("claims")
    assert "8812" not in str(raised.value) and "Okafor" not in str(raised.value)


def test_the_next_address_is_taken_when_the_first_cannot_be_reached_and_kept(api: FakeApi) -> None:
    service = Base("http://service.test:30223/api/v1/", 0.0, 1000, "API Service")
    api.router.route(url__startswith=service.url).mock(side_effect=httpx.ConnectError("refused"))
    client = client_of(api, service, Base(URL, 1.0, 100, "headquarters"))
    for _ in range(3):
        client.get("claims")
    calls = [str(call.request.url) for call in api.router.calls]
    assert [url.startswith(service.url) for url in calls] == [True, False, False, False]
    assert client.base.label == "headquarters" and client.base.page == 100


@pytest.mark.parametrize("tier", sorted(INTERVAL))
def test_requests_never_come_closer_than_the_tier_allows(api: FakeApi, tier: str) -> None:
    line = Throttle()  # two streams, two sources: one key, one line
    clients = [client_of(api, Base(URL, INTERVAL[tier], 100, "hq"), throttle=line) for _ in range(3)]
    api.faults = [httpx.Response(200, content=b"[]")] * 3 + [httpx.Response(500), TOO_MANY]
    for number in range(12):
        clients[number % 3].get("claims")
    times = [at for at, _, _ in api.asked]
    assert len(times) == 14
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= INTERVAL[tier]


def test_a_pause_that_one_was_told_holds_for_all(api: FakeApi) -> None:
    line = Throttle()
    line.hold(30.0, api.time.timer)
    client_of(api, Base(URL, 0.0, 100, "site"), throttle=line).get("claims")
    assert api.asked[0][0] >= 1030.0


def test_one_line_per_key_in_a_process_even_across_threads() -> None:
    assert line_of("a-key") is line_of("a-key") and line_of("a-key") is not line_of("another")
    time, line, taken = FakeTime(), Throttle(), []

    def ask() -> None:
        for _ in range(20):
            line.take(1.0, Timer(lambda: 0.0, lambda seconds: taken.append(seconds) or _stop()))

    def _stop() -> bool:
        raise Stopped

    for _ in range(5):
        try:
            ask()
        except Stopped:
            continue
    assert taken == sorted(taken) and len(taken) == len(set(taken)), "everybody gets a moment of his own"
    assert time.slept == []


def test_threads_get_different_moments() -> None:
    line, moments, lock = Throttle(), [], threading.Lock()

    def one() -> None:
        waited: list[float] = []
        timer = Timer(lambda: sum(waited), lambda seconds: waited.append(seconds) and False)
        line.take(1.0, timer)
        with lock:
            moments.append(sum(waited))

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    moments.sort()
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= 1.0


def test_waiting_ends_when_the_hub_stops(api: FakeApi) -> None:
    client = client_of(api, Base(URL, 5.0, 100, "hq"))
    client.timer = Timer(lambda: 0.0, lambda seconds: True)
    client.get("claims")
    with pytest.raises(Stopped):
        client.get("claims")
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_change_that_is_answered_with_nothing_was_made(api: FakeApi, status: int) -> None:
    api.faults = [httpx.Response(status, content=b"")]
    assert client_of(api).write("PUT", "tasks/7", {"TaskStatus": "Done"}) is None
    assert len(api.asked) == 1


@pytest.mark.parametrize("call", ["POST", "query", "get"])
def test_nothing_is_no_answer_to_what_must_tell_something(api: FakeApi, call: str) -> None:
    api.faults = [httpx.Response(200, content=b"")] * TRIES
    client = client_of(api)
    asked = {"POST": lambda: client.write("POST", "tasks", {}), "query": lambda: client.query("SELECT 1"),
             "get": lambda: client.get("claims")}  # fmt: skip
    with pytest.raises(Unavailable, match="HUB-U21" if call == "POST" else "HUB-U05"):
        asked[call]()


def test_a_refused_key_is_not_tried_again_in_the_run(api: FakeApi) -> None:
    client = client_of(api)
    client.refuse(AuthError("HUB-U01", "refused"))
    with pytest.raises(AuthError):
        client.get("claims")
    assert api.asked == []
