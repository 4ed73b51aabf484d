"""Stedi as its documentation describes it: a list that is polled by token, files behind a redirection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import respx

CORE = "https://core.us.stedi.com/2023-08-01"
STORE = "https://documents.example/signed"
KEY = "test-key-1"


def item(number: int, set_id: str = "835", **changes: Any) -> dict[str, Any]:
    """A processed transaction as `GET /polling/transactions` lists it."""
    usual = {
        "transactionId": f"t-{number}", "fileExecutionId": f"f-{number}", "status": "succeeded", "direction": "INBOUND",
        "mode": "production", "processedAt": f"2026-03-09T10:{number:02d}:00.000Z",
        "artifacts": [{"artifactType": "application/edi-x12", "usage": "input", "sizeBytes": 2101, "url": "https://x"}],
        "x12": {"metadata": {"interchange": {"controlNumber": 1}, "transaction": {"controlNumber": "0001", "transactionSetIdentifier": set_id}}},
        "businessIdentifiers": [{"name": "x", "element": "TRN02", "value": "SECRET-TRACE"}],
    }  # fmt: skip
    return {**usual, **changes}


@dataclass
class FakeStedi:
    """`items` in the order processed; `files` by execution (or transaction) id. `asked` are the parameters of each poll.

    `odd` answers the next requests in place of the usual answers, first come first served.
    """

    items: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    odd: list[httpx.Response | Exception] = field(default_factory=list)
    odd_files: list[httpx.Response | Exception] = field(default_factory=list)
    lost_tokens: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)

    def add(self, number: int, content: str, set_id: str = "835", **changes: Any) -> None:
        self.items.append(item(number, set_id, **changes))
        self.files[f"f-{number}"] = content.encode()

    def mount(self, router: respx.MockRouter) -> None:
        router.get(f"{CORE}/polling/transactions").mock(side_effect=self._poll)
        router.get(url__regex=rf"{CORE}/(executions|transactions)/[^/]+/input").mock(side_effect=self._document)
        router.get(url__startswith=STORE).mock(side_effect=self._stored)

    def _poll(self, request: httpx.Request) -> httpx.Response:
        if self.odd:
            return _give(self.odd.pop(0))
        if request.headers.get("authorization") != KEY:
            return httpx.Response(401, json={"code": "UNAUTHORIZED"})
        params = dict(request.url.params)
        self.asked.append(params)
        if params.get("pageToken") in self.lost_tokens:
            return httpx.Response(400, json={"code": "BAD_REQUEST"})
        size = int(params["pageSize"])
        start = int(params["pageToken"].removeprefix("p")) if "pageToken" in params else self._after(params["startDateTime"])
        page = self.items[start : start + size]
        return httpx.Response(200, json={"items": page, "nextPageToken": f"p{start + len(page)}"})

    def _after(self, start: str) -> int:
        return sum(each["processedAt"] <= start for each in self.items)

    def _document(self, request: httpx.Request) -> httpx.Response:
        if self.odd_files:
            return _give(self.odd_files.pop(0))
        assert request.headers["authorization"] == KEY
        name = request.url.path.split("/")[-2]
        if name not in self.files:
            return httpx.Response(404, json={"code": "NOT_FOUND"})
        return httpx.Response(302, headers={"location": f"{STORE}/{name}?signature=x"}, json={"documentDownloadUrl": f"{STORE}/{name}"})

    def _stored(self, request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers, "the key went to another host"
        name = request.url.path.rpartition("/")[2]
        self.fetched.append(name)
        return httpx.Response(200, content=self.files[name])


def _give(answer: httpx.Response | Exception) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    return answer
